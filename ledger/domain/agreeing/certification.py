"""Certification (认定): a fact is put forward, confirmed by every party of its agreement, superseded by a later
one, and never edited.

Of two certified for the same days the later certification wins (semantics 5.1); what two sides
say differently is certified for neither.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ledger.domain.agreeing.agreement import Agreement, needs_certified, stream
from ledger.domain.errors import Conflict, Fault, Faults, NotFound, RuleBroken, nearest
from ledger.domain.events import Event, Fact, FactConfirmed, FactProposed
from ledger.domain.facts.certified import (
    ALWAYS,
    Certified,
    CertifiedAmount,
    CertifiedClock,
    CertifiedEligibility,
    CertifiedFact,
    parties_named,
)
from ledger.domain.facts.draft import read_fact, recorded_fact
from ledger.domain.terms import Document, faults


class FactUnknown(NotFound):
    """No fact of that number."""

    zh = "没有编号为 {fact} 的认定事实。请查看有哪些认定事实。"
    en = "There is no fact {fact}. See which there are."


class FactContradicts(Conflict):
    """A value for days for which another one is put forward or certified."""

    zh = (
        "{fact} 已就同一事项、重叠的日期提出了不同的内容（{said}），与这次的不一致，两者都不能算数。"
        "请协商一致；确要改正，请写明取代 {fact}。"
    )
    en = "{fact} says something else of the same for overlapping days ({said}). Agree on one; to correct it say that it takes the place of {fact}."


class SupersedesOther(Conflict):
    """A fact that would take the place of one about something else."""

    zh = "{fact} 说的是另一件事，这一条不能取代它。被取代的须是同一协议的同一事项、同一单位。"
    en = "{fact} is about something else, so this cannot take its place. Name one of the same agreement, matter and unit."


class FactNotAsked(RuleBroken):
    """A fact that no step of the agreement needs."""

    zh = "协议 {agreement} 的条款用不到“{name}”{hint}。条款要认定的有：{asked}。请核对名称。"
    en = "No word of agreement {agreement} needs '{name}'{hint}. It needs: {asked}. Check the name."


class FactUnsourced(RuleBroken):
    """A fact that does not say where it was read."""

    zh = "没有写出处（source），日后无从核对。请写明出自哪份文件，如 source: 达产确认书。"
    en = "No source is said, so nobody could check it later. Name the document it was read in."


class FactsRefused(Faults):
    """Facts with faults; every one is listed."""

    zh = "认定事实有 {count} 处问题，一条也没有提出。第一处：{first}请改正后重新提交。"
    en = "The facts have {count} fault(s); none was put forward. First: {first} Correct them and send them again."


class FactsDisagree(Conflict):
    """A file that says two things of one matter."""

    zh = "同一份文件就同一事项、重叠的日期说了两样（{said}；{other}），一条也没有提出。请只留一条，或改正日期。"
    en = "The file says two things of one matter for overlapping days ({said}; {other}); nothing was put forward. Keep one."


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
WORDS_ZH = {
    "clock": "起算日", "amount": "数额", "weights": "权重", "amounts": "各方数额", "eligible": "符合条件", "list": "名单",
    "unit": "单位", "units": "企业", "on": "日期", "value": "值", "values": "各方", "years": "各年", "average_of": "各年平均",
    "from": "自", "to": "至",
}  # fmt: skip


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

    A document may name what it `supersedes`, or all of them do.  Of several those that were put forward before are
    passed over.  Raises FactsRefused, FactUnknown, FactKnown, FactContradicts, SupersedesOther.
    """
    by = agreement.party(party) if party else ""
    said = [dict(document) for document in documents]
    replacing = [str(document.pop("supersedes", "") or supersedes) for document in said]
    for number in filter(None, replacing):
        find(facts, number)
    _refuse_faulty(agreement, said)
    known, passed_over = dict(facts), list[str]()
    proposed: list[Fact] = []
    for document, replaced in zip(said, replacing, strict=True):
        fact = read_fact(document)
        same = _same(agreement, fact, known)
        if same:
            passed_over.append(same)
            continue
        _refuse_contradiction(agreement, document, known, replaced)
        number = f"F{len(known) + 1}"
        known[number] = Certification(number, agreement.number, document, fact, by, 0, replaced)
        fields = {"agreement": agreement.number, "fact": number, "party": by}
        proposed.append(
            Fact(stream(agreement.number), FactProposed, fields | {"document": document, "supersedes": replaced})
        )
        if by:
            proposed.append(Fact(stream(agreement.number), FactConfirmed, fields))
    if not proposed:
        raise FactKnown(fact="、".join(passed_over))
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


def evolve(facts: Facts, event: Event, position: int, agreement: Agreement) -> dict[str, Certification]:
    """Apply what happened to a fact of an agreement."""
    match event:
        case FactProposed(fact=number, document=document, party=party, supersedes=supersedes):
            fact = recorded_fact(document)
            stated = Certification(number, agreement.number, document, fact, party, position, supersedes)
            return {**facts, number: stated}
        case FactConfirmed(fact=number, party=party):
            confirmed = replace(facts[number], confirmed=(*facts[number].confirmed, party))
            return completed({**facts, number: confirmed}, agreement, position)
    raise TypeError(f"{type(event).__name__} is no event of a fact")


