"""The waterfall: what a unit's money does on its way to the parties.

Sums of dated segments meet the steps in order, in exact rationals.  A step with a limit
counts what it took; a refund walks back down the same way (semantics 5.5–5.7).
"""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from ledger.domain.dividing.schedule import Applied, Schedule
from ledger.domain.facts.uncertified import Uncertified
from ledger.domain.terms import Step, Weights


@dataclass(frozen=True)
class Segment:
    """What a unit received in one run of days between which nothing changes."""

    day: date
    sum_fen: int


@dataclass
class Count:
    """What one limit remembers in its scope: what has come, and what of it fitted (semantics 5.6)."""

    come: Fraction = Fraction(0)
    fitted: Fraction = Fraction(0)
    limit_fen: int | None = None

    def fits(self, arriving: Fraction, limit_fen: int) -> Fraction:
        """How much of what arrives still fits; a changed limit goes on from what was taken."""
        if self.limit_fen is not None and limit_fen != self.limit_fen:
            self.come = self.fitted
        limit = Fraction(limit_fen)
        fitting = min(self.come + arriving, limit) - min(self.come, limit)
        self.come += arriving
        self.fitted += fitting
        self.limit_fen = limit_fen
        return fitting


@dataclass(frozen=True)
class Taken:
    """What one step took of one segment, by which weights, and who gets it."""

    step: Step
    weights: Weights
    day: date
    arrived: Fraction
    amount: Fraction
    parts: dict[str, Fraction]


@dataclass(frozen=True)
class Progress:
    """How far a limit is filled: of a step, or of the party it caps."""

    step: str
    scope: int | None
    party: str | None
    limit_fen: int
    reached: Fraction


@dataclass
class Flow:
    """Where one unit's money went; what waits, by segment, and for which fact."""

    taken: list[Taken] = field(default_factory=list)
    waiting: dict[date, Uncertified] = field(default_factory=dict)
    progress: list[Progress] = field(default_factory=list)


CountKey = tuple[str, str | None, int | None]


class _Waits(Exception):
    """Something arrives where a fact is missing; the whole segment waits."""

    def __init__(self, missing: Uncertified) -> None:
        self.missing = missing


class Waterfall:
    """The steps of a pool, for one unit, from its first segment to its last."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._counts: dict[CountKey, Count] = {}
        self._kept_at: dict[tuple[str, date], Fraction] = {}

    def flow(self, segments: Iterable[Segment]) -> Flow:
        """Send the segments, in the order of their dates, down the steps."""
        flow = Flow()
        for segment in segments:
            if not segment.sum_fen:
                continue
            before = {key: copy(count) for key, count in self._counts.items()}
            try:
                flow.taken += self._descend(segment)
            except _Waits as waits:
                self._counts = before
                flow.waiting[segment.day] = waits.missing
        flow.progress = [self._progress(key, count) for key, count in self._counts.items()]
        return flow

    def _descend(self, segment: Segment) -> list[Taken]:
        left = Fraction(segment.sum_fen)
        taken = []
        for applied in self._schedule.on(segment.day):
            if applied.extends is None or self._is_extended(applied, left):
                took = self._take(applied, segment.day, left)
                left -= sum(took.parts.values(), Fraction(0))
                taken.append(took)
        if left:
            raise ArithmeticError(f"{left} fen passed the last step on {segment.day}")
        return taken

    def _is_extended(self, applied: Applied, arriving: Fraction) -> bool:
        """Whether the window has grown: what the capped party kept to its last day is below the cap (semantics 5.7)."""
        step, last = applied.step, applied.extends
        assert step.cap is not None and last is not None
        key: CountKey = (step.name, step.cap.party, None)
        kept = self._kept_at.setdefault((step.name, last), self._counts.get(key, Count()).fitted)
        if applied.cap_fen is None:
            if arriving and applied.cap_missing:
                raise _Waits(applied.cap_missing)
            return False
        return kept < applied.cap_fen

    def _take(self, applied: Applied, day: date, arriving: Fraction) -> Taken:
        step, weights = applied.step, applied.weights
        if applied.missing:
            if arriving:
                raise _Waits(applied.missing)
            return Taken(step, weights, day, arriving, arriving, {})
        amount = arriving if step.take is None else step.take * arriving
        if applied.limit_fen is not None:
            amount = self._count(step, None, applied).fits(amount, applied.limit_fen)
        parts = {party: amount * share for party, share in applied.shares.items()}
        if step.cap and step.cap.party in parts:
            parts[step.cap.party] = self._capped(applied, step.cap.party, parts[step.cap.party])
        return Taken(step, weights, day, arriving, amount, parts)

    def _capped(self, applied: Applied, party: str, part: Fraction) -> Fraction:
        if applied.cap_fen is None:
            if part and applied.cap_missing:
                raise _Waits(applied.cap_missing)
            return part
        return self._count(applied.step, party, applied).fits(part, applied.cap_fen)

    def _count(self, step: Step, party: str | None, applied: Applied) -> Count:
        return self._counts.setdefault((step.name, party, applied.scope), Count())

    @staticmethod
    def _progress(key: CountKey, count: Count) -> Progress:
        step, party, scope = key
        return Progress(step, scope, party, count.limit_fen or 0, count.fitted)


class Doubled(Waterfall):
    """A figure in basis `double`: every party that the first step names has the whole; nothing is conserved."""

    def _descend(self, segment: Segment) -> list[Taken]:
        whole = Fraction(segment.sum_fen)
        first, *_ = self._schedule.on(segment.day)
        if first.missing:
            raise _Waits(first.missing)
        parts = {party: whole for party, weight in first.weights.items() if weight > 0}
        return [Taken(first.step, first.weights, segment.day, whole, whole, parts)]
