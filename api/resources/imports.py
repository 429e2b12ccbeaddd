"""Imports (导入): a file is sent, looked at, and recorded by somebody else than who sent it.

A small file is checked, and recorded, before the answer goes out (201); of a large one the answer says where to see how
far it is (202).  Either way it is the same upload, with the same states.
"""

from typing import Any, get_args

import msgspec
from flask import Response, abort, current_app, g, request, url_for
from marshmallow import fields
from marshmallow.validate import OneOf

from api.access.policy import other_eyes
from api.http.problems import ProblemSchema, language_asked, problem, problem_said
from api.http.routes import Routes, download, leads_to, page_of
from api.http.tenancy import caller, file_sent, ledger, policy, uploads
from api.http.versions import refuse_stale, tagged
from api.http.wire import MoneyField, PageQuery, Wire
from api.jobs import EXTENSION as JOBS
from api.jobs import Jobs, planned
from api.resources.lines import ReceiptsSchema, refuse_lines_unfit
from api.uploads import STATES, WAITING, WORKED_ON, Kind, Upload, UploadUnknown
from ledger.domain.terms import Document
from ledger.files.marks import Outcome, marked, marks_of

LINES_BYTES_MAX = 64_000_000
routes = Routes("imports", __name__, description="导入 imports")


FILE_BYTES = {"schema": {"type": "string", "format": "binary"}}
FILE_SENT: dict[str, Any] = {
    "required": True,
    "description": "正文就是文件本身，不是 multipart 表单；文件名写在 name。看内容认文件，内容类型写哪一个都可以。"
    "缺省至多 512 MB（设置 file_bytes），超过的答 413。"
    "The body is the file itself, no multipart form; its name stands in `name`. What it is, is seen from its contents.",
    "content": {
        "application/octet-stream": FILE_BYTES,
        "text/csv": {
            "schema": {"type": "string"},
            "example": "税票号码,入库日期,实缴金额,征收方\nV1,2024-01-05,300.00,甲县\n",
        },
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": FILE_BYTES,
        "application/vnd.dbf": FILE_BYTES,
    },
}
NEXT = leads_to("upload", "id", "preview_import", "marked_file", "confirm_import", "withdraw_import")
LATER = "还没办完，请看 Location 的 state 和 progress not done yet: see state and progress at Location"


