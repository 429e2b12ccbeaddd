"""Uploads (上传的文件): files on their way into the books, from sending to recording; each survives a restart.

A row of one SQLite file says where an upload stands, and moves on in one transaction only from where it is: so of two
who confirm one does, and nothing is confirmed that was withdrawn.  The file itself lies beside it.
"""

import hashlib
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from os import fsync
from pathlib import Path
from typing import Any, BinaryIO, Literal, NamedTuple, get_args

import msgspec
import numpy as np

from ledger.domain.errors import Conflict, NotFound, RuleBroken

ID_BYTES = 8
CHUNK = 1024 * 1024
UPLOAD_MAX = 512_000_000
"""Bytes of one file."""
WAITING_MAX = 20
WAITING_BYTES_MAX = 2 * UPLOAD_MAX
"""So many files of one party, and so many bytes of them, wait for somebody else at most."""
LEFT_OVER_SECONDS = 24 * 60 * 60
Kind = Literal["receipts", "figures", "quotas", "inputs"]
State = Literal["received", "checked", "unreadable", "confirmed", "recording", "recorded", "withdrawn"]
STATES: tuple[State, ...] = get_args(State)
WORKED_ON: tuple[State, ...] = ("received", "confirmed", "recording")
"""Where an upload waits for the program; elsewhere it waits for somebody, or for nothing."""
WAITING: tuple[State, ...] = (*WORKED_ON, "checked")
TABLE = """CREATE TABLE IF NOT EXISTS uploads (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, state TEXT NOT NULL, said BLOB NOT NULL, preview BLOB)"""


class UploadUnknown(NotFound):
    """No upload of that id."""

    zh = "没有编号为 {upload} 的上传文件。请查看上传了哪些文件。"
    en = "There is no upload {upload}. See which files were sent."


class UploadWithdrawn(NotFound):
    """An upload that was taken back."""

    zh = "上传文件 {upload} 已经撤回。要入账请重新上传。"
    en = "Upload {upload} was withdrawn. Send the file again to have it recorded."


class UploadDone(Conflict):
    """A second confirmation, or a withdrawal that comes too late."""

    zh = "上传文件 {upload} 已经由 {by} 确认入账，不必再确认，也不能撤回。"
    en = "Upload {upload} was confirmed by {by} already: there is nothing to confirm, and it cannot be withdrawn."


class UploadNotChecked(Conflict):
    """A confirmation before anybody can have seen what would be recorded."""

    zh = "上传文件 {upload} 还在检查，未能确认。请等检查完再办。"
    en = "Upload {upload} is still being checked. Wait until it has been checked."


class UploadUnreadable(RuleBroken):
    """A file of which nothing can be recorded."""

    zh = "上传文件 {upload} 读不了，原因见检查结果。请改正后重新上传。"
    en = "Upload {upload} cannot be read; what was found says why. Correct the file and send it again."


class UploadCleared(NotFound):
    """A recorded file whose working copy was let go of."""

    zh = "上传文件 {upload} 早已入账，工作副本已经清理，不能再退回标注。原件作为凭据仍留在账簿旁，请管理员按 SHA-256 {sha256} 查找。"
    en = "Upload {upload} was recorded long ago and its working copy is cleared, so it cannot be given back marked. The original is kept beside the books as evidence: the administrator finds it by SHA-256 {sha256}."


class UploadsWaiting(Conflict):
    """A party that sends more than anybody confirms."""

    zh = "已有 {count} 份、共 {bytes} 字节的文件等着确认，一方最多 {count_max} 份、{bytes_max} 字节。请先请人确认，或撤回一些，再上传。"
    en = "{count} files of {bytes} bytes wait already; a party may have {count_max} and {bytes_max} bytes. Have some confirmed or withdraw some."


class Problem(msgspec.Struct, frozen=True):
    """Why nothing came of an upload, as it is answered in either language."""

    status: int
    kind: str
    titles: dict[str, str]
    errors: dict[str, list[dict[str, Any]]] = {}


