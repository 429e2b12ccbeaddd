"""Gathering (归并): lines that nothing in force can tell apart are added up before they are divided.

What is due depends on the sums of segments alone (semantics 5.4), so of a million lines only as many are read under
the terms as there are different kinds of them: alike in the names that any pool looks at, and dated in days
between which no version, window, fact, park or year changes.  Lines that take others back, lines that wait and
lines that are rounded one by one are read one by one.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cached_property, lru_cache, partial
from itertools import pairwise

import numpy as np
from msgspec.structs import replace

from ledger.domain.calendar import month_starts
from ledger.domain.dividing.claims import Claims
from ledger.domain.dividing.kinds import Kinds, told_apart
from ledger.domain.dividing.levels import levels_in, retained_by_percent
from ledger.domain.dividing.pools import Pools
from ledger.domain.dividing.reading import Fate, Parted, Reading, by_part
from ledger.domain.recording.entries import Entry, Key
from ledger.domain.recording.receipts import Rows, day_of
from ledger.domain.recording.recorded import Columns, Recorded
from ledger.domain.terms import LAND_PROCEEDS_SUBJECT, LEVELS, TAKES_RECEIPTS, Level, Pool

RowsOf = Callable[[], Rows]
FEW = 8
"""Below so many lines, reading each costs less than telling kinds apart."""


class Gathering:
    """Reads recorded lines for one agreement, alike ones together."""

    def __init__(self, claims: Claims, pools: Pools, recorded: Recorded) -> None:
        self._claims = claims
        self._pools = pools
        self._recorded = recorded
        self._first = pools.versions.first

    def readings(self, rows: Rows) -> Iterator[Reading]:
        """What some lines come to: for each kind one reading with the sum, or one for each line."""
        return (reading for _, found in self.read(rows) for reading in found)

    def read(self, rows: Rows) -> Iterator[tuple[RowsOf, list[Reading]]]:
        """Lines that are read alike, for whoever asks which, and their readings; none where no pool takes them."""
        if self._first.rounding.level == "line" or len(rows) <= FEW:
            yield from self._one_by_one(rows)
            return
        alone = self._alone(rows)
        yield from self._one_by_one(rows[alone])
        yield from self._together(rows[~alone])

    def by_part(self, rows: Rows, parts: np.ndarray, count: int) -> list[list[Reading]]:
        """What some lines come to, part by part; `parts` says for each line which of so many it belongs to."""
        return by_part(self.parted(rows, parts), count)

    def parted(self, rows: Rows, parts: np.ndarray) -> Iterator[Parted]:
        """What some lines come to, parted; `parts` says for each line which part it belongs to."""
        alone = self._alone(rows) if self._first.rounding.level != "line" else np.ones(len(rows), bool)
        if alone.any():
            yield from self._parted_alone(rows[alone], parts[alone])
            rows, parts = rows[~alone], parts[~alone]
        if len(rows):
            yield from self._parted_together(rows, parts)

    def _parted_alone(self, rows: Rows, parts: np.ndarray) -> Iterator[Parted]:
        for place, entry in enumerate(self._recorded.entries(rows)):
            for reading in self._claims.read(entry):
                yield Parted(reading, parts[place : place + 1], np.array([reading.amount_fen]))

    def _parted_together(self, rows: Rows, parts: np.ndarray) -> Iterator[Parted]:
        kinds = self._kinds(rows)
        told = told_apart([kinds.numbers, parts])
        read = self._read_kinds(rows, kinds)
        waits = np.array([_waits(readings) for readings in read])
        if waits.any():
            own = waits[kinds.numbers]
            yield from self._parted_alone(rows[own], parts[own])
        sums = self._sums_fen(rows, told, kinds, read)
        told_parts = parts[told.first_places]
        bounds = np.searchsorted(kinds.numbers[told.first_places], np.arange(len(read) + 1)).tolist()
        for kind, (begin, end) in enumerate(pairwise(bounds)):
            for reading in read[kind] if not waits[kind] else ():
                yield Parted(reading, told_parts[begin:end], sums[reading.level][begin:end])

    def _read_kinds(self, rows: Rows, kinds: Kinds) -> list[list[Reading]]:
        """How the lines of each kind are read, by the first of them."""
        return [list(self._claims.read(self._entry_like(first))) for first in rows[kinds.first_places].tolist()]

    def _sums_fen(
        self, rows: Rows, told: Kinds, kinds: Kinds, read: Iterable[Iterable[Reading]]
    ) -> dict[Level, np.ndarray]:
        """What each level that somebody reads retains of lines told apart, which are of some kinds."""
        levels = {reading.level for readings in read for reading in readings}
        return {level: told.sums(self._amounts_fen(rows, kinds, level)) for level in levels}

    def _amounts_fen(self, rows: Rows, kinds: Kinds, level: Level) -> np.ndarray:
        """What a level retains of each line."""
        as_given: np.ndarray = self._columns.amounts_fen[rows]
        return as_given if level == "as_given" else self._retained(rows, kinds, level)

    def _alone(self, rows: Rows) -> np.ndarray:
        """Lines that are read one by one: they take others back, or have no date to go by."""
        alone: np.ndarray = self._columns.takes_back[rows] | (self._rate_days(rows) == 0)
        return alone

    def _one_by_one(self, rows: Rows) -> Iterator[tuple[RowsOf, list[Reading]]]:
        for place, entry in enumerate(self._recorded.entries(rows)):
            yield partial(rows.__getitem__, slice(place, place + 1)), list(self._claims.read(entry))

    def _together(self, rows: Rows) -> Iterator[tuple[RowsOf, list[Reading]]]:
        if not len(rows):
            return
        kinds = self._kinds(rows)
        read = self._read_kinds(rows, kinds)
        sums = self._sums_fen(rows, kinds, kinds, read)

        def lines_of(kind: int) -> Rows:
            lines: Rows = rows[kinds.places(kind)]
            return lines

        for kind, found in enumerate(read):
            if _waits(found):
                yield from self._one_by_one(lines_of(kind))
                continue
            summed = [replace(reading, amount_fen=int(sums[reading.level][kind])) for reading in found]
            yield partial(lines_of, kind), summed

    def _entry_like(self, row: int) -> Entry:
        """An entry that is read as every line of its kind is."""
        own = self._columns
        names = [own.names[name][own.codes[name][row]] for name in ("subjects", "enterprises", "projects", "parks")]
        subject, enterprise, project, park = names
        levels = own.levels_fen[row].tolist()
        return Entry(
            Key("·"),
            date.fromordinal(int(own.booked_on[row])),
            int(own.amounts_fen[row]),
            day_of(int(own.period_first[row])),
            day_of(int(own.period_last[row])),
            subject,
            enterprise,
            project,
            park,
            own.names["collectors"][own.codes["collectors"][row]],
            levels_fen=dict(zip(LEVELS, levels, strict=True)) if any(levels) else None,
            percents=own.percents_at(row),
            position=int(own.positions[row]),
        )

    # Kinds

    @property
    def _columns(self) -> Columns:
        return self._recorded.columns

    def _rate_days(self, rows: Rows) -> np.ndarray:
        own, rate_date = self._columns, self._first.rate_date
        column = {"entry_date": own.booked_on, "tax_period": own.period_first, "tax_period_end": own.period_last}
        return column[rate_date][rows]

    def _kinds(self, rows: Rows) -> Kinds:
        own, pools = self._columns, list(self._judging_pools())
        rated, booked = self._rate_days(rows), own.booked_on[rows]
        columns = [*_cells(rated, self._rate_cuts(rated)), *_cells(booked, self._booked_cuts(booked))]
        columns += [own.codes["collectors"][rows], self._subject_classes[own.codes["subjects"][rows]]]
        if any(pool.per == "enterprise" or pool.selection.by == "list" for pool in pools):
            columns.append(own.codes["enterprises"][rows])
        if any(pool.per == "project" or pool.selection.by == "projects" for pool in pools):
            columns.append(own.codes["projects"][rows])
        if any(pool.selection.by == "park" for pool in pools):
            columns.append(own.codes["parks"][rows])
        if any(pool.level != "as_given" for pool in pools):
            columns += [own.percents[rows], np.any(own.levels_fen[rows], axis=1).astype(np.int64)]
        return told_apart(columns)

    def _judging_pools(self) -> Iterator[Pool]:
        """The pools of receipts of the agreement and of its rivals, in every version."""
        for terms in self._claims.signed():
            yield from (pool for pool in terms.pools if pool.share in TAKES_RECEIPTS)

    @cached_property
    def _subject_classes(self) -> np.ndarray:
        """Which subjects no pool and no table of levels can tell apart, by code."""
        beginnings = {LAND_PROCEEDS_SUBJECT, *(subject for pool in self._judging_pools() for subject in pool.subjects)}
        beginnings |= {row.subject for terms in self._claims.signed() for row in terms.levels}
        return _classes(tuple(self._columns.names["subjects"]), tuple(sorted(beginnings)))

    def _rate_cuts(self, days: np.ndarray) -> set[date]:
        return self._claims.days_of_change() | self._pools.days_of_change(*_range(days))

    def _booked_cuts(self, days: np.ndarray) -> set[date]:
        first, last = _range(days)
        months = month_starts(first, last) if self._first.rounding.level == "period" else set()
        return months | self._claims.booked_days_of_change()

    # Levels

    def _retained(self, rows: Rows, kinds: Kinds, level: Level) -> np.ndarray:
        """What a level retains of each line, as the reader says it of one."""
        own = self._columns
        wanted = [LEVELS.index(each) for each in levels_in(level)]
        retained: np.ndarray = own.levels_fen[rows][:, wanted].sum(axis=1)
        for kind, first in enumerate(rows[kinds.first_places].tolist()):
            percents = self._claims.percents(self._entry_like(first))
            if percents is not None:
                lines = kinds.places(kind)
                retained[lines] = retained_by_percent(own.amounts_fen[rows[lines]], percents, level)
        return retained


def _waits(readings: Iterable[Reading]) -> bool:
    return any(reading.fate is Fate.WAITING for reading in readings)


@lru_cache(maxsize=64)
def _classes(subjects: tuple[str, ...], beginnings: tuple[str, ...]) -> np.ndarray:
    """Subjects with the same beginnings are of one class: the class of each."""
    known: dict[tuple[bool, ...], int] = {}
    traits = [(not subject, *(subject.startswith(each) for each in beginnings)) for subject in subjects]
    return np.array([known.setdefault(own, len(known)) for own in traits], np.int64)


def _cells(days: np.ndarray, cuts: set[date]) -> Iterator[np.ndarray]:
    """Which run of days between two cuts each day lies in; nothing where no cut lies between them."""
    first, last = int(days.min()), int(days.max())
    ordinals = sorted(day for day in (cut.toordinal() for cut in cuts) if first < day <= last)
    if ordinals:
        yield np.searchsorted(np.array(ordinals), days, side="right")


def _range(days: np.ndarray) -> tuple[date, date]:
    return date.fromordinal(int(days.min())), date.fromordinal(int(days.max()))
