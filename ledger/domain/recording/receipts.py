"""Receipts in columns: up to 16,384 lines of a file as one value, so that a file is one transaction.

A single receipt is the same value with one line.  Columns are numpy arrays, texts that repeat
stand once; nothing here is done line by line but making entries of lines.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import repeat

import msgspec
import numpy as np

from ledger.domain.recording.entries import Entry, Key
from ledger.domain.terms import LEVELS, Level

LINES_MAX = 16_384
SLICE_BYTES_MAX = 2_000_000
NONE = np.empty(0, np.int32)
Rows = np.ndarray[tuple[int], np.dtype[np.integer]]
"""Row numbers of a block, from 0."""


class Texts(msgspec.Struct, frozen=True, eq=False):
    """A column of texts that repeat: each distinct text once, and which one stands on each line."""

    distinct: list[str]
    codes: np.ndarray

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Texts":
        """The column of these texts."""
        seen: dict[str, int] = {}
        codes = [seen.setdefault(text, len(seen)) for text in texts]
        return cls(list(seen), np.array(codes, narrowest(len(seen))))

    @classmethod
    def mapped(cls, texts: Sequence[str], codes: np.ndarray) -> "Texts":
        """The column of texts of which several may be alike, and which of them stands on each line."""
        own = cls.of(texts)
        return cls(own.distinct, own.codes[codes])

    @classmethod
    def alike(cls, text: str, count: int) -> "Texts":
        """A column that holds one text throughout."""
        return cls([text], np.zeros(count, np.uint8))

    def take(self, rows: Rows) -> "Texts":
        """Some lines of the column, with the texts they hold."""
        own = self.codes[rows]
        is_used = np.zeros(len(self.distinct), bool)
        is_used[own] = True
        used = np.flatnonzero(is_used).tolist()
        numbers = (np.cumsum(is_used) - 1).astype(narrowest(len(used)))
        return Texts([self.distinct[code] for code in used], numbers[own])

    def at(self, row: int) -> str:
        """The text on one line."""
        return self.distinct[int(self.codes[row])]

    def __iter__(self) -> Iterator[str]:
        return iter([self.distinct[code] for code in self.codes.tolist()])


def narrowest(count: int) -> type[np.unsignedinteger]:
    """The narrowest kind of number that tells so many texts apart."""
    return np.uint8 if count <= 2**8 else np.uint16 if count <= 2**16 else np.uint32


class Receipts(msgspec.Struct, frozen=True, eq=False, omit_defaults=True):
    """Lines of receipts, column by column.

    `vouchers` are UTF-8 bytes of one width; amounts are fen; days are proleptic Gregorian ordinals (0 where
    none is said); `originals` are the voucher, line and treasury, parted by tabs, that the lines `original_rows` take
    back; `reversals` are row numbers; `levels_fen` the treasury's own figures, four levels a line, one line after the other.
    """

    vouchers: np.ndarray
    numbers: Texts
    treasuries: Texts
    booked_on: np.ndarray
    amounts_fen: np.ndarray
    period_first: np.ndarray
    period_last: np.ndarray
    subjects: Texts
    enterprises: Texts
    projects: Texts
    parks: Texts
    collectors: Texts
    original_rows: np.ndarray = NONE
    originals: list[str] = []
    reversals: np.ndarray = NONE
    levels_fen: np.ndarray | None = None
    percents: Texts | None = None

    def __len__(self) -> int:
        return len(self.amounts_fen)

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> "Receipts":
        """The columns of some entries, in their order."""
        levels = [[(entry.levels_fen or {}).get(level, 0) for level in LEVELS] for entry in entries]
        percents = Texts.of(percents_text(entry.percents) for entry in entries)
        return cls(
            vouchers=np.array([entry.key.voucher.encode() for entry in entries], np.bytes_),
            numbers=Texts.of(entry.key.line for entry in entries),
            treasuries=Texts.of(entry.key.treasury for entry in entries),
            booked_on=np.array([entry.booked_on.toordinal() for entry in entries], np.int32),
            amounts_fen=np.array([entry.amount_fen for entry in entries], np.int64),
            period_first=np.array([_ordinal(entry.period_first) for entry in entries], np.int32),
            period_last=np.array([_ordinal(entry.period_last) for entry in entries], np.int32),
            subjects=Texts.of(entry.subject for entry in entries),
            enterprises=Texts.of(entry.enterprise for entry in entries),
            projects=Texts.of(entry.project for entry in entries),
            parks=Texts.of(entry.park for entry in entries),
            collectors=Texts.of(entry.collector for entry in entries),
            original_rows=np.array([row for row, entry in enumerate(entries) if entry.original], np.int32),
            originals=["\t".join(entry.original) for entry in entries if entry.original],
            reversals=np.array([row for row, entry in enumerate(entries) if entry.is_reversal], np.int32),
            levels_fen=np.array(levels, np.int64).reshape(-1) if any(entry.levels_fen for entry in entries) else None,
            percents=percents if any(percents.distinct) else None,
        )

    def take(self, rows: Rows) -> "Receipts":
        """Some of the lines, in the order of the row numbers given."""
        place = np.full(len(self), -1, np.int64)
        place[rows] = np.arange(len(rows))
        naming = [(int(place[row]), key) for row, key in zip(self.original_rows.tolist(), self.originals, strict=True)]
        naming = sorted((row, key) for row, key in naming if row >= 0)
        reversals = place[self.reversals]
        return Receipts(
            **{name: getattr(self, name)[rows] for name in ARRAYS},
            **{name: getattr(self, name).take(rows) for name in TEXTS},
            original_rows=np.array([row for row, _ in naming], np.int32),
            originals=[key for _, key in naming],
            reversals=np.sort(reversals[reversals >= 0]).astype(np.int32),
            levels_fen=None if self.levels_fen is None else self.levels_fen.reshape(-1, len(LEVELS))[rows].reshape(-1),
            percents=None if self.percents is None else self.percents.take(rows),
        )

    def entries(self, position: int, rows: Rows | None = None) -> Iterator[Entry]:
        """The lines, or some of them, as entries, each with the event's position and its row from 1."""
        if rows is None:
            return self.numbered(position, range(1, len(self) + 1))
        return (self._entry_at(row, position) for row in rows.tolist())

    def _entry_at(self, row: int, position: int) -> Entry:
        """One line, without making the others."""
        at = int(np.searchsorted(self.original_rows, row))
        takes_back = at < len(self.original_rows) and self.original_rows[at] == row
        levels = self.levels_by_line()[row].tolist() if self.levels_fen is not None else []
        return Entry(
            key=Key(self.vouchers[row].decode(), self.numbers.at(row), self.treasuries.at(row)),
            booked_on=date.fromordinal(int(self.booked_on[row])),
            amount_fen=int(self.amounts_fen[row]),
            period_first=day_of(int(self.period_first[row])),
            period_last=day_of(int(self.period_last[row])),
            subject=self.subjects.at(row),
            enterprise=self.enterprises.at(row),
            project=self.projects.at(row),
            park=self.parks.at(row),
            collector=self.collectors.at(row),
            original=Key(*self.originals[at].split("\t")) if takes_back else None,
            is_reversal=row in self.reversals,
            levels_fen=dict(zip(LEVELS, levels, strict=True)) if any(levels) else None,
            percents=percents_of(self.percents.at(row)) if self.percents else None,
            position=position,
            row=row + 1,
        )

    def numbered(self, position: int, numbers: Iterable[int]) -> Iterator[Entry]:
        """The lines as entries, each with the event's position and the number given."""
        originals: list[Key | None] = [None] * len(self)
        for row, key in zip(self.original_rows.tolist(), self.originals, strict=True):
            originals[row] = Key(*key.split("\t"))
        is_reversal = np.isin(np.arange(len(self)), self.reversals).tolist()
        return map(
            Entry,
            map(Key, self.voucher_texts(), self.numbers, self.treasuries),
            map(date.fromordinal, self.booked_on.tolist()),
            self.amounts_fen.tolist(),
            map(day_of, self.period_first.tolist()),
            map(day_of, self.period_last.tolist()),
            *(self.subjects, self.enterprises, self.projects, self.parks, self.collectors),
            originals,
            is_reversal,
            self._levels(),
            self._percents(),
            repeat(position),
            numbers,
        )

    def voucher_texts(self) -> list[str]:
        """The voucher of every line."""
        return [voucher.decode() for voucher in self.vouchers.tolist()]

    def levels_by_line(self) -> np.ndarray:
        """The treasury's own figures, four levels a line; zeros where it gave none."""
        none = np.zeros((len(self), len(LEVELS)), np.int64)
        return none if self.levels_fen is None else self.levels_fen.reshape(-1, len(LEVELS))

    def _levels(self) -> Iterator[dict[Level, int] | None]:
        if self.levels_fen is None:
            return iter([None] * len(self))
        rows = self.levels_by_line().tolist()
        return (dict(zip(LEVELS, each, strict=True)) if any(each) else None for each in rows)

    def _percents(self) -> Iterator[dict[Level, Fraction] | None]:
        if self.percents is None:
            return iter([None] * len(self))
        read = [percents_of(text) for text in self.percents.distinct]
        return (read[code] for code in self.percents.codes.tolist())

    def prints(self) -> np.ndarray:
        """A 64-bit print of each voucher number: alike for the same number, hardly ever for others."""
        return prints_of(self.vouchers)

    def original_prints(self) -> np.ndarray:
        """The print of each voucher number that a line takes back, in the order of `original_rows`."""
        named = [key.split("\t")[0].encode() for key in self.originals]
        return prints_of(np.array(named, np.bytes_)) if named else np.empty(0, np.int64)

    def keys(self, rows: Rows) -> np.ndarray:
        """Voucher, line and treasury of some lines, parted by tabs, as byte texts."""
        own = ((self.vouchers[row].decode(), self.numbers.at(row), self.treasuries.at(row)) for row in rows.tolist())
        return np.array(["\t".join(key).encode() for key in own], np.bytes_)

    def taken_back_by(self, rows: Rows) -> tuple[np.ndarray, np.ndarray]:
        """Which of some lines take others back, by their places among them, and the keys of those others."""
        places = np.flatnonzero(np.isin(rows, self.original_rows))
        named = np.searchsorted(self.original_rows, rows[places]).tolist()
        return places, np.array([self.originals[each].encode() for each in named], np.bytes_)

    def repeated(self) -> np.ndarray:
        """The lines whose voucher number and line number stand on another line too, as a mask."""
        numbers = prints_of(np.array([text.encode() for text in self.numbers.distinct], np.bytes_))
        return repeated(self.prints() + 3 * numbers[self.numbers.codes])

    def with_originals(self, originals: Mapping[int, Key]) -> "Receipts":
        """The same lines, some of them taking back others."""
        rows = sorted(originals)
        named = ["\t".join(originals[row]) for row in rows]
        return msgspec.structs.replace(self, original_rows=np.array(rows, np.int32), originals=named)

    def size_bytes(self) -> int:
        """About how large the value is when it is written down."""
        arrays = [getattr(self, name) for name in ARRAYS]
        texts = [getattr(self, name) for name in TEXTS] + [self.percents or Texts([], NONE)]
        written = sum(len(text.encode()) for column in texts for text in column.distinct)
        return int(sum(array.nbytes for array in [*arrays, *(column.codes for column in texts)]) + written)


