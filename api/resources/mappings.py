"""Mappings (表头对照): the headers of a layout of the users' own, saved once and named when a file is sent."""

from dataclasses import asdict
from typing import Any

from marshmallow import fields
from marshmallow.validate import Length

from api.http.routes import Routes, page_of
from api.http.tenancy import ledger
from api.http.wire import PageQuery, Wire
from ledger.domain.terms import Document
from ledger.files.mapping_file import read_mapping

routes = Routes("mappings", __name__, description="表头对照 mappings")
HEADERS_MAX = 200


class MappingSchema(Wire):
    """Which column of ours each of their headers means; empty for those not used."""

    name = fields.String(required=True, metadata={"example": "国库"})
    columns = fields.Dict(
        required=True,
        keys=fields.String(),
        values=fields.String(),
        validate=Length(max=HEADERS_MAX),
        metadata={"description": "他们的表头: 本账的列名，不用的写“不用”", "example": {"金额": "实缴金额"}},
    )


class MappingsSchema(Wire):
    """Some of them."""

    mappings = fields.List(fields.Nested(MappingSchema))


@routes.on_get("/mappings", act="mapping.read")
@routes.arguments(PageQuery, location="query")
@routes.response(200, MappingsSchema)
def list_mappings(page: dict[str, Any]) -> Any:
    """存下的表头对照，本账套共用。The mappings of this tenant."""
    found, headers = page_of(list(ledger().books.mappings.values()), lambda each: each.name, page)
    return {"mappings": [asdict(each) for each in found]}, 200, headers


@routes.on_post("/mappings", act="mapping.save")
@routes.arguments(MappingSchema)
@routes.response(201, MappingSchema)
def save_mapping(sent: dict[str, Any]) -> Document:
    """存一份对照，同名的以后一份为准。Save a mapping under a name."""
    return asdict(ledger().save_mapping(sent["name"], read_mapping(sent["columns"])))
