"""Many at once on one set of books: one winner, nothing lost, and nobody who reads waits or sees a half of anything.

`ENCLAVE_ROUNDS=1000` is T6 in full; the suite is content with fewer.
"""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier, Event

import pytest

from api.access.people import Membership
from ledger.application import Ledger
from ledger.domain.calendar import Period
from ledger.domain.errors import Conflict
from ledger.domain.register.parks import register
from ledger.projections.statements import statements
from ledger.store.kept_books import Act, KeptBooks
from ledger.store.log import Log
from tests.conftest import ROOT, agree, csv_file, two_counties
from tests.test_service import Service

THREADS = 32
ROUNDS = int(os.environ.get("ENCLAVE_ROUNDS", "10"))
PARKS = """
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from ledger.application import Ledger

books, own = Path(sys.argv[1]), sys.argv[2]
ledger = Ledger.open(books, own)

def register(number):
    ledger.acting_as(f"{own}-{number}").register_park(f"园区{own}-{number}", "", date(2024, 1, 1))
    sys.stdout.write(f"园区{own}-{number}\\n")
    sys.stdout.flush()

with ThreadPoolExecutor(8) as pool:
    list(pool.map(register, range(int(sys.argv[3]))))
"""


def park(ledger: Ledger, name: str) -> str:
    """What came of registering a park: done, or the rule that it broke."""
    try:
        ledger.register_park(name, "", date(2024, 1, 1))
    except Conflict as rule:
        return rule.kind
    return "done"


def parks(ledger: Ledger) -> set[str]:
    return set(ledger.books.places().parks.by_name)


def test_of_many_who_want_the_same_at_once_exactly_one_has_it_and_the_others_are_told(ledger: Ledger) -> None:
    """T6."""
    start = Barrier(THREADS)

    def registering(thread: int) -> list[str]:
        own = ledger.acting_as(f"经办{thread}")
        start.wait()
        return [outcome for number in range(ROUNDS) for outcome in [park(own, f"园区{number}")]]

    with ThreadPoolExecutor(THREADS) as pool:
        outcomes = list(pool.map(registering, range(THREADS)))

    for each in zip(*outcomes, strict=True):
        assert Counter(each) == {"done": 1, "park-known": THREADS - 1}
    assert [position for position, _ in ledger.log.history()] == list(range(1, ROUNDS + 2))
    assert ledger.verify().is_sound


