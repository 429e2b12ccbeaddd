"""Signing in: what a stolen, guessed, planted or forgotten session is worth."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import two_counties
from tests.test_service import PASSWORD, Service, kind, service  # noqa: F401

COOKIE = "__Host-enclave"
SESSION = "/api/v1/session"
NEW = "另外一个足够长的密码，也只在测试里用"


@pytest.fixture
def browser(service: Service) -> FlaskClient:  # noqa: F811
    """A browser of a service whose people chose their passwords; it speaks https, as a browser must."""
    for login in ("jia-clerk", "jia-head", "yi-head"):
        service.directory.set_password(login, PASSWORD)
    return service.app.test_client()


def signed_in(browser: FlaskClient, login: str = "jia-clerk", password: str = PASSWORD) -> TestResponse:
    return browser.post(SESSION, json={"login": login, "password": password}, base_url="https://localhost")


def ask(browser: FlaskClient, method: str, path: str, **more: Any) -> TestResponse:
    return browser.open(f"/api/v1/{path}", method=method, base_url="https://localhost", **more)


def word(browser: FlaskClient) -> dict[str, str]:
    """The header that goes with a change."""
    return {"X-CSRF-Token": ask(browser, "GET", "session").json["csrf"]}  # type: ignore[index]


def test_signing_in_gives_a_cookie_that_no_script_reads_no_other_site_sends_and_no_plain_page_carries(
    browser: FlaskClient,
) -> None:
    answer = signed_in(browser)

    assert answer.status_code == 201 and answer.json is not None
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith(f"{COOKIE}=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"} == {part.strip() for part in cookie.split(";")[1:]}
    assert answer.headers["Cache-Control"] == "no-store"
    assert ask(browser, "GET", "session").json["login"] == "jia-clerk"  # type: ignore[index]
    assert [each["tenant"] for each in ask(browser, "GET", "me").json["memberships"]] == ["park"]  # type: ignore[index]
    secret = cookie.split(";")[0].partition("=")[2]
    assert secret not in answer.text


def test_a_change_asked_for_with_a_cookie_needs_the_word_of_that_session(browser: FlaskClient) -> None:
    """CSRF."""
    signed_in(browser)
    stale = word(browser)
    body = {"json": {"terms": two_counties()}}
    assert kind(ask(browser, "POST", "park/agreements", **body)) == (403, "csrf-missing")
    assert kind(ask(browser, "DELETE", "session")) == (403, "csrf-missing")

    signed_in(browser)

    assert kind(ask(browser, "POST", "park/agreements", headers=stale, **body)) == (403, "csrf-missing")
    assert ask(browser, "POST", "park/agreements", headers=word(browser), **body).status_code == 201
    form = {"data": "login=jia-clerk&password=x", "content_type": "application/x-www-form-urlencoded"}
    assert ask(browser, "POST", "session", **form).status_code == 415, "what a foreign page could send is not read"
