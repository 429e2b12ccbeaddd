"""`enclave statement`: what each party is due in a period."""

from collections.abc import Mapping, Sequence

import click

from api.cli.over_http import statements as over_http
from api.cli.printing import amount, print_json, print_lines, print_table
from api.cli.settings import Settings, agreement_number, as_known_option, as_of_option, json_option, pass_settings
from ledger.domain.calendar import Period, day
from ledger.projections.drafts import covers_more
from ledger.projections.payments import Paid, paid_in_words, settlements
from ledger.projections.quantities import OF_DATES, Quantity, stated_quantity
from ledger.projections.spans import Span, month_span, span_of
from ledger.projections.stated import Stated, stated
from ledger.projections.statements import PartySum, Statement, StatementLine, in_place_check, owed, sums_of
from ledger.projections.wording import called

SUM_COLUMNS = ("协议", "池", "参与方", "应得", "已征收", "净额（应收+/应付−）")


@click.command()
@click.argument("period", required=False)
@click.option("--agreement", callback=agreement_number, help="只看一份协议，例如 A1。One agreement.")
@as_of_option
@as_known_option
@json_option
@pass_settings
def statement(
    settings: Settings,
    period: str | None,
    agreement: str | None,
    as_of: str | None,
    as_known: int | None,
    as_json: bool,
) -> None:
    """结算单：PERIOD 写 2024-03、2024-Q1 或 2024；不写则为最近结账的一期。Every statement of a month, quarter or year."""
    if period and as_of:
        raise click.UsageError("PERIOD 与 --as-of 写一个。Give PERIOD or --as-of.")
    until = day(as_of) if as_of else None
    span = month_span(Period.of(until)) if until else span_of(period) if period else None
    found = settings.told(
        lambda ledger: stated(ledger.books_known_at(as_known), span, agreement, until),
        lambda service: over_http.stated(service, span, agreement, until, as_known),
    )
    print_json(_document(found)) if as_json else _print(found)


def _document(found: Stated) -> dict[str, object]:
    return {
        "statements": [statement_document(each) for each in found.statements],
        "payments": [_payments_document(each) for each in found.paid],
        "sums": [_sum_document(each) for each in sums_of(each for each in found.statements if each.is_money)],
        "unselected_fen": found.unselected_fen,
    }


def _print(found: Stated) -> None:
    paid_behind = {id(each[-1]): paid for each, paid in zip(settlements(found.statements), found.paid, strict=True)}
    for each in found.statements:
        print_statement(each)
        if id(each) in paid_behind:
            print_lines(paid_in_words(paid_behind[id(each)]))
        print_lines([""])
    _print_sums(found.span, found.statements)
    if found.unselected_fen:
        print_lines([f"本期入库中有 {amount(found.unselected_fen)} 元没有任何已签协议选中。"])


def _print_sums(span: Span, found: Sequence[Statement]) -> None:
    """What several statements of one pool say together; nothing where each pool has only one."""
    found = [each for each in found if each.is_money]
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
        "name": found.name,
        "entitled_fen": found.entitled_fen,
        "collected_fen": found.collected_fen,
        "net_fen": found.net_fen,
    }


def print_statement(found: Statement) -> None:
    """One statement as a table, with what does not stand in it below."""
    quantity = stated_quantity(found.unit, found.step, found.basis)
    state = f"截至 {found.as_of} 的草稿" if found.as_of else "草稿，尚未结账"
    if not found.is_draft:
        state = f"已结账，第 {found.closed_at} 号事项"
    rows = [
        (
            line.name,
            *map(quantity.text, (line.entitled_fen, line.collected_fen, line.net_fen)),
            causes_in_words(line.causes_fen, quantity),
        )
        for line in found.lines
    ]
    collected = found.collected_total
    net = None if collected is None else found.total_fen - collected
    rows.append(("合计", *map(quantity.text, (found.total_fen, collected, net)), ""))
    unit = "" if found.is_money else f"（{found.measure or found.pool}，单位 {quantity.unit}）"
    title = f"结算单 {found.number}  {found.title}{unit}（{state}）"
    print_table(title, ("参与方", *quantity.columns, "其中"), rows, numbers=(1, 2, 3))
    print_lines(remarks(found, quantity))


