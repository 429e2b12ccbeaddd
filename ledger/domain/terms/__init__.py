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

from ledger.domain.calendar import DAY, Every
from ledger.domain.rounding import RoundingRule

Document = dict[str, Any]
RateDate = Literal["entry_date", "tax_period", "tax_period_end"]
Refunds = Literal["as_original", "own_date"]
Negatives = Literal["immediate", "carry"]
RoundingLevel = Literal["running", "period", "line"]
Per = Literal["enterprise", "project", "collector", "agreement"]
Level = Literal["as_given", "central", "province", "city", "county", "local"]
"""Which government's part is shared: all as given, one level's, or all that is not central (`local`, 地方留成)."""
Share = Literal["receipts", "land_proceeds", "indicator", "quota", "inputs", "transfer", "due_of"]
Basis = Literal["split", "double", "in_place"]
Clock = Literal["registered", "works_started", "production", "first_tax", "recovered", "signed"]
Scope = Literal["term", "year", "agreement_year"]
Channel = Literal["year_end_settlement", "horizontal_transfer", "treasury_transfer", "cash"]
Role = Literal["origin", "host", "introducer", "receiver", "zone", "fund", "subsidy"]
CLOCKS_ZH = {
    "registered": "注册", "works_started": "开工", "production": "达产", "first_tax": "首笔税收",
    "recovered": "收回投入", "signed": "签署",
}  # fmt: skip
LEVELS: tuple[Level, ...] = ("central", "province", "city", "county")
LAND_PROCEEDS_SUBJECT = "1030148"
TAKES_RECEIPTS: tuple[Share, ...] = ("receipts", "land_proceeds")
"""What a pool may share that comes in through the treasury."""
EDITION = 2
COLLECTOR = "collector"
"""The weight of whoever collects, in a pool that counts per collector."""

Weights = Mapping[str, Fraction]


@dataclass(frozen=True)
class Named:
    """An amount that is certified as a fact, or a part of it (认定的数额，或其百分之几)."""

    name: str
    part: Fraction = Fraction(1)

    def __str__(self) -> str:
        return self.name


Limit = int | Named
"""An amount in fen, or one that is certified."""
Stocks = Mapping[str, int] | str
"""Fen that each party keeps, or the name under which such amounts are certified."""


def levels_meet(one: Level, other: Level) -> bool:
    """Whether two levels hold some of the same money."""
    if one == other or "as_given" in (one, other):
        return True
    return "local" in (one, other) and "central" not in (one, other)


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

    def cuts(self) -> set[date]:
        """The first day, and the day after the last: where something else begins."""
        firsts = {self.first} if self.first else set()
        return firsts | ({self.last + DAY} if self.last and self.last < date.max else set())


@dataclass(frozen=True)
class ClockWindow:
    """Years counted from the day on which a unit's clock started, once that is certified (从投产等之日起)."""

    clock: Clock
    first_year: int
    last_year: int


@dataclass(frozen=True)
class CertifiedBy:
    """Weights that are certified for given days (按认定权重): one name, or several factors with their weights.

    `floor_to` cuts every value down to a full multiple; `decimals` cuts the shares to so many places, None is exact.
    """

    factors: Mapping[str, Fraction]
    floor_to: int = 1
    decimals: int | None = None
    times_days: bool = False


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
    by: CertifiedBy | None = None
    keeps: Stocks | None = None
    window: Window | ClockWindow | None = None
    extend_years: int = 0
    extension: Window | None = None
    uses_previous: bool = False
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
    def sharers(self) -> frozenset[str]:
        """The parties with a positive weight, as far as the terms themselves say."""
        return frozenset(party for party, weight in self.weights.items() if weight > 0)

    @property
    def names_certified(self) -> set[str]:
        """The amounts, weights and stocks that it needs certified, by name."""
        named = {each.name for each in (self.until, self.cap.at if self.cap else None) if isinstance(each, Named)}
        stocks = {self.keeps} if isinstance(self.keeps, str) else set()
        return named | stocks | set(self.by.factors if self.by else ())

    @property
    def is_certified_by(self) -> bool:
        """Whether facts say who shares."""
        return self.by is not None or isinstance(self.keeps, str)


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
class Reported:
    """How figures are reported: month by month or as cumulative totals of the year, in whole steps of a unit."""

    cumulative: bool
    kind: Literal["flow", "stock"]
    unit: str
    step: Fraction


@dataclass(frozen=True)
class Guarantee:
    """What a payer makes up at the end of a year, or of the term, if a party got less (保底)."""

    party: str
    payer: str
    at_least: Limit
    per: Scope


@dataclass(frozen=True)
class Transfer:
    """A fixed amount that one party gives, or several in some ratio: on some days, or every year on one (定额转移)."""

    givers: Weights
    amount: Limit
    on: tuple[date, ...] = ()
    yearly: tuple[int, int] | None = None
    at_least_fen: int = 0


@dataclass(frozen=True)
class Feeding:
    """What a pool is fed by: a party's due in another pool."""

    party: str
    pool: str


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
    guarantee: Guarantee | None = None
    transfers: tuple[Transfer, ...] = ()
    fed_by: Feeding | None = None
    measures: tuple[str, ...] = ()
    basis: Basis = "split"
    reported: Reported | None = None
    clause: str = ""
    path: str = ""

    @property
    def hands_on(self) -> bool:
        """Whether it divides what parties have or are due, so that their due falls by what it takes."""
        return bool(self.fed_by or self.transfers)

    @property
    def steps_per_hundredth(self) -> Fraction:
        """How many of what the pool counts make a hundredth of its unit: one fen, or smallest steps of figures."""
        return Fraction(1, 100) / self.reported.step if self.reported else Fraction(1)

    @property
    def is_money(self) -> bool:
        """Whether it divides fen that move; figures and quotas count in units of their own, inputs are obligations."""
        return self.share not in ("indicator", "quota", "inputs")


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


Rest = Literal["dropped", "claim"]
"""What becomes of what a limit of payments leaves unpaid."""


@dataclass(frozen=True)
class Settle:
    """How often, through which channel, on which days in equal parts, and up to what a party pays (结算)."""

    every: Every = "month"
    through: Channel | None = None
    instalments: tuple[tuple[int, int], ...] = ()
    pays_at_most: Mapping[str, Limit] | None = None
    rest: Rest = "dropped"


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
    settle: Settle = Settle()
    number: str = ""
    lists: Mapping[str, tuple[str, ...]] | None = None
    levels: tuple[LevelRow, ...] = ()
    amended_from: date | None = None
    ends: Mapping[str, tuple[str, ...]] | None = None
    remarks: tuple[str, ...] = ()

    @property
    def every(self) -> Every:
        """How often the agreement settles."""
        return self.settle.every

    @property
    def effective(self) -> date:
        """The first day that this version may judge."""
        return self.amended_from or self.first

    def pool(self, name: str) -> Pool | None:
        """The pool of a name, if this version has it."""
        return next((pool for pool in self.pools if pool.name == name), None)

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
