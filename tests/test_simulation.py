"""Simulation: other terms over recorded history; nothing is recorded, and the same terms gain nothing."""

from datetime import date

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from ledger.application import Ledger
from ledger.domain.calendar import DAY, month_starts
from ledger.domain.dividing.course import Course
from ledger.domain.dividing.simulation import Simulation, outcome, simulate
from ledger.domain.terms import Document
from ledger.domain.terms.draft import read_terms
from tests import engine
from tests.conftest import agree, csv_file, two_counties
from tests.engine import Plain
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


@FEW
@given(SEEDS, st.integers(0, 2))
def test_a_course_worked_out_at_once_is_that_of_one_period_after_the_other(seed: int, how: int) -> None:
    log = rated_log(seed) if how else random_log(seed)[0]
    known, agreement = engine.known_of(log)
    assume(known.entries)
    firsts = month_starts(*known.recorded.booked())
    lasts = [each - DAY for each in sorted(firsts)][1:] + [date(known.recorded.booked()[1].year, 12, 31)]
    at_once, one_by_one = (Course(known, agreement, len(log)) for _ in range(2))

    found = at_once.shares_fen(lasts)
    event(f"at once: {at_once.pools.course([], 1) is not None}")
    one_by_one.pools.course = lambda parted, count: None  # type: ignore[method-assign]

    assert found.tolist() == one_by_one.shares_fen(lasts).tolist()
    for key, division in at_once.pools.divisions.items():
        other = one_by_one.pools.divisions[key]
        assert (division.due(), division.waiting_fen(), division.undivided_fen(), division.collected()) == (
            other.due(),
            other.waiting_fen(),
            other.undivided_fen(),
            other.collected(),
        )


def rated_log(seed: int) -> list[Plain]:
    """A log of versions whose steps remember nothing, so that a rate tells what every fen comes to."""
    log = random_log(seed)[0]
    for thing in log:
        for version in [thing["version"]] if "version" in thing else []:
            own = {name: pool for name, pool in version["pools"].items() if name in ("tax", "fees", "land")}
            steps = [{"split": {party: weight for weight, party in enumerate(version["parties"], 1)}}]
            version["pools"] = {name: pool | {"waterfall": steps} for name, pool in own.items()}
    return log


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
