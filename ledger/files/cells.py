"""Lines of a table one by one, with every fault noted in its place."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import TypeVar

from ledger.domain.calendar import YEAR_MAX, YEAR_MIN
from ledger.domain.errors import Fault, LinePlace, Refusal
from ledger.domain.names import INVISIBLE
from ledger.files.line_faults import CellEmpty, CellIsError, CellUnfit, DayInCellUnreadable, YearImplausible
from ledger.files.table import CELL_CHARACTERS_MAX, ERROR, Table, identifier

DAY_FORMS = re.compile(
    r"([0-9]{4})(?:-([0-9]{1,2})-|/([0-9]{1,2})/|年([0-9]{1,2})月|([0-9]{2}))([0-9]{1,2})日?"
    r"(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
)
SERIAL = re.compile(r"([0-9]{5})(?:\.[0-9]+)?")
SERIAL_ZERO = date(1899, 12, 30).toordinal()
Read = TypeVar("Read")


def cells_of(table: Table) -> "Iterator[Cells]":
    """Every line of a table by column, but for those with an unfit cell, which is noted as a fault."""
    for number, cells in table.rows():
        unfit = [name for name, text in cells.items() if len(text) > CELL_CHARACTERS_MAX or INVISIBLE.search(text)]
        if unfit:
            table.faults.append(Fault(LinePlace(number, unfit[0]), CellUnfit(limit=CELL_CHARACTERS_MAX)))
        else:
            yield Cells(number, cells, table.faults)


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
            self._cells[column] = self.read(column, identifier) or ""

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
            if ERROR.fullmatch(text):
                raise CellIsError(text=text)
            return reader(text)
        except Refusal as rule:
            self.fault(column, rule)
            return None


def day_in_cell(text: str) -> date:
    """A day in one of the forms that users write, or as Excel counts it; raises DayInCellUnreadable, YearImplausible."""
    text = unicodedata.normalize("NFKC", text)
    serial = SERIAL.fullmatch(text)
    if serial:
        return _plausible(date.fromordinal(SERIAL_ZERO + int(serial[1])), text)
    found = DAY_FORMS.fullmatch(text)
    if not found:
        raise DayInCellUnreadable(day=text[:40])
    year, *months, last = found.groups()
    try:
        read = date(int(year), int(next(month for month in months if month)), int(last))
    except ValueError:
        raise DayInCellUnreadable(day=text[:40]) from None
    return _plausible(read, text)


def _plausible(day: date, text: str) -> date:
    if not YEAR_MIN <= day.year <= YEAR_MAX:
        raise YearImplausible(day=text, first=YEAR_MIN, last=YEAR_MAX)
    return day
