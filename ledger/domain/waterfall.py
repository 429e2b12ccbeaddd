"""The waterfall: what a unit's money does on its way to the parties.

Sums of dated segments meet the steps in order, in exact rationals.  A step with a limit
counts what it took; a refund walks back down the same way (semantics 5.5–5.7).
"""

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from ledger.domain.calendar import agreement_year
from ledger.domain.terms import Limit, Step

Resolve = Callable[[Limit, date], int | None]
"""An amount in fen for a limit on a day, or None if it waits to be certified."""


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
    """What one step took of one segment, and who gets it."""

    step: Step
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
    """Where one unit's money went."""

    taken: list[Taken] = field(default_factory=list)
    waiting: dict[date, str] = field(default_factory=dict)
    progress: list[Progress] = field(default_factory=list)


CountKey = tuple[str, str | None, int | None]


class LimitUncertified(Exception):
    """A limit that something reaches and nobody certified; the segment waits."""


class Waterfall:
    """The steps of a pool, for one unit at a time."""

    def __init__(self, steps: Sequence[Step], start: date, resolve: Resolve) -> None:
        self._steps = steps
        self._start = start
        self._resolve = resolve

    def flow(self, segments: Iterable[Segment]) -> Flow:
        """Send the segments, in the order of their dates, down the steps."""
        flow = Flow()
        counts: dict[CountKey, Count] = {}
        for segment in segments:
            if not segment.sum_fen:
                continue
            trial = {key: copy(count) for key, count in counts.items()}
            try:
                flow.taken += self._descend(segment, trial)
                counts = trial
            except LimitUncertified as missing:
                flow.waiting[segment.day] = str(missing)
        flow.progress = [self._progress(key, count) for key, count in counts.items()]
        return flow

    def _descend(self, segment: Segment, counts: dict[CountKey, Count]) -> list[Taken]:
        left = Fraction(segment.sum_fen)
        taken = []
        for step in self._steps:
            if step.covers(segment.day):
                took = self._take(step, segment.day, left, counts)
                left -= sum(took.parts.values(), Fraction(0))
                taken.append(took)
        if left:
            raise ArithmeticError(f"{left} fen passed the last step on {segment.day}")
        return taken

    def _take(self, step: Step, day: date, arriving: Fraction, counts: dict[CountKey, Count]) -> Taken:
        reach = arriving if step.take is None else step.take * arriving
        amount = reach if step.limit is None else self._fits(step, None, step.limit, day, reach, counts)
        whole = sum(step.weights.values(), Fraction(0))
        parts = {party: amount * weight / whole for party, weight in step.weights.items() if weight}
        if step.cap and step.cap.party in parts:
            capped = parts[step.cap.party]
            parts[step.cap.party] = self._fits(step, step.cap.party, step.cap.at, day, capped, counts)
        return Taken(step, day, arriving, amount, parts)

    def _fits(
        self, step: Step, party: str | None, limit: Limit, day: date, arriving: Fraction, counts: dict[CountKey, Count]
    ) -> Fraction:
        limit_fen = self._resolve(limit, day)
        if limit_fen is None:
            if arriving:
                raise LimitUncertified(limit)
            return Fraction(0)
        key = (step.name, party, self.scope(step, day))
        return counts.setdefault(key, Count()).fits(arriving, limit_fen)

    def scope(self, step: Step, day: date) -> int | None:
        """The year that a count belongs to, where the step counts per year."""
        if step.per == "year":
            return day.year
        return agreement_year(self._start, day) if step.per == "agreement_year" else None

    @staticmethod
    def _progress(key: CountKey, count: Count) -> Progress:
        step, party, scope = key
        return Progress(step, scope, party, count.limit_fen or 0, count.fitted)
