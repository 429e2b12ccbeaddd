"""Statements: what was stated stands; the next one carries the difference, and says why."""

import sqlite3
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.application import Ledger
from ledger.audit.chain import genesis, link
from ledger.audit.verification import DigestBroken, StatementDiffers
from ledger.domain.calendar import Period
from ledger.domain.errors import Fault, RuleBroken, TermsRefused
from ledger.domain.events import PeriodClosed, StatedPool
from ledger.domain.money import yuan
from ledger.domain.stating.closing import NothingToClose, PeriodAlreadyClosed, PeriodsCloseInOrder
from ledger.domain.stating.statement import Stated, digest
from ledger.domain.stating.statement import statements as statements_of
from ledger.projections.papers import statement_sheet
from ledger.projections.statements import statements, statements_as_of
from tests import engine
from tests.conftest import HEADER, REFUNDS, Enclave, agree, csv_file, fresh_books, two_counties
from tests.histories import random_log

JANUARY, FEBRUARY, MARCH, APRIL = (Period(2024, month) for month in (1, 2, 3, 4))
LIMITED = {
    "tax": {
        "share": "receipts",
        "waterfall": [
            {"name": "先还垫资", "until": "50.00", "split": {"jia": 1}},
            {"during": {"from": "2024-01-01", "to": "2024-02-15"}, "split": {"jia": 1, "yi": 2}},
            {"split": {"jia": "1/3", "yi": "2/7"}},
        ],
    }
}


def record(ledger: Ledger, *lines: str) -> None:
    """Record lines of voucher, day and amount, and where given a word and an original."""
    full = [line + "," * (4 - line.count(",")) for line in lines]
    ledger.import_receipts(csv_file(full, REFUNDS), "明细.csv")


def entitled(statement: StatedPool) -> dict[str, int]:
    return {line.party: line.entitled_fen for line in statement.lines}


def only(closed: PeriodClosed) -> StatedPool:
    """The one statement of a closing."""
    (statement,) = closed.statements
    return statement


def stated(ledger: Ledger, *periods: Period) -> list[dict[str, int]]:
    """What the log says of some periods."""
    closings = [closing for _, closing in ledger.books.closings]
    return [
        entitled(statement)
        for period in periods
        for closing in closings
        if closing.period == str(period)
        for statement in closing.statements
    ]


@pytest.fixture
def agreed(ledger: Ledger) -> Ledger:
    """Books in which everything belongs to 甲县 and 乙县 as 1 : 2."""
    agree(ledger, two_counties())
    return ledger


# What was stated stands


DAYS = st.integers(1, 91).map(lambda number: f"2024-{(number - 1) // 31 + 1:02}-{min((number - 1) % 31 + 1, 29):02}")
FEN = st.integers(1, 10_000)
CHANCE = st.booleans()


@st.composite
def stories(draw: st.DrawFn) -> list[list[str]]:
    """Three months' imports: receipts of any day, refunds, and reversals of what came before."""
    originals: list[tuple[str, int]] = []
    months = []
    for month in range(3):
        lines = []
        for number in range(draw(st.integers(1, 4))):
            day, fen, takes_back, whole = draw(DAYS), draw(FEN), draw(CHANCE), draw(CHANCE)
            voucher = f"V{month}-{number}"
            if originals and takes_back:
                original, left = originals.pop(draw(st.integers(0, len(originals) - 1)))
                back = left if whole else draw(st.integers(1, left))
                lines.append(f"{voucher},{day},-{yuan(back)},{'冲销' if whole else '退库'},{original}")
            else:
                originals.append((voucher, fen))
                lines.append(f"{voucher},{day},{yuan(fen)}")
        months.append(lines)
    return months


@settings(max_examples=40)
@given(stories(), st.sampled_from([two_counties(), two_counties(pools=LIMITED)]))
def test_a_closed_statement_never_changes_and_all_statements_sum_to_what_is_due(
    story: Sequence[Sequence[str]], terms: dict[str, Any]
) -> None:
    with fresh_books() as ledger:
        agree(ledger, terms)
        record(ledger, "V,2024-01-01,0.01")
        before: list[PeriodClosed] = []
        for month, lines in zip((JANUARY, FEBRUARY, MARCH), story, strict=True):
            record(ledger, *lines)
            closed = ledger.close_period(month)

            assert [event for _, event in ledger.books.closings[:-1]] == before
            before.append(closed)
        record(ledger, "W,2024-01-15,99.99")

        assert [event for _, event in ledger.books.closings] == before
        books = ledger.books
        (worked,) = books.work(books.agreement("A1"), MARCH, before[-1].cut, before=0)
        due = worked.due
        statements = [only(closed) for closed in before]
        assert {party: sum(entitled(each)[party] for each in statements) for party in due} == due
        for line in (line for statement in statements for line in statement.lines):
            assert sum(line.causes_fen.values()) == line.entitled_fen
        for statement in statements:
            assert sum(line.entitled_fen - (line.collected_fen or 0) for line in statement.lines) == 0
        assert ledger.verify().is_sound


