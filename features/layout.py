"""The layout of a feature file, line by line: characters of the wrong width, and what is opened and never closed."""

import re
from collections.abc import Iterator

TITLE = r"(?:功能|背景|规则|场景大纲|剧本大纲|场景|剧本|例子)"
SECTION = re.compile(r"\s*(?:背景|规则|场景大纲|剧本大纲|场景|剧本|例子):")
STEP = re.compile(r"\s*(?:\*|假如|假设|假定|当|那么|并且|而且|同时|但是)\s*\S")
OUTSIDE = re.compile(rf"\s*(?:(?:假如|假设|假定|当|那么|并且|而且|同时|但是)\s+\S|{TITLE}\s*[:：])")
LOOSE_TITLE = re.compile(rf"\s*({TITLE})(\s*：|\s+:)")
WIDE_QUOTES = re.compile(r"\s*[“”＂]{3}\s*")
QUOTES = ('"""', "```")
WIDE = {"“": '"', "”": '"', "＂": '"', "\u3000": " ", **{chr(0xFF10 + digit): str(digit) for digit in range(10)}}
NAMES = {"“": "引号", "”": "引号", "＂": "引号", "\u3000": "空格"}


def outside_quotes(lines: list[str]) -> tuple[list[tuple[int, str]], int]:
    """The numbered lines outside three quotes, and the line of the three quotes that never close (0 if they all do)."""
    found: list[tuple[int, str]] = []
    opened, indent, quotes = 0, 0, ""
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if opened and _indent(line) <= indent and OUTSIDE.match(line):
            return found, opened
        if opened:
            opened = 0 if text.startswith(quotes) else opened
        elif text.startswith(QUOTES):
            opened, indent, quotes = number, _indent(line), text[:3]
        else:
            found.append((number, line))
    return found, opened


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def misprints(lines: list[str]) -> Iterator[str]:
    """Full-width characters where the layout needs half-width ones; three quotes and table rows left open."""
    outside, opened = outside_quotes(lines)
    for number, line in enumerate(lines, 1):
        if WIDE_QUOTES.fullmatch(line):
            yield f'第 {number} 行用了全角引号，请改为半角：“"""”。'
    for number, line in outside:
        yield from _misprint(number, line)
    if opened:
        yield f'第 {opened} 行的三引号（"""）没有收尾。请在正文后面另起一行写三引号。'


def _misprint(number: int, line: str) -> Iterator[str]:
    title, text = LOOSE_TITLE.match(line), line.strip()
    if title:
        wrong = "用了全角冒号，请改为半角" if "：" in title[2] else "的冒号前有空格，请删去"
        yield f"第 {number} 行{wrong}：“{title[1]}:”。若只是说明文字，请换个说法。"
    elif text.startswith("｜") or (text.startswith("|") and text.endswith("｜")):
        yield f"第 {number} 行用了全角竖线，请改为半角：“|”。"
    elif text.startswith("|") and not re.search(r"(?<!\\)\|$", text):
        yield f"第 {number} 行的表格没有收尾：“{text}”。请在行末补上“|”。"


def halved(wording: str) -> tuple[str, str]:
    """A wording with half-width quotes, spaces and digits, and the names of what was full-width in it."""
    wide = dict.fromkeys(NAMES.get(each, "数字") for each in wording if each in WIDE)
    return "".join(WIDE.get(each, each) for each in wording), "、".join(wide)


def widened(wording: str) -> str:
    """A wording with the Chinese comma and the colon at its end that the phrase book uses."""
    return re.sub(r":$", "：", re.sub(r",\s*(?!\d)", "，", wording))
