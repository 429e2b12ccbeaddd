"""Workbooks and DBF files as people have them, made for a test."""

import io
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import dbf
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

SHEET = "xl/worksheets/sheet1.xml"
SPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def workbook(
    rows: Iterable[Sequence[Any]],
    *,
    sheet: str = "明细",
    others: Sequence[tuple[str, Sequence[Sequence[Any]]]] = (),
    finish: Callable[[Any, Worksheet], None] = lambda made, first: None,
    **options: Any,
) -> bytes:
    """A workbook whose first sheet holds some rows; `finish` may go on with it."""
    written = io.BytesIO()
    made = xlsxwriter.Workbook(written, {"in_memory": True, **options})
    for name, contents in ((sheet, rows), *others):
        page = made.add_worksheet(name)
        for row, cells in enumerate(contents):
            page.write_row(row, 0, cells)
    finish(made, made.worksheets()[0])
    made.close()
    return written.getvalue()


def with_part(data: bytes, part: str, contents: bytes) -> bytes:
    """A workbook with another part in the place of its own."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            after.writestr(name, contents if name == part else before.read(name))
    return written.getvalue()


def with_sheet(rows: str, before: str = "") -> bytes:
    """A workbook whose sheet is this XML."""
    markup = f"{before}<worksheet {SPACE}><sheetData>{rows}</sheetData></worksheet>"
    return with_part(workbook([["x"]]), SHEET, markup.encode())


def cell(place: str, value: object, **attributes: str) -> str:
    """The XML of one cell."""
    said = "".join(f' {name}="{text}"' for name, text in attributes.items())
    if isinstance(value, str):
        return f'<c r="{place}"{said} t="inlineStr"><is><t>{value}</t></is></c>'
    return f'<c r="{place}"{said}><v>{value!r}</v></c>'


def dbf_file(fields: str, rows: Iterable[tuple[Any, ...]]) -> bytes:
    """A DBF file in GBK."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.dbf"
        table = dbf.Table(str(path), fields, codepage="cp936")
        table.open(dbf.READ_WRITE)
        for row in rows:
            table.append(row)
        table.close()
        return path.read_bytes()
