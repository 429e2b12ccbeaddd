"""The package of a workbook (ZIP): looked at before anything is unpacked, and again while it is.

What is too large, too many or too densely packed is refused by what the directory says; what unpacks to more than the
directory says, or declares entities, is refused while it is read.
"""

import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from zipfile import BadZipFile, ZipFile, ZipInfo

from ledger.domain.errors import RuleBroken

ENTRIES_MAX = 2_000
UNPACKED_BYTES_MAX = 800_000_000
RATIO_MAX = 100
RATIO_BYTES_MIN = 1_000_000
PIECE_BYTES = 1_000_000
PACKED_BYTES = 65_536
STORED, DEFLATED = 0, 8
LOCAL_HEADER_BYTES = 30
DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
ENCODING = re.compile(rb"""^<\?xml[^>]*encoding\s*=\s*["'](?!utf-?8["'])""", re.IGNORECASE)
OVERLAP_BYTES = 16


class WorkbookDamaged(RuleBroken):
    """A workbook that cannot be read."""

    zh = "文件 {file} 不是完整的 Excel 工作簿（.xlsx），可能被截断或损坏（{problem}）。请在 Excel 里打开后另存为 .xlsx，再导入。"
    en = (
        "{file} is no whole workbook (.xlsx); it may be cut or damaged ({problem}). Open it in Excel and save it again."
    )


class WorkbookTooLarge(RuleBroken):
    """A workbook that would unpack to more than any list holds: a bomb, or another kind of file."""


class PartsTooMany(WorkbookTooLarge):
    """A package of more parts than any workbook has."""

    zh = "文件 {file} 里有 {parts} 个部件，上限 {limit} 个，不像明细，没有打开。请核对来源。"
    en = "{file} holds {parts} parts, above the limit of {limit}, and was not opened. Check where it is from."


class PackedTooDensely(WorkbookTooLarge):
    """A part that unpacks to many times what it takes."""

    zh = "文件 {file} 的部件 {part} 解开以后是原来的 {ratio} 倍，上限 {limit} 倍，像是压缩炸弹，没有打开。请核对来源，或在 Excel 里另存。"
    en = "Part {part} of {file} unpacks to {ratio} times its size, limit {limit}: perhaps a bomb, not opened. Check it."


class UnpackedTooLarge(WorkbookTooLarge):
    """Parts that unpack to more than any list needs, or than the directory says."""

    zh = "文件 {file} 解开以后超过 {limit} 字节（{part}），没有打开。请核对来源；确是明细的请分开导入。"
    en = "{file} unpacks to more than {limit} bytes ({part}) and was not opened. Check where it is from, or divide it."


class MarkupDeclares(RuleBroken):
    """XML that declares entities, or is written in another encoding than UTF-8."""

    zh = "文件 {file} 的部件 {part} 含有 DTD 或实体声明，或不是 UTF-8，普通工作簿没有这些，没有打开。请核对来源，或在 Excel 里另存。"
    en = "Part {part} of {file} has a DTD or entities, or is not UTF-8; no plain workbook does. Check it, or save it again."


@dataclass(frozen=True)
class Package:
    """The parts of a workbook, each checked when it is read."""

    name: str
    data: bytes
    parts: dict[str, ZipInfo]

    def pieces(self, part: str) -> Iterator[bytes]:
        """A part, unpacked piece by piece; raises WorkbookDamaged, WorkbookTooLarge, MarkupDeclares."""
        info = self.parts.get(part)
        if info is None:
            raise WorkbookDamaged(file=self.name, problem=part)
        size, tail, is_markup = 0, b"", part.endswith((".xml", ".rels", ".vml"))
        for piece in self._unpacked(info):
            size += len(piece)
            if size > info.file_size:
                raise UnpackedTooLarge(file=self.name, part=part, limit=info.file_size)
            if is_markup and (_declares(tail + piece) or (not tail and _is_foreign(piece))):
                raise MarkupDeclares(file=self.name, part=part)
            tail = piece[-OVERLAP_BYTES:]
            yield piece
        if size != info.file_size:
            raise WorkbookDamaged(file=self.name, problem=part)

    def read(self, part: str) -> bytes:
        """A part, unpacked."""
        return b"".join(self.pieces(part))

    def _unpacked(self, info: ZipInfo) -> Iterator[bytes]:
        head = info.header_offset
        names = self.data[head + 26 : head + LOCAL_HEADER_BYTES]
        first = head + LOCAL_HEADER_BYTES + int.from_bytes(names[:2], "little") + int.from_bytes(names[2:], "little")
        packed = memoryview(self.data)[first : first + info.compress_size]
        if info.compress_type == STORED:
            yield from (bytes(packed[at : at + PIECE_BYTES]) for at in range(0, len(packed), PIECE_BYTES))
            return
        inflater, checksum = zlib.decompressobj(-zlib.MAX_WBITS), 0
        try:
            for at in range(0, len(packed), PACKED_BYTES):
                left: bytes | memoryview = packed[at : at + PACKED_BYTES]
                while piece := inflater.decompress(left, PIECE_BYTES):
                    left = inflater.unconsumed_tail
                    checksum = zlib.crc32(piece, checksum)
                    yield piece
        except zlib.error as problem:
            raise WorkbookDamaged(file=self.name, problem=f"{info.filename}: {problem}") from None
        if not inflater.eof or checksum != info.CRC:
            raise WorkbookDamaged(file=self.name, problem=info.filename)


def package(data: bytes, name: str) -> Package:
    """The parts of a workbook by its directory; raises WorkbookDamaged, WorkbookTooLarge."""
    try:
        with ZipFile(io.BytesIO(data)) as opened:
            listed = opened.infolist()
    except (BadZipFile, NotImplementedError, ValueError, OSError, EOFError, OverflowError) as problem:
        raise WorkbookDamaged(file=name, problem=str(problem)[:80]) from None
    parts = {each.filename: each for each in listed}
    if len(listed) > ENTRIES_MAX:
        raise PartsTooMany(file=name, parts=len(listed), limit=ENTRIES_MAX)
    if len({each.casefold().replace("\\", "/") for each in parts}) != len(listed):
        raise WorkbookDamaged(file=name, problem="names")
    for each in listed:
        _check(each, len(data), name)
    whole = sum(each.file_size for each in listed)
    if whole > UNPACKED_BYTES_MAX:
        raise UnpackedTooLarge(file=name, part=f"{len(listed)} parts", limit=UNPACKED_BYTES_MAX)
    return Package(name, data, parts)


def _check(info: ZipInfo, length: int, name: str) -> None:
    ratio = info.file_size // max(1, info.compress_size)
    if info.file_size > RATIO_BYTES_MIN and ratio > RATIO_MAX:
        raise PackedTooDensely(file=name, part=info.filename[:60], ratio=ratio, limit=RATIO_MAX)
    outside = info.header_offset + LOCAL_HEADER_BYTES + info.compress_size > length
    if outside or info.flag_bits & 1 or info.compress_type not in (STORED, DEFLATED):
        raise WorkbookDamaged(file=name, problem=info.filename)


def _declares(markup: bytes) -> bool:
    return b"<!" in markup and bool(DECLARATION.search(markup))


def _is_foreign(piece: bytes) -> bool:
    """Whether markup begins in another encoding than UTF-8."""
    start = piece.removeprefix(b"\xef\xbb\xbf").lstrip()
    return b"\x00" in start[:4] or not start.startswith(b"<") or bool(ENCODING.match(start))
