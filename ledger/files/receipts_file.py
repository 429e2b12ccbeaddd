"""Receipts (税收入库明细) from a file, in the columns users already have (documents § 4.2).

Every wrong line is named; nothing is guessed.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from stdnum.cn import uscc

from ledger.domain import money
from ledger.domain.errors import Fault, LinePlace, LinesRefused
from ledger.domain.recording.entries import Entry, Key, differing
from ledger.domain.recording.linking import Reference, link
from ledger.domain.recording.receipts import Receipts, Rows, Texts, percents_text, prints_of, repeated
from ledger.domain.terms import Level
from ledger.files.cells import day_in_cell
from ledger.files.columns import LEVEL_COLUMNS, LEVEL_WORDS, RECEIPTS
from ledger.files.file_table import table_of_file
from ledger.files.line_faults import (
    AmountZero,
    CreditCodeWrong,
    FileEmpty,
    LevelOfOtherSign,
    LevelsDoNotFoot,
    OriginalLeftOut,
    PeriodBackwards,
    RefundPositive,
    ReversalNamesNone,
    SharesUnreadable,
    SubjectUnreadable,
    VoucherTwice,
)
from ledger.files.lines_file import LinesFile
from ledger.files.table import Table, identifier, line_of
from ledger.files.text import writable

CODE = re.compile(r"([0-9]+)(?:[|｜].*)?|.*[(（]([0-9]+)[)）]")
CODED = re.compile(r"([0-9A-Z]{4,20})[|｜](.+)|(.+)[(（]([0-9A-Z]{6,20})[)）]")
PERCENT = re.compile(r"(中央|省|自治区|市|县|区)级?([0-9]{1,3}(?:\.[0-9]{1,4})?)%")
RECEIPTS_BYTES_MAX = 512_000_000


@dataclass(frozen=True, kw_only=True)
class ReceiptsFile(LinesFile):
    """The receipts of a file: `references` say by row what a line takes back, `left_out` which vouchers were left out."""

    columns: tuple[str, ...]
    receipts: Receipts
    references: dict[int, Reference]
    warnings: list[Fault] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)

    def without(self, rows: Iterable[int]) -> "ReceiptsFile":
        """The file without some of its lines."""
        left_out = list(rows)
        if not left_out:
            return self
        is_kept = np.ones(len(self), bool)
        is_kept[left_out] = False
        kept = np.flatnonzero(is_kept)
        place = np.full(len(self), -1, np.int64)
        place[kept] = np.arange(len(kept))
        references = {int(place[row]): each for row, each in self.references.items() if place[row] >= 0}
        return replace(self, receipts=self.receipts.take(kept), numbers=self.numbers[kept], references=references)

    def without_faulty(self, faults: Sequence[Fault]) -> "ReceiptsFile":
        """The file without the lines that some faults stand on, and without what takes these lines back."""
        if not faults:
            return self
        lines = {line_of(fault) for fault in faults}
        rows = np.flatnonzero(np.isin(self.numbers, list(lines))).tolist()
        left_out = {self.receipts.vouchers[row].decode(): int(self.numbers[row]) for row in rows} | self.left_out
        file = replace(self.without(rows), faults=[*self.faults, *faults], left_out=left_out)
        return file.without_faulty(file.source.seen(file._orphans()))

    def _orphans(self) -> Iterator[Fault]:
        """What takes back a line that was left out, or one of its voucher: which is meant would be a guess."""
        for row, reference in self.references.items():
            if reference.voucher in self.left_out:
                rule = OriginalLeftOut(original=reference.voucher, line=self.left_out[reference.voucher])
                yield Fault(LinePlace(int(self.numbers[row]), "原税票号码"), rule)

    @cached_property
    def entries(self) -> list[Entry]:
        """Every line, with its number in the file."""
        return list(self.lines(np.arange(len(self))))

    def lines(self, rows: Rows) -> Iterator[Entry]:
        """Some of the lines, with their numbers in the file."""
        own, numbers = self.receipts.take(rows), self.numbers[rows].tolist()
        return own.numbered(0, numbers)

    def linked(self) -> list[Entry]:
        """Every line with its original, which stands in the file; raises LinesRefused."""
        return link(self.entries, self.named(np.arange(len(self))), lambda vouchers: (), self.name)

    def named(self, rows: Rows) -> dict[Key, Reference]:
        """What some of the lines take back, by their keys."""
        wanted = np.array([row for row in self.references if row in set(rows.tolist())], np.int64)
        lines = zip(wanted.tolist(), self.lines(wanted), strict=True)
        return {entry.key: self.references[row] for row, entry in lines}

    def related(self) -> np.ndarray:
        """The lines that take others back, and those of the vouchers they name, as a mask."""
        found = np.zeros(len(self), bool)
        found[list(self.references)] = True
        vouchers = sorted({reference.voucher.encode() for reference in self.references.values()})
        named = prints_of(np.array(vouchers, np.bytes_)) if vouchers else np.empty(0, np.int64)
        return found | np.isin(self.receipts.prints(), named)

    def recordable(self, looked_at: np.ndarray, fresh: Sequence[Entry]) -> tuple[Rows, Receipts]:
        """The lines that were not looked at one by one, and of those that were the fresh ones, linked as they are."""
        taken = {entry.row: entry.original for entry in fresh}
        kept = ~looked_at | np.isin(self.numbers, list(taken))
        rows = np.flatnonzero(kept)
        receipts = self.receipts if kept.all() else self.receipts.take(rows)
        if not taken:
            return rows, receipts
        at = np.flatnonzero(looked_at[rows]).tolist()
        numbers = self.numbers[rows[at]].tolist()
        originals = {row: taken[number] for row, number in zip(at, numbers, strict=True)}
        return rows, receipts.with_originals({row: key for row, key in originals.items() if key})


def read_receipts(
    data: bytes,
    name: str,
    *,
    check_codes: bool = True,
    skip_bad: bool = False,
    sheet: str = "",
    own: Mapping[str, str] | None = None,
) -> ReceiptsFile:
    """The receipts in a file, in file order.

    A line said twice with the same contents counts once.  With `check_codes` a credit code's
    check digit must fit; without, a wrong one is a warning.  Originals are not looked up yet:
    see `link`.  `own` are headers of a layout of the user's own.  Raises LinesRefused with every wrong line (with `skip_bad`
    they are left out, and stand in the file's `faults`), or the rule that the file breaks.
    """
    table = table_of_file(data, name, RECEIPTS.with_own(own or {}), sheet)
    if not len(table) and not table.faults:
        raise FileEmpty(file=name)
    read = _once(_Reader(table, check_codes=check_codes).read(), table)
    faults = table.source.seen(table.faults)
    if faults and not skip_bad:
        raise LinesRefused(faults, file=name)
    return read.without_faulty(faults)


class _Reader:
    """Reads the columns of one table; what is wrong is noted there."""

    def __init__(self, table: Table, *, check_codes: bool) -> None:
        self._table = table
        self._check_codes = check_codes
        self._warnings: list[Fault] = []

    def read(self) -> ReceiptsFile:
        table = self._table
        attributes, codes = table.read("税款属性", str, "")
        is_reversal = np.array(["冲" in text for text in attributes], bool)[codes]
        receipts = self._receipts(np.flatnonzero(is_reversal).astype(np.int32))
        self._check(receipts)
        self._check_refunds(attributes, codes, receipts.amounts_fen)
        return ReceiptsFile(
            name=table.name,
            columns=tuple(table.columns),
            receipts=receipts,
            numbers=table.numbers,
            references=dict(self._references(is_reversal)),
            warnings=table.source.seen(self._warnings),
            source=table.source,
        )

    def _check_refunds(self, attributes: list[str], codes: np.ndarray, amounts_fen: np.ndarray) -> None:
        """A refund that names no original must be negative; of one that names it the sign is checked against it."""
        table = self._table
        is_refund = np.array(["退库" in text and "冲" not in text for text in attributes], bool)[codes]
        named = ~table.columns["原税票号码"].is_empty() if "原税票号码" in table else np.zeros(len(table), bool)
        table.fault(
            np.flatnonzero(is_refund & ~named & (amounts_fen > 0)),
            "税款属性",
            lambda row: RefundPositive(kind=attributes[codes[row]], amount=money.yuan(int(amounts_fen[row]))),
        )

    def _receipts(self, reversals: np.ndarray) -> Receipts:
        table = self._table
        amounts_fen = table.fen("实缴金额", required=True)
        return Receipts(
            vouchers=_bytes_of(table.identifiers("税票号码", required=True)),
            numbers=_line_numbers(table, "行号"),
            treasuries=table.names("收款国库", code_in_cell),
            booked_on=table.days("入库日期", day_in_cell, required=True),
            amounts_fen=amounts_fen,
            period_first=table.days("税款所属期起", day_in_cell),
            period_last=table.days("税款所属期止", day_in_cell),
            subjects=table.names("预算科目", _subject),
            enterprises=self._enterprises(),
            projects=table.names("项目"),
            parks=table.names("街道乡镇", name_in_cell),
            collectors=table.names("征收方", name_in_cell),
            reversals=reversals,
            levels_fen=self._levels(amounts_fen),
            percents=self._percents(),
        )

    def _check(self, receipts: Receipts) -> None:
        sound = ~np.isin(self._table.numbers, self._lines_faulty_in("实缴金额"))
        self._table.fault(np.flatnonzero((receipts.amounts_fen == 0) & sound), "实缴金额", AmountZero())
        first, last = receipts.period_first, receipts.period_last
        self._table.fault(
            np.flatnonzero((first > 0) & (last > 0) & (last < first)),
            "税款所属期止",
            lambda row: PeriodBackwards(first=_iso(first[row]), last=_iso(last[row])),
        )

    def _lines_faulty_in(self, column: str) -> list[int]:
        places = [each.where for each in self._table.faults if isinstance(each.where, LinePlace)]
        return [place.line for place in places if place.column == column]

    def _enterprises(self) -> Texts:
        table = self._table
        if self._check_codes:
            return table.names("社会信用代码", _taxpayer)
        names = table.names("社会信用代码", lambda text: _upper(identifier(code_in_cell(text))))
        for code, text in enumerate(names.distinct):
            if text and not _is_taxpayer(text):
                first = int(table.numbers[np.argmax(names.codes == code)])
                self._warnings.append(Fault(LinePlace(first, "社会信用代码"), CreditCodeWrong(code=text)))
        return names

    def _levels(self, amounts_fen: np.ndarray) -> np.ndarray | None:
        """The treasury's own figures by level, where the file has them."""
        table = self._table
        if not any(column in table for column in LEVEL_COLUMNS):
            return None
        is_said = np.zeros(len(table), bool)
        for column in LEVEL_COLUMNS:
            if column in table:
                is_said |= ~table.columns[column].is_empty()
        levels = np.stack([table.fen(column) for column in LEVEL_COLUMNS], axis=1)
        sums = levels.sum(axis=1)
        other_sign = (np.sign(levels) * np.sign(amounts_fen)[:, None] < 0).any(axis=1)
        table.fault(
            np.flatnonzero(is_said & other_sign),
            "县级",
            lambda row: LevelOfOtherSign(amount=money.yuan(int(amounts_fen[row]))),
        )
        table.fault(
            np.flatnonzero(is_said & (sums != amounts_fen)),
            "县级",
            lambda row: LevelsDoNotFoot(levels=money.yuan(int(sums[row])), amount=money.yuan(int(amounts_fen[row]))),
        )
        return levels.reshape(-1) if is_said.any() else None

    def _percents(self) -> Texts | None:
        column = self._table.names("预算分配比例", lambda text: percents_text(_percents(text)))
        return column if any(column.distinct) else None

    def _references(self, is_reversal: np.ndarray) -> Iterator[tuple[int, Reference]]:
        originals = self._table.identifiers("原税票号码")
        is_named = pc.not_equal(originals, "").to_numpy(zero_copy_only=False)
        self._table.fault(np.flatnonzero(is_reversal & ~is_named), "原税票号码", ReversalNamesNone())
        lines = self._table.names("原行号", lambda text: _line_number(identifier(text)))
        rows = np.flatnonzero(is_named)
        names, codes = originals.take(pa.array(rows)).to_pylist(), lines.codes[rows].tolist()
        for row, name, code in zip(rows.tolist(), names, codes, strict=True):
            yield row, Reference(name, lines.distinct[code])


