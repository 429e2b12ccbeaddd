"""Routes: each names the act that the policy decides on, and documents every answer it may give."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import g, request
from flask_smorest import Blueprint

from api.access.policy import ACTS
from api.idempotency import answered, request_noted
from api.limits import admit_json
from api.problems import MIMETYPE, SAID, ProblemSchema
from api.tenancy import policy

View = TypeVar("View", bound=Callable[..., Any])
DECIDED: dict[tuple[str, str], str] = {}
"""The act that decides on each route, by method and address."""
READING = (401, 403, 404, 422, 429)
ACTING = (400, 401, 403, 404, 409, 413, 415, 422, 429)
VERSIONED = (412, 428)
OWN = (400, 401, 403, 413, 415, 422, 429)
HEADERS = {
    "Idempotency-Key": "同一个键只办一次 a request sent again under its key has one effect",
    "If-Match": "您看到的版本（ETag）；变了就不办 the version that you saw; nothing is done to another",
}


class Routes(Blueprint):
    """A blueprint of one resource under `/api/v1/{tenant}`."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._prepare_doc_cbks.append(_with_headers)

    def on_get(self, rule: str, act: str) -> Callable[[View], View]:
        """A route that reads."""
        return self._on("GET", rule, act, READING)

    def on_post(self, rule: str, act: str, *, versioned: bool = False) -> Callable[[View], View]:
        """A route that does something; perhaps to a thing whose version the caller may say (`api/versions.py`)."""
        return self._on("POST", rule, act, (*ACTING, *(VERSIONED if versioned else ())))

    def on_own(self, method: str, rule: str) -> Callable[[View], View]:
        """A route about nobody but the caller, in no tenant; no act decides."""

        def decorate(view: View) -> View:
            @wraps(view)
            def admitted(*arguments: Any, **named: Any) -> Any:
                if getattr(view, "takes_json", False):
                    admit_json()
                return view(*arguments, **named)

            self._add(method, rule, admitted, OWN)
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

    def _add(self, method: str, rule: str, view: Any, problems: Sequence[int]) -> None:
        """A route with every problem that it may answer documented."""
        for status in problems:
            said = " ".join(SAID.get(status, ("", "")))
            view = self.alt_response(status, schema=ProblemSchema, content_type=MIMETYPE, description=said)(view)
        self.route(f"/api/v1{rule}", methods=[method])(view)

    def _on(self, method: str, rule: str, act: str, problems: Sequence[int]) -> Callable[[View], View]:
        def decorate(view: View) -> View:
            @wraps(view)
            def decided(*arguments: Any, **named: Any) -> Any:
                policy().require(act)
                if getattr(view, "takes_json", False):
                    admit_json()
                g.request_key = noted = request_noted() if ACTS[act].writes else None
                before = answered(noted) if noted else None
                return before or view(*arguments, **named)

            DECIDED[method, f"/api/v1/<tenant>{rule}"] = act
            taken = ["Idempotency-Key"] * ACTS[act].writes + ["If-Match"] * (412 in problems)
            decided.__dict__["_apidoc"] = getattr(view, "_apidoc", {}) | {"headers_taken": taken}
            self._add(method, f"/<tenant>{rule}", decided, problems)
            return view

        return decorate


def _with_headers(doc: dict[str, Any], doc_info: dict[str, Any], **named: Any) -> dict[str, Any]:
    """The document of a route with the headers that it takes."""
    for name in doc_info.get("headers_taken", ()):
        said = {
            "in": "header",
            "name": name,
            "description": HEADERS[name],
            "schema": {"type": "string", "minLength": 1},
        }
        doc.setdefault("parameters", []).append(said)
    return doc


def page_of(
    things: Sequence[Any], key: Callable[[Any], str], query: dict[str, Any]
) -> tuple[list[Any], dict[str, str]]:
    """Some of a list behind a key, and the header that leads to the next part."""
    keys = [key(thing) for thing in things]
    first = keys.index(query["after"]) + 1 if query["after"] in keys else 0
    found = list(things[first : first + query["limit"]])
    if first + query["limit"] >= len(things) or not found:
        return found, {}
    following = urlencode({"after": key(found[-1]), "limit": query["limit"]})
    return found, {"Link": f'<{request.path}?{following}>; rel="next"'}
