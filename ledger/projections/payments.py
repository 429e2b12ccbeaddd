"""Payments (应付): the net of an agreement's settlement, over all its pools of money, within the agreed limits and instalments."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ledger.domain.dividing.worksheet import Shares, less
from ledger.domain.stating.books import Books
from ledger.domain.stating.payable import instalments, payable
from ledger.domain.terms import Named, Settle
from ledger.projections.statements import Statement, closed_statements, matched
from ledger.projections.wording import money


@dataclass(frozen=True)
class Payment:
    """What every party receives (+) or pays (−), in fen: at once, or on an agreed day."""

    on: date | None
    shares: Shares


@dataclass(frozen=True)
class Paid:
    """What the pools of money of one settlement come to together, and what is paid of it; `names` are the parties'."""

    agreement: str
    settlement: str
    pools: int
    nets_fen: Shares
    payments: Sequence[Payment]
    unpaid_fen: int
    limits_missing: Sequence[str]
    stays_a_claim: bool
    names: Mapping[str, str]


Settlement = Sequence[Statement]
"""The statements of one agreement that were stated together: one for each of its pools of money."""


def settlements(found: Iterable[Statement]) -> list[Settlement]:
    """Statements of money by what they were stated together with, in their order."""
    together: dict[object, list[Statement]] = {}
    for each in found:
        if each.is_money:
            key = (each.agreement, each.settlement, each.closed_at, each.as_of)
            together.setdefault(key, []).append(each)
    return list(together.values())


def nets(settlement: Settlement) -> Shares:
    """What every party receives (+) or pays (−) over all pools; empty where one of them does not know a net."""
    found: Shares = {}
    for line in (line for statement in settlement for line in statement.lines):
        if line.net_fen is None:
            return {}
        found[line.party] = found.get(line.party, 0) + line.net_fen
    return found


def payments(books: Books, settlement: Settlement) -> list[Payment]:
    """What is paid of a settlement, where the agreement limits payments or parts them; empty where it says nothing.

    A limit that is named and not certified limits nothing yet (`limits_missing`).  Where the terms say `rest: claim`,
    what earlier settlements left unpaid is paid first of all together with this one's net (semantics finding 27).
    """
    settle = _settle(books, settlement)
    if not (settle.instalments or settle.pays_at_most) or not nets(settlement):
        return []
    paid = _paid(books, settlement, _claims(books, settlement))
    if not settle.instalments:
        return [Payment(None, paid)]
    last_day = settlement[0].last_day
    return [Payment(day, shares) for day, shares in instalments(paid, settle.instalments, last_day)]


def limits_missing(books: Books, settlement: Settlement) -> list[str]:
    """The limits of payment that the terms name and nobody certified, which limit nothing yet."""
    limits = (_settle(books, settlement).pays_at_most or {}).items()
    at_most = _at_most(books, settlement)
    return [limit.name for party, limit in limits if isinstance(limit, Named) and party not in at_most]


def unpaid(books: Books, settlement: Settlement) -> int:
    """What the nets and open claims come to beyond what is paid of them, in fen."""
    paid = payments(books, settlement)
    owing_fen = sum(fen for fen in _with(settlement, _claims(books, settlement)).values() if fen > 0)
    return owing_fen - sum(fen for each in paid for fen in each.shares.values() if fen > 0) if paid else 0


def stays_a_claim(books: Books, settlement: Settlement) -> bool:
    """Whether what is not paid stays a claim, instead of lapsing."""
    return _settle(books, settlement).rest == "claim"


def paid_of(books: Books, settlement: Settlement) -> Paid:
    """What a settlement comes to, and what is paid of it."""
    agreement = books.agreement(settlement[0].agreement)
    return Paid(
        agreement=agreement.number,
        settlement=settlement[0].settlement,
        pools=len(settlement),
        nets_fen=nets(settlement),
        payments=payments(books, settlement),
        unpaid_fen=unpaid(books, settlement),
        limits_missing=limits_missing(books, settlement),
        stays_a_claim=stays_a_claim(books, settlement),
        names={party: agreement.name_of(party) for text in agreement.texts() for party in text.terms.parties},
    )


def paid_in_words(paid: Paid) -> Iterator[str]:
    """What an agreement's pools come to together, and what is paid of it where the agreement limits or parts payments."""
    if paid.pools > 1:
        pairs = matched({paid.names[party]: net for party, net in paid.nets_fen.items()})
        yield from (f"各池轧差：由{payer}付给{payee} {money(whole)} 元。" for payer, payee, whole in pairs)
    for payment in paid.payments:
        shares = "、".join(f"{paid.names[party]} {money(fen)} 元" for party, fen in payment.shares.items() if fen)
        when = f"{payment.on} " if payment.on else ""
        yield f"{when}实付（收入为正、付出为负）：{shares or '无'}。"
    for name in paid.limits_missing:
        yield f"付款上限“{name}”尚未认定，以上暂按不设这一上限计；认定以后重新计算。"
    if paid.unpaid_fen:
        left = "留作债权，以后各期继续支付" if paid.stays_a_claim else "按协议不再支付，也不结转"
        yield f"超过付款上限、本期没有付的共 {money(paid.unpaid_fen)} 元，{left}。"


def _settle(books: Books, settlement: Settlement) -> Settle:
    agreement = books.agreement(settlement[0].agreement)
    return agreement.known_at(settlement[0].cut).on(settlement[0].last_day).settle


def _claims(books: Books, settlement: Settlement) -> Shares:
    """What the settlements closed before this one left unpaid, where it stays a claim."""
    open_fen: Shares = {}
    for earlier in settlements(closed_statements(books)):
        if earlier[0].closed_at == settlement[0].closed_at:
            break
        if earlier[0].agreement == settlement[0].agreement:
            claimed = stays_a_claim(books, earlier) and nets(earlier)
            open_fen = less(_with(earlier, open_fen), _paid(books, earlier, open_fen)) if claimed else {}
    return open_fen


def _with(settlement: Settlement, claims_fen: Shares) -> Shares:
    """Nets of a settlement and open claims together."""
    own = nets(settlement)
    return {party: own.get(party, 0) + claims_fen.get(party, 0) for party in dict.fromkeys([*own, *claims_fen])}


def _paid(books: Books, settlement: Settlement, claims_fen: Shares) -> Shares:
    """What every party receives or pays of a settlement's nets and of open claims, within the limits."""
    return payable(_with(settlement, claims_fen), _at_most(books, settlement))


def _at_most(books: Books, settlement: Settlement) -> dict[str, int]:
    """The limits that are known, by party."""
    certified = books.certified(books.agreement(settlement[0].agreement), settlement[0].cut)
    limits = {
        party: certified.amount_fen(limit, "", settlement[0].last_day)
        for party, limit in (_settle(books, settlement).pays_at_most or {}).items()
    }
    return {party: limit for party, limit in limits.items() if limit is not None}
