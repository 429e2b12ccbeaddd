"""Simulations over the books: other terms beside an agreement, by everything recorded."""

from ledger.domain.agreement import Agreement
from ledger.domain.books import Books
from ledger.domain.certified import Certified
from ledger.domain.simulation import Simulation, course
from ledger.domain.terms import Terms
from ledger.domain.versions import Versions


def simulate(books: Books, agreement: Agreement, terms: Terms, facts: Certified | None) -> Simulation:
    """What an agreement gave and what other terms would have given; with the agreement's own facts if none are given."""
    own = books.certified(agreement, books.position)
    reports = [report for _, report in books.counted]
    actual = course(agreement.known_at(books.position), own, books.entries, books.originals, reports)
    other = course(Versions([terms]), own if facts is None else facts, books.entries, books.originals, reports)
    return Simulation(actual, other)
