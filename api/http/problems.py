"""Refusals and errors as application/problem+json (RFC 9457).

The only place that knows both a refusal of the ledger and an HTTP status.
"""

from collections.abc import Sequence
from typing import Any, get_args

from flask import Flask, Response, g, json, request
from flask_smorest import Api
from marshmallow import fields
from werkzeug.exceptions import HTTPException

from api import ways
from api.access.policy import Forbidden, OwnWork, ReadOnlyToken
from api.http.callers import CsrfMissing, PasswordToChange, SignInRefused
from api.http.messages import field_message
from api.http.wire import Wire
from api.uploads import Problem
from ledger.domain.errors import Conflict, Faults, Language, NotFound, Refusal, RuleBroken, some_of_each

MIMETYPE = "application/problem+json"
LANGUAGES: tuple[Language, ...] = get_args(Language)
ERRORS_KEPT_MAX = 100
TOO_LONG = "integer string conversion"
"""What Python says of a number with too many digits."""
STATUS: dict[type[Refusal], int] = {
    SignInRefused: 401,
    CsrfMissing: 403,
    Forbidden: 403,
    OwnWork: 403,
    PasswordToChange: 403,
    ReadOnlyToken: 403,
    NotFound: 404,
    Conflict: 409,
    RuleBroken: 422,
}
SAID: dict[int, tuple[str, str]] = {
    400: ("请求的格式不对。请按接口文档改正。", "The request cannot be read. See the API document."),
    401: ("没有登录，或令牌无效、已过期、已撤销。请带上有效的令牌。", "Not signed in, or the token is not valid. Send a valid one."),
    403: ("您的角色不能做这件事，或须由另一人来做。请由有权的人办理。", "None of your roles allows this, or somebody else has to do it."),
    404: ("没有这个地址，或这里没有您能看的东西。请核对。", "There is nothing here, or nothing that you may see. Check the address."),
    405: ("这个地址不接受这种方法。请按接口文档改正。", "This address does not take this method. See the API document."),
    409: ("账簿现在不允许这样做，原因见 title。", "The records do not allow this now; title says why."),
    412: ("内容已被别人改过。请重新读取后再办。", "It has changed meanwhile. Read it again first."),
    413: ("发来的内容太大。请拆分，或用导入。", "The body is too large. Send less, or import a file."),
    415: ("内容类型不对。请按接口文档改正。", "The media type is not accepted. See the API document."),
    422: ("内容不合要求，见 errors。请逐项改正后重发。", "The content is not acceptable; see errors. Correct each and send again."),
    428: ("没有读过的不能办。请写明签的是第几稿（draft），或在 If-Match 里写明您看到的版本（ETag）。", "Nothing is done unread. Say the draft that you sign, or in If-Match the version (ETag) that you saw."),
    429: ("请求太频繁。请稍后重试。", "Too many requests. Try again later."),
    500: ("服务器出了差错。请查看办成没有，再把请求编号 {id} 告诉管理员。", "The server failed. See whether it was done, then tell the administrator request {id}."),
}  # fmt: skip


class FaultSchema(Wire):
    """One fault of several."""

    where = fields.String(metadata={"example": "pools.tax.waterfall[0].split"})
    kind = fields.String(metadata={"example": "weights-empty"})
    message = fields.String(metadata={"example": "权重不能全为零。"})
    clause = fields.String(metadata={"description": "出自协议哪一条 the clause that it stands in", "example": "第七条"})
    facts = fields.Dict(
        metadata={"description": "这一次的具体情形 the facts of the case", "example": {"word": "split"}}
    )