def _payments_document(paid: Paid) -> dict[str, object]:
    return {
        "agreement": paid.agreement,
        "settlement": paid.settlement,
        "parties": called(paid.names),
        "nets_fen": paid.nets_fen,
        "unpaid_fen": paid.unpaid_fen,
        "limits_missing": paid.limits_missing,
        "payments": [
            {"on": payment.on.isoformat() if payment.on else None, "shares": payment.shares}
            for payment in paid.payments
        ],
    }


def causes_in_words(causes_fen: Mapping[str, int], quantity: Quantity) -> str:
    """The causes of a figure, side by side."""
    return "；".join(f"{quantity.cause(cause)} {quantity.text(amount_fen)}" for cause, amount_fen in causes_fen.items())


def remarks(found: Statement, quantity: Quantity) -> list[str]:
    """What does not stand in the table, and the digest that does."""
    lines = [quantity.mark] if quantity.mark else []
    lines += covers_more(found)
    lines += [OF_DATES] if found.is_of_dates else []
    lines += _checked(found, quantity)
    lines += [f"由{payer.name}付给{payee.name} {quantity.said(whole)}。" for payer, payee, whole in owed(found)]
    lines += [] if found.lines else ["本期各方合计为负，按协议不列，结转以后各期。"]
    if found.carried:
        carried = "、".join(f"{line.name} {amount(line.entitled_fen)} 元" for line in found.carried)
        lines.append(f"结转：{carried}。")
    if found.waiting_fen:
        lines.append(f"累计暂不分配 {quantity.text(found.waiting_fen)} {quantity.unit}，原因见 enclave explain。")
    if found.undivided_fen:
        kept = f"{quantity.text(found.undivided_fen)} {quantity.unit}"
        lines.append(f"累计不分配、留在征收方 {kept}（协议期外或不符合条件）。")
    return [*lines, f"数据指纹 SHA-256 {found.digest}，事实截至第 {found.cut} 号事项。"]


def _checked(found: Statement, quantity: Quantity) -> list[str]:
    """The sum of a split or double figure against the figure in place (domain § d: sums beyond the whole)."""
    same = in_place_check(found)
    sums = f"各方合计 {quantity.text(found.total_fen)}，在地数 {quantity.text(found.collected_total)}"
    return [f"核对：{sums}，{same}。"] if same else []


def statement_document(found: Statement) -> dict[str, object]:
    """A statement as data: every amount in fen."""
    return {
        "number": found.number,
        "agreement": found.agreement,
        "title": found.title,
        "pool": found.pool,
        "settlement": found.settlement,
        "measure": found.measure,
        "unit": found.unit or "元",
        "step": found.step or "1/100",
        "basis": found.basis,
        "mark": stated_quantity(found.unit, found.step, found.basis).mark,
        "in_place_check": in_place_check(found),
        "owed": [_owed_document(*each) for each in owed(found)],
        "as_of": found.as_of.isoformat() if found.as_of else None,
        "draft": found.is_draft,
        "open_before": found.open_before,
        "closed_at": found.closed_at,
        "cut": found.cut,
        "edition": found.edition,
        "engine": found.engine,
        "lines": [_line_document(line) for line in found.lines],
        "carried": [_line_document(line) for line in found.carried],
        "waiting_fen": found.waiting_fen,
        "undivided_fen": found.undivided_fen,
        "digest": found.digest,
    }


def _owed_document(payer: StatementLine, payee: StatementLine, whole: int) -> dict[str, object]:
    ids = {"payer_id": payer.party, "payee_id": payee.party}
    return {"payer": payer.name, "payee": payee.name, "amount": whole} | ids


def _line_document(line: StatementLine) -> dict[str, object]:
    return {
        "party": line.party,
        "name": line.name,
        "entitled_fen": line.entitled_fen,
        "collected_fen": line.collected_fen,
        "net_fen": line.net_fen,
        "causes_fen": line.causes_fen,
    }