ARRAYS = ("vouchers", "booked_on", "amounts_fen", "period_first", "period_last")
TEXTS = ("numbers", "treasuries", "subjects", "enterprises", "projects", "parks", "collectors")
MIX = 0x9E3779B97F4A7C15


def prints_of(texts: np.ndarray) -> np.ndarray:
    """A 64-bit print of each of some byte texts (dtype `S`), whatever width they stand in; 0 for an empty one."""
    width = max(1, -(-texts.dtype.itemsize // 8))
    words = texts.astype(f"S{8 * width}").view(np.uint64).reshape(len(texts), width)
    found = np.zeros(len(texts), np.uint64)
    for place in range(width):
        word = words[:, place]
        mixed = (word ^ np.uint64(MIX * (2 * place + 1) % 2**64)) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0x94D049BB133111EB)
        found += np.where(word == 0, np.uint64(0), mixed ^ (mixed >> np.uint64(32)))
    return found.view(np.int64)


def repeated(prints: np.ndarray) -> np.ndarray:
    """The prints that are there more than once, as a mask."""
    order = np.argsort(prints)
    alike = prints[order][1:] == prints[order][:-1]
    found = np.zeros(len(prints), bool)
    found[order[1:][alike]] = found[order[:-1][alike]] = True
    return found


def slices(receipts: Receipts) -> list[Receipts]:
    """A file's lines as values of at most 16,384 lines and about two megabytes each."""
    firsts = range(0, len(receipts), LINES_MAX)
    parts = [receipts.take(np.arange(first, min(first + LINES_MAX, len(receipts)))) for first in firsts]
    return [small for part in parts for small in _small_enough(part)]


def _small_enough(receipts: Receipts) -> list[Receipts]:
    if len(receipts) == 1 or receipts.size_bytes() <= SLICE_BYTES_MAX:
        return [receipts]
    middle = len(receipts) // 2
    first, last = np.arange(middle), np.arange(middle, len(receipts))
    return _small_enough(receipts.take(first)) + _small_enough(receipts.take(last))


def _ordinal(when: date | None) -> int:
    return when.toordinal() if when else 0


def day_of(ordinal: int) -> date | None:
    """The day of an ordinal; none for 0."""
    return date.fromordinal(ordinal) if ordinal else None


def percents_of(text: str) -> dict[Level, Fraction] | None:
    """Shares by level as they were written down."""
    return dict(zip(LEVELS, map(Fraction, text.split("\t")), strict=True)) if text else None


def percents_text(percents: Mapping[Level, Fraction] | None) -> str:
    """Shares by level as they are written down: all four, parted by tabs; nothing where none are said."""
    return "\t".join(str(percents.get(level, Fraction(0))) for level in LEVELS) if percents else ""
