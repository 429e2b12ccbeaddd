"""The service to people with bad intentions (T22, T25, T29, N17): headers, limits, versions, payloads, the log."""

import gzip
import json
import re
import socket
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from marshmallow import fields
from werkzeug.test import TestResponse

from api.access.directory import Directory
from api.access.people import Membership
from api.access.sessions import csrf_word
from api.app import create_app
from api.http import limits
from api.http.docs_page import DOCS
from api.http.messages import field_message
from api.http.tenancy import OPENAPI
from api.http.wire import Wire
from api.settings import ServiceSettings, listed, load, variable
from ledger.domain.errors import Refusal
from tests.conftest import HEADER, ROOT, Enclave, csv_file, start, two_counties
from tests.test_service import PASSWORD, Service, kind

HAN = re.compile("[\u4e00-\u9fff]")
PAYLOADS = (
    "' OR '1'='1",
    "x'; DROP TABLE people; --",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}${7*7}#{7*7}%{7*7}",
    "{0.__class__.__mro__}",
    "../../../etc/passwd",
    '$[?(@.x=="1")] || @@version',
    "%s%s%n\r\nSet-Cookie: a=b",
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service whose two counties are agreed and whose first month waits for confirmation."""
    found = Service(tmp_path_factory.mktemp("hardened"))
    assert found.post("jia-clerk", "park/agreements", {"terms": two_counties()}).status_code == 201
    for head, party in (("jia-head", "甲县"), ("yi-head", "乙县")):
        assert found.post(head, "park/agreements/A1/sign", {"party": party, "draft": 1}).status_code == 201
    yield found
    found.app.extensions["enclave"][0].close()


# Versions


def test_nothing_is_signed_unread_and_nobody_acts_on_what_has_changed(service: Service) -> None:
    amended = two_counties(effective="2025-01-01")
    seen = service.get("jia-clerk", "park/agreements/A1").headers["ETag"]
    assert service.post("jia-clerk", "park/agreements/A1/amend", {"party": "甲县", "terms": amended}).status_code == 201
    sign, body = "park/agreements/A1/sign", {"party": "甲县"}

    assert kind(service.post("jia-head", sign, body)) == (428, "http-428")
    assert kind(service.post("jia-head", sign, body, headers={"If-Match": seen})) == (412, "http-412")
    assert kind(service.post("jia-head", sign, body | {"draft": 2}, headers={"If-Match": seen})) == (412, "http-412")
    now = service.get("jia-head", "park/agreements/A1", headers={"Accept-Encoding": "gzip"}).headers["ETag"]
    signed = service.post("jia-head", sign, body, headers={"If-Match": now})
    assert signed.status_code == 201 and signed.json["missing"] == ["乙县"]  # type: ignore[index]
    assert signed.headers["ETag"] == service.get("jia-head", "park/agreements/A1").headers["ETag"] != now
    assert service.post("yi-head", sign, {"party": "乙县", "draft": 2}).status_code == 201, "the draft named is enough"


def test_a_fact_a_file_and_a_batch_are_acted_on_as_they_were_seen(service: Service) -> None:
    pools = {
        "tax": {"share": "receipts", "waterfall": [{"split": {"by": "contributions"}}]},
        "inp": {"share": "inputs", "waterfall": [{"split": {"jia": 1, "yi": 1}}]},
    }
    later = two_counties(**{"title": "另一份", "from": "2030-01-01", "pools": pools})
    number = service.post("jia-clerk", "park/agreements", {"terms": later}).json["number"]  # type: ignore[index]
    fact = {"weights": "contributions", "values": {"jia": 1, "yi": 1}, "source": "投入台账"}
    assert service.post("jia-clerk", f"park/agreements/{number}/facts", {"facts": [fact]}).status_code == 201
    file = csv_file(["V9,2024-01-05,300.00"], HEADER)
    upload = service.post("jia-clerk", "park/imports?name=一月.csv", data=file).json["id"]  # type: ignore[index]

    for reader, path, acts in (
        ("jia-checker", "park/facts/F1", [("jia-checker", {"party": "甲县"}), ("yi-checker", {"party": "乙县"})]),
        ("jia-checker", f"park/imports/{upload}", [("jia-checker", None)]),
    ):
        seen = {"If-Match": service.get(reader, path).headers["ETag"]}
        for actor, body in acts:
            assert kind(service.post(actor, f"{path}/confirm", body, headers={"If-Match": '"other"'})) == (
                412,
                "http-412",
            )
        actor, body = acts[0]
        assert service.post(actor, f"{path}/confirm", body, headers=dict(seen)).status_code == 201
        for actor, body in acts[1:]:
            assert kind(service.post(actor, f"{path}/confirm", body, headers=dict(seen))) == (412, "http-412")
            assert service.post(actor, f"{path}/confirm", body).status_code == 201


# Configuration and inventory (T25)


def test_every_route_is_documented_and_nothing_else_answers(service: Service) -> None:
    document = service.get(None, "openapi.json").json
    assert document is not None
    routes = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in service.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    plain = {
        ("GET", path) for path in (OPENAPI, "/healthz", "/readyz", f"{DOCS}/", f"{DOCS}/start.js", f"{DOCS}/{{name}}")
    }

    documented = {(method.upper(), path) for path, found in document["paths"].items() for method in found}

    assert {each for each in documented if each[0] in ("GET", "POST", "PUT", "DELETE", "PATCH")} == routes - plain
    for found in document["paths"].values():
        for operation in (each for method, each in found.items() if method in ("get", "post", "put", "delete")):
            assert "429" in operation["responses"], operation
            assert operation["summary"]


def test_every_answer_holds_a_browser_to_it_and_none_names_what_it_runs_on(service: Service) -> None:
    asked = [
        service.get("jia-head", "park/agreements"),
        service.get("jia-head", "park/agreements/A9"),
        service.get(None, "me"),
        service.get("jia-head", "park/agreements?limit=0"),
        service.ask("jia-head", "TRACE", "park/agreements"),
        service.client.get("/"),
        service.client.get("/static/x"),
        service.client.get(f"{DOCS}/../../run.py"),
        service.client.get(f"{DOCS}/nothing.js"),
        service.client.get(f"{DOCS}/"),
        service.client.get("/healthz"),
    ]
    for answer in asked:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["X-Request-Id"]
        assert answer.status_code == 200 or answer.mimetype == "application/problem+json"
        assert not re.search(r"Traceback|werkzeug|Werkzeug|flask|\.py\b|sqlite", answer.text.replace("/run.py", ""))
    assert not service.app.debug and not service.app.testing
    assert "Strict-Transport-Security" in service.client.get("/healthz", base_url="https://localhost").headers


def test_the_document_as_a_page_runs_nothing_that_stands_in_it_and_loads_nothing_from_elsewhere(
    service: Service,
) -> None:
    page = service.client.get(f"{DOCS}/")

    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bon\w+=|style=|https?:", page.text)
    parts = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(parts) == 5
    for part in parts:
        answer = service.client.get(f"{DOCS}/{part}", buffered=True)
        assert answer.status_code == 200 and answer.data, part
        kinds = {"js": "text/javascript", "css": "text/css", "png": "image/png"}
        assert answer.mimetype == kinds[part.rpartition(".")[2]]
    assert OPENAPI in service.client.get(f"{DOCS}/start.js").text


def test_a_failure_tells_the_caller_a_number_and_the_log_where_and_neither_what(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    client = create_app(tmp_path).test_client()
    for file in tmp_path.glob("people.db*"):
        file.write_bytes(b"secret 865836.35 " * 1_000)
    caplog.set_level("INFO", "enclave.requests")

    answer = client.get("/api/v1/me?amount=865836.35", headers={"Authorization": "Bearer enc_00000000_secret"})

    assert kind(answer) == (500, "http-500")
    (line,) = [json.loads(record.message) for record in caplog.records if record.name == "enclave.requests"]
    assert line["request_id"] == answer.headers["X-Request-Id"] in answer.text
    assert line["failure"] and line["at"] and line["status"] == 500
    assert not re.search("865836|secret|people.db|Traceback", answer.text + caplog.text)


# Limits (T22)


@pytest.mark.parametrize(
    ("data", "content_type", "expected"),
    [
        (b'{"terms": {}}', "text/plain", (415, "http-415")),
        (b'{"terms": {}}', "", (415, "http-415")),
        (b"terms=1", "application/x-www-form-urlencoded", (415, "http-415")),
        (b'{"terms": ' + b"[" * 65 + b"]" * 65 + b"}", "application/json", (422, "json-too-deep")),
        (b'{"terms": "' + b"[" * 1_000 + b'"}', "application/json", (422, "document-unreadable")),
        (b'{"terms": "' + b"x" * 2**21 + b'"}', "application/json", (413, "http-413")),
        (b'{"terms": ', "application/json", (400, "http-400")),
        (b"\xff\xfe", "application/json", (400, "http-400")),
    ],
)
def test_a_body_is_json_and_neither_too_large_nor_too_deep(
    data: bytes, content_type: str, expected: tuple[int, str], service: Service
) -> None:
    sent = {"data": data, "content_type": content_type or None}

    answer = service.ask("jia-head", "POST", "park/terms/check", **sent)

    assert kind(answer) == expected
    assert "请" in answer.json["title"]  # type: ignore[index]


def test_a_file_is_not_larger_than_a_setting_says(service: Service) -> None:
    small = create_app(service.folder, ServiceSettings(file_bytes=1_024)).test_client()
    asked = {"headers": {"Authorization": f"Bearer {service.tokens['jia-clerk']}"}, "data": b"x" * 1_025}

    assert kind(small.post("/api/v1/park/imports?name=x.csv", **asked)) == (413, "http-413")


def test_who_asks_too_often_is_told_when_to_come_again_and_nobody_else_waits(tmp_path: Path) -> None:
    directory = Directory(tmp_path / "people.db")
    for login in ("zhang", "li"):
        directory.add(login, login, PASSWORD)
    client = create_app(tmp_path, ServiceSettings(calls_per_minute=20)).test_client()
    tokens = {login: directory.issue(login, "测试") for login in ("zhang", "li")}

    def me(login: str) -> TestResponse:
        return client.get("/api/v1/me", headers={"Authorization": f"Bearer {tokens[login]}"})

    answers = [me("zhang") for _ in range(200)]  # ten times what is allowed

    assert [each.status_code for each in answers[:20]] == [200] * 20
    assert kind(answers[-1]) == (429, "http-429") and 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert me("li").status_code == 200
    assert [client.get("/api/v1/me").status_code for _ in range(22)][-1] == 429, "nobody in particular, by address"


def test_what_is_counted_of_callers_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "KEPT_MAX", 10)
    pace = limits.Pace(60_000_000)
    for number in range(1_000):
        pace.admit(str(number))

    assert len(pace._caught_up) <= 20


def test_large_answers_are_compressed_and_those_that_hold_a_secret_are_not(service: Service) -> None:
    asked = {"headers": {"Accept-Encoding": "gzip"}}
    plain = service.get("jia-head", "park/agreements/A1")
    packed = service.get("jia-head", "park/agreements/A1", **asked)

    assert packed.headers["Content-Encoding"] == "gzip" and "Accept-Encoding" in packed.headers["Vary"]
    assert gzip.decompress(packed.data) == plain.data and len(packed.data) < len(plain.data)
    again = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
    assert service.get("jia-head", "park/agreements/A1", headers=again).status_code == 304
    assert "Content-Encoding" not in service.get("jia-head", "park/agreements/A1").headers
    body = {"login": "jia-head", "password": PASSWORD}
    session = service.app.test_client().post("/api/v1/session", json=body, headers={"Accept-Encoding": "gzip"})
    assert session.status_code == 201 and "Content-Encoding" not in session.headers


# Payloads (T29, N17)


def with_payload(example: Any, payload: str) -> Any:
    """A body with a payload in the place of every text and of every name that is the sender's own."""
    if isinstance(example, dict):
        return {name: with_payload(value, payload) for name, value in example.items()}
    if isinstance(example, list):
        return [with_payload(value, payload) for value in example]
    return payload if isinstance(example, str) else example