def _once(file: ReceiptsFile, table: Table) -> ReceiptsFile:
    """The file without lines that it says again; where it says something else of them both are faults."""
    again = dict[int, int]()
    rows = np.flatnonzero(repeated(file.receipts.prints()))
    sound = ~np.isin(file.numbers[rows], [line_of(fault) for fault in table.faults])
    rows = rows[sound]
    first: dict[object, tuple[int, Entry]] = {}
    for row, entry in zip(rows.tolist(), file.lines(rows), strict=True):
        at, other = first.setdefault(entry.key, (row, entry))
        if at == row:
            continue
        same = file.references.get(row) == file.references.get(at)
        columns = "、".join(differing(entry, other) + ([] if same else ["原税票号码"]))
        if columns:
            for one, two in ((entry, other), (other, entry)):
                rule = VoucherTwice(voucher=one.key, other=two.row, columns=columns)
                table.faults.append(Fault(LinePlace(one.row, "税票号码"), rule))
        else:
            again[row] = at
    numbered = {int(file.numbers[row]): int(file.numbers[at]) for row, at in again.items()}
    return replace(file.without(again), again=numbered)


def _bytes_of(strings: pa.Array) -> np.ndarray:
    """Texts as bytes of one width."""
    lengths = pc.binary_length(strings)
    width = max(1, pc.max(lengths).as_py() or 1)
    if pc.min(lengths).as_py() == width:
        data = np.frombuffer(strings.buffers()[2], np.uint8)
        first = np.frombuffer(strings.buffers()[1], np.int32)[strings.offset]
        return data[first : first + width * len(strings)].view(f"S{width}")
    return np.array([text.encode() for text in strings.to_pylist()], f"S{width}")


