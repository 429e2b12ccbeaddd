"""The benches: for each its sides, its sizes, its goals; every cell is checked against the oracle first.

A goal that is missed is said; figures that disagree stop everything.
"""

import json
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from api.resources.lines import LINES_MAX
from bench import limit, lines, load, ours, peers, served
from bench.inputs import Inputs
from bench.results import Outcome, Verdict
from bench.rounds import TOTALS, Measured, Side, interleaved, python_side
from bench.workbook import workbook
from bench.workload import PROJECTS, SHARES, Mix, Workload, policy
from ledger.domain.errors import RuleBroken

ROUNDS, ROUNDS_QUICK = 5, 3
CHECKED, CHECKED_QUICK = 10_000, 1_000
PROJECTS_QUICK = 100
POSTS, SMALL, KINDS_MAX = 20, 10_000, 100_000
SIMULATED = 100_000
OF_EACH_REQUEST = (
    "每个请求：秒是每秒请求数的倒数，“整个命令”是 p99，CPU 是服务的；wrk 在同一台机器上 of a request: one over requests a second, "
    "whole is p99, CPU is the server's; wrk runs on the same machine"
)


class FiguresDisagree(RuleBroken):
    """Two sides of a bench, or one and the oracle, came to different figures."""

    zh = "测速 {bench} 的数字对不上：{one} 与 {other} 不同。这是错误，不是快慢。"
    en = "The figures of bench {bench} disagree: {one} and {other} differ. That is an error, not a matter of speed."


@dataclass(frozen=True)
class Plan:
    """How a bench is run: where its files are, how many receipts, quickly or in earnest."""

    name: str
    folder: Path
    n: int
    quick: bool = False

    @property
    def rounds(self) -> int:
        """How often every side runs."""
        return ROUNDS_QUICK if self.quick else ROUNDS

    def inputs(self, mix: Mix, n: int | None = None) -> Inputs:
        """A workload's files, of the bench's size or another."""
        projects = PROJECTS_QUICK if self.quick else PROJECTS
        return Inputs(Workload(self.n if n is None else n, projects, mix), self.folder)

    def checked(self, mix: Mix) -> Inputs:
        """The workload whose cells are compared with the oracle's."""
        return self.inputs(mix, CHECKED_QUICK if self.quick else CHECKED)

    def check(self, mix: Mix, sides_of: Callable[[Inputs], Sequence[Side]]) -> str:
        """Run each side that comes to totals once, at the size that is checked; raises FiguresDisagree."""
        small = self.checked(mix)
        sides = [side for side in sides_of(small) if side.alike == TOTALS]
        equal = [each for each in interleaved(sides, 1) if not each.failed]
        for each in equal:
            self.agree(each.side.name, each.runs[0].digest, "oracle", small.oracle_digest)
        names = "、".join(each.side.name for each in equal)
        return f"核对 checked：{small.workload.n} 笔 {len(small.oracle)} 格，{names} 与独立算法一致 equal to the oracle"

    def agree(self, one: str, found: str, other: str, expected: str) -> None:
        """Raises FiguresDisagree unless two sides came to the same."""
        if found != expected:
            raise FiguresDisagree(bench=self.name, one=one, other=other)

    def run(self, sides: Sequence[Side], sizes: str, notes: Iterable[str] = ()) -> Outcome:
        """Rounds of all sides; those that must come to the same do, or FiguresDisagree."""
        tried = interleaved(sides, self.rounds)
        measured = [each for each in tried if not each.failed]
        absent = [replace(each.side, missing=each.failed) for each in tried if each.failed]
        firsts: dict[str, Measured] = {}
        for each in measured:
            first = firsts.setdefault(each.side.alike or each.side.name, each)
            for run in each.runs:
                self.agree(each.side.name, run.digest, first.side.name, first.runs[0].digest)
        absent += [side for side in sides if side.missing]
        return Outcome(self.name, sizes, measured, absent, [], list(notes))


def compare(
    outcome: Outcome, one: str, other: str, bound: float, *, figure: str = "seconds", least: bool = False
) -> None:
    """A goal: the first over the second at least, or at most, so much; left out where one is not measured."""
    by_name = {each.side.name: each for each in outcome.measured}
    if one in by_name and other in by_name:
        ratio = by_name[one].middle(figure) / (by_name[other].middle(figure) or 1)
        goal = f"{one} ÷ {other}（{figure}）"
        outcome.verdicts.append(Verdict(goal, ratio, bound, least))


# The benches


