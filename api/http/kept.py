"""Kept answers (留存的答复): what was written once for a tenant, given again while it would be written alike.

A key says everything that an answer depends on: the books' position or a statement's digest, the question, and what the
caller may see.  Each tenant keeps its own, so no key is ever another's.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from threading import Lock

KEPT_BYTES_MAX = 32_000_000
"""So many bytes are kept for one tenant."""


@dataclass(frozen=True)
class Written:
    """A body, and the headers that belong to it."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Kept:
    """The answers of one tenant, those asked for last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Written] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def once(self, key: Hashable, write: Callable[[], Written]) -> Written:
        """What was written under a key, or is now."""
        with self._lock:
            found = self._kept.get(key)
            if found:
                self._kept.move_to_end(key)
                return found
        written = write()
        with self._lock:
            self._keep(key, written)
        return written

    def _keep(self, key: Hashable, written: Written) -> None:
        before = self._kept.pop(key, None)
        self._kept[key] = written
        self._bytes += len(written.body) - (len(before.body) if before else 0)
        while self._bytes > KEPT_BYTES_MAX:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= len(oldest.body)
