"""The bench: one seed is one workload, the oracle and the engine come to the same cells, sides run in turn."""

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from stdnum.cn import uscc

from bench import benches, inside, journals, limit, oracle, ours, peers, results, rounds, tables, workload
from bench.benches import BENCHES, FiguresDisagree, Plan
from bench.cells import digest, fen_of, summed, yuan_of
from bench.inputs import Inputs
from bench.results import Outcome, Verdict
from bench.rounds import Measured, Run, Side, SideFailed, interleaved
from bench.workload import SHARES, Workload
from ledger.domain.terms.amendment import scrutinise_amendment
from ledger.domain.terms.draft import read_terms
from tests.conftest import Enclave

MIXED = Workload(300, 40)
DAY = date(2026, 1, 1)


def run_of(seconds: float, digest: str = "x") -> Run:
    return Run(seconds, seconds, seconds, 1_000_000, digest)


# Workload


def test_the_same_seed_is_the_same_workload_to_the_byte(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "other", "third")]
    seeds = (22, 22, 23)
    files = []
    for folder, seed in zip(folders, seeds, strict=True):
        folder.mkdir()
        files.append(replace(MIXED, seed=seed).files(folder)[0].read_bytes())

    assert files[0] == files[1] != files[2]
    assert MIXED.documents == Workload(300, 40).documents != replace(MIXED, seed=23).documents


@pytest.mark.parametrize("mix", ["mixed", "simple", "policy", *SHARES])
def test_every_text_of_the_workload_is_sound(mix: workload.Mix) -> None:
    for texts in Workload(300, 60, mix).documents:
        terms = [read_terms(text) for text in texts]
        assert [fault for later in terms[1:] for fault in scrutinise_amendment(later, terms[:1])] == []


def test_the_workload_is_what_the_reference_says() -> None:
    own = Workload(50_000)
    (lines,) = own.blocks()
    kinds = [rule.kind for rule in own.rules]

    assert {kind: kinds.count(kind) * 100 // len(kinds) for kind in SHARES} == SHARES
    assert 900 < sum(len(rule.versions) == 2 for rule in own.rules) < 1_100
    assert 800 < (lines.amounts_fen < 0).sum() < 1_200
    assert 1_300 < (lines.period_first == lines.period_last).sum() < 1_700
    assert uscc.is_valid(workload.credit_code(1_234))


def test_many_lines_are_several_files_of_the_same_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (whole,) = MIXED.files(tmp_path)
    expected = whole.read_text(encoding="utf-8").splitlines()[1:]
    monkeypatch.setattr(workload, "LINES_PER_FILE", 120)

    parts = [file.read_text(encoding="utf-8").splitlines()[1:] for file in MIXED.files(tmp_path)]

    assert [len(part) for part in parts] == [120, 120, 60]
    assert [line for part in parts for line in part] == expected


def test_amounts_survive_being_written() -> None:
    for fen in (0, 5, -5, 100, -123_456):
        assert fen_of(yuan_of(fen)) == fen
    assert fen_of("1,234.5") == 1_234_50


# Figures


@pytest.mark.parametrize("mix", ["mixed", "policy"])
def test_the_oracle_and_the_product_come_to_the_same_cells(mix: workload.Mix, tmp_path: Path) -> None:
    inputs = Inputs(replace(MIXED, mix=mix), tmp_path)
    books, position = inputs.agreements

    ledger, known = ours.rules_loaded(inputs.books, position)
    from_store = ours.totals_of_store(ledger, known)
    ledger.close_files()
    _, known = ours.rules_loaded(books, position)
    from_files = ours.totals_of_files(known, inputs.receipts)

    assert {cell: fen for cell, fen in from_store.items() if fen} == {
        cell: fen for cell, fen in inputs.oracle.items() if fen
    }
    assert digest(from_files) == inputs.oracle_digest
    assert sum(inputs.oracle.values()) == sum(line.fen for line in oracle.lines_of(inputs.receipts))


def test_a_journal_that_only_adds_comes_to_the_same_cells(tmp_path: Path) -> None:
    inputs = Inputs(replace(MIXED, mix="simple"), tmp_path)

    split = journals.postings(inputs.workload)

    rows = ((party, f"{day:%Y-%m}", fen) for _, day, _, shares in split for party, fen in shares.items())
    assert digest(summed(rows)) == inputs.oracle_digest


def test_tables_for_sql_cover_every_day_once() -> None:
    for rule in MIXED.rules:
        own = list(tables.segments(rule))
        days = [(each.first.toordinal(), each.last.toordinal()) for each in own]
        assert [first for first, _ in days[1:]] == [last + 1 for _, last in days[:-1]]
        assert all(sum(each.weights.values()) == rule.denominator for each in own)


def test_one_more_receipt_is_none_of_the_others(tmp_path: Path) -> None:
    inputs = Inputs(MIXED, tmp_path)
    one = tmp_path / "one.csv"
    one.write_bytes(MIXED.one_more(7))

    assert ours.imported(inputs.books, [*inputs.receipts, one]) == 1


@pytest.mark.skipif(not limit.compiler(), reason="no C compiler")
def test_the_kernel_and_the_loop_in_c_add_up_the_same() -> None:
    columns = limit.columns(MIXED)
    asked = {"n": MIXED.n, "projects": MIXED.projects, "mix": MIXED.mix, "seed": MIXED.seed}

    expected = limit.digest_of(limit.plain_sums(*columns))

    assert limit.digest_of(ours.summed_by_segment(*columns)) == expected
    assert limit.c_kernel(**asked)() == expected


def test_what_programs_print_is_read_to_the_fen() -> None:
    cells = digest({("a", "2021-01"): 1_50, ("b", "2021-02"): -2_00})

    assert peers.read_hledger('"account","2021-01","2021-02"\n"a","1.50","0"\n"b","0","-2.00"\n') == cells
    assert peers.read_ledger("a\t2021-01\t1.5\nb\t2021-02\t-2\n") == cells
    assert inside.digest_of_rows([("a", 2021 * 12, 1_50), ("b", 2021 * 12 + 1, -2_00)]) == cells


# Rounds


def test_sides_run_in_turn() -> None:
    order: list[str] = []

    def once(side: Side) -> Run:
        order.append(side.name)
        return run_of(len(order))

    measured = interleaved([Side("A"), Side("away", missing="apt-get install away"), Side("B")], 3, once)

    assert order == ["A", "B", "A", "B", "A", "B"]
    assert [each.middle("seconds") for each in measured] == [3, 4]
    assert measured[0].spread("seconds") == (1, 5)


def test_a_program_is_timed_without_the_python_that_starts_it(tmp_path: Path) -> None:
    output = tmp_path / "said"
    side = rounds.program_side("python", [sys.executable, "-c", "print(7)"], output, lambda text: text.strip())

    run = rounds.run_once(side)

    assert run.digest == "7" and run.whole_seconds == run.seconds > 0
    with pytest.raises(SideFailed):
        rounds.run_once(rounds.program_side("python", [sys.executable, "-c", "raise SystemExit(3)"], output, str))


def test_a_peer_that_fails_is_not_measured_and_one_of_ours_stops_everything() -> None:
    def once(side: Side) -> Run:
        raise SideFailed(side=side.name, problem="no memory")

    (failed,) = interleaved([Side("peer", is_peer=True)], 2, once)

    assert "no memory" in failed.failed and failed.runs == []
    with pytest.raises(SideFailed):
        interleaved([Side("ours")], 1, once)


def test_a_peer_that_is_not_there_is_named_with_the_line_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    side = peers.program(peers.HLEDGER, tmp_path / "x.journal")

    said = list(results.verdicts(Outcome("peers", "", [], [side])))

    assert said == ["hledger：没有测 not measured（apt-get install hledger）"]


def test_packages_that_cannot_be_had_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "lacking", lambda: "pip install …: no network")

    assert peers.openpyxl(Path("x.xlsx")).missing == "pip install …: no network"
    with peers.postgres_server(Path()) as uri:
        assert peers.postgres_copy(uri, []).missing == "pip install …: no network"


