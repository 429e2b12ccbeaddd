"""Periods (会计期): which months are closed and which comes next; the closing of one."""

from typing import Any

from marshmallow import fields

from api.http.problems import language_asked
from api.http.routes import Routes, page_of
from api.http.tenancy import ledger, policy
from api.http.wire import PageQuery, Wire
from ledger.domain.calendar import Period
from ledger.domain.events import PeriodClosed
from ledger.domain.terms import Document
from ledger.projections.closing import remarks, settles_to

routes = Routes("periods", __name__, description="会计期 periods")


class PeriodSchema(Wire):
    """A closed month."""

    period = fields.String(metadata={"example": "2024-03"})
    cut = fields.Integer(metadata={"description": "事实截至第几号事项 up to which event", "example": 41})
    statements = fields.List(
        fields.String(), metadata={"description": "您的结算单 your statements", "example": ["A1-税收-2024-03"]}
    )


class ClosedOnSchema(PeriodSchema):
    """A closed month, and where in the log it was closed."""

    closed_at = fields.Integer(metadata={"example": 42})


class PeriodsSchema(Wire):
    """The months that are closed, the last first."""

    periods = fields.List(fields.Nested(ClosedOnSchema))
    next = fields.String(
        allow_none=True, metadata={"description": "下一个要结的月份 closes next", "example": "2024-04"}
    )
    settles_to = fields.String(
        allow_none=True,
        metadata={
            "description": "账内的入库结到哪个月就结完；不看全部账簿的为空 by which month all that was booked is settled",
            "example": "2024-06",
        },
    )


class ClosedSchema(PeriodSchema):
    """A month that was closed just now."""

    head = fields.String(
        metadata={"description": "链首，请另外留存 keep it elsewhere", "example": f"42:{'3f' * 32}"},
    )
    remarks = fields.List(
        fields.String(),
        metadata={"description": "因谁还没有办而没有计入的 what is left out and why", "example": []},
    )


@routes.on_get("/periods", act="period.read")
@routes.arguments(PageQuery, location="query")
@routes.response(200, PeriodsSchema)
def list_periods(page: dict[str, Any]) -> Any:
    """已结账的月份，最近的在前；下一个要结的。The closed months, the last first."""
    books = ledger().books
    found, headers = page_of(books.closings[::-1], lambda each: each[1].period, page)
    periods = [_document(closed) | {"closed_at": position} for position, closed in found]
    following, last = books.next_period(), settles_to(books) if policy().sees_everything else None
    said = {"next": str(following) if following else None, "settles_to": str(last) if last else None}
    return {"periods": periods} | said, 200, headers


@routes.on_post("/periods/<period:period>/close", act="period.close")
@routes.response(201, ClosedSchema)
def close_period(period: Period) -> Document:
    """结账：在日志上划一刀。A cut in the log, with the figures of every statement."""
    closed = ledger().close_period(period)
    head, books = ledger().log.head(), ledger().books
    left_out = remarks(books, closed, language_asked()) if policy().sees_everything else []
    return _document(closed) | {"head": f"{head.position}:{head.hash.hex()}", "remarks": left_out}


def _document(closed: PeriodClosed) -> Document:
    agreements = ledger().books.agreements
    own = [each.number for each in closed.statements if policy().is_party_to(agreements[each.agreement])]
    return {"period": closed.period, "cut": closed.cut, "statements": own}
