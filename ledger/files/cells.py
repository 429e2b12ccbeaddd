"""Tables of cells: the rows of a CSV file by column, with every fault noted in its place."""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import TypeVar

from ledger.domain.calendar import YEAR_MAX, YEAR_MIN
from ledger.domain.errors import Fault, LinePlace, Refusal
from ledger.domain.names import INVISIBLE
from ledger.files.columns import Layout, columns_of
from ledger.files.line_faults import (
    CellEmpty,
    CellsMissing,
    CellUnfit,
    DayInCellUnreadable,
    FileEmpty,
    HeaderNotFirst,
    IdentifierDamaged,
    IdentifierWithSpace,
    QuoteOpen,
    YearImplausible,
)
from ledger.files.text import decode

DAY_FORMS = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})-|/([0-9]{1,2})/|年([0-9]{1,2})月|([0-9]{2}))([0-9]{1,2})日?")
CELL_CHARACTERS_MAX = 200
SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]+")
csv.field_size_limit(10_000_000)
Read = TypeVar("Read")
Rows = Iterator[tuple[int, list[str]]]


def table_of(data: bytes, name: str, layout: Layout) -> tuple[list[str], Rows]:
    """The canonical name of each column of a CSV file, and its rows with their line numbers.

    Raises FileEmpty, HeaderNotFirst, ColumnUnknown, ColumnTwice, ColumnMissing.
    """
    rows = _rows(decode(data, name))
    header = next(rows, (0, []))[1]
    if not header:
        raise FileEmpty(file=name)
    if sum(bool(cell) for cell in header) == 1:
        raise HeaderNotFirst(file=name, found=next(filter(None, header))[:40])
    return columns_of(header, name, layout), rows


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, [cell.strip().strip("\u3000") for cell in cells]
    except csv.Error:
        yield reader.line_num, []


def cells_of(number: int, cells: list[str], columns: Sequence[str], faults: list[Fault]) -> "Cells | None":
    """One row by column; None, with the fault noted, if it is no row of this table."""
    if not cells:
        faults.append(Fault(LinePlace(number), QuoteOpen()))
        return None
    if len(cells) != len(columns):
        faults.append(Fault(LinePlace(number), CellsMissing(found=len(cells), expected=len(columns))))
        return None
    for column, text in zip(columns, cells, strict=True):
        if column and (len(text) > CELL_CHARACTERS_MAX or INVISIBLE.search(text)):
            faults.append(Fault(LinePlace(number, column), CellUnfit(limit=CELL_CHARACTERS_MAX)))
            return None
    return Cells(number, dict(zip(columns, cells, strict=True)), faults)


class Cells:
    """One line by column; notes what cannot be read."""

    def __init__(self, number: int, cells: dict[str, str], faults: list[Fault]) -> None:
        self.number = number
        self._cells = cells
        self._faults = faults
        self._unsound: set[str] = set()

    def __getitem__(self, column: str) -> str:
        return self._cells.get(column, "")

    def fault(self, column: str, rule: Refusal) -> None:
        """Note a broken rule in a cell."""
        self._unsound.add(column)
        self._faults.append(Fault(LinePlace(self.number, column), rule))

    def is_sound(self, column: str) -> bool:
        """Whether nothing was noted in a cell."""
        return column not in self._unsound

    def read_identifiers(self, identifiers: Sequence[str]) -> None:
        """Write identifiers in one form (NFKC); note those that a spreadsheet damaged."""
        for column in identifiers:
            text = unicodedata.normalize("NFKC", self[column])
            if re.search(r"\s", text):
                self.fault(column, IdentifierWithSpace(text=text))
            elif column != "行号" and SCIENTIFIC.fullmatch(text):
                self.fault(column, IdentifierDamaged(text=text))
            self._cells[column] = text

    def required(self, column: str) -> str:
        """A cell that must be filled."""
        if not self[column]:
            self.fault(column, CellEmpty())
        return self[column]

    def read(self, column: str, reader: Callable[[str], Read], *, required: bool = False) -> Read | None:
        """A cell as its reader reads it; None where it is empty or cannot be read."""
        text = self.required(column) if required else self[column]
        if not text:
            return None
        try:
            return reader(text)
        except Refusal as rule:
            self.fault(column, rule)
            return None


def day_in_cell(text: str) -> date:
    """A day in one of the forms that users write; raises DayInCellUnreadable, YearImplausible."""
    found = DAY_FORMS.fullmatch(text)
    if not found:
        raise DayInCellUnreadable(day=text[:40])
    year, *months, last = found.groups()
    try:
        read = date(int(year), int(next(month for month in months if month)), int(last))
    except ValueError:
        raise DayInCellUnreadable(day=text[:40]) from None
    if not YEAR_MIN <= read.year <= YEAR_MAX:
        raise YearImplausible(day=text, first=YEAR_MIN, last=YEAR_MAX)
    return read
