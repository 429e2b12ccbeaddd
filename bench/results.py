"""Results: what was measured, the goal, and whether it was reached; for the terminal and for `bench/RESULTS.md`."""

import os
import platform
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from bench.rounds import Measured, Side

RESULTS = Path(__file__).with_name("RESULTS.md")
TITLE = """# 测速结果 Bench results

每节由 `enclave bench 名称` 写出；各方轮流运行，取中位数。没有达到的照实写“未达到”。
Each section is written by `enclave bench NAME`; sides run in turn, medians count; a goal that was missed says so.
"""
FINE = 0.01
"""Below so many seconds microseconds are shown."""
COLUMNS = ("", "秒 seconds", "最小–最大 min–max", "整个命令 whole", "CPU 秒", "内存峰值 MB")


@dataclass(frozen=True)
class Verdict:
    """A goal, what was measured, and whether that reaches it."""

    goal: str
    ratio: float
    limit: float
    at_least: bool

    @property
    def is_reached(self) -> bool:
        """Whether the goal is reached."""
        return self.ratio >= self.limit if self.at_least else self.ratio <= self.limit

    def __str__(self) -> str:
        said = "达到 reached" if self.is_reached else "未达到 missed"
        return f"{self.goal} {'≥' if self.at_least else '≤'} {self.limit:.4g}：{self.ratio:.4g}，{said}"


@dataclass
class Outcome:
    """What a bench found."""

    name: str
    sizes: str
    measured: list[Measured]
    absent: list[Side] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def rows(measured: Sequence[Measured]) -> Iterator[tuple[str, ...]]:
    """One row of figures for each side; a server's CPU and memory are not its client's."""
    for each in measured:
        least, most = each.spread("seconds")
        own = each.side.own_cpu
        yield (
            each.side.name,
            _seconds(each.middle("seconds")),
            f"{_seconds(least)}–{_seconds(most)}",
            _seconds(each.middle("whole_seconds")),
            _seconds(each.middle("cpu_seconds")) if own else "—",
            f"{each.middle('peak_bytes') / 1e6:.0f}" if own and each.middle("peak_bytes") else "—",
        )


def _seconds(measured: float) -> str:
    return f"{measured:.3f}" if measured >= 1 else f"{measured:.4f}" if measured >= FINE else f"{measured:.6f}"


def verdicts(outcome: Outcome) -> Iterator[str]:
    """Each goal with what was measured, and what was not."""
    yield from map(str, outcome.verdicts)
    yield from (f"{side.name}：没有测 not measured（{side.missing}）" for side in outcome.absent)
    yield from outcome.notes


def machine() -> str:
    """Cores and Python; nothing else of the machine."""
    return f"{os.cpu_count()} cores, Python {platform.python_version()}"


def section(outcome: Outcome, today: date) -> str:
    """A bench as a section of the document."""
    rounds = max((len(each.runs) for each in outcome.measured), default=0)
    lines = [
        f"## {outcome.name}",
        "",
        f"{outcome.sizes}；{rounds} 轮 rounds；{machine()}；{today}",
        "",
        *(f"- {line}" for line in verdicts(outcome)),
        "",
        *(f"| {' | '.join(row)} |" for row in (COLUMNS, ("---",) * len(COLUMNS), *rows(outcome.measured))),
    ]
    return "\n".join(lines) + "\n"


def write(outcome: Outcome, path: Path = RESULTS, today: date | None = None) -> None:
    """Put a bench's section in the place of the one that is there."""
    before = path.read_text(encoding="utf-8") if path.exists() else TITLE
    head, *sections = re.split(r"^(?=## )", before, flags=re.M)
    kept = {text.splitlines()[0]: text.rstrip("\n") + "\n" for text in sections}
    kept[f"## {outcome.name}"] = section(outcome, today or date.today())
    path.write_text("\n".join([head.rstrip("\n") + "\n", *kept.values()]), encoding="utf-8")
