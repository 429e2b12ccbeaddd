"""What a partner with bad intentions tried, and what the ledger answers."""

import re
from typing import Any

import pytest

from ledger.application import Ledger
from ledger.domain.errors import Refusal, TermsRefused
from ledger.domain.terms import Document
from ledger.domain.terms.amendment import scrutinise_amendment
from ledger.domain.terms.draft import read_terms
from tests.conftest import csv_file, two_counties

RECOVERY = {"name": "收回", "until": "100.00", "split": {"jia": 1}}
OPEN = {"split": {"jia": 1, "yi": 1}}


def terms(**words: Any) -> Document:
    pool = {"share": "receipts", "per": "project", "waterfall": [RECOVERY, OPEN]}
    return two_counties(**{"pools": {"tax": pool}} | words)


def faults_of(refused: TermsRefused) -> set[str]:
    return {fault.rule.kind for fault in refused.faults}


def amendment(**words: Any) -> set[str]:
    """The rules that an amendment of the terms breaks."""
    found = scrutinise_amendment(read_terms(terms(effective="2024-06-01", **words)), [read_terms(terms())])
    return {fault.rule.kind for fault in found}


@pytest.mark.parametrize(
    "pool",
    [
        {"share": "receipts", "per": "enterprise", "waterfall": [RECOVERY, OPEN]},
        {"share": "receipts", "per": "project", "waterfall": [RECOVERY | {"per": "year"}, OPEN]},
        {
            "share": "receipts",
            "per": "project",
            "waterfall": [{"name": "收回", "cap": {"party": "yi", "at": "100.00"}, "split": {"yi": 1}}, OPEN],
        },
    ],
    ids=["other unit", "other year", "other word"],
)
def test_a_limit_cannot_be_used_up_twice_by_changing_what_its_name_counts(pool: Document) -> None:
    assert amendment(pools={"tax": pool}) == {"count-of-other-kind"}


def test_nobody_takes_the_name_under_which_another_was_stated() -> None:
    swapped = {"jia": {"name": "乙县"}, "yi": {"name": "甲县", "role": "host"}}

    assert "parties-alike" in amendment(parties=swapped)


def test_one_due_cannot_be_handed_on_twice() -> None:
    fed = {"share": {"due_of": {"party": "jia", "pool": "tax"}}, "waterfall": [{"split": {"yi": 1}}]}
    pools = {"tax": {"share": "receipts", "waterfall": [OPEN]}, "one": fed, "two": fed}

    with pytest.raises(TermsRefused) as refused:
        read_terms(two_counties(pools=pools))

    assert faults_of(refused.value) == {"feeding-twice"}


@pytest.mark.parametrize("name", ["collector", "by", "", "a\nb", " a", "a\u200b"])
def test_a_party_or_pool_is_called_by_something_that_can_be_read_and_is_no_word_of_the_language(name: str) -> None:
    parties = {name: {"name": "甲县"}, "yi": {"name": "乙县", "role": "host"}}
    pools = {name: {"share": "receipts", "waterfall": [{"split": {"yi": 1}}]}}

    for words in (
        {"parties": parties, "pools": {"tax": {"share": "receipts", "waterfall": [{"split": {"yi": 1}}]}}},
        {"pools": pools},
    ):
        with pytest.raises(TermsRefused) as refused:
            read_terms(two_counties(**words))
        assert "name-reserved" in faults_of(refused.value)


@pytest.mark.parametrize("name", ["乙\u200b县", " 乙县", "乙县\x1b[2J", "甲\u202e县"])
def test_two_parties_cannot_be_made_to_look_alike(name: str) -> None:
    with pytest.raises(TermsRefused) as refused:
        read_terms(two_counties(parties={"jia": {"name": name}, "yi": {"name": "乙县", "role": "host"}}))

    assert "text-unfit" in faults_of(refused.value)


def test_a_contribution_beyond_all_measure_waits_and_stops_nobodys_statement(ledger: Ledger) -> None:
    pools = {"tax": {"share": "receipts", "waterfall": [OPEN]}, "inp": {"share": "inputs", "waterfall": [OPEN]}}
    ledger.propose_agreement(two_counties(pools=pools))
    ledger.sign_agreement("A1", "jia", "yi")
    header = "编号,投入形式,投入日期,数值,单位,报送方,依据"
    ledger.import_inputs(csv_file(["i1,货币,2024-01-05,92233720368547758.08,元,甲县,x"], header), "投.csv")
    ledger.import_receipts(csv_file(["V1,2024-01-05,300.00"]), "一.csv")
    period = ledger.books.next_period()
    assert period is not None

    closed = ledger.close_period(period)

    assert {each.pool: each.waiting_fen for each in closed.statements} == {"tax": 0, "inp": 0}
    assert sum(line.entitled_fen for each in closed.statements for line in each.lines) == 300_00


@pytest.mark.parametrize(
    "fact",
    [
        {"amount": "X", "average_of": {}},
        {"amount": "X", "years": {}},
        {"amount": "X", "years": {"2021": "-5.00"}},
        {"amount": "X", "years": {"99999": "5.00"}},
    ],
)
def test_an_amount_of_no_years_of_odd_years_or_below_zero_is_no_limit(fact: Document, ledger: Ledger) -> None:
    limited = {"share": "receipts", "waterfall": [RECOVERY | {"until": "X"}, OPEN]}
    ledger.propose_agreement(two_counties(pools={"tax": limited}))
    ledger.sign_agreement("A1", "jia", "yi")

    with pytest.raises(Refusal) as refused:
        ledger.propose_facts("A1", [fact], "甲县")

    assert re.search("facts-refused", refused.value.kind)
    assert not ledger.books.facts
