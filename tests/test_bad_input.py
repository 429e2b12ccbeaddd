"""Bad input: one Chinese sentence says what happened, where, and what to do; nothing is half recorded."""

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.application import Ledger
from ledger.domain.agreeing.agreement import propose
from ledger.domain.errors import Refusal
from ledger.domain.events import ReceiptsRecorded
from ledger.domain.recording.entries import Entry
from ledger.domain.recording.receipts import Receipts
from ledger.domain.terms.draft import read_terms
from ledger.files.documents import parse_json, parse_yaml
from ledger.files.receipts_file import read_receipts
from ledger.files.text import decode
from ledger.store.mapper import StructMapper
from tests.conftest import HEADER, REFUNDS, Enclave, csv_file, finish, start, two_counties

GOOD = "V1,2024-01-05,100.00"
FULL = f"{HEADER},社会信用代码,税款属性,原税票号码,中央级,县级,项目"
LINES = [
    f"{GOOD},91620800MA71XUTF91,,,60.00,40.00,一号厂房",
    "V2,2024/2/29,-30.00,,退库,V1,,,",
    "V3,2024年3月1日,0.01,,,,,,“二号”厂房",
]
HAN = re.compile("[\u4e00-\u9fff]")


@pytest.fixture
def recorded(ledger: Ledger) -> Ledger:
    """Books that hold V1 of 100 yuan and its refund R1 of 60."""
    ledger.import_receipts(csv_file([f"{GOOD},,", "R1,2024-01-06,-60.00,退库,V1"], REFUNDS), "先前.csv")
    return ledger


def refused(answer: Any, *phrases: str) -> None:
    """Exit 1, a Chinese sentence with these phrases, nothing on standard output, no traceback."""
    assert answer.code == 1, answer
    assert answer.out == ""
    assert "Traceback" not in answer.err
    assert HAN.search(answer.err)
    assert [phrase for phrase in phrases if phrase not in answer.err] == [], answer.err


# Files of receipts