def completed(facts: Facts, agreement: Agreement, position: int) -> dict[str, Certification]:
    """The facts of an agreement that lack nobody's confirmation any more are certified from a position on.

    A confirmation completes one; so does a version without the party that was missing.
    """
    return {
        number: replace(each, certified_at=position)
        if each.agreement == agreement.number and each.certified_at is None and not missing(agreement, each)
        else each
        for number, each in facts.items()
    }


def missing(agreement: Agreement, certification: Certification) -> list[str]:
    """Who has yet to confirm a fact: every party of a version in force on any day that the fact holds for.

    So nobody is bound by a fact about days on which it shared and that it did not confirm, even once it has left.
    """
    fact, versions = certification.fact, agreement.known_at(2**63)
    days = fact.days if fact else ALWAYS
    first, last = days.first or (fact.on if isinstance(fact, CertifiedClock) else date.min), days.last or date.max
    judged = [versions.on(first), *(versions.on(when) for when in versions.dates if first < when <= last)]
    needed = dict.fromkeys(party for terms in judged for party in terms.parties)
    return [party for party in needed if party not in certification.confirmed]


# What may not be said


def _refuse_faulty(agreement: Agreement, documents: Sequence[Document]) -> None:
    """Raises FactsRefused with every fault of every document."""
    found: list[Fault] = []
    for index, document in enumerate(documents):
        place = f"facts[{index}]"
        if not str(document.get("source") or "").strip():
            found.append(Fault(f"{place}.source", FactUnsourced()))
        try:
            fact = read_fact(document)
        except Faults as faulty:
            found += [replace(fault, where=f"{place}.{fault.place('zh')}") for fault in faulty.faults]
            continue
        found += [Fault(place, rule) for rule in (_not_asked(agreement, fact), _unknown_party(agreement, fact)) if rule]
    if found:
        raise FactsRefused(found)


def _not_asked(agreement: Agreement, fact: CertifiedFact) -> RuleBroken | None:
    """The rule that is broken if no version or draft has a word for the fact."""
    texts = [text.terms for text in agreement.texts()]
    asked = list(dict.fromkeys(name for terms in texts for name in needs_certified(terms)))
    names = {name.removesuffix(".eligible") if isinstance(fact, CertifiedEligibility) else name for name in asked}
    names |= {name for terms in texts for name in terms.lists or {}}
    past_years = isinstance(fact, CertifiedAmount) and fact.years_fen
    if fact.name in names or (past_years and any(pool.eligible for terms in texts for pool in terms.pools)):
        return None
    like = nearest(fact.name, asked)
    hint = f"（是否想写 {like}）" if like else ""
    return FactNotAsked(agreement=agreement.number, name=fact.name[:40], hint=hint, asked="、".join(asked) or "—")


def _unknown_party(agreement: Agreement, fact: CertifiedFact) -> RuleBroken | None:
    known = [party for text in agreement.texts() for party in text.terms.parties]
    unknown = next((each for each in parties_named(fact) if each not in known), None)
    return faults.PartyUnknown(party=unknown[:40], parties="、".join(dict.fromkeys(known))) if unknown else None


def _refuse_contradiction(agreement: Agreement, document: Document, facts: Facts, supersedes: str) -> None:
    fact = read_fact(document)
    if supersedes:
        other = facts[supersedes]
        if other.agreement != agreement.number or other.fact is None or _matter(other.fact) != _matter(fact):
            raise SupersedesOther(fact=supersedes)
    replaced = {each.supersedes for each in facts.values()} | {supersedes}
    for other in facts.values():
        if other.agreement != agreement.number or other.fact is None or other.number in replaced:
            continue
        if contradicts(fact, other.fact) and not other.proposed_at:
            raise FactsDisagree(said=_said(other.document), other=_said(document))
        if contradicts(fact, other.fact):
            raise FactContradicts(fact=other.number, said=_said(other.document))


def contradicts(one: CertifiedFact, other: CertifiedFact) -> bool:
    """Whether two facts say different things of one matter for overlapping days."""
    return _matter(one) == _matter(other) and _days_meet(one, other) and _says_otherwise(one, other)


def _same(agreement: Agreement, fact: CertifiedFact, facts: Facts) -> str:
    """The number under which the very same fact was put forward, if it was."""
    replaced = {each.supersedes for each in facts.values()}
    known = (each for each in facts.values() if each.agreement == agreement.number and each.number not in replaced)
    return next((each.number for each in known if each.fact == fact), "")


def _matter(fact: CertifiedFact) -> tuple[object, ...]:
    """What a fact is about."""
    return type(fact), fact.name, fact.unit


def _days_meet(one: CertifiedFact, other: CertifiedFact) -> bool:
    first = max(one.days.first or date.min, other.days.first or date.min)
    return first <= min(one.days.last or date.max, other.days.last or date.max)


def _says_otherwise(one: CertifiedFact, other: CertifiedFact) -> bool:
    """Whether two facts of one matter differ in more than the days that they hold for."""
    return replace(one, days=other.days) != other


def _said(document: Document) -> str:
    """A document in a phrase: what it is about, its days, its value."""
    said = ((WORDS_ZH.get(word, word), value) for word, value in document.items() if word != "source")
    return "，".join(f"{word} {_plain(value)}" for word, value in said)


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return "、".join(f"{name} {each}" for name, each in value.items())
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)
