"""The event log on SQLite: one file, explicit positions, one head row.

The head row carries position and chained hash; it is locked first, and everything an act
writes goes into one transaction.  So positions have no gaps, order is commit order, and
the chain has no window.  WAL, synchronous FULL: what was acknowledged survives kill -9.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from sqlite3 import connect
from typing import Any, get_args
from uuid import UUID

import numpy as np
from eventsourcing import sqlite
from eventsourcing.persistence import DatabaseError, IntegrityError, Notification, StoredEvent
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
)
from eventsourcing.utils import EnvType

from ledger.audit.chain import Algorithm, Sealed, link
from ledger.domain.recording.receipts import Receipts
from ledger.store import requests
from ledger.store.requests import Answer, Request
from ledger.store.voucher_index import TABLE, Kind, Shares, VoucherIndex, place_of

TABLES = [
    """CREATE TABLE IF NOT EXISTS events (
        position INTEGER PRIMARY KEY, originator_id TEXT NOT NULL, originator_version INTEGER NOT NULL,
        topic TEXT NOT NULL, state BLOB NOT NULL, hash BLOB NOT NULL,
        UNIQUE (originator_id, originator_version))""",
    """CREATE TABLE IF NOT EXISTS head (
        one INTEGER PRIMARY KEY CHECK (one = 1), position INTEGER NOT NULL, hash BLOB NOT NULL,
        books TEXT NOT NULL, algorithm TEXT NOT NULL)""",
    TABLE,
]
LOCKING = "UPDATE head SET position = position"
"""What a transaction that writes says first: it waits for its turn, and sees what others wrote before."""
CONNECTIONS_KEPT = 16
CONNECTIONS_MAX = 128


@dataclass(frozen=True)
class Head:
    """Where the log stands: position, chained hash, whose books, which hash."""

    position: int
    hash: bytes
    books: str
    algorithm: Algorithm


def may_hold_books(path: Path, *, empty: bool) -> bool:
    """Whether a file is books, or with `empty` a place where books may begin; writes nothing."""
    connection = connect(path.absolute().as_uri(), uri=True)
    try:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    finally:
        connection.close()
    return "head" in tables or (empty and not tables)


class HeadMoved(IntegrityError):
    """Somebody recorded something since the act looked; decide again."""


def _text(stored: bytes) -> str:
    """Text as stored; damaged bytes survive reading, so that verification can name their event."""
    return stored.decode("utf-8", "surrogateescape")


class FullSyncPool(SQLiteConnectionPool):
    """Connections that wait for the disk."""

    def get_connection(self, timeout: Any = None, *, is_writer: bool | None = None) -> SQLiteConnection:
        """A connection, for writing too: who writes waits at the file, and keeps no reader waiting here."""
        return super().get_connection(timeout)

    def _create_connection(self) -> SQLiteConnection:
        connection = super()._create_connection()
        connection.cursor().execute("PRAGMA synchronous=FULL")
        connection._sqlite_conn.text_factory = _text
        return connection


class SQLiteLog(SQLiteApplicationRecorder):
    """Records events behind the head row, and the natural keys of receipts with them."""

    def __init__(self, datastore: SQLiteDatastore) -> None:
        super().__init__(datastore, events_table_name="events")
        self._vouchers = VoucherIndex()

    def construct_create_table_statements(self) -> list[str]:
        """The tables of a set of books."""
        return TABLES

    def begin(self, head: Head) -> None:
        """Write the head row of new books; books with a head, or with events, keep what they have."""
        with self.datastore.transaction(commit=True) as cursor:
            row = (head.position, head.hash, head.books, head.algorithm)
            cursor.execute(
                "INSERT INTO head SELECT 1, ?, ?, ?, ? "
                "WHERE NOT EXISTS (SELECT 1 FROM head) AND NOT EXISTS (SELECT 1 FROM events)",
                row,
            )

    def head(self) -> Head | None:
        """The head row, or None before the books began."""
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute("SELECT position, CAST(hash AS BLOB), books, CAST(algorithm AS TEXT) FROM head")
            row = cursor.fetchone()
            return Head(*row) if row else None

    def _insert_events(self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        """Lock the head, check that it is where the act saw it, seal and insert."""
        c.execute(f"{LOCKING} RETURNING position, hash, books, algorithm")
        row = c.fetchone()
        if row is None:
            raise DatabaseError("no head row")
        head = Head(*row)
        expected: int | None = kwargs.get("expected")
        if expected is not None and head.position != expected:
            raise HeadMoved(f"expected {expected}, found {head.position}")
        sealed = list(_seal(head, stored_events))
        c.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", [astuple(each) for each in sealed])
        self._index_lines(c, [(head.position + number, receipts) for number, receipts in kwargs.get("receipts", ())])
        for request, count in kwargs.get("requests", {}).items():
            requests.note(c, request, head.position + count)
        c.execute("UPDATE head SET position = ?, hash = ?", (sealed[-1].position, sealed[-1].hash))
        return [each.position for each in sealed]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Events by position, as the library's readers want them."""
        first = (start or 0) + (0 if inclusive_of_start or start is None else 1)
        return [
            Notification(UUID(each.stream), each.version, each.topic, each.state, each.position)
            for each in self.sealed(first, limit, stop)
            if not topics or each.topic in topics
        ]

    def sealed(self, first: int, limit: int, last: int | None = None, without: Sequence[str] = ()) -> list[Sealed]:
        """Events from a position on, with their hashes; `without` those of some topics."""
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(
                "SELECT position, CAST(originator_id AS TEXT), CAST(originator_version AS INTEGER), CAST(topic AS TEXT), "
                "CAST(state AS BLOB), CAST(hash AS BLOB) FROM events "
                "WHERE position >= ? AND position <= ? AND topic NOT IN (SELECT value FROM json_each(?)) "
                "ORDER BY position LIMIT ?",
                (max(first, -(2**63)), 2**63 - 1 if last is None else last, json.dumps(without), limit),
            )
            return [Sealed(*row) for row in cursor.fetchall()]

    def max_notification_id(self) -> int:
        """The last position."""
        head = self.head()
        return head.position if head else 0

    # Requests that were answered

    def answered(self, request: Request) -> Answer | None:
        """What was answered to a request, if it was sent before."""
        with self.datastore.transaction(commit=False) as cursor:
            return requests.known(cursor, request)

    def position_of(self, request: Request) -> int | None:
        """The last event that a request recorded."""
        with self.datastore.transaction(commit=False) as cursor:
            return requests.position_of(cursor, request)

    def keep_answer(self, request: Request, answer: Answer) -> None:
        """Keep what was answered."""
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(LOCKING)
            requests.keep(cursor, request, answer)

    # The index of vouchers

    def find(self, kind: Kind, prints: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The prints among these that are recorded (or taken back), each with a place."""
        with self.datastore.transaction(commit=False) as cursor:
            return self._vouchers.find(cursor, kind, prints)

    def everything(self, kind: Kind) -> tuple[np.ndarray, np.ndarray]:
        """What the index says of every line: print and place."""
        with self.datastore.transaction(commit=False) as cursor:
            return self._vouchers.everything(cursor, kind)

    def last_indexed(self) -> int:
        """The last event of which the index knows lines."""
        with self.datastore.transaction(commit=False) as cursor:
            return max(self._vouchers.last_position(cursor, kind) for kind in get_args(Kind))

    def has_old_index(self) -> bool:
        """Whether these books still have the index of the first version, one row a line."""
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'receipts'")
            return bool(cursor.fetchall())

    def index_anew(self, recorded_behind: Callable[[int], Iterable[tuple[int, Receipts]]]) -> bool:
        """Write the index from the log beside the one that is there, and let it take its place; whether both were alike.

        Until it is done readers see the old one; who records waits only while it is written.
        """
        with Shares.begun() as vouchers, Shares.begun() as originals:
            shares: dict[Kind, Shares] = {"voucher": vouchers, "original": originals}
            last = _share_out(recorded_behind(0), shares)
            with self.datastore.transaction(commit=True) as cursor:
                cursor.execute(LOCKING)
                _share_out(recorded_behind(last), shares)
                cursor.execute(TABLE)
                same = [self._vouchers.write_anew(cursor, kind, own) for kind, own in shares.items()]
                for kind in shares:
                    self._vouchers.replace_by_shadow(cursor, kind)
                cursor.execute("DROP TABLE IF EXISTS receipts")
                return all(same)

    def _index_lines(self, cursor: SQLiteCursor, recorded: Sequence[tuple[int, Receipts]]) -> None:
        for kind in get_args(Kind) if recorded else ():
            self._vouchers.add(cursor, kind, *_prints(recorded, kind))


def _share_out(recorded: Iterable[tuple[int, Receipts]], shares: Mapping[Kind, Shares]) -> int:
    """Put the prints of some events into shares, kind by kind; the position of the last."""
    last = 0
    for position, receipts in recorded:
        for kind, own in shares.items():
            own.add(*_prints([(position, receipts)], kind))
        last = position
    return last


def _prints(recorded: Sequence[tuple[int, Receipts]], kind: Kind) -> tuple[np.ndarray, np.ndarray]:
    """The prints that an index holds of some events' lines, and their places."""
    if kind == "original":
        found = [(place_of(position, each.original_rows), each.original_prints()) for position, each in recorded]
    else:
        found = [(place_of(position, np.arange(len(each))), each.prints()) for position, each in recorded]
    places, prints = (np.concatenate(each) for each in zip(*found, strict=True))
    return prints, places


def _seal(head: Head, stored_events: Sequence[StoredEvent]) -> Iterable[Sealed]:
    position, before = head.position, head.hash
    for stored in stored_events:
        position += 1
        stream = UUID(str(stored.originator_id)).hex
        version, topic, state = stored.originator_version, stored.topic, stored.state
        before = link(head.algorithm, before, position, stream, version, topic, state)
        yield Sealed(position, stream, version, topic, state, before)


class Factory(sqlite.SQLiteFactory):
    """What the library builds a log from: our recorder on connections that wait for the disk."""

    application_recorder_class: type[sqlite.SQLiteApplicationRecorder] = SQLiteLog

    def __init__(self, env: EnvType) -> None:
        super().__init__(env)
        self.datastore.pool.close()
        pool = self.datastore.pool
        self.datastore.pool = FullSyncPool(
            db_name=pool.db_name,
            lock_timeout=pool.lock_timeout,
            pool_size=CONNECTIONS_KEPT,
            max_overflow=CONNECTIONS_MAX - CONNECTIONS_KEPT,
            pool_timeout=pool.lock_timeout or 0,
        )
