"""A table of texts: columns under the names of a layout, each distinct text read once.

What a cell means is said by a reader of one text.  A column applies it to every distinct text and notes
a fault for each line on which a wrong one stands, so a million lines cost what their different texts cost.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from itertools import accumulate
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ledger.domain.errors import Fault, LinePlace, Refusal
from ledger.domain.money import ENTRY_FEN_MAX, yuan
from ledger.domain.names import INVISIBLE
from ledger.domain.recording.receipts import Texts
from ledger.files.amounts import amount_reader
from ledger.files.columns import UNITS
from ledger.files.line_faults import CellEmpty, CellIsError, CellUnfit, IdentifierDamaged, IdentifierWithSpace
from ledger.files.notes import Note
from ledger.files.sums import SumLine, SumWrong, expected

CELL_CHARACTERS_MAX = 200
FAULTS_MAX = 100_000
SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]+")
PLAIN_IDENTIFIER = r"^(?:[0-9]{1,40}|[A-Z][0-9A-Z]{0,39})$"
PLAIN_YUAN = r"^-?[0-9]{1,13}(?:\.[0-9]{1,2})?$"
ERROR = re.compile(r"#[A-Z/0-9?!_]+")
Read = TypeVar("Read")
Number = TypeVar("Number", int, Fraction)


class Column:
    """One column of a table."""

    def __init__(self, array: pa.Array) -> None:
        self._array = array

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Column":
        """The column of some texts, white space at both ends cut off."""
        return cls(pc.utf8_trim_whitespace(pa.array(texts, pa.string())))

    def __len__(self) -> int:
        return len(self._array)

    @property
    def strings(self) -> pa.Array:
        """The text of every line."""
        is_encoded = isinstance(self._array, pa.DictionaryArray)
        return self._array.cast(pa.string()) if is_encoded else self._array

    def encoded(self) -> tuple[list[str], np.ndarray]:
        """Every distinct text, and which of them stands on each line."""
        if not isinstance(self._array, pa.DictionaryArray):
            self._array = self._array.dictionary_encode()
        return self._array.dictionary.to_pylist(), self._array.indices.to_numpy(zero_copy_only=False)

    def texts(self) -> list[str]:
        """The text of every line."""
        found: list[str] = self.strings.to_pylist()
        return found

    def take(self, rows: np.ndarray) -> "Column":
        """Some of the lines."""
        return Column(self._array.take(pa.array(rows)))

    def is_empty(self) -> np.ndarray:
        """On which lines nothing stands, as a mask."""
        return mask_of(pc.equal(pc.binary_length(self.strings), 0))


def mask_of(array: pa.Array) -> np.ndarray:
    """An array of truths as numpy has it."""
    truths: np.ndarray = array.to_numpy(zero_copy_only=False)
    return truths.astype(bool)


@dataclass(frozen=True)
class Source:
    """Where the lines of a table come from, as people see it.

    `headers` and `letters` are by column; `labels` are all headers in their order; `units` those that the file says; `width`
    is how many columns it has; a file that `is_marked` was given back before, and its last two columns say what became of its lines.
    """

    headers: Mapping[str, str]
    unused: tuple[str, ...] = ()
    header_row: int = 1
    width: int = 0
    is_marked: bool = False
    sheet: str = ""
    letters: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    sums: tuple[SumLine, ...] = ()
    labels: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()

    def seen(self, faults: Iterable[Fault]) -> list[Fault]:
        """Faults in their places as people see them, in the order of the file."""
        return sorted((replace(fault, where=self._place(fault.where)) for fault in faults), key=line_of)

    def _place(self, where: str | LinePlace) -> str | LinePlace:
        if not isinstance(where, LinePlace):
            return where
        letters = self.letters.get(where.column, "")
        cell = f"{letters}{where.line}" if letters else ""
        return replace(where, sheet=self.sheet, header=self.headers.get(where.column, ""), cell=cell)


@dataclass
class Table:
    """The lines of a file: the columns that are used, and the number that each line has in the file."""

    name: str
    columns: Mapping[str, Column]
    numbers: np.ndarray
    faults: list[Fault] = field(default_factory=list)
    source: Source = field(default_factory=lambda: Source({}))

    def __len__(self) -> int:
        return len(self.numbers)

    def __contains__(self, column: str) -> bool:
        return column in self.columns

    def take(self, rows: np.ndarray) -> "Table":
        """Some of the lines, with the same list of faults."""
        columns = {name: column.take(rows) for name, column in self.columns.items()}
        return Table(self.name, columns, self.numbers[rows], self.faults, self.source)

    def rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Line by line: its number, and its cells by column."""
        texts = {name: column.texts() for name, column in self.columns.items()}
        for row, number in enumerate(self.numbers.tolist()):
            yield number, {name: each[row] for name, each in texts.items()}

    def fault(self, rows: np.ndarray, column: str, rule: Refusal | Callable[[int], Refusal]) -> None:
        """Note a broken rule on some lines; a rule that names the line's own facts is made for each."""
        for row in rows.tolist()[: max(0, FAULTS_MAX - len(self.faults))]:
            made = rule if isinstance(rule, Refusal) else rule(row)
            self.faults.append(Fault(LinePlace(int(self.numbers[row]), column), made))

    # Columns, read

    def read(
        self, column: str, reader: Callable[[str], Read], nothing: Read, *, required: bool = False
    ) -> tuple[list[Read], np.ndarray]:
        """What each distinct text of a column means, and which of them stands on each line.

        `nothing` is what an empty or wrong text means.
        """
        if column not in self.columns:
            return [nothing], np.zeros(len(self), np.int64)
        texts, codes = self.columns[column].encoded()
        values = []
        for code, text in enumerate(texts):
            try:
                values.append(self._value(text, reader, nothing, required=required))
            except Refusal as rule:
                self.fault(np.flatnonzero(codes == code), column, rule)
                values.append(nothing)
        return values or [nothing], codes

    @staticmethod
    def _value(text: str, reader: Callable[[str], Read], nothing: Read, *, required: bool) -> Read:
        if not text and required:
            raise CellEmpty()
        if len(text) > CELL_CHARACTERS_MAX or INVISIBLE.search(text):
            raise CellUnfit(limit=CELL_CHARACTERS_MAX)
        if text[:1] == "#" and ERROR.fullmatch(text):
            raise CellIsError(text=text)
        return reader(text) if text else nothing

    def names(self, column: str, reader: Callable[[str], str] = str) -> Texts:
        """A column of texts."""
        values, codes = self.read(column, reader, "")
        return Texts.mapped(values, codes)

    def days(self, column: str, reader: Callable[[str], date], *, required: bool = False) -> np.ndarray:
        """A column of days as ordinals; 0 where nothing stands."""
        values, codes = self.read(column, lambda text: reader(text).toordinal(), 0, required=required)
        ordinals: np.ndarray = np.array(values, np.int32)[codes]
        return ordinals

    def fen(self, column: str, *, required: bool = False) -> np.ndarray:
        """A column of amounts in fen, plainly written ones all at once; 0 where nothing stands.

        Lines of sums that do not add up are faults.
        """
        if column not in self.columns:
            return np.zeros(len(self), np.int64)
        scale = UNITS[self.source.units.get(column, "元")]
        strings = self.columns[column].strings
        plain = mask_of(pc.match_substring_regex(strings, PLAIN_YUAN)) & (scale == 1)
        found = _plain_fen(strings if plain.all() else pc.if_else(pa.array(plain), strings, "0"))
        plain &= np.abs(found) <= ENTRY_FEN_MAX
        others, before = np.flatnonzero(~plain), len(self.faults)
        values, codes = self.take(others).read(column, amount_reader(scale), 0, required=required)
        found[others] = np.array(values, np.int64)[codes]
        if self.source.sums and len(self.faults) == before:
            self.check_sums(column, found.tolist(), amount_reader(scale), yuan)
        return found

    def check_sums(
        self,
        column: str,
        values: Sequence[Number],
        reader: Callable[[str], Number],
        written: Callable[[Number], str],
    ) -> None:
        """Note every line of sums that is not the sum of its lines; an empty one says nothing."""
        running = list(accumulate(values, initial=reader("0")))
        for each, ways in expected(self.source.sums, running):
            text = each.cells.get(column, "")
            try:
                if text and (said := reader(text)) not in ways:
                    rule: Refusal = SumWrong(word=each.word, said=written(said), found=written(ways[0]))
                    self.faults.append(Fault(LinePlace(each.number, column), rule))
            except Refusal as unreadable:
                self.faults.append(Fault(LinePlace(each.number, column), unreadable))

    def identifiers(self, column: str, *, required: bool = False) -> pa.Array:
        """A column of numbers and codes, in one form (NFKC); those that a spreadsheet damaged are faults."""
        if column not in self.columns:
            return pa.array([""] * len(self), pa.string())
        strings = self.columns[column].strings
        plain = mask_of(pc.match_substring_regex(strings, PLAIN_IDENTIFIER))
        if plain.all():
            return strings
        others = np.flatnonzero(~plain)
        values, codes = self.take(others).read(column, identifier, "", required=required)
        mended = np.array(values, object)[codes]
        return pc.replace_with_mask(strings, pa.array(~plain), pa.array(mended, pa.string()))


def identifier(text: str) -> str:
    """A number or code in one form; raises IdentifierWithSpace, IdentifierDamaged."""
    text = unicodedata.normalize("NFKC", text)
    if re.search(r"\s", text):
        raise IdentifierWithSpace(text=text)
    if SCIENTIFIC.fullmatch(text):
        raise IdentifierDamaged(text=text)
    return text


def _plain_fen(strings: pa.Array) -> np.ndarray:
    decimals = strings.cast(pa.decimal128(17, 2))
    halves: np.ndarray = np.frombuffer(decimals.buffers()[1], np.int64)
    return halves[2 * decimals.offset :: 2][: len(decimals)].copy()


def line_of(fault: Fault) -> int:
    """The line of a file that a fault stands on."""
    return fault.where.line if isinstance(fault.where, LinePlace) else 0
