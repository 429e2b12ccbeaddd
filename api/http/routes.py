"""Routes: each names the act that the policy decides on, and documents every answer it may give."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial, wraps
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from flask import Response, g, make_response, request
from flask_smorest import Api, Blueprint

from api.access.policy import ACTS
from api.http.idempotency import HEADER, REPLAYED, answered, request_noted
from api.http.kept import Written
from api.http.limits import admit_file, admit_json
from api.http.problems import MIMETYPE, SAID, ProblemSchema
from api.http.tenancy import kept, ledger, policy, roles
from ledger.domain.errors import RuleBroken
from ledger.store.requests import KEY_MAX

View = TypeVar("View", bound=Callable[..., Any])
DECIDED: dict[tuple[str, str], str] = {}
"""The act that decides on each route, by method and address."""
KEY, IF_MATCH = "IdempotencyKey", "IfMatch"
HEADERS: dict[str, dict[str, Any]] = {
    "ETag": {"description": "内容的指纹，可放在 If-None-Match to ask again with", "schema": {"type": "string"}},
    "Link": {"description": "列表没有完：下一部分在 rel=next where the list goes on", "schema": {"type": "string"}},
    REPLAYED: {
        "description": "这个键的请求以前办过，这是当时的答复 this was done before under its key, and answered so",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "Location": {"description": "记下的东西的地址 the address of what was made", "schema": {"type": "string"}},
}
WRITTEN_WITH = ("Content-Type", "ETag", "Link")
"""The headers that belong to an answer that is kept."""
READ = {name: name for name in ("ETag", "Link")}
WRITTEN = {name: name for name in (REPLAYED, "Location")}
READING = (401, 403, 404, 422, 429)
ACTING = (400, 401, 403, 404, 409, 413, 415, 422, 429)
VERSIONED = (412, 428)
OWN = (400, 401, 403, 413, 415, 422, 429)


def describe(api: Api) -> None:
    """Say once what every route refers to."""
    for name, said in HEADERS.items():
        api.spec.components.header(name, said)
    key = {"type": "string", "minLength": 1, "maxLength": KEY_MAX, "example": "0b5c6f1e-6a0e-4d5b-9f57-2f1f0e9a7a11"}
    _describe(
        api,
        KEY,
        HEADER,
        "重发时用同一个键，只办一次、答复相同 the same key on a request sent again has it done once",
        key,
    )
    tag = {"type": "string", "minLength": 1, "example": '"9f86d081884c7d65"'}
    _describe(
        api,
        IF_MATCH,
        "If-Match",
        "您看到的版本（ETag）；变了就不办 the version that you saw; nothing is done to another",
        tag,
    )


def _describe(api: Api, own: str, name: str, description: str, schema: dict[str, Any]) -> None:
    api.spec.components.parameter(own, "header", {"name": name, "description": description, "schema": schema})


class CursorUnknown(RuleBroken):
    """A page behind something that is not in the list."""

    zh = "列表里没有“{after}”，不知道从哪里接着看。请从头读，或照答复的 Link 往后读。"
    en = "'{after}' is not in the list, so nothing comes behind it. Read from the beginning, or follow Link."


class Routes(Blueprint):
    """A blueprint of one resource under `/api/v1/{tenant}`."""

    def response(
        self, status_code: Any, schema: Any = None, *, links: Mapping[str, Any] | None = None, **more: Any
    ) -> Callable[[View], View]:
        """What a route answers, with the headers that every such answer may bear, and where it leads."""
        borne = WRITTEN if status_code == 201 else READ
        decorate: Callable[[View], View] = super().response(status_code, schema, headers=borne, **more)
        leads: Callable[[View], View] = self.doc(responses={status_code: {"links": links}} if links else {})
        return lambda view: leads(decorate(view))

    def on_get(self, rule: str, act: str, *, kept: bool = False) -> Callable[[View], View]:
        """A route that reads; its answer is kept if it depends on the books, the question and the caller's roles alone."""
        return self._on("GET", rule, act, READING, is_kept=kept)

    def on_post(
        self, rule: str, act: str, *, keeps_answer: bool = True, versioned: bool = False, brings_file: bool = False
    ) -> Callable[[View], View]:
        """A route that does something; perhaps to a thing whose version the caller may say (`api/http/versions.py`).

        One whose answer is a secret keeps none, and takes no idempotency key.  The body is JSON, or a file that goes to the disk.
        """
        problems = (*ACTING, *(VERSIONED if versioned else ()))
        is_keyed = keeps_answer and ACTS[act].writes
        return self._on("POST", rule, act, problems, is_keyed=is_keyed, brings_file=brings_file)

    def on_own(self, method: str, rule: str, *problems: int) -> Callable[[View], View]:
        """A route about the caller or the service itself, in no tenant; no act decides.  It may answer more `problems`."""

        def decorate(view: View) -> View:
            @wraps(view)
            def admitted(*arguments: Any, **named: Any) -> Any:
                if getattr(view, "takes_json", False):
                    admit_json()
                return view(*arguments, **named)

            self._add(method, rule, admitted, (*OWN, *problems))
            return view

        return decorate

    def arguments(self, schema: Any, *, location: str = "json", **more: Any) -> Callable[[View], View]:
        """Parsed as the schema says; a route that takes JSON is marked, to be held to it before anything is read."""
        parse: Callable[[View], View] = super().arguments(schema, location=location, **more)

        def decorate(view: View) -> View:
            parsed = parse(view)
            parsed.__dict__["takes_json"] = location == "json" or getattr(view, "takes_json", False)
            return parsed

        return decorate

    def _add(self, method: str, rule: str, view: Any, problems: Sequence[int], headers: Sequence[str] = ()) -> None:
        """A route with every problem that it may answer documented, and the headers that it takes."""
        for status in problems:
            said = " ".join(SAID.get(status, ("", "")))
            view = self.alt_response(status, schema=ProblemSchema, content_type=MIMETYPE, description=said)(view)
        view = self.doc(operationId=view.__name__)(view)
        self.route(f"/api/v1{rule}", methods=[method], parameters=list(headers))(view)

    def _on(
        self,
        method: str,
        rule: str,
        act: str,
        problems: Sequence[int],
        *,
        is_keyed: bool = False,
        is_kept: bool = False,
        brings_file: bool = False,
    ) -> Callable[[View], View]:
        def decorate(view: View) -> View:
            @wraps(view)
            def decided(*arguments: Any, **named: Any) -> Any:
                policy().require(act)
                if getattr(view, "takes_json", False):
                    admit_json()
                if brings_file:
                    admit_file()
                g.request_key = noted = request_noted(brings_file=brings_file) if is_keyed else None
                before = answered(noted) if noted else None
                answer = partial(view, *arguments, **named)
                return before or (_kept(answer) if is_kept else answer())

            DECIDED[method, f"/api/v1/<tenant>{rule}"] = act
            taken = [KEY] * is_keyed + [IF_MATCH] * (412 in problems)
            self._add(method, f"/<tenant>{rule}", decided, problems, taken)
            return view

        return decorate


