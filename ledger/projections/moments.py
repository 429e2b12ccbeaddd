"""Moments (时点) as people write them: a statement's number, a day, or a day as known at a position."""

import re
from collections.abc import Container

from ledger.application import PositionUnknown
from ledger.domain.calendar import YEAR_MAX, YEAR_MIN, day
from ledger.domain.errors import RuleBroken
from ledger.domain.stating.books import Books
from ledger.domain.stating.working import Moment
from ledger.projections.spans import period_of

POINT = re.compile(r"(?:([1-9][0-9]{0,17})@)?([0-9]{4}-[0-9]{2}-[0-9]{2})")


class MomentUnreadable(RuleBroken):
    """Neither a statement nor a moment."""

    zh = "“{moment}”不是结算单编号，也不是时点。请写结算单编号（A1-tax-2024-Q1）、日期（2024-03-31）或 序号@日期（120@2024-03-31）。"
    en = "'{moment}' is neither a statement's number nor a moment. Write A1-tax-2024-Q1, 2024-03-31 or 120@2024-03-31."


def moment_of(books: Books, text: str, known: Container[str] | None = None) -> Moment:
    """A statement's cut and last day, or a day as known at a position (by default now).

    Where it is said which agreements are `known`, statements of others are not.  Raises MomentUnreadable, PositionUnknown.
    """
    for _, closing in books.closings:
        named = [statement for statement in closing.statements if statement.number == text]
        if any(known is None or statement.agreement in known for statement in named):
            return Moment(closing.cut, period_of(closing.period).last)
    found = POINT.fullmatch(text)
    if not found or not YEAR_MIN <= int(found[2][:4]) <= YEAR_MAX:
        raise MomentUnreadable(moment=text[:60])
    position = int(found[1] or books.position)
    if position > books.position:
        raise PositionUnknown(position=position, head=books.position)
    return Moment(position, day(found[2]))
