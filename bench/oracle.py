"""The oracle: every cell by edition 2 of the semantics, in plain fractions, knowing nothing of the engine.

It reads the same documents and the same CSV as the product, and divides entry sums by segment (5.4–5.6) into rounding
accounts (5.8); a cell is what is due at the end of a month less what was due at the end of the month before (5.9), all
facts known.  It knows the words that the reference workload writes, and no others.
"""

import csv
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from bench.cells import fen_of

Document = Mapping[str, Any]
Parts = dict[str, Fraction]
Account = tuple[str, ...]
ZERO = Fraction(0)


@dataclass(frozen=True)
class Line:
    """One receipt: the project it is of, the month it was booked in, the day that decides, the amount."""

    project: str
    month: str
    dated: date
    fen: int


def lines_of(files: Iterable[Path]) -> Iterator[Line]:
    """The receipts in CSV files."""
    for file in files:
        with file.open(encoding="utf-8", newline="") as text:
            for row in csv.DictReader(text):
                dated = date.fromisoformat(row["税款所属期起"])
                yield Line(row["项目"], row["入库日期"][:7], dated, fen_of(row["实缴金额"]))


def cells(documents: Iterable[Sequence[Document]], lines: Iterable[Line]) -> dict[tuple[str, str], int]:
    """Every cell of all agreements together; raises ValueError if two agreements claim a line or none does."""
    agreements = [Agreement(texts) for texts in documents]
    of_all = [agreement for agreement in agreements if agreement.projects is None]
    by_project = {project: agreement for agreement in agreements for project in agreement.projects or ()}
    own: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        agreement = by_project.get(line.project) or (of_all[0] if of_all else None)
        if agreement is None:
            raise ValueError(f"nobody divides {line}")
        own[id(agreement)].append(line)
    found: dict[tuple[str, str], int] = defaultdict(int)
    for agreement in agreements:
        for month, party, fen in agreement.by_month(own[id(agreement)]):
            found[party, month] += fen
    return dict(found)


class Agreement:
    """The texts of one agreement, in the order of signing."""

    def __init__(self, texts: Sequence[Document]) -> None:
        self._texts = texts
        self._first = date.fromisoformat(texts[0]["from"])
        self._cuts = sorted(set(self._days_of_change()))
        self._listed = list(dict.fromkeys(party for text in texts for party in text["parties"]))
        (pool,) = texts[0]["pools"].values()
        self.projects: list[str] | None = pool["of"]["projects"] if "of" in pool else None

    def by_month(self, lines: Sequence[Line]) -> Iterator[tuple[str, str, int]]:
        """What each party gets month by month: due at its end less due at the end of the last before it."""
        sums: dict[tuple[int, int], int] = defaultdict(int)
        days: dict[tuple[int, int], date] = {}
        before: dict[str, int] = {}
        for month in sorted({line.month for line in lines}):
            for line in (each for each in lines if each.month == month):
                sums[self._segment(line.dated)] += line.fen
                days.setdefault(self._segment(line.dated), line.dated)
            due = self._due([(days[segment], sums[segment]) for segment in sorted(sums)])
            yield from ((month, party, fen - before.get(party, 0)) for party, fen in due.items())
            before = due

    # Segments

    def _days_of_change(self) -> Iterator[date]:
        """Days on which a version or a window begins, or has ended."""
        for text in self._texts:
            yield date.fromisoformat(text.get("effective", text["from"]))
            for step in _steps(text):
                first, last = self._window(step)
                yield from (first, last)
            if any(step.get("per") == "year" for step in _steps(text)):
                yield from (date(year, 1, 1) for year in range(self._first.year, self._first.year + 20))

    def _segment(self, when: date) -> tuple[int, int]:
        """The run of days between which nothing changes; versions signed later begin behind earlier ones."""
        return bisect_right(self._cuts, when), 0

    def _window(self, step: Document) -> tuple[date, date]:
        """The first day of a step, and the first behind its last."""
        if "during" not in step:
            return self._first, date.max
        first, _, last = step["during"]["years"].partition("-")
        starts = [self._first.replace(year=self._first.year + years) for years in (int(first) - 1, int(last or first))]
        return starts[0], starts[1]

    def _text_on(self, when: date) -> Document:
        """In force is the last signed text that is effective by then."""
        effective = [text for text in self._texts if date.fromisoformat(text.get("effective", text["from"])) <= when]
        return effective[-1]

    # What is due

    def _due(self, segments: Iterable[tuple[date, int]]) -> dict[str, int]:
        """Fen due to each party by the sums of segments in the order of dates."""
        accounts: dict[Account, Parts] = defaultdict(lambda: defaultdict(Fraction))
        counts: dict[object, _Count] = defaultdict(_Count)
        for when, fen in segments:
            steps = [step for step in _steps(self._text_on(when)) if self._covers(step, when)]
            sharing = {party for step in steps for party, weight in _weights(step).items() if weight}
            account = accounts[tuple(party for party in self._listed if party in sharing)]
            left = Fraction(fen)
            for step in steps if fen else ():
                parts = _take(step, left, counts, when.year)
                left -= sum(parts.values(), ZERO)
                for party, part in parts.items():
                    account[party] += part
            if left and fen:
                raise ValueError(f"{left} fen passed the last step on {when}")
        due = dict.fromkeys(self._listed, 0)
        for listed, exact in accounts.items():
            for party, fen in rounded({party: exact[party] for party in listed}).items():
                due[party] += fen
        return due

    def _covers(self, step: Document, when: date) -> bool:
        first, behind = self._window(step)
        return first <= when < behind


