"""The clerk: does what the features say, and the only code here that knows how to reach the service.

Today the clerk holds the books in a folder of its own; a clerk that speaks HTTP can take
this one's place without a feature or a step changing.  Everything goes in and comes out as text.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Self

from features.comparing import in_columns, known_column
from features.registrar import Registrar
from ledger.application import Ledger
from ledger.domain.calendar import Every, Period
from ledger.domain.certified import Certified
from ledger.domain.draft import read_terms
from ledger.domain.errors import Faults, Refusal
from ledger.domain.fact_draft import read_facts
from ledger.domain.linking import link
from ledger.domain.money import yuan
from ledger.domain.split import Split, split
from ledger.domain.terms import Document, Terms
from ledger.domain.versions import Versions
from ledger.domain.worksheet import Shares
from ledger.files.documents import parse_yaml
from ledger.files.receipts_csv import read_receipts
from ledger.projections.explanation import explain
from ledger.projections.explanation_in_words import in_sentences
from ledger.projections.spans import period_of
from ledger.projections.statements import Statement, StatementLine, statements
from ledger.projections.terms_in_words import terms_in_words
from ledger.projections.wording import CAUSES_ZH

Table = Sequence[Sequence[str]]
COLUMNS = ("县", "应得", "已征收", "净额", *CAUSES_ZH.values())


class Clerk:
    """Keeps the last refusal, the last answer, and the agreement that was last named; the registrar keeps the register."""

    def __init__(self, folder: Path) -> None:
        self._ledger = Ledger.begin(folder / "features.db", "经办", "验收账簿")
        self._agreement = ""
        self.registrar = Registrar(self._ledger, self._try, lambda: self._agreement)
        self._terms: Terms | None = None
        self._facts = Certified()
        self._split: Split | None = None
        self._imports = 0
        self.refusal = ""
        self.reason = ""
        self.answer = ""
        self.unanswered = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        self._ledger.close_files()

    def _try(self, act: Callable[[], object]) -> None:
        """Act, and keep what was refused."""
        self.forget_refusal()
        try:
            act()
        except Refusal as refusal:
            faults = refusal.faults if isinstance(refusal, Faults) else ()
            self.refusal = "\n".join([refusal.say("zh"), *(fault.say("zh") for fault in faults)])
            self.reason = faults[0].rule.kind if faults else refusal.kind
            self.unanswered = True

    def forget_refusal(self) -> None:
        """Something new is done."""
        self.refusal = self.reason = ""

    def verdict(self) -> str:
        """Whether the last act was refused, and why."""
        return f"实为被拒绝，代号“{self.reason}”：\n{self.refusal}" if self.refusal else "实为没有被拒绝。"

    # Agreements

    def propose(self, text: str) -> None:
        """Put terms forward."""
        self._try(lambda: self._propose(parse_yaml(text, "条款")))

    def _propose(self, document: Document) -> None:
        self._agreement = self._ledger.propose_agreement(document).number

    def agree(self, text: str) -> None:
        """Put terms forward and have every party sign."""
        self._propose(parse_yaml(text, "条款"))
        self._sign_all()

    def agree_on_shares(self, title: str, shares: Table) -> None:
        """An agreement that says nothing but who gets how much, from 2020 on, month by month."""
        assert len(shares) > 1 and shares[0][1:] == ["比例"], "表格应有两列，表头写“| 县 | 比例 |”，下面每方一行。"
        self._propose(plain_terms(title, shares))
        self._sign_all()

    def _sign_all(self) -> None:
        for party in self._ledger.books.agreement(self._agreement).terms.parties:
            self._ledger.sign_agreement(self._agreement, party)

    def sign(self, party: str) -> None:
        """Sign for one party."""
        self._try(lambda: self._ledger.sign_agreement(self._agreement, party))

    def missing_signatures(self) -> list[str]:
        """The parties whose signature is missing."""
        agreement = self._ledger.books.agreement(self._agreement)
        return [agreement.name_of(party) for party in agreement.missing()]

    def check(self, text: str) -> None:
        """Check terms without putting them forward."""
        self._try(lambda: read_terms(parse_yaml(text, "条款")))

    def explain_terms(self, text: str) -> None:
        """The terms as Chinese sentences."""
        self.answer = "\n".join(terms_in_words(read_terms(parse_yaml(text, "条款"))))

    # Receipts

    def import_table(self, table: Table) -> None:
        """Record lines given as a table with the columns of a treasury file."""
        self.import_text("\n".join(",".join(row) for row in table))

    def import_text(self, text: str) -> None:
        """Record a CSV file."""
        self._imports += 1
        self.answer = ""
        self._try(lambda: self._import(f"第{self._imports}份.csv", text))

    def _import(self, name: str, text: str) -> None:
        imported = self._ledger.import_receipts(text.encode(), name)
        self.answer = f"记入 {imported.recorded} 行，已有 {imported.known} 行"

    def events_count(self) -> int:
        """How many events the books hold."""
        return self._ledger.books.position

    # Statements

    def close(self, period: str) -> None:
        """Close one period."""
        self._try(lambda: self._ledger.close_period(Period.parse(period)))

    def close_up_to(self, period: str) -> None:
        """Close every open period in order."""
        last = Period.parse(period)
        following = self._ledger.books.next_period()
        while following and following <= last:
            self._ledger.close_period(following)
            following = following.next

    def statement(self, period: str, columns: Sequence[str]) -> Table:
        """The last statement of a period, in the columns asked for."""
        return in_columns(columns, COLUMNS, map(_cells, self._statements(period)[-1].lines))

    def numbers(self, period: str) -> list[str]:
        """The numbers of a period's statements."""
        return [statement.number for statement in self._statements(period)]

    def stated_to_date(self, period: str, columns: Sequence[str]) -> Table:
        """Everything stated from the first period to this one, added up by party."""
        total: dict[str, int] = {}
        following, last = self._ledger.books.first_period(), period_of(period)
        while following and following <= last:
            for each in self._settled(following):
                for line in each.lines:
                    total[line.name] = total.get(line.name, 0) + line.entitled_fen
            following = following.next
        rows = [[name, yuan(amount_fen)] for name, amount_fen in total.items()]
        return in_columns(columns, ("县", "应得"), rows)

    def _settled(self, period: Period) -> list[Statement]:
        agreement = self._ledger.books.agreement(self._agreement)
        return self._statements(str(period)) if period.ends(agreement.terms.every) else []

    def transfers(self, period: str) -> list[tuple[str, str]]:
        """Net by party: positive is to be received."""
        lines = self._statements(period)[-1].lines
        return [(line.name, yuan(line.net_fen or 0)) for line in lines]

    def explain(self, party: str, period: str) -> None:
        """The sentences that explain a party's figure."""
        found = explain(self._ledger.books, self._agreement, period_of(period), party)
        self.answer = "\n".join(sentence for each in found for sentence in in_sentences(each, None))

    def _statements(self, period: str) -> list[Statement]:
        return statements(self._ledger.books, period_of(period), self._agreement)

    def findings(self) -> list[str]:
        """What verification finds wrong."""
        return [finding.say("zh") for finding in self._ledger.verify().findings]

    # Split: terms and lines, no books

    def take_terms(self, text: str) -> None:
        """The terms to split by."""
        self._terms = read_terms(parse_yaml(text, "条款"))

    def take_facts(self, text: str) -> None:
        """The facts that both sides certified."""
        self._facts = read_facts(parse_yaml(text, "事实"))

    def split(self, table: Table, every: Every) -> None:
        """Divide lines by the terms."""
        assert self._terms is not None, "还没有条款。请先写“假如 试算条款为：”。"
        data = "\n".join(",".join(row) for row in table).encode()
        file = read_receipts(data, "明细.csv", check_codes=False)
        entries = link(file.entries, file.references, lambda vouchers: (), file.name)
        self._split = split(Versions([self._terms]), entries, self._facts, every)

    def shares_by_entry(self, columns: Sequence[str]) -> Table:
        """What each line is worth to each party."""
        return self._shares(columns, ((str(entry.key), shares) for entry, shares in self._done().entries))

    def shares_by_period(self, columns: Sequence[str]) -> Table:
        """What each party is due period by period."""
        return self._shares(columns, self._done().periods.items())

    def shares_to_date(self, columns: Sequence[str]) -> Table:
        """What each party is due up to the end of each period."""
        total: Shares = {}
        rows = []
        for period, shares in self._done().periods.items():
            total = {party: total.get(party, 0) + amount_fen for party, amount_fen in shares.items()}
            rows.append((period, total))
        return self._shares(columns, rows)

    def shares_by_step(self, step: str, columns: Sequence[str]) -> Table:
        """What one step gave each party period by period."""
        steps = self._done().steps
        rows = [(period, each[step]) for period, pools in steps.items() for each in pools.values() if step in each]
        return self._shares(columns, rows)

    def step_totals(self, step: str, columns: Sequence[str]) -> Table:
        """What one step divided in all, period by period; every step where none is named."""
        rows = []
        for period, pools in self._done().steps.items():
            named = [shares for steps in pools.values() for name, shares in steps.items() if step in ("", name)]
            rows.append([period, yuan(sum(amount_fen for shares in named for amount_fen in shares.values()))])
        return in_columns(columns, ("期间", "合计"), rows)

    def limits(self, step: str, columns: Sequence[str]) -> Table:
        """What is left below a step's limit at the end of each period, cut down to whole fen."""
        rows = [
            [period, yuan(int(progress.limit_fen - progress.reached))]
            for period, limits in self._done().progress.items()
            for _, _, progress in limits
            if progress.step == step
        ]
        return in_columns(columns, ("期间", "余额"), rows)

    def total_shares(self, columns: Sequence[str]) -> Table:
        """What each party is due in all."""
        return self._shares(columns, [("合计", self._done().totals)])

    def nets(self) -> list[tuple[str, str]]:
        """Entitled less collected, by party."""
        done, terms = self._done(), self._terms
        assert done.collected is not None and terms is not None
        return [(terms.parties[party].name, yuan(fen - done.collected[party])) for party, fen in done.totals.items()]

    def waiting(self) -> str:
        """What waits to be certified, in yuan."""
        return yuan(self._done().waiting_fen)

    def undivided(self) -> str:
        """What is not divided and stays with its collector, in yuan."""
        return yuan(self._done().undivided_fen)

    def proposals(self, columns: Sequence[str]) -> Table:
        """Who reaches the threshold, by the certified amounts."""
        rows = [[each.unit, yuan(each.total_fen), "是" if each.eligible else "否"] for each in self._done().proposals]
        return in_columns(columns, ("企业", "合计", "达到"), rows)

    def _done(self) -> Split:
        assert self._split is not None, "还没有试算。请先写“当 按年试算入库明细：”。"
        return self._split

    def _shares(self, columns: Sequence[str], rows: Iterable[tuple[str, Shares]]) -> Table:
        """Rows with the parties that the columns name, in their order."""
        assert self._terms is not None
        names = [party.name for party in self._terms.parties.values()]
        ids = [self._terms.party_named(column) or known_column(column, names) for column in columns[1:]]
        return [columns, *([name, *(yuan(shares.get(party, 0)) for party in ids)] for name, shares in rows)]


def _cells(line: StatementLine) -> list[str]:
    """A line of a statement, as COLUMNS order it."""
    figures = [line.entitled_fen, line.collected_fen or 0, line.net_fen or 0]
    return [line.name, *map(yuan, figures), *(yuan(line.causes_fen.get(cause, 0)) for cause in CAUSES_ZH)]


def plain_terms(title: str, shares: Table) -> Document:
    """Terms that divide everything by one ratio; the last party listed is the host."""
    _, *rows = shares
    host = rows[-1][0]
    return {
        "title": title,
        "edition": 2,
        "parties": {name: {"name": name, "role": "host" if name == host else "origin"} for name, _ in rows},
        "from": "2020-01-01",
        "to": "open",
        "rate_date": "entry_date",
        "refunds": "as_original",
        "negatives": "immediate",
        "rounding": {"level": "running"},
        "pools": {"税收": {"share": "receipts", "waterfall": [{"split": {row[0]: row[1] for row in rows}}]}},
    }
