"""The snapshot: books opened by it know what the log says, and whatever is wrong with it is left aside."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from ledger.application import Ledger
from ledger.audit.index import SnapshotDiffers
from ledger.domain.calendar import Period
from ledger.domain.events import ReceiptsRecorded
from ledger.domain.recording import receipts, recorded
from ledger.projections.statements import statements
from ledger.store import snapshot
from ledger.store.mapper import StructMapper
from tests.conftest import REFUNDS, Enclave, agree, csv_file, two_counties

FIRST = ["V1,2024-01-05,100.01,,", "V2,2024-01-06,50.00,,", "R1,2024-02-07,-40.00,退库,V1"]
THEN = ["V3,2024-02-05,7.77,,", "R2,2024-02-08,-10.00,退库,V1", "R3,2024-02-09,5.00,,R1"]


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A snapshot after every line more."""
    monkeypatch.setattr(snapshot, "LINES_MIN", 1)


@pytest.fixture
def kept(ledger: Ledger) -> Iterator[Ledger]:
    """Books with a snapshot behind their last event."""
    agree(ledger, two_counties())
    ledger.import_receipts(csv_file(FIRST, REFUNDS), "一.csv")
    assert len(ledger.books.recorded) == len(FIRST)
    yield ledger


def said(ledger: Ledger) -> list[object]:
    """Every statement and every line, as people see them."""
    books = ledger.books
    stated = [statements(books, Period(2024, month)) for month in (1, 2)]
    return [stated, list(books.recorded), books.recorded.booked()]


def from_the_log(path: Path, folder: Path) -> list[object]:
    """The same of books that have no snapshot."""
    alone = folder / "alone.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("VACUUM INTO ?", (str(alone),))
    ledger = Ledger.open(alone, "审计")
    found = said(ledger)
    ledger.close_files()
    return found


def test_books_opened_by_a_snapshot_say_what_the_log_says_and_read_of_it_only_what_later_lines_take_back(
    kept: Ledger, books_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "LINES_MIN", 1_000)
    kept.import_receipts(csv_file(THEN, REFUNDS), "二.csv")
    read: list[object] = []
    to_event = StructMapper.to_domain_event
    noting = lambda self, stored: (read.append(event := to_event(self, stored)), event)[1]  # noqa: E731
    monkeypatch.setattr(StructMapper, "to_domain_event", noting)

    later = Ledger.open(books_file, "审计")
    assert len(later.books.recorded) == len(FIRST) + len(THEN)

    blocks = [len(event.receipts) for event in read if isinstance(event, ReceiptsRecorded)]
    assert blocks == [len(THEN), len(FIRST)]
    assert said(later) == from_the_log(books_file, tmp_path)
    again = Ledger.open(books_file, "审计")
    assert said(again) == said(later)
    later.close_files()
    again.close_files()


def test_what_was_known_at_an_earlier_position_is_not_read_from_a_later_snapshot(kept: Ledger) -> None:
    earlier = kept.books.position
    kept.import_receipts(csv_file(THEN, REFUNDS), "二.csv")
    assert len(kept.books.recorded) == len(FIRST) + len(THEN)

    assert len(kept.books_at(earlier).recorded) == len(FIRST)
    assert len(kept.books_at(earlier - 1).recorded) == 0


def other_books(folder: Path) -> None:
    contents = msgspec.msgpack.decode((folder / snapshot.CONTENTS).read_bytes())
    (folder / snapshot.CONTENTS).write_bytes(msgspec.msgpack.encode(contents | {"hash": bytes(32)}))


def another_form(folder: Path) -> None:
    contents = msgspec.msgpack.decode((folder / snapshot.CONTENTS).read_bytes())
    (folder / snapshot.CONTENTS).write_bytes(msgspec.msgpack.encode(contents | {"form": 99}))


def cut_short(folder: Path) -> None:
    os.truncate(folder / "amounts_fen", 8)


def a_column_missing(folder: Path) -> None:
    (folder / "prints").unlink()


def garbled(folder: Path) -> None:
    (folder / snapshot.CONTENTS).write_bytes(b"\xff\x00")


def nothing_left(folder: Path) -> None:
    shutil.rmtree(folder)


