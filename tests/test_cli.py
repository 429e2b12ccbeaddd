"""The command line: exit 0, 1 (refused), 2 (usage); tables for people, JSON for programs."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.application import Ledger
from tests.conftest import CLI, HEADER, REFUNDS, ROOT, Enclave, agree, csv_file, two_counties

HAN = re.compile("[\u4e00-\u9fff]")
LINES = ["V1,2024-01-05,100.00,,", "V2,2024-02-06,0.01,,", "R1,2024-02-07,-40.00,退库,V1"]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with terms and entries."""
    (tmp_path / "t.json").write_text(json.dumps(two_counties()), encoding="utf-8")
    (tmp_path / "e.csv").write_bytes(csv_file(LINES, REFUNDS))
    return tmp_path


@pytest.fixture
def closed(ledger: Ledger, files: Path) -> Ledger:
    """Books with an agreement, receipts and a closed month."""
    agree(ledger, two_counties())
    ledger.import_receipts((files / "e.csv").read_bytes(), "e.csv")
    return ledger


# JSON for programs


def test_every_act_from_proposal_to_proof_speaks_json(ledger: Ledger, files: Path, enclave: Enclave) -> None:
    acts: list[tuple[tuple[str, ...], Callable[[Any], Any], Any]] = [
        (("terms", "check", f"{files}/t.json"), lambda said: (said["valid"], said["faults"]), (True, [])),
        (("terms", "explain", f"{files}/t.json"), lambda said: bool(said["sentences"]), True),
        (("agreement", "propose", f"{files}/t.json"), lambda said: (said["agreement"], said["signed"]), ("A1", [])),
        (("agreement", "sign", "A1", "--party", "甲县"), lambda said: said["in_force_at"], None),
        (("agreement", "sign", "A1", "--party", "yi"), lambda said: said["in_force_at"], 4),
        (("agreement", "show"), lambda said: [each["agreement"] for each in said["agreements"]], ["A1"]),
        (("agreement", "show", "A1"), lambda said: said["terms"], two_counties()),
        (("import", f"{files}/e.csv"), lambda said: (said["recorded"], said["known"], said["sum_fen"]), (3, 0, 60_01)),
        (("import", f"{files}/e.csv"), lambda said: (said["recorded"], said["known"]), (0, 3)),
        (("statement", "2024-01"), lambda said: [each["draft"] for each in said["statements"]], [True]),
        (
            ("close", "2024-02", "--up-to"),
            lambda said: [each["period"] for each in said["closed"]],
            ["2024-01", "2024-02"],
        ),
        (("statement",), lambda said: [each["number"] for each in said["statements"]], ["A1-tax-2024-02"]),
        (("explain", "A1", "2024-02", "甲县"), lambda said: len(said["explanations"]), 1),
        (("events",), lambda said: [each["position"] for each in said["events"]], [1, 2, 3, 4, 5, 6, 7]),
        (("events", "--after", "5", "--limit", "1"), lambda said: said["events"][0]["topic"], "period.closed.v1"),
        (("verify",), lambda said: (said["sound"], said["events"], said["statements"]), (True, 7, 2)),
    ]
    for arguments, found, expected in acts:
        answer = enclave(*arguments, "--json")

        assert (answer.code, answer.err) == (0, ""), arguments
        assert found(answer.document) == expected, arguments


def test_the_demonstration_speaks_json_and_tables(enclave: Enclave) -> None:
    made = enclave("demo", "--json")
    shown = enclave("demo")

    assert (made.code, shown.code) == (0, 0)
    assert len(made.document) >= 7
    assert all(statement["number"] for own in made.document.values() for statement in own)
    assert all(f"{county}  2025 年结算单" in shown.out for county in made.document)


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (("import", "none.csv"), "file-missing"),
        (("agreement", "show", "A9"), "agreement-unknown"),
        (("statement", "2024-13"), "period-unreadable"),
        (("explain", "A1", "2024-01", "丙县"), "not-a-party"),
        (("close", "2024-05"), "periods-close-in-order"),
    ],
)
def test_a_refusal_is_a_document_too(arguments: tuple[str, ...], kind: str, closed: Ledger, enclave: Enclave) -> None:
    answer = enclave(*arguments, "--json")

    assert (answer.code, answer.err) == (1, "")
    assert answer.document["refused"] == kind
    assert HAN.search(answer.document["message"])
    assert set(answer.document) >= {"refused", "message", "facts", "faults"}


