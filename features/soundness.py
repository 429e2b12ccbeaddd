"""Soundness of a feature file, before anything runs.

A step above the first scenario, an unknown step or a scenario's name used twice would
silently leave a promise untested; here each is named, in Chinese, with what to do.
"""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from pytest_bdd.exceptions import GherkinParseError
from pytest_bdd.parser import Feature, FeatureParser, Step

from features.phrase_book import KINDS, contexts, phrases

LANGUAGE = re.compile(r"#\s*language:\s*zh-CN\s*")
STEP = re.compile(r"\s*(?:\*|假如|假设|假定|当|那么|并且|而且|同时|但是)\s*\S")
SECTION = re.compile(r"\s*(?:背景|规则|场景大纲|剧本大纲|场景|剧本|例子)\s*[:：]")
FEATURE = re.compile(r"\s*功能\s*[:：]")


class FeatureUnsound(Exception):
    """Feature files that cannot be trusted; the message lists every fault."""


def refuse_unsound(folder: Path) -> None:
    """Raise FeatureUnsound if any feature file below a folder has a fault."""
    found = [f"{file.name} {fault}" for file in sorted(folder.rglob("*.feature")) for fault in faults(file)]
    if found:
        raise FeatureUnsound("\n".join(found))


def faults(file: Path) -> list[str]:
    """Everything that is wrong with a feature file; an empty list if it can be run."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return ["读不到，或不是 UTF-8 文字。请核对路径，并用 UTF-8 重新保存。"]
    found = [*_language(lines), *_stray_steps(lines)]
    if found:
        return found
    try:
        feature = FeatureParser(str(file.parent), file.name).parse()
    except GherkinParseError as problem:
        return [
            f"第 {problem.line} 行写法不对：“{problem.line_content.strip()}”。请对照步骤手册（enclave steps）改正。"
        ]
    return [*_names_twice(lines), *_empty(feature), *_unknown_steps(feature)]


def _language(lines: list[str]) -> Iterator[str]:
    if not lines or not LANGUAGE.fullmatch(lines[0]):
        yield "第 1 行应为“# language: zh-CN”，否则整份文件读不懂。请补上这一行。"


def _stray_steps(lines: list[str]) -> Iterator[str]:
    """A step between the title and the first section would be taken for description, and never run."""
    inside = False
    for number, line in enumerate(lines, 1):
        if SECTION.match(line):
            return
        if inside and STEP.match(line):
            yield f"第 {number} 行的步骤“{line.strip()}”写在第一个场景之前，不会执行。请移到“背景:”或“场景:”下面。"
        inside = inside or bool(FEATURE.match(line))


def _names_twice(lines: list[str]) -> Iterator[str]:
    """Of two scenarios with one name only the later would run."""
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        found = re.match(r"\s*(?:场景大纲|剧本大纲|场景|剧本)\s*[:：]\s*(.*\S)", line)
        if found and found[1] in seen:
            yield f"第 {number} 行的场景“{found[1]}”与第 {seen[found[1]]} 行同名，只会执行一个。请各起各名。"
        elif found:
            seen[found[1]] = number


def _empty(feature: Feature) -> Iterator[str]:
    if not feature.scenarios:
        yield "没有场景。请至少写一个“场景:”。"


def _unknown_steps(feature: Feature) -> Iterator[str]:
    known = contexts()
    seen = set()
    for step in _steps(feature):
        fitting = any(each.type == step.type and each.parser.is_matching(step.name) for each in known)
        if not fitting and (step.type, step.name) not in seen:
            seen.add((step.type, step.name))
            yield f"第 {step.line_number} 行的步骤“{step.name}”不在手册里{_hint(step)}"


def _steps(feature: Feature) -> Iterator[Step]:
    """Every step as it would run: outlines with each of their examples filled in."""
    for template in feature.scenarios.values():
        contexts_of_examples = [context for examples in template.examples for context in examples.as_contexts()]
        for context in contexts_of_examples or [{}]:
            yield from template.render(context).steps


def _hint(step: Step) -> str:
    wordings = [phrase.wording for phrase in phrases() if KINDS[step.type] in phrase.kinds]
    near = list(dict.fromkeys(get_close_matches(step.name, wordings, n=3, cutoff=0.3)))
    if not near:
        return f"。可用的“{KINDS[step.type]}”步骤见 enclave steps。"
    return "。最接近的有：" + "；".join(f"“{KINDS[step.type]} {wording}”" for wording in near) + "。请改用其中一个。"
