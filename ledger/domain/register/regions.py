"""Region codes (行政区划代码) over time: which code took the place of which, from which day on.

There is no built-in table; whoever learns of a change records it with its document.  A place
keeps its identity through every code that it had: what was signed under an old code goes on
under the new one.  Two places that were merged into a third are not each other.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from ledger.domain.errors import Conflict, NotFound, RuleBroken
from ledger.domain.events import Event, Fact, RegionSucceeded, RegionSuccessionWithdrawn
from ledger.domain.names import name
from ledger.domain.terms.faults import RegionUnreadable

CODE = re.compile(r"[1-9][0-9]{5}")
STREAM = "regions"


class SuccessionToItself(RuleBroken):
    """A code that would follow itself."""

    zh = "区划代码 {old} 不能由自己接替。请核对新旧代码。"
    en = "Region code {old} cannot succeed itself. Check both codes."


class SuccessionKnown(Conflict):
    """The same old code and the same day, once more."""

    zh = "区划代码 {old} 在 {day} 已登记由 {new} 接替；同一天不能有第二个接替者。登记有误的，请先撤回它。"
    en = "Region code {old} was succeeded by {new} on {day}; there is no second successor for one day. Withdraw a wrong one first."


class SuccessionCircular(Conflict):
    """A code that would follow itself through others."""

    zh = "区划代码 {new} 已（直接或经由其他代码）由 {old} 接替，不能再由 {new} 接替 {old}。请核对新旧代码。"
    en = "Region code {new} was succeeded by {old}, directly or through others, so it cannot succeed {old}. Check both codes."


class SuccessionUnknown(NotFound):
    """No succession of that code on that day."""

    zh = "没有登记区划代码 {old} 在 {day} 的接替。请查看登记了哪些接替。"
    en = "No succession of region code {old} on {day} is recorded. See which are."


@dataclass(frozen=True)
class Succession:
    """From a day on, what had the old code has the new one (接替)."""

    old: str
    new: str
    on: date
    source: str


@dataclass(frozen=True)
class Regions:
    """Every succession that counts."""

    successions: tuple[Succession, ...] = ()

    def same_place(self, code: str, other: str, when: date | None = None) -> bool:
        """Whether a code, as written on a day (None: on any), means the place of another code.

        It does if it followed that code by then, or if that code followed it: whoever took a
        place over answers for its past under the old code too.
        """
        return code == other or self._follows(code, other, when) or self._follows(other, code, None)

    def _follows(self, code: str, earlier: str, by: date | None) -> bool:
        return any(each.new == code for each in self._later(earlier, by))

    def _later(self, code: str, by: date | None) -> Iterator[Succession]:
        """What followed a code, step by step and day by day, up to a day."""
        waiting, seen = [(code, date.min)], set[Succession]()
        while waiting:
            current, since = waiting.pop()
            for each in self._by_old.get(current, ()):
                if since <= each.on and (by is None or each.on <= by) and each not in seen:
                    seen.add(each)
                    waiting.append((each.new, each.on))
                    yield each

    @cached_property
    def _by_old(self) -> dict[str, list[Succession]]:
        found: dict[str, list[Succession]] = {}
        for each in self.successions:
            found.setdefault(each.old, []).append(each)
        return found

    def is_followed_by(self, code: str, other: str) -> bool:
        """Whether one code leads to another, whatever the days."""
        reached = {code}
        while more := {each.new for each in self.successions if each.old in reached} - reached:
            reached |= more
        return other in reached - {code}

    def on(self, old: str, day: date) -> Succession | None:
        """The succession of a code on a day."""
        return next((each for each in self.successions if (each.old, each.on) == (old, day)), None)


# Verbs


def succeed(regions: Regions, old: str, new: str, on: date, source: str) -> Fact:
    """Record that a code took another's place.

    Raises RegionUnreadable, SuccessionToItself, SuccessionKnown, SuccessionCircular, NameUnusable.
    """
    old, new = _code(old), _code(new)
    if old == new:
        raise SuccessionToItself(old=old)
    known = regions.on(old, on)
    if known:
        raise SuccessionKnown(old=old, new=known.new, day=on)
    if regions.is_followed_by(new, old):
        raise SuccessionCircular(old=old, new=new)
    fields = {"old": old, "new": new, "on": on, "source": name(source, "依据文件")}
    return Fact(STREAM, RegionSucceeded, fields)


def withdraw(regions: Regions, old: str, on: date, source: str) -> Fact:
    """Take back a succession recorded in error; raises RegionUnreadable, SuccessionUnknown, NameUnusable."""
    old = _code(old)
    if regions.on(old, on) is None:
        raise SuccessionUnknown(old=old, day=on)
    return Fact(STREAM, RegionSuccessionWithdrawn, {"old": old, "on": on, "source": name(source, "依据文件")})


def _code(text: str) -> str:
    found = text.strip()
    if not CODE.fullmatch(found):
        raise RegionUnreadable(given=name(text[:40], "区划代码", required=False))
    return found


def evolve(regions: Regions, event: Event) -> Regions:
    """Apply what happened."""
    match event:
        case RegionSucceeded(old=old, new=new, on=on, source=source):
            return replace(regions, successions=(*regions.successions, Succession(old, new, on, source)))
        case RegionSuccessionWithdrawn(old=old, on=on):
            left = tuple(each for each in regions.successions if (each.old, each.on) != (old, on))
            return replace(regions, successions=left)
    raise TypeError(f"{type(event).__name__} is no event of a region")
