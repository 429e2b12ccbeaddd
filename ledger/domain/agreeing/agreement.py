"""An agreement (协议): a draft that is countered until every party has signed it, then amended the same way.

Verbs decide: they check the rules, may refuse, and return what happened.  `evolve` applies
what happened and never refuses: rules may change, history may not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import product

from ledger.domain.errors import Conflict, Fault, NotFound, RuleBroken, TermsRefused
from ledger.domain.events import (
    AgreementCountered,
    AgreementProposed,
    AgreementSigned,
    AmendmentProposed,
    Event,
    Fact,
)
from ledger.domain.terms import TAKES_RECEIPTS, ClockWindow, Document, Named, Terms, faults
from ledger.domain.terms.amendment import scrutinise_amendment
from ledger.domain.terms.draft import read_terms, recorded_terms
from ledger.domain.terms.scrutiny_of_pools import may_claim_the_same, what_both_claim
from ledger.domain.terms.versions import Versions


class AgreementUnknown(NotFound):
    """No agreement of that number."""

    zh = "没有编号为 {agreement} 的协议。请查看有哪些协议。"
    en = "There is no agreement {agreement}. See which there are."


class NotAParty(NotFound):
    """Someone who is no party of the agreement."""

    zh = "“{party}”不是协议 {agreement} 的参与方。参与方是：{parties}。"
    en = "'{party}' is no party of agreement {agreement}. Parties: {parties}."


class AlreadySigned(Conflict):
    """A second signature of one party."""

    zh = "“{party}”已经签署协议 {agreement}，不必再签。"
    en = "'{party}' has already signed agreement {agreement}."


class PartyIdMoved(RuleBroken):
    """A name that stood for another id in an earlier text, so that signatures and confirmations would change hands."""

    zh = "“{name}”在协议 {agreement} 以前的文本里代号是“{before}”，不能改作“{now}”：已有的签署和确认会算到别人名下。请沿用原来的代号。"
    en = "'{name}' had the id '{before}' in an earlier text of agreement {agreement} and cannot become '{now}'. Keep its id."


class AlreadyProposed(Conflict):
    """The same terms, put forward twice."""

    zh = "同样的条款已作为协议 {agreement} 提出。请直接签署它。"
    en = "The same terms were proposed as agreement {agreement}. Sign that one."


class AgreementsOverlap(Conflict):
    """Two agreements that claim the same entries at the same time (design § 4)."""

    zh = "协议 {agreement} 的“{pool}”与已生效的协议 {other} 的“{other_pool}”会选中同样的款项（{shared}，{first} 至 {last}），不能同时生效。请先改定范围或期限。"
    en = "Pool {pool} of agreement {agreement} selects what pool {other_pool} of agreement {other} selects, from {first} to {last}."


class EntriesClaimedTwice(Conflict):
    """Recorded entries that two agreements in force would both divide."""

    zh = "协议 {agreement} 不能生效：已入账的 {voucher} 等款项已由生效的协议 {other} 分配，同一笔钱不能分两次。请先改定范围。"
    en = "Agreement {agreement} cannot come into force: {voucher} and perhaps more is divided by agreement {other} already."


class NothingToSign(Conflict):
    """Every draft is signed."""

    zh = "协议 {agreement} 没有待签的文本。要改，请提出修订。"
    en = "Agreement {agreement} has nothing to sign. To change it put an amendment forward."


class DraftUnknown(NotFound):
    """A draft that there never was, or that is not kept for reading."""

    zh = "协议 {agreement} 没有第 {draft} 稿。请查看它有哪几稿。"
    en = "Agreement {agreement} has no draft {draft}. See which it has."


class DraftReplaced(Conflict):
    """A signature under a text that has been replaced meanwhile."""

    zh = "协议 {agreement} 的第 {draft} 稿已不是待签的文本，现在待签的是第 {current} 稿。请看过再签。"
    en = "Draft {draft} of agreement {agreement} is no longer the one to sign; draft {current} is. Read it, then sign."


class DraftPending(Conflict):
    """An amendment while another text waits for signatures."""

    zh = "协议 {agreement} 的第 {draft} 稿还在等待签署。请先签完它，或提出对案。"
    en = "Draft {draft} of agreement {agreement} still waits for signatures. Sign it, or counter it."


class NotInForceYet(Conflict):
    """An amendment of what nobody is bound by."""

    zh = "协议 {agreement} 尚未生效，不必修订。请提出对案。"
    en = "Agreement {agreement} is not in force yet. Counter the draft instead of amending it."


class LeaverStays(RuleBroken):
    """Terms by which a party would leave and that still list it."""

    zh = "“{party}”要退出，条款的 parties 里却仍有它。请写出它退出以后的全文。"
    en = "'{party}' would leave, and the terms still list it. Write the terms as they stand without it."


@dataclass(frozen=True)
class Draft:
    """A text that waits for signatures, with those it has."""

    number: int
    document: Document
    terms: Terms = field(repr=False)
    proposed_at: int
    signed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Version:
    """A text that every party signed, and the position of the last signature."""

    number: int
    document: Document
    terms: Terms = field(repr=False)
    in_force_at: int
    signed: tuple[str, ...]
    signed_on: date = date.min


@dataclass(frozen=True)
class Agreement:
    """One agreement as the log knows it: its signed versions, and the draft that waits for signatures."""

    number: str
    versions: tuple[Version, ...] = ()
    draft: Draft | None = None
    countered: tuple[Draft, ...] = ()

    @property
    def text(self) -> Version | Draft:
        """What was signed last, or the draft where nothing is signed yet."""
        found = self.versions[-1] if self.versions else self.draft
        assert found is not None
        return found

    @property
    def terms(self) -> Terms:
        """The terms of what was signed last, or of the draft where nothing is signed yet."""
        return self.text.terms

    @property
    def document(self) -> Document:
        """The document of the same."""
        return self.text.document

    @property
    def in_force_at(self) -> int | None:
        """The position at which every party had signed first."""
        return self.versions[0].in_force_at if self.versions else None

    @property
    def signed(self) -> tuple[str, ...]:
        """Who signed the draft, or the last version where no draft waits."""
        return self.draft.signed if self.draft else self.text.signed

    @property
    def proposed_at(self) -> int:
        """The position of the draft, or of the last version's last signature."""
        return self.draft.proposed_at if self.draft else self.versions[-1].in_force_at

    def is_in_force(self, position: int) -> bool:
        """Whether every party had signed by a position."""
        return self.in_force_at is not None and self.in_force_at <= position

    def known_at(self, position: int) -> Versions:
        """The versions signed by a position; the first one even before."""
        known = [each.terms for each in self.versions if each.in_force_at <= position]
        return Versions(known or [self.terms if not self.versions else self.versions[0].terms])

    @cached_property
    def projects(self) -> frozenset[str] | None:
        """The projects that its pools of receipts select by, in any version; None if one of them selects otherwise."""
        texts = [each.terms for each in self.versions] or [self.terms]
        pools = [pool for terms in texts for pool in terms.pools if pool.share in TAKES_RECEIPTS]
        if any(pool.selection.by != "projects" for pool in pools):
            return None
        return frozenset(name for pool in pools for name in pool.selection.names)

    def signers(self) -> list[str]:
        """Who must sign the draft: every party of it, and of the version it amends."""
        assert self.draft is not None
        before = self.versions[-1].terms.parties if self.versions else {}
        return list(dict.fromkeys([*before, *self.draft.terms.parties]))

    def missing(self) -> list[str]:
        """Who has yet to sign the draft."""
        return [party for party in self.signers() if party not in self.signed] if self.draft else []

    def name_of(self, party: str) -> str:
        """A party's name, by what was signed last; by the draft only where it was never signed."""
        texts: list[Draft | Version] = [*reversed(self.versions), *([self.draft] if self.draft else [])]
        return next(text.terms.parties[party].name for text in texts if party in text.terms.parties)

    def texts(self) -> list[Draft | Version]:
        """The draft if one waits, then the versions, the last signed first."""
        drafts: list[Draft | Version] = [self.draft] if self.draft else []
        return [*drafts, *reversed(self.versions)]

    def text_of(self, draft: int) -> "Draft | Version":
        """The draft or version of a number, also one that was countered; raises DraftUnknown."""
        for text in (*self.texts(), *self.countered):
            if text.number == draft:
                return text
        raise DraftUnknown(agreement=self.number, draft=draft)

    def is_completed_by(self, parties: Iterable[str]) -> bool:
        """Whether these signatures are the last ones missing."""
        return set(self.missing()) <= set(parties)

    def party(self, text: str) -> str:
        """The party that a person means, by id, name or region, of any version; raises NotAParty."""
        for each in self.texts():
            found = each.terms.party_named(text)
            if found is not None:
                return found
        names = "、".join(f"{party.id} {party.name}" for party in self.texts()[0].terms.parties.values())
        raise NotAParty(party=text[:40], agreement=self.number, parties=names)