def test_every_fault_of_a_file_is_in_the_document_with_its_place(ledger: Ledger, files: Path, enclave: Enclave) -> None:
    (files / "bad.csv").write_bytes(csv_file(["V1,2024-02-30,1.005"]))

    faults = enclave("import", files / "bad.csv", "--json").document["faults"]

    assert [(fault["where"], fault["kind"]) for fault in faults] == [
        ("第 2 行 实缴金额", "amount-not-whole-fen"),
        ("第 2 行 入库日期", "day-in-cell-unreadable"),
    ]


# Split


def shares(enclave: Enclave, files: Path) -> Any:
    return enclave("split", "--terms", files / "t.json", "--entries", files / "e.csv", "--json").document


def test_split_says_shares_per_entry_in_file_order_per_period_and_in_total(files: Path, enclave: Enclave) -> None:
    said = shares(enclave, files)

    assert {"entries", "periods", "totals", "waiting", "faults"} <= set(said)
    assert said["entries"] == [
        {"id": "V1", "shares": {"jia": 33_33, "yi": 66_67}},
        {"id": "V2", "shares": {"jia": 1, "yi": 0}},
        {"id": "R1", "shares": {"jia": -13_34, "yi": -26_66}},
    ]
    assert said["periods"] == {"2024": {"jia": 20_00, "yi": 40_01}}
    assert said["totals"] == {"jia": 20_00, "yi": 40_01}
    assert (said["waiting"], said["faults"]) == (0, [])


def test_shares_of_entries_and_of_periods_sum_to_the_totals(files: Path, enclave: Enclave) -> None:
    lines = [f"W{n},{2024 + n % 3}-{n % 12 + 1:02}-05,{n * n + 1}.{n % 100:02}" for n in range(60)]
    (files / "e.csv").write_bytes(csv_file(lines))

    said = shares(enclave, files)

    assert [entry["id"] for entry in said["entries"]] == [f"W{n}" for n in range(60)]
    for party, total in said["totals"].items():
        assert sum(entry["shares"][party] for entry in said["entries"]) == total
        assert sum(period[party] for period in said["periods"].values()) == total


def test_split_needs_no_books_and_makes_none(files: Path, books_file: Path, enclave: Enclave) -> None:
    answer = enclave("split", "--terms", files / "t.json", "--entries", files / "e.csv")

    assert answer.code == 0
    assert "甲县" in answer.out
    assert "20.00" in answer.out
    assert not books_file.exists()


def test_split_goes_on_with_a_wrong_credit_code_and_warns(files: Path, enclave: Enclave) -> None:
    (files / "e.csv").write_bytes(csv_file(["V1,2024-01-05,3.00,91620800MA71XUTF9A"], f"{HEADER},社会信用代码"))

    answer = enclave("split", "--terms", files / "t.json", "--entries", files / "e.csv", "--json")

    assert (answer.code, answer.document["totals"]) == (0, {"jia": 1_00, "yi": 2_00})
    assert "第 2 行 社会信用代码" in answer.err


# Exit codes and languages


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nope",),
        ("split",),
        ("import",),
        ("verify", "x"),
        ("events", "--after", "x"),
        ("events", "--after", "99999999999999999999"),
        ("events", "--limit", "-1"),
        ("--lang", "fr", "verify"),
    ],
)
def test_wrong_usage_exits_2_and_points_to_the_help(arguments: tuple[str, ...], enclave: Enclave) -> None:
    answer = enclave(*arguments)

    assert (answer.code, answer.out) == (2, "")
    assert "--help" in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("arguments", [("--help",), ("split", "-h"), ("agreement", "--help"), ("terms", "-h")])
def test_help_exits_0(arguments: tuple[str, ...], enclave: Enclave) -> None:
    answer = enclave(*arguments)

    assert (answer.code, answer.err) == (0, "")
    assert "Usage" in answer.out


