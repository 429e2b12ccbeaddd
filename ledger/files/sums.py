"""Lines of sums (合计、小计) in a file: recognised, left out, and checked against the lines that they stand for."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from ledger.domain.errors import RuleBroken
from ledger.files.columns import plain

SUM = re.compile(r"(?:本页|本月|本日|本期|以上)?(?:合计|小计|总计)(?:数|金额)?[:]?")
FOOT = re.compile(r"(?:制表|填表|制单|审核|复核|经办|打印|填报|注|备注|说明|负责人|会计)[^:]{0,6}:.*")
SMALL = "小计"
Number = TypeVar("Number", int, Fraction)


class SumWrong(RuleBroken):
    """A line of sums that is not the sum of its lines."""

    zh = "{word}写着 {said}，以上各行相加是 {found}。请核对是否漏行、多行或改过数。"
    en = "The line of sums says {said}; the lines add up to {found}. Check for lines that are missing or changed."


@dataclass(frozen=True)
class SumLine:
    """A line of sums: its number in the file, its word, the cells of its amounts, and how many lines stand above it."""

    number: int
    word: str
    cells: Mapping[str, str]
    lines_above: int


def word_of(cells: Sequence[str]) -> str:
    """The word that makes a row one of sums; empty if it is none."""
    return next((cell for cell in cells if cell and SUM.fullmatch(plain(cell))), "")


def is_foot(cells: Sequence[str]) -> bool:
    """Whether a row says who made the table, or is a note below it."""
    filled = [plain(cell) for cell in cells if cell]
    return bool(filled) and all(FOOT.fullmatch(cell) for cell in filled)


def expected(sums: Sequence[SumLine], running: Sequence[Number]) -> list[tuple[SumLine, list[Number]]]:
    """What every line of sums may be: first what its word says, then other ways in which people add up.

    `running` holds the sum of so many lines from the first, from 0.
    """
    found = []
    last = dict[str, int]()
    for each in sums:
        at = each.lines_above
        whole = running[at] if at else running[-1]
        since_any, since_same = (running[at] - running[last.get(key, 0)] for key in ("", plain(each.word)))
        ways = [since_any, since_same, whole] if SMALL in each.word else [whole, since_same, since_any]
        found.append((each, ways))
        last |= {"": at, plain(each.word): at}
    return found
