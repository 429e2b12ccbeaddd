"""Coverage: which money no signed agreement selects, and which waits, so that none is lost from sight."""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from ledger.domain.agreeing.acceptance import Batch
from ledger.domain.agreeing.agreement import Agreement
from ledger.domain.calendar import DAY
from ledger.domain.dividing.figure_reading import FigureReader
from ledger.domain.dividing.gathering import Gathering, RowsOf
from ledger.domain.dividing.pools import Pools
from ledger.domain.dividing.reading import Fate, Reading
from ledger.domain.errors import RuleBroken
from ledger.domain.recording.receipts import Rows
from ledger.domain.stating.books import Books
from ledger.domain.stating.proposals import CONTRIBUTIONS, OUTLAY

REASONS_SHOWN_MAX = 5


@dataclass(frozen=True)
class Coverage:
    """Of some entries: how many lines and fen nobody selects, how many lines wait, and why: one voucher for each reason."""

    unselected_lines: int = 0
    unselected_fen: int = 0
    waiting_lines: int = 0
    reasons: tuple[RuleBroken, ...] = ()


def coverage(books: Books, rows: Rows) -> Coverage:
    """What the agreements that every party signed make of some lines."""
    columns = books.recorded.columns
    is_selected, waits = np.zeros(len(rows), bool), np.zeros(len(rows), bool)
    reasons: dict[object, RuleBroken] = {}
    for agreement in books.in_force(books.position):
        for lines, readings in _read(books, agreement, rows):
            own = np.searchsorted(rows, lines())
            rules = [each.reason for each in readings if each.fate is Fate.WAITING and each.reason]
            is_selected[own] |= bool(readings)
            waits[own] |= bool(rules)
            for rule in rules:
                reasons.setdefault(_without_voucher(rule), rule)
    unselected = rows[~is_selected]
    return Coverage(
        unselected_lines=len(unselected),
        unselected_fen=int(columns.amounts_fen[unselected].sum()),
        waiting_lines=int(waits.sum()),
        reasons=tuple(reasons.values())[:REASONS_SHOWN_MAX],
    )


def selected_by(books: Books, agreements: Iterable[Agreement], rows: Rows) -> np.ndarray:
    """Which of some lines are selected by one of some agreements in force, as a mask."""
    is_selected = np.zeros(len(rows), bool)
    for agreement in agreements:
        for lines, readings in _read(books, agreement, rows):
            is_selected[np.searchsorted(rows, lines())] |= bool(readings)
    return is_selected


def collected_by(books: Books, names: Container[str], rows: Rows) -> np.ndarray:
    """Which of some lines one of the parties of some names collected, written by name or region code, as a mask."""
    columns, regions = books.recorded.columns, books.places().regions
    parties = (party for each in books.in_force(books.position) for party in each.terms.parties.values())
    codes = {party.region for party in parties if party.name in names and party.region}
    own = [
        code
        for code, text in enumerate(columns.names["collectors"])
        if text in names or any(regions.same_place(text, region) for region in codes)
    ]
    return np.isin(columns.codes["collectors"][rows], own)


def _read(books: Books, agreement: Agreement, rows: Rows) -> Iterator[tuple[RowsOf, list[Reading]]]:
    """How an agreement reads the lines that it may select, beside others in force."""
    claims, cut = books.claims(agreement, books.position), books.position
    pools = Pools(agreement.known_at(cut), books.certified(agreement, cut))
    return Gathering(claims, pools, books.recorded).read(claims.selectable(books.recorded, rows))


def _without_voucher(rule: RuleBroken) -> object:
    """What makes two reasons the same, whichever voucher each is about."""
    return rule.kind, tuple((name, str(fact)) for name, fact in rule.facts.items() if name != "voucher")


def recorded_last(books: Books, lines: int, position: int) -> Rows:
    """The lines of an import that ended at a position."""
    return books.recorded.last(lines, position)


def booked(books: Books, first: date, last: date) -> Rows:
    """The lines booked from one day to another."""
    return books.recorded.rows(since=first - DAY, until=last)


@dataclass(frozen=True)
class FigureCoverage:
    """Of a batch: the measures of lines that no agreement selects, and why lines wait, agreement by agreement."""

    unselected: tuple[str, ...] = ()
    reasons: tuple[RuleBroken, ...] = ()


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
    feeds = any(_certifies_contributions(each) for each in books.in_force(books.position))
    left = (report for report in batch.reports if report.row not in seen and not (report.is_input and feeds))
    missed = dict.fromkeys(report.measure for report in left)
    return FigureCoverage(tuple(missed), tuple(reasons.values())[:REASONS_SHOWN_MAX])


def _certifies_contributions(agreement: Agreement) -> bool:
    """Whether terms divide by contributions, or pay an outlay back, so that contributions count through facts."""
    steps = (step for pool in agreement.terms.pools for step in pool.steps)
    return any(step.names_certified & {CONTRIBUTIONS, OUTLAY} for step in steps)
