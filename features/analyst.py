"""The analyst: compares moments, tries other terms on recorded history, reads what the books suggest."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal

from features.comparing import Table, in_columns
from features.people import Staff
from features.reader import Reader
from ledger.domain.terms import Document
from ledger.projections.wording import CAUSES_ZH

POINT = re.compile(r"(.+)@([0-9]{4}-[0-9]{2}-[0-9]{2})")
START, END = "起", "止"


class Analyst:
    """Keeps the simulation that was made last."""

    def __init__(self, staff: Staff, reader: Reader, agreement: Callable[[], str]) -> None:
        self._staff = staff
        self._reader = reader
        self._agreement = agreement
        self._simulated: Document | None = None

    # Bridges

    def bridge(self, start: str, end: str, columns: Sequence[str], pool: str = "") -> Table:
        """What was due, what moved it cause by cause, what is due; the causes must add up to the difference."""
        asked = {"start": self._moment(start), "end": self._moment(end)}
        found = self._staff.office.get("agreements", self._agreement(), "bridge", **asked)["pools"]
        ways = [each for each in found if pool in ("", each["pool"])]
        named = "、".join(f"{each['pool']} {each['measure']}".strip() for each in found)
        assert len(ways) == 1, f"请写明是哪一个池：{named}。"
        (way,) = ways
        _refuse_unless_adding_up(way)
        moved = {each["cause"]: each["shares"] for each in way["causes"]}
        causes = [(name, moved[cause]) for cause, name in CAUSES_ZH.items() if cause in moved]
        rows = [(START, way["due_start"]), *causes, (END, way["due_end"])]
        names = {party["id"]: party["name"] for party in way["parties"]}
        cells = [[name, *(shares.get(party, "0") for party in way["due_end"])] for name, shares in rows]
        return in_columns(columns, ("原因", *(names[party] for party in way["due_end"])), cells)

    def _moment(self, text: str) -> str:
        """A moment that was named is a position; a statement or a day is what it is."""
        found = POINT.fullmatch(text)
        return f"{self._reader.position(found[1])}@{found[2]}" if found else text

    # Simulations

    def simulate(self, text: str) -> None:
        """Divide recorded history by other terms, with the facts that are certified."""
        address = ("agreements", self._agreement(), "simulate")
        self._simulated = self._staff.office.post(*address, body={"terms": text})

    def gains(self, columns: Sequence[str]) -> Table:
        """What each party would have got more or less, year by year and in all."""
        total = self._simulation["totals"]
        years = [(str(each["year"]), each["shares"]) for each in self._simulation["gains"]]
        parties = self._simulation["parties"]
        cells = [
            [year, *(shares.get(each["id"], "0") for each in parties)] for year, shares in [*years, ("合计", total)]
        ]
        return in_columns(columns, ("年度", *(each["name"] for each in parties)), cells)

    def simulated_waiting(self) -> str:
        """What would wait under the other terms, and for what."""
        other = self._simulation["other"]
        return "\n".join([f"{Decimal(other['waiting']):,} 元", *other["reasons"]])

    @property
    def _simulation(self) -> Document:
        assert self._simulated is not None, "还没有测算。请先写“当 用另一份条款测算：”。"
        return self._simulated

    # Suggestions

    def suggested(self) -> list[Document]:
        """The facts that the books suggest to certify."""
        found: list[Document] = self._staff.office.get("agreements", self._agreement(), "suggestions")["facts"]
        return found


def _refuse_unless_adding_up(way: Document) -> None:
    for party, amount in way["due_end"].items():
        moved = sum(Decimal(each["shares"].get(party, "0")) for each in way["causes"])
        before = Decimal(way["due_start"].get(party, "0"))
        assert before + moved == Decimal(amount), f"各原因加不起来：{party} 起 {before}，变动 {moved}，止 {amount}。"
