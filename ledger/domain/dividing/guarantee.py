"""Guarantees (保底): what a payer makes up at the end of a year, or of the term, if a party got less.

Worked out on the year's last day, in full even for a part of a year (semantics 5.9, finding 19).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from ledger.domain.calendar import DAY, agreement_year, anniversary
from ledger.domain.dividing.waterfall import Taken
from ledger.domain.facts.uncertified import GuaranteeUncertified
from ledger.domain.terms import Guarantee, Limit, Scope
from ledger.domain.terms.versions import Versions


@dataclass(frozen=True)
class Shortfall:
    """What is made up on the last day of a year; None where the minimum is not certified."""

    last: date
    guarantee: Guarantee
    amount: Fraction | None
    missing: GuaranteeUncertified | None = None


def shortfalls(
    versions: Versions,
    pool: str,
    until: date,
    taken: Callable[[], Iterable[Taken]],
    amount_fen: Callable[[Limit, date], int | None],
) -> Iterator[Shortfall]:
    """Every year (or the term) that has ended by a day and in which a guaranteed party lacks something."""
    start = versions.first.first
    for scope, year, last in _years_ended(versions, pool, until):
        in_force = versions.pool_on(pool, last)
        guarantee = in_force.guarantee if in_force else None
        if guarantee is None or guarantee.per != scope:
            continue
        minimum_fen = amount_fen(guarantee.at_least, last)
        if minimum_fen is None:
            missing = GuaranteeUncertified(pool=pool, name=str(guarantee.at_least), when=last)
            yield Shortfall(last, guarantee, None, missing)
            continue
        own = (each for each in taken() if _year_of(scope, start, each.day) == year)
        got = sum((each.parts.get(guarantee.party, Fraction(0)) for each in own), Fraction(0))
        if got < minimum_fen:
            yield Shortfall(last, guarantee, minimum_fen - got)


def _years_ended(versions: Versions, pool: str, until: date) -> Iterator[tuple[Scope, int, date]]:
    """Each year that a guarantee of any version counts by, with its last day inside the agreement's life."""
    named = {
        each.guarantee.per for terms in versions.signed for each in terms.pools if each.name == pool and each.guarantee
    }
    start = versions.first.first
    for scope in sorted(named):
        for year in _years(scope, start, until):
            last = _last_day(versions, scope, year)
            if last and start <= last <= until:
                yield scope, year, last


def _years(scope: Scope, start: date, until: date) -> Iterable[int]:
    if scope == "term":
        return (0,)
    first = _year_of(scope, start, start)
    return range(first, max(first, _year_of(scope, start, until)) + 1)


def _year_of(scope: Scope, start: date, when: date) -> int:
    return {"term": 0, "year": when.year, "agreement_year": agreement_year(start, when)}[scope]


def _last_day(versions: Versions, scope: Scope, year: int) -> date | None:
    """The earlier of the year's last day and the agreement's; None where it lies beyond the agreement's life."""
    if scope == "term":
        return versions.on(date.max).last
    start = versions.first.first
    end = date(year, 12, 31) if scope == "year" else anniversary(start, year) - DAY
    life_ends = versions.on(end).last
    if life_ends is None or end <= life_ends:
        return end
    return life_ends if _year_of(scope, start, life_ends) == year else None
