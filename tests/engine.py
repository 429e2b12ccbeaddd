"""The engine, fed with the oracle's plain documents and entries."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from ledger.domain.certified import Certified
from ledger.domain.division import Division, divide
from ledger.domain.draft import read_terms
from ledger.domain.entries import Entry, Key, Originals
from ledger.domain.reading import Reader, Reading
from ledger.domain.split import Split, split

Plain = dict[str, Any]


def entry_of(plain: Plain, position: int) -> Entry:
    """One plain entry as the engine's, recorded at a position."""
    return Entry(
        key=Key(plain["id"]),
        booked_on=day(plain["booked"]),
        amount_fen=plain["amount_fen"],
        period_first=day(plain["period_from"]) if plain["period_from"] else None,
        period_last=day(plain["period_to"]) if plain["period_to"] else None,
        subject=plain["subject"],
        enterprise=plain["enterprise"],
        project=plain["project"],
        park=plain["park"],
        collector=plain["collector"],
        original=Key(plain["original"]) if plain["original"] else None,
        is_reversal=plain["reversal"],
        position=position,
        row=1,
    )


def day(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def entries_of(plain: Iterable[Plain]) -> list[Entry]:
    return [entry_of(each, position) for position, each in enumerate(plain, 1)]


def split_by_engine(document: Plain, plain: Sequence[Plain]) -> Split:
    return split(read_terms(document), entries_of(plain), Certified())


def readings(document: Plain, plain: Sequence[Plain]) -> list[Reading]:
    """Every entry as each pool reads it, in the order given."""
    reader = Reader(read_terms(document), Certified(), Originals(entries_of(plain)))
    return [reading for entry in entries_of(plain) for reading in reader.read(entry)]


def divisions(document: Plain, plain: Sequence[Plain]) -> dict[str, Division]:
    """Divisions with the entries in the order given."""
    return divide(read_terms(document), readings(document, plain), Certified())


def due(document: Plain, plain: Sequence[Plain]) -> dict[str, int]:
    """Fen due to each party, over all pools."""
    total: dict[str, int] = {}
    for division in divisions(document, plain).values():
        for party, fen in division.due().items():
            total[party] = total.get(party, 0) + fen
    return total
