"""Parks (园区) as a dated tree: one zone has several parks, and a park may change its parent or end.

A park that nobody registered stands alone.  What an agreement says of a park holds for every
park that stands below it on the day in question.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from ledger.domain.calendar import DAY
from ledger.domain.errors import Conflict, NotFound, RuleBroken
from ledger.domain.events import Event, Fact, ParkDated, ParkMoved, ParkRegistered
from ledger.domain.names import name


class ParkUnknown(NotFound):
    """No park of that name is registered."""

    zh = "没有登记名为“{park}”的园区。请查看有哪些园区，或先登记它。"
    en = "No park '{park}' is registered. See which are, or register it first."


class ParkKnown(Conflict):
    """A second park of one name."""

    zh = "园区“{park}”已登记。要换上级或改起止日期，请另作变更。"
    en = "Park '{park}' is registered. To change what it stands below, or its days, ask for that change."


class ParkDaysBackwards(RuleBroken):
    """A last day before the first."""

    zh = "园区“{park}”的止日 {last} 早于起日 {first}。请核对日期。"
    en = "The last day {last} of park '{park}' is before its first, {first}. Check both."


class ParkNotThere(Conflict):
    """A move on a day on which the park does not stand."""

    zh = "园区“{park}”的起止日期是 {first} 至 {last}，{day} 不在其内，不能改它当天的上级。请核对日期。"
    en = "Park '{park}' stands from {first} to {last}; {day} is outside, so it has no parent then. Check the day."


class ParkStandsThere(Conflict):
    """A move to where the park stands already."""

    zh = "园区“{park}”在 {day} 已在“{parent}”之下，不必再登记。"
    en = "Park '{park}' stands below '{parent}' on {day} already."


class ParentNotThere(Conflict):
    """A park that would stand below one that does not stand itself."""

    zh = "园区“{park}”在 {day} 会归在“{parent}”之下，而“{parent}”当天不在起止日期之内。请先改定起止日期或上级。"
    en = "Park '{park}' would stand below '{parent}' on {day}, when '{parent}' does not stand. Settle days or parent first."


class ParkCircular(Conflict):
    """A park that would stand below itself."""

    zh = "园区“{park}”在 {day} 会直接或间接归在自己之下（上级“{parent}”）。请核对上级。"
    en = "Park '{park}' would stand below itself on {day} (parent '{parent}'). Check the parent."


@dataclass(frozen=True)
class Park:
    """One park: its days, and the parent that it stands below from each day on; empty is alone."""

    name: str
    first: date
    last: date | None
    parents: Mapping[date, str]

    def is_there(self, when: date) -> bool:
        """Whether it stands on a day."""
        return self.first <= when and (self.last is None or when <= self.last)

    def parent_on(self, when: date) -> str:
        """What it stands below on a day; empty where it stands alone or not at all."""
        since = max((day for day in self.parents if day <= when), default=None)
        return self.parents[since] if since is not None and self.is_there(when) else ""


@dataclass(frozen=True)
class Parks:
    """Every registered park."""

    by_name: Mapping[str, Park] = field(default_factory=dict)

    def within(self, park: str, ancestor: str, when: date) -> bool:
        """Whether a park is another or stands below it on a day; every park is itself."""
        if park == ancestor:
            return True
        current = park
        for _ in self.by_name:
            current = self.parent_on(current, when)
            if not current or current == ancestor:
                break
        return bool(current) and current == ancestor

    def parent_on(self, park: str, when: date) -> str:
        """The parent of a park on a day, if both stand then; empty otherwise."""
        parent = self.by_name[park].parent_on(when) if park in self.by_name else ""
        return parent if parent and parent in self.by_name and self.by_name[parent].is_there(when) else ""

    def below(self, parent: str, when: date) -> list[Park]:
        """The parks that stand directly below one on a day, in the order of registration; empty: those at the top."""
        return [each for each in self.by_name.values() if each.is_there(when) and each.parent_on(when) == parent]

    def days(self) -> list[date]:
        """Every day on which something in the tree may change, in order."""
        found: set[date] = set()
        for park in self.by_name.values():
            found |= {park.first, *(day for day in park.parents if day >= park.first)}
            found |= {park.last + DAY} if park.last and park.last < date.max else set()
        return sorted(found)

    def park(self, text: str) -> Park:
        """The park of a name; raises ParkUnknown."""
        if text not in self.by_name:
            raise ParkUnknown(park=text[:40])
        return self.by_name[text]

    def having(self, park: Park) -> "Parks":
        """The same with one park added, or in another state."""
        return Parks({**self.by_name, park.name: park})


# Verbs


def register(parks: Parks, park: str, parent: str, first: date, last: date | None) -> Fact:
    """Enter a park, alone or below a parent.

    Raises NameUnusable, ParkKnown, ParkUnknown, ParkDaysBackwards, ParentNotThere, ParkCircular.
    """
    park, parent = name(park, "园区名称"), name(parent, "上级园区", required=False)
    if park in parks.by_name:
        raise ParkKnown(park=park)
    _refuse_unsound(parks, _registered(park, parent, first, last), parent)
    fields = {"park": park, "parent": parent, "first": first, "last": last}
    return Fact(stream(park), ParkRegistered, fields)


def move(parks: Parks, park: str, parent: str, on: date) -> Fact:
    """Put a park below another parent (or alone, where it is empty) from a day on.

    Raises ParkUnknown, ParkNotThere, ParkStandsThere, ParentNotThere, ParkCircular.
    """
    found, parent = parks.park(name(park, "园区名称")), name(parent, "上级园区", required=False)
    if not found.is_there(on):
        raise ParkNotThere(park=found.name, first=found.first, last=found.last or "长期", day=on)
    if found.parent_on(on) == parent:
        raise ParkStandsThere(park=found.name, parent=parent or "（无）", day=on)
    _refuse_unsound(parks, _moved(found, parent, on), parent)
    return Fact(stream(found.name), ParkMoved, {"park": found.name, "parent": parent, "on": on})


def set_days(parks: Parks, park: str, first: date | None, last: date | None) -> Fact:
    """Say a park's days anew; a first day that is not given stays, a last one is open.

    Raises ParkUnknown, ParkDaysBackwards, ParentNotThere, ParkCircular.
    """
    found = parks.park(name(park, "园区名称"))
    dated = replace(found, first=first or found.first, last=last)
    _refuse_unsound(parks, dated, "")
    return Fact(stream(found.name), ParkDated, {"park": dated.name, "first": dated.first, "last": dated.last})


def _refuse_unsound(parks: Parks, changed: Park, parent: str) -> None:
    """Whether the whole tree would be sound on every day with one park changed."""
    if changed.last is not None and changed.last < changed.first:
        raise ParkDaysBackwards(park=changed.name, first=changed.first, last=changed.last)
    tree = parks.having(changed)
    if parent:
        tree.park(parent)
    for day in tree.days():
        for each in tree.by_name.values():
            _refuse_unsound_on(tree, each, day)


def _refuse_unsound_on(tree: Parks, park: Park, day: date) -> None:
    parent = park.parent_on(day)
    if parent and not tree.by_name[parent].is_there(day):
        raise ParentNotThere(park=park.name, parent=parent, day=day)
    if parent and tree.within(parent, park.name, day):
        raise ParkCircular(park=park.name, parent=parent, day=day)


def evolve(parks: Parks, event: Event) -> Parks:
    """Apply what happened."""
    match event:
        case ParkRegistered(park=park, parent=parent, first=first, last=last):
            return parks.having(_registered(park, parent, first, last))
        case ParkMoved(park=park, parent=parent, on=on):
            return parks.having(_moved(parks.by_name[park], parent, on))
        case ParkDated(park=park, first=first, last=last):
            return parks.having(replace(parks.by_name[park], first=first, last=last))
    raise TypeError(f"{type(event).__name__} is no event of a park")


def _registered(park: str, parent: str, first: date, last: date | None) -> Park:
    return Park(park, first, last, {date.min: parent})


def _moved(park: Park, parent: str, on: date) -> Park:
    return replace(park, parents={**park.parents, on: parent})


def stream(park: str) -> str:
    """The name of a park's stream."""
    return f"park/{park}"