def test_figures_that_disagree_stop_the_bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = {"A": run_of(1, "one"), "B": run_of(1, "other")}
    monkeypatch.setattr(
        benches, "interleaved", lambda sides, rounds: [Measured(each, [runs[each.name]]) for each in sides]
    )

    with pytest.raises(FiguresDisagree):
        Plan("peers", tmp_path, 10).run([Side("A", alike="totals"), Side("B", alike="totals")], "")


# Results


def test_a_section_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "RESULTS.md"
    slow = Outcome(
        "sql", "10 笔", [Measured(Side("A"), [run_of(2)])], verdicts=[Verdict("A ÷ B", 3, 2, at_least=False)]
    )
    for outcome in (slow, Outcome("peers", "10 笔", []), replace(slow, sizes="20 笔")):
        results.write(outcome, path, DAY)

    written = path.read_text(encoding="utf-8")

    assert written.startswith("# ") and written.count("## sql") == written.count("## peers") == 1
    assert "20 笔" in written and "A ÷ B ≤ 2：3，未达到 missed" in written


def test_a_missed_goal_is_said_and_is_no_error(enclave: Enclave, monkeypatch: pytest.MonkeyPatch) -> None:
    missed = Verdict("A ÷ B", 3, 2, at_least=False)

    def run(plan: Plan) -> Outcome:
        return Outcome("sql", f"{plan.n}", [Measured(Side("A"), [run_of(2)])], verdicts=[missed])

    monkeypatch.setitem(BENCHES, "sql", replace(BENCHES["sql"], run=run))

    said = enclave("bench", "sql", "--quick", "--n", 77)

    assert said.code == 0 and "未达到 missed" in said.out and "77" in said.out
    assert enclave("bench", "sql", "--quick", "--json").document["goals"][0]["reached"] is False


def test_figures_that_disagree_end_the_command_with_an_error(enclave: Enclave, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(plan: Plan) -> Outcome:
        raise FiguresDisagree(bench=plan.name, one="A", other="oracle")

    monkeypatch.setitem(BENCHES, "sql", replace(BENCHES["sql"], run=run))

    said = enclave("bench", "sql", "--quick")

    assert said.code == 1 and "对不上" in said.err


def test_every_bench_of_the_reference_is_there() -> None:
    engine = ["peers", "sql", "limit", "scale", "import", "parse", "chain", "post-one", "simulate"]
    assert list(BENCHES) == [*engine, "json", "post", "statement"]
    assert Path(__file__).parents[1] == rounds.ROOT
