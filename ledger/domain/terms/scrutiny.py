"""Scrutiny (审查): what terms that read well still get wrong.

Gaps and overlaps of windows, steps that are never reached, money that would pass the last
step, counts without a name, two pools that claim the same entry (design § 4).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, pairwise

from ledger.domain.calendar import DAY
from ledger.domain.errors import Fault
from ledger.domain.terms import CLOCKS_ZH, COLLECTOR, ClockWindow, LevelRow, Pool, Step, Terms, Window, faults
from ledger.domain.terms.scrutiny_of_pools import scrutinise_pools

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
    found += scrutinise_pools(terms)
    found += _levels_apart(terms.levels)
    return found


def _names(pool: Pool) -> Iterator[Fault]:
    for step in pool.steps:
        if step.has_memory and step.name.startswith("#"):
            word = memory_word(step)
            yield Fault(step.path, faults.StepNameMissing(word=word), step.clause)
    for one, other in combinations(pool.steps, 2):
        if one.name == other.name:
            yield Fault(other.path, faults.StepNameTwice(name=other.name), other.clause)


def memory_word(step: Step) -> str:
    """The word by which a step counts what came before."""
    return "keep" if step.keeps is not None else "until" if step.until is not None else "cap"


def _words_at_work(terms: Terms, pool: Pool) -> Iterator[Fault]:
    """Words that would stand there and do nothing."""
    for step in pool.steps:
        shares = step.is_certified_by or (step.cap and step.cap.party in step.sharers) or COLLECTOR in step.weights
        if step.cap and not shares:
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
        if pool.guarantee:
            yield Fault("rounding.level", faults.GuaranteeNeedsRunning(level=terms.rounding.level), pool.clause)


# The schedule: which steps cover which days of the agreement's life


def _schedule(terms: Terms, pool: Pool) -> Iterator[Fault]:
    if pool.basis == "in_place":
        return
    stretches = list(_stretches(terms, pool))
    reached = {step.path for stretch in stretches for step in _reached(pool, stretch)}
    scheduled = [step for step in pool.steps if step.is_plain and isinstance(step.window, Window)]
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
    yield from _clock_years(pool)


def _reached(pool: Pool, stretch: Days) -> Iterator[Step]:
    """The steps that money of some days can come to."""
    for step in pool.steps:
        if may_cover(step, stretch.first):
            yield step
            if step.is_plain and surely_covers(step, stretch.first):
                return


def surely_covers(step: Step, when: date) -> bool:
    """Whether a step covers a day whatever is certified."""
    return step.window is None or (isinstance(step.window, Window) and step.window.covers(when))


def may_cover(step: Step, when: date) -> bool:
    """Whether a step can cover a day: by its window, by its extension, or by a clock that may start anywhere."""
    extended = step.extension is not None and step.extension.covers(when)
    return isinstance(step.window, ClockWindow) or extended or surely_covers(step, when)


def _clock_years(pool: Pool) -> Iterator[Fault]:
    """Years of one clock that two plain splits both claim, or that stand between them and belong to none."""
    on_clock = [step for step in pool.steps if isinstance(step.window, ClockWindow)]
    for clock in dict.fromkeys(step.window.clock for step in on_clock if isinstance(step.window, ClockWindow)):
        years: dict[int, Step] = {}
        own = [step for step in on_clock if isinstance(step.window, ClockWindow) and step.window.clock == clock]
        for step in own:
            assert isinstance(step.window, ClockWindow)
            for year in range(step.window.first_year, step.window.last_year + 1):
                other = years.setdefault(year, step)
                if other is not step and step.is_plain and other.is_plain:
                    rule = faults.ClockYearTwice(clock=CLOCKS_ZH[clock], year=year, one=other.name, other=step.name)
                    yield Fault(f"{step.path}.during", rule, step.clause)
                    break
        missing = sorted(set(range(min(years), max(years) + 1)) - years.keys())
        if missing and sum(step.is_plain for step in own) > 1:
            rule_gap = faults.ClockYearsMissing(clock=CLOCKS_ZH[clock], years="、".join(map(str, missing[:20])))
            yield Fault(f"{pool.path}.waterfall", rule_gap, pool.clause)


def _stretches(terms: Terms, pool: Pool) -> Iterator[Days]:
    """The life of the agreement, cut wherever a window begins or ends."""
    last = terms.last or FOREVER
    windows = [each for step in pool.steps for each in (step.window, step.extension) if isinstance(each, Window)]
    cuts = {terms.first} | {cut for window in windows for cut in window.cuts()}
    firsts = sorted(cut for cut in cuts if terms.first <= cut <= last)
    for first, following in pairwise([*firsts, None]):
        assert first is not None
        yield Days(first, following - DAY if following else last)


def _is_exhausted(pool: Pool, stretch: Days) -> bool:
    return any(step.is_plain and surely_covers(step, stretch.first) for step in pool.steps)


def _gaps(stretches: Sequence[Days], pool: Pool, scheduled: Sequence[Step]) -> Iterator[Days]:
    """Days between two scheduled plain splits that no scheduled step covers."""
    inside = [
        index for index, days in enumerate(stretches) if any(surely_covers(step, days.first) for step in scheduled)
    ]
    if len(scheduled) < 2 or not inside:
        return
    between = stretches[inside[0] : inside[-1]]
    windowed = [step for step in pool.steps if step.window]
    yield from _merged(days for days in between if not any(may_cover(step, days.first) for step in windowed))


def _overlaps(stretches: Sequence[Days], scheduled: Sequence[Step]) -> Iterator[tuple[Days, Step, Step]]:
    for one, other in combinations(scheduled, 2):
        both = [days for days in stretches if surely_covers(one, days.first) and surely_covers(other, days.first)]
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


def _levels_apart(rows: Sequence[LevelRow]) -> Iterator[Fault]:
    for one, other in combinations(rows, 2):
        first = max(one.first, other.first)
        if one.subject == other.subject and first <= min(one.last or FOREVER, other.last or FOREVER):
            yield Fault("levels", faults.LevelsOverlap(subject=one.subject, first=first))
