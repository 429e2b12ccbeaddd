"""Limits (限度): how often a caller asks, how large and how deep what is sent may be."""

import re
import time
from dataclasses import dataclass, field
from math import ceil
from threading import Lock

from flask import Flask, abort, current_app, request
from werkzeug.exceptions import TooManyRequests

from api.settings import ServiceSettings
from ledger.domain.errors import RuleBroken

EXTENSION = "enclave-limits"
MINUTE = 60
DEPTH_MAX = 64
"""So deep a JSON body may be nested; terms need about a dozen."""
KEPT_MAX = 10_000
TRIES_A_MINUTE = 20
"""Sign-ins of one login; more than the wrong tries that lock it."""
STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)


class JsonTooDeep(RuleBroken):
    """Nesting that no document of ours has."""

    zh = "JSON 嵌套超过 {most} 层，没有读。请检查内容，按接口文档改正。"
    en = "The JSON is nested deeper than {most}; it was not read. Check it against the API document."


class FileInForm(RuleBroken):
    """A file inside a form (multipart), where the body is the file itself."""

    zh = "文件要直接作为正文发送，不要放在 multipart 表单里。请这样发：curl --data-binary @文件 '{address}?name=文件名'，不要用 -F；程序里把文件内容作为 body。"
    en = "Send the file itself as the body, not inside a multipart form: curl --data-binary @FILE '{address}?name=NAME' instead of -F; in programs give its bytes as the body."


@dataclass
class Pace:
    """So many times a minute for each key, evenly refilled.  What is kept of a key is when it has caught up again."""

    per_minute: int
    _caught_up: dict[str, float] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def admit(self, key: str) -> None:
        """Count one; raises TooManyRequests, which says when to come again."""
        step, now = MINUTE / self.per_minute, time.monotonic()
        with self._lock:
            if len(self._caught_up) > KEPT_MAX:
                self._caught_up = {each: at for each, at in self._caught_up.items() if at > now}
            after = max(self._caught_up.get(key, now), now) + step
            if after - now > MINUTE:
                raise TooManyRequests(retry_after=ceil(after - now - MINUTE))
            self._caught_up[key] = after


def register(app: Flask, settings: ServiceSettings) -> None:
    """Keep count for a service, within one process."""
    app.config["MAX_CONTENT_LENGTH"] = settings.file_bytes
    app.extensions[EXTENSION] = (
        settings.json_bytes,
        Pace(settings.calls_per_minute),
        Pace(settings.sign_ins_per_minute),
        Pace(min(settings.sign_ins_per_minute, TRIES_A_MINUTE)),
    )


def admit_caller(login: str | None) -> None:
    """Count a request of a caller, or of an address from which nobody in particular asks; raises TooManyRequests."""
    current_app.extensions[EXTENSION][1].admit(f"login {login}" if login else f"address {request.remote_addr}")


def admit_sign_in(login: str) -> None:
    """Count a try of a login and of an address; raises TooManyRequests."""
    current_app.extensions[EXTENSION][2].admit(str(request.remote_addr))
    current_app.extensions[EXTENSION][3].admit(login)


def admit_json() -> None:
    """A JSON body that is one, is not too large and not too deep; aborts with 415 or 413, raises JsonTooDeep."""
    if not request.is_json:
        abort(415)
    request.max_content_length = current_app.extensions[EXTENSION][0]
    if _depth(request.get_data()) > DEPTH_MAX:
        raise JsonTooDeep(most=DEPTH_MAX)


def admit_file() -> None:
    """A body that is a file itself; raises FileInForm."""
    if request.mimetype == "multipart/form-data":
        raise FileInForm(address=request.base_url)


def _depth(body: bytes) -> int:
    """How deep brackets stand in one another, those within texts left out."""
    depth = deepest = 0
    for bracket in re.findall(rb"[\[\]{}]", STRING.sub(b"", body)):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest
