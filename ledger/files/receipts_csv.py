"""Receipts (税收入库明细) from a CSV file, in the columns users already have (documents § 4.2).

Every wrong line is named; nothing is guessed.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from stdnum.cn import uscc

from ledger.domain import money
from ledger.domain.errors import Fault, LinePlace, LinesRefused
from ledger.domain.recording.entries import Entry, Key, differing
from ledger.domain.recording.linking import Reference
from ledger.domain.terms import Level
from ledger.files.cells import Cells, cells_of, day_in_cell, table_of
from ledger.files.columns import LEVEL_COLUMNS, LEVEL_WORDS, RECEIPTS
from ledger.files.line_faults import (
    AmountZero,
    CreditCodeWrong,
    FileEmpty,
    LevelOfOtherSign,
    LevelsDoNotFoot,
    PeriodBackwards,
    ReversalNamesNone,
    SharesUnreadable,
    SubjectUnreadable,
    VoucherTwice,
)
from ledger.files.text import writable

CODE = re.compile(r"([0-9]+)(?:[|｜].*)?|.*[(（]([0-9]+)[)）]")
PERCENT = re.compile(r"(中央|省|自治区|市|县|区)级?([0-9]{1,3}(?:\.[0-9]{1,4})?)%")
RECEIPTS_BYTES_MAX = 512_000_000
IDENTIFIERS = ("税票号码", "行号", "社会信用代码", "原税票号码", "原行号")
FAULTS_MAX = 100_000


@dataclass(frozen=True)
class ReceiptsFile:
    """The lines of a file, and what of it was said twice."""

    name: str
    columns: tuple[str, ...]
    entries: list[Entry]
    duplicates: int
    references: dict[Key, Reference]
    warnings: list[Fault]


def read_receipts(data: bytes, name: str, *, check_codes: bool = True) -> ReceiptsFile:
    """The receipts in a CSV file, in file order.

    A line said twice with the same contents counts once.  With `check_codes` a credit code's
    check digit must fit; without, a wrong one is a warning.  Originals are not looked up yet:
    see `link`.  Raises LinesRefused with every wrong line, or the rule that the file breaks.
    """
    columns, rows = table_of(data, name, RECEIPTS)
    return _FileReader(name, columns, check_codes).read(rows)


class _FileReader:
    """Reads the lines of one file and gathers its faults."""

    def __init__(self, name: str, columns: list[str], check_codes: bool) -> None:
        self._name = name
        self._columns = columns
        self._check_codes = check_codes
        self._faults: list[Fault] = []
        self._warnings: list[Fault] = []

    def read(self, rows: Iterator[tuple[int, list[str]]]) -> ReceiptsFile:
        entries: dict[Key, Entry] = {}
        references: dict[Key, Reference] = {}
        duplicates = 0
        for number, cells in rows:
            if len(self._faults) >= FAULTS_MAX:
                break
            read = self._line(number, cells)
            if read is None:
                continue
            entry, reference = read
            if entry.key in entries:
                duplicates += self._same(entry, entries[entry.key], reference == references.get(entry.key))
                continue
            entries[entry.key] = entry
            if reference:
                references[entry.key] = reference
        if not entries and not self._faults:
            raise FileEmpty(file=self._name)
        if self._faults:
            raise LinesRefused(self._faults, file=self._name)
        columns = tuple(column for column in self._columns if column)
        return ReceiptsFile(self._name, columns, list(entries.values()), duplicates, references, self._warnings)

    def _same(self, entry: Entry, first: Entry, names_the_same: bool) -> int:
        """1 if a line said twice says the same; a fault otherwise."""
        columns = differing(entry, first) + ([] if names_the_same else ["原税票号码"])
        if not columns:
            return 1
        rule = VoucherTwice(voucher=entry.key, other=first.row, columns="、".join(columns))
        self._faults.append(Fault(LinePlace(entry.row, "税票号码"), rule))
        return 0

    def _line(self, number: int, cells: list[str]) -> tuple[Entry, Reference | None] | None:
        before = len(self._faults)
        cell = cells_of(number, cells, self._columns, self._faults)
        if cell is None:
            return None
        cell.read_identifiers(IDENTIFIERS)
        entry = self._entry(number, cell)
        reference = (
            Reference(cell["原税票号码"], cell["原行号"] and _line_number(cell["原行号"]))
            if cell["原税票号码"]
            else None
        )
        return (entry, reference) if len(self._faults) == before else None

    def _entry(self, number: int, cell: Cells) -> Entry:
        amount_fen = cell.read("实缴金额", money.fen, required=True) or 0
        first, last = cell.read("税款所属期起", day_in_cell), cell.read("税款所属期止", day_in_cell)
        is_reversal = "冲" in cell["税款属性"]
        self._check(cell, amount_fen, first, last, is_reversal)
        return Entry(
            key=Key(cell.required("税票号码"), _line_number(cell["行号"]), cell["收款国库"]),
            booked_on=cell.read("入库日期", day_in_cell, required=True) or date.min,
            amount_fen=amount_fen,
            period_first=first,
            period_last=last,
            subject=cell.read("预算科目", _subject) or "",
            enterprise=self._enterprise(cell),
            project=cell["项目"],
            park=cell["街道乡镇"],
            collector=cell["征收方"],
            is_reversal=is_reversal,
            levels_fen=self._levels(cell, amount_fen),
            percents=cell.read("预算分配比例", _percents),
            row=number,
        )

    def _check(self, cell: Cells, amount_fen: int, first: date | None, last: date | None, is_reversal: bool) -> None:
        if not amount_fen and cell.is_sound("实缴金额"):
            cell.fault("实缴金额", AmountZero())
        if first and last and last < first:
            cell.fault("税款所属期止", PeriodBackwards(first=first, last=last))
        if is_reversal and not cell["原税票号码"]:
            cell.fault("原税票号码", ReversalNamesNone())

    def _enterprise(self, cell: Cells) -> str:
        code = _upper(cell["社会信用代码"])
        if code and not _is_taxpayer(code):
            if self._check_codes:
                cell.fault("社会信用代码", CreditCodeWrong(code=code))
            else:
                self._warnings.append(Fault(LinePlace(cell.number, "社会信用代码"), CreditCodeWrong(code=code)))
        return code

    def _levels(self, cell: Cells, amount_fen: int) -> dict[Level, int] | None:
        """The treasury's own figure by level, where the file has one."""
        if not any(cell[column] for column in LEVEL_COLUMNS):
            return None
        levels = {level: cell.read(column, money.fen) or 0 for column, level in LEVEL_COLUMNS.items()}
        if any(part * amount_fen < 0 for part in levels.values()):
            cell.fault("县级", LevelOfOtherSign(amount=money.yuan(amount_fen)))
        if sum(levels.values()) != amount_fen:
            rule = LevelsDoNotFoot(levels=money.yuan(sum(levels.values())), amount=money.yuan(amount_fen))
            cell.fault("县级", rule)
        return levels


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
