"""Certified facts (认定事实): clocks, amounts, weights, eligibility and lists that both sides confirmed.

A value holds for the days it says; of two for the same day the later certification wins
(semantics 5.1, findings 7 and 8).  A unit's own fact is stronger than one for every unit.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TypeVar

from ledger.domain.rounding import part_of
from ledger.domain.terms import Limit, Threshold, Window

ALWAYS = Window(None, None)


@dataclass(frozen=True, kw_only=True)
class CertifiedFact:
    """What both sides confirmed under a name: of a unit (or of every unit), for some days."""

    name: str
    unit: str = ""
    days: Window = ALWAYS


@dataclass(frozen=True, kw_only=True)
class CertifiedClock(CertifiedFact):
    """The day on which a unit's clock started."""

    on: date


@dataclass(frozen=True, kw_only=True)
class CertifiedAmount(CertifiedFact):
    """A named amount, such as a total before the move; `years_fen` are the years it is the sum of."""

    value_fen: int
    years_fen: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CertifiedWeights(CertifiedFact):
    """A value for each party, to divide by."""

    values: Mapping[str, Fraction]


@dataclass(frozen=True, kw_only=True)
class CertifiedStocks(CertifiedFact):
    """Fen for each party, to keep."""

    values_fen: Mapping[str, int]


def parties_named(fact: CertifiedFact) -> list[str]:
    """The parties to whom a fact gives values."""
    if isinstance(fact, CertifiedWeights):
        return list(fact.values)
    return list(fact.values_fen) if isinstance(fact, CertifiedStocks) else []


@dataclass(frozen=True, kw_only=True)
class CertifiedEligibility(CertifiedFact):
    """Whether a unit shares in a pool, which is the fact's name."""

    value: bool


@dataclass(frozen=True, kw_only=True)
class CertifiedList(CertifiedFact):
    """The enterprises that both sides confirmed."""

    units: frozenset[str]


@dataclass(frozen=True)
class Proposal:
    """What the books suggest to certify: a unit's average against the threshold."""

    pool: str
    unit: str
    total_fen: int
    eligible: bool


Kind = TypeVar("Kind", bound=CertifiedFact)


class Certified:
    """Every certified fact, in the order of certification."""

    def __init__(self, facts: Iterable[CertifiedFact] = ()) -> None:
        self.facts = tuple(facts)
        self._found: dict[tuple[type[CertifiedFact], str, str], list[CertifiedFact]] = {}
        for fact in self.facts:
            self._found.setdefault((type(fact), fact.name, fact.unit), []).append(fact)
        self.units = {fact.unit for fact in self.facts if fact.unit}

    def knows(self, unit: str) -> bool:
        """Whether anything is certified for this unit alone."""
        return unit in self.units

    def clock(self, clock: str, unit: str) -> date | None:
        """The day on which a unit's clock started, or None if nobody certified it."""
        fact = next(self._of(CertifiedClock, clock, unit), None)
        return fact.on if fact else None

    def amount_fen(self, limit: Limit, unit: str, when: date) -> int | None:
        """An amount as written, or what is certified of it on a day, in whole fen; None if nobody certified it."""
        if isinstance(limit, int):
            return limit
        fact = self._holding(CertifiedAmount, limit.name, unit, when)
        return part_of(fact.value_fen, limit.part) if fact else None

    def weights(self, name: str, unit: str, when: date, *, previous: bool = False) -> Mapping[str, Fraction] | None:
        """The values of a day, or with `previous` those of the latest days before; None if nobody certified any."""
        fact = self._holding(CertifiedWeights, name, unit, when)
        if fact is None and previous:
            fact = self._latest_before(name, unit, when)
        return fact.values if fact else None

    def stocks_fen(self, name: str, unit: str, when: date) -> Mapping[str, int] | None:
        """What each party keeps on a day, or None if nobody certified it."""
        fact = self._holding(CertifiedStocks, name, unit, when)
        return fact.values_fen if fact else None

    def is_eligible(self, pool: str, unit: str, when: date) -> bool | None:
        """Whether a unit shares in a pool on a day, or None if nobody certified it."""
        fact = self._holding(CertifiedEligibility, pool, unit, when)
        return fact.value if fact else None

    def judges(self, pool: str, unit: str, when: date) -> bool:
        """Whether the eligibility of this very unit is certified for a pool on a day, whichever way."""
        own = self._found.get((CertifiedEligibility, pool, unit), ()) if unit else ()
        return any(fact.days.covers(when) for fact in own)

    def members(self, name: str, when: date) -> frozenset[str] | None:
        """The enterprises on a list on a day, or None if nobody certified it."""
        fact = self._holding(CertifiedList, name, "", when)
        return fact.units if fact else None

    def units_with_amount(self, name: str, when: date) -> list[str]:
        """The units for each of which an amount of this name is certified on a day, not for all together."""
        own = (fact for fact in self.facts if isinstance(fact, CertifiedAmount) and fact.name == name and fact.unit)
        return list(dict.fromkeys(fact.unit for fact in own if fact.days.covers(when)))

    def cuts(self, names: set[str], unit: str) -> set[date]:
        """Days on which facts of these names begin or have ended, for a unit."""
        days = [fact.days for fact in self.facts if fact.name in names and fact.unit in (unit, "")]
        return {day for each in days for day in each.cuts()}

    def propose(self, pool: str, threshold: Threshold) -> list[Proposal]:
        """Which units reach the threshold by their certified yearly amounts; exact, no average is rounded."""
        amounts = [fact for fact in self.facts if isinstance(fact, CertifiedAmount)]
        known = {fact.unit: fact for fact in amounts if len(fact.years_fen) == threshold.average_of_years}
        least = threshold.at_least_fen * threshold.average_of_years
        return [Proposal(pool, unit, fact.value_fen, fact.value_fen >= least) for unit, fact in known.items()]

    def _of(self, kind: type[Kind], name: str, unit: str) -> Iterator[Kind]:
        """Facts of a name, the unit's own before those of every unit, the last certified first."""
        for each in dict.fromkeys((unit, "")):
            for fact in reversed(self._found.get((kind, name, each), ())):
                assert isinstance(fact, kind)
                yield fact

    def _holding(self, kind: type[Kind], name: str, unit: str, when: date) -> Kind | None:
        return next((fact for fact in self._of(kind, name, unit) if fact.days.covers(when)), None)

    def _latest_before(self, name: str, unit: str, when: date) -> CertifiedWeights | None:
        """The weights whose days ended last before a day; the unit's own first."""
        for each in dict.fromkeys((unit, "")):
            over = [
                (fact.days.last, index, fact)
                for index, fact in enumerate(self._found.get((CertifiedWeights, name, each), ()))
                if isinstance(fact, CertifiedWeights) and fact.days.last and fact.days.last < when
            ]
            if over:
                return max(over, key=lambda found: found[:2])[2]
        return None
