"""Idempotency keys: a request that is sent again, under the same key, has one effect and one answer.

The key is noted in the transaction of the request's events (`ledger/store/requests.py`).
"""

import hashlib
from threading import Lock
from weakref import WeakValueDictionary

from flask import Flask, Response, g, request

from api.http.tenancy import caller, file_sent, ledger
from ledger.domain.errors import RuleBroken
from ledger.store.requests import KEY_MAX, Answer, Request

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
UNDER_WAY: WeakValueDictionary[tuple[str, str, str], Lock] = WeakValueDictionary()
"""A lock for each key of a person's with which a request is under way: who sends it again waits for the answer."""
FINDING = Lock()


class KeyUnusable(RuleBroken):
    """A key that is empty or too long."""

    zh = "幂等键不能为空，也不能超过 {limit} 个字符。请用随机生成的键，例如 UUID。"
    en = "An idempotency key is neither empty nor longer than {limit} characters. Use a random one, such as a UUID."


def register(app: Flask) -> None:
    """Keep the answer to every request that brought a key and did something."""

    @app.after_request
    def keep(response: Response) -> Response:
        noted: Request | None = g.pop("request_noted", None)
        if noted and 200 <= response.status_code < 300:
            ledger().log.keep_answer(noted, Answer(response.status_code, response.get_data()))
        return response


def request_noted(*, brings_file: bool = False) -> Request | None:
    """The request under its key, if it brought one; raises KeyUnusable."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not 0 < len(key.strip()) <= KEY_MAX:
        raise KeyUnusable(limit=KEY_MAX)
    roles = sorted(map(str, caller().within(g.tenant)))  # an answer is not given again to who may no longer see it
    body = file_sent().sha256.encode() if brings_file else request.get_data()
    said = f"{request.method} {request.full_path}\n{roles}\n".encode() + body
    return Request(caller().person.login, key, hashlib.sha256(said).hexdigest())


def answered(noted: Request) -> Response | None:
    """The answer given before, if the request was sent before; raises KeyReused, RequestRecorded."""
    with FINDING:
        under_way = UNDER_WAY.setdefault((g.tenant, noted.actor, noted.key), Lock())
    g.held.enter_context(under_way)
    found = ledger().log.answered(noted)
    if found is None:
        g.request_noted = noted
        return None
    return Response(found.body, found.status, mimetype="application/json", headers={REPLAYED: "true"})
