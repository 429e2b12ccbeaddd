"""Projects and enterprises (项目、企业): registration, stages, transfer to another county, relocation."""

from typing import Any

from marshmallow import fields
from marshmallow.validate import OneOf

from api.http.routes import Routes, leads_to, page_of
from api.http.tenancy import ledger, policy, tenant
from api.http.wire import CREDIT_CODE, PageQuery, Wire
from ledger.domain.errors import Conflict, NotFound
from ledger.domain.register.projects import STAGES, Project, ProjectKnown, stage_named
from ledger.domain.register.relocations import Location
from ledger.domain.terms import Document
from ledger.projections.register import project_document, project_in_words, relocation_document

routes = Routes("projects", __name__, description="项目、企业 projects and enterprises")
SOURCE_SAID = {"description": "依据的文件 the document it rests on", "example": "投产验收单"}
AGREEMENT_SAID = {"description": "约束双方的协议 the agreement that binds both", "example": "A1"}
NEXT = leads_to("project", "project", "show_project", "reach_stage", "transfer_project", "relocate_enterprise")


class EnterpriseUnknown(NotFound):
    """No project of an enterprise that the caller may know of."""

    zh = "没有您能看的、社会信用代码为 {enterprise} 的项目。请核对代码。"
    en = "There is no project of enterprise {enterprise} that you may see. Check its credit code."


class EnterpriseTaken(Conflict):
    """An enterprise under a project of others; nothing more is said of it."""

    zh = "企业 {enterprise} 已在别人的项目里登记。请核对社会信用代码，或请园区办办理。"
    en = "Enterprise {enterprise} is entered under a project of others. Check its code, or ask the park office."


class ProjectNameTaken(Conflict):
    """A name that a project has which the caller may not know of."""

    zh = "“{name}”不能登记：这个名称在本账套已经用了，入库明细会分不清。请换一个名称，或请园区办核对。"
    en = "'{name}' cannot be registered: the name is taken in this tenant and files could not tell them apart. Choose another."


class StageRecordSchema(Wire):
    """That a stage was reached."""

    record = fields.String(metadata={"example": "P1-1"})
    stage = fields.String(metadata={"example": "production"})
    on = fields.String(metadata={"example": "2024-06-01"})
    source = fields.String(metadata=SOURCE_SAID)
    supersedes = fields.String(metadata={"example": ""})


class HandoverSchema(Wire):
    """That a project went from one party to another."""

    introducer = fields.String(metadata={"example": "甲县"})
    receiver = fields.String(metadata={"example": "乙县"})
    on = fields.String(metadata={"example": "2024-06-01"})
    agreement = fields.String(metadata=AGREEMENT_SAID)
    source = fields.String(metadata=SOURCE_SAID)


class PlaceSchema(Wire):
    """Where an enterprise is; empty is not known."""

    park = fields.String(metadata={"example": "经开区"})
    region = fields.String(metadata={"example": "620821"})


class RelocationSchema(Wire):
    """That an enterprise moved."""

    enterprise = fields.String(metadata={"example": CREDIT_CODE})
    old = fields.Nested(PlaceSchema)
    new = fields.Nested(PlaceSchema)
    on = fields.String(metadata={"example": "2024-06-01"})
    source = fields.String(metadata=SOURCE_SAID)


class ProjectSchema(Wire):
    """A project as the register knows it."""

    project = fields.String(metadata={"example": "P1"})
    name = fields.String(metadata={"example": "项目甲"})
    enterprise = fields.String(metadata={"example": CREDIT_CODE})
    park = fields.String(metadata={"example": "经开区"})
    introducer = fields.String(metadata={"example": "甲县"})
    receiver = fields.String(metadata={"example": "乙县"})
    agreement = fields.String(metadata=AGREEMENT_SAID)
    stages = fields.Dict(keys=fields.String(), values=fields.String(), metadata={"example": {"signed": "2024-01-05"}})
    records = fields.List(fields.Nested(StageRecordSchema))
    transfers = fields.List(fields.Nested(HandoverSchema))
    relocations = fields.List(fields.Nested(RelocationSchema))
    sentences = fields.List(fields.String(), metadata={"example": ["项目 P1“项目甲”。"]})