@pytest.mark.parametrize(
    "command", [("verify",), ("statement",), ("events",), ("close", "2024-01"), ("import", "e.csv")]
)
def test_without_books_every_command_says_how_to_get_them(
    command: tuple[str, ...], files: Path, enclave: Enclave, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(files)

    answer = enclave(*command)

    assert answer.code == 1
    assert "没有账簿" in answer.err
    assert "enclave demo" in answer.err


def test_an_actor_whose_name_is_not_utf8_can_act(ledger: Ledger, files: Path, enclave: Enclave) -> None:
    """A GBK terminal hands over GBK bytes."""
    actor = "张三".encode("gb18030").decode("utf-8", "surrogateescape")

    assert enclave("--as", actor, "import", files / "e.csv").code == 0
    assert enclave("events").code == 0


def test_books_that_cannot_be_made_are_refused_with_their_path(files: Path, enclave: Enclave) -> None:
    answer = enclave("--books", files / "t.json" / ".books" / "b.db", "agreement", "propose", files / "t.json")

    assert answer.code == 1
    assert HAN.search(answer.err)
    assert "Traceback" not in answer.err


@pytest.mark.parametrize(
    "command",
    [
        ("--lang", "en", "terms", "check", "none.json"),
        ("--lang=en", "terms", "check", "none.json"),
        ("terms", "check", "none.json", "--lang", "en"),
    ],
)
def test_refusals_are_english_wherever_and_however_that_is_asked_for(
    command: tuple[str, ...], enclave: Enclave
) -> None:
    answer = enclave(*command)

    assert (answer.code, answer.err) == (1, "File none.json cannot be read. Check its path and permissions.\n")


def test_an_option_of_a_command_does_not_change_the_language(
    files: Path, enclave: Enclave, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(files)

    answer = enclave("--lang", "zh", "split", "--terms", "en", "--entries", "e.csv")

    assert answer.err == "读不到文件 en。请核对路径和权限。\n"


def test_english_names_the_place_of_a_fault_too(ledger: Ledger, files: Path, enclave: Enclave) -> None:
    (files / "bad.csv").write_bytes(csv_file(["V2,2024-02-01,1.005"]))

    answer = enclave("--lang", "en", "import", files / "bad.csv")

    assert answer.code == 1
    assert "nothing of it was recorded" in answer.err
    assert "line 2 实缴金额: Amount '1.005' is not whole fen" in answer.err


def test_new_books_are_sealed_with_the_hash_asked_for(files: Path, books_file: Path, enclave: Enclave) -> None:
    enclave("--hash", "sm3", "import", "--new", files / "e.csv")

    ledger = Ledger.open(books_file, "核验人")
    assert ledger.log.head().algorithm == "sm3"
    assert enclave("verify").code == 0
    ledger.close_files()


def test_a_terminal_that_writes_gbk_gets_every_table(closed: Ledger, books_file: Path) -> None:
    arguments = [*CLI, "--books", str(books_file), "statement", "2024-01"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "0", "PYTHONIOENCODING": "gbk"}

    done = subprocess.run(arguments, env=environment, capture_output=True, check=False)

    assert (done.returncode, done.stderr) == (0, b"")
    assert "33.33" in done.stdout.decode("gbk")


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of a POSIX shell")
@pytest.mark.parametrize("as_json", [(), ("--json",)])
def test_output_cut_off_by_head_leaves_no_traceback(as_json: tuple[str, ...], files: Path) -> None:
    lines = [f"W{n},2024-01-05,{n + 1}.00" for n in range(3_000)]
    (files / "e.csv").write_bytes(csv_file(lines))
    arguments = [*CLI, "split", "--terms", "t.json", "--entries", "e.csv", *as_json]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}

    writer = subprocess.Popen(arguments, cwd=files, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert writer.stdout is not None
    assert writer.stderr is not None
    writer.stdout.close()
    said = writer.stderr.read().decode()
    writer.stderr.close()
    writer.wait()

    assert "Traceback" not in said
    assert "BrokenPipe" not in said
    assert "Exception ignored" not in said


def test_a_refused_file_begins_no_new_books(tmp_path: Path, enclave: Enclave) -> None:
    wrong, books = tmp_path / "wrong.csv", tmp_path / "new.db"
    wrong.write_bytes(csv_file(["V1,2024-01-05,1.005"]))

    answer = enclave("import", wrong, "--new", "--books", books)

    assert answer.code == 1
    assert not books.exists()


def test_a_point_kept_elsewhere_is_checked_by_verify(tmp_path: Path, enclave: Enclave) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(csv_file(["V1,2024-01-05,1.00"]))
    enclave("import", file, "--new")
    kept = enclave("close", "2024-01", "--json").document["head"]

    assert enclave("verify", "--expect", kept).code == 0
    assert enclave("verify", "--expect", f"{kept[:-1]}{'0' if kept[-1] != '0' else '1'}").code == 1
    assert enclave("verify", "--expect", "nonsense").code == 2
