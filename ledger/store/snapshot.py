"""The snapshot (快照): the columns of every recorded line as they stood at one event, beside the books.

It carries the hash of that event: who opens books takes it only where the log has the same hash at the same
position, and folds what came later; else it reads the log from its beginning.  So it may be missing, old or of other
books, and nothing is true because it stands here.  Columns are mapped into memory, not read: opening books of
millions of lines costs what is asked of them.  `verify` compares it with the log; `rebuild` writes it anew.
"""

import hashlib
import mmap
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
import numpy as np

from ledger.domain.recording.growing import Growing, Room
from ledger.store.evidence import write_durably

FORM = 2
"""Raised when the columns are laid out otherwise; snapshots of another form are left aside."""
LINES_MIN = 50_000
"""Of fewer new lines no snapshot is taken: reading them again costs less than a tenth of a second."""
GROWTH = 4
"""A snapshot is taken when a quarter has come on top, so that writing costs the same for each line."""
ROOM_LINES = 65_536
CONTENTS = "contents"


PIECE_BYTES = 1 << 20


class Column(msgspec.Struct, frozen=True):
    """One column's file: what it holds, how many rows are used and how many there is room for."""

    dtype: str
    shape: tuple[int, ...]
    room: int

    @property
    def size_bytes(self) -> int:
        """How much of the file is used."""
        return int(np.prod(self.shape, dtype=np.int64)) * np.dtype(self.dtype).itemsize


class Contents(msgspec.Struct, frozen=True):
    """What a snapshot holds, and the event behind which it stands."""

    form: int
    position: int
    hash: bytes
    columns: dict[str, Column]
    names: dict[str, list[str]]


class Snapshot(msgspec.Struct, frozen=True):
    """A snapshot taken up: its contents, its folder, and its columns mapped with their room."""

    contents: Contents
    folder: Path
    columns: dict[str, Room]

    def digest(self) -> str:
        """SHA-256 of what it holds."""
        return digest(self.folder, self.contents.columns, self.contents.names)


def digest(folder: Path, columns: Mapping[str, Column], names: Mapping[str, list[str]]) -> str:
    """SHA-256 of columns and names; a column is read piece by piece."""
    found = hashlib.sha256()
    for name, column in sorted(columns.items()):
        found.update(name.encode())
        with (folder / name).open("rb") as stream:
            for first in range(0, column.size_bytes, PIECE_BYTES):
                found.update(stream.read(min(PIECE_BYTES, column.size_bytes - first)))
    found.update(msgspec.json.encode([names[name] for name in sorted(names)]))
    return found.hexdigest()


class Written:
    """A growing column in a file: written at its end, and mapped while somebody looks at it.

    Zeros are left out, so that a column nobody filled takes no space.
    """

    def __init__(self, file: Path, dtype: type, width: int) -> None:
        self._stream = file.open("w+b")
        self._dtype = np.dtype(dtype)
        self._width = (width,) if width else ()
        self._row_bytes = self._dtype.itemsize * max(width, 1)
        self._count = 0
        self._map: mmap.mmap | None = None
        self._values = np.empty((0, *self._width), dtype)

    @property
    def values(self) -> np.ndarray:
        """Everything added so far."""
        if len(self._values) != self._count:
            self._stream.truncate(self._count * self._row_bytes)
            self._map = mmap.mmap(self._stream.fileno(), self._count * self._row_bytes)
            self._values = np.frombuffer(self._map, self._dtype).reshape(-1, *self._width)
        return self._values

    def add(self, values: np.ndarray) -> None:
        """Add values at the end."""
        if values.any():
            self._stream.seek(self._count * self._row_bytes)
            self._stream.write(np.ascontiguousarray(values, self._dtype).tobytes())
        self._count += len(values)

    def add_zeros(self, count: int) -> None:
        """Add so many zeros, to be written over."""
        self._count += count

    def let_go(self) -> None:
        """Pages that were looked at are the system's again; what was written to them is in the file."""
        if self._map is not None and hasattr(self._map, "madvise"):
            self._map.madvise(mmap.MADV_DONTNEED)

    def laid_out(self, room_lines: int = 0) -> Column:
        """What the file holds by now, with room behind it that takes no space on the disk; waits for the disk."""
        room = self._count + room_lines
        self._stream.flush()
        self._stream.truncate(room * self._row_bytes)
        os.fsync(self._stream.fileno())
        return Column(self._dtype.str, (self._count, *self._width), room)

    def close(self) -> None:
        """Let go of the file."""
        self._map, self._values = None, self._values[:0].copy()
        self._stream.close()


