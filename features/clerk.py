"""The clerk: does what the features say, and the only code here that knows how to reach the service.

Today the clerk holds the books in a folder of its own; a clerk that speaks HTTP can take
this one's place without a feature or a step changing.  Everything goes in and comes out as text.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Self

from features.analyst import Analyst
from features.comparing import Table
from features.documents import fact_documents
from features.importer import Importer
from features.reader import Reader
from features.registrar import Registrar
from features.statistician import Statistician
from features.trial import Trial
from ledger.application import Ledger
from ledger.domain.agreeing.agreement import Agreement
from ledger.domain.calendar import Period
from ledger.domain.errors import Faults, Refusal
from ledger.domain.terms import Document
from ledger.domain.terms.draft import read_terms
from ledger.files.documents import parse_yaml
from ledger.projections.terms_in_words import terms_in_words


class Clerk:
    """Keeps the last refusal, the last answer, and the agreement that was last named.

    The reader reads statements, the analyst compares, the importer takes files, the statistician keeps figures, the
    registrar the register.
    """

    def __init__(self, folder: Path) -> None:
        self._ledger = Ledger.begin(folder / "features.db", "经办", "验收账簿")
        self._agreement = ""
        self.trial = Trial()
        self.reader = Reader(self._ledger, lambda: self._agreement)
        self.analyst = Analyst(self._ledger, self.reader, lambda: self._agreement)
        self.statistician = Statistician(self._ledger, self._try)
        self.registrar = Registrar(self._ledger, self._try, lambda: self._agreement)
        self.importer = Importer(self._ledger, self._try)
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

    def counter(self, party: str, text: str) -> None:
        """Put other words in the place of the draft's."""

        def act() -> None:
            draft = self._known().draft
            document = self._known().document if draft is None else draft.document
            self._ledger.counter_agreement(self._agreement, party, changed(document, parse_yaml(text, "对案")))

        self._try(act)

    def amend(self, party: str, effective: str, text: str) -> None:
        """Put forward other words in the place of those signed last, from a day on."""
        self._try(lambda: self._amend(party, effective, text))

    def amend_and_sign(self, effective: str, text: str) -> None:
        """An amendment that every party signs, those that join or leave included."""

        def act() -> None:
            self._amend(next(iter(self._known().terms.parties)), effective, text)
            self._ledger.sign_agreement(self._agreement, *self._known().missing())

        self._try(act)

    def _amend(self, party: str, effective: str, text: str) -> None:
        before = {word: value for word, value in self._known().document.items() if word != "ends"}
        document = changed({**before, "effective": effective}, parse_yaml(text, "修订"))
        self._ledger.amend_agreement(self._agreement, party, document)

    def _known(self) -> Agreement:
        return self._ledger.books.agreement(self._agreement)

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

    # Certified facts

    def propose_facts(self, party: str, text: str, supersedes: str = "") -> None:
        """One party puts facts forward."""
        self._try(lambda: self._ledger.propose_facts(self._agreement, fact_documents(text), party, supersedes))

    def certify(self, text: str, supersedes: str = "") -> None:
        """Facts that every party confirms."""
        self._try(lambda: self._certify(fact_documents(text), supersedes))

    def certify_suggested(self) -> None:
        """Everything that the books suggest, confirmed by every party."""
        self._try(lambda: self._certify(self.analyst.suggested(), ""))

    def _certify(self, documents: list[Document], supersedes: str) -> None:
        parties = list(self._known().terms.parties)
        for each in self._ledger.propose_facts(self._agreement, documents, parties[0], supersedes):
            self._ledger.confirm_fact(each.number, *parties[1:])

    def confirm(self, party: str, fact: str) -> None:
        """One party confirms a fact."""
        self._try(lambda: self._ledger.confirm_fact(fact, party))

    def certification(self, fact: str) -> str:
        """Whether a fact is certified, or who has yet to confirm it."""
        found = self._ledger.books.facts.get(fact)
        assert found, f"账内没有编号为 {fact} 的事实。"
        parties = self._known().terms.parties.values()
        missing = "、".join(party.name for party in parties if party.id not in found.confirmed)
        return "已认定" if found.is_certified(self._ledger.books.position) else f"还缺 {missing} 确认"

    # Receipts

    def import_table(self, table: Table) -> None:
        """Record lines given as a table with the columns of a treasury file."""
        self.import_text("\n".join(",".join(row) for row in table))

    def import_text(self, text: str) -> None:
        """Record a CSV file."""
        self.importer.take(text)

    def events_count(self) -> int:
        """How many events the books hold."""
        return self._ledger.books.position

    # Closing

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

    def findings(self) -> list[str]:
        """What verification finds wrong."""
        return [finding.say("zh") for finding in self._ledger.verify().findings]


def changed(document: Document, changes: Document) -> Document:
    """A document with other words in the place of its own; pools are changed one by one, null removes."""
    pools = {**document.get("pools", {}), **(changes.get("pools") or {})}
    found = {**document, **changes, "pools": {name: pool for name, pool in pools.items() if pool is not None}}
    return {word: value for word, value in found.items() if value is not None}


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
