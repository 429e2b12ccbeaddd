"""Everything the ledger refuses, as exceptions.

Each class is one rule.  `zh` and `en` are the sentences people see: what happened, and
what to do about it.  Keyword arguments are the facts of the case.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

Language = Literal["zh", "en"]
Thing = TypeVar("Thing")


class Refusal(Exception):
    """The ledger refused."""

    zh: str
    en: str

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.say("zh"))

    def __eq__(self, other: object) -> bool:
        """The same rule, broken by the same facts."""
        return type(self) is type(other) and isinstance(other, Refusal) and self.facts == other.facts

    def __hash__(self) -> int:
        return hash((type(self), str(self)))

    @property
    def kind(self) -> str:
        """The stable name of the rule, such as `voucher-amount-differs`."""
        return kind_of(type(self))

    def say(self, language: Language) -> str:
        """The sentence people see, in Chinese or English."""
        sentence = self.en if language == "en" else self.zh
        return sentence.format(**self.facts)


def kind_of(rule: type[Refusal]) -> str:
    """The stable name of a rule."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", rule.__name__).lower()


class NotFound(Refusal):
    """What was asked for is not there."""


class Conflict(Refusal):
    """The records do not allow this now."""


class RuleBroken(Refusal):
    """What was sent can never be accepted as it is."""


@dataclass(frozen=True)
class LinePlace:
    """A line of a file, and the column where the fault is in one cell.

    `sheet`, `header` and `cell` are what people see: a workbook's sheet, their own header, a reference such as F5.
    """

    line: int
    column: str = ""
    sheet: str = ""
    header: str = ""
    cell: str = ""

    def say(self, language: Language) -> str:
        """The place as people read it."""
        header = self.header or self.column
        if language == "en":
            sheet, cell = f"sheet '{self.sheet}' " if self.sheet else "", f" ({self.cell})" if self.cell else ""
            return f"{sheet}line {self.line} {header}{cell}".strip()
        sheet, cell = f"工作表“{self.sheet}”" if self.sheet else "", f"（{self.cell}）" if self.cell else ""
        return f"{sheet}第 {self.line} 行 {header}{cell}".strip()


@dataclass(frozen=True)
class Fault:
    """One broken rule and its place: a path in the terms, or a line and column of a file."""

    where: str | LinePlace
    rule: Refusal
    clause: str = ""

    def say(self, language: Language) -> str:
        """Place, clause and rule in one sentence."""
        clause = (
            f"（{self.clause}）" if self.clause and language == "zh" else f" ({self.clause})" if self.clause else ""
        )
        stop = "：" if language == "zh" else ": "
        return f"{self.place(language)}{clause}{stop}{self.rule.say(language)}"

    def place(self, language: Language) -> str:
        """Where it is, as people read it."""
        return self.where.say(language) if isinstance(self.where, LinePlace) else self.where

    def as_document(self, language: Language) -> dict[str, object]:
        """What programs get: place, clause, the rule's stable name, its facts, the sentence."""
        facts = {name: str(value) for name, value in self.rule.facts.items()}
        return {
            "where": self.place(language),
            "clause": self.clause,
            "kind": self.rule.kind,
            "facts": facts,
            "message": self.rule.say(language),
        }


class Faults(RuleBroken):
    """A list of faults, all found in one reading."""

    def __init__(self, faults: Sequence[Fault], **facts: object) -> None:
        self.faults = tuple(faults)
        super().__init__(count=len(faults), first=faults[0].say("zh"), **facts)

    def say(self, language: Language) -> str:
        """The head line, and the first fault as the example."""
        sentence = self.en if language == "en" else self.zh
        return sentence.format(**{**self.facts, "first": self.faults[0].say(language)})


class TermsRefused(Faults):
    """Terms with faults; every one is listed."""

    zh = "条款有 {count} 处问题，未予接受。第一处：{first}请逐条修改后再提交。"
    en = "The terms have {count} fault(s) and were not accepted. First: {first} Mend every one and send them again."


class LinesRefused(Faults):
    """A file with wrong lines; nothing of it is recorded."""

    zh = "文件 {file} 有 {count} 处问题，整份未予接受，什么也没有记下。第一处：{first}请改正后整份重新提交。"
    en = "{file} has {count} fault(s); nothing of it was recorded. First: {first} Correct the file and send it whole again."


def some_of_each(things: Sequence[Thing], kind_of: Callable[[Thing], str], most: int) -> list[Thing]:
    """So many of some things at most, in their order, of each kind as many as there is room for: no kind hides another."""
    so_far: Counter[str] = Counter()
    ranks = []
    for number, thing in enumerate(things):
        so_far[kind_of(thing)] += 1
        ranks.append((so_far[kind_of(thing)], number))
    return [things[number] for number in sorted(number for _, number in sorted(ranks)[:most])]


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word most like a given one, or an empty text: for "did you mean"."""
    scored = [(_likeness(word, other), other) for other in known]
    best = max(scored, default=(0, ""))
    return best[1] if best[0] * 2 >= len(word) else ""


def _likeness(word: str, other: str) -> int:
    pairs = {word[i : i + 2] for i in range(len(word) - 1)} | set(word)
    return sum(pair in other for pair in pairs)