BAD_FILES: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "unknown column": (csv_file([f"{GOOD},x"], f"{HEADER},实缴金颔"), ("表头“实缴金颔”不认识", "“实缴金额”", "请改用")),
    "required column missing": (csv_file(["V2,2024-02-01"], "税票号码,入库日期"), ("缺少必需的列“实缴金额”", "请补上")),
    "one column twice": (csv_file([f"{GOOD},2.00"], f"{HEADER},入库金额"), ("“实缴金额”出现了两次", "请只保留一列")),
    "mixed encodings": (
        csv_file(["V2,2024-02-01,1.00,甲园"], f"{HEADER},项目") + "V3,2024-02-01,1.00,乙园\n".encode("gb18030"),
        ("混用了两种编码", "第 1 行是 UTF-8", "第 3 行不是", "请用同一种编码"),
    ),
    "a refund that comes in": (csv_file(["V2,2024-02-01,10.01,退库,"], REFUNDS), ("“退库”", "10.01", "写负数")),
    "three decimals": (csv_file(["V2,2024-02-01,1.005"]), ("第 2 行 实缴金额", "“1.005”不是整分", "最多两位小数")),
    "scientific notation": (csv_file(["V2,2024-02-01,1.2E+07"]), ("第 2 行 实缴金额", "“1.2E+07”", "科学计数法")),
    "a comma out of place": (csv_file(['V2,2024-02-01,"1,23.00"']), ("第 2 行 实缴金额", "“1,23.00”不是整分")),
    "Chinese digits": (csv_file(["V2,2024-02-01,一百"]), ("第 2 行 实缴金额", "“一百”不是整分", "请写成元")),
    "amount zero": (csv_file([GOOD, "V2,2024-02-01,0.00"]), ("第 3 行 实缴金额", "金额为零", "请删去这一行")),
    "amount above 10^15 fen": (
        csv_file(["V2,2024-02-01,10000000000000.01", "V3,2024-02-01,-10000000000000.01"]),
        ("第 2 行 实缴金额", "10000000000000.01 元超出上限 10000000000000.00 元", "第 3 行", "请核对单位"),
    ),
    "no date": (csv_file(["V2,昨天,1.00"]), ("第 2 行 入库日期", "“昨天”读不懂", "2024-03-31")),
    "30 February": (csv_file(["V2,2024-02-30,1.00"]), ("第 2 行 入库日期", "“2024-02-30”读不懂", "2024-03-31")),
    "tax period backwards": (
        csv_file([f"{GOOD},2024-02-01,2024-01-31"], f"{HEADER},税款所属期起,税款所属期止"),
        ("第 2 行 税款所属期止", "2024-01-31 早于所属期起 2024-02-01", "请核对"),
    ),
    "check digit of a credit code": (
        csv_file(["V2,2024-02-01,1.00,91620800MA71XUTF9A"], f"{HEADER},社会信用代码"),
        ("第 2 行 社会信用代码", "“91620800MA71XUTF9A”校验位不符", "请与营业执照核对"),
    ),
    "levels that do not foot": (
        csv_file(["V2,2024-02-01,100.00,50.00,49.99"], f"{HEADER},中央级,县级"),
        ("第 2 行 县级", "各级金额合计 99.99 元，不等于实缴金额 100.00 元", "请核对"),
    ),
    "level shares that are not whole": (
        csv_file(["V2,2024-02-01,100.00,中央50%县49%"], f"{HEADER},预算分配比例"),
        ("第 2 行 预算分配比例", "合计不是 100%", "请写成"),
    ),
    "subject without a code": (
        csv_file(["V2,2024-02-01,1.00,增值税"], f"{HEADER},预算科目"),
        ("第 2 行 预算科目", "“增值税”没有代码", "请写成 10101"),
    ),
    "empty cell": (csv_file([",2024-02-01,1.00"]), ("第 2 行 税票号码", "不能为空", "请补上")),
    "one voucher, two amounts": (csv_file(["V2,2024-02-01,1.00", "V2,2024-02-01,2.00"]), ("第 3 行", "第 2 行已有")),
    "refund exceeds its original": (
        csv_file(["V2,2024-02-01,10.00,,", "R2,2024-02-02,-10.01,退库,V2"], REFUNDS),
        ("第 3 行 原税票号码", "V2 金额 10.00 元", "10.01 元，超过原票", "请核对 R2"),
    ),
    "refund exceeds what is recorded": (
        csv_file(["R2,2024-02-02,-40.01,退库,V1"], REFUNDS),
        ("第 2 行 原税票号码", "V1 金额 100.00 元", "100.01 元，超过原票"),
    ),
    "refund of the same sign": (csv_file(["R2,2024-02-02,1.00,退库,V1"], REFUNDS), ("第 2 行", "同号", "须与原票相反")),
    "reversal not whole": (
        csv_file(["R2,2024-02-02,-40.00,冲销,V1"], REFUNDS),
        ("第 2 行 原税票号码", "-40.00 元不等于原税票 V1 的全额 100.00 元", "请记为退库"),
    ),
    "reversal without an original": (
        csv_file(["R2,2024-02-02,-1.00,冲销,"], REFUNDS),
        ("第 2 行 原税票号码", "请补上"),
    ),
    "original unknown": (csv_file(["R2,2024-02-02,-1.00,,V9"], REFUNDS), ("第 2 行", "V9 不在账内", "请先导入原税票")),
    "names itself": (csv_file(["R2,2024-02-02,-1.00,,R2"], REFUNDS), ("第 2 行 原税票号码", "R2 的原税票指向自己")),
    "names each other": (
        csv_file(["R2,2024-02-02,-1.00,,R3", "R3,2024-02-02,1.00,,R2"], REFUNDS),
        ("第 2 行 原税票号码", "R2 的原税票指向自己（或互相指向）", "请改正原税票号码"),
    ),
    "same voucher, another amount": (
        csv_file(["V1,2024-01-05,90.00"]),
        ("第 2 行", "已按 100.00 元入账", "第 2 号事项第 1 行", "这次是 90.00 元", "请先冲销"),
    ),
    "empty": (b"", ("没有明细行", "请核对是否选错文件")),
    "header only": (csv_file([]), ("没有明细行", "请核对是否选错文件")),
    "random bytes": (bytes(range(256)), ("第 2 行不是 UTF-8，也不是 GB18030", "请重新导出")),
    "cut in a character": (csv_file([*LINES], FULL)[:-9], ("第 4 行", "被截断", "请重新导出")),
    "cut in a character, GB18030": (csv_file([*LINES], FULL, "gb18030")[:-2], ("第 4 行", "被截断", "请重新导出")),
    "cut in a quoted cell": (csv_file(['V2,2024-02-01,"1.00'])[:-1], ("第 2 行", "引号没有收尾", "请重新导出")),
    "cut in a row": (csv_file([GOOD, "V2,2024-02-01"]), ("第 3 行", "2 格，表头有 3 列", "截断", "请核对原文件")),
    "NUL in a cell": (csv_file(["V\0A,2024-02-01,1.00"]), ("第 2 行 税票号码",)),
    "tab in a voucher": (csv_file(['"V\tA",2024-02-01,1.00']), ("第 2 行 税票号码",)),
    "line break in a voucher": (csv_file(['"V\nA",2024-02-01,1.00']), ("行 税票号码",)),
}


