"""Division: what is due to each party of a pool, as a function of a set of entries.

Entries are summed per unit and dated segment; the sums flow down the waterfall in exact
rationals; each rounding account turns exact parts into fen once (semantics 5.1–5.9).
Adding an entry costs its unit, not the history.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from ledger.domain.calendar import DAY, agreement_year, settlement
from ledger.domain.certified import Certified
from ledger.domain.reading import AmountUncertified, Fate, Reading
from ledger.domain.rounding import rounded
from ledger.domain.terms import Limit, Pool, Terms
from ledger.domain.waterfall import Flow, Progress, Segment, Taken, Waterfall


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
SegmentKey = tuple[int, int, int]


@dataclass
class _Outcome:
    """What one stream contributes: parts by account, what is collected, what waits."""

    flow: Flow
    parts: dict[tuple[AccountKey, str], Fraction]
    collected_fen: dict[str | None, int]
    waiting_fen: int


EMPTY = _Outcome(Flow(), {}, {}, 0)


class Division:
    """What is due in one pool; grows entry by entry, in any order."""

    def __init__(self, terms: Terms, pool: Pool, certified: Certified) -> None:
        self.terms = terms
        self.pool = pool
        self._certified = certified
        self._sums: dict[Stream, dict[SegmentKey, _SegmentSum]] = defaultdict(dict)
        self._otherwise: dict[Stream, _SegmentSum] = {}
        self._outcomes: dict[Stream, _Outcome] = {}
        self._stale: dict[Stream, None] = {}
        self._exact: dict[AccountKey, dict[str, Fraction]] = {}
        self._fen: dict[AccountKey, dict[str, int]] = {}
        self._due = dict.fromkeys(terms.parties, 0)
        self._collected: dict[str | None, int] = defaultdict(int)
        self._waiting_at_flow_fen = 0
        self._cuts: dict[str, list[date]] = {}
        self.waiting: list[Reading] = []
        self.undivided: list[Reading] = []

    # Entries come in

    def add(self, reading: Reading) -> None:
        """Count one entry as the pool reads it."""
        if reading.fate is Fate.WAITING:
            self.waiting.append(reading)
        elif reading.fate is Fate.UNDIVIDED:
            self.undivided.append(reading)
        else:
            self._count(reading)

    def _count(self, reading: Reading) -> None:
        stream = Stream(reading.unit, self._apart(reading))
        if reading.fate is Fate.OTHERWISE:
            place = self._otherwise.setdefault(stream, _SegmentSum(reading.rate_date))
        else:
            key = self._segment(reading.unit, reading.rate_date)
            place = self._sums[stream].setdefault(key, _SegmentSum(reading.rate_date))
        place.sum_fen += reading.amount_fen
        place.collected_fen[reading.collector] += reading.amount_fen
        self._stale[stream] = None

    def _apart(self, reading: Reading) -> str:
        level = self.terms.rounding.level
        if level == "line":
            return "\t".join(reading.entry.key)
        return settlement(reading.entry.booked_on, self.terms.every) if level == "period" else ""

    def _segment(self, unit: str, when: date) -> SegmentKey:
        """The run of days a rate date lies in, by its order; years cut where a step counts by them."""
        run = bisect_right(self._cuts_of(unit), when)
        scopes = {step.per for step in self.pool.steps}
        year = when.year if "year" in scopes else 0
        own_year = agreement_year(self.terms.first, when) if "agreement_year" in scopes else 0
        return run, year, own_year

    def _cuts_of(self, unit: str) -> list[date]:
        if unit not in self._cuts:
            windows = [step.window for step in self.pool.steps if step.window]
            firsts = {window.first for window in windows if window.first}
            after = {window.last + DAY for window in windows if window.last and window.last < date.max}
            self._cuts[unit] = sorted(firsts | after | self._certified.cuts(unit))
        return self._cuts[unit]

    # What is due

    def due(self) -> dict[str, int]:
        """Fen due to each party, by the entries added so far."""
        for account in self._refreshed():
            fen = rounded(self._exact[account], self.terms.rounding.rule)
            before = self._fen.get(account, {})
            for party, amount_fen in fen.items():
                self._due[party] += amount_fen - before.get(party, 0)
            self._fen[account] = fen
        return dict(self._due)

    def collected(self) -> dict[str, int] | None:
        """Fen each party collected of what is divided; None where some collector is not known."""
        self.due()
        if self._collected.get(None):
            return None
        return {party: self._collected.get(party, 0) for party in self.terms.parties}

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
            touched |= self._book(before, after)
            self._outcomes[stream] = after
        self._stale.clear()
        return touched

    def _book(self, before: _Outcome, after: _Outcome) -> set[AccountKey]:
        """Move the accounts by what a stream contributes now less what it did; the accounts that moved."""
        moved = set()
        for key in dict.fromkeys([*before.parts, *after.parts]):
            change = after.parts.get(key, ZERO) - before.parts.get(key, ZERO)
            account, party = key
            exact = self._exact.setdefault(account, dict.fromkeys(account.parties, ZERO))
            exact[party] += change
            if change or account not in self._fen:
                moved.add(account)
        for collector in before.collected_fen.keys() | after.collected_fen.keys():
            change_fen = after.collected_fen.get(collector, 0) - before.collected_fen.get(collector, 0)
            self._collected[collector] += change_fen
        self._waiting_at_flow_fen += after.waiting_fen - before.waiting_fen
        return moved

    def _outcome(self, stream: Stream) -> _Outcome:
        sums = [self._sums[stream][key] for key in sorted(self._sums[stream])]
        flow = self._waterfall(stream.unit).flow(Segment(each.day, each.sum_fen) for each in sums)
        outcome = _Outcome(flow, defaultdict(Fraction), defaultdict(int), 0)
        for taken in flow.taken:
            account = self._account(stream, taken.day)
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
        if stream not in self._otherwise or self.pool.otherwise is None:
            return
        place, weights = self._otherwise[stream], self.pool.otherwise
        whole = sum(weights.values(), Fraction(0))
        account = self._key(stream, {party for party, weight in weights.items() if weight})
        for party in account.parties:
            outcome.parts[account, party] += place.sum_fen * weights[party] / whole
        _add(outcome.collected_fen, place.collected_fen)

    def _waterfall(self, unit: str) -> Waterfall:
        def resolve(limit: Limit, when: date) -> int | None:
            return limit if isinstance(limit, int) else self._certified.amount_fen(limit, unit, when)

        return Waterfall(self.pool.steps, self.terms.first, resolve)

    def _account(self, stream: Stream, day: date) -> AccountKey:
        sharers = [step.sharers for step in self.pool.steps if step.covers(day)]
        return self._key(stream, set().union(*sharers))

    def _key(self, stream: Stream, sharers: set[str]) -> AccountKey:
        listed = tuple(party for party in self.terms.parties if party in sharers)
        return AccountKey(listed, stream.apart, stream.unit if self.terms.rounding.by_unit else "")

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

    def reasons(self) -> list[tuple[Reading | None, Exception]]:
        """Why something waits: by entry, or by unit where a limit is not certified."""
        self.due()
        reasons: list[tuple[Reading | None, Exception]] = [(each, each.reason) for each in self.waiting if each.reason]
        for stream, outcome in self._outcomes.items():
            for name in sorted(set(outcome.flow.waiting.values())):
                reasons.append((None, AmountUncertified(name=name, unit=stream.unit or self.terms.title)))
        return reasons

    def by_step(self) -> dict[str, dict[str, Fraction]]:
        """Exact parts by step and party, all units and segments added up; and what `otherwise` gave."""
        rows: dict[str, dict[str, Fraction]] = {step.name: {} for step in self.pool.steps}
        for _, taken in self.taken():
            for party, part in taken.parts.items():
                rows[taken.step.name][party] = rows[taken.step.name].get(party, ZERO) + part
        sent_elsewhere = sum(place.sum_fen for place in self._otherwise.values())
        if self.pool.otherwise and self._otherwise:
            whole = sum(self.pool.otherwise.values(), ZERO)
            rows[OTHERWISE] = {party: sent_elsewhere * part / whole for party, part in self.pool.otherwise.items()}
        return rows


def _add(total: dict[str | None, int], more: Mapping[str | None, int]) -> None:
    for key, amount_fen in more.items():
        total[key] += amount_fen


def divide(terms: Terms, readings: Iterable[Reading], certified: Certified) -> dict[str, Division]:
    """One division for each pool, with the readings in it."""
    divisions = {pool.name: Division(terms, pool, certified) for pool in terms.pools}
    for reading in readings:
        divisions[reading.pool].add(reading)
    return divisions
