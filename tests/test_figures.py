"""Figures: what is reported counts once it is accepted; what cannot be told waits with its name and amount."""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.application import Ledger
from ledger.domain.agreeing.acceptance import AcceptanceOutOfOrder, BatchCounts, BatchKnown, BatchUnknown, NothingNew
from ledger.domain.calendar import Period
from ledger.domain.dividing.pools import PoolKey
from ledger.domain.dividing.reading import Reading
from ledger.domain.errors import LinesRefused, Refusal
from ledger.domain.events import FiguresRecorded
from ledger.domain.stating.working import Moment, Working
from ledger.domain.terms import Document
from ledger.store.evidence import folder_of
from tests import engine
from tests.conftest import agree, csv_file, two_counties
from tests.figure_histories import random_figures
from tests.workbooks import workbook

HEADER = "编号,指标,所属期起,所属期止,数值,单位,报送方"
OUTPUT = PoolKey("统计", "产值")
CUMULATIVE = {"as": "cumulative", "kind": "flow", "unit": "万元", "step": "0.1"}
MONTHLY = CUMULATIVE | {"as": "monthly"}
STOCK = {"as": "monthly", "kind": "stock", "unit": "户", "step": "1"}
TO_MARCH = {"during": {"from": "2024-01-01", "to": "2024-03-31"}, "split": {"jia": 1}}
AFTERWARDS = {"during": {"from": "2024-04-01"}, "split": {"yi": 1}}
SEEDS = st.integers(0, 2**32)


def terms(reported: Document, waterfall: list[Document], **changes: Any) -> Document:
    pool = {"share": "indicator", "indicators": ["产值"], "basis": "split", "reported": reported}
    document = two_counties(pools={"统计": pool | {"waterfall": waterfall} | changes})
    return document | {"rate_date": "tax_period"}


def report(ledger: Ledger, *lines: str) -> str:
    """Report lines and have both levels accept them; the batch."""
    batch = ledger.import_figures(csv_file(lines, HEADER), "指标.csv").number
    ledger.accept_figures(batch, "county")
    ledger.accept_figures(batch, "city")
    return batch


def worked(ledger: Ledger, key: PoolKey = OUTPUT) -> tuple[dict[str, int], int, list[tuple[str, int]]]:
    """What each party has of an indicator in smallest steps, what waits, and why."""
    books = ledger.books
    moment = Moment(books.position, date(2025, 12, 31))
    pools = Working(books, books.agreement("A1"), moment).pools
    due = pools.due()[key]
    return due, pools.divisions[key].waiting_fen(), [(rule.kind, amount) for rule, amount in pools.reasons(key)]


@pytest.fixture
def cumulative(ledger: Ledger) -> Ledger:
    """甲县 has what is dated to March, 乙县 what is dated later; totals of the year are reported."""
    agree(ledger, terms(CUMULATIVE, [TO_MARCH, AFTERWARDS]))
    return ledger


# Acceptance


def test_a_batch_counts_only_after_the_county_and_then_the_city(cumulative: Ledger) -> None:
    batch = cumulative.import_figures(csv_file(["1,产值,2024-01,2024-03,30.0,万元,乙县"], HEADER), "指标.csv").number

    for level in ("city", "county", "county", "city", "city"):
        before = worked(cumulative)[0]["jia"]
        due = cumulative.books.batches[batch].due
        if level == due:
            cumulative.accept_figures(batch, level)
        else:
            with pytest.raises((AcceptanceOutOfOrder, BatchCounts)):
                cumulative.accept_figures(batch, level)  # type: ignore[arg-type]
        assert worked(cumulative)[0]["jia"] == (300 if due == level == "city" or before else 0)
    with pytest.raises(BatchUnknown, match="B9"):
        cumulative.accept_figures("B9", "county")


