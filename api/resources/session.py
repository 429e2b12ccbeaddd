"""My session (登录): sign in, see who I am, change my password, sign out.

The session's id is in a cookie that no script reads; whatever changes something sends the session's CSRF word too.
"""

from typing import Any

from flask import Response, abort, make_response, request
from marshmallow import fields
from marshmallow.validate import Length

from api.access.people import Person
from api.access.sessions import csrf_word
from api.http import callers, limits
from api.http.routes import Routes
from api.http.tenancy import caller, directory
from api.http.wire import Wire
from ledger.domain.errors import RuleBroken
from ledger.domain.terms import Document

routes = Routes("session", __name__, description="登录 signing in")
LOGIN_MAX = 200
PASSWORD_MAX = 200


class PasswordWrong(RuleBroken):
    """A new password by somebody who does not know the old one."""

    zh = "现在的密码不对，没有更改。请核对后重试；连错十次要等一刻钟。"
    en = "The present password is wrong; nothing was changed. Check it; ten wrong tries lock the login for a while."


class PasswordUnchanged(RuleBroken):
    """The one-time password again."""

    zh = "新密码与现在的相同。请另选一个。"
    en = "The new password is the present one. Choose another."


class SignInSchema(Wire):
    """Who signs in."""

    login = fields.String(required=True, validate=Length(1, LOGIN_MAX), metadata={"example": "zhang"})
    password = fields.String(
        required=True, validate=Length(1, PASSWORD_MAX), load_only=True, metadata={"example": "correct horse battery"}
    )


class PasswordSchema(Wire):
    """The present password and the new one."""

    present = fields.String(required=True, validate=Length(1, PASSWORD_MAX), metadata={"example": "one-time"})
    new = fields.String(required=True, validate=Length(1, PASSWORD_MAX), metadata={"example": "correct horse battery"})


class SessionSchema(Wire):
    """Who is signed in."""

    login = fields.String(metadata={"example": "zhang"})
    name = fields.String(metadata={"example": "张三"})
    must_change_password = fields.Boolean(
        metadata={
            "example": False,
            "description": "须先改一次性口令 nothing else can be done before the password is changed",
        }
    )
    csrf = fields.String(
        metadata={
            "example": "q8Zr3vWc1nT0",
            "description": f"办理时放在 {callers.CSRF_HEADER} 里 sent with every request that changes something",
        }
    )


@routes.on_own("POST", "/session")
@routes.doc(security=[])
@routes.arguments(SignInSchema)
@routes.response(201, SessionSchema)
def sign_in(sent: dict[str, Any]) -> Any:
    """登录；得到的 cookie 脚本读不到。Sign in, under a new session id each time."""
    limits.admit_sign_in(sent["login"])
    found = directory().checked(sent["login"], sent["password"])
    if found is None:
        raise callers.SignInRefused()
    return _begun(found, 201)


@routes.on_own("GET", "/session")
@routes.response(200, SessionSchema)
def who_is_signed_in() -> Any:
    """谁登录着。Who is signed in."""
    return _document(caller().person, _signed_in()), 200, {"Cache-Control": "no-store"}


@routes.on_own("PUT", "/session/password")
@routes.arguments(PasswordSchema)
@routes.response(200, SessionSchema)
def change_password(sent: dict[str, Any]) -> Any:
    """改自己的密码；其他各处的登录随即失效。Change one's own password; every other session ends."""
    login, _ = caller().person.login, _signed_in()
    limits.admit_sign_in(login)
    if directory().checked(login, sent["present"]) is None:
        raise PasswordWrong()
    if sent["new"] == sent["present"]:
        raise PasswordUnchanged()
    directory().set_password(login, sent["new"])
    callers.sessions().end_all(caller().person.id)
    return _begun(directory().person(login), 200)


@routes.on_own("DELETE", "/session")
@routes.response(204)
def sign_out() -> Response:
    """退出，立即失效。Sign out; the session is over at once."""
    callers.sessions().end(_signed_in())
    return callers.forgotten(make_response("", 204))


def _signed_in() -> str:
    """The session that speaks; a token is none."""
    if request.authorization is not None:
        abort(401)
    return callers.session_sent()


def _begun(found: Person, status: int) -> Response:
    """The answer with a new session in place of the one that was sent."""
    callers.sessions().end(callers.session_sent())
    secret = callers.sessions().begin(found.id)
    answer = make_response(_document(found, secret), status)
    return callers.remembered(answer, secret)


def _document(found: Person, secret: str) -> Document:
    return {
        "login": found.login,
        "name": found.name,
        "must_change_password": found.must_change_password,
        "csrf": csrf_word(secret),
    }
