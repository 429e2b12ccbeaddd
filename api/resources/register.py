"""The map (登记簿): parks and region codes for everybody to read; a change is asked for by one person, confirmed by another."""

from datetime import date
from typing import Any

from marshmallow import fields

from api.access.policy import other_eyes
from api.changes import (
    Change,
    ChangeDone,
    Changes,
    DatePark,
    MovePark,
    RegisterPark,
    SucceedRegion,
    What,
    WithdrawSuccession,
)
from api.http.routes import Routes, leads_to, page_of
from api.http.tenancy import caller, ledger, shelf, tenant
from api.http.wire import PageQuery, Wire
from ledger.projections.register import happened, park_document, park_tree, succession_documents, tree_document
from ledger.store.requests import Request

routes = Routes("register", __name__, description="园区、区划代码 parks and region codes")
NEXT = leads_to("change", "id", "confirm_change")
PARK_SAID = {"description": "与明细“街道乡镇（园区）”列的写法一致 as files write it", "example": "经开区"}
PARENT_SAID = {"description": "上级园区；空为没有 the park above, or none", "example": ""}
SOURCE_SAID = {"description": "依据的文件 the document it rests on", "example": "民发〔2024〕1 号"}


class ParentSchema(Wire):
    """What a park stands below, from a day on; null from its first."""

    parent = fields.String(metadata=PARENT_SAID)
    since = fields.String(data_key="from", attribute="from", allow_none=True, metadata={"example": None})


class ParkSchema(Wire):
    """A park with its days."""

    park = fields.String(metadata=PARK_SAID)
    first = fields.String(data_key="from", attribute="from", metadata={"example": "2024-01-01"})
    last = fields.String(data_key="to", attribute="to", metadata={"description": "止日，或 open", "example": "open"})
    parents = fields.List(fields.Nested(ParentSchema))


class ParksSchema(Wire):
    """Parks, and how they stand below each other on a day."""

    on = fields.Date(metadata={"example": "2024-06-30"})
    tree = fields.List(fields.Dict(), metadata={"example": [{"park": "经开区", "parks": []}]})
    drawn = fields.List(
        fields.String(),
        metadata={"description": "同一棵树，画成文字 the same tree, drawn", "example": ["经开区（2024-01-01 起）"]},
    )
    parks = fields.List(fields.Nested(ParkSchema))


class OnQuery(PageQuery):
    """On which day."""

    on = fields.Date(
        load_default=None, metadata={"description": "哪一天；不写为今天 today if not said", "example": "2024-06-30"}
    )


class ParkToRegisterSchema(Wire):
    """A park to enter."""

    park = fields.String(required=True, metadata=PARK_SAID)
    parent = fields.String(load_default="", metadata=PARENT_SAID)
    first = fields.Date(required=True, data_key="from", metadata={"example": "2024-01-01"})
    last = fields.Date(load_default=None, allow_none=True, data_key="to", metadata={"example": None})


class ParkToMoveSchema(Wire):
    """Where a park is to stand from a day on."""

    parent = fields.String(required=True, metadata=PARENT_SAID)
    on = fields.Date(required=True, metadata={"example": "2025-01-01"})


class ParkToDateSchema(Wire):
    """The days that a park is to have; a first day that is not said stays, a last one is open."""

    first = fields.Date(load_default=None, allow_none=True, data_key="from", metadata={"example": "2024-01-01"})
    last = fields.Date(load_default=None, allow_none=True, data_key="to", metadata={"example": "2026-12-31"})


class SuccessionSchema(Wire):
    """From a day on, what had the old code has the new one."""

    old = fields.String(required=True, metadata={"example": "620821"})
    new = fields.String(required=True, metadata={"example": "620881"})
    on = fields.Date(required=True, metadata={"example": "2024-06-01"})
    source = fields.String(required=True, metadata=SOURCE_SAID)


class SuccessionsSchema(Wire):
    """The successions that count."""

    successions = fields.List(fields.Nested(SuccessionSchema))


class WithdrawalSchema(Wire):
    """A succession recorded in error."""

    old = fields.String(required=True, metadata={"example": "620821"})
    on = fields.Date(required=True, metadata={"example": "2024-06-01"})
    source = fields.String(required=True, metadata=SOURCE_SAID)


class MapChangeSchema(Wire):
    """A change that waits, or that was confirmed."""

    id = fields.String(metadata={"example": "9f86d081884c7d65"})
    sentence = fields.String(metadata={"example": "登记园区“经开区”，2024-01-01 起"})
    maker = fields.String(metadata={"description": "谁提出的 who asked for it", "example": "zhang"})
    checker = fields.String(metadata={"description": "谁确认的；空为待确认 who confirmed it", "example": ""})
    position = fields.Integer(metadata={"description": "记到第几号事项 its event", "example": 0})


