"""Figures (指标、额度、投入): what was reported, and its acceptance by county and city before it counts."""

from collections.abc import Callable
from typing import Any, get_args

from marshmallow import fields
from marshmallow.validate import OneOf

from api.access.policy import Forbidden, other_eyes
from api.http.routes import Routes, page_of
from api.http.tenancy import caller, ledger, policy
from api.http.versions import refuse_stale, tagged
from api.http.wire import PageQuery, Wire
from ledger.application import Ledger
from ledger.domain.agreeing.acceptance import AcceptingLevel, Batch, BatchUnknown
from ledger.domain.events import FiguresAccepted, FiguresRecorded
from ledger.domain.recording.figures import Report, decimal_text
from ledger.domain.terms import Document

routes = Routes("figures", __name__, description="指标、额度、投入 figures")


class ReportSchema(Wire):
    """One reported value, and what it rests on."""

    id = fields.String(metadata={"description": "事项号-行号 event and line", "example": "5-1"})
    number = fields.String(metadata={"example": "D1"})
    measure = fields.String(metadata={"description": "指标、额度，或投入的形式", "example": "产值"})
    reporter = fields.String(metadata={"description": "报送方、投入方", "example": "甲县"})
    first = fields.Date(metadata={"example": "2024-01-01"})
    last = fields.Date(metadata={"example": "2024-02-29"})
    value = fields.String(metadata={"example": "100.3"})
    unit = fields.String(metadata={"example": "万元"})
    project = fields.String(metadata={"example": "项目甲"})
    enterprise = fields.String(metadata={"example": ""})
    park = fields.String(metadata={"example": "经开区"})
    evidence = fields.String(metadata={"description": "依据 what it rests on", "example": "验资报告 3 号"})


class BatchSchema(Wire):
    """The figures of one file."""

    number = fields.String(metadata={"example": "B1"})
    file = fields.String(metadata={"example": "一季度指标.xlsx"})
    sha256 = fields.String(
        metadata={
            "description": "文件的指纹；含有与您无关的数时为空 empty if not all of it concerns you",
            "example": "3f" * 32,
        }
    )
    accepted = fields.List(
        fields.String(), metadata={"description": "已审核的级次 the levels that accepted", "example": ["county"]}
    )
    due = fields.String(
        allow_none=True, metadata={"description": "轮到哪一级审核 the level that accepts next", "example": "county"}
    )
    counts_from = fields.Integer(
        allow_none=True, metadata={"description": "自第几号事项起计入 position from which it counts", "example": 9}
    )
    reports = fields.List(fields.Nested(ReportSchema))


class BatchesSchema(Wire):
    """Some of them."""

    batches = fields.List(fields.Nested(BatchSchema))


class ReportsSchema(Wire):
    """Some reports, as they were recorded; a later one of the same takes the place of an earlier one."""

    reports = fields.List(fields.Nested(ReportSchema))


class BatchOfOthers(Forbidden):
    """A batch of which the caller does not see every figure."""

    zh = "{batch} 批里有不归您的一方看的数，不能由您审核。请由园区办，或看得到全部的一方审核。"
    en = "Batch {batch} holds figures that do not concern your party. Have it accepted by who sees all of it."


class AcceptanceSchema(Wire):
    """The level that accepts."""

    level = fields.String(required=True, validate=OneOf(get_args(AcceptingLevel)), metadata={"example": "county"})


@routes.on_get("/figures", act="figure.read")
@routes.arguments(PageQuery, location="query")
@routes.response(200, BatchesSchema)
def list_batches(page: dict[str, Any]) -> Any:
    """报送的各批，只列与您有关的数。The batches, with the figures that concern you."""
    own = [each for each in ledger().books.batches.values() if _seen(each)]
    found, headers = page_of(own, lambda each: each.number, page)
    return {"batches": [_document(each) for each in found]}, 200, headers


@routes.on_get("/inputs", act="figure.read")
@routes.arguments(PageQuery, location="query")
@routes.response(200, ReportsSchema)
def list_inputs(page: dict[str, Any]) -> Any:
    """每笔投入：形式、日期、数额、投入方和依据。Every contribution with its evidence."""
    return _reports(page, lambda batch, report: report.is_input)


@routes.on_get("/quotas", act="figure.read")
@routes.arguments(PageQuery, location="query")
@routes.response(200, ReportsSchema)
def list_quotas(page: dict[str, Any]) -> Any:
    """下达的额度和依据。The quotas with what they rest on."""
    return _reports(page, lambda batch, report: not report.is_input and not batch.needs_acceptance)


def _reports(page: dict[str, Any], wanted: Callable[[Batch, Report], bool]) -> Any:
    batches = ledger().books.batches.values()
    own = [report for batch in batches for report in _seen(batch) if wanted(batch, report)]
    found, headers = page_of(own, _id, page)
    return {"reports": [_report(each) for each in found]}, 200, headers


@routes.on_get("/figures/<batch>", act="figure.read")
@routes.response(200, BatchSchema)
def show_batch(batch: str) -> Any:
    """一批报送的数，只列与您有关的。One batch, with the figures that concern you."""
    shown = _document(_find(batch))
    return shown, 200, tagged(shown)


@routes.on_post("/figures/<batch>/accept", act="figure.accept", versioned=True)
@routes.arguments(AcceptanceSchema)
@routes.response(201, BatchSchema)
def accept_batch(sent: dict[str, Any], batch: str) -> Any:
    """审核一批指标：县级、市级依次；报送的人、上一级审核的人不能审核。Accept figures, the county before the city."""
    held, who = ledger(), caller().person.login
    refuse_stale(_document(_find(batch)))

    if len(_seen(held.books.batches[batch])) < len(held.books.batches[batch].reports):
        raise BatchOfOthers(batch=batch)

    def check() -> None:
        for actor in _hands(held, batch):
            other_eyes(actor, who)

    shown = _document(held.provided(check).accept_figures(batch, sent["level"]))
    return shown, 201, tagged(shown)


def _find(batch: str) -> Batch:
    """A batch that exists for the caller; raises BatchUnknown."""
    found = ledger().books.batches.get(batch)
    if found is None or not _seen(found):
        raise BatchUnknown(batch=batch[:20])
    return found


def _seen(batch: Batch) -> list[Report]:
    return policy().reports(ledger().books, batch.reports)


def _hands(held: Ledger, batch: str) -> list[str]:
    """Who recorded a batch and who accepted it so far."""
    events = (event for _, event in held.log.history(receipts=False))
    return [
        each.actor for each in events if isinstance(each, FiguresRecorded | FiguresAccepted) and each.batch == batch
    ]


def _document(found: Batch) -> Document:
    said = {name: getattr(found, name) for name in ("number", "file", "accepted", "due", "counts_from")}
    seen = _seen(found)
    fingerprint = (
        found.file_sha256 if len(seen) == len(found.reports) else ""
    )  # others' figures cannot be tried out on it
    return said | {"sha256": fingerprint, "reports": [_report(each) for each in seen]}


def _report(found: Report) -> Document:
    said = (
        *("number", "measure", "reporter", "first", "last", "unit"),
        *("project", "enterprise", "park", "evidence"),
    )
    own = {name: getattr(found, name) for name in said}
    return own | {"id": _id(found), "value": decimal_text(found.value)}


def _id(report: Report) -> str:
    return f"{report.position}-{report.row}"
