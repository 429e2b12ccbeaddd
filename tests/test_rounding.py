"""Rounding: every fen is handed out, nobody is a fen off."""

from fractions import Fraction
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.rounding import Exact, RoundingRule, part_of, rounded, rounded_to_date

WEIGHTS = st.lists(st.integers(0, 100), min_size=2, max_size=9).filter(any)


def parts(total: int, weights: list[int]) -> dict[str, Fraction]:
    return {f"county{index}": Fraction(total * weight, sum(weights)) for index, weight in enumerate(weights)}


@given(st.integers(-(10**15), 10**15), WEIGHTS)
def test_every_fen_is_handed_out_and_nobody_is_a_fen_off(total: int, weights: list[int]) -> None:
    exact = parts(total, weights)

    fen = rounded(exact)

    assert sum(fen.values()) == total
    assert all(abs(fen[county] - exact[county]) < 1 for county in exact)


@given(st.integers(-(10**15), 10**15), WEIGHTS)
def test_a_share_of_zero_gets_nothing_by_either_rule(total: int, weights: list[int]) -> None:
    exact = parts(total, weights)

    for rule in ("largest_remainder", "last_takes_rest"):
        fen = rounded(exact, rule)  # type: ignore[arg-type]
        assert sum(fen.values()) == total
        assert all(fen[county] == 0 for county, part in exact.items() if part == 0)


@given(st.integers(0, 10**15), st.fractions(min_value=0, max_value=3, max_denominator=10**6))
def test_a_part_of_an_amount_is_half_a_fen_off_at_most_and_half_a_fen_goes_up(whole: int, part: Fraction) -> None:
    assert -Fraction(1, 2) < part_of(whole, part) - whole * part <= Fraction(1, 2)


@pytest.mark.parametrize("rule", get_args(RoundingRule))
@given(
    comings=st.lists(
        st.tuples(WEIGHTS, st.lists(st.integers(-(10**6), 10**6), min_size=3, max_size=3)), min_size=1, max_size=3
    )
)
def test_rows_rounded_at_once_are_those_rounded_one_after_the_other(
    comings: list[tuple[list[int], list[int]]], rule: RoundingRule
) -> None:
    parties = [f"county{index}" for index in range(9)]
    come = [(parts(1, weights), np.array(times)) for weights, times in comings]

    at_once = rounded_to_date(come, parties, rule)

    exact = Exact(parties)
    for row in range(3):
        for own, times in come:
            exact.add_all(own, int(times[row]))
        assert at_once is not None and at_once[row].tolist() == list(exact.rounded(rule).values())


def test_what_does_not_fit_into_columns_is_not_rounded_in_them() -> None:
    assert (
        rounded_to_date([(parts(1, [1, 10**9]), np.array([10**15]))], ["county0", "county1"], "largest_remainder")
        is None
    )


def test_ten_fen_over_nothing_one_third_and_two_thirds_are_0_3_7() -> None:
    """N1: the party listed first took the leftover even at 0 %."""
    assert list(rounded({"a": Fraction(0), "b": Fraction(10, 3), "c": Fraction(20, 3)}).values()) == [0, 3, 7]


def test_9999_fen_at_75_to_25_are_7499_and_2500() -> None:
    """N3."""
    assert list(rounded(parts(9999, [75, 25])).values()) == [7499, 2500]


def test_three_fen_among_six_by_last_takes_rest_leave_nobody_below_zero() -> None:
    assert list(rounded(parts(3, [1] * 6), "last_takes_rest").values()) == [0, 0, 0, 0, 0, 3]


def test_a_negative_total_is_mirrored() -> None:
    assert rounded(parts(-100, [1, 1, 1])) == {party: -fen for party, fen in rounded(parts(100, [1, 1, 1])).items()}
