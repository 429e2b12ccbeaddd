"""Receipts in columns: up to 16,384 lines of a file as one value, so that a file is one transaction.

A single receipt is the same value with one line.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction

import msgspec

from ledger.domain.recording.entries import Entry, Key
from ledger.domain.terms import LEVELS, Level

LINES_MAX = 16_384
SLICE_BYTES_MAX = 2_000_000


class Texts(msgspec.Struct, frozen=True):
    """A column of texts that repeat: each distinct text once, and which one stands on each line."""

    distinct: list[str]
    lines: list[int]

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Texts":
        """The column of these texts."""
        seen: dict[str, int] = {}
        lines = [seen.setdefault(text, len(seen)) for text in texts]
        return cls(list(seen), lines)

    def __iter__(self) -> Iterator[str]:
        return iter([self.distinct[line] for line in self.lines])


class Receipts(msgspec.Struct, frozen=True, omit_defaults=True):
    """Lines of receipts, column by column.

    Amounts are fen; days are proleptic Gregorian ordinals (0 where none is said); `original`
    is the voucher, line and treasury that a line takes back, parted by tabs; `reversals`
    are line numbers from 0; `levels_fen` and `percents` are the treasury's own, parted by tabs.
    """

    vouchers: list[str]
    numbers: Texts
    treasuries: Texts
    booked_on: list[int]
    amounts_fen: list[int]
    period_first: list[int]
    period_last: list[int]
    subjects: Texts
    enterprises: Texts
    projects: Texts
    parks: Texts
    collectors: Texts
    originals: Texts
    reversals: list[int] = []
    levels_fen: list[str] = []
    percents: Texts | None = None

    def __len__(self) -> int:
        return len(self.vouchers)

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> "Receipts":
        """The columns of some entries, in their order."""
        levels = [_levels_text(entry) for entry in entries]
        percents = Texts.of(_percents_text(entry) for entry in entries)
        return cls(
            vouchers=[entry.key.voucher for entry in entries],
            numbers=Texts.of(entry.key.line for entry in entries),
            treasuries=Texts.of(entry.key.treasury for entry in entries),
            booked_on=[entry.booked_on.toordinal() for entry in entries],
            amounts_fen=[entry.amount_fen for entry in entries],
            period_first=[_ordinal(entry.period_first) for entry in entries],
            period_last=[_ordinal(entry.period_last) for entry in entries],
            subjects=Texts.of(entry.subject for entry in entries),
            enterprises=Texts.of(entry.enterprise for entry in entries),
            projects=Texts.of(entry.project for entry in entries),
            parks=Texts.of(entry.park for entry in entries),
            collectors=Texts.of(entry.collector for entry in entries),
            originals=Texts.of("\t".join(entry.original or ()) for entry in entries),
            reversals=[row for row, entry in enumerate(entries) if entry.is_reversal],
            levels_fen=levels if any(levels) else [],
            percents=percents if any(percents.distinct) else None,
        )

    def entries(self, position: int) -> Iterator[Entry]:
        """The lines as entries, each with the event's position and its row from 1."""
        reversals = set(self.reversals)
        levels = self.levels_fen or [""] * len(self)
        percents = self.percents or [""] * len(self)
        names = zip(self.subjects, self.enterprises, self.projects, self.parks, self.collectors, strict=True)
        days = zip(self.booked_on, self.period_first, self.period_last, strict=True)
        keys = map(Key, self.vouchers, self.numbers, self.treasuries)
        lines = zip(keys, days, self.amounts_fen, names, self.originals, levels, percents, strict=True)
        for row, (key, (booked, first, last), amount_fen, name, original, level, percent) in enumerate(lines):
            subject, enterprise, project, park, collector = name
            yield Entry(
                key,
                date.fromordinal(booked),
                amount_fen,
                _day(first),
                _day(last),
                subject,
                enterprise,
                project,
                park,
                collector,
                Key(*original.split("\t")) if original else None,
                row in reversals,
                dict(zip(LEVELS, map(int, level.split("\t")), strict=True)) if level else None,
                dict(zip(LEVELS, map(Fraction, percent.split("\t")), strict=True)) if percent else None,
                position,
                row + 1,
            )


def slices(entries: Sequence[Entry]) -> list[Receipts]:
    """A file's entries as values of at most 16,384 lines and about two megabytes each."""
    parts = [entries[first : first + LINES_MAX] for first in range(0, len(entries), LINES_MAX)]
    return [receipts for part in parts for receipts in _small_enough(part)]


def _small_enough(entries: Sequence[Entry]) -> list[Receipts]:
    whole = Receipts.of(entries)
    if len(entries) == 1 or len(msgspec.msgpack.encode(whole)) <= SLICE_BYTES_MAX:
        return [whole]
    middle = len(entries) // 2
    return _small_enough(entries[:middle]) + _small_enough(entries[middle:])


def _ordinal(when: date | None) -> int:
    return when.toordinal() if when else 0


def _day(ordinal: int) -> date | None:
    return date.fromordinal(ordinal) if ordinal else None


def _levels_text(entry: Entry) -> str:
    levels: dict[Level, int] = dict(entry.levels_fen or {})
    return "\t".join(str(levels[level]) for level in LEVELS) if levels else ""


def _percents_text(entry: Entry) -> str:
    percents = entry.percents
    return "\t".join(str(percents.get(level, Fraction(0))) for level in LEVELS) if percents else ""