class ProgressSchema(Wire):
    """How far it is, in lines."""

    total = fields.Integer(allow_none=True, metadata={"description": "读完才知道 null until it is read", "example": 60})
    read = fields.Integer(metadata={"example": 60})
    checked = fields.Integer(metadata={"example": 60})
    recorded = fields.Integer(metadata={"example": 0})


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
    state = fields.String(
        validate=OneOf(STATES),
        metadata={
            "description": "received 待检查，checked 待确认，unreadable 读不了，confirmed 待入账，recording 入账中，"
            "recorded 已入账，withdrawn 已撤回 checked waits for confirmation",
            "example": "checked",
        },
    )
    progress = fields.Nested(ProgressSchema)
    problem = fields.Nested(
        ProblemSchema, allow_none=True, metadata={"description": "上一步为何没有办成 why the last step came to nothing"}
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
    measure = fields.String(metadata={"description": "指标；款项为空 empty for money", "example": ""})
    unit = fields.String(metadata={"example": "元"})
    step = fields.String(metadata={"description": "最小计数 the smallest step of its unit", "example": "1/100"})
    basis = fields.String(metadata={"description": "空为款项 empty for money", "example": ""})
    id = fields.String(metadata={"description": "条款里的代号 as the terms call the party", "example": "jia"})
    party = fields.String(metadata={"example": "甲县"})
    before = fields.String(metadata={"description": "未列入结算单的 what is not stated yet", "example": "0.00"})
    after = fields.String(metadata={"example": "100.00"})
    change = fields.String(metadata={"example": "100.00"})


class OverlapSchema(Wire):
    """Another file that waits and holds the same vouchers."""

    id = fields.String(metadata={"example": "0b5c6f1e6a0e4d5b"})
    name = fields.String(metadata={"example": "入库明细（二）.xlsx"})
    lines = fields.Integer(
        metadata={
            "description": "本文件有几行的税票号码也在那一份里 lines of this file that it holds too",
            "example": 3,
        }
    )


class PreviewSchema(UploadSchema):
    """How far it is; once it is checked, what recording it would do, as of the moment when it was checked."""

    previewed_at = fields.Integer(
        metadata={"description": "按第几号事项时的账簿试算 as the books stood at this position", "example": 3}
    )
    hindrance = fields.Nested(
        ProblemSchema,
        allow_none=True,
        metadata={
            "description": "确认会被拒绝的原因，按试算时所知；空为没有 why a confirmation would be refused, as known then"
        },
    )
    events_since = fields.Integer(
        metadata={
            "description": "试算以后账簿又记了几号事项；确认时按那时的账簿重新核对 events recorded since; a confirmation decides anew",
            "example": 0,
        }
    )
    overlaps = fields.List(
        fields.Nested(OverlapSchema),
        metadata={
            "description": "同一税票号码也在其他待入账的文件里：内容相同的只记一次，不同的，后确认的一份会被拒绝 "
            "other files that wait hold the same vouchers: what is the same is recorded once, what differs refused to the later"
        },
    )
    recorded = fields.Integer(metadata={"description": "将记入的行数 lines that would be recorded", "example": 3})
    known = fields.Integer(metadata={"description": "此前已入账 recorded already", "example": 0})
    skipped = fields.Integer(metadata={"description": "有误的行数 wrong lines", "example": 0})
    sum = MoneyField(allow_none=True, metadata={"description": "入库明细的合计 of receipts", "example": "1000.00"})
    awaits_acceptance = fields.Boolean(
        metadata={"description": "审核以后才计入 counts once it is accepted", "example": False}
    )
    columns = fields.Dict(keys=fields.String(), values=fields.String(), metadata={"example": {"金额": "实缴金额"}})
    unused_columns = fields.List(
        fields.String(), metadata={"description": "不用的列 columns that say nothing here", "example": ["备注"]}
    )
    sheet_read = fields.String(metadata={"description": "读的是哪张工作表 which sheet was read", "example": ""})
    repeated = fields.Integer(metadata={"description": "文件内重复 repeated within the file", "example": 0})
    late = fields.Integer(
        metadata={
            "description": "属于已结账月份的行数：照记，已出的结算单不变，差额列入 next_period 起的下一张结算单 "
            "lines of months that are closed: recorded, and stated from next_period on",
            "example": 2,
        }
    )
    late_lines = fields.List(
        fields.Integer(), metadata={"description": "是哪几行（前 100 行）the first of them", "example": [2, 5]}
    )
    late_sum = MoneyField(allow_none=True, metadata={"example": "0.00"})
    next_period = fields.String(
        allow_none=True, metadata={"description": "差额从哪个月起列 from when they are stated", "example": "2024-02"}
    )
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


class LinesQuery(Wire):
    """How lines are called and read."""

    name = fields.String(load_default="明细.json", metadata={"example": "2024-01-05.json"})
    skip_bad = fields.Boolean(
        load_default=False, metadata={"description": "只记无误的行 record the sound lines only", "example": False}
    )


class SendQuery(LinesQuery):
    """How a file is called and read; the body is the file itself."""

    name = fields.String(
        required=True, metadata={"description": "文件名 what the file is called", "example": "入库明细.xlsx"}
    )
    kind = fields.String(
        load_default="receipts",
        validate=OneOf(get_args(Kind)),
        metadata={"description": "入库明细、指标、额度、投入 what the file holds", "example": "receipts"},
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
    seen = [each for each in uploads().all() if policy().sees_what_was_sent(each.parties)]
    found, headers = page_of(seen, lambda each: each.id, page)
    return {"imports": [_document(each) for each in found]}, 200, headers


@routes.on_post("/imports", act="import.upload", brings_file=True)
@routes.doc(requestBody=FILE_SENT)
@routes.arguments(SendQuery, location="query")
@routes.alt_response(202, schema=UploadSchema, description=LATER)
@routes.response(201, UploadSchema, links=NEXT)
def send_file(asked: dict[str, Any]) -> Any:
    """上传一份明细（正文即文件本身：CSV、XLSX、DBF、JSON）；另一人确认才入账。Send a file; somebody else confirms it."""
    return _keep(**asked)


@routes.on_post("/imports/lines", act="import.upload", brings_file=True)
@routes.doc(requestBody={"required": True, "content": {"application/json": {"schema": ReceiptsSchema}}})
@routes.arguments(LinesQuery, location="query")
@routes.alt_response(202, schema=UploadSchema, description=LATER)
@routes.response(201, UploadSchema, links=NEXT)
def send_lines(asked: dict[str, Any]) -> Any:
    """程序送来的入库明细，一行或许多行；同一份文件一样，另一人确认才入账。Receipts as JSON; somebody else confirms them."""
    if not request.is_json:
        abort(415)
    if file_sent().size > LINES_BYTES_MAX:
        abort(413)
    refuse_lines_unfit(file_sent().path.read_bytes())
    return _keep(**asked, kind="receipts", sheet="", mapping="")


def _keep(**asked: Any) -> Any:
    """Keep what was sent, for whom the caller sends it, until somebody else confirms it."""
    parties = policy().parties_for("import.upload")
    uploads().refuse_too_many(parties, request.content_length or 0)
    sent = uploads().add(file_sent(), maker=caller().person.login, parties=parties, **asked)
    return _answer(jobs().carry_on(g.tenant, sent))


@routes.on_get("/imports/<upload>", act="import.preview")
@routes.response(200, PreviewSchema)
def preview_import(upload: str) -> Any:
    """办到哪里了；检查完了先看：认出的列、问题、各方会多得多少。How far it is, and what recording it would do."""
    sent = _find(upload)
    preview = uploads().preview(sent)
    if preview is None:
        return _document(sent), 200, _version(sent)
    books, others = ledger().books, uploads().all(WAITING)

    def sees(agreement: str) -> bool:
        return policy().is_party_to(books.agreements[agreement])

    drafts = [each for each in preview.statements if sees(each.agreement)]
    shown = {
        **msgspec.structs.asdict(preview),
        **_document(sent),
        "hindrance": problem_said(preview.hindrance) if preview.hindrance and sent.state in WAITING else None,
        "events_since": books.position - preview.previewed_at,
        "overlaps": uploads().overlapping(sent, (each for each in others if policy().sees_what_was_sent(each.parties))),
        "problems": preview.problems[language_asked()],
        "notes": preview.notes[language_asked()],
        "changes": [each for each in preview.changes if sees(each["agreement"])],
        "statements": [each.number for each in drafts],
        "settlements": list(dict.fromkeys(each.settlement for each in drafts)),
    }
    return shown, 200, _version(sent)


@routes.on_get("/imports/<upload>/marked", act="import.preview")
@routes.response(200, description="原文件，加“导入结果”“原因”两列 the user's own file, marked")
def marked_file(upload: str) -> Response:
    """您自己的文件，逐行注明结果和原因。The file, marked line by line."""
    sent = _find(upload)
    data = uploads().data(sent)
    plan = planned(ledger(), sent, data, skip_bad=True)
    unless_recorded: Outcome = "refused" if plan.skipped and not sent.skip_bad else "planned"
    marks = marks_of(plan, "recorded" if sent.position else unless_recorded, language_asked())
    return download(marked(data, sent.name, marks), f"标注-{sent.name}")


@routes.on_post("/imports/<upload>/confirm", act="import.confirm", versioned=True)
@routes.alt_response(202, schema=UploadSchema, description=LATER)
@routes.response(201, UploadSchema, links=NEXT)
def confirm_import(upload: str) -> Any:
    """确认入账；上传的人不能确认。有一行不对就一行也不记，除非上传时写明 skip_bad。Record it, all or nothing."""
    sent, who = _find(upload), caller().person.login
    policy().require_among("import.confirm", sent.parties)
    other_eyes(sent.maker, who)
    refuse_stale(_seen_as(sent))
    sent = uploads().move(sent, "checked", state="confirmed", checker=who, problem=None)
    return _answer(jobs().carry_on(g.tenant, sent))


@routes.on_post("/imports/<upload>/cancel", act="import.withdraw")
@routes.response(201, UploadSchema, links=NEXT)
def withdraw_import(upload: str) -> Document:
    """撤回还没有开始入账的文件。Take back a file whose recording has not begun."""
    sent = _find(upload)
    policy().require_among("import.withdraw", sent.parties)
    return _document(uploads().move(sent, "received", "checked", "confirmed", state="withdrawn"))


def _find(upload: str) -> Upload:
    """An upload that exists for the caller; raises UploadUnknown."""
    found = uploads().find(upload)
    if not policy().sees_what_was_sent(found.parties):
        raise UploadUnknown(upload=upload[:20])
    return found


def _seen_as(sent: Upload) -> tuple[str, str, str]:
    """What of an upload may change once it was looked at: where it stands, and what hindered it."""
    return sent.id, sent.state, sent.problem.kind if sent.problem else ""


def _version(sent: Upload) -> dict[str, str]:
    return tagged(_seen_as(sent))


def _answer(sent: Upload) -> Any:
    """Done and how, or where to see how far it is."""
    if sent.problem and sent.state == "checked":
        said = problem_said(sent.problem)
        return problem(sent.problem.status, sent.problem.kind, said["title"], said.get("errors"))
    location = url_for("imports.preview_import", tenant=g.tenant, upload=sent.id)
    return _document(sent), 202 if sent.state in WORKED_ON else 201, {"Location": location}


def _document(sent: Upload) -> Document:
    return {
        "id": sent.id,
        "name": sent.name,
        "maker": sent.maker,
        "checker": sent.checker,
        "skip_bad": sent.skip_bad,
        "state": sent.state,
        "progress": {
            "total": sent.lines,
            "read": sent.lines or 0,
            "checked": sent.checked,
            "recorded": sent.recorded,
        },
        "problem": problem_said(sent.problem) if sent.problem else None,
        "position": sent.position,
    }


def jobs() -> Jobs:
    """What is done of uploads beside the answers."""
    found: Jobs = current_app.extensions[JOBS]
    return found
