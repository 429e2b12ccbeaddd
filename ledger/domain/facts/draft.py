"""Reading certified facts from a document: a list of facts, each of one kind."""

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import TypeVar, get_args

from ledger.domain import money
from ledger.domain.calendar import YEAR_MAX, YEAR_MIN
from ledger.domain.errors import Fault, Refusal, TermsRefused
from ledger.domain.facts.certified import (
    Certified,
    CertifiedAmount,
    CertifiedClock,
    CertifiedEligibility,
    CertifiedFact,
    CertifiedList,
    CertifiedStocks,
    CertifiedWeights,
    parties_named,
)
from ledger.domain.rounding import part_of
from ledger.domain.terms import Clock, Document, Party, Window, faults
from ledger.domain.terms.step_draft import listed
from ledger.domain.terms.words import Words

FACTS_MAX = 100_000
Value = TypeVar("Value", int, Fraction)
FACT_WORDS = (
    "clock", "amount", "weights", "amounts", "eligible", "list", "unit", "units", "on", "value", "values", "years", "average_of",
    "from", "to", "source",
)  # fmt: skip


def read_facts(document: Document | list[Document]) -> Certified:
    """The facts that a document (`facts: […]`, or the list alone) certifies; raises TermsRefused with every fault."""
    found: list[Fault] = []
    top = Words({"facts": document} if isinstance(document, list) else document, "", found)
    read = [_read(words) for words in top.each("facts", limit=FACTS_MAX, required=True)]
    top.done(("facts",))
    if found:
        raise TermsRefused(found)
    return Certified(fact for fact in read if fact)


def refuse_strangers(certified: Certified, parties: Mapping[str, Party]) -> None:
    """Raises TermsRefused if facts give values to somebody who is no party."""
    found = []
    for index, fact in enumerate(certified.facts):
        for party in parties_named(fact):
            if party not in parties:
                rule = faults.PartyUnknown(party=party[:40], parties=listed(parties))
                found.append(Fault(f"facts[{index}].values", rule))
    if found:
        raise TermsRefused(found)


def read_fact(document: Document) -> CertifiedFact:
    """One fact; raises TermsRefused with every fault."""
    found: list[Fault] = []
    fact = _read(Words(document, "", found))
    if found or fact is None:
        raise TermsRefused(found)
    return fact


def recorded_fact(document: Document) -> CertifiedFact | None:
    """A fact that was accepted once: never refused, whatever rules have come since."""
    return _read(Words(document, "", []))


def _read(words: Words) -> CertifiedFact | None:
    words.text("source")
    kind = next((kind for kind in READERS if words.has(kind)), None)
    if kind is None:
        words.fault("", faults.WordMissing(word=" / ".join(READERS)))
        return None
    fact = READERS[kind](words)
    words.done(FACT_WORDS)
    return fact


def _clock(words: Words) -> CertifiedFact | None:
    clock: Clock = words.choice("clock", get_args(Clock))
    on, unit = words.day("on", required=True), words.text("unit")
    return CertifiedClock(name=clock, unit=unit, on=on) if on else None


def _amount(words: Words) -> CertifiedFact:
    words.only_one("years", "average_of", "value")
    name, unit, days = words.text("amount", required=True), words.text("unit"), _days(words)
    if words.has("average_of"):
        value_fen = average_fen(_years_fen(words, "average_of"))
        return CertifiedAmount(name=name, unit=unit, days=days, value_fen=value_fen)
    if not words.has("years"):
        return CertifiedAmount(name=name, unit=unit, days=days, value_fen=words.amount("value") or 0)
    years_fen = _years_fen(words, "years")
    return CertifiedAmount(name=name, unit=unit, days=days, value_fen=sum(years_fen), years_fen=years_fen)


def average_fen(amounts_fen: Sequence[int]) -> int:
    """The average of some years in whole fen, rounded once; half a fen goes away from zero (semantics finding 27)."""
    if not amounts_fen:
        return 0
    return part_of(sum(amounts_fen), Fraction(1, len(amounts_fen)))


def _weights(words: Words) -> CertifiedFact:
    name, unit, days = words.text("weights", required=True), words.text("unit"), _days(words)
    values = _values(words, lambda inner, party: inner.ratio(party) or Fraction(0))
    return CertifiedWeights(name=name, unit=unit, days=days, values=values)


def _stocks(words: Words) -> CertifiedFact:
    name, unit, days = words.text("amounts", required=True), words.text("unit"), _days(words)
    values_fen = _values(words, lambda inner, party: inner.amount(party) or 0)
    return CertifiedStocks(name=name, unit=unit, days=days, values_fen=values_fen)


def _eligibility(words: Words) -> CertifiedFact:
    name, unit = words.text("eligible", required=True), words.text("unit")
    value = words.flag("value", required=True)
    return CertifiedEligibility(name=name, unit=unit, days=_days(words), value=value)


def _list(words: Words) -> CertifiedFact:
    units = frozenset(words.texts("units", required=True))
    return CertifiedList(name=words.text("list", required=True), days=_days(words), units=units)


READERS: Mapping[str, Callable[[Words], CertifiedFact | None]] = {
    "clock": _clock,
    "amounts": _stocks,
    "amount": _amount,
    "weights": _weights,
    "eligible": _eligibility,
    "list": _list,
}


def _values(words: Words, read: Callable[[Words, str], Value]) -> dict[str, Value]:
    """One value for each party; all of them zero is no basis to divide by."""
    inner = words.inner("values", required=True)
    values = {party: read(inner, party) for party in inner.names()} if inner else {}
    if inner and not any(values.values()):
        inner.fault("", faults.WeightsEmpty())
    return values


def _years_fen(words: Words, word: str) -> tuple[int, ...]:
    """What each year brought; a year may be below zero, all of them together may not."""
    inner = words.inner(word)
    if inner is None or not inner.names():
        words.fault(word, faults.WordMissing(word=word))
        return ()
    for year in inner.names():
        if not re.fullmatch("[0-9]{4}", str(year)) or not YEAR_MIN <= int(year) <= YEAR_MAX:
            inner.fault(year, faults.YearUnreadable(given=str(year)[:40]))
    years_fen = tuple(_signed_fen(inner, year) for year in inner.names())
    if sum(years_fen) < 0:
        words.fault(word, faults.AmountNotPositive(given=money.yuan(sum(years_fen))))
    return years_fen


def _signed_fen(words: Words, year: str) -> int:
    """A year's amount; below zero where refunds exceeded receipts."""
    try:
        return money.fen(words.text(year))
    except Refusal as rule:
        words.fault(year, rule)
        return 0


def _days(words: Words) -> Window:
    first, last = words.day("from"), words.last_day("to")
    if first and last and last < first:
        words.fault("to", faults.LifeEndsBeforeItBegins(first=first, last=last))
    return Window(first, last)