# Verbs


def propose(document: Document, known: Iterable[Agreement], number: str) -> Fact:
    """Put terms forward under a number.

    Raises TermsRefused with every fault, or AlreadyProposed.
    """
    terms = read_terms(document)
    early = [Fault(word, faults.OnlyInAmendments(word=word)) for word in ("effective", "ends") if word in document]
    if early:
        raise TermsRefused(early)
    for other in known:
        texts = [each for each in other.texts() if each.document == document]
        if any(list(each.terms.parties) == list(terms.parties) for each in texts):
            raise AlreadyProposed(agreement=other.number)
    return Fact(stream(number), AgreementProposed, {"agreement": number, "terms": document})


def counter(agreement: Agreement, party: str, document: Document) -> Fact:
    """Put another text in the place of the draft that waits; signatures begin again.

    Raises NothingToSign, NotAParty, AlreadyProposed, TermsRefused.
    """
    draft = _waiting(agreement)
    if document == draft.document:
        raise AlreadyProposed(agreement=agreement.number)
    _read_as_version(agreement, document)
    fields = {"agreement": agreement.number, "party": agreement.party(party), "terms": document}
    return Fact(stream(agreement.number), AgreementCountered, fields)


def amend(agreement: Agreement, party: str, document: Document) -> Fact:
    """Put a later version forward.

    Raises NotInForceYet, DraftPending, NotAParty, TermsRefused.
    """
    if agreement.in_force_at is None:
        raise NotInForceYet(agreement=agreement.number)
    if agreement.draft:
        raise DraftPending(agreement=agreement.number, draft=agreement.draft.number)
    _read_as_version(agreement, document)
    fields = {"agreement": agreement.number, "party": agreement.party(party), "terms": document}
    return Fact(stream(agreement.number), AmendmentProposed, fields)


