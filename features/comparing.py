"""Comparing what was found with what a feature says, so that an officer sees the difference."""

import re
from collections.abc import Iterable, Sequence

Table = Sequence[Sequence[str]]
NUMBER = re.compile(r"(-?)(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?")


def same(found: Table, expected: Table) -> None:
    """Both tables alike, amounts as amounts; an AssertionError in Chinese shows both."""
    if [list(map(plain, row)) for row in found] != [list(map(plain, row)) for row in expected]:
        raise AssertionError(f"与预期不符。\n应为：\n{drawn(expected)}\n实为：\n{drawn(found)}")


def equal(found: object, expected: object) -> None:
    """Both alike, an amount as an amount; an AssertionError in Chinese shows both."""
    if plain(str(found)) != plain(str(expected)):
        raise AssertionError(f"与预期不符。应为“{expected}”，实为“{found}”。")


def plain(cell: str) -> str:
    """A number without thousands commas and closing zeros; nothing is nothing, whatever its sign."""
    text = str(cell).strip()
    found = NUMBER.fullmatch(text)
    if not found:
        return text
    sign, whole, places = found.groups()
    number = f"{whole.replace(',', '')}.{places or ''}".rstrip("0").rstrip(".") if places else whole.replace(",", "")
    return sign + number if number.strip("0.") else "0"


def drawn(table: Table) -> str:
    """A table as a feature writes it."""
    return "\n".join(f"      | {' | '.join(map(str, row))} |" for row in table)


def contains(found: str, words: str) -> None:
    """The words somewhere in a text."""
    if words not in found:
        raise AssertionError(f"没有找到“{words}”。实际内容：\n{found or '（空）'}")


def in_columns(columns: Sequence[str], known: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Rows in the columns asked for; the first says what a row is about, whatever its heading."""
    places = [0, *(known.index(known_column(column, known)) for column in columns[1:])]
    return [columns, *([row[place] for place in places] for row in rows)]


def known_column(column: str, known: Iterable[str]) -> str:
    """A column that can be answered; another is refused with those that can."""
    if column not in known:
        raise AssertionError(f"不认识的列“{column}”；可写：{'、'.join(known)}。")
    return column
