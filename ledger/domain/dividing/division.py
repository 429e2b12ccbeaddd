"""Division: what is due to each party of a pool, as a function of a set of entries and a day.

Entries are summed per unit and dated segment; the sums flow down the waterfall in exact
rationals; each rounding account turns exact parts into fen once (semantics 5.1–5.9).
Adding an entry costs its unit, not the history.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from ledger.domain.calendar import anniversary, settlement
from ledger.domain.dividing.guarantee import Shortfall, shortfalls
from ledger.domain.dividing.reading import Fate, Parted, Reading
from ledger.domain.dividing.schedule import Schedule, SegmentKey
from ledger.domain.dividing.waterfall import Flow, Memory, Progress, Segment, Taken, flow
from ledger.domain.errors import RuleBroken
from ledger.domain.facts.certified import Certified
from ledger.domain.rounding import Exact, rounded_to_date
from ledger.domain.terms import COLLECTOR, Step, Weights
from ledger.domain.terms.versions import Versions


class Stream(NamedTuple):
    """What is counted together: a unit, and at level `period` or `line` its settlement or entry."""

    unit: str
    apart: str


class AccountKey(NamedTuple):
    """A rounding account: the parties who can share, and what is rounded apart (semantics 5.8)."""

    parties: tuple[str, ...]
    apart: str
    unit: str


@dataclass(frozen=True)
class Account:
    """Exact parts of an account and the fen they became."""

    key: AccountKey
    exact: Mapping[str, Fraction]
    fen: Mapping[str, int]


@dataclass
class _Booked:
    """What a place contributes to the accounts: exact parts, what is collected, what waits."""

    parts: dict[tuple[AccountKey, str], Fraction] = field(default_factory=dict)
    collected_fen: Mapping[str | None, int] = field(default_factory=dict)
    waiting_fen: int = 0


@dataclass(frozen=True)
class _Rate:
    """What one fen comes to where no step remembers anything: so many fen come to so many times that."""

    account: AccountKey
    parts: Mapping[str, Fraction]


@dataclass
class _Place:
    """Entries that meet the same steps with the same weights, as one sum; and what was booked of it."""

    day: date
    rate: _Rate | None = None
    sum_fen: int = 0
    collected_fen: dict[str | None, int] = field(default_factory=lambda: defaultdict(int))
    flow: Flow | None = None
    booked: _Booked = field(default_factory=_Booked)


ZERO = Fraction(0)
OTHERWISE = "otherwise"
"""The row of what was sent elsewhere: dated outside the agreement's life, or not eligible."""
GUARANTEED = "guarantee"
"""The row of what a guarantee made up."""
HANDED_ON = "handed_on"
"""The row of what the party that feeds a pool, or transfers to it, gave away."""


Parts = Mapping[tuple[AccountKey, str], Fraction]
WrittenWeights = tuple[tuple[str, Fraction], ...]


