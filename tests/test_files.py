"""Files as treasuries and tax offices have them: every habit is read exactly, or refused in its place."""

from datetime import date, datetime
from typing import Any

import pytest

from ledger.application import Ledger
from ledger.domain.errors import Fault, LinesRefused, Refusal
from ledger.files.figures_file import UnitContradicts, read_figures
from ledger.files.headers import UnitsDiffer, UnitUnknown
from ledger.files.json_table import LinesUnreadable
from ledger.files.line_faults import CellIsError, IdentifierDamaged
from ledger.files.receipts_file import ReceiptsFile, read_receipts
from ledger.files.sums import SumWrong
from ledger.files.workbook import DatesFrom1904, SheetsSeveral, SheetUnknown, number_text
from tests.conftest import HEADER, csv_file
from tests.workbooks import cell, dbf_file, with_sheet, workbook

COLUMNS = HEADER.split(",")


def csv_rows(*lines: str) -> ReceiptsFile:
    return read_receipts("\n".join(lines).encode(), "明细.csv")


def amounts(file: ReceiptsFile) -> list[int]:
    return file.receipts.amounts_fen.tolist()


def faults_of(data: bytes, name: str = "明细.xlsx") -> list[Fault]:
    with pytest.raises(LinesRefused) as refused:
        read_receipts(data, name)
    return list(refused.value.faults)


# Headers


@pytest.mark.parametrize(
    "header",
    [
        "dzsphm,rkrq,sjje",
        "完税凭证号码,入库日期,实缴税额",
        " 税票号码 ,入库 日期,入库金额（元）",
        "電子,rkrq,sjje".replace("電子", "电子税票号码"),
        "DZSPHM,RKRQ,SJJE",
        "'税票号码,入库日期,实缴金额(元)",
    ],
)
def test_headers_in_every_spelling_mean_the_same(header: str) -> None:
    assert csv_rows(header, "V1,2024-01-05,1.50").entries == csv_rows(HEADER, "V1,2024-01-05,1.50").entries


def test_columns_stand_in_any_order_and_those_not_used_are_left() -> None:
    file = csv_rows("备注,实缴金额,税（费）种,税票号码,入库日期", "无,1.50,10101|增值税,V1,2024-01-05")

    assert amounts(file) == [1_50]
    assert file.source.unused == ("备注", "税（费）种")


def test_title_rows_and_a_header_in_two_rows_are_seen_past() -> None:
    file = csv_rows(
        "临江县税收入库明细,,,,",
        "2024 年 3 月,,,,",
        "税票号码,税款所属期,,入库日期,实缴金额",
        ",起,止,,",
        "V1,2024-01-01,2024-01-31,2024-03-01,1.50",
    )

    (entry,) = file.entries
    assert (entry.period_first, entry.period_last, entry.row) == (date(2024, 1, 1), date(2024, 1, 31), 5)


# Amounts


@pytest.mark.parametrize(
    ("written", "fen"),
    [
        ("1,234,567.80", 1_234_567_80),
        ("１２３．４５", 123_45),
        ("￥12.30", 12_30),
        ("¥ 12.3", 12_30),
        ("(1,200.00)", -1_200_00),
        ("（12.30）", -12_30),
        ("-￥5", -5_00),
        ("−5.01", -5_01),
        ("'7.00", 7_00),
        ("\u30007.00\u3000", 7_00),
    ],
)
def test_an_amount_as_people_write_it_is_read_to_the_fen(written: str, fen: int) -> None:
    assert amounts(csv_rows(HEADER, f'V1,2024-01-05,"{written}"')) == [fen]


@pytest.mark.parametrize("written", ["12,34", "1,2345.00", "(-5)", "(5", "5)", "1.2E+03", "十元", "1.005", "5-", "--5"])
def test_an_amount_that_can_be_read_in_two_ways_or_none_is_refused(written: str) -> None:
    (fault,) = faults_of(csv_file([f'V1,2024-01-05,"{written}"']), "明细.csv")

    assert (fault.rule.kind, fault.place("zh")) == ("amount-not-whole-fen", "第 2 行 实缴金额")