def test_the_next_statement_carries_what_came_late_and_names_each_cause(agreed: Ledger) -> None:
    record(agreed, "V1,2024-01-05,30.00", "V2,2024-01-06,60.00")
    january = only(agreed.close_period(JANUARY))
    record(
        agreed,
        "V3,2024-02-01,3.00",
        "V4,2024-01-31,0.30",
        "R1,2024-02-02,-15.00,退库,V1",
        "C2,2024-02-03,-60.00,冲销,V2",
    )

    february = only(agreed.close_period(FEBRUARY))

    assert entitled(january) == {"jia": 30_00, "yi": 60_00}
    assert [line.causes_fen for line in february.lines] == [
        {"own": 1_00, "late": 10, "refund": -5_00, "corrected": -20_00},
        {"own": 2_00, "late": 20, "refund": -10_00, "corrected": -40_00},
    ]
    assert stated(agreed, JANUARY) == [{"jia": 30_00, "yi": 60_00}]


def test_what_is_booked_later_than_a_period_waits_for_its_own(agreed: Ledger) -> None:
    record(agreed, "V1,2024-01-31,3.00", "V2,2024-02-01,6.00")

    assert entitled(only(agreed.close_period(JANUARY))) == {"jia": 1_00, "yi": 2_00}
    february = only(agreed.close_period(FEBRUARY))
    assert [line.causes_fen for line in february.lines] == [{"own": 2_00}, {"own": 4_00}]


def test_the_odd_fen_of_one_month_is_made_up_in_the_next(agreed: Ledger) -> None:
    for month in (1, 2, 3):
        record(agreed, f"V{month},2024-0{month}-05,0.01")

    months = [entitled(only(agreed.close_period(Period(2024, month)))) for month in (1, 2, 3)]

    assert months == [{"jia": 0, "yi": 1}, {"jia": 1, "yi": 0}, {"jia": 0, "yi": 1}]


def test_collected_and_net_are_stated_by_collector(ledger: Ledger) -> None:
    agree(ledger, two_counties())
    lines = ["V1,2024-01-05,3.00,甲县", "V2,2024-01-06,6.00,yi", "V3,2024-01-07,0.30,"]
    ledger.import_receipts(csv_file(lines, f"{HEADER},征收方"), "明细.csv")
    ledger.close_period(JANUARY)

    (statement,) = statements(ledger.books, JANUARY)

    assert [(line.entitled_fen, line.collected_fen, line.net_fen) for line in statement.lines] == [
        (3_10, 3_00, 10),
        (6_20, 6_30, -10),
    ]


# A total below zero


def test_under_carry_a_negative_statement_states_nothing_and_the_next_one_carries_it(ledger: Ledger) -> None:
    agree(ledger, two_counties(negatives="carry"))
    record(ledger, "V1,2024-01-05,9.00")
    ledger.close_period(JANUARY)
    record(ledger, "R1,2024-02-05,-6.00,退库,V1")

    february = only(ledger.close_period(FEBRUARY))
    record(ledger, "V2,2024-03-05,9.00")
    march = only(ledger.close_period(MARCH))

    assert february.lines == []
    assert entitled(march) == {"jia": 1_00, "yi": 2_00}
    assert march.lines[0].causes_fen == {"own": 3_00, "carried": -2_00}
    assert march.lines[1].collected_fen == 3_00
    assert ledger.verify().is_sound


def test_without_carry_a_negative_statement_is_stated(agreed: Ledger) -> None:
    record(agreed, "V1,2024-01-05,9.00")
    agreed.close_period(JANUARY)
    record(agreed, "R1,2024-02-05,-6.00,退库,V1")

    assert entitled(only(agreed.close_period(FEBRUARY))) == {"jia": -2_00, "yi": -4_00}


# The order of closing


def test_periods_close_in_order(agreed: Ledger) -> None:
    with pytest.raises(NothingToClose):
        agreed.close_period(JANUARY)
    record(agreed, "V1,2024-01-05,3.00")

    with pytest.raises(PeriodsCloseInOrder) as refused:
        agreed.close_period(FEBRUARY)

    assert refused.value.facts["due"] == JANUARY
    agreed.close_period(JANUARY)
    with pytest.raises(PeriodsCloseInOrder):
        agreed.close_period(MARCH)
    with pytest.raises(PeriodAlreadyClosed):
        agreed.close_period(JANUARY)
    assert agreed.log.head().position == 6


