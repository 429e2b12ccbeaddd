"""How far a sheet reaches, looked at before it is read.

The reader of workbooks makes room for every cell between the first and the last, and a process that runs out of room is
gone; so a cell far away from all others is refused here.  What the reader passes over in silence, a cell with an error
or a formula without a value, is found here too.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from lxml import etree

from ledger.domain.errors import RuleBroken
from ledger.files.archive import Package, UnpackedTooLarge

CELL = re.compile(rb'<c r="([A-Z]+)([0-9]+)"[^>]*?(/?)>')
PLAIN_CELL = b'<c r="'
ODD_CELL, PREFIXED_CELL = re.compile(rb"<c[>/\t\n\r]"), re.compile(rb":c[ >/\t\n\r]")
HOLLOW = re.compile(
    rb'<c r="([A-Z]{1,3})([0-9]{1,7})"(?=[^>]* t="e")[^>]*(?<!/)>'
    rb'|<c r="([A-Z]{1,3})([0-9]{1,7})"[^>]*(?<!/)>(?:<f[^>]*/>|<f[^<]*</f>)(?:<v/>|<v></v>)?</c>'
)
CELLS_MAX = 24_000_000
SPARE_CELLS = 1_000_000
SPARSENESS_MAX = 20
HOLLOW_MAX = 100_000
ODD_BYTES_MAX, ROW_BYTES_MAX = 64_000_000, 2_000_000
COLUMNS_MAX = 16_384
ROW_END = re.compile(rb"</(?:[^\s<>/]+:)?row\s*>")
REFERENCE_BYTES = 11


class SheetTooWide(RuleBroken):
    """A sheet with cells far away from all others, or with too many."""

    zh = "文件 {file} 的工作表到第 {rows} 行、第 {columns} 列都有内容，中间大多是空的或过多，没有打开。请删去明细以外的格，或另存一张表。"
    en = "The sheet in {file} reaches to row {rows} and column {columns}, mostly empty or too much. Delete the cells outside the list."


class SheetUnreadable(RuleBroken):
    """A sheet that is no well-formed XML."""

    zh = "文件 {file} 的工作表读不懂，可能已损坏（{problem}）。请在 Excel 里打开后另存为 .xlsx，再导入。"
    en = "The sheet in {file} cannot be read; it may be damaged ({problem}). Open it in Excel and save it again."


@dataclass
class Extent:
    """The last row and column that hold something, how many cells do, and those without a value that can be read."""

    rows: int = 0
    columns: int = 0
    cells: int = 0
    hollow: list[tuple[int, int]] = field(default_factory=list)

    def take(self, row: int, column: int) -> None:
        """One more cell."""
        self.rows, self.columns = max(self.rows, row), max(self.columns, column)

    def is_plausible(self) -> bool:
        """Whether there is room for it, and it is not mostly empty."""
        room = min(CELLS_MAX, SPARE_CELLS + SPARSENESS_MAX * self.cells)
        return self.columns <= COLUMNS_MAX and self.rows * self.columns <= room

    def check(self, name: str) -> None:
        """Raises SheetTooWide."""
        if not self.is_plausible():
            raise SheetTooWide(file=name, rows=self.rows, columns=self.columns)


def extent_of(opened: Package, part: str) -> Extent:
    """How far a sheet reaches; raises SheetTooWide, SheetUnreadable, and what reading its part raises.

    First all cells, then only those with contents; a sheet that is not written as Excel writes it is parsed.
    """
    found = _by_bytes(opened, part)
    if found is not None and not found.is_plausible():
        found = _by_pattern(opened, part)
    if found is None:
        found = _by_parsing(opened, part)
    found.check(opened.name)
    return found


def _by_bytes(opened: Package, part: str) -> Extent | None:
    """How far a sheet reaches, cells without contents counted; None if its cells are not written as Excel writes them."""
    found = Extent()
    for block in _whole_cells(opened.pieces(part)):
        if not is_plain(block):
            return None
        if not _take_block(found, block):
            return None
        if not found.is_plausible():
            break
    return found


def is_plain(block: bytes) -> bool:
    """Whether every cell is written as Excel writes it."""
    is_odd = ODD_CELL.search(block) or PREFIXED_CELL.search(block)
    return block.count(b"<c ") == block.count(PLAIN_CELL) and not is_odd


def _take_block(found: Extent, block: bytes) -> bool:
    """Take in the cells of a block, all at once; false if one has no plain place."""
    signs = np.frombuffer(block + b" " * REFERENCE_BYTES, np.uint8)
    at = np.flatnonzero((signs[:-2] == ord("<")) & (signs[1:-1] == ord("c")) & (signs[2:] == ord(" "))) + len(
        PLAIN_CELL
    )
    rows, columns = np.zeros(len(at), np.int64), np.zeros(len(at), np.int64)
    begun, done = np.zeros(len(at), bool), np.zeros(len(at), bool)
    for place in range(REFERENCE_BYTES):
        sign = signs[np.minimum(at + place, len(signs) - 1)].astype(np.int64)
        digit, letter = (sign >= ord("0")) & (sign <= ord("9")), (sign >= ord("A")) & (sign <= ord("Z"))
        done |= begun & (sign == ord('"'))
        if (~done & ~digit & (~letter | begun)).any():
            return False
        rows = np.where(digit & ~done, rows * 10 + sign - ord("0"), rows)
        columns = np.where(letter & ~done, columns * 26 + sign - ord("A") + 1, columns)
        begun |= digit
    found.cells += len(at)
    found.take(int(rows.max(initial=0)), int(columns.max(initial=0)))
    _take_hollow(found, block)
    return bool(done.all())


def _take_hollow(found: Extent, block: bytes) -> None:
    if b't="e"' in block or b"<f" in block:
        for letter, digit, other_letter, other_digit in HOLLOW.findall(block)[: HOLLOW_MAX - len(found.hollow)]:
            found.hollow.append((int(digit or other_digit), column_number(letter or other_letter)))


def _by_pattern(opened: Package, part: str) -> Extent | None:
    """How far the cells with contents reach; None if they are not written as Excel writes them."""
    found = Extent()
    for block in _whole_cells(opened.pieces(part)):
        if not is_plain(block):
            return None
        cells = CELL.findall(block)
        if len(cells) != block.count(PLAIN_CELL):
            return None
        for letters, digits, empty in cells:
            if not empty:
                found.cells += 1
                found.take(int(digits), column_number(letters))
        found.check(opened.name)
        _take_hollow(found, block)
    return found


def _whole_cells(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Pieces that end where a cell or a row does."""
    rest = b""
    for piece in pieces:
        rest += piece
        cut = max(rest.rfind(b"<c "), rest.rfind(b"<row"))
        if cut > 0:
            yield rest[:cut]
            rest = rest[cut:]
    yield rest


