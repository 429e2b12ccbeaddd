"""What was recorded (已入账): every line of receipts so far, in columns, in the order of the log.

Questions are answered over whole columns; entries are made only of the lines that somebody looks at one by one.
A line that takes another back stands here under the names of the first original (semantics 5.2).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from itertools import groupby

import numpy as np

from ledger.domain.recording.entries import Entry, Originals
from ledger.domain.recording.receipts import NONE, Receipts, Rows, Texts, percents_of, prints_of
from ledger.domain.terms import LEVELS, Level

NAMED = ("subjects", "enterprises", "projects", "parks", "collectors")
ATTRIBUTES = ("subject", "enterprise", "project", "park", "collector")
"""The columns of names that an agreement may select and count by, and what an entry calls each."""
FAR = 2**62


@dataclass(frozen=True)
class Columns:
    """Every line, column by column: days as ordinals (0 where none is said), names as codes of `names`."""

    positions: np.ndarray
    booked_on: np.ndarray
    period_first: np.ndarray
    period_last: np.ndarray
    amounts_fen: np.ndarray
    codes: dict[str, np.ndarray]
    names: dict[str, list[str]]
    levels_fen: np.ndarray
    """The treasury's own figures, four levels a line; zeros where it gave none."""
    percents: Texts
    takes_back: np.ndarray
    """Which lines take another back, as a mask."""
    is_reversal: np.ndarray
    """Which of them take it back whole, as a mask."""

    def percents_at(self, row: int) -> dict[Level, Fraction] | None:
        """The treasury's shares by level on a line."""
        return percents_of(self.percents.distinct[self.percents.codes[row]])


class Recorded:
    """The lines of receipts known so far; grows block by block."""

    def __init__(self) -> None:
        self._blocks: list[tuple[int, Receipts]] = []
        self._firsts: list[int] = []
        self._count = 0

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Recorded":
        """What some entries, in the order of their positions, come to."""
        recorded = cls()
        for position, own in groupby(entries, key=lambda entry: entry.position):
            recorded.add(position, Receipts.of(list(own)))
        return recorded

    def add(self, position: int, receipts: Receipts) -> None:
        """Take in the lines of one event."""
        self._blocks.append((position, receipts))
        self._firsts.append(self._count)
        self._count += len(receipts)
        for name in ("columns", "originals", "_related", "_by_project"):
            self.__dict__.pop(name, None)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Entry]:
        for position, receipts in self._blocks:
            yield from receipts.entries(position)

    # Lines

    def rows(self, after: int = 0, cut: int = FAR, since: date = date.min, until: date = date.max) -> Rows:
        """The lines recorded behind a position and up to another, booked after a day and up to another."""
        own = self.columns
        first, last = np.searchsorted(own.positions, [after + 1, cut + 1]).tolist()
        booked = own.booked_on[first:last]
        found: Rows = first + np.flatnonzero((booked > since.toordinal()) & (booked <= until.toordinal()))
        return found

    def years(self, cut: int = FAR) -> list[int]:
        """The years in which something recorded up to a position was booked."""
        days = np.unique(self.columns.booked_on[: np.searchsorted(self.columns.positions, cut + 1)]).tolist()
        return sorted({date.fromordinal(day).year for day in days})

    def booked(self) -> list[date]:
        """The first and the last day on which something was booked; empty if nothing was."""
        days = self.columns.booked_on
        return [date.fromordinal(int(day)) for day in (days.min(), days.max())] if len(days) else []

    def of_projects(self, names: Iterable[str], rows: Rows) -> Rows:
        """The lines among some that are of certain projects."""
        order, projects = self._by_project
        codes = {name: code for code, name in enumerate(self.columns.names["projects"])}
        wanted = [codes[name] for name in names if name in codes]
        begins, ends = np.searchsorted(projects, wanted), np.searchsorted(projects, wanted, side="right")
        own = [order[begin:end] for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)]
        found = np.sort(np.concatenate([NONE, *own]))
        return found if len(rows) == self._count else np.intersect1d(found, rows, assume_unique=True)

    @cached_property
    def _by_project(self) -> tuple[np.ndarray, np.ndarray]:
        codes = self.columns.codes["projects"]
        order = np.argsort(codes, kind="stable")
        return order, codes[order]

    def entries(self, rows: Rows) -> Iterator[Entry]:
        """Some lines as entries, in the order of the log; row numbers must rise."""
        bounds = np.searchsorted(rows, [*self._firsts, self._count]).tolist()
        for index, (position, receipts) in enumerate(self._blocks):
            own = rows[bounds[index] : bounds[index + 1]]
            if len(own):
                yield from receipts.entries(position, own - self._firsts[index])

    @cached_property
    def originals(self) -> Originals:
        """The lines that take others back, and those that are taken back."""
        return Originals(self.entries(self._related))

    @cached_property
    def _related(self) -> Rows:
        named = [key.split("\t")[0].encode() for _, receipts in self._blocks for key in receipts.originals]
        if not named:
            return np.empty(0, np.int64)
        prints = np.unique(prints_of(np.array(named, np.bytes_)))
        found = [NONE.astype(np.int64)]
        for first, (_, receipts) in zip(self._firsts, self._blocks, strict=True):
            own = np.isin(receipts.prints(), prints)
            own[receipts.original_rows] = True
            found.append(first + np.flatnonzero(own))
        return np.concatenate(found)

    # Columns

    @cached_property
    def columns(self) -> Columns:
        """Every line, column by column."""
        blocks = [receipts for _, receipts in self._blocks]
        counts = [len(receipts) for receipts in blocks]
        takes_back, is_reversal = np.zeros(self._count, bool), np.zeros(self._count, bool)
        for first, receipts in zip(self._firsts, blocks, strict=True):
            takes_back[first + receipts.original_rows] = True
            is_reversal[first + receipts.reversals] = True
        names = self._names(np.flatnonzero(takes_back))
        return Columns(
            positions=np.repeat(np.array([position for position, _ in self._blocks], np.int64), counts),
            booked_on=_below(blocks, "booked_on"),
            period_first=_below(blocks, "period_first"),
            period_last=_below(blocks, "period_last"),
            amounts_fen=_below(blocks, "amounts_fen"),
            codes={name: column.codes for name, column in names.items()},
            names={name: column.distinct for name, column in names.items()},
            levels_fen=np.concatenate([np.empty((0, len(LEVELS)), np.int64), *map(_levels, blocks)]),
            percents=Texts.joined([receipts.percents or Texts.alike("", len(receipts)) for receipts in blocks]),
            takes_back=takes_back,
            is_reversal=is_reversal,
        )

    def _names(self, taking_back: Rows) -> dict[str, Texts]:
        """The columns of names; a line that takes another back has those of the first original."""
        joined = {name: Texts.joined([getattr(receipts, name) for _, receipts in self._blocks]) for name in NAMED}
        sources = [[entry, *self.originals.above(entry)][-1] for entry in self.entries(taking_back)]
        return {
            name: column.put(taking_back, [getattr(source, attribute) for source in sources])
            for (name, column), attribute in zip(joined.items(), ATTRIBUTES, strict=True)
        }


def _below(blocks: Iterable[Receipts], name: str) -> np.ndarray:
    """A column of several blocks, one below the other."""
    return np.concatenate([np.empty(0, np.int64), *(getattr(receipts, name) for receipts in blocks)])


def _levels(receipts: Receipts) -> np.ndarray:
    if receipts.levels_fen is None:
        return np.zeros((len(receipts), len(LEVELS)), np.int64)
    return receipts.levels_fen.reshape(-1, len(LEVELS))
