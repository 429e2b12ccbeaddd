"""One entry, several agreements: divided once, and nothing that was stated is taken back."""

import pytest

from ledger.application import Ledger
from ledger.domain.agreeing.agreement import EntriesClaimedTwice
from ledger.domain.calendar import Period
from ledger.domain.events import StatedPool
from ledger.domain.terms import Document
from tests.conftest import agree, csv_file, two_counties

HEADER = "税票号码,入库日期,实缴金额,项目,街道乡镇"


def selecting(of: dict[str, object], others: str = "丙县", **changes: object) -> Document:
    """Terms of 乙县 with somebody, for some of the receipts."""
    parties = {"bing": {"name": others, "role": "origin"}, "yi": {"name": "乙县", "role": "host"}}
    waterfall = [{"split": {"bing": 1, "yi": 1}}]
    pools = {"tax": {"share": "receipts", "of": of, "waterfall": waterfall}}
    return two_counties(title=f"{others}的协议", parties=parties, pools=pools) | changes


PARK = selecting({"park": "东园"}, "甲县")
PROJECT = selecting({"projects": ["新材料"]})
BOTH = "V1,2024-01-05,100.00,新材料,东园"


def record(ledger: Ledger, line: str) -> None:
    ledger.import_receipts(csv_file([line], HEADER), f"{line[:2]}.csv")


def entitled(statement: StatedPool) -> list[int]:
    return [line.entitled_fen for line in statement.lines]


def test_an_agreement_that_would_divide_recorded_money_again_cannot_come_into_force(ledger: Ledger) -> None:
    agree(ledger, PARK)
    record(ledger, BOTH)

    with pytest.raises(EntriesClaimedTwice, match="V1"):
        agree(ledger, PROJECT)

    assert ledger.books.agreement("A2").in_force_at is None


def test_what_two_agreements_select_stays_with_the_one_first_in_force_and_waits_in_the_other(ledger: Ledger) -> None:
    agree(ledger, PARK)
    agree(ledger, PROJECT)
    record(ledger, BOTH)

    first, second = ledger.close_period(Period(2024, 1)).statements

    assert entitled(first) == [5000, 5000]
    assert entitled(second) == [0, 0]
    assert second.waiting_fen == 100_00


def test_a_successor_takes_what_the_old_agreement_would_only_send_elsewhere(ledger: Ledger) -> None:
    old = selecting({"park": "东园"}, "甲县", to="2023-12-31")
    old["from"] = "2020-01-01"
    old["pools"]["tax"]["otherwise"] = {"yi": 1}
    agree(ledger, old)
    agree(ledger, PROJECT)
    record(ledger, BOTH)

    statements = ledger.close_period(Period(2024, 1)).statements

    assert [(each.agreement, entitled(each), each.waiting_fen) for each in statements] == [("A2", [5000, 5000], 0)]
