"""Routes: each names the act that the policy decides on, and documents every answer it may give."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import g, request
from flask_smorest import Blueprint

from api.access.policy import ACTS
from api.idempotency import answered, request_noted
from api.problems import MIMETYPE, SAID, ProblemSchema
from api.tenancy import policy

View = TypeVar("View", bound=Callable[..., Any])
DECIDED: dict[tuple[str, str], str] = {}
"""The act that decides on each route, by method and address."""
READING = (401, 403, 404, 422)
ACTING = (400, 401, 403, 404, 409, 413, 415, 422)


class Routes(Blueprint):
    """A blueprint of one resource under `/api/v1/{tenant}`."""

    def on_get(self, rule: str, act: str) -> Callable[[View], View]:
        """A route that reads."""
        return self._on("GET", rule, act, READING)

    def on_post(self, rule: str, act: str, *, brings_file: bool = False) -> Callable[[View], View]:
        """A route that does something; its body is JSON, or a file that goes to the disk."""
        return self._on("POST", rule, act, ACTING, brings_file=brings_file)

    def _on(
        self, method: str, rule: str, act: str, problems: Sequence[int], *, brings_file: bool = False
    ) -> Callable[[View], View]:
        def decorate(view: View) -> View:
            @wraps(view)
            def decided(*arguments: Any, **named: Any) -> Any:
                policy().require(act)
                g.request_key = noted = request_noted(brings_file=brings_file) if ACTS[act].writes else None
                before = answered(noted) if noted else None
                return before or view(*arguments, **named)

            DECIDED[method, f"/api/v1/<tenant>{rule}"] = act
            documented: Any = decided
            for status in problems:
                answer = self.alt_response(
                    status,
                    schema=ProblemSchema,
                    content_type=MIMETYPE,
                    description=" ".join(SAID.get(status, ("", ""))),
                )
                documented = answer(documented)
            self.route(f"/api/v1/<tenant>{rule}", methods=[method])(documented)
            return view

        return decorate


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
