"""Terms (条款): what a signed agreement says about dividing.

Parties in listing order, and pools; a pool selects entries, counts them per unit and
divides them with a waterfall of steps.  Values only: `draft` reads them from a document,
`scrutiny` looks for gaps, `division` applies them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Literal

from ledger.domain.calendar import Every
from ledger.domain.rounding import RoundingRule

Document = dict[str, Any]
RateDate = Literal["entry_date", "tax_period", "tax_period_end"]
Refunds = Literal["as_original", "own_date"]
Negatives = Literal["immediate", "carry"]
RoundingLevel = Literal["running", "period", "line"]
Per = Literal["enterprise", "project", "collector", "agreement"]
Level = Literal["as_given", "central", "province", "city", "county"]
Share = Literal["receipts", "land_proceeds"]
Scope = Literal["term", "year", "agreement_year"]
Channel = Literal["year_end_settlement", "horizontal_transfer", "treasury_transfer", "cash"]
Role = Literal["origin", "host", "introducer", "receiver", "zone", "fund", "subsidy"]
LEVELS: tuple[Level, ...] = ("central", "province", "city", "county")
LAND_PROCEEDS_SUBJECT = "1030148"
EDITION = 2

Weights = Mapping[str, Fraction]
Limit = int | str
"""An amount in fen, or the name of an amount that is certified as a fact."""


@dataclass(frozen=True)
class Party:
    """A government or body that shares (参与方)."""

    id: str
    name: str
    region: str = ""
    role: Role | None = None


@dataclass(frozen=True)
class Window:
    """Days that a step covers, first and last included; None is open."""

    first: date | None
    last: date | None

    def covers(self, when: date) -> bool:
        """Whether a rate date lies inside."""
        return (self.first is None or self.first <= when) and (self.last is None or when <= self.last)


@dataclass(frozen=True)
class Cap:
    """The most that one party may keep of a step (封顶)."""

    party: str
    at: Limit


@dataclass(frozen=True)
class Step:
    """One step of a waterfall: what it takes of what arrives, and by which weights it divides that."""

    name: str
    weights: Weights
    keeps: Mapping[str, int] | None = None
    window: Window | None = None
    take: Fraction | None = None
    until: Limit | None = None
    cap: Cap | None = None
    per: Scope = "term"
    clause: str = ""
    path: str = ""

    @property
    def has_memory(self) -> bool:
        """Whether it counts what came before (until, keep, cap)."""
        return self.until is not None or self.keeps is not None or self.cap is not None

    @property
    def is_plain(self) -> bool:
        """Whether it takes all that arrives and passes nothing on."""
        return not self.has_memory and self.take is None

    @property
    def limit(self) -> Limit | None:
        """The amount up to which it takes: `until`, or the sum of the stocks that `keep` names."""
        return sum(self.keeps.values()) if self.keeps is not None else self.until

    @property
    def sharers(self) -> frozenset[str]:
        """The parties with a positive weight."""
        return frozenset(party for party, weight in self.weights.items() if weight > 0)

    def covers(self, when: date) -> bool:
        """Whether it applies to a rate date."""
        return self.window is None or self.window.covers(when)


@dataclass(frozen=True)
class Selection:
    """Which entries a pool takes: all, or those of projects, of a park, or of a listed enterprise."""

    by: Literal["all", "projects", "park", "list"] = "all"
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Threshold:
    """Who is eligible: the average of the years before is at least an amount."""

    average_of_years: int
    at_least_fen: int
    government_led: bool


@dataclass(frozen=True)
class Pool:
    """What is shared together: a selection of entries, a unit to count by, a waterfall."""

    name: str
    steps: tuple[Step, ...]
    share: Share = "receipts"
    selection: Selection = Selection()
    subjects: tuple[str, ...] = ()
    level: Level = "as_given"
    per: Per = "agreement"
    eligible: Threshold | None = None
    otherwise: Weights | None = None
    clause: str = ""
    path: str = ""


@dataclass(frozen=True)
class Rounding:
    """Where exact parts become fen: once per running account, per settlement, or per line."""

    level: RoundingLevel
    rule: RoundingRule = "largest_remainder"
    by_unit: bool = False


@dataclass(frozen=True)
class LevelRow:
    """How one subject's tax is divided between levels of government in some years, in percent."""

    subject: str
    first: date
    last: date | None
    percents: Mapping[Level, Fraction]


@dataclass(frozen=True)
class Terms:
    """Everything that an agreement version says."""

    title: str
    parties: Mapping[str, Party]
    first: date
    last: date | None
    rate_date: RateDate
    refunds: Refunds
    negatives: Negatives
    rounding: Rounding
    pools: tuple[Pool, ...]
    every: Every = "month"
    through: Channel | None = None
    number: str = ""
    lists: Mapping[str, tuple[str, ...]] | None = None
    levels: tuple[LevelRow, ...] = ()

    def covers(self, when: date) -> bool:
        """Whether a rate date lies inside the life of the agreement."""
        return Window(self.first, self.last).covers(when)

    @property
    def host(self) -> str | None:
        """The one party that collects where the file does not say who did."""
        hosts = [party.id for party in self.parties.values() if party.role in ("host", "receiver")]
        return hosts[0] if len(hosts) == 1 else None

    def party_named(self, text: str) -> str | None:
        """The party that a file means: by id, name or region code."""
        for party in self.parties.values():
            if text in (party.id, party.name, party.region) and text:
                return party.id
        return None
