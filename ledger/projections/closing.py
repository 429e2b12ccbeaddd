"""What a closing leaves out because somebody has yet to sign, to certify or to accept something; how far months can close."""

from collections.abc import Iterator

from ledger.domain.agreeing.agreement import Agreement
from ledger.domain.calendar import Period, settlement_last
from ledger.domain.errors import Conflict, Language
from ledger.domain.events import PeriodClosed
from ledger.domain.stating.books import Books
from ledger.projections.nothing_stated import StillUnsigned, still_unsigned
from ledger.projections.quantities import stated_quantity
from ledger.projections.statements import last_booked


class BeyondLastBooking(Conflict):
    """Months without a booking, to be closed at one stroke."""

    zh = "账内的入库结到 {last} 就结完了，不能一次结到 {period}，没有结账。请核对期间；确要结空月请逐月结。"
    en = "What was booked is settled by {last}; closing up to {period} was refused. To close empty months, close each."


def remarks(books: Books, closed: PeriodClosed, language: Language) -> list[str]:
    """What is left out of a closed month, and who has yet to do something about it."""
    return [*(each.say(language) for each in _unsigned(books, closed)), *_incomplete(books, closed)]


def settles_to(books: Books) -> Period | None:
    """The last month of the settlement in which the last booking lies, for the agreement that settles most rarely."""
    booked = last_booked(books)
    rhythms = [agreement.terms.every for agreement in books.in_force(books.position)]
    return booked and max([booked, *(Period.of(settlement_last(booked.last, every)) for every in rhythms)])


def _incomplete(books: Books, closed: PeriodClosed) -> Iterator[str]:
    for each in closed.statements:
        if each.waiting_fen:
            quantity = stated_quantity(each.unit, each.step, each.basis)
            yield f"结算单 {each.number} 有 {quantity.said(each.waiting_fen)} 等待认定，没有分配；原因见它的解释。"
    for batch in books.batches.values():
        if batch.counts_from is None:
            yield f"批次 {batch.number}（{batch.file}）还没有审核完，没有计入。"
    pending = [fact.number for fact in books.facts.values() if fact.certified_at is None]
    if pending:
        yield f"还没有确认完的认定事实：{'、'.join(pending)}。"


def _unsigned(books: Books, closed: PeriodClosed) -> Iterator[StillUnsigned]:
    """The agreements that would have covered what was closed, had every party signed."""
    month = Period.parse(closed.period)
    for agreement in books.agreements.values():
        if agreement.in_force_at is None and _lives_in(agreement, month):
            yield still_unsigned(agreement, "所结月份")


def _lives_in(agreement: Agreement, month: Period) -> bool:
    terms = agreement.terms
    return terms.first <= month.last and (terms.last is None or month.first <= terms.last)
