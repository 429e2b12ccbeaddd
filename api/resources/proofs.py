"""Proofs (核验): whether the log is whole and every closed statement recomputes; what nobody selects and what waits."""

from typing import Any

from marshmallow import fields
from marshmallow.validate import Regexp

from api.http.problems import language_asked
from api.http.routes import Routes
from api.http.tenancy import ledger
from api.http.wire import MoneyField, Wire
from api.resources.statements import KnownQuery
from ledger.domain.terms import Document
from ledger.projections.coverage import booked, coverage
from ledger.projections.spans import span_of

routes = Routes("proofs", __name__, description="核验 proofs")
POINT = "[0-9]{1,18}:[0-9a-fA-F]{64}"


class ProofSchema(Wire):
    """What verification found."""

    sound = fields.Boolean(attribute="is_sound", metadata={"example": True})
    events = fields.Integer(metadata={"description": "核了多少号事项 events checked", "example": 42})
    statements = fields.Integer(metadata={"description": "重算了多少张结算单 recomputed", "example": 3})
    head = fields.String(metadata={"description": "链首 the head of the chain", "example": f"42:{'3f' * 32}"})
    findings = fields.List(fields.String(), metadata={"example": []})


class ProofQuery(Wire):
    """A head kept elsewhere."""

    expect = fields.String(
        load_default="",
        validate=Regexp(f"^({POINT})?$"),
        metadata={"description": "另外留存的链首，日志必须经过它 a head kept elsewhere", "example": f"42:{'3f' * 32}"},
    )


class CoverageSchema(Wire):
    """What agreements make of what was booked: what none selects, what waits and why."""

    unselected_lines = fields.Integer(metadata={"example": 0})
    unselected = MoneyField(metadata={"example": "0.00"})
    waiting_lines = fields.Integer(metadata={"example": 0})
    reasons = fields.List(fields.String(), metadata={"example": []})


class CoverageQuery(KnownQuery):
    """Booked when."""

    period = fields.String(required=True, metadata={"description": "2024-03、2024-Q1 或 2024", "example": "2024-Q1"})


@routes.on_get("/verify", act="proof.read")
@routes.arguments(ProofQuery, location="query")
@routes.response(200, ProofSchema)
def verify(asked: dict[str, Any]) -> Document:
    """核验：封印、原始文件、税票索引、每张结算单重算。Check the chain, the files, the index, every closed statement."""
    position, _, expected = asked["expect"].partition(":")
    report = ledger().verify((int(position), expected) if expected else None)
    said = {name: getattr(report, name) for name in ("is_sound", "events", "statements")}
    return said | {"head": f"{report.events}:{report.head}", "findings": report.in_words(language_asked())}


@routes.on_get("/coverage", act="coverage.read")
@routes.arguments(CoverageQuery, location="query")
@routes.response(200, CoverageSchema)
def show_coverage(asked: dict[str, Any]) -> Document:
    """一期入库中没有协议选中的、等待的，以及等什么。What was booked and no agreement selects, what waits and why."""
    books, span = ledger().books_known_at(asked["as_known"]), span_of(asked["period"])
    found = coverage(books, booked(books, span.first.first, span.last.last))
    return {
        "unselected_lines": found.unselected_lines,
        "unselected": found.unselected_fen,
        "waiting_lines": found.waiting_lines,
        "reasons": [each.say(language_asked()) for each in found.reasons],
    }
