"""The user's own file comes back with what became of each line, and nothing else of it is changed."""

import csv
import io
import time
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ledger.application import Ledger
from ledger.files.marks import marked, marks_of
from ledger.files.text import harmless
from tests.conftest import HEADER, REFUNDS, Enclave, csv_file
from tests.test_figures import HEADER as FIGURES
from tests.workbooks import SHEET, cell, dbf_file, with_sheet, workbook

COLUMNS = HEADER.split(",")
LINES = [["V1", "2024-01-05", 100.5], ["=1+1", "2024-13-05", 2], ["V3", "2024-01-06", 3]]


def marked_rows(data: bytes, name: str = "明细.csv", **options: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(options.get("encoding", "utf-8")), newline="")))


@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-8", b""), ("utf-8-sig", b"\xef\xbb\xbf"), ("gb18030", b""), ("utf-16", b"\xff\xfe")]
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_csv_keeps_its_encoding_mark_ends_and_quotation_marks(
    encoding: str, mark: bytes, end: str, ledger: Ledger
) -> None:
    lines = [
        "某县入库明细,,,",
        f"{HEADER},备注",
        '"V1",2024-01-05,"1,000.00","两\n行"',
        "V2,2024-01-06,2.00,",
        "合计,,1002,",
    ]
    data = end.join([*lines, ""]).encode(encoding)
    plan = ledger.plan_import(data, "明细.csv")

    made = marked(data, "明细.csv", marks_of(plan, "recorded", "zh"))

    said = ["", ",导入结果,原因", ",已记入,", ",已记入,", ",合计行，不记,"]
    expected = end.join([*(line + more for line, more in zip(lines, said, strict=True)), ""])
    assert made.decode(encoding) == expected
    assert made.startswith(mark)


def test_a_refused_file_comes_back_with_the_reason_beside_every_line(
    ledger: Ledger, enclave: Enclave, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_bytes(
        csv_file(["V1,2024-01-05,1.00,,", "V2,昨天,x,,", "R2,2024-01-07,-1.00,退库,V2"], REFUNDS)
    )
    before = ledger.log.head()

    answer = enclave("import", tmp_path / "a.csv", "--marked", tmp_path / "b.csv")

    rows = marked_rows((tmp_path / "b.csv").read_bytes())
    assert (answer.code, ledger.log.head()) == (1, before)
    assert [row[-2] for row in rows] == ["导入结果", "未记入", "有误，未记", "有误，未记"]
    assert "“x”不是整分" in rows[2][-1] and "“昨天”读不懂" in rows[2][-1]
    assert "V2 在本文件第 3 行" in rows[3][-1]


def test_a_marked_file_that_comes_again_is_marked_in_the_same_columns(ledger: Ledger) -> None:
    data = csv_file(["V1,2024-01-05,1.00", "V1,2024-01-05,1.00"])
    plan = ledger.plan_import(data, "明细.csv")
    once = marked(data, "明细.csv", marks_of(plan, "planned", "zh"))
    ledger.import_receipts(once, "明细.csv")

    twice = marked(once, "明细.csv", marks_of(ledger.plan_import(once, "明细.csv"), "recorded", "zh"))

    assert marked_rows(twice) == [
        [*COLUMNS, "导入结果", "原因"],
        ["V1", "2024-01-05", "1.00", "此前已入账", ""],
        ["V1", "2024-01-05", "1.00", "与第 2 行相同", "只记一次"],
    ]


def rich_workbook() -> bytes:
    """Formats, widths, a formula, another sheet, a filter and a frozen row."""

    def finish(made: Any, page: Any) -> None:
        page.set_column(0, 0, 33)
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, 3, 2)
        page.write_number(1, 2, 100.5, made.add_format({"num_format": "#,##0.00", "bold": True, "bg_color": "#FFFF00"}))
        page.write_formula(5, 2, "=SUM(C2:C4)", None, 105.5)
        page.write_comment(1, 0, "核对过")

    rows = [COLUMNS, *LINES]
    return workbook(rows, others=[("说明", [["请勿改动"]])], finish=finish, strings_to_formulas=False)


