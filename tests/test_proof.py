"""What verification proves, and what it needs from outside the books to prove more."""

import sqlite3
from pathlib import Path

import pytest

from ledger.application import Ledger
from ledger.store.log import BooksDamaged, Log
from tests.conftest import agree, csv_file, two_counties


def recorded(ledger: Ledger) -> Ledger:
    """Books with an agreement and two receipts."""
    agree(ledger, two_counties())
    for voucher in ("V1", "V2"):
        ledger.import_receipts(csv_file([f"{voucher},2024-01-05,90.00"]), f"{voucher}.csv")
    return ledger


def tamper(path: Path, *statements: str) -> None:
    with sqlite3.connect(path) as intruder:
        for statement in statements:
            intruder.execute(statement)


def kinds(ledger: Ledger, point: tuple[int, str] | None = None) -> list[str]:
    return [finding.kind for finding in ledger.verify(point).findings]


def test_a_receipt_made_new_by_tampering_with_the_index_is_found_as_counted_twice(
    ledger: Ledger, books_file: Path
) -> None:
    recorded(ledger)
    tamper(books_file, "DELETE FROM voucher_runs")
    assert set(kinds(ledger)) == {"index-differs"}

    ledger.import_receipts(csv_file(["V1,2024-01-05,90.00"]), "again.csv")

    assert "voucher-recorded-twice" in kinds(ledger)


def test_a_cut_tail_with_a_mended_head_is_found_by_a_point_kept_elsewhere(ledger: Ledger, books_file: Path) -> None:
    head = recorded(ledger).log.head()
    kept = (head.position, head.hash.hex())
    tamper(
        books_file,
        "DELETE FROM events WHERE position = (SELECT max(position) FROM events)",
        "UPDATE head SET (position, hash) = (SELECT position, hash FROM events ORDER BY position DESC LIMIT 1)",
    )
    ledger.log.index_anew()

    assert kinds(ledger) == []
    assert kinds(ledger, kept) == ["point-not-on-chain"]


def test_a_point_on_the_chain_still_holds_after_more_was_recorded(ledger: Ledger) -> None:
    head = recorded(ledger).log.head()
    ledger.import_receipts(csv_file(["V3,2024-01-06,1.00"]), "c.csv")

    assert kinds(ledger, (head.position, head.hash.hex())) == []


@pytest.mark.parametrize("position", [0, -5])
def test_an_event_below_the_first_position_is_found(position: int, ledger: Ledger, books_file: Path) -> None:
    recorded(ledger)
    tamper(
        books_file,
        f"INSERT INTO events SELECT {position}, hex(randomblob(16)), 1, topic, state, hash FROM events WHERE position = 1",
    )

    assert "seal-broken" in kinds(ledger)


def test_a_missing_head_row_is_named_and_never_made_up(ledger: Ledger, books_file: Path) -> None:
    recorded(ledger).close_files()
    tamper(books_file, "DELETE FROM head")

    for create in (False, True):
        with pytest.raises(BooksDamaged):
            Log(books_file, create=create).head()

    with sqlite3.connect(books_file) as looked:
        assert looked.execute("SELECT count(*) FROM head").fetchone() == (0,)
