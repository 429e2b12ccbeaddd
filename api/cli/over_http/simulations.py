"""Simulations over HTTP, and what commands print of one wherever it was worked out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.client import Client
from ledger.domain.dividing.worksheet import Shares
from ledger.domain.money import fen
from ledger.domain.terms import Document


@dataclass(frozen=True)
class Course:
    """What some terms give year by year, what waits at the end, and for what."""

    years: Mapping[int, Shares]
    waiting_fen: int
    undivided_fen: int
    reasons: Sequence[str]


@dataclass(frozen=True)
class Simulated:
    """Other terms beside those in force: what each party gains year by year; `names` are the parties' by id."""

    gains: Mapping[int, Shares]
    actual: Course
    other: Course
    left_out: Sequence[str]
    names: Mapping[str, str]


def simulated(service: Client, number: str, terms: Document, facts: Document | None) -> Simulated:
    """Other terms in the place of an agreement's, over everything recorded."""
    body = {"terms": terms} | ({"facts": facts} if facts is not None else {})
    said = service.post("agreements", number, "simulate", body=body)
    names = {party["id"]: party["name"] for party in said["parties"]}
    gains, actual, other = _years(said["gains"]), _course(said["actual"]), _course(said["other"])
    return Simulated(gains, actual, other, said["left_out"], names)


def _course(said: Document) -> Course:
    return Course(_years(said["years"]), fen(said["waiting"]), fen(said["undivided"]), said["reasons"])


def _years(said: Sequence[Document]) -> dict[int, Shares]:
    return {each["year"]: {party: fen(amount) for party, amount in each["shares"].items()} for each in said}
