"""The schedule (适用): which steps apply to a unit on a day, with which weights and limits.

Versions, windows, clocks and certified facts meet here; a day on which any of that changes
begins a new segment (semantics 5.4, 5.7).
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property

from ledger.domain.calendar import DAY, agreement_year, agreement_years
from ledger.domain.facts.certified import Certified
from ledger.domain.facts.factors import weights_by
from ledger.domain.facts.uncertified import (
    AmountUncertified,
    ClockUncertified,
    StocksUncertified,
    Uncertified,
    WeightsUncertified,
)
from ledger.domain.terms import CLOCKS_ZH, COLLECTOR, ClockWindow, Limit, Named, Pool, Scope, Step, Weights, Window
from ledger.domain.terms.versions import Versions

ALWAYS = Window(None, None)
SegmentKey = tuple[int, int, int]


@dataclass(frozen=True)
class Applied:
    """One step as it applies on a day; `extends` is the last day of its window, on a day of its extension.

    What arrives although something is `missing` waits; a limit or cap of None is none, or waits with its `missing`.
    """

    step: Step
    weights: Weights
    limit_fen: int | None = None
    cap_fen: int | None = None
    scope: int | None = None
    extends: date | None = None
    missing: Uncertified | None = None
    cap_missing: Uncertified | None = None

    @cached_property
    def shares(self) -> dict[str, Fraction]:
        """What part of the whole each party with a weight gets."""
        whole = sum(self.weights.values(), Fraction(0))
        return {party: weight / whole for party, weight in self.weights.items() if weight}


class Schedule:
    """The steps of one pool as one unit meets them, day by day."""

    def __init__(self, versions: Versions, pool: str, certified: Certified, unit: str) -> None:
        self._versions = versions
        self._pool = pool
        self._certified = certified
        self._unit = unit
        self._steps_per_hundredth = versions.pool(pool).steps_per_hundredth
        pools = [own for terms in versions.signed if (own := terms.pool(pool))]
        self._scopes = {step.per for own in pools for step in own.steps}
        self._scopes |= {own.guarantee.per for own in pools if own.guarantee}
        self._cuts = self._days_of_change()
        self._applied: dict[SegmentKey, list[Applied]] = {}
        self._sharers: dict[SegmentKey, frozenset[str]] = {}

    # Days

    def segment(self, when: date) -> SegmentKey:
        """The run of days a day lies in, by its order; years cut where a step counts by them."""
        year = when.year if "year" in self._scopes else 0
        own_year = agreement_year(self._versions.first.first, when) if "agreement_year" in self._scopes else 0
        return bisect_right(self._cuts, when), year, own_year

    def may_change(self) -> set[date]:
        """Days on which a version, a window or a certified value begins or has ended."""
        may = {day for terms in self._versions.signed for day in self._days_of(terms.pool(self._pool))}
        return may | set(self._versions.dates)

    def _days_of_change(self) -> list[date]:
        """Days on which a version begins, or the steps, weights or limits in force become others."""
        signed = set(self._versions.dates)
        return sorted(day for day in self.may_change() if day in signed or self._changes(day))

    def counts_by(self, scope: Scope) -> bool:
        """Whether some step or guarantee counts anew in every year, of the calendar or of the agreement."""
        return scope in self._scopes

    def _days_of(self, pool: Pool | None) -> Iterator[date]:
        names: set[str] = set()
        for step in pool.steps if pool else ():
            for window in self._windows(step):
                yield from window.cuts() if window else ()
            names |= step.names_certified
        yield from self._certified.cuts(names, self._unit)

    def _changes(self, when: date) -> bool:
        if when == date.min:
            return False
        return self._state(when - DAY) != self._state(when)

    def _state(self, when: date) -> object:
        """What makes two days alike: which steps cover them, and the weights and limits of every step, covering or not."""
        pool = self._pool_on(when)
        steps = pool.steps if pool else ()
        covering = [(each.step.path, each.extends, each.missing is None) for each in self._work_out(when)]
        return covering, [self._values(step, when) for step in steps]

    def _values(self, step: Step, when: date) -> object:
        weights, _ = self._weights(step, when)
        cap_fen = self.amount_fen(step.cap.at, when) if step.cap else None
        return dict(weights), self._limit_fen(step, weights, when), cap_fen

    # Steps

    def on(self, when: date) -> list[Applied]:
        """The steps whose window or extension covers a day, or may cover it, in order."""
        key = self.segment(when)
        if key not in self._applied:
            self._applied[key] = self._work_out(when)
        return self._applied[key]

    def sharers(self, when: date) -> frozenset[str]:
        """Who can share on a day: the parties with a positive weight, and those of a guarantee (semantics 5.8)."""
        key = self.segment(when)
        if key not in self._sharers:
            self._sharers[key] = frozenset(self._may_share(when))
        return self._sharers[key]

    def _may_share(self, when: date) -> set[str]:
        pool = self._pool_on(when)
        sharers = {party for each in self.on(when) for party, weight in each.weights.items() if weight > 0}
        return sharers | ({pool.guarantee.party, pool.guarantee.payer} if pool and pool.guarantee else set())

    def amount_fen(self, limit: Limit, when: date) -> int | None:
        """A limit on a day, in fen or in smallest steps of the pool's unit; None if it is not certified."""
        found = self._certified.amount_fen(limit, self._unit, when)
        return None if found is None else self._in_steps(Fraction(found))

    def _in_steps(self, hundredths: Fraction) -> int | None:
        """An amount, read as two decimals, in what the pool counts; None if it is finer than that."""
        steps = hundredths * self._steps_per_hundredth
        return int(steps) if steps.denominator == 1 else None

    def _pool_on(self, when: date) -> Pool | None:
        return self._versions.pool_on(self._pool, when)

    def _work_out(self, when: date) -> list[Applied]:
        pool = self._pool_on(when)
        found = (self._apply(step, when) for step in (pool.steps if pool else ()))
        return [each for each in found if each]

    def _apply(self, step: Step, when: date) -> Applied | None:
        """A step on a day; None if its window does not cover it."""
        window, extension = self._windows(step)
        if window is None:
            assert isinstance(step.window, ClockWindow)
            clock = CLOCKS_ZH[step.window.clock]
            return Applied(step, {}, missing=ClockUncertified(clock=clock, unit=self._named))
        extends = None
        if not window.covers(when):
            if extension is None or not extension.covers(when):
                return None
            extends = window.last
        weights, missing = self._weights(step, when)
        limit_fen, cap_fen = self._limit_fen(step, weights, when), None
        if limit_fen is None and isinstance(step.until, Named):
            missing = missing or self._amount_missing(step.until)
        if step.cap:
            cap_fen = self.amount_fen(step.cap.at, when)
        cap_missing = self._amount_missing(step.cap.at) if step.cap and cap_fen is None else None
        return Applied(step, weights, limit_fen, cap_fen, self._scope(step, when), extends, missing, cap_missing)

    def _windows(self, step: Step) -> tuple[Window | None, Window | None]:
        """A step's window and its extension; no window at all if its clock waits to be certified."""
        window = step.window
        if not isinstance(window, ClockWindow):
            return window or ALWAYS, step.extension
        start = self._certified.clock(window.clock, self._unit)
        begins_before = window.clock == "recovered" and window.first_year == 1
        if start is None:
            never = Window(date.max, date.min)
            return (ALWAYS if begins_before else never if window.clock == "recovered" else None), None
        first, last = agreement_years(start, window.first_year, window.last_year)
        extended = agreement_years(start, window.first_year, window.last_year + step.extend_years)[1]
        extension = Window(last + DAY, extended) if step.extend_years and last < date.max else None
        return Window(None if begins_before else first, last), extension

    def _weights(self, step: Step, when: date) -> tuple[Weights, Uncertified | None]:
        if isinstance(step.keeps, str):
            stocks = self._certified.stocks_fen(step.keeps, self._unit, when) or {}
            kept = {party: Fraction(stocks[party]) for party in self._parties_on(when) if party in stocks}
            rule = StocksUncertified(name=step.keeps, unit=self._named, when=when)
            counts = any(kept.values()) and self._in_steps(sum(kept.values(), Fraction(0))) is not None
            return (kept, None) if counts else ({}, rule)
        if step.by is not None:
            values = {
                name: self._certified.weights(name, self._unit, when, previous=step.uses_previous)
                for name in step.by.factors
            }
            weights = weights_by(step.by, values, self._parties_on(when))
            rule_by = WeightsUncertified(name="、".join(step.by.factors), unit=self._named, when=when)
            return weights, None if weights else rule_by
        return self.with_collector(step.weights), None

    def _parties_on(self, when: date) -> list[str]:
        """Who can share by certified values: the parties of the version in force, in listing order."""
        present = self._versions.on(when).parties
        return [party for party in self._versions.parties if party in present]

    def with_collector(self, weights: Weights) -> Weights:
        """The collector's weight goes to the unit itself, in a pool that counts per collector."""
        if COLLECTOR not in weights:
            return weights
        given = {party: weights.get(party, Fraction(0)) for party in self._versions.parties}
        given[self._unit] = given.get(self._unit, Fraction(0)) + weights[COLLECTOR]
        return given

    def _limit_fen(self, step: Step, weights: Weights, when: date) -> int | None:
        """The amount up to which a step takes: `until`, or the sum of the stocks that `keep` names."""
        if step.keeps is not None:
            return self._in_steps(sum(weights.values(), Fraction(0)))
        return None if step.until is None else self.amount_fen(step.until, when)

    def _amount_missing(self, limit: Limit) -> Uncertified:
        return AmountUncertified(name=str(limit), unit=self._named)

    def _scope(self, step: Step, when: date) -> int | None:
        """The year that a count belongs to, where the step counts per year."""
        if step.per == "year":
            return when.year
        return agreement_year(self._versions.first.first, when) if step.per == "agreement_year" else None

    @property
    def _named(self) -> str:
        return self._unit or self._versions.latest.title
