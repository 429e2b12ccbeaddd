"""Every act and report of the command line over HTTP: each answers what the ledger knows, and only to whom it concerns."""

import io
import json
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from api.access.people import Membership
from api.http.routes import DECIDED
from api.resources import statements as api_statements
from ledger.store.evidence import folder_of
from ledger.store.tenants import Tenants
from tests.conftest import HEADER, csv_file, two_counties
from tests.test_service import Service, kind

CODE = "91620821MA71XXXX0A"
LINES = ["V1,2024-01-05,300.00,项目甲,乙县", "V2,2024-01-06,600.00,项目丙,丁县", "V3,2024-02-07,30.00,项目甲,乙县"]
COLUMNS = f"{HEADER},项目,征收方"
CALLED = [{"id": "jia", "name": "甲县"}, {"id": "yi", "name": "乙县"}]


def of_project(project: str, **changes: Any) -> dict[str, Any]:
    terms = two_counties(**changes)
    pool = terms["pools"]["tax"] | {"of": {"projects": [project]}}
    return terms | {"pools": {"tax": pool}}


STRANGERS = {
    "title": "丙丁协议",
    "parties": {"bing": {"name": "丙县"}, "ding": {"name": "丁县", "role": "host"}},
    "pools": {
        "tax": {"share": "receipts", "of": {"projects": ["项目丙"]}, "waterfall": [{"split": {"bing": 1, "ding": 1}}]}
    },
}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """甲县 and 乙县 share 项目甲 as 1 : 2, 丙县 and 丁县 share 项目丙 equally; three lines came in."""
    found = Service(tmp_path)
    for login, role in (("ding-head", "head"), ("ding-clerk", "clerk"), ("ding-checker", "checker")):
        found.tokens[login] = found._token(login, "park", role, "丁县")  # type: ignore[arg-type]
    agree(found, of_project("项目甲"), "A1", {"甲县": "jia-head", "乙县": "yi-head"})
    agree(found, of_project("项目丙") | STRANGERS, "A2", {"丙县": "bing-head", "丁县": "ding-head"})
    record(found, "office", "office-2", LINES)
    yield found
    found.app.extensions["enclave"][0].close()


def agree(service: Service, terms: dict[str, Any], number: str, heads: dict[str, str]) -> None:
    made(service.post("office", "park/agreements", {"terms": terms}))
    for party, head in heads.items():
        made(service.post(head, f"park/agreements/{number}/sign", {"party": party, "draft": 1}))


def record(service: Service, maker: str, checker: str, lines: list[str], header: str = COLUMNS) -> None:
    sent = made(service.post(maker, "park/imports?name=明细.csv", data=csv_file(lines, header)))
    made(service.post(checker, f"park/imports/{sent['id']}/confirm"))


