"""The reader: what statements say, as tables of text, each in its own unit."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal

from features.comparing import Table, in_columns
from features.people import Staff
from ledger.domain.calendar import Period, day
from ledger.domain.terms import Document
from ledger.projections.spans import period_of
from ledger.projections.wording import CAUSES_ZH

NOT_KNOWN = "—"


class Reader:
    """Reads the statements of the agreement that was last named, as the park office sees them."""

    def __init__(self, staff: Staff, agreement: Callable[[], str]) -> None:
        self._staff = staff
        self._agreement = agreement
        self._moments: dict[str, int] = {}

    # Statements

    def statement(self, period: str, columns: Sequence[str], pool: str = "", measure: str = "") -> Table:
        """The last statement of a period (and pool, and indicator), in the columns asked for."""
        return stated(self._statement(period, pool, measure), columns)

    def statement_as_of(self, when: str, columns: Sequence[str]) -> Table:
        """What the statement would say if nothing booked after a day were known."""
        return stated(_last(self._asked(as_of=when)), columns)

    def statement_as_known(self, moment: str, period: str, columns: Sequence[str]) -> Table:
        """What the statement said, or would have said, at a moment that was named."""
        return stated(_last(self._asked(period=period, as_known=self.position(moment))), columns)

    def numbers(self, period: str) -> list[str]:
        """The numbers of a period's statements."""
        return [statement["number"] for statement in self._asked(period=period)]

    def stated_to_date(self, period: str, columns: Sequence[str], pool: str = "", measure: str = "") -> Table:
        """Everything stated from the first period to this one, added up by party; of one pool or of all."""
        total: dict[str, Decimal] = {}
        heading = ""
        for each in self._stated_up_to(period_of(period)):
            if pool in ("", each["pool"]) and measure in ("", each["measure"]):
                heading = headings(each)[0]
                for line in each["lines"]:
                    total[line["party"]] = total.get(line["party"], Decimal()) + Decimal(line["entitled"])
        return in_columns(columns, ("县", heading), [[name, str(amount)] for name, amount in total.items()])

    def _stated_up_to(self, last: Period) -> Iterator[Document]:
        terms = self._staff.office.get("agreements", self._agreement())["terms"]
        every = terms.get("settle", {}).get("every", "month")
        following = self._first_period()
        while following and following <= last:
            if following.ends(every):
                yield from self._asked(period=str(following))
            following = following.next

    def _first_period(self) -> Period | None:
        closed = list(self._staff.office.listed("periods", of="periods"))
        return Period.parse(closed[-1]["period"]) if closed else self.next_period()

    def next_period(self) -> Period | None:
        """The month that closes next."""
        following = self._staff.office.get("periods")["next"]
        return Period.parse(following) if following else None

    def transfers(self, period: str) -> list[tuple[str, str]]:
        """Net by party: positive is to be received."""
        return self.differences(period, "")

    def differences(self, period: str, pool: str) -> list[tuple[str, str]]:
        """What is stated less what was collected (or contributed), by party."""
        return [(line["party"], line["net"] or NOT_KNOWN) for line in self._statement(period, pool)["lines"]]

    # What stands beside them

    def waiting(self, pool: str, period: str, measure: str = "") -> str:
        """What a pool's last statement of a period says waits."""
        return str(self._statement(period, pool, measure)["waiting"])

    def undivided(self, pool: str, period: str) -> str:
        """What a pool's last statement of a period says stays with its collector."""
        return str(self._statement(period, pool)["undivided"])

    def reasons(self, pool: str, period: str, measure: str = "") -> str:
        """Why it waits."""
        own = {
            each["number"]
            for each in self._asked(period=period)
            if each["pool"] == pool and measure in ("", each["measure"])
        }
        party = self._staff.office.get("agreements", self._agreement())["parties"][0]["name"]
        trees = [each["tree"] for each in self._explained(party, period=period)]
        return "\n".join(each["reason"] for tree in trees if tree["statement"] in own for each in tree["waiting"])

    def mark(self, pool: str, period: str) -> str:
        """What must stand beside a pool's figures; the same beside each of them."""
        found = [each["mark"] for each in self._asked(period=period) if each["pool"] == pool]
        assert len(set(found)) == 1, f"{period} “{pool}”池各张结算单的标注应当只有一种，实为：{found}。"
        return str(found[0])

    def totals(self, pool: str, period: str, measure: str = "") -> tuple[str, str]:
        """What a statement gives in all, and what was reported (or collected, or contributed) in all."""
        lines = self._statement(period, pool, measure)["lines"]
        stated_total, collected = (sum(Decimal(each[word]) for each in lines) for word in ("entitled", "collected"))
        return str(stated_total), str(collected)

    def payments(self, period: str, columns: Sequence[str]) -> Table:
        """What is paid of a statement, day by day; the first column is the day."""
        found = self._staff.office.get("statements", period=period, agreement=self._agreement())
        paid = found["payments"][-1]
        parties = paid["parties"]
        rows = [
            [payment["on"] or "一次", *(payment["shares"].get(party["id"], "0.00") for party in parties)]
            for payment in paid["payments"]
        ]
        return in_columns(columns, ("日期", *(party["name"] for party in parties)), rows)

    # Explanations

    def explain(self, party: str, period: str, moment: str = "") -> str:
        """The sentences that explain a party's figures, as they are known now or were at a moment."""
        known = {"as_known": self.position(moment)} if moment else {}
        return _sentences(self._explained(party, period=period, **known))

    def explain_as_of(self, party: str, when: str) -> str:
        """The sentences that explain a party's figures if nothing booked after a day were known."""
        return _sentences(self._explained(party, period=str(Period.of(day(when))), as_of=when))

    def _explained(self, party: str, **asked: object) -> list[Document]:
        address = ("agreements", self._agreement(), "explanation")
        found: list[Document] = self._staff.office.get(*address, party=party, all=True, **asked)["explanations"]
        return found

    # Moments

    def remember(self, moment: str) -> None:
        """Give what is known now a name."""
        self._moments[moment] = self.position_now()

    def position(self, moment: str) -> int:
        """How far the log went at a moment that was named."""
        assert moment in self._moments, f'没有记过“{moment}”。请先写：当 把此时记作 "{moment}"。'
        return self._moments[moment]

    def position_now(self) -> int:
        """How far the log goes."""
        return [int(each["id"]) for each in self._staff.office.listed("events", of="events")][-1]

    def _statement(self, period: str, pool: str, measure: str = "") -> Document:
        return _last(self._asked(period=period), pool, measure)

    def _asked(self, **asked: object) -> list[Document]:
        agreement = self._agreement()
        return list(self._staff.office.listed("statements", of="statements", agreement=agreement, **asked))