class ProjectsSchema(Wire):
    """Some projects."""

    projects = fields.List(fields.Nested(ProjectSchema))


class EnterpriseSchema(ProjectsSchema):
    """An enterprise: its projects, and where it moved."""

    enterprise = fields.String(metadata={"example": CREDIT_CODE})
    relocations = fields.List(fields.Nested(RelocationSchema))


class EnterprisesSchema(Wire):
    """The credit codes of enterprises."""

    enterprises = fields.List(fields.String(), metadata={"example": [CREDIT_CODE]})


class RegistrationSchema(Wire):
    """A project to enter."""

    name = fields.String(
        required=True, metadata={"description": "与明细“项目”列一致 as files write it", "example": "项目甲"}
    )
    enterprise = fields.String(load_default="", metadata={"description": "社会信用代码", "example": ""})
    park = fields.String(load_default="", metadata={"example": "经开区"})
    introducer = fields.String(load_default="", metadata={"description": "引荐方 who brought it", "example": "甲县"})
    receiver = fields.String(load_default="", metadata={"description": "承接方 who receives it", "example": "乙县"})
    agreement = fields.String(load_default="", metadata=AGREEMENT_SAID)


class StageSchema(Wire):
    """A stage that was reached; it may take the place of an earlier record."""

    stage = fields.String(required=True, validate=OneOf(STAGES), metadata={"example": "production"})
    on = fields.Date(required=True, metadata={"example": "2024-06-01"})
    source = fields.String(required=True, metadata=SOURCE_SAID)
    supersedes = fields.String(load_default="", metadata={"example": "P1-1"})


class TransferSchema(Wire):
    """To whom a project goes."""

    receiver = fields.String(required=True, metadata={"example": "乙县"})
    agreement = fields.String(required=True, metadata=AGREEMENT_SAID)
    on = fields.Date(required=True, metadata={"example": "2024-06-01"})
    source = fields.String(load_default="", metadata=SOURCE_SAID)
    introducer = fields.String(
        load_default="",
        metadata={"description": "流出方；没有登记引荐方时必写 if none is on record", "example": "甲县"},
    )


class MoveSchema(Wire):
    """Where a project's enterprise moved; what it left is only said if it is not on record."""

    park = fields.String(load_default="", metadata={"example": "高新区"})
    region = fields.String(load_default="", metadata={"example": "620822"})
    on = fields.Date(required=True, metadata={"example": "2024-06-01"})
    source = fields.String(required=True, metadata=SOURCE_SAID)
    from_park = fields.String(load_default="", metadata={"example": ""})
    from_region = fields.String(load_default="", metadata={"example": ""})


@routes.on_get("/projects", act="project.read")
@routes.arguments(PageQuery, location="query")
@routes.response(200, ProjectsSchema)
def list_projects(page: dict[str, Any]) -> Any:
    """项目：只有您引荐、承接，或受您的协议约束的。The projects that concern your party."""
    found, headers = page_of(policy().projects(ledger().books), lambda each: each.number, page)
    return {"projects": [document_of(each) for each in found]}, 200, headers


@routes.on_get("/projects/<project>", act="project.read")
@routes.response(200, ProjectSchema)
def show_project(project: str) -> Document:
    """一个项目：阶段、流转、迁移。One project, by its number or name."""
    return document_of(policy().project(ledger().books, project))


