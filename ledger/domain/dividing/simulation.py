"""Simulation (测算): other terms over recorded history; nothing is recorded.

What each party would have got, year by year of booking, less what the agreement in force gives it; entries that
another agreement divides count in neither.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from ledger.domain.agreeing.agreement import Agreement, Version
from ledger.domain.agreeing.certification import Certification
from ledger.domain.calendar import DAY
from ledger.domain.dividing.gathering import Gathering
from ledger.domain.dividing.known import Known
from ledger.domain.dividing.pools import Pools
from ledger.domain.dividing.worksheet import Shares, less
from ledger.domain.errors import RuleBroken
from ledger.domain.facts.certified import CertifiedFact
from ledger.domain.terms import Terms


@dataclass(frozen=True)
class Course:
    """What some terms give each party year by year, in fen; and what waits at the end, with its reasons."""

    years: dict[int, Shares]
    waiting_fen: int
    undivided_fen: int
    reasons: tuple[RuleBroken, ...]


@dataclass(frozen=True)
class Simulation:
    """Other terms beside those in force."""

    actual: Course
    other: Course

    def gains(self) -> dict[int, Shares]:
        """What each party gains (+) or loses (−) by the other terms, year by year."""
        years = sorted(self.actual.years.keys() | self.other.years.keys())
        return {year: less(self.other.years.get(year, {}), self.actual.years.get(year, {})) for year in years}


def simulate(
    known: Known, agreement: Agreement, terms: Terms, facts: Iterable[CertifiedFact] | None, cut: int
) -> Simulation:
    """An agreement beside other terms in its place; facts that are given come behind those it has certified."""
    other = replace(agreement, versions=(Version(1, {}, terms, agreement.in_force_at or 0, ()),), draft=None)
    stated = known.facts
    for index, fact in enumerate(facts or (), len(stated) + 1):
        name = f"F{index}"
        stated = {**stated, name: Certification(name, agreement.number, {}, fact, "", 0, certified_at=cut)}
    beside = replace(known.alone(), agreements=known.agreements | {agreement.number: other}, facts=stated)
    return Simulation(course(known, agreement, cut), course(beside, other, cut))


def course(known: Known, agreement: Agreement, cut: int) -> Course:
    """Divide everything known at a position by an agreement, year by year of booking."""
    pools = Pools(agreement.known_at(cut), known.certified(agreement, cut))
    claims = known.claims(agreement, cut)
    gathering = Gathering(claims, pools, known.recorded)
    booked = known.recorded.years(cut)
    before, years = pools.due_in_money(), {}
    first = min([*booked, agreement.known_at(cut).first.first.year])
    for year in range(first, max(booked, default=first) + 1):
        first_day, last_day = date(year, 1, 1), date(year, 12, 31)
        pools.move_day(last_day)
        rows = known.recorded.rows(cut=cut, since=first_day - DAY, until=last_day)
        pools.add_all(gathering.readings(claims.selectable(known.recorded, rows)))
        after = pools.due_in_money()
        if year in booked or after != before:
            years[year], before = less(after, before), after
    money = [division for division in pools.divisions.values() if division.pool.is_money]
    return Course(
        years,
        sum(division.waiting_fen() for division in money),
        sum(division.undivided_fen() for division in money),
        tuple({str(reason): reason for key in pools.divisions for reason, _ in pools.reasons(key)}.values()),
    )
