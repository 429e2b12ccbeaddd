"""What is payable: sums to zero, never above a claim or a limit; instalments sum to the amount."""

from datetime import date
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger.application import Ledger
from ledger.domain.calendar import Period
from ledger.domain.stating.payable import instalments, payable, shortage
from ledger.domain.terms import Document
from ledger.projections.payments import Payment, payments, settlements, unpaid
from ledger.projections.statements import statements
from tests.conftest import HEADER, Enclave, agree, csv_file, two_counties

FEN = st.integers(0, 10**12)
PARTIES = "abcdefg"
FEW = settings(max_examples=150)


@st.composite
def nets(draw: st.DrawFn) -> dict[str, int]:
    """Net amounts of some parties that sum to zero, as those of every statement do."""
    amounts = draw(st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=6))
    return dict(zip(PARTIES, [*amounts, -sum(amounts)], strict=False))


LIMITS = st.dictionaries(st.sampled_from(PARTIES), FEN)


@FEW
@given(nets(), LIMITS)
def test_what_is_paid_sums_to_zero_and_is_never_above_a_claim_or_a_limit(
    net: dict[str, int], limits: dict[str, int]
) -> None:
    paid = payable(net, limits)

    assert sum(paid.values()) == 0
    assert paid.keys() == net.keys()
    for party, amount in paid.items():
        if net[party] >= 0:
            assert 0 <= amount <= net[party]
        else:
            assert amount == -min(-net[party], limits.get(party, -net[party]))


@FEW
@given(nets())
def test_without_limits_everything_is_paid(net: dict[str, int]) -> None:
    assert payable(net, {}) == net


@FEW
@given(FEN, st.dictionaries(st.sampled_from(PARTIES), FEN, min_size=1))
def test_a_shortage_is_divided_by_claims_to_the_fen_and_what_is_plenty_pays_them_whole(
    available: int, claims: dict[str, int]
) -> None:
    paid = shortage(available, claims)

    assert sum(paid.values()) == min(available, sum(claims.values()))
    for party, claim in claims.items():
        assert 0 <= paid[party] <= claim
        if available < sum(claims.values()):
            assert abs(paid[party] * sum(claims.values()) - available * claim) < sum(claims.values())


DAYS = st.lists(
    st.tuples(st.integers(1, 12), st.integers(1, 28)) | st.just((2, 29)), min_size=1, max_size=6, unique=True
)


