"""The reader: what statements say, as tables of text, each in its own unit."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from features.comparing import Table, in_columns
from ledger.application import Ledger
from ledger.domain.calendar import Period
from ledger.domain.stating.books import Books
from ledger.projections.explanation import explain
from ledger.projections.explanation_in_words import in_sentences
from ledger.projections.payments import payments, settlements
from ledger.projections.quantities import Quantity, stated_quantity
from ledger.projections.spans import period_of
from ledger.projections.statements import Statement, StatementLine, statements, statements_as_of
from ledger.projections.wording import CAUSES_ZH, money


class Reader:
    """Reads the statements of the agreement that was last named."""

    def __init__(self, ledger: Ledger, agreement: Callable[[], str]) -> None:
        self._ledger = ledger
        self._agreement = agreement
        self._moments: dict[str, int] = {}

    # Statements

    def statement(self, period: str, columns: Sequence[str], pool: str = "", measure: str = "") -> Table:
        """The last statement of a period (and pool, and indicator), in the columns asked for."""
        return stated(self._statement(period, pool, measure), columns)

    def statement_as_of(self, day: date, columns: Sequence[str]) -> Table:
        """What the statement would say if nothing booked after a day were known."""
        return stated(_last(statements_as_of(self._books, day, self._agreement())), columns)

    def statement_as_known(self, moment: str, period: str, columns: Sequence[str]) -> Table:
        """What the statement said, or would have said, at a moment that was named."""
        books = self.books_at(moment)
        return stated(_last(statements(books, period_of(period), self._agreement())), columns)

    def numbers(self, period: str) -> list[str]:
        """The numbers of a period's statements."""
        return [statement.number for statement in self._statements(period)]

    def stated_to_date(self, period: str, columns: Sequence[str], pool: str = "", measure: str = "") -> Table:
        """Everything stated from the first period to this one, added up by party; of one pool or of all."""
        total: dict[str, int] = {}
        quantity = Quantity()
        for each in self._stated_up_to(period_of(period)):
            if pool in ("", each.pool) and measure in ("", each.measure):
                quantity = quantity_of(each)
                for line in each.lines:
                    total[line.name] = total.get(line.name, 0) + line.entitled_fen
        rows = [[name, quantity.text(amount)] for name, amount in total.items()]
        return in_columns(columns, ("县", columns_of(quantity)[1]), rows)

    def _stated_up_to(self, last: Period) -> Iterable[Statement]:
        every = self._books.agreement(self._agreement()).terms.every
        following = self._books.first_period()
        while following and following <= last:
            if following.ends(every):
                yield from self._statements(str(following))
            following = following.next

    def transfers(self, period: str) -> list[tuple[str, str]]:
        """Net by party: positive is to be received."""
        return self.differences(period, "")

    def differences(self, period: str, pool: str) -> list[tuple[str, str]]:
        """What is stated less what was collected (or contributed), by party."""
        found = self._statement(period, pool)
        return [(line.name, quantity_of(found).text(line.net_fen)) for line in found.lines]

    # What stands beside them

    def waiting(self, pool: str, period: str, measure: str = "") -> str:
        """What a pool's last statement of a period says waits."""
        found = self._statement(period, pool, measure)
        return quantity_of(found).text(found.waiting_fen)

    def undivided(self, pool: str, period: str) -> str:
        """What a pool's last statement of a period says stays with its collector."""
        found = self._statement(period, pool)
        return quantity_of(found).text(found.undivided_fen)

    def reasons(self, pool: str, period: str, measure: str = "") -> str:
        """Why it waits."""
        party = next(iter(self._books.agreement(self._agreement()).terms.parties))
        found = explain(self._books, self._agreement(), period_of(period), party)
        own = [each for each in found if each.statement.pool == pool and measure in ("", each.statement.measure)]
        return "\n".join(reason for each in own for reason, _ in each.reasons)

    def mark(self, pool: str, period: str) -> str:
        """What must stand beside a pool's figures; the same beside each of them."""
        found = [quantity_of(each).mark for each in self._statements(period) if each.pool == pool]
        assert len(set(found)) == 1, f"{period} “{pool}”池各张结算单的标注应当只有一种，实为：{found}。"
        return found[0]

    def totals(self, pool: str, period: str, measure: str = "") -> tuple[str, str]:
        """What a statement gives in all, and what was reported (or collected, or contributed) in all."""
        found = self._statement(period, pool, measure)
        quantity = quantity_of(found)
        return quantity.text(found.total_fen), quantity.text(found.collected_total)

    def payments(self, period: str, columns: Sequence[str]) -> Table:
        """What is paid of a statement, day by day; the first column is the day."""
        settlement = settlements(self._statements(period))[-1]
        names = {line.party: line.name for statement in settlement for line in statement.lines}
        rows = [
            [payment.on.isoformat() if payment.on else "一次", *(money(payment.shares[party]) for party in names)]
            for payment in payments(self._books, settlement)
        ]
        return in_columns(columns, ("日期", *names.values()), rows)

    # Explanations

    def explain(self, party: str, period: str, moment: str = "") -> str:
        """The sentences that explain a party's figures, as they are known now or were at a moment."""
        books = self.books_at(moment) if moment else self._books
        found = explain(books, self._agreement(), period_of(period), party)
        return "\n".join(sentence for each in found for sentence in in_sentences(each, None))

    def explain_as_of(self, party: str, day: date) -> str:
        """The sentences that explain a party's figures if nothing booked after a day were known."""
        found = explain(self._books, self._agreement(), Period.of(day), party, day)
        return "\n".join(sentence for each in found for sentence in in_sentences(each, None))

    # Moments

    def remember(self, moment: str) -> None:
        """Give what is known now a name."""
        self._moments[moment] = self._books.position

    def position(self, moment: str) -> int:
        """How far the log went at a moment that was named."""
        assert moment in self._moments, f'没有记过“{moment}”。请先写：当 把此时记作 "{moment}"。'
        return self._moments[moment]

    def books_at(self, moment: str) -> Books:
        """What was known at a moment that was named."""
        return self._ledger.books_at(self.position(moment))

    @property
    def _books(self) -> Books:
        return self._ledger.books

    def _statement(self, period: str, pool: str, measure: str = "") -> Statement:
        return _last(self._statements(period), pool, measure)

    def _statements(self, period: str) -> list[Statement]:
        return statements(self._books, period_of(period), self._agreement())


