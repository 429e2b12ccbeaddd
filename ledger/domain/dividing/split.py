"""Split (试算): terms and entries in, shares out; no books.

Shares of an entry are worths: due after it less due before it, in file order.  They
explain; what is due is what is paid (semantics 5.11).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from ledger.domain.calendar import DAY, YEAR_MAX, YEAR_MIN, DayUnreadable, Every, settlement, settlement_last
from ledger.domain.dividing.figure_reading import FigureReader
from ledger.domain.dividing.pools import PoolKey, Pools
from ledger.domain.dividing.reading import Reader, Reading
from ledger.domain.dividing.waterfall import Progress
from ledger.domain.dividing.worksheet import Shares, less, rows_by_step, rows_less
from ledger.domain.errors import Fault, LinePlace, RuleBroken
from ledger.domain.facts.certified import Certified, Proposal
from ledger.domain.facts.uncertified import Uncertified
from ledger.domain.money import check_sums
from ledger.domain.recording.entries import Entry, Originals
from ledger.domain.recording.figures import Report
from ledger.domain.terms import Pool, Terms
from ledger.domain.terms.versions import Versions

Rows = dict[str, dict[str, Shares]]
"""Shares by pool and step."""


class Waiting(NamedTuple):
    """Why something of a pool waits, and how much: fen, or smallest steps of the pool's unit."""

    reason: RuleBroken
    amount: int
    pool: PoolKey


@dataclass
class Sums:
    """What the parties are due and collected in all, and what is not divided, in fen."""

    totals: Shares
    collected: Shares | None
    waiting_fen: int
    undivided_fen: int


@dataclass
class Measured:
    """What a pool of figures, quotas or contributions gives everyone, in smallest steps of its unit."""

    pool: Pool
    totals: Shares
    collected: Shares | None
    waiting: int
    undivided: int
    in_place: int


@dataclass
class Split:
    """What everyone gets, in fen."""

    entries: list[tuple[Entry, Shares]]
    periods: dict[str, Shares]
    steps: dict[str, Rows]
    sums: Sums
    unselected_fen: int
    reasons: list[Waiting]
    progress: dict[str, list[tuple[str, str, Progress]]]
    proposals: list[Proposal]
    as_of: date
    figures: list[tuple[Reading, dict[str, int]]] = field(default_factory=list)
    measured: dict[PoolKey, Measured] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def totals(self) -> Shares:
        """What every party is due in all."""
        return self.sums.totals

    @property
    def collected(self) -> Shares | None:
        """What every party collected of what is divided; None where some collector is not known."""
        return self.sums.collected

    @property
    def waiting_fen(self) -> int:
        """What waits to be certified."""
        return self.sums.waiting_fen

    @property
    def undivided_fen(self) -> int:
        """What is selected and not divided."""
        return self.sums.undivided_fen


def split(
    versions: Versions,
    entries: Sequence[Entry],
    certified: Certified,
    every: Every = "year",
    as_of: date | None = None,
    reports: Sequence[Report] = (),
) -> Split:
    """Divide entries and figures by terms: worths in file order, shares by period of booking, totals.

    Nothing later than `as_of` counts, by default the end of the year of the last booking; raises DayUnreadable if its year
    is a slip.
    """
    day = _plausible(as_of) if as_of else _end_of_last_year(versions, entries, reports)
    reader = Reader(versions, certified, Originals(entries))
    known = [entry for entry in entries if entry.booked_on <= day]
    readings = [reader.read(entry) for entry in known]
    pools, periods = Pools(versions, certified), _Periods(versions, certified, every, day)
    pools.move_day(day)
    worths, figures = list(_worths(known, readings, pools)), list(_figure_worths(reports, day, reader, pools))
    periods.work_out(known, readings)
    return Split(
        entries=worths,
        periods=periods.due,
        steps=periods.steps,
        sums=_sums(pools),
        unselected_fen=sum(entry.amount_fen for entry, read in zip(known, readings, strict=True) if not read),
        reasons=_reasons(pools),
        progress=periods.progress,
        proposals=list(_proposals(versions.latest, certified)),
        as_of=day,
        figures=figures,
        measured={key: _measured(key, pools) for key in pools.divisions if not versions.pool(key.pool).is_money},
        faults=list(_line_faults(known, readings)),
    )


def _sums(pools: Pools) -> Sums:
    """What all pools whose money moves come to together."""
    money = [division for division in pools.divisions.values() if division.pool.is_money]
    collected = [division.collected() for division in money]
    total = dict.fromkeys(pools.versions.parties, 0)
    for each in collected:
        total = {party: total[party] + (each or {}).get(party, 0) for party in total}
    totals = pools.due_in_money()
    check_sums(totals.values())
    return Sums(
        totals=totals,
        collected=None if None in collected else total,
        waiting_fen=sum(division.waiting_fen() for division in money),
        undivided_fen=sum(division.undivided_fen() for division in money),
    )


