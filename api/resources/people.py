"""People (人员): who holds which role in a tenant, given and taken by its administrator; everybody's own tokens."""

from typing import Any

from marshmallow import fields
from marshmallow.validate import Length, OneOf, Range

from api.access.directory import TOKEN_DAYS_MAX
from api.access.people import ROLES, ROLES_ZH, Membership
from api.access.policy import other_eyes
from api.http.routes import Routes, page_of
from api.http.tenancy import caller, directory, tenant
from api.http.wire import PageQuery, Wire
from api.resources.operator import OperatorKeepsNoBooks
from ledger.domain.terms import Document

routes = Routes("people", __name__, description="人员、令牌 people and tokens")
NAME_MAX = 100


class RoleSchema(Wire):
    """A role, for a party or for the tenant itself."""

    role = fields.String(required=True, validate=OneOf(ROLES), metadata={"example": "clerk"})
    party = fields.String(
        load_default="",
        validate=Length(max=NAME_MAX),
        metadata={"description": "代表哪一方；园区办、审计、管理员不写 for which party", "example": "甲县"},
    )


class HeldSchema(Wire):
    """A role that somebody holds."""

    role = fields.String(metadata={"example": "clerk"})
    role_zh = fields.String(metadata={"example": "经办"})
    party = fields.String(metadata={"example": "甲县"})


class PersonSchema(Wire):
    """Somebody with a role in the tenant."""

    login = fields.String(metadata={"example": "zhang"})
    name = fields.String(metadata={"example": "张三"})
    roles = fields.List(fields.Nested(HeldSchema))


class PeopleSchema(Wire):
    """Some of them."""

    people = fields.List(fields.Nested(PersonSchema))


class TokenToIssueSchema(Wire):
    """What a token is for, and what it may."""

    title = fields.String(required=True, validate=Length(1, NAME_MAX), metadata={"example": "财政一体化接口"})
    may_write = fields.Boolean(
        load_default=False, metadata={"description": "可以办理，不只是读 whether it may act", "example": False}
    )
    days = fields.Integer(
        load_default=90, validate=Range(1, TOKEN_DAYS_MAX), metadata={"description": "有效天数", "example": 90}
    )


class TokenSchema(Wire):
    """A token; what it proves is not kept."""

    prefix = fields.String(metadata={"example": "1a2b3c4d"})
    title = fields.String(metadata={"example": "财政一体化接口"})
    may_write = fields.Boolean(metadata={"example": False})
    created_at = fields.String(metadata={"example": "2026-01-05T08:00:00+00:00"})
    expires_at = fields.String(metadata={"example": "2026-04-05T08:00:00+00:00"})
    revoked_at = fields.String(allow_none=True, metadata={"example": None})


class IssuedSchema(Wire):
    """A new token, said once."""

    token = fields.String(metadata={"description": "只给这一次 said only now", "example": "enc_1a2b3c4d_…"})


class TokensSchema(Wire):
    """Your tokens."""

    tokens = fields.List(fields.Nested(TokenSchema))


@routes.on_get("/people", act="person.read")
@routes.arguments(PageQuery, location="query")
@routes.response(200, PeopleSchema)
def list_people(page: dict[str, Any]) -> Any:
    """本账套的人员和现有角色。Everybody with a role in this tenant."""
    found, headers = page_of(directory().people_of(tenant()), lambda each: each.login, page)
    return {"people": [_document(each.login) for each in found]}, 200, headers


@routes.on_post("/people/<login>/roles", act="role.give")
@routes.arguments(RoleSchema)
@routes.response(201, PersonSchema)
def grant_role(sent: dict[str, Any], login: str) -> Document:
    """在本账套授予角色；不能授予自己。Give a role in this tenant; not to yourself."""
    other_eyes(login, caller().person.login)
    if directory().person(login).is_operator:
        raise OperatorKeepsNoBooks(tenant=tenant())
    directory().grant(login, Membership(tenant(), **sent), caller().person.login)
    return _document(login)


@routes.on_post("/people/<login>/roles/end", act="role.give")
@routes.arguments(RoleSchema)
@routes.response(201, PersonSchema)
def end_role(sent: dict[str, Any], login: str) -> Document:
    """收回本账套的角色；以前办过的事不变。Take a role back from now on."""
    other_eyes(login, caller().person.login)
    directory().end(login, Membership(tenant(), **sent), caller().person.login)
    return _document(login)


@routes.on_get("/tokens", act="token.read")
@routes.arguments(PageQuery, location="query")
@routes.response(200, TokensSchema)
def list_tokens(page: dict[str, Any]) -> Any:
    """您自己的、可用于本账套的令牌。Your own tokens that reach this tenant."""
    found, headers = page_of(directory().tokens(caller().person, tenant()), lambda each: each.prefix, page)
    return {"tokens": found}, 200, headers


@routes.on_post("/tokens", act="token.issue", keeps_answer=False)
@routes.arguments(TokenToIssueSchema)
@routes.response(201, IssuedSchema)
def issue_token(sent: dict[str, Any]) -> Any:
    """为自己签发只限本账套的令牌；只给这一次。Issue a token of your own for this tenant only, said once."""
    made = directory().issue(caller().person.login, sent.pop("title"), tenant=tenant(), **sent)
    return {"token": made}, 201, {"Cache-Control": "no-store"}


@routes.on_post("/tokens/<prefix>/revoke", act="token.issue")
@routes.response(201, TokenSchema)
def revoke_token(prefix: str) -> Any:
    """撤销自己的令牌，立即失效。End a token of your own at once."""
    directory().revoke(caller().person.login, prefix)
    return next(each for each in directory().tokens(caller().person) if each.prefix == prefix)


def _document(login: str) -> Document:
    person = directory().person(login)
    own = [each for each in directory().memberships(person) if each.tenant == tenant()]
    roles = [{"role": each.role, "role_zh": ROLES_ZH[each.role], "party": each.party} for each in own]
    return {"login": person.login, "name": person.name, "roles": roles}