@pytest.mark.parametrize("fault", BAD_FILES)
def test_a_bad_file_is_refused_by_line_and_column_and_nothing_of_it_is_recorded(
    fault: str, recorded: Ledger, enclave: Enclave, tmp_path: Path
) -> None:
    data, phrases = BAD_FILES[fault]
    (tmp_path / "明细.csv").write_bytes(data)
    before = recorded.log.head()

    answer = enclave("import", tmp_path / "明细.csv")

    refused(answer, *phrases)
    assert recorded.log.head() == before


def test_every_wrong_line_is_named_not_only_the_first(recorded: Ledger, enclave: Enclave, tmp_path: Path) -> None:
    (tmp_path / "明细.csv").write_bytes(csv_file(["V2,2024-02-30,1.005", "V3,2024-02-01,1.00", ",2024-02-01,0"]))

    answer = enclave("import", tmp_path / "明细.csv")

    refused(answer, "有 4 处问题", "第 2 行 入库日期", "第 2 行 实缴金额", "第 4 行 税票号码", "第 4 行 实缴金额")
    assert [entry.key.voucher for entry in recorded.books.entries] == ["V1", "R1"]


def test_a_cell_of_200_000_characters_is_refused_for_its_length(
    recorded: Ledger, enclave: Enclave, tmp_path: Path
) -> None:
    (tmp_path / "明细.csv").write_bytes(csv_file(["V" * 200_000 + ",2024-02-01,1.00"]))
    before = recorded.log.head()

    answer = enclave("import", tmp_path / "明细.csv")

    refused(answer, "第 2 行")
    assert "引号" not in answer.err
    assert len(answer.err) < 2_000
    assert recorded.log.head() == before


@pytest.mark.parametrize("name", ["没有.csv", "."])
def test_a_missing_file_and_a_folder_are_named_by_path(
    name: str, recorded: Ledger, enclave: Enclave, tmp_path: Path
) -> None:
    path = tmp_path / name

    answer = enclave("import", path)

    refused(answer, f"读不到文件 {path}", "请核对路径和权限")


def test_a_file_whose_name_is_not_utf8_can_be_imported(recorded: Ledger, enclave: Enclave, tmp_path: Path) -> None:
    """Archives made on Chinese Windows leave GBK names on Linux."""
    path = tmp_path / b"\xc3\xf7\xcf\xb8.csv".decode("utf-8", "surrogateescape")
    path.write_bytes(csv_file(["V2,2024-02-01,1.00"]))

    answer = enclave("import", path)

    assert answer.code == 0
    assert len(recorded.books.entries) == 3


def test_two_processes_that_import_one_file_at_once_record_each_line_once(recorded: Ledger, tmp_path: Path) -> None:
    books, file = tmp_path / "books.db", tmp_path / "明细.csv"
    file.write_bytes(csv_file(f"T{number},2024-02-01,{number + 1}.00" for number in range(5_000)))

    answers = [finish(process) for process in [start("--books", books, "import", file) for _ in range(2)]]

    assert [answer.code for answer in answers] == [0, 0], answers
    assert sorted("均已入账" in answer.out for answer in answers) == [False, True]
    vouchers = [entry.key.voucher for entry in recorded.books.entries]
    assert len(vouchers) == len(set(vouchers)) == 5_002
    assert recorded.verify().is_sound


# Texts of terms


def document_text(**changes: Any) -> str:
    return json.dumps(two_counties(**changes), ensure_ascii=False)


def waterfall(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"pools": {"tax": {"share": "receipts", "waterfall": list(steps)}}}