def test_months_without_receipts_close_too(agreed: Ledger) -> None:
    record(agreed, "V1,2024-01-05,3.00", "V2,2024-03-05,6.00")

    closed = [agreed.close_period(period) for period in (JANUARY, FEBRUARY, MARCH)]

    assert [entitled(only(each)) for each in closed] == [
        {"jia": 1_00, "yi": 2_00},
        {"jia": 0, "yi": 0},
        {"jia": 2_00, "yi": 4_00},
    ]


def test_a_second_cut_of_the_last_closed_period_has_its_own_number(agreed: Ledger) -> None:
    record(agreed, "V1,2024-01-05,3.00")
    first = only(agreed.close_period(JANUARY))
    record(agreed, "V2,2024-01-31,6.00")
    second = only(agreed.close_period(JANUARY))
    record(agreed, "V3,2024-01-31,9.00")
    third = only(agreed.close_period(JANUARY))

    assert [each.number for each in (first, second, third)] == [
        "A1-tax-2024-01",
        "A1-tax-2024-01-补1",
        "A1-tax-2024-01-补2",
    ]
    assert [entitled(each)["jia"] for each in (first, second, third)] == [1_00, 2_00, 3_00]
    assert agreed.verify().is_sound


def test_an_earlier_period_takes_no_second_cut_and_the_next_statement_carries_it(agreed: Ledger) -> None:
    record(agreed, "V1,2024-01-05,3.00")
    agreed.close_period(JANUARY)
    agreed.close_period(FEBRUARY)
    record(agreed, "V2,2024-01-06,6.00")

    with pytest.raises(PeriodAlreadyClosed):
        agreed.close_period(JANUARY)

    assert only(agreed.close_period(MARCH)).lines[0].causes_fen == {"late": 2_00}


def test_a_quarter_is_stated_once_with_its_three_months(ledger: Ledger) -> None:
    agree(ledger, two_counties(settle={"every": "quarter"}))
    record(ledger, "V1,2024-01-05,3.00", "V2,2024-03-31,6.00", "V3,2024-04-01,9.00")

    closed = [ledger.close_period(period) for period in (JANUARY, FEBRUARY, MARCH)]

    assert [len(each.statements) for each in closed] == [0, 0, 1]
    assert only(closed[-1]).settlement == "2024-Q1"
    assert only(closed[-1]).lines[0].causes_fen == {"own": 3_00}


# In force


def test_nothing_is_in_force_before_the_last_signature(ledger: Ledger) -> None:
    number = ledger.propose_agreement(two_counties()).number
    ledger.sign_agreement(number, "甲县")
    record(ledger, "V1,2024-01-05,3.00")

    assert ledger.close_period(JANUARY).statements == []
    assert ledger.sign_agreement(number, "乙县").in_force_at == 6
    assert ledger.books.in_force(5) == []


def test_an_agreement_signed_after_two_closed_months_states_them_in_its_first_statement(ledger: Ledger) -> None:
    record(ledger, "V1,2024-01-05,3.00", "V2,2024-02-05,6.00", "V3,2024-03-05,9.00")
    ledger.close_period(JANUARY)
    ledger.close_period(FEBRUARY)
    agree(ledger, two_counties())

    march = only(ledger.close_period(MARCH))

    assert march.number == "A1-tax-2024-03"
    assert entitled(march) == {"jia": 6_00, "yi": 12_00}
    assert march.lines[0].causes_fen == {"own": 3_00, "late": 3_00}
    assert ledger.verify().is_sound


def test_money_before_the_first_day_of_the_agreement_is_not_divided(ledger: Ledger) -> None:
    agree(ledger, two_counties())
    record(ledger, "V0,2023-12-31,5.00", "V1,2024-01-05,3.00")
    ledger.close_period(Period(2023, 12))

    january = only(ledger.close_period(JANUARY))

    assert entitled(january) == {"jia": 1_00, "yi": 2_00}
    assert january.undivided_fen == 5_00


# Proof


