"""The client speaks alike to the application in this process and to a server somewhere; features run on either."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from api.access.directory import Directory
from api.client import Client, ServiceRefused, ServiceUnreachable
from api.http.tenancy import OPENAPI
from features.people import People, Staff, service_here
from features.running import run
from ledger.domain.terms import Document
from tests.conftest import ROOT, two_counties
from tests.test_service import PASSWORD

OWN = """# language: zh-CN
功能: 在别处的服务上
  场景: 两县按六四分
    假如 "临江飞地园" 的分成协议为：
      | 县   | 比例 |
      | 甲县 | 6    |
      | 乙县 | 4    |
    当 凭证 "V1" 于 2026-03-01 入库 100.00 元
    那么 2026-03 的结算单为：
      | 县   | 应得  |
      | 甲县 | 60.00 |
      | 乙县 | {right} |
"""


@contextmanager
def server(folder: Path) -> Iterator[tuple[str, str]]:
    """A server in a process of its own over a service with nobody but its operator; its URL, the operator's token."""
    people = Directory(folder / "people.db")
    people.add("operator", "服务管理员", PASSWORD, is_operator=True, must_change=False)
    token = people.issue("operator", "验收", may_write=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"127.0.0.1:{free.getsockname()[1]}"
    command = [sys.executable, "-P", "-m", "gunicorn", "--threads", "4", "--bind", url, "api.wsgi:app"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "ENCLAVE_SERVICE": str(folder)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://{url}/healthz")
        yield f"http://{url}", token
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait_for(url: str) -> None:
    for _ in range(600):
        try:
            httpx2.get(url).raise_for_status()
        except httpx2.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"nobody answers at {url}")


def test_features_run_on_a_server_somewhere_by_nothing_but_its_operators_token(tmp_path: Path) -> None:
    own = tmp_path / "own.feature"
    with server(tmp_path / "service") as (url, token):
        own.write_text(OWN.format(right="40.00"), encoding="utf-8")
        (passed,) = run(own, url, token)
        own.write_text(OWN.format(right="40.01"), encoding="utf-8")
        (failed,) = run(own, url, token)

    assert passed.passed, passed.reason
    assert not failed.passed and "40.01" in failed.reason
    (unreachable,) = run(own, url, token)
    assert not unreachable.passed and "看服务是否在运行" in unreachable.reason


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Client]:
    with service_here(tmp_path) as found:
        yield found


def test_a_refusal_is_one_exception_with_the_rule_its_sentence_and_every_fault(operator: Client) -> None:
    office = Staff(People(operator)).office
    wrong = two_counties(**{"from": "2024-13-01", "negatives": "sometimes"})

    with pytest.raises(ServiceRefused) as refused:
        office.post("terms", "check", body={"terms": wrong})

    assert (refused.value.status, refused.value.kind) == (422, "terms-refused")
    assert {each["where"] for each in refused.value.errors} == {"from", "negatives"}
    assert all(each["message"] in str(refused.value) for each in refused.value.errors)
    with pytest.raises(ServiceUnreachable):
        Client.at("http://127.0.0.1:9", "").get("me")


def test_a_list_is_read_to_its_end_however_many_pages_it_has(operator: Client) -> None:
    office = Staff(People(operator)).office
    names = [f"项目{number}" for number in range(7)]
    for name in names:
        office.post("projects", body={"name": name})

    assert [each["name"] for each in office.listed("projects", of="projects", limit=3)] == names


def test_the_order_of_parties_survives_the_way_there_and_back(operator: Client) -> None:
    office = Staff(People(operator)).office
    parties = {"z": {"name": "甲县"}, "a": {"name": "乙县", "role": "host"}}
    pools = {"税收": {"share": "receipts", "waterfall": [{"split": {"z": 1, "a": 1}}]}}

    said: Document = office.post("agreements", body={"terms": two_counties(parties=parties, pools=pools)})

    assert list(said["terms"]["parties"]) == ["z", "a"]
    assert said["missing"] == ["甲县", "乙县"]


def test_only_who_operates_the_service_begins_tenants_and_makes_people_and_sees_no_books_by_that(
    operator: Client,
) -> None:
    made = operator.post("people", body={"login": "feed", "name": "国库接口"})
    wanted = {"tenant": "park", "title": "平凉园区办", "administrator": "feed"}
    feed = operator.speaking(made["token"])

    for path, body in (("people", {"login": "other", "name": "别人"}), ("tenants", wanted)):
        with pytest.raises(ServiceRefused, match="只有管理服务的人") as refused:
            feed.post(path, body=body)
        assert (refused.value.status, refused.value.kind) == (403, "operators-only")
    with pytest.raises(ServiceRefused) as refused:
        operator.post("tenants", body=wanted | {"administrator": "operator"})
    assert refused.value.kind == "operator-keeps-no-books"
    operator.post("tenants", body=wanted)
    assert feed.within("park").get("people")["people"][0]["roles"][0]["role"] == "administrator"
    with pytest.raises(ServiceRefused) as refused:
        operator.within("park").get("agreements")
    assert refused.value.kind == "tenant-unknown"


def test_a_program_has_no_password_that_is_right(tmp_path: Path) -> None:
    people = Directory(tmp_path / "people.db")
    people.add_program("feed", "国库接口")

    assert [people.checked("feed", guess) for guess in ("", "!", PASSWORD)] == [None, None, None]


def test_the_document_of_the_service_says_what_the_operator_may_do(operator: Client) -> None:
    document = operator.http.get(OPENAPI).json()

    assert {"get", "post"} <= set(document["paths"]["/api/v1/tenants"])
    assert "403" in document["paths"]["/api/v1/people"]["post"]["responses"]