@FEW
@example({"a": 100, "b": -100}, [(2, 29), (3, 1)], date(2024, 12, 31))
@given(nets(), DAYS, st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_instalments_sum_to_each_partys_amount_on_days_that_follow_and_each_is_within_a_fen(
    amounts: dict[str, int], days: list[tuple[int, int]], after: date
) -> None:
    found = instalments(amounts, days, after)

    assert len(found) == len(days) and all(after < when <= date(after.year + 2, 1, 1) for when, _ in found)
    for party, amount in amounts.items():
        assert sum(shares[party] for _, shares in found) == amount
        assert all(abs(shares[party] * len(found) - amount) < len(found) for _, shares in found)


@FEW
@given(nets(), DAYS, st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_what_each_instalment_pays_sums_to_zero(
    amounts: dict[str, int], days: list[tuple[int, int]], after: date
) -> None:
    """Nobody is paid on a day what nobody pays on it."""
    for _, shares in instalments(amounts, days, after):
        assert sum(shares.values()) == 0


# In the books


def settled(ledger: Ledger, **settle: Any) -> list[Payment]:
    """The payments of a month in which 乙县 collected 300.00, of which 100.00 belong to 甲县."""
    agree(ledger, two_counties(settle=settle))
    ledger.import_receipts(csv_file(["V1,2024-01-05,300.00,乙县"], f"{HEADER},征收方"), "一.csv")
    ledger.close_period(Period(2024, 1))
    (found,) = statements(ledger.books, Period(2024, 1))
    return payments(ledger.books, [found])


def test_a_payer_pays_at_most_what_was_agreed_and_the_next_statement_does_not_know_of_it(ledger: Ledger) -> None:
    """Finding 28: what is due and stated never depends on what was paid."""
    assert settled(ledger, at_most={"yi": "70.00"}) == [Payment(None, {"jia": 70_00, "yi": -70_00})]

    ledger.import_receipts(csv_file(["V2,2024-02-05,30.00,乙县"], f"{HEADER},征收方"), "二.csv")

    lines = ledger.close_period(Period(2024, 2)).statements[0].lines
    assert [(line.entitled_fen, line.collected_fen) for line in lines] == [(10_00, 0), (20_00, 30_00)]


def test_a_net_is_paid_in_parts_that_sum_to_it(ledger: Ledger) -> None:
    found = settled(ledger, instalments=["05-15", "08-15", "11-15"])

    assert [each.on for each in found] == [date(2024, 5, 15), date(2024, 8, 15), date(2024, 11, 15)]
    assert [each.shares["jia"] for each in found] == [33_34, 33_33, 33_33]
    assert all(each.shares["yi"] == -each.shares["jia"] for each in found)


@pytest.mark.parametrize("certified", [False, True])
def test_a_limit_that_is_named_limits_once_it_is_certified(certified: bool, ledger: Ledger) -> None:
    agree(ledger, two_counties(settle={"at_most": {"yi": "付款上限"}}))
    ledger.import_receipts(csv_file(["V1,2024-01-05,300.00,乙县"], f"{HEADER},征收方"), "一.csv")
    if certified:
        ledger.propose_facts("A1", [{"amount": "付款上限", "value": "70.00", "source": "纪要"}], "甲县")
        ledger.confirm_fact("F1", "乙县")
    ledger.close_period(Period(2024, 1))

    (found,) = statements(ledger.books, Period(2024, 1))

    assert payments(ledger.books, [found])[0].shares["jia"] == (70_00 if certified else 100_00)


def test_an_amendment_leaves_the_payments_of_a_closed_statement_as_they_were(ledger: Ledger) -> None:
    before = settled(ledger, at_most={"yi": "70.00"})
    ledger.amend_agreement("A1", "甲县", two_counties(effective="2025-01-01", settle={"at_most": {"yi": "10.00"}}))
    ledger.sign_agreement("A1", "甲县", "乙县")

    (found,) = statements(ledger.books, Period(2024, 1))

    assert payments(ledger.books, [found]) == before


# Over the pools of an agreement


def two_pools(**changes: Any) -> Document:
    """乙县 gives 甲县 80.00 and 丙县 70.00 a year, from two pools."""
    parties = {each: {"name": name} for each, name in (("jia", "甲县"), ("yi", "乙县"), ("bing", "丙县"))}

    def pool(party: str, amount: str) -> Document:
        transfer = {"from": "yi", "amount": amount, "yearly": "12-31"}
        return {"share": "transfer", "transfer": transfer, "waterfall": [{"split": {party: 1}}]}

    pools = {"一": pool("jia", "80.00"), "二": pool("bing", "70.00")}
    return two_counties(parties=parties, pools=pools) | changes


def test_a_limit_holds_for_what_a_party_pays_over_all_pools_of_the_agreement(ledger: Ledger) -> None:
    agree(ledger, two_pools(settle={"every": "year", "at_most": {"yi": "100.00"}}))

    together = settlements(statements(ledger.books, Period(2024, 12)))

    assert [len(each) for each in together] == [2]
    assert payments(ledger.books, together[0]) == [Payment(None, {"jia": 53_33, "yi": -100_00, "bing": 46_67})]
    assert unpaid(ledger.books, together[0]) == 50_00


def test_a_leavers_claim_and_a_limit_nobody_certified_are_said_by_name(ledger: Ledger, enclave: Enclave) -> None:
    settle = {"every": "year", "at_most": {"yi": "付款上限"}, "rest": "claim"}
    agree(ledger, two_pools(settle=settle | {"at_most": {"yi": "100.00"}}))
    ledger.close_period(Period(2024, 1))
    for month in range(2, 13):
        ledger.close_period(Period(2024, month))
    left = two_pools(effective="2025-01-01", settle=settle, ends={"二": []})
    left["parties"].pop("bing"), left["pools"].pop("二"), left.pop("ends")
    ledger.amend_agreement("A1", "甲县", left)
    ledger.sign_agreement("A1", "甲县", "乙县", "丙县")

    said = enclave("statement", "2025").out

    assert "丙县 23.33 元" in said
    assert "付款上限“付款上限”尚未认定" in said
