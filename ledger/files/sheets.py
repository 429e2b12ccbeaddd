"""Tables for people's own programs: one form of sheet, written as a workbook (XLSX) or as CSV.

Numbers go out as numbers, negative ones too; texts can never become formulas (T28).
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import xlsxwriter

from ledger.domain.errors import RuleBroken
from ledger.domain.recording.figures import decimal_text
from ledger.files.sheet_extent import column_letters
from ledger.files.text import harmless

Encoding = Literal["utf-8", "gb18030"]
WHOLE_MAX = 10**15 - 1
"""The most hundredths (or other last decimals) that are written as a number; more are written as text.

A spreadsheet keeps a double.  Two decimal numbers of up to 15 digits never share one, and what is written is the
double nearest to the number, so reading it to its last decimal gives back exactly what was meant.
"""
EXACT_BELOW = 2**52
"""Below this, lines times the sum of their sizes, a sum of doubles stays within half a last decimal of the exact sum."""
SHEET_NAME_MAX = 31
ROWS_MAX = 1_048_576
TEXT_MAX = 32_767 // 2
"""Half of what a cell holds: some signs count twice."""
FOOTER_MAX = 100


class SheetUnwritable(RuleBroken):
    """A name of a file that says neither workbook nor CSV."""

    zh = "不知道把“{file}”写成什么。文件名请以 .xlsx 或 .csv 结尾。"
    en = "'{file}' is neither a workbook nor CSV. Let its name end in .xlsx or .csv."


class SheetTooLong(RuleBroken):
    """More rows than a sheet of a workbook holds; what lies beyond would be lost."""

    zh = "“{sheet}”超过一张工作表能放的 {limit} 行。请改写成 .csv。"
    en = "'{sheet}' has more than the {limit} rows of a worksheet. Write it as .csv instead."


@dataclass(frozen=True)
class Number:
    """So many smallest steps of a unit: whole fen of yuan have the step 1/100."""

    whole: int
    step: Fraction = Fraction(1, 100)

    @property
    def places(self) -> int:
        """How many decimals the step has."""
        return len(decimal_text(self.step).partition(".")[2])

    @property
    def is_exact(self) -> bool:
        """Whether a spreadsheet can keep it as a number."""
        return self.size <= WHOLE_MAX

    @property
    def size(self) -> int:
        """How many last decimals it has, without its sign."""
        return int(abs(self.whole) * self.step * 10**self.places)

    def __str__(self) -> str:
        """The number in its unit, all its decimals written out."""
        head, _, tail = decimal_text(self.whole * self.step).partition(".")
        return f"{head}.{tail:0<{self.places}}" if self.places else head


@dataclass(frozen=True)
class Formula:
    """A number that the spreadsheet works out again from its row or column; `of` are columns, the first less the others."""

    number: Number
    of: tuple[int, ...]


Cell = str | Number | Formula | None
"""What stands in a cell; None is an empty one."""


@dataclass(frozen=True)
class Column:
    """A column's heading and width in characters."""

    heading: str
    width: int = 16


@dataclass(frozen=True)
class Sheet:
    """One table with what stands above and below it; `total` names a last row that sums the columns of numbers."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    title: str = ""
    above: Sequence[str] = ()
    below: Sequence[str] = ()
    total: str = ""
    mark: str = ""
    """What must stand on every printed page."""


# CSV


def csv_bytes(sheet: Sheet, encoding: Encoding) -> bytes:
    """Headings and rows as CSV; UTF-8 with its mark, as spreadsheets want it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([harmless(column.heading) for column in sheet.columns])
    writer.writerows(
        [harmless(cell) if isinstance(cell, str) else cell_text(cell) for cell in row] for row in sheet.rows
    )
    return out.getvalue().encode("utf-8-sig" if encoding == "utf-8" else encoding)


def cell_text(cell: Cell) -> str:
    """A cell as plain text; numbers with their decimals, and nothing between thousands."""
    return str(cell.number) if isinstance(cell, Formula) else str(cell or "")


# Workbooks