def test_a_file_is_recorded_once_and_a_file_with_wrong_lines_not_at_all(cumulative: Ledger) -> None:
    sound = csv_file(["1,产值,2024-01,2024-03,30.0,万元,乙县"], HEADER)
    cumulative.import_figures(sound, "指标.csv")
    before = cumulative.log.head()

    with pytest.raises(BatchKnown, match="B1"):
        cumulative.import_figures(sound, "又一次.csv")
    wrong = ["1,,2024-01,2024-03,30.0,万元,乙县", "2,产值,2024-04,2024-03,1,万元,", "3,产值,2024-01,2024-02,1e3,,乙县"]
    with pytest.raises(LinesRefused) as refused:
        cumulative.import_figures(csv_file(wrong, HEADER), "错.csv")

    assert {fault.place("zh").split(" ")[1] for fault in refused.value.faults} == {"2", "3", "4"}
    assert cumulative.log.head() == before


def test_only_what_is_new_or_revised_makes_a_batch_and_nothing_new_makes_none(cumulative: Ledger) -> None:
    lines = [f"{n},产值,2024-01,2024-0{n},{n}0.0,万元,乙县" for n in (1, 2, 3)]
    report(cumulative, *lines[:2])

    second = cumulative.import_figures(csv_file([*lines[:2], lines[2]], HEADER), "二.csv")
    before = cumulative.log.head()

    assert [one.value for one in second.reports] == [30]
    for again in (lines, lines[1:], ["9" + lines[0][1:]]):  # as a file, in part, under another number
        with pytest.raises((BatchKnown, NothingNew)):
            cumulative.import_figures(csv_file(again, HEADER), "三.csv")
    assert cumulative.log.head() == before


def test_a_value_taken_back_or_said_twice_in_a_file_ends_as_the_file_ends(cumulative: Ledger) -> None:
    for value in ("30.0", "35.0"):
        report(cumulative, f"1,产值,2024-01,2024-03,{value},万元,乙县")

    report(cumulative, "7,产值,2024-01,2024-03,30.0,万元,乙县")
    assert worked(cumulative)[0]["jia"] == 300

    report(cumulative, "1,产值,2024-01,2024-03,28.0,万元,乙县", "2,产值,2024-01,2024-03,30.0,万元,乙县")
    assert worked(cumulative)[0]["jia"] == 300
    assert [one.value for one in cumulative.books.batches["B4"].reports] == [28, 30]


def test_a_contribution_is_revised_by_its_number_even_if_only_its_evidence_changes(ledger: Ledger) -> None:
    header = "编号,投入形式,投入日期,数值,单位,报送方,依据"
    lines = ["1,土地,2024-01-05,60,万元,甲县,评估一", "2,货币,2024-01-05,60,万元,甲县,凭证"]
    ledger.import_inputs(csv_file(lines, header), "一.csv")

    batch = ledger.import_inputs(csv_file(["1,土地,2024-01-05,60,万元,甲县,评估二", lines[1]], header), "二.csv")

    assert [(one.number, one.evidence) for one in batch.reports] == [("1", "评估二")]


def test_of_a_file_with_wrong_lines_only_the_sound_ones_are_recorded_and_only_when_asked(cumulative: Ledger) -> None:
    lines = [
        "1,产值,2024-01,2024-01,1,万元,乙县",
        "2,产值,2024-01,2024-02,x,万元,乙县",
        "3,产值,2024-01,2024-03,3,万元,乙县",  # said twice, differently: which is right would be a guess
        "3,产值,2024-01,2024-03,4,万元,乙县",
    ]
    with pytest.raises(LinesRefused) as refused:
        cumulative.import_figures(csv_file(lines, HEADER), "一.csv")

    batch = cumulative.import_figures(csv_file(lines, HEADER), "一.csv", skip_bad=True)

    assert [fault.where.line for fault in refused.value.faults] == [3, 4, 5]  # type: ignore[union-attr]
    assert [one.number for one in batch.reports] == ["1"]
    (event,) = [event for _, event in cumulative.log.history() if isinstance(event, FiguresRecorded)]
    assert event.skipped == 3
    with pytest.raises(LinesRefused):
        cumulative.import_figures(csv_file(lines[1:2], HEADER), "二.csv", skip_bad=True)
    assert cumulative.verify().is_sound


