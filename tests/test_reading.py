"""What people read: ranges and their sums, true reasons for nothing, money that no agreement selects."""

from pathlib import Path
from typing import Any

import pytest

from ledger.application import Ledger
from ledger.domain.calendar import Period, PeriodUnreadable
from ledger.projections.spans import period_of
from ledger.projections.statements import statements
from tests.conftest import HEADER, REFUNDS, Enclave, agree, csv_file, two_counties

PARKS = f"{HEADER},园区"
TWO_YEARS = [f"W{year}{month:02},{year}-{month:02}-15,{month}.00" for year in (2024, 2025) for month in range(1, 13)]


def of_park(park: str, **changes: Any) -> Any:
    """The terms of two counties for one park."""
    pool = {
        "share": "receipts",
        "of": {"park": park},
        "waterfall": [{"split": {"jia": 1, "yi": 2}}],
    }
    return two_counties(**({"title": park, "pools": {"tax": pool}} | changes))


def close_up_to(ledger: Ledger, last: Period) -> None:
    following = ledger.books.next_period()
    while following and following <= last:
        ledger.close_period(following)
        following = following.next


@pytest.fixture
def two_years(ledger: Ledger) -> Ledger:
    """A monthly agreement, two years of receipts, the first eight months closed."""
    agree(ledger, two_counties())
    ledger.import_receipts(csv_file(TWO_YEARS), "two.csv")
    close_up_to(ledger, Period(2024, 8))
    return ledger


def import_lines(ledger: Ledger, lines: list[str], header: str = HEADER) -> None:
    ledger.import_receipts(csv_file(lines, header), f"{lines[0]}.csv")


# Ranges


@pytest.mark.parametrize(
    ("asked", "settlements", "drafts"),
    [
        ("2024-02", ["2024-02"], 0),
        ("2024-Q1", ["2024-01", "2024-02", "2024-03"], 0),
        ("2024-Q3", ["2024-07", "2024-08", "2024-09"], 1),
        ("2024", [f"2024-{month:02}" for month in range(1, 9)] + ["2024-12"], 1),
        ("2025", ["2025-12"], 1),
        ("2026-02", ["2026-02"], 1),
    ],
)
def test_a_range_shows_every_closed_statement_and_one_draft(
    asked: str, settlements: list[str], drafts: int, two_years: Ledger, enclave: Enclave
) -> None:
    found = enclave("statement", asked, "--json").document["statements"]

    assert [each["settlement"] for each in found] == settlements
    assert sum(each["draft"] for each in found) == drafts


@pytest.mark.parametrize("asked", ["2024-02", "2024-Q2", "2024", "2025"])
def test_the_sums_of_a_range_are_what_all_its_statements_say(asked: str, two_years: Ledger, enclave: Enclave) -> None:
    said = enclave("statement", asked, "--json").document

    assert [(each["agreement"], each["pool"], each["party"]) for each in said["sums"]] == [
        ("A1", "tax", "jia"),
        ("A1", "tax", "yi"),
    ]
    for each in said["sums"]:
        own = [line for found in said["statements"] for line in found["lines"] if line["party"] == each["party"]]
        for figure in ("entitled_fen", "collected_fen", "net_fen"):
            assert each[figure] == sum(line[figure] for line in own)
    assert sum(each["net_fen"] for each in said["sums"]) == 0


def test_nothing_is_counted_twice_by_a_year_that_is_half_open(two_years: Ledger, enclave: Enclave) -> None:
    said = enclave("statement", "2024", "--json").document
    shown = enclave("statement", "2024").out

    assert sum(each["entitled_fen"] for each in said["sums"]) == sum(range(1, 13)) * 100
    assert "合计 2024（9 张结算单，含草稿）" in shown
    assert "26.00" in shown and "52.00" in shown
    assert "合计 2024-02" not in enclave("statement", "2024-02").out


def test_a_year_whose_next_month_has_not_begun_ends_with_the_open_month(ledger: Ledger, enclave: Enclave) -> None:
    """A late receipt of a closed month stands in the next statement: the draft of the open month shows it."""
    agree(ledger, two_counties())
    import_lines(ledger, ["V1,2024-01-05,3.00"])
    close_up_to(ledger, Period(2024, 1))
    import_lines(ledger, ["V2,2024-01-06,6.00"])

    said = enclave("statement", "2024", "--json").document

    assert [(each["settlement"], each["draft"]) for each in said["statements"]] == [
        ("2024-01", False),
        ("2024-02", True),
    ]
    assert sum(each["entitled_fen"] for each in said["sums"]) == 9_00


