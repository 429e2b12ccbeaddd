"""Exports: what other programs read is what was stated, to the fen, and no text of ours becomes a formula."""

import csv
import io
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl
import pytest

from ledger.application import Ledger
from ledger.domain.calendar import Period
from ledger.domain.events import PeriodClosed
from ledger.domain.recording.entries import Entry
from ledger.domain.stating.books import Books
from ledger.files import sheets
from ledger.files.grid import cleaned
from ledger.files.sheets import Column, Formula, Number, Sheet, csv_bytes, xlsx_bytes
from ledger.files.text import harmless
from ledger.projections.papers import entries_sheet, statement_sheet, statements_table
from ledger.projections.plain_text import plain_text
from ledger.projections.statements import closed_statements, statements
from ledger.projections.wording import capitals
from ledger.projections.worksheet_papers import worksheet_sheets
from tests.conftest import HEADER, REFUNDS, Enclave, agree, csv_file, fresh_books, two_counties
from tests.engine import known_of
from tests.histories import random_log

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
    return round(float(str(value or 0)) * 100)


def recalculated(page: Any, formula: str) -> int:
    """The forms of formula that are written: a sum of a column, of doubles or of whole numbers; one cell less others."""
    inner = re.fullmatch(r"=ROUND\((.*),2\)", formula)
    assert inner
    total = re.fullmatch(r"(?:SUM|SUMPRODUCT)\((?:ROUND\()?([A-Z]+)(\d+):[A-Z]+(\d+)(?:\*100,0\)\)/100|\))", inner[1])
    if total:
        cells = [page[f"{total[1]}{row}"].value for row in range(int(total[2]), int(total[3]) + 1)]
        return sum(recalculated(page, each) if str(each).startswith("=") else fen(each) for each in cells)
    first, *others = [fen(page[name].value) for name in inner[1].split("-")]
    return first - sum(others)


def recalculate_as_written(asked: Any, kept: Any) -> int:
    """How many formulas a workbook holds; each must come to what is kept beside it."""
    found = [(page, cell) for page in asked for row in page.iter_rows() for cell in row if cell.data_type == "f"]
    for page, cell in found:
        assert recalculated(page, cell.value) == fen(kept[page.title][cell.coordinate].value)
    return len(found)


def test_every_formula_of_a_workbook_recalculates_to_the_fen_that_was_stated(closed: Ledger) -> None:
    (found,) = statements(closed.books, JANUARY)
    data = xlsx_bytes([statement_sheet(closed.books, found), *worksheet_sheets(closed.books, found)])
    asked, kept = workbook(data, values=False), workbook(data, values=True)

    assert recalculate_as_written(asked, kept) >= 12
    stated = {row[0]: fen(row[1]) for row in kept[found.number].values if row[0] in ("甲县", "乙县")}
    assert stated == {line.name: line.entitled_fen for line in found.lines}


def test_a_sum_that_doubles_could_miss_is_one_of_whole_numbers_or_a_text() -> None:
    many = [[Number(10**13 - each), Number(each), Number(10**14 * 9)] for each in range(1, 101)]

    data = xlsx_bytes([Sheet("一", [Column("多"), Column("少"), Column("过多")], many, total="合计")])
    asked, kept = workbook(data, values=False), workbook(data, values=True)

    assert [str(cell.value)[:14] for cell in asked.active[102]] == [
        "=ROUND(SUMPROD",
        "=ROUND(SUM(B2:",
        "90000000000000",
    ]
    assert recalculate_as_written(asked, kept) == 2


# Worksheets


def numbers(sheet: Sheet, parties: int) -> dict[str, list[list[int]]]:
    """The shares in the last columns of a worksheet's rows, by what the first column says."""
    found: dict[str, list[list[int]]] = {}
    for row in sheet.rows:
        fens = [cell.whole for cell in row if isinstance(cell, Number)]
        found.setdefault(str(row[0]), []).append(fens[-parties:])
    return found


def test_every_sheet_of_a_worksheet_foots_to_what_was_stated_also_where_something_was_carried(ledger: Ledger) -> None:
    agree(ledger, two_counties(negatives="carry"))
    for month, line in enumerate(("V1,2024-01-05,9.00,,", "R1,2024-02-05,-6.01,退库,V1", "V2,2024-03-05,9.00,,"), 1):
        ledger.import_receipts(csv_file([line], REFUNDS), f"{month}.csv")
        ledger.close_period(Period(2024, month))

    for month in (1, 2, 3):
        (found,) = statements(ledger.books, Period(2024, month))
        stated = [line.entitled_fen for line in found.lines or found.carried]
        for sheet in worksheet_sheets(ledger.books, found):
            rows = numbers(sheet, 2)
            assert [sum(column) for column in zip(*chain.from_iterable(rows.values()), strict=True)] == stated
            carried, rounding = rows.get("以前未列、本期结转", [[0, 0]])[0], rows.get("舍入差", [[0, 0]])[0]
            assert carried == ([-2_00, -4_01] if month == 3 else [0, 0])
            assert max(map(abs, rounding)) <= 1


