"""XLSX workbooks as tables: looked at as a package first, then read by calamine from its bytes.

Numbers are written down exactly: a figure that a spreadsheet keeps beside a fen by less than a millionth is that fen, an
identifier of more than fifteen digits is damaged.
"""

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from math import floor
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from ledger.domain.errors import RuleBroken
from ledger.files.archive import Package, WorkbookDamaged, package
from ledger.files.columns import Layout
from ledger.files.grid import Cells, Grid, cleaned, table_of
from ledger.files.headers import fits
from ledger.files.notes import sheet_read
from ledger.files.red_cells import red_cells
from ledger.files.sheet_extent import extent_of
from ledger.files.table import Table
from ledger.files.workbook_parts import SheetPart, SheetParts, root_counts, sheet_parts

DIGITS_MAX = 15
NEAR_ENOUGH = Fraction(1, 10**6)
NOT_WORKED_OUT = "#VALUE!"


class SheetUnknown(RuleBroken):
    """A sheet that a file does not have."""

    zh = "文件 {file} 没有工作表“{sheet}”。现有：{sheets}。请核对写明的工作表。"
    en = "{file} has no sheet '{sheet}'. It has: {sheets}. Check the sheet that was named."


class SheetsSeveral(RuleBroken):
    """Several sheets that could be meant."""

    zh = "文件 {file} 有几张工作表都像明细：{sheets}。请写明导入哪一张。"
    en = "Several sheets of {file} could be meant: {sheets}. Say which one."


class DatesFrom1904(RuleBroken):
    """A workbook that counts days from 1904, so that plain numbers would be other days."""

    zh = "文件 {file} 用的是 1904 年起算的日期，数字日期会差四年。请在 Excel 选项里取消“使用 1904 日期系统”，核对日期后另存。"
    en = "{file} counts its days from 1904, which moves plain numbers by four years. Turn that off, check the dates, save again."


def is_workbook(data: bytes) -> bool:
    """Whether bytes begin as a ZIP package does."""
    return data[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def workbook_table(data: bytes, name: str, layout: Layout, sheet: str = "") -> Table:
    """The lines of the sheet that is named, or of the one whose header fits.

    Raises WorkbookDamaged, WorkbookTooLarge, MarkupDeclares, SheetTooWide, SheetUnreadable, SheetUnknown, SheetsSeveral,
    DatesFrom1904, and as `grid.table_of`.
    """
    opened = package(data, name)
    parts = sheet_parts(opened)
    _unpack_all(opened, parts)
    if parts.is_from_1904:
        raise DatesFrom1904(file=name)
    named = [part for part in parts.sheets if sheet in ("", part.name)]
    if not named:
        raise SheetUnknown(file=name, sheet=sheet[:40], sheets="、".join(part.name for part in parts.sheets))
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            grids = [_grid(workbook, opened, part) for part in named]
    except CalamineError as problem:
        raise WorkbookDamaged(file=name, problem=str(problem)[:80]) from None
    except BaseException as problem:  # a panic of the reader is no Exception
        if type(problem).__name__ != "PanicException":
            raise
        raise WorkbookDamaged(file=name, problem="panic") from None
    grid = _chosen(grids, name, layout)
    grid.red = red_cells(opened, next(part for part in named if part.name == grid.sheet))
    if len(parts.sheets) > 1:
        grid.notes.append(sheet_read(grid.sheet))
    return table_of(grid, name, layout)


def _chosen(grids: list[Grid], name: str, layout: Layout) -> Grid:
    """The one sheet whose header fits; where none does the first with something in it, to say what is wrong."""
    fitting = [grid for grid in grids if fits(grid.head(), name, layout)]
    if len(fitting) > 1:
        raise SheetsSeveral(file=name, sheets="、".join(grid.sheet for grid in fitting))
    filled = [grid for grid in grids if grid.rows]
    return (fitting or filled or grids)[0]


def _unpack_all(opened: Package, parts: SheetParts) -> None:
    """Unpack once what the reader will unpack, so that it meets nothing that was not counted; sheets are counted apart."""
    sheets = {part.part for part in parts.sheets}
    for part, info in opened.parts.items():
        if part not in sheets and part.endswith((".xml", ".rels")):
            for number, piece in enumerate(opened.pieces(part)):
                if not number and any(count > info.file_size for count in root_counts(piece)):
                    raise WorkbookDamaged(file=opened.name, problem=f"{part}: count")


def _grid(workbook: CalamineWorkbook, opened: Package, part: SheetPart) -> Grid:
    extent = extent_of(opened, part.part)
    sheet = workbook.get_sheet_by_name(part.name)
    rows: list[Any] = sheet.to_python(skip_empty_area=False)
    for row, column in extent.hollow:
        if row <= len(rows) and column <= len(rows[row - 1]):
            rows[row - 1][column - 1] = NOT_WORKED_OUT
    numbers = range(1, len(rows) + 1)
    merged = list(_merged(sheet))
    if sum(last - first for first, last, _ in merged) > len(rows) * max(1, extent.columns):
        raise WorkbookDamaged(file=opened.name, problem="mergeCells")  # merged cells never lie upon each other
    return Grid(numbers, rows, texts_of, part.name, merged, is_lettered=True)


def _merged(sheet: CalamineSheet) -> Iterator[tuple[int, int, int]]:
    for (first, column), (last, _) in sheet.merged_cell_ranges or ():
        if last > first:
            yield first, last, column


# Cells as texts


def texts_of(cells: Cells, scale: int) -> list[str]:
    """Cells as texts; numbers that count amounts of so many yuan are brought to the fen if they are as good as one."""
    kinds = set(map(type, cells))
    if kinds == {str}:
        changed: dict[Any, str] = {cell: text for cell in set(cells) if (text := cleaned(cell)) != cell}
        return [changed.get(cell, str(cell)) for cell in cells] if changed else list(cells)
    if scale and not kinds & {str, bool, int, datetime, date, time, timedelta}:
        texts = map(repr, cells)
        return [
            text if "." in text[-3:-1] else number_text(cell, scale) for cell, text in zip(cells, texts, strict=True)
        ]
    return [cleaned(cell) if isinstance(cell, str) else _text(cell, scale) for cell in cells]


def _text(cell: Any, scale: int) -> str:
    match cell:
        case bool():
            return "TRUE" if cell else "FALSE"
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
        case date() | time() | timedelta():
            return str(cell)
        case int():
            return str(cell)
    return number_text(cell, scale)


def number_text(number: Any, scale: int) -> str:
    """A spreadsheet's number as it would be typed; in scientific form where digits are missing."""
    text = repr(number)
    if text.lstrip("-") in ("inf", "nan"):
        return NOT_WORKED_OUT
    if text.endswith(".0"):
        return text[:-2] if len(text) <= DIGITS_MAX + 2 + text.startswith("-") else f"{number:.14E}"
    places = len(text.partition(".")[2])
    if "e" in text or (scale and places <= 2):
        return text
    return _nearest_fen(text, scale) if scale else f"{number:.15g}"


def _nearest_fen(text: str, scale: int) -> str:
    """The amount to which a number is nearer than a millionth of a fen, in its unit; the number itself if there is none."""
    fen = Fraction(text) * scale * 100
    nearest = floor(fen + Fraction(1, 2))
    if abs(fen - nearest) > NEAR_ENOUGH:
        return text
    places = len(str(scale)) + 1
    whole, rest = divmod(abs(nearest), scale * 100)
    return f"{'-' if nearest < 0 else ''}{whole}.{rest:0{places}}"
