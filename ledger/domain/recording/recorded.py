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

from ledger.domain.recording.entries import CHAIN_MAX, Entry, Originals
from ledger.domain.recording.growing import Begin, Growing, GrowingNames, InMemory, Room
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
PIECE = 262_144
"""So many lines of columns that need not be in memory are looked at together."""
PLAIN: dict[str, tuple[type, int]] = {
    "positions": (np.int64, 0),
    "booked_on": (np.int32, 0),
    "period_first": (np.int32, 0),
    "period_last": (np.int32, 0),
    "amounts_fen": (np.int64, 0),
    "levels_fen": (np.int64, len(LEVELS)),
    "takes_back": (np.bool_, 0),
    "is_reversal": (np.bool_, 0),
}
"""The columns of numbers: what each holds, and how many of them a line has if not one."""
Load = Callable[[int], Receipts]
"""Reads the lines of the event at a position again."""


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


class Recorded:
    """The lines of receipts known so far; grows block by block."""

    def __init__(self, load: Load | None = None, begin: Begin = InMemory.begin) -> None:
        self._load = load
        self._held: dict[int, Receipts] = {}
        self._holding = Lock()
        self._plain = {name: begin(name, *kind) for name, kind in PLAIN.items()}
        codes = {name: begin(name, np.int32, 0) for name in (*NAMED, "percents")}
        self._prints = begin("prints", np.int64, 0)
        self._firsts = begin("block_firsts", np.int64, 0)
        self._block_positions = begin("block_positions", np.int64, 0)
        blocks = {"prints": self._prints, "block_firsts": self._firsts, "block_positions": self._block_positions}
        self._grown: dict[str, Growing] = {**self._plain, **codes, **blocks}
        self._names = {name: GrowingNames(codes[name]) for name in codes}
        self._of_project: dict[int, list[np.ndarray]] = {}
        self._noted = 0
        self._originals = Originals()
        self._remembered: Rows = np.empty(0, np.int64)
        self._to_make: list[Rows] = []
        self._treasuries: dict[str, None] = {}
        self._unresolved: list[tuple[Rows, np.ndarray]] = []
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

    def kept(self, begin: Begin = InMemory.begin) -> tuple[dict[str, Growing], dict[str, list[str]]]:
        """Everything from which `restored` goes on: columns of numbers, and names; what is worked out is begun."""
        self._resolve()
        projects, sizes = begin("project_rows", np.int64, 0), begin("project_sizes", np.int64, 2)
        remembered = begin("remembered", np.int64, 0)
        projects.add_zeros(len(self))
        sizes.add(self._group_by_project(projects))
        remembered.add(self._remembered)
        columns = self._grown | {"project_rows": projects, "project_sizes": sizes, "remembered": remembered}
        names = {name: column.names for name, column in self._names.items()}
        return columns, names | {"treasuries": list(self._treasuries)}

    def _group_by_project(self, grouped: Growing) -> np.ndarray:
        """Write every row behind those of its project before it; each project that occurs, and how many rows it has."""
        codes = self._names["projects"].codes.values
        counts = np.zeros(len(self._names["projects"].names), np.int64)
        for lines in _pieces(len(codes)):
            counts += np.bincount(codes[lines], minlength=len(counts))
            self._let_go()
        ends = np.cumsum(counts) - counts
        for lines in _pieces(len(codes)):
            order = np.argsort(codes[lines], kind="stable")
            own = codes[lines][order]
            added = np.bincount(own, minlength=len(counts))
            before = np.cumsum(added) - added
            grouped.values[ends[own] + np.arange(len(own)) - before[own]] = lines.start + order
            ends += added
            self._let_go()
            grouped.let_go()
        occurring = np.flatnonzero(counts)
        return np.stack([occurring, counts[occurring]], axis=1)

    def _let_go(self) -> None:
        for column in self._grown.values():
            column.let_go()

    @classmethod
    def restored(cls, columns: Mapping[str, Room], names: Mapping[str, list[str]], load: Load) -> "Recorded":
        """The lines as they were kept; the columns may be mapped files, of which only what is asked for is read."""
        recorded = cls(load, lambda name, dtype, width: InMemory(columns[name]))
        for name, own in recorded._names.items():
            own.begin_with(names[name])
        rows, sizes, remembered = (
            columns[name][0][: columns[name][1]] for name in ("project_rows", "project_sizes", "remembered")
        )
        begins = np.cumsum(sizes[:, 1]) - sizes[:, 1]
        for (code, size), begin in zip(sizes.tolist(), begins.tolist(), strict=True):
            recorded._of_project[code] = [rows[begin : begin + size]]
        recorded._noted = len(recorded)
        kept = recorded.still()
        recorded._remembered = remembered
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
        found = Recorded(self._load, lambda name, dtype, width: InMemory((own := self._grown[name].values, len(own))))
        for name, names in found._names.items():
            names.stand_as(self._names[name])
        found._held, found._holding = self._held, self._holding
        found._of_project, found._noted = self._of_project, self._noted
        found._originals, found._remembered = self.originals, self._remembered
        found._treasuries = self._treasuries.copy()
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
        if len(receipts.original_rows):
            self._unresolved.append((first + receipts.original_rows, receipts.original_prints()))
        self._let_go()

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
        if self._noted == len(self):
            return
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
        taking_back, named = (np.concatenate(each) for each in zip(*self._unresolved, strict=True))
        self._unresolved = []
        rows = np.union1d(self._printed(named), taking_back)
        sources = self._sources(rows)[np.searchsorted(rows, taking_back)]
        for name in NAMED:
            codes = self._names[name].codes
            own = np.concatenate([codes.values[each] for each in self._in_pieces(rows)])
            written = zip(self._in_pieces(taking_back), self._in_pieces(taking_back, own[sources]), strict=True)
            for each, found in written:
                codes.values[each] = found
        self._remembered = np.union1d(self._remembered, rows)
        self._to_make.append(rows)

    def _printed(self, prints: np.ndarray) -> Rows:
        """The lines whose voucher numbers have one of some prints."""
        found = []
        for lines in _pieces(len(self)):
            found.append(lines.start + np.flatnonzero(np.isin(self._prints.values[lines], prints)))
            self._let_go()
        return np.concatenate(found)

    def _sources(self, rows: Rows) -> Rows:
        """Where among some lines the first original of each stands; the line itself where it takes none of them back."""
        keys, taking, originals = self._links(rows)
        order = np.argsort(keys)
        at = order[np.minimum(np.searchsorted(keys, originals, sorter=order), len(keys) - 1)]
        met = keys[at] == originals
        above = np.arange(len(keys))
        above[taking[met]] = at[met]
        for _ in range(CHAIN_MAX.bit_length()):
            above = above[above]
        return above

    def _links(self, rows: Rows) -> tuple[np.ndarray, Rows, np.ndarray]:
        """The keys of some lines, which of these take others back, and the keys of those others."""
        keys, taking, originals, begin = [], [], [], 0
        for _, receipts, own in self._by_block(rows):
            places, named = receipts.taken_back_by(own)
            keys.append(receipts.keys(own))
            taking.append(begin + places)
            originals.append(named)
            begin += len(own)
        return np.concatenate(keys), np.concatenate(taking), np.concatenate(originals)

    def _by_block(self, rows: Rows) -> Iterator[tuple[int, Receipts, Rows]]:
        """The positions and blocks in which some rising rows stand, each with their places in it."""
        blocks = np.searchsorted(self._firsts.values, rows, side="right") - 1
        for begin, end in _runs(blocks):
            block = int(blocks[begin])
            position = int(self._block_positions.values[block])
            yield position, self._block(block), rows[begin:end] - self._firsts.values[block]

    def _in_pieces(self, rows: Rows, values: np.ndarray | None = None) -> Iterator[np.ndarray]:
        """Rising rows, or values for each of them, piece of the columns by piece."""
        bounds = np.searchsorted(rows, np.arange(0, len(self) + PIECE, PIECE)).tolist()
        for begin, end in pairwise(bounds):
            self._let_go()
            yield (rows if values is None else values)[begin:end]

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
        to_make, self._to_make = self._to_make, []
        for rows in to_make:
            self._originals = self._originals.with_more(self.entries(rows))
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
        if len(rows) == len(self):
            return found
        at = np.minimum(np.searchsorted(rows, found), len(rows) - 1)
        among: Rows = found[rows[at] == found]
        return among

    def entries(self, rows: Rows) -> Iterator[Entry]:
        """Some lines as entries, in the order of the log; row numbers must rise."""
        for position, receipts, own in self._by_block(rows):
            yield from receipts.entries(position, own)

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


def _pieces(count: int) -> Iterator[slice]:
    """So many lines, piece by piece."""
    return (slice(first, first + PIECE) for first in range(0, count, PIECE))


def _mask(count: int, rows: Rows) -> np.ndarray:
    mask = np.zeros(count, bool)
    mask[rows] = True
    return mask
