"""Agreements over HTTP: what the service answers, read as the agreements that commands print."""

from collections.abc import Iterable

from api.client import Client, ServiceRefused
from ledger.domain.agreeing.agreement import Agreement, Draft, Version
from ledger.domain.errors import RuleBroken
from ledger.domain.terms import Document
from ledger.domain.terms.draft import recorded_terms
from ledger.projections.signatures import Signature

NOT_FOUND = 404


class DraftUnsaid(RuleBroken):
    """A signature that does not say what was read."""

    zh = "没有签署：经由服务签署要写明读过的是第几稿，现在待签的是第 {draft} 稿。请看过全文（agreement show {agreement}），再加 --draft {draft}。"
    en = "Nothing was signed: say which draft you read; draft {draft} waits. Read it (agreement show {agreement}), then add --draft {draft}."


class SignsForOne(RuleBroken):
    """One person who would sign for several parties."""

    zh = "没有签署：经由服务，一人只代表一方签署。请只写一个 --party，其余各方由各自的负责人签。"
    en = "Nothing was signed: over a server one person signs for one party. Give one --party; the others sign themselves."


def every(service: Client) -> list[Agreement]:
    """The agreements that the caller sees."""
    return [find(service, each["number"])[0] for each in service.listed("agreements", of="agreements")]


def find(service: Client, number: str) -> tuple[Agreement, list[Signature]]:
    """An agreement, and who signed which of its texts."""
    said = service.get("agreements", number)
    versions = {each["draft"]: each for each in said["versions"]}
    last = said["draft"] or max(versions)
    texts = {draft: text for draft in range(1, last + 1) if (text := _text(service, number, draft)) is not None}
    ids = ids_in(texts.values())
    signed = [
        Signature(each["draft"], ids.get(each["party"], each["party"]), each["actor"], each["position"])
        for each in said["signatures"]
    ]
    drafts = {
        draft: Draft(draft, text, recorded_terms(text), said["proposed_at"] or 0, _signers(signed, draft))
        for draft, text in texts.items()
        if draft not in versions
    }
    waiting = drafts.pop(said["draft"], None)
    signed_texts = [_version(each, texts[draft], ids) for draft, each in versions.items()]
    countered = [each for draft, each in drafts.items() if draft > max(versions, default=0)]
    return Agreement(said["number"], tuple(signed_texts), waiting, tuple(countered)), signed


def ids_of(agreement: Agreement) -> dict[str, str]:
    """The ids of the parties to any text of an agreement, by the names that answers use."""
    return ids_in(text.document for text in reversed(agreement.texts()))


def ids_in(texts: Iterable[Document]) -> dict[str, str]:
    """The ids of the parties to some terms, by name."""
    return {party.name: party.id for text in texts for party in recorded_terms(text).parties.values()}


def _text(service: Client, number: str, draft: int) -> Document | None:
    """One text, unless it is not for the caller to read."""
    try:
        found: Document = service.get("agreements", number, "texts", str(draft))["terms"]
    except ServiceRefused as refused:
        if refused.status == NOT_FOUND:
            return None
        raise
    return found


def _version(said: Document, text: Document, ids: dict[str, str]) -> Version:
    signed = tuple(ids.get(name, name) for name in said["signed"])
    return Version(said["draft"], text, recorded_terms(text), said["in_force_at"], signed)


def _signers(signed: list[Signature], draft: int) -> tuple[str, ...]:
    return tuple(each.party for each in signed if each.draft == draft)


# Acts


def propose(service: Client, terms: Document) -> Agreement:
    """Put terms forward."""
    return find(service, service.post("agreements", body={"terms": terms})["number"])[0]


def put(service: Client, number: str, act: str, party: str, terms: Document) -> Agreement:
    """Put another text forward: to counter, amend or leave."""
    service.post("agreements", number, act, body={"party": party, "terms": terms})
    return find(service, number)[0]


def end(service: Client, number: str, party: str, last: str) -> Agreement:
    """Put a last day forward."""
    service.post("agreements", number, "end", body={"party": party, "last": last})
    return find(service, number)[0]


def sign(service: Client, number: str, parties: tuple[str, ...], draft: int | None) -> Agreement:
    """Sign the draft that was read for one party; raises SignsForOne, DraftUnsaid."""
    if len(parties) != 1:
        raise SignsForOne()
    if draft is None:
        waiting = service.get("agreements", number)["draft"]
        if waiting is not None:
            raise DraftUnsaid(agreement=number, draft=waiting)
    (party,) = parties
    service.post("agreements", number, "sign", body={"party": party, "draft": draft or 1})
    return find(service, number)[0]
