"""Simulation (测算): other terms over recorded history; nothing is recorded.

What each party would have got, year by year of booking, less what the agreement in force gives it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ledger.domain.certified import Certified
from ledger.domain.entries import Entry, Originals
from ledger.domain.errors import RuleBroken
from ledger.domain.figure_reading import FigureReader
from ledger.domain.figures import Report
from ledger.domain.pools import Pools
from ledger.domain.reading import Reader
from ledger.domain.versions import Versions
from ledger.domain.worksheet import Shares, less


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


def course(
    versions: Versions, certified: Certified, entries: Sequence[Entry], originals: Originals, reports: Iterable[Report]
) -> Course:
    """Divide recorded history by some terms, year by year of booking."""
    reader = Reader(versions, certified, originals)
    pools = Pools(versions, certified)
    by_year: dict[int, list[Entry]] = {}
    for entry in entries:
        by_year.setdefault(entry.booked_on.year, []).append(entry)
    before, years = pools.due_in_money(), {}
    for year in sorted(by_year):
        pools.move_day(date(year, 12, 31))
        for entry in by_year[year]:
            pools.add_all(reader.read(entry))
        after = pools.due_in_money()
        years[year], before = less(after, before), after
    pools.add_all(FigureReader(versions, reader).read(list(reports)))
    money = [division for division in pools.divisions.values() if division.pool.is_money]
    return Course(
        years,
        sum(division.waiting_fen() for division in money),
        sum(division.undivided_fen() for division in money),
        tuple({str(reason): reason for key in pools.divisions for reason, _ in pools.reasons(key)}.values()),
    )
