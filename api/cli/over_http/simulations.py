"""Simulations over HTTP, and what commands print of one wherever it was worked out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.cli.over_http import agreements
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
    own = agreements.ids_of(agreements.find(service, number)[0])
    ids = agreements.ids_in([terms]) | own
    gains = _years(said["gains"], ids)
    names = {party: name for name, party in ids.items()}
    return Simulated(gains, _course(said["actual"], ids), _course(said["other"], ids), said["left_out"], names)


def _course(said: Document, ids: Mapping[str, str]) -> Course:
    return Course(_years(said["years"], ids), fen(said["waiting"]), fen(said["undivided"]), said["reasons"])


def _years(said: Sequence[Document], ids: Mapping[str, str]) -> dict[int, Shares]:
    return {each["year"]: {ids[name]: fen(amount) for name, amount in each["shares"].items()} for each in said}
