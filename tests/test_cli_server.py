"""The command line over a service: a month by two counties, the same documents as of books, refusals said alike."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.access.directory import Directory
from api.access.people import Membership, Role
from api.cli.main import main
from api.tenancy import Shelf
from ledger.store.tenants import Tenants
from tests.conftest import HEADER, Answer, csv_file, two_counties
from tests.test_client import server
from tests.test_service import PASSWORD

PEOPLE: dict[str, tuple[Role, str]] = {
    "jia-clerk": ("clerk", "甲县"),
    "jia-checker": ("checker", "甲县"),
    "jia-head": ("head", "甲县"),
    "jia-statistician": ("statistician", "甲县"),
    "yi-statistician": ("statistician", "乙县"),
    "yi-clerk": ("clerk", "乙县"),
    "yi-checker": ("checker", "乙县"),
    "yi-head": ("head", "乙县"),
    "office": ("park_office", ""),
    "office-2": ("park_office", ""),
    "auditor": ("auditor", ""),
}


class Afar:
    """A service somewhere: its address, and everybody's token; each test has a tenant of its own."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.directory = Directory(folder / "people.db")
        self.shelf = Shelf(Tenants(folder / "tenants"))
        for login in PEOPLE:
            self.directory.add(login, login, PASSWORD)

    def tenant(self, name: str) -> dict[str, str]:
        """Fresh books; a token of everybody's that reaches only these."""
        self.shelf.begin(name, name, "管理员")
        for login, (role, party) in PEOPLE.items():
            self.directory.grant(login, Membership(name, role, party), "管理员")
        return {login: self.directory.issue(login, "测试", tenant=name, may_write=True) for login in PEOPLE}


@pytest.fixture(scope="session")
def afar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Afar]:
    folder = tmp_path_factory.mktemp("service")
    with server(folder) as (url, _):
        yield Afar(url, folder)


class Counties:
    """Everybody's command line over one service."""

    def __init__(self, url: str, tokens: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
        self.url = url
        self.tokens = tokens
        self._capsys = capsys

    def by(self, login: str, *arguments: object) -> Answer:
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main(["--server", self.url, "--token", self.tokens.get(login, login), *map(str, arguments)])
        said = self._capsys.readouterr()
        return Answer(int(stopped.value.code or 0), said.out, said.err)

    def done(self, login: str, *arguments: object) -> Any:
        answer = self.by(login, *arguments, "--json")
        assert answer.code == 0, (arguments, answer)
        return answer.document

    def agree(self, file: Path) -> None:
        assert self.done("jia-clerk", "agreement", "propose", file)["agreement"] == "A1"
        self.done("jia-head", "agreement", "sign", "A1", "--party", "甲县", "--draft", 1)
        self.done("yi-head", "agreement", "sign", "A1", "--party", "乙县", "--draft", 1)


@pytest.fixture
def counties(afar: Afar, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Counties:
    name = f"t{abs(hash(request.node.name)) % 10**9}"
    return Counties(afar.url, afar.tenant(name), capsys)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "terms.json").write_text(json.dumps(two_counties()), encoding="utf-8")
    (tmp_path / "一月.csv").write_bytes(csv_file(["V1,2024-01-05,300.00", "V2,2024-01-06,3.00"], HEADER))
    return tmp_path


def test_two_counties_do_a_whole_month_by_the_command_line_alone(counties: Counties, files: Path) -> None:
    counties.agree(files / "terms.json")
    sent = counties.by("jia-clerk", "import", files / "一月.csv", "--marked", files / "标注.csv")
    assert (sent.code, sent.err) == (0, "") and "甲县：未列入结算单的应得由 0.00 元变为 101.00 元" in sent.out
    (upload,) = re.findall("import confirm ([0-9a-f]{16})", sent.out)
    assert "可以记入" in (files / "标注.csv").read_text(encoding="utf-8-sig")

    assert counties.by("jia-clerk", "import", "confirm", upload).code == 1
    assert counties.done("jia-checker", "import", "show", upload)["sum_fen"] == 303_00
    assert counties.done("jia-checker", "import", "confirm", upload)["recorded"] == 2
    said = counties.by("yi-head", "statement", "2024-01")

    assert said.code == 0 and "202.00" in said.out