@pytest.mark.parametrize(
    "lines",
    [
        ["单位：万元,,", HEADER, "V1,2024-01-05,0.012345", 'V2,2024-01-05,"1,000"'],
        [f"{HEADER}（万元）", "V1,2024-01-05,0.012345", "V2,2024-01-05,1000.000000"],
        ["入库明细（金额单位:万元）,,", HEADER, "V1,2024-01-05,0.012345", "V2,2024-01-05,1000"],
    ],
)
def test_ten_thousands_of_yuan_are_converted_exactly_and_said(lines: list[str], ledger: Ledger) -> None:
    ledger.import_receipts("\n".join(lines).encode(), "万元.csv")

    assert [entry.amount_fen for entry in ledger.books.entries] == [123_45, 10_000_000_00]
    (note,) = [note for _, event in ledger.log.history() for note in getattr(event, "notes", [])]
    assert "万元" in note and "10,000" in note


def test_a_unit_finer_than_a_fen_unknown_or_said_twice_is_refused() -> None:
    with pytest.raises(LinesRefused):
        csv_rows("单位：万元,,", HEADER, "V1,2024-01-05,0.0000001")
    with pytest.raises(UnitUnknown):
        csv_rows("单位：美元,,", HEADER, "V1,2024-01-05,1")
    with pytest.raises(UnitsDiffer):
        csv_rows("单位：元,,", f"{HEADER}（万元）", "V1,2024-01-05,1")


# Sums


def test_sums_of_pages_and_of_all_are_left_out_and_checked() -> None:
    file = csv_rows(
        "序号," + HEADER,
        "1,V1,2024-01-05,1.00",
        "2,V2,2024-01-05,2.00",
        "本页小计,,,3.00",
        "3,V3,2024-01-05,4.00",
        "小 计,,,4.00",
        '合计,,,"7.00"',
        "制表人：张三,,,",
    )

    assert amounts(file) == [1_00, 2_00, 4_00]
    assert len(file.source.sums) == 3


@pytest.mark.parametrize(("word", "said"), [("合计", "2.99"), ("小计", "3.01"), ("总计", "-3.00")])
def test_a_wrong_sum_is_a_fault_with_both_figures(word: str, said: str) -> None:
    data = csv_file(["V1,2024-01-05,1.00", "V2,2024-01-05,2.00", f"{word},,{said}"])

    (fault,) = faults_of(data, "明细.csv")

    assert isinstance(fault.rule, SumWrong)
    assert (fault.place("zh"), fault.rule.facts["said"], fault.rule.facts["found"]) == (
        "第 4 行 实缴金额",
        said,
        "3.00",
    )


# Days and codes


@pytest.mark.parametrize(
    "written",
    ["2026-04-15", "20260415", "2026/4/15", "2026年4月15日", "２０２６年４月１５日", "46127", "2026-04-15 00:00:00"],
)
def test_five_forms_of_a_day_and_a_serial_are_one_day(written: str) -> None:
    assert csv_rows(HEADER, f"V1,{written},1.00").entries[0].booked_on == date(2026, 4, 15)


def test_coded_cells_give_the_code_or_the_name() -> None:
    header = f"{HEADER},收款国库,预算科目,街道乡镇,社会信用代码"
    written = [
        "1401|甲库,10101|增值税,360426001|河东乡,91620800MA71XUTF91|某公司",
        "1401,增值税(10101),河东乡(360426001),91620800MA71XUTF91",
    ]

    one, other = (csv_rows(header, f"V1,2024-01-05,1.00,{cells}").entries[0] for cells in written)

    assert one == other
    assert (one.key.treasury, one.subject, one.park, one.enterprise) == (
        "1401",
        "10101",
        "河东乡",
        "91620800MA71XUTF91",
    )


# Workbooks


