"""What a closing leaves out because somebody has yet to sign, to certify or to accept something."""

from collections.abc import Iterator, Sequence

from ledger.domain.agreeing.agreement import Agreement
from ledger.domain.calendar import Period
from ledger.domain.events import PeriodClosed
from ledger.domain.stating.books import Books
from ledger.projections.nothing_stated import StillUnsigned, still_unsigned
from ledger.projections.quantities import stated_quantity


def incomplete(books: Books, closed: PeriodClosed) -> Iterator[str]:
    """What the last statements leave out because somebody has yet to say or accept something."""
    for each in closed.statements:
        if each.waiting_fen:
            quantity = stated_quantity(each.unit, each.step, each.basis)
            yield f"结算单 {each.number} 有 {quantity.said(each.waiting_fen)} 等待认定，没有分配；原因见 enclave explain。"
    for batch in books.batches.values():
        if batch.counts_from is None:
            yield f"批次 {batch.number}（{batch.file}）还没有审核完，没有计入。"
    pending = [fact.number for fact in books.facts.values() if fact.certified_at is None]
    if pending:
        yield f"还没有确认完的认定事实：{'、'.join(pending)}。"


def unsigned(books: Books, closed: Sequence[PeriodClosed]) -> Iterator[StillUnsigned]:
    """The agreements that would have covered what was closed, had every party signed."""
    first, last = Period.parse(closed[0].period), Period.parse(closed[-1].period)
    for agreement in books.agreements.values():
        if agreement.in_force_at is None and _lives_in(agreement, first, last):
            yield still_unsigned(agreement, "本月" if first == last else "这些月")


def _lives_in(agreement: Agreement, first: Period, last: Period) -> bool:
    terms = agreement.terms
    return terms.first <= last.last and (terms.last is None or first.first <= terms.last)