def _sentences(explained: Iterable[Document]) -> str:
    return "\n".join(sentence for each in explained for sentence in each["sentences"])


def _last(found: Sequence[Document], pool: str = "", measure: str = "") -> Document:
    """The last statement of some, of one pool (and indicator) or of any."""
    own = [each for each in found if pool in ("", each["pool"]) and measure in ("", each["measure"])]
    assert own, f"没有“{pool or '协议'}”的结算单。"
    measures = {each["measure"] for each in own}
    assert len(measures) == 1, f"“{pool}”池有几个指标，请写明是哪一个：{'、'.join(sorted(measures))}。"
    return own[-1]


def stated(statement: Document, columns: Sequence[str]) -> Table:
    """A statement in the columns asked for."""
    known = ("县", *headings(statement), *CAUSES_ZH.values())
    return in_columns(columns, known, (_cells(line) for line in statement["lines"]))


def headings(statement: Document) -> list[str]:
    """What a statement's figures are called, for money, figures, quotas or contributions."""
    return [column.split("（")[0] for column in statement["columns"]]


def _cells(line: Document) -> list[str]:
    """A line of a statement, as its columns order it."""
    figures = [line[word] or NOT_KNOWN for word in ("entitled", "collected", "net")]
    return [line["party"], *figures, *(line["causes"].get(cause, "0") for cause in CAUSES_ZH)]