def test_a_workbook_says_what_its_csv_says() -> None:
    rows: list[list[Any]] = [
        COLUMNS,
        ["V1", "2024-01-05", 100],
        ["V2", 45297, 0.1 + 0.2],
        ["V3", "20240106", "1,000.00"],
    ]
    lines = ["V1,2024-01-05,100", "V2,2024-01-06,0.30", "V3,2024-01-06,1000.00"]

    assert read_receipts(workbook(rows), "一.xlsx").entries == read_receipts(csv_file(lines), "一.csv").entries


def test_dates_of_a_workbook_are_read_with_their_format_or_without() -> None:
    def dated(made: Any, page: Any) -> None:
        page.write_datetime(1, 1, datetime(2024, 1, 5), made.add_format({"num_format": "yyyy/m/d"}))

    file = read_receipts(workbook([COLUMNS, ["V1", "", 1], ["V2", 45296, 1]], finish=dated), "一.xlsx")

    assert [entry.booked_on for entry in file.entries] == [date(2024, 1, 5)] * 2


@pytest.mark.parametrize(
    ("number", "scale", "text"),
    [
        (100.0, 1, "100"),
        (1234567.89, 1, "1234567.89"),
        (0.1 + 0.2, 1, "0.30"),
        (1.005, 1, "1.005"),
        (100.00000001, 1, "100.00"),
        (100.00001, 1, "100.00001"),
        (-0.1 - 0.2, 10_000, "-0.300000"),
        (0.123456, 10_000, "0.123456"),
        (316000000000001.0, 0, "316000000000001"),
        (3160000000000012.0, 0, "3.16000000000001E+15"),
        (float("inf"), 1, "#VALUE!"),
    ],
)
def test_a_number_of_a_workbook_is_that_fen_or_stays_what_it_is(number: float, scale: int, text: str) -> None:
    assert number_text(number, scale) == text


def test_a_damaged_number_is_refused_by_sheet_row_header_and_cell() -> None:
    rows = [
        ["明细表"],
        ["完税凭证号码", "入库日期", "入库金额"],
        ["V1", "2024-01-05", 1.005],
        [31600000000000012.0, 45296, 1],
    ]

    first, second = faults_of(workbook(rows))

    assert first.place("zh") == "工作表“明细”第 3 行 入库金额（C3）"
    assert (second.place("zh"), type(second.rule)) == ("工作表“明细”第 4 行 完税凭证号码（A4）", IdentifierDamaged)


def test_a_cell_with_an_error_or_without_a_value_is_not_taken_for_an_empty_one() -> None:
    header = "".join(cell(f"{letter}1", text) for letter, text in zip("ABCD", [*COLUMNS, "项目"], strict=True))
    line = cell("A2", "V1") + cell("B2", 45296) + cell("C2", 1)
    for wrong in ('<c r="D2" t="e"><v>#N/A</v></c>', '<c r="D2"><f>C2</f></c>', '<c r="D2"><f>C2</f><v></v></c>'):
        (fault,) = faults_of(with_sheet(f'<row r="1">{header}</row><row r="2">{line}{wrong}</row>'))
        assert isinstance(fault.rule, CellIsError)


def test_red_figures_without_a_sign_are_negative_and_said() -> None:
    def reddened(made: Any, page: Any) -> None:
        page.write_number(1, 2, 100, made.add_format({"font_color": "#FF0000"}))
        page.write_number(2, 2, 200, made.add_format({"num_format": "[Red]#,##0.00"}))
        page.write_number(3, 2, -300, made.add_format({"font_color": "red", "num_format": "0.00;[Red]-0.00"}))
        page.write_number(4, 2, 400, made.add_format({"num_format": "0.00;[Red]-0.00"}))

    file = read_receipts(workbook([COLUMNS, *([f"V{n}", "2024-01-05"] for n in range(4))], finish=reddened), "一.xlsx")

    assert amounts(file) == [-100_00, -200_00, -300_00, 400_00]
    assert [note.zh for note in file.source.notes] == ["有 2 个金额用红字写成，按负数记。"]


