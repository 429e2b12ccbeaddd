"""Coverage: which money no signed agreement selects, and which waits, so that none is lost from sight."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from ledger.domain.agreeing.acceptance import Batch
from ledger.domain.calendar import DAY
from ledger.domain.dividing.figure_reading import FigureReader
from ledger.domain.dividing.reading import Fate, Reading
from ledger.domain.errors import RuleBroken
from ledger.domain.recording.entries import Entry
from ledger.domain.stating.books import Books

REASONS_SHOWN_MAX = 5


@dataclass(frozen=True)
class Coverage:
    """Of some entries: how many lines and fen nobody selects, how many lines wait, and why: one voucher for each reason."""

    unselected_lines: int = 0
    unselected_fen: int = 0
    waiting_lines: int = 0
    reasons: tuple[RuleBroken, ...] = ()


def coverage(books: Books, entries: Iterable[Entry]) -> Coverage:
    """What the agreements that every party signed make of some entries."""
    unselected: list[Entry] = []
    waiting = 0
    reasons: dict[object, RuleBroken] = {}
    read = _reading(books)
    for entry in entries:
        readings = read(entry)
        rules = [each.reason for each in readings if each.fate is Fate.WAITING and each.reason]
        unselected += [] if readings else [entry]
        waiting += bool(rules)
        for rule in rules:
            reasons.setdefault(_without_voucher(rule), rule)
    return Coverage(
        unselected_lines=len(unselected),
        unselected_fen=sum(entry.amount_fen for entry in unselected),
        waiting_lines=waiting,
        reasons=tuple(reasons.values())[:REASONS_SHOWN_MAX],
    )


def _reading(books: Books) -> Callable[[Entry], list[Reading]]:
    """How all agreements in force read an entry; where several select it, by whose claim comes first."""
    in_force = books.in_force(books.position)
    readers = [books.reader(agreement, books.position) for agreement in in_force]
    claims = [books.claims(agreement, books.position) for agreement in in_force]

    def read(entry: Entry) -> list[Reading]:
        found = [readings for readings in (reader.read(entry) for reader in readers) if readings]
        if len(found) > 1:
            return [reading for each in claims for reading in each.read(entry)]
        return found[0] if found else []

    return read


def _without_voucher(rule: RuleBroken) -> object:
    """What makes two reasons the same, whichever voucher each is about."""
    return rule.kind, tuple((name, str(fact)) for name, fact in rule.facts.items() if name != "voucher")


def recorded_last(books: Books, lines: int, position: int) -> list[Entry]:
    """The lines of an import that ended at a position."""
    return list(books.recorded.last(lines, position))


def booked(books: Books, first: date, last: date) -> list[Entry]:
    """The entries booked from one day to another."""
    return list(books.recorded.entries(books.recorded.rows(since=first - DAY, until=last)))


@dataclass(frozen=True)
class FigureCoverage:
    """Of a batch: the measures of lines that no agreement selects, and why lines wait, agreement by agreement."""

    unselected: tuple[str, ...]
    reasons: tuple[RuleBroken, ...]


def figure_coverage(books: Books, batch: Batch) -> FigureCoverage:
    """What the agreements in force make of a batch, as if it counted now."""
    pending = [] if batch.counts_from else [(books.position, report) for report in batch.reports]
    seen: set[int] = set()
    reasons: dict[str, RuleBroken] = {}
    for agreement in books.in_force(books.position):
        reports = [report for _, report in (*books.counted, *pending)]
        reader = FigureReader(agreement.known_at(books.position), books.reader(agreement, books.position))
        for reading in reader.read(reports):
            if reading.entry.position == batch.reports[0].position:
                seen.add(reading.entry.row)
                reasons |= {str(reading.reason): reading.reason} if reading.reason else {}
    missed = dict.fromkeys(report.measure for report in batch.reports if report.row not in seen)
    return FigureCoverage(tuple(missed), tuple(reasons.values())[:REASONS_SHOWN_MAX])
