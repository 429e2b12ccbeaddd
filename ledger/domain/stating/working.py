"""The working paper (底稿): what is due at a moment, and how it moves to another, change by change.

A bridge first moves the day, then walks the log: each change is worth due after it less due
before it, and that goes to its cause (semantics 5.11, finding 29).
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import NamedTuple

import numpy as np

from ledger.domain.agreeing.agreement import Agreement
from ledger.domain.dividing.gathering import Gathering
from ledger.domain.dividing.known import Known
from ledger.domain.dividing.pools import PoolKey, Pools
from ledger.domain.dividing.reading import Reading
from ledger.domain.dividing.worksheet import Shares, less
from ledger.domain.recording.receipts import Rows
from ledger.domain.recording.recorded import FAR
from ledger.domain.stating.causes import cause_of_figure, causes_of

Worths = dict[PoolKey, Shares]


class Moment(NamedTuple):
    """What was known, and what was true: a position of the log and a day."""

    cut: int
    day: date


@dataclass(frozen=True)
class Turn:
    """Something other than an entry that moves what is due: a day, a version, a fact, a park or region."""

    kind: str
    name: str
    position: int


@dataclass(frozen=True)
class Lines:
    """Lines that follow each other in the log and move what is due for one cause; `pools` are those that took them."""

    pools: frozenset[PoolKey]


@dataclass(frozen=True)
class Change:
    """One thing that happened, what kind of cause it is, and its worth to every party, pool by pool."""

    cause: str
    what: Reading | Lines | Turn
    worths: Worths

    def touches(self, key: PoolKey) -> bool:
        """Whether it belongs to a pool: lines that it read, or anything that moved it."""
        match self.what:
            case Reading(pool=pool, measure=measure):
                read = (pool, measure) == key
            case Lines(pools=pools):
                read = key in pools
            case _:
                read = False
        return read or any(self.worths.get(key, {}).values())


class Working:
    """One agreement worked out at a moment, and on from there."""

    def __init__(self, known: Known, agreement: Agreement, start: Moment) -> None:
        self._known = known
        self._agreement = agreement
        self._at = start
        self.pools = self._worked_out(start)
        self.due = self.pools.due()

    def walk(self, end: Moment, begins: date, *, line_by_line: bool = True) -> Iterator[Change]:
        """Move on to a later moment: first the day, then the log; what was booked before `begins` is late.

        Lines that follow each other for one cause are one change unless they are asked for line by line; the
        worths of both sum to the same.
        """
        start = self._at
        enter = self._each_entered if line_by_line else self._entered
        self.pools.move_day(end.day)
        yield from self._moved("own", Turn("day", end.day.isoformat(), start.cut))
        yield from enter(self._rows(cut=start.cut, since=start.day, until=end.day), begins)
        yield from self._reported(Moment(start.cut, end.day), begins)
        later = self._rows(after=start.cut, cut=end.cut, until=end.day)
        positions = self._known.recorded.columns.positions[later]
        turns, reported = self._events(start.cut, end.cut, np.unique(positions).tolist())
        entered = 0
        for position in sorted({*turns, *reported}):
            until = int(np.searchsorted(positions, position))
            yield from enter(later[entered:until], begins)
            entered = until
            if position in turns:
                yield from self._turned(turns[position], end.day)
            if position in reported:
                yield from self._reported(Moment(position, end.day), begins)
        yield from enter(later[entered:], begins)
        self._at = end

    def _events(self, after: int, cut: int, entered: list[int]) -> tuple[dict[int, Turn], set[int]]:
        """What else than lines counts from positions behind one and up to another: turns, and where figures count."""
        turns = {turn.position: turn for turn in self._turns(after, cut)}
        reported = {position for position, _ in self._known.counted if after < position <= cut}
        parting = sorted({*entered, *turns, *reported})
        return turns | {turn.position: turn for turn in self._places_learned(after, cut, parting)}, reported

    def _worked_out(self, moment: Moment) -> Pools:
        """Everything known at a position and booked up to a day, divided at once."""
        cut, day = moment
        pools = Pools(self._agreement.known_at(cut), self._known.certified(self._agreement, cut))
        others_cut = max(cut, self._agreement.in_force_at or 0)  # who came before is known from the start
        self._claims = self._known.claims(self._agreement, cut, others_cut)
        pools.move_day(day)
        self._gathering = Gathering(self._claims, pools, self._known.recorded)
        pools.add_all(self._gathering.readings(self._rows(cut=cut, until=day)))
        self._figures = self._read_figures(moment)
        pools.add_all(self._figures.values())
        return pools

    def _read_figures(self, moment: Moment) -> dict[tuple[str, PoolKey], Reading]:
        """What each report adds to each pool, at a moment, by what the report is known by."""
        found = self._known.figures(self._agreement, moment.cut, moment.day) if self._known.counted else []
        return {(each.entry.key.line, PoolKey(each.pool, each.measure)): each for each in found}

    def _reported(self, moment: Moment, begins: date) -> Iterator[Change]:
        """Figures that began to count, or took the place of others."""
        before, after = self._figures, self._read_figures(moment)
        self._figures = after
        for key in dict.fromkeys([*before, *after]):
            old, new = before.get(key), after.get(key)
            if old == new:
                continue
            if old:
                self.pools.take_back(old)
            if new:
                self.pools.add(new)
            reading = new or old
            assert reading is not None
            cause = "revised" if old else cause_of_figure(reading.entry.booked_on, begins)
            yield from self._moved(cause, reading)

    def _rows(self, after: int = 0, cut: int = FAR, since: date = date.min, until: date = date.max) -> Rows:
        """The lines recorded between two positions and booked between two days that the agreement may select."""
        recorded = self._known.recorded
        return self._claims.selectable(recorded, recorded.rows(after, cut, since, until))

    def _turns(self, after: int, cut: int) -> Iterator[Turn]:
        """The facts and versions that count from a position between two; own ones come last where several do."""
        own, since = self._agreement.number, max(after, self._agreement.in_force_at or 0)
        for other in self._known.rivals(self._agreement):
            for version in other.versions:
                if since < version.in_force_at <= cut:
                    yield Turn("amended", f"{other.number} {version.number}", version.in_force_at)
        for fact in self._known.facts.values():
            first = after if fact.agreement == own else since
            if fact.certified_at and first < fact.certified_at <= cut:
                yield Turn("certified", fact.number, fact.certified_at)
        for version in self._agreement.versions[1:]:
            if after < version.in_force_at <= cut:
                yield Turn("amended", str(version.number), version.in_force_at)

    def _places_learned(self, after: int, cut: int, parting: Sequence[int]) -> Iterator[Turn]:
        """What was recorded of parks and regions between two positions: once for all that nothing else parts."""
        learned = [position for position, _ in self._known.known_places if after < position <= cut]
        last = {bisect_right(parting, position): position for position in learned}
        yield from (Turn("revised", "园区或行政区划有了新的登记", position) for position in last.values())

    def _entered(self, rows: Rows, begins: date) -> Iterator[Change]:
        runs = [
            (cause, len(list(run))) for cause, run in groupby(causes_of(self._known.recorded.columns, rows, begins))
        ]
        parts = np.repeat(np.arange(len(runs)), [count for _, count in runs])
        for (cause, _), readings in zip(runs, self._gathering.by_part(rows, parts, len(runs)), strict=True):
            if readings:
                self.pools.add_all(readings)
                keys = frozenset(PoolKey(reading.pool, reading.measure) for reading in readings)
                yield from self._moved(cause, Lines(keys))

    def _each_entered(self, rows: Rows, begins: date) -> Iterator[Change]:
        recorded = self._known.recorded
        causes = causes_of(recorded.columns, rows, begins)
        for cause, entry in zip(causes, recorded.entries(rows), strict=True):
            for reading in self._claims.read(entry):
                self.pools.add(reading)
                yield from self._moved(cause, reading)

    def _turned(self, turn: Turn, day: date) -> Iterator[Change]:
        self.pools = self._worked_out(Moment(turn.position, day))
        yield from self._moved(turn.kind, turn)

    def _moved(self, cause: str, what: Reading | Lines | Turn) -> Iterator[Change]:
        before, self.due = self.due, self.pools.due()
        worths = differences(self.due, before)
        if not isinstance(what, Turn) or any(amount for shares in worths.values() for amount in shares.values()):
            yield Change(cause, what, worths)


def differences(after: Worths, before: Worths) -> Worths:
    """Pool by pool and party by party, also where a version brought a pool or a party."""
    return {key: less(after.get(key, {}), before.get(key, {})) for key in dict.fromkeys([*before, *after])}


def sums(changes: Iterable[Change], key: PoolKey, parties: Iterable[str]) -> dict[str, Shares]:
    """What each cause moved in a pool."""
    found: dict[str, Shares] = {}
    for change in changes:
        row = found.setdefault(change.cause, dict.fromkeys(parties, 0))
        for party, amount_fen in change.worths.get(key, {}).items():
            row[party] = row.get(party, 0) + amount_fen
    return found
