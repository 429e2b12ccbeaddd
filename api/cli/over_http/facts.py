"""Certified facts over HTTP: what the service answers, read as the facts that commands print."""

from collections.abc import Sequence

from api.cli.over_http import agreements
from api.client import Client
from ledger.domain.agreeing.agreement import Agreement
from ledger.domain.agreeing.certification import Certification
from ledger.domain.errors import RuleBroken
from ledger.domain.facts.draft import recorded_fact
from ledger.domain.terms import Document

Found = tuple[list[Certification], Agreement]


class ConfirmsForOne(RuleBroken):
    """One person who would confirm for several parties."""

    zh = "没有确认：经由服务，一人只代表一方确认。请只写一个 --party，其余各方由各自的人确认。"
    en = "Nothing was confirmed: over a server one person confirms for one party. Give one --party; the others confirm themselves."


def of_agreement(service: Client, number: str) -> Found:
    """The facts of an agreement."""
    agreement, _ = agreements.find(service, number)
    return [_read(each, agreement) for each in service.listed("agreements", number, "facts", of="facts")], agreement


def every(service: Client) -> list[Found]:
    """The facts of every agreement to which the caller is a party."""
    return [
        of_agreement(service, each["number"])
        for each in service.listed("agreements", of="agreements")
        if each["is_own"]
    ]


def suggested(service: Client, number: str) -> list[Document]:
    """What the books suggest to certify."""
    found: list[Document] = service.get("agreements", number, "suggestions")["facts"]
    return found


def propose(service: Client, number: str, facts: Sequence[Document], party: str, supersedes: str) -> Found:
    """Put facts forward; none if there are none."""
    agreement, _ = agreements.find(service, number)
    if not facts:
        return [], agreement
    sent = [{**each, "supersedes": supersedes} if supersedes else each for each in facts]
    said = service.post("agreements", number, "facts", body={"party": party, "facts": sent})
    return [_read(each, agreement) for each in said["facts"]], agreement


def confirm(service: Client, fact: str, parties: Sequence[str]) -> Found:
    """Confirm a fact for one party; raises ConfirmsForOne."""
    if len(parties) != 1:
        raise ConfirmsForOne()
    said = service.post("facts", fact, "confirm", body={"party": parties[0]})
    agreement, _ = agreements.find(service, said["agreement"])
    return [_read(said, agreement)], agreement


def _read(said: Document, agreement: Agreement) -> Certification:
    ids, giver = agreements.ids_of(agreement), str(said["proposed_by"])
    return Certification(
        number=said["number"],
        agreement=said["agreement"],
        document=said["fact"],
        fact=recorded_fact(said["fact"]),
        party=ids.get(giver, giver),
        proposed_at=said["proposed_at"],
        supersedes=said["supersedes"],
        confirmed=tuple(ids.get(name, name) for name in said["confirmed"]),
        certified_at=said["certified_at"],
    )
