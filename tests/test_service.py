"""The service: each caller sees exactly what it may, and what is not theirs is not there."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.access.directory import TRIES_MAX, Directory
from api.access.people import Membership, Role
from api.access.policy import ACTS
from api.app import create_app
from api.http.routes import DECIDED
from api.http.tenancy import Shelf
from api.resources import events
from api.settings import ServiceSettings
from ledger.store.log import Log
from ledger.store.tenants import Tenants
from tests.conftest import HEADER, Enclave, csv_file, two_counties

UNHURRIED = ServiceSettings(calls_per_minute=10_000_000, sign_ins_per_minute=10_000_000)
PASSWORD = "一个足够长的口令，只在测试里用"
PEOPLE: dict[str, tuple[str, Role, str]] = {
    "jia-clerk": ("park", "clerk", "甲县"),
    "jia-head": ("park", "head", "甲县"),
    "jia-checker": ("park", "checker", "甲县"),
    "yi-head": ("park", "head", "乙县"),
    "yi-checker": ("park", "checker", "乙县"),
    "bing-head": ("park", "head", "丙县"),
    "jia-statistician": ("park", "statistician", "甲县"),
    "yi-statistician": ("park", "statistician", "乙县"),
    "office": ("park", "park_office", ""),
    "office-2": ("park", "park_office", ""),
    "auditor": ("park", "auditor", ""),
    "yi-clerk": ("park", "clerk", "乙县"),
    "policy": ("park", "policy", ""),
    "administrator": ("park", "administrator", ""),
    "elsewhere": ("other", "head", "甲县"),
}


class Service:
    """A service with people, each of whom speaks with a token of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.app: Flask = create_app(folder, UNHURRIED)
        self.client: FlaskClient = self.app.test_client()
        self.directory = Directory(folder / "people.db")
        shelf = Shelf(Tenants(folder / "tenants"))
        for name in ("park", "other"):
            shelf.begin(name, name, "管理员")
        self.tokens = {login: self._token(login, *own) for login, own in PEOPLE.items()}

    def _token(self, login: str, tenant: str, role: Role, party: str) -> str:
        self.directory.add(login, login, PASSWORD)
        self.directory.grant(login, Membership(tenant, role, party), "管理员")
        return self.directory.issue(login, "测试", may_write=True)

    def ask(self, login: str | None, method: str, path: str, **more: Any) -> TestResponse:
        headers = more.pop("headers", {})
        if login:
            headers["Authorization"] = f"Bearer {self.tokens[login]}"
        return self.client.open(f"/api/v1/{path}", method=method, headers=headers, **more)

    def get(self, login: str | None, path: str, **more: Any) -> TestResponse:
        return self.ask(login, "GET", path, **more)

    def post(self, login: str | None, path: str, body: Any = None, **more: Any) -> TestResponse:
        given = {"json": body} if body is not None else {}
        return self.ask(login, "POST", path, **given, **more)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    found = Service(tmp_path)
    yield found
    found.app.extensions["enclave"][0].close()


@pytest.fixture
def agreed(service: Service) -> Service:
    """甲县 and 乙县 are bound, by four different people."""
    assert service.post("jia-clerk", "park/agreements", {"terms": two_counties()}).status_code == 201
    for head, party in (("jia-head", "甲县"), ("yi-head", "乙县")):
        answer = service.post(head, "park/agreements/A1/sign", {"party": party, "draft": 1})
        assert answer.status_code == 201, answer.json
    return service


def kind(answer: TestResponse) -> tuple[int, str]:
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    return answer.status_code, answer.json["type"]


# Agreements, facts, statements


