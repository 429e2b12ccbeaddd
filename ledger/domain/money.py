"""Money: whole fen (分), so nothing is ever rounded except where a total is shared out.

An amount is an `int` whose name ends in `_fen`.  People write and read yuan (元) as text.
"""

import re
from collections.abc import Iterable

from ledger.domain.errors import RuleBroken

YUAN = re.compile(r"(-?)([0-9]{1,18})(?:\.([0-9]{1,2}))?")
ENTRY_FEN_MAX = 10**15
SUM_FEN_MAX = 2**63 - 1


class AmountNotWholeFen(RuleBroken):
    """An amount that is not exactly yuan and fen."""

    zh = "金额“{amount}”不是整分。请写成元，最多两位小数，例如 1234.56；不用科学计数法或汉字。"
    en = "Amount '{amount}' is not whole fen. Write yuan with at most two decimals, such as 1234.56."


class AmountTooLarge(RuleBroken):
    """An entry above 10^15 fen, or a sum above 2^63 - 1 (semantics finding 33)."""

    zh = "金额 {amount} 元超出上限 {limit} 元。请核对单位是否写错。"
    en = "Amount {amount} yuan is above the limit of {limit} yuan. Check its unit."


def fen(text: str) -> int:
    """Read yuan such as `"1234.56"` as fen, and nothing that is not exactly that; never rounds.

    Raises AmountNotWholeFen, or AmountTooLarge above 10^15 fen.
    """
    found = YUAN.fullmatch(text)
    if not found:
        raise AmountNotWholeFen(amount=text[:40])
    sign, whole, cents = found.groups()
    amount_fen = int(sign + whole + (cents or "").ljust(2, "0"))
    if abs(amount_fen) > ENTRY_FEN_MAX:
        raise AmountTooLarge(amount=text, limit=yuan(ENTRY_FEN_MAX))
    return amount_fen


def check_sums(sums_fen: Iterable[int]) -> None:
    """Raises AmountTooLarge if a sum is above 2^63 - 1 fen, which no file or column could hold."""
    for sum_fen in sums_fen:
        if abs(sum_fen) > SUM_FEN_MAX:
            raise AmountTooLarge(amount=yuan(sum_fen), limit=yuan(SUM_FEN_MAX))


def yuan(amount_fen: int) -> str:
    """Write fen as yuan with two decimals: `-123456` is `"-1234.56"`."""
    sign = "-" if amount_fen < 0 else ""
    whole, cents = divmod(abs(amount_fen), 100)
    return f"{sign}{whole}.{cents:02}"
