"""Events and the proof of the log over HTTP."""

from itertools import islice

from api.cli.over_http.asking import only_said
from api.client import Client
from ledger.domain.terms import Document


def events(service: Client, after: int, limit: int | None) -> list[Document]:
    """The events behind a position that concern the caller, in the envelopes of the service."""
    return list(islice(service.listed("events", of="events", after=after), limit))


def proof(service: Client, expect: tuple[int, str] | None) -> Document:
    """What verification found."""
    said = service.get("verify", **only_said(expect=expect and f"{expect[0]}:{expect[1]}"))
    return said | {"head": said["head"].partition(":")[2]}
