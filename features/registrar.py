"""The registrar: keeps projects, parks and region codes; a change of the map takes both persons of the office."""

from collections.abc import Callable, Sequence

from features.comparing import in_columns
from features.people import Staff
from ledger.domain.register.projects import CLOCK_STAGES, STAGES_ZH, stage_named
from ledger.domain.terms import Document

Table = Sequence[Sequence[str]]
PROJECT_COLUMNS = {
    "项目": "name",
    "社会信用代码": "enterprise",
    "园区": "park",
    "引荐方": "introducer",
    "承接方": "receiver",
}
PARK_COLUMNS = ("园区", "上级", "起", "止")


class Registrar:
    """Keeps the register; what is refused the clerk remembers."""

    def __init__(
        self, staff: Staff, attempt: Callable[[Callable[[], object]], None], agreement: Callable[[], str]
    ) -> None:
        self._staff = staff
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
                body = {PROJECT_COLUMNS[column]: cell for column, cell in zip(columns, row, strict=True)}
                self._staff.office.post("projects", body=body)

        self._try(enter)

    def reach(self, project: str, stage: str, on: str, source: str, supersedes: str = "") -> None:
        """Record a stage, perhaps in the place of a record."""

        def act() -> None:
            body = {"stage": stage_named(stage), "on": on, "source": source, "supersedes": supersedes}
            self._staff.office.post("projects", project, "stages", body=body)

        self._try(act)

    def transfer(self, project: str, receiver: str, on: str) -> None:
        """Hand a project on under the agreement that was last named."""
        body = {"receiver": receiver, "agreement": self._agreement(), "on": on}
        self._try(lambda: self._staff.office.post("projects", project, "transfer", body=body))

    def relocate(self, project: str, park: str, on: str, source: str) -> None:
        """The project's enterprise moves to another park."""
        body = {"park": park, "on": on, "source": source}
        self._try(lambda: self._staff.office.post("projects", project, "relocate", body=body))

    def project(self, project: str) -> dict[str, str]:
        """Where a project is, with whom, and whether an agreement binds it."""
        found = self._staff.office.get("projects", project)
        return {"园区": found["park"], "承接方": found["receiver"], "协议": found["agreement"]}

    def stages(self, project: str, columns: Sequence[str]) -> Table:
        """The stages that count: of the records, those that none takes the place of."""
        found = self._staff.office.get("projects", project)
        replaced = {each["supersedes"] for each in found["records"]}
        counting = {each["stage"]: each for each in found["records"] if each["record"] not in replaced}
        words = ("on", "source", "record")
        rows = [[STAGES_ZH[stage], *(counting[stage][word] for word in words)] for stage in found["stages"]]
        return in_columns(columns, ("阶段", "日期", "依据", "记录"), rows)

    def clock_starts(self, columns: Sequence[str]) -> Table:
        """The days from which clocks could run."""
        rows = [
            [project["enterprise"], project["name"], STAGES_ZH[stage], on]
            for project in self._staff.office.listed("projects", of="projects")
            for stage, on in project["stages"].items()
            if stage in CLOCK_STAGES
        ]
        return in_columns(columns, ("企业", "项目", "阶段", "日期"), rows)

    # Parks and regions

    def register_parks(self, table: Table) -> None:
        """Enter parks, one a row; the first that is refused ends it."""

        def enter() -> None:
            for park, parent, first, last in in_columns(PARK_COLUMNS, table[0], table[1:])[1:]:
                days = {"from": first, "to": None if last == "长期" else last}
                self._change("parks", body={"park": park, "parent": parent, **days})

        self._try(enter)

    def move_park(self, park: str, parent: str, on: str) -> None:
        """A park stands below another from a day on."""
        self._try(lambda: self._change("parks", park, "move", body={"parent": parent, "on": on}))

    def end_park(self, park: str, last: str) -> None:
        """A park stands until a day."""
        self._try(lambda: self._change("parks", park, "days", body={"from": None, "to": last}))

    def tree(self, on: str) -> str:
        """The parks of a day, drawn."""
        return "\n".join(self._staff.office.get("parks", on=on)["drawn"])

    def succeed_region(self, old: str, new: str, on: str) -> None:
        """A region code takes another's place."""
        body = {"old": old, "new": new, "on": on, "source": "区划调整文件"}
        self._try(lambda: self._change("regions", body=body))

    def withdraw_succession(self, old: str, on: str) -> None:
        """A succession recorded in error is taken back."""
        self._try(lambda: self._change("regions", "withdraw", body={"old": old, "on": on, "source": "更正"}))

    def _change(self, *path: str, body: Document) -> None:
        """One of the office asks for a change of the map, the other one confirms it."""
        asked = self._staff.office.post(*path, body=body)
        self._staff.second.post("changes", asked["id"], "confirm")