class DraftChanged(msgspec.Struct, frozen=True):
    """A draft that would change: its number, of which agreement, for which settlement."""

    number: str
    agreement: str
    settlement: str


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What recording an upload would do, as it was worked out once at a position; problems in either language."""

    previewed_at: int
    hindrance: Problem | None = None
    """Why a confirmation would be refused, as far as that was known then."""
    recorded: int
    known: int
    skipped: int
    sum: int | None
    awaits_acceptance: bool
    columns: dict[str, str]
    problems: dict[str, list[dict[str, Any]]]
    changes: list[dict[str, str]]
    statements: list[DraftChanged]
    notes: dict[str, list[str]]
    """How the file was read."""
    repeated: int = 0
    unused_columns: list[str] = []
    sheet_read: str = ""
    late: int = 0
    """Lines of months that are closed; they are stated in the next period."""
    late_lines: list[int] = []
    late_sum: int | None = None
    next_period: str | None = None


class Overlap(NamedTuple):
    """Another upload that waits and holds voucher numbers of this one, and on how many of its lines."""

    id: str
    name: str
    lines: int


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A file on its way into the books: who sent it, how it is to be read, how far it is, who confirmed it."""

    id: str
    name: str
    maker: str
    sent_at: datetime
    size: int
    sha256: str
    state: State = "received"
    parties: tuple[str, ...] = ()
    """For whom it was sent; for the tenant itself if for nobody."""
    kind: Kind = "receipts"
    skip_bad: bool = False
    sheet: str = ""
    mapping: str = ""
    lines: int | None = None
    """How many lines it has, once it is read."""
    checked: int = 0
    recorded: int = 0
    tries: int = 0
    """How often its work was begun since it last moved on."""
    problem: Problem | None = None
    checker: str = ""
    position: int = 0
    finished_at: datetime | None = None
    """Since when nothing is left to do."""


@dataclass(frozen=True)
class Received:
    """A body that lies on the disk."""

    path: Path
    size: int
    sha256: str


def receive(stream: BinaryIO | Any, folder: Path) -> Received:
    """Write a body to the disk as it comes, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    path, digest, size = folder / f"{secrets.token_hex(ID_BYTES)}.part", hashlib.sha256(), 0
    try:
        with path.open("xb") as file:
            while chunk := stream.read(CHUNK):
                file.write(chunk)
                digest.update(chunk)
                size += len(chunk)
            file.flush()
            fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Received(path, size, digest.hexdigest())


@dataclass(frozen=True)
class Uploads:
    """The uploads of one tenant, in a folder of their own."""

    folder: Path

    def add(self, body: Received, **said: Any) -> Upload:
        """Keep a file, sent for some parties or for the tenant itself; raises UploadsWaiting."""
        own = secrets.token_hex(ID_BYTES)
        upload = Upload(id=own, sent_at=datetime.now(UTC), size=body.size, sha256=body.sha256, **said)
        with self._connected() as connection:
            _refuse_too_many(connection, upload.parties, body.size)
            connection.execute(
                "INSERT INTO uploads (id, state, said) VALUES (?, ?, ?)",
                (own, upload.state, msgspec.json.encode(upload)),
            )
            body.path.replace(self.file(upload))
        return upload

    def refuse_too_many(self, parties: Sequence[str], size: int = 0) -> None:
        """Raises UploadsWaiting if a party may send nothing more, or nothing of that size."""
        with self._connected() as connection:
            _refuse_too_many(connection, parties, size)

    def find(self, name: str) -> Upload:
        """An upload by its id; raises UploadUnknown."""
        with self._connected() as connection:
            return _found(connection, name)

    def preview(self, upload: Upload) -> Preview | None:
        """What recording it would do, once that is worked out."""
        with self._connected() as connection:
            row = connection.execute("SELECT preview FROM uploads WHERE id = ?", (upload.id,)).fetchone()
        return msgspec.json.decode(row[0], type=Preview) if row and row[0] else None

    def keep_vouchers(self, upload: Upload, prints: np.ndarray) -> None:
        """Keep the prints of the voucher numbers that an upload would record."""
        self._vouchers(upload).write_bytes(prints.tobytes())

    def overlapping(self, upload: Upload, others: Iterable[Upload]) -> list[Overlap]:
        """Which of some others hold voucher numbers that an upload holds too, while both wait to be recorded."""
        own = self._prints(upload)
        pairs = ((each, int(np.isin(own, self._prints(each)).sum())) for each in others if each.id != upload.id)
        return [Overlap(each.id, each.name, lines) for each, lines in pairs if lines]

    def _prints(self, upload: Upload) -> np.ndarray:
        file = self._vouchers(upload)
        is_there = upload.state in WAITING and file.is_file()
        return np.fromfile(file, np.int64) if is_there else np.empty(0, np.int64)

    def _vouchers(self, upload: Upload) -> Path:
        return self.folder / f"{upload.id}.vouchers"

    def all(self, states: Sequence[State] = STATES) -> list[Upload]:
        """Every upload, or those in some states, the latest first."""
        with self._connected() as connection:
            return _standing(connection, states)

    def to_be_worked_on(self) -> list[Upload]:
        """What waits for the program, the oldest first."""
        if not self.folder.is_dir():
            return []
        with self._connected() as connection:
            return _standing(connection, WORKED_ON)[::-1]

    def move(self, upload: Upload, *states: State, preview: Preview | None = None, **changes: Any) -> Upload:
        """An upload changed, if it stands where it may be; else what hinders is raised."""
        with self._connected() as connection:
            now = _found(connection, upload.id)
            if now.state not in states:
                raise hindrance(now)
            moved = msgspec.structs.replace(now, **changes)
            if moved.state not in WAITING:
                moved = msgspec.structs.replace(moved, finished_at=datetime.now(UTC))
            connection.execute(
                "UPDATE uploads SET state = ?, said = ?, preview = coalesce(?, preview) WHERE id = ?",
                (moved.state, msgspec.json.encode(moved), preview and msgspec.json.encode(preview), moved.id),
            )
        if moved.state not in WAITING:
            self._vouchers(moved).unlink(missing_ok=True)
        if moved.state in ("unreadable", "withdrawn"):
            self.file(moved).unlink(missing_ok=True)
        return moved

    def file(self, upload: Upload) -> Path:
        """Where the file lies as it came."""
        return self.folder / f"{upload.id}.data"

    def data(self, upload: Upload) -> bytes:
        """The file as it came; raises UploadWithdrawn, UploadUnreadable or UploadCleared, of which it is not kept."""
        if upload.state in ("unreadable", "withdrawn"):
            raise hindrance(upload)
        try:
            return self.file(upload).read_bytes()
        except FileNotFoundError:
            raise UploadCleared(upload=upload.id, sha256=upload.sha256) from None

    def clear(self, kept_days: int) -> None:
        """Let go of bodies that nobody finished sending, and of the copies of what was recorded so many days ago.

        What was recorded of an upload, by whom, and its preview stay; the original is evidence beside the books.
        """
        now = datetime.now(UTC)
        for part in self.folder.glob("*.part"):
            if now.timestamp() - part.stat().st_mtime > LEFT_OVER_SECONDS:
                part.unlink(missing_ok=True)
        if not any(self.folder.glob("*.data")):
            return
        for upload in self.all(("recorded",)):
            if (upload.finished_at or upload.sent_at) < now - timedelta(days=kept_days):
                self.file(upload).unlink(missing_ok=True)

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        """A transaction that nobody else's comes between."""
        self.folder.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self.folder / "uploads.db", timeout=30, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(TABLE)
            yield connection
            connection.execute("COMMIT")
        finally:
            connection.close()


