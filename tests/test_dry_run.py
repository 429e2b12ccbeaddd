"""A dry run says what an import would do, and the import then does that; wrong lines are left out only when asked."""

from collections import Counter
from pathlib import Path

import pytest

from ledger.application import Ledger
from ledger.domain.calendar import Period
from ledger.domain.errors import LinesRefused
from ledger.domain.recording.entries import Key
from ledger.domain.register.mappings import MappingUnknown
from ledger.files.columns import ColumnMissing, ColumnUnknown
from tests.conftest import HEADER, REFUNDS, Enclave, agree, csv_file, fresh_books, two_counties
from tests.test_figures import HEADER as FIGURES
from tests.test_figures import MONTHLY

FILE = csv_file(["V1,2024-01-05,100.00", "V2,2024-02-06,50.00", "V2,2024-02-06,50.00"])


@pytest.fixture
def agreed(ledger: Ledger) -> Ledger:
    agree(ledger, two_counties())
    return ledger


def written(folder: Path, data: bytes, name: str = "明细.csv") -> Path:
    (folder / name).write_bytes(data)
    return folder / name


def test_a_dry_run_records_nothing_and_says_who_would_get_what(
    agreed: Ledger, enclave: Enclave, tmp_path: Path
) -> None:
    before = agreed.log.head()

    answer = enclave("import", written(tmp_path, FILE), "--dry-run", "--json")

    said = answer.document
    assert agreed.log.head() == before
    assert (said["recorded"], said["known"], said["repeated"], said["skipped"]) == (2, 0, 1, 0)
    assert said["columns"] == {column: column for column in HEADER.split(",")}
    assert {each["party"]: each["change_fen"] for each in said["changes"]} == {"jia": 50_00, "yi": 100_00}
    assert said["statements"] == ["A1-tax-2024-01", "A1-tax-2024-02"]


def test_the_import_does_what_the_dry_run_said_in_the_same_sentences(
    agreed: Ledger, enclave: Enclave, tmp_path: Path
) -> None:
    file = written(tmp_path, FILE)

    tried = enclave("import", file, "--dry-run").out.splitlines()[2:]
    done = enclave("import", file).out.splitlines()[1:]

    assert tried == done
    assert [line for line in done if "甲县" in line] == [
        "A1 tax 甲县：未列入结算单的应得由 0.00 元变为 50.00 元，多得 50.00 元。"
    ]


def test_lines_of_closed_months_are_recorded_and_said_to_come_in_the_next_statement(
    agreed: Ledger, enclave: Enclave, tmp_path: Path
) -> None:
    agreed.import_receipts(FILE, "一.csv")
    closed = agreed.close_period(Period(2024, 1)).statements

    said = enclave("import", written(tmp_path, csv_file(["V9,2024-01-09,3.00"])), "--json").document
    words = enclave("import", written(tmp_path, csv_file(["V8,2024-01-09,3.00"])), "--dry-run").out

    assert (said["late"], said["next_period"]) == ({"lines": 1, "fen": 3_00}, "2024-02")
    assert said["statements"] == ["A1-tax-2024-02"]
    assert "已出的结算单不变，差额列入 2024-02 起的下一张结算单" in words
    assert agreed.books.closings[0][1].statements == closed
    (statement,) = agreed.close_period(Period(2024, 2)).statements
    assert sum(line.entitled_fen for line in statement.lines) == 53_00


def test_problems_are_counted_by_kind_with_their_first_places(agreed: Ledger, enclave: Enclave, tmp_path: Path) -> None:
    data = csv_file([f"V{n},昨天,1.00" for n in range(5)] + ["V9,2024-01-05,1.005"])

    said = enclave("import", written(tmp_path, data), "--dry-run", "--json").document

    assert [(each["kind"], each["count"]) for each in said["problems"]] == [
        ("day-in-cell-unreadable", 5),
        ("amount-not-whole-fen", 1),
    ]
    assert [each["where"] for each in said["problems"][0]["first"]] == [f"第 {n} 行 入库日期" for n in (2, 3, 4)]


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (["V8,2019-01-05,1.00,甲库,乙县", "V9,2019-01-06,1.00,甲库,乙县"], "file-of-other-year"),
        (["V8,2024-01-05,1.00,丙库,乙县", "V9,2024-01-06,1.00,丙库,乙县"], "treasuries-unknown"),
        (["V8,2024-01-05,1.00,甲库,丙县", "V9,2024-01-06,1.00,甲库,丙县"], "collectors-unknown"),
    ],
)
def test_a_file_that_seems_to_be_another_is_recorded_with_a_warning(
    lines: list[str], kind: str, agreed: Ledger, enclave: Enclave, tmp_path: Path
) -> None:
    header = f"{HEADER},收款国库,征收方"
    agreed.import_receipts(csv_file(["V1,2024-01-05,1.00,甲库,乙县"], header), "一.csv")

    said = enclave("import", written(tmp_path, csv_file(lines, header)), "--json").document

    assert (said["recorded"], [each["kind"] for each in said["warnings"]]) == (2, [kind])


