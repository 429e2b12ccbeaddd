"""A trial (试算): terms, certified facts, lines and figures in, tables of text out; no books."""

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction

from features.comparing import Table, in_columns, known_column
from features.statistician import csv_of
from ledger.domain.calendar import Every, day
from ledger.domain.dividing.levels import retained_fen
from ledger.domain.dividing.pools import PoolKey
from ledger.domain.dividing.schedule import Schedule
from ledger.domain.dividing.split import Measured, Split, split
from ledger.domain.dividing.worksheet import Shares
from ledger.domain.facts.certified import Certified
from ledger.domain.facts.draft import read_facts
from ledger.domain.money import yuan
from ledger.domain.recording.entries import Entry
from ledger.domain.recording.figures import Report
from ledger.domain.stating.payable import payable
from ledger.domain.terms import LEVELS, Terms
from ledger.domain.terms.draft import read_terms
from ledger.domain.terms.versions import Versions
from ledger.files.documents import parse_yaml
from ledger.files.figures_file import read_figures
from ledger.files.receipts_file import read_receipts
from ledger.projections.quantities import quantity_of

LEVELS_ZH = ("中央", "省", "市", "县")


class Trial:
    """Terms, facts and what came of the lines divided by them."""

    def __init__(self) -> None:
        self._terms: Terms | None = None
        self._facts = Certified()
        self._entries: list[Entry] = []
        self._reports: list[Report] = []
        self._split: Split | None = None

    @property
    def terms(self) -> Terms:
        """The terms to divide by."""
        assert self._terms is not None, "还没有条款。请先写“假如 试算条款为：”。"
        return self._terms

    @property
    def done(self) -> Split:
        """What came of it."""
        assert self._split is not None, "还没有试算。请先写“当 按年试算入库明细：”。"
        return self._split

    def take_terms(self, text: str) -> None:
        """The terms to divide by."""
        self._terms = read_terms(parse_yaml(text, "条款"))

    def take_facts(self, text: str) -> None:
        """The facts that both sides certified."""
        self._facts = read_facts(parse_yaml(text, "事实"))

    def take_reports(self, table: Table) -> None:
        """Indicators or quotas to divide beside the lines, or without any."""
        self._reports = read_figures(csv_of(table), "报表.csv").reports

    def split_reports(self, table: Table) -> None:
        """Divide indicators or quotas by the terms."""
        self.take_reports(table)
        self._split = split(Versions([self.terms]), [], self._facts, "year", reports=self._reports)

    def split(self, table: Table, every: Every) -> None:
        """Divide lines by the terms, and what was reported."""
        data = "\n".join(",".join(row) for row in table).encode()
        file = read_receipts(data, "明细.csv", check_codes=False)
        self._entries = file.linked()
        self._split = split(Versions([self.terms]), self._entries, self._facts, every, reports=self._reports)

    # Shares

    def shares_by_entry(self, columns: Sequence[str]) -> Table:
        """What each line is worth to each party."""
        return self._shares(columns, ((str(entry.key), shares) for entry, shares in self.done.entries))

    def shares_by_period(self, columns: Sequence[str]) -> Table:
        """What each party is due period by period."""
        return self._shares(columns, self.done.periods.items())

    def shares_to_date(self, columns: Sequence[str]) -> Table:
        """What each party is due up to the end of each period."""
        total: Shares = {}
        rows = []
        for period, shares in self.done.periods.items():
            total = {party: total.get(party, 0) + amount_fen for party, amount_fen in shares.items()}
            rows.append((period, total))
        return self._shares(columns, rows)

    def shares_by_step(self, step: str, columns: Sequence[str]) -> Table:
        """What one step gave each party period by period."""
        steps = self.done.steps
        rows = [(period, each[step]) for period, pools in steps.items() for each in pools.values() if step in each]
        return self._shares(columns, rows)

    def total_shares(self, columns: Sequence[str]) -> Table:
        """What each party is due in all."""
        return self._shares(columns, [("合计", self.done.totals)])

    def _shares(self, columns: Sequence[str], rows: Iterable[tuple[str, Shares]]) -> Table:
        """Rows with the parties that the columns name, in their order."""
        ids = self._parties(columns)
        return [columns, *([name, *(yuan(shares.get(party, 0)) for party in ids)] for name, shares in rows)]

    def _parties(self, columns: Sequence[str]) -> list[str]:
        """The parties that the columns name, the first column aside."""
        names = [party.name for party in self.terms.parties.values()]
        return [self.terms.party_named(column) or known_column(column, names) for column in columns[1:]]

    # Sums, limits, what is not divided

    def step_totals(self, step: str, columns: Sequence[str]) -> Table:
        """What one step divided in all, period by period; every step where none is named."""
        rows = []
        for period, pools in self.done.steps.items():
            named = [shares for steps in pools.values() for name, shares in steps.items() if step in ("", name)]
            rows.append([period, yuan(sum(amount_fen for shares in named for amount_fen in shares.values()))])
        return in_columns(columns, ("期间", "合计"), rows)

    def limits(self, step: str, columns: Sequence[str]) -> Table:
        """What is left below a step's limit at the end of each period, cut down to whole fen."""
        rows = [
            [period, yuan(int(progress.limit_fen - progress.reached))]
            for period, limits in self.done.progress.items()
            for _, _, progress in limits
            if progress.step == step
        ]
        return in_columns(columns, ("期间", "余额"), rows)

    def waiting(self) -> str:
        """What waits to be certified, in yuan."""
        return yuan(self.done.waiting_fen)

    def reasons(self) -> str:
        """Why it waits."""
        return "\n".join(each.reason.say("zh") for each in self.done.reasons)

    def undivided(self) -> str:
        """What is not divided and stays with its collector, in yuan."""
        return yuan(self.done.undivided_fen)

    def unselected(self) -> str:
        """What no pool takes, in yuan."""
        return yuan(self.done.unselected_fen)

    def proposals(self, columns: Sequence[str]) -> Table:
        """Who reaches the threshold, by the certified amounts; exact, so the sum is compared with so many thresholds."""
        rows = []
        for each in self.done.proposals:
            pool = self.terms.pool(each.pool)
            assert pool and pool.eligible
            least_fen = pool.eligible.at_least_fen * pool.eligible.average_of_years
            reached = "是" if each.eligible else "否"
            rows.append([each.unit, yuan(each.total_fen), reached, yuan(each.total_fen - least_fen)])
        return in_columns(columns, ("企业", "合计", "达到", "比门槛多"), rows)

    # Figures

    def reports_in(self, pool: str, columns: Sequence[str]) -> Table:
        """What each report is worth to each party in a pool, in the pool's unit."""
        own = [(each.entry.key.voucher, shares) for each, shares in self.done.figures if each.pool == pool]
        return self._quantities(pool, columns, own)

    def measures_in(self, pool: str, columns: Sequence[str]) -> Table:
        """What each indicator or quota of a pool gives each party in all."""
        return self._quantities(pool, columns, [(key.measure, each.totals) for key, each in self._measured(pool)])

    def measure_totals(self, pool: str, columns: Sequence[str]) -> Table:
        """What a pool gives in all of each indicator or quota, what was reported, and how many times that it gives."""
        rows = []
        for key, each in self._measured(pool):
            quantity, whole = quantity_of(each.pool), sum(each.totals.values())
            times = str(Fraction(whole, each.in_place)) if each.in_place else "—"
            rows.append([key.measure, quantity.text(whole), quantity.text(each.in_place), times])
        return in_columns(columns, ("指标", "各方合计", "在地数", "倍数"), rows)

    def mark(self, pool: str) -> str:
        """What must stand beside every figure of a pool."""
        return quantity_of(self._measured(pool)[0][1].pool).mark

    def _measured(self, pool: str) -> list[tuple[PoolKey, Measured]]:
        found = [(key, each) for key, each in self.done.measured.items() if key.pool == pool]
        assert found, f"没有指标或额度的池“{pool}”。"
        return found

    def _quantities(self, pool: str, columns: Sequence[str], rows: Iterable[tuple[str, Shares]]) -> Table:
        quantity = quantity_of(self._measured(pool)[0][1].pool)
        ids = self._parties(columns)
        return [columns, *([name, *(quantity.text(shares.get(party, 0)) for party in ids)] for name, shares in rows)]

    # Weights and levels

    def weights(self, step: str, when: str, columns: Sequence[str]) -> Table:
        """The shares by which a step divides on a day, as exact fractions of one."""
        versions = Versions([self.terms])
        pool = next((pool for pool in self.terms.pools if any(each.name == step for each in pool.steps)), None)
        assert pool, f"条款里没有步骤“{step}”。"
        applied = Schedule(versions, pool.name, self._facts, "").on(day(when))
        weights = next((each.weights for each in applied if each.step.name == step), {})
        whole = sum(weights.values(), Fraction(0))
        rows = [[self.terms.parties[party].name, str(weight / whole)] for party, weight in weights.items() if weight]
        return in_columns(columns, ("县", "份额"), rows)

    def levels_by_entry(self, columns: Sequence[str]) -> Table:
        """What each level of government retains of each line."""
        rows = [
            [str(entry.key), *(self._retained(entry, index) for index in range(len(LEVELS)))] for entry in self._entries
        ]
        return in_columns(columns, ("税票", *LEVELS_ZH), rows)

    def _retained(self, entry: Entry, index: int) -> str:
        fen = retained_fen(LEVELS[index], entry, entry, self.terms.levels, entry.booked_on)
        return "查不到" if fen is None else yuan(fen)

    # Payment

    def nets(self) -> list[tuple[str, str]]:
        """Entitled less collected, by party."""
        return [(self.terms.parties[party].name, yuan(fen)) for party, fen in self._nets().items()]

    def payable(self, columns: Sequence[str]) -> Table:
        """What every party really receives or pays of its net, within what the terms let it pay at most."""
        last = self.done.as_of
        at_most = {party: self._at_most(party, last) for party in self.terms.settle.pays_at_most or {}}
        found = payable(self._nets(), at_most)
        return in_columns(
            columns, ("县", "实收"), [[self.terms.parties[each].name, yuan(fen)] for each, fen in found.items()]
        )

    def _at_most(self, party: str, when: date) -> int:
        limit = (self.terms.settle.pays_at_most or {})[party]
        fen = self._facts.amount_fen(limit, "", when)
        assert fen is not None, f"付款上限“{limit}”尚未认定。"
        return fen

    def _nets(self) -> Shares:
        collected = self.done.collected
        assert collected is not None, "有一笔款不知道是谁征收的，算不出净额。请在明细里写“征收方”。"
        return {party: fen - collected[party] for party, fen in self.done.totals.items()}