class MapChangesSchema(Wire):
    """Some of them."""

    changes = fields.List(fields.Nested(MapChangeSchema))


@routes.on_get("/parks", act="register.read")
@routes.arguments(OnQuery, location="query")
@routes.response(200, ParksSchema)
def list_parks(asked: dict[str, Any]) -> Any:
    """登记的园区，和某一天的上下级。The parks, and how they stand on a day."""
    parks, when = ledger().books.places().parks, asked["on"] or date.today()
    found, headers = page_of(list(parks.by_name.values()), lambda each: each.name, asked)
    tree = {"on": when, "tree": tree_document(parks, when), "drawn": park_tree(parks, when)}
    return tree | {"parks": [park_document(each) for each in found]}, 200, headers


@routes.on_post("/parks", act="register.change")
@routes.arguments(ParkToRegisterSchema)
@routes.response(201, MapChangeSchema, links=NEXT)
def register_park(sent: dict[str, Any]) -> Change:
    """登记园区；另一人确认才算。Enter a park; it stands once somebody else confirms it."""
    return _asked(RegisterPark(**sent))


@routes.on_post("/parks/<park>/move", act="register.change")
@routes.arguments(ParkToMoveSchema)
@routes.response(201, MapChangeSchema, links=NEXT)
def move_park(sent: dict[str, Any], park: str) -> Change:
    """自某日起换上级；另一人确认才算。Put a park below another from a day on."""
    return _asked(MovePark(park=park, **sent))


@routes.on_post("/parks/<park>/days", act="register.change")
@routes.arguments(ParkToDateSchema)
@routes.response(201, MapChangeSchema, links=NEXT)
def date_park(sent: dict[str, Any], park: str) -> Change:
    """改园区的起止日期，如撤并后的止日；另一人确认才算。Say a park's days anew."""
    return _asked(DatePark(park=park, **sent))


@routes.on_get("/regions", act="register.read")
@routes.arguments(PageQuery, location="query")
@routes.response(200, SuccessionsSchema)
def list_successions(page: dict[str, Any]) -> Any:
    """登记的区划代码接替。Every succession of region codes on record."""
    found = succession_documents(ledger().books.places().regions)
    some, headers = page_of(found, lambda each: f"{each['old']}@{each['on']}", page)
    return {"successions": [each | {"on": date.fromisoformat(each["on"])} for each in some]}, 200, headers


@routes.on_post("/regions", act="register.change")
@routes.arguments(SuccessionSchema)
@routes.response(201, MapChangeSchema, links=NEXT)
def succeed_region(sent: dict[str, Any]) -> Change:
    """旧代码自某日起由新代码接替；另一人确认才算。The new code takes the place of the old."""
    return _asked(SucceedRegion(**sent))


@routes.on_post("/regions/withdraw", act="register.change")
@routes.arguments(WithdrawalSchema)
@routes.response(201, MapChangeSchema, links=NEXT)
def withdraw_succession(sent: dict[str, Any]) -> Change:
    """撤回登记有误的接替；另一人确认才算。Take back a succession recorded in error."""
    return _asked(WithdrawSuccession(**sent))


@routes.on_get("/changes", act="register.read")
@routes.arguments(PageQuery, location="query")
@routes.response(200, MapChangesSchema)
def list_changes(page: dict[str, Any]) -> Any:
    """登记变更：待确认的和已确认的，最近的在前。Changes of the map, the latest first."""
    found, headers = page_of(_changes().all(), lambda each: each.id, page)
    return {"changes": found}, 200, headers


@routes.on_post("/changes/<change>/confirm", act="register.confirm")
@routes.response(201, MapChangeSchema)
def confirm_change(change: str) -> Change:
    """确认登记变更；提出的人不能确认。Confirm a change; not the person who asked for it."""
    found, who = _changes().find(change), caller().person.login
    if found.position:
        raise ChangeDone(change=found.id, by=found.checker, position=found.position)
    other_eyes(found.maker, who)
    held = shelf().ledger(
        tenant(), who, Request("", f"change/{found.id}", found.id)
    )  # of two who confirm, one records it
    held.change_places(found.what.decide)
    return _changes().confirmed(found, who, held.books.position)


def _asked(what: What) -> Change:
    """A change that could be recorded as things stand, kept until somebody else confirms it."""
    held = ledger()
    event = held.supposed(what.decide(held.books.places()))
    return _changes().add(what, happened(event), caller().person.login)


def _changes() -> Changes:
    return Changes(shelf().tenants.books(tenant()).with_name("changes"))