def test_a_row_of_enterprise_subject_and_period_is_rounded_for_itself_and_its_levels_foot(ledger: Ledger) -> None:
    header = f"{HEADER},社会信用代码,预算科目,税款所属期起,税款所属期止,预算分配比例,税款属性,原税票号码"
    one, two, rest = "91620800MA71XUTF91,10101", "916208000000004,10101", "2023-12-01,2023-12-31,中央50%省20%县30%"
    agree(ledger, two_counties(pools={"tax": {"share": "receipts", "waterfall": [{"split": {"jia": 1, "yi": 1}}]}}))
    lines = [f"V1,2024-01-05,0.01,{one},{rest},,", f"V2,2024-01-06,0.01,{two},{rest},,"]
    lines += [f"V3,2024-01-07,10.00,{one},{rest},,", "R1,2024-01-08,-4.00,,,,,,退库,V3"]
    ledger.import_receipts(csv_file(lines, header), "一.csv")
    (found,) = statements(ledger.books, JANUARY)

    _, by_enterprise, _ = worksheet_sheets(ledger.books, found)

    (first, second, last) = [
        [cell.number.whole if isinstance(cell, Formula) else getattr(cell, "whole", cell) for cell in row]
        for row in by_enterprise.rows
    ]
    assert [row[-3:] for row in (first, second, last)] == [[1, 0, 0], [3_01, 3_00, 0], [-1, 1, 0]]
    for row in (first, second):
        assert sum(row[6:10]) == row[5] == row[10]


@pytest.mark.parametrize("seed", range(12))
def test_worksheets_of_any_history_foot_to_their_statements(seed: int) -> None:
    history, cuts = random_log(seed)
    known, agreement = known_of(history)
    books = Books()
    vars(books).update(vars(known))
    for position, (cut, day) in enumerate(cuts, len(history) + 1):
        period = Period.of(day)
        stated = [each.stated for each in books.work(agreement, period, cut)]
        facts = {
            "originator_id": UUID(int=1),
            "originator_version": 1,
            "recorded_at": datetime(2033, 1, 1),
            "actor": "",
        }
        closing = PeriodClosed(period=str(period), cut=cut, edition=2, engine="", statements=stated, **facts)
        books.closings.append((position, closing))
        books.position = position

    for found in closed_statements(books):
        lines = found.lines or found.carried
        for sheet in worksheet_sheets(books, found):
            rows = chain.from_iterable(numbers(sheet, len(lines)).values())
            sums = [sum(column) for column in zip(*rows, strict=True)]
            assert (sums or [0] * len(lines)) == [line.entitled_fen for line in lines]


# Files that are read again

EVERYTHING = (
    "税票号码,行号,收款国库,入库日期,税款所属期起,税款所属期止,预算科目,社会信用代码,项目,街道乡镇,征收方,"
    "税款属性,原税票号码,原行号,预算分配比例,中央级,省级,市级,县级,实缴金额"
)


@pytest.mark.parametrize("form", ["utf-8", "gb18030", "xlsx"])
def test_exported_receipts_are_recognised_again_and_make_the_same_books_elsewhere(ledger: Ledger, form: Any) -> None:
    lines = [
        "V1,1,库甲,2024-01-05,2023-12-01,2023-12-31,10101,91620800MA71XUTF91,=项目,-街道,+征收,,,,中央50%省15.5%县34.5%,,,,,9.01",
        "V1,2,库甲,2024-01-05,,,10104,,@项目,＝街道,''征收,,,,,50.00,0.00,10.00,40.00,100.00",
        "00012,3,,2024-01-06,,,,,,,,,,,,,,,,9999999999999.99",
        "R1,1,库甲,2024-01-09,,,,,,,,退库,V1,2,,,,,,-10.01",
        "-5,1,,2024-01-10,,,,,,,,冲销,00012,3,,,,,,-9999999999999.99",
        "R3,1,库甲,2024-01-11,,,,,,,,退库,R1,1,,,,,,4.00",
    ]
    ledger.import_receipts(csv_file(lines, EVERYTHING), "一.csv")
    head, sheet = ledger.log.head(), entries_sheet(ledger.books.recorded)
    data = xlsx_bytes([sheet]) if form == "xlsx" else csv_bytes(entries_sheet(ledger.books.recorded), form)

    again = ledger.import_receipts(data, f"再导.{form}")

    assert (again.recorded, again.known, ledger.log.head()) == (0, 6, head)
    with fresh_books() as other:
        other.import_receipts(data, f"再导.{form}")
        assert [contents(entry) for entry in other.books.entries] == [contents(entry) for entry in ledger.books.entries]


