"""Where the header of a file stands: below title rows, in one row or two, with a unit in a corner.

Nothing is guessed: a header is a row, or two rows together, in which every cell is a known one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from ledger.domain.errors import Refusal, RuleBroken
from ledger.domain.names import INVISIBLE
from ledger.files.columns import UNITS, Layout, columns_of, plain, spelling, unit_of
from ledger.files.line_faults import FileEmpty, HeaderNotFirst

HEAD_ROWS_MAX = 30
COLUMNS_MAX = 1_000
CORNER = re.compile(r"单位[:(]+(?:人民币)?(\w{0,5}元(?:/\w+)?)")
Row = tuple[int, Sequence[str]]


class ColumnsTooMany(RuleBroken):
    """A file wider than any list."""

    zh = "文件 {file} 有 {columns} 列，超过上限 {limit} 列，不像明细。请核对是否选错文件。"
    en = "{file} has {columns} columns, above the limit of {limit}. Check that it is the right file."


class UnitUnknown(RuleBroken):
    """A unit of money that is none."""

    zh = "文件 {file} 写着单位“{unit}”，换算不了。金额单位请写：{units}。"
    en = "{file} says its unit is '{unit}', which is no unit of money. Write one of: {units}."


class UnitsDiffer(RuleBroken):
    """Two units for one column."""

    zh = "文件 {file} 的列“{column}”一处写单位“{one}”，一处写“{other}”，不知以哪个为准。请只留一个。"
    en = "{file} says that {column} is counted in '{one}' and in '{other}'. Keep one."


@dataclass(frozen=True)
class Header:
    """A header: what each column means and is called, in which unit it counts, and between which rows the header stands.

    `first` and `last` count rows from 0; `units` are by column, those that are said; `in_money` as the layout has it.
    """

    first: int
    last: int
    columns: list[str]
    labels: list[str]
    units: dict[str, str] = field(default_factory=dict)
    in_money: bool = True


def find_header(rows: Sequence[Row], name: str, layout: Layout) -> Header:
    """The header among the first rows of a file.

    Raises FileEmpty, ColumnsTooMany, HeaderNotFirst, UnitUnknown, UnitsDiffer; ColumnUnknown, ColumnTwice, ColumnMissing of the row
    that looks most like one.
    """
    head = [[cell.strip() for cell in cells] for _, cells in rows[:HEAD_ROWS_MAX]]
    if not any(any(cells) for cells in head):
        raise FileEmpty(file=name)
    widest = max(map(len, head))
    if widest > COLUMNS_MAX:
        raise ColumnsTooMany(file=name, columns=widest, limit=COLUMNS_MAX)
    found = next(_fitting(head, name, layout), None) or _likeliest(head, name, layout)
    return replace(found, units=_units(head, found, name, layout), in_money=layout.in_money)


def fits(rows: Sequence[Row], name: str, layout: Layout) -> bool:
    """Whether a header that can be used stands among the first rows."""
    head = [[cell.strip() for cell in cells] for _, cells in rows[:HEAD_ROWS_MAX]]
    return max(map(len, head), default=0) <= COLUMNS_MAX and next(_fitting(head, name, layout), None) is not None


def _fitting(head: list[list[str]], name: str, layout: Layout) -> Iterator[Header]:
    known = layout.known()
    for row, cells in enumerate(head):
        below = head[row + 1] if row + 1 < len(head) else []
        joined = _joined(cells, below, known) if any(below) and len(below) == len(cells) else None
        for last, labels in ((row + 1, joined), (row, cells)):
            if labels and sum(map(bool, labels)) > 1:
                try:
                    yield Header(row, last, columns_of(labels, name, layout), labels)
                except Refusal:
                    continue


def _joined(above: list[str], below: list[str], known: dict[str, str]) -> list[str] | None:
    """Two rows as one header, a merged cell standing above several; None if some cell is then unknown."""
    labels, group = [], ""
    for upper, lower in zip(above, below, strict=True):
        group = upper or (group if lower else "")
        ways = (group + lower, lower) if lower else (upper,)
        label = next((way for way in ways if not way or spelling(way) in known), None)
        if label is None:
            return None
        labels.append(label)
    return labels


def _likeliest(head: list[list[str]], name: str, layout: Layout) -> Header:
    """The row with the most known headers; raises what is wrong with it."""
    known = layout.known()
    counts = [sum(bool(cell) and spelling(cell) in known for cell in cells) for cells in head]
    row = counts.index(max(counts)) if max(counts) else next(row for row, cells in enumerate(head) if any(cells))
    cells = head[row]
    if sum(map(bool, cells)) == 1:
        raise HeaderNotFirst(file=name, found=INVISIBLE.sub("?", next(filter(None, cells))[:40]))
    return Header(row, row, columns_of(cells, name, layout), cells)


def _units(head: list[list[str]], header: Header, name: str, layout: Layout) -> dict[str, str]:
    """The unit of every column of amounts: behind its own header, or in a corner above the lines."""
    known = layout.known()
    above = [cell for cells in head[: header.last + 1] for cell in cells if cell and spelling(cell) not in known]
    corners = [found[1] for cell in above if (found := CORNER.search(plain(cell)))]
    units: dict[str, str] = {}
    for column, label in zip(header.columns, header.labels, strict=True):
        if column not in layout.amounts:
            continue
        for unit in filter(None, (unit_of(label), *corners)):
            if units.setdefault(column, unit) != unit:
                raise UnitsDiffer(file=name, column=label, one=units[column], other=unit)
            if layout.in_money and unit not in UNITS:
                raise UnitUnknown(file=name, unit=unit, units="、".join(UNITS))
    return units