def _kept(answer: Callable[[], Any]) -> Response:
    """What was answered to callers of the same roles who asked the same of the same books, or is now."""

    def write() -> Written:
        made = make_response(answer())
        made.add_etag()
        return Written(made.get_data(), {name: made.headers[name] for name in WRITTEN_WITH if name in made.headers})

    asked = request.path, request.query_string
    found = kept().once((asked, ledger().books.position, roles()), write)
    return Response(found.body, headers=dict(found.headers))


def leads_to(name: str, word: str, *operations: str) -> dict[str, Any]:
    """Links to what may be asked next of the thing that an answer shows, whose `name` in addresses is its `word`."""
    taken = {"tenant": "$request.path.tenant", name: f"$response.body#/{word}"}
    return {operation: {"operationId": operation, "parameters": taken} for operation in operations}


def page_of(
    things: Sequence[Any], key: Callable[[Any], str], query: dict[str, Any]
) -> tuple[list[Any], dict[str, str]]:
    """Some of a list behind a key, and the header that leads to the next part; raises CursorUnknown."""
    keys = [key(thing) for thing in things]
    if query["after"] and query["after"] not in keys:
        raise CursorUnknown(after=query["after"][:40])
    first = keys.index(query["after"]) + 1 if query["after"] else 0
    found = list(things[first : first + query["limit"]])
    if first + query["limit"] >= len(things) or not found:
        return found, {}
    return found, following(keys[first + len(found) - 1])


def download(data: bytes, name: str) -> Response:
    """A file to keep, under a name in any letters."""
    named = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return Response(data, mimetype="application/octet-stream", headers={"Content-Disposition": named})


def following(after: object) -> dict[str, str]:
    """The header that leads to what stands behind a key, asked for in the same way."""
    asked = request.args.to_dict() | {"after": str(after)}
    return {"Link": f'<{request.path}?{urlencode(asked)}>; rel="next"'}
