"""Callers (来者): who asks, by a token in the header or by the session in a cookie."""

from datetime import timedelta
from hmac import compare_digest
from pathlib import Path

from flask import Flask, Response, current_app, request

from api.access.directory import Directory
from api.access.people import Caller
from api.access.sessions import Sessions, csrf_word
from api.settings import ServiceSettings
from ledger.domain.errors import Refusal

EXTENSION = "enclave-sessions"
CSRF_HEADER = "X-CSRF-Token"
SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "程序用的令牌 for programs"},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-enclave",
        "description": f"登录以后浏览器带的 cookie；办理时另带 {CSRF_HEADER} of a browser, with {CSRF_HEADER} for changes",
    },
}
READS = ("GET", "HEAD", "OPTIONS")
SESSION = "/api/v1/session"
PASSWORD = f"{SESSION}/password"


class SignInRefused(Refusal):
    """A wrong password, an unknown login, a locked one: all alike."""

    zh = "登录名或密码不对，或者试错次数太多、暂时锁定。请核对；连错十次要等一刻钟，忘记了请管理员重发一次性口令。"
    en = (
        "Login or password is wrong, or the login is locked for a quarter of an hour after ten wrong tries. "
        "Check both; an administrator can give a new one-time password."
    )


class CsrfMissing(Refusal):
    """A change asked for with a cookie, and without what only a page of ours knows."""

    zh = "请求没有带上这次登录的 X-CSRF-Token，没有办理。请从 GET /api/v1/session 读取 csrf，随请求发来。"
    en = "The request lacks the X-CSRF-Token of this session; nothing was done. Read csrf from GET /api/v1/session."


class PasswordToChange(Refusal):
    """Anything else by somebody who was given a one-time password."""

    zh = "您用的是一次性口令。请先改密码（PUT /api/v1/session/password），再办别的。"
    en = "You signed in with a one-time password. Change it first (PUT /api/v1/session/password)."


def register(app: Flask, people: Path, settings: ServiceSettings) -> None:
    """Keep sessions beside the people of a service."""
    app.extensions[EXTENSION] = sessions_of(people, settings), settings.cookie_secure


def sessions_of(people: Path, settings: ServiceSettings) -> Sessions:
    """The sessions beside a file of people, ending as the settings say."""
    idle, longest = timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours)
    return Sessions(people, idle, longest)


def sessions() -> Sessions:
    """Who is signed in at this service."""
    found: Sessions = current_app.extensions[EXTENSION][0]
    return found


def cookie_name(*, secure: bool) -> str:
    """A browser lets no other host and no plain page set a cookie of the first kind."""
    return "__Host-enclave" if secure else "enclave"


def session_sent() -> str:
    """The session id in the request's cookie."""
    return request.cookies.get(cookie_name(secure=current_app.extensions[EXTENSION][1]), "")


def remembered(answer: Response, secret: str) -> Response:
    """The answer, with the session in a cookie that no script and no other site gets at."""
    secure = current_app.extensions[EXTENSION][1]
    answer.set_cookie(cookie_name(secure=secure), secret, secure=secure, httponly=True, samesite="Strict", path="/")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def forgotten(answer: Response) -> Response:
    """The answer, with the cookie taken back."""
    secure = current_app.extensions[EXTENSION][1]
    answer.delete_cookie(cookie_name(secure=secure), secure=secure, httponly=True, samesite="Strict", path="/")
    return answer


def found(directory: Directory) -> Caller | None:
    """Who asks; raises CsrfMissing, PasswordToChange.  A token that is sent is the only word that counts."""
    authorization = request.authorization
    if authorization is not None:
        token = authorization.token if authorization.type == "bearer" else None
        return directory.caller(token) if token else None
    secret = session_sent()
    login = sessions().login(secret) if secret else None
    if login is None:
        return None
    person = directory.person(login)
    sent = request.headers.get(CSRF_HEADER, "").encode()
    if request.method not in READS and not compare_digest(sent, csrf_word(secret).encode()):
        raise CsrfMissing()
    if person.must_change_password and request.path not in (SESSION, PASSWORD):
        raise PasswordToChange()
    return Caller(person, directory.memberships(person))
