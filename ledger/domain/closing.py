"""Closing (结账): a cut in the log, with the figures of every statement.

Periods close in order; a second cut for the last closed period is supplementary.  A fact
recorded after the cut belongs to a later statement, whatever its date (design § 6).
"""

from ledger.domain.books import Books, statements_of
from ledger.domain.calendar import Period
from ledger.domain.errors import Conflict
from ledger.domain.events import Fact, PeriodClosed, StatedPool
from ledger.domain.terms import EDITION

STREAM = "closings"
ENGINE = "2.1"
"""The version of what divides; raised whenever a figure could come out differently."""


class PeriodsCloseInOrder(Conflict):
    """A period before the next one."""

    zh = "期间 {period} 还不能结账，应先结 {due}。请按月份顺序结账，或用 --up-to 一次结到 {period}。"
    en = "Period {period} cannot be closed yet; {due} comes first. Close in order, or use --up-to {period}."


class PeriodAlreadyClosed(Conflict):
    """A period that later ones rest on, or that nothing new belongs to."""

    zh = "期间 {period} 已结账，之后没有属于它的新事项。迟到的款项会列入下一期结算单。"
    en = "Period {period} is closed and nothing new belongs to it. What comes late is stated next."


class NothingToClose(Conflict):
    """Books without receipts."""

    zh = "账内还没有入库明细，没有可结的期间。请先用 enclave import 导入。"
    en = "There are no receipts in the books, so there is nothing to close. Import some first."


def close(books: Books, period: Period) -> Fact:
    """Close a period at the books' position.

    Raises NothingToClose, PeriodsCloseInOrder, PeriodAlreadyClosed.
    """
    last, first = books.last_closed(), books.first_period()
    if first is None:
        raise NothingToClose()
    due = last.next if last else first
    if due is None or period > due:
        raise PeriodsCloseInOrder(period=period, due=due)
    statements = _statements(books, period)
    if period < due and (period != last or not any(_says_something(each) for each in statements)):
        raise PeriodAlreadyClosed(period=period)
    fields = {
        "period": str(period),
        "cut": books.position,
        "edition": EDITION,
        "engine": ENGINE,
        "statements": statements,
    }
    return Fact(STREAM, PeriodClosed, fields)


def _statements(books: Books, period: Period) -> list[StatedPool]:
    return [
        statement
        for agreement in books.in_force(books.position)
        if period.ends(agreement.terms.every)
        for statement in statements_of(books.work(agreement, period, books.position))
    ]


def _says_something(statement: StatedPool) -> bool:
    return any(line.entitled_fen or line.collected_fen for line in statement.lines)