def test_four_people_bring_an_agreement_into_force_and_a_month_to_its_statements(agreed: Service) -> None:
    file = csv_file(["V1,2024-01-05,300.00"], HEADER)
    sent = agreed.post("jia-clerk", "park/imports?name=一月.csv", data=file)
    assert sent.status_code == 201 and sent.json is not None
    upload = sent.json["id"]

    seen = agreed.get("jia-checker", f"park/imports/{upload}").json
    assert seen and (seen["recorded"], seen["sum"]) == (1, "300.00")
    assert {each["party"]: each["change"] for each in seen["changes"]} == {"甲县": "100.00", "乙县": "200.00"}
    assert "可以记入" in agreed.get("jia-checker", f"park/imports/{upload}/marked").data.decode("utf-8-sig")

    assert agreed.post("jia-checker", f"park/imports/{upload}/confirm").status_code == 201
    assert kind(agreed.post("jia-checker", f"park/imports/{upload}/confirm")) == (409, "upload-done")
    assert agreed.post("office", "park/periods/2024-01/close").status_code == 201

    answer = agreed.get("yi-head", "park/statements?period=2024-01")
    assert answer.json is not None
    (statement,) = answer.json["statements"]
    assert [(line["party"], line["entitled"]) for line in statement["lines"]] == [
        ("甲县", "100.00"),
        ("乙县", "200.00"),
    ]
    again = agreed.get("yi-head", "park/statements?period=2024-01", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    why = agreed.get("yi-head", "park/agreements/A1/explanation?period=2024-01&party=乙县").json
    assert why and "V1" in "".join(why["explanations"][0]["sentences"])


def test_whoever_made_a_thing_does_not_check_it(agreed: Service) -> None:
    agreed.directory.grant("jia-head", Membership("park", "clerk", "甲县"), "管理员")
    amended = two_counties(effective="2025-01-01")
    assert agreed.post("jia-head", "park/agreements/A1/amend", {"party": "甲县", "terms": amended}).status_code == 201

    own = agreed.post("jia-head", "park/agreements/A1/sign", {"party": "甲县", "draft": 2})

    assert kind(own) == (403, "own-work")
    sent = agreed.post("office", "park/imports?name=一月.csv", data=csv_file(["V1,2024-01-05,300.00"], HEADER)).json
    assert sent and kind(agreed.post("office", f"park/imports/{sent['id']}/confirm")) == (403, "own-work")


def test_no_draft_is_signed_unread_nor_by_one_person_for_two_parties(agreed: Service) -> None:
    agreed.directory.grant("yi-head", Membership("park", "head", "甲县"), "管理员")
    amended = two_counties(effective="2025-01-01")
    agreed.post("jia-clerk", "park/agreements/A1/amend", {"party": "甲县", "terms": amended})

    assert agreed.post("yi-head", "park/agreements/A1/sign", {"party": "乙县", "draft": 0}).status_code == 422
    assert agreed.post("yi-head", "park/agreements/A1/sign", {"party": "乙县", "draft": 2}).status_code == 201
    assert kind(agreed.post("yi-head", "park/agreements/A1/sign", {"party": "甲县", "draft": 2})) == (403, "own-work")


def test_nobody_signs_in_the_place_of_a_party_that_a_draft_calls_otherwise(agreed: Service) -> None:
    parties = {"jia": {"name": "甲县"}, "yi": {"name": "丙县", "role": "host"}}
    renamed = two_counties(effective="2025-01-01", parties=parties)
    assert agreed.post("jia-clerk", "park/agreements/A1/amend", {"party": "甲县", "terms": renamed}).status_code == 201

    for party in ("丙县", "yi", "乙县"):
        answer = agreed.post("bing-head", "park/agreements/A1/sign", {"party": party, "draft": 2})
        assert answer.status_code in (403, 404, 422), party


def test_names_do_not_change_hands_between_the_texts_of_an_agreement(service: Service) -> None:
    service.post("jia-clerk", "park/agreements", {"terms": two_counties()})
    swapped = two_counties(parties={"jia": {"name": "乙县"}, "yi": {"name": "甲县", "role": "host"}})

    answer = service.post("jia-head", "park/agreements/A1/counter", {"party": "甲县", "terms": swapped})

    assert kind(answer) == (422, "party-id-moved")


@pytest.mark.parametrize(
    ("method", "path", "more"),
    [
        ("GET", "park/events?after=9999999999999999999999999", {}),
        ("GET", "park/statements?period=²024", {}),
        ("POST", "park/terms/check", {"data": '{"terms": {"\\ud800": 1}}'}),
        ("POST", "park/terms/check", {"data": '{"terms": {"edition": ' + "9" * 5000 + "}}"}),
        ("POST", "park/terms/check", {"data": '{"terms": ' + "[" * 200_000 + "]" * 200_000 + "}"}),
        ("POST", "park/agreements/A1/sign", {"data": '{"party": "\\ud800", "draft": 1}'}),
    ],
)
def test_what_no_reader_takes_is_refused_and_never_a_failure(
    method: str, path: str, more: dict[str, Any], agreed: Service
) -> None:
    answer = agreed.ask("jia-head", method, path, content_type="application/json", **more)

    assert 400 <= answer.status_code < 500, answer.data


def test_nobody_acts_for_another_party(agreed: Service) -> None:
    amended = two_counties(effective="2025-01-01")

    answer = agreed.post("yi-head", "park/agreements/A1/amend", {"party": "甲县", "terms": amended})

    assert kind(answer) == (403, "forbidden")
    strangers = two_counties(parties={"a": {"name": "丁县"}, "b": {"name": "戊县"}})
    pools = {"tax": {"share": "receipts", "waterfall": [{"split": {"a": 1, "b": 1}}]}}
    assert kind(agreed.post("jia-clerk", "park/agreements", {"terms": strangers | {"pools": pools}})) == (
        403,
        "forbidden",
    )


def test_a_fact_is_put_forward_by_one_and_confirmed_by_others(service: Service) -> None:
    pools = {"tax": {"share": "receipts", "waterfall": [{"split": {"by": "contributions"}}]}}
    assert service.post("jia-clerk", "park/agreements", {"terms": two_counties(pools=pools)}).status_code == 201
    fact = {"weights": "contributions", "values": {"jia": 1, "yi": 1}, "source": "投入台账"}

    proposed = service.post("jia-clerk", "park/agreements/A1/facts", {"facts": [fact]})

    assert proposed.status_code == 201 and proposed.json is not None
    assert proposed.json["facts"][0]["missing"] == ["甲县", "乙县"]
    for checker, party in (("jia-checker", "甲县"), ("yi-checker", "乙县")):
        assert service.post(checker, "park/facts/F1/confirm", {"party": party}).status_code == 201
    assert service.get("auditor", "park/agreements/A1/facts").json["facts"][0]["certified_at"]  # type: ignore[index]


def test_figures_are_sent_confirmed_and_accepted_by_four_people_before_they_count(service: Service) -> None:
    reported = {"as": "cumulative", "kind": "flow", "unit": "万元", "step": "0.1"}
    pool = {"share": "indicator", "indicators": ["产值"], "basis": "split", "reported": reported}
    terms = two_counties(pools={"统计": pool | {"waterfall": [{"split": {"jia": 1, "yi": 1}}]}}, rate_date="tax_period")
    assert service.post("jia-clerk", "park/agreements", {"terms": terms}).status_code == 201
    file = csv_file(["产值,2024-01-01,2024-02-29,100.3,万元,甲县"], "指标,所属期起,所属期止,数值,单位,报送方")
    upload = service.post("jia-clerk", "park/imports?name=指标.csv&kind=figures", data=file).json["id"]  # type: ignore[index]
    assert service.get("jia-checker", f"park/imports/{upload}").json["awaits_acceptance"] is True  # type: ignore[index]
    assert service.post("jia-checker", f"park/imports/{upload}/confirm").status_code == 201

    accept = "park/figures/B1/accept"
    assert service.post("jia-statistician", accept, {"level": "county"}).status_code == 201
    assert kind(service.post("jia-statistician", accept, {"level": "city"})) == (403, "own-work")
    assert service.post("yi-statistician", accept, {"level": "city"}).status_code == 201

    (batch,) = service.get("yi-head", "park/figures").json["batches"]  # type: ignore[index]
    assert batch["counts_from"] and [each["value"] for each in batch["reports"]] == ["100.3"]
    assert service.get("bing-head", "park/figures").json == {"batches": []}


# What is not theirs is not there


@pytest.mark.parametrize(
    "path",
    ["agreements/{}", "agreements/{}/facts", "agreements/{}/explanation?period=2024-01&party=甲县"],
)
def test_what_belongs_to_others_answers_as_what_does_not_exist(path: str, agreed: Service) -> None:
    theirs, nobodys = (agreed.get("bing-head", f"park/{path.format(number)}") for number in ("A1", "A9"))

    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.get_data(as_text=True).replace("A1", "A9") == nobodys.get_data(as_text=True)


def test_lists_counts_and_events_leave_out_what_belongs_to_others(agreed: Service) -> None:
    assert agreed.get("bing-head", "park/agreements").json == {"agreements": []}
    assert agreed.get("bing-head", "park/events").json == {"events": []}
    assert kind(agreed.get("bing-head", "park/statements?period=2024-01")) == (404, "no-agreements")
    assert [each["id"] for each in agreed.get("yi-head", "park/events").json["events"]] == ["2", "3", "4"]  # type: ignore[index]
    assert len(agreed.get("auditor", "park/events").json["events"]) == 4  # type: ignore[index]


def test_a_file_is_there_for_those_for_whom_it_was_sent_and_for_the_park_office(agreed: Service) -> None:
    ids = {}
    for maker in ("jia-clerk", "office"):
        sent = agreed.post(maker, f"park/imports?name={maker}.csv", data=csv_file(["V1,2024-01-05,300.00"], HEADER))
        ids[maker] = sent.json["id"]  # type: ignore[index]

    for stranger in ("yi-head", "yi-checker"):
        for path in ("", "/marked"):
            assert kind(agreed.get(stranger, f"park/imports/{ids['jia-clerk']}{path}")) == (404, "upload-unknown")
        for act in ("confirm", "cancel"):
            answer = agreed.post(stranger, f"park/imports/{ids['jia-clerk']}/{act}")
            assert kind(answer) == (404, "upload-unknown")
    assert kind(agreed.get("jia-checker", f"park/imports/{ids['office']}")) == (404, "upload-unknown")
    assert [each["name"] for each in agreed.get("jia-clerk", "park/imports").json["imports"]] == ["jia-clerk.csv"]  # type: ignore[index]
    assert len(agreed.get("office-2", "park/imports").json["imports"]) == 2  # type: ignore[index]
    assert agreed.post("office-2", f"park/imports/{ids['office']}/confirm").status_code == 201


def test_another_tenant_does_not_exist_for_who_has_no_role_in_it(agreed: Service) -> None:
    there, nowhere = (agreed.get("elsewhere", f"{name}/agreements") for name in ("park", "nowhere"))

    assert there.status_code == nowhere.status_code == 404
    assert there.get_data(as_text=True).replace("park", "nowhere") == nowhere.get_data(as_text=True)
    assert agreed.get("elsewhere", "other/agreements").json == {"agreements": []}
    assert [each["tenant"] for each in agreed.get("elsewhere", "me").json["memberships"]] == ["other"]  # type: ignore[index]


# Every route


def rules(app: Flask) -> list[tuple[str, str, str]]:
    """Every route of a tenant: method, address, act."""
    return [
        (method, rule.rule, DECIDED[method, rule.rule])
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/<tenant>")
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


FILLED = {
    "<agreement>": "A1",
    "<int:draft>": "1",
    "<fact>": "F1",
    "<upload>": "0123456789abcdef",
    "<batch>": "B1",
    "<project>": "P1",
    "<enterprise>": "91620821MA71XXXX0A",
    "<park>": "经开区",
    "<change>": "0123456789abcdef",
    "<login>": "yi-head",
    "<prefix>": "01234567",
    "<period:period>": "2024-01",
}


def address(rule: str, tenant: str) -> str:
    path = rule.removeprefix("/api/v1/").replace("<tenant>", tenant)
    for word, value in FILLED.items():
        path = path.replace(word, value)
    assert "<" not in path, f"a new word in an address: {path}"
    return path


def test_every_route_names_an_act_and_every_act_has_a_route(service: Service) -> None:
    assert {act for *_, act in rules(service.app)} == set(ACTS)


def test_no_route_answers_without_a_token_nor_for_who_has_no_role_in_the_tenant(agreed: Service) -> None:
    for method, rule, _ in rules(agreed.app):
        for tenant in ("park", "nowhere"):
            assert kind(agreed.ask(None, method, address(rule, tenant))) == (401, "http-401"), rule
            assert kind(agreed.ask("elsewhere", method, address(rule, tenant))) == (404, "tenant-unknown"), rule


def test_no_role_does_what_the_table_of_acts_does_not_allow_it(agreed: Service) -> None:
    for method, rule, act in rules(agreed.app):
        for login, (tenant, role, _) in PEOPLE.items():
            if tenant == "park" and role not in ACTS[act].roles:
                answer = agreed.ask(login, method, address(rule, "park"), json={} if method == "POST" else None)
                assert kind(answer) == (403, "forbidden"), (login, method, rule)


def test_a_token_that_only_reads_changes_nothing(agreed: Service) -> None:
    agreed.tokens["jia-clerk"] = agreed.directory.issue("jia-clerk", "只读")

    assert agreed.get("jia-clerk", "park/agreements").status_code == 200
    assert kind(agreed.post("jia-clerk", "park/agreements", {"terms": two_counties()})) == (403, "read-only-token")


# People and tokens


def test_a_revoked_token_is_dead_at_once_and_a_made_up_one_never_lived(agreed: Service) -> None:
    prefix = agreed.tokens["yi-head"].split("_")[1]
    assert agreed.get("yi-head", "me").status_code == 200

    agreed.directory.revoke("yi-head", prefix)

    assert kind(agreed.get("yi-head", "me")) == (401, "http-401")
    for made_up in ("", "enc__", f"enc_{prefix}_x", "x" * 10_000, agreed.tokens["jia-head"][:-1]):
        agreed.tokens["nobody"] = made_up
        assert agreed.get("nobody", "me").status_code == 401


def test_ten_wrong_passwords_lock_a_login(service: Service) -> None:
    assert service.directory.checked("jia-head", PASSWORD)
    for _ in range(TRIES_MAX):
        assert service.directory.checked("jia-head", "不是这个口令，猜的而已") is None
    assert service.directory.checked("jia-head", PASSWORD) is None
    assert service.directory.checked("yi-head", PASSWORD)


def test_secrets_are_kept_as_hashes_only(service: Service) -> None:
    kept = b"".join(file.read_bytes() for file in service.folder.glob("people.db*"))
    for token in service.tokens.values():
        assert token.encode() not in kept and token.split("_", 2)[2].encode() not in kept
    assert PASSWORD.encode() not in kept


# Errors


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("POST", "park/agreements", {"terms": 5}, 422),
        ("POST", "park/agreements", {"terms": {}, "extra": 1}, 422),
        ("POST", "park/terms/check", {"terms": {"title": "x"}}, 422),
        ("GET", "park/agreements?limit=0", None, 422),
        ("GET", "park/agreements?limit=1000000", None, 422),
        ("GET", "park/statements?period=2024-13", None, 422),
        ("GET", "park/agreements/A9", None, 404),
        ("GET", "park/nothing", None, 404),
        ("DELETE", "park/agreements", None, 405),
    ],
)
def test_every_error_is_a_problem_that_says_what_to_do_in_the_callers_language(
    method: str, path: str, body: Any, expected: int, agreed: Service
) -> None:
    for language, letters in (("zh-CN", "请"), ("en", " ")):
        answer = agreed.ask(
            "jia-head" if "check" in path or method != "POST" else "jia-clerk",
            method,
            path,
            json=body,
            headers={"Accept-Language": language},
        )
        assert answer.status_code == expected
        assert answer.json is not None and answer.mimetype == "application/problem+json"
        assert answer.json["status"] == expected and letters in answer.json["title"]


