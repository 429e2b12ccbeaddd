"""Projects (项目): registration, stages with their days, and transfer to another place (异地流转).

A stage is recorded with its document; a wrong record is never edited, a later one names it and
takes its place.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from typing import Literal, NamedTuple, cast, get_args

from ledger.domain.agreeing.agreement import Agreement, NotAParty
from ledger.domain.errors import Conflict, NotFound, RuleBroken
from ledger.domain.events import (
    EnterpriseRelocated,
    Event,
    Fact,
    ProjectRegistered,
    ProjectStageReached,
    ProjectTransferred,
)
from ledger.domain.names import name
from ledger.domain.terms import Terms

Stage = Literal["signed", "registered", "works_started", "production", "first_tax", "exited"]
STAGES: tuple[Stage, ...] = get_args(Stage)
STAGES_ZH: Mapping[str, str] = dict(zip(STAGES, ("签约", "注册", "开工", "达产", "首笔税收", "退出"), strict=True))
NEEDS: Mapping[Stage, Stage] = {"works_started": "registered", "production": "works_started", "first_tax": "registered"}
"""Which stage must have been reached before another can be."""
FOLLOWS: Mapping[Stage, tuple[Stage, ...]] = {
    "signed": (),
    "registered": ("signed",),
    "works_started": ("signed", "registered"),
    "production": ("signed", "registered", "works_started"),
    "first_tax": ("signed", "registered"),
    "exited": STAGES[:-1],
}
"""Which stages are not reached on a later day than another."""
CLOCK_STAGES: tuple[Stage, ...] = ("registered", "works_started", "production", "first_tax")


class ProjectUnknown(NotFound):
    """No project of that number or name."""

    zh = "没有编号或名称为“{project}”的项目。请查看有哪些项目。"
    en = "There is no project '{project}'. See which there are."


class ProjectKnown(Conflict):
    """A second project of one name; files could not tell them apart."""

    zh = "名为“{name}”的项目已登记，编号 {project}。同名的项目在明细里分不清，请另起名称。"
    en = "A project '{name}' is registered as {project}. Files could not tell them apart; choose another name."


class StageUnknown(RuleBroken):
    """A word that is no stage."""

    zh = "没有“{given}”这个阶段。可写：{stages}。"
    en = "There is no stage '{given}'. Stages: {stages}."


class StageKnown(Conflict):
    """A stage that is recorded already."""

    zh = "项目 {project} 的“{words}”（{stage}）已登记为 {day}（记录 {record}）。要更正，请写明取代 {record}。"
    en = "Stage {stage} of project {project} is recorded for {day} as {record}. To correct it say that it takes the place of {record}."


class StageTooEarly(Conflict):
    """A stage before the one that it needs."""

    zh = "项目 {project} 还没有“{before_words}”（{before}），不能登记“{words}”（{stage}）。请先登记前一阶段。"
    en = "Project {project} has not reached {before}, so not {stage} either. Record the earlier stage first."


class StageDaysContradict(Conflict):
    """An earlier stage on a later day."""

    zh = (
        "项目 {project} 的“{words}”（{stage}）在 {day}，早于“{before_words}”（{before}）的 {before_day}，前后矛盾。"
        "请核对日期；先前登记有误的，先取代它。"
    )
    en = "Project {project}: {stage} on {day} is before {before} on {before_day}. Check the days; correct a wrong record first."


class StageRecordUnknown(NotFound):
    """A correction of a record that is not there."""

    zh = "项目 {project} 没有编号为 {record} 的阶段记录。请查看它有哪些。"
    en = "Project {project} has no stage record {record}. See which it has."


class StageRecordReplaced(Conflict):
    """A correction of a record that was corrected already."""

    zh = "阶段记录 {record} 已被 {by} 取代。要再更正，请写明取代 {by}。"
    en = "Stage record {record} was superseded by {by}. To correct again, supersede {by}."


class AgreementNotInForce(Conflict):
    """A project that an agreement would bind which binds nobody (then)."""

    zh = "协议 {agreement}（期限 {days}）不能约束这个项目：{why}。请先签齐协议，或核对日期和协议编号。"
    en = "Agreement {agreement} ({days}) is not in force then and cannot bind this project. Sign it first, or check the day."


class IntroducerMissing(RuleBroken):
    """A transfer from nobody."""

    zh = "项目 {project} 没有登记引荐方，分不清从哪一方流转。请写明引荐方。"
    en = "Project {project} has no introducer on record. Say who gives it."


class HeldByAnother(Conflict):
    """A transfer from somebody who does not have the project."""

    zh = "项目 {project} 现归“{holder}”，不能从“{given}”流转。请核对流出方。"
    en = "Project {project} is with '{holder}', not with '{given}'. Check who gives it."


class TransferToItself(RuleBroken):
    """A transfer to the place where the project is."""

    zh = "项目 {project} 已在“{party}”，不能流转给它自己。请核对承接方。"
    en = "Project {project} is with '{party}' already and cannot be transferred to it. Check the receiver."


class TransferNotLater(Conflict):
    """A transfer on the day of the last one, or before it."""

    zh = "项目 {project} 在 {last} 已流转过，{day} 不晚于它。请核对日期。"
    en = "Project {project} was transferred on {last}; {day} is not later. Check the day."


@dataclass(frozen=True)
class StageRecord:
    """That a stage was reached on a day, by a document; perhaps in the place of an earlier record."""

    number: str
    stage: Stage
    on: date
    source: str
    supersedes: str = ""


@dataclass(frozen=True)
class Handover:
    """One transfer of a project (异地流转)."""

    introducer: str
    receiver: str
    on: date
    agreement: str
    source: str


class ClockStart(NamedTuple):
    """From when a clock could run for a unit, by the stage that a project reached."""

    enterprise: str
    project: str
    clock: Stage
    on: date
    source: str


@dataclass(frozen=True)
class Project:
    """One project as the register knows it."""

    number: str
    name: str
    enterprise: str = ""
    park: str = ""
    introducer: str = ""
    receiver: str = ""
    agreement: str = ""
    records: tuple[StageRecord, ...] = ()
    handovers: tuple[Handover, ...] = ()

    @property
    def stages(self) -> dict[Stage, StageRecord]:
        """The records that count, in the order of stages."""
        replaced = {each.supersedes for each in self.records}
        standing = {each.stage: each for each in self.records if each.number not in replaced}
        return {stage: standing[stage] for stage in STAGES if stage in standing}

    @property
    def holder(self) -> str:
        """Who has it: the last receiver of a transfer, or else the introducer."""
        return self.handovers[-1].receiver if self.handovers else self.introducer


Projects = Mapping[str, Project]


def find(projects: Projects, text: str) -> Project:
    """The project of a number (however typed) or name; raises ProjectUnknown."""
    wanted = text.strip()
    by_name = (each for each in projects.values() if each.name == wanted)
    found = projects.get(wanted.upper()) or next(by_name, None)
    if found is None:
        raise ProjectUnknown(project=name(wanted[:40], "项目", required=False))
    return found


def stage_named(text: str) -> Stage:
    """The stage of an English or Chinese word; raises StageUnknown."""
    wanted = text.strip()
    for stage in STAGES:
        if wanted in (stage, STAGES_ZH[stage]):
            return stage
    raise StageUnknown(given=wanted[:40], stages="、".join(STAGES))


def clock_starts(projects: Iterable[Project]) -> list[ClockStart]:
    """From when clocks could run, by the stages that count: for whoever puts clock facts forward."""
    return [
        ClockStart(project.enterprise, project.name, stage, record.on, record.source)
        for project in projects
        for stage, record in project.stages.items()
        if stage in CLOCK_STAGES
    ]


# Verbs


def register(projects: Projects, entered: Project, agreement: Agreement | None) -> Fact:
    """Enter a project under its number; an agreement binds introducer and receiver where one is given.

    Raises NameUnusable, ProjectKnown, AgreementNotInForce, NotAParty.
    """
    fields = {
        "name": name(entered.name, "项目名称"),
        "enterprise": name(entered.enterprise, "社会信用代码", required=False),
        "park": name(entered.park, "园区", required=False),
        "introducer": name(entered.introducer, "引荐方", required=False),
        "receiver": name(entered.receiver, "承接方", required=False),
    }
    known = next((each for each in projects.values() if each.name == fields["name"]), None)
    if known:
        raise ProjectKnown(name=known.name, project=known.number)
    if agreement:
        terms = _binding(agreement, None)
        for side in ("introducer", "receiver"):
            fields[side] = fields[side] and _party(agreement, terms, fields[side])
    bound = {"agreement": agreement.number if agreement else ""}
    return Fact(stream(entered.number), ProjectRegistered, {"project": entered.number, **fields, **bound})


def reach(project: Project, stage: Stage, on: date, source: str, supersedes: str = "") -> Fact:
    """Record a stage, or correct an earlier record by naming it.

    Raises NameUnusable, StageRecordUnknown, StageRecordReplaced, StageKnown, StageTooEarly, StageDaysContradict.
    """
    record = StageRecord(
        f"{project.number}-{len(project.records) + 1}", stage, on, name(source, "依据文件"), supersedes
    )
    if supersedes:
        _refuse_replaced(project, supersedes)
    known = project.stages.get(stage)
    if known and known.number != supersedes:
        raise StageKnown(project=project.number, words=STAGES_ZH[stage], stage=stage, day=known.on, record=known.number)
    _refuse_contradiction(replace(project, records=(*project.records, record)))
    fields = {"project": project.number, "record": record.number, "stage": stage, "on": on, "source": record.source}
    return Fact(stream(project.number), ProjectStageReached, {**fields, "supersedes": supersedes})


def _refuse_replaced(project: Project, number: str) -> None:
    if number not in {each.number for each in project.records}:
        raise StageRecordUnknown(project=project.number, record=name(number[:40], "阶段记录"))
    by = next((each.number for each in project.records if each.supersedes == number), None)
    if by:
        raise StageRecordReplaced(record=number, by=by)


def _refuse_contradiction(project: Project) -> None:
    stages = project.stages
    for stage, needed in NEEDS.items():
        if stage in stages and needed not in stages:
            raise StageTooEarly(
                project=project.number,
                words=STAGES_ZH[stage],
                stage=stage,
                before_words=STAGES_ZH[needed],
                before=needed,
            )
    for stage, before in product(stages, stages):
        if before in FOLLOWS[stage] and stages[stage].on < stages[before].on:
            raise StageDaysContradict(
                project=project.number,
                words=STAGES_ZH[stage],
                stage=stage,
                day=stages[stage].on,
                before_words=STAGES_ZH[before],
                before=before,
                before_day=stages[before].on,
            )


def transfer(
    project: Project, agreement: Agreement, receiver: str, on: date, source: str = "", introducer: str = ""
) -> Fact:
    """Hand a project on to a receiver; an agreement in force on that day binds both sides.

    Raises IntroducerMissing, TransferToItself, TransferNotLater, AgreementNotInForce, NotAParty, HeldByAnother.
    """
    holder = project.holder or name(introducer, "引荐方", required=False)
    if not holder:
        raise IntroducerMissing(project=project.number)
    if holder == receiver.strip():
        raise TransferToItself(project=project.number, party=holder)
    if project.handovers and on <= project.handovers[-1].on:
        raise TransferNotLater(project=project.number, last=project.handovers[-1].on, day=on)
    terms = _binding(agreement, on)
    gives, takes = _party(agreement, terms, holder), _party(agreement, terms, receiver)
    if introducer.strip() and _party(agreement, terms, introducer) != gives:
        raise HeldByAnother(project=project.number, holder=gives, given=introducer.strip()[:40])
    if gives == takes:
        raise TransferToItself(project=project.number, party=gives)
    fields = {"project": project.number, "introducer": gives, "receiver": takes, "on": on}
    bound = {"agreement": agreement.number, "source": name(source, "依据文件", required=False)}
    return Fact(stream(project.number), ProjectTransferred, {**fields, **bound})


def _binding(agreement: Agreement, on: date | None) -> Terms:
    """The signed terms that bind (on a day); raises AgreementNotInForce."""
    terms = agreement.terms
    days = f"{terms.first} – {terms.last or '∞'}"
    if agreement.in_force_at is None:
        raise AgreementNotInForce(agreement=agreement.number, why="各方尚未签齐", days=days)
    if on is None:
        return terms
    if not terms.covers(on):
        raise AgreementNotInForce(agreement=agreement.number, why=f"{on} 不在期限以内", days=days)
    return agreement.known_at(2**63).on(on)


def _party(agreement: Agreement, terms: Terms, text: str) -> str:
    """A party's name as the terms write it; raises NotAParty."""
    party = terms.party_named(text.strip())
    if party is None:
        names = "、".join(each.name for each in terms.parties.values())
        raise NotAParty(party=name(text[:40], "参与方", required=False), agreement=agreement.number, parties=names)
    return terms.parties[party].name


