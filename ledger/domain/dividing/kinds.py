"""Kinds (同类): lines that are alike in every column, numbered without gaps, and what each kind adds up to."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import mul

import numpy as np

DENSE = 16
"""Up to so many possible codes for each line they are numbered by marking them, above by sorting."""
BLOCK = 32_768
"""So many lines are coded and added at a time: what is worked on stays near the processor."""


@dataclass(frozen=True)
class Kinds:
    """Lines by kind.  Columns hold numbers below their widths; a line's code is what they spell, digit by digit.

    The codes that occur are numbered from 0, in their order: that is a line's kind.
    """

    columns: list[np.ndarray]
    widths: list[int]

    @property
    def span(self) -> int:
        """All codes are below this."""
        return reduce(mul, self.widths, 1)

    @cached_property
    def numbers(self) -> np.ndarray:
        """The kind of each line."""
        numbers: np.ndarray = (np.cumsum(self._occur) - 1)[self._codes]
        return numbers

    @cached_property
    def first_places(self) -> np.ndarray:
        """Where the first line of each kind stands."""
        found = np.empty(self.span, np.int64)
        found[self._codes[::-1]] = np.arange(len(self._codes))[::-1]
        return np.asarray(found[self._occur])

    def places(self, kind: int) -> np.ndarray:
        """Where the lines of a kind stand."""
        order, begins = self._order
        return order[begins[kind] : begins[kind + 1]]

    def sums(self, amounts_fen: np.ndarray) -> np.ndarray:
        """The sum of each kind's amounts."""
        return np.asarray(self.sums_by_code(amounts_fen)[self._occur])

    def sums_by_code(self, amounts_fen: np.ndarray) -> np.ndarray:
        """The sum of the amounts under each code, nought under one that no line has."""
        sums_fen = np.zeros(self.span, np.int64)
        room = np.empty(min(BLOCK, len(amounts_fen)), np.int64)
        for begin in range(0, len(amounts_fen), BLOCK):
            lines = slice(begin, begin + BLOCK)
            amounts = amounts_fen[lines]
            np.add.at(sums_fen, self._spelt(lines, room[: len(amounts)]), amounts)
        return sums_fen

    @cached_property
    def _codes(self) -> np.ndarray:
        return self._spelt(slice(None), np.empty(len(self.columns[0]), np.int64))

    def _spelt(self, lines: slice, codes: np.ndarray) -> np.ndarray:
        """The codes of some lines, written where there is room for them."""
        codes[:] = self.columns[0][lines]
        for column, width in zip(self.columns[1:], self.widths[1:], strict=True):
            codes *= width
            codes += column[lines]
        return codes

    @cached_property
    def _occur(self) -> np.ndarray:
        occur = np.zeros(self.span, bool)
        occur[self._codes] = True
        return occur

    @cached_property
    def _order(self) -> tuple[np.ndarray, np.ndarray]:
        order = np.argsort(self.numbers, kind="stable")
        return order, np.searchsorted(self.numbers[order], np.arange(len(self.first_places) + 1))


def told_apart(columns: Iterable[np.ndarray]) -> Kinds:
    """The kinds of lines by columns of numbers from 0, of which there is at least one; one that is alike throughout tells nothing."""
    kinds = Kinds([], [])
    for column in columns:
        width = int(column.max()) + 1
        if width == 1 or int(column.min()) + 1 == width:
            continue
        if kinds.columns and kinds.span * width > DENSE * len(column):
            kinds = _numbered(kinds)
        kinds = Kinds([*kinds.columns, column], [*kinds.widths, width])
    if not kinds.columns:
        return Kinds([np.zeros(len(column), np.int64)], [1])
    return _numbered(kinds) if kinds.span > DENSE * len(kinds.columns[0]) else kinds


def _numbered(kinds: Kinds) -> Kinds:
    """The same kinds by one column, their numbers."""
    if kinds.span > DENSE * len(kinds.columns[0]):
        distinct, numbers = np.unique(kinds._codes, return_inverse=True)
        return Kinds([numbers], [len(distinct)])
    return Kinds([kinds.numbers], [len(kinds.first_places)])
