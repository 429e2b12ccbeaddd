"""Amounts as people write them: thousands commas, full-width digits, ￥, brackets for what is negative, 万元.

Exact or refused: nothing here rounds.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import partial

from ledger.domain.money import ENTRY_FEN_MAX, AmountNotWholeFen, AmountTooLarge, yuan

AMOUNT = re.compile(r"(\()?(-)?[¥]?(-)?([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,18})(?:\.([0-9]{1,12}))?(\))?")
SIGNS = str.maketrans({"−": "-", "￥": "¥"})
SPACES = re.compile(r"(?<=[-(¥])\s+|\s+(?=\))")


def amount_reader(scale: int) -> Callable[[str], int]:
    """The reader of amounts that are counted in so many yuan."""
    return partial(amount_in_cell, scale=scale)


def amount_in_cell(text: str, scale: int = 1) -> int:
    """Fen of an amount as people write it; raises AmountNotWholeFen, AmountTooLarge."""
    found = plain_number(text)
    if found is None:
        raise AmountNotWholeFen(amount=text[:40])
    whole, places = found
    parts = 10**places
    amount_fen, rest = divmod(whole * scale * 100, int(parts))
    if rest:
        raise AmountNotWholeFen(amount=text[:40])
    if abs(amount_fen) > ENTRY_FEN_MAX:
        raise AmountTooLarge(amount=text if scale == 1 else yuan(amount_fen), limit=yuan(ENTRY_FEN_MAX))
    return amount_fen


def plain_number(text: str) -> tuple[int, int] | None:
    """A number as people write it, as a whole number and how many of its digits are decimal places; None if it is none."""
    found = AMOUNT.fullmatch(SPACES.sub("", unicodedata.normalize("NFKC", text).translate(SIGNS)))
    if not found:
        return None
    opened, minus, other_minus, whole, places, closed = found.groups()
    signs = bool(minus) + bool(other_minus) + bool(opened)
    if bool(opened) != bool(closed) or signs > 1:
        return None
    value = int(whole.replace(",", "") + (places or ""))
    return -value if signs else value, len(places or "")