def test_a_single_period_still_reads_as_before(two_years: Ledger) -> None:
    assert [period_of(text) for text in ("2024-03", "2024-Q1", "2024")] == [*[Period(2024, 3)] * 2, Period(2024, 12)]
    assert [each.number for each in statements(two_years.books, Period(2024, 3), "A1")] == ["A1-tax-2024-03"]
    with pytest.raises(PeriodUnreadable):
        period_of("2024-Q5")


# One settlement for an explanation


@pytest.mark.parametrize(
    ("every", "asked", "kind", "words"),
    [
        ("month", "2024", "several-settlements", "A1 按月结算，请写 2024-01 这样的一期"),
        ("month", "2024-Q1", "several-settlements", "A1 按月结算，请写 2024-01 这样的一期"),
        ("quarter", "2024", "several-settlements", "A1 按季结算，请写 2024-Q1 这样的一期"),
        ("quarter", "2024-02", "settles-otherwise", "A1 按季结算，请看 2024-Q1"),
        ("year", "2024-Q2", "settles-otherwise", "A1 按年结算，请看 2024。"),
    ],
)
def test_explain_names_the_period_that_the_agreement_settles(
    every: str, asked: str, kind: str, words: str, ledger: Ledger, enclave: Enclave
) -> None:
    agree(ledger, two_counties(settle={"every": every}))
    import_lines(ledger, ["V1,2024-01-05,3.00"])

    refused = enclave("explain", "A1", asked, "甲县", "--json")

    assert (refused.code, refused.document["refused"]) == (1, kind)
    assert words in refused.document["message"]


def test_explain_takes_a_settlement_by_its_name_or_its_last_month(ledger: Ledger, enclave: Enclave) -> None:
    agree(ledger, two_counties(settle={"every": "quarter"}))
    import_lines(ledger, ["V1,2024-01-05,3.00"])

    by_name, by_month = (enclave("explain", "a1", asked, "甲县", "--json") for asked in ("2024-Q1", "2024-03"))

    assert by_name.document == by_month.document
    assert by_name.document["explanations"][0]["entitled_fen"] == 1_00


# Why there is nothing


def test_without_an_agreement_that_is_the_reason(ledger: Ledger, enclave: Enclave) -> None:
    import_lines(ledger, ["V1,2024-01-05,3.00"])

    assert "账内还没有协议" in enclave("statement", "2024-01").err


def test_each_agreement_without_a_statement_has_its_true_reason(ledger: Ledger, enclave: Enclave) -> None:
    ledger.propose_agreement(of_park("甲园"))
    ledger.sign_agreement("A1", "yi")
    agree(ledger, of_park("乙园", settle={"every": "quarter"}))
    agree(ledger, of_park("丙园", **{"from": "2023-01-01", "to": "2023-12-31"}))
    import_lines(ledger, ["V1,2024-01-05,3.00,甲园"], PARKS)
    close_up_to(ledger, Period(2024, 1))
    agree(ledger, of_park("丁园"))

    said = enclave("statement", "2024-01").err

    assert "A1 尚待 甲县 签署，本期没有它的结算单。" in said
    assert "A2 按季结算，请看 2024-Q1。" in said
    assert "A3 的期限自 2023-01-01 至 2023-12-31，不含 2024-01。" in said
    assert "A4 在 2024-01 结账之后才签齐，这部分款项列入它的下一张结算单，请看 2024-02。" in said
    assert "A4" not in enclave("statement", "2024-01", "--agreement", "a2").err


def test_the_reasons_are_there_in_english_and_for_an_explanation(ledger: Ledger, enclave: Enclave) -> None:
    agree(ledger, of_park("甲园"))
    import_lines(ledger, ["V1,2024-02-05,3.00,甲园"], PARKS)
    close_up_to(ledger, Period(2024, 2))
    agree(ledger, of_park("乙园"))

    assert "is in its next statement: 2024-03" in enclave("--lang", "en", "explain", "A2", "2024-02", "yi").err
    assert "has no statement before it. See 2024-02" in enclave("--lang", "en", "statement", "2024-01").err


