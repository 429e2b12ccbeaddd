"""Signing in (T21): what a guessed, planted, stolen or forgotten session is worth."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.access.directory import TRIES_MAX, Directory
from api.access.people import Membership
from api.access.sessions import Sessions
from api.access.storage import transaction
from api.app import create_app
from api.cli import demo
from api.cli.serving import first_administrator
from api.http.tenancy import Shelf
from api.settings import ServiceSettings
from ledger.application import Ledger
from ledger.files.documents import parse_yaml
from ledger.store.tenants import Tenants
from tests.conftest import Enclave, two_counties
from tests.test_service import kind

PASSWORD = "一个足够长的口令，只在测试里用"
NEW = "另外一个足够长的密码，也只在测试里用"
COOKIE = "__Host-enclave"
HTTPS = "https://localhost"
DEAD_SECONDS = 1


class Office:
    """A service with two people of one county, and as many browsers as are asked for."""

    def __init__(self, folder: Path, settings: ServiceSettings) -> None:
        self.folder = folder
        self.app: Flask = create_app(folder, settings)
        self.directory = Directory(folder / "people.db")
        Shelf(Tenants(folder / "tenants")).begin("park", "园区", "管理员")
        for login in ("zhang", "li"):
            self.directory.add(login, login, PASSWORD, must_change=False)
            self.directory.grant(login, Membership("park", "clerk", "甲县"), "管理员")

    def browser(self, app: Flask | None = None) -> "Browser":
        return Browser((app or self.app).test_client())


class Browser:
    """Somebody's browser: it keeps cookies and speaks https."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def ask(self, method: str, path: str, **more: Any) -> TestResponse:
        return self.client.open(f"/api/v1/{path}", method=method, base_url=HTTPS, **more)

    def sign_in(self, login: str = "zhang", password: str = PASSWORD, **more: Any) -> TestResponse:
        return self.ask("POST", "session", json={"login": login, "password": password}, **more)

    def word(self) -> dict[str, str]:
        """The header that goes with a change."""
        return {"X-CSRF-Token": self.ask("GET", "session").json["csrf"]}  # type: ignore[index]

    def change(self, present: str, new: str) -> TestResponse:
        return self.ask("PUT", "session/password", json={"present": present, "new": new}, headers=self.word())

    @property
    def secret(self) -> str:
        found = self.client.get_cookie(COOKIE)
        return found.value if found else ""

    @secret.setter
    def secret(self, value: str) -> None:
        self.client.set_cookie(COOKIE, value, secure=True)

    @property
    def is_signed_in(self) -> bool:
        return self.ask("GET", "me").status_code == 200


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    found = Office(tmp_path / "service", ServiceSettings(sign_ins_per_minute=10_000))
    yield found
    found.app.extensions["enclave"][0].close()


@pytest.fixture
def browser(office: Office) -> Browser:
    return office.browser()


# The cookie


