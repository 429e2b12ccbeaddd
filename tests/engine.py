"""The engine, fed with the oracle's plain documents, facts and entries."""

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from ledger.domain.agreeing.agreement import Agreement, Version
from ledger.domain.agreeing.certification import Certification
from ledger.domain.dividing.division import Division
from ledger.domain.dividing.known import Known
from ledger.domain.dividing.pools import Pools
from ledger.domain.dividing.reading import Reader, Reading
from ledger.domain.dividing.split import Split, split
from ledger.domain.facts.certified import Certified
from ledger.domain.facts.draft import read_facts
from ledger.domain.recording.entries import Entry, Key, Originals
from ledger.domain.recording.figures import Report
from ledger.domain.recording.recorded import Recorded
from ledger.domain.stating.working import Moment, Working
from ledger.domain.terms.draft import read_terms
from ledger.domain.terms.versions import Versions

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


def report_of(plain: Plain, position: int, unit: str) -> Report:
    """One plain report as the engine's, recorded at a position."""
    return Report(
        number=plain["id"],
        measure=plain["indicator"],
        first=day(plain["period_from"]),
        last=day(plain["period_to"]),
        value=Fraction(plain["value"]),
        unit=unit,
        reporter=plain["collector"],
        project=plain["project"],
        enterprise=plain["enterprise"],
        park=plain["park"],
        is_input=plain["indicator"] == "inputs",
        position=position,
        row=1,
    )


def reports_of(plain: Iterable[Plain]) -> list[Report]:
    units = {"land": "亩", "inputs": "元"}
    return [report_of(each, position, units.get(each["indicator"], "万元")) for position, each in enumerate(plain, 1)]


def versions_of(document: Plain | Sequence[Plain]) -> Versions:
    """One document, or several in the order of signing."""
    documents = [document] if isinstance(document, dict) else list(document)
    return Versions([read_terms(each) for each in documents])


def certified_by(facts: Sequence[Plain]) -> Certified:
    return read_facts(list(facts)) if facts else Certified()


def split_by_engine(
    document: Plain | Sequence[Plain],
    plain: Sequence[Plain],
    facts: Sequence[Plain] = (),
    as_of: date | None = None,
    reports: Sequence[Plain] = (),
) -> Split:
    versions, figures = versions_of(document), reports_of(reports)
    return split(versions, entries_of(plain), certified_by(facts), as_of=as_of, reports=figures)


def readings(document: Plain | Sequence[Plain], plain: Sequence[Plain], facts: Sequence[Plain] = ()) -> list[Reading]:
    """Every entry as each pool reads it, in the order given."""
    reader = Reader(versions_of(document), certified_by(facts), Originals(entries_of(plain)))
    return [reading for entry in entries_of(plain) for reading in reader.read(entry)]


def pools(
    document: Plain | Sequence[Plain],
    plain: Sequence[Plain],
    facts: Sequence[Plain] = (),
    as_of: date | None = None,
) -> Pools:
    """The pools with the entries in the order given, at the last booking day or another."""
    found = Pools(versions_of(document), certified_by(facts))
    last = max((day(each["booked"]) for each in plain), default=found.versions.first.first)
    found.move_day(as_of or last)
    found.add_all(readings(document, plain, facts))
    found.due()
    return found


def divisions(
    document: Plain | Sequence[Plain], plain: Sequence[Plain], facts: Sequence[Plain] = ()
) -> dict[str, Division]:
    """Divisions with the entries in the order given."""
    return {key.pool: division for key, division in pools(document, plain, facts).divisions.items()}


def due(document: Plain | Sequence[Plain], plain: Sequence[Plain], facts: Sequence[Plain] = ()) -> dict[str, int]:
    """Fen due to each party, over all pools."""
    return pools(document, plain, facts).due_in_money()


def known_of(history: Sequence[Plain]) -> tuple[Known, Agreement]:
    """Books with one agreement, from a log of versions, facts and entries; positions count from 1."""
    versions, facts, entries = [], {}, []
    for position, thing in enumerate(history, 1):
        match thing:
            case {"version": document}:
                parties = tuple(document["parties"])
                versions.append(Version(len(versions) + 1, document, read_terms(document), position, parties))
            case {"fact": fact}:
                number = f"F{len(facts) + 1}"
                read = read_facts([fact]).facts[0]
                facts[number] = Certification(number, "A1", fact, read, "", position, certified_at=position)
            case {"entry": entry}:
                entries.append(entry_of(entry, position))
    agreement = Agreement("A1", tuple(versions))
    return Known({"A1": agreement}, facts, Recorded.of(entries)), agreement


def log_of(document: Plain, plain: Sequence[Plain]) -> list[Plain]:
    """A log of one version and some entries."""
    return [{"version": document}, *({"entry": entry} for entry in plain)]


def worked_out(history: Sequence[Plain], cut: int | None = None, day: date | None = None) -> Pools:
    """The pools at a moment of a log; by default all of it, to the end of its last booking's year."""
    known, agreement = known_of(history)
    moment = Moment(len(history) if cut is None else cut, day or last_day_of(history))
    return Working(known, agreement, moment).pools


def last_day_of(history: Sequence[Plain]) -> date:
    """The end of the year of the last booking; the agreement's first day if nothing was booked."""
    first = next(day(thing["version"]["from"]) for thing in history if "version" in thing)
    booked = [day(thing["entry"]["booked"]) for thing in history if "entry" in thing]
    return date(max(booked, default=first).year, 12, 31)
