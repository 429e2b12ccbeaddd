"""Relocations (企业迁移): an enterprise leaves one park or region for another, on a day, by a document."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from ledger.domain.errors import Conflict, RuleBroken
from ledger.domain.events import EnterpriseRelocated, Fact
from ledger.domain.names import name
from ledger.domain.register.projects import Project


class EnterpriseMissing(RuleBroken):
    """A relocation of a project of which no enterprise is known."""

    zh = "项目 {project} 没有登记企业的社会信用代码，不能登记迁移。请用登记了代码的项目。"
    en = "Project {project} has no enterprise's credit code on record, so nothing can relocate."


class RelocatedFromElsewhere(Conflict):
    """A relocation from where the enterprise is not."""

    zh = "企业 {enterprise} 登记在“{known}”，不在“{given}”。请核对迁出地。"
    en = "Enterprise {enterprise} is on record in '{known}', not in '{given}'. Check where it left."


class RelocatedToItself(RuleBroken):
    """A relocation to where the enterprise is."""

    zh = "企业 {enterprise} 已在“{place}”，没有迁移。请核对迁入地。"
    en = "Enterprise {enterprise} is in '{place}' already. Check where it went."


class RelocationNotLater(Conflict):
    """A relocation on the day of the last one, or before it."""

    zh = "企业 {enterprise} 在 {last} 已登记迁移，{day} 不晚于它。请核对日期。"
    en = "Enterprise {enterprise} relocated on {last}; {day} is not later. Check the day."


class Location(NamedTuple):
    """Where an enterprise is: a park, a region, or both; empty is not known."""

    park: str
    region: str

    def __str__(self) -> str:
        return " ".join(filter(None, (self.region, self.park))) or "（未知）"


@dataclass(frozen=True)
class Relocation:
    """One move of an enterprise (企业迁移)."""

    enterprise: str
    old: Location
    new: Location
    on: date
    source: str


NOT_KNOWN = Location("", "")


def relocate(
    project: Project, relocations: Sequence[Relocation], new: Location, on: date, source: str, old: Location = NOT_KNOWN
) -> Fact:
    """Record that a project's enterprise moved; where it was is known from the register unless it is said here.

    Raises NameUnusable, EnterpriseMissing, RelocatedFromElsewhere, RelocatedToItself, RelocationNotLater.
    """
    if not project.enterprise:
        raise EnterpriseMissing(project=project.number)
    last = next((each for each in reversed(relocations) if each.enterprise == project.enterprise), None)
    if last and on <= last.on:
        raise RelocationNotLater(enterprise=project.enterprise, last=last.on, day=on)
    left = _left(project, last.new if last else Location(project.park, ""), old)
    park, region = _where(new, "迁入的园区", "迁入地")
    went = Location(park, region or left.region)
    if went == left or not any(new):
        raise RelocatedToItself(enterprise=project.enterprise, place=left)
    fields = {"enterprise": project.enterprise, "old_park": left.park, "old_region": left.region}
    fields |= {"new_park": went.park, "new_region": went.region, "source": name(source, "依据文件")}
    return Fact(f"enterprise/{project.enterprise}", EnterpriseRelocated, {**fields, "on": on})


def _left(project: Project, known: Location, said: Location) -> Location:
    """Where an enterprise was: as known, filled up by what is said; raises RelocatedFromElsewhere."""
    said = _where(said, "迁出的园区", "迁出地")
    for one, other in zip(known, said, strict=True):
        if one and other and one != other:
            raise RelocatedFromElsewhere(enterprise=project.enterprise, known=known, given=said)
    return Location(known.park or said.park, known.region or said.region)


def _where(location: Location, park: str, region: str) -> Location:
    return Location(name(location.park, park, required=False), name(location.region, region, required=False))


def relocation_of(event: EnterpriseRelocated) -> Relocation:
    """A recorded move as a value."""
    old, new = Location(event.old_park, event.old_region), Location(event.new_park, event.new_region)
    return Relocation(event.enterprise, old, new, event.on, event.source)