class ProblemSchema(Wire):
    """What happened, why, and what to do."""

    type = fields.String(
        required=True, metadata={"description": "稳定的规则名 the rule's stable name", "example": "agreement-unknown"}
    )
    title = fields.String(
        required=True,
        metadata={
            "description": "发生了什么、怎么办 what happened and what to do",
            "example": "没有编号为 A9 的协议。",
        },
    )
    status = fields.Integer(required=True, metadata={"example": 404})
    how = fields.String(
        metadata={
            "description": "怎样办：用哪个请求或哪一项 by which request or word it is done",
            "example": "GET agreements",
        }
    )
    errors = fields.List(fields.Nested(FaultSchema), metadata={"description": "逐项问题 every fault"})


class ProblemApi(Api):
    """An Api whose every error, its own and ours, is a problem document."""

    def init_app(self, app: Flask, **kwargs: Any) -> None:
        """Register the handler of refusals too."""
        super().init_app(app, **kwargs)
        app.register_error_handler(Refusal, refused)
        for kind in (ValueError, RecursionError, OverflowError):
            app.register_error_handler(kind, unreadable)

    def handle_http_exception(self, error: HTTPException) -> Response:
        """What the framework refuses, in our words."""
        code = error.code or 500
        messages = getattr(error, "data", {}).get("messages")
        errors = list(_flat(messages)) if messages else None
        title = SAID.get(code, (error.name, error.name))[_english()].replace("{id}", g.get("request_id", ""))
        found = problem(code, f"http-{code}", title, errors)
        for name, value in error.get_headers():
            if name not in ("Content-Type", "Content-Length"):
                found.headers[name] = value
        return found


def unreadable(error: Exception) -> Response:
    """Half characters, numbers without end, nesting without bottom: what no reader of ours takes."""
    if isinstance(error, ValueError) and not isinstance(error, UnicodeError) and TOO_LONG not in str(error):
        raise error
    return problem(422, "http-422", SAID[422][_english()])


def refused(error: Refusal) -> Response:
    """A refusal of the ledger."""
    language = language_asked()
    errors = [fault.as_document(language) for fault in error.faults] if isinstance(error, Faults) else None
    return problem(status_of(error), error.kind, error.say(language), errors)


def status_of(error: Refusal) -> int:
    """The status with which a refusal is answered."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def kept_problem(error: Refusal) -> Problem:
    """A refusal to be answered later, to whoever asks in either language."""
    faults = some_of_each(
        error.faults if isinstance(error, Faults) else (), lambda fault: fault.rule.kind, ERRORS_KEPT_MAX
    )
    return Problem(
        status_of(error),
        error.kind,
        {language: error.say(language) for language in LANGUAGES},
        {language: [fault.as_document(language) for fault in faults] for language in LANGUAGES},
    )


def problem_said(kept: Problem) -> dict[str, Any]:
    """A problem that was kept, in the caller's language."""
    language = language_asked()
    return _document(kept.status, kept.kind, kept.titles[language], kept.errors.get(language))


def problem(status: int, kind: str, title: str, errors: list[Any] | None = None) -> Response:
    """A problem document."""
    written = json.dumps(_document(status, kind, title, errors)).encode("utf-8", "replace")
    return Response(written, status, mimetype=MIMETYPE, headers={"Vary": "Accept-Language"})


def _document(status: int, kind: str, title: str, errors: Sequence[Any] | None) -> dict[str, Any]:
    """What was refused, and how what it names is asked for here."""
    how = ways.sent([kind, *(each["kind"] for each in errors or ())])
    said = {"type": kind, "title": title, "status": status} | ({"how": how} if how else {})
    return said | ({"errors": errors} if errors else {})


def language_asked() -> Language:
    """Chinese, unless the caller prefers English."""
    return "en" if request.accept_languages.best_match(["zh", "en"], "zh") == "en" else "zh"


def _english() -> int:
    return 1 if language_asked() == "en" else 0


def _flat(messages: Any, path: str = "") -> Any:
    """Every message of a schema with its place."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            yield from _flat(inner, f"{path}.{name}".strip("."))
    else:
        for message in messages if isinstance(messages, list) else [messages]:
            yield {"where": path, "kind": "field-wrong", "message": field_message(str(message), language_asked())}