def test_the_document_names_every_route_with_its_answers(service: Service) -> None:
    document = service.get(None, "openapi.json").json
    assert document and document["openapi"] == "3.1.0"
    paths = {path for path in document["paths"] if "{tenant}" in path}
    assert len(paths) == len({rule for _, rule, _ in rules(service.app)})
    for path in paths:
        for operation in document["paths"][path].values():
            if isinstance(operation, dict):
                assert {"401", "403", "404"} <= set(operation["responses"]) and operation["summary"]


def test_the_document_leads_from_what_was_made_to_what_may_be_asked_next(service: Service) -> None:
    document = service.get(None, "openapi.json").json
    assert document
    operations = {
        operation["operationId"]: (method, path, operation["responses"])
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    }
    assert len(operations) == sum(len(methods.keys() - {"parameters"}) for methods in document["paths"].values())
    for _, _, responses in operations.values():
        for link in (link for answer in responses.values() for link in answer.get("links", {}).values()):
            assert set(re.findall(r"{(\w+)}", operations[link["operationId"]][1])) == set(link["parameters"])

    made = service.post("jia-clerk", "park/agreements", {"terms": two_counties()}).json
    link = operations["propose_agreement"][2]["201"]["links"]["show_agreement"]["parameters"]["agreement"]
    assert made and service.get("yi-head", f"park/agreements/{made[link.rpartition('/')[2]]}").status_code == 200


