"""Closing (结账): a cut in the log, with the figures of every statement.

Periods close in order; a second cut for the last closed period is supplementary.  A fact
recorded after the cut belongs to a later statement, whatever its date (design § 6).
"""

from ledger.domain.calendar import Period
from ledger.domain.errors import Conflict
from ledger.domain.events import Fact, PeriodClosed, StatedPool
from ledger.domain.stating.books import Books
from ledger.domain.terms import EDITION

STREAM = "closings"
ENGINE = "2.2"
"""The version of what divides; raised whenever a figure could come out differently."""


class PeriodsCloseInOrder(Conflict):
    """A period before the next one."""

    zh = "期间 {period} 还不能结账，应先结 {due}。请按月份顺序，逐月结到 {period}。"
    en = "Period {period} cannot be closed yet; {due} comes first. Close in order, month by month up to {period}."


class PeriodAlreadyClosed(Conflict):
    """A period that later ones rest on, or that nothing new belongs to."""

    zh = "期间 {period} 已结账，之后没有属于它的新事项。迟到的款项会列入下一期结算单。"
    en = "Period {period} is closed and nothing new belongs to it. What comes late is stated next."


class PeriodBeforeFirst(Conflict):
    """A period before anything was booked."""

    zh = "账内第一笔入库在 {first}，{period} 没有账可结。请从 {first} 结起。"
    en = "The first receipt was booked in {first}; there is nothing to close in {period}. Begin with {first}."


class NothingToClose(Conflict):
    """Books without receipts."""

    zh = "账内还没有入库明细，没有可结的期间。请先导入。"
    en = "There are no receipts in the books, so there is nothing to close. Import some first."


def close(books: Books, period: Period) -> Fact:
    """Close a period at the books' position.

    Raises NothingToClose, PeriodBeforeFirst, PeriodsCloseInOrder, PeriodAlreadyClosed.
    """
    last, first = books.last_closed(), books.first_period()
    if first is None:
        raise NothingToClose()
    if last is None and period < first:
        raise PeriodBeforeFirst(first=first, period=period)
    due = last.next if last else first
    if due is None or period > due:
        raise PeriodsCloseInOrder(period=period, due=due)
    statements = statements_at(books, period, books.position, books.position + 1)
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


def statements_at(books: Books, period: Period, cut: int, before: int) -> list[StatedPool]:
    """Every statement of a period at a cut, given the closings below a position.

    A supplementary cut only writes statements that say something.
    """
    found = [
        paper.stated
        for agreement in books.in_force(cut)
        if period.ends(agreement.terms.every)
        for paper in books.work(agreement, period, cut, before)
    ]
    again = any(closing.period == str(period) for position, closing in books.closings if position < before)
    return [each for each in found if _says_something(each)] if again else found


def _says_something(statement: StatedPool) -> bool:
    return any(line.entitled_fen or line.collected_fen for line in statement.lines)
