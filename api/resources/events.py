"""Events (事项): what happened, in order, as far as it concerns the caller; to be read on, or followed live."""

import re
import time
from collections import Counter
from collections.abc import Iterator
from threading import Lock
from typing import Any

from flask import Response, g, json, request, stream_with_context
from marshmallow import fields
from marshmallow.validate import Range
from werkzeug.exceptions import TooManyRequests

from api.access.policy import Policy
from api.http.routes import Routes, following
from api.http.tenancy import caller, ledger, policy, shelf, still_allowed
from api.http.wire import PAGE, Wire
from ledger.application import Ledger
from ledger.domain.events import Event, PeriodClosed
from ledger.domain.terms import Document
from ledger.projections.events_in_words import in_words

routes = Routes("events", __name__, description="事项 events")
STREAM_SECONDS = 25
STREAMS_MAX = 4
"""So many streams of one process are open at once; others are told to come again, so that requests find a thread."""
STREAMS_OF_TENANT_MAX = 3
"""So many of one tenant, so that there is one left for others."""
POSITION_MAX = 2**62
POLL_SECONDS = 1
SPEC_VERSION = "1.0"
SUBJECTS = ("project", "enterprise", "agreement", "park", "old", "batch", "period")
"""What names the thing that an event is about, the first that it has."""
OPEN: Counter[str] = Counter()
OPENING = Lock()


class EventSchema(Wire):
    """A CloudEvents envelope: which kind of event, of which agreement, when, by whom."""

    specversion = fields.String(metadata={"example": SPEC_VERSION})
    id = fields.String(metadata={"description": "在日志中的序号 position in the log", "example": "17"})
    source = fields.String(metadata={"example": "/api/v1/pingliang"})
    type = fields.String(metadata={"example": "agreement.signed.v1"})
    subject = fields.String(metadata={"example": "A1"})
    time = fields.String(metadata={"example": "2026-01-05T08:00:00+00:00"})
    actor = fields.String(metadata={"description": "经办 who did it", "example": "zhang"})
    sentence = fields.String(metadata={"description": "发生了什么 what happened", "example": "jia 签署协议 A1"})


class EventsSchema(Wire):
    """Some events."""

    events = fields.List(fields.Nested(EventSchema))


class AfterQuery(Wire):
    """Behind which position."""

    after = fields.Integer(
        load_default=0,
        validate=Range(0, POSITION_MAX),
        metadata={"description": "从哪个序号之后 behind which position", "example": 0},
    )


@routes.on_get("/events", act="event.read")
@routes.arguments(AfterQuery, location="query")
@routes.response(200, EventsSchema)
def list_events(asked: dict[str, Any]) -> Any:
    """与您有关的事项，按次序。Events that concern you, in order."""
    found: list[Document] = []
    for _, document in seen(ledger(), policy(), asked["after"]):
        if len(found) == PAGE:
            return {"events": found}, 200, following(found[-1]["id"])
        found.append(document)
    return {"events": found}


@routes.on_get("/events/stream", act="event.read")
@routes.response(
    200, description="text/event-stream：每条的 id 是序号，按 Last-Event-ID 接着听 resumes by Last-Event-ID"
)
def stream_events() -> Response:
    """随时听取新的事项；断了带 Last-Event-ID 再连，一条不漏、一条不重。Follow events live."""
    given = request.headers.get("Last-Event-ID", "0")
    after = int(given) if re.fullmatch("[0-9]{1,18}", given) else 0
    tenant, who, books = g.tenant, caller().person.login, shelf()
    if not _opened(tenant):
        raise TooManyRequests(retry_after=STREAM_SECONDS)
    until = time.monotonic() + STREAM_SECONDS

    def told() -> Iterator[str]:
        position = after
        while time.monotonic() < until and (allowed := still_allowed()):
            for at, document in read(books.ledger(tenant, who), allowed, position):
                position = at
                if document:
                    yield f"id: {at}\nevent: {document['type']}\ndata: {json.dumps(document)}\n\n"
            yield ": \n\n"
            time.sleep(POLL_SECONDS)

    answer = Response(stream_with_context(told()), mimetype="text/event-stream", headers={"Cache-Control": "no-store"})
    answer.call_on_close(lambda: _closed(tenant))
    return answer


def _opened(tenant: str) -> bool:
    """Whether there is room for one more stream of a tenant."""
    with OPENING:
        if OPEN.total() >= STREAMS_MAX or OPEN[tenant] >= STREAMS_OF_TENANT_MAX:
            return False
        OPEN[tenant] += 1
        return True


def _closed(tenant: str) -> None:
    with OPENING:
        OPEN[tenant] -= 1


def seen(held: Ledger, allowed: Policy, after: int) -> Iterator[tuple[int, Document]]:
    """The events behind a position that a caller may know of, each with its position."""
    return ((position, document) for position, document in read(held, allowed, after) if document)


def read(held: Ledger, allowed: Policy, after: int) -> Iterator[tuple[int, Document | None]]:
    """Every position behind one; with what the caller may know of it, or nothing."""
    books = held.books
    for position, event in held.log.history(after, books.position):
        if not allowed.sees_event(books, position, event):
            yield position, None
        elif allowed.sees_everything or not isinstance(event, PeriodClosed):
            yield position, _envelope(position, event) | {"sentence": in_words(event)}
        else:  # its sentence counts the statements of others too
            yield position, _envelope(position, event)


def _envelope(position: int, event: Event) -> Document:
    subject = next((str(own) for word in SUBJECTS if (own := getattr(event, word, ""))), "")
    return {
        "specversion": SPEC_VERSION,
        "id": str(position),
        "source": request.path.rsplit("/events", 1)[0],
        "type": event.TOPIC,
        "subject": subject,
        "time": event.recorded_at.isoformat(),
        "actor": event.actor,
    }
