"""Requests that were answered (已答复的请求): one key of one actor, one effect, however often it is sent.

The key and the fingerprint of the request stand in the transaction of its events, so that no crash comes between
them; the answer is kept behind it, to be given again.
"""

from dataclasses import dataclass
from typing import Any, Protocol

from ledger.domain.errors import Conflict

TABLE = """CREATE TABLE IF NOT EXISTS requests (
    actor TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, position INTEGER NOT NULL,
    status INTEGER NOT NULL DEFAULT 0, body BLOB NOT NULL DEFAULT x'', PRIMARY KEY (actor, key))"""
KEY_MAX = 200


class KeyReused(Conflict):
    """One key for two different requests (N11)."""

    zh = "幂等键“{key}”已用于另一个请求（指纹 {known}），这次的内容不同（指纹 {sent}），没有办理。请换一个新的键。"
    en = "Idempotency key '{key}' was used for another request ({known}); this one differs ({sent}). Use a new key."


class RequestRecorded(Conflict):
    """A request that took effect and whose answer was lost."""

    zh = "这个请求（幂等键“{key}”）已经办理，记到第 {position} 号事项，答复没有留下。请直接查看结果，不要重发。"
    en = "This request (key '{key}') took effect up to event {position}; its answer was lost. Look at the result."


class Cursor(Protocol):
    """What this needs of a database cursor."""

    def execute(self, statement: str, parameters: object = ..., /) -> object:
        """Run one statement."""

    def fetchone(self) -> Any:
        """The next row."""


@dataclass(frozen=True)
class Request:
    """Who sent a request, under which key, and the fingerprint of what it says."""

    actor: str
    key: str
    fingerprint: str


@dataclass(frozen=True)
class Answer:
    """What was answered, to be given again."""

    status: int
    body: bytes


def note(cursor: Cursor, request: Request, position: int) -> None:
    """Remember a request with its events; raises KeyReused or RequestRecorded if it is known."""
    cursor.execute(TABLE)
    known(cursor, request)
    cursor.execute(
        "INSERT INTO requests (actor, key, fingerprint, position) VALUES (?, ?, ?, ?)",
        (request.actor, request.key, request.fingerprint, position),
    )


def known(cursor: Cursor, request: Request) -> Answer | None:
    """What was answered to a request, if it was sent before; raises KeyReused, RequestRecorded."""
    cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'requests'")
    if cursor.fetchone() is None:
        return None
    cursor.execute(
        "SELECT fingerprint, position, status, CAST(body AS BLOB) FROM requests WHERE actor = ? AND key = ?",
        (request.actor, request.key),
    )
    row = cursor.fetchone()
    if row is None:
        return None
    fingerprint, position, status, body = row
    if fingerprint != request.fingerprint:
        raise KeyReused(key=request.key[:40], known=fingerprint[:12], sent=request.fingerprint[:12])
    if not status:
        raise RequestRecorded(key=request.key[:40], position=position)
    return Answer(status, body)


def position_of(cursor: Cursor, request: Request) -> int | None:
    """The last event that a request recorded, if it recorded any; raises KeyReused."""
    try:
        known(cursor, request)
    except RequestRecorded as recorded:
        return int(str(recorded.facts["position"]))
    return None


def keep(cursor: Cursor, request: Request, answer: Answer) -> None:
    """Keep what was answered, also to a request that recorded no event."""
    cursor.execute(TABLE)
    cursor.execute(
        "INSERT INTO requests VALUES (?, ?, ?, 0, ?, ?) "
        "ON CONFLICT (actor, key) DO UPDATE SET status = excluded.status, body = excluded.body",
        (request.actor, request.key, request.fingerprint, answer.status, answer.body),
    )
