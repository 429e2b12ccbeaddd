"""The log of one set of books: append facts, read events.

The only door to the event store; nothing outside `ledger/store/` imports eventsourcing.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args
from uuid import UUID, uuid4, uuid5

import numpy as np
from eventsourcing.application import Application
from eventsourcing.persistence import OperationalError, PersistenceError, StoredEvent

from ledger.audit.chain import Algorithm, Sealed, genesis
from ledger.audit.files import KeptFile
from ledger.audit.index import Indexed
from ledger.domain.errors import Conflict, NotFound, RuleBroken
from ledger.domain.events import Event, Fact, FiguresRecorded, ReceiptsListed, ReceiptsRecorded
from ledger.domain.recording.entries import Entry
from ledger.domain.recording.receipts import Receipts, prints_of
from ledger.domain.recording.recorded import Recorded
from ledger.store import snapshot
from ledger.store.evidence import keep, kept_sha256
from ledger.store.mapper import StructMapper
from ledger.store.requests import Answer, Request
from ledger.store.sqlite import Head, HeadMoved, SQLiteLog, may_hold_books
from ledger.store.voucher_index import Kind, position_and_row

PAGE = 50
LOCK_TIMEOUT_SECONDS = 30
DAMAGE = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
RECEIPTS_TOPICS = (ReceiptsRecorded.TOPIC, ReceiptsListed.TOPIC)


class BooksMissing(NotFound):
    """No books at a path."""

    zh = "{path} 没有账簿。请核对账簿文件在哪里，或建新账；要先看看，有演示账。"
    en = "There are no books at {path}. Check where they are, begin new ones, or look at the demonstration."


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
        self._found_true: int | None = None
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
            if self.recorder.has_old_index():
                self.index_anew()

    def construct_mapper(self) -> StructMapper:
        """Our events, our bytes."""
        return StructMapper()

    # Writing

    def append(self, facts: Sequence[Fact], *, expected: int, actor: str, request: Request | None = None) -> int:
        """Record facts in one transaction, behind the position the act looked at; the new position.

        Raises as `record`.
        """
        return self.record(self.drafted(facts, actor, {}), expected=expected, requests={request: len(facts)})

    def drafted(self, facts: Sequence[Fact], actor: str, versions: dict[UUID, int]) -> list[Event]:
        """Facts as the events that they would be if they were recorded now.

        `versions` are those of streams in which others wait to be recorded before them, and these after it.
        """
        now = datetime.now(UTC)
        events = []
        for fact in facts:
            stream = self.stream_id(fact.stream)
            if stream not in versions:
                versions[stream] = self._last_version(stream)
            versions[stream] += 1
            place: dict[str, Any] = {"originator_id": stream, "originator_version": versions[stream]}
            events.append(fact.kind(**place, recorded_at=now, actor=actor, **fact.fields))
        return events

    def record(
        self, events: Sequence[Event], *, expected: int, requests: Mapping[Request | None, int] | None = None
    ) -> int:
        """Record events in one transaction, behind the position that was looked at; the new position.

        `requests` are remembered with them, each with how many of the events it reaches.  Raises MovedOn if somebody
        recorded something since, BooksBusy if the file cannot be written, KeyReused and RequestRecorded if a request is known.
        """
        receipts = [
            (number, event.receipts) for number, event in enumerate(events, 1) if isinstance(event, ReceiptsRecorded)
        ]
        noted = {request: count for request, count in (requests or {}).items() if request}
        try:
            with self._translated():
                recordings = self.save(*events, expected=expected, receipts=receipts, requests=noted)
        except HeadMoved:
            raise MovedOn from None
        return recordings[-1].notification.id

    def stream_id(self, name: str) -> UUID:
        """The id of a named stream of these books."""
        return uuid5(self._books, name)

    @cached_property
    def _books(self) -> UUID:
        return UUID(self.head().books)

    def _last_version(self, stream: UUID) -> int:
        last = self.recorder.select_events(stream, desc=True, limit=1)
        return last[0].originator_version if last else 0

    def answered(self, request: Request) -> Answer | None:
        """What was answered to a request, if it was sent before; raises KeyReused, RequestRecorded."""
        with self._translated():
            return self.recorder.answered(request)

    def position_of(self, request: Request) -> int | None:
        """The last event that a request recorded, if it recorded any and was not answered; raises KeyReused."""
        with self._translated():
            return self.recorder.position_of(request)

    def keep_answer(self, request: Request, answer: Answer) -> None:
        """Keep what was answered to a request."""
        with self._translated():
            self.recorder.keep_answer(request, answer)

    # Reading

    def head(self) -> Head:
        """Where the log stands."""
        with self._translated():
            head = self.recorder.head()
        if head is None or head.algorithm not in get_args(Algorithm):
            raise BooksDamaged(path=self._path, problem="head")
        return head

    def history(self, after: int = 0, last: int | None = None, *, receipts: bool = True) -> Iterator[tuple[int, Event]]:
        """Every event behind a position, in order; without `receipts` those that recorded none."""
        for sealed in self.sealed(after, last, without=() if receipts else RECEIPTS_TOPICS):
            yield sealed.position, self._event(sealed)

    def _event(self, sealed: Sealed) -> Event:
        stored = StoredEvent(UUID(sealed.stream), sealed.version, sealed.topic, sealed.state)
        event: Event = self.mapper.to_domain_event(stored)
        return event

    def has_receipts(self, after: int) -> bool:
        """Whether receipts were recorded behind a position."""
        return any(each.topic in RECEIPTS_TOPICS for each in self.sealed(after))

    def sealed(self, after: int = 0, last: int | None = None, without: Sequence[str] = ()) -> Iterator[Sealed]:
        """Every stored event behind a position with its hash, a page at a time; `without` those of some topics."""
        while True:
            with self._translated():
                page = self.recorder.sealed(after + 1, PAGE, last, without)
            yield from page
            if len(page) < PAGE:
                return
            after = page[-1].position

    # What was recorded, in columns

    def recorded_up_to(self, last: int) -> tuple[int, Recorded]:
        """The lines of the newest snapshot up to a position that fits the log, and where it stands; 0 without one."""
        for found in snapshot.snapshots(self._path, last):
            position = found.contents.position
            if [each.hash for each in self.sealed(position - 1, position)] == [found.contents.hash]:
                return position, Recorded.restored(found.columns, found.contents.names, self.receipts_at)
        return 0, Recorded(self.receipts_at)

    def keep_recorded(self, position: int, recorded: Recorded, kept_lines: int) -> int:
        """Take a snapshot at a position if enough has come since the last; how many lines the last one holds."""
        if not snapshot.is_due(len(recorded), kept_lines):
            return kept_lines
        folder = snapshot.folder_of(self._path)
        with suppress(OSError), snapshot.Draft(folder) as draft:  # a disk that cannot hold it goes without
            columns, names = recorded.kept()
            draft.copy(columns)
            self._keep(draft, position, names)
        return len(recorded)

    def _keep(self, draft: snapshot.Draft, position: int, names: dict[str, list[str]]) -> None:
        for sealed in self.sealed(position - 1, position):
            draft.keep(position, sealed.hash, names)

    def recorded_anew(self) -> bool:
        """Take the snapshot from the log in the place of the one that is there; whether both were alike.

        Columns grow in their files: memory does not.  Raises BooksBusy if the disk cannot hold them.
        """
        head = self.head().position
        kept = next(snapshot.snapshots(self._path, head), None)
        with self._translated(), snapshot.Draft(snapshot.folder_of(self._path)) as draft:
            lines, names, same = self._drawn_up(draft, head, kept)
            if kept or snapshot.is_due(lines, 0):
                self._keep(draft, head, names)
        return same

    def snapshot_holds(self, *, once: bool = False) -> bool:
        """Whether the snapshot that books are opened by says what the log says; nothing is written beside the books.

        With `once` one that this process found true is not looked at again.
        """
        kept = next(snapshot.snapshots(self._path, self.head().position), None)
        if kept is None or (once and kept.contents.position == self._found_true):
            return True
        with self._translated(), TemporaryDirectory() as folder, snapshot.Draft(Path(folder)) as draft:
            *_, holds = self._drawn_up(draft, kept.contents.position, kept)
        self._found_true = kept.contents.position if holds else None
        return holds

    def _drawn_up(
        self, draft: snapshot.Draft, last: int, kept: snapshot.Snapshot | None
    ) -> tuple[int, dict[str, list[str]], bool]:
        """Draw up everything recorded up to a position: how many lines, the names, whether a snapshot on the way is alike."""
        recorded, same = Recorded(self.receipts_at, draft.begin), True
        names: dict[str, list[str]] | None = None
        for position, event in self.history(0, last):
            if isinstance(event, ReceiptsRecorded):
                recorded.add(position, event.receipts)
                names = None
            if kept and position == kept.contents.position:
                _, names = recorded.kept(draft.begin)
                same = kept.digest() == draft.digest(names)
        return len(recorded), recorded.kept(draft.begin)[1] if names is None else names, same

    def last_indexed(self) -> int:
        """The last event of which the index of vouchers knows lines; raises BooksDamaged where it cannot be read."""
        with self._translated():
            return self.recorder.last_indexed()

    def receipts_at(self, position: int) -> Receipts:
        """The lines that the event at a position recorded."""
        for _, event in self.history(position - 1, position):
            if isinstance(event, ReceiptsRecorded):
                return event.receipts
        raise BooksDamaged(path=self._path, problem=f"event {position}")

    # Files as evidence

    def keep_file(self, sha256: str, data: bytes) -> None:
        """Keep a file as it came, beside the books, under its SHA-256; raises BooksBusy."""
        with self._translated():
            keep(self._path, sha256, data)

    def files(self) -> Iterator[KeptFile]:
        """Every file that should be kept, once, with its first event; what was written in the first form kept none."""
        seen: set[str] = set()
        for sealed in self.sealed(without=(ReceiptsListed.TOPIC,)):
            event = self._event(sealed)
            if isinstance(event, (ReceiptsRecorded, FiguresRecorded)) and event.file_sha256 not in seen:
                seen.add(event.file_sha256)
                yield KeptFile(sealed.position, event.file, event.file_sha256)

    def kept_sha256(self, sha256: str) -> str | None:
        """The SHA-256 that a kept file has now: None without a file, empty if it cannot be read."""
        return kept_sha256(self._path, sha256)

    # The lines of vouchers

    def recorded(self, prints: np.ndarray) -> np.ndarray:
        """Which of some prints of voucher numbers may be recorded already, as a mask."""
        with self._translated():
            found, _ = self.recorder.find("voucher", prints)
        return np.isin(prints, found)

    def lines(self, vouchers: Iterable[str]) -> list[Entry]:
        """Every recorded line of some vouchers."""
        wanted = set(vouchers)
        return [entry for entry in self._found("voucher", wanted) if entry.key.voucher in wanted]

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
            taking_back = self._found("original", {key.voucher for key in newest})
            below = {each.key: each for each in taking_back if each.original in newest and each.key not in found}
            found |= below
            newest = set(below)
        return list(found.values())

    def _found(self, kind: Kind, vouchers: set[str]) -> list[Entry]:
        """The lines where the index sees some numbers; a few others may be among them."""
        if not vouchers:
            return []
        with self._translated():
            _, places = self.recorder.find(kind, prints_of(np.array([each.encode() for each in sorted(vouchers)])))
        rows_at: dict[int, list[int]] = {}
        positions, rows = position_and_row(np.unique(places))
        for position, row in zip(positions.tolist(), rows.tolist(), strict=True):
            rows_at.setdefault(position, []).append(row - 1)
        return [entry for position, rows in sorted(rows_at.items()) for entry in self._rows(position, rows)]

    def _rows(self, position: int, rows: list[int]) -> Iterator[Entry]:
        for _, event in self.history(position - 1, position):
            if isinstance(event, ReceiptsRecorded):
                own = np.array([row for row in rows if row < len(event.receipts)], np.int64)
                yield from event.receipts.entries(position, own)

    def indexed(self, kind: Kind) -> Indexed:
        """What the index says of every line, in the order of the log."""
        with self._translated():
            prints, places = self.recorder.everything(kind)
        return Indexed(prints, *position_and_row(places))

    def index_anew(self) -> bool:
        """Write the index of vouchers from the log in the place of the one that is there; whether both were alike."""

        def recorded_behind(position: int) -> Iterator[tuple[int, Receipts]]:
            history = self.history(position)
            return ((at, event.receipts) for at, event in history if isinstance(event, ReceiptsRecorded))

        with self._translated():
            return self.recorder.index_anew(recorded_behind)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """What the store says, as refusals that people understand."""
        try:
            yield
        except HeadMoved:
            raise
        except (OperationalError, sqlite3.OperationalError, OSError) as problem:
            if _is_damage(problem):
                raise BooksDamaged(path=self._path, problem=problem) from problem
            raise BooksBusy(problem=problem) from problem
        except (PersistenceError, sqlite3.Error, ValueError) as problem:
            raise BooksDamaged(path=self._path, problem=problem) from problem


def _is_damage(problem: Exception) -> bool:
    """Whether the file itself is at fault: its tables do not hold what every statement of ours names."""
    said = problem if isinstance(problem, sqlite3.Error) else problem.__cause__
    return isinstance(said, sqlite3.Error) and said.sqlite_errorcode in DAMAGE
