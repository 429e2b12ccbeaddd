"""The command line of amendments, facts, figures, bridges and simulations: JSON, refusals in two languages, usage."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.application import Ledger
from ledger.domain.terms import Document
from tests.conftest import Answer, Enclave, agree, csv_file, two_counties

HAN = re.compile("[\u4e00-\u9fff]")
FIGURES = "编号,指标,所属期起,所属期止,数值,单位,报送方"
INPUTS = "编号,投入形式,投入日期,数值,单位,报送方,依据"
WEIGHTED = [{"split": {"by": "contributions"}}]
EQUAL = [{"split": {"jia": 1, "yi": 1}}]


def terms(waterfall: list[Document], **changes: Any) -> Document:
    indicator = {"share": "indicator", "indicators": ["产值"], "basis": "split"}
    reported = {"as": "monthly", "kind": "flow", "unit": "万元", "step": "0.1"}
    pools = {
        "tax": {"share": "receipts", "waterfall": waterfall},
        "统计": indicator | {"reported": reported, "waterfall": EQUAL},
        "投入": {"share": "inputs", "waterfall": EQUAL},
    }
    return two_counties(pools=pools) | changes


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with terms, amendments, facts, receipts, figures and contributions."""
    documents: dict[str, object] = {
        "t": terms(WEIGHTED),
        "counter": terms(WEIGHTED, title="对案"),
        "amended": terms(EQUAL, effective="2025-01-01"),
        "undated": terms(EQUAL),
        "facts": {"facts": [{"weights": "contributions", "values": {"jia": 1, "yi": 2}, "source": "投入台账"}]},
        "other": {"facts": [{"weights": "contributions", "values": {"jia": 5, "yi": 2}, "source": "投入台账"}]},
        "strange": {"facts": [{"amount": "没有的", "value": "1.00"}]},
    }
    for name, document in documents.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
    (tmp_path / "e.csv").write_bytes(csv_file(["V1,2024-01-05,300.00", "V2,2025-01-05,300.00"]))
    (tmp_path / "f.csv").write_bytes(csv_file(["1,产值,2024-01,2024-01,5.0,万元,乙县"], FIGURES))
    (tmp_path / "q.csv").write_bytes(csv_file(["2,土地,2024-02,2024-02,7.0,亩,乙县"], FIGURES))
    (tmp_path / "bad.csv").write_bytes(csv_file(["1,产值,2024-13,2024-01,1e3,万元,乙县"], FIGURES))
    (tmp_path / "i.csv").write_bytes(csv_file(["1,货币,2024-01-05,60.00,元,甲县,凭证一"], INPUTS))
    return tmp_path


@pytest.fixture
def agreed(ledger: Ledger, files: Path) -> Ledger:
    """Books with an agreement that asks for weights, and receipts of two years."""
    agree(ledger, terms(WEIGHTED))
    ledger.import_receipts((files / "e.csv").read_bytes(), "e.csv")
    return ledger


Found = Callable[[Any], Any]


def words_of(line: str, files: Path) -> list[str]:
    """The words of a command line; `@name` is a file of the folder."""
    return [f"{files}/{word[1:]}" if word.startswith("@") else word for word in line.split()]


def play(enclave: Enclave, files: Path, *acts: tuple[str, Found, object]) -> None:
    """Each act answers with a document that says what is expected, and nothing else."""
    for line, found, expected in acts:
        answer = enclave(*words_of(line, files), "--json")

        assert (answer.code, answer.err) == (0, ""), (line, answer)
        assert found(answer.document) == expected, line


# JSON for programs


def test_drafts_are_countered_compared_and_signed_by_number_in_json(
    ledger: Ledger, files: Path, enclave: Enclave
) -> None:
    play(
        enclave,
        files,
        ("agreement propose @t.json", lambda said: said["draft"]["number"], 1),
        (
            "agreement counter a1 @counter.json --party 乙县",
            lambda said: (said["draft"]["number"], said["signed"]),
            (2, []),
        ),
        ("agreement diff A1", lambda said: (said["agreement"], isinstance(said["difference"], list)), ("A1", True)),
        ("agreement sign A1 --draft 2 --party 甲县 --party 乙县", lambda said: said["missing"], []),
        ("agreement amend A1 @amended.json --party jia", lambda said: said["draft"]["number"], 3),
        (
            "agreement diff A1",
            lambda said: any("1 : 1" in line or "1:1" in line or "各" in line for line in said["difference"]),
            True,
        ),
        (
            "agreement sign A1 --draft 3 --party jia --party yi",
            lambda said: [v["draft"] for v in said["versions"]],
            [2, 3],
        ),
        ("agreement show A1", lambda said: said["versions"][1]["effective"], "2025-01-01"),
    )


