"""Cells that a workbook shows in red, by their font or by the format of their number.

Who keeps books by hand writes what is taken back in red and without a sign.
"""

import re
from collections.abc import Iterator

from lxml import etree

from ledger.files.archive import Package
from ledger.files.sheet_extent import column_number
from ledger.files.workbook_parts import SheetPart, parsed

STYLES = "xl/styles.xml"
RED_FORMAT = re.compile(r"\[(?:red|红色?|color\s*(?:3|10))\]", re.IGNORECASE)
RED_INDEXES = ("2", "10")
CELL = re.compile(rb"<c\b([^>]*)(?<!/)>")
PLACE, STYLE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"'), re.compile(rb'\bs="([0-9]+)"')


def red_cells(opened: Package, sheet: SheetPart) -> list[tuple[int, int]]:
    """Row and column, from 1, of every cell that is shown in red whatever its sign."""
    if STYLES not in opened.parts:
        return []
    styles = red_styles(parsed(opened.read(STYLES), opened.name, STYLES))
    return list(_cells_of(opened, sheet.part, styles)) if styles else []


def red_styles(root: "etree._Element") -> set[bytes]:
    """The numbers of the styles that are red."""
    red_fonts = {
        str(number)
        for number, font in enumerate(root.iterfind("{*}fonts/{*}font"))
        if any(_is_red(color) for color in font.iterfind("{*}color"))
    }
    formats = {
        each.get("numFmtId")
        for each in root.iterfind("{*}numFmts/{*}numFmt")
        if RED_FORMAT.search(str(each.get("formatCode")).split(";")[0])
    }
    found = set()
    for number, style in enumerate(root.iterfind("{*}cellXfs/{*}xf")):
        if style.get("fontId") in red_fonts or style.get("numFmtId") in formats:
            found.add(str(number).encode())
    return found


def _is_red(color: "etree._Element") -> bool:
    rgb = color.get("rgb") or ""
    if len(rgb) == 8 and re.fullmatch("[0-9A-Fa-f]{8}", rgb):
        red, green, blue = (int(rgb[at : at + 2], 16) for at in (2, 4, 6))
        return red >= 0xC0 and max(green, blue) <= 0x40
    return color.get("indexed") in RED_INDEXES


def _cells_of(opened: Package, part: str, styles: set[bytes]) -> Iterator[tuple[int, int]]:
    rest = b""
    for piece in opened.pieces(part):
        block = rest + piece
        end = block.rfind(b">") + 1
        rest = block[end:]
        for found in CELL.finditer(block, 0, end):
            style, place = STYLE.search(found[1]), PLACE.search(found[1])
            if style and place and style[1] in styles:
                yield int(place[2]), column_number(place[1])
