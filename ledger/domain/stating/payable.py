"""What is payable (应付): a statement's net within the agreed limits, on the agreed days.

Payment never enters what is due: instalments divide one statement's amount over its dates;
a shortage divides what is there by the open claims, never above a claim (semantics findings 27, 28).
"""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction

from ledger.domain.calendar import day_of_year
from ledger.domain.dividing.worksheet import Shares
from ledger.domain.rounding import shares_of


def payable(nets_fen: Mapping[str, int], at_most_fen: Mapping[str, int]) -> Shares:
    """What every party really receives (+) or pays (−) of its net, where some pay at most an amount; sums to zero.

    What is not paid is carried only where the agreement says so: see `rest` of its `settle`.
    """
    pays = {party: min(-net, at_most_fen.get(party, -net)) for party, net in nets_fen.items() if net < 0}
    claims = {party: net for party, net in nets_fen.items() if net > 0}
    receives = shortage(sum(pays.values()), claims)
    return {party: receives.get(party, 0) - pays.get(party, 0) for party in nets_fen}


def shortage(available_fen: int, claims_fen: Mapping[str, int]) -> Shares:
    """What is there, divided in proportion to open claims; nobody gets more than its claim, the rest stays a claim."""
    whole = sum(claims_fen.values())
    if available_fen >= whole:
        return dict(claims_fen)
    return shares_of(available_fen, {party: Fraction(claim) for party, claim in claims_fen.items()})


def instalments(
    amounts_fen: Mapping[str, int], days: Sequence[tuple[int, int]], after: date
) -> list[tuple[date, Shares]]:
    """Nets in equal parts over the days of the year that follow a day; `amounts_fen` sum to zero.

    Each party's parts sum to its amount and lie within a fen of each other; each day's parts sum to zero.
    """
    dates = sorted(_next(month, day, after) for month, day in days)
    count = len(dates)
    parts = [{party: amount_fen // count for party, amount_fen in amounts_fen.items()} for _ in dates]
    turn = 0
    for party, amount_fen in amounts_fen.items():
        for _ in range(amount_fen % count):
            parts[turn % count][party] += 1
            turn += 1
    return list(zip(dates, parts, strict=True))


def _next(month: int, day: int, after: date) -> date:
    this_year = day_of_year(after.year, month, day)
    return this_year if this_year > after else day_of_year(after.year + 1, month, day)
