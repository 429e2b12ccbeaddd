"""The store: what was acknowledged stays, in one order without gaps; whoever changes a byte is found out."""

import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ledger.application import Ledger
from ledger.audit.chain import Sealed, genesis
from ledger.audit.verification import check_chain
from ledger.domain.calendar import Period
from ledger.domain.errors import LinesRefused, Refusal
from ledger.domain.events import BooksOpened, Fact
from ledger.domain.recording.entries import Key
from ledger.store import log
from ledger.store.evidence import folder_of
from ledger.store.log import BooksBusy, BooksDamaged, BooksMissing, MovedOn
from tests.conftest import REFUNDS, ROOT, Enclave, agree, csv_file, two_counties

RANDOM = random.Random(20260101)
EVENTS = 7


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Books of seven events: opened, proposed, signed twice, two files, closed."""
    path = tmp_path_factory.mktemp("sound") / "books.db"
    ledger = Ledger.begin(path, "经办", "测试账")
    agree(ledger, two_counties())
    ledger.import_receipts(csv_file(["V1,2024-01-05,100.00,,"], REFUNDS), "一.csv")
    ledger.import_receipts(csv_file(["V2,2024-01-06,9.99,,", "R1,2024-01-07,-40.00,退库,V1"], REFUNDS), "二.csv")
    ledger.close_period(Period(2024, 1))
    assert ledger.verify().is_sound
    assert ledger.log.head().position == EVENTS
    ledger.close_files()
    return path


@contextmanager
def tampered_copy(sound: Path) -> Iterator[tuple[Path, sqlite3.Connection]]:
    """A copy of the books, opened by somebody who is not the program."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "books.db"
        with sqlite3.connect(sound) as original:
            original.execute("VACUUM INTO ?", (str(path),))
        original.close()
        shutil.copytree(folder_of(sound), folder_of(path), dirs_exist_ok=True)
        intruder = sqlite3.connect(path, isolation_level=None)
        yield path, intruder
        intruder.close()


def verdict(path: Path) -> list[str]:
    """What `verify` finds, as sentences; a refusal to go on is a finding too."""
    ledger = Ledger.open(path, "核验人")
    try:
        return [finding.say("zh") for finding in ledger.verify().findings]
    except BooksDamaged as refusal:
        return [refusal.say("zh")]
    finally:
        ledger.close_files()


def names(findings: list[str], position: int) -> bool:
    """Whether a finding names the event of a position."""
    return any(str(position) in re.findall(r"\d+", finding) for finding in findings)


# Positions and durability


def test_positions_have_no_gaps_though_acts_are_refused_in_between(ledger: Ledger) -> None:
    for number in range(5):
        ledger.import_receipts(csv_file([f"V{number},2024-01-05,1.00"]), "好.csv")
        with pytest.raises(Refusal):
            ledger.import_receipts(csv_file([f"W{number},2024-01-05,0"]), "坏.csv")

    assert [position for position, _ in ledger.log.history()] == [1, 2, 3, 4, 5, 6]
    assert ledger.log.head().position == 6


def test_every_connection_waits_for_the_disk_and_the_journal_is_a_wal(ledger: Ledger) -> None:
    for commit in (True, False):
        with ledger.log.recorder.datastore.transaction(commit=commit) as cursor:
            cursor.execute("PRAGMA synchronous")
            assert cursor.fetchone()[0] == 2
            cursor.execute("PRAGMA journal_mode")
            assert cursor.fetchone()[0] == "wal"


RECORDER = """
import sys
from pathlib import Path
from ledger.application import Ledger

ledger = Ledger.open(Path(sys.argv[1]), "经办")
for number in range(10_000):
    voucher = f"{sys.argv[2]}-{number}"
    data = f"税票号码,入库日期,实缴金额\\n{voucher},2024-01-05,1.00\\n".encode()
    ledger.import_receipts(data, "一行.csv")
    print(voucher, flush=True)
"""