def leave(agreement: Agreement, party: str, document: Document) -> Fact:
    """A party puts forward the terms as they stand without it; raises LeaverStays, and as `amend`."""
    leaver = agreement.party(party)
    if leaver in read_terms(document).parties:
        raise LeaverStays(party=agreement.name_of(leaver))
    return amend(agreement, party, document)


def end(agreement: Agreement, party: str, last: date) -> Fact:
    """Put the same terms forward with another last day; raises as `amend`."""
    signed = {word: said for word, said in agreement.document.items() if word != "ends"}
    return amend(agreement, party, {**signed, "effective": last.isoformat(), "to": last.isoformat()})


def _read_as_version(agreement: Agreement, document: Document) -> Terms:
    terms = read_terms(document)
    found = scrutinise_amendment(terms, [version.terms for version in agreement.versions]) if agreement.versions else []
    if found:
        raise TermsRefused(found)
    _refuse_moved_ids(agreement, terms)
    return terms


def _refuse_moved_ids(agreement: Agreement, terms: Terms) -> None:
    """Raises PartyIdMoved if a party goes by an id that is not the one it had."""
    for before in (party for text in agreement.texts() for party in text.terms.parties.values()):
        now = next((party.id for party in terms.parties.values() if party.name == before.name), before.id)
        if now != before.id:
            raise PartyIdMoved(name=before.name, before=before.id, now=now, agreement=agreement.number)