def _figure_worths(
    reports: Iterable[Report], day: date, reader: Reader, pools: Pools
) -> Iterator[tuple[Reading, Shares]]:
    """What each report up to a day adds, in the order given, in steps of its unit."""
    for reading in FigureReader(pools.versions, reader).read([each for each in reports if each.last <= day]):
        division = pools.divisions[PoolKey(reading.pool, reading.measure)]
        before = division.due()
        pools.add(reading)
        yield reading, less(division.due(), before)


def _measured(key: PoolKey, pools: Pools) -> Measured:
    division = pools.divisions[key]
    return Measured(
        division.pool,
        division.due(),
        division.collected(),
        division.waiting_fen(),
        division.undivided_fen(),
        division.whole_fen,
    )


def _plausible(day: date) -> date:
    if not YEAR_MIN <= day.year <= YEAR_MAX:
        raise DayUnreadable(day=day.isoformat())
    return day


def _end_of_last_year(versions: Versions, entries: Iterable[Entry], reports: Iterable[Report]) -> date:
    days = [*(entry.booked_on for entry in entries), *(report.last for report in reports)]
    last = max(days, default=versions.first.first)
    return settlement_last(last, "year")


def _proposals(terms: Terms, certified: Certified) -> Iterator[Proposal]:
    for pool in terms.pools:
        if pool.eligible:
            yield from certified.propose(pool.name, pool.eligible)


def _reasons(pools: Pools) -> list[Waiting]:
    """Why something waits and how much, each reason once for each pool."""
    amounts: dict[tuple[PoolKey, str], Waiting] = {}
    for key in pools.divisions:
        for reason, amount in pools.reasons(key):
            before = amounts.get((key, str(reason)), Waiting(reason, 0, key))
            amounts[key, str(reason)] = before._replace(amount=before.amount + amount)
    return [each for each in amounts.values() if isinstance(each.reason, Uncertified) or each.pool.measure]


def _worths(
    entries: Sequence[Entry], readings: Sequence[list[Reading]], pools: Pools
) -> Iterator[tuple[Entry, Shares]]:
    before = pools.due_in_money()
    for entry, read in zip(entries, readings, strict=True):
        pools.add_all(read)
        after = pools.due_in_money()
        yield entry, less(after, before)
        before = after


class _Periods:
    """Due at the end of each period less due at the end of the one before; its rows by step; how full limits are."""

    def __init__(self, versions: Versions, certified: Certified, every: Every, until: date) -> None:
        self._pools = Pools(versions, certified)
        self._every = every
        self._until = until
        self.due: dict[str, Shares] = {}
        self.steps: dict[str, Rows] = {}
        self.progress: dict[str, list[tuple[str, str, Progress]]] = {}

    def work_out(self, entries: Sequence[Entry], readings: Sequence[list[Reading]]) -> None:
        """Period by period, from the first booking to the last day; a period in which nothing is due is left out."""
        booked: dict[date, list[Reading]] = {}
        for entry, read in sorted(zip(entries, readings, strict=True), key=lambda pair: pair[0].booked_on):
            booked.setdefault(settlement_last(entry.booked_on, self._every), []).extend(read)
        before, rows_before = self._pools.due_in_money(), self._rows()
        for end in self._ends(booked):
            self._pools.move_day(min(end, self._until))
            self._pools.add_all(booked.get(end, ()))
            after, rows = self._pools.due_in_money(), self._rows()
            if end in booked or after != before:
                self._keep(settlement(end, self._every), less(after, before), _rows_less(rows, rows_before))
            before, rows_before = after, rows

    def _ends(self, booked: Iterable[date]) -> Iterator[date]:
        """The last day of every period from the first booking (or the agreement's first day) on."""
        begins = (self._pools.versions.first.first,) if self._has_transfers() else ()
        firsts = [*booked, *begins]
        end = settlement_last(min(firsts), self._every) if firsts else None
        last = settlement_last(self._until, self._every)
        while end and end <= last:
            yield end
            end = settlement_last(end + DAY, self._every) if end < date.max else None

    def _has_transfers(self) -> bool:
        return any(pool.transfers or pool.guarantee for terms in self._pools.versions.signed for pool in terms.pools)

    def _keep(self, period: str, due: Shares, rows: Rows) -> None:
        self.due[period], self.steps[period] = due, rows
        self.progress[period] = [
            (key.pool, unit, each)
            for key, division in self._pools.divisions.items()
            for unit, each in division.progress()
        ]

    def _rows(self) -> Rows:
        """The worksheet's rows: what each step gave to date, each row rounded for itself (semantics 5.11)."""
        money = self._pools.divisions.items()
        return {key.pool: rows_by_step(division) for key, division in money if division.pool.is_money}


def _rows_less(after: Rows, before: Rows) -> Rows:
    return {pool: rows_less(rows, before.get(pool, {})) for pool, rows in after.items()}


def _line_faults(entries: Sequence[Entry], readings: Sequence[list[Reading]]) -> Iterator[Fault]:
    """Lines that lack what the terms need, or whose collector is no party."""
    for entry, read in zip(entries, readings, strict=True):
        for reading in read:
            rule: RuleBroken | None = reading.reason
            if rule and not isinstance(rule, Uncertified):
                yield Fault(LinePlace(entry.row), rule)
