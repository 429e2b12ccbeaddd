"""A trial (试算): terms, certified facts, lines and figures in, tables of text out; nothing is recorded."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from features.comparing import Table, in_columns, known_column
from features.people import Staff
from ledger.domain.calendar import Every
from ledger.domain.terms import LEVELS, Document

LEVELS_ZH = ("中央", "省", "市", "县")
Shares = Mapping[str, str]


class Trial:
    """What policy staff try out: terms, facts, figures, and what came of the lines divided by them."""

    def __init__(self, staff: Staff) -> None:
        self._staff = staff
        self._asked: Document = {}
        self._answer: Document | None = None

    @property
    def done(self) -> Document:
        """What came of it."""
        assert self._answer is not None, "还没有试算。请先写“当 按年试算入库明细：”。"
        return self._answer

    def take_terms(self, text: str) -> None:
        """The terms to divide by."""
        self._asked["terms"] = text

    def take_facts(self, text: str) -> None:
        """The facts that both sides certified."""
        self._asked["facts"] = text

    def take_reports(self, table: Table) -> None:
        """Indicators or quotas to divide beside the lines, or without any."""
        self._asked["figures"] = table

    def split_reports(self, table: Table) -> None:
        """Divide indicators or quotas by the terms."""
        self.take_reports(table)
        self._split()

    def split(self, table: Table, every: Every) -> None:
        """Divide lines by the terms, and what was reported."""
        self._asked |= {"entries": table, "by": every}
        self._split()

    def _split(self) -> None:
        self._answer = self._tried()

    def _tried(self, **more: str) -> Document:
        assert "terms" in self._asked, "还没有条款。请先写“假如 试算条款为：”。"
        policy_staff = self._staff.who("policy", "policy")
        return policy_staff.post("terms", "split", body=self._asked | more)

    # Shares

    def shares_by_entry(self, columns: Sequence[str]) -> Table:
        """What each line is worth to each party."""
        return self._shares(columns, ((each["id"], each["shares"]) for each in self.done["entries"]))

    def shares_by_period(self, columns: Sequence[str]) -> Table:
        """What each party is due period by period."""
        return self._shares(columns, ((each["period"], each["shares"]) for each in self.done["periods"]))

    def shares_to_date(self, columns: Sequence[str]) -> Table:
        """What each party is due up to the end of each period."""
        total: dict[str, Decimal] = {}
        rows = []
        for each in self.done["periods"]:
            for party, amount in each["shares"].items():
                total[party] = total.get(party, Decimal()) + Decimal(amount)
            rows.append((each["period"], {party: str(amount) for party, amount in total.items()}))
        return self._shares(columns, rows)

    def shares_by_step(self, step: str, columns: Sequence[str]) -> Table:
        """What one step gave each party period by period."""
        return self._shares(
            columns, ((each["period"], each["shares"]) for each in self.done["steps"] if each["step"] == step)
        )

    def total_shares(self, columns: Sequence[str]) -> Table:
        """What each party is due in all."""
        return self._shares(columns, [("合计", self.done["totals"])])

    def _shares(self, columns: Sequence[str], rows: Iterable[tuple[str, Shares]]) -> Table:
        """Rows with the parties that the columns name, in their order."""
        ids = self._parties(columns)
        return [columns, *([name, *(shares.get(party, "0") for party in ids)] for name, shares in rows)]

    def _parties(self, columns: Sequence[str]) -> list[str]:
        """The parties that the columns name, the first column aside."""
        ids = {name: party for party, name in self._names().items()}
        return [ids[known_column(column, ids)] for column in columns[1:]]

    def _names(self) -> dict[str, str]:
        return {party["id"]: party["name"] for party in self.done["parties"]}

    # Sums, limits, what is not divided

    def step_totals(self, step: str, columns: Sequence[str]) -> Table:
        """What one step divided in all, period by period; every step where none is named."""
        totals = {each["period"]: Decimal() for each in self.done["steps"]}
        for each in self.done["steps"]:
            if step in ("", each["step"]):
                totals[each["period"]] += _sum(each["shares"])
        return in_columns(columns, ("期间", "合计"), [[period, str(total)] for period, total in totals.items()])

    def limits(self, step: str, columns: Sequence[str]) -> Table:
        """What is left below a step's limit at the end of each period, cut down to whole fen."""
        rows = [[each["period"], each["left"]] for each in self.done["limits"] if each["step"] == step]
        return in_columns(columns, ("期间", "余额"), rows)

    def waiting(self) -> str:
        """What waits to be certified, in yuan."""
        return str(self.done["waiting"])

    def reasons(self) -> str:
        """Why it waits."""
        return "\n".join(each["reason"] for each in self.done["reasons"])

    def undivided(self) -> str:
        """What is not divided and stays with its collector, in yuan."""
        return str(self.done["undivided"])

    def unselected(self) -> str:
        """What no pool takes, in yuan."""
        return str(self.done["unselected"])

    def proposals(self, columns: Sequence[str]) -> Table:
        """Who reaches the threshold, by the certified amounts; exact, so the sum is compared with so many thresholds."""
        rows = [
            [each["unit"], each["total"], "是" if each["eligible"] else "否", each["beyond"]]
            for each in self.done["eligible"]
        ]
        return in_columns(columns, ("企业", "合计", "达到", "比门槛多"), rows)

    # Figures

    def reports_in(self, pool: str, columns: Sequence[str]) -> Table:
        """What each report is worth to each party in a pool, in the pool's unit."""
        own = [(each["id"], each["shares"]) for each in self.done["figures"] if each["pool"] == pool]
        return self._shares(columns, own)

    def measures_in(self, pool: str, columns: Sequence[str]) -> Table:
        """What each indicator or quota of a pool gives each party in all."""
        return self._shares(columns, [(each["measure"], each["totals"]) for each in self._measured(pool)])

    def measure_totals(self, pool: str, columns: Sequence[str]) -> Table:
        """What a pool gives in all of each indicator or quota, what was reported, and how many times that it gives."""
        rows = []
        for each in self._measured(pool):
            whole, in_place = _sum(each["totals"]), Decimal(each["in_place"])
            times = str(Fraction(whole) / Fraction(in_place)) if in_place else "—"
            rows.append([each["measure"], str(whole), each["in_place"], times])
        return in_columns(columns, ("指标", "各方合计", "在地数", "倍数"), rows)

    def mark(self, pool: str) -> str:
        """What must stand beside every figure of a pool."""
        return str(self._measured(pool)[0]["mark"])

    def _measured(self, pool: str) -> list[Document]:
        found = [each for each in self.done["measures"] if each["pool"] == pool]
        assert found, f"没有指标或额度的池“{pool}”。"
        return found

    # Weights and levels

    def weights(self, step: str, when: str, columns: Sequence[str]) -> Table:
        """The shares by which a step divides on a day, as exact fractions of one."""
        found = next((each for each in self._tried(weights_on=when)["weights"] if each["step"] == step), None)
        assert found, f"{when} 没有步骤“{step}”。"
        names = self._names()
        rows = [[names[party], share] for party, share in found["shares"].items() if share != "0"]
        return in_columns(columns, ("县", "份额"), rows)

    def levels_by_entry(self, columns: Sequence[str]) -> Table:
        """What each level of government retains of each line."""
        rows = [[each["id"], *(each["levels"][level] or "查不到" for level in LEVELS)] for each in self.done["entries"]]
        return in_columns(columns, ("税票", *LEVELS_ZH), rows)

    # Payment

    def nets(self) -> list[tuple[str, str]]:
        """Entitled less collected, by party."""
        return self._known("nets", "有一笔款不知道是谁征收的，算不出净额。请在明细里写“征收方”。")

    def payable(self, columns: Sequence[str]) -> Table:
        """What every party really receives or pays of its net, within what the terms let it pay at most."""
        return in_columns(columns, ("县", "实收"), self._known("payable", "付款上限尚未认定。"))

    def _known(self, word: str, otherwise: str) -> list[tuple[str, str]]:
        assert self.done[word] is not None, otherwise
        names = self._names()
        return [(names[party], amount) for party, amount in self.done[word].items()]


def _sum(shares: Shares) -> Decimal:
    return sum(map(Decimal, shares.values()), Decimal())
