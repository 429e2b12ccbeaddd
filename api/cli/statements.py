"""`enclave statement|close|explain`: what each party is due, and why."""

import click

from api.cli.printing import amount, print_json, print_lines, print_table
from api.cli.settings import Settings, json_option, pass_settings
from ledger.domain.books import Books
from ledger.domain.calendar import Period
from ledger.domain.closing import NothingToClose
from ledger.domain.events import PeriodClosed
from ledger.projections.explanation import as_document, explain
from ledger.projections.explanation_in_words import in_sentences
from ledger.projections.statements import Statement, period_of, statements
from ledger.projections.wording import CAUSES_ZH

COLUMNS = ("参与方", "应得", "已征收", "净额（应收+/应付−）", "其中")


@click.command()
@click.argument("period", required=False)
@click.option("--agreement", help="只看一份协议，例如 A1。One agreement.")
@json_option
@pass_settings
def statement(settings: Settings, period: str | None, agreement: str | None, as_json: bool) -> None:
    """结算单：PERIOD 写 2024-03、2024-Q1 或 2024；不写则为最近结账的一期。Statements of a period."""
    books = settings.ledger().books
    found = statements(books, period_of(period) if period else _current(books), agreement)
    if as_json:
        print_json({"statements": [statement_document(each) for each in found]})
    else:
        for each in found:
            print_statement(each)


def _current(books: Books) -> Period:
    current = books.last_closed() or books.first_period()
    if current is None:
        raise NothingToClose()
    return current


def print_statement(found: Statement) -> None:
    """One statement as a table, with what does not stand in it below."""
    state = "草稿，尚未结账" if found.is_draft else f"已结账，第 {found.closed_at} 号事项"
    rows = [
        (
            line.name,
            amount(line.entitled_fen),
            amount(line.collected_fen),
            amount(line.net_fen),
            causes_in_words(line.causes_fen),
        )
        for line in found.lines
    ]
    total_collected = [line.collected_fen for line in found.lines]
    collected = None if None in total_collected else sum(each or 0 for each in total_collected)
    rows.append(
        (
            "合计",
            amount(found.total_fen),
            amount(collected),
            amount(None if collected is None else found.total_fen - collected),
            "",
        )
    )
    print_table(f"结算单 {found.number}  {found.title}（{state}）", COLUMNS, rows, numbers=(1, 2, 3))
    print_lines(remarks(found))
    print_lines([""])


def causes_in_words(causes_fen: object) -> str:
    """The causes of a figure, side by side."""
    assert isinstance(causes_fen, dict)
    return "；".join(f"{CAUSES_ZH[cause]} {amount(amount_fen)}" for cause, amount_fen in causes_fen.items())


def remarks(found: Statement) -> list[str]:
    """What does not stand in the table, and the digest that does."""
    lines = [] if found.lines else ["本期各方合计为负，按协议不列，结转以后各期。"]
    if found.waiting_fen:
        lines.append(f"暂不分配 {amount(found.waiting_fen)} 元，原因见 enclave explain。")
    if found.undivided_fen:
        lines.append(f"累计不分配、留在征收方 {amount(found.undivided_fen)} 元（协议期外或不符合条件）。")
    return [*lines, f"数据指纹 SHA-256 {found.digest}，事实截至第 {found.cut} 号事项。"]


def statement_document(found: Statement) -> dict[str, object]:
    """A statement as data: every amount in fen."""
    return {
        "number": found.number,
        "agreement": found.agreement,
        "title": found.title,
        "pool": found.pool,
        "settlement": found.settlement,
        "draft": found.is_draft,
        "closed_at": found.closed_at,
        "cut": found.cut,
        "edition": found.edition,
        "engine": found.engine,
        "lines": [
            {
                "party": line.party,
                "name": line.name,
                "entitled_fen": line.entitled_fen,
                "collected_fen": line.collected_fen,
                "net_fen": line.net_fen,
                "causes_fen": line.causes_fen,
            }
            for line in found.lines
        ],
        "waiting_fen": found.waiting_fen,
        "undivided_fen": found.undivided_fen,
        "digest": found.digest,
    }


@click.command()
@click.argument("period")
@click.option("--up-to", is_flag=True, help="把此前未结的月份依次结到 PERIOD。Close every open month up to PERIOD.")
@json_option
@pass_settings
def close(settings: Settings, period: str, up_to: bool, as_json: bool) -> None:
    """结账：在日志上划一刀，记下每张结算单的数字。Close a period: a cut in the log."""
    ledger = settings.ledger()
    last = Period.parse(period)
    closed: list[PeriodClosed] = []
    following = ledger.books.next_period() if up_to else last
    while following and following <= last:
        closed.append(ledger.close_period(following))
        following = following.next if up_to else None
    if not closed:
        closed.append(ledger.close_period(last))
    if as_json:
        print_json(
            {
                "closed": [
                    {"period": each.period, "cut": each.cut, "statements": [one.number for one in each.statements]}
                    for each in closed
                ]
            }
        )
    else:
        print_lines(_closed_in_words(each) for each in closed)


def _closed_in_words(closed: PeriodClosed) -> str:
    numbers = "、".join(each.number for each in closed.statements) or "没有协议在本期结算"
    return f"{closed.period} 已结账，事实截至第 {closed.cut} 号事项；结算单：{numbers}。"


@click.command()
@click.argument("agreement")
@click.argument("period")
@click.argument("party")
@click.option("--all", "every_voucher", is_flag=True, help="列出全部税票。List every voucher.")
@json_option
@pass_settings
def explain_command(
    settings: Settings, agreement: str, period: str, party: str, every_voucher: bool, as_json: bool
) -> None:
    """解释一个应得数：直到税票、条款和最后一分。Explain a figure down to vouchers, clause and last fen."""
    found = explain(settings.ledger().books, agreement, period_of(period), party)
    if as_json:
        print_json({"explanations": [as_document(each) for each in found]})
    else:
        for each in found:
            print_lines(in_sentences(each, None if every_voucher else 20))
