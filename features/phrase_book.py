"""The phrase book (步骤手册): every step that a feature may use; `enclave steps` prints it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from pytest_bdd.steps import StepFunctionContext, step_function_context_registry

from features.steps import (
    agreements,
    bridges,
    certification,
    figures,
    files,
    inputs,
    levels,
    payments,
    people,
    receipts,
    refusals,
    registry,
    shares,
    simulations,
    statements,
)

CHAPTERS = (
    agreements, certification, receipts, files, statements, bridges, simulations, shares, levels, payments, figures, inputs,
    registry, people, refusals,
)  # fmt: skip
KINDS = {"given": "假如", "when": "当", "then": "那么"}


BLANKS = {
    "title": "园区",
    "pool": "分配池",
    "party": "参与方",
    "names": "名称",
    "words": "文字",
    "voucher": "凭证号",
    "original": "原税票",
    "day": "日期",
    "amount": "金额",
    "recorded": "行数",
    "known": "行数",
    "count": "件数",
    "period": "期间",
    "numbers": "编号",
    "fact": "事实编号",
    "payer": "付方",
    "payee": "收方",
    "step": "步骤名",
    "reason": "代号",
    "number": "编号",
    "project": "项目名称或编号",
    "stage": "阶段",
    "source": "依据文件",
    "record": "记录编号",
    "park": "园区",
    "parent": "上级园区",
    "code": "旧区划代码",
    "successor": "新区划代码",
    "measure": "指标",
    "level": "县级或市级",
    "batch": "批次编号",
    "state": "审核进度",
    "whole": "数值",
    "in_place": "数值",
    "start": "结算单或时点",
    "end": "结算单或时点",
    "moment": "时点名称",
    "new": "行数",
    "wrong": "行数",
    "line": "行号",
    "result": "结果",
    "settlements": "各期",
    "who": "谁",
    "tenant": "账套名称",
    "key": "键",
}


@dataclass(frozen=True)
class Phrase:
    """One wording: the words that may begin it, what it says, what it means."""

    chapter: str
    kinds: tuple[str, ...]
    wording: str
    meaning: str
    takes: str


def contexts() -> list[StepFunctionContext]:
    """Every step definition of ours."""
    names = {chapter.__name__ for chapter in CHAPTERS}
    return [each for each in step_function_context_registry.values() if each.step_func.__module__ in names]


def phrases() -> list[Phrase]:
    """Every wording, chapter by chapter in the order of their files; one step may have several wordings."""
    order = [chapter.__name__ for chapter in CHAPTERS]
    kinds: dict[tuple[Callable[..., object], str], list[str]] = {}
    for context in contexts():
        kinds.setdefault((context.step_func, context.parser.name), []).append(KINDS[context.type or "given"])
    places = {key: (order.index(key[0].__module__), key[0].__code__.co_firstlineno) for key in kinds}
    return [_phrase(*key, kinds[key]) for key in sorted(kinds, key=lambda key: places[key])]


def _phrase(function: Callable[..., object], wording: str, kinds: list[str]) -> Phrase:
    chapter = next(each for each in CHAPTERS if each.__name__ == function.__module__)
    return Phrase(
        chapter=(chapter.__doc__ or "").strip(),
        kinds=tuple(kind for kind in KINDS.values() if kind in kinds),
        wording=readable(wording),
        meaning=(function.__doc__ or "").strip(),
        takes=takes(function),
    )


def takes(function: Callable[..., object]) -> str:
    """What a step needs below it: a table, a text in three quotes, or nothing."""
    arguments = function.__code__.co_varnames[: function.__code__.co_argcount]
    return "表格" if "datatable" in arguments else "三引号正文" if "docstring" in arguments else ""


def readable(pattern: str) -> str:
    """A wording with its blanks named in Chinese: `凭证 "〈凭证号〉" 于 〈日期〉 …`."""
    return re.sub(r"\{(\w+)(?::\w)?\}", lambda blank: f"〈{BLANKS[blank[1]]}〉", pattern)
