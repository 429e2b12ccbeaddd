"""The register (登记簿) as people and programs read it: projects, the tree of parks, successions of region codes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from ledger.domain.events import (
    EnterpriseRelocated,
    Event,
    ParkDated,
    ParkMoved,
    ParkRegistered,
    ProjectRegistered,
    ProjectStageReached,
    ProjectTransferred,
    RegionSucceeded,
    RegionSuccessionWithdrawn,
)
from ledger.domain.register.parks import Park, Parks
from ledger.domain.register.projects import STAGES_ZH, Project, StageRecord
from ledger.domain.register.regions import Regions
from ledger.domain.register.relocations import Location, Relocation

# In words


def happened(event: Event) -> str:
    """What an event of the register says, in one sentence; empty for other events."""
    match event:
        case ProjectRegistered(project=number, name=name):
            return f"登记项目 {number}“{name}”"
        case ProjectStageReached(project=number, stage=stage, on=on, supersedes=supersedes):
            instead = f"，取代记录 {supersedes}" if supersedes else ""
            return f"项目 {number} 于 {on} {STAGES_ZH.get(stage, stage)}{instead}"
        case ProjectTransferred(project=number, introducer=giver, receiver=receiver, on=on, agreement=agreement):
            return f"项目 {number} 于 {on} 由{giver}流转到{receiver}，受协议 {agreement} 约束"
        case EnterpriseRelocated(enterprise=enterprise, on=on):
            old, new = Location(event.old_park, event.old_region), Location(event.new_park, event.new_region)
            return f"企业 {enterprise} 于 {on} 由 {old} 迁到 {new}"
        case ParkRegistered(park=park, parent=parent):
            return f"登记园区“{park}”{_under(parent)}，{_days(event.first, event.last)}"
        case ParkMoved(park=park, parent=parent, on=on):
            return f"园区“{park}”自 {on} 起{_under(parent) or '不再有上级'}"
        case ParkDated(park=park, first=first, last=last):
            return f"园区“{park}”的起止日期改为{_days(first, last)}"
        case RegionSucceeded(old=old, new=new, on=on):
            return f"区划代码 {old} 自 {on} 起由 {new} 接替"
        case RegionSuccessionWithdrawn(old=old, on=on):
            return f"撤回 {old} 在 {on} 的接替"
    return ""


def _under(parent: str) -> str:
    return f"归“{parent}”" if parent else ""


def _days(first: date, last: date | None) -> str:
    return f"{first} 至 {last}" if last else f"{first} 起"


def project_in_words(project: Project, relocations: Iterable[Relocation]) -> Iterator[str]:
    """A project as sentences: who, where, bound by what, which stages, what was corrected."""
    code = f"，社会信用代码 {project.enterprise}" if project.enterprise else ""
    park = f"，在“{project.park}”" if project.park else ""
    yield f"项目 {project.number}“{project.name}”{code}{park}。"
    sides = [f"引荐方{project.introducer}"] * bool(project.introducer)
    sides += [f"承接方{project.receiver}"] * bool(project.receiver)
    sides += [f"受协议 {project.agreement} 约束" if project.agreement else "尚未绑定协议"]
    yield f"{'，'.join(sides)}。"
    standing = project.stages.values()
    for record in project.records:
        instead = f"，取代 {record.supersedes}" if record.supersedes else ""
        gone = "" if record in standing else "（已被取代）"
        yield f"{record.on} {STAGES_ZH[record.stage]}：{record.source}，记录 {record.number}{instead}{gone}。"
    for each in project.handovers:
        source = f"：{each.source}" if each.source else ""
        yield f"{each.on} 由{each.introducer}流转到{each.receiver}，协议 {each.agreement}{source}。"
    for move in relocations_of(project, relocations):
        yield f"{move.on} 由 {move.old} 迁到 {move.new}：{move.source}。"


def relocations_of(project: Project, relocations: Iterable[Relocation]) -> list[Relocation]:
    """The moves of a project's enterprise."""
    return [each for each in relocations if project.enterprise and each.enterprise == project.enterprise]


def stage_in_words(stages: Mapping[str, str]) -> str:
    """The last of the stages that a project reached, and its day; a dash before the first."""
    *_, (stage, on) = (("", ""), *stages.items())
    return f"{STAGES_ZH.get(stage, stage)} {on}" if stage else "—"


def park_tree(parks: Parks, when: date) -> list[str]:
    """The parks that stand on a day, drawn as a tree."""
    return [line for park in parks.below("", when) for line in [_park_line(park), *_branches(parks, park, when)]]


def _branches(parks: Parks, park: Park, when: date) -> Iterator[str]:
    children = parks.below(park.name, when)
    for child in children:
        is_last = child is children[-1]
        yield f"{'└─ ' if is_last else '├─ '}{_park_line(child)}"
        for line in _branches(parks, child, when):
            yield f"{'   ' if is_last else '│  '}{line}"


def _park_line(park: Park) -> str:
    return f"{park.name}（{_days(park.first, park.last)}）"


# As data


def project_document(project: Project, relocations: Iterable[Relocation]) -> dict[str, object]:
    """A project as plain data; days are ISO texts."""
    return {
        "project": project.number,
        "name": project.name,
        "enterprise": project.enterprise,
        "park": project.park,
        "introducer": project.introducer,
        "receiver": project.receiver,
        "agreement": project.agreement,
        "stages": {stage: record.on.isoformat() for stage, record in project.stages.items()},
        "records": [_record_document(each) for each in project.records],
        "transfers": [
            {"introducer": each.introducer, "receiver": each.receiver, "on": each.on.isoformat()}
            | {"agreement": each.agreement, "source": each.source}
            for each in project.handovers
        ],
        "relocations": [relocation_document(each) for each in relocations_of(project, relocations)],
    }


def _record_document(record: StageRecord) -> dict[str, str]:
    return {
        "record": record.number,
        "stage": record.stage,
        "on": record.on.isoformat(),
        "source": record.source,
        "supersedes": record.supersedes,
    }


def relocation_document(move: Relocation) -> dict[str, object]:
    """A move of an enterprise as plain data."""
    return {
        "enterprise": move.enterprise,
        "old": move.old._asdict(),
        "new": move.new._asdict(),
        "on": move.on.isoformat(),
        "source": move.source,
    }


def park_document(park: Park) -> dict[str, object]:
    """A park as plain data: its days, and its parents, each from a day on (null: from its first)."""
    parents = sorted(park.parents.items())
    return {
        "park": park.name,
        "from": park.first.isoformat(),
        "to": park.last.isoformat() if park.last else "open",
        "parents": [
            {"parent": parent, "from": None if day == date.min else day.isoformat()} for day, parent in parents
        ],
    }


def tree_document(parks: Parks, when: date, parent: str = "") -> list[dict[str, object]]:
    """The parks that stand on a day as nested data."""
    below = parks.below(parent, when)
    return [{"park": each.name, "parks": tree_document(parks, when, each.name)} for each in below]


def succession_documents(regions: Regions) -> Sequence[dict[str, str]]:
    """The successions that count as plain data."""
    return [
        {"old": each.old, "new": each.new, "on": each.on.isoformat(), "source": each.source}
        for each in sorted(regions.successions, key=lambda each: (each.on, each.old))
    ]
