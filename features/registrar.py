"""The registrar: does what the features say of projects, parks and region codes, on the clerk's books."""

from collections.abc import Callable, Sequence

from features.comparing import in_columns
from ledger.application import Ledger
from ledger.domain.calendar import day
from ledger.domain.register.projects import STAGES_ZH, Project, clock_starts, find, stage_named
from ledger.domain.register.relocations import Location
from ledger.projections.register import park_tree

Table = Sequence[Sequence[str]]
PROJECT_COLUMNS = ("项目", "社会信用代码", "园区", "引荐方", "承接方")
PARK_COLUMNS = ("园区", "上级", "起", "止")


class Registrar:
    """Keeps the register; what is refused the clerk remembers."""

    def __init__(
        self, ledger: Ledger, attempt: Callable[[Callable[[], object]], None], agreement: Callable[[], str]
    ) -> None:
        self._ledger = ledger
        self._try = attempt
        self._agreement = agreement

    # Projects

    def register_projects(self, table: Table) -> None:
        """Enter projects, one a row; the first that is refused ends it."""
        columns, *rows = table
        unknown = "、".join(set(columns) - set(PROJECT_COLUMNS))
        assert not unknown, f"没有“{unknown}”这一列。可写：{'、'.join(PROJECT_COLUMNS)}。"

        def enter() -> None:
            for row in rows:
                cells = dict(zip(columns, row, strict=True))
                name, enterprise, park, introducer, receiver = (cells.get(column, "") for column in PROJECT_COLUMNS)
                self._ledger.register_project(Project("", name, enterprise, park, introducer, receiver))

        self._try(enter)

    def reach(self, project: str, stage: str, on: str, source: str, supersedes: str = "") -> None:
        """Record a stage, perhaps in the place of a record."""
        self._try(lambda: self._ledger.reach_stage(project, stage_named(stage), day(on), source, supersedes))

    def transfer(self, project: str, receiver: str, on: str) -> None:
        """Hand a project on under the agreement that was last named."""
        self._try(lambda: self._ledger.transfer_project(project, self._agreement(), receiver, day(on)))

    def relocate(self, project: str, park: str, on: str, source: str) -> None:
        """The project's enterprise moves to another park."""
        self._try(lambda: self._ledger.relocate_enterprise(project, Location(park, ""), day(on), source))

    def project(self, project: str) -> dict[str, str]:
        """Where a project is, with whom, and whether an agreement binds it."""
        found = self._found(project)
        return {"园区": found.park, "承接方": found.receiver, "协议": found.agreement}

    def stages(self, project: str, columns: Sequence[str]) -> Table:
        """The stages that count."""
        records = self._found(project).stages.values()
        rows = [[STAGES_ZH[each.stage], each.on.isoformat(), each.source, each.number] for each in records]
        return in_columns(columns, ("阶段", "日期", "依据", "记录"), rows)

    def clock_starts(self, columns: Sequence[str]) -> Table:
        """The days from which clocks could run."""
        starts = clock_starts(self._ledger.books.projects.values())
        rows = [[each.enterprise, each.project, STAGES_ZH[each.clock], each.on.isoformat()] for each in starts]
        return in_columns(columns, ("企业", "项目", "阶段", "日期"), rows)

    def _found(self, project: str) -> Project:
        return find(self._ledger.books.projects, project)

    # Parks and regions

    def register_parks(self, table: Table) -> None:
        """Enter parks, one a row; the first that is refused ends it."""

        def enter() -> None:
            for park, parent, first, last in in_columns(PARK_COLUMNS, table[0], table[1:])[1:]:
                self._ledger.register_park(park, parent, day(first), None if last == "长期" else day(last))

        self._try(enter)

    def move_park(self, park: str, parent: str, on: str) -> None:
        """A park stands below another from a day on."""
        self._try(lambda: self._ledger.move_park(park, parent, day(on)))

    def end_park(self, park: str, last: str) -> None:
        """A park stands until a day."""
        self._try(lambda: self._ledger.date_park(park, None, day(last)))

    def tree(self, on: str) -> str:
        """The parks of a day, drawn."""
        return "\n".join(park_tree(self._ledger.books.places().parks, day(on)))

    def succeed_region(self, old: str, new: str, on: str) -> None:
        """A region code takes another's place."""
        self._try(lambda: self._ledger.succeed_region(old, new, day(on), "区划调整文件"))

    def withdraw_succession(self, old: str, on: str) -> None:
        """A succession recorded in error is taken back."""
        self._try(lambda: self._ledger.withdraw_succession(old, day(on), "更正"))