def test_a_workbook_keeps_its_formats_widths_formulas_and_other_sheets(
    enclave: Enclave, ledger: Ledger, tmp_path: Path
) -> None:
    data = rich_workbook()
    (tmp_path / "a.xlsx").write_bytes(data)

    enclave("import", tmp_path / "a.xlsx", "--skip-bad", "--marked", tmp_path / "b.xlsx")

    made = (tmp_path / "b.xlsx").read_bytes()
    page = openpyxl.load_workbook(io.BytesIO(made))["明细"]
    was = openpyxl.load_workbook(io.BytesIO(data))["明细"]
    assert [[each.value for each in row[3:]] for row in page.iter_rows(max_row=4)] == [
        ["导入结果", "原因"],
        ["已记入", None],
        ["有误，未记", "入库日期：日期“2024-13-05”读不懂。请写成 2024-03-31 的样子。"],
        ["已记入", None],
    ]
    assert page["C6"].value == was["C6"].value == "=SUM(C2:C4)"
    assert (page["C2"].number_format, page["C2"].font.b, page["C2"].fill.fgColor.rgb) == ("#,##0.00", True, "FFFFFF00")
    assert (page.column_dimensions["A"].width, page.freeze_panes, page.auto_filter.ref) == (
        was.column_dimensions["A"].width, "A2", "A1:C4",
    )  # fmt: skip
    assert page["A2"].comment.text == was["A2"].comment.text
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(io.BytesIO(made)) as after:
        assert before.namelist() == after.namelist()
        assert [name for name in before.namelist() if before.read(name) != after.read(name)] == [SHEET]


def test_a_sheet_that_excel_did_not_write_is_marked_alike(ledger: Ledger) -> None:
    head = "".join(
        f"<c  r='{letter}1' t='inlineStr'><is><t>{text}</t></is></c>"
        for letter, text in zip("ABC", COLUMNS, strict=True)
    )
    line = cell("A2", "V1") + cell("B2", 45296) + cell("C2", 1)
    data = with_sheet(f"<!-- 导出 --><row r='1'>{head}</row><row r='2'>{line}</row>")

    made = marked(data, "a.xlsx", marks_of(ledger.plan_import(data, "a.xlsx"), "recorded", "zh"))
    again = marked(made, "a.xlsx", marks_of(ledger.plan_import(made, "a.xlsx"), "planned", "zh"))

    values = [list(row) for row in openpyxl.load_workbook(io.BytesIO(again)).worksheets[0].iter_rows(values_only=True)]
    assert values[0][3:] == ["导入结果", "原因"]
    assert values[1][3:] == ["可以记入", "试导入，没有记下"]


def test_100_000_rows_are_marked_in_seconds(ledger: Ledger) -> None:
    data = workbook([COLUMNS, *([f"V{n}", "2024-01-05", n + 1] for n in range(100_000))])
    plan = ledger.plan_import(data, "a.xlsx")
    begun = time.monotonic()

    made = marked(data, "a.xlsx", marks_of(plan, "recorded", "zh"))

    assert time.monotonic() - begun < 10
    assert ledger.plan_import(made, "a.xlsx").file.source.unused == ("导入结果", "原因")


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠"])
def test_nothing_written_into_a_file_is_a_formula(sign: str) -> None:
    assert harmless(f"{sign}cmd|' /C calc'!A0").startswith("'")
    assert harmless("第 3 行：=1+1") == "第 3 行：=1+1"
    assert harmless("") == ""


