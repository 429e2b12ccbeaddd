"""Bridges (应得变动): from what is due at one moment to what is due at another, by cause."""

from typing import Any

from marshmallow import fields
from marshmallow.validate import Length

from api.http.routes import Routes
from api.http.tenancy import ledger, policy
from api.http.wire import PartyNameSchema, Wire
from ledger.domain.stating.bridge import bridge
from ledger.domain.terms import Document
from ledger.projections.bridges import PoolWay, way_of
from ledger.projections.moments import moment_of
from ledger.projections.wording import called

routes = Routes("bridges", __name__, description="应得变动 bridges")
SHARES = {"description": "各方的数，按代号 by party's id", "example": {"jia": "100.00", "yi": "200.00"}}


class MomentSchema(Wire):
    """A day, as known at a position of the log."""

    position = fields.Integer(attribute="cut", metadata={"example": 41})
    day = fields.Date(metadata={"example": "2024-03-31"})


class CauseSchema(Wire):
    """What one cause moved."""

    cause = fields.String(metadata={"example": "own"})
    words = fields.String(metadata={"example": "本期入库"})
    shares = fields.Dict(keys=fields.String(), values=fields.String(), metadata=SHARES)


class BridgedSchema(Wire):
    """The way of one pool; what the causes moved adds up to the difference."""

    pool = fields.String(metadata={"example": "税收"})
    measure = fields.String(metadata={"example": ""})
    unit = fields.String(metadata={"example": "元"})
    step = fields.String(metadata={"description": "最小计数 the smallest step of its unit", "example": "1/100"})
    basis = fields.String(metadata={"description": "空为款项 empty for money", "example": ""})
    is_of_dates = fields.Boolean(metadata={"description": "时点数 stock figures", "example": False})
    mark = fields.String(metadata={"example": ""})
    parties = fields.List(fields.Nested(PartyNameSchema))
    due_start = fields.Dict(keys=fields.String(), values=fields.String(), metadata=SHARES)
    causes = fields.List(fields.Nested(CauseSchema))
    due_end = fields.Dict(keys=fields.String(), values=fields.String(), metadata=SHARES)


class BridgeSchema(Wire):
    """The way from one moment to another."""

    start = fields.Nested(MomentSchema)
    end = fields.Nested(MomentSchema)
    pools = fields.List(fields.Nested(BridgedSchema))


class BridgeQuery(Wire):
    """Between which moments."""

    start = fields.String(
        required=True,
        validate=Length(max=200),
        metadata={
            "description": "结算单编号、日期，或 序号@日期 a statement's number, a day, or position@day",
            "example": "2024-01-31",
        },
    )
    end = fields.String(required=True, validate=Length(max=200), metadata={"example": "2024-03-31"})


@routes.on_get("/agreements/<agreement>/bridge", act="statement.read")
@routes.arguments(BridgeQuery, location="query")
@routes.response(200, BridgeSchema)
def show_bridge(asked: dict[str, Any], agreement: str) -> Document:
    """从一个时点（或一张结算单）到另一个，应得为何变动，按原因列出。Why what is due moved, by cause."""
    books = ledger().books
    found = policy().own_agreement(books, agreement)
    known = {each.number for each in policy().own_agreements(books)}
    moments = (moment_of(books, asked[word], known) for word in ("start", "end"))
    way = way_of(found, bridge(books, found, *moments))
    return {"start": way.start, "end": way.end, "pools": [_document(each) for each in way.pools]}


def _document(way: PoolWay) -> Document:
    quantity = way.quantity
    return way.key._asdict() | {
        "unit": quantity.unit,
        "step": str(quantity.step),
        "basis": quantity.basis,
        "is_of_dates": way.is_of_dates,
        "mark": quantity.mark,
        "parties": called(way.names),
        "due_start": _shares(way, way.due_start),
        "causes": [
            {"cause": cause, "words": quantity.cause(cause), "shares": _shares(way, shares)}
            for cause, shares in way.causes.items()
        ],
        "due_end": _shares(way, way.due_end),
    }


def _shares(way: PoolWay, shares: dict[str, int]) -> dict[str, str]:
    return {party: way.quantity.written(whole) for party, whole in shares.items()}
