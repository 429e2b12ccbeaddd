"""Rounding: exact parts that sum to a whole number become whole numbers that sum to it.

The only place where anything is rounded.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import Literal

import numpy as np

RoundingRule = Literal["largest_remainder", "last_takes_rest"]
COLUMN_MAX = 2**62
"""Columns of whole numbers hold less than this, sums and all; what may be more is rounded number by number."""


class Exact:
    """Exact parts over one denominator, so that parts are added and rounded as whole numbers."""

    def __init__(self, parties: Iterable[str]) -> None:
        self.denominator = 1
        self.sizes = dict.fromkeys(parties, 0)

    def add(self, party: str, part: Fraction, times: int = 1) -> None:
        """Move a party's part by another, so many times, or back by it."""
        if self.denominator % part.denominator:
            grown = lcm(self.denominator, part.denominator)
            self.sizes = {each: size * (grown // self.denominator) for each, size in self.sizes.items()}
            self.denominator = grown
        self.sizes[party] += times * part.numerator * (self.denominator // part.denominator)

    def add_all(self, parts: Mapping[str, Fraction], times: int = 1) -> None:
        """Move the parts of some parties by others, so many times, or back by them."""
        for party, part in parts.items():
            self.add(party, part, times)

    def parts(self) -> dict[str, Fraction]:
        """The parts, each in its own lowest terms."""
        return {party: Fraction(size, self.denominator) for party, size in self.sizes.items()}

    def rounded(self, rule: RoundingRule = "largest_remainder") -> dict[str, int]:
        """Whole units, in listing order; their sum is the parts' sum, which must be whole (semantics 5.8).

        A part of exactly zero gets none.
        """
        if rule == "last_takes_rest":
            return _last_takes_rest(self.sizes, self.denominator)
        return _largest_remainder(self.sizes, self.denominator)


def rounded(parts: Mapping[str, Fraction], rule: RoundingRule = "largest_remainder") -> dict[str, int]:
    """Whole units for exact parts in listing order, as `Exact.rounded` gives them."""
    exact = Exact(parts)
    exact.add_all(parts)
    return exact.rounded(rule)


def rounded_to_date(
    come: Sequence[tuple[Mapping[str, Fraction], np.ndarray]], parties: Sequence[str], rule: RoundingRule
) -> np.ndarray | None:
    """Whole units of parties row by row, to date: each row adds what comes there, so many times some parts.

    As `Exact.rounded` gives them row after row; None where the numbers may be too large for columns.
    """
    denominator = lcm(*(part.denominator for parts, _ in come for part in parts.values()))
    weights = [[int(parts.get(party, 0) * denominator) for party in parties] for parts, _ in come]
    largest = (int(np.abs(times).sum()) * sum(map(abs, own)) for own, (_, times) in zip(weights, come, strict=True))
    if sum(largest) >= COLUMN_MAX or denominator >= COLUMN_MAX:
        return None
    sizes = np.zeros((len(come[0][1]), len(parties)), np.int64)
    for own, (_, times) in zip(weights, come, strict=True):
        sizes += np.cumsum(times)[:, None] * np.array(own)
    return rounded_rows(sizes, denominator, rule)


def rounded_rows(sizes: np.ndarray, denominator: int, rule: RoundingRule = "largest_remainder") -> np.ndarray:
    """Whole units for rows of parts over one denominator, as `Exact.rounded` gives them for each."""
    totals = sizes.sum(axis=1)
    assert not (totals % denominator).any(), "parts sum to a whole number"
    if rule == "last_takes_rest":
        return _rows_last_takes_rest(sizes, denominator, totals // denominator)
    signs = np.where(totals < 0, -1, 1)[:, None]
    whole, rests = np.divmod(signs * sizes, denominator)
    missing = np.abs(totals) // denominator - whole.sum(axis=1)
    ranks = np.argsort(np.argsort(-rests, axis=1, kind="stable"), axis=1)
    return np.asarray(signs * (whole + (ranks < missing[:, None])))


def shares_of(whole: int, weights: Mapping[str, Fraction]) -> dict[str, int]:
    """Whole units divided by weights, in listing order."""
    total = sum(weights.values(), Fraction(0))
    return rounded({party: whole * weight / total for party, weight in weights.items()})


def part_of(whole: int, part: Fraction) -> int:
    """A part of whole units, itself in whole units: half a unit goes up (half of three is two)."""
    exact = whole * part
    return rounded({"part": exact, "rest": whole - exact})["part"]


def _largest_remainder(sizes: Mapping[str, int], denominator: int) -> dict[str, int]:
    """Cut every part down and hand the missing units to the largest remainders.

    Ties go to the party listed first; a negative total is mirrored.
    """
    missing, remainder = divmod(sum(sizes.values()), denominator)
    sign = -1 if missing < 0 else 1
    assert not remainder, "parts sum to a whole number"
    missing *= sign
    whole: dict[str, int] = {}
    rests: list[tuple[int, int, str]] = []
    for party, size in sizes.items():
        whole[party], rest = divmod(sign * size, denominator)
        missing -= whole[party]
        rests.append((-rest, len(rests), party))
    for _, _, party in sorted(rests)[:missing] if missing else ():
        whole[party] += 1
    return whole if sign > 0 else {party: -units for party, units in whole.items()}


def _last_takes_rest(sizes: Mapping[str, int], denominator: int) -> dict[str, int]:
    """Cut every part towards zero; the last party with a part takes the rest."""
    whole = {party: abs(size) // denominator * (-1 if size < 0 else 1) for party, size in sizes.items()}
    holders = [party for party, size in sizes.items() if size]
    if holders:
        whole[holders[-1]] += sum(sizes.values()) // denominator - sum(whole.values())
    return whole


def _rows_last_takes_rest(sizes: np.ndarray, denominator: int, totals: np.ndarray) -> np.ndarray:
    whole: np.ndarray = np.sign(sizes) * (np.abs(sizes) // denominator)
    last = sizes.shape[1] - 1 - np.argmax((sizes != 0)[:, ::-1], axis=1)
    whole[np.arange(len(sizes)), last] += totals - whole.sum(axis=1)
    return whole
