"""Statements (结算单): what each party is due, closed or draft, and why; and the closing of a period."""

from typing import Any

from marshmallow import fields

from api.routes import Routes
from api.tenancy import ledger, policy
from api.wire import Wire
from ledger.domain.calendar import Period, day
from ledger.domain.terms import Document
from ledger.projections.explanation import as_document, explain
from ledger.projections.explanation_in_words import in_sentences
from ledger.projections.nothing_stated import NoAgreements, settlement_asked
from ledger.projections.quantities import Quantity, stated_quantity
from ledger.projections.spans import span_of
from ledger.projections.statements import Statement, StatementLine, owed, refuse_unstated, statements_within

routes = Routes("statements", __name__, description="结算单 statements")
AMOUNT = {
    "description": "钱写元两位小数，指标写其单位 yuan with two decimals, or the figure's own unit",
    "example": "865836.35",
}


class LineSchema(Wire):
    """What a statement says of one party."""

    party = fields.String(metadata={"example": "灵台县"})
    entitled = fields.String(metadata=AMOUNT)
    collected = fields.String(allow_none=True, metadata=AMOUNT)
    net = fields.String(allow_none=True, metadata=AMOUNT)
    causes = fields.Dict(keys=fields.String(), values=fields.String(), metadata={"example": {"own": "865836.35"}})


class OwedSchema(Wire):
    """Who pays whom."""

    payer = fields.String()
    payee = fields.String()
    amount = fields.String(metadata=AMOUNT)


class StatementSchema(Wire):
    """One statement of an agreement's pool for a settlement."""

    number = fields.String(metadata={"example": "A2-2025-Q3"})
    agreement = fields.String(metadata={"example": "A2"})
    title = fields.String()
    pool = fields.String()
    measure = fields.String()
    settlement = fields.String(metadata={"example": "2025-Q3"})
    unit = fields.String(metadata={"example": "元"})
    mark = fields.String(metadata={"description": "必须注明的话，如仅用于考核 what must stand beside every figure"})
    is_draft = fields.Boolean()
    closed_at = fields.Integer(allow_none=True)
    cut = fields.Integer()
    digest = fields.String()
    waiting = fields.String(metadata=AMOUNT)
    undivided = fields.String(metadata=AMOUNT)
    lines = fields.List(fields.Nested(LineSchema))
    owed = fields.List(fields.Nested(OwedSchema))


class StatementsSchema(Wire):
    """The statements of a month, quarter or year."""

    statements = fields.List(fields.Nested(StatementSchema))


class ExplanationSchema(Wire):
    """Why a party is due what a statement says."""

    sentences = fields.List(fields.String())
    tree = fields.Dict(metadata={"description": "同一内容的数据形式 the same as data, amounts in fen"})


class ExplanationsSchema(Wire):
    """One explanation for each pool."""

    explanations = fields.List(fields.Nested(ExplanationSchema))


class SpanQuery(Wire):
    """Which months."""

    period = fields.String(required=True, metadata={"description": "2024-03、2024-Q1 或 2024", "example": "2025-Q3"})


class WhyQuery(SpanQuery):
    """Of which party."""

    party = fields.String(required=True, metadata={"example": "灵台县"})
    as_of = fields.String(metadata={"description": "只计到这一天 what was true on a day", "example": "2025-09-30"})


class ClosedSchema(Wire):
    """A closed period."""

    period = fields.String(metadata={"example": "2024-03"})
    cut = fields.Integer()
    statements = fields.List(fields.String())
    head = fields.String(metadata={"description": "链首，请另外留存 keep it elsewhere"})


@routes.on_get("/statements", act="statement.read")
@routes.arguments(SpanQuery, location="query")
@routes.response(200, StatementsSchema)
def list_statements(asked: dict[str, Any]) -> Document:
    """一期的结算单：只有您是参与方的协议。The statements of agreements to which you are a party."""
    books = ledger().books
    numbers = [each.number for each in policy().own_agreements(books)]
    if not numbers:
        raise NoAgreements()
    found = [each for number in numbers for each in _of(number, asked["period"])]
    return {"statements": [_document(each) for each in found]}


def _of(number: str, period: str) -> list[Statement]:
    """The statements of one agreement; none where there is nothing to state."""
    books = ledger().books
    if books.agreements[number].in_force_at is None:
        return []
    return statements_within(books, span_of(period), number)


@routes.on_get("/agreements/<agreement>/explanation", act="statement.read")
@routes.arguments(WhyQuery, location="query")
@routes.response(200, ExplanationsSchema)
def explain_due(asked: dict[str, Any], agreement: str) -> Document:
    """应得为何是这个数：直到税票、条款和最后一分。Why a figure is what it is, down to voucher and last fen."""
    books = ledger().books
    found = policy().own_agreement(books, agreement)
    month = settlement_asked(found, span_of(asked["period"]))
    if "as_of" not in asked:
        refuse_unstated(books, found, month)
    why = explain(books, found.number, month, asked["party"], day(asked["as_of"]) if "as_of" in asked else None)
    return {"explanations": [{"sentences": in_sentences(each), "tree": as_document(each)} for each in why]}


@routes.on_post("/periods/<period:period>/close", act="period.close")
@routes.response(201, ClosedSchema)
def close_period(period: Period) -> Document:
    """结账：在日志上划一刀。A cut in the log, with the figures of every statement."""
    closed = ledger().close_period(period)
    head = ledger().log.head()
    numbers = [
        each.number for each in closed.statements if policy().is_party_to(ledger().books.agreements[each.agreement])
    ]
    said = {"period": closed.period, "cut": closed.cut, "statements": numbers}
    return said | {"head": f"{head.position}:{head.hash.hex()}"}


def _document(found: Statement) -> Document:
    quantity = stated_quantity(found.unit, found.step, found.basis)
    owing = [(payer, payee, quantity.written(whole)) for payer, payee, whole in owed(found)]
    return {
        "number": found.number,
        "agreement": found.agreement,
        "title": found.title,
        "pool": found.pool,
        "measure": found.measure,
        "settlement": found.settlement,
        "unit": quantity.unit,
        "mark": quantity.mark,
        "is_draft": found.is_draft,
        "closed_at": found.closed_at,
        "cut": found.cut,
        "digest": found.digest,
        "waiting": quantity.written(found.waiting_fen),
        "undivided": quantity.written(found.undivided_fen),
        "lines": [_line(line, quantity) for line in found.lines],
        "owed": [{"payer": payer, "payee": payee, "amount": amount} for payer, payee, amount in owing],
    }


def _line(line: StatementLine, quantity: Quantity) -> Document:
    known = line.collected_fen is not None and line.net_fen is not None
    return {
        "party": line.name,
        "entitled": quantity.written(line.entitled_fen),
        "collected": quantity.written(line.collected_fen or 0) if known else None,
        "net": quantity.written(line.net_fen or 0) if known else None,
        "causes": {cause: quantity.written(whole) for cause, whole in line.causes_fen.items()},
    }
