"""A draft (草案): reads terms from a document, and finds everything that is wrong at once."""

import re
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import get_args

from ledger.domain import terms_faults as faults
from ledger.domain.calendar import Every, agreement_years
from ledger.domain.errors import Fault, TermsRefused
from ledger.domain.rounding import RoundingRule
from ledger.domain.scrutiny import scrutinise
from ledger.domain.terms import (
    EDITION,
    LEVELS,
    Cap,
    Channel,
    Document,
    Level,
    LevelRow,
    Negatives,
    Party,
    Per,
    Pool,
    RateDate,
    Refunds,
    Role,
    Rounding,
    RoundingLevel,
    Selection,
    Share,
    Step,
    Terms,
    Threshold,
    Weights,
    Window,
)
from ledger.domain.words import Words

YEARS = re.compile(r"([1-9][0-9]{0,3})(?:-([1-9][0-9]{0,3}))?")
TERMS_WORDS = (
    "title", "edition", "document", "parties", "from", "to", "rate_date", "refunds",
    "negatives", "rounding", "settle", "lists", "levels", "pools", "clause",
)  # fmt: skip
POOL_WORDS = ("share", "of", "subjects", "level", "per", "eligible", "otherwise", "waterfall", "clause")
STEP_WORDS = ("name", "split", "keep", "during", "until", "take", "cap", "per", "clause")
LATER_POOL_WORDS = ("guarantee", "indicators", "basis", "reported", "until_certified")
LATER_STEP_WORDS = ("extend", "guarantee", "until_certified")
LATER_SHARES = ("indicator", "inputs", "quota")