def sign(agreement: Agreement, draft: int, parties: Sequence[str], others: Iterable[Agreement]) -> list[Fact]:
    """One party or several agree to a draft, together or not at all.

    Raises NothingToSign, DraftReplaced, NotAParty, AlreadySigned; with the last signature AgreementsOverlap.
    """
    signers = [agreement.party(party) for party in parties]
    for index, signer in enumerate(signers):
        if signer in agreement.signed or signer in signers[:index]:
            raise AlreadySigned(party=agreement.name_of(signer), agreement=agreement.number)
    text = _waiting(agreement)
    if text.number != draft:
        raise DraftReplaced(agreement=agreement.number, draft=draft, current=text.number)
    if agreement.is_completed_by(signers):
        for other in others:
            _refuse_overlap(agreement, text.terms, other)
    number = agreement.number
    fields = [{"agreement": number, "party": signer, "draft": draft} for signer in signers]
    return [Fact(stream(number), AgreementSigned, each) for each in fields]


def _waiting(agreement: Agreement) -> Draft:
    if agreement.draft is None:
        raise NothingToSign(agreement=agreement.number)
    return agreement.draft


def evolve(agreement: Agreement | None, event: Event, position: int) -> Agreement:
    """Apply what happened."""
    match event:
        case AgreementProposed(agreement=number, terms=document):
            return Agreement(number, (), Draft(1, document, recorded_terms(document), position))
        case AgreementCountered(terms=document) if agreement and agreement.draft:
            draft = Draft(agreement.draft.number + 1, document, recorded_terms(document), position)
            return replace(agreement, draft=draft, countered=(*agreement.countered, agreement.draft))
        case AmendmentProposed(terms=document) if agreement and agreement.versions:
            draft = Draft(agreement.versions[-1].number + 1, document, recorded_terms(document), position)
            return replace(agreement, draft=draft, countered=())
        case AgreementSigned(party=party) if agreement and agreement.draft:
            return _signed(agreement, agreement.draft, party, position, event.recorded_at.date())
    raise TypeError(f"{type(event).__name__} is no event of an agreement")


def _signed(agreement: Agreement, draft: Draft, party: str, position: int, on: date) -> Agreement:
    draft = replace(draft, signed=(*draft.signed, party))
    agreement = replace(agreement, draft=draft)
    if agreement.missing():
        return agreement
    version = Version(draft.number, draft.document, draft.terms, position, draft.signed, on)
    return replace(agreement, versions=(*agreement.versions, version), draft=None)


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
            names += sorted(step.names_certified)
            names += [step.window.clock] if isinstance(step.window, ClockWindow) else []
        amounts = [each.amount for each in pool.transfers] + ([pool.guarantee.at_least] if pool.guarantee else [])
        names += [each.name for each in amounts if isinstance(each, Named)]
    names += [limit.name for limit in (terms.settle.pays_at_most or {}).values() if isinstance(limit, Named)]
    return list(dict.fromkeys(names))


def _refuse_overlap(agreement: Agreement, one: Terms, other: Agreement) -> None:
    """Every stretch of days on which two agreements would select the same is a fault, whichever versions rule then."""
    if other.number == agreement.number or other.in_force_at is None:
        return
    mine = Versions([*(version.terms for version in agreement.versions), one])
    theirs = Versions([version.terms for version in other.versions])
    for when in sorted({*mine.dates, *theirs.dates}):
        here, there = mine.on(when), theirs.on(when)
        if when < max(here.first, there.first) or when > min(here.last or date.max, there.last or date.max):
            continue
        for pool, other_pool in product(here.pools, there.pools):
            if may_claim_the_same(pool, here, other_pool, there):
                names = {"agreement": agreement.number, "pool": pool.name}
                others = {"other": other.number, "other_pool": other_pool.name}
                days = _both(here, there, when)
                shared = what_both_claim(pool, here, other_pool, there)
                raise AgreementsOverlap(**names, **others, **days, shared=shared)


def _both(one: Terms, other: Terms, when: date) -> dict[str, str]:
    """The days on which two texts hold together, from a day on."""
    ends = [each for each in (one.last, other.last) if each]
    last = str(min(ends)) if ends else "不设止日"
    return {"first": str(max(when, one.first, other.first)), "last": last}