CLERK = """
import sys
from pathlib import Path
from ledger.application import Ledger

ledger = Ledger.open(Path(sys.argv[1]), "经办")
for number in range(10_000):
    name = f"{sys.argv[2]}-{number}"
    lines = "".join(f"{name}-{row},产值,2024-01,2024-01,{row}.0,万元,乙县\\n" for row in range(200))
    ledger.import_figures(f"编号,指标,所属期起,所属期止,数值,单位,报送方\\n{lines}".encode(), f"{name}.csv")
    print(f"figures {name}", flush=True)
    facts = [{"weights": "contributions", "unit": f"{name} {unit}", "values": {"jia": 1, "yi": 2}, "source": "台账"} for unit in range(20)]
    ledger.propose_facts("A1", facts, "jia")
    print(f"facts {name}", flush=True)
    agreement = ledger.books.agreement("A1")
    if not agreement.draft:
        ledger.amend_agreement("A1", "jia", agreement.document | {"effective": "2025-01-01", "title": name})
    ledger.sign_agreement("A1", "jia", "yi")
    print(f"version {ledger.books.agreement('A1').terms.title}", flush=True)
"""


def acknowledged_before_kill(books_file: Path, name: str, program: str = RECORDER) -> set[str]:
    """Start a recorder, kill -9 it in the middle of its work; what it had acknowledged."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", program, str(books_file), name],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(RANDOM.randint(1, 12))]
    for _ in range(RANDOM.randint(0, 40_000)):
        pass
    process.send_signal(signal.SIGKILL)
    lines += process.stdout.readlines()
    process.stdout.close()
    assert process.wait() == -signal.SIGKILL
    return {line.strip() for line in lines if line.endswith("\n")}


def test_nothing_acknowledged_is_lost_or_doubled_when_the_program_is_killed(ledger: Ledger, books_file: Path) -> None:
    acknowledged: set[str] = set()
    for round_number in range(10):
        acknowledged |= acknowledged_before_kill(books_file, f"K{round_number}")

        recorded = [entry.key.voucher for entry in ledger.books.entries]
        assert acknowledged <= set(recorded)
        assert len(recorded) == len(set(recorded)) <= len(acknowledged) + round_number + 1
    assert ledger.verify().is_sound
    assert ledger.log.head().position == 1 + len(ledger.books.entries)


def test_figures_facts_and_versions_are_there_whole_or_not_at_all_when_the_program_is_killed(
    ledger: Ledger, books_file: Path
) -> None:
    agree(ledger, two_counties(pools={"tax": {"share": "receipts", "waterfall": [{"split": {"by": "contributions"}}]}}))
    acknowledged: set[str] = set()
    for round_number in range(5):
        acknowledged |= acknowledged_before_kill(books_file, f"K{round_number}", CLERK)

        books = ledger.books
        assert {len(batch.reports) for batch in books.batches.values()} <= {200}
        facts = [str(each.document["unit"]).split()[0] for each in books.facts.values()]
        assert {facts.count(name) for name in facts} <= {20}
        assert {each.confirmed for each in books.facts.values()} <= {("jia",)}
        versions = books.agreement("A1").versions
        assert {each.signed for each in versions} == {("jia", "yi")}
        recorded = {f"figures {batch.file.removesuffix('.csv')}" for batch in books.batches.values()}
        recorded |= {f"facts {name}" for name in facts} | {f"version {each.terms.title}" for each in versions}
        assert acknowledged <= recorded
    assert acknowledged
    assert ledger.verify().is_sound


def test_sixteen_threads_on_two_ledgers_lose_nothing(ledger: Ledger, books_file: Path) -> None:
    other = Ledger.open(books_file, "另一经办")
    vouchers = [f"T{thread}-{number}" for thread in range(16) for number in range(5)]

    def work(thread: int) -> None:
        for number in range(5):
            data = csv_file([f"T{thread}-{number},2024-01-05,1.00"])
            (ledger if thread % 2 else other).import_receipts(data, "一行.csv")

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(work, range(16)))

    assert sorted(entry.key.voucher for entry in ledger.books.entries) == sorted(vouchers)
    assert [position for position, _ in other.log.history()] == list(range(1, 82))
    assert ledger.verify().is_sound
    other.close_files()


def test_a_fact_decided_on_older_books_is_not_recorded(ledger: Ledger) -> None:
    head = ledger.log.head()

    with pytest.raises(MovedOn):
        ledger.log.append([Fact("books", BooksOpened, {"title": "又一本"})], expected=head.position - 1, actor="经办")

    assert ledger.log.head() == head


def test_refunds_at_once_never_exceed_their_original_together(ledger: Ledger) -> None:
    ledger.import_receipts(csv_file(["V1,2024-01-05,100.00"]), "一.csv")

    def refund(number: int) -> bool:
        try:
            ledger.import_receipts(csv_file([f"R{number},2024-01-06,-30.00,退库,V1"], REFUNDS), "退.csv")
        except LinesRefused:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(refund, range(8)))

    assert sum(done) == 3
    assert ledger.books.originals.net_fen(Key("V1")) == 10_00


def test_what_one_ledger_records_the_other_sees_at_once(ledger: Ledger, books_file: Path) -> None:
    other = Ledger.open(books_file, "另一经办")
    number = ledger.propose_agreement(two_counties()).number

    other.sign_agreement(number, "jia")
    ledger.sign_agreement(number, "yi")

    assert other.books.agreement(number).in_force_at == 4
    other.close_files()


# Tampering (N19)


def flipped(value: int | str | bytes, place: int) -> int | bytes:
    """A stored value with one bit flipped; a text as its bytes."""
    if isinstance(value, int):
        return value ^ (1 << place % 62)
    data = bytearray(value.encode() if isinstance(value, str) else value)
    data[place // 8 % len(data)] ^= 1 << place % 8
    return bytes(data)


def flip(intruder: sqlite3.Connection, table: str, column: str, where: str, place: int) -> None:
    """Flip one bit of one stored value; a case that the table itself forbids is no case."""
    (value, kind), *_ = intruder.execute(f"SELECT {column}, typeof({column}) FROM {table} WHERE {where}")
    assume(value != "")
    try:
        intruder.execute(f"UPDATE {table} SET {column} = CAST(? AS {kind}) WHERE {where}", (flipped(value, place),))
    except sqlite3.IntegrityError:
        assume(False)


COLUMNS = ["position", "originator_id", "originator_version", "topic", "state", "hash"]


@settings(max_examples=150)
@given(column=st.sampled_from(COLUMNS), event=st.integers(1, EVENTS), place=st.integers(0, 2**15))
def test_one_flipped_bit_of_an_event_is_found_and_the_event_named(
    sound: Path, column: str, event: int, place: int
) -> None:
    with tampered_copy(sound) as (path, intruder):
        flip(intruder, "events", column, f"position = {event}", place)

        assert names(verdict(path), event)


@settings(max_examples=60)
@given(column=st.sampled_from(["position", "hash", "books", "algorithm"]), place=st.integers(0, 2**9))
def test_one_flipped_bit_of_the_head_row_is_found(sound: Path, column: str, place: int) -> None:
    with tampered_copy(sound) as (path, intruder):
        flip(intruder, "head", column, "one = 1", place)

        assert verdict(path)


@settings(max_examples=60)
@given(
    column=st.sampled_from(["kind", "run", "part", "size", "prints", "places"]),
    kind=st.sampled_from(["voucher", "original"]),
    place=st.integers(0, 2**9),
)
def test_one_flipped_bit_of_the_index_of_vouchers_is_found_or_changes_no_answer(
    sound: Path, column: str, kind: str, place: int
) -> None:
    with tampered_copy(sound) as (path, intruder):
        last = f"kind = '{kind}' AND run = (SELECT max(run) FROM voucher_runs WHERE kind = '{kind}')"
        flip(intruder, "voucher_runs", column, last, place)

        assert verdict(path) or column in ("run", "part", "size")
        assert import_again(path) == 0


def import_again(path: Path) -> int:
    """How many lines of the first file are taken for new ones; 0 if books that do not verify refuse them."""
    ledger = Ledger.open(path, "复核")
    try:
        found = ledger.import_receipts(csv_file(["V1,2024-01-05,100.00,,"], REFUNDS), "一.csv").recorded
        return 0 if not ledger.verify().is_sound else found
    except Refusal:
        return 0
    finally:
        ledger.close_files()


REMOVALS = {
    "an event in the middle": (["DELETE FROM events WHERE position = 4"], 4),
    "two events in the middle": (["DELETE FROM events WHERE position IN (4, 5)"], 4),
    "the first event": (["DELETE FROM events WHERE position = 1"], 1),
    "the last event": (["DELETE FROM events WHERE position = 7"], 7),
    "the last event, head row set back": (
        ["DELETE FROM events WHERE position = 7", "UPDATE head SET position = 6"],
        6,
    ),
    "every event": (["DELETE FROM events"], 7),
    "two events swapped": (
        [
            "UPDATE events SET position = -5 WHERE position = 5",
            "UPDATE events SET position = 5 WHERE position = 6",
            "UPDATE events SET position = 6 WHERE position = -5",
        ],
        5,
    ),
    "contents of two events swapped": (
        [
            "UPDATE events SET state = (SELECT state FROM events AS other WHERE other.position = 11 - events.position) "
            "WHERE position IN (5, 6)"
        ],
        5,
    ),
    "an event moved to another stream": (
        ["UPDATE events SET originator_id = hex(randomblob(16)) WHERE position = 5"],
        5,
    ),
    "an event added behind the head row": (
        ["INSERT INTO events SELECT 8, originator_id, 9, topic, state, hash FROM events WHERE position = 7"],
        8,
    ),
    "an event at a far position": (["UPDATE events SET position = 4611686018427387904 WHERE position = 7"], 7),
    "a state that is a text": (["UPDATE events SET state = 'abc' WHERE position = 5"], 5),
    "a topic that is bytes": (["UPDATE events SET topic = x'ff00' WHERE position = 5"], 5),
    "a version that is a text": (["UPDATE events SET originator_version = 'abc' WHERE position = 5"], 5),
}


@pytest.mark.parametrize("removal", REMOVALS)
def test_removing_moving_and_adding_events_is_found_and_the_event_named(removal: str, sound: Path) -> None:
    statements, event = REMOVALS[removal]
    with tampered_copy(sound) as (path, intruder):
        for statement in statements:
            intruder.execute(statement)

        assert names(verdict(path), event)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM voucher_runs WHERE kind = 'original'",
        "DELETE FROM voucher_runs",
        "INSERT INTO voucher_runs SELECT kind, run + 9, part, first, size, prints, places FROM voucher_runs",
        "UPDATE voucher_runs SET places = (SELECT prints FROM voucher_runs LIMIT 1)",
        "UPDATE voucher_runs SET prints = zeroblob(length(prints)) WHERE kind = 'original'",
        "DELETE FROM head",
        "DROP TABLE voucher_runs",
    ],
)
def test_tampering_with_index_and_head_row_is_found(statement: str, sound: Path) -> None:
    with tampered_copy(sound) as (path, intruder):
        intruder.execute(statement)

        assert verdict(path)


def test_a_far_position_does_not_make_verifying_endless() -> None:
    far = Sealed(2**62, "0" * 32, 1, "books.opened.v1", b"", b"")

    findings = list(islice(check_chain([far], "b", "sha256", (1, genesis("b", "sha256"))), 1_000))

    assert len(findings) < 1_000


def test_verify_exits_1_and_names_the_event(sound: Path, books_file: Path, enclave: Enclave) -> None:
    with tampered_copy(sound) as (path, intruder):
        intruder.execute("UPDATE events SET state = CAST('{}' AS BLOB) WHERE position = 5")
        shutil.copy(path, books_file)

    answer = enclave("verify")

    assert answer.code == 1
    assert "第 5 号事项（tax.receipts.recorded.v2）与封印不符" in answer.out


def test_untouched_books_verify_after_a_copy(sound: Path) -> None:
    with tampered_copy(sound) as (path, _):
        assert verdict(path) == []


# Other books, no books, busy books


def test_books_sealed_with_sm3_verify_and_their_damage_is_found(tmp_path: Path) -> None:
    path = tmp_path / "国密账.db"
    ledger = Ledger.begin(path, "经办", "国密账", algorithm="sm3")
    ledger.import_receipts(csv_file(["V1,2024-01-05,100.00"]), "一.csv")
    assert (ledger.log.head().algorithm, len(ledger.log.head().hash)) == ("sm3", 32)
    assert ledger.verify().is_sound
    ledger.close_files()

    with tampered_copy(path) as (copy, intruder):
        intruder.execute("UPDATE events SET topic = 'x' WHERE position = 2")
        assert names(verdict(copy), 2)


def test_books_keep_their_algorithm_when_opened_with_another(tmp_path: Path) -> None:
    Ledger.begin(tmp_path / "b.db", "经办", "账", algorithm="sm3").close_files()

    ledger = Ledger.begin(tmp_path / "b.db", "经办", "账", algorithm="sha256")

    assert ledger.log.head().algorithm == "sm3"
    assert ledger.verify().is_sound
    ledger.close_files()


@pytest.mark.parametrize("name", ["账 簿.db", "a#b?c=d&e%20.db", "子/目录/账.db"])
def test_books_live_at_any_path(name: str, tmp_path: Path) -> None:
    ledger = Ledger.begin(tmp_path / name, "经办", "账")
    ledger.import_receipts(csv_file(["V1,2024-01-05,100.00"]), "一.csv")
    ledger.close_files()

    again = Ledger.open(tmp_path / name, "经办")
    assert [entry.key for entry in again.books.entries] == [Key("V1")]
    assert (tmp_path / name).is_file()
    again.close_files()


@pytest.mark.parametrize("contents", [b"no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 4_096])
def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(contents: bytes, books_file: Path) -> None:
    books_file.write_bytes(contents)

    with pytest.raises(BooksDamaged) as refused:
        Ledger.open(books_file, "经办").verify()

    assert str(books_file) in refused.value.say("zh")
    assert books_file.read_bytes() == contents


@pytest.mark.parametrize("word", [b"position INTEGER PRIMARY", b"CREATE TABLE head", b"events ("])
def test_books_whose_tables_are_described_wrongly_are_called_damaged_and_not_busy(word: bytes, sound: Path) -> None:
    with tampered_copy(sound) as (path, intruder):
        intruder.close()
        whole = path.read_bytes()
        path.write_bytes(whole.replace(word, b"q" + word[1:], 1))

        with pytest.raises(BooksDamaged):
            Ledger.open(path, "经办").verify()


def test_an_empty_file_is_no_books(books_file: Path) -> None:
    books_file.touch()

    with pytest.raises((BooksDamaged, BooksMissing)):
        Ledger.open(books_file, "经办").verify()

    assert books_file.read_bytes() == b""


@pytest.mark.parametrize("create", [False, True])
def test_another_programs_database_is_refused_and_left_as_it_is(create: bool, books_file: Path) -> None:
    stranger = sqlite3.connect(books_file)
    stranger.execute("CREATE TABLE events (what TEXT)")
    stranger.execute("INSERT INTO events VALUES ('theirs')")
    stranger.commit()
    before = list(stranger.iterdump())

    with pytest.raises((BooksDamaged, BooksMissing)):
        Ledger.begin(books_file, "经办", "账") if create else Ledger.open(books_file, "经办")

    assert list(stranger.iterdump()) == before
    stranger.close()


def test_missing_books_are_not_made_by_looking_at_them(books_file: Path) -> None:
    with pytest.raises(BooksMissing):
        Ledger.open(books_file, "经办")

    assert not books_file.exists()


def test_a_locked_database_is_refused_kindly_and_nothing_is_recorded(
    books_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "LOCK_TIMEOUT_SECONDS", 1)
    ledger = Ledger.begin(books_file, "经办", "账")
    holder = sqlite3.connect(books_file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    with pytest.raises(BooksBusy) as refused:
        ledger.import_receipts(csv_file(["V1,2024-01-05,1.00"]), "一.csv")
    holder.execute("ROLLBACK")

    assert "没有记下任何内容，请稍后重试" in refused.value.say("zh")
    assert ledger.import_receipts(csv_file(["V1,2024-01-05,1.00"]), "一.csv").recorded == 1
    holder.close()
    ledger.close_files()


def test_the_index_is_written_anew_from_the_log_as_it_was_and_mended_where_it_was_not(
    sound: Path, books_file: Path, enclave: Enclave
) -> None:
    with tampered_copy(sound) as (path, intruder):
        shutil.copytree(folder_of(path), folder_of(books_file))
        shutil.copy(path, books_file)
        assert "完全一致" in enclave("rebuild").out

        intruder.execute("UPDATE voucher_runs SET places = zeroblob(length(places))")
        intruder.commit()
        shutil.copy(path, books_file)
        found = enclave("verify")
        assert found.code == 1 and "共 4 处，如 V1, V2, R1。" in found.out and "enclave rebuild" in found.out
        assert "不一致" in enclave("rebuild").out
        assert enclave("verify").code == 0
