"""The clerk: does what the features say, by the hands of those whose task it is, over the service's own addresses.

What takes two people takes two here too.  Everything goes in and comes out as text.
"""

from collections.abc import Callable

from api.access.people import Role
from api.client import Client, ServiceRefused
from features.analyst import Analyst
from features.comparing import Table
from features.documents import fact_documents
from features.importer import Importer
from features.people import People, Staff
from features.reader import Reader
from features.registrar import Registrar
from features.statistician import Statistician
from features.trial import Trial
from features.witness import Witness
from ledger.domain.calendar import Period
from ledger.domain.errors import Refusal
from ledger.domain.terms import Document
from ledger.files.documents import parse_yaml


class Clerk:
    """Keeps the last refusal, the last answer, and the agreement that was last named.

    The reader reads statements, the analyst compares, the importer takes files, the statistician keeps figures, the
    registrar the register; the witness tells what each person sees.
    """

    def __init__(self, people: People) -> None:
        self.staff = Staff(people)
        self._agreements: dict[str, str] = {}
        self.trial = Trial(self.staff)
        self.reader = Reader(self.staff, lambda: self._agreement)
        self.analyst = Analyst(self.staff, self.reader, lambda: self._agreement)
        self.statistician = Statistician(self.staff, self._try, self.parties)
        self.registrar = Registrar(self.staff, self._try, lambda: self._agreement)
        self.importer = Importer(self.staff, self._try)
        self.witness = Witness(self.staff)
        self.refusal = ""
        self.reason = ""
        self.answer = ""
        self.unanswered = False

    @property
    def _agreement(self) -> str:
        """The agreement that was last named in the books that are open."""
        return self._agreements.get(self.staff.books, "")

    def _try(self, act: Callable[[], object]) -> None:
        """Act, and keep what was refused."""
        self.forget_refusal()
        try:
            act()
        except ServiceRefused as refusal:
            self._refused(refusal.sentences, refusal.reason)
        except Refusal as refusal:  # a text that cannot be read, so that nobody could send it
            self._refused(refusal.say("zh"), refusal.kind)

    def _refused(self, sentences: str, reason: str) -> None:
        self.refusal, self.reason, self.unanswered = sentences, reason, True

    def forget_refusal(self) -> None:
        """Something new is done."""
        self.refusal = self.reason = ""

    def verdict(self) -> str:
        """Whether the last act was refused, and why."""
        return f"实为被拒绝，代号“{self.reason}”：\n{self.refusal}" if self.refusal else "实为没有被拒绝。"

    # Agreements

    def propose(self, text: str, key: str = "") -> None:
        """Put terms forward; again under the same key it is done once."""
        self._try(lambda: self._propose(text, key))

    def _propose(self, terms: str | Document, key: str = "") -> None:
        number = self.staff.office.post("agreements", body={"terms": terms}, key=key)["number"]
        self._agreements[self.staff.books] = number

    def agree(self, text: str) -> None:
        """Put terms forward and have every party sign."""
        self._propose(text)
        self._sign_missing()

    def agree_on_shares(self, title: str, shares: Table) -> None:
        """An agreement that says nothing but who gets how much, from 2020 on, month by month."""
        assert len(shares) > 1 and shares[0][1:] == ["比例"], "表格应有两列，表头写“| 县 | 比例 |”，下面每方一行。"
        self._propose(plain_terms(title, shares))
        self._sign_missing()

    def _sign_missing(self) -> None:
        for party in self.missing_signatures():
            self._sign(party)

    def sign(self, party: str) -> None:
        """Sign for one party."""
        self._try(lambda: self._sign(party))

    def _sign(self, party: str) -> None:
        known = self._known()
        draft = known["draft"] or known["versions"][-1]["draft"]
        body = {"party": party, "draft": draft}
        try:
            self._for(party, "head").post("agreements", self._agreement, "sign", body=body)
        except ServiceRefused as refusal:
            if refusal.kind != "claimed-by-others":
                raise
            # "check the scope with the park office": whoever is let see the whole of the books learns what stands against it
            head = self._for(party, "head", also="auditor")
            head.post("agreements", self._agreement, "sign", body=body)

    def counter(self, party: str, text: str) -> None:
        """Put other words in the place of the draft's."""

        def act() -> None:
            terms = changed(self._known()["terms"], parse_yaml(text, "对案"))
            self._put(party, "counter", terms)

        self._try(act)

    def amend(self, party: str, effective: str, text: str) -> None:
        """Put forward other words in the place of those signed last, from a day on."""
        self._try(lambda: self._amend(party, effective, text))

    def amend_and_sign(self, effective: str, text: str) -> None:
        """An amendment that every party signs, those that join or leave included."""

        def act() -> None:
            self._amend(self.parties()[0], effective, text)
            self._sign_missing()

        self._try(act)

    def _amend(self, party: str, effective: str, text: str) -> None:
        known = self._known()
        number = str(known["versions"][-1]["draft"] if known["versions"] else known["draft"])
        signed = self.staff.office.get("agreements", self._agreement, "texts", number)["terms"]
        before = {word: value for word, value in signed.items() if word != "ends"}
        self._put(party, "amend", changed({**before, "effective": effective}, parse_yaml(text, "修订")))

    def _put(self, party: str, act: str, terms: Document) -> None:
        body = {"party": party, "terms": terms}
        self._for(party, "clerk").post("agreements", self._agreement, act, body=body)

    def _known(self) -> Document:
        return self.staff.office.get("agreements", self._agreement)

    def parties(self) -> list[str]:
        """The parties to the agreement that was last named, in the order of its terms."""
        return [each["name"] for each in self._known()["parties"]] if self._agreement else []

    def _for(self, party: str, role: Role, also: Role | None = None) -> Client:
        """Who speaks for a party; for one that the agreement does not know, somebody of its first party tries."""
        known = self._known()
        own = [*(each["name"] for each in known["parties"]), *known["missing"]]
        return self.staff.of(party if party in own else own[0], role, also=also)

    def look_at(self, agreement: str) -> None:
        """Read an agreement, as far as it is there for who reads."""
        self._try(lambda: self.staff.office.get("agreements", agreement))

    def missing_signatures(self) -> list[str]:
        """The parties whose signature is missing."""
        missing: list[str] = self._known()["missing"]
        return missing

    def check(self, text: str) -> None:
        """Check terms without putting them forward."""
        self._try(lambda: self.staff.office.post("terms", "check", body={"terms": text}))

    def explain_terms(self, text: str) -> None:
        """The terms as Chinese sentences."""
        self.answer = "\n".join(self.staff.office.post("terms", "explain", body={"terms": text})["sentences"])

    # Certified facts

    def propose_facts(self, party: str, text: str, supersedes: str = "") -> None:
        """One party puts facts forward: its clerk writes them, its checker confirms them."""

        def act() -> None:
            for number in self._put_forward(party, fact_documents(text), supersedes):
                self._confirm(party, number)

        self._try(act)

    def _put_forward(self, party: str, documents: list[Document], supersedes: str) -> list[str]:
        facts = [{**each, "supersedes": supersedes} if supersedes else each for each in documents]
        body = {"party": party, "facts": facts}
        answer = self._for(party, "clerk").post("agreements", self._agreement, "facts", body=body)
        return [each["number"] for each in answer["facts"]]

    def certify(self, text: str, supersedes: str = "") -> None:
        """Facts that every party confirms."""
        self._try(lambda: self._certify(fact_documents(text), supersedes))

    def certify_suggested(self) -> None:
        """Everything that the books suggest, confirmed by every party."""
        self._try(lambda: self._certify(self.analyst.suggested(), ""))

    def _certify(self, documents: list[Document], supersedes: str) -> None:
        parties = self.parties()
        for number in self._put_forward(parties[0], documents, supersedes):
            for party in parties:
                self._confirm(party, number)

    def confirm(self, party: str, fact: str) -> None:
        """One party confirms a fact."""
        self._try(lambda: self._confirm(party, fact))

    def _confirm(self, party: str, fact: str) -> None:
        self._for(party, "checker").post("facts", fact, "confirm", body={"party": party})

    def certification(self, fact: str) -> str:
        """Whether a fact is certified, or who has yet to confirm it."""
        facts = self.staff.office.listed("agreements", self._agreement, "facts", of="facts")
        found = next((each for each in facts if each["number"] == fact), None)
        assert found, f"账内没有编号为 {fact} 的事实。"
        return "已认定" if found["certified_at"] else f"还缺 {'、'.join(found['missing'])} 确认"

    # Receipts

    def import_table(self, table: Table) -> None:
        """Record lines given as a table with the columns of a treasury file."""
        self.import_text("\n".join(",".join(row) for row in table))

    def import_text(self, text: str) -> None:
        """Record a CSV file."""
        self.importer.take(text)

    def events_count(self) -> int:
        """How many events the books hold."""
        return self.reader.position_now()

    # Closing

    def close(self, period: str, key: str = "") -> None:
        """Close one period; again under the same key it is done once."""
        self._try(lambda: self._close(period, key))

    def _close(self, period: str, key: str = "") -> None:
        self.staff.office.post("periods", str(Period.parse(period)), "close", key=key)

    def close_up_to(self, period: str) -> None:
        """Close every open period in order."""
        following = self.reader.next_period()
        while following and following <= Period.parse(period):
            self._close(str(following))
            following = following.next

    def findings(self) -> list[str]:
        """What verification finds wrong."""
        findings: list[str] = self.staff.office.get("verify")["findings"]
        return findings


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
