"""What the fuzz tests call: a service with one thing of every kind, its operations, and a tally of the answers."""

import re
import shutil
from collections import Counter
from collections.abc import Callable, Set
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis.errors import FlakyStrategyDefinition
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.access.people import Membership
from api.access.policy import ACTS
from api.access.sessions import csrf_word
from api.http.callers import CSRF_HEADER, cookie_name, sessions_of
from api.http.routes import DECIDED
from api.http.tenancy import EXTENSION, Shelf
from api.http.wire import CREDIT_CODE
from api.jobs import EXTENSION as JOBS
from api.jobs import Jobs
from ledger.store.tenants import Tenants
from tests.conftest import HEADER, csv_file, two_counties
from tests.test_service import PASSWORD, PEOPLE, UNHURRIED, Service

SECONDS_MAX = 10
CHECKS = (
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
OPERATOR = "operator"
FILE = csv_file(["V1,2024-01-05,300.00", "V2,2024-02-06,-0.01"], HEADER)
FIGURES = csv_file(["产值,2024-01-01,2024-02-29,100.3,万元,甲县"], "指标,所属期起,所属期止,数值,单位,报送方")
WEIGHTS = {"weights": "contributions", "values": {"jia": 1, "yi": 2}, "source": "投入台账"}
SAID = {
    "terms": two_counties(),
    "facts": [WEIGHTS],
    "period": "2024-01",
    "agreement": "A1",
    "party": "甲县",
    "entries": [HEADER.split(","), ["V1", "2024-01-05", "300.00"]],
    "administrator": "guest",
}
"""What makes sense here in the place of the document's example."""
NAMED = {"name", "title", "park", "login", "tenant", "terms"}
"""What two things may not share."""
LEFT_OPEN = ("after", "as_of", "as_known", "figures", "inputs", "quotas")
"""What is asked for seldom, since it leaves nothing to be answered."""
CONVERTED, PLAIN = re.compile("<(?:[^>]*:)?(.*?)>"), r"{\1}"
ACT_OF = {f"{method} {re.sub(CONVERTED, PLAIN, rule)}": ACTS[act] for (method, rule), act in DECIDED.items()}


class Fuzzed(Service):
    """A service with something of every kind in it, that can be put back to where it was."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "now")
        self.before = folder / "before"
        self.directory.add(OPERATOR, OPERATOR, PASSWORD, is_operator=True, must_change=False)
        self.tokens[OPERATOR] = self.directory.issue(OPERATOR, "测试", may_write=True)
        self.directory.add("guest", "guest", PASSWORD, must_change=False)
        self.directory.grant("guest", Membership("park", "clerk", "甲县"), OPERATOR)
        self.there = {"tenant": "park", "login": "guest", "enterprise": CREDIT_CODE} | self._agreed() | self._brought()
        self.shelf.close()
        shutil.copytree(self.folder, self.before)
        self.begin_again()

    @property
    def shelf(self) -> Shelf:
        found: Shelf = self.app.extensions[EXTENSION][0]
        return found

    def begin_again(self) -> None:
        """Have people, books and files be as they were first, and nothing of them remembered."""
        self.shelf.close()
        shutil.rmtree(self.folder)
        shutil.copytree(self.before, self.folder)
        shelf = Shelf(Tenants(self.folder / "tenants"))
        jobs = Jobs(shelf, self.folder, UNHURRIED.uploads_kept_days)
        self.app.extensions |= {EXTENSION: (shelf, self.directory), JOBS: jobs}

    def _agreed(self) -> dict[str, Any]:
        """An agreement in force, a draft, a fact that is certified and one that is not, a project that is bound."""
        pools = {"tax": {"share": "receipts", "waterfall": [{"split": {"by": "contributions"}}]}}
        bound = {
            "enterprise": CREDIT_CODE,
            "introducer": "甲县",
            "receiver": "乙县",
            "park": "经开区",
            "agreement": "A1",
        }
        self._made("jia-clerk", "agreements", {"terms": two_counties(pools=pools)})
        self._made("jia-clerk", "agreements", {"terms": two_counties(title="另一份")})
        for head, party in (("jia-head", "甲县"), ("yi-head", "乙县")):
            self._made(head, "agreements/A1/sign", {"party": party, "draft": 1})
        self._made("jia-clerk", "agreements/A1/facts", {"facts": [WEIGHTS]})
        for checker, party in (("jia-checker", "甲县"), ("yi-checker", "乙县")):
            self._made(checker, "facts/F1/confirm", {"party": party})
        self._made(
            "jia-clerk",
            "agreements/A1/facts",
            {"facts": [WEIGHTS | {"values": {"jia": 1, "yi": 1}, "supersedes": "F1"}]},
        )
        self._made("office", "projects", {"name": "项目甲"} | bound)
        for stage in ("registered", "works_started"):
            self._made("office", "projects/P1/stages", {"stage": stage, "on": "2024-01-05", "source": "合同"})
        return {"agreement": "A1", "draft": 1, "fact": "F2", "project": "P1"}

    def _brought(self) -> dict[str, Any]:
        """Receipts and figures, a month that is closed, a park, a region code; a file and a change that wait."""
        for asked, file in (("figures&name=指标.csv", FIGURES), ("receipts&name=一月.csv", FILE)):
            sent = self._made("jia-clerk", f"imports?kind={asked}", data=file)
            self._made("jia-checker", f"imports/{sent['id']}/confirm")
        self._made("office", "periods/2024-01/close")
        renamed = {"old": "620821", "new": "620881", "on": "2024-06-01", "source": "批复"}
        for path, change in (("parks", {"park": "经开区", "from": "2024-01-01"}), ("regions", renamed)):
            asked_for = self._made("office", path, change)
            self._made("office-2", f"changes/{asked_for['id']}/confirm")
        file = self._made("jia-clerk", "imports?name=二月.csv", data=FILE.replace(b"V", b"W"))
        change = self._made("office", "parks", {"park": "东区", "from": "2024-01-01"})
        return {"batch": "B1", "period": "2024-02", "park": "经开区", "upload": file["id"], "change": change["id"]}

    def _made(self, login: str, path: str, body: Any = None, **more: Any) -> Any:
        answer = self.post(login, f"park/{path}", body, **more)
        assert answer.status_code == 201, answer.json
        return answer.json


class Operation:
    """An operation of the document: who may ask for it, and with what it may make sense."""

    def __init__(self, service: Fuzzed, operation: Any) -> None:
        raw = operation.schema.raw_schema
        own = raw["paths"][operation.path][operation.method]
        content = own.get("requestBody", {}).get("content", {})
        asked = {each["name"]: each["schema"].get("example") for each in own.get("parameters", []) if "name" in each}
        body = _example(content.get("application/json", {}).get("schema", {}), raw["components"]["schemas"]) or {}
        said = SAID | ({"terms": two_counties(effective="2025-01-01")} if "{agreement}" in operation.path else {})
        there = service.there | ({"agreement": "A2"} if operation.path.endswith(("/sign", "/counter")) else {})
        self.service = service
        self.label: str = operation.label
        self.takes_file = "application/octet-stream" in content
        self.known = {
            "path_parameters": {word: there.get(word, "") for word in re.findall("{(.*?)}", operation.path)},
            "query": {word: said.get(word, asked[word]) for word in asked if word not in LEFT_OPEN},
            "body": {word: said.get(word, body[word]) for word in body if word not in LEFT_OPEN},
        }
        self.words = ["If-Match", *sorted({word for known in self.known.values() for word in known})]
        act = ACT_OF.get(operation.label)
        able = [login for login, (own, role, _) in PEOPLE.items() if own == "park" and act and role in act.roles]
        self.able = able or [OPERATOR, "office"]

    def asked_by(self, login: str) -> dict[str, Any]:
        """What a call bears: the caller's token; where it is about their session, one that begins now."""
        plain = {"Accept-Encoding": "identity"}
        if "/session" not in self.label:
            return {"headers": plain | {"Authorization": f"Bearer {self.service.tokens[login]}"}}
        person = self.service.directory.person(login).id
        secret = sessions_of(self.service.folder / "people.db", UNHURRIED).begin(person)
        return {"headers": plain | {CSRF_HEADER: csrf_word(secret)}, "cookies": {cookie_name(secure=True): secret}}

    def fit(self, case: schemathesis.Case, login: str, words: Set[str], number: str = "") -> None:
        """Have what some words say be what is there, or the document's example, of no version in particular.

        A number makes it another of its kind.
        """
        if "If-Match" in words:
            case.headers.pop("If-Match", None)
        for place, known in self.known.items():
            sent = getattr(case, place)
            if isinstance(sent, dict):
                sent |= {word: known[word] for word in known if word in words}
        if isinstance(case.body, dict):
            said = words & set(self.known["body"])
            case.body |= {word: _another(case.body[word], number) for word in said & NAMED}
            if "party" in said and login in PEOPLE:
                case.body["party"] = PEOPLE[login][2] or case.body["party"]
        if self.takes_file and words:
            case.body = FILE


def _another(value: Any, number: str) -> Any:
    """The same, called otherwise."""
    return f"{value}{number}" if isinstance(value, str) else value | {"title": f"{value['title']}{number}"}


def _example(said: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """What a schema gives as an example of itself."""
    if "$ref" in said:
        return _example(schemas[said["$ref"].rpartition("/")[2]], schemas)
    if "properties" in said:
        return {word: _example(inner, schemas) for word, inner in said["properties"].items()}
    if "example" not in said and "items" in said:
        return [_example(said["items"], schemas)]
    return said.get("example")


@dataclass
class Tally:
    """How many calls were made, how they were answered, and how late at most."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    slowest: Counter[str] = field(default_factory=Counter)
    faults: list[BaseException] = field(default_factory=list)

    def check(self, case: schemathesis.Case, answer: schemathesis.Response) -> None:
        """Count an answer, which is to be as the document says and not long in coming, even on a machine that is busy."""
        label = case.operation.label
        self.answers[label, answer.status_code] += 1
        self.slowest[label] = max(self.slowest[label], round(answer.elapsed * 1_000))
        try:
            case.validate_response(answer, checks=CHECKS)
            assert answer.elapsed < SECONDS_MAX, f"{label}: {answer.elapsed:.1f} s"
        except BaseException as fault:
            self.faults.append(fault)
            raise

    def until(self, calls: int, make: Callable[[], object], label: str = "") -> None:
        """Make calls until there are so many.

        Schemathesis draws some wrong bodies otherwise a second time, which ends what hypothesis does; it begins anew then.
        """
        self.faults.clear()
        while self.made(label) < calls:
            with suppress(FlakyStrategyDefinition):
                make()
            if self.faults:
                raise self.faults[0]

    def made(self, label: str = "") -> int:
        """How many calls, of one operation or of all."""
        return sum(count for (own, _), count in self.answers.items() if label in ("", own))

    def spread(self, label: str = "") -> str:
        """The answers of one operation, or of all."""
        found: Counter[int] = Counter()
        for (own, status), count in self.answers.items():
            found[status] += count if label in ("", own) else 0
        late = self.slowest[label] if label else max(self.slowest.values(), default=0)
        return f"{found.total():>7} calls, ≤ {late} ms, {dict(sorted((+found).items()))} {label}"
