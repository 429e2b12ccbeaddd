"""Simulation (测算): other terms over recorded history; nothing is recorded.

What each party would have got, year by year of booking, less what the agreement in force gives it; entries that
another agreement divides count in neither.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from ledger.domain.agreeing.agreement import Agreement, Version
from ledger.domain.agreeing.certification import Certification
from ledger.domain.dividing.course import Course
from ledger.domain.dividing.known import Known
from ledger.domain.dividing.worksheet import Shares, less
from ledger.domain.errors import RuleBroken
from ledger.domain.facts.certified import CertifiedFact
from ledger.domain.terms import Terms


@dataclass(frozen=True)
class Outcome:
    """What some terms give each party year by year, in fen; and what waits at the end, with its reasons."""

    years: dict[int, Shares]
    waiting_fen: int
    undivided_fen: int
    reasons: tuple[RuleBroken, ...]


@dataclass(frozen=True)
class Simulation:
    """Other terms beside those in force."""

    actual: Outcome
    other: Outcome

    def gains(self) -> dict[int, Shares]:
        """What each party gains (+) or loses (−) by the other terms, year by year."""
        years = sorted(self.actual.years.keys() | self.other.years.keys())
        return {year: less(self.other.years.get(year, {}), self.actual.years.get(year, {})) for year in years}


def simulate(
    known: Known,
    agreement: Agreement,
    terms: Terms,
    facts: Iterable[CertifiedFact] | None,
    cut: int,
    until: date = date.min,
) -> Simulation:
    """An agreement beside other terms in its place, up to the last booking or to a later day.

    Facts that are given come behind those it has certified.
    """
    other = replace(agreement, versions=(Version(1, {}, terms, agreement.in_force_at or 0, ()),), draft=None)
    stated = known.facts
    for index, fact in enumerate(facts or (), len(stated) + 1):
        name = f"F{index}"
        stated = {**stated, name: Certification(name, agreement.number, {}, fact, "", 0, certified_at=cut)}
    beside = replace(known.alone(), agreements=known.agreements | {agreement.number: other}, facts=stated)
    return Simulation(outcome(known, agreement, cut, until), outcome(beside, other, cut, until))


def outcome(known: Known, agreement: Agreement, cut: int, until: date = date.min) -> Outcome:
    """Divide everything known at a position by an agreement, year by year of booking."""
    course = Course(known, agreement, cut)
    booked = known.recorded.years(cut)
    first = min([*booked, agreement.known_at(cut).first.first.year])
    lasts = [date(year, 12, 31) for year in range(first, max([*booked, until.year, first]) + 1)]
    pools, rows = course.pools, course.shares_fen(lasts).tolist()
    years = {
        last.year: dict(zip(pools.versions.parties, row, strict=True))
        for last, row in zip(lasts, rows, strict=True)
        if last.year in booked or any(row)
    }
    money = [division for division in pools.divisions.values() if division.pool.is_money]
    return Outcome(
        years,
        sum(division.waiting_fen() for division in money),
        sum(division.undivided_fen() for division in money),
        tuple({str(reason): reason for key in pools.divisions for reason, _ in pools.reasons(key)}.values()),
    )
