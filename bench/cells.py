"""The cells that every side must agree on: what each party gets in each month, in fen, and one SHA-256 over all of them.

Standard library only: the peers' own Python reads it too.
"""

import hashlib
from collections.abc import Iterable, Mapping

Cells = Mapping[tuple[str, str], int]
"""Fen by party and month (`2024-03`)."""


def digest(cells: Cells) -> str:
    """One SHA-256 over the canonical lines; a cell of nothing is no cell."""
    lines = sorted(f"{party}\t{month}\t{fen}\n" for (party, month), fen in cells.items() if fen)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def summed(rows: Iterable[tuple[str, str, int]]) -> dict[tuple[str, str], int]:
    """The cells that rows of party, month and fen come to."""
    cells: dict[tuple[str, str], int] = {}
    for party, month, fen in rows:
        cells[party, month] = cells.get((party, month), 0) + fen
    return cells


def fen_of(text: str) -> int:
    """Fen of yuan as the programs print it: `1234.56`, `1234.5`, `-1,234`, `0`."""
    whole, _, part = text.strip().replace(",", "").partition(".")
    sign = -1 if whole.startswith("-") else 1
    return sign * (abs(int(whole or 0)) * 100 + int(f"{part:0<2}" or 0))


def yuan_of(fen: int) -> str:
    """Fen as yuan with two decimals."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02}"


def cell_text(cell: object) -> str:
    """A cell of a workbook as text: readers differ in what they call a whole number or nothing."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)
