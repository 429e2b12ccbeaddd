"""The log of one set of books: append facts, read events.

The only door to the event store; nothing outside `ledger/store/` imports eventsourcing.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args
from uuid import UUID, uuid4, uuid5

from eventsourcing.application import Application
from eventsourcing.persistence import OperationalError, PersistenceError, StoredEvent

from ledger.audit.chain import Algorithm, Sealed, genesis
from ledger.domain.errors import Conflict, NotFound, RuleBroken
from ledger.domain.events import Event, Fact, ReceiptsRecorded
from ledger.domain.recording.entries import Entry, Key, Place
from ledger.store.mapper import StructMapper
from ledger.store.sqlite import Head, HeadMoved, SQLiteLog, may_hold_books

PAGE = 50
LOCK_TIMEOUT_SECONDS = 30


class BooksMissing(NotFound):
    """No books at a path."""

    zh = "{path} 没有账簿。请核对 --books；要建新账，在 import 或 agreement propose 后加 --new；要看演示，运行 enclave demo。"
    en = "There are no books at {path}. Check --books; to begin new ones add --new to import or agreement propose; or run enclave demo."


class BooksDamaged(RuleBroken):
    """A file that is no books, or no longer."""

    zh = "账簿文件 {path} 已损坏或不是账簿：{problem}。请从备份恢复，不要继续写入。"
    en = "The books at {path} are damaged or no books: {problem}. Restore a backup; write nothing more."


class BooksBusy(Conflict):
    """Somebody else is writing, for long."""

    zh = "账簿正被别的程序占用，或没有写权限、磁盘写不进去：{problem}。这次没有记下任何内容，请稍后重试。"
    en = "The books are in use by another program, or the disk cannot be written: {problem}. Nothing was recorded."


class MovedOn(Exception):
    """The log grew since an act looked at it; the act decides again."""


class Log(Application[UUID]):
    """Append-only events of one set of books."""

    recorder: SQLiteLog
    mapper: StructMapper

    def __init__(self, path: Path, algorithm: Algorithm = "sha256", *, create: bool = False) -> None:
        """Open the books at a path, or with `create` begin new ones.

        Raises BooksMissing, BooksDamaged, BooksBusy.
        """
        self._path = path
        if not create and not path.is_file():
            raise BooksMissing(path=path)
        with self._translated():
            if path.is_file() and not may_hold_books(path, empty=create):
                raise BooksDamaged(path=path, problem="no head row")
            path.parent.mkdir(parents=True, exist_ok=True)
            super().__init__(
                {
                    "PERSISTENCE_MODULE": "ledger.store.sqlite",
                    "SQLITE_DBNAME": path.absolute().as_uri(),
                    "SQLITE_LOCK_TIMEOUT": str(LOCK_TIMEOUT_SECONDS),
                    "CREATE_TABLE": "yes" if create else "no",
                }
            )
            if create and self.recorder.head() is None:
                books = uuid4().hex
                self.recorder.begin(Head(0, genesis(books, algorithm), books, algorithm))

    def construct_mapper(self) -> StructMapper:
        """Our events, our bytes."""
        return StructMapper()

    # Writing

    def append(
        self, facts: Sequence[Fact], *, expected: int, actor: str, receipts: Iterable[tuple[int, Entry]] = ()
    ) -> int:
        """Record facts in one transaction, behind the position the act looked at; the new position.

        `receipts` are the lines in them, with the number of the fact (from 1) that holds each.
        Raises MovedOn if somebody recorded something since, BooksBusy if the file cannot be written.
        """
        try:
            with self._translated():
                recordings = self.save(*self._events(facts, actor), expected=expected, receipts=receipts)
        except HeadMoved:
            raise MovedOn from None
        return recordings[-1].notification.id

    def _events(self, facts: Sequence[Fact], actor: str) -> list[Event]:
        """Facts as events: stream, version, time and actor added."""
        now = datetime.now(UTC)
        versions: dict[UUID, int] = {}
        events = []
        for fact in facts:
            stream = self.stream_id(fact.stream)
            if stream not in versions:
                versions[stream] = self._last_version(stream)
            versions[stream] += 1
            place: dict[str, Any] = {"originator_id": stream, "originator_version": versions[stream]}
            events.append(fact.kind(**place, recorded_at=now, actor=actor, **fact.fields))
        return events

    def stream_id(self, name: str) -> UUID:
        """The id of a named stream of these books."""
        return uuid5(UUID(self.head().books), name)

    def _last_version(self, stream: UUID) -> int:
        last = self.recorder.select_events(stream, desc=True, limit=1)
        return last[0].originator_version if last else 0

    # Reading

    def head(self) -> Head:
        """Where the log stands."""
        with self._translated():
            head = self.recorder.head()
        if head is None or head.algorithm not in get_args(Algorithm):
            raise BooksDamaged(path=self._path, problem="head")
        return head

    def history(self, after: int = 0, last: int | None = None) -> Iterator[tuple[int, Event]]:
        """Every event behind a position, in order."""
        for sealed in self.sealed(after, last):
            stored = StoredEvent(UUID(sealed.stream), sealed.version, sealed.topic, sealed.state)
            yield sealed.position, self.mapper.to_domain_event(stored)

    def sealed(self, after: int = 0, last: int | None = None) -> Iterator[Sealed]:
        """Every stored event behind a position with its hash, a page at a time."""
        while True:
            with self._translated():
                page = self.recorder.sealed(after + 1, PAGE, last)
            yield from page
            if len(page) < PAGE:
                return
            after = page[-1].position

    def lines(self, vouchers: Iterable[str]) -> list[Entry]:
        """Every recorded line of some vouchers."""
        with self._translated():
            places = self.recorder.places(vouchers)
        return self._entries(places)

    def related_lines(self, vouchers: Iterable[str]) -> list[Entry]:
        """The lines of some vouchers, what they take back, and everything that takes any of it back."""
        found = {entry.key: entry for entry in self.lines(vouchers)}
        above = {entry.original for entry in found.values() if entry.original}
        while above - found.keys():
            more = {entry.key: entry for entry in self.lines({key.voucher for key in above - found.keys()})}
            above = {entry.original for entry in more.values() if entry.original}
            found |= more
        newest = set(found)
        while newest:
            with self._translated():
                places = self.recorder.places_taking_back(newest)
            below = {entry.key: entry for entry in self._entries(places) if entry.key not in found}
            found |= below
            newest = set(below)
        return list(found.values())

    def places(self) -> dict[Key, Place]:
        """Where the index of vouchers says that every line is recorded."""
        with self._translated():
            return self.recorder.every_place()

    def _entries(self, places: dict[Key, Place]) -> list[Entry]:
        rows_at: dict[int, set[int]] = {}
        for place in places.values():
            rows_at.setdefault(place.position, set()).add(place.row)
        entries = []
        for position, rows in sorted(rows_at.items()):
            for _, event in self.history(position - 1, position):
                if isinstance(event, ReceiptsRecorded):
                    entries += [entry for entry in event.receipts.entries(position) if entry.row in rows]
        return entries

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """What the store says, as refusals that people understand."""
        try:
            yield
        except HeadMoved:
            raise
        except (OperationalError, sqlite3.OperationalError, OSError) as problem:
            raise BooksBusy(problem=problem) from problem
        except (PersistenceError, sqlite3.Error, ValueError) as problem:
            raise BooksDamaged(path=self._path, problem=problem) from problem
