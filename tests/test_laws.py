"""The laws of dividing (semantics 5.10), each a property."""

from copy import deepcopy
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests import engine
from tests.histories import random_history

SEEDS = st.integers(0, 2**32)
FEW = settings(max_examples=60, deadline=None)


@FEW
@given(SEEDS)
def test_a_what_is_due_and_what_is_not_divided_sum_to_the_entries(seed: int) -> None:
    document, entries = random_history(seed)
    for pool in document["pools"].values():
        pool["level"] = "as_given"

    found = engine.split_by_engine(document, entries)

    divided = sum(found.totals.values())
    rest = found.waiting_fen + found.undivided_fen + found.unselected_fen
    assert divided + rest == sum(entry["amount_fen"] for entry in entries)


@FEW
@given(SEEDS, st.randoms(use_true_random=False))
def test_b_the_order_of_recording_counts_for_nothing(seed: int, dice: Random) -> None:
    document, entries = random_history(seed)
    shuffled = dice.sample(entries, len(entries))

    assert engine.due(document, shuffled) == engine.due(document, entries)


@FEW
@given(SEEDS)
def test_c_an_entry_and_its_reversal_equal_neither(seed: int) -> None:
    document, entries = random_history(seed)
    own = [entry for entry in entries if not entry["original"]]
    if not own:
        return
    wrong = own[0] | {"id": "wrong"}
    away = wrong | {"id": "away", "amount_fen": -wrong["amount_fen"], "original": "wrong", "reversal": True}

    # At level `period` the pair is booked in one settlement: an account rounds for itself.
    assert engine.due(document, [*entries, wrong, away]) == engine.due(document, entries)


@FEW
@given(SEEDS)
def test_d_nobody_is_a_fen_off_in_any_account_and_accounts_sum_exactly(seed: int) -> None:
    document, entries = random_history(seed)
    document["rounding"]["rule"] = "largest_remainder"

    for division in engine.divisions(document, entries).values():
        for account in division.accounts():
            assert all(abs(account.fen[party] - part) < 1 for party, part in account.exact.items())
            assert sum(account.fen.values()) == sum(account.exact.values())


AMOUNTS = st.lists(st.integers(-(10**6), 10**15), min_size=1, max_size=12)


@FEW
@given(st.lists(st.integers(1, 97), min_size=3, max_size=9), AMOUNTS, AMOUNTS, st.integers(0, 10**15))
def test_e_what_is_dated_after_a_leavers_last_segment_never_moves_it(
    weights: list[int], early: list[int], late: list[int], limit_fen: int
) -> None:
    """The party listed last leaves after two years; a limit before that reaches over both times."""
    everyone = {f"p{index}": weight for index, weight in enumerate(weights)}
    leaver = list(everyone)[-1]
    stayers = {party: weight for party, weight in everyone.items() if party != leaver}
    document = _terms(
        everyone,
        [
            {"name": "first", "split": {"p0": 1}, "until": f"{limit_fen // 100}.00"},
            {"split": everyone, "during": {"years": "1-2"}},
            {"split": stayers},
        ],
    )
    before = [_entry(f"e{index}", "2021-06-01", fen) for index, fen in enumerate(early) if fen]
    after = [_entry(f"l{index}", "2022-01-01", fen) for index, fen in enumerate(late) if fen]

    assert engine.due(document, before + after)[leaver] == engine.due(document, before)[leaver]


@FEW
@given(SEEDS, st.randoms(use_true_random=False))
def test_f_permuting_parties_permutes_exact_parts(seed: int, dice: Random) -> None:
    document, entries = random_history(seed)
    permuted = deepcopy(document)
    names = list(document["parties"])
    permuted["parties"] = {name: document["parties"][name] for name in dice.sample(names, len(names))}

    assert _exact(permuted, entries) == _exact(document, entries)


@FEW
@given(SEEDS, st.integers(1, 7))
def test_g_dividing_in_blocks_gives_the_same(seed: int, size: int) -> None:
    document, entries = random_history(seed)
    whole = engine.divisions(document, entries)
    blocks = engine.divisions(document, [])

    readings = engine.readings(document, entries)
    for first in range(0, len(readings), size):
        for reading in readings[first : first + size]:
            blocks[reading.pool].add(reading)
        for division in blocks.values():
            division.due()

    assert {name: each.due() for name, each in blocks.items()} == {name: each.due() for name, each in whole.items()}


def _exact(document: engine.Plain, entries: list[engine.Plain]) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for name, division in engine.divisions(document, entries).items():
        parts: dict[str, object] = {}
        for account in division.accounts():
            for party, part in account.exact.items():
                parts[party] = parts.get(party, 0) + part  # type: ignore[operator]
        found[name] = {party: part for party, part in parts.items() if part}
    return found


def _terms(weights: dict[str, int], waterfall: list[engine.Plain]) -> engine.Plain:
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
        "pools": {"tax": {"share": "receipts", "waterfall": waterfall}},
    }


def _entry(name: str, booked: str, fen: int) -> engine.Plain:
    texts = dict.fromkeys(("subject", "enterprise", "project", "park", "collector"), "")
    nothing = {"period_from": None, "period_to": None, "original": None, "reversal": False}
    return {"id": name, "booked": booked, "amount_fen": fen, **texts, **nothing}
