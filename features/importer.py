"""The importer: files as they come, tried out, recorded with or without their wrong lines, given back marked."""

import csv
import io
from collections.abc import Callable

from ledger.application import Ledger
from ledger.domain.errors import LinesRefused
from ledger.domain.money import yuan
from ledger.files.import_plan import ImportPlan
from ledger.files.marks import Outcome, marked, marks_of
from ledger.projections.import_report import Before, ImportReport, import_report


class Importer:
    """Keeps what was said of the last file; what is refused the clerk remembers."""

    def __init__(self, ledger: Ledger, attempt: Callable[[Callable[[], object]], None]) -> None:
        self._ledger = ledger
        self._try = attempt
        self._files = 0
        self._plan: ImportPlan | None = None
        self._report: ImportReport | None = None
        self._outcome: Outcome = "refused"
        self.answer = ""

    def take(self, text: str) -> None:
        """Record a CSV file, all of it or nothing."""
        self._act(lambda name: self._record(text, name, skip_bad=False))

    def take_sound(self, text: str) -> None:
        """Record the sound lines of a CSV file, and leave out the others."""
        self._act(lambda name: self._record(text, name, skip_bad=True))

    def attempt(self, text: str) -> None:
        """Say what importing a CSV file would do, and record nothing."""
        self._act(lambda name: self._attempt(text, name))

    def _act(self, act: Callable[[str], None]) -> None:
        self._files += 1
        self.answer = ""
        self._try(lambda: act(f"第{self._files}份.csv"))

    def _record(self, text: str, name: str, *, skip_bad: bool) -> None:
        self._plan = self._planned(text, name, skip_bad=skip_bad)
        before = Before.of(self._ledger.books, self._plan)
        done = self._ledger.record_import(self._plan)
        self._report, self._outcome = import_report(self._plan, before, self._ledger.books), "recorded"
        self.answer = f"记入 {done.recorded} 行，已有 {done.known} 行"
        self.answer += f"，有误 {done.skipped} 行" if skip_bad else ""

    def _planned(self, text: str, name: str, *, skip_bad: bool) -> ImportPlan:
        try:
            return self._ledger.plan_import(text.encode(), name, skip_bad=skip_bad)
        except LinesRefused:
            self._plan, self._outcome = self._ledger.plan_import(text.encode(), name, skip_bad=True), "refused"
            raise

    def _attempt(self, text: str, name: str) -> None:
        self._plan = self._ledger.plan_import(text.encode(), name, skip_bad=True)
        before, after = Before.of(self._ledger.books, self._plan), self._ledger.books_if(self._plan)
        self._report, self._outcome = import_report(self._plan, before, after), "planned"
        self.answer = f"可以记入 {len(self._plan.fresh)} 行，已有 {self._plan.known} 行，有误 {self._plan.skipped} 行"

    @property
    def report(self) -> ImportReport:
        """What was said of the last file."""
        assert self._report is not None, "还没有导入。请先写“当 试导入文件：”或“当 导入文件：”。"
        return self._report

    def change(self, name: str) -> str:
        """What a party gets by the last file, in yuan."""
        found = [each.change_fen for each in self.report.changes if each.name == name]
        return yuan(sum(found))

    def statements(self) -> list[str]:
        """The settlements whose open statements the last file changes."""
        return list(dict.fromkeys(each.settlement for each in self.report.statements))

    def notes(self) -> str:
        """How the last file was read."""
        return "\n".join(note.zh for note in self.report.notes)

    def mark(self, line: int) -> list[str]:
        """What the marked file says beside a line: 导入结果 and 原因."""
        assert self._plan is not None, "还没有导入。请先写“当 试导入文件：”或“当 导入文件：”。"
        plan = self._plan
        data = marked(plan.data, plan.file.name, marks_of(plan, self._outcome, "zh"))
        rows = list(csv.reader(io.StringIO(data.decode(), newline="")))
        assert 0 < line <= len(rows), f"文件只有 {len(rows)} 行。"
        return rows[line - 1][plan.file.source.width :]
