"""Causes (变动原因): why something moves a statement or a bridge."""

from datetime import date

import numpy as np

from ledger.domain.recording.receipts import Rows
from ledger.domain.recording.recorded import Columns

CAUSES = ("own", "late", "refund", "corrected", "amended", "certified", "revised", "carried")


def causes_of(columns: Columns, rows: Rows, begins: date) -> list[str]:
    """Why each of some lines moves a statement whose settlement begins on a day: own, late, refund or corrected."""
    is_refund = columns.takes_back[rows] | (columns.amounts_fen[rows] < 0)
    is_late = columns.booked_on[rows] < begins.toordinal()
    rules = [columns.is_reversal[rows], is_refund, is_late]
    causes: list[str] = np.select(rules, ["corrected", "refund", "late"], "own").tolist()
    return causes


def cause_of_figure(last: date, begins: date) -> str:
    """Why a figure of a period that ended on a day moves a statement; it is never refunded, even where it falls."""
    return "late" if last < begins else "own"