def contents(entry: Entry) -> Entry:
    return replace(entry, position=0, row=0)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\0=1", "＝1", "＋1", "－1", "＠1"])
def test_no_text_becomes_a_formula_and_negative_numbers_stay_numbers(text: str) -> None:
    sheet = Sheet(
        "一", [Column("文"), Column("数"), Column("差")], [[text, Number(-1_50), Formula(Number(-3_00), (1, 1))]]
    )

    rows = list(csv.reader(io.StringIO(csv_bytes(sheet, "utf-8").decode("utf-8-sig"), newline="")))
    page = workbook(xlsx_bytes([sheet]), values=False).active if "\0" not in text and "\r" not in text else None

    assert rows[1] == ["'" + text, "-1.50", "-3.00"]
    assert (harmless("甲县"), cleaned(harmless(text)), harmless("'1")) == ("甲县", text.strip(), "''1")
    if page:
        assert (page["A2"].data_type, page["B2"].data_type, page["B2"].value) == ("s", "n", -1.5)


def test_a_number_that_a_spreadsheet_cannot_keep_exactly_is_written_as_text() -> None:
    sheet = Sheet("一", [Column("数")], [[Number(9_999_999_999_999_99)], [Number(10_000_000_000_000_000)]])

    page = workbook(xlsx_bytes([sheet]), values=True).active

    assert (page["A2"].data_type, page["A3"].data_type, page["A3"].value) == ("n", "s", "100000000000000.00")


def test_what_a_sheet_cannot_hold_is_refused_or_said_and_never_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    long = xlsx_bytes([Sheet("一", [Column("文")], [["长" * 40_000]])])
    monkeypatch.setattr(sheets, "ROWS_MAX", 3)

    assert "共 40,000 字" in workbook(long, values=True).active["A2"].value
    assert xlsx_bytes([Sheet("一", [Column("数")], [[Number(1)]], total="合计")])
    with pytest.raises(sheets.SheetTooLong):
        xlsx_bytes([Sheet("一", [Column("数")], [[Number(1)], [Number(2)]], total="合计")])


def test_a_statement_is_set_up_for_paper_and_names_parties_seals_and_state(closed: Ledger) -> None:
    closed.import_receipts(csv_file(["V9,2024-02-05,1005.00"]), "二.csv")
    drafts = [statements(closed.books, period)[0] for period in (JANUARY, Period(2024, 2))]

    page, draft = workbook(xlsx_bytes([statement_sheet(closed.books, each) for each in drafts]), values=True)

    text = ["".join(str(cell or "") for cell in row) for row in draft.values]
    set_up = page.page_setup
    assert (set_up.orientation, set_up.paperSize, set_up.fitToWidth or 1, set_up.fitToHeight) == ("landscape", 9, 1, 0)
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert (page.freeze_panes, page.print_title_rows, "第 &P 页" in str(page.oddFooter.right.text)) == (
        "B6",
        "$5:$5",
        True,
    )
    assert "草稿" in text[0] and "草稿" not in str(page["A1"].value)
    assert "甲县（飞出地）、乙县（飞入地）" in text[3]
    assert any("壹仟零伍元整" in line for line in text)
    assert any("飞出地　甲县财政局（公章）" in line and "飞入地　乙县财政局（公章）" in line for line in text)
    assert drafts[1].digest in text[-1]


@pytest.mark.parametrize(
    ("amount_fen", "words"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (1_00_05, "壹佰元零伍分"),
        (-10_50, "负壹拾元伍角整"),
        (1005_0003_40, "壹仟零伍万零叁元肆角整"),
        (10_0000_0001_00, "壹拾亿零壹元整"),
    ],
)
def test_amounts_in_capitals(amount_fen: int, words: str) -> None:
    assert capitals(amount_fen) == words


# Plain-text accounting


