"""Closed statements for plain-text accountants: hledger and beancount (复式记账文本).

One transaction a statement, dated its last day: what each party is entitled to against what it collected.  The
amounts of a transaction sum to zero; what is divided and nobody is known to have collected comes from the treasury.
"""

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Literal

from ledger.domain.errors import NotFound
from ledger.domain.money import yuan
from ledger.projections.statements import Statement

Dialect = Literal["hledger", "beancount"]
CURRENCY = "CNY"
PART_SIGNS = ("Lu", "Ll", "Lt", "Lm", "Lo", "Nd")
"""Kinds of signs that a part of a beancount account may hold; `〇` and `①` are none of them."""
Posting = tuple[str, int]


class NothingClosed(NotFound):
    """Statements of which none is closed, so that there is nothing to enter into accounts."""

    zh = "没有已结账的款项结算单，记账文本无内容可写（还是草稿的：{drafts}）。请结账以后再写；草稿可以导出为 Excel、CSV。"
    en = "No statement of money is closed, so there is nothing to enter into accounts (drafts: {drafts}). Close the period first; drafts can be exported as Excel or CSV."


def plain_text(found: Iterable[Statement], dialect: Dialect) -> str:
    """Every closed statement of money as one transaction; drafts are named in a comment.  Raises NothingClosed."""
    of_money = [each for each in found if each.is_money]
    closed = [each for each in of_money if not each.is_draft]
    drafts = "、".join(each.number for each in of_money if each.is_draft)
    if not closed:
        raise NothingClosed(drafts=drafts or "—")
    left_out = [f"; 未结账，没有写入 drafts, left out: {drafts}"] if drafts else []
    write = _hledger if dialect == "hledger" else _beancount
    return "\n".join([*left_out, *_accounts_opened(closed, dialect), *(write(each) for each in closed)])


def _postings(found: Statement, account: Callable[[str, str], str]) -> Iterator[Posting]:
    left = 0
    for line in found.lines:
        for kind, amount_fen in (("应得", line.entitled_fen), ("已征收", -(line.collected_fen or 0))):
            if amount_fen:
                left += amount_fen
                yield account(kind, line.name), amount_fen
    if left:
        yield account("国库", "待分"), -left


# hledger


def _hledger(found: Statement) -> str:
    account = _hledger_account(found)
    lines = [f"    {name}  {yuan(amount_fen)} {CURRENCY}" for name, amount_fen in _postings(found, account)]
    head = f"{found.last_day} * ({found.number}) {_one_line(found.title)} {found.settlement}"
    return "\n".join([head, *lines, ""])


def _hledger_account(found: Statement) -> Callable[[str, str], str]:
    """Account names may hold anything but two spaces in a row and line ends."""
    return lambda kind, party: ":".join(
        _one_line(part).replace(":", "：") for part in (kind, party, found.agreement, found.pool)
    )


def _one_line(text: str) -> str:
    return " ".join(text.replace(";", "；").split())


# beancount


def _beancount(found: Statement) -> str:
    account = _beancount_account(found)
    lines = [f"  {name}  {yuan(amount_fen)} {CURRENCY}" for name, amount_fen in _postings(found, account)]
    title = _one_line(found.title).replace("\\", "＼").replace('"', "”")
    return "\n".join([f'{found.last_day} * "{title}" "{found.number}"', *lines, ""])


def _beancount_account(found: Statement) -> Callable[[str, str], str]:
    """Parts of an account begin with a capital or digit and hold letters, digits and hyphens only."""
    kinds = {"应得": "Assets:Entitled", "已征收": "Liabilities:Collected", "国库": "Equity:Treasury"}
    return lambda kind, party: ":".join([kinds[kind], *map(_part, (party, found.agreement, found.pool))])


def _part(text: str) -> str:
    kept = "".join(sign if unicodedata.category(sign) in PART_SIGNS else "-" for sign in text.replace("〇", "零"))
    return f"X-{kept}"


# What stands above


def _accounts_opened(found: list[Statement], dialect: Dialect) -> Iterator[str]:
    """Every account, as strict readers want it declared."""
    account_of = _hledger_account if dialect == "hledger" else _beancount_account
    first: dict[str, date] = {}
    for each in found:
        for name, _ in _postings(each, account_of(each)):
            first[name] = min(first.get(name, date.max), each.last_day)
    if dialect == "hledger":
        yield f"commodity 1000.00 {CURRENCY}"
        yield from (f"account {name}" for name in sorted(first))
    else:
        yield from (f"{day} open {name} {CURRENCY}" for name, day in sorted(first.items()))
    yield ""