# Money that no agreement selects


def test_import_says_which_lines_no_signed_agreement_selects_and_which_wait(
    ledger: Ledger, tmp_path: Path, enclave: Enclave
) -> None:
    agree(ledger, of_park("甲园"))
    lines = [
        "V1,2024-01-05,3.00,甲园,",
        "V2,2024-01-05,1500.00,乙园,",
        "V3,2024-01-05,500.00,,",
        "V4,2024-01-05,7.00,甲园,丙县",
    ]
    (tmp_path / "e.csv").write_bytes(csv_file(lines, f"{PARKS},征收方"))
    (tmp_path / "f.csv").write_bytes(csv_file(["V5,2024-01-06,9.00,甲园"], PARKS))

    said = enclave("import", tmp_path / "e.csv").out
    again = enclave("import", tmp_path / "e.csv")
    clean = enclave("import", tmp_path / "f.csv", "--json").document

    assert "其中 2 行（2,000.00 元）没有任何已签协议选中。" in said
    assert "其中 1 行暂不分配：V4 的征收方“丙县”不是本协议的参与方" in said
    assert "其中" not in again.out
    assert (clean["unselected"], clean["waiting"]) == ({"lines": 0, "fen": 0}, [])


def test_only_what_is_signed_selects_and_reasons_are_few(ledger: Ledger, tmp_path: Path, enclave: Enclave) -> None:
    agree(ledger, of_park("甲园"))
    ledger.propose_agreement(of_park("乙园"))
    lines = [f"V{n},2024-01-05,1.00,甲园,{county}县" for n, county in enumerate("丙丙丁戊己庚辛")]
    (tmp_path / "e.csv").write_bytes(csv_file([*lines, "W1,2024-01-05,5.00,乙园,"], f"{PARKS},征收方"))
    (tmp_path / "f.csv").write_bytes(csv_file([f"W{n},2024-01-05,1.00,甲园,丙县" for n in (2, 3)], f"{PARKS},征收方"))

    said = enclave("import", tmp_path / "e.csv", "--json").document

    assert said["unselected"] == {"lines": 1, "fen": 5_00}
    assert [reason[reason.index("“") + 1] for reason in said["waiting"]] == list("丙丁戊己庚")
    assert "其中 2 行暂不分配，例如：W2 的征收方“丙县”" in enclave("import", tmp_path / "f.csv").out


def test_a_line_that_two_agreements_select_waits_and_both_are_named(
    ledger: Ledger, tmp_path: Path, enclave: Enclave
) -> None:
    of_list = {"share": "receipts", "of": {"list": "名单"}, "waterfall": [{"split": {"jia": 1, "yi": 2}}]}
    agree(ledger, of_park("甲园"))
    agree(ledger, two_counties(title="名单", lists={"名单": ["91130632DEM000002R"]}, pools={"tax": of_list}))
    (tmp_path / "e.csv").write_bytes(csv_file(["V1,2024-01-05,3.00,甲园,91130632DEM000002R"], f"{PARKS},社会信用代码"))

    said = enclave("import", tmp_path / "e.csv", "--json").document

    assert said["unselected"] == {"lines": 0, "fen": 0}
    assert ["A1" in reason and "A2" in reason for reason in said["waiting"]] == [True]


def test_a_statement_says_what_of_its_period_nobody_selects(ledger: Ledger, enclave: Enclave) -> None:
    agree(ledger, of_park("甲园"))
    import_lines(ledger, ["V1,2024-01-05,3.00,甲园", "V2,2024-01-06,4.00,乙园", "V3,2024-02-05,5.00,乙园"], PARKS)

    asked = {text: enclave("statement", text, "--json").document["unselected_fen"] for text in ("2024-01", "2024-Q1")}

    assert asked == {"2024-01": 4_00, "2024-Q1": 9_00}
    assert "本期入库中有 9.00 元没有任何已签协议选中。" in enclave("statement", "2024").out
    assert "没有任何已签协议选中" not in enclave("statement", "2024-03").out


# Closing


