"""Amendments: counts go on by name, drafts are countered, parties come and go; nothing is dropped unsaid."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.application import Ledger
from ledger.domain.agreeing.agreement import (
    AgreementsOverlap,
    AlreadyProposed,
    AlreadySigned,
    DraftPending,
    DraftReplaced,
    NothingToSign,
    NotInForceYet,
)
from ledger.domain.calendar import Period
from ledger.domain.dividing.pools import PoolKey
from ledger.domain.errors import Conflict, Refusal, TermsRefused
from ledger.domain.events import AgreementCountered, AgreementProposed, AgreementSigned, AmendmentProposed
from ledger.domain.stating.working import Moment, Working
from ledger.domain.terms import Document
from tests.conftest import HEADER, agree, csv_file, fresh_books, two_counties

PARTIES = two_counties()["parties"]
BING = {"bing": {"name": "丙县", "role": "introducer"}}
LIMITED = [{"name": "先还", "until": "50.00", "split": {"jia": 1}}, {"split": {"jia": 1, "yi": 1}}]
OPEN = [{"split": {"jia": 1, "yi": 1}}]


def terms(waterfall: list[Document], **changes: Any) -> Document:
    return two_counties(pools={"tax": {"share": "receipts", "waterfall": waterfall}}) | changes


def amendment(waterfall: list[Document], **changes: Any) -> Document:
    return terms(waterfall, effective="2025-01-01") | changes


def due(ledger: Ledger) -> dict[str, int]:
    books = ledger.books
    moment = Moment(books.position, date(2026, 12, 31))
    return Working(books, books.agreement("A1"), moment).pools.due()[PoolKey("tax")]


def kinds(refusal: Refusal) -> list[str]:
    return [fault.rule.kind for fault in getattr(refusal, "faults", ())]


@pytest.fixture
def limited(ledger: Ledger) -> Ledger:
    """Books under terms that first pay back fifty yuan."""
    agree(ledger, terms(LIMITED))
    return ledger


# What an amendment may not do


@pytest.mark.parametrize(
    ("document", "where", "kind"),
    [
        (amendment(OPEN), "pools.tax", "count-dropped"),
        (amendment([{"name": "先还", "split": {"jia": 1, "yi": 1}}]), "pools.tax", "count-dropped"),
        (amendment(LIMITED, ends={"tax": ["先还"]}), "ends.tax", "nothing-to-end"),
        (amendment(LIMITED, ends={"tax": ["没有过的"]}), "ends.tax", "nothing-to-end"),
        (terms(LIMITED), "effective", "word-missing"),
        (amendment(LIMITED, effective="2023-12-31"), "effective", "effective-outside-life"),
        (amendment(LIMITED, **{"from": "2024-02-01"}), "from", "amendment-cannot-change"),
        (amendment(LIMITED, rate_date="tax_period"), "rate_date", "amendment-cannot-change"),
        (amendment(LIMITED, refunds="own_date"), "refunds", "amendment-cannot-change"),
        (amendment(LIMITED, negatives="carry"), "negatives", "amendment-cannot-change"),
        (amendment(LIMITED, settle={"every": "year"}), "settle.every", "amendment-cannot-change"),
        (
            amendment(LIMITED, rounding={"level": "running", "rule": "last_takes_rest"}),
            "rounding",
            "amendment-cannot-change",
        ),
        (amendment(LIMITED, parties=dict(reversed(PARTIES.items()))), "parties", "listing-order-changed"),
        (
            amendment(
                [{**LIMITED[0]}, {"split": {"jia": 1}}], parties={"jia": {**PARTIES["jia"], "role": "origin"}} | BING
            ),
            "parties",
            "collector-leaves",
        ),
    ],
)
def test_an_amendment_that_would_change_what_was_built_on_is_refused_by_name(
    document: Document, where: str, kind: str, limited: Ledger
) -> None:
    before = limited.log.head()

    with pytest.raises(TermsRefused) as refused:
        limited.amend_agreement("A1", "甲县", document)

    assert (where, kind) in {(fault.place("zh"), fault.rule.kind) for fault in refused.value.faults}
    assert limited.log.head() == before


def test_a_dropped_count_is_named_with_pool_step_and_the_words_that_end_it(limited: Ledger) -> None:
    with pytest.raises(TermsRefused) as refused:
        limited.amend_agreement("A1", "甲县", amendment(OPEN))

    assert "tax／先还" in refused.value.say("zh") and "ends: {tax: [先还]}" in refused.value.say("zh")
    assert "'先还' of 'tax'" in refused.value.say("en") and "ends: {tax: [先还]}" in refused.value.say("en")


def test_a_name_that_was_ended_cannot_come_back_even_versions_later(limited: Ledger) -> None:
    for document in (
        amendment(OPEN, ends={"tax": ["先还"]}),
        amendment(OPEN, effective="2025-06-01", title="又一次"),
    ):
        limited.amend_agreement("A1", "甲县", document)
        limited.sign_agreement("A1", "甲县", "乙县")

    with pytest.raises(TermsRefused) as refused:
        limited.amend_agreement("A1", "甲县", amendment(LIMITED, effective="2026-01-01"))

    assert kinds(refused.value) == ["ended-name-again"]


def test_feeding_in_a_circle_is_refused_with_the_whole_circle(limited: Ledger) -> None:
    def fed(source: str) -> Document:
        return {"share": {"due_of": {"party": "yi", "pool": source}}, "waterfall": OPEN}

    tax = {"share": "receipts", "waterfall": LIMITED}
    document = two_counties(pools={"tax": tax, "一": fed("三"), "二": fed("一"), "三": fed("二")})

    with pytest.raises(TermsRefused) as refused:
        limited.amend_agreement("A1", "甲县", document | {"effective": "2025-01-01"})

    assert "一 → 三 → 二 → 一" in refused.value.say("zh")
    assert kinds(refused.value) == ["feeding-circular"]


def test_two_pools_that_change_their_order_of_feeding_are_refused_or_divided_never_a_crash(ledger: Ledger) -> None:
    """No version feeds in a circle; the two together do."""

    def feeding(**sources: str) -> Document:
        fed = {
            name: {"share": {"due_of": {"party": "yi", "pool": source}}, "waterfall": OPEN}
            for name, source in sources.items()
        }
        return {"tax": {"share": "receipts", "waterfall": OPEN}} | fed

    agree(ledger, two_counties(pools=feeding(one="tax", two="one")))
    ledger.import_receipts(csv_file(["V1,2024-01-05,100.00", "V2,2025-01-05,100.00"]), "一.csv")
    try:
        ledger.amend_agreement("A1", "甲县", two_counties(pools=feeding(two="tax", one="two"), effective="2025-01-01"))
        ledger.sign_agreement("A1", "甲县", "乙县")
    except TermsRefused:
        pass

    closed = ledger.close_period(Period(2024, 1))

    assert sum(line.entitled_fen for statement in closed.statements for line in statement.lines) == 100_00


# What goes on


AMOUNTS = st.lists(st.integers(1, 9_000), min_size=1, max_size=5)


@settings(max_examples=25)
@given(AMOUNTS, AMOUNTS, st.integers(1, 20_000), st.integers(1, 20_000))
def test_a_kept_name_goes_on_counting_from_what_the_step_took(
    early: list[int], late: list[int], limit_fen: int, later_fen: int
) -> None:
    """Finding 10: what came before the change past the first limit is never recovered."""

    def limit(fen: int) -> list[Document]:
        first = {"name": "先还", "until": f"{fen // 100}.{fen % 100:02}", "split": {"jia": 1}}
        return [first, {"split": {"yi": 1}}]

    lines = [f"E{n},2024-06-01,{fen // 100}.{fen % 100:02}" for n, fen in enumerate(early)]
    lines += [f"L{n},2025-06-01,{fen // 100}.{fen % 100:02}" for n, fen in enumerate(late)]
    with fresh_books() as ledger:
        agree(ledger, terms(limit(limit_fen)))
        ledger.import_receipts(csv_file(lines), "一.csv")
        ledger.amend_agreement("A1", "甲县", amendment(limit(later_fen)))
        ledger.sign_agreement("A1", "甲县", "乙县")

        taken = min(sum(early), limit_fen)
        if later_fen != limit_fen:
            taken += min(taken + sum(late), later_fen) - min(taken, later_fen)
        else:
            taken = min(sum(early) + sum(late), limit_fen)
        assert due(ledger)["jia"] == taken


def test_a_leaver_is_still_stated_what_belongs_to_segments_in_which_it_shared(ledger: Ledger) -> None:
    three = terms([{"split": {"jia": 1, "yi": 1, "bing": 1}}], parties=PARTIES | BING)
    agree(ledger, three)
    ledger.import_receipts(csv_file(["V1,2024-06-01,3.00"]), "一.csv")
    ledger.amend_agreement("A1", "甲县", amendment(OPEN))
    ledger.sign_agreement("A1", "甲县", "乙县", "丙县")
    ledger.import_receipts(csv_file(["V2,2024-12-31,3.00", "V3,2025-01-01,4.00"]), "二.csv")

    assert due(ledger) == {"jia": 4_00, "yi": 4_00, "bing": 2_00}


def test_money_that_a_party_collected_after_it_left_waits_and_names_it(ledger: Ledger) -> None:
    agree(ledger, terms(OPEN, parties=PARTIES | BING))
    ledger.amend_agreement("A1", "甲县", amendment(OPEN))
    ledger.sign_agreement("A1", "甲县", "乙县", "丙县")
    lines = ["V1,2024-06-01,3.00,丙县", "V2,2025-06-01,6.00,丙县"]
    ledger.import_receipts(csv_file(lines, f"{HEADER},征收方"), "一.csv")

    books = ledger.books
    moment = Moment(books.position, date(2026, 12, 31))
    pools = Working(books, books.agreement("A1"), moment).pools

    assert pools.due()[PoolKey("tax")] == {"jia": 1_50, "yi": 1_50, "bing": 0}
    ((rule, fen),) = pools.reasons(PoolKey("tax"))
    assert (rule.kind, fen) == ("collector-unknown", 6_00)
    assert "V2" in rule.say("zh") and "丙县" in rule.say("en")


def test_the_leaver_signs_its_own_leaving_and_then_no_more(ledger: Ledger) -> None:
    agree(ledger, terms(OPEN, parties=PARTIES | BING))
    ledger.amend_agreement("A1", "甲县", amendment(OPEN))
    ledger.sign_agreement("A1", "甲县", "乙县")
    assert ledger.books.agreement("A1").missing() == ["bing"]
    ledger.sign_agreement("A1", "丙县")

    ledger.amend_agreement("A1", "甲县", amendment(OPEN, effective="2026-01-01", title="以后"))

    assert ledger.books.agreement("A1").missing() == ["jia", "yi"]


# Drafts


@pytest.mark.parametrize(
    ("act", "refusal"),
    [
        (lambda ledger: ledger.amend_agreement("A1", "甲县", amendment(LIMITED)), NotInForceYet),
        (lambda ledger: ledger.counter_agreement("A1", "甲县", terms(LIMITED)), AlreadyProposed),
        (lambda ledger: ledger.sign_agreement("A1", "甲县", draft=2), DraftReplaced),
    ],
)
def test_a_first_draft_is_countered_not_amended_and_signed_by_its_number(
    act: Any, refusal: type[Refusal], ledger: Ledger
) -> None:
    ledger.propose_agreement(terms(LIMITED))

    with pytest.raises(refusal):
        act(ledger)

    assert ledger.log.head().position == 2


def test_while_an_amendment_waits_no_other_is_put_forward_and_nothing_changes(limited: Ledger) -> None:
    limited.import_receipts(csv_file(["V1,2025-06-01,60.00"]), "一.csv")
    limited.amend_agreement("A1", "甲县", amendment(OPEN, ends={"tax": ["先还"]}))

    with pytest.raises(DraftPending):
        limited.amend_agreement("A1", "乙县", amendment(LIMITED))
    limited.sign_agreement("A1", "甲县")
    with pytest.raises(AlreadySigned):
        limited.sign_agreement("A1", "甲县")

    assert due(limited) == {"jia": 55_00, "yi": 5_00}
    limited.sign_agreement("A1", "乙县")
    assert due(limited) == {"jia": 30_00, "yi": 30_00}
    with pytest.raises(NothingToSign):
        limited.counter_agreement("A1", "乙县", amendment(LIMITED))


def test_a_counter_makes_earlier_signatures_void_and_whoever_read_the_old_text_is_told(
    ledger: Ledger, books_file: Path
) -> None:
    other = Ledger.open(books_file, "对方经办")
    ledger.propose_agreement(terms(LIMITED))
    read = other.books.agreement("A1").draft
    assert read is not None
    ledger.sign_agreement("A1", "甲县")
    ledger.counter_agreement("A1", "甲县", terms(OPEN))

    with pytest.raises(DraftReplaced) as refused:
        other.sign_agreement("A1", "乙县", draft=read.number)

    assert (refused.value.facts["draft"], refused.value.facts["current"]) == (1, 2)
    assert other.books.agreement("A1").signed == ()
    other.close_files()


def test_nobody_is_bound_by_a_text_that_was_replaced_while_it_was_being_signed(
    ledger: Ledger, books_file: Path
) -> None:
    """Two sides at once, one countering, one signing: every signature stands under the draft that then waited."""
    other = Ledger.open(books_file, "对方经办")
    ledger.propose_agreement(terms(LIMITED))

    def try_all(acts: Iterable[Any]) -> None:
        for act in acts:
            try:
                act()
            except Conflict:
                continue

    counters = [lambda n=n: ledger.counter_agreement("A1", "甲县", terms(OPEN, title=f"第 {n} 稿")) for n in range(12)]
    signs = [lambda: other.sign_agreement("A1", "乙县")] * 30
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(try_all, [counters, signs]))

    draft = 0
    for _, event in ledger.log.history():
        match event:
            case AgreementProposed() | AgreementCountered() | AmendmentProposed():
                draft += 1
            case AgreementSigned():
                assert event.draft == draft
    assert draft == 13
    assert ledger.verify().is_sound
    other.close_files()


def test_an_amendment_that_would_claim_what_another_agreement_divides_cannot_be_completed(ledger: Ledger) -> None:
    def of_subject(subject: str, title: str) -> Document:
        pools = {"tax": {"share": "receipts", "subjects": [subject], "waterfall": OPEN}}
        return two_counties(pools=pools, title=title)

    agree(ledger, of_subject("10101", "一"))
    agree(ledger, of_subject("10104", "二"))
    ledger.amend_agreement("A2", "甲县", of_subject("101", "二") | {"effective": "2025-01-01"})
    ledger.sign_agreement("A2", "甲县")

    with pytest.raises(AgreementsOverlap) as refused:
        ledger.sign_agreement("A2", "乙县")

    assert (refused.value.facts["agreement"], refused.value.facts["other"]) == ("A2", "A1")
    assert ledger.books.agreement("A2").missing() == ["yi"]


def test_a_name_given_up_for_money_does_not_come_back_for_figures(ledger: Ledger) -> None:
    """Money recorded under the old pool must still be divided, or the new one refused."""
    land = {"share": "land_proceeds", "waterfall": OPEN}
    figures = {"share": "quota", "quotas": ["土地"], "reported": {"unit": "亩", "step": "1"}, "waterfall": OPEN}
    agree(ledger, two_counties(pools={"tax": {"share": "receipts", "waterfall": OPEN}, "land": land}))
    ledger.import_receipts(csv_file(["V1,2024-01-05,100.00,10101"], f"{HEADER},预算科目"), "一.csv")
    try:
        for pools, effective in (({"land": land}, "2025-01-01"), ({"land": land, "tax": figures}, "2026-01-01")):
            ledger.amend_agreement("A1", "甲县", two_counties(pools=pools, effective=effective))
            ledger.sign_agreement("A1", "甲县", "乙县")
    except TermsRefused:
        pass

    assert due(ledger) == {"jia": 50_00, "yi": 50_00}
