"""`enclave bench`: how fast, beside what people would use instead; every cell is checked first."""

import tempfile
from pathlib import Path

import click

from api.cli.printing import print_json, print_lines, print_table
from api.cli.settings import json_option
from bench.benches import BENCHES, Plan
from bench.results import COLUMNS, Outcome, rows, verdicts, write


@click.command()
@click.argument("name", type=click.Choice(list(BENCHES)))
@click.option("--n", "n", type=click.IntRange(10, 100_000_000), help="多少笔；不写则按测速各自的数。How many receipts.")
@click.option(
    "--quick", is_flag=True, help="少量、三轮，只看能不能跑，不写结果文件。Small, three rounds, nothing written."
)
@json_option
def bench(name: str, n: int | None, quick: bool, as_json: bool) -> None:
    """测速：与别的做法轮流运行，逐格核对，写出 bench/RESULTS.md。How fast, beside the peers, to the fen."""
    asked = BENCHES[name]
    size = n or (asked.quick_n if quick else asked.n)
    with tempfile.TemporaryDirectory(prefix="enclave-bench-") as folder:
        outcome = asked.run(Plan(name, Path(folder), size, quick))
    if not quick:
        write(outcome)
    print_json(_document(outcome)) if as_json else _print(outcome)


def _print(outcome: Outcome) -> None:
    columns = range(1, len(COLUMNS))
    print_table(f"{outcome.name}  {outcome.sizes}", COLUMNS, rows(outcome.measured), numbers=columns)
    print_lines(verdicts(outcome))


def _document(outcome: Outcome) -> dict[str, object]:
    figures = ("seconds", "whole_seconds", "cpu_seconds", "peak_bytes")
    return {
        "bench": outcome.name,
        "sides": {each.side.name: {name: each.middle(name) for name in figures} for each in outcome.measured},
        "absent": {side.name: side.missing for side in outcome.absent},
        "goals": [
            {"goal": each.goal, "limit": each.limit, "ratio": each.ratio, "reached": each.is_reached}
            for each in outcome.verdicts
        ],
        "notes": outcome.notes,
    }