def hindrance(upload: Upload) -> NotFound | Conflict | RuleBroken:
    """Why an upload cannot be confirmed, or withdrawn, where it stands."""
    if upload.state == "withdrawn":
        return UploadWithdrawn(upload=upload.id)
    if upload.state == "unreadable":
        return UploadUnreadable(upload=upload.id)
    if upload.state == "received":
        return UploadNotChecked(upload=upload.id)
    return UploadDone(upload=upload.id, by=upload.checker)


def _found(connection: sqlite3.Connection, name: str) -> Upload:
    row = connection.execute("SELECT said FROM uploads WHERE id = ?", (name,)).fetchone() if name.isascii() else None
    if row is None:
        raise UploadUnknown(upload=name[:20])
    return msgspec.json.decode(row[0], type=Upload)


def _standing(connection: sqlite3.Connection, states: Sequence[State]) -> list[Upload]:
    """The uploads in some states, the latest first."""
    places = ", ".join("?" * len(states))
    rows = connection.execute(f"SELECT said FROM uploads WHERE state IN ({places}) ORDER BY number DESC", states)  # noqa: S608
    return [msgspec.json.decode(said, type=Upload) for (said,) in rows]


def _refuse_too_many(connection: sqlite3.Connection, parties: Sequence[str], size: int) -> None:
    uploads = _standing(connection, WAITING)
    for party in parties or ("",):
        waiting = [each.size for each in uploads if party in (each.parties or ("",))]
        if len(waiting) >= WAITING_MAX or sum(waiting) + size > WAITING_BYTES_MAX:
            raise UploadsWaiting(
                count=len(waiting), bytes=sum(waiting), count_max=WAITING_MAX, bytes_max=WAITING_BYTES_MAX
            )
