"""Figures (指标、额度、投入): what was reported, and its acceptance by county and city before it counts."""

from typing import Any, get_args

from marshmallow import fields
from marshmallow.validate import OneOf

from api.access.policy import other_eyes
from api.routes import Routes
from api.tenancy import caller, ledger, policy
from api.wire import Wire
from ledger.application import Ledger
from ledger.domain.agreeing.acceptance import AcceptingLevel, Batch, BatchUnknown
from ledger.domain.events import FiguresAccepted, FiguresRecorded
from ledger.domain.recording.figures import decimal_text
from ledger.domain.terms import Document

routes = Routes("figures", __name__, description="指标、额度、投入 figures")


class ReportSchema(Wire):
    """One reported value."""

    measure = fields.String(metadata={"example": "产值"})
    reporter = fields.String(metadata={"example": "甲县"})
    first = fields.Date()
    last = fields.Date()
    value = fields.String(metadata={"example": "100.3"})
    unit = fields.String(metadata={"example": "万元"})


class BatchSchema(Wire):
    """The figures of one file."""

    number = fields.String(metadata={"example": "B1"})
    file = fields.String()
    due = fields.String(
        allow_none=True, metadata={"description": "轮到哪一级审核 the level that accepts next", "example": "county"}
    )
    counts_from = fields.Integer(
        allow_none=True, metadata={"description": "自第几号事项起计入 position from which it counts"}
    )
    reports = fields.List(fields.Nested(ReportSchema))


class BatchesSchema(Wire):
    """Some of them."""

    batches = fields.List(fields.Nested(BatchSchema))


class AcceptanceSchema(Wire):
    """The level that accepts."""

    level = fields.String(required=True, validate=OneOf(get_args(AcceptingLevel)), metadata={"example": "county"})


@routes.on_get("/figures", act="figure.read")
@routes.response(200, BatchesSchema)
def list_batches() -> Document:
    """报送的各批，只列与您有关的数。The batches, with the figures that concern you."""
    found = (_document(each) for each in ledger().books.batches.values())
    return {"batches": [each for each in found if each["reports"]]}


@routes.on_post("/figures/<batch>/accept", act="figure.accept")
@routes.arguments(AcceptanceSchema)
@routes.response(201, BatchSchema)
def accept_batch(sent: dict[str, Any], batch: str) -> Document:
    """审核一批指标：县级、市级依次；报送的人、上一级审核的人不能审核。Accept figures, the county before the city."""
    held, who = ledger(), caller().person.login
    found = held.books.batches.get(batch)
    if found is None or not _document(found)["reports"]:
        raise BatchUnknown(batch=batch[:20])

    def check() -> None:
        for actor in _hands(held, batch):
            other_eyes(actor, who)

    return _document(held.provided(check).accept_figures(batch, sent["level"]))


def _hands(held: Ledger, batch: str) -> list[str]:
    """Who recorded a batch and who accepted it so far."""
    events = (event for _, event in held.log.history(receipts=False))
    return [
        each.actor for each in events if isinstance(each, FiguresRecorded | FiguresAccepted) and each.batch == batch
    ]


def _document(found: Batch) -> dict[str, Any]:
    seen = [each for each in found.reports if policy().sees_report(ledger().books, each)]
    return {
        "number": found.number,
        "file": found.file,
        "due": found.due,
        "counts_from": found.counts_from,
        "reports": [
            {
                "measure": each.measure,
                "reporter": each.reporter,
                "first": each.first,
                "last": each.last,
                "value": decimal_text(each.value),
                "unit": each.unit,
            }
            for each in seen
        ],
    }
