"""Scrutiny (审查): what terms that read well still get wrong.

Gaps and overlaps of windows, steps that are never reached, money that would pass the last
step, counts without a name, two pools that claim the same entry (design § 4).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, pairwise

from ledger.domain import terms_faults as faults
from ledger.domain.calendar import DAY
from ledger.domain.errors import Fault
from ledger.domain.terms import LevelRow, Pool, Selection, Step, Terms

FOREVER = date.max


@dataclass(frozen=True)
class Days:
    """A run of days, first and last included."""

    first: date
    last: date

    @property
    def until(self) -> str:
        """The last day as people read it."""
        return "∞" if self.last == FOREVER else str(self.last)


def scrutinise(terms: Terms) -> list[Fault]:
    """Every fault of terms that could be read; an empty list if they can be signed."""
    found: list[Fault] = []
    for pool in terms.pools:
        found += _names(pool)
        found += _words_at_work(terms, pool)
        found += _memory_and_rounding(terms, pool)
        found += _schedule(terms, pool)
    found += _pools_apart(terms)
    found += _levels_apart(terms.levels)
    return found


def _names(pool: Pool) -> Iterator[Fault]:
    for step in pool.steps:
        if step.has_memory and step.name.startswith("#"):
            word = "keep" if step.keeps is not None else "until" if step.until is not None else "cap"
            yield Fault(step.path, faults.StepNameMissing(word=word), step.clause)
    for one, other in combinations(pool.steps, 2):
        if one.name == other.name:
            yield Fault(other.path, faults.StepNameTwice(name=other.name), other.clause)


def _words_at_work(terms: Terms, pool: Pool) -> Iterator[Fault]:
    """Words that would stand there and do nothing."""
    for step in pool.steps:
        if step.cap and step.cap.party not in step.sharers:
            yield Fault(f"{step.path}.cap", faults.CapWithoutShare(party=step.cap.party), step.clause)
    name = pool.selection.names[0] if pool.selection.by == "list" else ""
    if name and terms.lists and name not in terms.lists:
        rule = faults.ListUnknown(name=name, lists="、".join(terms.lists))
        yield Fault(f"{pool.path}.of", rule, pool.clause)


def _memory_and_rounding(terms: Terms, pool: Pool) -> Iterator[Fault]:
    if terms.rounding.level != "running":
        for step in pool.steps:
            if step.has_memory:
                rule = faults.MemoryNeedsRunning(level=terms.rounding.level, step=step.name)
                yield Fault("rounding.level", rule, step.clause)


# The schedule: which steps cover which days of the agreement's life


def _schedule(terms: Terms, pool: Pool) -> Iterator[Fault]:
    stretches = list(_stretches(terms, pool))
    reached: set[str] = set()
    for stretch in stretches:
        for step in pool.steps:
            if step.covers(stretch.first):
                reached.add(step.path)
                if step.is_plain:
                    break
    scheduled = [step for step in pool.steps if step.is_plain and step.window]
    gaps = list(_gaps(stretches, pool, scheduled))
    for gap in gaps:
        yield Fault(f"{pool.path}.waterfall", faults.WindowsGap(first=gap.first, last=gap.until), pool.clause)
    overlapping = list(_overlaps(stretches, scheduled))
    for days, one, other in overlapping:
        rule = faults.WindowsOverlap(first=days.first, last=days.until, one=one.name, other=other.name)
        yield Fault(f"{other.path}.during", rule, other.clause)
    for days in _merged(each for each in stretches if not _is_exhausted(pool, each)):
        if not any(gap.first <= days.first and days.last <= gap.last for gap in gaps):
            yield Fault(
                f"{pool.path}.waterfall", faults.EntryReachesNoStep(first=days.first, last=days.until), pool.clause
            )
    for step in pool.steps:
        if step.path not in reached and not any(step is other for _, _, other in overlapping):
            yield Fault(step.path, faults.StepNeverReached(step=step.name), step.clause)


def _stretches(terms: Terms, pool: Pool) -> Iterator[Days]:
    """The life of the agreement, cut wherever a window begins or ends."""
    last = terms.last or FOREVER
    cuts = {terms.first}
    for step in pool.steps:
        if step.window and step.window.first:
            cuts.add(step.window.first)
        if step.window and step.window.last and step.window.last < FOREVER:
            cuts.add(step.window.last + DAY)
    firsts = sorted(cut for cut in cuts if terms.first <= cut <= last)
    for first, following in pairwise([*firsts, None]):
        assert first is not None
        yield Days(first, following - DAY if following else last)


def _is_exhausted(pool: Pool, stretch: Days) -> bool:
    return any(step.is_plain and step.covers(stretch.first) for step in pool.steps)


def _gaps(stretches: Sequence[Days], pool: Pool, scheduled: Sequence[Step]) -> Iterator[Days]:
    """Days between two scheduled plain splits that no scheduled step covers."""
    inside = [index for index, days in enumerate(stretches) if any(step.covers(days.first) for step in scheduled)]
    if len(scheduled) < 2 or not inside:
        return
    between = stretches[inside[0] : inside[-1]]
    windowed = [step for step in pool.steps if step.window]
    yield from _merged(days for days in between if not any(step.covers(days.first) for step in windowed))


def _overlaps(stretches: Sequence[Days], scheduled: Sequence[Step]) -> Iterator[tuple[Days, Step, Step]]:
    for one, other in combinations(scheduled, 2):
        both = [days for days in stretches if one.covers(days.first) and other.covers(days.first)]
        for days in _merged(both):
            yield days, one, other


def _merged(runs: Iterable[Days]) -> Iterator[Days]:
    """Neighbouring runs of days as one."""
    whole: Days | None = None
    for days in runs:
        if whole and whole.last < FOREVER and whole.last + DAY == days.first:
            whole = Days(whole.first, days.last)
        else:
            if whole:
                yield whole
            whole = days
    if whole:
        yield whole


# What is conserved falls in at most one pool (semantics finding 25)


def _pools_apart(terms: Terms) -> Iterator[Fault]:
    for one, other in combinations(terms.pools, 2):
        if may_claim_the_same(one, terms, other, terms):
            yield Fault(other.path, faults.PoolsOverlap(one=one.name, other=other.name), other.clause)


def may_claim_the_same(one: Pool, terms: Terms, other: Pool, other_terms: Terms) -> bool:
    """Whether two pools certainly select the same kind of entries.

    Selections of different kinds (a park, some projects) are compared entry by entry when money is divided.
    """
    if one.share != other.share or not _same_level(one, other):
        return False
    return _subjects_meet(one.subjects, other.subjects) and _selections_meet(
        one.selection, terms, other.selection, other_terms
    )


def _same_level(one: Pool, other: Pool) -> bool:
    return one.level == other.level or "as_given" in (one.level, other.level)


def _subjects_meet(one: Sequence[str], other: Sequence[str]) -> bool:
    if not one or not other:
        return True
    return any(mine.startswith(theirs) or theirs.startswith(mine) for mine in one for theirs in other)


def _selections_meet(one: Selection, terms: Terms, other: Selection, other_terms: Terms) -> bool:
    if one.by == "all" or other.by == "all":
        return True
    if one.by != other.by:
        return False
    return bool(set(_members(one, terms)) & set(_members(other, other_terms)))


def _members(selection: Selection, terms: Terms) -> tuple[str, ...]:
    if selection.by == "list" and terms.lists and selection.names[0] in terms.lists:
        return terms.lists[selection.names[0]]
    return selection.names


def _levels_apart(rows: Sequence[LevelRow]) -> Iterator[Fault]:
    for one, other in combinations(rows, 2):
        first = max(one.first, other.first)
        if one.subject == other.subject and first <= min(one.last or FOREVER, other.last or FOREVER):
            yield Fault("levels", faults.LevelsOverlap(subject=one.subject, first=first))
