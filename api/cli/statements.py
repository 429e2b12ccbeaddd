"""`enclave statement`: what each party is due in a period."""

from collections.abc import Sequence

import click

from api.cli.printing import amount, print_json, print_lines, print_table
from api.cli.settings import Settings, agreement_number, json_option, pass_settings
from ledger.domain.books import Books
from ledger.domain.closing import NothingToClose
from ledger.projections.coverage import booked, coverage
from ledger.projections.spans import Span, month_span, span_of
from ledger.projections.statements import PartySum, Statement, statements_within, sums_of
from ledger.projections.wording import CAUSES_ZH

COLUMNS = ("参与方", "应得", "已征收", "净额（应收+/应付−）", "其中")
SUM_COLUMNS = ("协议", "池", *COLUMNS[:4])


@click.command()
@click.argument("period", required=False)
@click.option("--agreement", callback=agreement_number, help="只看一份协议，例如 A1。One agreement.")
@json_option
@pass_settings
def statement(settings: Settings, period: str | None, agreement: str | None, as_json: bool) -> None:
    """结算单：PERIOD 写 2024-03、2024-Q1 或 2024；不写则为最近结账的一期。Every statement of a month, quarter or year."""
    books = settings.ledger().books
    span = span_of(period) if period else _current(books)
    found = statements_within(books, span, agreement)
    unselected_fen = coverage(books, booked(books, span.first.first, span.last.last)).unselected_fen
    if as_json:
        print_json(
            {
                "statements": [statement_document(each) for each in found],
                "sums": [_sum_document(each) for each in sums_of(found)],
                "unselected_fen": unselected_fen,
            }
        )
        return
    for each in found:
        print_statement(each)
    _print_sums(span, found)
    if unselected_fen:
        print_lines([f"本期入库中有 {amount(unselected_fen)} 元没有任何已签协议选中。"])


def _current(books: Books) -> Span:
    current = books.last_closed() or books.first_period()
    if current is None:
        raise NothingToClose()
    return month_span(current)


def _print_sums(span: Span, found: Sequence[Statement]) -> None:
    """What several statements of one pool say together; nothing where each pool has only one."""
    if len({(each.agreement, each.pool) for each in found}) == len(found):
        return
    draft = "，含草稿" if any(each.is_draft for each in found) else ""
    rows = [
        (each.agreement, each.pool, each.name, *map(amount, (each.entitled_fen, each.collected_fen, each.net_fen)))
        for each in sums_of(found)
    ]
    title = f"合计 {span.name}（{len(found)} 张结算单{draft}）"
    print_table(title, SUM_COLUMNS, rows, numbers=(3, 4, 5))
    print_lines([""])


def _sum_document(found: PartySum) -> dict[str, object]:
    return {
        "agreement": found.agreement,
        "pool": found.pool,
        "party": found.party,
        "entitled_fen": found.entitled_fen,
        "collected_fen": found.collected_fen,
        "net_fen": found.net_fen,
    }


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
    if found.carried:
        carried = "、".join(f"{line.name} {amount(line.entitled_fen)} 元" for line in found.carried)
        lines.append(f"结转：{carried}。")
    if found.waiting_fen:
        lines.append(f"累计暂不分配 {amount(found.waiting_fen)} 元，原因见 enclave explain。")
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
        "carried_fen": {line.party: line.entitled_fen for line in found.carried},
        "waiting_fen": found.waiting_fen,
        "undivided_fen": found.undivided_fen,
        "digest": found.digest,
    }
