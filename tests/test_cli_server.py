"""The command line over a service: a month by two counties, the same documents as of books, refusals said alike."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.access.directory import Directory
from api.access.people import Membership, Role
from api.cli.main import main
from api.tenancy import Shelf
from ledger.domain.terms import Document
from ledger.store.tenants import Tenants
from tests.conftest import HEADER, Answer, Enclave, csv_file, two_counties
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

    def __init__(self, url: str, tokens: dict[str, str], books: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.url = url
        self.books = books
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

    def record(self, login: str, *arguments: object) -> None:
        """One person sends a file, another one of the same party confirms it."""
        sent = self.done(login, *arguments)
        assert sent["state"] == "checked" and sent["recorded"], sent
        assert self.done(f"{login.partition('-')[0]}-checker", "import", "confirm", sent["import"])["recorded"]


@pytest.fixture
def counties(afar: Afar, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Counties:
    name = f"t{abs(hash(request.node.name)) % 10**9}"
    return Counties(afar.url, afar.tenant(name), afar.shelf.tenants.books(name), capsys)


EQUAL = [{"split": {"jia": 1, "yi": 1}}]
FIGURES = "编号,指标,所属期起,所属期止,数值,单位,报送方"
INPUTS = "编号,投入形式,投入日期,数值,单位,报送方,依据"


def terms(waterfall: list[Document], **changes: Any) -> Document:
    """Receipts, an indicator and contributions, divided between 甲县 and 乙县."""
    indicator = {"share": "indicator", "indicators": ["产值"], "basis": "split", "waterfall": EQUAL}
    reported = {"as": "monthly", "kind": "flow", "unit": "万元", "step": "0.1"}
    pools = {
        "tax": {"share": "receipts", "waterfall": waterfall},
        "统计": indicator | {"reported": reported},
        "投入": {"share": "inputs", "waterfall": EQUAL},
    }
    return two_counties(pools=pools) | changes


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Terms, an amendment, facts and files of receipts, indicators and contributions."""
    folder = tmp_path_factory.mktemp("files")
    weighted = [{"split": {"by": "contributions"}}]
    documents: dict[str, object] = {
        "terms": terms(weighted),
        "countered": terms(weighted, title="对案"),
        "amended": terms(EQUAL, effective="2025-01-01"),
        "facts": {"facts": [{"weights": "contributions", "values": {"jia": 1, "yi": 2}, "source": "投入台账"}]},
        "mapping": {"票号": "税票号码", "日期": "入库日期", "金额": "实缴金额"},
        "wrong": two_counties(**{"from": "2024-13-01", "negatives": "sometimes"}),
    }
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
    (folder / "一月.csv").write_bytes(csv_file(["V1,2024-01-05,300.00", "V2,2024-01-06,3.00"], HEADER))
    (folder / "二月.csv").write_bytes(csv_file(["V3,2024-02-05,0.01"], "票号,日期,金额"))
    (folder / "有误.csv").write_bytes(csv_file(["V4,2024-02-05,1.00", "V5,2024-02-30,x"], HEADER))
    (folder / "指标.csv").write_bytes(csv_file(["1,产值,2024-01,2024-01,5.1,万元,乙县"], FIGURES))
    (folder / "投入.csv").write_bytes(csv_file(["1,货币,2024-01-05,60.00,元,甲县,凭证一"], INPUTS))
    return folder


def test_two_counties_do_a_month_by_the_command_line_alone_and_read_what_the_books_themselves_say(
    counties: Counties, files: Path, enclave: Enclave, tmp_path: Path
) -> None:
    a_month(counties, files)
    books = counties.books
    for line in READ:
        words = [str(files / word[1:]) if word.startswith("@") else word for word in line.split()]
        for more in (["--json"], []):
            here, there = enclave("--books", books, *words, *more), counties.by("office", *words, *more)

            assert there == here, line
            assert here.code == 0, here
    for line in WRITTEN:
        here, there = (tmp_path / f"{where}.{line.split()[-1]}" for where in ("here", "there"))
        words = line.split()[:-1]
        assert enclave("--books", books, *words, "--to", here).code == 0, line
        assert counties.by("office", *words, "--to", there).code == 0, line
        assert there.read_bytes() == here.read_bytes(), line


