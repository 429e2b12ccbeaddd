"""DBF lists (GBK) of older treasury and tax systems, as tables.

Names of fields hold ten bytes: one that was cut is completed where only one header begins like it.
"""

import io
import struct
from collections.abc import Iterator
from typing import Any

from dbfread import DBF, FieldParser
from dbfread.dbf import DBFField, DBFHeader

from ledger.domain.errors import RuleBroken
from ledger.files.columns import Layout, spelling
from ledger.files.grid import Grid, cleaned_cells, table_of
from ledger.files.headers import COLUMNS_MAX, ColumnsTooMany
from ledger.files.table import Table

VERSIONS = frozenset(b"\x02\x03\x30\x31\x32\x43\x63\x83\x8b\xcb\xf5\xfb")
NAME_BYTES = 10
ENCODING = "gb18030"


class DbfDamaged(RuleBroken):
    """A DBF file that cannot be read."""

    zh = "DBF 文件 {file} 已损坏、被截断，或有读不懂的字段（{problem}）。请从原系统重新导出，或另存为 CSV、XLSX。"
    en = "The DBF file {file} is damaged, cut, or has fields that cannot be read ({problem}). Export it again."


class _Texts(FieldParser):  # type: ignore[misc]
    """Numbers and dates as they are written down: exact."""

    def parseN(self, field: Any, data: bytes) -> str:  # noqa: N802 - dbfread's name
        return data.decode("ascii").strip(" \0*")

    parseF = parseD = parseN  # noqa: N815

    def parseM(self, field: Any, data: bytes) -> str:  # noqa: N802 - dbfread's name
        return "#MEMO!" if data.strip(b" \0") else ""  # it stands in another file, which did not come

    parseG = parseP = parseM  # noqa: N815


class _InMemory(DBF):  # type: ignore[misc]
    """dbfread's table over bytes, without a file."""

    def __init__(self, data: bytes) -> None:
        self.encoding, self.char_decode_errors, self.parserclass = ENCODING, "strict", _Texts
        self.lowernames, self.raw, self.memofilename = False, False, None
        self.fields: list[Any] = []
        self.field_names: list[str] = []
        self.data = data
        stream = io.BytesIO(data)
        self._read_header(stream)
        self._read_field_headers(stream)

    def _decode_text(self, data: bytes) -> str:
        """The name of a field; half a character at its end was cut off with the rest."""
        return data.decode(ENCODING, "ignore")

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The records that are not deleted, each with its number."""
        head, length = self.header.headerlen, self.header.recordlen
        parser = _Texts(self)
        for number in range(1, self.header.numrecords + 1):
            record = self.data[head + (number - 1) * length : head + number * length]
            if len(record) != length:
                raise ValueError(f"record {number}")
            if record[:1] != b"*":
                yield number, list(self._cells(parser, record))

    def _cells(self, parser: _Texts, record: bytes) -> Iterator[str]:
        at = 1
        for field in self.fields:
            value = parser.parse(field, record[at : at + field.length])
            yield "" if value is None else str(value)
            at += field.length


def is_dbf(data: bytes) -> bool:
    """Whether bytes begin as a DBF file does: a text may begin with the same sign, but not go on like one."""
    if data[:1] == b"\x03":
        return True
    if len(data) <= DBFHeader.size or data[0] not in VERSIONS:
        return False
    records, head, length = struct.unpack("<LHH", data[4:12])
    whole = head + records * length
    return bool(
        head > DBFHeader.size and length > 1 and data[head - 1 : head] == b"\r" and whole <= len(data) <= whole + 1
    )


def dbf_rows(data: bytes, name: str) -> list[tuple[int, list[str]]]:
    """The records of a DBF file that are not deleted, with their numbers; raises DbfDamaged."""
    return _opened(data, name)[1]


def dbf_table(data: bytes, name: str, layout: Layout) -> Table:
    """The records of a DBF file under the columns of a layout; raises DbfDamaged, ColumnsTooMany, and as `table_of`."""
    if data[8:10] and int.from_bytes(data[8:10], "little") > DBFHeader.size + (COLUMNS_MAX + 1) * DBFField.size:
        raise ColumnsTooMany(
            file=name, columns=int.from_bytes(data[8:10], "little") // DBFField.size, limit=COLUMNS_MAX
        )
    fields, rows = _opened(data, name)
    header = [_completed(field, layout) for field in fields]
    grid = Grid([0, *(number for number, _ in rows)], [header, *(cells for _, cells in rows)], cleaned_cells)
    return table_of(grid, name, layout)


def _opened(data: bytes, name: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The names of the fields, and the records with their numbers."""
    try:
        table = _InMemory(data)
        lengths = 1 + sum(field.length for field in table.fields)
        if not table.fields or lengths > table.header.recordlen or table.header.recordlen < 2:
            raise ValueError("fields")
        return table.field_names, list(table.rows())
    except (ValueError, LookupError, struct.error, TypeError, AttributeError, ArithmeticError) as problem:
        raise DbfDamaged(file=name, problem=str(problem)[:60] or type(problem).__name__) from None


def _completed(field: str, layout: Layout) -> str:
    """The name of a field, completed if it was cut after ten bytes and only one header begins like it."""
    if spelling(field) in layout.known() or len(field.encode(ENCODING)) < NAME_BYTES - 1:
        return field
    like = [header for header in layout.known() if header.startswith(spelling(field))]
    return like[0] if len(like) == 1 else field
