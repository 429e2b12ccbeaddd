"""The bridge: due at one moment plus causes is due at another, in any direction, by any way."""

from datetime import date
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.application import Ledger
from ledger.domain.agreeing.agreement import Agreement
from ledger.domain.dividing.known import Known
from ledger.domain.dividing.pools import PoolKey
from ledger.domain.stating.bridge import Bridge, bridge
from ledger.domain.stating.working import Moment
from tests import engine, oracle
from tests.conftest import HEADER, agree, csv_file, two_counties
from tests.figure_histories import random_figures
from tests.histories import random_log

SEEDS = st.integers(0, 2**32)
FEW = settings(max_examples=25, deadline=None)
Books = tuple[Known, Agreement, list[Moment]]
Moved = dict[tuple[PoolKey, str], int]


@st.composite
def books_of_money(draw: st.DrawFn) -> Books:
    """A log with amendments, facts, feeding, transfers and guarantees, and three moments of it."""
    dice = Random(draw(SEEDS))
    log, cuts = random_log(dice.randrange(2**32))
    known, agreement = engine.known_of(log)
    return known, agreement, moments(dice, len(log), cuts[-1][1])


@st.composite
def books_of_figures(draw: st.DrawFn) -> Books:
    """Figures that begin to count one after the other, revisions included, behind versions and facts."""
    dice = Random(draw(SEEDS))
    versions, reports, facts = random_figures(dice.randrange(2**32))
    things = [{"version": versions[0]}, *({"fact": fact} for fact in facts)]
    known, agreement = engine.known_of([*things, *({"version": each} for each in versions[1:])])
    begins = len(things) + len(versions)
    known.counted = [(begins + row // 3, report) for row, report in enumerate(engine.reports_of(reports))]
    last = max(report.last for _, report in known.counted)
    return known, agreement, moments(dice, begins + len(reports) // 3, last)


def moments(dice: Random, positions: int, last: date) -> list[Moment]:
    """Three moments in any order; some share their position or their day."""
    cuts = [dice.randint(1, positions) for _ in range(2)]
    days = [date.fromordinal(last.toordinal() - dice.choice([0, dice.randint(0, 1500)])) for _ in range(2)]
    return [Moment(dice.choice([*cuts, positions]), dice.choice(days)) for _ in range(3)]


BOOKS = st.one_of(books_of_money(), books_of_figures())


def moved(way: Bridge) -> Moved:
    """The sum of every change, by pool and party."""
    found: Moved = {}
    for change in way.changes:
        for key, shares in change.worths.items():
            for party, amount in shares.items():
                found[key, party] = found.get((key, party), 0) + amount
    return nonzero(found)


def nonzero(found: Moved) -> Moved:
    return {key: amount for key, amount in found.items() if amount}


def difference(way: Bridge) -> Moved:
    """What is due at the end less what was due at the start; a pool or party that is not there has nothing."""
    ends = [
        {(key, party): amount for key, shares in due.items() for party, amount in shares.items()}
        for due in (way.due_start, way.due_end)
    ]
    return nonzero({key: ends[1].get(key, 0) - ends[0].get(key, 0) for key in [*ends[0], *ends[1]]})


@FEW
@given(BOOKS)
def test_due_at_the_start_and_every_cause_sum_to_due_at_the_end(books: Books) -> None:
    known, agreement, (start, end, _) = books

    way = bridge(known, agreement, start, end)

    assert moved(way) == difference(way)
    for key in dict.fromkeys([*way.due_start, *way.due_end]):
        by_cause = way.by_cause(key)
        of_pool = {party: amount for (pool, party), amount in moved(way).items() if pool == key}
        summed = {party: sum(row.get(party, 0) for row in by_cause.values()) for party in of_pool}
        assert summed == of_pool


@FEW
@given(BOOKS)
def test_the_way_back_is_the_way_with_the_other_sign(books: Books) -> None:
    known, agreement, (start, end, _) = books

    there, back = (bridge(known, agreement, *way) for way in ((start, end), (end, start)))

    assert moved(back) == {key: -amount for key, amount in moved(there).items()}
    assert (back.due_start, back.due_end) == (there.due_end, there.due_start)


@FEW
@given(BOOKS)
def test_ways_through_a_third_moment_add_up_to_the_straight_way(books: Books) -> None:
    known, agreement, (start, end, third) = books

    straight, first, second = (bridge(known, agreement, *way) for way in ((start, end), (start, third), (third, end)))

    both = [moved(first), moved(second)]
    keys = dict.fromkeys([*both[0], *both[1]])
    assert nonzero({key: sum(each.get(key, 0) for each in both) for key in keys}) == moved(straight)


@settings(max_examples=6, deadline=None)
@given(SEEDS)
def test_each_step_of_the_log_is_worth_what_the_oracle_gives_after_it_less_before(seed: int) -> None:
    log, cuts = random_log(seed)
    known, agreement = engine.known_of(log)
    day, start = cuts[-1][1], max(1, len(log) - 5)

    for cut in range(start, len(log)):
        before, after = (oracle.due_as_known(log, known_so_far, day).pools for known_so_far in (cut, cut + 1))
        way = bridge(known, agreement, Moment(cut, day), Moment(cut + 1, day))

        expected = {
            (PoolKey(pool), party): amount - before.get(pool, {}).get(party, 0)
            for pool, shares in after.items()
            for party, amount in shares.items()
        }
        assert moved(way) == nonzero(expected)


def test_the_bridge_adds_up_also_when_another_agreement_gives_up_its_claim(ledger: Ledger) -> None:
    """A list certified under one agreement frees an entry that waited in another one."""
    parties = {"bing": {"name": "丙县", "role": "origin"}, "yi": {"name": "乙县", "role": "host"}}
    listed = {"tax": {"share": "receipts", "of": {"list": "firms"}, "waterfall": [{"split": {"jia": 1, "yi": 1}}]}}
    project = {
        "tax": {"share": "receipts", "of": {"projects": ["新材料"]}, "waterfall": [{"split": {"bing": 1, "yi": 1}}]}
    }
    agree(ledger, two_counties(pools=listed))
    agree(ledger, two_counties(title="丙县的协议", parties=parties, pools=project))
    ledger.import_receipts(csv_file(["V1,2024-01-05,100.00,新材料"], f"{HEADER},项目"), "一.csv")
    before = ledger.books.position
    ledger.propose_facts("A1", [{"list": "firms", "units": ["91130632DEM000001N"], "source": "纪要"}], "甲县")
    ledger.confirm_fact("F1", "乙县")
    books = ledger.books

    way = bridge(books, books.agreement("A2"), *(Moment(cut, date(2024, 12, 31)) for cut in (before, books.position)))

    assert difference(way) == {(PoolKey("tax"), "bing"): 50_00, (PoolKey("tax"), "yi"): 50_00}
    assert moved(way) == difference(way)