def test_acts_that_wait_together_are_recorded_in_one_transaction_and_refused_one_by_one(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, free = Event(), Event()
    recorded: list[int] = []
    record = Log.record

    def slow(log: Log, events: list[object], **more: object) -> int:
        recorded.append(len(events))
        first.set()
        free.wait(30)
        return record(log, events, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Log, "record", slow)
    with ThreadPoolExecutor(8) as pool:
        opening = pool.submit(park, ledger, "园区甲")
        first.wait(30)
        waiting = [pool.submit(park, ledger.acting_as(name), name) for name in ("园区甲", "园区乙", "园区乙", "园区丙")]
        while len(ledger._kept._waiting) < len(waiting):
            time.sleep(0.01)
        free.set()

    assert opening.result() == "done" and recorded == [1, 2]
    assert [each.result() for each in waiting] == ["park-known", "done", "park-known", "done"]
    assert [event.actor for _, event in ledger.log.history(2)] == ["园区乙", "园区丙"]


def test_an_act_that_breaks_spoils_no_other_and_a_group_that_lost_is_decided_again(books_file: Path) -> None:
    ledger, other = Ledger.begin(books_file, "甲", "测试账"), Ledger.open(books_file, "乙")
    kept = KeptBooks(Log(books_file))

    def overtaken(books: object) -> list[object]:
        if not parks(other):
            other.register_park("抢先的园区", "", date(2024, 1, 1))
        return []

    def broken(books: object) -> list[object]:
        raise ZeroDivisionError

    acts = [Act(overtaken, "丙"), Act(broken, "丙"), _registering("后到的园区"), _registering("抢先的园区")]  # type: ignore[arg-type]
    kept._settle(acts)

    assert acts[0].recorded() == [] and [at for at, _ in acts[2].recorded()] == [3]
    for act, problem in ((acts[1], ZeroDivisionError), (acts[3], Conflict)):
        with pytest.raises(problem):
            act.recorded()
    assert parks(ledger) == {"抢先的园区", "后到的园区"}
    for each in (ledger, other):
        each.close_files()
    kept.log.close()


def _registering(name: str) -> Act:
    return Act(lambda books: [register(books.places().parks, name, "", date(2024, 1, 1), None)], "丙")


def test_what_a_reader_holds_does_not_change_and_no_reader_sees_half_a_file(ledger: Ledger) -> None:
    agree(ledger, two_counties())
    ledger.import_receipts(csv_file(["V1,2024-01-05,300.00"]), "一.csv")
    held, lines = ledger.books, 40_000
    big = csv_file([f"W{number},2024-01-06,3.00" for number in range(lines)])
    stated = statements(held, Period(2024, 1))
    done = Event()

    def reading(_: int) -> set[tuple[int, int]]:
        seen = set()
        while not done.is_set():
            books = ledger.books
            (statement,) = statements(books, Period(2024, 1))
            seen.add((len(books.recorded), sum(line.entitled_fen for line in statement.lines)))
        return seen

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(reading, number) for number in range(3)]
        pool.submit(ledger.import_receipts, big, "二.csv").result()
        done.set()

    before, after = (1, 300_00), (lines + 1, 300_00 + lines * 3_00)
    assert set().union(*(each.result() for each in readers)) <= {before, after}
    assert (len(held.recorded), statements(held, Period(2024, 1))) == (1, stated)
    (now,) = statements(ledger.books, Period(2024, 1))
    assert sum(line.entitled_fen for line in now.lines) == after[1]


def start(books: Path, own: str, count: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", PARKS, str(books), own, str(count)],
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
    )


def test_several_processes_with_many_threads_each_lose_nothing_on_the_same_books(
    ledger: Ledger, books_file: Path
) -> None:
    writing = [start(books_file, own, 40) for own in "甲乙"]
    with ThreadPoolExecutor(8) as pool:
        own = list(pool.map(lambda number: park(ledger, f"园区丙-{number}"), range(40)))
    said = [line for process in writing for line in process.communicate(timeout=60)[0].split()]

    assert own == ["done"] * 40 and len(said) == 80
    assert parks(ledger) == {*said, *(f"园区丙-{number}" for number in range(40))}
    assert ledger.verify().is_sound


def test_whoever_is_killed_while_many_write_loses_nothing_that_was_acknowledged(
    ledger: Ledger, books_file: Path
) -> None:
    process = start(books_file, "甲", 100_000)
    assert process.stdout
    said = [process.stdout.readline().strip() for _ in range(60)]
    process.send_signal(signal.SIGKILL)
    said += process.communicate(timeout=60)[0].split("\n")[:-1]

    assert set(said) <= parks(ledger)
    assert len(parks(ledger)) == ledger.log.head().position - 1
    assert ledger.verify().is_sound


def test_one_person_does_not_sign_for_two_parties_by_asking_for_both_at_once(tmp_path: Path) -> None:
    service = Service(tmp_path)
    service.directory.grant("yi-head", Membership("park", "head", "甲县"), "管理员")
    start = Barrier(2)

    def signing(number: str, party: str) -> int:
        start.wait()
        body = {"party": party, "draft": 1}
        return service.post("yi-head", f"park/agreements/{number}/sign", body).status_code

    with ThreadPoolExecutor(2) as pool:
        for number in range(1, ROUNDS + 1):
            terms = two_counties(
                title=f"协议{number}", **{"from": f"{2024 + number}-01-01", "to": f"{2024 + number}-12-31"}
            )
            assert service.post("jia-clerk", "park/agreements", {"terms": terms}).status_code == 201
            answers = pool.map(signing, [f"A{number}"] * 2, ("甲县", "乙县"))
            assert sorted(answers) == [201, 403]
    service.app.extensions["enclave"][0].close()
