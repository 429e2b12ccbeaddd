"""Two columns added to a CSV file: its encoding, mark, line ends and quotation marks stay as they were.

The records of a file that takes no more columns become such a file.
"""

import codecs
import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from ledger.files.amounts import plain_number
from ledger.files.columns import MARKED
from ledger.files.table import Source
from ledger.files.text import encoding_of, visible


def marked_csv(data: bytes, name: str, by_line: Mapping[int, tuple[str, str]], source: Source) -> bytes:
    """The file with what became of each line behind it; columns of an earlier marking are written anew."""
    mark, encoding = encoding_of(data, name)
    lines = list(io.StringIO(data[len(mark) :].decode(encoding), newline=""))
    reader = csv.reader(iter(lines), strict=True)
    said, first = {**by_line, source.header_row: MARKED}, 0
    width = source.width - len(MARKED) if source.is_marked else source.width
    try:
        for cells in reader:
            last = reader.line_num
            texts = said.get(last)
            if texts is not None:
                body = _record(cells[:width]) if source.is_marked else _body(lines[first:last])
                missing = "," * (width - len(cells))
                record = f"{body}{missing}{_cells(texts)}{_end(lines[last - 1])}"
                lines[first:last] = [*[""] * (last - first - 1), record]
            first = last
    except csv.Error:
        pass  # a quotation mark that stays open: what follows it cannot be told apart
    return mark + "".join(lines).encode(encoding)


def marked_records(
    records: Iterable[tuple[int, Sequence[str]]], by_line: Mapping[int, tuple[str, str]], source: Source
) -> bytes:
    """Numbered records and what became of each, as CSV in UTF-8 with its mark; what could be a formula is none."""
    lines = [_record(source.labels) + _cells(MARKED)]
    for number, cells in records:
        own = _record([cell if plain_number(cell) else visible(cell) for cell in cells])
        lines.append(own + _cells(by_line.get(number, ("", ""))))
    return codecs.BOM_UTF8 + "".join(f"{line}\r\n" for line in lines).encode()


def _body(lines: Sequence[str]) -> str:
    whole = "".join(lines)
    return whole[: len(whole) - len(_end(whole))]


def _end(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


def _record(cells: Sequence[str]) -> str:
    return ",".join(_quoted(cell) for cell in cells)


def _cells(said: tuple[str, ...]) -> str:
    return "".join(f",{_quoted(visible(text))}" for text in said)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ',"\r\n') else text
