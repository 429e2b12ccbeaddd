"""Periods over HTTP."""

from api.client import Client
from ledger.domain.calendar import Period
from ledger.domain.terms import Document


def close(service: Client, period: Period) -> Document:
    """Close a month."""
    return service.post("periods", str(period), "close")


def periods(service: Client) -> Document:
    """The closed months, the last first, what closes next, and how far there is something to close."""
    return service.whole("periods", of="periods")