def test_a_merged_cell_holds_for_every_line_beside_it_and_an_amount_stays_one_amount() -> None:
    def merged(made: Any, page: Any) -> None:
        page.merge_range(1, 1, 2, 1, "2024-01-05")
        page.merge_range(3, 2, 4, 2, 5)

    rows = [COLUMNS, ["V1", "", 1], ["V2", "", 2], ["V3", "2024-01-06", ""], ["V4", "2024-01-06", ""]]

    (fault,) = faults_of(workbook(rows, finish=merged))

    assert fault.place("zh") == "工作表“明细”第 5 行 实缴金额（C5）"


def test_of_several_sheets_the_one_that_fits_is_read_and_two_are_told_apart_by_name() -> None:
    lines = [COLUMNS, ["V1", "2024-01-05", 1]]

    file = read_receipts(workbook([["说明"]], sheet="封面", others=[("一月", lines)]), "一.xlsx")
    both = workbook(lines, sheet="一月", others=[("二月", [COLUMNS, ["V2", "2024-02-05", 2]])])

    assert (file.source.sheet, amounts(file)) == ("一月", [1_00])
    with pytest.raises(SheetsSeveral) as several:
        read_receipts(both, "一.xlsx")
    assert several.value.facts["sheets"] == "一月、二月"
    assert amounts(read_receipts(both, "一.xlsx", sheet="二月")) == [2_00]
    with pytest.raises(SheetUnknown):
        read_receipts(both, "一.xlsx", sheet="三月")


def test_a_workbook_that_counts_from_1904_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        read_receipts(workbook([COLUMNS, ["V1", 43834, 1]], date_1904=True), "一.xlsx")
    assert isinstance(refused.value, DatesFrom1904)


# DBF


def test_an_old_dbf_list_in_gbk_is_read_to_the_fen() -> None:
    fields = "税票号码 C(20); 入库日期 D; 纳税人名称 C(40); 预算科目代 C(10); 收款国库 C(12); 实缴金额 N(18,2)"
    rows = [
        ("3160", date(2024, 1, 5), "某某公司", "10101", "1401", 1234567.89),
        ("3161", date(2024, 1, 6), "", "10104", "1401", -0.01),
    ]

    file = read_receipts(dbf_file(fields, rows), "list.csv")

    assert amounts(file) == [1_234_567_89, -1]
    assert [(entry.key.voucher, entry.booked_on, entry.subject) for entry in file.entries] == [
        ("3160", date(2024, 1, 5), "10101"),
        ("3161", date(2024, 1, 6), "10104"),
    ]
    assert file.source.headers["预算科目"] == "预算科目代码"


# Figures


def test_figures_come_from_a_workbook_with_their_thousands() -> None:
    rows = [
        ["指标", "所属期止", "数值", "单位"],
        ["地区生产总值", "2024-03", "4,123.7", "万元"],
        ["产值", "2024年3月", 0.1, "万元"],
        ["合计", "", 4123.8, ""],
    ]

    reports = read_figures(workbook(rows), "指标.xlsx").reports

    assert [str(report.value) for report in reports] == ["41237/10", "1/10"]


def test_a_figure_whose_unit_the_file_says_twice_differently_is_refused() -> None:
    lines = ["单位：万元,,,", "指标,所属期止,数值,单位", "产值,2024-03,1.5,万元", "产值,2024-04,1.5,元"]

    with pytest.raises(LinesRefused) as refused:
        read_figures("\n".join(lines).encode(), "指标.csv")

    (fault,) = refused.value.faults
    assert (type(fault.rule), fault.place("zh")) == (UnitContradicts, "第 4 行 单位")


def test_a_line_in_json_that_says_an_amount_twice_is_refused_whatever_quotes_its_texts_hold() -> None:
    line = '{"voucher": "V1", "booked_on": "2024-01-05", "amount": "5.00", %s "project": "甲\\\\\\"乙"}'

    assert read_receipts(f'{{"lines": [{line % ""}]}}'.encode(), "一.json").receipts.amounts_fen.tolist() == [500]
    with pytest.raises(LinesUnreadable):
        read_receipts(f'{{"lines": [{line % """ "amount": "500.00", """}]}}'.encode(), "一.json")
