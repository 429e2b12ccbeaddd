"""Payments (应付): a statement's net within the agreed limits, in the agreed instalments."""

from dataclasses import dataclass
from datetime import date

from ledger.domain.calendar import settlement_last
from ledger.domain.dividing.worksheet import Shares
from ledger.domain.stating.books import Books
from ledger.domain.stating.payable import instalments, payable
from ledger.projections.statements import Statement


@dataclass(frozen=True)
class Payment:
    """What every party receives (+) or pays (−), in fen: at once, or on an agreed day."""

    on: date | None
    shares: Shares


def payments(books: Books, statement: Statement) -> list[Payment]:
    """What is paid of a statement, where the agreement limits payments or parts them; empty where it says nothing.

    A limit that is named and not certified limits nothing yet.
    """
    agreement = books.agreement(statement.agreement)
    last = _last_day(statement)
    settle = agreement.known_at(statement.cut).on(last).settle
    nets = {line.party: line.net_fen for line in statement.lines}
    if not statement.is_money or None in nets.values() or not (settle.instalments or settle.pays_at_most):
        return []
    certified = books.certified(agreement, statement.cut)
    limits = {
        party: limit if isinstance(limit, int) else certified.amount_fen(limit, "", last)
        for party, limit in (settle.pays_at_most or {}).items()
    }
    at_most = {party: limit for party, limit in limits.items() if limit is not None}
    paid = payable({party: net or 0 for party, net in nets.items()}, at_most)
    if not settle.instalments:
        return [Payment(None, paid)]
    return [Payment(day, shares) for day, shares in instalments(paid, settle.instalments, last)]


def unpaid(books: Books, statement: Statement) -> int:
    """What the nets of a statement come to beyond what is paid of them, in fen."""
    paid = payments(books, statement)
    owing_fen = sum(line.net_fen or 0 for line in statement.lines if (line.net_fen or 0) > 0)
    return owing_fen - sum(fen for each in paid for fen in each.shares.values() if fen > 0) if paid else 0


def _last_day(statement: Statement) -> date:
    """The last day of the settlement that a statement is of."""
    year, *rest = statement.settlement.split("-")
    month = int(rest[0][1:]) * 3 if rest and rest[0].startswith("Q") else int(rest[0]) if rest else 12
    return settlement_last(date(int(year), month, 1), "month")