def test_a_file_of_figures_comes_back_with_what_is_new_revised_known_and_wrong(
    enclave: Enclave, ledger: Ledger, tmp_path: Path
) -> None:
    rows = [("1", "1.0"), ("2", "2.0"), ("3", "x"), ("4", "4.0")]
    made = {
        name: workbook(
            [FIGURES.split(","), *([n, "产值", f"2024-{n}", f"2024-{n}", v, "万元", "乙县"] for n, v in own)]
        )
        for name, own in (("a", rows[:2]), ("b", [("1", "1.0"), ("2", "2.5"), *rows[2:]]))
    }
    for name, data in made.items():
        (tmp_path / f"{name}.xlsx").write_bytes(data)
    enclave("figure", "import", tmp_path / "a.xlsx")

    answers = [
        enclave("figure", "import", tmp_path / "b.xlsx", *more, "--marked", tmp_path / f"{n}.xlsx")
        for n, more in enumerate([[], ["--dry-run"], ["--skip-bad"], ["--skip-bad"]])
    ]

    pages = [openpyxl.load_workbook(tmp_path / f"{n}.xlsx")["明细"] for n in range(4)]
    said = [[(row[7].value, row[8].value) for row in page.iter_rows(min_row=2)] for page in pages]
    wrong = ("有误，未记", "数值：数值“x”读不懂。请写成普通数字，例如 4123.7；不用百分号或科学计数法。")
    revised, awaits = "修订：取代批次 B1 的 2 万元", "县级、市级审核以后才计入"
    known, unsaid = ("此前已入账", "见批次 B1"), "本行无误；因其他行有误，整份未记"
    assert [answer.code for answer in answers] == [1, 0, 0, 1]
    assert said == [
        [known, ("未记入", f"{unsaid}；{revised}"), wrong, ("未记入", unsaid)],
        [known, ("可以记入", f"试导入，没有记下；{revised}"), wrong, ("可以记入", "试导入，没有记下")],
        [known, ("已记入", f"{awaits}；{revised}"), wrong, ("已记入", awaits)],
        [known, ("此前已入账", "见批次 B2"), wrong, ("此前已入账", "见批次 B2")],
    ]


FIELDS = "完税凭证号 C(20); 入库日期 C(10); 实缴金额 N(18,2); 纳税人名称 C(40)"


def test_a_dbf_comes_back_as_csv_that_can_be_mended_and_imported(
    enclave: Enclave, ledger: Ledger, tmp_path: Path
) -> None:
    rows = [("V1", "20240105", 1, "=1+1"), ("V2", "20241305", -2, "乙, 丙"), ("V3", "20240106", 3, "")]
    (tmp_path / "a.dbf").write_bytes(dbf_file(FIELDS, rows))

    answer = enclave("import", tmp_path / "a.dbf", "--marked", tmp_path / "b.csv")

    made = (tmp_path / "b.csv").read_bytes()
    assert (answer.code, "日期“20241305”读不懂" in answer.err) == (1, True)
    assert marked_rows(made, encoding="utf-8-sig") == [
        ["完税凭证号码", *COLUMNS[1:], "纳税人名称", "导入结果", "原因"],
        ["V1", "20240105", "1.00", "'=1+1", "未记入", "本行无误；因其他行有误，整份未记"],
        [
            *("V2", "20241305", "-2.00", "乙, 丙", "有误，未记"),
            "入库日期：日期“20241305”读不懂。请写成 2024-03-31 的样子。",
        ],
        ["V3", "20240106", "3.00", "", "未记入", "本行无误；因其他行有误，整份未记"],
    ]
    ledger.import_receipts(made.replace(b"20241305", b"20240305"), "b.csv")
    assert [entry.amount_fen for entry in ledger.books.entries] == [1_00, -2_00, 3_00]


def test_a_dbf_asked_back_as_anything_but_csv_is_refused_before_anything_is_recorded(
    enclave: Enclave, ledger: Ledger, tmp_path: Path
) -> None:
    (tmp_path / "a.dbf").write_bytes(dbf_file(FIELDS, [("V1", "20240105", 1, "")]))
    before = ledger.log.head()

    answers = [
        enclave("import", tmp_path / "a.dbf", "--marked", tmp_path / "b.dbf", *more) for more in ((), ("--lang", "en"))
    ]

    assert [answer.code for answer in answers] == [1, 1]
    assert "另存为 XLSX、CSV" in answers[0].err and "save the original as XLSX or CSV" in answers[1].err
    assert (ledger.log.head(), (tmp_path / "b.dbf").exists()) == (before, False)
