"""Imports (导入): a file is sent, looked at, and recorded by somebody else than who sent it."""

from functools import partial
from typing import Any, get_args

from flask import Response, request
from marshmallow import fields
from marshmallow.validate import OneOf

from api.access.policy import other_eyes
from api.problems import language_asked
from api.routes import Routes, download, page_of
from api.tenancy import caller, ledger, policy, uploads
from api.uploads import Kind, Upload, UploadDone, UploadUnknown
from api.wire import MoneyField, PageQuery, Wire
from ledger.application import Ledger
from ledger.domain.terms import Document
from ledger.files.figures_plan import FiguresPlan
from ledger.files.import_plan import ImportPlan
from ledger.files.marks import Outcome, marked, marks_of
from ledger.projections.drafts import PartyChange
from ledger.projections.import_report import Before, import_report

routes = Routes("imports", __name__, description="导入 imports")


class UploadSchema(Wire):
    """A file that was sent."""

    id = fields.String(metadata={"example": "9f86d081884c7d65"})
    name = fields.String(metadata={"example": "入库明细.xlsx"})
    maker = fields.String(metadata={"description": "谁上传的 who sent it", "example": "zhang"})
    checker = fields.String(
        metadata={"description": "谁确认的；空为待确认 who confirmed it, empty while nobody has", "example": ""}
    )
    skip_bad = fields.Boolean(
        metadata={
            "description": "只记无误的行；否则有误的行不改正就确认不了 whether wrong lines are left out",
            "example": False,
        }
    )
    position = fields.Integer(metadata={"description": "记到第几号事项 position of the last event", "example": 0})


class UploadsSchema(Wire):
    """Some of them."""

    imports = fields.List(fields.Nested(UploadSchema))


class ProblemOfFileSchema(Wire):
    """One broken rule, and in how many places."""

    kind = fields.String(metadata={"example": "not-whole-fen"})
    count = fields.Integer(metadata={"example": 1})
    message = fields.String(metadata={"example": "第 2 行 实缴金额：……"})


class ChangeSchema(Wire):
    """What a party would get more, or less."""

    agreement = fields.String(metadata={"example": "A1"})
    pool = fields.String(metadata={"example": "税收"})
    party = fields.String(metadata={"example": "甲县"})
    change = fields.String(metadata={"example": "100.00"})


class PreviewSchema(UploadSchema):
    """What recording it would do."""

    recorded = fields.Integer(metadata={"description": "将记入的行数 lines that would be recorded", "example": 3})
    known = fields.Integer(metadata={"description": "此前已入账 recorded already", "example": 0})
    skipped = fields.Integer(metadata={"description": "有误的行数 wrong lines", "example": 0})
    sum = MoneyField(allow_none=True, metadata={"description": "入库明细的合计 of receipts", "example": "1000.00"})
    awaits_acceptance = fields.Boolean(
        metadata={"description": "审核以后才计入 counts once it is accepted", "example": False}
    )
    columns = fields.Dict(keys=fields.String(), values=fields.String(), metadata={"example": {"金额": "实缴金额"}})
    problems = fields.List(fields.Nested(ProblemOfFileSchema))
    changes = fields.List(fields.Nested(ChangeSchema))
    statements = fields.List(
        fields.String(),
        metadata={"description": "随之改变的草稿 drafts that would change", "example": ["A1-税收-2024-01"]},
    )
    settlements = fields.List(
        fields.String(), metadata={"description": "是哪几期的 of which settlements", "example": ["2024-01"]}
    )
    notes = fields.List(
        fields.String(), metadata={"description": "文件是怎样读的 how it was read", "example": ["金额按“万元”读。"]}
    )


class SendQuery(Wire):
    """How a file is called and read; the body is the file itself."""

    name = fields.String(required=True, metadata={"example": "入库明细.xlsx"})
    kind = fields.String(
        load_default="receipts",
        validate=OneOf(get_args(Kind)),
        metadata={"description": "入库明细、指标、额度、投入 what the file holds", "example": "receipts"},
    )
    skip_bad = fields.Boolean(
        load_default=False, metadata={"description": "只记无误的行 record the sound lines only", "example": False}
    )
    sheet = fields.String(load_default="", metadata={"description": "哪张工作表 which sheet", "example": "Sheet1"})
    mapping = fields.String(
        load_default="", metadata={"description": "用哪份表头对照 which saved mapping", "example": "国库"}
    )


@routes.on_get("/imports", act="import.preview")
@routes.arguments(PageQuery, location="query")
@routes.response(200, UploadsSchema)
def list_imports(page: dict[str, Any]) -> Any:
    """上传的文件，最近的在前。The files that were sent, the latest first."""
    own = [each for each in uploads().all() if policy().sees_what_was_sent(each.parties)]
    found, headers = page_of(own, lambda each: each.id, page)
    return {"imports": found}, 200, headers