def _last(found: Sequence[Statement], pool: str = "", measure: str = "") -> Statement:
    """The last statement of some, of one pool (and indicator) or of any."""
    own = [each for each in found if pool in ("", each.pool) and measure in ("", each.measure)]
    assert own, f"没有“{pool or '协议'}”的结算单。"
    measures = {each.measure for each in own}
    assert len(measures) == 1, f"“{pool}”池有几个指标，请写明是哪一个：{'、'.join(sorted(measures))}。"
    return own[-1]


def stated(statement: Statement, columns: Sequence[str]) -> Table:
    """A statement in the columns asked for."""
    quantity = quantity_of(statement)
    return in_columns(columns, columns_of(quantity), (_cells(line, quantity) for line in statement.lines))


def columns_of(quantity: Quantity) -> tuple[str, ...]:
    """The columns of a statement, as people call them for money, figures, quotas or contributions."""
    return ("县", *(column.split("（")[0] for column in quantity.columns), *CAUSES_ZH.values())


def quantity_of(statement: Statement) -> Quantity:
    """How a statement's numbers are written."""
    return stated_quantity(statement.unit, statement.step, statement.basis)


def _cells(line: StatementLine, quantity: Quantity) -> list[str]:
    """A line of a statement, as its columns order it."""
    figures = [line.entitled_fen, line.collected_fen, line.net_fen]
    causes = [line.causes_fen.get(cause, 0) for cause in CAUSES_ZH]
    return [line.name, *(quantity.text(figure) for figure in [*figures, *causes])]