READ = (
    "terms check @terms.json",
    "terms explain @terms.json",
    "agreement list",
    "agreement show",
    "agreement show A1",
    "agreement show A1 --draft 2",
    "agreement diff A1",
    "fact list",
    "fact list a1",
    "fact suggest A1",
    "figure list",
    "input list",
    "mapping list",
    "statement",
    "statement 2024-01",
    "statement 2024",
    "statement 2024-02 --agreement a1",
    "statement --as-of 2024-01-05",
    "statement 2024-01 --as-known 12",
    "explain A1 2024-01 甲县",
    "explain A1 2024-02 乙县 --all",
    "explain A1 2024-01 甲县 --as-of 2024-01-05",
    "bridge A1 2024-01-01 2024-02-29",
    "simulate @amended.json --agreement A1",
    "period list",
    "project show",
    "project show P1",
    "park show --on 2024-06-30",
    "region show",
    "verify",
)
"""What reads the same here and over a server, to the last letter."""

WRITTEN = (
    "export statement 2024-01 csv",
    "export statement 2024 --agreement A1 xlsx",
    "export worksheet 2024-01 --encoding gb18030 csv",
    "export entries csv",
    "export --as hledger txt",
)


def a_month(by: Counties, files: Path) -> None:
    """An agreement countered and signed, facts, figures, contributions, receipts, the register, a closed month."""
    by.done("jia-clerk", "agreement", "propose", files / "terms.json")
    by.done("yi-clerk", "agreement", "counter", "A1", files / "countered.json", "--party", "乙县")
    assert by.done("jia-head", "agreement", "sign", "A1", "--party", "甲县", "--draft", 2)["missing"] == ["yi"]
    assert by.done("yi-head", "agreement", "sign", "A1", "--party", "乙县", "--draft", 2)["in_force_at"]
    assert by.done("jia-clerk", "fact", "propose", "A1", files / "facts.json", "--party", "甲县")["facts"]
    by.done("jia-checker", "fact", "confirm", "F1", "--party", "甲县")
    assert by.done("yi-checker", "fact", "confirm", "f1", "--party", "乙县")["facts"][0]["certified_at"]
    by.record("jia-clerk", "import", files / "一月.csv")
    by.record("jia-statistician", "figure", "import", files / "指标.csv")
    by.record("jia-clerk", "input", "import", files / "投入.csv")
    by.done("jia-statistician", "figure", "accept", "B1", "--level", "county")
    assert by.done("yi-statistician", "figure", "accept", "b1", "--level", "city")["counts_from"]
    by.done("office", "project", "register", "项目甲", "--from", "甲县", "--to", "乙县", "--agreement", "a1")
    by.done("office", "project", "stage", "项目甲", "签约", "--on", "2024-01-05", "--source", "验收单")
    for change in (
        ("park", "register", "经开区", "--from", "2024-01-01"),
        ("region", "succeed", "620821", "620881", "--on", "2024-06-01", "--source", "文件"),
    ):
        asked = by.done("office", *change)["id"]
        assert by.by("office", "change", "confirm", asked).code == 1
        assert by.done("office-2", "change", "confirm", asked)["position"]
    assert by.done("office", "close", "2024-01")["closed"][0]["statements"]
    by.done("jia-clerk", "mapping", "save", "国库", files / "mapping.json")
    by.record("jia-clerk", "import", files / "二月.csv", "--mapping", "国库")
    by.done("jia-clerk", "agreement", "amend", "A1", files / "amended.json", "--party", "甲县")
