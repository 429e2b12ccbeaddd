"""Reading the words of a document, and noting every fault instead of stopping at the first.

A document is plain data: mappings, lists, texts, whole numbers.  A number with a decimal
point arrives as `Inexact` and is refused wherever it stands.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from typing import Any, TypeVar

from ledger.domain import calendar, money
from ledger.domain.errors import Fault, Refusal, nearest
from ledger.domain.names import INVISIBLE
from ledger.domain.terms import Limit, Named, faults

RATIO = re.compile(r"([0-9]{1,18})(?:\.([0-9]{1,18}))?(?:/([0-9]{1,18})|(%))?")
Read = TypeVar("Read")
FAULTS_MAX = 500
EXAMPLES = {
    "split": "split: {a: 6, b: 4}",
    "rounding": "rounding: {level: running}",
    "settle": "settle: {every: quarter}",
    "during": "during: {years: 1-3}",
    "cap": 'cap: {party: a, at: "500.00"}',
    "keep": 'keep: {a: "300.00", b: "100.00"}',
    "eligible": 'eligible: {average_of_years: 3, at_least: "20000000.00"}',
}
DAY_OF_YEAR = re.compile(r"([0-9]{1,2})(?:-|月)([0-9]{1,2})日?")


class Inexact(str):
    """The text of a number with a decimal point, kept so that a fault can name it."""


def ratio(text: str) -> Fraction | None:
    """Read `3`, `2/3`, `0.35` or `60%` exactly; None if it is none of these."""
    found = RATIO.fullmatch(text)
    if not found or (found[3] and (found[2] or not int(found[3]))):
        return None
    whole = Fraction(int(found[1] + (found[2] or "")), 10 ** len(found[2] or ""))
    return whole / int(found[3]) if found[3] else whole / 100 if found[4] else whole


class Words:
    """One mapping of a document: hands out its words and notes what is wrong with them."""

    def __init__(self, value: object, path: str, found: list[Fault], clause: str = "") -> None:
        self.path = path
        self._faults = found
        self._left: dict[str, Any] = dict(value) if isinstance(value, dict) else {}
        self.given = frozenset(self._left)
        self.clause = clause
        if not isinstance(value, dict):
            example = EXAMPLES.get(path.rpartition(".")[2], "")
            self.fault("", faults.NotAMapping(example=f"例如 {example}" if example else ""))
        self.clause = self.text("clause") or clause

    def fault(self, word: str, rule: Refusal) -> None:
        """Note a broken rule at a word (or at the mapping itself)."""
        if len(self._faults) >= FAULTS_MAX:
            return
        path = ".".join(part for part in (self.path, word) if part)
        self._faults.append(Fault(path or "条款", rule, self.clause))

    def has(self, word: str) -> bool:
        """Whether the word is there and has not been read yet."""
        return word in self._left

    def names(self) -> list[str]:
        """The words not read yet, in their order."""
        return list(self._left)

    def peek(self, word: str) -> Any:
        """The value as it stands, without reading it."""
        return self._left.get(word)

    def raw(self, word: str, *, required: bool = False) -> Any:
        """The value as it stands, or None; notes a missing word."""
        value = self._left.pop(word, None)
        if value is None and required:
            self.fault(word, faults.WordMissing(word=word))
        if isinstance(value, Inexact):
            self.fault(word, faults.FloatInTerms(given=value))
            return None
        return value

    def text(self, word: str, *, required: bool = False) -> str:
        """A text; whole numbers are read as their digits."""
        value = self.raw(word, required=required)
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int):
            self.fault(word, faults.NotAText())
            return ""
        if required and not str(value).strip():
            self.fault(word, faults.WordMissing(word=word))
        elif INVISIBLE.search(str(value)) or str(value) != str(value).strip():
            self.fault(word, faults.TextUnfit())
        return str(value)

    def choice(self, word: str, choices: tuple[str, ...], default: str = "") -> Any:
        """One of a few words; required where there is no default."""
        value = self.text(word, required=not default)
        if value and value not in choices:
            self.fault(word, faults.NotAChoice(given=value[:40], choices="、".join(choices)))
            return default or choices[0]
        return value or default or choices[0]

    def whole(self, word: str) -> int:
        """A whole number of 1 or more."""
        value = self.raw(word, required=True)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
            return value
        if value is not None:
            self.fault(word, faults.NotAWholeNumber(given=str(value)[:40]))
        return 1

    def codes(self, word: str) -> tuple[str, ...]:
        """A list of budget subjects."""
        texts = self.texts(word)
        for text in texts:
            self.check_code(word, text)
        return texts

    def check_code(self, word: str, text: str) -> None:
        """Note a budget subject that is not written as digits."""
        if text and not re.fullmatch("[0-9]{1,12}", text):
            self.fault(word, faults.SubjectNotACode(given=text[:40]))

    def only_one(self, *words: str) -> None:
        """Note words that contradict each other."""
        there = [word for word in words if self.has(word)]
        for other in there[1:]:
            self.fault(other, faults.WordsDoNotGoTogether(one=there[0], other=other))
            self._left.pop(other)

    def flag(self, word: str, *, required: bool = False) -> bool:
        """true or false; false where it may be left out and is."""
        value = self.raw(word, required=required)
        if value is not None and not isinstance(value, bool):
            self.fault(word, faults.NotAChoice(given=str(value)[:40], choices="true、false"))
        return value is True

    def day(self, word: str, *, required: bool = False) -> date | None:
        """A day, as text in ISO form."""
        text = self.text(word, required=required)
        return self._read(word, text, calendar.day) if text else None

    def last_day(self, word: str, *, required: bool = False) -> date | None:
        """A last day; None where it is `open`, or may be left out and is."""
        if self.peek(word) == "open":
            self.raw(word)
            return None
        text = self.text(word, required=required)
        try:
            return calendar.day(text) if text else None
        except Refusal:
            self.fault(word, faults.LastDayUnreadable(given=text[:40]))
            return None

    def amount(self, word: str) -> int | None:
        """An amount of zero or more in fen, written as quoted yuan."""
        value = self.raw(word, required=True)
        if value is None:
            return None
        if not isinstance(value, str):
            self.fault(word, faults.AmountNotText(given=str(value)[:40]))
            return None
        amount_fen = self._read(word, value, money.fen)
        if amount_fen is not None and amount_fen < 0:
            self.fault(word, faults.AmountNotPositive(given=value))
        return amount_fen

    def limit(self, word: str) -> Limit | None:
        """An amount, the name of a certified one, or a part of that: `{take: "10%", of: paid_in}`."""
        value = self._left.get(word)
        if isinstance(value, dict):
            inner = Words(self._left.pop(word), self._below(word), self._faults, self.clause)
            part, name = inner.part("take"), inner.text("of", required=True)
            inner.done(("take", "of"))
            return Named(name, part or Fraction(1))
        if isinstance(value, str) and not isinstance(value, Inexact) and re.fullmatch(r"[^\W\d]\w*", value):
            return Named(str(self._left.pop(word)))
        return self.amount(word)

    def ratio(self, word: str) -> Fraction | None:
        """An exact ratio of zero or more."""
        value = self.raw(word, required=True)
        if value is None:
            return None
        negative = isinstance(value, int) and not isinstance(value, bool) and value < 0
        if negative or (isinstance(value, str) and value.startswith("-") and ratio(value[1:]) is not None):
            self.fault(word, faults.WeightNegative(party=word))
            return None
        read = None if isinstance(value, bool) or not isinstance(value, str | int) else ratio(str(value))
        if read is None:
            self.fault(word, faults.NotARatio(given=str(value)[:40]))
        return read

    def part(self, word: str) -> Fraction | None:
        """A part of something, above zero: a whole number is so many per cent, a text is read as it stands."""
        percent = isinstance(self.peek(word), int)
        part = self.ratio(word)
        if part is not None and part <= 0:
            self.fault(word, faults.PartOutOfRange(given=part))
        return part / 100 if part is not None and percent else part

    def day_of_year(self, word: str) -> tuple[int, int] | None:
        """A month and day such as `"12-31"`."""
        return self._day_of_year(word, self.text(word, required=True))

    def days_of_year(self, word: str) -> tuple[tuple[int, int], ...]:
        """A list of such days."""
        read = [self._day_of_year(word, text) for text in self.texts(word)]
        return tuple(each for each in read if each)

    def _day_of_year(self, word: str, text: str) -> tuple[int, int] | None:
        found = DAY_OF_YEAR.fullmatch(text)
        try:
            when = date(2024, int(found[1]), int(found[2])) if found else None
        except ValueError:
            when = None
        if text and when is None:
            self.fault(word, faults.DayOfYearUnreadable(given=text[:40]))
        return (when.month, when.day) if when else None

    def days(self, word: str) -> tuple[date, ...]:
        """One day, or a list of days."""
        if not isinstance(self.peek(word), list):
            one = self.day(word)
            return (one,) if one else ()
        read = [self._read(word, text, calendar.day) for text in self.texts(word)]
        return tuple(each for each in read if each)

    def texts(self, word: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of texts that is not empty; an empty tuple where it is not said."""
        value = self.raw(word, required=required)
        if value is None:
            return ()
        ok = isinstance(value, list) and value and all(_is_text(each) for each in value)
        if not ok:
            self.fault(word, faults.NotAList())
            return ()
        return tuple(str(each) for each in value)

    def inner(self, word: str, *, required: bool = False) -> "Words | None":
        """A mapping below this one."""
        value = self.raw(word, required=required)
        return None if value is None else Words(value, self._below(word), self._faults, self.clause)

    def at_most(self, word: str, items: list[Any], limit: int) -> list[Any]:
        """The items, and a fault if there are more than anybody could agree on."""
        if len(items) > limit:
            self.fault(word, faults.TooMany(word=word, found=len(items), limit=limit))
        return items[:limit]

    def each(self, word: str, *, limit: int, required: bool = False) -> "Iterator[Words]":
        """The mappings of a list below this one, at most so many."""
        value = self.raw(word, required=required)
        if value is None:
            return
        if not isinstance(value, list) or not value:
            self.fault(word, faults.NotAList())
            return
        for index, item in enumerate(self.at_most(word, value, limit)):
            yield Words(item, f"{self._below(word)}[{index}]", self._faults, self.clause)

    def done(self, known: tuple[str, ...]) -> None:
        """Note every word that nobody read."""
        for word in self._left:
            if len(self._faults) >= FAULTS_MAX:
                return
            like = "" if word in known else nearest(word, known)
            self.fault(word, faults.WordUnknown(word=word[:40], hint=f"（是否想写 {like}）" if like else ""))

    def _below(self, word: str) -> str:
        return ".".join(part for part in (self.path, word) if part)

    def _read(self, word: str, text: str, reader: Callable[[str], Read]) -> Read | None:
        try:
            return reader(text)
        except Refusal as rule:
            self.fault(word, rule)
            return None


def _is_text(value: object) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool | Inexact)
