"""`enclave demo`: the demonstration books, made by the ordinary acts."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib.resources import files

import click

from api.cli.printing import amount, print_json, print_lines, print_table
from api.cli.settings import Settings, json_option, pass_settings
from api.demo.receipts import parts
from ledger.application import Ledger
from ledger.domain.calendar import Period
from ledger.domain.stating.books import Books
from ledger.files.documents import parse_yaml
from ledger.projections.statements import Statement, statements_of_agreement

TITLE = "平凉市园区联席办公室（演示）"
OFFICE = "市园区办"
LAST = Period(2025, 12)
COLUMNS = ("协议", "结算期", "应得", "已征收", "净额（应收+/应付−）")


@click.command()
@json_option
@pass_settings
def demo(settings: Settings, as_json: bool) -> None:
    """演示账：七县（市、区）、两个园区、四份协议、两年入库。The demonstration books and every county's statement."""
    books = made(replace(settings, actor=OFFICE).new_ledger(TITLE)).books
    if as_json:
        counties = _by_county(books)
        print_json({name: [_row_document(each, name) for each in own] for name, own in counties})
        return
    print_year(books)
    print_lines(how_to_go_on(books))


def made(ledger: Ledger) -> Ledger:
    """The demonstration books, made if they are not there, or made to the end where that was broken off."""
    closed = ledger.books.last_closed()
    if closed is None or closed < LAST:
        make(ledger)
    return ledger


def print_year(books: Books) -> None:
    """Every county's statements of the last year."""
    for name, own in _by_county(books):
        print_table(f"{name}  2025 年结算单", COLUMNS, _rows(own, name), numbers=(2, 3, 4))
        print_lines([""])


def make(ledger: Ledger) -> None:
    """Propose and sign the agreements, import two files, close two years."""
    for text in _agreements():
        document = parse_yaml(text, "demo")
        known = (each for each in ledger.books.agreements.values() if each.document == document)
        agreement = next(known, None) or ledger.propose_agreement(document)
        for party in agreement.missing():
            ledger.acting_as(f"{agreement.name_of(party)}财政局").sign_agreement(agreement.number, party)
    first, second = parts()
    ledger.import_receipts(first.encode("utf-8-sig"), "2024年税收入库明细.csv")
    _close_up_to(ledger, Period(2024, 12))
    ledger.import_receipts(second.encode("utf-8-sig"), "2025年税收入库明细.csv")
    _close_up_to(ledger, LAST)


def _agreements() -> Iterator[str]:
    folder = files("api.demo") / "agreements"
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.endswith(".yaml"):
            yield file.read_text(encoding="utf-8")


def _close_up_to(ledger: Ledger, last: Period) -> None:
    following = ledger.books.next_period()
    while following and following <= last:
        ledger.close_period(following)
        following = following.next


def _by_county(books: Books) -> Iterator[tuple[str, list[Statement]]]:
    """Each county with its statements of the last year."""
    own: dict[str, list[Statement]] = {}
    periods = [Period(LAST.year, month) for month in range(1, 13)]
    for agreement in books.agreements.values():
        for period in periods:
            for statement in statements_of_agreement(books, agreement, period):
                for line in statement.lines:
                    own.setdefault(line.name, []).append(statement)
    yield from own.items()


def _rows(own: Iterable[Statement], name: str) -> Iterator[tuple[str, ...]]:
    sums = [0, 0, 0]
    for statement in own:
        line = next(line for line in statement.lines if line.name == name)
        figures = (line.entitled_fen, line.collected_fen or 0, line.net_fen or 0)
        sums = [total + figure for total, figure in zip(sums, figures, strict=True)]
        yield (statement.agreement, statement.settlement, *map(amount, figures))
    yield ("合计", "", *map(amount, sums))


def _row_document(statement: Statement, name: str) -> dict[str, object]:
    line = next(line for line in statement.lines if line.name == name)
    return {
        "number": statement.number,
        "entitled_fen": line.entitled_fen,
        "collected_fen": line.collected_fen,
        "net_fen": line.net_fen,
    }


def how_to_go_on(books: Books) -> list[str]:
    """What to type next."""
    return [
        f"演示账“{books.title}”已备好：{len(books.agreements)} 份协议，{len(books.recorded)} 行入库，{len(books.closings)} 个月已结账。",
        "接下来可以试：",
        "  python3 run.py agreement show A1                     协议写了什么（逐条中文）",
        "  python3 run.py statement 2025-Q4 --agreement A2      一张结算单，差额按原因列开",
        "  python3 run.py explain A2 2025-Q4 灵台县             一个数怎么来的，直到税票和最后一分",
        "  python3 run.py verify                                账有没有被动过",
        "  python3 run.py test                                  跑全部测试",
    ]