def bench_peers(plan: Plan) -> Outcome:
    """Store to monthly totals beside plain-text accounting and data frames."""

    def sides(inputs: Inputs) -> list[Side]:
        return [
            inputs.store_totals(),
            peers.program(peers.HLEDGER, inputs.journal),
            peers.program(peers.LEDGER, inputs.journal),
            peers.beancount(inputs.beancount),
            peers.duckdb(inputs.receipts, inputs.tables),
            peers.polars(inputs.receipts, inputs.tables),
        ]

    note = plan.check("simple", sides)
    outcome = plan.run(sides(plan.inputs("simple")), f"{plan.n} 笔定比例 plain shares", [note])
    for peer, least in (("hledger", 200), ("ledger", 120), ("beancount", 250)):
        compare(outcome, peer, "飞地账", least, least=True)
    compare(outcome, "hledger", "飞地账", 20, figure="whole_seconds", least=True)
    return outcome


def bench_sql(plan: Plan) -> Outcome:
    """CSV to monthly totals of all kinds of rules, beside the same rules in SQL."""
    with peers.postgres_server(plan.folder) as uri:

        def sides(inputs: Inputs) -> list[Side]:
            given = inputs.receipts, inputs.tables
            return [inputs.csv_totals(), peers.duckdb(*given), peers.postgres(uri, *given)]

        note = plan.check("mixed", sides)
        outcome = plan.run(sides(plan.inputs("mixed")), f"{plan.n} 笔各类规则 mixed rules", [note])
    compare(outcome, "飞地账", "DuckDB", 0.5)
    compare(outcome, "飞地账", "PostgreSQL", 1 / 40)
    return outcome


def bench_limit(plan: Plan) -> Outcome:
    """The summing kernel beside a loop in C."""
    note = plan.check("mixed", lambda inputs: [inputs.csv_totals()])
    asked = plan.inputs("mixed").workload
    given = {"n": asked.n, "projects": asked.projects, "mix": asked.mix, "seed": asked.seed}
    small = limit.columns(plan.checked("mixed").workload)
    expected = limit.digest_of(limit.plain_sums(*small))
    plan.agree("飞地账", limit.digest_of(ours.summed_by_segment(*small)), "plain integers", expected)
    python = Path(sys.executable)
    loop = python_side("C", python, "bench.limit", "c", given, alike="sums")
    sides = [
        python_side("飞地账", python, "bench.ours", "kernel", given, alike="sums"),
        loop if limit.compiler() else Side("C", missing=limit.MISSING),
    ]
    outcome = plan.run(sides, f"{plan.n} 笔，每次 {limit.REPEATS} 遍 repeats", [note])
    compare(outcome, "飞地账", "C", 2.5)
    return outcome