class _Count:
    """What has come to a limit, and what of it fitted (5.6)."""

    def __init__(self) -> None:
        self.come, self.fitted, self.limit = ZERO, ZERO, -1

    def fits(self, arriving: Fraction, limit: int) -> Fraction:
        if self.limit not in (-1, limit):
            self.come = self.fitted
        fitting = min(self.come + arriving, Fraction(limit)) - min(self.come, Fraction(limit))
        self.come, self.fitted, self.limit = self.come + arriving, self.fitted + fitting, limit
        return fitting


def _steps(text: Document) -> list[Document]:
    (pool,) = text["pools"].values()
    steps: list[Document] = pool["waterfall"]
    return steps


def _weights(step: Document) -> Mapping[str, int]:
    """Weights as written; of what is kept, the stocks."""
    return {party: fen_of(yuan) for party, yuan in step["keep"].items()} if "keep" in step else step["split"]


def _take(step: Document, arriving: Fraction, counts: dict[object, _Count], year: int) -> Parts:
    """What a step takes of what arrives, by party (5.5)."""
    weights, scope = _weights(step), year if step.get("per") == "year" else 0
    taken = arriving * int(step["take"].rstrip("%")) / 100 if "take" in step else arriving
    if "keep" in step or "until" in step:
        limit = sum(weights.values()) if "keep" in step else fen_of(step["until"])
        taken = counts[step["name"], scope].fits(taken, limit)
    whole = sum(weights.values())
    parts = {party: taken * weight / whole for party, weight in weights.items() if weight}
    if "cap" in step and step["cap"]["party"] in parts:
        party = step["cap"]["party"]
        parts[party] = counts[step["name"], scope, party].fits(parts[party], fen_of(step["cap"]["at"]))
    return parts


def rounded(exact: Mapping[str, Fraction]) -> dict[str, int]:
    """Whole fen by largest remainder, in listing order (5.8)."""
    whole = sum(exact.values(), ZERO)
    sign = -1 if whole < 0 else 1
    cut = {party: sign * part // 1 for party, part in exact.items()}
    remainders = {party: sign * part - cut[party] for party, part in exact.items()}
    missing = int(sign * whole) - sum(cut.values())
    first = sorted((party for party in exact if exact[party]), key=lambda party: -remainders[party])[:missing]
    return {party: sign * (cut[party] + (party in first)) for party in exact}
