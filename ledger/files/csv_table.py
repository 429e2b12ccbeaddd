"""CSV files as tables: a plain file all at once, anything else row by row.

Plain is a file without quotation marks whose lines all have as many cells as the header; both ways read such
a file alike.
"""

import csv
import io
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from ledger.files.columns import Layout
from ledger.files.grid import Grid, source_of, table_of
from ledger.files.headers import COLUMNS_MAX, find_header, fits
from ledger.files.table import Column, Table
from ledger.files.text import utf8

BLOCK_BYTES = 4_000_000
CELL_BYTES_MAX = 10_000_000
csv.field_size_limit(CELL_BYTES_MAX)


def csv_table(data: bytes, name: str, layout: Layout) -> Table:
    """The lines of a CSV file under the columns of a layout.

    Raises as `grid.table_of`; and what `text.utf8` raises.
    Lines with too few or too many cells are noted as faults.
    """
    text = utf8(data, name)
    return _plain_table(text, name, layout) or _table_by_rows(text, name, layout)


# All at once


def _plain_table(text: bytes, name: str, layout: Layout) -> Table | None:
    """The table of a plain file; None if it is not plain, or has something to say about a line."""
    head, _, body = text.partition(b"\n")
    quoted = b'"' in text or b"'" in text or b"\r" in text.replace(b"\r\n", b"\n")
    if quoted or not body or head.count(b",") >= COLUMNS_MAX:
        return None
    labels = [cell.strip() for cell in head.decode().split(",")]
    if not all(labels) or not fits([(1, labels)], name, layout):
        return None
    header = find_header([(1, labels)], name, layout)
    lines = body.count(b"\n") + (not body.endswith(b"\n"))
    try:
        read = _read(body, header.columns, layout)
    except pa.ArrowInvalid:
        return None
    if read.num_rows != lines:
        return None
    found = {column: _column(read, place) for place, column in enumerate(header.columns) if column}
    if any(found[column].is_empty().any() for column in layout.required):
        return None
    return Table(name, found, np.arange(2, lines + 2, dtype=np.int64), [], source_of(header))


def _read(body: bytes, columns: Sequence[str], layout: Layout) -> pa.Table:
    names = [str(place) for place, _ in enumerate(columns)]
    repeating = pa.dictionary(pa.int32(), pa.string())
    kinds = {
        str(place): pa.string() if column in layout.distinct else repeating for place, column in enumerate(columns)
    }
    return arrow_csv.read_csv(
        pa.BufferReader(body),
        arrow_csv.ReadOptions(column_names=names, block_size=BLOCK_BYTES),
        arrow_csv.ParseOptions(quote_char=False, double_quote=False, ignore_empty_lines=False),
        arrow_csv.ConvertOptions(
            column_types=kinds,
            null_values=[],
            strings_can_be_null=False,
            check_utf8=False,
            include_columns=[str(place) for place, column in enumerate(columns) if column],
        ),
    )


def _column(read: pa.Table, place: int) -> Column:
    array = read.column(str(place)).unify_dictionaries().combine_chunks()
    if not isinstance(array, pa.DictionaryArray):
        return Column(pc.utf8_trim_whitespace(array))
    return Column(pa.DictionaryArray.from_arrays(array.indices, pc.utf8_trim_whitespace(array.dictionary)))


# Row by row


def _table_by_rows(text: bytes, name: str, layout: Layout) -> Table:
    rows = list(_rows(text.decode()))
    return table_of(Grid([number for number, _ in rows], [cells for _, cells in rows]), name, layout)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold something, each with the number of its last line; an empty one where a quotation stays open."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error:
        yield reader.line_num, []
