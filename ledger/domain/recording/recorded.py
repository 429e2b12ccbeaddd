"""What was recorded (已入账): every line of receipts so far, in columns, in the order of the log.

Questions are answered over whole columns; entries are made only of the lines that somebody looks at one by one.
One more block costs what it holds, however much is there.  A line that takes another back stands here under the
names of the first original (semantics 5.2).  Of books that can read their blocks again only the columns and a few
blocks are held.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import groupby, pairwise
from threading import Lock

import numpy as np

from ledger.domain.recording.entries import Entry, Originals
from ledger.domain.recording.receipts import NONE, Receipts, Rows, Texts, percents_of
from ledger.domain.terms import LEVELS, Level

NAMED = {
    "subjects": "subject",
    "enterprises": "enterprise",
    "projects": "project",
    "parks": "park",
    "collectors": "collector",
}
"""The columns of names that an agreement may select and count by, and what an entry calls each."""
FAR = 2**62
BLOCKS_HELD = 32
"""So many blocks are kept at hand where the others can be read again."""
Load = Callable[[int], Receipts]
"""Reads the lines of the event at a position again."""
Room = tuple[np.ndarray, int]
"""A column with room at its end, and how much of it is used."""


@dataclass(frozen=True)
class Columns:
    """Every line, column by column: days as ordinals (0 where none is said), names as codes of `names`.

    `levels_fen` are the treasury's own figures, four levels a line, zeros where it gave none; `takes_back` says
    which lines take another back, `is_reversal` which of them whole.
    """

    positions: np.ndarray
    booked_on: np.ndarray
    period_first: np.ndarray
    period_last: np.ndarray
    amounts_fen: np.ndarray
    levels_fen: np.ndarray
    takes_back: np.ndarray
    is_reversal: np.ndarray
    percents: np.ndarray
    codes: dict[str, np.ndarray]
    names: dict[str, list[str]]

    def percents_at(self, row: int) -> dict[Level, Fraction] | None:
        """The treasury's shares by level on a line."""
        return percents_of(self.names["percents"][self.percents[row]])


Asked = tuple[int, int, int, date, date]
"""How many lines there were, and which of them were asked for."""


class _Growing:
    """A column that grows at its end; room is made by doubling, so that adding costs what is added.

    Zeros are never written, so that a column nobody filled takes no memory.
    """

    def __init__(self, dtype: type, width: int = 0) -> None:
        self._room: np.ndarray = np.zeros((0, width) if width else 0, dtype)
        self._count = 0
        self._is_filled = False

    def begin_with(self, room: Room) -> None:
        """Go on from a column that was kept."""
        self._room, self._count = room
        self._is_filled = True

    @property
    def values(self) -> np.ndarray:
        """Everything added so far."""
        return self._room[: self._count]

    def add(self, values: np.ndarray) -> None:
        """Add values at the end."""
        end = self._count + len(values)
        if end > len(self._room):
            room = np.zeros((max(end, 2 * len(self._room)), *self._room.shape[1:]), self._room.dtype)
            if self._is_filled:
                room[: self._count] = self.values
            self._room = room
        if values.any():
            self._room[self._count : end] = values
            self._is_filled = True
        self._count = end


class _GrowingNames:
    """A column of names that grows at its end: codes, and the name of each code."""

    def __init__(self, codes: _Growing) -> None:
        self.codes = codes
        self.names: list[str] = []
        self._known: dict[str, int] = {}
        self._still: list[str] = []

    def begin_with(self, names: list[str]) -> None:
        """Go on from names that were kept."""
        self.names = names
        self._known = {name: code for code, name in enumerate(names)}

    def stand_as(self, other: "_GrowingNames") -> None:
        """Know what another column knows now; it goes on growing beside this one."""
        if len(other._still) != len(other.names):
            other._still = other.names.copy()
        self.names, self._known = other._still, other._known

    def add(self, texts: Texts) -> None:
        """Add the names of some lines."""
        own = np.array([self.code(text) for text in texts.distinct], np.int32)
        self.codes.add(own[texts.codes])

    def code(self, name: str) -> int:
        """The code of a name, a new one if nobody knows it."""
        if name not in self._known:
            self._known[name] = len(self.names)
            self.names.append(name)
        return self._known[name]

    def known(self, names: Iterable[str]) -> list[int]:
        """The codes of those among some names that stand anywhere."""
        return [self._known[name] for name in names if name in self._known]


