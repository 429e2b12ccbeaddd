"""Division: what is due to each party of a pool, as a function of a set of entries and a day.

Entries are summed per unit and dated segment; the sums flow down the waterfall in exact
rationals; each rounding account turns exact parts into fen once (semantics 5.1–5.9).
Adding an entry costs its unit, not the history.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from ledger.domain.calendar import anniversary, settlement
from ledger.domain.dividing.guarantee import Shortfall, shortfalls
from ledger.domain.dividing.reading import Fate, Reading
from ledger.domain.dividing.schedule import Schedule, SegmentKey
from ledger.domain.dividing.waterfall import Doubled, Flow, Progress, Segment, Taken, Waterfall
from ledger.domain.errors import RuleBroken
from ledger.domain.facts.certified import Certified
from ledger.domain.rounding import rounded
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
class _SegmentSum:
    day: date
    sum_fen: int = 0
    collected_fen: dict[str | None, int] = field(default_factory=lambda: defaultdict(int))


ZERO = Fraction(0)
OTHERWISE = "otherwise"
"""The row of what was sent elsewhere: dated outside the agreement's life, or not eligible."""
GUARANTEED = "guarantee"
"""The row of what a guarantee made up."""
HANDED_ON = "handed_on"
"""The row of what the party that feeds a pool, or transfers to it, gave away."""


Parts = Mapping[tuple[AccountKey, str], Fraction]


@dataclass
class _Outcome:
    """What one stream contributes: parts by account, what is collected, what waits."""

    flow: Flow
    parts: dict[tuple[AccountKey, str], Fraction]
    collected_fen: dict[str | None, int]
    waiting_fen: int


EMPTY = _Outcome(Flow(), {}, {}, 0)