GOOD_YAML = yaml.dump(two_counties(), allow_unicode=True, sort_keys=False)
BOMB = "a: &a [x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
BAD_TERMS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "a YAML float": (
        "t.yaml",
        GOOD_YAML.replace("jia: 1", "jia: 0.5"),
        ("pools.tax.waterfall[0].split.jia", "“0.5”带小数点而没有引号", "请加引号"),
    ),
    "a JSON float": (
        "t.json",
        document_text().replace('"jia": 1', '"jia": 0.5'),
        ("pools.tax.waterfall[0].split.jia", "“0.5”带小数点而没有引号", "请加引号"),
    ),
    "a JSON NaN": ("t.json", document_text().replace('"jia": 1', '"jia": NaN'), ("split.jia", "“NaN”")),
    "a float as clause": ("t.yaml", GOOD_YAML + "clause: 1.5\n", ("clause", "“1.5”带小数点而没有引号", "请加引号")),
    "a list as clause": ("t.json", document_text(clause=["第三条"]), ("clause", "应是一段文字")),
    "a word twice, YAML": ("t.yaml", GOOD_YAML.replace("yi: 2", "jia: 2"), ("第 ", "“jia”写了两次", "改正")),
    "a word twice, JSON": ("t.json", document_text().replace('"yi": 2', '"jia": 2'), ("“jia”写了两次", "改正")),
    "an alias": ("t.yaml", "title: &t 协议\ndocument: {number: *t}\n", ("第 2 行", "不支持引用")),
    "a bomb of aliases": ("t.yaml", BOMB, ("第 2 行", "不支持引用", "把内容写全")),
    "a Python tag": ("t.yaml", "title: !!python/object/apply:os.system [id]\n", ("第 1 行读不懂", "改正")),
    "a timestamp tag": ("t.yaml", "title: !!timestamp 明天\n", ("第 1 行读不懂", "改正")),
    "a bool tag": ("t.yaml", "title: !!bool 也许\n", ("第 1 行读不懂", "改正")),
    "an int tag on a list": ("t.yaml", "title: !!int [1]\n", ("第 1 行读不懂", "改正")),
    "a map tag on a list": ("t.yaml", "title: !!map [1]\n", ("第 1 行读不懂", "改正")),
    "a binary tag": ("t.yaml", GOOD_YAML + "clause: !!binary aGk=\n", ("读不懂", "改正")),
    "a half character, JSON": ("t.json", '{"title": "\\ud800"}', ("t.json", "读不懂")),
    "a half character, YAML": ("t.yaml", 'title: "\\ud800"\n', ("t.yaml", "读不懂")),
    "nested 1,000 deep, YAML": ("t.yaml", "a: " + "[" * 1_000 + "]" * 1_000, ("第 1 行", "嵌套过深")),
    "nested 100,000 deep, JSON": ("t.json", "[" * 100_000 + "]" * 100_000, ("嵌套过深",)),
    "nested 500 deep, JSON": ("t.json", document_text(clause="@").replace('"@"', "[" * 500 + "]" * 500), ("clause",)),
    "a number of 5,000 digits": ("t.json", '{"edition": ' + "9" * 5_000 + "}", ("数字过长",)),
    "no YAML": ("t.yaml", "title: [甲县\n", ("读不懂", "请按 YAML 或 JSON 的写法改正")),
    "no JSON": ("t.json", "{", ("第 1 行读不懂", "请按 YAML 或 JSON 的写法改正")),
    "a NUL": ("t.yaml", "title: 甲\0县\n", ("读不懂", "请按 YAML 或 JSON 的写法改正")),
    "empty": ("t.yaml", "", ("这里应写成“名称: 内容”",)),
    "a list": ("t.json", "[]", ("这里应写成“名称: 内容”",)),
    "split names a stranger": (
        "t.json",
        document_text(**waterfall({"split": {"jia": 1, "bing": 2}})),
        ("pools.tax.waterfall[0].split", "“bing”不是本协议的参与方", "参与方是：jia（甲县）、yi（乙县）"),
    ),
    "every fault at once": (
        "t.json",
        document_text(edition=3, rate_date="明天", **waterfall({"split": {"jia": 0}})),
        ("条款有 3 处问题", "- edition：", "- rate_date：", "- pools.tax.waterfall[0].split："),
    ),
    "a bad weight hides no gap behind it": (
        "t.json",
        document_text(
            **waterfall(
                {"split": {"jia": "一半"}, "during": {"years": "1-3"}},
                {"split": {"yi": 1}, "during": {"years": "5-9"}},
                {"name": "末", "until": "5.00", "split": {"jia": 1}},
            )
        ),
        ("pools.tax.waterfall[0].split.jia", "- pools.tax.waterfall：", "分成时段有空档"),
    ),
    "a part of a certified amount": (
        "t.json",
        document_text(
            **waterfall(
                {"name": "先", "until": {"take": "0%", "of": "上年数"}, "split": {"jia": 1}},
                {"name": "再", "until": {"take": 10, "for": "上年数"}, "split": {"jia": 1}},
                {"split": {"yi": 1}},
            )
        ),
        ("waterfall[0].until.take", "waterfall[1].until.of", "缺少必写项“of”", "不认识", "for"),
    ),
    "several givers, one of them wrong": (
        "t.json",
        document_text(
            pools={
                "基金": {
                    "share": "transfer",
                    "transfer": [
                        {"from": "jia", "amount": "10.00", "on": "2024-06-30"},
                        {"from": "bing", "amount": "基数", "on": "1990-01-01"},
                    ],
                    "waterfall": [{"split": {"yi": 1}}],
                }
            }
        ),
        ("pools.基金.transfer[1]", "“bing”不是本协议的参与方"),
    ),
    "an amount without quotes": (
        "t.json",
        document_text(**waterfall({"name": "先", "until": 100, "split": {"jia": 1}}, {"split": {"yi": 1}})),
        ("pools.tax.waterfall[0].until", "带引号的元"),
    ),
    "an amount of three decimals": (
        "t.json",
        document_text(**waterfall({"name": "先", "until": "1.005", "split": {"jia": 1}}, {"split": {"yi": 1}})),
        ("pools.tax.waterfall[0].until", "“1.005”不是整分"),
    ),
    "30 February": ("t.json", document_text(**{"from": "2024-02-30"}), ("from：", "“2024-02-30”读不懂", "2024-03-31")),
}