def test_facts_are_proposed_confirmed_superseded_and_listed_in_json(
    agreed: Ledger, files: Path, enclave: Enclave
) -> None:
    play(
        enclave,
        files,
        ("fact propose A1 @facts.json --party 甲县", lambda said: said["facts"][0]["confirmed"], ["jia"]),
        ("fact confirm f1 --party 乙县", lambda said: said["facts"][0]["certified_at"], agreed.books.position + 3),
        ("fact propose A1 @other.json --party 乙县 --supersedes f1", lambda said: said["facts"][0]["supersedes"], "F1"),
        (
            "fact list",
            lambda said: [(each["fact"], bool(each["certified_at"])) for each in said["facts"]],
            [("F1", True), ("F2", False)],
        ),
        ("fact list A1", lambda said: len(said["facts"]), 2),
        ("fact suggest A1", lambda said: said["facts"], []),
        ("input import @i.csv", lambda said: said["counts_from"] > 0, True),
        ("fact suggest A1", lambda said: [each["values"] for each in said["facts"]][:1], [{"jia": "60"}]),
    )


def test_figures_quotas_and_contributions_are_imported_accepted_and_listed_in_json(
    agreed: Ledger, files: Path, enclave: Enclave
) -> None:
    play(
        enclave,
        files,
        (
            "figure import @f.csv",
            lambda said: (said["batch"], said["due"], said["counts_from"]),
            ("B1", "county", None),
        ),
        ("figure accept b1 --level county", lambda said: said["due"], "city"),
        ("figure accept B1 --level city", lambda said: (said["due"], said["counts_from"] > 0), (None, True)),
        ("quota import @q.csv", lambda said: (said["batch"], said["due"]), ("B2", None)),
        ("input import @i.csv", lambda said: (said["batch"], said["reports"]), ("B3", 1)),
        ("figure list", lambda said: [each["batch"] for each in said["batches"]], ["B1", "B2", "B3"]),
        (
            "statement 2024-03",
            lambda said: {
                each["pool"]: sum(line["entitled_fen"] for line in each["lines"]) for each in said["statements"]
            },
            {"tax": 0, "统计": 50, "投入": 60_00},
        ),
    )


def test_bridges_simulations_and_moments_speak_json(agreed: Ledger, files: Path, enclave: Enclave) -> None:
    enclave("fact", "propose", "A1", files / "facts.json", "--party", "甲县")
    before = agreed.books.position
    enclave("fact", "confirm", "F1", "--party", "乙县")
    moments = f"{before}@2025-12-31 2025-12-31"

    def money(said: Any) -> Any:
        return next(pool for pool in said["pools"] if pool["pool"] == "tax")

    play(
        enclave,
        files,
        (f"bridge A1 {moments}", lambda said: money(said)["due_end"], {"jia": 200_00, "yi": 400_00}),
        (f"bridge A1 {moments}", lambda said: money(said)["causes"]["certified"], {"jia": 200_00, "yi": 400_00}),
        (
            "simulate @amended.json --agreement A1",
            lambda said: said["gains"],
            {str(year): {"jia": 50_00, "yi": -50_00} for year in (2024, 2025)},
        ),
        (
            "statement --as-of 2024-01-05",
            lambda said: [line["entitled_fen"] for line in said["statements"][0]["lines"]],
            [100_00, 200_00],
        ),
        (
            f"statement --as-of 2024-01-31 --as-known {before}",
            lambda said: said["statements"][0]["waiting_fen"],
            300_00,
        ),
        (
            "statement --as-of 2024-01-04",
            lambda said: [line["entitled_fen"] for line in said["statements"][0]["lines"]],
            [0, 0],
        ),
        ("explain A1 2024-01 甲县 --as-of 2024-01-31", lambda said: len(said["explanations"]) >= 1, True),
        (f"explain A1 2024-01 甲县 --as-known {before}", lambda said: len(said["explanations"]) >= 1, True),
    )
    assert agreed.books.position == before + 1


