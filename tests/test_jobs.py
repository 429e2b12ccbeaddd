"""Jobs: what was sent is checked once and recorded once, whoever dies meanwhile; nobody who reads waits for it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Request
from werkzeug.test import TestResponse

from api import jobs, uploads
from api.http import tenancy
from api.jobs import Jobs, work
from api.settings import ServiceSettings
from api.uploads import Uploads
from ledger.application import Ledger
from ledger.domain.calendar import Period
from ledger.projections.statements import statements
from ledger.store.log import Log
from tests.conftest import HEADER, ROOT, agree, csv_file, two_counties
from tests.test_service import Service, kind

LINES = int(os.environ.get("ENCLAVE_LINES", "60000"))
"""`ENCLAVE_LINES=1000000` is the full form."""
ROUNDS = 8
PATIENCE_SECONDS = 300


@pytest.fixture
def agreed(tmp_path: Path) -> Iterator[Service]:
    service = Service(tmp_path / "service")
    service.post("jia-clerk", "park/agreements", {"terms": two_counties()})
    for head, party in (("jia-head", "甲县"), ("yi-head", "乙县")):
        service.post(head, "park/agreements/A1/sign", {"party": party, "draft": 1})
    yield service
    service.app.extensions["enclave"][0].close()


@pytest.fixture
def idle(agreed: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
    """Every file is large, and no worker starts by itself."""
    monkeypatch.setattr(jobs, "SMALL_BYTES", 0)
    monkeypatch.setattr(Jobs, "wake", lambda self: None)
    return agreed


def many_lines(lines: int = LINES) -> bytes:
    return csv_file(
        (f"V{number},2024-{number % 12 + 1:02}-05,{number % 900 + 3}.00" for number in range(lines)), HEADER
    )


def send(service: Service, data: bytes, login: str = "jia-clerk", name: str = "明细.csv", **more: Any) -> TestResponse:
    return service.post(login, f"park/imports?name={name}", data=data, **more)


def seen(service: Service, upload: str) -> dict[str, Any]:
    found: dict[str, Any] = service.get("office-2", f"park/imports/{upload}").json  # type: ignore[assignment]
    return found


def confirm(service: Service, upload: str, login: str = "jia-checker") -> TestResponse:
    return service.post(login, f"park/imports/{upload}/confirm")


def worker(service: Service) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-P", "-m", "api.jobs", str(service.folder)], env=environment)


def until(service: Service, upload: str, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Where an upload stands once it stands where it should; waits for that."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not is_so(found := seen(service, upload)):
        assert time.monotonic() < end, found
        time.sleep(0.01)
    return found


def recorded(service: Service) -> list[str]:
    held = service.app.extensions["enclave"][0].ledger("park", "")
    return [entry.key.voucher for entry in held.books.recorded]


def test_a_large_file_says_where_it_stands_and_comes_to_what_a_small_one_comes_to(
    agreed: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = send(agreed, many_lines(300), "office")
    assert small.status_code == 201 and seen(agreed, small.json["id"])["state"] == "checked"  # type: ignore[index]
    monkeypatch.setattr(jobs, "SMALL_BYTES", 0)

    sent = send(agreed, many_lines(300))

    assert sent.status_code == 202 and sent.json and sent.json["state"] == "received"
    upload = sent.json["id"]
    assert sent.headers["Location"] == f"/api/v1/park/imports/{upload}"
    checked = until(agreed, upload, lambda found: found["state"] == "checked")
    like = {name: value for name, value in checked.items() if name not in ("id", "maker", "previewed_at", "overlaps")}
    assert like.items() <= seen(agreed, small.json["id"]).items()  # type: ignore[index]
    assert checked["progress"] == {"total": 300, "read": 300, "checked": 300, "recorded": 0}
    assert confirm(agreed, upload).status_code == 202
    done = until(agreed, upload, lambda found: found["state"] == "recorded")
    assert (done["progress"]["recorded"], done["position"]) == (300, 5)
    assert len(recorded(agreed)) == 300


def test_a_worker_that_is_killed_anywhere_is_followed_by_one_that_finishes_what_it_began(
    idle: Service, tmp_path: Path
) -> None:
    data = many_lines()
    upload = send(idle, data).json["id"]  # type: ignore[index]
    for stop in (lambda found: found["progress"]["read"] > 0, lambda found: found["progress"]["checked"] > 0):
        killed = worker(idle)
        until(idle, upload, stop)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert seen(idle, upload)["state"] == "received"
    assert worker(idle).wait() == 0
    assert seen(idle, upload)["recorded"] == LINES

    assert confirm(idle, upload).status_code == 202
    killed = worker(idle)
    until(idle, upload, lambda found: found["state"] in ("recording", "recorded"))
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert worker(idle).wait() == 0

    assert seen(idle, upload)["progress"]["recorded"] == LINES
    alone = Ledger.begin(tmp_path / "alone.db", "经办", "测试账")
    agree(alone, two_counties())
    alone.import_receipts(data, "明细.csv")
    held = idle.app.extensions["enclave"][0].ledger("park", "")
    assert [entry.key for entry in held.books.recorded] == [entry.key for entry in alone.books.recorded]
    assert statements(held.books, Period(2024, 1)) == statements(alone.books, Period(2024, 1))
    assert held.verify().is_sound
    alone.close_files()


def test_a_worker_that_dies_between_recording_and_saying_so_records_nothing_twice(
    idle: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = send(idle, many_lines(50)).json["id"]  # type: ignore[index]
    assert worker(idle).wait() == 0 and confirm(idle, upload).status_code == 202
    shelf = idle.app.extensions["enclave"][0]
    own = tenancy.uploads_of(shelf, "park")
    move = Uploads.move

    def dying(self: Uploads, moved: Any, *states: Any, **changes: Any) -> Any:
        if changes.get("state") == "recorded":
            raise KeyboardInterrupt
        return move(self, moved, *states, **changes)

    with monkeypatch.context() as dead:
        dead.setattr(Uploads, "move", dying)
        with pytest.raises(KeyboardInterrupt):
            work(shelf, "park", own.find(upload), wait=False)
    assert len(recorded(idle)) == 50 and seen(idle, upload)["state"] == "recording"
    head = shelf.ledger("park", "").log.head()

    assert worker(idle).wait() == 0

    assert (seen(idle, upload)["position"], seen(idle, upload)["progress"]["recorded"]) == (head.position, 50)
    assert shelf.ledger("park", "").log.head() == head


def test_a_job_that_kills_its_worker_each_time_is_given_up_and_says_so(
    idle: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = send(idle, many_lines(5)).json["id"]  # type: ignore[index]
    shelf = idle.app.extensions["enclave"][0]

    def failing(*given: Any, **more: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(jobs, "preview_of", failing)
    for _ in range(jobs.TRIES_MAX):
        work(shelf, "park", tenancy.uploads_of(shelf, "park").find(upload), wait=False)
        assert seen(idle, upload)["state"] == "received"
    work(shelf, "park", tenancy.uploads_of(shelf, "park").find(upload), wait=False)

    assert (seen(idle, upload)["state"], seen(idle, upload)["problem"]["type"]) == ("unreadable", "job-failed")


@pytest.mark.parametrize("state", ["received", "checked", "confirmed"])
def test_what_is_not_being_recorded_yet_can_be_withdrawn_and_is_gone_then(state: str, idle: Service) -> None:
    upload = send(idle, many_lines(5)).json["id"]  # type: ignore[index]
    if state != "received":
        assert worker(idle).wait() == 0
    if state == "confirmed":
        assert confirm(idle, upload).status_code == 202
    assert seen(idle, upload)["state"] == state

    answer = idle.post("jia-clerk", f"park/imports/{upload}/cancel")

    assert (answer.status_code, answer.json["state"]) == (201, "withdrawn")  # type: ignore[index]
    assert worker(idle).wait() == 0
    assert seen(idle, upload)["state"] == "withdrawn" and recorded(idle) == []
    assert not list(idle.folder.glob("tenants/park/uploads/*.data"))
    for path in ("confirm", "cancel"):
        assert kind(idle.post("jia-checker", f"park/imports/{upload}/{path}")) == (404, "upload-withdrawn")


def test_a_worker_stops_when_what_it_works_on_is_withdrawn(idle: Service) -> None:
    upload = send(idle, many_lines()).json["id"]  # type: ignore[index]
    working = worker(idle)
    until(idle, upload, lambda found: found["progress"]["read"] > 0)

    assert idle.post("jia-clerk", f"park/imports/{upload}/cancel").status_code == 201

    assert working.wait() == 0
    assert seen(idle, upload)["state"] == "withdrawn" and "previewed_at" not in seen(idle, upload)


def test_what_is_recorded_cannot_be_withdrawn(agreed: Service) -> None:
    upload = send(agreed, many_lines(5)).json["id"]  # type: ignore[index]
    assert confirm(agreed, upload).status_code == 201

    assert kind(agreed.post("jia-clerk", f"park/imports/{upload}/cancel")) == (409, "upload-done")


def test_of_two_who_confirm_at_once_one_does(agreed: Service) -> None:
    agreed.directory.grant(
        "jia-head", agreed.directory.memberships(agreed.directory.person("jia-checker"))[0], "管理员"
    )
    for number in range(ROUNDS):
        data = csv_file([f"V{number},2024-01-05,3.00"], HEADER)
        upload = send(agreed, data).json["id"]  # type: ignore[index]
        with ThreadPoolExecutor(4) as pool:
            asked = ["jia-checker", "jia-head", "office", "office-2"]
            answers = list(pool.map(lambda login, own=upload: confirm(agreed, own, login), asked))
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
        (checker,) = {answer.json["checker"] for answer in answers if answer.status_code == 201}  # type: ignore[index]
        assert seen(agreed, upload)["checker"] == checker
    assert len(recorded(agreed)) == ROUNDS


def test_who_reads_is_answered_while_a_file_is_recorded(agreed: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = send(agreed, many_lines(5)).json["id"]  # type: ignore[index]
    began, go_on = Event(), Event()
    record = Log.record

    def slow(log: Log, *events: Any, **more: Any) -> int:
        began.set()
        assert go_on.wait(PATIENCE_SECONDS)
        return record(log, *events, **more)

    monkeypatch.setattr(Log, "record", slow)
    with ThreadPoolExecutor(1) as pool:
        confirmed = pool.submit(confirm, agreed, upload)
        assert began.wait(PATIENCE_SECONDS)
        for path in ("agreements", "statements?period=2024-01", "events", "imports", f"imports/{upload}/marked"):
            assert agreed.get("jia-head", f"park/{path}").status_code == 200, path
        assert seen(agreed, upload)["state"] == "recording"
        go_on.set()
        assert confirmed.result().status_code == 201


def test_what_a_file_would_do_is_worked_out_once(agreed: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = send(agreed, many_lines(5)).json["id"]  # type: ignore[index]

    def never(*given: Any, **more: Any) -> Any:
        raise AssertionError

    monkeypatch.setattr(Ledger, "plan_import", never)

    assert seen(agreed, upload)["recorded"] == 5


def test_a_file_of_which_nothing_can_be_read_says_why_to_everybody_in_their_language(agreed: Service) -> None:
    sent = send(agreed, "不是,明细\n1,2\n".encode())
    assert sent.status_code == 201 and sent.json and sent.json["state"] == "unreadable"
    upload = sent.json["id"]

    told = agreed.get("jia-checker", f"park/imports/{upload}", headers={"Accept-Language": "en"}).json

    assert told and told["problem"]["type"] == sent.json["problem"]["type"]
    assert told["problem"]["title"] != sent.json["problem"]["title"]
    assert kind(confirm(agreed, upload)) == (422, "upload-unreadable")
    assert kind(agreed.get("jia-checker", f"park/imports/{upload}/marked")) == (422, "upload-unreadable")


def test_a_file_with_a_wrong_line_is_not_confirmed_unless_it_was_sent_so_and_waits_on(agreed: Service) -> None:
    data = csv_file(["V1,2024-01-05,3.00", "V2,2024-13-05,3.00"], HEADER)
    upload = send(agreed, data).json["id"]  # type: ignore[index]

    answer = confirm(agreed, upload)

    assert kind(answer) == (422, "lines-refused") and answer.json["errors"]  # type: ignore[index]
    now = seen(agreed, upload)
    assert (now["state"], now["checker"], now["problem"]["type"]) == ("checked", "", "lines-refused")
    upload = send(agreed, data, name="明细.csv&skip_bad=true").json["id"]  # type: ignore[index]
    assert confirm(agreed, upload).status_code == 201 and recorded(agreed) == ["V1"]


def test_working_copies_of_what_was_recorded_long_ago_are_cleared_at_the_start_and_their_originals_stay(
    agreed: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits, done = (str(send(agreed, many_lines(lines)).json["id"]) for lines in (5, 6))  # type: ignore[index]
    assert confirm(agreed, done).status_code == 201
    own = Uploads(agreed.folder / "tenants/park/uploads")
    part = own.folder / "0.part"
    part.touch()
    for days, left in ((29, {waits, done}), (31, {waits})):
        later = datetime.now(UTC) + timedelta(days=days)
        monkeypatch.setattr(uploads, "datetime", SimpleNamespace(now=lambda zone, later=later: later))
        again = Jobs(agreed.app.extensions["enclave"][0], agreed.folder, ServiceSettings().uploads_kept_days)
        again.wake()
        end = time.monotonic() + PATIENCE_SECONDS
        while {file.stem for file in own.folder.glob("*.data")} != left or part.exists():
            assert time.monotonic() < end
            time.sleep(0.01)
        again.close()

    assert kind(agreed.get("jia-checker", f"park/imports/{done}/marked")) == (404, "upload-cleared")
    found = seen(agreed, done)
    assert (found["state"], found["maker"], found["checker"]) == ("recorded", "jia-clerk", "jia-checker")
    assert Ledger.open(agreed.folder / "tenants/park/books.db", "核验人").verify().is_sound
    assert confirm(agreed, waits).status_code == 201


def test_a_party_may_not_send_more_than_is_confirmed(agreed: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "WAITING_MAX", 2)
    sent = [send(agreed, many_lines(5)) for _ in range(3)]
    assert [each.status_code for each in sent] == [201, 201, 409] and kind(sent[2])[1] == "uploads-waiting"
    assert send(agreed, many_lines(5), "office").status_code == 201

    agreed.post("jia-clerk", f"park/imports/{sent[0].json['id']}/cancel")  # type: ignore[index]

    assert send(agreed, many_lines(5)).status_code == 201
    monkeypatch.setattr(uploads, "WAITING_MAX", 9)
    monkeypatch.setattr(uploads, "WAITING_BYTES_MAX", 300)
    assert kind(send(agreed, many_lines(5))) == (409, "uploads-waiting")


def test_a_body_goes_to_the_disk_as_it_comes_and_leaves_nothing_there_when_it_is_refused(
    agreed: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(self: Request, *given: Any, **more: Any) -> bytes:
        raise AssertionError("the whole body in memory")

    monkeypatch.setattr(Request, "get_data", never)
    key = {"Idempotency-Key": "1"}
    first, again = (send(agreed, many_lines(5), headers=dict(key)) for _ in "12")
    assert first.json == again.json and again.headers["Idempotent-Replayed"] == "true"
    assert kind(send(agreed, many_lines(6), headers=dict(key))) == (409, "key-reused")

    monkeypatch.setitem(agreed.app.config, "MAX_CONTENT_LENGTH", 100)
    assert send(agreed, many_lines(50)).status_code == 413
    assert not list(agreed.folder.glob("tenants/park/uploads/*.part"))
