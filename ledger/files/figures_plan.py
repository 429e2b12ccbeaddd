"""What an import would record of a file of figures, quotas or contributions: one batch of what is new or revised."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ledger.domain.agreeing import acceptance
from ledger.domain.agreeing.acceptance import Earlier
from ledger.domain.errors import Conflict, LinesRefused
from ledger.domain.events import Fact
from ledger.domain.recording.figures import Report, decimal_text
from ledger.domain.recording.receipts import Rows
from ledger.domain.stating.books import Books
from ledger.files.figures_file import FiguresFile
from ledger.files.import_plan import FilePlan
from ledger.files.lines_file import sound_lines
from ledger.files.notes import Note, revises


@dataclass(frozen=True, kw_only=True)
class FiguresPlan(FilePlan):
    """The reports of a file that say something new: `revised` are the earlier ones, by their rows in the file.

    `fact` is what is recorded, unless there is a hindrance.
    """

    file: FiguresFile
    revised: Mapping[int, Earlier] = field(default_factory=dict)
    fact: Fact | None = None

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

    def remarks(self) -> Mapping[int, Note]:
        """What a line takes the place of."""
        return {self.file.reports[row].row: remark_on(earlier) for row, earlier in self.revised.items()}

    def facts(self) -> list[Fact]:
        """What recording it would write down."""
        return [self.fact] if self.fact else []


def remark_on(earlier: Earlier) -> Note:
    """What is said of a line that takes the place of an earlier report."""
    return revises(earlier.batch, f"{decimal_text(earlier.report.value)} {earlier.report.unit}")


def figures_plan(
    books: Books, file: FiguresFile, data: bytes, *, needs_acceptance: bool, skip_bad: bool
) -> FiguresPlan:
    """What of a file's reports is new or revised in some books; raises LinesRefused."""

    def look(file: FiguresFile) -> list[Earlier | None]:
        agreements = list(books.agreements.values())
        acceptance.refuse_other_kinds(file.reports, agreements, file.name, needs_acceptance=needs_acceptance)
        return acceptance.earlier_ones(books.batches, file.reports, needs_acceptance=needs_acceptance)

    file, earlier = sound_lines(file, look, skip_bad=skip_bad)
    beside = enumerate(zip(file.reports, earlier, strict=True))
    rows = [row for row, (own, was) in beside if was is None or was.report.says != own.says]
    plan = FiguresPlan(
        file=file,
        data=data,
        sha256=hashlib.sha256(data).hexdigest(),
        position=books.position,
        rows=np.array(rows, np.int64),
        revised={row: was for row in rows if (was := earlier[row])},
        needs_acceptance=needs_acceptance,
        skip_bad=skip_bad,
    )
    return _decided(plan, books)


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
        return replace(plan, rows=plan.rows[:0], revised={}, hindrance=rule)
    return replace(plan, fact=fact)