class Recorded:
    """The lines of receipts known so far; grows block by block."""

    def __init__(self, load: Load | None = None) -> None:
        self._load = load
        self._held: dict[int, Receipts] = {}
        self._holding = Lock()
        self._plain = {
            "positions": _Growing(np.int64),
            "booked_on": _Growing(np.int32),
            "period_first": _Growing(np.int32),
            "period_last": _Growing(np.int32),
            "amounts_fen": _Growing(np.int64),
            "levels_fen": _Growing(np.int64, len(LEVELS)),
            "takes_back": _Growing(np.bool_),
            "is_reversal": _Growing(np.bool_),
        }
        codes = {name: _Growing(np.int32) for name in (*NAMED, "percents")}
        self._grown = self._plain | codes
        self._prints = self._grown["prints"] = _Growing(np.int64)
        self._firsts = self._grown["block_firsts"] = _Growing(np.int64)
        self._block_positions = self._grown["block_positions"] = _Growing(np.int64)
        self._names = {name: _GrowingNames(codes[name]) for name in codes}
        self._of_project: dict[int, list[np.ndarray]] = {}
        self._noted = 0
        self._originals = Originals()
        self._treasuries: dict[str, None] = {}
        self._unresolved: list[int] = []
        self._columns: Columns | None = None
        self._answered: tuple[Asked, Rows] | None = None

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Recorded":
        """What some entries, in the order of their positions, come to."""
        recorded = cls()
        for position, own in groupby(entries, key=lambda entry: entry.position):
            recorded.add(position, Receipts.of(list(own)))
        return recorded

    def __len__(self) -> int:
        return len(self._prints.values)

    def __iter__(self) -> Iterator[Entry]:
        for block, position in enumerate(self._block_positions.values.tolist()):
            yield from self._block(block).entries(position)

    # Kept and taken up again

    def kept(self) -> tuple[dict[str, np.ndarray], dict[str, list[str]]]:
        """Everything from which `restored` goes on: columns of numbers, and names."""
        self._note_projects()
        projects = {code: np.concatenate(parts) for code, parts in sorted(self._of_project.items())}
        columns = {name: column.values for name, column in self._grown.items()}
        columns["project_rows"] = np.concatenate([NONE, *projects.values()]).astype(np.int64)
        columns["project_sizes"] = np.array([(code, len(rows)) for code, rows in projects.items()], np.int64)
        columns["remembered"] = self._rows_remembered()
        names = {name: column.names for name, column in self._names.items()}
        return columns, names | {"treasuries": list(self._treasuries)}

    @classmethod
    def restored(cls, columns: Mapping[str, Room], names: Mapping[str, list[str]], load: Load) -> "Recorded":
        """The lines as they were kept; the columns may be mapped files, of which only what is asked for is read."""
        recorded = cls(load)
        for name, column in recorded._grown.items():
            column.begin_with(columns[name])
        for name, own in recorded._names.items():
            own.begin_with(names[name])
        rows, sizes, remembered = (
            columns[name][0][: columns[name][1]] for name in ("project_rows", "project_sizes", "remembered")
        )
        begins = np.cumsum(sizes[:, 1]) - sizes[:, 1] if len(sizes) else NONE
        for (code, size), begin in zip(sizes.tolist(), begins.tolist(), strict=True):
            recorded._of_project[code] = [rows[begin : begin + size]]
        recorded._noted = len(recorded)
        kept = recorded.still()
        recorded._originals = Originals(pending=lambda: kept.entries(remembered))
        recorded._treasuries = dict.fromkeys(names["treasuries"])
        return recorded

    def load_from(self, load: Load) -> None:
        """Read blocks again in another way from now on."""
        self._load = load

    def still(self) -> "Recorded":
        """The lines so far, for many readers at once: what comes later does not show in them, and nothing is added.

        Columns are shared, not copied: what is added to these goes behind the end of those.
        """
        self._note_projects()
        found = Recorded(self._load)
        for name, column in found._grown.items():
            column.begin_with((self._grown[name].values, len(self._grown[name].values)))
        for name, names in found._names.items():
            names.stand_as(self._names[name])
        found._held, found._holding = self._held, self._holding
        found._of_project, found._noted = self._of_project, self._noted
        found._originals, found._treasuries = self._originals, self._treasuries.copy()
        return found

    # Blocks come in

    def add(self, position: int, receipts: Receipts) -> None:
        """Take in the lines of one event."""
        first, count = len(self), len(receipts)
        self._hold(len(self._firsts.values), receipts)
        self._firsts.add(np.array([first]))
        self._block_positions.add(np.array([position]))
        self._prints.add(receipts.prints())
        values = {
            "positions": np.full(count, position),
            "levels_fen": receipts.levels_by_line(),
            "takes_back": _mask(count, receipts.original_rows),
            "is_reversal": _mask(count, receipts.reversals),
        }
        for name, column in self._plain.items():
            column.add(values[name] if name in values else getattr(receipts, name))
        for name in NAMED:
            self._names[name].add(getattr(receipts, name))
        self._names["percents"].add(receipts.percents or Texts.alike("", count))
        self._treasuries |= dict.fromkeys(receipts.treasuries.distinct)
        self._unresolved += (first + receipts.original_rows).tolist()

    def _block(self, block: int) -> Receipts:
        held = self._held.get(block)
        if held is None:
            assert self._load is not None
            held = self._load(int(self._block_positions.values[block]))
            self._hold(block, held)
        return held

    def _hold(self, block: int, receipts: Receipts) -> None:
        with self._holding:
            if self._load is not None and len(self._held) >= BLOCKS_HELD:
                del self._held[next(iter(self._held))]
            self._held[block] = receipts

    def _note_projects(self) -> None:
        """Note the new lines under their projects."""
        self._resolve()
        rows, self._noted = np.arange(self._noted, len(self)), len(self)
        codes = self._names["projects"].codes.values[rows]
        order = np.argsort(codes, kind="stable")
        for begin, end in _runs(codes[order]):
            self._of_project.setdefault(int(codes[order[begin]]), []).append(rows[order[begin:end]])

    def _resolve(self) -> None:
        """Name the new lines that take others back by their first originals."""
        if not self._unresolved:
            return
        rows, self._unresolved = np.array(self._unresolved, np.int64), []
        blocks = np.unique(np.searchsorted(self._firsts.values, rows, side="right") - 1).tolist()
        named = np.concatenate([self._block(block).original_prints() for block in blocks])
        self._remember(np.union1d(np.flatnonzero(np.isin(self._prints.values, named)), rows))
        for row, entry in zip(rows.tolist(), self.entries(rows), strict=True):
            source = [entry, *self._originals.above(entry)][-1]
            for name, attribute in NAMED.items():
                column = self._names[name]
                column.codes.values[row] = column.code(getattr(source, attribute))

    def _rows_remembered(self) -> Rows:
        """The lines that take back or are taken back, in the order of the log."""
        entries = [(entry.position, entry.row) for entry in self._originals]
        positions = np.array([position for position, _ in entries], np.int64)
        blocks = np.searchsorted(self._block_positions.values, positions)
        rows: Rows = np.sort(self._firsts.values[blocks] + np.array([row - 1 for _, row in entries], np.int64))
        return rows

    def _remember(self, rows: Rows) -> None:
        self._originals = self._originals.with_more(self.entries(rows))

    # Lines

    @property
    def columns(self) -> Columns:
        """Every line, column by column."""
        self._resolve()
        columns = self._columns
        if columns is None or len(columns.amounts_fen) != len(self):
            columns = self._columns = self._seen()
        return columns

    def _seen(self) -> Columns:
        return Columns(
            **{name: column.values for name, column in self._plain.items()},
            percents=self._names["percents"].codes.values,
            codes={name: self._names[name].codes.values for name in NAMED},
            names={name: column.names for name, column in self._names.items()},
        )

    @property
    def originals(self) -> Originals:
        """The lines that take others back, and those that are taken back."""
        self._resolve()
        return self._originals

    @property
    def treasuries(self) -> set[str]:
        """The treasuries that are named on any line."""
        return set(self._treasuries)

    def last(self, count: int, cut: int) -> Rows:
        """So many lines, the last recorded up to a position."""
        end = int(np.searchsorted(self._plain["positions"].values, cut + 1))
        return np.arange(end - count, end)

    def rows(self, after: int = 0, cut: int = FAR, since: date = date.min, until: date = date.max) -> Rows:
        """The lines recorded behind a position and up to another, booked after a day and up to another."""
        asked = len(self), after, cut, since, until
        answered = self._answered
        if answered is None or answered[0] != asked:  # one agreement after another asks for the same lines
            answered = self._answered = asked, self._rows(after, cut, since, until)
        return answered[1]

    def _rows(self, after: int, cut: int, since: date, until: date) -> Rows:
        first, last = np.searchsorted(self._plain["positions"].values, [after + 1, cut + 1]).tolist()
        booked = self._plain["booked_on"].values[first:last]
        found: Rows = first + np.flatnonzero((booked > since.toordinal()) & (booked <= until.toordinal()))
        return found

    def of_projects(self, names: Iterable[str], rows: Rows) -> Rows:
        """The lines among some that are of certain projects; both in the order of the log."""
        self._note_projects()
        own = [part for code in self._names["projects"].known(names) for part in self._of_project.get(code, ())]
        found = np.sort(np.concatenate([NONE, *own]))
        if not len(rows) or not len(found):
            return rows[:0]
        at = np.minimum(np.searchsorted(rows, found), len(rows) - 1)
        among: Rows = found[rows[at] == found]
        return among

    def entries(self, rows: Rows) -> Iterator[Entry]:
        """Some lines as entries, in the order of the log; row numbers must rise."""
        blocks = np.searchsorted(self._firsts.values, rows, side="right") - 1
        for begin, end in _runs(blocks):
            block = int(blocks[begin])
            position = int(self._block_positions.values[block])
            yield from self._block(block).entries(position, rows[begin:end] - self._firsts.values[block])

    def years(self, cut: int = FAR) -> list[int]:
        """The years in which something recorded up to a position was booked."""
        end = np.searchsorted(self._plain["positions"].values, cut + 1)
        days = np.unique(self._plain["booked_on"].values[:end]).tolist()
        return sorted({date.fromordinal(day).year for day in days})

    def booked(self) -> list[date]:
        """The first and the last day on which something was booked; empty if nothing was."""
        days = self._plain["booked_on"].values
        return [date.fromordinal(int(day)) for day in (days.min(), days.max())] if len(days) else []


def _runs(codes: np.ndarray) -> list[tuple[int, int]]:
    """Where each run of alike codes begins and ends."""
    bounds = [*np.flatnonzero(np.diff(codes, prepend=-1)).tolist(), len(codes)]
    return list(pairwise(bounds)) if len(codes) else []


def _mask(count: int, rows: Rows) -> np.ndarray:
    mask = np.zeros(count, bool)
    mask[rows] = True
    return mask
