"""The reference workload: seeded agreements and receipts, as the product takes them.

20 tenants of 20 counties and a fund each; every project has an agreement of its own, half of them amended on a day; five
kinds of rules; 60 months of receipts of 12 taxes, log-normal amounts, 2 % refunds, 3 % late.  No name or code is real.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.csv
from stdnum.cn import uscc

from bench.cells import yuan_of

Kind = Literal["plain", "schedule", "base", "cap", "fund"]
Mix = Literal["mixed", "simple", "policy", "plain", "schedule", "base", "cap", "fund"]
Document = dict[str, Any]

SHARES: dict[Kind, int] = {"plain": 30, "schedule": 30, "base": 20, "cap": 10, "fund": 10}
"""How many of a hundred projects are of each kind."""
TENANTS, COUNTIES, PROJECTS = 20, 20, 2_000
FIRST_YEAR, MONTHS = 2021, 60
SUBJECTS = (
    "10101", "10102", "10104", "10106", "10107", "10109", "10110", "10111", "10112", "10113", "10118", "10119",
)  # fmt: skip
COLUMNS = (
    "电子税票号码", "入库日期", "税款所属期起", "税款所属期止", "预算科目", "社会信用代码", "项目", "征收方", "实缴金额",
)  # fmt: skip
MEDIAN_FEN, SIGMA, AMOUNT_FEN_MAX = 500_000, 1.5, 10**13
MEAN_FEN = 1_540_000
REFUNDED, LATE, LATE_DAYS_MAX = 0.02, 0.03, 90
VOUCHER_BASE = 331_000_000_000_000_000
BLOCK = 65_536
LINES_PER_FILE = 1_000_000
YEARS = ("1-2", "3", "4-5")
"""The years of the agreement that a schedule names; what comes later is its last step's."""


@dataclass(frozen=True)
class Version:
    """What one text of an agreement says: weights over the agreement's denominator, a limit in fen."""

    effective: date | None
    weights: tuple[dict[str, int], ...]
    limit_fen: int = 0


@dataclass(frozen=True)
class Rule:
    """The agreement of one project: its parties in listing order, one denominator, its texts."""

    number: int
    kind: Kind
    parties: tuple[str, ...]
    denominator: int
    first: date
    versions: tuple[Version, ...]
    percent: int = 0
    stocks: dict[str, int] = field(default_factory=dict)
    fund: str = ""

    @property
    def project(self) -> str:
        """The project's name in the column 项目."""
        return project_name(self.number)

    @property
    def host(self) -> str:
        """The party that collects, and gets what no other may have."""
        return self.parties[0]


def project_name(number: int) -> str:
    """What a project is called."""
    return f"项目{number:04}"


def county_name(party: str) -> str:
    """What a party is called: the column 征收方 says it."""
    return f"基准{party.upper()}"