@routes.on_post("/projects", act="project.register")
@routes.arguments(RegistrationSchema)
@routes.response(201, ProjectSchema, links=NEXT)
def register_project(sent: dict[str, Any]) -> Any:
    """登记项目；您须代表引荐方或承接方。Enter a project, as its introducer or receiver."""
    books = ledger().books
    policy().require_among("project.register", [sent["introducer"], sent["receiver"]])
    if sent["agreement"]:
        policy().own_agreement(books, sent["agreement"])
    others = [each for each in books.projects.values() if not policy().sees_project(books, each)]
    if sent["enterprise"] and any(each.enterprise == sent["enterprise"].strip().upper() for each in others):
        raise EnterpriseTaken(enterprise=sent["enterprise"][:20])
    try:
        return _changed(ledger().register_project(Project("", **sent)))
    except ProjectKnown as rule:
        if policy().sees_project(books, books.projects[str(rule.facts["project"])]):
            raise
        raise ProjectNameTaken(name=sent["name"][:40]) from None


@routes.on_post("/projects/<project>/stages", act="project.keep")
@routes.arguments(StageSchema)
@routes.response(201, ProjectSchema, links=NEXT)
def reach_stage(sent: dict[str, Any], project: str) -> Any:
    """登记到达的阶段，或取代一条登记有误的。Record a stage, or correct a record by naming it."""
    return _changed(ledger().reach_stage(_own(project).number, stage_named(sent.pop("stage")), **sent))


@routes.on_post("/projects/<project>/transfer", act="project.keep")
@routes.arguments(TransferSchema)
@routes.response(201, ProjectSchema, links=NEXT)
def transfer_project(sent: dict[str, Any], project: str) -> Any:
    """异地流转：交给承接方，协议须已生效并含双方。Hand a project on, both bound by an agreement in force."""
    number = policy().own_agreement(ledger().books, sent.pop("agreement")).number
    return _changed(ledger().transfer_project(_own(project).number, number, **sent))


@routes.on_post("/projects/<project>/relocate", act="project.keep")
@routes.arguments(MoveSchema)
@routes.response(201, RelocationSchema)
def relocate_enterprise(sent: dict[str, Any], project: str) -> Document:
    """企业迁移：项目的企业换了园区或地方。The project's enterprise moved."""
    new, old = Location(sent["park"], sent["region"]), Location(sent["from_park"], sent["from_region"])
    number = _own(project).number
    return relocation_document(ledger().relocate_enterprise(number, new, sent["on"], sent["source"], old))


@routes.on_get("/enterprises", act="project.read")
@routes.arguments(PageQuery, location="query")
@routes.response(200, EnterprisesSchema)
def list_enterprises(page: dict[str, Any]) -> Any:
    """您的项目的企业。The enterprises of projects that concern you."""
    codes = dict.fromkeys(each.enterprise for each in policy().projects(ledger().books) if each.enterprise)
    found, headers = page_of(list(codes), str, page)
    return {"enterprises": found}, 200, headers


@routes.on_get("/enterprises/<enterprise>", act="project.read")
@routes.response(200, EnterpriseSchema)
def show_enterprise(enterprise: str) -> Document:
    """一家企业：它的项目和迁移。An enterprise, its projects and where it moved."""
    books = ledger().books
    own = [each for each in policy().projects(books) if each.enterprise == enterprise.strip().upper()]
    if not own:
        raise EnterpriseUnknown(enterprise=enterprise[:40])
    moves = [relocation_document(each) for each in books.relocations if each.enterprise == own[0].enterprise]
    return {"enterprise": own[0].enterprise, "projects": [document_of(each) for each in own], "relocations": moves}


def _own(project: str) -> Project:
    """A project that exists for the caller, and that they may keep; raises ProjectUnknown, Forbidden."""
    found = policy().project(ledger().books, project)
    sides = [found.introducer, found.receiver, *(each.introducer for each in found.handovers)]
    policy().require_among("project.keep", filter(None, sides))
    return found


def _changed(found: Project) -> Any:
    return document_of(found), 201, {"Location": f"/api/v1/{tenant()}/projects/{found.number}"}


def document_of(found: Project) -> Document:
    """A project as programs read it."""
    relocations = ledger().books.relocations
    return project_document(found, relocations) | {"sentences": list(project_in_words(found, relocations))}
