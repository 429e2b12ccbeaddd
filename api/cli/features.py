"""`enclave steps|feature`: the phrase book, and a policy officer's own file against fresh books."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from api.cli.printing import print_json, print_lines
from api.cli.server import Server
from api.cli.settings import Settings, json_option
from features.phrase_book import Phrase, phrases
from features.running import Outcome, run
from features.soundness import faults


@click.command()
@json_option
def steps(as_json: bool) -> None:
    """步骤手册：写验收场景可用的全部句式。Every step that a feature may use."""
    print_json({"steps": [asdict(phrase) for phrase in phrases()]}) if as_json else print_lines(_book(phrases()))


def _book(found: list[Phrase]) -> Iterator[str]:
    chapter = ""
    for phrase in found:
        if phrase.chapter != chapter:
            chapter = phrase.chapter
            yield f"\n{chapter}"
        takes = f"  〔{phrase.takes}〕" if phrase.takes else ""
        yield f"  {'/'.join(phrase.kinds)} {phrase.wording}{takes}"
        yield f"      {phrase.meaning}"


@click.group()
def feature() -> None:
    """验收：运行自己写的场景。Acceptance: run your own feature file."""


@feature.command("run")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@click.pass_context
def run_feature(context: click.Context, file: Path, as_json: bool) -> None:
    """用全新的账簿运行一份场景文件；--server 在运行中的服务上跑（服务管理员的令牌）。Run a feature file against fresh books."""
    settings = context.find_object(Settings)
    where = (settings.server if settings else None) or Server("")
    wrong = faults(file)
    outcomes = [] if wrong else run(file, where.url, where.token)
    passed = bool(outcomes) and all(outcome.passed for outcome in outcomes)
    if as_json:
        print_json(
            {"file": file.name, "passed": passed, "faults": wrong, "scenarios": [asdict(each) for each in outcomes]}
        )
    elif wrong:
        print_lines([f"{file.name} 有 {len(wrong)} 处写法问题，没有运行：", *(f"  - {fault}" for fault in wrong)])
    else:
        print_lines(_report(outcomes))
    context.exit(0 if passed else 1)


def _report(outcomes: list[Outcome]) -> Iterator[str]:
    for outcome in outcomes:
        yield f"{'通过' if outcome.passed else '未通过'}  {outcome.scenario}"
        if not outcome.passed:
            yield f"    第 {outcome.line} 行：{outcome.step}"
            yield from (f"    {line}" for line in outcome.reason.splitlines())
    failed = sum(not outcome.passed for outcome in outcomes)
    yield f"共 {len(outcomes)} 个场景，通过 {len(outcomes) - failed} 个，未通过 {failed} 个。"
