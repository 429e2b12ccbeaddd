"""The operator (服务管理员): begins tenants and makes people for programs, and sees no books by that."""

from typing import Any

from marshmallow import fields
from marshmallow.validate import Length, Range

from api.access.directory import TOKEN_DAYS_MAX
from api.access.people import Membership
from api.access.policy import Forbidden, ReadOnlyToken
from api.http.routes import Routes
from api.http.tenancy import caller, directory, shelf
from api.http.wire import Wire
from api.resources.service import TenantSchema
from ledger.domain.errors import RuleBroken
from ledger.domain.terms import Document

routes = Routes("operator", __name__, description="服务管理 operation of the service")
NAME_MAX = 100
LOGIN_MAX = 40


class OperatorsOnly(Forbidden):
    """An act on the service itself by somebody who does not run it."""

    zh = "这件事只有管理服务的人能做（{act}）。请由服务管理员办理。"
    en = "Only who operates the service may do this ({act}). Ask the operator."


class OperatorKeepsNoBooks(RuleBroken):
    """A role in a tenant for who operates the service."""

    zh = "管理服务的人不能在账套“{tenant}”里有角色，否则就能看到账簿。请指定另一人。"
    en = "Who operates the service holds no role in tenant '{tenant}', and so does not come to see it. Name somebody else."


class TenantToBeginSchema(TenantSchema):
    """A tenant to begin, and who gives its roles."""

    tenant = fields.String(required=True, metadata={"description": "写在地址里的代号", "example": "pingliang"})
    title = fields.String(required=True, validate=Length(1, NAME_MAX), metadata={"example": "平凉园区办"})
    administrator = fields.String(
        required=True,
        validate=Length(1, LOGIN_MAX),
        metadata={"description": "谁授予角色，写登录名 who gives its roles", "example": "wang"},
    )


class ProgramSchema(Wire):
    """Somebody who is a program: it speaks by a token and has no password."""

    login = fields.String(required=True, validate=Length(1, LOGIN_MAX), metadata={"example": "treasury-feed"})
    name = fields.String(required=True, validate=Length(1, NAME_MAX), metadata={"example": "国库接口"})


class ProgramToMakeSchema(ProgramSchema):
    """Such a person, and for how long the token is good."""

    days = fields.Integer(
        load_default=90, validate=Range(1, TOKEN_DAYS_MAX), metadata={"description": "有效天数", "example": 90}
    )


class ProgramMadeSchema(ProgramSchema):
    """Such a person, and the token, said once."""

    token = fields.String(metadata={"description": "只给这一次 said only now", "example": "enc_1a2b3c4d_…"})


@routes.on_own("POST", "/tenants", 404, 409)
@routes.arguments(TenantToBeginSchema)
@routes.response(201, TenantSchema)
def begin_tenant(sent: dict[str, Any]) -> Document:
    """新建账套，并指定由谁授予角色。Begin a tenant, and say who gives its roles."""
    own = _operator("tenant.begin")
    administrator = directory().person(sent["administrator"])
    if administrator.is_operator:
        raise OperatorKeepsNoBooks(tenant=sent["tenant"][:LOGIN_MAX])
    shelf().begin(sent["tenant"], sent["title"], own)
    directory().grant(administrator.login, Membership(sent["tenant"], "administrator"), own)
    return {"tenant": sent["tenant"], "title": sent["title"]}


@routes.on_own("POST", "/people", 409)
@routes.arguments(ProgramToMakeSchema)
@routes.response(201, ProgramMadeSchema)
def make_program(sent: dict[str, Any]) -> Any:
    """新建供程序使用的人员（接口、验收），令牌只给这一次；没有密码。Make a person for a program; its token is said once."""
    _operator("person.make")
    found = directory().add_program(sent["login"], sent["name"])
    token = directory().issue(found.login, found.name, may_write=True, days=sent["days"])
    return {"login": found.login, "name": found.name, "token": token}, 201, {"Cache-Control": "no-store"}


def _operator(act: str) -> str:
    """The login of the operator who asks; raises OperatorsOnly, ReadOnlyToken."""
    if not caller().person.is_operator:
        raise OperatorsOnly(act=act)
    if not caller().may_write:
        raise ReadOnlyToken(act=act)
    return caller().person.login
