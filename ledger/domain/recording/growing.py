"""Columns that grow at their end (增长列): in memory here; a store may keep them elsewhere under the same protocol."""

from collections.abc import Callable, Iterable
from typing import Protocol

import numpy as np

from ledger.domain.recording.receipts import Texts

Room = tuple[np.ndarray, int]
"""A column with room at its end, and how much of it is used."""


class Growing(Protocol):
    """A column of numbers, or of rows of so many numbers."""

    @property
    def values(self) -> np.ndarray:
        """Everything added so far; what is written to it stays."""

    def add(self, values: np.ndarray) -> None:
        """Add values at the end."""

    def add_zeros(self, count: int) -> None:
        """Add so many zeros, to be written over."""

    def let_go(self) -> None:
        """What was looked at need not stay in memory."""


Begin = Callable[[str, type, int], Growing]
"""Begins an empty column by its name, what it holds, and how many numbers a row has (0 for one that is no row)."""


class InMemory:
    """A column in memory; room is made by doubling, so that adding costs what is added.

    Zeros are never written, so that a column nobody filled takes no memory.
    """

    def __init__(self, room: Room) -> None:
        self._room, self._count = room
        self._is_filled = self._count > 0

    @classmethod
    def begin(cls, name: str, dtype: type, width: int) -> "InMemory":
        """An empty column; its name does not matter."""
        return cls((np.zeros((0, width) if width else 0, dtype), 0))

    @property
    def values(self) -> np.ndarray:
        """Everything added so far."""
        return self._room[: self._count]

    def add(self, values: np.ndarray) -> None:
        """Add values at the end."""
        first = self._count
        self._extend(len(values))
        if values.any():
            self._room[first : self._count] = values
            self._is_filled = True

    def add_zeros(self, count: int) -> None:
        """Add so many zeros, to be written over."""
        self._extend(count)
        self._is_filled = True

    def let_go(self) -> None:
        """Everything stays."""

    def _extend(self, count: int) -> None:
        end = self._count + count
        if end > len(self._room):
            room = np.zeros((max(end, 2 * len(self._room)), *self._room.shape[1:]), self._room.dtype)
            if self._is_filled:
                room[: self._count] = self.values
            self._room = room
        self._count = end


class GrowingNames:
    """A column of names: codes, and the name of each code."""

    def __init__(self, codes: Growing) -> None:
        self.codes = codes
        self.names: list[str] = []
        self._known: dict[str, int] = {}
        self._still: list[str] = []

    def begin_with(self, names: list[str]) -> None:
        """Go on from names that were kept."""
        self.names = names
        self._known = {name: code for code, name in enumerate(names)}

    def stand_as(self, other: "GrowingNames") -> None:
        """Know what another column knows now; it goes on growing beside this one."""
        if len(other._still) != len(other.names):
            other._still = other.names.copy()
        self.names, self._known = other._still, other._known

    def add(self, texts: Texts) -> None:
        """Add the names of some lines."""
        own = np.array([self._code(text) for text in texts.distinct], np.int32)
        self.codes.add(own[texts.codes])

    def _code(self, name: str) -> int:
        if name not in self._known:
            self._known[name] = len(self.names)
            self.names.append(name)
        return self._known[name]

    def known(self, names: Iterable[str]) -> list[int]:
        """The codes of those among some names that stand anywhere."""
        return [self._known[name] for name in names if name in self._known]
