"""Levels (级次): which part of a line a level of government retains.

The treasury's own figure wins; else the treasury's percentages on the line; else the dated
table.  Each line is divided for itself, as the treasury books each voucher (semantics finding 23).
"""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from math import lcm

import numpy as np

from ledger.domain.recording.entries import Entry
from ledger.domain.rounding import rounded, rounded_rows
from ledger.domain.terms import LEVELS, Level, LevelRow

WHOLE_MAX = 2**31
"""Up to this denominator every product of a remainder and a weight fits into 63 bits."""


def level_row(rows: Sequence[LevelRow], subject: str, when: date) -> LevelRow | None:
    """The row for a subject on a day: the one with the longest subject that covers it."""
    fitting = [row for row in rows if subject.startswith(row.subject) and row.first <= when]
    fitting = [row for row in fitting if row.last is None or when <= row.last]
    return max(fitting, key=lambda row: len(row.subject), default=None)


def by_percent(amount_fen: int, percents: Mapping[Level, Fraction]) -> dict[str, int]:
    """An amount divided between the levels by percent; largest remainder, ties to the higher level."""
    return rounded({level: amount_fen * percents.get(level, Fraction(0)) / 100 for level in LEVELS})


LOCAL: tuple[Level, ...] = ("province", "city", "county")


def levels_in(level: Level) -> tuple[Level, ...]:
    """The levels of government that a word for them holds."""
    return LOCAL if level == "local" else (level,)


def percents_of(entry: Entry, source: Entry, rows: Sequence[LevelRow], when: date) -> Mapping[Level, Fraction] | None:
    """The shares by which a line is divided between the levels, if nobody says the amounts; None if nobody says them.

    `source` is the entry whose attributes count, `when` the day whose table row counts.
    """
    percents = entry.percents or source.percents
    if percents is None:
        row = level_row(rows, source.subject, when)
        percents = row.percents if row else None
    return percents


def retained_fen(level: Level, entry: Entry, source: Entry, rows: Sequence[LevelRow], when: date) -> int | None:
    """What a level retains of an entry that is no reversal, in fen; None if neither treasury nor table says it."""
    if level == "as_given":
        return entry.amount_fen
    if entry.levels_fen is not None:
        return sum(entry.levels_fen[each] for each in levels_in(level))
    percents = percents_of(entry, source, rows, when)
    if percents is None:
        return None
    parts = by_percent(entry.amount_fen, percents)
    return sum(parts[each] for each in levels_in(level))


def retained_by_percent(amounts_fen: np.ndarray, percents: Mapping[Level, Fraction], level: Level) -> np.ndarray:
    """What a level retains of each of many amounts that are divided by the same shares, as `by_percent` says it of one."""
    shares = [Fraction(percents.get(each, 0)) / 100 for each in LEVELS]
    whole = lcm(*(share.denominator for share in shares))
    if sum(shares) != 1 or whole > WHOLE_MAX:
        parts = [by_percent(amount_fen, percents) for amount_fen in amounts_fen.tolist()]
        return np.array([sum(part[each] for each in levels_in(level)) for part in parts], np.int64)
    weights = np.array([int(share * whole) for share in shares], np.int64)
    units, rest = np.divmod(np.abs(amounts_fen), whole)
    parts_fen = units[:, None] * weights + rounded_rows(rest[:, None] * weights, whole)
    wanted = [LEVELS.index(each) for each in levels_in(level)]
    retained: np.ndarray = np.sign(amounts_fen) * parts_fen[:, wanted].sum(axis=1)
    return retained
