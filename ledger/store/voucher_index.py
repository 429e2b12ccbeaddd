"""The index of vouchers (税票索引): where each voucher number is recorded, by its 64-bit print.

Sorted runs of prints and places, in rows of a few thousand.  What is recorded together is one run; runs that
have grown alike are merged, so that there are few of them and one more receipt costs the same after millions.
Prints may meet by chance: who looks up a voucher reads the lines found and compares.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Literal, Protocol, Self

import numpy as np

TABLE = """CREATE TABLE IF NOT EXISTS voucher_runs (
    kind TEXT NOT NULL, run INTEGER NOT NULL, part INTEGER NOT NULL, first INTEGER NOT NULL, size INTEGER NOT NULL,
    prints BLOB NOT NULL, places BLOB NOT NULL,
    PRIMARY KEY (kind, run, part))"""
ROW_BITS = 14
PART = 8_192
MERGED_FROM = 4
"""A run is merged with the one before it when that one is not more than so many times as large."""

SHARE_BITS = 6
"""An index that is written anew is sorted in shares, by so many first bits of the prints: one share is in memory."""
SPOOLED_BYTES = 1 << 18

Kind = Literal["voucher", "original"]
"""The numbers of the lines themselves, or of what they take back."""
SHADOW = "shadow "
"""What is written anew stands under its kind with this before it, until it takes the place of the old."""


class Cursor(Protocol):
    """What the index needs of a database cursor."""

    def execute(self, statement: str, parameters: object = ..., /) -> object:
        """Run one statement."""

    def executemany(self, statement: str, parameters: object, /) -> object:
        """Run one statement many times."""

    def fetchall(self) -> list[tuple[Any, ...]]:
        """The rows of the last statement."""


def place_of(position: int, rows: np.ndarray) -> np.ndarray:
    """Places of rows (from 0) of an event in one number each."""
    return (np.int64(position) << ROW_BITS) | rows.astype(np.int64)


def position_and_row(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The events' positions and the rows from 1."""
    return places >> ROW_BITS, (places & (2**ROW_BITS - 1)) + 1


