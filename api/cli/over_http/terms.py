"""Terms over HTTP: checked and explained as the service reads them."""

from api.client import Client
from ledger.domain.terms import Document


def checked(service: Client, terms: Document) -> tuple[str, list[str]]:
    """The title of terms without a fault, and what only certification can supply."""
    said = service.post("terms", "check", body={"terms": terms})
    return said["title"], said["needs_certified"]


def explained(service: Client, terms: Document) -> list[str]:
    """The sentences that terms are."""
    found: list[str] = service.post("terms", "explain", body={"terms": terms})["sentences"]
    return found
