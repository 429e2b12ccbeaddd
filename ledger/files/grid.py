"""A grid of cells, as a file or a sheet holds it, made into a table: every habit of lists stands here once.

Title rows above, a header in one row or two, lines of sums among the lines, signatures below.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ledger.domain.errors import Fault, LinePlace, RuleBroken
from ledger.files.columns import MARKED, UNITS, Layout
from ledger.files.headers import HEAD_ROWS_MAX, Header, Row, find_header
from ledger.files.line_faults import CellsMissing, QuoteOpen
from ledger.files.notes import Note, converted, feet_left_out, red_negative, sums_left_out
from ledger.files.sheet_extent import column_letters
from ledger.files.sums import SumLine, is_foot, word_of
from ledger.files.table import Column, Source, Table

Cells = Sequence[Any]


class HeaderEmpty(RuleBroken):
    """A column with contents and no header."""

    zh = "文件 {file} 第 {column} 列有内容而没有表头。请补上表头，或删去这一列。"
    en = "Column {column} of {file} has contents and no header. Write a header, or delete the column."


def cleaned(text: str) -> str:
    """A cell without the white space around it and the apostrophe that made it a text."""
    return text.strip().removeprefix("'").strip()


def cleaned_cells(cells: Cells, scale: int = 1) -> list[str]:
    """Cells that are texts already."""
    return [cleaned(cell) for cell in cells]


@dataclass
class Grid:
    """Rows of cells, each with its number; `texts` writes cells down, given how many yuan one counts (0: no amounts).

    `merged` are the first and last row and the column of cells that stand for several rows, from 0; `red` the row and column
    of cells shown in red, from 1.
    """

    numbers: Sequence[int]
    rows: list[Cells]
    texts: Callable[[Cells, int], list[str]] = cleaned_cells
    sheet: str = ""
    merged: Sequence[tuple[int, int, int]] = ()
    red: Sequence[tuple[int, int]] = ()
    notes: list[Note] = field(default_factory=list)
    is_lettered: bool = False

    def head(self) -> list[Row]:
        """The first rows, as texts."""
        first = zip(self.numbers[:HEAD_ROWS_MAX], self.rows[:HEAD_ROWS_MAX], strict=False)
        return [(number, self.texts(cells, 0)) for number, cells in first]


EMPTY = Grid([], [])


def table_of(grid: Grid, name: str, layout: Layout) -> Table:
    """The lines of a grid under the columns of a layout; raises as `find_header`, and HeaderEmpty."""
    header = find_header(grid.head(), name, layout)
    _fill_merged(grid, header, layout)
    faults, even = _even_rows(grid, header)
    rows = [grid.rows[place] for place in even]
    columns = list(zip(*rows, strict=True)) or [() for _ in header.columns]
    scales = _scales(header, layout)
    texts = {
        column: grid.texts(cells, scales.get(column, 0))
        for column, cells in zip(header.columns, columns, strict=True)
        if column
    }
    _turn_red(grid, header, scales, texts)
    kept, sums, feet = _sorted_out(grid, rows, [grid.numbers[place] for place in even], texts, layout)
    _refuse_empty_header(header, columns, kept, grid, name)
    found = {
        column: Column.of([own[row] for row in kept] if len(kept) < len(rows) else own) for column, own in texts.items()
    }
    numbers = np.array([grid.numbers[even[row]] for row in kept], np.int64)
    return Table(name, found, numbers, faults, source_of(header, grid, sums, feet))


def _even_rows(grid: Grid, header: Header) -> tuple[list[Fault], list[int]]:
    """The rows as wide as the header; others are noted as faults."""
    faults, even = list[Fault](), list[int]()
    for place in range(header.last + 1, len(grid.rows)):
        cells = grid.rows[place]
        if len(cells) == len(header.columns):
            even.append(place)
        elif not cells or not is_foot(grid.texts(cells, 0)):
            rule = CellsMissing(found=len(cells), expected=len(header.columns)) if cells else QuoteOpen()
            faults.append(Fault(LinePlace(grid.numbers[place]), rule))
    return faults, even


def _sorted_out(
    grid: Grid, rows: Sequence[Cells], numbers: Sequence[int], texts: dict[str, list[str]], layout: Layout
) -> tuple[list[int], list[SumLine], int]:
    """The rows that are lines, the lines of sums, and how many rows only sign the table; empty rows are neither.

    Only a row that lacks something is looked at.
    """
    kept, sums, feet = list[int](), list[SumLine](), 0
    required = zip(*(texts[column] for column in layout.required), strict=True)
    for row, cells in enumerate(required):
        if all(cells):
            kept.append(row)
            continue
        own = grid.texts(rows[row], 0)
        word = word_of(own)
        if word:
            amounts = {column: texts[column][row] for column in texts if column in layout.amounts}
            sums.append(SumLine(numbers[row], word, amounts, len(kept)))
        elif is_foot(own):
            feet += 1
        elif any(own):
            kept.append(row)
    return kept, sums, feet


def _scales(header: Header, layout: Layout) -> dict[str, int]:
    """How many yuan one counts in each column of amounts; 0 where the layout does not count in money."""
    own = [column for column in header.columns if column in layout.amounts]
    return {column: UNITS[header.units.get(column, "元")] if layout.in_money else 0 for column in own}


def _fill_merged(grid: Grid, header: Header, layout: Layout) -> None:
    """Give every line what a merged cell says of all of them; an amount is one amount and stays where it is."""
    for first, last, place in grid.merged:
        if first > header.last and place < len(header.columns) and header.columns[place] not in layout.amounts:
            for row in range(first + 1, min(last + 1, len(grid.rows))):
                cells = list(grid.rows[row])
                cells[place] = grid.rows[first][place]
                grid.rows[row] = cells


def _turn_red(grid: Grid, header: Header, scales: dict[str, int], texts: dict[str, list[str]]) -> None:
    """What stands in red without a sign is taken back."""
    turned = 0
    for row, place in grid.red:
        column = header.columns[place - 1] if place <= len(header.columns) else ""
        at = row - header.last - 2
        if scales.get(column) and 0 <= at < len(texts[column]) and texts[column][at][:1].isdigit():
            texts[column][at] = f"-{texts[column][at]}"
            turned += 1
    if turned:
        grid.notes.append(red_negative(turned))


def _refuse_empty_header(header: Header, columns: Sequence[Cells], kept: Sequence[int], grid: Grid, name: str) -> None:
    for place, label in enumerate(header.labels):
        if not label and any(grid.texts([columns[place][row] for row in kept], 0)):
            raise HeaderEmpty(file=name, column=column_letters(place + 1) if grid.is_lettered else place + 1)


def source_of(header: Header, grid: Grid = EMPTY, sums: Sequence[SumLine] = (), feet: int = 0) -> Source:
    """What people see of a table with a header."""
    pairs = list(zip(header.columns, header.labels, strict=True))
    lettered = enumerate(header.columns, 1) if grid.is_lettered else ()
    return Source(
        sheet=grid.sheet,
        headers={column: label for column, label in pairs if column},
        unused=tuple(label for column, label in pairs if label and not column),
        letters={column: column_letters(place) for place, column in lettered if column},
        header_row=grid.numbers[header.last] if grid.numbers else header.last + 1,
        width=len(header.columns),
        labels=tuple(header.labels),
        is_marked=tuple(header.labels[-2:]) == MARKED,
        units=header.units,
        sums=tuple(sums),
        notes=(*grid.notes, *_notes(header, sums, feet)),
    )


def _notes(header: Header, sums: Sequence[SumLine], feet: int) -> Iterator[Note]:
    for unit in dict.fromkeys(header.units.values()):
        if header.in_money and UNITS[unit] > 1:
            own = [column for column, other in header.units.items() if other == unit]
            yield converted(unit, UNITS[unit], "、".join(own))
    if sums:
        yield sums_left_out(len(sums))
    if feet:
        yield feet_left_out(feet)
