"""A draft's pools: reads what is shared, of which entries, and by which steps."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import get_args

from ledger.domain import terms_faults as faults
from ledger.domain.calendar import agreement_years
from ledger.domain.terms import (
    Cap,
    Level,
    Party,
    Per,
    Pool,
    Selection,
    Share,
    Step,
    Threshold,
    Weights,
    Window,
)
from ledger.domain.words import Words

YEARS = re.compile(r"([1-9][0-9]{0,3})(?:-([1-9][0-9]{0,3}))?")
POOL_WORDS = ("share", "of", "subjects", "level", "per", "eligible", "otherwise", "waterfall", "clause")
STEP_WORDS = ("name", "split", "keep", "during", "until", "take", "cap", "per", "clause")
LATER_POOL_WORDS = ("guarantee", "indicators", "basis", "reported", "until_certified")
LATER_STEP_WORDS = ("extend", "guarantee", "until_certified")
LATER_SHARES = ("indicator", "inputs", "quota")
STEPS_MAX = 100


class PoolDraft:
    """Builds pools out of words, for parties and a first day already read."""

    def __init__(self, parties: Mapping[str, Party], first: date) -> None:
        self.parties = parties
        self.first = first

    def pool(self, name: str, words: Words) -> Pool:
        """One pool; what is faulty is noted in its words and replaced by something harmless."""
        pool = Pool(
            name=name,
            share=self._share(words),
            selection=self._selection(words),
            subjects=words.codes("subjects"),
            level=words.choice("level", get_args(Level), "as_given"),
            per=words.choice("per", get_args(Per), "agreement"),
            eligible=self._eligible(words),
            otherwise=self._weights(words, "otherwise") if words.has("otherwise") else None,
            steps=tuple(
                self._step(index, inner)
                for index, inner in enumerate(words.each("waterfall", limit=STEPS_MAX, required=True))
            ),
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
        first, last = inner.day("from"), inner.last_day("to")
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
