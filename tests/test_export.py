"""Exports: what other programs read is what was stated, to the fen, and no text of ours becomes a formula."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ledger.application import Ledger
from ledger.domain.calendar import Period
from ledger.files.sheets import Column, Formula, Number, Sheet, csv_bytes, harmless, xlsx_bytes
from ledger.projections.papers import entries_sheet, statement_sheet, statements_table, worksheet_sheets
from ledger.projections.plain_text import plain_text
from ledger.projections.statements import closed_statements, statements
from tests.conftest import REFUNDS, Enclave, agree, csv_file, two_counties

JANUARY = Period(2024, 1)
SHARED = {
    "tax": {
        "share": "receipts",
        "waterfall": [{"name": "先还垫资", "until": "50.00", "split": {"jia": 1}}, {"split": {"jia": 1, "yi": 2}}],
    }
}


@pytest.fixture
def closed(ledger: Ledger) -> Ledger:
    agree(ledger, two_counties(pools=SHARED))
    lines = ["V1,2024-01-05,100.00,,", "V2,2024-01-06,33.34,,", "R1,2024-01-09,-10.01,退库,V1"]
    ledger.import_receipts(csv_file(lines, REFUNDS), "一.csv")
    ledger.close_period(JANUARY)
    return ledger


def workbook(data: bytes, *, values: bool) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data), data_only=values)


def fen(value: object) -> int:
    return round(float(str(value)) * 100)


def recalculated(page: Any, formula: str) -> int:
    """The two forms of formula that are written: a sum of a column, or one cell less others, rounded to two places."""
    inner = re.fullmatch(r"=ROUND\((.*),2\)", formula)
    assert inner
    total = re.fullmatch(r"SUM\(([A-Z]+)(\d+):[A-Z]+(\d+)\)", inner[1])
    if total:
        cells = [page[f"{total[1]}{row}"].value for row in range(int(total[2]), int(total[3]) + 1)]
        return sum(recalculated(page, each) if str(each).startswith("=") else fen(each) for each in cells)
    first, *others = [fen(page[name].value) for name in inner[1].split("-")]
    return first - sum(others)


def test_every_formula_of_a_workbook_recalculates_to_the_fen_that_was_stated(closed: Ledger) -> None:
    (found,) = statements(closed.books, JANUARY)
    data = xlsx_bytes([statement_sheet(found), *worksheet_sheets(closed.books, found)])
    asked, kept = workbook(data, values=False), workbook(data, values=True)

    formulas = 0
    for page in asked:
        for row in page.iter_rows():
            for cell in row:
                if str(cell.value).startswith("="):
                    formulas += 1
                    assert recalculated(page, cell.value) == fen(kept[page.title][cell.coordinate].value)
    assert formulas >= 8
    stated = {row[0]: fen(row[1]) for row in kept[found.number].values if row[0] in ("甲县", "乙县")}
    assert stated == {line.name: line.entitled_fen for line in found.lines}


def test_rows_of_a_worksheet_and_its_difference_foot_to_what_was_stated(closed: Ledger) -> None:
    (found,) = statements(closed.books, JANUARY)

    by_step, by_voucher = worksheet_sheets(closed.books, found)

    stated = [line.entitled_fen for line in found.lines]
    for sheet, first in ((by_step, 1), (by_voucher, 8)):
        rows = [[cell.whole for cell in row[first:] if isinstance(cell, Number)] for row in sheet.rows]
        assert [sum(column) for column in zip(*rows, strict=True)] == stated


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_exported_receipts_are_recognised_when_they_are_imported_again(closed: Ledger, encoding: Any) -> None:
    before = closed.log.head()

    imported = closed.import_receipts(csv_bytes(entries_sheet(closed.books.recorded), encoding), "再导.csv")

    assert (imported.recorded, imported.known) == (0, 3)
    assert closed.log.head() == before


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\0=1", "＝1", "＋1", "－1", "＠1"])
def test_no_text_becomes_a_formula_and_negative_numbers_stay_numbers(text: str) -> None:
    sheet = Sheet(
        "一", [Column("文"), Column("数"), Column("差")], [[text, Number(-1_50), Formula(Number(-3_00), (1, 1))]]
    )

    rows = list(csv.reader(io.StringIO(csv_bytes(sheet, "utf-8").decode("utf-8-sig"), newline="")))
    page = workbook(xlsx_bytes([sheet]), values=False).active if "\0" not in text and "\r" not in text else None

    assert rows[1] == ["'" + text, "-1.50", "-3.00"]
    assert harmless("甲县") == "甲县"
    if page:
        assert (page["A2"].data_type, page["B2"].data_type, page["B2"].value) == ("s", "n", -1.5)


def test_a_number_that_a_spreadsheet_cannot_keep_exactly_is_written_as_text() -> None:
    sheet = Sheet("一", [Column("数")], [[Number(9_999_999_999_999_99)], [Number(10_000_000_000_000_000)]])

    page = workbook(xlsx_bytes([sheet]), values=True).active

    assert (page["A2"].data_type, page["A3"].data_type, page["A3"].value) == ("n", "s", "100000000000000.00")


@pytest.mark.parametrize("dialect", ["hledger", "beancount"])
def test_every_transaction_for_accountants_sums_to_zero_and_says_what_was_stated(closed: Ledger, dialect: Any) -> None:
    found = list(closed_statements(closed.books))

    text = plain_text(found, dialect)

    amounts = [round(float(amount) * 100) for amount in re.findall(r"  (-?[0-9.]+) CNY", text)]
    assert sum(amounts) == 0
    assert sorted(amount for amount in amounts if amount > 0) == sorted(line.entitled_fen for line in found[0].lines)
    assert text.count(found[0].number) == 1


def test_figures_that_serve_assessment_say_so_on_every_sheet(ledger: Ledger) -> None:
    pool = {
        "share": "indicator",
        "indicators": ["产值"],
        "basis": "split",
        "reported": {"as": "monthly", "kind": "flow", "unit": "万元", "step": "0.1"},
        "waterfall": [{"split": {"jia": 1, "yi": 1}}],
    }
    agree(ledger, two_counties(pools={"output": pool}))
    batch = ledger.import_figures("指标,所属期止,数值,单位,报送方\n产值,2024-01,100.1,万元,乙县\n".encode(), "一.csv")
    for level in ("county", "city"):
        ledger.accept_figures(batch.number, level)
    (found,) = statements(ledger.books, JANUARY)

    sheets = [statement_sheet(found), *worksheet_sheets(ledger.books, found)]

    assert all("仅用于考核" in "".join(sheet.above) for sheet in sheets)
    assert "仅用于考核" in csv_bytes(statements_table([found]), "gb18030").decode("gb18030")


def test_a_file_that_cannot_be_written_and_a_name_that_says_nothing_are_refused(
    closed: Ledger, enclave: Enclave, tmp_path: Path
) -> None:
    closed.close_files()

    assert "不知道把“a.pdf”写成什么" in enclave("export", "entries", "--to", str(tmp_path / "a.pdf")).err
    assert enclave("export", "entries", "--to", str(tmp_path / "no" / "a.csv")).code == 1
    assert enclave("export", "events", "--to", str(tmp_path / "a.xlsx")).code == 0
    assert "A1-tax-2024-01" in enclave("export", "--as", "hledger").out
