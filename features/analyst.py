"""The analyst: compares moments, tries other terms on recorded history, reads what the books suggest."""

import re
from collections.abc import Callable, Sequence

from features.comparing import Table, in_columns
from features.reader import Reader
from ledger.application import Ledger
from ledger.domain.calendar import day
from ledger.domain.dividing.pools import PoolKey
from ledger.domain.dividing.simulation import Simulation
from ledger.domain.stating.bridge import Bridge, bridge
from ledger.domain.stating.proposals import proposals
from ledger.domain.stating.working import Moment
from ledger.domain.terms import Document
from ledger.domain.terms.draft import read_terms
from ledger.files.documents import parse_yaml
from ledger.projections.quantities import quantity_of
from ledger.projections.simulations import simulate
from ledger.projections.spans import period_of
from ledger.projections.wording import CAUSES_ZH, money

POINT = re.compile(r"(?:(.+)@)?([0-9]{4}-[0-9]{2}-[0-9]{2})")
START, END = "起", "止"


class Analyst:
    """Keeps the simulation that was made last."""

    def __init__(self, ledger: Ledger, reader: Reader, agreement: Callable[[], str]) -> None:
        self._ledger = ledger
        self._reader = reader
        self._agreement = agreement
        self._simulated: Simulation | None = None

    # Bridges

    def bridge(self, start: str, end: str, columns: Sequence[str], pool: str = "") -> Table:
        """What was due, what moved it cause by cause, what is due; the causes must add up to the difference."""
        agreement = self._ledger.books.agreement(self._agreement())
        way = bridge(self._ledger.books, agreement, self._moment(start), self._moment(end))
        keys = [key for key in way.due_end if pool in ("", key.pool)]
        assert len(keys) == 1, (
            f"请写明是哪一个池：{'、'.join(filter(None, (' '.join(key).strip() for key in way.due_end)))}。"
        )
        (key,) = keys
        _refuse_unless_adding_up(way, key)
        quantity = quantity_of(agreement.known_at(max(way.start.cut, way.end.cut)).pool(key.pool))
        parties = list(way.due_end[key])
        moved = way.by_cause(key)
        causes = [(name, moved[cause]) for cause, name in CAUSES_ZH.items() if any(moved.get(cause, {}).values())]
        rows = [(START, way.due_start.get(key, {})), *causes, (END, way.due_end[key])]
        cells = [[name, *(quantity.text(shares.get(party, 0)) for party in parties)] for name, shares in rows]
        return in_columns(columns, ("原因", *map(agreement.name_of, parties)), cells)

    def _moment(self, text: str) -> Moment:
        """A statement's cut and last day; or a day, as known now or at a moment that was named."""
        for _, closing in self._ledger.books.closings:
            if any(text == statement.number for statement in closing.statements):
                return Moment(closing.cut, period_of(closing.period).last)
        found = POINT.fullmatch(text)
        assert found, f"“{text}”应写结算单编号、日期，或“名称@日期”。"
        position = self._reader.position(found[1]) if found[1] else self._ledger.books.position
        return Moment(position, day(found[2]))

    # Simulations

    def simulate(self, text: str) -> None:
        """Divide recorded history by other terms, with the facts that are certified."""
        books = self._ledger.books
        terms = read_terms(parse_yaml(text, "条款"))
        self._simulated = simulate(books, books.agreement(self._agreement()), terms, None)

    def gains(self, columns: Sequence[str]) -> Table:
        """What each party would have got more or less, year by year and in all."""
        agreement = self._ledger.books.agreement(self._agreement())
        gains = self._simulation.gains()
        parties = list(dict.fromkeys(party for shares in gains.values() for party in shares))
        total = {party: sum(shares.get(party, 0) for shares in gains.values()) for party in parties}
        rows = [*((str(year), shares) for year, shares in gains.items()), ("合计", total)]
        cells = [[year, *(money(shares.get(party, 0)) for party in parties)] for year, shares in rows]
        return in_columns(columns, ("年度", *map(agreement.name_of, parties)), cells)

    def simulated_waiting(self) -> str:
        """What would wait under the other terms, and for what."""
        other = self._simulation.other
        return "\n".join([f"{money(other.waiting_fen)} 元", *map(str, other.reasons)])

    @property
    def _simulation(self) -> Simulation:
        assert self._simulated is not None, "还没有测算。请先写“当 用另一份条款测算：”。"
        return self._simulated

    # Suggestions

    def suggested(self) -> list[Document]:
        """The facts that the books suggest to certify."""
        books = self._ledger.books
        return proposals(books, books.agreement(self._agreement()), books.position)


def _refuse_unless_adding_up(way: Bridge, key: PoolKey) -> None:
    causes = way.by_cause(key)
    for party, amount in way.due_end[key].items():
        moved = sum(shares.get(party, 0) for shares in causes.values())
        before = way.due_start.get(key, {}).get(party, 0)
        assert before + moved == amount, f"各原因加不起来：{party} 起 {before}，变动 {moved}，止 {amount}。"