def rewrite_closing(books_file: Path, entitled_fen: int, *, mend_digest: bool) -> None:
    """An operator alters the stated figure and recomputes the whole chain behind it."""
    connection = sqlite3.connect(books_file, isolation_level=None)
    books, algorithm = connection.execute("SELECT books, algorithm FROM head").fetchone()
    topic = PeriodClosed.TOPIC
    (state,) = connection.execute("SELECT state FROM events WHERE topic = ?", (topic,)).fetchone()
    closed = msgspec.msgpack.decode(state, type=PeriodClosed)
    (statement,) = closed.statements
    lines = [
        msgspec.structs.replace(line, entitled_fen=line.entitled_fen + sign * entitled_fen)
        for line, sign in zip(statement.lines, (1, -1), strict=True)
    ]
    altered = msgspec.structs.replace(statement, lines=lines)
    if mend_digest:
        altered = msgspec.structs.replace(altered, digest=digest(altered))
    state = msgspec.msgpack.encode(msgspec.structs.replace(closed, statements=[altered]))
    connection.execute("UPDATE events SET state = ? WHERE topic = ?", (state, topic))
    before = genesis(books, algorithm)
    for row in connection.execute("SELECT * FROM events ORDER BY position").fetchall():
        before = link(algorithm, before, *row[:5])
        connection.execute("UPDATE events SET hash = ? WHERE position = ?", (before, row[0]))
    connection.execute("UPDATE head SET hash = ?", (before,))
    connection.close()


@pytest.mark.parametrize(("mend_digest", "rule"), [(True, StatementDiffers), (False, DigestBroken)])
def test_a_figure_altered_together_with_the_chain_is_found_by_working_it_out_again(
    mend_digest: bool, rule: type, agreed: Ledger, books_file: Path
) -> None:
    record(agreed, "V1,2024-01-05,3.00")
    agreed.close_period(JANUARY)

    rewrite_closing(books_file, 1, mend_digest=mend_digest)

    findings = agreed.verify().findings
    assert rule in {type(finding) for finding in findings}
    assert all("A1-tax-2024-01" in finding.say("zh") for finding in findings)


def test_a_draft_becomes_the_statement_with_the_same_figures(agreed: Ledger, enclave: Enclave) -> None:
    record(agreed, "V1,2024-01-05,3.01")
    draft = enclave("statement", "2024-01", "--json").document["statements"][0]

    enclave("close", "2024-01")

    closed = enclave("statement", "2024-01", "--json").document["statements"][0]
    assert (draft["draft"], closed["draft"]) == (True, False)
    assert (draft["lines"], draft["digest"]) == (closed["lines"], closed["digest"])


def test_a_rule_of_tomorrow_does_not_make_yesterdays_agreement_unreadable(
    agreed: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(agreed, "V1,2024-01-05,90.00")
    monkeypatch.setattr("ledger.domain.terms.draft.scrutinise", lambda terms: [Fault("pools", EverythingIsRefused())])

    again = agreed.acting_as("审计")

    with pytest.raises(TermsRefused):
        again.propose_agreement(two_counties(title="新的"))
    assert entitled(only(again.close_period(JANUARY))) == {"jia": 30_00, "yi": 60_00}


class EverythingIsRefused(RuleBroken):
    """Tomorrow's rule."""

    zh = "明天的规矩，什么都不许。请改。"
    en = "Tomorrow's rule forbids everything. Mend it."


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_lines_together_and_line_by_line_give_each_cause_the_same(seed: int) -> None:
    history, cuts = random_log(seed)
    known, agreement = engine.known_of(history)
    said = Stated()
    for cut, day in cuts:
        together, each = (
            statements_of(known, agreement, said, Period.of(day), cut, line_by_line=one) for one in (False, True)
        )
        said = said.after(cut, day, [paper.stated for paper in together])

        assert [paper.stated for paper in together] == [paper.stated for paper in each]
        assert [paper.causes for paper in together] == [paper.causes for paper in each]


def test_a_draft_says_how_many_months_before_it_are_not_closed(
    agreed: Ledger, enclave: Enclave, tmp_path: Path
) -> None:
    agreed.import_receipts(csv_file([f"V{month},2024-0{month}-05,30.00" for month in (1, 2, 3, 4)]), "一.csv")
    agreed.close_period(Period(2024, 1))

    for asked, open_before in (("2024-01", 0), ("2024-02", 0), ("2024-04", 2), ("2024", 2)):
        said = enclave("statement", asked, "--json").document["statements"][-1]
        words = [
            enclave(*command).out for command in (("statement", asked), ("explain", "A1", said["settlement"], "甲县"))
        ]
        assert said["open_before"] == open_before
        assert [f"此前还有 {open_before} 个月没有结账" in each for each in words] == [open_before > 0] * 2
    (early,) = statements_as_of(agreed.books, date(2024, 3, 31))
    assert (early.settlement, early.open_before) == ("2024-03", 1)
    sheet = statement_sheet(agreed.books, statements(agreed.books, Period(2024, 4))[0])
    assert any("2 month(s) before it are not closed" in line for line in sheet.below)