# Sent again


def test_a_request_sent_again_under_its_key_has_one_effect_and_one_answer(service: Service) -> None:
    key = {"Idempotency-Key": "7b0c"}

    first, again = (
        service.post("jia-clerk", "park/agreements", {"terms": two_counties()}, headers=dict(key)) for _ in "12"
    )

    assert (first.status_code, first.json) == (again.status_code, again.json)
    assert again.headers["Idempotent-Replayed"] == "true" and "Idempotent-Replayed" not in first.headers
    assert [each["number"] for each in service.get("auditor", "park/agreements").json["agreements"]] == ["A1"]  # type: ignore[index]


def test_a_key_of_another_request_is_refused_and_both_fingerprints_named(service: Service) -> None:
    """N11."""
    key = {"Idempotency-Key": "7b0c"}
    service.post("jia-clerk", "park/agreements", {"terms": two_counties()}, headers=dict(key))

    other = service.post("jia-clerk", "park/agreements", {"terms": two_counties(title="另一份")}, headers=dict(key))

    assert kind(other) == (409, "key-reused")
    assert len(re.findall(r"指纹 [0-9a-f]{12}", other.json["title"])) == 2  # type: ignore[index]
    other_persons = service.post(
        "office", "park/agreements", {"terms": two_counties(title="又一份")}, headers=dict(key)
    )
    assert other_persons.status_code == 201, "a key is its person's own"


