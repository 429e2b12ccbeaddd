"""The waterfall: what a unit's money does on its way to the parties.

Sums of dated segments meet the steps in order, in exact rationals.  A step with a limit
counts what it took; a refund walks back down the same way (semantics 5.5–5.7).
"""

from copy import copy
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from ledger.domain.dividing.schedule import Applied, Schedule
from ledger.domain.facts.uncertified import Uncertified
from ledger.domain.terms import Step, Weights

NOTHING = Fraction(0)
CountKey = tuple[str, str | None, int | None]
"""A step, the party it caps if it is a cap's count, the year if it counts per year."""


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
    given: Fraction
    """What the parts come to: the amount, less what a cap sends on."""


@dataclass(frozen=True)
class Progress:
    """How far a limit is filled: of a step, or of the party it caps."""

    step: str
    scope: int | None
    party: str | None
    limit_fen: int
    reached: Fraction


@dataclass
class Memory:
    """What the steps of a unit remember from one segment to the next: counts, and what windows that grow had kept."""

    counts: dict[CountKey, Count] = field(default_factory=dict)
    kept_at: dict[tuple[str, date], Fraction] = field(default_factory=dict)

    def copied(self) -> "Memory":
        """The same, to go on from."""
        return Memory({key: copy(count) for key, count in self.counts.items()}, dict(self.kept_at))

    def progress(self) -> list[Progress]:
        """How far every limit is filled."""
        return [
            Progress(step, scope, party, count.limit_fen or 0, count.fitted)
            for (step, party, scope), count in self.counts.items()
        ]


@dataclass(frozen=True)
class Flow:
    """What became of one segment: what each step took, or the fact for which all of it waits.

    What the steps remembered before it, and what they remember after it.
    """

    taken: list[Taken]
    missing: Uncertified | None
    met: Memory
    left: Memory


def flow(schedule: Schedule, segment: Segment, met: Memory, *, doubled: bool = False) -> Flow:
    """Send a segment down the steps, behind all that is dated before it; with `doubled` every party has the whole."""
    if not segment.sum_fen:
        return Flow([], None, met, met)
    waterfall = Waterfall(schedule, met.copied())
    try:
        taken = waterfall.double(segment) if doubled else waterfall.descend(segment)
    except _Waits as waits:
        return Flow([], waits.missing, met, met)
    return Flow(taken, None, met, waterfall.memory)


class _Waits(Exception):
    """A fact is missing; the whole segment waits."""

    def __init__(self, missing: Uncertified) -> None:
        self.missing = missing


class Waterfall:
    """The steps of a pool, for one segment of one unit."""

    def __init__(self, schedule: Schedule, memory: Memory) -> None:
        self._schedule = schedule
        self.memory = memory

    def descend(self, segment: Segment) -> list[Taken]:
        """What each step takes of what those before it left."""
        left = Fraction(segment.sum_fen)
        taken = []
        for applied in self._schedule.on(segment.day):
            if applied.extends is None or self._is_extended(applied, left):
                took = self._take(applied, segment.day, left)
                left -= took.given
                taken.append(took)
        if left:
            raise ArithmeticError(f"{left} fen passed the last step on {segment.day}")
        return taken

    def double(self, segment: Segment) -> list[Taken]:
        """A figure in basis `double`: every party that the first step names has the whole; nothing is conserved."""
        whole = Fraction(segment.sum_fen)
        first, *_ = self._schedule.on(segment.day)
        if first.missing:
            raise _Waits(first.missing)
        parts = {party: whole for party, weight in first.weights.items() if weight > 0}
        return [Taken(first.step, first.weights, segment.day, whole, whole, parts, whole)]

    def _is_extended(self, applied: Applied, arriving: Fraction) -> bool:
        """Whether the window has grown: what the capped party kept to its last day is below the cap (semantics 5.7)."""
        step, last = applied.step, applied.extends
        assert step.cap is not None and last is not None
        key: CountKey = (step.name, step.cap.party, None)
        kept = self.memory.kept_at.setdefault((step.name, last), self.memory.counts.get(key, Count()).fitted)
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
            return Taken(step, weights, day, arriving, arriving, {}, NOTHING)
        amount = arriving if step.take is None else step.take * arriving
        if applied.limit_fen is not None:
            amount = self._count(step, None, applied).fits(amount, applied.limit_fen)
        parts = {party: amount * share for party, share in applied.shares.items()}
        given = amount
        if step.cap and step.cap.party in parts:
            uncapped = parts[step.cap.party]
            parts[step.cap.party] = self._capped(applied, step.cap.party, uncapped)
            given += parts[step.cap.party] - uncapped
        return Taken(step, weights, day, arriving, amount, parts, given)

    def _capped(self, applied: Applied, party: str, part: Fraction) -> Fraction:
        if applied.cap_fen is None:
            if part and applied.cap_missing:
                raise _Waits(applied.cap_missing)
            return part
        return self._count(applied.step, party, applied).fits(part, applied.cap_fen)

    def _count(self, step: Step, party: str | None, applied: Applied) -> Count:
        return self.memory.counts.setdefault((step.name, party, applied.scope), Count())
