"""Certified facts: what every side confirmed holds; what they say differently holds for neither."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ledger.application import Ledger
from ledger.domain.agreeing.agreement import NotAParty
from ledger.domain.agreeing.certification import (
    AlreadyConfirmed,
    FactContradicts,
    FactKnown,
    FactNotAsked,
    FactsRefused,
    FactSuperseded,
    FactUnknown,
    SupersedesOther,
)
from ledger.domain.dividing.pools import PoolKey
from ledger.domain.errors import Refusal
from ledger.domain.stating.proposals import proposals
from ledger.domain.stating.working import Moment, Working
from ledger.domain.terms import Document, Named
from tests.conftest import agree, csv_file, two_counties

WEIGHTED = [{"split": {"by": "contributions"}}]
ONE_TO_TWO = {"weights": "contributions", "values": {"jia": 1, "yi": 2}, "source": "投入台账"}
EQUAL = ONE_TO_TWO | {"values": {"jia": 1, "yi": 1}}
YEAR_2024 = {"from": "2024-01-01", "to": "2024-12-31"}
YEAR_2025 = {"from": "2025-01-01", "to": "2025-12-31"}


def terms(waterfall: list[Document], **changes: Any) -> Document:
    return two_counties(pools={"tax": {"share": "receipts", "waterfall": waterfall}}) | changes


def due(ledger: Ledger, day: str = "2026-12-31") -> tuple[Mapping[str, int], int, list[str]]:
    """What each party is due, what waits, and why."""
    books = ledger.books
    moment = Moment(books.position, date.fromisoformat(day))
    pools = Working(books, books.agreement("A1"), moment).pools
    reasons = [reason.kind for key in pools.divisions for reason, _ in pools.reasons(key)]
    return pools.due()[PoolKey("tax")], pools.divisions[PoolKey("tax")].waiting_fen(), reasons


@pytest.fixture
def weighted(ledger: Ledger) -> Ledger:
    """Books whose receipts of 2024 and 2025 are divided by certified weights."""
    agree(ledger, terms(WEIGHTED))
    ledger.import_receipts(csv_file(["V1,2024-06-01,3.00", "V2,2025-06-01,6.00"]), "一.csv")
    return ledger


# Every side


def test_what_one_side_put_forward_waits_until_the_other_confirms_it(weighted: Ledger) -> None:
    weighted.propose_facts("A1", [ONE_TO_TWO], "甲县")
    assert due(weighted) == ({"jia": 0, "yi": 0}, 9_00, ["weights-uncertified"])

    certified = weighted.confirm_fact("F1", "乙县")

    assert certified.certified_at == weighted.books.position
    assert due(weighted) == ({"jia": 3_00, "yi": 6_00}, 0, [])


@pytest.mark.parametrize(
    ("parties", "refusal"), [(["甲县"], AlreadyConfirmed), (["乙县", "yi"], AlreadyConfirmed), (["丙县"], NotAParty)]
)
def test_nobody_confirms_twice_and_no_stranger_confirms(
    parties: list[str], refusal: type[Refusal], weighted: Ledger
) -> None:
    weighted.propose_facts("A1", [ONE_TO_TWO], "甲县")
    before = weighted.log.head()

    with pytest.raises(refusal):
        weighted.confirm_fact("F1", *parties)

    assert weighted.log.head() == before


@pytest.mark.parametrize("days", [{"from": "2025-01-01"}, {}], ids=["after it left", "while it shared too"])
def test_a_leavers_word_is_not_needed_for_days_after_it_left_and_only_for_those(
    days: dict[str, str], ledger: Ledger
) -> None:
    three = two_counties()["parties"] | {"bing": {"name": "丙县", "role": "introducer"}}
    agree(ledger, terms(WEIGHTED, parties=three))
    ledger.import_receipts(csv_file(["V1,2025-06-01,3.00"]), "一.csv")
    ledger.propose_facts("A1", [ONE_TO_TWO | days], "甲县")
    assert ledger.confirm_fact("F1", "乙县").certified_at is None

    ledger.amend_agreement("A1", "甲县", terms(WEIGHTED, effective="2025-01-01"))
    ledger.sign_agreement("A1", "甲县", "乙县")
    assert ledger.books.facts["F1"].certified_at is None
    ledger.sign_agreement("A1", "丙县")

    if not days:
        assert ledger.books.facts["F1"].certified_at is None
        ledger.confirm_fact("F1", "丙县")
    assert ledger.books.facts["F1"].certified_at == ledger.books.position
    assert due(ledger)[0] == {"jia": 1_00, "yi": 2_00, "bing": 0}
    assert ledger.verify().is_sound


def test_a_newcomer_confirms_only_what_was_not_certified_before_it_came(weighted: Ledger) -> None:
    weighted.propose_facts("A1", [ONE_TO_TWO | YEAR_2024], "甲县")
    weighted.confirm_fact("F1", "乙县")
    certified_at = weighted.books.position
    weighted.propose_facts("A1", [ONE_TO_TWO | YEAR_2025], "甲县")
    three = two_counties()["parties"] | {"bing": {"name": "丙县", "role": "introducer"}}
    weighted.amend_agreement("A1", "甲县", terms(WEIGHTED, parties=three, effective="2025-01-01"))
    weighted.sign_agreement("A1", "甲县", "乙县", "丙县")

    assert weighted.confirm_fact("F2", "乙县").certified_at is None
    assert weighted.confirm_fact("F2", "丙县").certified_at == weighted.books.position
    assert weighted.books.facts["F1"].certified_at == certified_at


# Contradictions


def test_two_sides_that_say_different_values_for_overlapping_days_are_certified_for_neither(weighted: Ledger) -> None:
    weighted.propose_facts("A1", [ONE_TO_TWO | YEAR_2024], "甲县")
    before = weighted.log.head()

    with pytest.raises(FactContradicts) as refused:
        weighted.propose_facts("A1", [EQUAL | {"from": "2024-12-31"}], "乙县")

    assert "F1" in str(refused.value) and "请写明取代 F1" in str(refused.value)
    assert "2024-01-01" in refused.value.say("en")
    assert weighted.log.head() == before
    assert due(weighted)[:2] == ({"jia": 0, "yi": 0}, 9_00)


def test_the_same_matter_of_other_days_or_another_unit_is_no_contradiction(weighted: Ledger) -> None:
    weighted.propose_facts("A1", [ONE_TO_TWO | YEAR_2024], "甲县")

    proposed = weighted.propose_facts("A1", [EQUAL | YEAR_2025, EQUAL | YEAR_2024 | {"unit": "企业甲"}], "乙县")

    assert [each.number for each in proposed] == ["F2", "F3"]


def test_the_same_fact_again_is_pointed_to_the_one_that_waits(weighted: Ledger) -> None:
    weighted.propose_facts("A1", [ONE_TO_TWO], "甲县")

    with pytest.raises(FactKnown, match="F1"):
        weighted.propose_facts("A1", [ONE_TO_TWO | {"source": "另一份文件"}], "乙县")


def test_a_file_that_contradicts_itself_is_refused_whole_and_points_to_nothing_that_is_not_there(
    weighted: Ledger,
) -> None:
    before = weighted.log.head()

    with pytest.raises(Refusal) as refused:
        weighted.propose_facts("A1", [ONE_TO_TWO | YEAR_2024, EQUAL | YEAR_2024], "甲县")

    assert weighted.log.head() == before
    assert weighted.books.facts == {}
    assert "F1" not in refused.value.say("zh"), "nothing of the file is recorded, so there is no F1 to supersede"


def test_every_fault_of_a_file_of_facts_is_named_with_its_place(weighted: Ledger) -> None:
    wrong = [
        ONE_TO_TWO | {"weights": "contribution"},
        ONE_TO_TWO | {"values": {"jia": 0, "yi": 0}},
        ONE_TO_TWO | {"values": {"jia": 1, "丙": 1}},
        ONE_TO_TWO | {"from": "2025-01-01", "to": "2024-01-01"},
        {"amount": "contributions", "value": "1.005", "source": "投入台账"},
        {"values": {"jia": 1}},
    ]

    with pytest.raises(FactsRefused) as refused:
        weighted.propose_facts("A1", wrong, "甲县")

    places = [fault.place("zh").split(".")[0] for fault in refused.value.faults]
    assert [f"facts[{index}]" for index in range(len(wrong))] == list(dict.fromkeys(places))
    assert any(isinstance(fault.rule, FactNotAsked) for fault in refused.value.faults)
    assert "contributions" in refused.value.faults[0].say("en")
    assert weighted.books.facts == {}


# Superseding


def test_a_fact_is_corrected_by_one_that_says_so_and_both_sides_confirm(weighted: Ledger) -> None:
    weighted.propose_facts("A1", [ONE_TO_TWO], "甲县")
    weighted.confirm_fact("F1", "乙县")

    weighted.propose_facts("A1", [EQUAL], "乙县", supersedes="F1")
    assert due(weighted)[0] == {"jia": 3_00, "yi": 6_00}
    weighted.confirm_fact("F2", "甲县")

    assert due(weighted)[0] == {"jia": 4_50, "yi": 4_50}


def test_what_takes_the_place_of_another_does_so_on_its_own_days_only(weighted: Ledger) -> None:
    """Semantics 5.1: of two for the same day the later certification wins; other days keep what was certified."""
    weighted.propose_facts("A1", [ONE_TO_TWO], "甲县")
    weighted.confirm_fact("F1", "乙县")

    weighted.propose_facts("A1", [EQUAL | YEAR_2024], "甲县", supersedes="F1")
    weighted.confirm_fact("F2", "乙县")

    assert due(weighted)[0] == {"jia": 1_50 + 2_00, "yi": 1_50 + 4_00}


def test_what_was_superseded_cannot_be_confirmed_any_more(weighted: Ledger) -> None:
    weighted.propose_facts("A1", [ONE_TO_TWO], "甲县")
    weighted.propose_facts("A1", [EQUAL], "甲县", supersedes="F1")

    with pytest.raises(FactSuperseded, match="F2"):
        weighted.confirm_fact("F1", "乙县")


@pytest.mark.parametrize(
    ("document", "supersedes", "refusal"),
    [
        (EQUAL | {"unit": "企业甲"}, "F1", SupersedesOther),
        ({"amount": "minimum", "value": "1.00", "source": "协议"}, "F1", SupersedesOther),
        (EQUAL, "F9", FactUnknown),
    ],
)
def test_a_fact_takes_the_place_of_nothing_else_and_of_nothing_that_is_not_there(
    document: Document, supersedes: str, refusal: type[Refusal], ledger: Ledger
) -> None:
    guarantee = {"party": "jia", "payer": "yi", "at_least": "minimum", "per": "year"}
    agree(ledger, two_counties(pools={"tax": {"share": "receipts", "waterfall": WEIGHTED, "guarantee": guarantee}}))
    ledger.propose_facts("A1", [ONE_TO_TWO], "甲县")

    with pytest.raises(refusal):
        ledger.propose_facts("A1", [document], "甲县", supersedes=supersedes)

    assert list(ledger.books.facts) == ["F1"]


def test_a_fact_of_another_agreement_cannot_be_superseded(weighted: Ledger) -> None:
    elsewhere = {"tax": {"share": "receipts", "of": {"park": "东园"}, "waterfall": WEIGHTED}}
    weighted.propose_agreement(two_counties(title="另一份", pools=elsewhere))
    weighted.propose_facts("A1", [ONE_TO_TWO], "甲县")

    with pytest.raises(SupersedesOther):
        weighted.propose_facts("A2", [EQUAL], "甲县", supersedes="F1")


# What waits


@pytest.mark.parametrize(
    ("waterfall", "fact", "reason"),
    [
        ([{"split": {"jia": 1}, "during": {"clock": "production", "years": "1-3"}}], None, "clock-uncertified"),
        (WEIGHTED, ONE_TO_TWO | YEAR_2025, "weights-uncertified"),
        ([{"name": "留用", "keep": {"by": "stocks"}}], None, "stocks-uncertified"),
        ([{"name": "先还", "until": "outlay", "split": {"jia": 1}}], None, "amount-uncertified"),
        ([{"name": "封顶", "split": {"jia": 1}, "cap": {"party": "jia", "at": "outlay"}}], None, "amount-uncertified"),
    ],
)
def test_what_reaches_a_step_without_its_fact_waits_whole_and_the_reason_has_its_amount(
    waterfall: list[Document], fact: Document | None, reason: str, ledger: Ledger
) -> None:
    """A clock that never starts, weights of another year, stocks and limits that nobody certified."""
    agree(ledger, terms([*waterfall, {"split": {"yi": 1}}] if waterfall is not WEIGHTED else waterfall))
    ledger.import_receipts(csv_file(["V1,2024-06-01,3.00"]), "一.csv")
    for each in [fact] if fact else []:
        ledger.propose_facts("A1", [each], "甲县")
        ledger.confirm_fact("F1", "乙县")

    books = ledger.books
    moment = Moment(books.position, date(2026, 12, 31))
    pools = Working(books, books.agreement("A1"), moment).pools

    assert pools.due()[PoolKey("tax")] == {"jia": 0, "yi": 0}
    assert [(rule.kind, fen) for rule, fen in pools.reasons(PoolKey("tax"))] == [(reason, 3_00)]


def test_weights_that_sum_to_zero_on_a_day_make_what_comes_then_wait(ledger: Ledger) -> None:
    """After 丙县 left, weights of 丙县 alone are nothing to divide by."""
    three = {"bing": {"name": "丙县", "role": "introducer"}} | two_counties()["parties"]
    agree(ledger, terms(WEIGHTED, parties=three))
    ledger.propose_facts("A1", [{"weights": "contributions", "values": {"bing": 5}, "source": "投入台账"}], "甲县")
    ledger.confirm_fact("F1", "乙县", "丙县")
    ledger.amend_agreement("A1", "甲县", terms(WEIGHTED, effective="2025-01-01"))
    ledger.sign_agreement("A1", "甲县", "乙县", "丙县")
    ledger.import_receipts(csv_file(["V1,2024-06-01,3.00", "V2,2025-06-01,6.00"]), "一.csv")

    assert due(ledger) == ({"bing": 3_00, "jia": 0, "yi": 0}, 6_00, ["weights-uncertified"])


def test_factors_cut_down_to_nothing_are_no_weights(ledger: Ledger) -> None:
    factors = {"by": "factors", "factors": {"payroll": 1}, "decimals": "exact", "floor_to": 1000}
    agree(ledger, terms([{"split": factors}]))
    ledger.propose_facts("A1", [{"weights": "payroll", "values": {"jia": 999, "yi": 1}, "source": "统计台账"}], "甲县")
    ledger.confirm_fact("F1", "乙县")
    ledger.import_receipts(csv_file(["V1,2024-06-01,3.00"]), "一.csv")

    assert due(ledger) == ({"jia": 0, "yi": 0}, 3_00, ["weights-uncertified"])


def test_a_fact_confirmed_in_two_ledgers_at_once_is_certified_once(weighted: Ledger, books_file: Path) -> None:
    other = Ledger.open(books_file, "另一经办")
    weighted.propose_facts("A1", [ONE_TO_TWO], "甲县")
    assert other.books.facts["F1"].certified_at is None

    weighted.confirm_fact("F1", "乙县")

    with pytest.raises(AlreadyConfirmed):
        other.confirm_fact("F1", "乙县")
    assert other.books.facts["F1"].certified_at == weighted.books.position
    other.close_files()


def test_what_the_books_suggest_can_be_put_forward_as_it_is(ledger: Ledger) -> None:
    """Two contributions raise an outlay twice: each suggestion holds until the next one begins."""
    agree(ledger, terms([{"name": "先还", "until": "outlay", "split": {"jia": 1}}, *WEIGHTED]))
    header = "编号,投入形式,投入日期,数值,单位,报送方,依据"
    lines = ["1,货币,2024-03-01,60.00,元,甲县,凭证一", "2,货币,2024-07-01,40.00,元,甲县,凭证二"]
    ledger.import_inputs(csv_file(lines, header), "投入.csv")
    books = ledger.books
    suggested = proposals(books, books.agreement("A1"), books.position)

    proposed = ledger.propose_facts("A1", suggested, "甲县")

    assert len(proposed) == len(suggested) >= 3
    for each in proposed:
        ledger.confirm_fact(each.number, "乙县")
    certified = ledger.books.certified(ledger.books.agreement("A1"), ledger.books.position)
    days = [date(2024, 2, 29), date(2024, 6, 30), date(2024, 7, 1)]
    assert [certified.amount_fen(Named("outlay"), "", day) for day in days] == [0, 60_00, 100_00]
