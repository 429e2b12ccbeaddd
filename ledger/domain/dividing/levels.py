"""Levels (级次): which part of a line a level of government retains.

The treasury's own figure wins; else the treasury's percentages on the line; else the dated
table.  Each line is divided for itself, as the treasury books each voucher (semantics finding 23).
"""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction

from ledger.domain.recording.entries import Entry
from ledger.domain.rounding import rounded
from ledger.domain.terms import LEVELS, Level, LevelRow


def level_row(rows: Sequence[LevelRow], subject: str, when: date) -> LevelRow | None:
    """The row for a subject on a day: the one with the longest subject that covers it."""
    fitting = [row for row in rows if subject.startswith(row.subject) and row.first <= when]
    fitting = [row for row in fitting if row.last is None or when <= row.last]
    return max(fitting, key=lambda row: len(row.subject), default=None)


def by_percent(amount_fen: int, percents: Mapping[Level, Fraction]) -> dict[str, int]:
    """An amount divided between the levels by percent; largest remainder, ties to the higher level."""
    return rounded({level: amount_fen * percents.get(level, Fraction(0)) / 100 for level in LEVELS})


LOCAL: tuple[Level, ...] = ("province", "city", "county")


def retained_fen(level: Level, entry: Entry, source: Entry, rows: Sequence[LevelRow], when: date) -> int | None:
    """What a level retains of an entry that is no reversal, in fen; None if neither treasury nor table says it.

    `source` is the entry whose attributes count, `when` the day whose table row counts.
    """
    if level == "as_given":
        return entry.amount_fen
    wanted = LOCAL if level == "local" else (level,)
    if entry.levels_fen is not None:
        return sum(entry.levels_fen[each] for each in wanted)
    percents = entry.percents or source.percents
    if percents is None:
        row = level_row(rows, source.subject, when)
        percents = row.percents if row else None
    if percents is None:
        return None
    parts = by_percent(entry.amount_fen, percents)
    return sum(parts[each] for each in wanted)
