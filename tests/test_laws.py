"""The laws of dividing (semantics 5.10), each a property.

A seed is a log: plain terms with entries, or amendments, certified facts, feeding, transfers
and guarantees as well.
"""

from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from datetime import date
from fractions import Fraction
from random import Random

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ledger.domain.dividing.division import Account, Division
from ledger.domain.dividing.pools import PoolKey, Pools
from ledger.domain.dividing.reading import Reading
from ledger.domain.terms.versions import Versions
from tests import engine
from tests.engine import Plain
from tests.histories import random_history, random_log

FEW = settings(max_examples=60, deadline=None)
Log = list[Plain]


def log_of_seed(seed: int) -> Log:
    """Two logs of three are full ones; the others have a document and entries only."""
    return random_log(seed)[0] if seed % 3 else engine.log_of(*random_history(seed))


SEEDS = st.integers(0, 2**32)
LOGS = SEEDS.map(log_of_seed)
DICE = SEEDS.map(Random)


def of_kind(log: Log, kind: str) -> list[Plain]:
    return [thing[kind] for thing in log if kind in thing]


def due(log: Log, day: date | None = None) -> dict[PoolKey, dict[str, int]]:
    return engine.worked_out(log, day=day).due()


# a: conserved


@FEW
@given(LOGS)
def test_a_what_is_due_and_what_is_not_divided_sum_to_the_entries(log: Log) -> None:
    known, agreement = engine.known_of(log)
    reader = known.reader(agreement, len(log))
    read = [(entry, reader.read(entry)) for entry in known.entries]
    unselected = sum(entry.amount_fen for entry, readings in read if not readings)
    other_levels = sum(entry.amount_fen - each.amount_fen for entry, readings in read for each in readings)

    pools = engine.worked_out(log)

    not_divided = sum(each.waiting_fen() + each.undivided_fen() for each in pools.divisions.values())
    whole = sum(pools.due_in_money().values()) + not_divided + unselected + other_levels
    assert whole == sum(entry.amount_fen for entry in known.entries)


# b, c: the set of facts, not their order


@FEW
@given(LOGS, DICE)
def test_b_the_order_of_recording_entries_counts_for_nothing(log: Log, dice: Random) -> None:
    """Entries move among each other and past versions and facts, which keep their own order."""
    entries = [thing for thing in log if "entry" in thing]
    others = [thing for thing in log if "entry" not in thing]
    places = sorted(dice.sample(range(len(log)), len(entries)))
    shuffled = list(others)
    for place, entry in zip(places, dice.sample(entries, len(entries)), strict=True):
        shuffled.insert(place, entry)

    assert due(shuffled) == due(log)


@FEW
@given(LOGS, DICE)
def test_c_an_entry_and_its_reversal_equal_neither(log: Log, dice: Random) -> None:
    own = [entry for entry in of_kind(log, "entry") if not entry["original"]]
    assume(own)
    day = engine.last_day_of(log)
    wrong = dice.choice(own) | {"id": "wrong"}
    runs = of_kind(log, "version")[0]["rounding"]["level"] == "running"
    # At level `period` the pair is booked in one settlement: an account rounds for itself.
    booked = dice.choice([wrong["booked"], day.isoformat()]) if runs else wrong["booked"]
    back = {"id": "back", "booked": booked, "amount_fen": -wrong["amount_fen"], "original": "wrong", "reversal": True}
    with_both = list(log)
    for thing in (wrong, wrong | back):
        with_both.insert(dice.randint(1, len(with_both)), {"entry": thing})

    assert due(with_both, day) == due(log, day)


# d: nobody is a fen off


@FEW
@given(LOGS)
def test_d_nobody_is_a_fen_off_in_any_account_and_accounts_sum_exactly(log: Log) -> None:
    for document in of_kind(log, "version"):
        document["rounding"] = document["rounding"] | {"rule": "largest_remainder"}

    for account in accounts(engine.worked_out(log)):
        assert account.fen.keys() == account.exact.keys()
        assert all(abs(account.fen[party] - part) < 1 for party, part in account.exact.items())
        assert sum(account.fen.values()) == sum(account.exact.values())


def accounts(pools: Pools) -> Iterator[Account]:
    for division in pools.divisions.values():
        yield from division.accounts()


# e: who has left

AMOUNTS = st.lists(st.integers(-(10**6), 10**15).filter(bool), min_size=1, max_size=12)
WEIGHTS = st.lists(st.integers(1, 97), min_size=3, max_size=9)


@FEW
@given(WEIGHTS, AMOUNTS, AMOUNTS, st.integers(0, 10**15), st.sampled_from(["window", "amendment"]))
def test_e_what_is_dated_after_a_leavers_last_segment_never_moves_it(
    weights: list[int], early: list[int], late: list[int], limit_fen: int, by: str
) -> None:
    """The party listed last leaves after two years, by a window or by an amendment; a limit before that goes on."""
    everyone = {f"p{index}": weight for index, weight in enumerate(weights)}
    leaver = list(everyone)[-1]
    stayers = {party: weight for party, weight in everyone.items() if party != leaver}
    limited = {"name": "first", "split": {"p0": 1}, "until": f"{limit_fen // 100}.00"}
    if by == "window":
        steps = [limited, {"split": everyone, "during": {"years": "1-2"}}, {"split": stayers}]
        versions = [terms(everyone, steps)]
    else:
        versions = [
            terms(everyone, [limited, {"split": everyone}]),
            terms(stayers, [limited, {"split": stayers}]) | {"effective": "2022-01-01"},
        ]
    before = [entry(f"e{index}", "2021-12-31", fen) for index, fen in enumerate(early)]
    after = [entry(f"l{index}", "2022-01-01", fen) for index, fen in enumerate(late)]

    assert engine.due(versions, before + after)[leaver] == engine.due(versions, before)[leaver]