def test_a_request_whose_answer_was_lost_is_not_carried_out_again(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = {"Idempotency-Key": "7b0c"}
    with monkeypatch.context() as crashed:
        crashed.setattr(Log, "keep_answer", lambda *given: None)
        service.post("jia-clerk", "park/agreements", {"terms": two_counties()}, headers=dict(key))

    again = service.post("jia-clerk", "park/agreements", {"terms": two_counties()}, headers=dict(key))

    assert kind(again) == (409, "request-recorded")
    assert len(service.get("auditor", "park/agreements").json["agreements"]) == 1  # type: ignore[index]


# Live


def test_a_stream_goes_on_behind_the_last_event_that_was_heard(
    agreed: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "STREAM_SECONDS", 0.2)
    monkeypatch.setattr(events, "POLL_SECONDS", 0.05)

    def heard(login: str, after: str) -> list[str]:
        answer = agreed.get(login, "park/events/stream", headers={"Last-Event-ID": after})
        assert answer.mimetype == "text/event-stream"
        heard = [line.removeprefix("id: ") for line in answer.text.splitlines() if line.startswith("id: ")]
        answer.close()
        return heard

    assert heard("yi-head", "0") == ["2", "3", "4"]
    assert heard("yi-head", "3") == ["4"]
    assert heard("yi-head", "4") == heard("bing-head", "0") == []


# From the command line


def test_an_administrator_sets_up_a_tenant_its_people_and_their_tokens(enclave: Enclave, tmp_path: Path) -> None:
    there = ("--service", tmp_path / "service")
    assert enclave("tenant", "add", "park", "共建园区", *there).code == 0
    assert "一次性口令" in enclave("person", "add", "zhang", "张三", *there).out
    assert enclave("person", "grant", "zhang", "park", "head", "--party", "甲县", *there).code == 0

    token = enclave("token", "issue", "zhang", "--json", *there).document["token"]

    client = create_app(tmp_path / "service").test_client()
    asked = {"headers": {"Authorization": f"Bearer {token}"}}
    assert client.get("/api/v1/park/agreements", **asked).json == {"agreements": []}
    assert enclave("token", "revoke", "zhang", token.split("_")[1], *there).code == 0
    assert client.get("/api/v1/me", **asked).status_code == 401
    assert enclave("tenant", "add", "Park!", "x", *there).code == 1
    assert enclave("person", "grant", "zhang", "nowhere", "head", *there).code == 1