def bodies(document: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Every operation that takes JSON: its method, address and a body as the document says."""
    schemas = document["components"]["schemas"]
    for path, found in document["paths"].items():
        for method, operation in found.items():
            content = operation.get("requestBody", {}).get("content", {}) if isinstance(operation, dict) else {}
            if "application/json" in content:
                name = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
                yield (
                    method.upper(),
                    path,
                    {word: said.get("example", "x") for word, said in schemas[name]["properties"].items()},
                )


def untouched(service: Service) -> None:
    """Everything that was there is there."""
    assert len(Directory(service.folder / "people.db").people()) >= 12
    assert service.get("auditor", "park/agreements/A1").json["title"] == two_counties()["title"]  # type: ignore[index]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_is_sent_in_any_text_is_text_or_refused(payload: str, service: Service) -> None:
    document = service.get(None, "openapi.json").json
    assert document is not None
    for method, path, example in bodies(document):
        filled = re.sub(r"{\w+}", "A1", path.removeprefix("/api/v1/").replace("{tenant}", "park"))
        answer = service.ask("jia-head", method, filled, json=with_payload(example, payload))
        assert answer.status_code < 500 and answer.mimetype in ("application/json", "application/problem+json"), path
        assert not re.search(r"49[$#%]|[$#%]49", answer.text) and "<class" not in answer.text
    untouched(service)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_that_may_be_a_text_comes_back_as_it_was(payload: str, service: Service) -> None:
    fits = not re.search(r"[\r\n]", payload)
    parties = {"jia": {"name": "甲县"}, "yi": {"name": f"乙县{payload}"}}
    terms = two_counties(
        **{"title": payload, "from": "2040-01-01", "to": "2040-12-31"}, parties=parties, remarks=[payload]
    )

    proposed = service.post("jia-clerk", "park/agreements", {"terms": terms})

    assert proposed.status_code == (201 if fits else 422), proposed.text
    if fits:
        shown = service.get("auditor", f"park/agreements/{proposed.json['number']}").json  # type: ignore[index]
        assert shown and (shown["title"], shown["parties"][1]["name"]) == (payload, f"乙县{payload}")
        assert shown["terms"]["remarks"] == [payload]
    name = quote(payload, safe="")
    file = csv_file([f'"{payload.replace(chr(34), chr(34) * 2)}",2024-01-05,300.00'], HEADER)
    sent = service.post("jia-clerk", f"park/imports?name={name}", data=file)
    assert sent.status_code == 201 and sent.json is not None and sent.json["name"] == payload
    for path in ("", "/marked"):
        answer = service.get("jia-checker", f"park/imports/{sent.json['id']}{path}")
        assert (
            answer.status_code < 500
            and answer.mimetype != "text/html"
            and "a" not in answer.headers.get("Set-Cookie", "")
        )
    untouched(service)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_in_any_filter_finds_nothing_more(payload: str, service: Service) -> None:
    """N17."""
    document = service.get(None, "openapi.json").json
    assert document is not None
    asked = 0
    for path, found in document["paths"].items():
        if "get" not in found or "{tenant}" not in path or path.endswith("/stream"):
            continue
        words = re.findall(r"{(\w+)}", path)
        filters = [each["name"] for each in found["get"].get("parameters", []) if each["in"] == "query"]
        plain = path.removeprefix("/api/v1/").replace("{tenant}", "park")
        for word in [*words, *filters]:
            here = plain.replace(f"{{{word}}}", quote(payload, safe="")) if word != "tenant" else plain
            here = re.sub(r"{\w+}", "A1", here)
            query = {"period": "2024", "party": "甲县"} | ({word: payload} if word in filters else {})
            given = {name: value for name, value in query.items() if name in filters}
            answer = service.get("bing-head", here, query_string=given)
            assert answer.status_code < 500 and "甲县" not in answer.text.replace(payload, ""), (path, word)
            asked += 1
    assert asked >= 15
    untouched(service)


# Messages


def test_every_message_of_every_field_is_there_in_chinese() -> None:
    kinds = [Wire]
    for each in kinds:
        kinds += each.__subclasses__()
    used = [field for schema in kinds for field in schema().fields.values()]
    used += [field.inner for field in used if isinstance(field, fields.List)]
    said = {message for field in used for message in field.error_messages.values()}
    said |= {"Unknown field.", "Invalid input type.", "Invalid JSON body.", "Must be one of: a, b."}
    said |= {"Must be greater than or equal to 1 and less than or equal to 9.", "Length must be between 1 and 9."}

    filled = {re.sub(r"{.*?}", "x", str(message)) for message in said}

    assert [message for message in filled if not HAN.search(field_message(message, "zh"))] == []
    assert all(field_message(message, "en") == message for message in filled)


def test_a_wrong_field_is_said_in_the_callers_language(service: Service) -> None:
    for language, expected in (("zh", "必须填写。"), ("en", "Missing data for required field.")):
        asked = {"headers": {"Accept-Language": language}}
        answer = service.post("jia-head", "park/agreements/A1/sign", {"draft": 1}, **asked)
        assert [each["message"] for each in answer.json["errors"]] == [expected]  # type: ignore[index]


# Settings


def test_the_environment_comes_before_the_file_and_the_file_before_what_stands_here(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("port = 9000\nthreads = 4\ncookie_secure = false\n")

    found = load(tmp_path, {"ENCLAVE_PORT": "9001"})

    assert (found.port, found.threads, found.cookie_secure, found.session_hours) == (9001, 4, False, 12)
    origins = {each.name: each.origin for each in listed(tmp_path, {"ENCLAVE_PORT": "9001"})}
    assert (origins["port"], origins["threads"], origins["host"]) == ("environment", "file", "default")
    assert set(origins) == {"service", *ServiceSettings.__dataclass_fields__}


@pytest.mark.parametrize(
    ("written", "environment", "refusal", "named"),
    [
        ("", {"ENCLAVE_PORT": "70000"}, "setting-wrong", "ENCLAVE_PORT"),
        ("", {"ENCLAVE_THREADS": "many"}, "setting-wrong", "ENCLAVE_THREADS"),
        ("", {"ENCLAVE_COOKIE_SECURE": "perhaps"}, "setting-wrong", "ENCLAVE_COOKIE_SECURE"),
        ("port = true", {}, "setting-wrong", "port"),
        ("host = 5", {}, "setting-wrong", "host"),
        ("prot = 9000", {}, "setting-unknown", "prot"),
        ("prot = 9000", {}, "setting-unknown", "port?"),
        ("", {"ENCLAVE_COOKIES_SECURE": "false"}, "setting-unknown", "ENCLAVE_COOKIES_SECURE"),
        ("", {"ENCLAVE_COOKIES_SECURE": "false"}, "setting-unknown", "ENCLAVE_COOKIE_SECURE?"),
        ("port 9000", {}, "settings-unreadable", "settings.toml"),
        ("host = '0.0.0.0'\ncookie_secure = false", {}, "sign-in-unprotected", "cookie_secure"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_is_named(
    written: str, environment: dict[str, str], refusal: str, named: str, tmp_path: Path
) -> None:
    (tmp_path / "settings.toml").write_text(written)

    with pytest.raises(Refusal) as refused:
        load(tmp_path, environment)

    assert refused.value.kind == refusal
    assert all(named in refused.value.say(language) for language in ("zh", "en"))


def test_settings_are_listed_with_what_they_mean(enclave: Enclave, tmp_path: Path) -> None:
    said = enclave("settings", "--service", tmp_path, "--json").document["settings"]

    assert {each["name"] for each in said} >= {"port", "cookie_secure"} and all(each["meaning"] for each in said)
    assert {each["variable"] for each in said} >= {variable("port"), "ENCLAVE_SERVICE"}


def test_settings_as_they_are_printed_are_a_file_that_says_the_same(enclave: Enclave, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('host = "::1"\nport = 9000\ncookie_secure = false\n')
    before = load(tmp_path, {})
    printed = enclave("settings", "--service", tmp_path).out

    (tmp_path / "settings.toml").write_text(printed)

    assert load(tmp_path, {}) == before and before.port == 9000 and not before.cookie_secure
    assert set(tomllib.loads(printed)) == set(ServiceSettings.__dataclass_fields__)


def test_variables_that_other_parts_of_the_program_read_are_no_wrong_settings(tmp_path: Path) -> None:
    files = [file for folder in ("api", "features", "bench", "tests") for file in (ROOT / folder).rglob("*.py")]
    read = {name for file in files for name in re.findall(r'"(ENCLAVE_[A-Z_]+)"', file.read_text("utf-8"))}
    wrong = {"ENCLAVE_COOKIES_SECURE"}

    settings = {variable(name) for name in ServiceSettings.__dataclass_fields__}
    load(tmp_path, dict.fromkeys(read - settings - wrong, "1"))
    assert read > {"ENCLAVE_TOKEN", "ENCLAVE_BENCH_SERVICE", "ENCLAVE_LINES"}


# A server as it runs


@contextmanager
def served(folder: Path, **environment: str) -> Iterator[tuple[int, Path]]:
    """`enclave serve` in a process of its own: its port, and its log."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = start("serve", "--service", folder, "--port", port, ENCLAVE_COOKIE_SECURE="false", **environment)
    log = folder / "log"
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until and not _answers(port):
            time.sleep(0.1)
        yield port, log
    finally:
        process.terminate()
        log.write_text(process.communicate(timeout=60)[0])


def _answers(port: int) -> bool:
    try:
        return ask(port, "GET", "/readyz")[0] == 200
    except OSError:
        return False


def ask(port: int, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], Any]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if body is not None:
        sent["Content-Type"] = "application/json"
    connection.request(method, path, json.dumps(body).encode() if body is not None else None, sent)
    answer = connection.getresponse()
    said = answer.read()
    connection.close()
    return answer.status, dict(answer.getheaders()), json.loads(said) if said else None