# Sound lines beside wrong ones


def test_only_when_asked_are_sound_lines_recorded_beside_wrong_ones(agreed: Ledger) -> None:
    data = csv_file(["V1,2024-01-05,1.00", "V2,昨天,1.00", "V3,2024-01-05,2.00"])
    with pytest.raises(LinesRefused):
        agreed.import_receipts(data, "一.csv")

    imported = agreed.import_receipts(data, "一.csv", skip_bad=True)

    assert (imported.recorded, imported.skipped, imported.sum_fen) == (2, 1, 3_00)
    assert [entry.key.voucher for entry in agreed.books.entries] == ["V1", "V3"]
    assert agreed.import_receipts(data, "一.csv", skip_bad=True).known == 2


def test_what_takes_back_a_wrong_line_is_wrong_too_and_so_on_down(ledger: Ledger) -> None:
    lines = [
        "V1,2024-13-05,9.00,,",
        "R1,2024-01-06,-9.00,退库,V1",
        "C1,2024-01-07,9.00,冲销,R1",
        "V2,2024-01-08,1.00,,",
    ]

    plan = ledger.plan_import(csv_file(lines, REFUNDS), "一.csv", skip_bad=True)

    assert [(fault.where.line, fault.rule.kind) for fault in plan.file.faults] == [  # type: ignore[union-attr]
        (2, "day-in-cell-unreadable"),
        (3, "original-left-out"),
        (4, "original-left-out"),
    ]
    assert [entry.key for entry in plan.fresh.entries(1)] == [Key("V2")]


def test_lines_that_contradict_the_books_each_other_or_their_original_are_left_out_with_their_refunds(
    ledger: Ledger,
) -> None:
    ledger.import_receipts(csv_file(["V1,2024-01-05,100.00,,"], REFUNDS), "一.csv")
    lines = [
        "V1,2024-01-05,90.00,,",  # in the books with another amount
        "V2,2024-01-05,1.00,,",  # said twice, differently: which is right would be a guess
        "V2,2024-01-05,2.00,,",
        "R1,2024-01-06,-60.00,退库,V1",  # its original is wrong here
        "V3,2024-01-05,5.00,,",
        "R3,2024-01-06,-6.00,退库,V3",  # more than its original
        "V4,2024-01-05,4.00,,",
    ]

    imported = ledger.import_receipts(csv_file(lines, REFUNDS), "二.csv", skip_bad=True)

    assert (imported.recorded, imported.skipped) == (2, 5)
    assert [entry.key.voucher for entry in ledger.books.entries] == ["V1", "V3", "V4"]


def test_an_import_is_refused_for_everything_that_its_dry_run_finds(
    agreed: Ledger, enclave: Enclave, tmp_path: Path
) -> None:
    agreed.import_receipts(csv_file(["V1,2024-01-05,100.00,,"], REFUNDS), "一.csv")
    unread = [f"X{number},昨天,1.00,," for number in range(60)]
    others = [
        "V1,2024-01-05,90.00,,",  # in the books with another amount
        "R9,2024-01-06,-1.00,退库,V9",  # of an original that nobody knows
        "R2,2024-01-06,-1.00,退库,X1",  # of a line that is wrong
    ]
    file = written(tmp_path, csv_file([*unread, *others], REFUNDS))

    tried = enclave("import", file, "--dry-run", "--json").document["problems"]
    refused = enclave("import", file, "--json")
    words = enclave("import", file).err

    begun = enclave("--books", tmp_path / "新.db", "import", file, "--new", "--json")

    found = Counter(each["kind"] for each in refused.document["faults"])
    assert {each["kind"] for each in begun.document["faults"]} == set(found) - {"voucher-amount-differs"}
    assert not (tmp_path / "新.db").exists()
    assert found == {each["kind"]: each["count"] for each in tried}
    assert set(found) == {"day-in-cell-unreadable", "voucher-amount-differs", "original-unknown", "original-left-out"}
    assert all(word in words for word in ("昨天", "90.00 元", "V9", "X1 在本文件第 3 行"))


def test_of_a_million_lines_three_wrong_ones_are_named_and_the_others_recorded() -> None:
    count = 100_000  # the shape is the same, the suite shorter
    lines = [f"V{n},2024-01-05,1.00" for n in range(count)]
    lines[7], lines[50_000], lines[-1] = "V7,昨天,1.00", "V50000,2024-01-05,1.005", ",2024-01-05,1.00"
    with fresh_books() as ledger:
        with pytest.raises(LinesRefused) as refused:
            ledger.import_receipts(csv_file(lines), "一.csv")
        imported = ledger.import_receipts(csv_file(lines), "一.csv", skip_bad=True)

    assert [fault.where.line for fault in refused.value.faults] == [9, 50_002, count + 1]  # type: ignore[union-attr]
    assert (imported.recorded, imported.skipped) == (count - 3, 3)