@pytest.mark.parametrize("fault", [other_books, another_form, cut_short, a_column_missing, garbled, nothing_left])
def test_a_snapshot_that_does_not_fit_is_left_aside(
    fault: Callable[[Path], None], kept: Ledger, books_file: Path, tmp_path: Path
) -> None:
    (folder,) = snapshot.folder_of(books_file).iterdir()
    fault(folder)

    later = Ledger.open(books_file, "审计")

    assert said(later) == from_the_log(books_file, tmp_path)
    later.close_files()


def test_rebuilding_finds_a_changed_snapshot_and_puts_a_true_one_in_its_place(
    kept: Ledger, books_file: Path, tmp_path: Path, enclave: Enclave
) -> None:
    assert enclave("rebuild", "--json").document == {"rebuilt": ["vouchers", "snapshot"], "same": True}
    (folder,) = snapshot.folder_of(books_file).iterdir()
    with (folder / "amounts_fen").open("r+b") as file:
        file.write(b"\x01")

    assert enclave("rebuild", "--json").document["same"] is False

    later = Ledger.open(books_file, "审计")
    assert said(later) == from_the_log(books_file, tmp_path)
    later.close_files()
    assert enclave("rebuild", "--json").document["same"] is True


def test_rebuilding_piece_by_piece_names_every_line_as_books_that_grew_in_memory(
    ledger: Ledger, enclave: Enclave, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorded, "PIECE", 2)
    agree(ledger, two_counties())
    others = "V7,2024-01-03,10.00,,,园区甲", "V8,2024-01-03,10.00,,,园区乙", "V9,2024-01-03,10.00,,,园区甲"
    header = f"{REFUNDS},街道乡镇"
    ledger.import_receipts(csv_file(others, header), "零.csv")
    for number, lines in enumerate((FIRST, THEN, ["R4,2024-03-01,-5.00,退库,R3", "R7,2024-03-01,-1.00,退库,V8"])):
        ledger.import_receipts(csv_file(lines, REFUNDS), f"{number}.csv")
        assert len(ledger.books.recorded) > len(FIRST)

    assert enclave("rebuild", "--json").document["same"] is True

    again = Ledger.open(ledger.log._path, "审计").books.recorded
    assert len(again) == 11 and again.columns.names["parks"] == ledger.books.recorded.columns.names["parks"]
    assert again.columns.codes["parks"].tolist() == ledger.books.recorded.columns.codes["parks"].tolist()
    assert {again.columns.names["parks"][code] for code in again.columns.codes["parks"][[9, 10]]} == {"", "园区乙"}


def test_verifying_finds_a_changed_snapshot_before_anything_is_closed_by_it(kept: Ledger, books_file: Path) -> None:
    assert kept.verify().is_sound
    (folder,) = snapshot.folder_of(books_file).iterdir()
    with (folder / "amounts_fen").open("r+b") as file:
        file.write(b"\x01")

    later = Ledger.open(books_file, "审计")
    assert [finding.kind for finding in later.verify().findings] == ["snapshot-differs"]
    with pytest.raises(SnapshotDiffers):
        later.close_period(Period(2024, 1))
    later.close_files()

    assert kept.rebuild() == {"vouchers": True, "snapshot": False}
    kept.close_period(Period(2024, 1))
    assert kept.verify().is_sound


def test_what_a_killed_process_left_of_a_snapshot_is_cleared_by_the_next(kept: Ledger, books_file: Path) -> None:
    folder = snapshot.folder_of(books_file)
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    left, at_work = folder / f"draft-{int(gone.stdout)}", folder / f"draft-{os.getppid()}"
    for each in (left, at_work):
        each.mkdir()

    kept.rebuild()

    assert at_work.is_dir() and not left.exists()


def test_with_one_block_at_hand_the_others_are_read_again_also_those_that_are_only_supposed(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorded, "BLOCKS_HELD", 1)
    monkeypatch.setattr(receipts, "LINES_MAX", 2)
    agree(ledger, two_counties())
    ledger.import_receipts(csv_file(FIRST, REFUNDS), "一.csv")

    supposed = ledger.books_if(ledger.plan_import(csv_file(THEN, REFUNDS), "二.csv"))

    vouchers = [line.split(",")[0] for line in [*FIRST, *THEN]]
    assert [entry.key.voucher for entry in supposed.recorded] == vouchers
    assert [entry.key.voucher for entry in ledger.books.recorded] == vouchers[: len(FIRST)]
