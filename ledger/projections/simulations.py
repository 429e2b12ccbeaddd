"""Simulations over the books: other terms beside an agreement, by everything recorded."""

from dataclasses import replace
from datetime import date

from ledger.domain.agreeing.agreement import Agreement
from ledger.domain.dividing.simulation import Outcome, Simulation
from ledger.domain.dividing.simulation import simulate as beside
from ledger.domain.facts.certified import Certified
from ledger.domain.stating.books import Books
from ledger.domain.terms import Party, Terms
from ledger.domain.terms.versions import Versions


def simulate(books: Books, agreement: Agreement, terms: Terms, facts: Certified | None) -> Simulation:
    """What an agreement gave and what other terms would have given; with the agreement's own facts if none are given."""
    closed = books.last_closed()
    until = closed.last if closed else date.min
    found = beside(books, agreement, terms, facts.facts if facts else None, books.position, until)
    return Simulation(found.actual, _called_alike(found.other, terms, agreement.terms))


def left_out_of(*texts: Terms) -> list[str]:
    """The pools of some terms that a simulation leaves out: it compares money only."""
    return list(dict.fromkeys(pool.name for terms in texts for pool in terms.pools if not pool.is_money))


def names_of(agreed: Versions, terms: Terms) -> dict[str, str]:
    """What the parties of an agreement and of other terms are called, by id; a party of both as the agreement calls it."""
    return {party.id: party.name for said in (terms, agreed) for party in said.parties.values()}


def _called_alike(other: Outcome, terms: Terms, actual: Terms) -> Outcome:
    """The same parties under the agreement's ids, where the other terms give them others: by name or region."""
    ids = {
        party.id: party.id if party.id in actual.parties else _known(party, actual) or party.id
        for party in terms.parties.values()
    }
    years = {year: {ids[party]: fen for party, fen in shares.items()} for year, shares in other.years.items()}
    return replace(other, years=years)


def _known(party: Party, actual: Terms) -> str | None:
    return actual.party_named(party.name) or (actual.party_named(party.region) if party.region else None)
