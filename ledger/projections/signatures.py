"""Signatures (签署): who signed which text of an agreement, by whose hand, as the log has it."""

from dataclasses import dataclass

from ledger.application import Ledger
from ledger.domain.events import AgreementSigned


@dataclass(frozen=True)
class Signature:
    """Which party signed which draft, by whose hand, and where in the log."""

    draft: int
    party: str
    actor: str
    position: int


def signatures(ledger: Ledger, number: str) -> list[Signature]:
    """Who signed an agreement, as the log has it."""
    return [
        Signature(event.draft or 1, event.party, event.actor, position)
        for position, event in ledger.log.history(receipts=False)
        if isinstance(event, AgreementSigned) and event.agreement == number
    ]
