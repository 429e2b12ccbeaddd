"""Events (事项): what happened, in order, as far as it concerns the caller; to be read on, or followed live."""

import time
from collections.abc import Iterator
from typing import Any

from flask import Response, g, json, request, stream_with_context
from marshmallow import fields

from api.access.policy import Policy
from api.routes import Routes
from api.tenancy import caller, ledger, policy, shelf
from api.wire import PAGE, Wire
from ledger.application import Ledger
from ledger.domain.events import Event
from ledger.domain.terms import Document

routes = Routes("events", __name__, description="事项 events")
STREAM_SECONDS = 25
POLL_SECONDS = 1
SPEC_VERSION = "1.0"


class EventSchema(Wire):
    """A CloudEvents envelope: which kind of event, of which agreement, when, by whom."""

    specversion = fields.String(metadata={"example": SPEC_VERSION})
    id = fields.String(metadata={"description": "在日志中的序号 position in the log", "example": "17"})
    source = fields.String(metadata={"example": "/api/v1/pingliang"})
    type = fields.String(metadata={"example": "agreement.signed.v1"})
    subject = fields.String(metadata={"example": "A1"})
    time = fields.String(metadata={"example": "2026-01-05T08:00:00+00:00"})
    actor = fields.String(metadata={"description": "经办 who did it"})


class EventsSchema(Wire):
    """Some events."""

    events = fields.List(fields.Nested(EventSchema))


class AfterQuery(Wire):
    """Behind which position."""

    after = fields.Integer(
        load_default=0, metadata={"description": "从哪个序号之后 behind which position", "example": 0}
    )


@routes.on_get("/events", act="event.read")
@routes.arguments(AfterQuery, location="query")
@routes.response(200, EventsSchema)
def list_events(asked: dict[str, Any]) -> Any:
    """与您有关的事项，按次序。Events that concern you, in order."""
    found: list[Document] = []
    for _, document in seen(ledger(), policy(), asked["after"]):
        if len(found) == PAGE:
            link = f'<{request.path}?after={found[-1]["id"]}>; rel="next"'
            return {"events": found}, 200, {"Link": link}
        found.append(document)
    return {"events": found}


@routes.on_get("/events/stream", act="event.read")
@routes.response(
    200, description="text/event-stream：每条的 id 是序号，按 Last-Event-ID 接着听 resumes by Last-Event-ID"
)
def stream_events() -> Response:
    """随时听取新的事项；断了带 Last-Event-ID 再连，一条不漏、一条不重。Follow events live."""
    given = request.headers.get("Last-Event-ID", "0")
    after, tenant, who, allowed = int(given) if given.isdigit() else 0, g.tenant, caller().person.login, policy()
    books, until = shelf(), time.monotonic() + STREAM_SECONDS

    def told() -> Iterator[str]:
        position = after
        while time.monotonic() < until:
            with books.ledger(tenant, who) as held:
                fresh = list(seen(held, allowed, position))
                position = max(position, held.log.head().position)
            for at, document in fresh:
                yield f"id: {at}\nevent: {document['type']}\ndata: {json.dumps(document)}\n\n"
            yield ": \n\n"
            time.sleep(POLL_SECONDS)

    return Response(stream_with_context(told()), mimetype="text/event-stream", headers={"Cache-Control": "no-store"})


def seen(held: Ledger, allowed: Policy, after: int) -> Iterator[tuple[int, Document]]:
    """The events behind a position that a caller may know of, each with its position."""
    for position, event in held.log.history(after):
        number = str(getattr(event, "agreement", "") or "")
        if allowed.sees_event(held.books, number):
            yield position, _envelope(position, event, number)


def _envelope(position: int, event: Event, subject: str) -> Document:
    return {
        "specversion": SPEC_VERSION,
        "id": str(position),
        "source": request.path.rsplit("/events", 1)[0],
        "type": event.TOPIC,
        "subject": subject,
        "time": event.recorded_at.isoformat(),
        "actor": event.actor,
    }