# Figures, quotas, contributions

BY_HALVES = [{"split": {"jia": 1, "yi": 1}}]
POOLS = {
    "统计": {
        "share": "indicator",
        "indicators": ["产值"],
        "basis": "split",
        "reported": MONTHLY,
        "waterfall": BY_HALVES,
    },
    "额度": {"share": "quota", "quotas": ["产值"], "reported": {"unit": "万元", "step": "0.1"}, "waterfall": BY_HALVES},
    "投入": {"share": "inputs", "waterfall": BY_HALVES},
}
DAYS = {"投入": "编号,投入形式,投入日期,数值,单位,报送方,依据"}
KINDS = pytest.mark.parametrize(("kind", "pool"), [("figure", "统计"), ("quota", "额度"), ("input", "投入")])


def reported(pool: str, *lines: tuple[int, str]) -> bytes:
    """A file with one line for each month and its value."""
    if pool == "投入":
        return csv_file([f"{n},货币,2024-0{n}-05,{value},万元,乙县,凭证{n}" for n, value in lines], DAYS[pool])
    return csv_file([f"{n},产值,2024-0{n},2024-0{n},{value},万元,乙县" for n, value in lines], FIGURES)


def signed(ledger: Ledger, pool: str) -> None:
    agree(ledger, two_counties(rate_date="tax_period", pools={pool: POOLS[pool]}))


@KINDS
def test_a_dry_run_of_figures_records_nothing_and_tells_new_revised_known_repeated_and_wrong_lines_apart(
    kind: str, pool: str, ledger: Ledger, enclave: Enclave, tmp_path: Path
) -> None:
    signed(ledger, pool)
    enclave(kind, "import", written(tmp_path, reported(pool, (1, "1.0"), (2, "2.0"))))
    before = ledger.log.head()
    data = reported(pool, (1, "1.0"), (2, "2.5"), (3, "3.0"), (3, "3.0"), (4, "x"))

    said = enclave(kind, "import", written(tmp_path, data), "--dry-run", "--json").document
    refused = enclave(kind, "import", written(tmp_path, data))
    kept = ledger.log.head()
    done = enclave(kind, "import", written(tmp_path, data), "--skip-bad", "--json").document

    assert (refused.code, kept) == (1, before)
    assert [said[name] for name in ("recorded", "known", "repeated", "skipped")] == [2, 1, 1, 1]
    assert [(each["line"], "取代批次 B1 的 2 万元" in each["message"]) for each in said["revised"]] == [(3, True)]
    assert [(each["kind"], each["first"][0]["where"]) for each in said["problems"]] == [
        ("value-unreadable", "第 6 行 数值")
    ]
    name = pool if pool == "投入" else f"{pool}-产值"
    assert said["statements"] == [f"A1-{name}-2024-{month}" for month in ("02", "03")]
    assert {name: done[name] for name in said} == said | {"dry_run": False}
    assert [report.row for report in ledger.books.batches["B2"].reports] == [1, 2]


@KINDS
def test_a_dry_run_of_figures_says_what_counts_and_when(
    kind: str, pool: str, ledger: Ledger, enclave: Enclave, tmp_path: Path
) -> None:
    signed(ledger, pool)
    file = written(tmp_path, reported(pool, (1, "3.0")))

    tried = enclave(kind, "import", file, "--dry-run").out
    done = enclave(kind, "import", file).out

    assert tried.splitlines()[2:] == done.splitlines()[1:]
    awaited = kind == "figure"
    assert ("审核以前什么也不计入，结算单不变" in tried) == awaited
    assert f"{'审核以后' if awaited else '随之'}改变的未结账结算单（草稿）：A1-{pool}" in tried
    due, half = {"figure": ("分列数", "1.5 万元"), "quota": ("分得", "1.5 万元"), "input": ("应承担", "15,000.00 元")}[
        kind
    ]
    assert f"甲县：未列入结算单的{due}由 0" in tried and f"增加 {half}" in tried
    assert ("仅用于考核" in tried) == awaited
    assert ("有 1 笔以“万元”计，计入时乘以 10,000 换算成元" in tried) == (kind == "input")


