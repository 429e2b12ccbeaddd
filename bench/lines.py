"""Lines in JSON: many at once read as the service reads them, and by the schema alone.

Both must say the same of every body of a corpus, sound or broken in one of many ways.
"""

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import msgspec
from marshmallow import ValidationError

from api.http.hot import reader_of
from api.resources.lines import ReceiptSchema, ReceiptsSchema
from bench.child import Action, Work, run

SEED = 20261127
ODD: tuple[Any, ...] = (
    None, True, 0, 300, 1.5, [], {}, "", " ", "-", "1.", ".5", "1.234", "1e3", "１２", "+1", "1,000.00", "-0", "0001", "300.00\n",
    "9999999999999.99", "10000000000000", "10000000000000.01", "010000000000000", "999999999999999999", "2024-02-30", "2024-1-5",
    "20240105", "2024-01-05T00:00:00", "0000-01-01", "9999-12-31", "甲" * 200, "甲" * 201, "\ud800", "\x00",
)  # fmt: skip
Reads = Callable[[bytes], object]


def line(dice: Random, number: int) -> dict[str, Any]:
    """A sound line."""
    amount_fen = dice.randrange(1, 10**9)
    return {
        "voucher": f"1{number:017}",
        "booked_on": f"2024-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02}",
        "amount": f"{amount_fen // 100}.{amount_fen % 100:02}",
        "subject": dice.choice(("10101", "10104", "10109")),
        "project": f"P{dice.randrange(2_000):04}",
        "collector": f"C{dice.randrange(400):03}",
    }


def body(n: int) -> bytes:
    """So many sound lines in JSON."""
    dice = Random(SEED)
    return json.dumps({"lines": [line(dice, number) for number in range(n)]}).encode()


def corpus(n: int) -> Iterator[bytes]:
    """So many small bodies, nearly all of them broken in some way."""
    dice = Random(SEED)
    for number in range(n):
        own = line(dice, number)
        for _ in range(dice.randrange(3)):
            own[dice.choice([*ReceiptSchema._declared_fields, "amount_fen"])] = dice.choice(ODD)
        if not dice.randrange(10):
            del own[dice.choice(list(own))]
        sent = json.dumps(dice.choice(({"lines": [own]}, {"lines": [own]}, {"lines": own}, [own]))).encode()
        cut = dice.randrange(len(sent)) if not dice.randrange(10) else len(sent)
        yield sent[:cut]


def read_hot(sent: bytes) -> object:
    """As the service reads."""
    return reader_of(ReceiptsSchema)(sent)


def read_plainly(sent: bytes) -> object:
    """As the schema alone would."""
    return ReceiptsSchema().loads(sent.decode())


def verdicts(read: Reads, n: int) -> str:
    """What a way of reading says of every body of the corpus: taken or refused."""

    def taken(sent: bytes) -> bool:
        try:
            read(sent)
        except (msgspec.DecodeError, ValidationError, json.JSONDecodeError):
            return False
        return True

    return "".join("01"[taken(sent)] for sent in corpus(n))


def reading(way: str, n: int, most: int) -> Work:
    """Many lines at once, in one body after the other of at most so many."""
    read, sent = WAYS[way], [body(min(most, n - first)) for first in range(0, n, most)]

    def work() -> str:
        for each in sent:
            read(each)
        return f"{n}"

    return work


WAYS: dict[str, Reads] = {"hot": read_hot, "plain": read_plainly}
ACTIONS: dict[str, Action] = {"read": reading}

if __name__ == "__main__":
    run(ACTIONS)