def test_every_sheet_of_a_workbook_may_be_reported_once_and_each_as_its_own_kind(ledger: Ledger) -> None:
    pools = terms(MONTHLY, [{"split": {"jia": 1}}])["pools"]
    pools |= {"额度": {"share": "quota", "quotas": ["土地"], "reported": {"unit": "亩", "step": "0.01"}}}
    pools["额度"]["waterfall"] = [{"split": {"jia": 1}}]
    agree(ledger, two_counties(rate_date="tax_period", pools=pools))
    pages = {
        name: [HEADER.split(","), ["1", name, "2024-01", "2024-01", "3", unit, "乙县"]]
        for name, unit in (("产值", "万元"), ("土地", "亩"))
    }
    data = workbook(pages["产值"], sheet="产值", others=[("土地", pages["土地"])])

    ledger.import_figures(data, "年报.xlsx", sheet="产值")
    with pytest.raises(LinesRefused, match="请按计划额度报送"):
        ledger.import_figures(data, "年报.xlsx", sheet="土地")
    ledger.import_figures(data, "年报.xlsx", sheet="土地", needs_acceptance=False)

    assert [batch.needs_acceptance for batch in ledger.books.batches.values()] == [True, False]
    with pytest.raises(BatchKnown):
        ledger.import_figures(data, "年报.xlsx", sheet="产值")


# Revisions


def test_a_revision_of_march_is_inside_aprils_total_and_moves_what_is_dated_there(cumulative: Ledger) -> None:
    report(cumulative, "1,产值,2024-01,2024-03,30.0,万元,乙县", "2,产值,2024-01,2024-04,50.0,万元,乙县")
    assert worked(cumulative) == ({"jia": 300, "yi": 200}, 0, [])
    months = [cumulative.close_period(Period(2024, month)) for month in (3, 4)]
    stated = [{line.party: line.entitled_fen for line in each.statements[0].lines} for each in months]
    assert stated == [{"jia": 300, "yi": 0}, {"jia": 0, "yi": 200}]

    report(cumulative, "3,产值,2024-01,2024-03,35.0,万元,乙县")

    assert worked(cumulative) == ({"jia": 350, "yi": 150}, 0, [])
    may = cumulative.close_period(Period(2024, 5)).statements[0]
    assert {line.party: line.causes_fen for line in may.lines} == {"jia": {"revised": 50}, "yi": {"revised": -50}}
    assert cumulative.verify().is_sound


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_the_order_of_reports_counts_for_nothing_but_for_revisions(seed: int) -> None:
    dice = Random(seed)
    versions, reports, facts = random_figures(dice.randrange(2**32))
    latest = {identity(each): each for each in reports}
    held = list(latest.values())

    one = engine.split_by_engine(versions, [], facts, reports=reports)
    other = engine.split_by_engine(versions, [], facts, reports=dice.sample(held, len(held)))

    assert {key: each.totals for key, each in other.measured.items()} == {
        key: each.totals for key, each in one.measured.items()
    }


def identity(plain: dict[str, Any]) -> tuple[str, ...]:
    """What a revision has in common with what it revises."""
    described = ("indicator", "collector", "project", "enterprise", "park", "period_from", "period_to")
    return tuple(plain[name] for name in described)


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_what_is_divided_and_what_is_not_sum_to_what_was_reported(seed: int) -> None:
    """Law (a) for figures: in basis split, and of quotas and contributions, nothing is lost and nothing doubled."""
    versions, reports, facts = random_figures(seed)
    found = engine.split_by_engine(versions, [], facts, reports=reports)

    for key, each in found.measured.items():
        if each.pool.basis != "double" and each.pool.selection.by == "all":
            own = [one for one in reports if one["indicator"] == (key.measure or "inputs")]
            whole = sum(held(own, is_cumulative=each.pool.reported.cumulative), Fraction(0)) / each.pool.reported.step
            assert sum(each.totals.values()) + each.waiting + each.undivided == whole


