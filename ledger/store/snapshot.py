"""The snapshot (快照): the columns of every recorded line as they stood at one event, beside the books.

It carries the hash of that event: who opens books takes it only where the log has the same hash at the same
position, and folds what came later; else it reads the log from its beginning.  So it may be missing, old or of other
books, and nothing is true because it stands here.  Columns are mapped into memory, not read: opening books of
millions of lines costs what is asked of them.  `verify` never looks at it; `rebuild` compares it with the log.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
import numpy as np

from ledger.domain.recording.recorded import Room
from ledger.store.evidence import write_durably

FORM = 2
"""Raised when the columns are laid out otherwise; snapshots of another form are left aside."""
LINES_MIN = 50_000
"""Of fewer new lines no snapshot is taken: reading them again costs less than a tenth of a second."""
GROWTH = 4
"""A snapshot is taken when a quarter has come on top, so that writing costs the same for each line."""
ROOM_LINES = 65_536
CONTENTS = "contents"


class Column(msgspec.Struct, frozen=True):
    """One column's file: what it holds, how many rows are used and how many there is room for."""

    dtype: str
    shape: tuple[int, ...]
    room: int


class Contents(msgspec.Struct, frozen=True):
    """What a snapshot holds, and the event behind which it stands."""

    form: int
    position: int
    hash: bytes
    columns: dict[str, Column]
    names: dict[str, list[str]]


class Snapshot(msgspec.Struct, frozen=True):
    """A snapshot taken up: its contents, and its columns mapped with their room."""

    contents: Contents
    columns: dict[str, Room]

    def digest(self) -> str:
        """SHA-256 of what it holds."""
        return digest({name: room[:count] for name, (room, count) in self.columns.items()}, self.contents.names)


def digest(columns: Mapping[str, np.ndarray], names: Mapping[str, Sequence[str]]) -> str:
    """SHA-256 of columns and names."""
    found = hashlib.sha256()
    for name in sorted(columns):
        found.update(name.encode() + np.ascontiguousarray(columns[name]).tobytes())
    found.update(msgspec.json.encode([names[name] for name in sorted(names)]))
    return found.hexdigest()


def folder_of(books: Path) -> Path:
    """Where the snapshots of some books stand."""
    return books.with_name(f"{books.name}.snapshots")


def is_due(lines: int, kept_lines: int) -> bool:
    """Whether so many lines more than the last snapshot holds are worth another."""
    return lines - kept_lines >= max(LINES_MIN, kept_lines // GROWTH)


def save(
    books: Path, position: int, hash_: bytes, columns: Mapping[str, np.ndarray], names: dict[str, list[str]]
) -> None:
    """Write a snapshot beside the older ones, then let go of those; a disk that cannot hold it goes without."""
    folder = folder_of(books)
    draft = folder / f"draft-{os.getpid()}"
    with suppress(OSError):
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        laid_out = {name: _write(draft / name, column) for name, column in columns.items()}
        contents = Contents(FORM, position, hash_, laid_out, names)
        write_durably(draft / CONTENTS, msgspec.msgpack.encode(contents))
        final = folder / f"{position:012}"
        shutil.rmtree(final, ignore_errors=True)
        draft.rename(final)
        for older in _newest_first(books):
            if older != final:
                shutil.rmtree(older, ignore_errors=True)
    shutil.rmtree(draft, ignore_errors=True)


def _write(file: Path, column: np.ndarray) -> Column:
    """A column, and behind it room that takes no space on the disk."""
    room = len(column) + ROOM_LINES
    with file.open("wb") as stream:
        if column.any():
            np.ascontiguousarray(column).tofile(stream)
        stream.truncate(room * column.dtype.itemsize * int(np.prod(column.shape[1:], dtype=np.int64)))
        os.fsync(stream.fileno())
    return Column(column.dtype.str, column.shape, room)


def snapshots(books: Path, last: int) -> Iterator[Snapshot]:
    """The snapshots up to a position that can be read, the newest first."""
    for folder in _newest_first(books):
        with suppress(OSError, ValueError, TypeError, msgspec.MsgspecError):
            contents = msgspec.msgpack.decode((folder / CONTENTS).read_bytes(), type=Contents)
            if contents.form == FORM and contents.position <= last:
                yield Snapshot(contents, {name: _mapped(folder / name, own) for name, own in contents.columns.items()})


def _mapped(file: Path, column: Column) -> Room:
    """A column's file, mapped so that writing to it stays in this process."""
    shape = (column.room, *column.shape[1:])
    return np.memmap(file, column.dtype, "c", shape=shape).view(np.ndarray), column.shape[0]


def _newest_first(books: Path) -> list[Path]:
    with suppress(OSError):
        return sorted((each for each in folder_of(books).iterdir() if each.name.isdigit()), reverse=True)
    return []
