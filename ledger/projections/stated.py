"""What was asked to be stated: the statements of a span, what is paid of them, and what stands beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ledger.domain.calendar import Period
from ledger.domain.stating.books import Books
from ledger.domain.stating.closing import NothingToClose
from ledger.projections.coverage import booked, coverage
from ledger.projections.payments import Paid, paid_of, settlements
from ledger.projections.spans import Span, month_span
from ledger.projections.statements import Statement, statements_as_of, statements_within


@dataclass(frozen=True)
class Stated:
    """Statements, one `paid` for each settlement of them; what no agreement selects, where it is known."""

    span: Span
    statements: Sequence[Statement]
    paid: Sequence[Paid]
    unselected_fen: int | None


def stated(books: Books, span: Span | None, number: str | None, as_of: date | None) -> Stated:
    """The statements of a span, by default the last closed month; raises as `statements_within`, and NothingToClose."""
    span = span or month_span(_current(books))
    found = statements_as_of(books, as_of, number) if as_of else statements_within(books, span, number)
    unselected_fen = coverage(books, booked(books, span.first.first, span.last.last)).unselected_fen
    return Stated(span, found, [paid_of(books, each) for each in settlements(found)], unselected_fen)


def _current(books: Books) -> Period:
    current = books.last_closed() or books.first_period()
    if current is None:
        raise NothingToClose()
    return current