def held(reports: Iterable[dict[str, Any]], *, is_cumulative: bool) -> list[Fraction]:
    """The latest revision of each report; of totals the last of each year."""
    latest = {identity(each): each for each in reports}
    if is_cumulative:
        by_end = sorted(latest.values(), key=lambda each: each["period_to"])
        latest = {(*identity(each)[:-2], each["period_to"][:4]): each for each in by_end}
    return [Fraction(each["value"]) for each in latest.values()]


# What waits, named and with its amount


def test_a_total_that_falls_waits_with_what_follows_until_it_is_revised(cumulative: Ledger) -> None:
    lines = ["1,产值,2024-01,2024-03,30.0,万元,乙县", "2,产值,2024-01,2024-04,20.0,万元,乙县"]
    report(cumulative, *lines, "3,产值,2024-01,2024-05,60.0,万元,乙县")

    due, waiting, reasons = worked(cumulative)
    assert (due, waiting) == ({"jia": 300, "yi": 0}, 300)
    assert reasons == [("cumulative-falls", -100), ("cumulative-falls", 400)]

    report(cumulative, "4,产值,2024-01,2024-04,40.0,万元,乙县")
    assert worked(cumulative) == ({"jia": 300, "yi": 300}, 0, [])


@pytest.mark.parametrize(
    ("reported", "lines", "kind", "counts", "waits"),
    [
        (MONTHLY, ["1,产值,2024-01,2024-01,3000,元,乙县"], "unit-differs", 0, 0),
        (MONTHLY, ["1,产值,2024-01,2024-01,3.05,万元,乙县"], "not-whole-steps", 0, 0),
        (CUMULATIVE, ["1,产值,2024-02,2024-03,3.0,万元,乙县"], "not-from-new-year", 0, 30),
        (
            MONTHLY,
            ["1,产值,2024-01,2024-02,3.0,万元,乙县", "2,产值,2024-02,2024-03,5.0,万元,乙县"],
            "periods-overlap",
            30,
            50,
        ),
        (MONTHLY, ["1,产值,2024-01,2024-01,3.0,万元,丁县"], "reporter-unknown", 0, 30),
    ],
)
def test_what_cannot_be_told_waits_by_name_and_is_never_guessed(
    reported: Document, lines: list[str], kind: str, counts: int, waits: int, ledger: Ledger
) -> None:
    agree(ledger, terms(reported, [TO_MARCH, AFTERWARDS]))

    report(ledger, *lines)

    due, waiting, reasons = worked(ledger)
    assert (sum(due.values()), waiting) == (counts, waits)
    assert reasons == [(kind, waits)]


def test_a_report_in_another_unit_within_a_year_of_totals_takes_nothing_away(cumulative: Ledger) -> None:
    """Its own amount is not known, so that nothing is said of it, least of all a negative one."""
    lines = ["1,产值,2024-01,2024-03,30.0,万元,乙县", "2,产值,2024-01,2024-04,500000,元,乙县"]

    report(cumulative, *lines)

    assert worked(cumulative) == ({"jia": 300, "yi": 0}, 0, [("unit-differs", 0)])


# Bases


@pytest.mark.parametrize(
    ("basis", "expected"),
    [("split", {"jia": 1, "yi": 2}), ("double", {"jia": 3, "yi": 3}), ("in_place", {"jia": 0, "yi": 3})],
)
def test_a_basis_splits_doubles_or_leaves_in_place_and_only_the_last_is_official(
    basis: str, expected: dict[str, int], ledger: Ledger
) -> None:
    document = terms(STOCK, [{"split": {"jia": 1, "yi": 2}}], basis=basis)
    if basis == "in_place":
        del document["pools"]["统计"]["waterfall"]
    agree(ledger, document)

    report(ledger, "1,产值,2024-01,2024-01,3,户,乙县")

    assert worked(ledger)[0] == expected


def test_each_date_of_a_stock_stands_alone(ledger: Ledger) -> None:
    """Three dates of one firm each: had they a running total, the odd firm would move on."""
    agree(ledger, terms(STOCK, [{"split": {"jia": 1, "yi": 1}}]))

    report(ledger, *(f"{month},产值,2024-0{month},2024-0{month},1,户,乙县" for month in (1, 2, 3)))

    assert worked(ledger)[0] == {"jia": 3, "yi": 0}


