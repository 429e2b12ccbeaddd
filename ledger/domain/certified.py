"""Certified facts (认定事实): amounts, eligibility and enterprise lists that both sides confirmed.

A value holds for the days it says; of two for the same day the later certification wins
(semantics 5.1, findings 7 and 8).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from ledger.domain import calendar, money
from ledger.domain import terms_faults as faults
from ledger.domain.errors import Fault, Refusal, TermsRefused
from ledger.domain.terms import Document, Threshold, Window
from ledger.domain.words import Words

ALWAYS = Window(None, None)
FACTS_MAX = 100_000
UNUSED_FACTS = ("clock", "weights")
"""Kinds that no terms of this version can ask for."""


@dataclass(frozen=True)
class CertifiedAmount:
    """A named amount of a unit (or of every unit), such as its total before it moved."""

    name: str
    unit: str
    value_fen: int
    days: Window
    years_fen: tuple[int, ...] = ()


@dataclass(frozen=True)
class CertifiedEligibility:
    """Whether a unit shares in a pool."""

    pool: str
    unit: str
    value: bool
    days: Window


@dataclass(frozen=True)
class CertifiedList:
    """The enterprises that both sides confirmed."""

    name: str
    units: frozenset[str]
    days: Window


@dataclass(frozen=True)
class Proposal:
    """What the books suggest to certify: a unit's average against the threshold."""

    pool: str
    unit: str
    total_fen: int
    eligible: bool


@dataclass(frozen=True)
class Certified:
    """Every certified fact, in the order of certification."""

    amounts: Sequence[CertifiedAmount] = ()
    eligibilities: Sequence[CertifiedEligibility] = ()
    lists: Sequence[CertifiedList] = ()

    def amount_fen(self, name: str, unit: str, when: date) -> int | None:
        """A named amount on a day, or None if nobody certified it."""
        for fact in reversed(self.amounts):
            if fact.name == name and fact.unit in (unit, "") and fact.days.covers(when):
                return fact.value_fen
        return None

    def is_eligible(self, pool: str, unit: str, when: date) -> bool | None:
        """Whether a unit shares in a pool on a day, or None if nobody certified it."""
        for fact in reversed(self.eligibilities):
            if fact.pool == pool and fact.unit in (unit, "") and fact.days.covers(when):
                return fact.value
        return None

    def members(self, name: str, when: date) -> frozenset[str] | None:
        """The enterprises on a list on a day, or None if nobody certified it."""
        for fact in reversed(self.lists):
            if fact.name == name and fact.days.covers(when):
                return fact.units
        return None

    def cuts(self, unit: str) -> set[date]:
        """Days on which a unit's amounts change."""
        days = [fact.days for fact in self.amounts if fact.unit in (unit, "")]
        firsts = {each.first for each in days if each.first}
        return firsts | {each.last + calendar.DAY for each in days if each.last and each.last < date.max}

    def propose(self, pool: str, threshold: Threshold) -> list[Proposal]:
        """Which units reach the threshold by their certified yearly amounts; exact, no average is rounded."""
        known = {fact.unit: fact for fact in self.amounts if len(fact.years_fen) == threshold.average_of_years}
        least = threshold.at_least_fen * threshold.average_of_years
        return [Proposal(pool, unit, fact.value_fen, fact.value_fen >= least) for unit, fact in known.items()]


@dataclass
class _Reading:
    amounts: list[CertifiedAmount] = field(default_factory=list)
    eligibilities: list[CertifiedEligibility] = field(default_factory=list)
    lists: list[CertifiedList] = field(default_factory=list)


def read_facts(document: Document | list[Document]) -> Certified:
    """The facts that a document (`facts: […]`, or the list alone) certifies; raises TermsRefused with every fault."""
    found: list[Fault] = []
    reading = _Reading()
    top = Words({"facts": document} if isinstance(document, list) else document, "", found)
    for words in top.each("facts", limit=FACTS_MAX, required=True):
        _read_fact(words, reading)
    top.done(("facts",))
    if found:
        raise TermsRefused(found)
    return Certified(reading.amounts, reading.eligibilities, reading.lists)


def _read_fact(words: Words, reading: _Reading) -> None:
    words.text("source")
    kind = next((word for word in ("amount", "eligible", "list", *UNUSED_FACTS) if words.has(word)), None)
    if kind == "amount":
        reading.amounts.append(_amount(words))
    elif kind == "eligible":
        pool, unit, value = words.text("eligible"), words.text("unit"), words.flag("value", required=True)
        reading.eligibilities.append(CertifiedEligibility(pool, unit, value, _days(words)))
    elif kind == "list":
        units = frozenset(words.texts("units", required=True))
        reading.lists.append(CertifiedList(words.text("list"), units, _days(words)))
    else:
        if kind is None:
            words.fault("", faults.WordMissing(word="amount / eligible / list"))
        return
    words.done(("amount", "eligible", "list", "unit", "units", "value", "years", "from", "to", "source"))


def _amount(words: Words) -> CertifiedAmount:
    words.only_one("years", "value")
    name, unit, days = words.text("amount"), words.text("unit"), _days(words)
    if not words.has("years"):
        return CertifiedAmount(name, unit, words.amount("value") or 0, days)
    years_fen = tuple(_year_fen(words, text) for text in words.texts_of("years"))
    return CertifiedAmount(name, unit, sum(years_fen), days, years_fen)


def _year_fen(words: Words, text: str) -> int:
    """A year's amount; below zero where refunds exceeded receipts."""
    try:
        return money.fen(text)
    except Refusal as rule:
        words.fault("years", rule)
        return 0


def _days(words: Words) -> Window:
    return Window(words.day("from"), words.last_day("to"))