def made(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 201, answer.json
    found: dict[str, Any] = answer.json
    return found


def read(service: Service, login: str, path: str) -> dict[str, Any]:
    answer = service.get(login, f"park/{path}")
    assert answer.status_code == 200, answer.json
    found: dict[str, Any] = answer.json
    return found


# Terms, tried out


def test_terms_are_checked_explained_and_divided_by_whoever_has_a_role_and_nothing_is_recorded(
    service: Service,
) -> None:
    before = len(read(service, "auditor", "events")["events"])
    text = yaml.safe_dump(two_counties(), allow_unicode=True, sort_keys=False)
    for terms in (two_counties(), text):
        checked = service.post("policy", "park/terms/check", {"terms": terms}).json
        assert checked and checked["title"] == "甲县—乙县共建园区分享协议" and checked["needs_certified"] == []
        assert service.post("policy", "park/terms/explain", {"terms": terms}).json == {
            "sentences": checked["sentences"]
        }

    table = [COLUMNS.split(","), *(line.split(",") for line in LINES if "丁县" not in line)]
    asked = {"terms": text, "entries": table, "by": "month", "weights_on": "2024-01-31"}
    tried = service.post("policy", "park/terms/split", asked).json

    assert tried
    assert [(each["id"], each["shares"]["jia"]) for each in tried["entries"]] == [("V1", "100.00"), ("V3", "10.00")]
    assert [(each["period"], each["shares"]["yi"]) for each in tried["periods"]] == [
        ("2024-01", "200.00"),
        ("2024-02", "20.00"),
    ]
    assert tried["totals"] == {"jia": "110.00", "yi": "220.00"}
    assert tried["nets"] == tried["payable"] == {"jia": "110.00", "yi": "-110.00"}
    assert tried["weights"][0]["shares"] == {"jia": "1/3", "yi": "2/3"}
    assert sum(int(each["shares"]["yi"].replace(".", "")) for each in tried["steps"]) == 220_00
    assert len(read(service, "auditor", "events")["events"]) == before


def test_a_day_that_is_a_slip_is_refused_and_not_counted_up_to_month_by_month(service: Service) -> None:
    table = [COLUMNS.split(","), LINES[0].split(",")]
    asked = {"terms": two_counties(), "entries": table, "by": "month", "as_of": "9999-12-31"}

    assert kind(service.post("policy", "park/terms/split", asked)) == (422, "day-unreadable")


def test_every_fault_of_terms_and_lines_is_said_at_once(service: Service) -> None:
    faulty = two_counties(rounding={"level": "so"}, negatives="never")
    answer = service.post("policy", "park/terms/check", {"terms": faulty})
    assert kind(answer) == (422, "terms-refused") and len(answer.json["errors"]) == 2  # type: ignore[index]

    broken = service.post("policy", "park/terms/check", {"terms": "title： 甲县"})
    assert broken.status_code == 422
    entries = [["税票号码", "入库日期", "实缴金额"], ["V1", "never", "1.005"]]
    lines = service.post("policy", "park/terms/split", {"terms": two_counties(), "entries": entries})
    assert kind(lines) == (422, "lines-refused") and len(lines.json["errors"]) == 2  # type: ignore[index]


# Agreements


def test_a_draft_opens_to_whom_it_names_itself_and_nothing_of_what_stood_before(service: Service) -> None:
    parties = {
        "jia": {"name": "甲县", "role": "origin"},
        "bing": {"name": "丙县"},
        "yi": {"name": "乙县", "role": "host"},
    }
    joined = of_project("项目甲", effective="2025-01-01", parties=parties, title="三县协议")
    joined["pools"]["tax"]["waterfall"] = [{"split": {"jia": 1, "bing": 1, "yi": 2}}]
    made(service.post("jia-clerk", "park/agreements/A1/amend", {"party": "甲县", "terms": joined}))

    seen = read(service, "bing-head", "agreements/A1")
    assert (seen["title"], seen["in_force_at"], seen["versions"], seen["changes"]) == ("三县协议", None, [], [])
    assert seen["signatures"] == [] and read(service, "bing-head", "agreements/A1/texts/2")["draft"] == 2
    assert kind(service.get("bing-head", "park/agreements/A1/texts/1")) == (404, "draft-unknown")
    for path in (
        "facts",
        "suggestions",
        "bridge?start=2024-01-31&end=2024-02-29",
        "explanation?period=2024-01&party=甲县",
    ):
        assert kind(service.get("bing-head", f"park/agreements/A1/{path}")) == (404, "agreement-unknown"), path
    own = [each for each in read(service, "bing-head", "events")["events"] if each["subject"] == "A1"]
    assert [each["type"] for each in own] == ["agreement.amendment.proposed.v1"]
    assert {each["voucher"] for each in read(service, "bing-head", "entries")["entries"]} == {"V2"}

    for party, head in {"甲县": "jia-head", "丙县": "bing-head", "乙县": "yi-head"}.items():
        made(service.post(head, "park/agreements/A1/sign", {"party": party, "draft": 2}))
    assert len(read(service, "bing-head", "agreements/A1")["versions"]) == 2
    assert {each["voucher"] for each in read(service, "bing-head", "entries")["entries"]} == {"V1", "V2", "V3"}


def test_a_party_leaves_and_an_agreement_ends_once_every_party_has_signed(service: Service) -> None:
    path = "park/agreements/A1"
    staying = {"party": "甲县", "terms": of_project("项目甲", effective="2025-01-01")}
    assert kind(service.post("jia-clerk", f"{path}/leave", staying)) == (422, "leaver-stays")
    assert kind(service.post("yi-clerk", f"{path}/end", {"party": "甲县", "last": "2025-06-30"})) == (403, "forbidden")

    ended = made(service.post("jia-clerk", f"{path}/end", {"party": "甲县", "last": "2025-06-30"}))
    assert ended["missing"] == ["甲县", "乙县"] and ended["terms"]["to"] == "2025-06-30"
    for party, head in {"甲县": "jia-head", "乙县": "yi-head"}.items():
        made(service.post(head, f"{path}/sign", {"party": party, "draft": 2}))
    record(service, "office", "office-2", ["V9,2025-07-01,90.00,项目甲,乙县"])
    assert read(service, "auditor", "statements?period=2025-07&agreement=A1")["statements"][0]["undivided"] == "90.00"


def test_an_amendment_is_checked_beside_what_was_signed(service: Service) -> None:
    changed = of_project("项目甲", effective="2025-01-01")
    changed["pools"]["tax"]["waterfall"] = [{"split": {"jia": 1, "yi": 1}}]
    checked = service.post("yi-clerk", "park/agreements/A1/check", {"terms": changed})
    assert checked.status_code == 200 and checked.json["changes"]  # type: ignore[index]
    undated = service.post("yi-clerk", "park/agreements/A1/check", {"terms": of_project("项目甲")})
    assert kind(undated) == (422, "terms-refused")
    assert kind(service.post("bing-head", "park/agreements/A1/check", {"terms": changed})) == (404, "agreement-unknown")


def test_the_last_signature_under_what_others_divide_does_not_name_them(service: Service) -> None:
    greedy = two_counties(title="贪心", parties={"jia": {"name": "甲县"}, "yi": {"name": "乙县", "role": "host"}})
    greedy["pools"] = {"tax": greedy["pools"]["tax"] | {"of": {"projects": ["项目丙"]}}}
    made(service.post("jia-clerk", "park/agreements", {"terms": greedy}))
    made(service.post("jia-head", "park/agreements/A3/sign", {"party": "甲县", "draft": 1}))

    answer = service.post("yi-head", "park/agreements/A3/sign", {"party": "乙县", "draft": 1})

    assert kind(answer) == (409, "claimed-by-others") and "A2" not in answer.text and "项目丙" not in answer.text


# Receipts


def test_a_party_sees_the_lines_that_its_agreements_select_or_that_it_collected(service: Service) -> None:
    record(service, "office", "office-2", ["V4,2024-02-08,7.00,无人的项目,甲县", "V5,2024-02-08,8.00,无人的项目,戊县"])
    seen = {
        login: [each["voucher"] for each in read(service, login, "entries")["entries"]]
        for login in ("jia-clerk", "yi-head", "bing-head", "auditor", "policy")
    }
    assert seen == {
        "jia-clerk": ["V1", "V3", "V4"],
        "yi-head": ["V1", "V3"],
        "bing-head": ["V2"],
        "auditor": ["V1", "V2", "V3", "V4", "V5"],
        "policy": [],
    }
    (first,) = read(service, "bing-head", "entries")["entries"]
    assert (first["amount"], first["booked_on"], first["collector"]) == ("600.00", "2024-01-06", "丁县")
    assert [each["voucher"] for each in read(service, "jia-clerk", "entries?period=2024-02")["entries"]] == ["V3", "V4"]
    assert [each["voucher"] for each in read(service, "jia-clerk", "entries?agreement=A1")["entries"]] == ["V1", "V3"]
    assert kind(service.get("jia-clerk", "park/entries?agreement=A2")) == (404, "agreement-unknown")
    exported = service.get("bing-head", "park/entries/export").data.decode("utf-8-sig")
    assert "V2" in exported and "V1" not in exported


def test_a_county_that_sends_a_file_learns_nothing_of_recorded_lines_of_others(service: Service) -> None:
    told = {}
    for name, amount in (("same", "600.00"), ("other", "1.00")):
        file = csv_file([f"V2,2024-01-06,{amount},项目丙,丁县", "V8,2024-02-09,9.00,项目甲,乙县"], COLUMNS)
        sent = made(service.post("jia-clerk", "park/imports?name=x.csv&skip_bad=true", data=file))
        preview = read(service, "jia-checker", f"imports/{sent['id']}")
        marks = service.get("jia-checker", f"park/imports/{sent['id']}/marked").data.decode("utf-8-sig")
        told[name] = (preview["recorded"], preview["known"], preview["problems"], marks.replace(amount, "×"))
        refund = csv_file(["R1,2024-02-09,-700.00,项目丙,丁县,V2"], f"{COLUMNS},原税票号码")
        asked = made(service.post("jia-clerk", "park/imports?name=r.csv", data=refund))
        assert [each["kind"] for each in read(service, "jia-clerk", f"imports/{asked['id']}")["problems"]] == [
            "original-unknown"
        ]

    assert told["same"] == told["other"] and told["same"][:2] == (1, 0)
    assert [each["kind"] for each in told["same"][2]] == ["voucher-taken"]
    own = made(service.post("ding-clerk", "park/imports?name=y.csv", data=csv_file(LINES[1:2], COLUMNS)))
    assert read(service, "ding-checker", f"imports/{own['id']}")["known"] == 1


# The register


def test_the_map_is_changed_by_two_people_and_read_by_everybody(service: Service) -> None:
    change = made(service.post("office", "park/parks", {"park": "经开区", "from": "2024-01-01"}))
    assert read(service, "bing-head", "parks?on=2024-06-30")["tree"] == [], "nothing stands unconfirmed"
    path = f"park/changes/{change['id']}/confirm"
    assert kind(service.post("office", path)) == (403, "own-work")
    assert kind(service.post("jia-clerk", path)) == (403, "forbidden")

    assert made(service.post("office-2", path))["position"]

    assert kind(service.post("office-2", path)) == (409, "change-done")
    assert read(service, "bing-head", "parks?on=2024-06-30")["tree"] == [{"park": "经开区", "parks": []}]
    steps = [
        ("parks", {"park": "东区", "parent": "经开区", "from": "2024-01-01"}),
        ("parks/东区/move", {"parent": "", "on": "2024-05-01"}),
        ("parks/东区/days", {"to": "2024-12-31"}),
        ("regions", {"old": "620821", "new": "620881", "on": "2024-06-01", "source": "民发 1 号"}),
        ("regions/withdraw", {"old": "620821", "on": "2024-06-01", "source": "更正"}),
    ]
    for where, body in steps:
        asked = made(service.post("jia-clerk", f"park/{where}", body))
        made(service.post("office", f"park/changes/{asked['id']}/confirm"))
    parks = {each["park"]: each for each in read(service, "yi-head", "parks")["parks"]}
    assert parks["东区"]["to"] == "2024-12-31" and len(parks["东区"]["parents"]) == 2
    assert read(service, "yi-head", "regions") == {"successions": []}
    assert kind(service.post("office", "park/parks", {"park": "经开区", "from": "2024-01-01"})) == (409, "park-known")


def test_a_project_is_there_for_those_who_give_receive_or_share_it(service: Service) -> None:
    entered = {"name": "项目甲", "introducer": "甲县", "receiver": "乙县", "agreement": "A1", "park": "经开区"}
    assert kind(service.post("ding-clerk", "park/projects", entered)) == (403, "forbidden")
    project = made(service.post("jia-clerk", "park/projects", entered))
    assert project["project"] == "P1" and "项目甲" in project["sentences"][0]

    signed = {"stage": "signed", "on": "2024-01-02", "source": "投资协议"}
    assert made(service.post("yi-clerk", "park/projects/P1/stages", signed))["stages"] == {"signed": "2024-01-02"}
    handed = {"receiver": "乙县", "agreement": "A1", "on": "2024-03-01"}
    assert made(service.post("jia-clerk", "park/projects/P1/transfer", handed))["transfers"][0]["receiver"] == "乙县"

    theirs, nobodys = (service.get("bing-head", f"park/projects/{number}") for number in ("P1", "P9"))
    assert theirs.text.replace("P1", "P9") == nobodys.text and theirs.status_code == 404
    assert read(service, "bing-head", "projects") == {"projects": []}
    assert kind(service.post("ding-clerk", "park/projects/P1/stages", signed)) == (404, "project-unknown")
    taken = service.post("ding-clerk", "park/projects", {"name": "项目甲", "introducer": "丁县"})
    assert kind(taken) == (409, "project-name-taken") and "P1" not in taken.text
    assert "P1" in [each["subject"] for each in read(service, "yi-head", "events")["events"]]
    assert not [each for each in read(service, "bing-head", "events")["events"] if each["type"].startswith("project")]


def test_parties_are_those_of_ones_own_agreements(service: Service) -> None:
    assert [each["name"] for each in read(service, "jia-clerk", "parties")["parties"]] == ["甲县", "乙县"]
    assert len(read(service, "auditor", "parties")["parties"]) == 4
    assert read(service, "policy", "parties") == {"parties": []}


# Statements and what leads to them


def test_what_is_due_is_read_as_of_a_day_as_known_then_and_as_papers_by_its_parties_only(service: Service) -> None:
    made(service.post("office", "park/periods/2024-01/close"))
    (early,) = read(service, "jia-head", "statements?as_of=2024-02-06")["statements"]
    (late,) = read(service, "jia-head", "statements?as_of=2024-02-07")["statements"]
    assert [each["lines"][0]["entitled"] for each in (early, late)] == ["0.00", "10.00"]
    signed = read(service, "jia-head", "agreements/A1")["in_force_at"]
    (known,) = read(service, "jia-head", f"statements?period=2024-01&as_known={signed}")["statements"]
    assert known["is_draft"] and known["lines"][0]["entitled"] == "0.00"
    closed = read(service, "jia-head", "statements?period=2024-01")
    assert [(each["id"], each["party"], each["entitled"], each["net"]) for each in closed["sums"]] == [
        ("jia", "甲县", "100.00", "100.00"),
        ("yi", "乙县", "200.00", "-100.00"),
    ]
    (paid,) = closed["payments"]
    assert (paid["nets"], paid["parties"]) == ({"jia": "100.00", "yi": "-100.00"}, CALLED)

    book = openpyxl.load_workbook(io.BytesIO(service.get("jia-head", "park/statements/export?period=2024-01").data))
    assert [name for name in book.sheetnames if "A1" in name] == book.sheetnames
    csv = service.get("bing-head", "park/statements/export?period=2024-01&as=csv&encoding=gb18030").data.decode(
        "gb18030"
    )
    assert "A2" in csv and "A1" not in csv and "300.00" in csv
    texts = [
        service.get("auditor", f"park/statements/export?as=hledger{asked}").text for asked in ("", "&agreement=A2")
    ]
    assert [("A1" in text, "A2" in text) for text in texts] == [(True, True), (False, True)]
    assert "A2" not in service.get("jia-head", "park/statements/export?as=hledger").text
    assert "A2" not in service.get("jia-head", "park/statements/export?as=beancount&period=2024-01").text
    for asked in ("period=2024-02", "period=2024-02&agreement=A1", f"as_known={signed}"):
        answer = service.get("jia-head", f"park/statements/export?as=hledger&{asked}")
        assert kind(answer) == (404, "nothing-closed")
    assert kind(service.get("jia-head", "park/statements/export?as=csv")) == (422, "http-422")
    assert kind(service.get("jia-head", "park/statements?period=2024-01&agreement=A2")) == (404, "agreement-unknown")


def test_a_worksheet_foots_to_its_statement(service: Service) -> None:
    for path in ("worksheets?period=2024-01", "worksheets?period=2024-01&agreement=A1"):
        (found,) = read(service, "yi-head", path)["worksheets"]
        steps = found["sheets"][0]
        own = [row[steps["columns"].index("乙县")] for row in steps["rows"]]
        assert sum(int(cell.replace(".", "")) for cell in own) == 200_00
    assert "V2" not in service.get("yi-head", "park/worksheets?period=2024-01").text
    csv = service.get("yi-head", "park/worksheets/export?period=2024-01&as=csv").data.decode("utf-8-sig")
    assert "A1" in csv and "A2" not in csv


def test_periods_say_what_is_closed_and_name_only_ones_own_statements(service: Service) -> None:
    closed = made(service.post("office", "park/periods/2024-01/close"))
    assert len(closed["statements"]) == 2 and re.fullmatch(r"[0-9]+:[0-9a-f]{64}", closed["head"])
    (period,) = read(service, "jia-head", "periods")["periods"]
    assert period["closed_at"] == period["cut"] + 1 and [each[:2] for each in period["statements"]] == ["A1"]
    assert read(service, "policy", "periods")["periods"][0]["statements"] == []
    assert read(service, "policy", "periods")["next"] == "2024-02"


def test_a_bridge_adds_up_and_begins_at_no_statement_of_others(service: Service) -> None:
    made(service.post("office", "park/periods/2024-01/close"))
    own, others = (read(service, who, "periods")["periods"][0]["statements"][0] for who in ("jia-head", "bing-head"))
    way = read(service, "jia-head", f"agreements/A1/bridge?start={own}&end=2024-02-29")["pools"][0]
    assert (way["due_start"]["jia"], way["due_end"]["jia"], way["parties"]) == ("100.00", "110.00", CALLED)
    assert [(each["cause"], each["shares"]["jia"]) for each in way["causes"]] == [("own", "10.00")]
    for start in (others, "A9-tax-2024-01"):
        assert kind(service.get("jia-head", f"park/agreements/A1/bridge?start={start}&end=2024-02-29")) == (
            422,
            "moment-unreadable",
        )


def test_other_terms_are_simulated_by_the_parties_of_an_agreement(service: Service) -> None:
    other = of_project("项目甲")
    other["pools"]["tax"]["waterfall"] = [{"split": {"jia": 1, "yi": 1}}]
    found = service.post("policy", "park/agreements/A1/simulate", {"terms": other})
    assert kind(found) == (404, "agreement-unknown"), "policy staff of no party"
    simulated = service.post("jia-clerk", "park/agreements/A1/simulate", {"terms": other}).json
    assert simulated and (simulated["totals"], simulated["parties"]) == ({"jia": "55.00", "yi": "-55.00"}, CALLED)
    assert simulated["gains"] == [{"year": 2024, "shares": {"jia": "55.00", "yi": "-55.00"}}]


def test_suggestions_can_be_put_forward_as_they_are(service: Service) -> None:
    terms = of_project("项目乙", title="有起算日")
    years = {"name": "三年对半", "during": {"clock": "first_tax", "years": "1-3"}, "split": {"jia": 1, "yi": 1}}
    terms["pools"]["tax"] |= {"per": "project", "waterfall": [years, {"name": "以后", "split": {"yi": 1}}]}
    agree(service, terms, "A3", {"甲县": "jia-head", "乙县": "yi-head"})
    record(service, "office", "office-2", ["V7,2024-02-09,9.00,项目乙,乙县"])

    suggested = read(service, "jia-clerk", "agreements/A3/suggestions")["facts"]

    assert [(each["clock"], each["on"]) for each in suggested] == [("first_tax", "2024-02-09")]
    made(service.post("jia-clerk", "park/agreements/A3/facts", {"facts": suggested}))
    assert read(service, "jia-clerk", "agreements/A3/suggestions")["facts"] == []
    assert read(service, "jia-clerk", "agreements/A1/suggestions") == {"facts": [], "sentences": []}


def test_the_log_is_verified_and_coverage_told_to_who_reads_everything(service: Service) -> None:
    record(service, "office", "office-2", ["V5,2024-02-08,8.00,无人的项目,戊县"])
    closed = made(service.post("office", "park/periods/2024-01/close"))
    proof = read(service, "auditor", f"verify?expect={closed['head']}")
    assert (proof["sound"], proof["statements"], proof["head"]) == (True, 2, closed["head"])
    forged = closed["head"][:-1] + ("0" if closed["head"][-1] != "0" else "1")
    assert read(service, "auditor", f"verify?expect={forged}")["sound"] is False
    originals = folder_of(Tenants(service.folder / "tenants").books("park"))
    min(originals.iterdir(), key=lambda each: each.stat().st_mtime_ns).unlink()
    (lost,) = read(service, "auditor", "verify")["findings"]
    assert "原件不在了" in lost and ".csv”" in lost
    covered = read(service, "office", "coverage?period=2024-02")
    assert (covered["unselected_lines"], covered["unselected"]) == (1, "8.00")
    for path in ("verify", "coverage?period=2024-02"):
        assert kind(service.get("jia-head", f"park/{path}")) == (403, "forbidden")


def test_contributions_and_quotas_are_listed_with_what_they_rest_on(service: Service) -> None:
    header = "编号,投入形式,投入日期,数值,单位,报送方,依据"
    sent = made(
        service.post(
            "jia-clerk",
            "park/imports?name=投入.csv&kind=inputs",
            data=csv_file(["I1,货币,2024-01-05,100,万元,甲县,验资报告 3 号"], header),
        )
    )
    made(service.post("jia-checker", f"park/imports/{sent['id']}/confirm"))
    (own,) = read(service, "jia-head", "inputs")["reports"]
    assert (own["number"], own["value"], own["evidence"]) == ("I1", "100", "验资报告 3 号")
    assert read(service, "bing-head", "inputs") == {"reports": []} == read(service, "jia-head", "quotas")
    theirs, nobodys = (service.get("bing-head", f"park/figures/{number}") for number in ("B1", "B9"))
    assert theirs.text.replace("B1", "B9") == nobodys.text and theirs.status_code == 404


def test_a_mapping_saved_once_reads_files_of_ones_own_layout(service: Service) -> None:
    made(
        service.post(
            "jia-clerk", "park/mappings", {"name": "国库", "columns": {"凭证": "税票号码", "日子": "入库日期"}}
        )
    )
    assert read(service, "policy", "mappings")["mappings"][0]["columns"]["凭证"] == "税票号码"
    file = csv_file(["V10,2024-02-09,3.00,项目甲"], "凭证,日子,实缴金额,项目")
    sent = made(service.post("jia-clerk", "park/imports?name=x.csv&mapping=国库", data=file))
    assert read(service, "jia-clerk", f"imports/{sent['id']}")["recorded"] == 1


# People and tokens


def test_an_administrator_gives_and_takes_roles_in_the_own_tenant_and_never_to_themself(service: Service) -> None:
    path, role = "park/people/bing-head/roles", {"role": "clerk", "party": "丙县"}
    roles = made(service.post("administrator", path, role))["roles"]
    assert [(each["role"], each["party"]) for each in roles] == [("head", "丙县"), ("clerk", "丙县")]
    made(service.post("administrator", f"{path}/end", role))
    assert kind(service.post("administrator", f"{path}/end", role)) == (404, "role-not-held")

    own = service.post("administrator", "park/people/administrator/roles", {"role": "auditor"})
    assert kind(own) == (403, "own-work")
    for wrong in ({"role": "clerk"}, {"role": "auditor", "party": "甲县"}):
        assert kind(service.post("administrator", path, wrong)) == (422, "role-of-nobody")
    assert kind(service.post("administrator", "other/people/elsewhere/roles", role)) == (404, "tenant-unknown")
    assert "elsewhere" not in [each["login"] for each in read(service, "administrator", "people?limit=200")["people"]]
    for path in ("agreements", "entries", "events"):
        assert not any(read(service, "administrator", path).values()), "an administrator reads no books"


def test_a_token_of_ones_own_reaches_one_tenant_dies_at_once_and_is_kept_nowhere(service: Service) -> None:
    service.directory.grant("jia-head", Membership("other", "head", "甲县"), "管理员")
    key = {"Idempotency-Key": "a-key"}
    issued = service.post("jia-head", "park/tokens", {"title": "接口", "days": 1}, headers=key)
    token = made(issued)["token"]
    assert issued.headers["Cache-Control"] == "no-store"
    service.tokens["program"] = token

    assert [each["tenant"] for each in service.get("program", "tenants").json["tenants"]] == ["park"]  # type: ignore[index]
    assert {each["tenant"] for each in service.get("jia-head", "tenants").json["tenants"]} == {"park", "other"}  # type: ignore[index]
    assert kind(service.get("program", "other/agreements")) == (404, "tenant-unknown")
    assert kind(service.post("program", "park/tokens", {"title": "x"})) == (403, "read-only-token")
    prefix = token.split("_")[1]
    assert prefix in [each["prefix"] for each in read(service, "jia-head", "tokens")["tokens"]]
    assert prefix not in service.get("yi-head", "park/tokens").text
    assert kind(service.post("yi-head", f"park/tokens/{prefix}/revoke")) == (404, "token-unknown")
    assert made(service.post("jia-head", f"park/tokens/{prefix}/revoke"))["revoked_at"]
    assert service.get("program", "me").status_code == 401
    kept = b"".join(file.read_bytes() for file in service.folder.rglob("*") if file.is_file())
    assert token.encode() not in kept and token.split("_", 2)[2].encode() not in kept


# Every list, every route

WORDS = {"figures": "batches", "inputs": "reports", "quotas": "reports", "regions": "successions"}
"""What a list is called where it is not called as its address is."""


def test_every_list_is_the_same_in_pages_of_one(service: Service) -> None:
    made(service.post("office", "park/periods/2024-01/close"))
    for name in ("项目甲", "项目乙"):
        made(service.post("office", "park/projects", {"name": name, "introducer": "甲县"}))
    for park in ("东区", "西区"):
        made(service.post("office", "park/parks", {"park": park, "from": "2024-01-01"}))
    document = service.get(None, "openapi.json").json
    assert document
    paged = 0
    for path, operations in document["paths"].items():
        names = {each.get("name") for each in operations.get("get", {}).get("parameters", [])}
        if "{tenant}" not in path or not {"after", "limit"} <= names:
            continue
        asked = path.removeprefix("/api/v1/").format(tenant="park", agreement="A1")
        first = {"period": "2024-01"} if "as_known" in names else {}
        whole = service.get("auditor", asked, query_string=first | {"limit": 200}).json
        assert whole
        word = WORDS.get(own := path.rsplit("/", 1)[1], own)
        assert pages(service, asked, first, word) == whole[word], path
        lost = service.get("auditor", asked, query_string=first | {"after": "没有这一条"})
        assert lost.status_code == 422, path
        paged += 1
    assert paged >= 15


def pages(service: Service, path: str, asked: dict[str, Any], word: str) -> list[Any]:
    """A list read one by one, as Link leads."""
    found: list[Any] = []
    answer = service.get("auditor", path, query_string=asked | {"limit": 1})
    while True:
        assert answer.status_code == 200 and answer.json is not None, answer.json
        found += answer.json[word]
        link = re.fullmatch(r"</api/v1/(.+)>; rel=\"next\"", answer.headers.get("Link", ""))
        if not link:
            return found
        answer = service.get("auditor", link[1])


def test_every_field_has_an_example_and_headers_are_described_once(service: Service) -> None:
    document = service.get(None, "openapi.json").json
    assert document
    ours = {
        name: each
        for name, each in document["components"]["schemas"].items()
        if name not in ("Error", "PaginationMetadata")
    }
    bare = [
        f"{name}.{word}"
        for name, each in ours.items()
        for word, said in each.get("properties", {}).items()
        if "example" not in said and "$ref" not in str(said)
    ]
    assert bare == []
    assert set(document["components"]["headers"]) == {"ETag", "Link", "Idempotent-Replayed", "Location"}
    keyed = {path for path, each in document["paths"].items() if "IdempotencyKey" in str(each.get("parameters"))}
    posted = {rule.replace("<tenant>", "{tenant}") for method, rule in DECIDED if method == "POST"}
    assert len(keyed) >= len(posted) - 6, "all but those that record nothing, and the issue of tokens"


def test_lines_sent_as_json_wait_for_another_person_like_a_file(service: Service) -> None:
    line = {"voucher": "J1", "project": "项目甲", "booked_on": "2024-01-05", "amount": "300.00", "collector": "甲县"}
    wrong = service.post("jia-clerk", "park/imports/lines", {"lines": [line | {"amount": 300}, {}]})
    assert kind(wrong) == (422, "http-422") and wrong.json
    assert {each["where"] for each in wrong.json["errors"]} >= {"json.lines.0.amount", "json.lines.1.voucher"}
    assert kind(service.post("jia-clerk", "park/imports/lines", data=b"lines")) == (415, "http-415")
    bare = {"data": b'{"lines": [', "content_type": "application/json"}
    assert kind(service.ask("jia-clerk", "POST", "park/imports/lines", **bare)) == (400, "http-400")

    sent = service.post("jia-clerk", "park/imports/lines", {"lines": [line]})
    assert sent.status_code == 201 and sent.json
    assert kind(service.post("jia-clerk", f"park/imports/{sent.json['id']}/confirm"))[0] == 403
    assert service.post("jia-checker", f"park/imports/{sent.json['id']}/confirm").status_code == 201

    entries = service.get("jia-clerk", "park/entries").json
    assert entries and [(each["voucher"], each["amount"]) for each in entries["entries"]] == [
        ("V1", "300.00"),
        ("V3", "30.00"),
        ("J1", "300.00"),
    ]


def test_whoever_sends_a_file_or_lines_in_another_form_is_shown_the_right_one(service: Service) -> None:
    def refusal(path: str, **body: Any) -> str:
        answer = service.ask("jia-clerk", "POST", f"park/imports{path}", **body)
        assert kind(answer)[0] == 422 and answer.json
        return f"{answer.json['type']} {answer.json['title']}"

    form = {"file": (io.BytesIO(csv_file(["V9,2024-01-05,1.00"], HEADER)), "一.csv")}
    said = refusal("", data=form)
    assert (
        said.startswith("file-in-form")
        and "curl --data-binary @文件 'http://localhost/api/v1/park/imports?name=" in said
    )
    right = '{"lines": [{"voucher": "V1", "booked_on": "2024-01-05", "amount": "300.00"}]}'
    for bare in ([{"voucher": "V1"}], {"data": []}, "V1", {"lines": {}}):
        said = refusal("/lines", json=bare)
        assert said.startswith("lines-not-wrapped") and right in said
    said = refusal("/lines", data=b'{"voucher": "V1"}\n{"voucher": "V2"}\n', content_type="application/json")
    assert said.startswith("lines-not-wrapped")
    said = refusal("/lines", json={"lines": [json.loads(right)["lines"][0], {"税票号码": "V1", "实缴金额": "1.00"}]})
    assert (
        said.startswith("lines-in-headers 第 2 行")
        and "税票号码 → voucher, 实缴金额 → amount" in said
        and right in said
    )


def test_the_document_says_how_a_file_is_sent(service: Service) -> None:
    document = service.get(None, "openapi.json").json
    assert document
    body = document["paths"]["/api/v1/{tenant}/imports"]["post"]["requestBody"]

    assert body["required"] and next(iter(body["content"])) == "application/octet-stream"
    example = body["content"]["text/csv"]["example"]
    sent = made(service.post("jia-clerk", "park/imports?name=例.csv", data=example, content_type="text/csv"))
    preview = read(service, "jia-clerk", f"imports/{sent['id']}")
    assert (preview["state"], preview["known"] + preview["recorded"] + preview["skipped"]) == ("checked", 1)


def test_a_preview_says_which_lines_are_of_closed_months(service: Service) -> None:
    made(service.post("office", "park/periods/2024-01/close"))
    lines = ["V8,2024-02-06,1.00,项目甲,甲县", "V9,2024-01-06,30.00,项目甲,甲县"]
    sent = made(service.post("office", "park/imports?name=二.csv", data=csv_file(lines, COLUMNS)))

    seen = read(service, "office-2", f"imports/{sent['id']}")

    assert (seen["late"], seen["late_lines"], seen["late_sum"]) == (1, [3], "30.00")
    assert seen["next_period"] == "2024-02"


def test_a_preview_says_for_what_a_confirmation_would_be_refused(service: Service) -> None:
    lines = ["V1,2024-01-05,1.00,项目甲,乙县", "X1,昨天,1.00,项目甲,乙县", "X2,2024-01-05,1.00,项目丙,丁县"]
    file = csv_file(lines, COLUMNS)
    sent, skipping = (
        made(service.post("jia-clerk", f"park/imports?name=三.csv{more}", data=file))["id"]
        for more in ("", "&skip_bad=true")
    )

    seen = read(service, "jia-checker", f"imports/{sent}")
    answer = service.post("jia-checker", f"park/imports/{sent}/confirm")

    kinds = {"day-in-cell-unreadable", "voucher-amount-differs", "line-of-others"}
    assert kind(answer) == (422, "lines-refused") and answer.json
    assert seen["hindrance"] == answer.json and {each["kind"] for each in answer.json["errors"]} == kinds
    assert {each["kind"] for each in seen["problems"]} == kinds
    assert read(service, "jia-checker", f"imports/{skipping}")["hindrance"] is None

    output = {"data": csv_file(["产值,2024-01,1.0,万元,甲县"], "指标,所属期止,数值,单位,报送方")}
    figures = [made(service.post("office", f"park/imports?name={n}.csv&kind=quotas", **output))["id"] for n in "12"]
    assert read(service, "office-2", f"imports/{figures[1]}")["hindrance"] is None
    made(service.post("office-2", f"park/imports/{figures[0]}/confirm"))
    assert read(service, "office-2", f"imports/{figures[1]}")["events_since"] == 1
    again = made(service.post("office", "park/imports?name=3.csv&kind=quotas", **output))["id"]
    hindrance = read(service, "office-2", f"imports/{again}")["hindrance"]
    refused = service.post("office-2", f"park/imports/{again}/confirm")
    assert hindrance == refused.json and hindrance["status"] == refused.status_code >= 400


def test_a_preview_names_files_of_ones_own_that_wait_with_the_same_vouchers(service: Service) -> None:
    def sent(login: str, name: str, *lines: str) -> str:
        found = made(service.post(login, f"park/imports?name={name}.csv", data=csv_file(lines, COLUMNS)))
        return str(found["id"])

    one = sent("jia-clerk", "一", "N1,2024-01-05,1.00,项目甲,乙县", "N2,2024-01-05,1.00,项目甲,乙县")
    other = sent("jia-clerk", "二", "N2,2024-01-05,2.00,项目甲,乙县", "N3,2024-01-05,1.00,项目甲,乙县")
    theirs = sent("yi-clerk", "乙", "N1,2024-01-05,9.00,项目甲,乙县")

    def overlaps(login: str, upload: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = read(service, login, f"imports/{upload}")["overlaps"]
        return found

    assert overlaps("jia-checker", one) == [{"id": other, "name": "二.csv", "lines": 1}]
    assert overlaps("jia-checker", other) == [{"id": one, "name": "一.csv", "lines": 1}]
    assert [each["id"] for each in overlaps("auditor", one)] == [theirs, other]
    made(service.post("jia-checker", f"park/imports/{one}/confirm"))
    assert overlaps("jia-checker", other) == []
    assert read(service, "jia-checker", f"imports/{other}")["events_since"] == 1
    assert kind(service.post("jia-checker", f"park/imports/{other}/confirm")) == (422, "lines-refused")


# Not yours, not there (T19); days (N21); kept answers


def work_of(service: Service, login: str, path: str) -> tuple[int, bytes, int]:
    """Status, body without what was asked for, and how many calls the service makes of it: its class of time."""
    service.get(login, path)
    counted = 0

    def count(frame: Any, event: str, argument: Any) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        answer = service.get(login, path)
    finally:
        sys.setprofile(None)
    return answer.status_code, answer.data, counted


@pytest.mark.parametrize(
    ("yours", "none"),
    [
        ("park/agreements/A1", "park/agreements/A9"),
        ("park/agreements/A1/facts", "park/agreements/A9/facts"),
        ("park/agreements/A1/suggestions", "park/agreements/A9/suggestions"),
        ("park/agreements/A1/bridge?start=2024-01-31&end=2024-02-29", "park/agreements/A9/bridge?start=2024-01-31&end=2024-02-29"),
        ("park/agreements/A1/explanation?period=2024-01&party=甲县", "park/agreements/A9/explanation?period=2024-01&party=甲县"),
        ("park/statements?period=2024-01&agreement=A1", "park/statements?period=2024-01&agreement=A9"),
        ("park/entries?agreement=A1", "park/entries?agreement=A9"),
        ("park/periods", "elsewhere/periods"),
    ],
)  # fmt: skip
def test_what_is_not_yours_costs_the_service_what_is_not_there_does(yours: str, none: str, service: Service) -> None:
    """T19: the same status, the same words, the same class of time."""
    asking = "elsewhere" if none.startswith("elsewhere") else "ding-head"

    status, body, calls = work_of(service, asking, yours)
    status_of_none, body_of_none, calls_of_none = work_of(service, asking, none)

    assert status == status_of_none == 404
    assert body.replace(b"A1", b"").replace(b"park", b"") == body_of_none.replace(b"A9", b"").replace(b"elsewhere", b"")
    assert abs(calls - calls_of_none) <= calls_of_none // 10


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_a_period_begins_and_ends_on_its_days_wherever_the_service_runs(
    zone: str, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N21: year end, leap day and the ends of a quarter."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    days = ["2023-12-31", "2024-02-29", "2024-03-31", "2024-04-01", "2024-12-31", "2025-01-01"]
    record(service, "office", "office-2", [f"D{number},{day},1.00,项目甲,乙县" for number, day in enumerate(days)])

    def booked(period: str) -> list[str]:
        found = service.get("auditor", f"park/entries?period={period}&limit=200").json
        assert found
        return [each["booked_on"] for each in found["entries"] if each["voucher"].startswith("D")]

    try:
        assert booked("2024-02") == ["2024-02-29"]
        assert booked("2024-Q1") == ["2024-02-29", "2024-03-31"]
        assert booked("2024") == ["2024-02-29", "2024-03-31", "2024-04-01", "2024-12-31"]
        assert booked("2023-12") == ["2023-12-31"]
    finally:
        monkeypatch.undo()
        time.tzset()


def test_an_answer_is_kept_for_the_same_roles_and_no_longer_than_it_holds(service: Service) -> None:
    asked = "park/statements?period=2024-01"

    def said(login: str) -> list[tuple[str, str]]:
        found = service.get(login, asked).json
        assert found
        return [(line["party"], line["entitled"]) for each in found["statements"] for line in each["lines"]]

    assert said("jia-head") == said("jia-head") == said("yi-head") == [("甲县", "100.00"), ("乙县", "200.00")]
    assert said("ding-head") == [("丙县", "300.00"), ("丁县", "300.00")]
    record(service, "office", "office-2", ["V9,2024-01-31,3.00,项目甲,乙县"])
    assert said("jia-head") == [("甲县", "101.00"), ("乙县", "202.00")]
    service.directory.end("jia-head", Membership("park", "head", "甲县"), "管理员")
    assert service.get("jia-head", asked).status_code == 404


# What a hostile county tried


def test_other_terms_are_tried_on_ones_own_receipts_alone(service: Service) -> None:
    drafted = {**of_project("项目甲"), **STRANGERS, "title": "丙丁另一份"}
    pool = {"share": "receipts", "of": "all", "waterfall": [{"split": {"bing": 1, "ding": 1}}]}
    number = made(service.post("ding-clerk", "park/agreements", {"terms": drafted | {"pools": {"all": pool}}}))[
        "number"
    ]
    made(service.post("office", "park/periods/2024-01/close"))

    tried = service.post(
        "ding-clerk", f"park/agreements/{number}/simulate", {"terms": drafted | {"pools": {"all": pool}}}
    )

    assert tried.status_code == 200 and "V1" not in tried.text and "甲县" not in tried.text
    suggested = service.get("ding-clerk", f"park/agreements/{number}/suggestions")
    assert suggested.status_code == 200 and "2024-01-05" not in suggested.text


def test_nobody_sends_lines_or_figures_of_others(service: Service) -> None:
    line = {"voucher": "X1", "project": "项目甲", "booked_on": "2024-01-05", "amount": "5000.00", "collector": "乙县"}
    sent = made(service.post("ding-clerk", "park/imports/lines", {"lines": [line]}))

    seen = service.get("ding-clerk", f"park/imports/{sent['id']}").json
    assert seen and (seen["recorded"], [each["kind"] for each in seen["problems"]]) == (0, ["line-of-others"])
    assert kind(service.post("ding-checker", f"park/imports/{sent['id']}/confirm")) == (422, "lines-refused")
    own = made(
        service.post("ding-clerk", "park/imports/lines", {"lines": [line | {"project": "项目丙", "collector": "丁县"}]})
    )
    assert service.post("ding-checker", f"park/imports/{own['id']}/confirm").status_code == 201


def test_a_mapping_saved_anew_between_preview_and_confirmation_records_nothing(service: Service) -> None:
    columns = {"凭证": "税票号码", "日子": "入库日期", "本级": "实缴金额", "全部": "不用"}
    made(service.post("jia-clerk", "park/mappings", {"name": "国库", "columns": columns}))
    file = csv_file(["M1,2024-02-09,3.00,999999.00,项目甲"], "凭证,日子,本级,全部,项目")
    sent = made(service.post("jia-clerk", "park/imports?name=x.csv&mapping=国库", data=file))
    made(
        service.post(
            "ding-clerk", "park/mappings", {"name": "国库", "columns": columns | {"本级": "不用", "全部": "实缴金额"}}
        )
    )

    assert kind(service.post("jia-checker", f"park/imports/{sent['id']}/confirm")) == (409, "read-otherwise")
    assert "M1" not in service.get("office", "park/entries").text


def test_a_role_of_one_party_and_the_sight_of_another_do_not_add_up(service: Service) -> None:
    sent = made(
        service.post("jia-clerk", "park/imports?name=x.csv", data=csv_file(["R1,2024-02-09,3.00,项目甲,甲县"], COLUMNS))
    )
    service.directory.grant("ding-checker", Membership("park", "policy", "甲县"), "管理员")

    for act in ("confirm", "cancel"):
        assert service.post("ding-checker", f"park/imports/{sent['id']}/{act}").status_code == 403


def test_a_body_that_broke_off_is_not_kept(service: Service) -> None:
    body = csv_file(["B1,2024-02-09,98765.43,项目甲,甲县"], COLUMNS)

    cut = service.ask(
        "jia-clerk",
        "POST",
        "park/imports?name=x.csv",
        input_stream=io.BytesIO(body[:-20]),
        environ_overrides={"CONTENT_LENGTH": f"{len(body)}"},
    )

    assert cut.status_code == 400
    assert service.get("office", "park/imports").json["imports"][0]["name"] == "明细.csv"  # type: ignore[index]


def test_many_wrong_lines_cost_the_service_no_more_than_the_first_hundred(service: Service) -> None:
    answer = service.post("jia-clerk", "park/imports/lines", {"lines": [{}] * 50_000})

    assert kind(answer) == (422, "http-422") and len(answer.data) < 100_000


def test_an_enterprise_of_a_project_of_others_is_not_entered_again(service: Service) -> None:
    code = {"name": "密项目", "enterprise": "91350100M000100Y43", "introducer": "甲县", "receiver": "乙县"}
    made(service.post("jia-clerk", "park/projects", code))

    again = service.post("ding-clerk", "park/projects", code | {"name": "假项目", "introducer": "丁县", "receiver": ""})

    assert kind(again) == (409, "enterprise-taken")


def test_one_person_confirms_a_fact_for_one_party(service: Service) -> None:
    service.directory.grant("jia-checker", Membership("park", "checker", "乙县"), "管理员")
    fact = {"clock": "production", "on": "2024-05-01", "source": "达产确认书"}
    pools = {"tax": {"share": "receipts", "of": {"projects": ["项目戊"]}, "waterfall": [
        {"split": {"jia": 1}, "during": {"clock": "production", "years": "1-3"}}, {"split": {"jia": 1, "yi": 1}}]}}  # fmt: skip
    number = made(service.post("jia-clerk", "park/agreements", {"terms": two_counties(title="又", pools=pools)}))[
        "number"
    ]
    proposed = made(service.post("jia-clerk", f"park/agreements/{number}/facts", {"facts": [fact]}))["facts"][0][
        "number"
    ]

    assert service.post("jia-checker", f"park/facts/{proposed}/confirm", {"party": "甲县"}).status_code == 201
    assert kind(service.post("jia-checker", f"park/facts/{proposed}/confirm", {"party": "乙县"})) == (403, "own-work")


def test_any_version_is_none_that_was_seen(service: Service) -> None:
    amended = of_project("项目甲", effective="2025-01-01")
    made(service.post("jia-clerk", "park/agreements/A1/amend", {"party": "甲县", "terms": amended}))

    assert kind(service.post("jia-head", "park/agreements/A1/sign", {"party": "甲县"}, headers={"If-Match": "*"})) == (
        428,
        "http-428",
    )


def test_a_closed_statement_is_written_once_whatever_is_recorded_behind_it(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(service.post("office", "park/periods/2024-01/close"))
    written: list[str] = []
    printed = api_statements.printed
    noting = lambda schema, said: (written.append(said["number"]), printed(schema, said))[1]  # noqa: E731
    monkeypatch.setattr(api_statements, "printed", noting)

    first = service.get("office", "park/statements?period=2024-01")
    record(service, "office", "office-2", ["V7,2024-02-20,3.00,项目甲,乙县"])
    again = service.get("office", "park/statements?period=2024-01")

    assert first.json == again.json and sorted(written) == sorted(set(written)) and len(written) == 2
