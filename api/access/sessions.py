"""Sessions (登录会话): a random id in the caller's cookie, its hash in the file of people; what is deleted has ended.

A session ends when it is signed out, when nobody used it for a while, and at the latest after some hours.
"""

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from api.access.storage import transaction

SEEN_AGAIN = timedelta(minutes=1)
"""A session that is used moves its end, but is written no oftener than this."""
TABLE = """
CREATE TABLE IF NOT EXISTS sessions (
    hash BLOB PRIMARY KEY, person INTEGER NOT NULL REFERENCES people, ends_at TEXT NOT NULL, ends_at_last TEXT NOT NULL)
"""


class Sessions:
    """Who is signed in."""

    def __init__(self, path: Path, idle: timedelta, longest: timedelta) -> None:
        self._path, self._idle, self._longest = path, idle, longest
        with transaction(path) as connection:
            connection.execute(TABLE)

    def begin(self, person: int) -> str:
        """A new session, under an id that nobody could know before; those that are over are forgotten."""
        secret, now = secrets.token_urlsafe(32), _now()
        last = now + self._longest
        with transaction(self._path) as connection:
            connection.execute("DELETE FROM sessions WHERE ends_at <= ?", (now.isoformat(),))
            values = (_hash(secret), person, min(now + self._idle, last).isoformat(), last.isoformat())
            connection.execute("INSERT INTO sessions VALUES (?, ?, ?, ?)", values)
        return secret

    def login(self, secret: str) -> str | None:
        """Whose session it is; nobody's if it has ended."""
        now = _now()
        with transaction(self._path) as connection:
            row = connection.execute(
                "SELECT login, ends_at, ends_at_last FROM sessions JOIN people ON people.id = person WHERE hash = ?",
                (_hash(secret),),
            ).fetchone()
            if row is None or row["ends_at"] <= now.isoformat():
                return None
            later = min((now + self._idle).isoformat(), row["ends_at_last"])
            if later > (datetime.fromisoformat(row["ends_at"]) + SEEN_AGAIN).isoformat():
                connection.execute("UPDATE sessions SET ends_at = ? WHERE hash = ?", (later, _hash(secret)))
        return str(row["login"])

    def end(self, secret: str) -> None:
        """Nobody is signed in by it any more."""
        with transaction(self._path) as connection:
            connection.execute("DELETE FROM sessions WHERE hash = ?", (_hash(secret),))

    def end_all(self, person: int) -> None:
        """A person is signed in nowhere any more."""
        with transaction(self._path) as connection:
            connection.execute("DELETE FROM sessions WHERE person = ?", (person,))


def csrf_word(secret: str) -> str:
    """What only a page of ours can read and send beside the cookie; another one for each session."""
    return hmac.new(secret.encode(), b"csrf", hashlib.sha256).hexdigest()


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


def _now() -> datetime:
    return datetime.now(UTC)
