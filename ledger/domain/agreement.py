"""An agreement (协议): proposed by one party, in force once every party has signed.

Verbs decide: they check the rules, may refuse, and return what happened.  `evolve` applies
what happened and never refuses: rules may change, history may not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import product

from ledger.domain import terms_faults as faults
from ledger.domain.draft import read_terms, recorded_terms
from ledger.domain.errors import Conflict, Fault, NotFound, TermsRefused
from ledger.domain.events import AgreementProposed, AgreementSigned, Event, Fact
from ledger.domain.scrutiny import may_claim_the_same
from ledger.domain.terms import Document, Terms


class AgreementUnknown(NotFound):
    """No agreement of that number."""

    zh = "没有编号为 {agreement} 的协议。请用 enclave agreement show 查看有哪些。"
    en = "There is no agreement {agreement}. See enclave agreement show."


class NotAParty(NotFound):
    """Someone who is no party of the agreement."""

    zh = "“{party}”不是协议 {agreement} 的参与方。参与方是：{parties}。"
    en = "'{party}' is no party of agreement {agreement}. Parties: {parties}."


class AlreadySigned(Conflict):
    """A second signature of one party."""

    zh = "“{party}”已经签署协议 {agreement}，不必再签。"
    en = "'{party}' has already signed agreement {agreement}."


class AlreadyProposed(Conflict):
    """The same terms, put forward twice."""

    zh = "同样的条款已作为协议 {agreement} 提出。请直接签署它。"
    en = "The same terms were proposed as agreement {agreement}. Sign that one."


class AgreementsOverlap(Conflict):
    """Two agreements that claim the same entries at the same time (design § 4)."""

    zh = "协议 {agreement} 的“{pool}”与已生效的协议 {other} 的“{other_pool}”会选中同样的款项，不能同时生效。请先改定范围或期限。"
    en = "Pool {pool} of agreement {agreement} selects what pool {other_pool} of agreement {other}, in force, selects."


class EntriesClaimedTwice(Conflict):
    """Recorded entries that two agreements in force would both divide."""

    zh = "协议 {agreement} 不能生效：已入账的 {voucher} 等款项已由生效的协议 {other} 分配，同一笔钱不能分两次。请先改定范围。"
    en = "Agreement {agreement} cannot come into force: {voucher} and perhaps more is divided by agreement {other} already."


@dataclass(frozen=True)
class Agreement:
    """One agreement as the log knows it; `in_force_at` is the position of the last signature."""

    number: str
    document: Document
    terms: Terms = field(repr=False)
    proposed_at: int = 0
    signed: tuple[str, ...] = ()
    in_force_at: int | None = None

    def is_in_force(self, position: int) -> bool:
        """Whether every party had signed by a position."""
        return self.in_force_at is not None and self.in_force_at <= position

    def is_completed_by(self, parties: Iterable[str]) -> bool:
        """Whether these signatures are the last ones missing."""
        return set(self.terms.parties) == {*self.signed, *parties}

    def party(self, text: str) -> str:
        """The party that a person means, by id, name or region; raises NotAParty."""
        found = self.terms.party_named(text)
        if found is None:
            names = "、".join(f"{party.id} {party.name}" for party in self.terms.parties.values())
            raise NotAParty(party=text[:40], agreement=self.number, parties=names)
        return found


def propose(document: Document, known: Iterable[Agreement], number: str) -> Fact:
    """Put terms forward under a number.

    Raises TermsRefused with every fault, or AlreadyProposed.
    """
    terms = read_terms(document)
    missing = [Fault("条款", faults.NeedsCertifiedFacts(name=name)) for name in needs_certified(terms)]
    if missing:
        raise TermsRefused(missing)
    for other in known:
        if list(other.terms.parties) == list(terms.parties) and other.document == document:
            raise AlreadyProposed(agreement=other.number)
    return Fact(stream(number), AgreementProposed, {"agreement": number, "terms": document})


def sign(agreement: Agreement, parties: Sequence[str], others: Iterable[Agreement]) -> list[Fact]:
    """One party or several agree, together or not at all.

    Raises NotAParty, AlreadySigned; with the last signature AgreementsOverlap.
    """
    signers = [agreement.party(party) for party in parties]
    for index, signer in enumerate(signers):
        if signer in agreement.signed or signer in signers[:index]:
            raise AlreadySigned(party=agreement.terms.parties[signer].name, agreement=agreement.number)
    if agreement.is_completed_by(signers):
        for other in others:
            _refuse_overlap(agreement, other)
    number = agreement.number
    return [Fact(stream(number), AgreementSigned, {"agreement": number, "party": signer}) for signer in signers]


def evolve(agreement: Agreement | None, event: Event, position: int) -> Agreement:
    """Apply what happened."""
    match event:
        case AgreementProposed(agreement=number, terms=document):
            return Agreement(number, document, recorded_terms(document), position)
        case AgreementSigned(party=party) if agreement:
            signed = (*agreement.signed, party)
            whole = set(signed) == set(agreement.terms.parties)
            return replace(agreement, signed=signed, in_force_at=position if whole else None)
    raise TypeError(f"{type(event).__name__} is no event of an agreement")


def stream(number: str) -> str:
    """The name of an agreement's stream."""
    return f"agreement/{number}"


def needs_certified(terms: Terms) -> list[str]:
    """Facts that only certification can supply, by name."""
    names = []
    for pool in terms.pools:
        if pool.eligible:
            names.append(f"{pool.name}.eligible")
        if pool.selection.by == "list" and pool.selection.names[0] not in (terms.lists or {}):
            names.append(pool.selection.names[0])
        for step in pool.steps:
            limits = (step.until, step.cap.at if step.cap else None)
            names += [limit for limit in limits if isinstance(limit, str)]
    return names


def _refuse_overlap(agreement: Agreement, other: Agreement) -> None:
    one, two = agreement.terms, other.terms
    if other is agreement or other.in_force_at is None or not _lives_meet(one, two):
        return
    for pool, other_pool in product(one.pools, two.pools):
        if may_claim_the_same(pool, one, other_pool, two):
            raise AgreementsOverlap(
                agreement=agreement.number, pool=pool.name, other=other.number, other_pool=other_pool.name
            )


def _lives_meet(one: Terms, other: Terms) -> bool:
    return max(one.first, other.first) <= min(one.last or date.max, other.last or date.max)