@FEW
@given(SEEDS.map(lambda seed: random_log(seed)[0]))
def test_e_a_party_that_an_amendment_removed_is_never_moved_by_what_is_dated_later(log: Log) -> None:
    """In pools that entries come to; a fed pool hands on a whole settlement, dated on its first day."""
    known, agreement = engine.known_of(log)
    versions, certified = agreement.known_at(len(log)), known.certified(agreement, len(log))
    reader = known.reader(agreement, len(log))
    readings = [reading for each in known.entries for reading in reader.read(each)]

    def due_of(party: str, counted: Iterable[Reading]) -> dict[PoolKey, int]:
        pools = Pools(versions, certified)
        pools.move_day(engine.last_day_of(log))
        pools.add_all(counted)
        return {key: shares[party] for key, shares in pools.due().items() if not versions.pool(key.pool).hands_on}

    for party in versions.parties:
        left = last_day_listed(versions, party)
        if left is not None:
            earlier = [reading for reading in readings if reading.rate_date < left]
            assert due_of(party, readings) == due_of(party, earlier)


def last_day_listed(versions: Versions, party: str) -> date | None:
    """The day from which on no version in force lists a party; None if the last one does."""
    left = None
    for when in reversed(versions.dates):
        if party in versions.on(when).parties:
            return left
        left = when
    return left


# f: permuting parties


@FEW
@given(LOGS, DICE)
def test_f_permuting_parties_permutes_the_result_but_for_ties(log: Log, dice: Random) -> None:
    """In pools that no whole fen are fed to, and where shares are not rounded to decimals by listing order."""
    documents = of_kind(log, "version")
    names = list(dict.fromkeys(party for document in documents for party in document["parties"]))
    order = dice.sample(names, len(names))
    for document in documents:
        document["rounding"] = document["rounding"] | {"rule": "largest_remainder"}
        for step in [step for pool in document["pools"].values() for step in pool["waterfall"]]:
            step |= {"split": step["split"] | {"decimals": "exact"}} if "decimals" in step.get("split", {}) else {}
    permuted = deepcopy(log)
    for document in of_kind(permuted, "version"):
        document["parties"] = {party: document["parties"][party] for party in order if party in document["parties"]}

    one, other = engine.worked_out(log), engine.worked_out(permuted)

    for key in one.divisions:
        if one.versions.pool(key.pool).fed_by is None:
            assert by_account(one.divisions[key]) == by_account(other.divisions[key])


def by_account(division: Division) -> dict[object, object]:
    """Exact parts of every account, and their fen where no tie leaves them to the listing order."""
    return {
        (frozenset(each.key.parties), each.key.apart, each.key.unit): (
            each.exact,
            None if has_tie(each.exact.values()) else each.fen,
        )
        for each in division.accounts()
    }


def has_tie(parts: Iterable[Fraction]) -> bool:
    found = list(parts)
    sign = -1 if sum(found) < 0 else 1
    lost = [sign * part % 1 for part in found if part]
    return len(set(lost)) < len(lost)


# g: blocks of any size


@FEW
@given(LOGS, st.integers(1, 7), DICE)
def test_g_dividing_in_blocks_of_any_size_and_day_by_day_gives_the_same(log: Log, size: int, dice: Random) -> None:
    known, agreement = engine.known_of(log)
    reader = known.reader(agreement, len(log))
    readings = [reading for each in known.entries for reading in reader.read(each)]
    blocks = Pools(agreement.known_at(len(log)), known.certified(agreement, len(log)))
    last = engine.last_day_of(log)
    days = sorted([date.fromordinal(last.toordinal() - dice.randint(0, 3000)) for _ in range(2)])

    for first, day in zip(range(0, len(readings) + size, size), [*days, *[last] * len(readings)], strict=False):
        blocks.move_day(day)
        blocks.add_all(dice.sample(readings[first : first + size], len(readings[first : first + size])))
        blocks.due()
    blocks.move_day(last)

    assert blocks.due() == due(log)


# The words


def terms(weights: dict[str, int], waterfall: Sequence[Plain]) -> Plain:
    return {
        "title": "t",
        "edition": 2,
        "parties": {party: {"name": party} for party in weights},
        "from": "2020-01-01",
        "to": "open",
        "rate_date": "entry_date",
        "refunds": "as_original",
        "negatives": "immediate",
        "rounding": {"level": "running"},
        "pools": {"tax": {"share": "receipts", "waterfall": list(waterfall)}},
    }


def entry(name: str, booked: str, fen: int) -> Plain:
    texts = dict.fromkeys(("subject", "enterprise", "project", "park", "collector"), "")
    nothing = {"period_from": None, "period_to": None, "original": None, "reversal": False}
    return {"id": name, "booked": booked, "amount_fen": fen, **texts, **nothing}
