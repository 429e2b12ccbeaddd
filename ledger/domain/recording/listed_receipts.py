"""Receipts as first written down: lists of lines, event by event, read into columns.

Nothing is written in this form any more; what was written stays readable.
"""

from typing import cast

import msgspec
import numpy as np

from ledger.domain.recording.listed_texts import ListedTexts
from ledger.domain.recording.receipts import Receipts
from ledger.domain.terms import LEVELS


class ListedReceipts(msgspec.Struct, frozen=True, omit_defaults=True):
    """Lines of receipts, list by list: fields as in `Receipts`, levels and percents as texts parted by tabs."""

    vouchers: list[str]
    numbers: ListedTexts
    treasuries: ListedTexts
    booked_on: list[int]
    amounts_fen: list[int]
    period_first: list[int]
    period_last: list[int]
    subjects: ListedTexts
    enterprises: ListedTexts
    projects: ListedTexts
    parks: ListedTexts
    collectors: ListedTexts
    originals: ListedTexts
    reversals: list[int] = []
    levels_fen: list[str] = []
    percents: ListedTexts | None = None

    def in_columns(self) -> Receipts:
        """The same lines as they are written now."""
        named = [(row, key) for row, code in enumerate(self.originals.lines) if (key := self.originals.distinct[code])]
        texts = ("numbers", "treasuries", "subjects", "enterprises", "projects", "parks", "collectors")
        return Receipts(
            vouchers=np.array([voucher.encode() for voucher in self.vouchers], np.bytes_),
            booked_on=np.array(self.booked_on, np.int32),
            amounts_fen=np.array(self.amounts_fen, np.int64),
            period_first=np.array(self.period_first, np.int32),
            period_last=np.array(self.period_last, np.int32),
            original_rows=np.array([row for row, _ in named], np.int32),
            originals=[key for _, key in named],
            reversals=np.array(self.reversals, np.int32),
            levels_fen=self._levels(),
            percents=self.percents.in_columns() if self.percents else None,
            **{name: cast(ListedTexts, getattr(self, name)).in_columns() for name in texts},
        )

    def _levels(self) -> np.ndarray | None:
        none = [0] * len(LEVELS)
        rows = [[int(part) for part in text.split("\t")] if text else none for text in self.levels_fen]
        return np.array(rows, np.int64).reshape(-1) if rows else None