def test_a_quota_counts_when_recorded_and_a_collector_keeps_its_own_part(ledger: Ledger) -> None:
    pool = {"share": "quota", "quotas": ["土地"], "reported": {"unit": "亩", "step": "0.01"}, "per": "collector"}
    waterfall = [{"split": {"collector": 75, "jia": 25}}]
    agree(ledger, two_counties(rate_date="tax_period", pools={"额度": pool | {"waterfall": waterfall}}))

    batch = ledger.import_figures(
        csv_file(["1,土地,2024-01,2024-12,60.03,亩,乙县", "2,土地,2024-01,2024-12,10,亩,甲县"], HEADER),
        "额度.csv",
        needs_acceptance=False,
    )

    assert batch.counts_from == ledger.books.position
    assert worked(ledger, PoolKey("额度", "土地"))[0] == {"yi": 45_02, "jia": 25_01}


def test_contributions_are_obligations_by_ratio_and_need_their_evidence(ledger: Ledger) -> None:
    pools = {"投入": {"share": "inputs", "waterfall": [{"split": {"jia": 1, "yi": 1}}]}}
    agree(ledger, two_counties(rate_date="tax_period", pools=pools))
    header = "编号,投入形式,投入日期,数值,单位,报送方,依据"

    with pytest.raises(Refusal) as refused:
        ledger.import_inputs(csv_file(["1,货币,2024-01-05,60.00,万元,甲县,"], header), "投入.csv")
    assert "依据" in refused.value.say("zh")
    ledger.import_inputs(
        csv_file(["1,货币,2024-01-05,60.00,万元,甲县,凭证一", "2,土地,2024-02-05,200000.00,元,乙县,评估二"], header),
        "投入.csv",
    )

    assert worked(ledger, PoolKey("投入"))[0] == {"jia": 400_000_00, "yi": 400_000_00}


def test_figures_never_enter_what_is_due_in_money(ledger: Ledger) -> None:
    pools = two_counties()["pools"] | terms(MONTHLY, [{"split": {"jia": 1, "yi": 1}}])["pools"]
    agree(ledger, two_counties(pools=pools))
    ledger.import_receipts(csv_file(["V1,2024-01-05,3.00"]), "一.csv")
    report(ledger, "1,产值,2024-01,2024-01,500.0,万元,乙县")

    closed = ledger.close_period(Period(2024, 1))

    by_unit = {each.unit or "元": sum(line.entitled_fen for line in each.lines) for each in closed.statements}
    assert by_unit == {"元": 3_00, "万元": 5_000}


def test_two_ledgers_that_report_at_once_give_two_batches(cumulative: Ledger, books_file: Path) -> None:
    other = Ledger.open(books_file, "另一经办")
    first = cumulative.import_figures(csv_file(["1,产值,2024-01,2024-03,30.0,万元,乙县"], HEADER), "一.csv")
    second = other.import_figures(csv_file(["1,产值,2024-01,2024-03,31.0,万元,乙县"], HEADER), "二.csv")

    assert (first.number, second.number) == ("B1", "B2")
    with pytest.raises((AcceptanceOutOfOrder, BatchCounts)):
        other.accept_figures("B1", "city")
    other.close_files()


def test_the_first_line_of_each_months_file_counts_though_both_are_numbered_1(ledger: Ledger) -> None:
    """Numbers begin anew in every file; two periods are two reports."""
    agree(ledger, terms(MONTHLY, [{"split": {"jia": 1, "yi": 1}}]))
    header = HEADER
    for month, value in ((1, "3.0"), (2, "5.0")):
        data = csv_file([f"1,产值,2024-0{month},2024-0{month},{value},万元,乙县"], header)
        batch = ledger.import_figures(data, f"{month} 月.csv").number
        ledger.accept_figures(batch, "county")
        ledger.accept_figures(batch, "city")

    assert worked(ledger)[0] == {"jia": 40, "yi": 40}


