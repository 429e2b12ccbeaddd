"""Comparing what was found with what a feature says, so that an officer sees the difference."""

from collections.abc import Sequence

Table = Sequence[Sequence[str]]


def same(found: Table, expected: Table) -> None:
    """Both tables alike, amounts as amounts; an AssertionError in Chinese shows both."""
    if [list(map(plain, row)) for row in found] != [list(map(plain, row)) for row in expected]:
        raise AssertionError(f"与预期不符。\n应为：\n{drawn(expected)}\n实为：\n{drawn(found)}")


def plain(cell: str) -> str:
    """An amount without thousands commas."""
    return str(cell).replace(",", "").strip()


def drawn(table: Table) -> str:
    """A table as a feature writes it."""
    return "\n".join(f"      | {' | '.join(map(str, row))} |" for row in table)


def contains(found: str, words: str) -> None:
    """The words somewhere in a text."""
    if words not in found:
        raise AssertionError(f"没有找到“{words}”。实际内容：\n{found or '（空）'}")