@pytest.mark.parametrize("slip", ["2099-12", "2026-01"])
def test_a_slip_does_not_close_months_without_a_booking(slip: str, two_years: Ledger, enclave: Enclave) -> None:
    before = two_years.books.position

    refused = enclave("close", slip, "--up-to", "--json").document

    assert refused["refused"] == "beyond-last-booking"
    assert f"账内的入库结到 2025-12 就结完了，不能一次结到 {slip}" in refused["message"]
    assert two_years.books.position == before
    assert enclave("close", "2025-12", "--up-to").code == 0
    assert enclave("close", "2026-01").code == 0


def test_close_remarks_on_agreements_that_lack_signatures(ledger: Ledger, enclave: Enclave) -> None:
    ledger.propose_agreement(of_park("甲园"))
    ledger.sign_agreement("A1", "jia")
    ledger.propose_agreement(of_park("乙园", **{"from": "2025-01-01"}))
    import_lines(ledger, ["V1,2024-01-05,3.00,甲园", "V2,2024-03-05,3.00,甲园"], PARKS)

    one = enclave("close", "2024-01").out
    more = enclave("close", "2024-03", "--up-to", "--json").document

    assert "A1 尚待 乙县 签署，所结月份没有它的结算单。" in one
    assert "A2" not in one
    assert more["remarks"] == ["A1 尚待 乙县 签署，所结月份没有它的结算单。"]


# The log, agreements


def test_events_for_programs_are_all_there_and_the_table_says_how_many_are_left(
    ledger: Ledger, enclave: Enclave
) -> None:
    for n in range(102):
        import_lines(ledger, [f"V{n},2024-01-05,1.00"])

    positions = [each["position"] for each in enclave("events", "--json").document["events"]]
    shown = enclave("events").out

    assert positions == list(range(1, 104))
    assert "还有 3 条没有列出：接着看用 --after 100" in shown
    assert "没有列出" not in enclave("events", "--after", "100").out + enclave("events", "--limit", "103").out


def test_show_says_who_signed_by_whose_hand_and_takes_small_letters(ledger: Ledger, enclave: Enclave) -> None:
    ledger.propose_agreement(two_counties())
    ledger.acting_as("甲县财政局 张三").sign_agreement("A1", "jia")
    ledger.acting_as("乙县财政局 李四").sign_agreement("A1", "yi")

    said = enclave("agreement", "show", "a1", "--json").document
    shown = enclave("agreement", "show", "a1").out

    assert said["signatures"] == [
        {"draft": 1, "party": "jia", "actor": "甲县财政局 张三", "position": 3},
        {"draft": 1, "party": "yi", "actor": "乙县财政局 李四", "position": 4},
    ]
    assert (
        "第 1 稿签署：甲县（经办 甲县财政局 张三，第 3 号事项）、乙县（经办 乙县财政局 李四，第 4 号事项）。" in shown
    )


def test_signing_for_several_is_done_whole_or_not_at_all(ledger: Ledger, enclave: Enclave) -> None:
    ledger.propose_agreement(two_counties())

    refused = enclave("agreement", "sign", "a1", "--party", "甲县", "--party", "丙县")

    assert (refused.code, ledger.books.agreement("A1").signed) == (1, ())
    assert enclave("agreement", "sign", "a1", "--party", "甲县", "--party", "乙县").code == 0
    assert ledger.books.agreement("A1").in_force_at is not None


# What a statement does not list


def test_a_negative_statement_says_what_it_carries(ledger: Ledger, enclave: Enclave) -> None:
    agree(ledger, two_counties(negatives="carry"))
    import_lines(ledger, ["V1,2024-01-05,900.00,,", "R1,2024-02-05,-720.00,退库,V1"], REFUNDS)
    close_up_to(ledger, Period(2024, 2))

    (said,) = enclave("statement", "2024-02", "--json").document["statements"]

    carried = {(each["party"], each["name"]): each["entitled_fen"] for each in said["carried"]}
    assert (said["lines"], carried) == ([], {("jia", "甲县"): -240_00, ("yi", "乙县"): -480_00})
    assert "结转：甲县 -240.00 元、乙县 -480.00 元。" in enclave("statement", "2024-02").out


def test_what_waits_is_said_to_date(ledger: Ledger, enclave: Enclave) -> None:
    agree(ledger, two_counties())
    import_lines(ledger, ["V1,2024-01-05,3.00,丙县"], f"{HEADER},征收方")

    assert "累计暂不分配 3.00 元" in enclave("statement", "2024-02").out