def evolve(projects: Projects, event: Event) -> dict[str, Project]:
    """Apply what happened."""
    match event:
        case ProjectRegistered(project=number):
            return {**projects, number: _registered(event)}
        case ProjectStageReached(project=number):
            project = projects[number]
            return {**projects, number: replace(project, records=(*project.records, _recorded(event)))}
        case ProjectTransferred(project=number):
            return {**projects, number: _transferred(projects[number], event)}
        case EnterpriseRelocated(enterprise=enterprise, old_park=old_park, new_park=new_park):
            moved = [each for each in projects.values() if (each.enterprise, each.park) == (enterprise, old_park)]
            return {**projects, **{each.number: replace(each, park=new_park) for each in moved}}
    raise TypeError(f"{type(event).__name__} is no event of a project")


def _registered(event: ProjectRegistered) -> Project:
    return Project(
        event.project, event.name, event.enterprise, event.park, event.introducer, event.receiver, event.agreement
    )


def _recorded(event: ProjectStageReached) -> StageRecord:
    return StageRecord(event.record, cast(Stage, event.stage), event.on, event.source, event.supersedes)


def _transferred(project: Project, event: ProjectTransferred) -> Project:
    handover = Handover(event.introducer, event.receiver, event.on, event.agreement, event.source)
    return replace(
        project,
        introducer=project.introducer or event.introducer,
        receiver=event.receiver,
        agreement=event.agreement,
        handovers=(*project.handovers, handover),
    )


def stream(number: str) -> str:
    """The name of a project's stream."""
    return f"project/{number}"
