"""Events to stored bytes and back: msgspec structs, MessagePack, stable topics; columns as packed arrays."""

from typing import Any
from uuid import UUID

import msgspec
import numpy as np
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent

from ledger.domain.errors import RuleBroken
from ledger.domain.events import EVENTS, Event, ReceiptsListed
from ledger.store.arrays import pack, unpack

COLUMN = 1
"""The MessagePack extension of a packed column."""


class EventUnreadable(RuleBroken):
    """Stored bytes that are no event of ours."""

    zh = "日志里有一条读不懂的事项（类别 {topic}）。可能文件已损坏，或由更新的版本写入。请先核验，再换用新版本。"
    en = "An event of topic {topic} cannot be read: damaged, or written by a later version. Verify the books first, then use a later version."


class StructMapper(Mapper[UUID]):
    """Maps by topic, never by import path."""

    def __init__(self) -> None:
        super().__init__(JSONTranscoder())
        self._encoder = msgspec.msgpack.Encoder(enc_hook=_packed)
        self._decoders: dict[str, msgspec.msgpack.Decoder[Any]] = {
            kind.TOPIC: msgspec.msgpack.Decoder(kind, dec_hook=_unpacked, ext_hook=_column) for kind in EVENTS
        }

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        """The bytes of an event."""
        event: Event = domain_event
        state = self._encoder.encode(event)
        return StoredEvent(event.originator_id, event.originator_version, event.TOPIC, state)

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """The event of some bytes, in the form in which it is written now; raises EventUnreadable."""
        try:
            event = self._decoders[stored_event.topic].decode(stored_event.state)
            return event.upcast() if isinstance(event, ReceiptsListed) else event
        except (KeyError, IndexError, TypeError, ValueError, msgspec.MsgspecError):
            raise EventUnreadable(topic=stored_event.topic) from None


def _packed(value: Any) -> msgspec.msgpack.Ext:
    if not isinstance(value, np.ndarray):
        raise NotImplementedError(type(value))
    return msgspec.msgpack.Ext(COLUMN, pack(value))


def _column(code: int, data: memoryview) -> np.ndarray:
    if code != COLUMN:
        raise ValueError(f"extension {code}")
    return unpack(bytes(data))


def _unpacked(kind: type, value: Any) -> np.ndarray:
    if not isinstance(value, np.ndarray):
        raise ValueError(kind)
    return value