def test_the_cookie_is_for_no_script_no_other_site_and_no_plain_page_and_stands_in_no_answer(browser: Browser) -> None:
    answer = browser.sign_in()

    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert answer.status_code == 201 and cookie.startswith(f"{COOKIE}=")
    assert {part.strip() for part in cookie.split(";")[1:]} == {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"}
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(browser.secret) >= 43 and browser.secret not in answer.text
    assert [each["tenant"] for each in browser.ask("GET", "me").json["memberships"]] == ["park"]  # type: ignore[index]


def test_the_cookie_may_go_over_plain_http_only_where_a_setting_says_so(tmp_path: Path) -> None:
    office = Office(tmp_path, ServiceSettings(cookie_secure=False))

    (cookie,) = office.browser().sign_in().headers.getlist("Set-Cookie")

    assert cookie.startswith("enclave=") and "Secure" not in cookie and "HttpOnly" in cookie


def test_a_planted_id_is_never_taken_and_every_sign_in_has_a_new_one(browser: Browser) -> None:
    """Fixation."""
    browser.secret = "planted"
    assert not browser.is_signed_in
    browser.sign_in()
    first = browser.secret
    browser.sign_in()

    assert len({"planted", first, browser.secret}) == 3 and browser.is_signed_in
    for old in ("planted", first, "", "x" * 4_000, "\\ud800", "' OR 1=1 --"):
        browser.secret = old
        assert kind(browser.ask("GET", "session")) == (401, "http-401"), old


def test_sessions_are_kept_as_hashes_only(office: Office, browser: Browser) -> None:
    browser.sign_in()

    kept = b"".join(file.read_bytes() for file in office.folder.glob("people.db*"))

    assert browser.secret.encode() not in kept and browser.word()["X-CSRF-Token"].encode() not in kept


# Changes


def test_a_change_asked_for_with_a_cookie_needs_the_word_of_that_session(browser: Browser) -> None:
    """CSRF."""
    body = {"json": {"terms": two_counties()}}
    browser.sign_in()
    stale = browser.word()
    assert kind(browser.ask("POST", "park/agreements", **body)) == (403, "csrf-missing")
    for method, path in (("DELETE", "session"), ("PUT", "session/password")):
        assert kind(browser.ask(method, path)) == (403, "csrf-missing")

    browser.sign_in()

    assert kind(browser.ask("POST", "park/agreements", headers=stale, **body)) == (403, "csrf-missing")
    assert browser.ask("POST", "park/agreements", headers=browser.word(), **body).status_code == 201


def test_what_a_foreign_page_can_send_signs_nobody_in(browser: Browser) -> None:
    for content_type in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data"):
        sent = {"data": '{"login": "zhang", "password": "' + PASSWORD + '"}', "content_type": content_type}
        assert kind(browser.ask("POST", "session", **sent)) == (415, "http-415")


def test_a_token_needs_no_word_is_no_session_and_is_the_only_thing_that_counts_where_it_is_sent(
    office: Office, browser: Browser
) -> None:
    token = {"Authorization": f"Bearer {office.directory.issue('li', '程序', may_write=True)}"}
    body = {"json": {"terms": two_counties()}}
    assert browser.ask("POST", "park/agreements", headers=token, **body).status_code == 201
    browser.sign_in()

    assert browser.ask("GET", "me", headers=token).json["login"] == "li"  # type: ignore[index]
    assert browser.ask("GET", "me", headers={"Authorization": "Bearer enc_0_0"}).status_code == 401
    for method, path, more in (
        ("GET", "session", {}),
        ("DELETE", "session", {}),
        ("PUT", "session/password", {"json": {"present": PASSWORD, "new": NEW}}),
    ):
        assert browser.ask(method, path, headers=token, **more).status_code == 401


# The end of a session


def test_a_session_is_dead_within_a_second_of_signing_out_in_every_process(office: Office, browser: Browser) -> None:
    browser.sign_in()
    thief, elsewhere = office.browser(), office.browser(create_app(office.folder))
    thief.secret = elsewhere.secret = browser.secret
    assert thief.is_signed_in and elsewhere.is_signed_in

    left = time.monotonic()
    answer = browser.ask("DELETE", "session", headers=browser.word())

    assert answer.status_code == 204 and f"{COOKIE}=;" in answer.headers["Set-Cookie"]
    assert not thief.is_signed_in and not elsewhere.is_signed_in
    assert time.monotonic() - left < DEAD_SECONDS


def test_an_ended_role_and_a_revoked_token_are_dead_within_a_second(office: Office, browser: Browser) -> None:
    browser.sign_in()
    token = office.directory.issue("li", "程序")
    asked = {"headers": {"Authorization": f"Bearer {token}"}}
    assert browser.ask("GET", "park/agreements").status_code == browser.ask("GET", "me", **asked).status_code == 200

    ended = time.monotonic()
    office.directory.end("zhang", Membership("park", "clerk", "甲县"), "管理员")
    office.directory.revoke("li", token.split("_")[1])

    assert kind(browser.ask("GET", "park/agreements")) == (404, "tenant-unknown")
    assert browser.ask("GET", "me", **asked).status_code == 401
    assert time.monotonic() - ended < DEAD_SECONDS


@pytest.mark.parametrize("how", ["signed out", "revoked", "role ended"])
def test_a_stream_that_is_heard_ends_with_what_let_it_be_heard(how: str, office: Office, browser: Browser) -> None:
    token = office.directory.issue("zhang", "程序")
    browser.sign_in()
    headers = {"Authorization": f"Bearer {token}"} if how == "revoked" else {}
    answer = browser.ask("GET", "park/events/stream", headers=headers)
    heard = iter(answer.response)
    assert next(heard)

    if how == "signed out":
        callers_own = office.browser()
        callers_own.secret = browser.secret
        callers_own.ask("DELETE", "session", headers=callers_own.word())
    elif how == "revoked":
        office.directory.revoke("zhang", token.split("_")[1])
    else:
        office.directory.end("zhang", Membership("park", "clerk", "甲县"), "管理员")

    ended = time.monotonic()
    assert list(heard) == [] and time.monotonic() - ended < 2 * DEAD_SECONDS
    answer.close()


def test_a_new_password_ends_every_other_session_and_the_old_password(office: Office, browser: Browser) -> None:
    others = [office.browser(), office.browser()]
    for each in (browser, *others):
        each.sign_in()
    assert kind(browser.change("不是现在的密码，猜的", NEW)) == (422, "password-wrong")
    assert kind(browser.change(PASSWORD, PASSWORD)) == (422, "password-unchanged")
    assert kind(browser.change(PASSWORD, "太短")) == (422, "password-too-short")
    before = browser.secret

    assert browser.change(PASSWORD, NEW).status_code == 200

    assert browser.is_signed_in and browser.secret != before
    assert not any(each.is_signed_in for each in others)
    assert office.browser().sign_in(password=PASSWORD).status_code == 401
    assert office.browser().sign_in(password=NEW).status_code == 201


def test_an_unused_session_ends_and_no_session_outlives_its_last_hour(office: Office) -> None:
    person, people = office.directory.person("zhang").id, office.folder / "people.db"
    unused = Sessions(people, timedelta(seconds=-1), timedelta(hours=1))
    outlived = Sessions(people, timedelta(hours=1), timedelta(seconds=-1))

    assert unused.login(unused.begin(person)) is None
    assert outlived.login(outlived.begin(person)) is None
    used = Sessions(people, timedelta(minutes=2), timedelta(hours=1))
    secret = used.begin(person)
    longer = Sessions(people, timedelta(minutes=60), timedelta(hours=1))
    assert longer.login(secret) == "zhang", "using it moves its end"
    with transaction(people) as connection:
        (row,) = connection.execute("SELECT ends_at, ends_at_last FROM sessions").fetchall()
    assert row["ends_at"] == row["ends_at_last"]


# Passwords


def test_who_was_given_a_one_time_password_does_nothing_before_changing_it(office: Office, browser: Browser) -> None:
    office.directory.add("wang", "王五", PASSWORD)
    office.directory.grant("wang", Membership("park", "clerk", "甲县"), "管理员")
    assert browser.sign_in("wang").json["must_change_password"] is True  # type: ignore[index]

    for method, path in (("GET", "me"), ("GET", "park/agreements"), ("POST", "park/agreements"), ("GET", "session/x")):
        answer = browser.ask(method, path, headers=browser.word(), json={} if method == "POST" else None)
        assert kind(answer) == (403, "password-to-change"), path
    assert browser.change(PASSWORD, NEW).json["must_change_password"] is False  # type: ignore[index]
    assert browser.ask("GET", "park/agreements").status_code == 200


def test_ten_wrong_tries_lock_a_login_and_no_answer_tells_wrong_locked_and_unknown_apart(office: Office) -> None:
    """Brute force."""

    def seconds(login: str, password: str) -> tuple[float, TestResponse]:
        started = time.process_time()
        answer = office.browser().sign_in(login, password)
        return time.process_time() - started, answer

    wrong = [seconds("zhang", f"猜的第 {number} 个口令，都不对") for number in range(TRIES_MAX)]
    locked = [seconds("zhang", PASSWORD) for _ in range(5)]
    unknown = [seconds("nobody", PASSWORD) for _ in range(5)]

    answers = {answer.text for _, answer in (*wrong, *locked, *unknown)}
    assert len(answers) == 1 and {answer.status_code for _, answer in (*wrong, *locked, *unknown)} == {401}
    times = [median(each for each, _ in some) for some in (wrong, locked, unknown)]
    assert max(times) < 2 * min(times), times
    assert office.browser().sign_in("li").status_code == 201, "nobody else is locked out"


def test_many_tries_at_once_are_no_more_tries(office: Office) -> None:
    with ThreadPoolExecutor(TRIES_MAX) as pool:
        list(pool.map(lambda number: office.directory.checked("zhang", f"同时猜的 {number}，不对"), range(TRIES_MAX)))

    assert office.directory.checked("zhang", PASSWORD) is None


def test_sign_ins_are_counted_for_each_login_and_each_address(tmp_path: Path) -> None:
    office = Office(tmp_path, ServiceSettings(sign_ins_per_minute=3))
    here, there = ({"environ_overrides": {"REMOTE_ADDR": f"192.0.2.{end}"}} for end in (1, 2))

    def status(login: str, address: dict[str, Any]) -> int:
        answer = office.browser().sign_in(login, "不对的口令，一猜再猜", **address)
        assert answer.status_code != 429 or 0 < int(answer.headers["Retry-After"]) <= 60
        return answer.status_code

    assert [status(login, here) for login in ("a", "b", "c", "d")] == [401, 401, 401, 429]
    assert [status("zhang", there) for _ in range(3)] == [401, 401, 401]
    assert status("zhang", {"environ_overrides": {"REMOTE_ADDR": "192.0.2.3"}}) == 429
    assert status("li", {"environ_overrides": {"REMOTE_ADDR": "192.0.2.3"}}) == 401


def test_a_forgotten_password_is_replaced_by_a_one_time_password_and_every_session_ends(
    office: Office, browser: Browser, enclave: Enclave
) -> None:
    browser.sign_in()

    said = enclave("person", "password", "zhang", "--service", office.folder).out

    assert not browser.is_signed_in and browser.sign_in().status_code == 401
    answer = browser.sign_in(password=said.rpartition("：")[2].strip())
    assert answer.json["must_change_password"] is True  # type: ignore[index]


# The first people


def test_the_first_start_makes_one_administrator_under_a_one_time_password_that_is_never_said_again(
    tmp_path: Path,
) -> None:
    directory = Directory(tmp_path / "people.db")
    said = first_administrator(directory)

    (password,) = {line.partition("一次性口令：")[2].partition("（")[0] for line in said if "一次性口令" in line}
    assert len(password) >= 16 and first_administrator(directory) == []
    (person,) = directory.people()
    assert (person.login, person.is_operator, person.must_change_password) == ("admin", True, True)
    assert first_administrator(Directory(tmp_path / "other.db")) != said
    browser = Browser(create_app(tmp_path).test_client())
    assert browser.sign_in("admin", password).json["must_change_password"] is True  # type: ignore[index]


def test_the_demonstration_is_signed_in_to_with_what_it_prints_and_shows_each_county_its_own(
    tmp_path: Path, enclave: Enclave
) -> None:
    said = [enclave("demo-service", "--service", tmp_path, "--no-serve").out for _ in "12"]
    before, password = (re.findall(r"密码都是 (\S+)（", each)[0] for each in said)

    def agreements(login: str) -> list[str]:
        browser = Browser(create_app(tmp_path).test_client())
        assert browser.sign_in(login, before).status_code == 401, "each start has its own"
        assert browser.sign_in(login, password).json["must_change_password"] is False  # type: ignore[index]
        return [each["number"] for each in browser.ask("GET", "pingliang/agreements").json["agreements"]]  # type: ignore[index]

    shown = {login: agreements(login) for login in ("lingtai-clerk", "chongxin-head", "office", "auditor")}
    assert shown["lingtai-clerk"] == ["A2", "A4"] and shown["chongxin-head"] == ["A2", "A3"]
    assert shown["office"] == shown["auditor"] == ["A1", "A2", "A3", "A4"]


def test_a_demonstration_that_was_broken_off_is_made_to_the_end(ledger: Ledger) -> None:
    for text in list(demo._agreements())[:2]:
        ledger.propose_agreement(parse_yaml(text, "demo"))
    ledger.sign_agreement("A1", "jingchuan")

    demo.made(ledger)

    assert len(ledger.books.agreements) == 4 and ledger.books.last_closed() == demo.LAST
    position = ledger.books.position
    demo.make(ledger)
    assert ledger.books.position == position, "made again, nothing is added"