@pytest.mark.parametrize("fault", BAD_TERMS)
def test_bad_terms_are_refused_by_path_and_nothing_is_proposed(
    fault: str, ledger: Ledger, enclave: Enclave, tmp_path: Path
) -> None:
    name, text, phrases = BAD_TERMS[fault]
    (tmp_path / name).write_text(text, encoding="utf-8")
    before = ledger.log.head()

    answers = [enclave("terms", "check", tmp_path / name), enclave("agreement", "propose", tmp_path / name)]

    for answer in answers:
        refused(answer, *phrases)
    assert ledger.log.head() == before


@pytest.mark.parametrize("name", ["t.yaml", "t.json"])
def test_terms_of_10_megabytes_are_refused_unread(name: str, ledger: Ledger, enclave: Enclave, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"[" * 10_000_000)

    answer = enclave("agreement", "propose", tmp_path / name)

    refused(answer, f"文件 {name} 有 10000000 字节，超过上限 1000000 字节", "请核对是否选错文件")
    assert ledger.log.head().position == 1


def test_a_stranger_cannot_sign(ledger: Ledger, enclave: Enclave) -> None:
    number = ledger.propose_agreement(two_counties()).number
    before = ledger.log.head()

    answer = enclave("agreement", "sign", number, "--party", "丙县")

    refused(answer, "“丙县”不是协议 A1 的参与方", "jia 甲县、yi 乙县")
    assert ledger.log.head() == before