class Division:
    """What is due in one pool (of one indicator, if it divides figures); grows entry by entry, in any order."""

    def __init__(self, versions: Versions, pool: str, certified: Certified, measure: str = "") -> None:
        self.versions = versions
        self.pool = versions.pool(pool)
        self.measure = measure
        self._certified = certified
        self._schedules: dict[str, Schedule] = {}
        self._segments: dict[Stream, dict[SegmentKey, _Place]] = defaultdict(dict)
        self._otherwise: dict[Stream, dict[WrittenWeights, _Place]] = defaultdict(dict)
        self._changed: dict[Stream, set[SegmentKey]] = defaultdict(set)
        self._changed_otherwise: dict[Stream, set[WrittenWeights]] = defaultdict(set)
        self._exact: dict[AccountKey, Exact] = {}
        self._fen: dict[AccountKey, dict[str, int]] = {}
        self._due = dict.fromkeys(versions.parties, 0)
        self._collected: dict[str | None, int] = defaultdict(int)
        self._waiting_at_flow_fen = 0
        self._guaranteed: dict[tuple[AccountKey, str], Fraction] = {}
        self._day: date | None = None
        self._is_guaranteed = any(
            each.guarantee for terms in versions.signed for each in terms.pools if each.name == pool
        )
        weights = [step.weights for step in self._steps()]
        weights += [own.otherwise for terms in versions.signed if (own := terms.pool(pool)) and own.otherwise]
        self._names_collector = any(COLLECTOR in each for each in weights)
        self._remembers = any(step.has_memory for step in self._steps())
        self._touched: set[AccountKey] = set()
        self.shortfalls: list[Shortfall] = []
        self._handed_on_fen: dict[str, int] = defaultdict(int)
        self.whole_fen = 0
        self.waiting: list[Reading] = []
        self.undivided: list[Reading] = []

    # Entries come in

    def add(self, reading: Reading) -> None:
        """Count one entry as the pool reads it."""
        if self.pool.hands_on and reading.collector:
            self._due[reading.collector] -= reading.amount_fen
            self._handed_on_fen[reading.collector] += reading.amount_fen
        if reading.fate is Fate.WAITING:
            self.waiting.append(reading)
        elif reading.fate is Fate.UNDIVIDED:
            self.undivided.append(reading)
        else:
            self._count(reading)

    def take_back(self, reading: Reading) -> None:
        """Count one entry no longer, because a revision took its place."""
        if reading.fate is Fate.WAITING:
            self.waiting.remove(reading)
        elif reading.fate is Fate.UNDIVIDED:
            self.undivided.remove(reading)
        else:
            self._count(replace(reading, amount_fen=-reading.amount_fen))

    def move_day(self, day: date) -> None:
        """The day up to which guarantees count; they begin to count on the last day of their year."""
        self._day = day

    def _count(self, reading: Reading) -> None:
        self.whole_fen += reading.amount_fen
        if self.pool.basis == "in_place" and reading.collector:
            self._due[reading.collector] += reading.amount_fen
            self._collected[reading.collector] += reading.amount_fen
            return
        stream = Stream(reading.unit, self._apart(reading))
        when = reading.rate_date
        if reading.fate is Fate.OTHERWISE:
            weights = tuple(self._otherwise_on(when, reading.unit).items())
            place = self._otherwise[stream].setdefault(weights, _Place(when))
            self._changed_otherwise[stream].add(weights)
        else:
            key, place = self._place(stream, when)
            if place.rate:
                self._count_at(place, place.rate, reading)
                return
            self._changed[stream].add(key)
        place.sum_fen += reading.amount_fen
        if not self.pool.hands_on:
            place.collected_fen[reading.collector] += reading.amount_fen

    def _place(self, stream: Stream, when: date) -> tuple[SegmentKey, _Place]:
        """The segment of a stream in which a day lies."""
        key = self.schedule(stream.unit).segment(when)
        places = self._segments[stream]
        if key not in places:
            places[key] = _Place(when, None if self._remembers else self._rate(stream, when))
        return key, places[key]

    def _rate(self, stream: Stream, when: date) -> _Rate | None:
        """What one fen of a stream comes to on a day; none if it waits."""
        flowed = self._flowed(self.schedule(stream.unit), Segment(when, 1), Memory())
        if flowed.missing:
            return None
        parts: dict[str, Fraction] = {}
        for taken in flowed.taken:
            for party, part in taken.parts.items():
                parts[party] = parts.get(party, ZERO) + part
        account = self._account(stream, when)
        self._exact.setdefault(account, Exact(account.parties))
        return _Rate(account, parts)

    def _count_at(self, place: _Place, rate: _Rate, reading: Reading) -> None:
        place.sum_fen += reading.amount_fen
        place.flow = None
        if not self.pool.hands_on:
            self._collected[reading.collector] += reading.amount_fen
        self._exact[rate.account].add_all(rate.parts, reading.amount_fen)
        self._touched.add(rate.account)

    def _otherwise_on(self, when: date, unit: str) -> Weights:
        pool = self.versions.pool_on(self.pool.name, when)
        assert pool is not None and pool.otherwise is not None
        return self.schedule(unit).with_collector(pool.otherwise)

    def _apart(self, reading: Reading) -> str:
        """What is rounded apart from everything else: an entry, a settlement, a date of a stock figure."""
        level = self.versions.first.rounding.level
        if level == "line":
            return "\t".join(reading.entry.key)
        period = settlement(reading.entry.booked_on, self.versions.first.every) if level == "period" else ""
        is_stock = self.pool.reported is not None and self.pool.reported.kind == "stock"
        return f"{reading.rate_date} {period}".strip() if is_stock else period

    def schedule(self, unit: str) -> Schedule:
        """How a unit meets the steps; units of which nothing is certified meet them alike."""
        own = unit if self._certified.knows(unit) or self._names_collector else ""
        if own not in self._schedules:
            self._schedules[own] = Schedule(self.versions, self.pool.name, self._certified, own)
        return self._schedules[own]

    def days_of_change(self, first: date, last: date) -> set[date]:
        """Rate dates from one day to another from which some unit may meet the steps otherwise than the day before."""
        schedules = [self.schedule(unit) for unit in ("", *self._certified.units)]
        days = {day for schedule in schedules for day in schedule.may_change()}
        start, years = self.versions.first.first, range(first.year, last.year + 1)
        if schedules[0].counts_by("year"):
            days |= {date(year, 1, 1) for year in years}
        if schedules[0].counts_by("agreement_year"):
            days |= {anniversary(start, year - start.year) for year in years}
        return days

    def _steps(self) -> Iterator[Step]:
        """The steps of every version of the pool."""
        for terms in self.versions.signed:
            pool = terms.pool(self.pool.name)
            yield from pool.steps if pool else ()

    # What is due

    def due(self) -> dict[str, int]:
        """Fen due to each party, by the entries added so far and the day."""
        for account in self._refreshed():
            fen = self._exact[account].rounded(self.versions.first.rounding.rule)
            before = self._fen.get(account, {})
            for party, amount_fen in fen.items():
                self._due[party] += amount_fen - before.get(party, 0)
            self._fen[account] = fen
        return dict(self._due)

    def course(self, parted: Iterable[Parted], count: int) -> np.ndarray | None:
        """What falls to the parties, in listing order, in each of so many parts; None where a rate does not tell it.

        Nothing is added.
        """
        if self._is_guaranteed or self.pool.hands_on or self.pool.basis == "in_place":
            return None
        come: dict[tuple[Stream, SegmentKey], tuple[_Rate, np.ndarray]] = {}
        for reading, parts, amounts_fen in parted:
            if reading.fate in (Fate.WAITING, Fate.UNDIVIDED):
                continue
            stream = Stream(reading.unit, self._apart(reading))
            key, place = self._place(stream, reading.rate_date)
            if place.rate is None or reading.fate is Fate.OTHERWISE:
                return None
            _, times = come.setdefault((stream, key), (place.rate, np.zeros(count, np.int64)))
            times[parts] += amounts_fen
        return self._course_by(list(come.values()), count)

    def _course_by(self, come: Sequence[tuple[_Rate, np.ndarray]], count: int) -> np.ndarray | None:
        """The same of so many fen in each part, rate by rate."""
        listed, rule = list(self.versions.parties), self.versions.first.rounding.rule
        found = np.zeros((count, len(listed)), np.int64)
        by_account: dict[AccountKey, list[tuple[Mapping[str, Fraction], np.ndarray]]] = defaultdict(list)
        for rate, times in come:
            by_account[rate.account].append((rate.parts, times))
        for account, own in by_account.items():
            fen = rounded_to_date(own, account.parties, rule)
            if fen is None:
                return None
            fen[1:] -= fen[:-1].copy()
            found[:, [listed.index(party) for party in account.parties]] += fen
        return found

    def entitled_fen(self, party: str, apart: str | None = None) -> int:
        """What the accounts give a party, all of them or those of one entry or settlement; not less what it hands on."""
        self.due()
        return sum(fen.get(party, 0) for key, fen in self._fen.items() if apart in (None, key.apart))

    def collected(self) -> dict[str, int] | None:
        """Fen each party collected of what is divided; None where some collector is not known."""
        self.due()
        if self._collected.get(None):
            return None
        return {party: self._collected.get(party, 0) for party in self.versions.parties}

    def waiting_fen(self) -> int:
        """What waits, undivided, for certification or for a missing word."""
        self.due()
        return sum(reading.amount_fen for reading in self.waiting) + self._waiting_at_flow_fen

    def undivided_fen(self) -> int:
        """What is selected but not divided: outside the agreement's life, or not eligible."""
        return sum(reading.amount_fen for reading in self.undivided)

    def _refreshed(self) -> set[AccountKey]:
        """Flow every segment that changed, and those behind it that it moves; the accounts they touch."""
        touched, self._touched = self._touched, set()
        for stream, changed in self._changed.items():
            touched |= self._flow(stream, changed)
        for stream, weights in self._changed_otherwise.items():
            for each in weights:
                place = self._otherwise[stream][each]
                parts = self._otherwise_parts(stream, each, place.sum_fen)
                touched |= self._book(place, _Booked(parts, dict(place.collected_fen)))
        self._changed.clear()
        self._changed_otherwise.clear()
        return touched | (self._guarantee() if self._is_guaranteed and self._day else set())

    def _flow(self, stream: Stream, changed: set[SegmentKey]) -> set[AccountKey]:
        """A segment flows again if its sum is another or if its steps remember something else."""
        touched: set[AccountKey] = set()
        schedule, places, memory = self.schedule(stream.unit), self._segments[stream], Memory()
        for key in sorted(places):
            place = places[key]
            if place.rate:
                continue
            if key in changed or place.flow is None or place.flow.met != memory:
                place.flow = self._flowed(schedule, Segment(place.day, place.sum_fen), memory)
                touched |= self._book(place, self._booked(stream, place, place.flow))
            memory = place.flow.left
        return touched

    def _flowed(self, schedule: Schedule, segment: Segment, met: Memory) -> Flow:
        return flow(schedule, segment, met, doubled=self.pool.basis == "double")

    def _booked(self, stream: Stream, place: _Place, flowed: Flow) -> _Booked:
        if flowed.missing:
            return _Booked(waiting_fen=place.sum_fen)
        parts: dict[tuple[AccountKey, str], Fraction] = {}
        if flowed.taken:
            account = self._account(stream, place.day)
            for taken in flowed.taken:
                for party, part in taken.parts.items():
                    parts[account, party] = parts.get((account, party), ZERO) + part
        return _Booked(parts, dict(place.collected_fen))

    def _otherwise_parts(
        self, stream: Stream, weights: WrittenWeights, sum_fen: int
    ) -> dict[tuple[AccountKey, str], Fraction]:
        whole = sum((weight for _, weight in weights), ZERO)
        account = self._key(stream, {party for party, weight in weights if weight})
        return {(account, party): sum_fen * weight / whole for party, weight in weights if weight}

    def _book(self, place: _Place, after: _Booked) -> set[AccountKey]:
        """Move the sums by what a place contributes now less what it did; the accounts that moved."""
        before, place.booked = place.booked, after
        for collector in before.collected_fen.keys() | after.collected_fen.keys():
            change_fen = after.collected_fen.get(collector, 0) - before.collected_fen.get(collector, 0)
            self._collected[collector] += change_fen
        self._waiting_at_flow_fen += after.waiting_fen - before.waiting_fen
        return self._move(before.parts, after.parts)

    def _move(self, before: Parts, after: Parts) -> set[AccountKey]:
        """Move the accounts from some exact parts to others; those that may have moved."""
        if before == after:
            return {account for account, _ in after if account not in self._fen}
        for parts, sign in ((before, -1), (after, 1)):
            for (account, party), part in parts.items():
                if account not in self._exact:
                    self._exact[account] = Exact(account.parties)
                self._exact[account].add(party, part, sign)
        return {account for account, _ in [*before, *after]}

    def _guarantee(self) -> set[AccountKey]:
        """Work the guarantees out again: each enters the account of its last day before rounding."""
        assert self._day is not None
        schedule = self.schedule("")
        parts: dict[tuple[AccountKey, str], Fraction] = defaultdict(Fraction)
        self.shortfalls = list(shortfalls(self.versions, self.pool.name, self._day, self._taken, schedule.amount_fen))
        for each in self.shortfalls:
            account = self._account(Stream("", ""), each.last)
            parts[account, each.guarantee.party] += each.amount or ZERO
            parts[account, each.guarantee.payer] -= each.amount or ZERO
        moved = self._move(self._guaranteed, parts)
        self._guaranteed = parts
        return moved

    def _taken(self) -> Iterator[Taken]:
        return (taken for _, flowed in self._flows() for taken in flowed.taken)

    def _flows(self) -> Iterator[tuple[Stream, Flow]]:
        """What became of every segment, unit by unit, in the order of dates."""
        for stream, places in self._segments.items():
            for key in sorted(places):
                place = places[key]
                if place.rate and not place.flow:
                    segment = Segment(place.day, place.sum_fen)
                    place.flow = self._flowed(self.schedule(stream.unit), segment, Memory())
                if place.flow:
                    yield stream, place.flow

    def _account(self, stream: Stream, when: date) -> AccountKey:
        """The account of what a stream's segment of a day gives."""
        return self._key(stream, self.schedule(stream.unit).sharers(when))

    def _key(self, stream: Stream, sharers: AbstractSet[str]) -> AccountKey:
        listed = tuple(party for party in self.versions.parties if party in sharers)
        return AccountKey(listed, stream.apart, stream.unit if self.versions.first.rounding.by_unit else "")

    # What explains it

    def accounts(self) -> list[Account]:
        """Every rounding account with its exact parts and their fen."""
        self.due()
        return [Account(key, self._exact[key].parts(), dict(self._fen.get(key, {}))) for key in self._exact]

    def taken(self) -> list[tuple[Stream, Taken]]:
        """What every step took, by unit and segment."""
        self.due()
        return [(stream, taken) for stream, flowed in self._flows() for taken in flowed.taken]

    def progress(self) -> list[tuple[str, Progress]]:
        """How far every limit is filled, by unit."""
        self.due()
        last = {stream: flowed.left for stream, flowed in self._flows()}
        return [(stream.unit, each) for stream, memory in last.items() for each in memory.progress()]

    def reasons(self) -> list[tuple[RuleBroken, int]]:
        """Why something waits, and how much: by entry, by unit and segment where a fact is missing, by guarantee."""
        self.due()
        reasons = [(each.reason, each.amount_fen) for each in self.waiting if each.reason]
        for stream, places in self._segments.items():
            for key in sorted(places):
                flowed = places[key].flow
                if flowed and flowed.missing:
                    named = {"unit": stream.unit or self.versions.latest.title}
                    reasons.append((type(flowed.missing)(**flowed.missing.facts | named), places[key].sum_fen))
        return reasons + [(each.missing, 0) for each in self.shortfalls if each.missing]

    def by_step(self) -> dict[str, dict[str, Fraction]]:
        """Exact parts by step and party, all units and segments added up; what `otherwise` and guarantees gave."""
        rows: dict[str, dict[str, Fraction]] = {step.name: {} for step in self._steps()}
        for _, taken in self.taken():
            for party, part in taken.parts.items():
                rows[taken.step.name][party] = rows[taken.step.name].get(party, ZERO) + part
        for places in self._otherwise.values():
            for weights, place in places.items():
                whole = sum((weight for _, weight in weights), ZERO)
                row = rows.setdefault(OTHERWISE, {})
                for party, weight in weights:
                    row[party] = row.get(party, ZERO) + place.sum_fen * weight / whole
        if self._handed_on_fen:
            rows[HANDED_ON] = {party: Fraction(-amount_fen) for party, amount_fen in self._handed_on_fen.items()}
        for (_, party), part in self._guaranteed.items():
            row = rows.setdefault(GUARANTEED, {})
            row[party] = row.get(party, ZERO) + part
        return rows
