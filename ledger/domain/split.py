"""Split (试算): terms and entries in, shares out; no books.

Shares of an entry are worths: due after it less due before it, in file order.  They
explain; what is due is what is paid (semantics 5.11).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from ledger.domain.calendar import DAY, Every, settlement, settlement_last
from ledger.domain.certified import Certified, Proposal
from ledger.domain.entries import Entry, Originals
from ledger.domain.errors import Fault, LinePlace, RuleBroken
from ledger.domain.money import check_sums
from ledger.domain.pools import Pools
from ledger.domain.reading import Reader, Reading
from ledger.domain.terms import Terms
from ledger.domain.uncertified import Uncertified
from ledger.domain.versions import Versions
from ledger.domain.waterfall import Progress
from ledger.domain.worksheet import Shares, less, rows_by_step, rows_less

Rows = dict[str, dict[str, Shares]]
"""Shares by pool and step."""


@dataclass
class Split:
    """What everyone gets, in fen."""

    entries: list[tuple[Entry, Shares]]
    periods: dict[str, Shares]
    steps: dict[str, Rows]
    totals: Shares
    collected: Shares | None
    waiting_fen: int
    undivided_fen: int
    unselected_fen: int
    reasons: list[tuple[Uncertified, int]]
    progress: dict[str, list[tuple[str, str, Progress]]]
    proposals: list[Proposal]
    as_of: date
    faults: list[Fault] = field(default_factory=list)


def split(
    versions: Versions, entries: Sequence[Entry], certified: Certified, every: Every = "year", as_of: date | None = None
) -> Split:
    """Divide entries by terms: worths in file order, shares by period of booking, totals.

    Guarantees and transfers count up to `as_of`, by default the end of the year of the last booking; entries booked
    later do not count.
    """
    day = as_of or _end_of_last_year(versions, entries)
    reader = Reader(versions, certified, Originals(entries))
    known = [entry for entry in entries if entry.booked_on <= day]
    readings = [reader.read(entry) for entry in known]
    pools = Pools(versions, certified)
    pools.move_day(day)
    worths = list(_worths(known, readings, pools))
    totals = pools.due_in_money()
    check_sums(totals.values())
    money = [division for division in pools.divisions.values() if division.pool.is_money]
    periods = _Periods(versions, certified, every, day)
    periods.work_out(known, readings)
    return Split(
        entries=worths,
        periods=periods.due,
        steps=periods.steps,
        totals=totals,
        collected=_collected(pools),
        waiting_fen=sum(pool.waiting_fen() for pool in money),
        undivided_fen=sum(pool.undivided_fen() for pool in money),
        unselected_fen=sum(entry.amount_fen for entry, read in zip(known, readings, strict=True) if not read),
        reasons=_reasons(pools),
        progress=periods.progress,
        proposals=list(_proposals(versions.latest, certified)),
        as_of=day,
        faults=list(_line_faults(known, readings)),
    )


def _end_of_last_year(versions: Versions, entries: Iterable[Entry]) -> date:
    last = max((entry.booked_on for entry in entries), default=versions.first.first)
    return settlement_last(last, "year")


def _proposals(terms: Terms, certified: Certified) -> Iterator[Proposal]:
    for pool in terms.pools:
        if pool.eligible:
            yield from certified.propose(pool.name, pool.eligible)


def _reasons(pools: Pools) -> list[tuple[Uncertified, int]]:
    """Why something waits and how much, each reason once."""
    amounts: dict[str, tuple[Uncertified, int]] = {}
    for key in pools.divisions:
        for reason, amount_fen in pools.reasons(key):
            if isinstance(reason, Uncertified):
                before_fen = amounts[str(reason)][1] if str(reason) in amounts else 0
                amounts[str(reason)] = (reason, before_fen + amount_fen)
    return list(amounts.values())


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
        return any(pool.transfer or pool.guarantee for terms in self._pools.versions.signed for pool in terms.pools)

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


def _collected(pools: Pools) -> Shares | None:
    total = dict.fromkeys(pools.versions.parties, 0)
    for key, division in pools.divisions.items():
        collected = division.collected()
        if collected is None:
            return None
        if pools.versions.pool(key.pool).is_money:
            total = {party: total[party] + collected[party] for party in total}
    return total


def _line_faults(entries: Sequence[Entry], readings: Sequence[list[Reading]]) -> Iterator[Fault]:
    """Lines that lack what the terms need, or whose collector is no party."""
    for entry, read in zip(entries, readings, strict=True):
        for reading in read:
            rule: RuleBroken | None = reading.reason
            if rule and not isinstance(rule, Uncertified):
                yield Fault(LinePlace(entry.row), rule)