class VoucherIndex:
    """The runs of one set of books; every method works inside the caller's transaction."""

    def __init__(self) -> None:
        self._firsts: dict[tuple[str, int], np.ndarray] = {}

    def add(self, cursor: Cursor, kind: str, prints: np.ndarray, places: np.ndarray) -> None:
        """Remember where some numbers are recorded."""
        if not len(prints):
            return
        runs, total = self._runs(cursor, kind), len(prints)
        newest = max(runs, default=0) + 1
        for run in sorted(runs, reverse=True):
            if total * MERGED_FROM < runs[run]:
                break
            total += runs[run]
            own = list(self._parts(cursor, kind, run))
            prints, places = _joined([(prints, places), *own])
            cursor.execute("DELETE FROM voucher_runs WHERE kind = ? AND run = ?", (kind, run))
        self._write(cursor, kind, newest, prints, places)

    def find(self, cursor: Cursor, kind: Kind, prints: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The prints among these that are recorded, each with a place; one that is recorded twice comes twice."""
        hits, places = [prints[:0]], [prints[:0]]
        runs = self._runs(cursor, kind)
        wanted = np.sort(prints) if runs else prints[:0]
        for run in runs if len(wanted) else ():
            for own, where in self._near(cursor, kind, run, wanted):
                found = np.minimum(np.searchsorted(wanted, own), len(wanted) - 1)
                met = wanted[found] == own
                hits.append(own[met])
                places.append(where[met])
        return np.concatenate(hits), np.concatenate(places)

    def everything(self, cursor: Cursor, kind: str) -> tuple[np.ndarray, np.ndarray]:
        """Every print with its place, sorted by place; raises ValueError if the runs are not as they were written."""
        runs = self._runs(cursor, kind)
        for run in runs:
            self._check_parts(cursor, kind, run)
        prints, places = _joined(part for run in runs for part in self._parts(cursor, kind, run))
        order = np.argsort(places, kind="stable")
        return prints[order], places[order]

    def write_anew(self, cursor: Cursor, kind: Kind, shares: "Shares") -> bool:
        """Write everything as one run beside the old ones; whether those say the same.

        It has a number that no run had: other processes hold what they read of a run under its number.
        """
        cursor.execute("DELETE FROM voucher_runs WHERE kind = ?", (f"{SHADOW}{kind}",))
        same, part, run = self._is_whole(cursor, kind), 0, max(self._runs(cursor, kind), default=0) + 1
        for low, high, prints, places in shares.sorted():
            same = same and self._holds(cursor, kind, low, high, prints, places)
            part = self._write_sorted(cursor, f"{SHADOW}{kind}", run, prints, places, part)
        return same

    def _is_whole(self, cursor: Cursor, kind: str) -> bool:
        try:
            for run in self._runs(cursor, kind):
                self._check_parts(cursor, kind, run)
        except ValueError:
            return False
        return True

    def _check_parts(self, cursor: Cursor, kind: str, run: int) -> None:
        """Raises ValueError unless a run's parts are numbered, sized and sorted as who looks something up relies on."""
        last = -(2**63)
        cursor.execute(
            "SELECT part, first, size FROM voucher_runs WHERE kind = ? AND run = ? ORDER BY part", (kind, run)
        )
        for number, (part, first, size) in enumerate(cursor.fetchall()):
            for prints, _ in self._parts(cursor, kind, run, part):
                is_sorted = len(prints) and prints[0] >= last and bool((prints[1:] >= prints[:-1]).all())
                if (part, size) != (number, len(prints)) or not is_sorted or first != prints[0]:
                    raise ValueError(f"voucher_runs {kind} {run} {part}")
                last = int(prints[-1])

    def last_position(self, cursor: Cursor, kind: str) -> int:
        """The last event that any place belongs to; raises ValueError as `everything`."""
        last = 0
        for run in self._runs(cursor, kind):
            cursor.execute("SELECT part FROM voucher_runs WHERE kind = ? AND run = ?", (kind, run))
            for (part,) in cursor.fetchall():
                for _, places in self._parts(cursor, kind, run, part):
                    last = max(last, int(position_and_row(places)[0].max(initial=0)))
        return last

    def _holds(self, cursor: Cursor, kind: Kind, low: int, high: int, prints: np.ndarray, places: np.ndarray) -> bool:
        """Whether the runs have just these prints and places from one print up to another."""
        try:
            runs = self._runs(cursor, kind)
            own, where = _joined(part for run in runs for part in self._between(cursor, kind, run, low, high))
        except ValueError:
            return False
        within = (own >= low) & (own <= high)
        own, where = own[within], where[within]
        order = np.lexsort((where, own))
        return np.array_equal(own[order], prints) and np.array_equal(where[order], places)

    def _between(
        self, cursor: Cursor, kind: Kind, run: int, low: int, high: int
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The parts of a run in which prints from one up to another may stand."""
        firsts = self._firsts_of(cursor, kind, run)
        begin, end = np.searchsorted(firsts, low, side="left"), np.searchsorted(firsts, high, side="right")
        for part in range(max(int(begin) - 1, 0), int(end)):
            yield from self._parts(cursor, kind, run, part)

    def replace_by_shadow(self, cursor: Cursor, kind: Kind) -> None:
        """Let what was written anew take the place of the old."""
        cursor.execute("DELETE FROM voucher_runs WHERE kind = ?", (kind,))
        cursor.execute("UPDATE voucher_runs SET kind = ? WHERE kind = ?", (kind, f"{SHADOW}{kind}"))
        self._firsts.clear()

    def _runs(self, cursor: Cursor, kind: str) -> dict[int, int]:
        """How many prints each run holds, oldest run first."""
        cursor.execute("SELECT run, SUM(size) FROM voucher_runs WHERE kind = ? GROUP BY run ORDER BY run", (kind,))
        return dict(cursor.fetchall())

    def _near(
        self, cursor: Cursor, kind: Kind, run: int, wanted: np.ndarray
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The parts of a run in which some prints may stand."""
        firsts = self._firsts_of(cursor, kind, run)
        begins = np.maximum(np.searchsorted(firsts, wanted, side="left") - 1, 0)
        ends = np.searchsorted(firsts, wanted, side="right")
        is_near = np.zeros(len(firsts) + 1, np.int64)
        np.add.at(is_near, begins[ends > 0], 1)
        np.add.at(is_near, ends[ends > 0], -1)
        for part in np.flatnonzero(np.cumsum(is_near)).tolist():
            yield from self._parts(cursor, kind, run, part)

    def _firsts_of(self, cursor: Cursor, kind: Kind, run: int) -> np.ndarray:
        """The first print of each part of a run."""
        if (kind, run) not in self._firsts:
            cursor.execute("SELECT first FROM voucher_runs WHERE kind = ? AND run = ? ORDER BY part", (kind, run))
            self._firsts[kind, run] = np.array([first for (first,) in cursor.fetchall()], np.int64)
        return self._firsts[kind, run]

    @staticmethod
    def _parts(cursor: Cursor, kind: str, run: int, part: int | None = None) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        statement = "SELECT CAST(prints AS BLOB), CAST(places AS BLOB) FROM voucher_runs WHERE kind = ? AND run = ?"
        if part is None:
            cursor.execute(f"{statement} ORDER BY part", (kind, run))
        else:
            cursor.execute(f"{statement} AND part = ?", (kind, run, part))
        for prints, places in cursor.fetchall():
            if len(prints) != len(places):
                raise ValueError(f"voucher_runs {kind} {run}")
            yield np.frombuffer(prints, np.int64), np.frombuffer(places, np.int64)

    def _write(self, cursor: Cursor, kind: str, run: int, prints: np.ndarray, places: np.ndarray) -> None:
        order = np.argsort(prints, kind="stable")
        self._write_sorted(cursor, kind, run, prints[order], places[order], 0)

    @staticmethod
    def _write_sorted(
        cursor: Cursor, kind: str, run: int, prints: np.ndarray, places: np.ndarray, first_part: int
    ) -> int:
        """Write a run, or what comes of it behind so many parts; how many parts it has by now."""
        firsts = range(0, len(prints), PART)
        cursor.executemany(
            "INSERT INTO voucher_runs VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (kind, run, number, int(part[0]), len(part), part.tobytes(), places[at : at + PART].tobytes())
                for number, at in enumerate(firsts, first_part)
                for part in [prints[at : at + PART]]
            ],
        )
        return first_part + len(firsts)


def _joined(parts: Iterable[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    prints, places = zip((np.empty(0, np.int64),) * 2, *parts, strict=True)
    return np.concatenate(prints), np.concatenate(places)


class Shares:
    """Prints and places sorted outside of memory: by first bits into files, then file by file."""

    def __init__(self, files: Sequence[IO[bytes]]) -> None:
        self._shares = files

    @classmethod
    @contextmanager
    def begun(cls) -> Iterator[Self]:
        """Nothing yet; the files are gone when the context ends."""
        with ExitStack() as stack:
            yield cls([stack.enter_context(SpooledTemporaryFile(SPOOLED_BYTES)) for _ in range(1 << SHARE_BITS)])

    def add(self, prints: np.ndarray, places: np.ndarray) -> None:
        """Put some prints with their places where they belong."""
        shares = (prints >> (64 - SHARE_BITS)) + len(self._shares) // 2
        order = np.argsort(shares, kind="stable")
        pairs = np.stack([prints, places], axis=1)[order]
        bounds = np.searchsorted(shares[order], np.arange(len(self._shares) + 1)).tolist()
        for file, (begin, end) in zip(self._shares, pairwise(bounds), strict=True):
            if begin < end:
                file.write(pairs[begin:end].tobytes())

    def sorted(self) -> Iterator[tuple[int, int, np.ndarray, np.ndarray]]:
        """Share by share: the least and the greatest print it may hold, its prints in order, and their places."""
        width = 2 ** (64 - SHARE_BITS)
        for number, file in enumerate(self._shares):
            low = number * width - 2**63
            file.seek(0)
            prints, places = np.frombuffer(file.read(), np.int64).reshape(-1, 2).T
            order = np.lexsort((places, prints))
            yield low, low + width - 1, prints[order], places[order]
