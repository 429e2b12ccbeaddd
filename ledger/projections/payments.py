"""Payments (应付): a statement's net within the agreed limits, in the agreed instalments."""

from dataclasses import dataclass
from datetime import date

from ledger.domain.dividing.worksheet import Shares, less
from ledger.domain.stating.books import Books
from ledger.domain.stating.payable import instalments, payable
from ledger.domain.terms import Settle
from ledger.projections.statements import Statement, closed_statements


@dataclass(frozen=True)
class Payment:
    """What every party receives (+) or pays (−), in fen: at once, or on an agreed day."""

    on: date | None
    shares: Shares


def payments(books: Books, statement: Statement) -> list[Payment]:
    """What is paid of a statement, where the agreement limits payments or parts them; empty where it says nothing.

    A limit that is named and not certified limits nothing yet.  Where the terms say `rest: claim`, what earlier
    statements left unpaid is paid first of all together with this one's net (semantics finding 27).
    """
    settle = _settle(books, statement)
    if not statement.is_money or not (settle.instalments or settle.pays_at_most):
        return []
    if any(line.net_fen is None for line in statement.lines):
        return []
    paid = _paid(books, statement, _claims(books, statement))
    if not settle.instalments:
        return [Payment(None, paid)]
    return [Payment(day, shares) for day, shares in instalments(paid, settle.instalments, statement.last_day)]


def _settle(books: Books, statement: Statement) -> Settle:
    agreement = books.agreement(statement.agreement)
    return agreement.known_at(statement.cut).on(statement.last_day).settle


def _claims(books: Books, statement: Statement) -> Shares:
    """What the closed statements before this one left unpaid, where it stays a claim."""
    open_fen: Shares = {}
    for earlier in closed_statements(books):
        if earlier.closed_at == statement.closed_at:
            break
        if (earlier.agreement, earlier.key) == (statement.agreement, statement.key):
            settle = _settle(books, earlier)
            nets = _with(earlier, open_fen)
            open_fen = less(nets, _paid(books, earlier, open_fen)) if settle.rest == "claim" else {}
    return open_fen


def _with(statement: Statement, claims_fen: Shares) -> Shares:
    """Nets of a statement and open claims together."""
    nets = {line.party: line.net_fen or 0 for line in statement.lines}
    return {party: nets.get(party, 0) + claims_fen.get(party, 0) for party in dict.fromkeys([*nets, *claims_fen])}


def _paid(books: Books, statement: Statement, claims_fen: Shares) -> Shares:
    """What every party receives or pays of a statement's nets and of open claims, within the limits."""
    certified = books.certified(books.agreement(statement.agreement), statement.cut)
    limits = {
        party: certified.amount_fen(limit, "", statement.last_day)
        for party, limit in (_settle(books, statement).pays_at_most or {}).items()
    }
    at_most = {party: limit for party, limit in limits.items() if limit is not None}
    return payable(_with(statement, claims_fen), at_most)


def unpaid(books: Books, statement: Statement) -> int:
    """What the nets and open claims come to beyond what is paid of them, in fen."""
    paid = payments(books, statement)
    owing_fen = sum(fen for fen in _with(statement, _claims(books, statement)).values() if fen > 0)
    return owing_fen - sum(fen for each in paid for fen in each.shares.values() if fen > 0) if paid else 0
