"""Soundness of a feature file, before anything runs.

A step above the first scenario, an unknown step, a scenario's name used twice or a scenario
that checks nothing would silently leave a promise untested; here each is named, in Chinese, with what to do.
"""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from pytest_bdd.exceptions import GherkinParseError
from pytest_bdd.parser import Feature, FeatureParser, ScenarioTemplate, Step
from pytest_bdd.steps import StepFunctionContext

from features.layout import SECTION, STEP, halved, misprints, outside_quotes, widened
from features.phrase_book import KINDS, contexts, phrases, takes

LANGUAGE = re.compile(r"#\s*language:\s*zh-CN\s*")
FEATURE = re.compile(r"\s*功能:")
SCENARIO = re.compile(r"\s*(?:场景大纲|剧本大纲|场景|剧本):\s*(.*\S)")
SKIPS = {"skip", "skipif", "xfail"}


class FeatureUnsound(Exception):
    """Feature files that cannot be trusted; the message lists every fault."""


def refuse_unsound(folder: Path) -> None:
    """Raise FeatureUnsound if any feature file below a folder has a fault."""
    found = [f"{file.name} {fault}" for file in sorted(folder.rglob("*.feature")) for fault in faults(file)]
    if found:
        raise FeatureUnsound("\n".join(found))


def faults(file: Path) -> list[str]:
    """Everything that is wrong with a feature file; an empty list if it can be run."""
    if file.is_dir():
        return [f"“{file}”是文件夹。请写出其中一份 .feature 文件的路径。"]
    if not file.exists():
        return [f"找不到文件“{file}”。请核对路径。"]
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return [f"读不到“{file}”，或不是 UTF-8 文字。请用 UTF-8 重新保存。"]
    found = [*_language(lines), *misprints(lines)] or [*_stray_steps(lines)]
    if found:
        return found
    try:
        feature = FeatureParser(str(file.parent), file.name, "utf-8-sig").parse()
    except GherkinParseError as problem:
        return [_misread(lines, problem)]
    checks = (_empty, _untested, _unfilled, _wrong_steps)
    return [*_names_twice(lines), *(fault for check in checks for fault in check(feature))]


def _misread(lines: list[str], problem: GherkinParseError) -> str:
    if problem.line > len(lines):
        return "文件没有写完，或者没有“功能:”。请对照步骤手册（enclave steps）补全。"
    text = lines[problem.line - 1].strip()
    return f"第 {problem.line} 行写法不对：“{text}”。请对照步骤手册（enclave steps）改正。"


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
    for number, line in outside_quotes(lines)[0]:
        found = SCENARIO.match(line)
        if found and found[1] in seen:
            yield f"第 {number} 行的场景“{found[1]}”与第 {seen[found[1]]} 行同名，只会执行一个。请各起各名。"
        elif found:
            seen[found[1]] = number


def _empty(feature: Feature) -> Iterator[str]:
    if not feature.scenarios:
        yield "没有场景。请至少写一个“场景:”。"


def _untested(feature: Feature) -> Iterator[str]:
    """A scenario that checks nothing, or that would not run."""
    for template in feature.scenarios.values():
        where = f"第 {template.line_number} 行的场景“{template.name}”"
        own = template.steps[len(template.all_background_steps) :]
        if not any(step.type == "then" for step in own):
            yield f"{where}没有“那么”，什么也没有检验。请写出应有的结果。"
        if template.keyword.endswith("大纲") and not any(template.examples):
            yield f"{where}没有例子，不会逐个检验。请写“例子:”和一张表，或把“{template.keyword}”改为“场景”。"
        if SKIPS & (template.tags | feature.tags):
            yield f"{where}的标签会使它跳过。请去掉标签。"


def _unfilled(feature: Feature) -> Iterator[str]:
    """A blank of an outline that no example fills would be taken for what it says."""
    for template in feature.scenarios.values():
        for example in _examples(template)[:1]:
            for step in template.steps:
                cells = [str(cell) for row in step.datatable.raw() for cell in row] if step.datatable else []
                blanks = re.findall(r"<(.+?)>", "\n".join([step.name, *cells]))
                for blank in dict.fromkeys(blank for blank in blanks if blank not in example):
                    yield f"第 {step.line_number} 行的“<{blank}>”不在例子的列里：{'、'.join(example)}。请改成其中一列。"


def _wrong_steps(feature: Feature) -> list[str]:
    known = contexts()
    return list(dict.fromkeys(fault for step in _steps(feature) for fault in _faults_of(step, known)))


def _steps(feature: Feature) -> Iterator[Step]:
    """Every step as it would run: outlines with each of their examples filled in."""
    for template in feature.scenarios.values():
        for example in _examples(template) or [{}]:
            yield from template.render(example).steps


def _examples(template: ScenarioTemplate) -> list[dict[str, str]]:
    return [example for examples in template.examples for example in examples.as_contexts()]


def _faults_of(step: Step, known: list[StepFunctionContext]) -> Iterator[str]:
    fitting = _fitting(step.type, step.name, known)
    if fitting is None:
        yield _unknown(step, known)
        return
    for kind, written in (("表格", step.datatable), ("三引号正文", step.docstring)):
        if takes(fitting.step_func) == kind and written is None:
            yield f"第 {step.line_number} 行的步骤后面缺{kind}：“{step.name}”。请从下一行写起。"
        if takes(fitting.step_func) != kind and written is not None:
            yield f"第 {step.line_number} 行的步骤不用{kind}，写了也不会核对：“{step.name}”。请删去。"


def _fitting(kind: str, wording: str, known: list[StepFunctionContext]) -> StepFunctionContext | None:
    return next((each for each in known if each.type == kind and each.parser.is_matching(wording)), None)


def _unknown(step: Step, known: list[StepFunctionContext]) -> str:
    """Why a step is not in the phrase book: a character of the wrong width, or another wording."""
    half, wide = halved(step.name)
    if wide and _fitting(step.type, half, known):
        return f"第 {step.line_number} 行用了全角{wide}，请改为半角：“{half}”。"
    if _fitting(step.type, widened(half), known):
        also = f"；全角{wide}请改为半角" if wide else ""
        return f"第 {step.line_number} 行用了半角冒号或逗号，请改为全角{also}：“{widened(half)}”。"
    return f"第 {step.line_number} 行的步骤“{step.name}”不在手册里{_hint(step)}"


def _hint(step: Step) -> str:
    wordings = [phrase.wording for phrase in phrases() if KINDS[step.type] in phrase.kinds]
    near = list(dict.fromkeys(get_close_matches(step.name, wordings, n=3, cutoff=0.3)))
    if not near:
        return f"。可用的“{KINDS[step.type]}”步骤见 enclave steps。"
    return "。最接近的有：" + "；".join(f"“{KINDS[step.type]} {wording}”" for wording in near) + "。请改用其中一个。"
