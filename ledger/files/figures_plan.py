"""What an import would record of a file of figures, quotas or contributions: one batch of what is new or revised."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ledger.domain.agreeing import acceptance
from ledger.domain.agreeing.acceptance import Earlier
from ledger.domain.errors import Conflict, Fault, LinePlace, LinesRefused, RuleBroken
from ledger.domain.events import Fact
from ledger.domain.recording.figures import Report, decimal_text
from ledger.domain.recording.receipts import Rows
from ledger.domain.stating.books import Books
from ledger.files.figures_file import FiguresFile
from ledger.files.import_plan import FilePlan
from ledger.files.lines_file import sound_lines
from ledger.files.notes import Note, recorded_in, revises

Sees = Callable[[Report], bool]
"""Whether whoever imports may know of a recorded report."""


class FigureTaken(Conflict):
    """A figure of which others have reported; nothing more is said of it."""

    zh = "{number}（{measure}）别人已经报过，不是您的一方的数，这一行没有办法记。请核对编号和报送方，或请园区办办理。"
    en = "{number} ({measure}) is reported already, and not as a figure of your party's. Check it, or ask the park office."


class FigureOfOthers(RuleBroken):
    """A figure that neither the sender's party reports nor an agreement of theirs divides."""

    zh = "这一行的报送方“{reporter}”不是您的一方，您的一方签署的协议也不分它，不能由您的一方报送。请核对报送方，或请园区办办理。"
    en = "This line is reported by '{reporter}', not by your party, nor does an agreement of yours divide it. Check it, or ask the park office."


def everything(report: Report) -> bool:
    """Who may know of every report."""
    return True


@dataclass(frozen=True, kw_only=True)
class FiguresPlan(FilePlan):
    """The reports of a file that say something new: `earlier` is what each of the file would take the place of.

    `fact` is what is recorded, unless there is a hindrance.
    """

    file: FiguresFile
    earlier: Sequence[Earlier | None]
    fact: Fact | None = None
    sees: Sees = everything

    @property
    def batch(self) -> str:
        """The number that the batch would have; empty if there is none."""
        return str(self.fact.fields["batch"]) if self.fact else ""

    @property
    def fresh(self) -> list[Report]:
        """The reports that are recorded."""
        return [self.file.reports[row] for row in self.rows.tolist()]

    @property
    def days(self) -> Rows:
        """The last day of each recorded report, as an ordinal."""
        return np.array([report.last.toordinal() for report in self.fresh], np.int64)

    def revisions(self) -> Mapping[int, Note]:
        """What recorded lines take the place of."""
        pairs = [(self.file.reports[row].row, self.earlier[row]) for row in self.rows.tolist()]
        return {line: _revising(earlier) for line, earlier in pairs if earlier}

    def remarks(self) -> Mapping[int, Note]:
        """What lines take the place of, and where those stand that say nothing new."""
        beside = zip(self.file.reports, self.earlier, strict=True)
        known = {own.row: recorded_in(was.batch) for own, was in beside if was and was.batch and _is_same(own, was)}
        return {**known, **self.revisions()}

    def facts(self) -> list[Fact]:
        """What recording it would write down."""
        return [self.fact] if self.fact else []


def _is_same(report: Report, earlier: Earlier | None) -> bool:
    return earlier is not None and earlier.report.says == report.says


def _revising(earlier: Earlier) -> Note:
    return revises(earlier.batch, f"{decimal_text(earlier.report.value)} {earlier.report.unit}")


def figures_plan(
    books: Books,
    file: FiguresFile,
    data: bytes,
    *,
    needs_acceptance: bool,
    skip_bad: bool,
    sees: Sees = everything,
) -> FiguresPlan:
    """What of a file's reports is new or revised in some books; raises LinesRefused."""

    def look(file: FiguresFile) -> list[Earlier | None]:
        agreements = list(books.agreements.values())
        acceptance.refuse_other_kinds(file.reports, agreements, file.name, needs_acceptance=needs_acceptance)
        found = acceptance.earlier_ones(books.batches, file.reports, needs_acceptance=needs_acceptance)
        _refuse_taken(file, found, sees)
        return found

    file, earlier = sound_lines(file, look, skip_bad=skip_bad)
    beside = enumerate(zip(file.reports, earlier, strict=True))
    rows = [row for row, (own, was) in beside if not _is_same(own, was)]
    plan = FiguresPlan(
        file=file,
        data=data,
        sha256=hashlib.sha256(data).hexdigest(),
        position=books.position,
        rows=np.array(rows, np.int64),
        earlier=earlier,
        needs_acceptance=needs_acceptance,
        skip_bad=skip_bad,
        sees=sees,
    )
    return _decided(plan, books)


def _refuse_taken(file: FiguresFile, earlier: Sequence[Earlier | None], sees: Sees) -> None:
    """Raises LinesRefused with every report that concerns others, or would take the place of one that is not seen."""
    faults = [
        Fault(LinePlace(own.row), FigureOfOthers(reporter=own.reporter))
        for own in file.reports
        if own.reporter and not sees(own)
    ]
    faults += [
        Fault(LinePlace(own.row), FigureTaken(number=own.number, measure=own.measure))
        for own, was in zip(file.reports, earlier, strict=True)
        if was and was.batch and not sees(was.report)
    ]
    if faults:
        raise LinesRefused(faults, file=file.name)


def _decided(plan: FiguresPlan, books: Books) -> FiguresPlan:
    """A plan with what is recorded, or with what hinders it; a file without a sound line is refused as a whole."""
    if not len(plan.file):
        return replace(plan, hindrance=LinesRefused(plan.file.faults, file=plan.file.name))
    try:
        fact = acceptance.record(
            books.batches,
            plan.fresh,
            plan.file.name,
            plan.sha256,
            needs_acceptance=plan.needs_acceptance,
            notes=[note.zh for note in plan.file.source.notes],
            skipped=plan.skipped,
        )
    except Conflict as rule:
        return replace(plan, rows=plan.rows[:0], hindrance=rule)
    return replace(plan, fact=fact)
