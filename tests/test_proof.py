"""What verification proves, and what it needs from outside the books to prove more."""

import hashlib
import json
import sqlite3
import tracemalloc
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from eventsourcing.persistence import StoredEvent

from ledger.application import Ledger
from ledger.audit.files import FileMissing
from ledger.audit.index import LogCut
from ledger.audit.verification import DigestBroken, Report
from ledger.domain.errors import RuleBroken
from ledger.domain.events import Event, ReceiptsListed
from ledger.domain.recording.receipts import LINES_MAX
from ledger.store.evidence import folder_of
from ledger.store.log import BooksDamaged, Log
from tests.conftest import agree, csv_file, two_counties
from tests.test_style import HISTORY


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


@pytest.mark.parametrize("change", ["first = 9223372036854775807", "part = part + 100000", "size = 1", "first = 'x'"])
def test_an_index_that_leads_past_what_it_holds_is_found_and_written_anew(
    change: str, ledger: Ledger, books_file: Path
) -> None:
    recorded(ledger)
    tamper(books_file, f"UPDATE voucher_runs SET {change} WHERE kind = 'voucher'")

    assert kinds(ledger) == ["index-unusable"]
    assert ledger.rebuild()["vouchers"] is False
    assert kinds(ledger) == []
    assert ledger.import_receipts(csv_file(["V2,2024-01-05,90.00"]), "again.csv").recorded == 0


def test_after_a_rebuild_by_another_process_a_service_still_knows_every_voucher(
    ledger: Ledger, books_file: Path
) -> None:
    recorded(ledger)
    lines = csv_file(["V1,2024-01-05,90.00", "V2,2024-01-05,90.00"])
    assert ledger.import_receipts(lines, "again.csv").recorded == 0
    for _ in range(2):
        other = Ledger.open(books_file, "维护")
        assert other.rebuild() == {"vouchers": True, "snapshot": True}
        other.close_files()

        assert ledger.import_receipts(lines, "again.csv").recorded == 0


def test_what_was_recorded_while_the_index_is_written_anew_stands_in_it(ledger: Ledger) -> None:
    recorded(ledger)
    history, late = ledger.log.history, iter(["V3,2024-01-06,1.00"])

    def slow(*asked: int) -> Iterator[tuple[int, Event]]:
        yield from history(*asked)
        for line in late:
            ledger.import_receipts(csv_file([line]), "meanwhile.csv")

    ledger.log.history = slow  # type: ignore[assignment, method-assign]

    assert ledger.log.index_anew() is True
    assert kinds(ledger) == []


def test_nothing_is_rebuilt_from_a_log_that_does_not_hold(ledger: Ledger, books_file: Path) -> None:
    recorded(ledger)
    tamper(books_file, "DELETE FROM events WHERE position = 5")
    before = ledger.log.indexed("voucher").prints.tolist()

    with pytest.raises(RuleBroken):
        ledger.rebuild()

    assert ledger.log.indexed("voucher").prints.tolist() == before


def test_a_cut_tail_with_a_mended_head_is_found_by_a_point_kept_elsewhere(ledger: Ledger, books_file: Path) -> None:
    head = recorded(ledger).log.head()
    kept = (head.position, head.hash.hex())
    tamper(
        books_file,
        "DELETE FROM events WHERE position = (SELECT max(position) FROM events)",
        "UPDATE head SET (position, hash) = (SELECT position, hash FROM events ORDER BY position DESC LIMIT 1)",
    )
    assert kinds(ledger) == ["log-cut"]
    with pytest.raises(LogCut):
        ledger.rebuild()
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


def test_an_original_that_is_gone_changed_or_unreadable_is_named_with_its_event_once(
    ledger: Ledger, books_file: Path
) -> None:
    recorded(ledger)
    lines = [f"W{number},2024-01-05,1.00" for number in range(LINES_MAX + 1)]
    for name, data in (("W.csv", csv_file(lines)), ("X.csv", csv_file(["X1,2024-01-05,1.00"]))):
        ledger.import_receipts(data, name)
    figures = csv_file(["产值,2024-01-01,2024-01-31,1.0,万元,甲县"], "指标,所属期起,所属期止,数值,单位,报送方")
    ledger.import_figures(figures, "指标.csv")
    assert ledger.verify().is_sound
    gone, cut, whole, folder, changed = (folder_of(books_file) / each.sha256 for each in ledger.log.files())

    gone.unlink()
    cut.write_bytes(cut.read_bytes()[:-1])
    folder.unlink()
    folder.mkdir()
    changed.write_bytes(figures.replace(b"1.0", b"2.0"))

    found = [(each.kind, each.facts["file"], each.facts["position"]) for each in ledger.verify().findings]
    assert whole.is_file() and found == [
        ("file-missing", "V1.csv", 5),
        ("file-changed", "V2.csv", 6),
        ("file-changed", "X.csv", 9),
        ("file-changed", "指标.csv", 10),
    ]


def test_originals_of_any_size_are_read_a_little_at_a_time(ledger: Ledger, books_file: Path) -> None:
    big = csv_file(["V1,2024-01-05,1.00"]) + b"\n" * 30_000_000
    kept = folder_of(books_file)
    ledger.log.keep_file(hashlib.sha256(big).hexdigest(), big)
    sha256 = next(kept.iterdir()).name
    del big

    tracemalloc.start()
    assert ledger.log.kept_sha256(sha256) == sha256
    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()


def test_what_was_written_before_originals_were_kept_misses_none(ledger: Ledger) -> None:
    topic, state = next(json.loads(line) for line in HISTORY if ReceiptsListed.TOPIC in line)
    old = StoredEvent(uuid4(), 1, topic, b64decode(state))
    ledger.log.recorder.insert_events([old])

    assert list(ledger.log.files()) == []


def test_of_many_findings_of_one_rule_the_first_are_named_and_the_others_counted() -> None:
    lost: list[RuleBroken] = [FileMissing(position=5, file=f"{number}.csv", sha256="x") for number in range(500)]
    report = Report(9, 0, "", [*lost, DigestBroken(number="A1")])

    said = report.in_words("zh")

    assert len(said) < 30
    assert "“0.csv”" in said[0] and "另有 480 处" in said[-2] and "A1" in said[-1]