def test_split_takes_amendments_figures_inputs_and_moments(files: Path, enclave: Enclave) -> None:
    base = "split --terms @t.json --facts @facts.json --entries @e.csv"
    play(
        enclave,
        files,
        (base, lambda said: said["totals"], {"jia": 200_00, "yi": 400_00}),
        (f"{base} --amendment @amended.json", lambda said: said["totals"], {"jia": 250_00, "yi": 350_00}),
        (f"{base} --as-of 2024-12-31", lambda said: (said["totals"]["jia"], said["as_of"]), (100_00, "2024-12-31")),
        (f"{base} --as-known 1", lambda said: [each["id"] for each in said["entries"]], ["V1"]),
        ("split --terms @t.json --figures @f.csv", lambda said: {each["pool"]: each["totals"] for each in said["measures"]}["统计"], {"jia": 25, "yi": 25}),
        ("split --terms @t.json --inputs @i.csv", lambda said: {each["pool"]: each["totals"] for each in said["measures"]}["投入"], {"jia": 30_00, "yi": 30_00}),
        (f"{base} --figures @f.csv --inputs @i.csv", lambda said: len(said["figures"]), 2),
        ("split --terms @t.json --as-of 2024-12-31", lambda said: said["totals"], {"jia": 0, "yi": 0}),
    )  # fmt: skip


def test_the_sums_of_a_statement_never_add_figures_of_different_measures(
    ledger: Ledger, files: Path, enclave: Enclave
) -> None:
    document = terms(EQUAL)
    document["pools"]["统计"]["indicators"] = ["产值", "投资"]
    agree(ledger, document)
    lines = ["1,产值,2024-01,2024-01,5.0,万元,乙县", "2,投资,2024-01,2024-01,7.0,万元,乙县"]
    (files / "f.csv").write_bytes(csv_file(lines, FIGURES))
    enclave("quota", "import", files / "f.csv")

    said = enclave("statement", "2024-01", "--json").document

    sums = [each["entitled_fen"] for each in said["sums"] if (each["pool"], each["party"]) == ("统计", "jia")]
    assert sums in ([], [25, 35])


# Tables for people


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("agreement amend A1 @amended.json --party 甲县", "第 2 稿修订待 甲县、乙县 签署"),
        ("fact propose A1 @facts.json --party 甲县", "待 乙县 确认"),
        ("fact list", "认定事实"),
        ("fact suggest A1", "。"),
        ("figure import @f.csv", "待县级审核，尚未计入"),
        ("figure list", "批次"),
        ("quota import @q.csv", "已计入"),
        ("input import @i.csv", "已计入"),
        ("bridge A1 2024-01-31 2025-12-31", "应得变动"),
        ("simulate @amended.json --agreement A1", "以上只是测算，账内没有记下任何内容。"),
        ("statement --as-of 2024-12-31", "截至 2024-12-31 的草稿"),
        ("split --terms @t.json --figures @f.csv --inputs @i.csv", "仅用于考核"),
        ("agreement diff A1", "没有可比的两稿"),
    ],
)
def test_every_act_answers_people_in_chinese(
    line: str, says: str, agreed: Ledger, files: Path, enclave: Enclave
) -> None:
    answer = enclave(*words_of(line, files))

    assert (answer.code, answer.err) == (0, "")
    assert says in answer.out


