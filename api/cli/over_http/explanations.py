"""Explanations over HTTP."""

from dataclasses import dataclass
from datetime import date

from api.cli.over_http.asking import only_said
from api.client import Client
from ledger.domain.terms import Document


@dataclass(frozen=True)
class Asked:
    """Which figure is to be explained, as of when, with how many vouchers."""

    agreement: str
    period: str
    party: str
    as_of: date | None
    as_known: int | None
    every_voucher: bool


def explained(service: Client, asked: Asked) -> list[tuple[Document, list[str]]]:
    """Each explanation as data and as sentences."""
    words = only_said(as_of=asked.as_of and asked.as_of.isoformat(), as_known=asked.as_known)
    if asked.every_voucher:
        words["all"] = True
    address = ("agreements", asked.agreement, "explanation")
    found = service.get(*address, period=asked.period, party=asked.party, **words)["explanations"]
    return [(each["tree"], each["sentences"]) for each in found]
