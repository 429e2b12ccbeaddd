"""Simulation: other terms over recorded history; nothing is recorded, and the same terms gain nothing."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ledger.application import Ledger
from ledger.domain.dividing.simulation import Simulation, outcome, simulate
from ledger.domain.terms import Document
from ledger.domain.terms.draft import read_terms
from tests import engine
from tests.conftest import agree, csv_file, two_counties
from tests.histories import random_log

SEEDS = st.integers(0, 2**32)
FEW = settings(max_examples=40, deadline=None)
TERMS = {"tax": {"share": "receipts", "waterfall": [{"split": {"jia": 1, "yi": 1}}]}}


@FEW
@given(SEEDS)
def test_the_same_terms_simulate_to_zero_gain_everywhere(seed: int) -> None:
    log = [thing for index, thing in enumerate(random_log(seed)[0]) if index == 0 or "version" not in thing]
    known, agreement = engine.known_of(log)

    found = simulate(known, agreement, read_terms(log[0]["version"]), None, len(log))

    assert not any(any(shares.values()) for shares in found.gains().values())
    assert found.actual.years == found.other.years
    assert (found.actual.waiting_fen, found.actual.undivided_fen) == (
        found.other.waiting_fen,
        found.other.undivided_fen,
    )


@FEW
@given(SEEDS)
def test_the_years_of_a_simulation_sum_to_what_is_due_at_the_end_of_its_last(seed: int) -> None:
    log, _ = random_log(seed)
    known, agreement = engine.known_of(log)
    assume(known.entries)

    found = outcome(known, agreement, len(log))

    due = engine.worked_out(log).due_in_money()
    assert {party: sum(shares[party] for shares in found.years.values()) for party in due} == due


def simulated(ledger: Ledger, document: Document) -> Simulation:
    books = ledger.books
    return simulate(books, books.agreement("A1"), read_terms(document), None, books.position)


def test_a_simulation_records_nothing_and_says_who_gains_in_which_year(ledger: Ledger) -> None:
    agree(ledger, two_counties())
    ledger.import_receipts(csv_file(["V1,2024-01-05,3.00", "V2,2025-01-05,6.00"]), "一.csv")
    before = ledger.log.head()

    found = simulated(ledger, two_counties(pools=TERMS))

    assert found.gains() == {2024: {"jia": 50, "yi": -50}, 2025: {"jia": 1_00, "yi": -1_00}}
    assert ledger.log.head() == before


def test_years_without_a_booking_are_simulated_where_a_transfer_falls_due(ledger: Ledger) -> None:
    """What is transferred on the last day of every year is there in a year that nothing was booked in."""
    agree(ledger, two_counties())
    ledger.import_receipts(csv_file(["V1,2024-01-05,3.00", "V2,2026-01-05,3.00"]), "一.csv")
    base = {"share": "transfer", "transfer": {"from": "yi", "amount": "1.00", "yearly": "12-31"}}
    pools = two_counties()["pools"] | {"base": base | {"waterfall": [{"split": {"jia": 1}}]}}

    found = simulated(ledger, two_counties(pools=pools))

    assert found.gains() == {year: {"jia": 1_00, "yi": -1_00} for year in (2024, 2025, 2026)}