# Refusals


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("agreement counter A1 @counter.json --party 甲县", "nothing-to-sign"),
        ("agreement amend A9 @amended.json --party 甲县", "agreement-unknown"),
        ("agreement amend A1 @amended.json --party 丙县", "not-a-party"),
        ("agreement amend A1 @undated.json --party 甲县", "terms-refused"),
        ("agreement diff A9", "agreement-unknown"),
        ("agreement sign A1 --party 甲县 --draft 7", "already-signed"),
        ("fact propose A1 @strange.json --party 甲县", "facts-refused"),
        ("fact propose A1 @none.json --party 甲县", "file-missing"),
        ("fact propose A1 @facts.json --party 甲县 --supersedes F9", "fact-unknown"),
        ("fact confirm F9 --party 甲县", "fact-unknown"),
        ("fact suggest A9", "agreement-unknown"),
        ("figure import @bad.csv", "lines-refused"),
        ("figure import @none.csv", "file-missing"),
        ("figure import @i.csv", "column-unknown"),
        ("quota import @bad.csv", "lines-refused"),
        ("input import @f.csv", "column-unknown"),
        ("figure accept B9 --level county", "batch-unknown"),
        ("bridge A1 gestern 2024-12-31", "moment-unreadable"),
        ("bridge A1 2024-02-30 2024-12-31", "day-unreadable"),
        ("bridge A9 2024-01-31 2024-12-31", "agreement-unknown"),
        ("simulate @amended.json --agreement A9", "agreement-unknown"),
        ("simulate @e.csv --agreement A1", ""),
        ("statement --as-of 2024-02-30", "day-unreadable"),
        ("statement --as-known 999", "position-unknown"),
        ("statement --as-known 0", "position-unknown"),
        ("explain A1 2024-01 甲县 --as-known 999", "position-unknown"),
        ("explain A1 2024-01 丙县 --as-of 2024-01-31", "not-a-party"),
        ("split --terms @t.json --amendment @undated.json --entries @e.csv", "terms-refused"),
        ("split --terms @t.json --figures @bad.csv", "lines-refused"),
        ("split --terms @t.json --entries @e.csv --as-of 31.12.2024", "day-unreadable"),
    ],
)
def test_a_refusal_exits_1_in_chinese_in_english_and_as_a_document_and_records_nothing(
    line: str, kind: str, agreed: Ledger, files: Path, enclave: Enclave
) -> None:
    before = agreed.log.head()
    words = words_of(line, files)

    chinese, english, document = enclave(*words), enclave("--lang", "en", *words), enclave(*words, "--json")

    assert (chinese.code, english.code, document.code) == (1, 1, 1)
    assert HAN.search(chinese.err) and chinese.err != english.err
    assert re.search("[a-z]{3}.*[.]", english.err)
    assert (document.err, bool(document.document["message"])) == ("", True)
    assert kind in ("", document.document["refused"])
    assert "Traceback" not in chinese.err + english.err + document.out
    assert agreed.log.head() == before


def test_a_moment_beyond_the_log_is_refused_like_everywhere_else(agreed: Ledger, enclave: Enclave) -> None:
    """`statement --as-known 999` is refused; a bridge does not quietly mean something else."""
    answer = enclave("bridge", "A1", "999@2024-12-31", "2024-12-31", "--json")

    assert (answer.code, answer.document.get("refused")) == (1, "position-unknown")


@pytest.mark.parametrize("lines", ["0", "-1"])
def test_as_known_of_a_file_counts_lines_from_its_beginning(lines: str, files: Path, enclave: Enclave) -> None:
    """A negative count is no count; it does not mean all but the last lines."""
    answer = enclave("split", "--terms", files / "t.json", "--entries", files / "e.csv", "--as-known", lines, "--json")

    if lines == "0":
        assert (answer.code, answer.document["entries"]) == (0, [])
    else:
        assert answer.code in (1, 2)


@pytest.mark.parametrize(
    "line",
    [
        "agreement counter A1",
        "agreement amend A1 @amended.json",
        "agreement sign A1",
        "agreement sign A1 --party 甲县 --draft x",
        "fact propose A1",
        "fact propose A1 @facts.json --suggested",
        "fact confirm F1",
        "figure accept B1",
        "figure accept B1 --level province",
        "figure import",
        "input",
        "bridge A1 2024-01-31",
        "simulate @amended.json",
        "statement 2024-01 --as-of 2024-01-31",
        "statement --as-known x",
        "explain A1 2024-01",
        "split --terms @t.json",
        "split --terms @t.json --entries @e.csv --as-known x",
    ],
)
def test_wrong_usage_exits_2_and_points_to_the_help(line: str, agreed: Ledger, files: Path, enclave: Enclave) -> None:
    answer: Answer = enclave(*words_of(line, files))

    assert (answer.code, answer.out) == (2, "")
    assert "--help" in answer.err
    assert "Traceback" not in answer.err