@routes.on_post("/imports", act="import.upload")
@routes.arguments(SendQuery, location="query")
@routes.response(201, UploadSchema)
def send_file(asked: dict[str, Any]) -> Upload:
    """上传一份明细（正文即文件本身：CSV、XLSX、DBF）；另一人确认才入账。Send a file; somebody else confirms it."""
    name = asked.pop("name")
    parties = policy().parties_for("import.upload")
    return uploads().add(request.get_data(), name, caller().person.login, parties, **asked)


@routes.on_get("/imports/<upload>", act="import.preview")
@routes.response(200, PreviewSchema)
def preview_import(upload: str) -> Document:
    """确认以前先看：认出的列、问题、各方会多得多少。What recording it would do."""
    sent = _find(upload)
    held = ledger()
    plan = _plan(held, sent, skip_bad=True)
    after = held.books_once_accepted(plan) if isinstance(plan, FiguresPlan) else held.books_if(plan)
    report = import_report(plan, Before.of(held.books, plan, patient=True), after)
    said = {name: getattr(sent, name) for name in ("id", "name", "maker", "checker", "position", "skip_bad")}
    drafts = [each for each in report.statements if _sees(held, each.agreement)]
    return said | {
        "recorded": report.recorded,
        "known": report.known,
        "skipped": report.skipped,
        "sum": None if plan.amounts_fen is None else sum(plan.amounts_fen.tolist()),
        "awaits_acceptance": report.awaits_acceptance,
        "columns": {theirs: ours for ours, theirs in report.source.headers.items()},
        "problems": [
            {"kind": each.kind, "count": each.count, "message": each.say(language_asked())} for each in report.problems
        ],
        "changes": [_change(each) for each in report.changes if _sees(held, each.agreement)],
        "statements": [each.number for each in drafts],
        "settlements": list(dict.fromkeys(each.settlement for each in drafts)),
        "notes": [note.say(language_asked()) for note in report.notes],
    }


@routes.on_get("/imports/<upload>/marked", act="import.preview")
@routes.response(200, description="原文件，加“导入结果”“原因”两列 the user's own file, marked")
def marked_file(upload: str) -> Response:
    """您自己的文件，逐行注明结果和原因。The file, marked line by line."""
    sent = _find(upload)
    plan = _plan(ledger(), sent, skip_bad=True)
    planned: Outcome = "refused" if plan.skipped and not sent.skip_bad else "planned"
    marks = marks_of(plan, "recorded" if sent.position else planned, language_asked())
    body = marked(uploads().data(sent), sent.name, marks)
    return download(body, f"标注-{sent.name}")


@routes.on_post("/imports/<upload>/confirm", act="import.confirm")
@routes.response(201, UploadSchema)
def confirm_import(upload: str) -> Upload:
    """确认入账；上传的人不能确认。有一行不对就一行也不记，除非上传时写明 skip_bad。Record it, all or nothing."""
    held = ledger()  # from here on nobody else confirms it
    sent = _find(upload)
    if sent.position:
        raise UploadDone(upload=sent.id, by=sent.checker, position=sent.position)
    other_eyes(sent.maker, caller().person.login)
    plan = _plan(held, sent, skip_bad=sent.skip_bad)
    if isinstance(plan, FiguresPlan):
        held.record_figures(plan)
        return uploads().confirmed(sent, caller().person.login, held.books.position)
    return uploads().confirmed(sent, caller().person.login, held.record_import(plan).position)


def _find(upload: str) -> Upload:
    """An upload that exists for the caller; raises UploadUnknown."""
    found = uploads().find(upload)
    if not policy().sees_what_was_sent(found.parties):
        raise UploadUnknown(upload=upload[:20])
    return found


def _change(found: PartyChange) -> Document:
    change = found.quantity.written(found.change_fen)
    return {"agreement": found.agreement, "pool": found.key.pool, "party": found.name, "change": change}


def _sees(held: Ledger, agreement: str) -> bool:
    return policy().is_party_to(held.books.agreements[agreement])


def _plan(held: Ledger, sent: Upload, *, skip_bad: bool) -> ImportPlan | FiguresPlan:
    data = uploads().data(sent)
    read: dict[str, Any] = {"sheet": sent.sheet, "mapping": sent.mapping, "skip_bad": skip_bad}
    if sent.kind == "receipts":
        return held.plan_import(data, sent.name, shown=partial(policy().shown_lines, held.books), **read)
    sees = partial(policy().sees_report, held.books)
    if sent.kind == "inputs":
        return held.plan_inputs(data, sent.name, sees=sees, **read)
    return held.plan_figures(data, sent.name, needs_acceptance=sent.kind == "figures", sees=sees, **read)