def test_a_dry_run_names_measures_that_nobody_selects_and_lines_that_would_wait(
    ledger: Ledger, enclave: Enclave, tmp_path: Path
) -> None:
    signed(ledger, "统计")
    lines = ["1,产值,2024-01,2024-01,1.55,万元,乙县", "2,税收,2024-01,2024-01,1,万元,乙县"]

    said = enclave("figure", "import", written(tmp_path, csv_file(lines, FIGURES)), "--dry-run", "--json").document

    assert (said["unselected"], said["statements"], len(said["waiting"])) == (["税收"], [], 1)
    assert "不是最小计数 0.1 的整数倍" in said["waiting"][0]


def test_figures_of_closed_months_are_said_to_come_in_the_next_statement(
    ledger: Ledger, enclave: Enclave, tmp_path: Path
) -> None:
    signed(ledger, "额度")
    enclave("quota", "import", written(tmp_path, reported("额度", (1, "1.0"))))
    ledger.close_period(Period(2024, 1))

    words = enclave("quota", "import", written(tmp_path, reported("额度", (1, "2.0"))), "--dry-run").out

    assert "其中 1 行属于已结账的月份：照记，已出的结算单不变，差额列入 2024-02 起的下一张结算单" in words


# Mappings


OWN = "票号,开票日,税额合计,经手人\nV1,2024-01-05,1.00,张三\n".encode()


def test_a_layout_of_ones_own_is_read_by_its_saved_mapping(ledger: Ledger, enclave: Enclave, tmp_path: Path) -> None:
    words = "票号: 税票号码\n开票日: 入库日期\n税额合计: 实缴金额\n经手人: 不用\n"
    saved = enclave("mapping", "save", "城关所", written(tmp_path, words.encode(), "m.yaml"))

    answer = enclave("import", written(tmp_path, OWN), "--mapping", "城关所", "--json").document

    assert saved.code == 0 and "4 个表头" in saved.out
    assert (answer["recorded"], answer["columns"]["开票日"], answer["unused_columns"]) == (1, "入库日期", ["经手人"])
    assert "按存下的对照“城关所”认列" in answer["notes"][0]
    assert enclave("mapping", "list", "--json").document["mappings"][0]["columns"]["票号"] == "税票号码"
    assert ledger.verify().is_sound


def test_a_mapping_may_say_that_a_known_header_means_something_else(ledger: Ledger) -> None:
    data = csv_file(["V1,2024-01-05,9.00,1.00"], "税票号码,开票日期,金额,实缴")
    ledger.save_mapping("所", {"开票日期": "入库日期", "金额": "", "实缴": "实缴金额"})

    ledger.import_receipts(data, "一.csv", mapping="所")

    assert [entry.amount_fen for entry in ledger.books.entries] == [1_00]


@pytest.mark.parametrize(
    ("words", "phrase"),
    [
        ("票号: 税票号", "列“税票号”不认识（是否想写“税票号码”）"),
        ("[票号]", "应是若干行"),
        ("票号: 1", "两边都是文字"),
        ("{}", "是空的"),
    ],
)
def test_a_mapping_that_says_nothing_usable_is_refused(
    words: str, phrase: str, ledger: Ledger, enclave: Enclave, tmp_path: Path
) -> None:
    answer = enclave("mapping", "save", "所", written(tmp_path, words.encode(), "m.yaml"))

    assert answer.code == 1 and phrase in answer.err


def test_an_unknown_mapping_and_a_header_that_needs_one_are_refused(ledger: Ledger) -> None:
    with pytest.raises(MappingUnknown):
        ledger.import_receipts(OWN, "一.csv", mapping="没有")
    with pytest.raises(ColumnMissing):
        ledger.import_receipts(csv_file(["V1,2024-01-05,1.00"], "税票号码,开票日期,实缴金额"), "一.csv")


def test_one_mapping_serves_receipts_and_figures_and_a_column_of_the_other_kind_stays_unknown(
    ledger: Ledger, enclave: Enclave, tmp_path: Path
) -> None:
    signed(ledger, "统计")
    words = "票号: 税票号码\n开票日: 入库日期\n税额合计: 实缴金额\n经手人: 不用\n名目: 指标\n到: 所属期止\n数: 数值\n"
    enclave("mapping", "save", "城关所", written(tmp_path, words.encode(), "m.yaml"))
    figures = csv_file(["产值,2024-01,1.5,万元,乙县"], "名目,到,数,单位,报送方")

    took = [
        enclave(*command, written(tmp_path, data), "--mapping", "城关所", "--json").document
        for command, data in ((["import"], OWN), (["figure", "import"], figures))
    ]

    assert [each["recorded"] for each in took] == [1, 1]
    assert took[1]["columns"]["名目"] == "指标" and "按存下的对照“城关所”认列" in took[1]["notes"][0]
    with pytest.raises(ColumnUnknown, match="票号"):
        ledger.import_figures(
            csv_file(["V1,产值,2024-01,1.5,万元"], "票号,名目,到,数,单位"), "一.csv", mapping="城关所"
        )
