"""The index of vouchers (税票索引): where each voucher number is recorded, by its 64-bit print.

Sorted runs of prints and places, in rows of a few thousand.  What is recorded together is one run; runs that
have grown alike are merged, so that there are few of them and one more receipt costs the same after millions.
Prints may meet by chance: who looks up a voucher reads the lines found and compares.
"""

import hashlib
from collections.abc import Iterator
from typing import Any, Literal, Protocol

import numpy as np

TABLE = """CREATE TABLE IF NOT EXISTS voucher_runs (
    kind TEXT NOT NULL, run INTEGER NOT NULL, part INTEGER NOT NULL, first INTEGER NOT NULL, size INTEGER NOT NULL,
    prints BLOB NOT NULL, places BLOB NOT NULL,
    PRIMARY KEY (kind, run, part))"""
ROW_BITS = 14
PART = 8_192
MERGED_FROM = 4
"""A run is merged with the one before it when that one is not more than so many times as large."""

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
            prints = np.concatenate([prints, *(part[0] for part in own)])
            places = np.concatenate([places, *(part[1] for part in own)])
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

    def digest(self, cursor: Cursor, kind: str) -> str:
        """SHA-256 of every print and place in the order of the log; empty for an index that cannot be read."""
        try:
            prints, places = self.everything(cursor, kind)
        except ValueError:
            return ""
        return hashlib.sha256(prints.tobytes() + places.tobytes()).hexdigest()

    def everything(self, cursor: Cursor, kind: str) -> tuple[np.ndarray, np.ndarray]:
        """Every print with its place, sorted by place."""
        parts = [part for run in self._runs(cursor, kind) for part in self._parts(cursor, kind, run)]
        prints = np.concatenate([np.empty(0, np.int64), *(part[0] for part in parts)])
        places = np.concatenate([np.empty(0, np.int64), *(part[1] for part in parts)])
        order = np.argsort(places, kind="stable")
        return prints[order], places[order]

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
        if (kind, run) not in self._firsts:
            cursor.execute("SELECT first FROM voucher_runs WHERE kind = ? AND run = ? ORDER BY part", (kind, run))
            self._firsts[kind, run] = np.array([first for (first,) in cursor.fetchall()], np.int64)
        firsts = self._firsts[kind, run]
        begins = np.maximum(np.searchsorted(firsts, wanted, side="left") - 1, 0)
        ends = np.searchsorted(firsts, wanted, side="right")
        is_near = np.zeros(len(firsts) + 1, np.int64)
        np.add.at(is_near, begins[ends > 0], 1)
        np.add.at(is_near, ends[ends > 0], -1)
        for part in np.flatnonzero(np.cumsum(is_near)).tolist():
            yield from self._parts(cursor, kind, run, part)

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

    @staticmethod
    def _write(cursor: Cursor, kind: str, run: int, prints: np.ndarray, places: np.ndarray) -> None:
        order = np.argsort(prints, kind="stable")
        prints, places = prints[order], places[order]
        firsts = range(0, len(prints), PART)
        cursor.executemany(
            "INSERT INTO voucher_runs VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (kind, run, number, int(part[0]), len(part), part.tobytes(), places[at : at + PART].tobytes())
                for number, at in enumerate(firsts)
                for part in [prints[at : at + PART]]
            ],
        )