def xlsx_bytes(sheets: Iterable[Sheet]) -> bytes:
    """A workbook of sheets, each set up for A4 landscape."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(
        out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        formats = {
            "title": book.add_format({"bold": True, "font_size": 14, "align": "center"}),
            "heading": book.add_format(
                {"bold": True, "border": 1, "text_wrap": True, "align": "center", "valign": "vcenter"}
            ),
            "text": book.add_format({"border": 1, "text_wrap": True, "valign": "vcenter"}),
            "plain": book.add_format({"text_wrap": False}),
        }
        used: set[str] = set()
        for sheet in sheets:
            _Writer(book, formats, book.add_worksheet(_sheet_name(sheet.name, used))).write(sheet)
    return out.getvalue()


def _sheet_name(name: str, used: set[str]) -> str:
    """A name that a workbook allows, other than those used."""
    plain = "".join("·" if sign in "[]:*?/\\" else sign for sign in name).strip("'")[:SHEET_NAME_MAX] or "1"
    count = 1
    found = plain
    while found.lower() in used:
        count += 1
        found = f"{plain[: SHEET_NAME_MAX - len(str(count)) - 1]}~{count}"
    used.add(found.lower())
    return found


class _Writer:
    """Writes one sheet row by row."""

    def __init__(self, book: Any, formats: dict[str, Any], page: Any) -> None:
        self._book = book
        self._formats = formats
        self._page = page
        self._row = 0

    def write(self, sheet: Sheet) -> None:
        self._above(sheet)
        first = self._row
        numbers: dict[int, list[Number]] = {}
        last = ROWS_MAX - len(sheet.below) - bool(sheet.total)
        for cells in sheet.rows:
            if self._row >= last:
                raise SheetTooLong(sheet=sheet.name, limit=f"{ROWS_MAX:,}")
            self._cells(cells)
            for column, cell in enumerate(cells):
                if isinstance(cell, Number | Formula):
                    numbers.setdefault(column, []).append(cell if isinstance(cell, Number) else cell.number)
        if sheet.total:
            self._total(sheet, first, numbers)
        for line in sheet.below:
            self._text(0, line, "plain")
            self._row += 1
        self._set_up(sheet, first)

    def _above(self, sheet: Sheet) -> None:
        if sheet.title:
            self._page.merge_range(0, 0, 0, max(1, len(sheet.columns) - 1), "", self._formats["title"])
            self._page.write_string(0, 0, sheet.title, self._formats["title"])
            self._row = 1
        for line in sheet.above:
            self._text(0, line, "plain")
            self._row += 1
        for column, each in enumerate(sheet.columns):
            self._page.set_column(column, column, each.width)
            self._page.write_string(self._row, column, each.heading, self._formats["heading"])
        self._row += 1

    def _cells(self, cells: Sequence[Cell]) -> None:
        for column, cell in enumerate(cells):
            match cell:
                case Number():
                    self._number(column, cell)
                case Formula(number=number, of=of) if all(_is_exact(cells[each]) for each in of):
                    minus = "-".join(f"{column_letters(each + 1)}{self._row + 1}" for each in of)
                    self._formula(column, minus, number)
                case Formula(number=number):
                    self._number(column, number)
                case _:
                    self._text(column, cell or "", "text")
        self._row += 1

    def _text(self, column: int, text: str, form: str) -> None:
        """A text, or nothing; of one that is too long for a cell, its beginning and how long it is."""
        if not text:
            self._page.write_blank(self._row, column, None, self._formats[form])
            return
        if len(text) > TEXT_MAX:
            more = f"……（共 {len(text):,} 字，全文见 CSV）"
            text = text[: TEXT_MAX - len(more)] + more
        read = f"'{text}" if text.startswith("'") else text  # a reader takes one away
        self._page.write_string(self._row, column, read, self._formats[form])

    def _number(self, column: int, number: Number) -> None:
        if number.is_exact:
            self._page.write_number(self._row, column, number.whole * number.step, self._format_of(number.places))
        else:
            self._text(column, str(number), "text")

    def _formula(self, column: int, expression: str, number: Number) -> None:
        """A formula rounded to the unit's last decimal, so that it recalculates to what is written."""
        if not number.is_exact:
            self._number(column, number)
            return
        form = self._format_of(number.places)
        self._page.write_formula(self._row, column, f"=ROUND({expression},{number.places})", form, number)

    def _total(self, sheet: Sheet, first: int, numbers: dict[int, list[Number]]) -> None:
        for column, _ in enumerate(sheet.columns):
            if column in numbers and self._row > first:
                letters = column_letters(column + 1)
                area = f"{letters}{first + 1}:{letters}{self._row}"
                self._sum(column, area, numbers[column])
            else:
                self._text(column, sheet.total if column == 0 else "", "text")
        self._row += 1

    def _sum(self, column: int, area: str, numbers: Sequence[Number]) -> None:
        """A column's sum: of doubles where their errors cannot add up to half a last decimal, else of whole numbers."""
        total = Number(sum(each.whole for each in numbers), numbers[0].step)
        size = sum(each.size for each in numbers)
        if not all(each.is_exact for each in numbers) or size > WHOLE_MAX:
            self._number(column, total)
        elif size * len(numbers) < EXACT_BELOW:
            self._formula(column, f"SUM({area})", total)
        else:
            scale = 10**total.places
            self._formula(column, f"SUMPRODUCT(ROUND({area}*{scale},0))/{scale}", total)

    def _format_of(self, places: int) -> Any:
        name = f"number {places}"
        if name not in self._formats:
            form = "#,##0" + (f".{'0' * places}" if places else "")
            self._formats[name] = self._book.add_format({"border": 1, "num_format": form, "valign": "vcenter"})
        return self._formats[name]

    def _set_up(self, sheet: Sheet, first: int) -> None:
        page = self._page
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.repeat_rows(first - 1)
        page.freeze_panes(first, 1)
        page.set_footer("&L" + sheet.name[:FOOTER_MAX].replace("&", "&&") + "&C打印 &D &T&R第 &P 页 共 &N 页")
        if sheet.mark:
            page.set_header("&C" + sheet.mark.replace("&", "&&"))


def _is_exact(cell: Cell) -> bool:
    """Whether a cell holds a number that a spreadsheet can reckon with."""
    match cell:
        case Number():
            return cell.is_exact
        case Formula(number=number):
            return number.is_exact
    return False
