"""The importer: files as they come, looked at before they count, recorded by a second person, given back marked."""

import csv
import io
from collections.abc import Callable

from api.client import ServiceRefused
from features.people import Staff
from ledger.domain.money import fen, yuan
from ledger.domain.terms import Document

MARKS = ("导入结果", "原因")
UNREADABLE = "unreadable"


class Importer:
    """Keeps what was said of the last file; what is refused the clerk remembers."""

    def __init__(self, staff: Staff, attempt: Callable[[Callable[[], object]], None]) -> None:
        self._staff = staff
        self._try = attempt
        self._files = 0
        self._seen: Document | None = None
        self.answer = ""

    def take(self, text: str) -> None:
        """Record a CSV file, all of it or nothing."""
        self._act(text, skip_bad=False, confirm=True)

    def take_sound(self, text: str) -> None:
        """Record the sound lines of a CSV file, and leave out the others."""
        self._act(text, skip_bad=True, confirm=True)

    def attempt(self, text: str) -> None:
        """Say what importing a CSV file would do, and record nothing."""
        self._act(text, skip_bad=True, confirm=False)

    def look(self, text: str) -> None:
        """Send a CSV file and read what recording it would do; it waits for somebody to confirm it."""
        self._act(text, skip_bad=False, confirm=False)

    def confirm(self) -> None:
        """Record the file that was sent last."""
        self._try(self._confirm)

    def _act(self, text: str, *, skip_bad: bool, confirm: bool) -> None:
        self._files += 1
        self.answer = ""

        def act() -> None:
            self._look(text, skip_bad=skip_bad)
            if confirm:
                self._confirm()
            self.answer = self._said(confirmed=confirm, skip_bad=skip_bad)

        self._try(act)

    def _look(self, text: str, *, skip_bad: bool) -> None:
        """Send a file, and read what recording it would do."""
        name = f"第{self._files}份.csv"
        sent = self._staff.office.send("imports", data=text.encode(), name=name, skip_bad=skip_bad)
        self._seen = found = self._staff.second.get("imports", sent["id"])
        if found["state"] == UNREADABLE:
            why = found["problem"]
            raise ServiceRefused(why["status"], why["type"], why["title"], why.get("errors", []))

    def _confirm(self) -> None:
        self._staff.second.post("imports", self.seen["id"], "confirm")

    def _said(self, *, confirmed: bool, skip_bad: bool) -> str:
        new, known, wrong = (self.seen[word] for word in ("recorded", "known", "skipped"))
        said = f"{'记入' if confirmed else '可以记入'} {new} 行，已有 {known} 行"
        return f"{said}，有误 {wrong} 行" if skip_bad or not confirmed else said

    @property
    def seen(self) -> Document:
        """What was said of the last file before it counted."""
        assert self._seen is not None, "还没有导入。请先写“当 试导入文件：”或“当 导入文件：”。"
        return self._seen

    def change(self, name: str) -> str:
        """What a party gets by the last file, in yuan."""
        return yuan(sum(fen(each["change"]) for each in self.seen["changes"] if each["party"] == name))

    def statements(self) -> list[str]:
        """The settlements whose open statements the last file changes."""
        settlements: list[str] = self.seen["settlements"]
        return settlements

    def notes(self) -> str:
        """How the last file was read."""
        return "\n".join(self.seen["notes"])

    def mark(self, line: int) -> list[str]:
        """What the marked file says beside a line: 导入结果 and 原因."""
        data = self._staff.second.file("imports", self.seen["id"], "marked")
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
        assert 0 < line <= len(rows), f"文件只有 {len(rows)} 行。"
        header = next(row for row in rows if set(MARKS) <= set(row))
        return [rows[line - 1][header.index(mark)] for mark in MARKS]
