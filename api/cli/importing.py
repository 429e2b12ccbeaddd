"""What every import of a file is asked for, and how it goes: read, plan, record or only say, give back marked."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps
from pathlib import Path
from typing import TypeVar

import click

from api.cli.printing import console
from ledger.domain.errors import Language, LinesRefused
from ledger.files.import_plan import FilePlan
from ledger.files.marks import Outcome, marked, marks_of, refuse_unmarkable
from ledger.files.text import read_bytes, write_bytes

Plan = TypeVar("Plan", bound=FilePlan)
Done = TypeVar("Done")


@dataclass(frozen=True)
class Importing:
    """The options of one import."""

    file: Path
    dry_run: bool
    skip_bad: bool
    out: Path | None
    sheet: str
    mapping: str
    as_json: bool

    def read(self, bytes_max: int) -> bytes:
        """The bytes of the file; raises what `read_bytes` raises, and MarkingUnsupported."""
        if self.out and self.out.resolve() == self.file.resolve():
            raise click.UsageError("--marked 请写另一个文件名，原件不改。Name another file; the original stays.")
        data = read_bytes(self.file, bytes_max)
        if self.out:
            refuse_unmarkable(data, self.file.name, self.out.name)
        return data

    def carry_out(
        self,
        plan_with: Callable[..., Plan],
        data: bytes,
        act: Callable[[Plan], Done],
        language: Language,
    ) -> Done:
        """Plan, act on the plan, and give the file back marked if that is asked; a refused file comes back as well."""
        plan_with = partial(plan_with, data, self.file.name, sheet=self.sheet, mapping=self.mapping)
        with console(stderr=True).status(f"正在导入 {self.file.name} …"):
            try:
                plan = plan_with(skip_bad=self.skip_bad or self.dry_run)
            except LinesRefused:
                self._mark(plan_with(skip_bad=True), "refused", language)
                raise
            if plan.hindrance:
                self._mark(plan, "refused", language)
            done = act(plan)
        self._mark(plan, "planned" if self.dry_run else "recorded", language)
        return done

    def _mark(self, plan: FilePlan, outcome: Outcome, language: Language) -> None:
        if self.out:
            write_bytes(self.out, marked(plan.data, plan.file.name, marks_of(plan, outcome, language)))


OPTIONS = (
    click.argument("file", type=click.Path(path_type=Path)),
    click.option(
        "--dry-run", is_flag=True, help="试导入：只说会怎样，什么也不记。Say what would happen, record nothing."
    ),
    click.option(
        "--skip-bad", is_flag=True, help="跳过有误的行，只记无误的。Record the sound lines, leave out the others."
    ),
    click.option(
        "--marked", "out", type=click.Path(path_type=Path), help="另存一份，每行注明结果和原因。The file, marked."
    ),
    click.option("--sheet", default="", help="读哪一张工作表（几张都像明细时要写）。Which sheet."),
    click.option("--mapping", default="", help="按存下的表头对照认列。Read the header by a saved mapping."),
)


def import_options(command: Callable[..., None]) -> Callable[..., None]:
    """A command with the options of an import, which it gets as one value."""

    @wraps(command)
    def with_options(
        *given: object,
        file: Path,
        dry_run: bool,
        skip_bad: bool,
        out: Path | None,
        sheet: str,
        mapping: str,
        as_json: bool,
        **others: object,
    ) -> None:
        command(*given, Importing(file, dry_run, skip_bad, out, sheet, mapping, as_json), **others)

    for option in reversed(OPTIONS):
        with_options = option(with_options)
    return with_options
