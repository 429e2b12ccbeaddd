"""The statistician: reports indicators, quotas and contributions on the clerk's books, and has them accepted."""

from collections.abc import Callable

from features.comparing import Table
from ledger.application import Ledger
from ledger.domain.agreeing.acceptance import AcceptingLevel, Batch, BatchUnknown

LEVELS: dict[str, AcceptingLevel] = {"县级": "county", "市级": "city"}
LEVELS_ZH = {level: word for word, level in LEVELS.items()}


class Statistician:
    """Keeps the figures; what is refused the clerk remembers."""

    def __init__(self, ledger: Ledger, attempt: Callable[[Callable[[], object]], None]) -> None:
        self._ledger = ledger
        self._try = attempt
        self._files = 0

    def report(self, table: Table) -> None:
        """Send in a batch of indicators; it counts once county and city have accepted it."""
        self._try(lambda: self._ledger.import_figures(csv_of(table), self._name("报表")))

    def report_accepted(self, table: Table) -> None:
        """Send in a batch of indicators that county and city accept at once."""

        def act() -> None:
            batch = self._ledger.import_figures(csv_of(table), self._name("报表"))
            for level in LEVELS.values():
                self._ledger.accept_figures(batch.number, level)

        self._try(act)

    def issue(self, table: Table) -> None:
        """Record quotas; they count when recorded."""
        data = csv_of(table)
        self._try(lambda: self._ledger.import_figures(data, self._name("额度"), needs_acceptance=False))

    def contribute(self, table: Table) -> None:
        """Record contributions with their evidence; they count when recorded."""
        self._try(lambda: self._ledger.import_inputs(csv_of(table), self._name("投入")))

    def accept(self, batch: str, level: str) -> None:
        """A level accepts a batch."""
        assert level in LEVELS, f"级次“{level}”应写：{'、'.join(LEVELS)}。"
        self._try(lambda: self._ledger.accept_figures(batch, LEVELS[level]))

    def state(self, batch: str) -> str:
        """Whose acceptance a batch waits for, or that it counts."""
        found = self._found(batch)
        return f"待{LEVELS_ZH[found.due]}审核" if found.due else "已计入"

    def evidence(self, number: str) -> str:
        """What a report or a contribution rests on, as it was written."""
        reports = [report for batch in self._ledger.books.batches.values() for report in batch.reports]
        found = [report.evidence for report in reports if report.number == number]
        assert found, f"没有编号为 {number} 的报表或投入。"
        return found[-1]

    def _found(self, batch: str) -> Batch:
        found = self._ledger.books.batches.get(batch)
        if found is None:
            raise BatchUnknown(batch=batch)
        return found

    def _name(self, kind: str) -> str:
        self._files += 1
        return f"{kind}{self._files}.csv"


def csv_of(table: Table) -> bytes:
    """A table as the CSV file of figures or contributions that it stands for."""
    return "\n".join(",".join(row) for row in table).encode()
