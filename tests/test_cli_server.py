"""The command line over a service: a month by two counties, the same documents as of books, refusals said alike."""

import json
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from sqlite3 import connect
from threading import Thread
from typing import Any
from zipfile import ZipFile

import pytest

from api.access.directory import Directory
from api.access.people import Membership, Role
from api.cli.closing import ClosedInPart, closed_in_turn
from api.cli.main import COMMANDS, ONLY_HERE, main
from api.cli.over_http import periods as over_http
from api.cli.server import Server
from api.http.tenancy import Shelf
from api.jobs import SMALL_BYTES
from ledger.application import Ledger
from ledger.domain.calendar import Period
from ledger.domain.terms import Document
from ledger.store.tenants import Tenants
from tests.conftest import HEADER, Answer, Enclave, csv_file, two_counties
from tests.test_client import OWN, server
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
    "bing-head": ("head", "丙县"),
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


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> Answer:
    """The command line, in this process."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as stopped:
        main(list(map(str, arguments)))
    said = capsys.readouterr()
    return Answer(int(stopped.value.code or 0), said.out, said.err)


class Counties:
    """Everybody's command line over one service."""

    def __init__(self, url: str, tokens: dict[str, str], books: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.url = url
        self.books = books
        self.tokens = tokens
        self._capsys = capsys

    def by(self, login: str, *arguments: object) -> Answer:
        return run(self._capsys, "--server", self.url, "--token", self.tokens.get(login, login), *arguments)

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
    (folder / "四月.csv").write_bytes(csv_file(["V6,2024-04-05,5.00"], HEADER))
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
        assert contents(there) == contents(here), line
    told = [counties.done(login, "events")["events"] for login in ("yi-head", "office")]
    assert 0 < len(told[0]) < len(told[1]) == len(enclave("--books", books, "events", "--json").document["events"])
    few = [answer.out.splitlines() for answer in (enclave("--books", books, *FEW), counties.by("office", *FEW))]
    assert few[0][:-1] == few[1][:-1] and "接着看用 --after 3" in few[1][-1]
    own, whole = (counties.done(login, "statement", "2024") for login in ("yi-head", "office"))
    assert own == whole | {"unselected_fen": None}, "what nobody selects is told to who sees all of the books"


def contents(file: Path) -> object:
    """What stands in a file; of a workbook, without the moment at which it was written."""
    if file.suffix != ".xlsx":
        return file.read_bytes()
    with ZipFile(file) as book:
        return {name: book.read(name) for name in book.namelist() if name != "docProps/core.xml"}


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

FEW = ("events", "--limit", "3")
WRITTEN = (
    "export statement 2024-01 csv",
    "export statement 2024 --agreement A1 xlsx",
    "export worksheet 2024-01 --encoding gb18030 csv",
    "export entries csv",
    "export events csv",
    "export events xlsx",
    "export --as hledger txt",
    "export statement 2024 --as beancount --agreement A1 txt",
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


def test_a_file_tried_out_over_a_server_is_told_as_here_and_leaves_nothing(
    counties: Counties, files: Path, enclave: Enclave, tmp_path: Path
) -> None:
    a_month(counties, files)
    tried = ("import", files / "有误.csv", "--dry-run", "--marked")
    here = enclave("--books", counties.books, *tried, tmp_path / "here.csv", "--json").document
    there = counties.done("jia-clerk", *tried, tmp_path / "there.csv")

    assert there.pop("import") and there.pop("state") == "withdrawn"
    own = ("unselected", "waiting", "warnings", "problems")
    assert {word: said for word, said in there.items() if word not in own} == {
        word: said for word, said in here.items() if word not in own
    }
    assert [each["message"] for each in there["problems"]] == [each["message"] for each in here["problems"]]
    assert {each["state"] for each in counties.done("jia-checker", "import", "list")["imports"]} <= {
        "withdrawn",
        "recorded",
    }
    assert "V4" in (tmp_path / "there.csv").read_text(encoding="utf-8-sig")
    known = counties.by("jia-clerk", "import", files / "一月.csv")
    assert known.code == 0 and "没有新的行可记" in known.out and "confirm" not in known.out


def test_a_file_with_wrong_lines_is_refused_and_taken_back_unless_they_are_to_be_skipped(
    counties: Counties, files: Path, tmp_path: Path
) -> None:
    refused = counties.by("jia-clerk", "import", files / "有误.csv", "--marked", tmp_path / "m.csv", "--json")
    (withdrawn,) = counties.done("jia-clerk", "import", "list")["imports"]
    skipping = counties.by("jia-clerk", "import", files / "有误.csv", "--skip-bad")

    assert refused.code == 1 and refused.document["refused"] == "lines-refused"
    assert {each["kind"] for each in refused.document["faults"]} == {"day-in-cell-unreadable", "amount-not-whole-fen"}
    assert withdrawn["state"] == "withdrawn"
    assert "有误" in (tmp_path / "m.csv").read_text(encoding="utf-8-sig")
    assert skipping.code == 0 and "可以记入 1 行" in skipping.out and "请另一人看过以后确认" in skipping.out
    (waiting, _) = counties.done("jia-checker", "import", "list")["imports"]
    tried = counties.by("jia-clerk", "import", files / "有误.csv", "--dry-run").out
    assert f"请留意：有 1 行的税票号码也在待入账的文件“有误.csv”（{waiting['id']}）里" in tried
    assert counties.by("jia-checker", "import", "withdraw", waiting["id"]).out == "有误.csv：已撤回。\n"
    assert counties.by("jia-checker", "import", "show", waiting["id"]).code == 0
    again = counties.by("jia-checker", "import", "confirm", waiting["id"])
    assert again.code == 1 and "已经撤回" in again.err


def test_months_are_closed_up_to_one_over_a_server_as_here_each_by_itself(
    counties: Counties, files: Path, enclave: Enclave, books_file: Path
) -> None:
    a_month(counties, files)
    counties.record("jia-clerk", "import", files / "四月.csv")
    with closing(connect(counties.books)) as theirs, closing(connect(books_file)) as copied:
        theirs.backup(copied)
    for line in (("close", "2024-06", "--up-to"), ("close", "2024-03", "--up-to"), ("close", "2024-04", "--up-to")):
        here, there = enclave(*line), counties.by("office", *line)

        assert (there.code, there.err) == (here.code, here.err)
        assert there.out.partition("链首")[0] == here.out.partition("链首")[0]
    assert [each["period"] for each in counties.done("office", "period", "list")["periods"]] == [
        f"2024-0{month}" for month in (4, 3, 2, 1)
    ]
    assert counties.done("yi-head", "period", "list")["settles_to"] is None, "what others booked shows in no month"


def test_where_a_month_is_refused_the_months_before_it_stay_closed_and_are_named(
    counties: Counties, files: Path
) -> None:
    a_month(counties, files)
    months = [Period.parse("2024-02"), Period.parse("2024-04")]
    server = Server(counties.url, counties.tokens["office"])

    with server.reached("zh") as service, pytest.raises(ClosedInPart) as refused:
        closed_in_turn(months, partial(over_http.close, service), "zh")

    assert str(refused.value).startswith("已经结了 2024-02，链首 ")
    assert "结 2024-04 时停下" in str(refused.value) and "应先结 2024-03" in str(refused.value)
    assert counties.done("office", "period", "list")["next"] == "2024-03"


def test_a_large_file_is_followed_until_it_is_checked_and_until_it_is_recorded(
    counties: Counties, tmp_path: Path
) -> None:
    lines = [f"V{number},2024-01-05,1.00,{'地' * 60}" for number in range(12_000)]
    (tmp_path / "大.csv").write_bytes(csv_file(lines, f"{HEADER},备注"))

    sent = counties.done("jia-clerk", "import", tmp_path / "大.csv")
    said = counties.done("jia-checker", "import", "confirm", sent["import"])

    assert (tmp_path / "大.csv").stat().st_size > SMALL_BYTES
    assert (sent["recorded"], sent["unused_columns"], said["recorded"]) == (12_000, ["备注"], 12_000)


def test_an_agreement_is_left_and_ended_over_a_server_as_here(
    counties: Counties, files: Path, enclave: Enclave
) -> None:
    a_month(counties, files)
    for head, party in (("jia-head", "甲县"), ("yi-head", "乙县")):
        counties.done(head, "agreement", "sign", "A1", "--party", party, "--draft", 3)
    stays = counties.by("jia-clerk", "agreement", "leave", "A1", files / "amended.json", "--party", "甲县")

    ended = counties.done("yi-clerk", "agreement", "end", "A1", "--party", "乙县", "--last", "2026-12-31")

    assert stays.code == 1 and "请写出它退出以后的全文" in stays.err
    assert ended["draft"]["terms"]["to"] == "2026-12-31"
    assert (
        enclave("--books", counties.books, "agreement", "diff", "A1").out
        == counties.by("jia-head", "agreement", "diff", "A1").out
    )


def test_who_is_asked_to_join_reads_the_draft_and_signs_it_and_sees_nothing_of_before(
    counties: Counties, files: Path, tmp_path: Path
) -> None:
    a_month(counties, files)
    joined = terms(EQUAL, effective="2025-01-01")
    joined["parties"] = joined["parties"] | {"bing": {"name": "丙县", "role": "origin"}}
    (tmp_path / "joined.json").write_text(json.dumps(joined), encoding="utf-8")
    counties.done("yi-clerk", "agreement", "counter", "A1", tmp_path / "joined.json", "--party", "乙县")

    (seen,) = counties.done("bing-head", "agreement", "list")["agreements"]
    shown = counties.by("bing-head", "agreement", "show", "A1")

    assert (seen["draft"]["number"], seen["versions"], seen["in_force_at"]) == (4, [], None)
    assert shown.code == 0 and "丙县" in shown.out and "投入台账" not in shown.out
    assert counties.done("bing-head", "fact", "list") == {"facts": []}
    assert counties.by("bing-head", "explain", "A1", "2024-01", "甲县").code == 1
    signed = counties.done("bing-head", "agreement", "sign", "A1", "--party", "丙县", "--draft", 4)
    assert signed["signed"] == ["bing"]


def test_what_the_service_refuses_is_said_like_a_refusal_of_books_in_either_language(
    counties: Counties, files: Path, enclave: Enclave, ledger: Ledger
) -> None:
    for lang in ("zh", "en"):
        line = ("terms", "check", files / "wrong.json", "--lang", lang)
        here, there = enclave(*line), counties.by("jia-clerk", *line)
        assert (there.code, there.err) == (1, here.err)
        told = [enclave(*line, "--json").document, counties.by("jia-clerk", *line, "--json").document]
        assert told[0]["faults"] == told[1]["faults"] and told[0]["message"] == told[1]["message"]
    assert not ledger.books.agreements
    for unknown, way in (
        (("agreement", "show", "A9"), "enclave agreement list"),
        (("fact", "confirm", "F9", "--party", "甲县"), "enclave fact list"),
        (("close", "2024-01"), "enclave import"),
    ):
        here, there = enclave(*unknown), counties.by("office" if unknown[0] == "close" else "jia-head", *unknown)
        assert (there.code, there.err) == (1, here.err) and way in here.err, unknown
    propose = ("agreement", "propose", files / "terms.json")
    assert counties.by("auditor", *propose).err.startswith("您在这个账套的角色不能做这件事（agreement.propose）")
    assert counties.by("jia-clerk", *propose).code == 0
    assert "第 1 稿" in counties.by("jia-head", "agreement", "sign", "A1", "--party", "甲县").err
    both = counties.by("jia-head", "agreement", "sign", "A1", "--party", "甲县", "--party", "乙县", "--draft", "1")
    assert both.code == 1 and "一人只代表一方签署" in both.err


def test_a_wrong_token_a_server_that_is_away_and_one_that_is_not_ours_are_said_in_a_sentence(
    counties: Counties, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(url: str, token: str, *more: str) -> tuple[int, str]:
        answer = Counties(url, {}, counties.books, capsys).by(token, "agreement", "list", *more)
        return answer.code, answer.err

    own = counties.tokens["jia-clerk"]
    with nobody_of_ours() as (closed, foreign):
        for url, token, words in (
            (counties.url, "el_wrong", "令牌无效"),
            (counties.url, "令牌", "令牌不会有的字"),
            (counties.url, "", "没有写令牌"),
            (closed, own, "看服务是否在运行"),
            (foreign, own, "看服务是否在运行"),
            ("ftp://127.0.0.1", own, "看服务是否在运行"),
            ("http://[", own, "看服务是否在运行"),
            (f"{counties.url}/nowhere", own, "没有这个地址"),
        ):
            code, sentence = said(url, token)
            assert code == 1 and words in sentence and "Traceback" not in sentence, (url, sentence)
        assert "不加密" not in said(closed, own)[1]
        assert "不加密" in said("http://books.invalid", own)[1]
        assert said(closed, own, "--lang", "en")[1].startswith("No service of ours answers at")
    assert said(counties.url, own, "--tenant", "elsewhere")[0] == 1


@contextmanager
def nobody_of_ours() -> Iterator[tuple[str, str]]:
    """An address where nobody answers, and one where somebody does who is not the service."""
    with socket.socket() as free, ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as other:
        free.bind(("127.0.0.1", 0))
        Thread(target=other.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{free.getsockname()[1]}", f"http://127.0.0.1:{other.server_port}"
        other.shutdown()


def test_of_several_tenants_one_has_to_be_said(
    afar: Afar, counties: Counties, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    afar.tenant("second")
    monkeypatch.setenv("ENCLAVE_TOKEN", afar.directory.issue("office", "几个账套", may_write=True))
    line = ("--server", afar.url, "period", "list")

    asked = run(capsys, *line)
    monkeypatch.setenv("ENCLAVE_TENANT", "second")

    assert asked.code == 1 and "second" in asked.err and "--tenant" in asked.err
    assert run(capsys, *line).code == 0


def test_what_has_no_meaning_over_a_server_says_so_and_does_nothing(counties: Counties, files: Path) -> None:
    for line in (
        "rebuild",
        "bench",
        "demo",
        "tenant list",
        "person list",
        "token issue jia-clerk --tenant park",
        "settings",
        "serve",
    ):
        for lang, words in (("zh", "只在存放账簿的机器上用"), ("en", "works only on the machine")):
            answer = counties.by("office", *line.split(), "--lang", lang)
            assert answer.code == 1 and words in answer.err and line.split()[0] in answer.err, (line, answer)
    for begun in (f"agreement propose {files / 'terms.json'} --new", f"import {files / '一月.csv'} --new"):
        for lang, words in (("zh", "由服务管理员新建"), ("en", "begun by the operator of the service")):
            answer = counties.by("office", *begun.split(), "--lang", lang)
            assert answer.code == 1 and words in answer.err and "POST /api/v1/tenants" in answer.err, (begun, answer)
    assert counties.done("office", "agreement", "list") == {"agreements": []}


def test_every_command_works_over_a_server_or_says_that_it_does_not() -> None:
    apart = {"split", "steps", "feature"}
    """Without books, here as there; a feature takes the server that is named."""

    afar = {line.split()[0] for line in (*READ, *WRITTEN)} | {"close", "import", "quota", "events", "change"}

    assert set(COMMANDS) == afar | apart | set(ONLY_HERE)


def test_a_feature_takes_the_server_and_the_token_that_every_command_takes(
    counties: Counties, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "own.feature").write_text(OWN.format(right="40.00"), encoding="utf-8")
    with nobody_of_ours() as (closed, _):
        answer = run(capsys, "feature", "run", tmp_path / "own.feature", "--server", closed, "--token", "t")

    assert answer.code == 1 and closed in answer.out and "看服务是否在运行" in answer.out


def test_books_that_are_typed_count_more_than_a_server_in_the_surroundings(
    counties: Counties, ledger: Ledger, enclave: Enclave, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENCLAVE_SERVER", counties.url)

    assert enclave("agreement", "list").code == 0
    assert enclave("agreement", "list", "--server", counties.url).code == 2
    assert enclave("import", "list").code == 1
