"""The chain: each event sealed with the hash of the one before.

A link covers position, stream, version, topic and stored bytes, each with its length before
it, so that no byte can move from one field to another.  SHA-256 (FIPS 180-4), or SM3
(GB/T 32905) where the books say so.
"""

import hashlib
from dataclasses import dataclass
from typing import Literal

Algorithm = Literal["sha256", "sm3"]


@dataclass(frozen=True)
class Sealed:
    """One stored event as the file has it: its place, its bytes, its hash; `stream` is hexadecimal."""

    position: int
    stream: str
    version: int
    topic: str
    state: bytes
    hash: bytes


def genesis(books: str, algorithm: Algorithm) -> bytes:
    """The hash before the first event of some books."""
    return hashlib.new(algorithm, b"enclave-ledger/1\0" + books.encode("utf-8", "surrogateescape")).digest()


def link(
    algorithm: Algorithm, before: bytes, position: int, stream: str, version: int, topic: str, state: bytes
) -> bytes:
    """The hash that seals one event behind the hash before it."""
    sealed = hashlib.new(algorithm, before)
    for field in (
        *(str(each).encode("utf-8", "surrogateescape") for each in (position, stream, version, topic)),
        state,
    ):
        sealed.update(len(field).to_bytes(8, "big"))
        sealed.update(field)
    return sealed.digest()