def test_a_server_starts_empty_signs_in_writes_its_log_and_stops_when_told(tmp_path: Path) -> None:
    app: Flask = create_app(tmp_path)  # the folder, before anybody is there
    shelf = app.extensions["enclave"][0]
    for tenant in ("park", "other"):
        shelf.begin(tenant, tenant, "管理员")
    shelf.close()
    directory = Directory(tmp_path / "people.db")
    tokens = {}
    with served(tmp_path) as (port, log):
        for login, tenant, party in (("zhang", "park", "甲县"), ("zhao", "other", "丙县")):
            directory.add(login, login, PASSWORD, must_change=False)
            directory.grant(login, Membership(tenant, "clerk", party), "管理员")
            tokens[login] = directory.issue(login, "测试", may_write=True)
        status, headers, said = ask(port, "POST", "/api/v1/session", {"login": "zhang", "password": PASSWORD})
        assert status == 201
        cookie = headers["Set-Cookie"].split(";")[0]
        sent = {"Cookie": cookie, "X-CSRF-Token": said["csrf"]}
        assert csrf_word(cookie.partition("=")[2]) == said["csrf"]
        terms = {"terms": two_counties(title="八六五八三六点三五")}
        assert ask(port, "POST", "/api/v1/park/agreements", terms, **sent)[0] == 201
        assert ask(port, "GET", "/api/v1/park/agreements/A1?amount=865836.35", **sent)[0] == 200
        assert ask(port, "GET", "/api/v1/park/agreements", Authorization=f"Bearer {tokens['zhao']}")[0] == 404
        assert ask(port, "GET", "/api/v1/other/agreements", Authorization=f"Bearer {tokens['zhao']}")[0] == 200
        directory.revoke("zhao", tokens["zhao"].split("_")[1])
        assert ask(port, "GET", "/api/v1/other/agreements", Authorization=f"Bearer {tokens['zhao']}")[0] == 401
        assert ask(port, "DELETE", "/api/v1/session", **sent)[0] == 204
        assert ask(port, "GET", "/api/v1/session", **sent)[0] == 401
    assert not _answers(port), "it stops when it is told to"

    said = log.read_text()
    assert "一次性口令：" in said, "the first start says it once"
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    words = {"time", "event", "tenant", "actor", "request_id", "method", "route", "status", "milliseconds"}
    assert all(set(line) == words for line in lines)
    assert "/api/v1/<tenant>/agreements/<agreement>" in {line["route"] for line in lines}
    written = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    for secret in (PASSWORD, cookie.partition("=")[2], sent["X-CSRF-Token"], tokens["zhao"], "865836", "八六五"):
        assert secret not in written
    of = {tenant: json.dumps([line for line in lines if line["tenant"] == tenant]) for tenant in ("park", "other")}
    assert "zhang" in of["park"] and "zhao" in of["other"]
    assert not re.search("zhao|other", of["park"]) and not re.search("zhang|park", of["other"])
