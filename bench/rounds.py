"""Rounds: every side of a bench runs once a round, one after the other, A B A B …; medians are compared.

Each run is a process of its own, so that memory and caches of one side are nobody else's.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from ledger.domain.errors import RuleBroken

ROOT = Path(__file__).resolve().parents[1]
TOTALS = "totals"
"""What sides are called alike that come to monthly totals."""


class SideFailed(RuleBroken):
    """A side that stopped with an error; says the last of what it wrote."""

    zh = "测速的一方“{side}”没有跑完：{problem}"
    en = "Side '{side}' of the bench did not finish: {problem}"


@dataclass(frozen=True)
class Run:
    """One run of one side: what was timed inside, the whole command, CPU and peak memory, and what came out."""

    seconds: float
    whole_seconds: float
    cpu_seconds: float
    peak_bytes: int
    digest: str


@dataclass(frozen=True)
class Side:
    """What runs in a round: a command whose last line is an answer in JSON; what is done before it is not timed.

    A side that something is `missing` for is not measured; `read` makes a digest where the command itself makes none;
    sides that are called `alike` the same must come to the same.  CPU and memory of a server are not its client's.
    """

    name: str
    command: Sequence[str] = ()
    prepare: Callable[[], object] | None = None
    read: Callable[[], str] | None = None
    missing: str = ""
    alike: str = ""
    own_cpu: bool = True
    is_peer: bool = False


@dataclass
class Measured:
    """All runs of one side."""

    side: Side
    runs: list[Run] = field(default_factory=list)
    failed: str = ""

    def middle(self, figure: str) -> float:
        """The median of a figure over the runs."""
        return float(median(getattr(run, figure) for run in self.runs))

    def spread(self, figure: str) -> tuple[float, float]:
        """The least and the most of a figure."""
        figures = [getattr(run, figure) for run in self.runs]
        return min(figures), max(figures)


def python_side(name: str, python: Path, module: str, action: str, arguments: Mapping[str, Any], **more: Any) -> Side:
    """A side that is an action of one of our modules, in some Python."""
    command = [str(python), "-P", "-W", "ignore", "-m", module, action, json.dumps(arguments)]
    return Side(name, command, **more)


def program_side(name: str, arguments: Sequence[str], output: Path, read: Callable[[str], str]) -> Side:
    """A side that is somebody else's program; its output is read behind the clock."""
    asked = json.dumps({"arguments": list(arguments), "output": str(output)})
    command = [sys.executable, "-P", "-m", "bench.child", asked]
    return Side(name, command, read=lambda: read(output.read_text(encoding="utf-8")), alike=TOTALS, is_peer=True)


def environment() -> dict[str, str]:
    """What every side runs in."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}


def run_once(side: Side) -> Run:
    """One run of a side; raises SideFailed."""
    if side.prepare:
        side.prepare()
    begun = time.perf_counter()
    done = subprocess.run(side.command, capture_output=True, text=True, env=environment(), stdin=subprocess.DEVNULL)
    whole = time.perf_counter() - begun
    if done.returncode:
        raise SideFailed(side=side.name, problem=done.stderr.strip()[-500:])
    answer = json.loads(done.stdout.splitlines()[-1])
    if side.read:  # a program is started by a Python of ours, whose own start is not the program's
        answer["digest"], whole = side.read(), answer["seconds"]
    whole = answer.get("whole", whole)
    return Run(answer["seconds"], whole, answer["cpu_seconds"], answer["peak_bytes"], answer["digest"])


def interleaved(sides: Iterable[Side], rounds: int, once: Callable[[Side], Run] = run_once) -> list[Measured]:
    """So many rounds of all sides, one after the other; a peer that fails runs no more, one of ours raises SideFailed."""
    measured = [Measured(side) for side in sides if not side.missing]
    for _ in range(rounds):
        for each in measured:
            if each.failed:
                continue
            try:
                each.runs.append(once(each.side))
            except SideFailed as problem:
                if not each.side.is_peer:
                    raise
                each.failed = f"{problem}"
    return measured