class Division:
    """What is due in one pool (of one indicator, if it divides figures); grows entry by entry, in any order."""

    def __init__(self, versions: Versions, pool: str, certified: Certified, measure: str = "") -> None:
        self.versions = versions
        self.pool = versions.pool(pool)
        self.measure = measure
        self._certified = certified
        self._schedules: dict[str, Schedule] = {}
        self._sums: dict[Stream, dict[SegmentKey, _SegmentSum]] = defaultdict(dict)
        self._otherwise: dict[Stream, dict[tuple[tuple[str, Fraction], ...], _SegmentSum]] = defaultdict(dict)
        self._outcomes: dict[Stream, _Outcome] = {}
        self._stale: dict[Stream, None] = {}
        self._exact: dict[AccountKey, dict[str, Fraction]] = {}
        self._fen: dict[AccountKey, dict[str, int]] = {}
        self._due = dict.fromkeys(versions.parties, 0)
        self._collected: dict[str | None, int] = defaultdict(int)
        self._waiting_at_flow_fen = 0
        self._guaranteed: dict[tuple[AccountKey, str], Fraction] = {}
        self._day: date | None = None
        self._is_guaranteed = any(
            each.guarantee for terms in versions.signed for each in terms.pools if each.name == pool
        )
        self._names_collector = any(COLLECTOR in step.weights for step in self._steps())
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
            weights = tuple(self._otherwise_on(when).items())
            place = self._otherwise[stream].setdefault(weights, _SegmentSum(when))
        else:
            key = self.schedule(reading.unit).segment(when)
            place = self._sums[stream].setdefault(key, _SegmentSum(when))
        place.sum_fen += reading.amount_fen
        if not self.pool.hands_on:
            place.collected_fen[reading.collector] += reading.amount_fen
        self._stale[stream] = None

    def _otherwise_on(self, when: date) -> Weights:
        pool = self.versions.pool_on(self.pool.name, when)
        assert pool is not None and pool.otherwise is not None
        return pool.otherwise

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
        if schedules[0].counts_by_agreement_year():
            start = self.versions.first.first
            days |= {anniversary(start, year - start.year) for year in range(first.year, last.year + 1)}
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
            fen = rounded(self._exact[account], self.versions.first.rounding.rule)
            before = self._fen.get(account, {})
            for party, amount_fen in fen.items():
                self._due[party] += amount_fen - before.get(party, 0)
            self._fen[account] = fen
        return dict(self._due)

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
        """Flow every stream that changed; the accounts it touches."""
        touched: set[AccountKey] = set()
        for stream in self._stale:
            before = self._outcomes.get(stream, EMPTY)
            after = self._outcome(stream)
            touched |= self._book(before.parts, after.parts)
            self._book_sums(before, after)
            self._outcomes[stream] = after
        self._stale.clear()
        return touched | (self._guarantee() if self._is_guaranteed and self._day else set())

    def _book(self, before: Parts, after: Parts) -> set[AccountKey]:
        """Move the accounts by what a stream contributes now less what it did; the accounts that moved."""
        moved = set()
        for key in dict.fromkeys([*before, *after]):
            change = after.get(key, ZERO) - before.get(key, ZERO)
            account, party = key
            exact = self._exact.setdefault(account, dict.fromkeys(account.parties, ZERO))
            exact[party] += change
            if change or account not in self._fen:
                moved.add(account)
        return moved

    def _book_sums(self, before: _Outcome, after: _Outcome) -> None:
        for collector in before.collected_fen.keys() | after.collected_fen.keys():
            change_fen = after.collected_fen.get(collector, 0) - before.collected_fen.get(collector, 0)
            self._collected[collector] += change_fen
        self._waiting_at_flow_fen += after.waiting_fen - before.waiting_fen

    def _outcome(self, stream: Stream) -> _Outcome:
        sums = [self._sums[stream][key] for key in sorted(self._sums[stream])]
        schedule = self.schedule(stream.unit)
        waterfall = Doubled(schedule) if self.pool.basis == "double" else Waterfall(schedule)
        flow = waterfall.flow(Segment(each.day, each.sum_fen) for each in sums)
        outcome = _Outcome(flow, defaultdict(Fraction), defaultdict(int), 0)
        for taken in flow.taken:
            account = self._key(stream, schedule.sharers(taken.day))
            for party, part in taken.parts.items():
                outcome.parts[account, party] += part
        for each in sums:
            if each.day in flow.waiting:
                outcome.waiting_fen += each.sum_fen
            else:
                _add(outcome.collected_fen, each.collected_fen)
        self._divide_otherwise(stream, outcome)
        return outcome

    def _divide_otherwise(self, stream: Stream, outcome: _Outcome) -> None:
        for weights, place in self._otherwise.get(stream, {}).items():
            whole = sum((weight for _, weight in weights), ZERO)
            account = self._key(stream, {party for party, weight in weights if weight})
            for party, weight in weights:
                if weight:
                    outcome.parts[account, party] += place.sum_fen * weight / whole
            _add(outcome.collected_fen, place.collected_fen)

    def _guarantee(self) -> set[AccountKey]:
        """Work the guarantees out again: each enters the account of its last day before rounding."""
        assert self._day is not None
        schedule = self.schedule("")
        parts: dict[tuple[AccountKey, str], Fraction] = defaultdict(Fraction)
        self.shortfalls = list(shortfalls(self.versions, self.pool.name, self._day, self._taken, schedule.amount_fen))
        for each in self.shortfalls:
            account = self._key(Stream("", ""), schedule.sharers(each.last))
            parts[account, each.guarantee.party] += each.amount or ZERO
            parts[account, each.guarantee.payer] -= each.amount or ZERO
        moved = self._book(self._guaranteed, parts)
        self._guaranteed = parts
        return moved

    def _taken(self) -> Iterator[Taken]:
        for outcome in self._outcomes.values():
            yield from outcome.flow.taken

    def _key(self, stream: Stream, sharers: set[str]) -> AccountKey:
        listed = tuple(party for party in self.versions.parties if party in sharers)
        return AccountKey(listed, stream.apart, stream.unit if self.versions.first.rounding.by_unit else "")

    # What explains it

    def accounts(self) -> list[Account]:
        """Every rounding account with its exact parts and their fen."""
        self.due()
        return [Account(key, dict(self._exact[key]), dict(self._fen.get(key, {}))) for key in self._exact]

    def taken(self) -> list[tuple[Stream, Taken]]:
        """What every step took, by unit and segment."""
        self.due()
        return [(stream, taken) for stream, outcome in self._outcomes.items() for taken in outcome.flow.taken]

    def progress(self) -> list[tuple[str, Progress]]:
        """How far every limit is filled, by unit."""
        self.due()
        return [(stream.unit, each) for stream, outcome in self._outcomes.items() for each in outcome.flow.progress]

    def reasons(self) -> list[tuple[RuleBroken, int]]:
        """Why something waits, and how much: by entry, by unit and segment where a fact is missing, by guarantee."""
        self.due()
        reasons = [(each.reason, each.amount_fen) for each in self.waiting if each.reason]
        for stream, outcome in self._outcomes.items():
            for when, missing in outcome.flow.waiting.items():
                named = type(missing)(**missing.facts | {"unit": stream.unit or self.versions.latest.title})
                reasons.append((named, self._waiting_at(stream, when)))
        return reasons + [(each.missing, 0) for each in self.shortfalls if each.missing]

    def _waiting_at(self, stream: Stream, when: date) -> int:
        return sum(each.sum_fen for each in self._sums[stream].values() if each.day == when)

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


def _add(total: dict[str | None, int], more: Mapping[str | None, int]) -> None:
    for key, amount_fen in more.items():
        total[key] += amount_fen