def _line_numbers(table: Table, column: str) -> Texts:
    """Line numbers of a voucher; 1 where none is said."""
    numbers = table.names(column, lambda text: _line_number(identifier(text)))
    return Texts.mapped([text or "1" for text in numbers.distinct], numbers.codes)


def _taxpayer(text: str) -> str:
    code = _upper(identifier(code_in_cell(text)))
    if not _is_taxpayer(code):
        raise CreditCodeWrong(code=code)
    return code


def code_in_cell(text: str) -> str:
    """The code of a cell `code|name` or `name(code)`; another cell as it is."""
    found = CODED.fullmatch(text)
    return text if found is None else found[1] or found[4]


def name_in_cell(text: str) -> str:
    """The name of a cell `code|name` or `name(code)`; another cell as it is."""
    found = CODED.fullmatch(text)
    return text if found is None else (found[2] or found[3]).strip()


def _iso(ordinal: int) -> str:
    return date.fromordinal(int(ordinal)).isoformat()


def _line_number(text: str) -> str:
    """A line's number without leading zeros; 1 where none is said."""
    return str(int(text)) if text.isascii() and text.isdigit() else text or "1"


def read_credit_code(text: str) -> str:
    """A credit code as the books write it, empty for none; raises CreditCodeWrong."""
    code = _upper(unicodedata.normalize("NFKC", text).strip())
    if code and not _is_taxpayer(code):
        raise CreditCodeWrong(code=writable(code[:40]))
    return code


def _upper(code: str) -> str:
    return code.upper() if len(code) == 18 and code.isascii() else code


def _is_taxpayer(code: str) -> bool:
    """A unified social credit code with its check digit, or the 15 or 20 signs of older numbers."""
    return bool(uscc.is_valid(code)) if len(code) == 18 else len(code) in (15, 20) and code.isalnum()


def _subject(text: str) -> str:
    found = CODE.fullmatch(text)
    if not found:
        raise SubjectUnreadable(subject=text[:40])
    return found[1] or found[2]


def _percents(text: str) -> dict[Level, Fraction]:
    pieces = PERCENT.findall(text)
    percents: dict[Level, Fraction] = {LEVEL_WORDS[word]: Fraction(part) for word, part in pieces}
    if PERCENT.sub("", text).strip() or len(percents) != len(pieces) or sum(percents.values()) != 100:
        raise SharesUnreadable(shares=text[:40])
    return percents