def bench_scale(plan: Plan) -> Outcome:
    """Rebuilding every read model from the log, at a size and at a tenth of it."""
    note = plan.check("mixed", lambda inputs: [inputs.store_totals()])
    tenth = max(plan.n // 10, 1)
    small, large = plan.inputs("mixed", tenth), plan.inputs("mixed")
    sides = [each.ours(f"{each.workload.n} 笔", "anew", each.books) for each in (small, large)]
    outcome = plan.run(sides, f"{tenth} 与 {plan.n} 笔 receipts", [note])
    for each in outcome.measured:
        plan.agree(each.side.name, each.runs[0].digest, "kept", "True")
    first, second = outcome.measured
    ratio = second.middle("seconds") / plan.n / (first.middle("seconds") / tenth)
    outcome.verdicts.append(Verdict("每笔用时之比 time a receipt", ratio, 1.1, at_least=False))
    compare(outcome, second.side.name, first.side.name, 1.2, figure="peak_bytes")
    return outcome


def bench_import(plan: Plan) -> Outcome:
    """CSV to durable, sealed events beside COPY into a table keyed by voucher."""
    note = plan.check("mixed", lambda inputs: [inputs.store_totals()])
    inputs = plan.inputs("mixed")
    empty, position = inputs.agreements
    receipts = [str(path) for path in inputs.receipts]
    fresh = plan.folder / "fresh.db"
    prepare = partial(_fresh, empty, fresh)
    given = {"receipts": receipts}
    with peers.postgres_server(plan.folder) as uri:
        sides = [
            inputs.ours("飞地账", "import", fresh, arguments=given, prepare=prepare, alike="lines"),
            inputs.ours(
                "到结算数", "readable", fresh, arguments=given | {"position": position}, prepare=prepare, alike="lines"
            ),
            peers.postgres_copy(uri, inputs.receipts),
        ]
        outcome = plan.run(sides, f"{plan.n} 笔 receipts", [note])
    compare(outcome, "PostgreSQL COPY", "飞地账", 1.2, least=True)
    compare(outcome, "PostgreSQL COPY", "到结算数", 0.7, least=True)
    return outcome


def _fresh(books: Path, to: Path) -> None:
    """Books as they were, without what an earlier round left."""
    for left in to.parent.glob(f"{to.name}*"):
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    ours.copied(books, to)


def bench_parse(plan: Plan) -> Outcome:
    """A workbook's cells beside openpyxl."""
    note = plan.check("mixed", lambda inputs: [inputs.csv_totals()])
    path = workbook(plan.inputs("mixed").workload, plan.folder)
    reading = python_side("飞地账", Path(sys.executable), "bench.ours", "parse", {"path": str(path)}, alike="cells")
    outcome = plan.run([reading, peers.openpyxl(path)], f"{plan.n} 行 XLSX rows", [note])
    compare(outcome, "openpyxl", "飞地账", 5, least=True)
    return outcome


def bench_json(plan: Plan) -> Outcome:
    """Lines in JSON as the service reads them, beside the schema alone; both say the same of a corpus of broken bodies."""
    checked = CHECKED_QUICK if plan.quick else CHECKED
    hot, plain = (lines.verdicts(way, checked) for way in (lines.read_hot, lines.read_plainly))
    plan.agree("飞地账", hot, "marshmallow", plain)
    note = f"核对 checked：{checked} 份好的和坏的正文，取舍全同 same verdicts（{hot.count('1')} 份收下 taken）"
    sides = [
        python_side(
            name,
            Path(sys.executable),
            "bench.lines",
            "read",
            {"way": way, "n": plan.n, "most": LINES_MAX},
            alike="read",
        )
        for name, way in (("飞地账", "hot"), ("marshmallow", "plain"))
    ]
    outcome = plan.run(sides, f"{plan.n} 行 lines", [note])
    compare(outcome, "marshmallow", "飞地账", 15, least=True)
    return outcome


def bench_chain(plan: Plan) -> Outcome:
    """Verifying the seals beside rebuilding everything known; what is stored beside one JSON event a receipt."""
    note = plan.check("mixed", lambda inputs: [inputs.store_totals()])
    inputs = plan.inputs("mixed")
    by_sm3 = inputs.sealed("sm3")
    sides = [
        inputs.ours("重建 rebuild", "rebuild", inputs.books),
        inputs.ours("SHA-256", "chain", inputs.books, alike="chain"),
        inputs.ours("SM3", "chain", by_sm3, alike="chain"),
    ]
    outcome = plan.run(sides, f"{plan.n} 笔 receipts", [note])
    plan.agree("SHA-256", outcome.measured[1].runs[0].digest, "chain", "True")
    compare(outcome, "SHA-256", "重建 rebuild", 0.15)
    compare(outcome, "SM3", "重建 rebuild", 0.35)
    columnar, as_json = ours.bytes_stored(inputs.books)
    outcome.notes.append(
        "存储只算事项，不含索引和原始文件 events alone, without the index and the files kept as evidence"
    )
    outcome.verdicts.append(Verdict("存储 ÷ 每笔一个 JSON 事项 storage", columnar / as_json, 0.15, at_least=False))
    return outcome


def bench_post_one(plan: Plan) -> Outcome:
    """One more receipt after few and after many; each kind of rule beside plain shares."""
    kinds = [plan.inputs(kind, min(plan.n, KINDS_MAX)) for kind in SHARES]
    notes = [plan.check("mixed", lambda inputs: [inputs.store_totals()])]
    few = min(SMALL, max(plan.n // 10, 1))
    sides = [_posting(plan, n) for n in (few, plan.n)]
    sides += [each.csv_totals(each.workload.mix, alike=each.workload.mix) for each in kinds]
    outcome = plan.run(sides, f"{few} 与 {plan.n} 笔之后各记 {POSTS} 笔 posts", notes)
    compare(outcome, sides[1].name, sides[0].name, 1.1)
    for kind in list(SHARES)[1:]:
        compare(outcome, kind, "plain", 1.6)
    return outcome


def _posting(plan: Plan, n: int) -> Side:
    """Some receipts, one by one, after others."""
    inputs = plan.inputs("mixed", n)
    books = plan.folder / f"posting-{n}.db"
    files = [plan.folder / f"one-{n}-{number}.csv" for number in range(POSTS)]
    for number, file in enumerate(files):
        file.write_bytes(inputs.workload.one_more(number))
    given = {"files": [str(file) for file in files]}
    prepare = partial(_fresh, inputs.books, books)
    return inputs.ours(f"{n} 笔之后", "post", books, arguments=given, prepare=prepare, alike="posts")


def bench_simulate(plan: Plan) -> Outcome:
    """A whole policy over everything recorded; both courses are the oracle's, year by year."""
    small = plan.checked("policy")
    found = ours.simulated(ours.rebuilt(small.books))
    other = Inputs(small.workload, plan.folder).oracle_of([[policy(6, 4)]])
    for name, cells, course in (("现行", small.oracle, found.actual), ("另一份", other, found.other)):
        years: dict[int, dict[str, int]] = {}
        for (party, month), fen in cells.items():
            own = years.setdefault(int(month[:4]), {})
            own[party] = own.get(party, 0) + fen
        plan.agree(name, f"{sorted(course.years.items())}", "oracle", f"{sorted(years.items())}")
    inputs = plan.inputs("policy")
    side = inputs.ours("飞地账", "simulate", inputs.books)
    note = f"核对 checked：{small.workload.n} 笔，两份条款逐年与独立算法一致 equal to the oracle"
    outcome = plan.run([side], f"{plan.n} 笔 receipts", [note])
    seconds = outcome.measured[0].middle("seconds")
    outcome.verdicts.append(Verdict("秒 seconds", seconds, 0.3 * max(plan.n, SIMULATED) / SIMULATED, at_least=False))
    return outcome


def bench_post(plan: Plan) -> Outcome:
    """One durable event a request, beside the same request of which nothing is recorded; 32 connections."""
    with served.running(plan.folder / "service") as server:
        sides = [
            _loaded(server, "不落盘 unstored", "projects/unstored", posts=True),
            _loaded(server, "落盘 durable", "projects", posts=True),
        ]
        outcome = plan.run(sides, f"{load.CONNECTIONS} 个连接 connections", [OF_EACH_REQUEST])
    compare(outcome, "不落盘 unstored", "落盘 durable", 0.5, least=True)
    compare(outcome, "落盘 durable", "不落盘 unstored", 1.5, figure="whole_seconds")
    return outcome


def bench_statement(plan: Plan) -> Outcome:
    """A closed statement of fifty parties beside an answer of five bytes that passes the same check; 32 connections."""
    with served.running(plan.folder / "service") as server:
        sides = [
            _loaded(server, "hello", "hello"),
            _loaded(server, "结算单 statement", "statements?period=2024-01"),
        ]
        outcome = plan.run(sides, f"{load.CONNECTIONS} 个连接 connections", [OF_EACH_REQUEST])
    compare(outcome, "hello", "结算单 statement", 0.8, least=True)
    compare(outcome, "结算单 statement", "hello", 1.1, figure="cpu_seconds")
    return outcome


def _loaded(server: served.Server, name: str, address: str, *, posts: bool = False) -> Side:
    """An address of the service under load."""
    asked = {"url": f"{server.url}/api/v1/{served.TENANT}/{address}", "pid": server.pid, "token": server.token}
    command = [sys.executable, "-P", "-m", "bench.load", json.dumps(asked | {"posts": posts})]
    return Side(name, command, missing="" if shutil.which("wrk") else "apt-get install wrk", alike="answers")


@dataclass(frozen=True)
class Bench:
    """A bench by name: what it does, over how many receipts in earnest and quickly."""

    run: Callable[[Plan], Outcome]
    n: int
    quick_n: int


BENCHES = {
    "peers": Bench(bench_peers, 100_000, 1_000),
    "sql": Bench(bench_sql, 1_000_000, 5_000),
    "limit": Bench(bench_limit, 1_000_000, 100_000),
    "scale": Bench(bench_scale, 10_000_000, 20_000),
    "import": Bench(bench_import, 1_000_000, 5_000),
    "parse": Bench(bench_parse, 100_000, 2_000),
    "chain": Bench(bench_chain, 1_000_000, 5_000),
    "post-one": Bench(bench_post_one, 10_000_000, 5_000),
    "simulate": Bench(bench_simulate, 100_000, 5_000),
    "json": Bench(bench_json, 100_000, 2_000),
    "post": Bench(bench_post, 1, 1),
    "statement": Bench(bench_statement, 1, 1),
}
