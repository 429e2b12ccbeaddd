"""Events to stored bytes and back: msgspec structs, MessagePack, stable topics."""

from typing import Any
from uuid import UUID

import msgspec
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent

from ledger.domain.errors import RuleBroken
from ledger.domain.events import EVENTS, Event


class EventUnreadable(RuleBroken):
    """Stored bytes that are no event of ours."""

    zh = "日志里有一条读不懂的事项（类别 {topic}）。可能文件已损坏，或由更新的版本写入。请先用 enclave verify 核验，再换用新版本。"
    en = "An event of topic {topic} cannot be read: damaged, or written by a later version. Run enclave verify."


class StructMapper(Mapper[UUID]):
    """Maps by topic, never by import path."""

    def __init__(self) -> None:
        super().__init__(JSONTranscoder())
        self._encoder = msgspec.msgpack.Encoder()
        self._decoders: dict[str, msgspec.msgpack.Decoder[Any]] = {
            kind.TOPIC: msgspec.msgpack.Decoder(kind) for kind in EVENTS
        }

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        """The bytes of an event."""
        event: Event = domain_event
        state = self._encoder.encode(event)
        return StoredEvent(event.originator_id, event.originator_version, event.TOPIC, state)

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """The event of some bytes; raises EventUnreadable."""
        try:
            return self._decoders[stored_event.topic].decode(stored_event.state)
        except (KeyError, msgspec.MsgspecError, UnicodeDecodeError):
            raise EventUnreadable(topic=stored_event.topic) from None
