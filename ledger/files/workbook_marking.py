"""Two columns added to one sheet of a workbook: two cells put into each row's XML, every other part copied as it is.

A sheet written as Excel writes it is spliced; one written in another manner goes through a tree.
"""

import io
import re
from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape
from zipfile import ZipFile

from lxml import etree

from ledger.files.archive import package
from ledger.files.columns import MARKED
from ledger.files.sheet_extent import column_letters, extent_of, is_plain
from ledger.files.table import Source
from ledger.files.text import visible
from ledger.files.workbook_parts import parsed, sheet_parts

ROW = re.compile(rb"<row\b([^>]*?)(/?)>")
ROW_END = b"</row>"
NUMBER, SPANS = re.compile(rb'\sr="([0-9]+)"'), re.compile(rb'\sspans="[^"]*"')
DIMENSION = re.compile(rb'(<dimension ref="[A-Z]+[0-9]+(?::))[A-Z]+([0-9]+")')
Said = Mapping[int, tuple[str, str]]


def marked_workbook(data: bytes, name: str, by_line: Said, source: Source) -> bytes:
    """The workbook with what became of each line behind it, in two columns right of everything.

    Columns of an earlier marking are written anew.
    """
    opened = package(data, name)
    part = next(each.part for each in sheet_parts(opened).sheets if each.name == source.sheet)
    said = {**by_line, source.header_row: MARKED}
    markup = opened.read(part)
    column = source.width - 1 if source.is_marked else extent_of(opened, part).columns + 1
    spliceable = is_plain(markup) and not source.is_marked and b"<!--" not in markup and b"<![CDATA[" not in markup
    marked = _spliced(markup, said, column) if spliceable else _through_tree(markup, name, part, said, column)
    written = io.BytesIO()
    with ZipFile(io.BytesIO(data)) as before, ZipFile(written, "w") as after:
        for info in before.infolist():
            contents = marked if info.filename == part else before.read(info)
            after.writestr(info, contents, compress_type=info.compress_type)
    return written.getvalue()


def _spliced(markup: bytes, said: Said, column: int) -> bytes:
    last = column_letters(column + 1).encode()
    return DIMENSION.sub(lambda found: found[1] + last + found[2], b"".join(_pieces(markup, said, column)), count=1)


def _pieces(markup: bytes, said: Said, column: int) -> Iterator[bytes]:
    """The sheet piece by piece, two cells put in where a row ends."""
    letters = (column_letters(column), column_letters(column + 1))
    done = number = 0
    for row in ROW.finditer(markup):
        found = NUMBER.search(row[1])
        number = int(found[1]) if found else number + 1
        texts = said.get(number)
        if texts is None:
            continue
        end = row.end() if row[2] else markup.find(ROW_END, row.end())
        yield markup[done : row.start()]
        yield b"<row" + SPANS.sub(b"", row[1].rstrip()) + b">" + markup[row.end() : end]
        for letter, text in zip(letters, texts, strict=True):
            if text:
                yield f'<c r="{letter}{number}" t="inlineStr"><is><t>{escape(visible(text))}</t></is></c>'.encode()
        done = end if not row[2] else row.end()
        if row[2]:
            yield ROW_END
    yield markup[done:]


def _through_tree(markup: bytes, name: str, part: str, said: Said, column: int) -> bytes:
    root = parsed(markup, name, part)
    space, number = f"{{{etree.QName(root).namespace}}}", 0
    for row in root.iter(f"{space}row"):
        number = int(row.get("r") or number + 1)
        row.attrib.pop("spans", "")
        if number in said:
            for cell in [each for each in row if each.get("r") in _places(number, column)]:
                row.remove(cell)
        for place, text in enumerate(said.get(number, ()), column):
            if text:
                cell = etree.SubElement(row, f"{space}c", r=f"{column_letters(place)}{number}", t="inlineStr")
                etree.SubElement(etree.SubElement(cell, f"{space}is"), f"{space}t").text = visible(text)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _places(number: int, column: int) -> tuple[str, str]:
    return f"{column_letters(column)}{number}", f"{column_letters(column + 1)}{number}"
