"""Every figure is explained: rows foot, causes add up, vouchers lead to it."""

from pathlib import Path

import pytest

from api.cli.demo import make
from ledger.application import Ledger
from ledger.domain.calendar import Period
from ledger.domain.stating.books import Books
from ledger.projections.explanation import as_document, explain
from ledger.projections.explanation_in_words import in_sentences
from tests.conftest import agree, csv_file, two_counties

TITLE = "演示"


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Books:
    path: Path = tmp_path_factory.mktemp("demo") / "books.db"
    ledger = Ledger.begin(path, "经办", TITLE)
    make(ledger)
    return ledger.books


@pytest.mark.parametrize(
    ("number", "period"),
    [("A1", Period(2025, 3)), ("A2", Period(2025, 3)), ("A3", Period(2025, 12)), ("A4", Period(2025, 3))]
    + [("A4", Period(2025, 12))],
)
def test_rows_causes_and_vouchers_of_every_party_foot_to_its_figure(
    number: str, period: Period, demonstration: Books
) -> None:
    for party in demonstration.agreement(number).terms.parties:
        (why,) = explain(demonstration, number, period, party)

        assert why.due_fen - why.said_before_fen == why.entitled_fen == sum(why.causes_fen.values())
        assert sum(voucher.worth_fen for voucher in why.vouchers) + why.carried_fen == why.entitled_fen
        assert sum(why.rows_fen.values()) + why.carried_fen + why.rounding_fen == why.entitled_fen
        assert abs(why.rounding_fen) <= 2 * len(why.rows_fen)
        assert sum(account.fen[party] for account in why.accounts) == why.due_fen


def test_a_row_that_is_no_whole_fen_is_shown_all_the_same(ledger: Ledger) -> None:
    pools = {"tax": {"share": "receipts", "waterfall": [{"take": "10%", "split": {"jia": 1}}, {"split": {"yi": 1}}]}}
    agree(ledger, two_counties(pools=pools))
    for voucher, day, amount in (("V1", "2024-01-05", "1000.05"), ("V2", "2024-02-05", "0.05")):
        ledger.import_receipts(csv_file([f"{voucher},{day},{amount}"]), f"{voucher}.csv")
        ledger.close_period(Period.parse(day[:7]))

    rows = [explain(ledger.books, "A1", Period(2024, month), "jia")[0].rows_fen["#1"] for month in (1, 2)]

    assert rows == [100_00, 1]


def test_a_carried_negative_is_said_party_by_party_and_stays_visible_after_the_end(ledger: Ledger) -> None:
    agree(ledger, two_counties(negatives="carry", to="2024-01-31"))
    header = "税票号码,入库日期,实缴金额,税款属性,原税票号码"
    ledger.import_receipts(csv_file(["V1,2024-01-05,90.00,,", "R1,2024-02-05,-30.00,退库,V1"], header), "a.csv")

    closed = [ledger.close_period(Period(2024, month)).statements for month in (1, 2, 3)]

    assert [[each.carried_fen for each in statements] for statements in closed] == [
        [{}],
        [{"jia": -1000, "yi": -2000}],
        [{"jia": -1000, "yi": -2000}],
    ]
    (why,) = explain(ledger.books, "A1", Period(2024, 2), "jia")
    assert "本期列 0.00 元，甲县的 -10.00 元结转以后各期" in "\n".join(in_sentences(why))


def test_the_sentences_lead_to_voucher_event_clause_limit_and_last_fen(demonstration: Books) -> None:
    (why,) = explain(demonstration, "A2", Period(2025, 12), "灵台县")

    text = "\n".join(in_sentences(why))

    assert "步骤“投入回收”（第六条）" in text and "已到顶，超出部分进入下一步" in text
    assert "取整账户（灵台县、崇信县）" in text
    assert "（第 29 号事项第 " in text
    assert "其中县级留成" in text


def test_the_tree_is_there_for_programs_with_exact_parts_as_text(demonstration: Books) -> None:
    (why,) = explain(demonstration, "A4", Period(2025, 12), "fund")

    document = as_document(why)

    assert {"entries", "steps", "accounts", "limits", "rows_fen", "causes_fen"} <= document.keys()
    assert all(isinstance(step["part_fen"], str) for step in document["steps"])  # type: ignore[index, attr-defined]