class Draft:
    """A snapshot that is being written, column by column; used as a context, it leaves nothing behind but what was kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / f"draft-{os.getpid()}"
        self._columns: dict[str, Written] = {}

    def __enter__(self) -> Self:
        for left in self._folder.parent.glob("draft-*"):
            if left == self._folder or _is_left_behind(left):
                shutil.rmtree(left, ignore_errors=True)
        self._folder.mkdir(parents=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        for column in self._columns.values():
            column.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def begin(self, name: str, dtype: type, width: int) -> Written:
        """An empty column in a file of its name; one that was there is written anew."""
        if name in self._columns:
            self._columns[name].close()
        self._columns[name] = Written(self._folder / name, dtype, width)
        return self._columns[name]

    def copy(self, columns: Mapping[str, Growing]) -> None:
        """Write columns that stand elsewhere."""
        for name, column in columns.items():
            values = column.values
            width = values.shape[1] if values.ndim > 1 else 0
            self.begin(name, values.dtype.type, width).add(values)

    def digest(self, names: Mapping[str, list[str]]) -> str:
        """SHA-256 of what was written so far, and of names."""
        return digest(self._folder, {name: column.laid_out() for name, column in self._columns.items()}, names)

    def keep(self, position: int, hash_: bytes, names: dict[str, list[str]]) -> None:
        """Make it the snapshot behind an event, beside the older ones, then let go of those."""
        laid_out = {name: column.laid_out(ROOM_LINES) for name, column in self._columns.items()}
        for column in self._columns.values():
            column.close()
        contents = Contents(FORM, position, hash_, laid_out, names)
        write_durably(self._folder / CONTENTS, msgspec.msgpack.encode(contents))
        final = self._folder.with_name(f"{position:012}")
        shutil.rmtree(final, ignore_errors=True)
        self._folder.rename(final)
        for older in _newest_first(final.parent):
            if older != final:
                shutil.rmtree(older, ignore_errors=True)


def folder_of(books: Path) -> Path:
    """Where the snapshots of some books stand."""
    return books.with_name(f"{books.name}.snapshots")


def is_due(lines: int, kept_lines: int) -> bool:
    """Whether so many lines more than the last snapshot holds are worth another."""
    return lines - kept_lines >= max(LINES_MIN, kept_lines // GROWTH)


def snapshots(books: Path, last: int) -> Iterator[Snapshot]:
    """The snapshots up to a position that can be read, the newest first."""
    for folder in _newest_first(folder_of(books)):
        with suppress(OSError, ValueError, TypeError, msgspec.MsgspecError):
            contents = msgspec.msgpack.decode((folder / CONTENTS).read_bytes(), type=Contents)
            if contents.form == FORM and contents.position <= last:
                columns = {name: _mapped(folder / name, own) for name, own in contents.columns.items()}
                yield Snapshot(contents, folder, columns)


def _mapped(file: Path, column: Column) -> Room:
    """A column's file, mapped so that writing to it stays in this process."""
    shape = (column.room, *column.shape[1:])
    return np.memmap(file, column.dtype, "c", shape=shape).view(np.ndarray), column.shape[0]


def _newest_first(folder: Path) -> list[Path]:
    with suppress(OSError):
        return sorted((each for each in folder.iterdir() if each.name.isdigit()), reverse=True)
    return []


def _is_left_behind(draft: Path) -> bool:
    """Whether a draft's process is gone: it was killed while it wrote."""
    number = draft.name.removeprefix("draft-")
    if os.name != "posix" or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False
