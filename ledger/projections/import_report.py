"""What an import does, or would do: columns, problems, what is new, what each party gets, what to look at twice."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from ledger.domain.calendar import Period
from ledger.domain.errors import Conflict, Fault, Language, Refusal, RuleBroken
from ledger.domain.recording.receipts import Texts
from ledger.domain.stating.books import Books
from ledger.files.import_plan import FilePlan, ImportPlan
from ledger.files.notes import Note
from ledger.files.table import Source
from ledger.projections.drafts import LINES_WALKED_MAX, Drafts, PartyChange, changed, changes, last_open
from ledger.projections.statements import Statement

PLACES_SHOWN_MAX = 3
LATE_NAMED_MAX = 100


class FileOfOtherYear(RuleBroken):
    """Most lines are of another year than what is open: perhaps another file was meant."""

    zh = "多数行（{lines} 行）入库在 {year} 年，账上待结的是 {due}。请核对是否选错文件。"
    en = "Most lines ({lines}) were booked in {year}, while {due} closes next. Check that it is the right file."


class TreasuriesUnknown(RuleBroken):
    """Most treasuries never came up before: perhaps a file for other books."""

    zh = "多数行（{lines} 行）的收款国库账上没有出现过，例如“{example}”。请核对是否别的账套的文件。"
    en = "Most lines ({lines}) name a treasury that never came up in these books, such as '{example}'. Check the file."


class CollectorsUnknown(RuleBroken):
    """Most collectors are no party and never came up before."""

    zh = "多数行（{lines} 行）的征收方账上没有出现过，也不是参与方，例如“{example}”。请核对是否别的账套的文件。"
    en = (
        "Most lines ({lines}) name a collector that is no party and never came up, such as '{example}'. Check the file."
    )


@dataclass(frozen=True)
class Problem:
    """One broken rule of a file: how many places break it, the first of these, and what it says of the first."""

    kind: str
    count: int
    first: tuple[Fault, ...]

    @classmethod
    def grouped(cls, faults: Iterable[Fault]) -> "list[Problem]":
        """Faults by the rule that they break, the most frequent first."""
        found: dict[str, list[Fault]] = {}
        for fault in faults:
            found.setdefault(fault.rule.kind, []).append(fault)
        made = [cls(kind, len(each), tuple(each[:PLACES_SHOWN_MAX])) for kind, each in found.items()]
        return sorted(made, key=lambda each: -each.count)

    def say(self, language: Language) -> str:
        """The problem in one sentence, with its first places."""
        rule = self.first[0].rule.say(language)
        if self.count == 1:
            return self.first[0].say(language)
        if language == "en":
            return f"{self.count} places, first {', '.join(fault.place(language) for fault in self.first)}: {rule}"
        return f"{self.count} 处，先见于{'、'.join(fault.place(language) for fault in self.first)}：{rule}"


@dataclass(frozen=True)
class ImportReport:
    """What an import does: `late` lines belong to months that are closed, and are stated in the `next_period`.

    `late_first` are the first of them by their numbers in the file.

    `revised` says by line what is revised; where it `awaits_acceptance`, `changes` and `statements` tell what comes once it
    is given.  Where `is_worked_out` is false the lines are too many to work out at once what each party gets.
    """

    source: Source
    recorded: int
    revised: Mapping[int, Note]
    known: int
    repeated: int
    skipped: int
    problems: list[Problem]
    changes: list[PartyChange]
    statements: list[Statement]
    late: int
    late_first: list[int]
    late_fen: int | None
    next_period: Period | None
    warnings: list[Refusal]
    is_worked_out: bool
    awaits_acceptance: bool

    @property
    def notes(self) -> Sequence[Note]:
        """How the file was read."""
        return self.source.notes


@dataclass(frozen=True)
class Before:
    """What is kept of some books from before an import, as far as its lines reach."""

    drafts: Drafts
    last_closed: Period | None
    warnings: list[Refusal]
    works_out: bool

    @classmethod
    def of(cls, books: Books, plan: FilePlan, *, patient: bool = False) -> "Before":
        """What a report compares with; of long books the drafts are only worked out for who is `patient`."""
        works_out = len(plan.rows) > 0 and (patient or len(books.recorded) + len(plan.rows) <= LINES_WALKED_MAX)
        drafts = _drafts(books, plan) if works_out else Drafts()
        return cls(drafts, books.last_closed(), warnings(plan, books), works_out)


def import_report(plan: FilePlan, before: Before, after: Books) -> ImportReport:
    """What a plan does to the books; `after` are they once what it records counts."""
    drafts = _drafts(after, plan) if before.works_out else Drafts()
    late = plan.days <= (before.last_closed.last.toordinal() if before.last_closed else 0)
    return ImportReport(
        source=plan.file.source,
        recorded=len(plan.rows),
        revised=plan.revisions(),
        known=plan.known,
        repeated=plan.file.duplicates,
        skipped=plan.skipped,
        problems=Problem.grouped(plan.file.faults),
        changes=changes(before.drafts, drafts),
        statements=changed(before.drafts, drafts),
        late=int(late.sum()),
        late_first=plan.file.numbers[plan.rows][late][:LATE_NAMED_MAX].tolist(),
        late_fen=None if plan.amounts_fen is None else sum(plan.amounts_fen[late].tolist()),
        next_period=after.next_period(),
        warnings=before.warnings,
        is_worked_out=before.works_out or not len(plan.rows),
        awaits_acceptance=plan.needs_acceptance,
    )


def _drafts(books: Books, plan: FilePlan) -> Drafts:
    """The drafts that a plan may change: up to the month of its last line."""
    last = Period.of(date.fromordinal(int(plan.days.max()))) if len(plan.days) else None
    return Drafts.of(books, last_open(books, last), of_money=plan.amounts_fen is not None)


def warnings(plan: FilePlan, books: Books) -> list[Refusal]:
    """What hinders an import, and what makes it likely that another file was meant, which hinders nothing."""
    found: list[Refusal] = [plan.hindrance] if isinstance(plan.hindrance, Conflict) else []
    return [*found, *_of_other_books(plan, books)] if isinstance(plan, ImportPlan) else found


def _of_other_books(plan: ImportPlan, books: Books) -> list[RuleBroken]:
    found: list[RuleBroken] = []
    due, days = books.next_period(), plan.fresh.booked_on
    if due and len(days):
        year, lines = Counter(date.fromordinal(day).year for day in days.tolist()).most_common(1)[0]
        if year != due.year and 2 * lines > len(days):
            found.append(FileOfOtherYear(lines=lines, year=year, due=due))
    for rule, column, known in _names_known(plan, books):
        unknown = [(code, text) for code, text in enumerate(column.distinct) if text and text not in known]
        lines = int(np.isin(column.codes, [code for code, _ in unknown]).sum())
        if known and 2 * lines > len(days) > 0:
            found.append(rule(lines=lines, example=unknown[0][1]))
    return found


def _names_known(plan: ImportPlan, books: Books) -> Iterable[tuple[type[RuleBroken], Texts, set[str]]]:
    treasuries = books.recorded.treasuries - {""}
    collectors = set(books.recorded.columns.names["collectors"]) - {""}
    for agreement in books.agreements.values():
        for party in agreement.terms.parties.values():
            collectors |= {party.id, party.name, party.region} - {""}
    yield TreasuriesUnknown, plan.fresh.treasuries, treasuries
    yield CollectorsUnknown, plan.fresh.collectors, collectors
