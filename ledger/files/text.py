"""Bytes to text, by a fixed ladder: byte-order mark, strict UTF-8, strict GB18030.

Guessing encodings reads a short GBK line as Korean, so nothing is guessed beyond the ladder.
"""

import codecs
import re
from pathlib import Path

from ledger.domain.errors import NotFound, RuleBroken
from ledger.domain.names import INVISIBLE

FORMULA_SIGNS = "=+-@\t\r\n\0＝＋－＠"
HAN = re.compile("[\u4e00-\u9fff]")
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class FileMissing(NotFound):
    """A file that is not there or cannot be read."""

    zh = "读不到文件 {file}。请核对路径和权限。"
    en = "File {file} cannot be read. Check its path and permissions."


class FileUnwritable(RuleBroken):
    """A file that cannot be written."""

    zh = "写不进文件 {file}（{problem}）。请核对路径、权限，或先关闭打开它的程序。"
    en = (
        "File {file} cannot be written ({problem}). Check its path and permissions, or close the program that holds it."
    )


class FileTooLarge(RuleBroken):
    """A file above what its kind may be."""

    zh = "文件 {file} 有 {bytes} 字节，超过上限 {limit} 字节。请核对是否选错文件；明细过多的请分开导入。"
    en = "{file} has {bytes} bytes, above the limit of {limit}. Check that it is the right file, or divide it."


class IsWorkbook(RuleBroken):
    """A spreadsheet where text was expected."""

    zh = "文件 {file} 是旧版（.xls）或加密的 Excel 工作簿，或压缩包，读不了。请在 Excel 里另存为 .xlsx 或“CSV UTF-8”，不设密码，再导入。"
    en = "{file} is an old (.xls) or encrypted workbook, or an archive. Save it as .xlsx or CSV UTF-8, without a password."


class TextUnreadable(RuleBroken):
    """Bytes that are no text."""

    zh = "文件 {file} 第 {line} 行不是 UTF-8，也不是 GB18030 文字，可能已损坏或被截断。请重新导出。"
    en = "{file} line {line} is neither UTF-8 nor GB18030; it may be damaged or cut. Export it again."


class EncodingsMixed(RuleBroken):
    """One file, two encodings."""

    zh = "文件 {file} 混用了两种编码：第 {utf8} 行是 UTF-8，第 {other} 行不是。请用同一种编码重新保存。"
    en = "{file} mixes encodings: line {utf8} is UTF-8, line {other} is not. Save it again in one encoding."


def read_bytes(file: Path, bytes_max: int) -> bytes:
    """The bytes of a file; raises FileMissing, or FileTooLarge before reading it."""
    try:
        size = file.stat().st_size
        if size > bytes_max:
            raise FileTooLarge(file=file.name, bytes=size, limit=bytes_max)
        return file.read_bytes()
    except OSError:
        raise FileMissing(file=file) from None


def write_bytes(file: Path, data: bytes) -> None:
    """Write a file in one go; raises FileUnwritable."""
    try:
        file.write_bytes(data)
    except OSError as problem:
        raise FileUnwritable(file=file, problem=problem.strerror or problem) from None


def writable(text: str) -> str:
    """A text that can be written down: what came from outside as half a character becomes a question mark."""
    return text.encode("utf-8", "replace").decode()


def decode(data: bytes, name: str) -> str:
    """The text of a file; raises IsWorkbook; TextUnreadable or EncodingsMixed, naming the line."""
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise IsWorkbook(file=name)
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return _strict(data, encoding, name)
    if _is(data, "utf-8"):
        return data.decode("utf-8")
    _refuse_mixture(data, name)
    return _strict(data, "gb18030", name)


def encoding_of(data: bytes, name: str) -> tuple[bytes, str]:
    """The byte-order mark of a file and the encoding behind it; raises as `decode`."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(mark):
            return mark, encoding
    decode(data, name)
    return b"", "utf-8" if _is(data, "utf-8") else "gb18030"


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe before what could begin one.

    Before an apostrophe too, since a reader takes one away.
    """
    return f"'{text}" if text.startswith((*FORMULA_SIGNS, "'")) else text


def visible(text: str) -> str:
    """A harmless text without what cannot be seen."""
    return INVISIBLE.sub(" ", harmless(text))


def utf8(data: bytes, name: str) -> bytes:
    """The text of a file as UTF-8 without a mark; raises as `decode`."""
    is_marked = data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", *(mark for mark, _ in MARKS)))
    return data if not is_marked and _is(data, "utf-8") else decode(data, name).encode()


def _strict(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise TextUnreadable(file=name, line=line) from None


def _refuse_mixture(data: bytes, name: str) -> None:
    """A line of Han characters in UTF-8 beside a line that is not UTF-8."""
    lines = data.split(b"\n")
    utf8 = next((n for n, line in enumerate(lines, 1) if _is(line, "utf-8") and HAN.search(line.decode())), None)
    other = next(n for n, line in enumerate(lines, 1) if not _is(line, "utf-8"))
    if utf8 is not None and other == len(lines):
        raise TextUnreadable(file=name, line=other)
    if utf8 is not None:
        raise EncodingsMixed(file=name, utf8=utf8, other=other)


def _is(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
