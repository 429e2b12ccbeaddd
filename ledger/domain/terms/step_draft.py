"""A draft's steps: reads what each takes, by which weights it divides, when and up to what."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import get_args

from ledger.domain.calendar import DAY, agreement_years, anniversary
from ledger.domain.terms import (
    COLLECTOR,
    Cap,
    CertifiedBy,
    Clock,
    ClockWindow,
    Party,
    Step,
    Stocks,
    Weights,
    Window,
    faults,
)
from ledger.domain.terms.words import Words

YEARS = re.compile(r"([1-9][0-9]{0,3})(?:-([1-9][0-9]{0,3}))?")
STEP_WORDS = (
    "name", "split", "keep", "during", "extend", "until", "until_certified", "take", "cap", "per", "clause",
)  # fmt: skip
DURING_WORDS = ("clock", "years", "from", "to")
DECIMALS_MAX = 18
FACTORS = "factors"
PREVIOUS = "previous"


def listed(parties: Mapping[str, Party]) -> str:
    """The codes of parties, each with its name, as a fault names them."""
    return "、".join(f"{each.id}（{each.name}）" if each.name != each.id else each.id for each in parties.values())


class StepDraft:
    """Builds steps out of words, for parties and a first day already read."""

    def __init__(self, parties: Mapping[str, Party], first: date, *, per_collector: bool) -> None:
        self.parties = parties
        self.first = first
        self._per_collector = per_collector

    def step(self, index: int, words: Words) -> Step:
        """One step; what is faulty is noted in its words and replaced by something harmless."""
        keeps = self._keeps(words) if words.has("keep") else None
        if keeps is None and not words.has("split"):
            words.fault("", faults.StepDividesNothing())
        for other in ("split", "until"):
            if keeps is not None and words.has(other):
                words.fault(other, faults.WordsDoNotGoTogether(one="keep", other=other))
        weights, by = self._split(words) if words.has("split") else ({}, None)
        if isinstance(keeps, Mapping):
            weights = {party: Fraction(stock) for party, stock in keeps.items()}
        window, extend_years, extension = self._days(words)
        step = Step(
            name=self._name(words) or f"#{index + 1}",
            weights=weights,
            by=by,
            keeps=keeps,
            window=window,
            extend_years=extend_years,
            extension=extension,
            uses_previous=self._uses_previous(words, by),
            take=self._take(words),
            until=words.limit("until") if words.has("until") else None,
            cap=self._cap(words),
            per=words.choice("per", ("year", "agreement_year", "term")) if words.has("per") else "term",
            clause=words.clause,
            path=words.path,
        )
        words.done(STEP_WORDS)
        return step

    def _name(self, words: Words) -> str:
        name = words.text("name")
        if name.startswith("#"):
            words.fault("name", faults.StepNameReserved(name=name[:40]))
        return name

    # Who shares

    def weights(self, words: Words, word: str) -> Weights:
        """Written weights of a mapping, in listing order."""
        inner = words.inner(word, required=True)
        return self._written(inner) if inner else {}

    def _split(self, words: Words) -> tuple[Weights, CertifiedBy | None]:
        inner = words.inner("split", required=True)
        if inner is None:
            return {}, None
        return ({}, self._certified_by(inner)) if inner.has("by") else (self._written(inner), None)

    def _written(self, inner: Words) -> Weights:
        given = {party: inner.ratio(party) or Fraction(0) for party in inner.names()}
        known = (*self.parties, COLLECTOR) if self._per_collector else tuple(self.parties)
        self._known(inner, given, known)
        if not any(given.values()):
            inner.fault("", faults.WeightsEmpty())
        return {party: given[party] for party in known if party in given}

    def _certified_by(self, inner: Words) -> CertifiedBy:
        name = inner.text("by", required=True)
        if name == FACTORS:
            by = self._factors(inner)
        else:
            times_days = inner.has("times") and inner.choice("times", ("days",)) == "days"
            floor_to = inner.whole("floor_to") if inner.has("floor_to") else 1
            decimals = self._decimals(inner) if inner.has("decimals") else None
            by = CertifiedBy({name: Fraction(1)}, floor_to, decimals, times_days)
        inner.done(("by", "times", FACTORS, "decimals", "floor_to"))
        return by

    def _factors(self, inner: Words) -> CertifiedBy:
        listed = inner.inner(FACTORS, required=True)
        given = {name: listed.ratio(name) or Fraction(0) for name in listed.names()} if listed else {}
        if listed and not any(given.values()):
            listed.fault("", faults.WeightsEmpty())
        floor_to = inner.whole("floor_to") if inner.has("floor_to") else 1
        return CertifiedBy({name: weight for name, weight in given.items() if weight}, floor_to, self._decimals(inner))

    def _decimals(self, inner: Words) -> int | None:
        if inner.peek("decimals") == "exact":
            inner.raw("decimals")
            return None
        decimals = inner.whole("decimals")
        if decimals > DECIMALS_MAX:
            inner.fault("decimals", faults.TooMany(word="decimals", found=decimals, limit=DECIMALS_MAX))
        return min(decimals, DECIMALS_MAX)

    def _uses_previous(self, words: Words, by: CertifiedBy | None) -> bool:
        if not words.has("until_certified"):
            return False
        if by is None:
            words.fault("until_certified", faults.NothingToCertify(word="until_certified"))
        return bool(words.choice("until_certified", (PREVIOUS,)) == PREVIOUS)

    def _keeps(self, words: Words) -> Stocks:
        inner = words.inner("keep", required=True)
        if inner is None:
            return {}
        if inner.has("by"):
            name = inner.text("by", required=True)
            inner.done(("by",))
            return name or "keep"
        given = {party: inner.amount(party) or 0 for party in inner.names()}
        self._known(inner, given, tuple(self.parties))
        if not any(given.values()):
            inner.fault("", faults.WeightsEmpty())
        return {party: given[party] for party in self.parties if party in given}

    def _known(self, words: Words, parties: Iterable[str], known: tuple[str, ...]) -> None:
        for party in parties:
            if party == COLLECTOR and COLLECTOR not in known:
                words.fault("", faults.CollectorNeedsUnit())
            elif party not in known:
                words.fault("", faults.PartyUnknown(party=party[:40], parties=listed(self.parties)))

    def known(self, words: Words, *parties: str) -> None:
        """Note parties that the agreement does not list."""
        self._known(words, [party for party in parties if party], tuple(self.parties))

    # How much

    def _take(self, words: Words) -> Fraction | None:
        if not words.has("take"):
            return None
        part = words.part("take")
        if part is not None and part > 1:
            words.fault("take", faults.PartOutOfRange(given=part))
        return part

    def _cap(self, words: Words) -> Cap | None:
        inner = words.inner("cap")
        if inner is None:
            return None
        party = inner.text("party", required=True)
        self.known(inner, party)
        at = inner.limit("at")
        inner.done(("party", "at"))
        return Cap(party, at if at is not None else 0)

    # When

    def _days(self, words: Words) -> tuple[Window | ClockWindow | None, int, Window | None]:
        """The window, by how many years it may grow, and the days of that where they are known already."""
        inner = words.inner("during")
        extend_years = self._extend(words)
        if inner is None:
            return None, extend_years, None
        if inner.has("years"):
            inner.only_one("years", "from", "to")
            return self._years(inner, extend_years)
        if inner.has("clock"):
            inner.fault("", faults.WordMissing(word="years"))
            return None, extend_years, None
        first, last = inner.day("from"), inner.last_day("to")
        if first is None and last is None:
            inner.fault("", faults.WordMissing(word="years / from / to"))
        if first and last and last < first:
            inner.fault("to", faults.LifeEndsBeforeItBegins(first=first, last=last))
        inner.done(DURING_WORDS)
        grows = extend_years and last and last < date.max
        extension = Window(last + DAY, anniversary(last + DAY, extend_years) - DAY) if grows and last else None
        return Window(first, last), extend_years, extension

    def _years(self, words: Words, extend_years: int) -> tuple[Window | ClockWindow | None, int, Window | None]:
        text, on_clock = words.text("years"), words.has("clock")
        clock: Clock = words.choice("clock", get_args(Clock)) if on_clock else "signed"
        words.done(DURING_WORDS)
        found = YEARS.fullmatch(text)
        if not found or int(found[2] or found[1]) < int(found[1]):
            words.fault("years", faults.YearsUnreadable(given=text[:40]))
            return None, extend_years, None
        first_year, last_year = int(found[1]), int(found[2] or found[1])
        if on_clock:
            return ClockWindow(clock, first_year, last_year), extend_years, None
        window = Window(*agreement_years(self.first, first_year, last_year))
        if not extend_years or window.last is None or window.last == date.max:
            return window, extend_years, None
        extended = agreement_years(self.first, first_year, last_year + extend_years)[1]
        return window, extend_years, Window(window.last + DAY, extended)

    def _extend(self, words: Words) -> int:
        inner = words.inner("extend")
        if inner is None:
            return 0
        years = inner.whole("years")
        inner.choice("unless", ("cap_reached",))
        inner.done(("years", "unless"))
        for other in ("during", "cap"):
            if other not in words.given:
                words.fault("extend", faults.ExtendNeeds(other=other))
        if words.has("per"):
            words.fault("per", faults.WordsDoNotGoTogether(one="extend", other="per"))
        return years
