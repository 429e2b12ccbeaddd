"""The worksheet (底稿): whole fen row by row, and what lies between two of them (semantics 5.11).

Each row is rounded for itself; what is due is rounded once, in its account, so a worksheet
ends with a line 舍入差.
"""

from collections.abc import Mapping
from fractions import Fraction

from ledger.domain.dividing.division import Division
from ledger.domain.rounding import rounded

IN_PLACE = "in_place"
"""The one row of a pool that is never divided: what each party reported."""
Shares = dict[str, int]
"""Fen by party."""


def less(after: Shares, before: Shares) -> Shares:
    """What came between: later shares less earlier ones."""
    return {party: after.get(party, 0) - before.get(party, 0) for party in dict.fromkeys([*after, *before])}


def rows_less(after: dict[str, Shares], before: dict[str, Shares]) -> dict[str, Shares]:
    """The rows of a period: those to date less those to date before."""
    return {step: less(after.get(step, {}), before.get(step, {})) for step in dict.fromkeys([*after, *before])}


def rows_by_step(division: Division) -> dict[str, Shares]:
    """What each step of a pool, and its `otherwise`, gave to date: the worksheet, rounded row by row."""
    if division.pool.basis == "in_place":
        return {IN_PLACE: division.due()}
    return {step: row_in_fen(division, exact) for step, exact in division.by_step().items()}


def row_in_fen(division: Division, exact: Mapping[str, Fraction]) -> Shares:
    """Whole fen for one row; what it holds beyond whole fen goes into the difference below the rows."""
    parts = {party: exact[party] for party in division.versions.parties if party in exact}
    beyond = {"": -(sum(parts.values(), Fraction(0)) % 1)}
    fen = rounded(beyond | parts, division.versions.first.rounding.rule)
    return {party: fen[party] for party in parts}