def test_a_collector_who_is_no_party_is_named_with_its_line(enclave: Enclave, tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text(document_text(), encoding="utf-8")
    (tmp_path / "e.csv").write_bytes(csv_file([f"{GOOD},乙县", "V2,2024-02-01,1.00,丙县"], f"{HEADER},征收方"))

    answer = enclave("split", "--terms", tmp_path / "t.json", "--entries", tmp_path / "e.csv")

    refused(answer, "第 3 行", "V2 的征收方“丙县”不是本协议的参与方（甲县、乙县）", "请核对")


# Anything at all

NASTY = [
    "\0",
    "\t",
    '"',
    '""',
    ",",
    "\n",
    "\r",
    "\u2028",
    "\ufeff",
    "-",
    "1e9",
    "&a",
    "*a",
    "!!int ",
    "? ",
    "[",
    "{",
    "~",
]
NASTY_BYTES = [*(text.encode() for text in NASTY), b"\xff", b"\xd7\xd6", b"\xed\xa0\x80", b"\x81\x30\x81\x30"]


@st.composite
def mutated(draw: st.DrawFn, original: bytes) -> bytes:
    """A good file with a few pieces cut, doubled, or replaced."""
    data = original
    for _ in range(draw(st.integers(1, 4))):
        first = draw(st.integers(0, len(data)))
        last = draw(st.integers(first, min(len(data), first + 12)))
        piece = draw(st.sampled_from([b"", data[first:last] * 2, *NASTY_BYTES]) | st.binary(max_size=3))
        data = data[:first] + piece + data[last:]
    return data


def anything_like(*originals: bytes) -> st.SearchStrategy[bytes]:
    return st.one_of(st.binary(max_size=60), *(mutated(original) for original in originals))


def outcome(act: Callable[[], Any]) -> Any:
    """What came out, or None if it was refused; any other exception is the test's failure."""
    try:
        return act()
    except Refusal as refusal:
        assert HAN.search(refusal.say("zh"))
        assert refusal.say("en")
        refusal.say("zh").encode()
        return None


def read_and_link(data: bytes) -> Sequence[Entry]:
    return read_receipts(data, "明细.csv").linked()


def stored_and_read(receipts: Receipts) -> Receipts:
    place = {"originator_id": UUID(int=1), "originator_version": 1, "recorded_at": datetime.now(UTC), "actor": ""}
    event = ReceiptsRecorded(**place, file="", file_sha256="", slice=1, slices=1, receipts=receipts)
    read: ReceiptsRecorded = StructMapper().to_domain_event(StructMapper().to_stored_event(event))
    return read.receipts


@settings(max_examples=400)
@given(anything_like(csv_file(LINES, FULL), csv_file(LINES, FULL, "gb18030"), csv_file(LINES, FULL, "utf-16")))
def test_a_file_of_receipts_is_refused_or_can_be_stored_and_read_back(data: bytes) -> None:
    entries = outcome(lambda: read_and_link(data))

    if entries is not None:
        again = list(stored_and_read(Receipts.of(entries)).entries(7))
        assert [(each.key, each.amount_fen, each.original) for each in again] == [
            (each.key, each.amount_fen, each.original) for each in entries
        ]


RICH_TERMS = two_counties(
    clause="第一条",
    document={"number": "〔2024〕1号"},
    levels=[{"subject": "10101", "from": "2024-01-01", "central": 50, "county": "50"}],
    lists={"名单": ["91620800MA71XUTF91"]},
    pools={
        "tax": {
            "share": "receipts",
            "of": {"list": "名单"},
            "level": "county",
            "per": "enterprise",
            "clause": "第三条",
            "waterfall": [
                {"name": "留存", "keep": {"yi": "100.00"}, "per": "year"},
                {"name": "先还", "until": "5000.00", "take": "60%", "split": {"jia": 1}},
                {
                    "name": "封顶",
                    "during": {"years": "1-3"},
                    "split": {"jia": 1},
                    "cap": {"party": "jia", "at": "9.00"},
                },
                {"split": {"jia": "1/3", "yi": "0.667"}},
            ],
        }
    },
)


@settings(max_examples=300)
@given(anything_like(yaml.dump(RICH_TERMS, allow_unicode=True, sort_keys=False).encode()))
def test_terms_in_yaml_are_refused_or_can_be_proposed_stored_and_shown(data: bytes) -> None:
    proposed_stored_and_shown(outcome(lambda: parse_yaml(decode(data, "t.yaml"), "t.yaml")))


@settings(max_examples=300)
@given(anything_like(json.dumps(RICH_TERMS, ensure_ascii=False).encode(), json.dumps(RICH_TERMS).encode()))
def test_terms_in_json_are_refused_or_can_be_proposed_stored_and_shown(data: bytes) -> None:
    proposed_stored_and_shown(outcome(lambda: parse_json(decode(data, "t.json"), "t.json")))


def proposed_stored_and_shown(document: Any) -> None:
    fact = outcome(lambda: propose(document, (), "A1"))
    if fact is not None:
        terms = fact.fields["terms"]
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(terms)) == terms
        assert json.loads(json.dumps(terms)) == terms
        assert read_terms(terms).title