@dataclass(frozen=True)
class Workload:
    """The same seed, size and mix give the same agreements and the same receipts, to the byte."""

    n: int
    projects: int = PROJECTS
    mix: Mix = "mixed"
    seed: int = 22

    # Agreements

    @cached_property
    def rules(self) -> list[Rule]:
        """The agreement of each project."""
        dice = Random(f"{self.seed}/{self.mix}/{self.projects}/{self.n}")
        return [self._rule(dice, number, kind) for number, kind in enumerate(self._kinds(dice))]

    def _kinds(self, dice: Random) -> list[Kind]:
        """The kinds of all projects, in the shares of the mix."""
        if self.mix in ("simple", "policy"):
            return ["plain"] * self.projects
        named = [kind for kind in SHARES if kind == self.mix]
        kinds = named or [kind for kind, share in SHARES.items() for _ in range(share)]
        repeated = [kinds[index * len(kinds) // self.projects] for index in range(self.projects)]
        dice.shuffle(repeated)
        return repeated

    def _rule(self, dice: Random, number: int, kind: Kind) -> Rule:
        tenant = dice.randrange(TENANTS)
        counties = dice.sample(range(COUNTIES), dice.randint(2, 5))
        parties = tuple(f"t{tenant:02}c{county:02}" for county in counties)
        denominator = dice.choice((100, 1_000, 10_000, 0)) or dice.randint(10, 10_000)
        if self.mix == "simple":
            denominator = dice.choice((100, 1_000, 10_000))
        first = date(2019, 7, 1) if dice.random() < 0.5 else date(2020, dice.randint(1, 6), 1)
        versions = tuple(self._versions(dice, kind, parties, denominator))
        return Rule(
            number,
            kind,
            parties,
            denominator,
            first,
            versions,
            percent=dice.randint(5, 40) if kind == "fund" else 0,
            stocks=_weights(dice, parties, denominator) if kind == "base" and dice.random() < 0.5 else {},
            fund=f"t{tenant:02}fund" if kind == "fund" else "",
        )

    def _versions(self, dice: Random, kind: Kind, parties: Sequence[str], denominator: int) -> Iterator[Version]:
        """The first text, and for half of the projects a later one; a cap stays what it was."""
        weights = [_weights(dice, parties, denominator) for _ in range(4 if kind == "schedule" else 1)]
        limit_fen = self._limit_fen(dice, kind, weights[0][parties[-1]], denominator)
        yield Version(None, tuple(weights), limit_fen)
        if self.mix in ("simple", "policy") or dice.random() < 0.5:
            return
        year, month, day = dice.randint(2021, 2025), dice.randint(1, 12), dice.randint(1, 28)
        effective = date(year, 1, 1) if kind == "base" else date(year, month, day)
        weights = [_weights(dice, parties, denominator, cut=kind == "plain") for _ in weights]
        if kind == "base":
            limit_fen = self._limit_fen(dice, kind, 1, denominator)
        yield Version(effective, tuple(weights), limit_fen)

    def _limit_fen(self, dice: Random, kind: Kind, weight: int, denominator: int) -> int:
        """What is kept in a year, or given in all, of what a project may expect; a multiple of the denominator."""
        yearly = self.n * MEAN_FEN // self.projects // 5
        if kind == "base":
            return (yearly * dice.randint(20, 120) // 100 // denominator + 1) * denominator
        if kind == "cap":
            return 5 * yearly * weight // denominator * dice.randint(20, 100) // 100 + 1
        return 0

    @cached_property
    def documents(self) -> list[list[Document]]:
        """The texts of each agreement, in the order of signing."""
        if self.mix == "policy":
            return [[policy()]]
        return [[document(rule, version) for version in rule.versions] for rule in self.rules]

    # Receipts

    def files(self, folder: Path) -> list[Path]:
        """The receipts as CSV files in a folder, at most a million lines each; written block by block."""
        firsts = range(0, self.n, LINES_PER_FILE)
        return [self._file(folder / f"receipts-{self.mix}-{self.n}-{first}.csv", first) for first in firsts]

    def _file(self, path: Path, first: int) -> Path:
        last = min(first + LINES_PER_FILE, self.n)
        schema = pa.schema([(name, pa.string()) for name in COLUMNS])
        options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="none")
        with path.open("wb") as out:
            out.write((",".join(COLUMNS) + "\n").encode())
            with pyarrow.csv.CSVWriter(out, schema, write_options=options) as writer:
                for lines in self.blocks(first, last):
                    writer.write_table(self._table(lines))
        return path

    def blocks(self, first: int = 0, last: int | None = None) -> Iterator["Lines"]:
        """The receipts from one line up to another, in blocks."""
        end = self.n if last is None else last
        for block in range(first // BLOCK, (end + BLOCK - 1) // BLOCK):
            lines = self._lines(block)
            yield lines.between(first, end)

    def _lines(self, block: int) -> "Lines":
        dice = np.random.default_rng([self.seed, block])
        numbers = np.arange(block * BLOCK, min((block + 1) * BLOCK, max(self.n, block * BLOCK + 1)))
        count = len(numbers)
        amounts = np.exp(np.log(MEDIAN_FEN) + SIGMA * dice.standard_normal(BLOCK))[:count]
        refunded, late = dice.random(BLOCK)[:count] < REFUNDED, dice.random(BLOCK)[:count] < LATE
        amounts_fen = np.clip(amounts, 1, AMOUNT_FEN_MAX).astype(np.int64)
        months = numbers * MONTHS // self.n
        month_firsts = np.array([ordinal(month) for month in range(MONTHS + 1)])
        booked_on = month_firsts[months] + dice.integers(0, 28, BLOCK)[:count]
        back = dice.integers(1, LATE_DAYS_MAX + 1, BLOCK)[:count]
        return Lines(
            numbers=numbers,
            booked_on=booked_on,
            period_first=np.where(late, booked_on - back, month_firsts[months]),
            period_last=np.where(late, booked_on - back, month_firsts[months + 1] - 1),
            subjects=dice.integers(0, len(SUBJECTS), BLOCK)[:count],
            projects=dice.integers(0, self.projects, BLOCK)[:count],
            amounts_fen=np.where(refunded, -amounts_fen, amounts_fen),
        )

    def _table(self, lines: "Lines") -> pa.Table:
        projects = pa.array(lines.projects)
        columns = [
            pa.array(VOUCHER_BASE + lines.numbers).cast(pa.string()),
            *(_days(days) for days in (lines.booked_on, lines.period_first, lines.period_last)),
            pa.array(SUBJECTS).take(pa.array(lines.subjects)),
            self._codes.take(projects),
            self._names.take(projects),
            self._collectors.take(projects),
            _yuan(lines.amounts_fen),
        ]
        return pa.table(columns, names=list(COLUMNS))

    @cached_property
    def _codes(self) -> pa.Array:
        return pa.array([credit_code(number) for number in range(self.projects)])

    @cached_property
    def _names(self) -> pa.Array:
        return pa.array([project_name(number) for number in range(self.projects)])

    @cached_property
    def _collectors(self) -> pa.Array:
        hosts = ["t00c00"] * self.projects if self.mix == "policy" else [rule.host for rule in self.rules]
        return pa.array([county_name(host) for host in hosts])

    def one_more(self, number: int) -> bytes:
        """A file with one receipt that is not among the others: of the last day, for the project of its number."""
        more = Workload(self.n, self.projects, self.mix, self.seed)
        lines = more._lines(0).between(0, 1).moved(self.n + number, ordinal(MONTHS) - 1, number % self.projects)
        cells = [column[0].as_py() for column in more._table(lines).columns]
        return f"{','.join(COLUMNS)}\n{','.join(cells)}\n".encode()


@dataclass(frozen=True)
class Lines:
    """Some receipts, column by column; days are ordinals, projects and subjects numbers."""

    numbers: np.ndarray
    booked_on: np.ndarray
    period_first: np.ndarray
    period_last: np.ndarray
    subjects: np.ndarray
    projects: np.ndarray
    amounts_fen: np.ndarray

    def between(self, first: int, last: int) -> "Lines":
        """The lines from one number up to another."""
        own = (self.numbers >= first) & (self.numbers < last)
        return Lines(**{name: column[own] for name, column in vars(self).items()})

    def moved(self, number: int, day: int, project: int) -> "Lines":
        """The same amounts under another number, on another day, for another project."""
        days = np.full(len(self.numbers), day)
        return Lines(self.numbers * 0 + number, days, days, days, self.subjects, days * 0 + project, self.amounts_fen)


def ordinal(month: int) -> int:
    """The first day of a month of the workload, by number."""
    return date(FIRST_YEAR + month // 12, month % 12 + 1, 1).toordinal()


def credit_code(number: int) -> str:
    """An invented social credit code with a valid check digit."""
    body = f"91620800MB{number:07}"
    return body + str(uscc.calc_check_digit(body))


def _days(ordinals: np.ndarray) -> pa.Array:
    epoch = date(1970, 1, 1).toordinal()
    return pa.array((ordinals - epoch).astype(np.int32)).cast(pa.date32()).cast(pa.string())


def _yuan(amounts_fen: np.ndarray) -> pa.Array:
    pairs = np.stack([amounts_fen, amounts_fen >> 63], axis=1)
    buffers = [None, pa.py_buffer(np.ascontiguousarray(pairs))]
    return pa.Array.from_buffers(pa.decimal128(18, 2), len(amounts_fen), buffers).cast(pa.string())


def _weights(dice: Random, parties: Sequence[str], denominator: int, *, cut: bool = False) -> dict[str, int]:
    """Whole weights that sum to the denominator; with `cut` the last of three parties or more may go without."""
    sharing = parties[:-1] if cut and len(parties) > 2 and dice.random() < 0.3 else parties
    bounds = [0, *sorted(dice.sample(range(1, denominator), len(sharing) - 1)), denominator]
    return {party: bounds[index + 1] - bounds[index] for index, party in enumerate(sharing)}


# Documents


def document(rule: Rule, version: Version) -> Document:
    """The text of a version, as the product reads it."""
    listed = [*rule.parties, rule.fund] if rule.fund else list(rule.parties)
    roles: dict[str, Document] = {rule.host: {"role": "host"}, rule.fund: {"role": "fund"}}
    steps = {"plain": _plain, "schedule": _schedule, "base": _base, "cap": _cap, "fund": _fund}[rule.kind]
    text: Document = {
        "title": f"{rule.project}分享协议（基准）",
        "edition": 2,
        "parties": {party: {"name": county_name(party), **roles.get(party, {})} for party in listed},
        "from": rule.first.isoformat(),
        "to": "open",
        "rate_date": "tax_period",
        "negatives": "immediate",
        "rounding": {"level": "running"},
        "pools": {"税收": {"share": "receipts", "of": {"projects": [rule.project]}, "waterfall": steps(rule, version)}},
    }
    return text | ({"effective": version.effective.isoformat()} if version.effective else {})


def _plain(rule: Rule, version: Version) -> list[Document]:
    return [{"split": version.weights[0]}]


def _schedule(rule: Rule, version: Version) -> list[Document]:
    dated = zip(YEARS, version.weights, strict=False)
    return [
        *({"name": f"第{years}年", "during": {"years": years}, "split": weights} for years, weights in dated),
        {"name": "以后", "split": version.weights[-1]},
    ]


def _base(rule: Rule, version: Version) -> list[Document]:
    limit_fen, denominator = version.limit_fen, rule.denominator
    stocks = {party: yuan_of(limit_fen // denominator * weight) for party, weight in rule.stocks.items()}
    first: Document = {"keep": stocks} if stocks else {"until": yuan_of(limit_fen), "split": {rule.host: 1}}
    return [{"name": "基数", "per": "year"} | first, {"name": "增量", "split": version.weights[0]}]


def _cap(rule: Rule, version: Version) -> list[Document]:
    cap = {"party": rule.parties[-1], "at": yuan_of(version.limit_fen)}
    return [{"name": "封顶", "split": version.weights[0], "cap": cap}, {"name": "封顶以后", "split": {rule.host: 1}}]


def _fund(rule: Rule, version: Version) -> list[Document]:
    return [
        {"name": "先提基金", "take": f"{rule.percent}%", "split": {rule.fund: 1}},
        {"name": "其余", "split": version.weights[0]},
    ]


def policy(first: int = 7, second: int = 3) -> Document:
    """One agreement over all receipts: a base for the host in every year, and a shared increment."""
    parties = {"t00c00": {"name": county_name("t00c00"), "role": "host"}, "t00c01": {"name": county_name("t00c01")}}
    steps = [
        {"name": "基数", "until": "1000000.00", "per": "year", "split": {"t00c00": 1}},
        {"name": "增量", "split": {"t00c00": first, "t00c01": second}},
    ]
    return {
        "title": "全部项目分享协议（基准）",
        "edition": 2,
        "parties": parties,
        "from": "2020-01-01",
        "to": "open",
        "rate_date": "tax_period",
        "negatives": "immediate",
        "rounding": {"level": "running"},
        "pools": {"税收": {"share": "receipts", "waterfall": steps}},
    }
