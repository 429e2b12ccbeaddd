"""The service itself (服务): whether it lives, who I am, which tenants I am in."""

from flask import Blueprint as PlainBlueprint
from flask import Response, jsonify
from marshmallow import fields

from api.access.people import ROLES_ZH
from api.http.routes import Routes
from api.http.tenancy import caller, directory, shelf
from api.http.wire import Wire
from ledger.domain.terms import Document

health = PlainBlueprint("health", __name__)
routes = Routes("me", __name__, description="我 me")


class MembershipSchema(Wire):
    """A role in a tenant."""

    tenant = fields.String(metadata={"example": "pingliang"})
    role = fields.String(metadata={"example": "clerk"})
    role_zh = fields.String(metadata={"example": "经办"})
    party = fields.String(metadata={"description": "代表哪一方；空为账套本身 for which party", "example": "灵台县"})


class MeSchema(Wire):
    """Who asks, and every tenant side by side."""

    login = fields.String(metadata={"example": "zhang"})
    name = fields.String(metadata={"example": "张三"})
    may_write = fields.Boolean(metadata={"description": "令牌能否办理 whether the token may act", "example": True})
    memberships = fields.List(fields.Nested(MembershipSchema))


class TenantSchema(Wire):
    """A set of books."""

    tenant = fields.String(metadata={"description": "写在地址里的代号 its name in addresses", "example": "pingliang"})
    title = fields.String(metadata={"example": "平凉园区办"})


class TenantsSchema(Wire):
    """Some of them."""

    tenants = fields.List(fields.Nested(TenantSchema))


@routes.on_own("GET", "/me")
@routes.response(200, MeSchema)
def who_am_i() -> Document:
    """我是谁，在哪些账套里、代表哪一方、什么角色。Who I am, in which tenants, for whom, as what."""
    who = caller()
    return {
        "login": who.person.login,
        "name": who.person.name,
        "may_write": who.may_write,
        "memberships": [
            {"tenant": each.tenant, "role": each.role, "role_zh": ROLES_ZH[each.role], "party": each.party}
            for each in who.memberships
        ],
    }


@routes.on_own("GET", "/tenants")
@routes.response(200, TenantsSchema)
def list_tenants() -> Document:
    """我在其中有角色的账套。The tenants in which I hold a role."""
    names = dict.fromkeys(each.tenant for each in caller().memberships)
    return {"tenants": [{"tenant": name, "title": _title(name)} for name in names]}


def _title(tenant: str) -> str:
    return shelf().ledger(tenant, caller().person.login).books.title


@health.get("/healthz")
def healthz() -> Response:
    """Whether the process answers."""
    return jsonify({"status": "ok"})


@health.get("/readyz")
def readyz() -> Response:
    """Whether the people and the books can be read."""
    directory().is_empty()
    shelf().tenants.names()
    return jsonify({"status": "ok"})