def _by_parsing(opened: Package, part: str) -> Extent:
    """How far the cells with contents reach, in whatever manner they are written."""
    if opened.parts[part].file_size > ODD_BYTES_MAX:
        raise UnpackedTooLarge(file=opened.name, part=part, limit=ODD_BYTES_MAX)
    found, row, length = Extent(), 0, 0
    parser = etree.XMLPullParser(("end",), tag="{*}row", resolve_entities=False, no_network=True, remove_comments=True)
    try:
        for piece in opened.pieces(part):
            length = 0 if ROW_END.search(piece) else length + len(piece)
            if length > ROW_BYTES_MAX:
                raise SheetTooWide(file=opened.name, rows=row + 1, columns=f"{COLUMNS_MAX}+")
            parser.feed(piece)
            for _, element in parser.read_events():
                if isinstance(element, etree._Element):
                    row = int(element.get("r") or row + 1)
                    _take_row(found, row, element)
                    element.clear()
            found.check(opened.name)
        parser.close()
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise SheetUnreadable(file=opened.name, problem=str(problem)[:80]) from None
    return found


def _take_row(found: Extent, row: int, element: "etree._Element") -> None:
    """Take in the cells of a row; one without a place stands behind the one before."""
    column = 0
    for cell in element:
        if isinstance(cell.tag, str) and cell.tag.endswith("}c"):
            row, column = _place(cell.get("r"), row, column + 1)
            _take_parsed(found, row, column, cell)


def _take_parsed(found: Extent, row: int, column: int, element: "etree._Element") -> None:
    kinds = {each.tag.rpartition("}")[2]: each for each in element if isinstance(each.tag, str)}
    if not kinds:
        return
    found.cells += 1
    found.take(row, column)
    value = kinds.get("v")
    if element.get("t") == "e" or ("f" in kinds and (value is None or not value.text)):
        found.hollow.append((row, column))


def _place(reference: str | None, row: int, column: int) -> tuple[int, int]:
    found = re.fullmatch(r"([A-Z]+)([0-9]+)", reference) if reference else None
    if reference and not found:
        raise ValueError(reference)
    return (int(found[2]), column_number(found[1].encode())) if found else (row, column)


def column_number(letters: bytes) -> int:
    """The number of a column from its letters: A is 1."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def column_letters(number: int) -> str:
    """The letters of a column from its number: 1 is A."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
