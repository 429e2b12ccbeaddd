"""A column of texts that repeat, as plain lists: for small files, and for what was written down before there were arrays."""

from collections.abc import Iterable, Iterator

import msgspec
import numpy as np

from ledger.domain.recording.receipts import Texts


class ListedTexts(msgspec.Struct, frozen=True):
    """Each distinct text once, and which one stands on each line."""

    distinct: list[str]
    lines: list[int]

    @classmethod
    def of(cls, texts: Iterable[str]) -> "ListedTexts":
        """The column of these texts."""
        column = Texts.of(texts)
        return cls(column.distinct, column.codes.tolist())

    def in_columns(self) -> Texts:
        """The same column as an array."""
        return Texts.mapped(self.distinct, np.array(self.lines, np.int64))

    def __iter__(self) -> Iterator[str]:
        return iter([self.distinct[line] for line in self.lines])
