"""The statistician: reports indicators, quotas and contributions, and has them accepted level by level."""

from collections.abc import Callable

from features.comparing import Table
from features.people import Staff
from ledger.domain.agreeing.acceptance import AcceptingLevel
from ledger.domain.terms import Document

LEVELS: dict[str, AcceptingLevel] = {"县级": "county", "市级": "city"}
LEVELS_ZH = {level: word for word, level in LEVELS.items()}


class Statistician:
    """Keeps the figures; what is refused the clerk remembers."""

    def __init__(
        self, staff: Staff, attempt: Callable[[Callable[[], object]], None], parties: Callable[[], list[str]]
    ) -> None:
        self._staff = staff
        self._try = attempt
        self._parties = parties
        self._files = 0
        self._accepting = 0

    def report(self, table: Table) -> None:
        """Send in a batch of indicators; it counts once county and city have accepted it."""
        self._try(lambda: self._record(table, "figures", "报表"))

    def report_accepted(self, table: Table) -> None:
        """Send in a batch of indicators that county and city accept at once."""

        def act() -> None:
            self._record(table, "figures", "报表")
            batch = self._batches()[-1]["number"]
            for level in LEVELS.values():
                self._accept(batch, level)

        self._try(act)

    def issue(self, table: Table) -> None:
        """Record quotas; they count when recorded."""
        self._try(lambda: self._record(table, "quotas", "额度"))

    def contribute(self, table: Table) -> None:
        """Record contributions with their evidence; they count when recorded."""
        self._try(lambda: self._record(table, "inputs", "投入"))

    def _record(self, table: Table, kind: str, title: str) -> None:
        """One of the office sends a file, the other one confirms it."""
        self._files += 1
        sent = self._staff.office.send("imports", data=csv_of(table), name=f"{title}{self._files}.csv", kind=kind)
        self._staff.second.post("imports", sent["id"], "confirm")

    def accept(self, batch: str, level: str) -> None:
        """A level accepts a batch."""
        assert level in LEVELS, f"级次“{level}”应写：{'、'.join(LEVELS)}。"
        self._try(lambda: self._accept(batch, LEVELS[level]))

    def _accept(self, batch: str, level: AcceptingLevel) -> None:
        """The county is of the first party, the city of the last; each time it is somebody who did not accept before."""
        self._accepting += 1
        party = self._parties()[0 if level == "county" else -1]
        who = self._staff.of(party, "statistician", nth=self._accepting)
        who.post("figures", batch, "accept", body={"level": level})

    def state(self, batch: str) -> str:
        """Whose acceptance a batch waits for, or that it counts."""
        due = self._staff.office.get("figures", batch)["due"]
        return f"待{LEVELS_ZH[due]}审核" if due else "已计入"

    def evidence(self, number: str) -> str:
        """What a report or a contribution rests on, as it was written."""
        reports = [report for batch in self._batches() for report in batch["reports"]]
        found: list[str] = [each["evidence"] for each in reports if each["number"] == number]
        assert found, f"没有编号为 {number} 的报表或投入。"
        return found[-1]

    def _batches(self) -> list[Document]:
        return list(self._staff.office.listed("figures", of="batches"))


def csv_of(table: Table) -> bytes:
    """A table as the CSV file of figures or contributions that it stands for."""
    return "\n".join(",".join(row) for row in table).encode()
