"""Parties (参与方): who shares with whom, as far as the caller's agreements say it."""

from typing import Any

from marshmallow import fields

from api.http.routes import Routes, page_of
from api.http.tenancy import ledger, policy
from api.http.wire import PageQuery, Wire
from ledger.domain.terms import Document

routes = Routes("parties", __name__, description="参与方 parties")


class PartnerSchema(Wire):
    """A party, and the agreements that you have with it."""

    name = fields.String(metadata={"example": "甲县"})
    region = fields.String(metadata={"example": "620821"})
    agreements = fields.List(fields.String(), metadata={"example": ["A1"]})


class PartnersSchema(Wire):
    """Some parties."""

    parties = fields.List(fields.Nested(PartnerSchema))


@routes.on_get("/parties", act="agreement.read")
@routes.arguments(PageQuery, location="query")
@routes.response(200, PartnersSchema)
def list_parties(page: dict[str, Any]) -> Any:
    """参与方：您所在的协议里的各方。The parties of your agreements."""
    known: dict[str, Document] = {}
    for agreement in policy().own_agreements(ledger().books):
        for party in agreement.terms.parties.values():
            own = known.setdefault(party.name, {"name": party.name, "region": party.region, "agreements": []})
            own["region"] = own["region"] or party.region
            own["agreements"].append(agreement.number)
    found, headers = page_of(list(known.values()), lambda each: each["name"], page)
    return {"parties": found}, 200, headers