def test_a_quota_of_another_kind_is_no_revision_though_both_are_numbered_1(ledger: Ledger) -> None:
    pool = {"share": "quota", "quotas": ["土地", "能耗"], "reported": {"unit": "亩", "step": "0.01"}}
    pools = {"额度": pool | {"waterfall": [{"split": {"jia": 1, "yi": 1}}]}}
    agree(ledger, two_counties(rate_date="tax_period", pools=pools))

    for name, lines in (("一", ["1,土地,2024-01,2024-12,60,亩,乙县"]), ("二", ["1,能耗,2024-01,2024-12,10,亩,乙县"])):
        ledger.import_figures(csv_file(lines, HEADER), f"{name}.csv", needs_acceptance=False)

    assert worked(ledger, PoolKey("额度", "土地"))[0] == {"jia": 30_00, "yi": 30_00}
    assert worked(ledger, PoolKey("额度", "能耗"))[0] == {"jia": 5_00, "yi": 5_00}


def test_the_later_revision_holds_whichever_batch_was_accepted_first(cumulative: Ledger) -> None:
    for value in ("30.0", "35.0"):
        cumulative.import_figures(csv_file([f"1,产值,2024-01,2024-03,{value},万元,乙县"], HEADER), "指标.csv")
    for batch in ("B2", "B1"):
        cumulative.accept_figures(batch, "county")
        cumulative.accept_figures(batch, "city")

    assert worked(cumulative)[0] == {"jia": 350, "yi": 0}


def test_a_report_that_waits_is_shown_once_and_not_as_revised(ledger: Ledger) -> None:
    """Looking again at what still waits for the same reason is no revision of it."""
    agree(ledger, terms(MONTHLY, [{"split": {"jia": 1, "yi": 1}}]))
    report(ledger, "1,产值,2024-01,2024-01,3.05,万元,乙县")
    report(ledger, "2,产值,2024-02,2024-02,5.0,万元,乙县")
    books = ledger.books

    working = Working(books, books.agreement("A1"), Moment(0, date(2024, 2, 29)))
    changes = list(working.walk(Moment(books.position, date(2024, 2, 29)), date(2024, 1, 1)))

    shown = [(change.cause, change.what.entry.key.voucher) for change in changes if isinstance(change.what, Reading)]
    assert shown == [("own", "1"), ("own", "2")]


@pytest.mark.parametrize("written", ["甲县", "620821", "jia", ""])
def test_a_party_is_one_series_however_it_is_written(written: str, ledger: Ledger) -> None:
    """Totals of a year would count twice if every spelling began its own."""
    parties = {"jia": {"name": "甲县", "region": "620821", "role": "host"}, "yi": {"name": "乙县"}}
    agree(ledger, terms(CUMULATIVE, [{"split": {"jia": 1}}]) | {"parties": parties})

    report(ledger, "1,产值,2024-01-01,2024-02-29,100.3,万元,甲县", f"2,产值,2024-01-01,2024-03-31,150.4,万元,{written}")

    assert worked(ledger) == ({"jia": 1504, "yi": 0}, 0, [])


def test_what_falls_outside_may_go_to_whoever_reported_it(ledger: Ledger) -> None:
    document = terms(MONTHLY, [{"split": {"yi": 1}}], per="collector", otherwise={"collector": 3, "yi": 1})
    agree(ledger, document | {"to": "2024-03-31"})

    report(ledger, "1,产值,2024-05-01,2024-05-31,10.0,万元,甲县", "2,产值,2024-05-01,2024-05-31,10.0,万元,乙县")

    assert worked(ledger)[0] == {"jia": 75, "yi": 125}


def test_a_file_of_figures_is_kept_as_it_came(cumulative: Ledger, books_file: Path) -> None:
    data = csv_file(["1,产值,2024-01-01,2024-02-29,100.3,万元,甲县"], HEADER)

    batch = cumulative.import_figures(data, "指标.csv")

    assert (folder_of(books_file) / batch.file_sha256).read_bytes() == data
