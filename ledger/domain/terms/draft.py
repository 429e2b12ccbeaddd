"""A draft (草案): reads terms from a document, and finds everything that is wrong at once."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import get_args

from ledger.domain.calendar import Every
from ledger.domain.errors import Fault, TermsRefused
from ledger.domain.rounding import RoundingRule
from ledger.domain.terms import (
    COLLECTOR,
    EDITION,
    LEVELS,
    Channel,
    Document,
    LevelRow,
    Negatives,
    Party,
    Pool,
    RateDate,
    Refunds,
    Rest,
    Role,
    Rounding,
    RoundingLevel,
    Settle,
    Terms,
    faults,
)
from ledger.domain.terms.pool_draft import PoolDraft
from ledger.domain.terms.scrutiny import scrutinise
from ledger.domain.terms.step_draft import listed
from ledger.domain.terms.words import Words

TERMS_WORDS = (
    "title", "edition", "remarks", "document", "parties", "from", "to", "effective", "rate_date", "refunds",
    "negatives", "rounding", "settle", "lists", "levels", "pools", "ends", "clause",
)  # fmt: skip

OF_WEIGHTS = re.compile(r"\.waterfall\[[0-9]+]\.split\b")
RESERVED = (COLLECTOR, "by", "")
NAME = re.compile(r"\w(?:[\w（）()·—\- ]*[\w（）()])?")
PARTIES_MAX, POOLS_MAX, LEVEL_ROWS_MAX = 200, 50, 500


def read_terms(document: Document) -> Terms:
    """The terms that a document states.

    Raises TermsRefused with every fault, each with its path and clause.
    """
    found: list[Fault] = []
    terms = _Draft(Words(document, "", found)).terms()
    sound = scrutinise(_as_far_as_sound(terms, found))
    found += [fault for fault in sound if not (_of_weights(found) and isinstance(fault.rule, faults.JUDGED_BY_WEIGHTS))]
    if found:
        raise TermsRefused(found)
    return terms


def recorded_terms(document: Document) -> Terms:
    """The terms of a document that was accepted once: never refused, whatever rules have come since."""
    return _Draft(Words(document, "", [])).terms()


def _as_far_as_sound(terms: Terms, found: Sequence[Fault]) -> Terms:
    """The terms without the pools that could not be read, so that what is scrutinised was really said.

    Weights that could not be read hide nothing but what is judged by weights.
    """
    weighty = _of_weights(found)
    places = [fault.place("zh") for fault in found if fault not in weighty]
    life_is_known = not {"from", "to"} & set(places)
    pools = [pool for pool in terms.pools if not any(re.match(rf"{re.escape(pool.path)}\b", place) for place in places)]
    return replace(terms, pools=tuple(pools) if life_is_known else ())


def _of_weights(found: Sequence[Fault]) -> list[Fault]:
    return [fault for fault in found if OF_WEIGHTS.search(fault.place("zh"))]


class _Draft:
    """Builds terms out of words; what is faulty is noted there and replaced by something harmless."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.parties: dict[str, Party] = {}
        self.first = date.min

    def terms(self) -> Terms:
        words = self.words
        self._edition()
        number = self._number()
        self.parties = self._parties()
        self.first = words.day("from", required=True) or date.min
        last = self._last()
        rate_date: RateDate = words.choice("rate_date", get_args(RateDate))
        if_silent = "" if rate_date == "entry_date" else "as_original"
        terms = Terms(
            title=words.text("title", required=True),
            parties=self.parties,
            first=self.first,
            last=last,
            rate_date=rate_date,
            refunds=words.choice("refunds", get_args(Refunds), if_silent),
            negatives=words.choice("negatives", get_args(Negatives)),
            rounding=self._rounding(),
            number=number,
            amended_from=self._effective(last),
            ends=self._ends(),
            lists=self._lists(),
            levels=tuple(self._levels()),
            settle=self._settle(),
            pools=self._pools(),
            remarks=words.texts("remarks"),
        )
        words.done(TERMS_WORDS)
        return terms

    def _effective(self, last: date | None) -> date | None:
        """From which day an amendment counts; not before the agreement's first day."""
        effective = self.words.day("effective")
        if effective and (effective < self.first or (last and effective > last)):
            self.words.fault("effective", faults.EffectiveOutsideLife(effective=effective, first=self.first))
        return effective

    def _ends(self) -> dict[str, tuple[str, ...]] | None:
        inner = self.words.inner("ends")
        return {pool: inner.texts(pool) for pool in inner.names()} if inner else None

    def _edition(self) -> None:
        edition = self.words.raw("edition", required=True)
        if edition is not None and str(edition) != str(EDITION):
            self.words.fault("edition", faults.NotAChoice(given=str(edition)[:40], choices=str(EDITION)))

    def _number(self) -> str:
        inner = self.words.inner("document")
        if inner is None:
            return ""
        number = inner.text("number")
        inner.text("sha256")
        inner.done(("number", "sha256"))
        return number

    def _parties(self) -> dict[str, Party]:
        inner = self.words.inner("parties", required=True)
        parties = (
            {name: self._party(name, inner.inner(name)) for name in self._names(inner, PARTIES_MAX)} if inner else {}
        )
        if inner and len(parties) < 2:
            inner.fault("", faults.PartiesTooFew())
        for one in parties.values():
            for other in parties.values():
                if one is not other and {other.name, other.region} & {one.id, one.name, one.region} - {""}:
                    self.words.fault(f"parties.{one.id}", faults.PartiesAlike(one=one.id, other=other.id))
        return parties

    def _names(self, words: Words, limit: int) -> list[str]:
        """The names of parties or pools: words that can be read, and none of the language's own."""
        for name in words.names():
            if name in RESERVED or not NAME.fullmatch(str(name)):
                words.fault("", faults.NameReserved(name=str(name)[:40]))
        return words.at_most("", words.names(), limit)

    def _party(self, name: str, words: Words | None) -> Party:
        if words is None:
            return Party(name, name)
        region = words.text("region")
        if region and not re.fullmatch(r"[1-9][0-9]{5}", region):
            words.fault("region", faults.RegionUnreadable(given=region[:40]))
        role = words.choice("role", get_args(Role)) if words.has("role") else None
        party = Party(name, words.text("name", required=True), region, role)
        words.done(("name", "region", "role"))
        return party

    def _last(self) -> date | None:
        last = self.words.last_day("to", required=True)
        if last and last < self.first:
            self.words.fault("to", faults.LifeEndsBeforeItBegins(first=self.first, last=last))
        return last

    def _rounding(self) -> Rounding:
        inner = self.words.inner("rounding", required=True)
        if inner is None:
            return Rounding("running")
        level: RoundingLevel = inner.choice("level", get_args(RoundingLevel))
        rule: RoundingRule = inner.choice("rule", get_args(RoundingRule), "largest_remainder")
        by_unit = inner.has("account") and inner.choice("account", ("unit",)) == "unit"
        inner.done(("level", "rule", "account"))
        return Rounding(level, rule, by_unit)

    def _settle(self) -> Settle:
        inner = self.words.inner("settle")
        if inner is None:
            return Settle()
        every: Every = inner.choice("every", get_args(Every), "month")
        through: Channel | None = inner.choice("through", get_args(Channel)) if inner.has("through") else None
        instalments = inner.days_of_year("instalments") if inner.has("instalments") else ()
        pays = inner.inner("at_most")
        pays_at_most = {party: pays.limit(party) or 0 for party in pays.names()} if pays else None
        for party in pays_at_most or {}:
            if pays and party not in self.parties:
                pays.fault("", faults.PartyUnknown(party=party[:40], parties=listed(self.parties)))
        rest: Rest = inner.choice("rest", get_args(Rest), "dropped")
        inner.done(("every", "through", "instalments", "at_most", "rest"))
        return Settle(every, through, instalments, pays_at_most, rest)

    def _lists(self) -> dict[str, tuple[str, ...]]:
        inner = self.words.inner("lists")
        return {name: inner.texts(name) for name in inner.names()} if inner else {}

    def _levels(self) -> Iterable[LevelRow]:
        for words in self.words.each("levels", limit=LEVEL_ROWS_MAX):
            subject = words.text("subject", required=True)
            words.check_code("subject", subject)
            first = words.day("from", required=True) or date.min
            last = words.last_day("to")
            percents = {level: words.ratio(level) or Fraction(0) for level in LEVELS if words.has(level)}
            words.done(("subject", "from", "to", *LEVELS))
            total = sum(percents.values(), Fraction(0))
            if total != 100:
                words.fault("", faults.LevelsNotWhole(subject=subject, total=f"{total}"))
            yield LevelRow(subject, first, last, {level: percents.get(level, Fraction(0)) for level in LEVELS})

    def _pools(self) -> tuple[Pool, ...]:
        inner = self.words.inner("pools", required=True)
        if inner is None:
            return ()
        if not inner.names():
            inner.fault("", faults.WordMissing(word="pools"))
        named = [(name, inner.inner(name)) for name in self._names(inner, POOLS_MAX)]
        draft = PoolDraft(self.parties, self.first)
        return tuple(draft.pool(name, words) for name, words in named if words)