def read_terms(document: Document) -> Terms:
    """The terms that a document states.

    Raises TermsRefused with every fault, each with its path and clause.
    """
    found: list[Fault] = []
    terms = _Draft(Words(document, "", found)).terms()
    if not found:
        found = scrutinise(terms)
    if found:
        raise TermsRefused(found)
    return terms


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
        refunds: Refunds = words.choice(
            "refunds", get_args(Refunds), "" if rate_date == "entry_date" else "as_original"
        )
        every, through = self._settle()
        terms = Terms(
            title=words.text("title", required=True),
            parties=self.parties,
            first=self.first,
            last=last,
            rate_date=rate_date,
            refunds=refunds,
            negatives=words.choice("negatives", get_args(Negatives)),
            rounding=self._rounding(),
            every=every,
            through=through,
            number=number,
            lists=self._lists(),
            levels=tuple(self._levels()),
            pools=self._pools(),
        )
        words.done(TERMS_WORDS)
        return terms

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
        parties = {name: self._party(name, inner.inner(name)) for name in inner.names()} if inner else {}
        if inner and len(parties) < 2:
            inner.fault("", faults.PartiesTooFew())
        for one in parties.values():
            for other in parties.values():
                if one is not other and {other.name, other.region} & {one.id, one.name, one.region} - {""}:
                    self.words.fault(f"parties.{one.id}", faults.PartiesAlike(one=one.id, other=other.id))
        return parties

    def _party(self, name: str, words: Words | None) -> Party:
        if words is None:
            return Party(name, name)
        region = words.text("region")
        if region and not re.fullmatch(r"[1-9][0-9]{5}", region):
            words.fault("region", faults.RegionUnreadable(given=region[:40]))
        role = words.choice("role", get_args(Role), "none") if words.has("role") else None
        party = Party(name, words.text("name", required=True), region, role)
        words.done(("name", "region", "role"))
        return party

    def _last(self) -> date | None:
        if self.words.peek("to") == "open":
            self.words.raw("to")
            return None
        last = self.words.day("to", required=True)
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

    def _settle(self) -> tuple[Every, Channel | None]:
        inner = self.words.inner("settle")
        if inner is None:
            return "month", None
        every: Every = inner.choice("every", get_args(Every), "month")
        through: Channel | None = inner.choice("through", get_args(Channel)) if inner.has("through") else None
        inner.done(("every", "through"))
        return every, through

    def _lists(self) -> dict[str, tuple[str, ...]]:
        inner = self.words.inner("lists")
        return {name: inner.texts(name) for name in inner.names()} if inner else {}

    def _levels(self) -> Iterable[LevelRow]:
        for words in self.words.each("levels"):
            subject = words.text("subject", required=True)
            words.check_code("subject", subject)
            first = words.day("from", required=True) or date.min
            last = words.day("to")
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
        named = [(name, inner.inner(name)) for name in inner.names()]
        return tuple(self._pool(name, words) for name, words in named if words)

    def _pool(self, name: str, words: Words) -> Pool:
        pool = Pool(
            name=name,
            share=self._share(words),
            selection=self._selection(words),
            subjects=words.codes("subjects"),
            level=words.choice("level", get_args(Level), "as_given"),
            per=words.choice("per", get_args(Per), "agreement"),
            eligible=self._eligible(words),
            otherwise=self._weights(words, "otherwise") if words.has("otherwise") else None,
            steps=tuple(self._step(index, inner) for index, inner in enumerate(words.each("waterfall", required=True))),
            clause=words.clause,
            path=words.path,
        )
        words.done(POOL_WORDS, LATER_POOL_WORDS)
        return pool

    def _share(self, words: Words) -> Share:
        if isinstance(words.peek("share"), dict) or words.peek("share") in LATER_SHARES:
            word = words.raw("share")
            words.fault("share", faults.WordNotYet(word=word if isinstance(word, str) else "due_of"))
            return "receipts"
        share: Share = words.choice("share", get_args(Share))
        return share

    def _selection(self, words: Words) -> Selection:
        if not isinstance(words.peek("of"), dict):
            words.choice("of", ("all",), "all")
            return Selection()
        inner = words.inner("of")
        assert inner is not None
        inner.only_one("projects", "park", "list")
        by = next((word for word in ("projects", "park", "list") if inner.has(word)), None)
        if by is None:
            inner.fault("", faults.WordMissing(word="projects / park / list"))
            return Selection()
        names = inner.texts(by) if by == "projects" else (inner.text(by, required=True),)
        inner.done(("projects", "park", "list"))
        return Selection(by, names)  # type: ignore[arg-type]

    def _eligible(self, words: Words) -> Threshold | None:
        inner = words.inner("eligible")
        if inner is None:
            return None
        years = inner.whole("average_of_years")
        threshold = Threshold(years, inner.amount("at_least") or 0, inner.flag("government_led"))
        inner.done(("average_of_years", "at_least", "government_led"))
        return threshold

    def _weights(self, words: Words, word: str) -> Weights:
        inner = words.inner(word, required=True)
        if inner is None:
            return {}
        if inner.has("by"):
            words.fault(word, faults.WordNotYet(word=f"{word}: {{by: …}}"))
            return {}
        given = {party: inner.ratio(party) or Fraction(0) for party in inner.names()}
        self._known(inner, given)
        if not any(given.values()):
            inner.fault("", faults.WeightsEmpty())
        return {party: given[party] for party in self.parties if party in given}

    def _known(self, words: Words, parties: Iterable[str]) -> None:
        for party in parties:
            if party not in self.parties:
                words.fault("", faults.PartyUnknown(party=party[:40], parties="、".join(self.parties)))

    def _step(self, index: int, words: Words) -> Step:
        keeps = self._keeps(words) if words.has("keep") else None
        if keeps is None and not words.has("split"):
            words.fault("", faults.StepDividesNothing())
        for other in ("split", "until"):
            if keeps is not None and words.has(other):
                words.fault(other, faults.WordsDoNotGoTogether(one="keep", other=other))
        weights = self._weights(words, "split") if words.has("split") else {}
        step = Step(
            name=self._name(words) or f"#{index + 1}",
            weights=weights if keeps is None else {party: Fraction(stock) for party, stock in keeps.items()},
            keeps=keeps,
            window=self._window(words),
            take=self._take(words),
            until=words.limit("until") if words.has("until") else None,
            cap=self._cap(words),
            per=words.choice("per", ("year", "agreement_year")) if words.has("per") else "term",
            clause=words.clause,
            path=words.path,
        )
        words.done(STEP_WORDS, LATER_STEP_WORDS)
        return step

    def _name(self, words: Words) -> str:
        name = words.text("name")
        if name.startswith("#"):
            words.fault("name", faults.StepNameReserved(name=name[:40]))
        return name

    def _keeps(self, words: Words) -> dict[str, int]:
        inner = words.inner("keep", required=True)
        if inner is None:
            return {}
        given = {party: inner.amount(party) or 0 for party in inner.names()}
        self._known(inner, given)
        if not any(given.values()):
            inner.fault("", faults.WeightsEmpty())
        return {party: given[party] for party in self.parties if party in given}

    def _take(self, words: Words) -> Fraction | None:
        if not words.has("take"):
            return None
        percent = isinstance(words.peek("take"), int)
        part = words.ratio("take")
        if part is not None and percent:
            part /= 100
        if part is not None and not 0 < part <= 1:
            words.fault("take", faults.PartOutOfRange(given=part))
        return part

    def _cap(self, words: Words) -> Cap | None:
        inner = words.inner("cap")
        if inner is None:
            return None
        party = inner.text("party", required=True)
        self._known(inner, [party] if party else [])
        at = inner.limit("at")
        inner.done(("party", "at"))
        return Cap(party, at if at is not None else 0)

    def _window(self, words: Words) -> Window | None:
        inner = words.inner("during")
        if inner is None:
            return None
        if inner.has("clock"):
            inner.fault("clock", faults.WordNotYet(word="clock"))
            return None
        if inner.has("years"):
            inner.only_one("years", "from", "to")
            return self._years(inner)
        first, last = inner.day("from"), inner.day("to")
        if first is None and last is None:
            inner.fault("", faults.WordMissing(word="years / from / to"))
        if first and last and last < first:
            inner.fault("to", faults.LifeEndsBeforeItBegins(first=first, last=last))
        inner.done(("years", "from", "to"))
        return Window(first, last)

    def _years(self, words: Words) -> Window | None:
        text = words.text("years")
        found = YEARS.fullmatch(text)
        words.done(("years", "from", "to"))
        if not found or int(found[2] or found[1]) < int(found[1]):
            words.fault("years", faults.YearsUnreadable(given=text[:40]))
            return None
        return Window(*agreement_years(self.first, int(found[1]), int(found[2] or found[1])))
