"""Statements over HTTP: what the service answers, read as the statements that commands print."""

from collections.abc import Mapping
from datetime import date

from api.cli.over_http.asking import only_said
from api.client import Client, ServiceRefused
from ledger.domain.calendar import Period
from ledger.domain.money import fen
from ledger.domain.stating.closing import NothingToClose
from ledger.domain.terms import Document
from ledger.projections.payments import Paid, Payment, Settlement, settlements
from ledger.projections.quantities import Quantity, stated_quantity
from ledger.projections.spans import Span, month_span
from ledger.projections.stated import Stated
from ledger.projections.statements import Statement, StatementLine

FORBIDDEN = 403


def stated(
    service: Client, span: Span | None, agreement: str | None, as_of: date | None, as_known: int | None
) -> Stated:
    """The statements of a span, by default the last closed month, that concern the caller; raises NothingToClose."""
    span = span or month_span(_current(service.get("periods", limit=1)))
    asked = {"period": None if as_of else span.name, "as_of": as_of and as_of.isoformat()}
    said = service.whole("statements", of="statements", **only_said(asked, agreement=agreement, as_known=as_known))
    found = [statement_read(each) for each in said["statements"]]
    paid = [_paid(*each) for each in zip(said["payments"], settlements(found), strict=True)]
    return Stated(span, found, paid, _unselected_fen(service, span, as_known))


def _current(periods: Document) -> Period:
    """The month that was closed last, or the first to be closed."""
    current = periods["periods"][0]["period"] if periods["periods"] else periods["next"]
    if current is None:
        raise NothingToClose()
    return Period.parse(current)


def _unselected_fen(service: Client, span: Span, as_known: int | None) -> int | None:
    """What was booked and no agreement selects; not known to who does not see all of the books."""
    try:
        said = service.get("coverage", **only_said({"period": span.name}, as_known=as_known))
    except ServiceRefused as refused:
        if refused.status == FORBIDDEN:
            return None
        raise
    return fen(said["unselected"])


def statement_read(said: Document) -> Statement:
    """A statement as it was answered."""
    quantity = stated_quantity(said["unit"], said["step"], said["basis"])
    as_written = (
        *("number", "agreement", "title", "pool", "settlement", "measure", "unit", "step", "basis"),
        *("is_of_dates", "digest", "cut", "closed_at", "engine", "edition", "open_before"),
    )
    return Statement(
        **{name: said[name] for name in as_written},
        every="month",  # says nothing here: how often an agreement settles shows in what is settled
        lines=tuple(_line(each, quantity) for each in said["lines"]),
        carried=tuple(
            StatementLine(each["id"], each["party"], quantity.read(each["amount"]), None, {})
            for each in said["carried"]
        ),
        waiting_fen=quantity.read(said["waiting"]),
        undivided_fen=quantity.read(said["undivided"]),
        as_of=date.fromisoformat(said["as_of"]) if said["as_of"] else None,
    )


def _line(said: Document, quantity: Quantity) -> StatementLine:
    collected = None if said["collected"] is None else quantity.read(said["collected"])
    causes = {cause: quantity.read(amount) for cause, amount in said["causes"].items()}
    return StatementLine(said["id"], said["party"], quantity.read(said["entitled"]), collected, causes)


def _paid(said: Document, settlement: Settlement) -> Paid:
    return Paid(
        agreement=said["agreement"],
        settlement=said["settlement"],
        pools=len(settlement),
        nets_fen=_shares(said["nets"]),
        payments=[
            Payment(date.fromisoformat(each["on"]) if each["on"] else None, _shares(each["shares"]))
            for each in said["payments"]
        ],
        unpaid_fen=fen(said["unpaid"]),
        limits_missing=said["limits_missing"],
        stays_a_claim=said["stays_a_claim"],
        names={party["id"]: party["name"] for party in said["parties"]},
    )


def _shares(said: Mapping[str, str]) -> dict[str, int]:
    return {party: fen(amount) for party, amount in said.items()}
