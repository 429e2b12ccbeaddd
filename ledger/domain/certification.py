"""Certification (认定): a fact is put forward, confirmed by every party of its agreement, superseded by a later
one, and never edited.

Of two certified for the same days the later certification wins (semantics 5.1); what two sides
say differently is certified for neither.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ledger.domain import terms_faults as faults
from ledger.domain.agreement import Agreement, stream
from ledger.domain.certified import (
    Certified,
    CertifiedFact,
    CertifiedStocks,
    CertifiedWeights,
)
from ledger.domain.errors import Conflict, Fault, NotFound, TermsRefused
from ledger.domain.events import Event, Fact, FactConfirmed, FactProposed
from ledger.domain.fact_draft import read_fact, recorded_fact
from ledger.domain.terms import Document


class FactUnknown(NotFound):
    """No fact of that number."""

    zh = "没有编号为 {fact} 的认定事实。请用 enclave fact list 查看有哪些。"
    en = "There is no fact {fact}. See enclave fact list."


class FactContradicts(Conflict):
    """A value for days for which another one is put forward or certified."""

    zh = (
        "{fact} 已就同一事项、重叠的日期提出了不同的内容（{said}），与这次的不一致，两者都不能算数。"
        "请协商一致；确要改正，请写明取代它（--supersedes {fact}）。"
    )
    en = "{fact} says something else of the same for overlapping days ({said}). Agree on one; to correct it say --supersedes {fact}."


class FactKnown(Conflict):
    """The same fact, put forward twice."""

    zh = "同样的内容已作为 {fact} 提出。请直接确认它。"
    en = "The same was put forward as {fact}. Confirm that one."


class FactSuperseded(Conflict):
    """A confirmation of what another fact took the place of."""

    zh = "{fact} 已被 {by} 取代，不能再确认。请看 {by}。"
    en = "{fact} was superseded by {by} and cannot be confirmed. See {by}."


class AlreadyConfirmed(Conflict):
    """A second confirmation of one party."""

    zh = "“{party}”已经确认 {fact}，不必再确认。"
    en = "'{party}' has already confirmed {fact}."


@dataclass(frozen=True)
class Certification:
    """A fact on its way to certification: what it says, who put it forward, who confirmed it."""

    number: str
    agreement: str
    document: Document
    fact: CertifiedFact | None
    party: str
    proposed_at: int
    supersedes: str = ""
    confirmed: tuple[str, ...] = ()
    certified_at: int | None = None

    def is_certified(self, position: int) -> bool:
        """Whether every party had confirmed it by a position."""
        return self.certified_at is not None and self.certified_at <= position


Facts = Mapping[str, Certification]


def certified_at(facts: Iterable[Certification], agreement: str, position: int) -> Certified:
    """What was certified for an agreement by a position, in the order of certification."""
    known = [each for each in facts if each.agreement == agreement and each.is_certified(position)]
    known.sort(key=lambda each: (each.certified_at or 0, int(each.number[1:])))
    return Certified(each.fact for each in known if each.fact)


# Verbs


def propose(
    agreement: Agreement, documents: Sequence[Document], facts: Facts, party: str, supersedes: str = ""
) -> list[Fact]:
    """Put facts forward, all or none; a party that does so has confirmed them.

    Raises TermsRefused, FactUnknown, FactKnown, FactContradicts.
    """
    by = agreement.party(party) if party else ""
    if supersedes and supersedes not in facts:
        raise FactUnknown(fact=supersedes[:40])
    proposed: list[Fact] = []
    for index, document in enumerate(documents):
        fact = read_fact(document)
        _refuse_unknown_parties(agreement, fact)
        _refuse_contradiction(agreement, fact, facts, supersedes)
        number = f"F{len(facts) + index + 1}"
        fields = {"agreement": agreement.number, "fact": number, "party": by}
        proposed.append(
            Fact(stream(agreement.number), FactProposed, fields | {"document": document, "supersedes": supersedes})
        )
        if by:
            proposed.append(Fact(stream(agreement.number), FactConfirmed, fields))
    return proposed


def confirm(agreement: Agreement, facts: Facts, number: str, parties: Sequence[str]) -> list[Fact]:
    """One party or several confirm a fact, together or not at all.

    Raises FactUnknown, FactSuperseded, AlreadyConfirmed, NotAParty.
    """
    certification = find(facts, number)
    by = next((each.number for each in facts.values() if each.supersedes == number), None)
    if by:
        raise FactSuperseded(fact=number, by=by)
    confirming = [agreement.party(party) for party in parties]
    for index, party in enumerate(confirming):
        if party in certification.confirmed or party in confirming[:index]:
            raise AlreadyConfirmed(party=agreement.name_of(party), fact=number)
    fields = [{"agreement": agreement.number, "fact": number, "party": party} for party in confirming]
    return [Fact(stream(agreement.number), FactConfirmed, each) for each in fields]


def find(facts: Facts, number: str) -> Certification:
    """The fact of a number; raises FactUnknown."""
    if number not in facts:
        raise FactUnknown(fact=number[:40])
    return facts[number]


def evolve(facts: Facts, event: Event, position: int, parties: Iterable[str]) -> dict[str, Certification]:
    """Apply what happened; `parties` are those whose confirmation the agreement needs now."""
    match event:
        case FactProposed(agreement=agreement, fact=number, document=document, party=party, supersedes=supersedes):
            fact = recorded_fact(document)
            return {**facts, number: Certification(number, agreement, document, fact, party, position, supersedes)}
        case FactConfirmed(fact=number, party=party):
            certification = replace(facts[number], confirmed=(*facts[number].confirmed, party))
            if certification.certified_at is None and set(parties) <= set(certification.confirmed):
                certification = replace(certification, certified_at=position)
            return {**facts, number: certification}
    raise TypeError(f"{type(event).__name__} is no event of a fact")


# What may not be said


def _refuse_unknown_parties(agreement: Agreement, fact: CertifiedFact) -> None:
    values: Mapping[str, object] = {}
    if isinstance(fact, CertifiedWeights):
        values = fact.values
    elif isinstance(fact, CertifiedStocks):
        values = fact.values_fen
    known = agreement.known_at(2**63).parties
    names = "、".join(known)
    unknown = [
        Fault("values", faults.PartyUnknown(party=each[:40], parties=names)) for each in values if each not in known
    ]
    if unknown:
        raise TermsRefused(unknown)


def _refuse_contradiction(agreement: Agreement, fact: CertifiedFact, facts: Facts, supersedes: str) -> None:
    replaced = {each.supersedes for each in facts.values()} | {supersedes}
    for other in facts.values():
        if other.agreement != agreement.number or other.fact is None or other.number in replaced:
            continue
        if _same_matter(fact, other.fact):
            if fact == other.fact:
                raise FactKnown(fact=other.number)
            if _says_otherwise(fact, other.fact):
                raise FactContradicts(fact=other.number, said=_said(other.document))


def _same_matter(one: CertifiedFact, other: CertifiedFact) -> bool:
    return (type(one), one.name, one.unit) == (type(other), other.name, other.unit) and _days_meet(one, other)


def _days_meet(one: CertifiedFact, other: CertifiedFact) -> bool:
    first = max(one.days.first or date.min, other.days.first or date.min)
    return first <= min(one.days.last or date.max, other.days.last or date.max)


def _says_otherwise(one: CertifiedFact, other: CertifiedFact) -> bool:
    """Whether two facts of one matter differ in more than the days that they hold for."""
    return replace(one, days=other.days) != other


def _said(document: Document) -> str:
    return "，".join(f"{word} {value}" for word, value in document.items() if word not in ("source",))