@pytest.mark.parametrize("dialect", ["hledger", "beancount"])
def test_every_transaction_for_accountants_sums_to_zero_and_says_what_was_stated(closed: Ledger, dialect: Any) -> None:
    found = list(closed_statements(closed.books))

    text = plain_text(found, dialect)

    amounts = [round(float(amount) * 100) for amount in re.findall(r"  (-?[0-9.]+) CNY", text)]
    assert sum(amounts) == 0
    assert sorted(amount for amount in amounts if amount > 0) == sorted(line.entitled_fen for line in found[0].lines)
    assert text.count(found[0].number) == 1


ODD_NAMES = ("二〇二四园·①区", "(甲) 县;x  y|z", '乙:县"\\', "=丙县", "Ａ县", "a县")
PROGRAMS = {"hledger": ("hledger", "check", "--strict", "-f"), "beancount": ("bean-check",)}
BEANCOUNT_ACCOUNT = re.compile(r"[A-Z][a-z]+(?::[A-Z0-9][^\W_]*(?:-[^\W_]*)*)+")


@pytest.mark.parametrize("dialect", ["hledger", "beancount"])
def test_whatever_parties_are_called_the_text_is_one_that_the_programs_read(
    ledger: Ledger, dialect: Any, tmp_path: Path
) -> None:
    parties = {f"p{number}": {"name": name} for number, name in enumerate(ODD_NAMES)} | {
        "yi": {"name": "乙", "role": "host"}
    }
    pool = {"share": "receipts", "waterfall": [{"split": dict.fromkeys(parties, 1)}]}
    agree(ledger, two_counties(parties=parties, pools={"tax": pool}, title='(1) "题" | ; 议\\'))
    ledger.import_receipts(csv_file(["V1,2024-01-05,1000.00"]), "一.csv")
    ledger.close_period(JANUARY)
    file = tmp_path / f"books.{dialect}"
    file.write_text(plain_text(closed_statements(ledger.books), dialect), encoding="utf-8")

    postings = re.findall(r"^ +(\S.*?)  (-?[0-9]+\.[0-9]{2}) CNY$", file.read_text("utf-8"), re.MULTILINE)
    declared = re.findall(r"^(?:account|[0-9-]{10} open) (.*?)(?: CNY)?$", file.read_text("utf-8"), re.MULTILINE)

    assert len(postings) == len(ODD_NAMES) + 2 and {name for name, _ in postings} == set(declared)
    assert dialect == "hledger" or all(BEANCOUNT_ACCOUNT.fullmatch(name) for name in declared)
    if shutil.which(PROGRAMS[dialect][0]):
        subprocess.run([*PROGRAMS[dialect], str(file)], check=True, capture_output=True)


@pytest.mark.parametrize("dialect", ["hledger", "beancount"])
def test_a_text_for_accountants_is_of_the_period_and_agreement_that_were_asked_for_and_never_empty(
    dialect: str, ledger: Ledger, enclave: Enclave, tmp_path: Path
) -> None:
    for pool, project in (("tax", "项目甲"), ("另", "项目乙")):
        agree(ledger, two_counties(title=pool, pools={pool: SHARED["tax"] | {"of": {"projects": [project]}}}))
    lines = [f"V{month},2024-0{month}-05,{month}.00,项目甲" for month in (1, 2, 3)]
    ledger.import_receipts(csv_file(lines, f"{HEADER},项目"), "一.csv")
    for month in (1, 2):
        ledger.close_period(Period(2024, month))
    to = tmp_path / "a.journal"

    def numbers(*asked: str) -> list[str]:
        assert enclave("export", "statement", *asked, "--as", dialect, "--to", to).code == 0
        return re.findall(r"A[12]-\S+?-2024-\d\d(?=[)\"])", to.read_text("utf-8"))

    assert numbers("2024-01") == ["A1-tax-2024-01", "A2-另-2024-01"]
    assert numbers("2024-02", "--agreement", "A2") == ["A2-另-2024-02"]
    assert len(numbers("2024")) == 4 and "; 未结账，没有写入 drafts, left out: A1-tax-2024-03" in to.read_text("utf-8")
    to.unlink()
    refused = enclave("export", "statement", "2024-03", "--as", dialect, "--to", to)
    assert refused.code == 1 and "还是草稿的：A1-tax-2024-03、A2-另-2024-03" in refused.err and not to.exists()
    assert enclave("export", "--as", dialect, "statement", "2024-01", "--to", to).code == 2


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

    sheets = [statement_sheet(ledger.books, found), *worksheet_sheets(ledger.books, found)]

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
    for what in ("statement", "worksheet"):
        for name in ("a.xlsx", "a.csv"):
            assert enclave("export", what, "2024-01", "--to", str(tmp_path / name)).code == 0
        assert "A1-tax-2024-01,A1" in (tmp_path / "a.csv").read_text("utf-8-sig")
