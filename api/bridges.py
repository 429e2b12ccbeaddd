"""Bridges (应得变动): from what is due at one moment to what is due at another, by cause."""

from typing import Any

from marshmallow import fields
from marshmallow.validate import Length

from api.routes import Routes
from api.tenancy import ledger, policy
from api.wire import Wire
from ledger.domain.agreeing.agreement import Agreement
from ledger.domain.dividing.pools import PoolKey
from ledger.domain.stating.bridge import Bridge, bridge
from ledger.domain.terms import Document
from ledger.projections.moments import moment_of
from ledger.projections.quantities import Quantity, quantity_of

routes = Routes("bridges", __name__, description="应得变动 bridges")
SHARES = {"description": "各方的数 by party's name", "example": {"甲县": "100.00", "乙县": "200.00"}}


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
    mark = fields.String(metadata={"example": ""})
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
    way = bridge(books, found, *(moment_of(books, asked[word], known) for word in ("start", "end")))
    keys = dict.fromkeys([*way.due_start, *way.due_end])
    return {"start": way.start, "end": way.end, "pools": [_document(found, way, key) for key in keys]}


def _document(agreement: Agreement, way: Bridge, key: PoolKey) -> Document:
    quantity = quantity_of(agreement.known_at(max(way.start.cut, way.end.cut)).pool(key.pool))
    return key._asdict() | {
        "unit": quantity.unit,
        "mark": quantity.mark,
        "due_start": _shares(agreement, quantity, way.due_start.get(key, {})),
        "causes": [
            {"cause": cause, "words": quantity.cause(cause), "shares": _shares(agreement, quantity, shares)}
            for cause, shares in way.by_cause(key).items()
            if any(shares.values())
        ],
        "due_end": _shares(agreement, quantity, way.due_end.get(key, {})),
    }


def _shares(agreement: Agreement, quantity: Quantity, shares: dict[str, int]) -> dict[str, str]:
    return {agreement.name_of(party): quantity.written(whole) for party, whole in shares.items()}
