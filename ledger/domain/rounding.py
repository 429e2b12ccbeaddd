"""Rounding: exact parts that sum to a whole number become whole numbers that sum to it.

The only place where anything is rounded.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import floor, trunc
from typing import Literal

RoundingRule = Literal["largest_remainder", "last_takes_rest"]


def rounded(exact: Mapping[str, Fraction], rule: RoundingRule = "largest_remainder") -> dict[str, int]:
    """Whole units for exact parts in listing order; their sum is the parts' sum (semantics 5.8).

    The parts must sum to a whole number.  A part of exactly zero gets none.
    """
    if rule == "last_takes_rest":
        return _last_takes_rest(exact)
    return _largest_remainder(exact)


def part_of(whole: int, part: Fraction) -> int:
    """A part of whole units, itself in whole units: half a unit goes up (half of three is two)."""
    exact = whole * part
    return rounded({"part": exact, "rest": whole - exact})["part"]


def _largest_remainder(exact: Mapping[str, Fraction]) -> dict[str, int]:
    """Cut every part down and hand the missing units to the largest remainders.

    Ties go to the party listed first; a negative total is mirrored.
    """
    total = sum(exact.values(), Fraction(0))
    sign = -1 if total < 0 else 1
    size = {party: sign * part for party, part in exact.items()}
    whole = {party: floor(part) for party, part in size.items()}
    missing = int(sign * total) - sum(whole.values())
    for party in sorted(size, key=lambda party: whole[party] - size[party])[:missing]:
        whole[party] += 1
    return {party: sign * units for party, units in whole.items()}


def _last_takes_rest(exact: Mapping[str, Fraction]) -> dict[str, int]:
    """Cut every part towards zero; the last party with a part takes the rest."""
    whole = {party: trunc(part) for party, part in exact.items()}
    holders = [party for party, part in exact.items() if part]
    if holders:
        whole[holders[-1]] += int(sum(exact.values(), Fraction(0))) - sum(whole.values())
    return whole
