"""Events and the proof of the log over HTTP."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from api.cli.over_http.asking import only_said
from api.client import Client
from ledger.domain.terms import Document
from ledger.projections.events_in_words import Told


def events(service: Client, after: int, limit: int | None) -> list[Document]:
    """The events behind a position that concern the caller, in the envelopes of the service."""
    return list(islice(service.listed("events", of="events", after=after), limit))


def told(service: Client, after: int = 0, limit: int | None = None) -> Iterator[Told]:
    """The same, a line for each; of a closing its sentence is for who sees all of the books."""
    for each in events(service, after, limit):
        at = datetime.fromisoformat(each["time"])
        yield Told(int(each["id"]), at, each["actor"], each["type"], each.get("sentence", ""))


def proof(service: Client, expect: tuple[int, str] | None) -> Document:
    """What verification found; it is mended on the machine of the books."""
    said = service.get("verify", **only_said(expect=expect and f"{expect[0]}:{expect[1]}"))
    return said | {"head": said["head"].partition(":")[2], "how": ""}
