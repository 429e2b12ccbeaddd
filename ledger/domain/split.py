"""Split (试算): terms and entries in, shares out; no books.

Shares of an entry are worths: due after it less due before it, in file order.  They
explain; what is due is what is paid (semantics 5.11).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ledger.domain.calendar import Every, settlement
from ledger.domain.certified import Certified, Proposal
from ledger.domain.division import Division, divide
from ledger.domain.entries import Entry, Originals
from ledger.domain.errors import Fault, LinePlace
from ledger.domain.money import check_sums
from ledger.domain.reading import Reader, Reading, Uncertified
from ledger.domain.terms import Terms
from ledger.domain.waterfall import Progress
from ledger.domain.worksheet import Shares, less, rows_by_step, rows_less


@dataclass
class Split:
    """What everyone gets, in fen."""

    entries: list[tuple[Entry, Shares]]
    periods: dict[str, Shares]
    steps: dict[str, dict[str, dict[str, Shares]]]
    totals: Shares
    collected: Shares | None
    waiting_fen: int
    undivided_fen: int
    unselected_fen: int
    reasons: list[Uncertified]
    progress: dict[str, list[tuple[str, str, Progress]]]
    proposals: list[Proposal]
    faults: list[Fault] = field(default_factory=list)


def split(terms: Terms, entries: Sequence[Entry], certified: Certified, every: Every = "year") -> Split:
    """Divide entries by terms: worths in file order, shares by period of booking, totals."""
    reader = Reader(terms, certified, Originals(entries))
    readings = [reader.read(entry) for entry in entries]
    divisions = divide(terms, (), certified)
    worths = list(_worths(entries, readings, divisions))
    periods, steps, progress = _by_period(terms, entries, readings, certified, every)
    pools, totals = list(divisions.values()), _due(divisions)
    check_sums(totals.values())
    return Split(
        entries=worths,
        periods=periods,
        steps=steps,
        totals=totals,
        collected=_collected(pools, terms),
        waiting_fen=sum(pool.waiting_fen() for pool in pools),
        undivided_fen=sum(pool.undivided_fen() for pool in pools),
        unselected_fen=sum(entry.amount_fen for entry, read in zip(entries, readings, strict=True) if not read),
        reasons=_reasons(pools),
        progress=progress,
        proposals=[
            proposal
            for pool in terms.pools
            if pool.eligible
            for proposal in certified.propose(pool.name, pool.eligible)
        ],
        faults=list(_line_faults(entries, readings)),
    )


def _reasons(pools: Sequence[Division]) -> list[Uncertified]:
    """Why something waits, each reason once."""
    reasons = [reason for pool in pools for _, reason in pool.reasons() if isinstance(reason, Uncertified)]
    return list({str(reason): reason for reason in reasons}.values())


def _worths(
    entries: Sequence[Entry], readings: Sequence[list[Reading]], divisions: dict[str, Division]
) -> Iterator[tuple[Entry, Shares]]:
    before = _due(divisions)
    for entry, read in zip(entries, readings, strict=True):
        for reading in read:
            divisions[reading.pool].add(reading)
        after = _due(divisions)
        yield entry, less(after, before)
        before = after


def _by_period(
    terms: Terms, entries: Sequence[Entry], readings: Sequence[list[Reading]], certified: Certified, every: Every
) -> tuple[dict[str, Shares], dict[str, dict[str, dict[str, Shares]]], dict[str, list[tuple[str, str, Progress]]]]:
    """Due at the end of each period less due at the end of the one before; its rows by step; how full limits are."""
    divisions = divide(terms, (), certified)
    booked: dict[str, list[Reading]] = {}
    for entry, read in sorted(zip(entries, readings, strict=True), key=lambda pair: pair[0].booked_on):
        booked.setdefault(settlement(entry.booked_on, every), []).extend(read)
    periods, steps, progress = {}, {}, {}
    before, rows_before = _due(divisions), _rows(divisions)
    for period, read in booked.items():
        for reading in read:
            divisions[reading.pool].add(reading)
        after, rows = _due(divisions), _rows(divisions)
        periods[period] = less(after, before)
        steps[period] = _rows_less(rows, rows_before)
        progress[period] = [(name, unit, each) for name, pool in divisions.items() for unit, each in pool.progress()]
        before, rows_before = after, rows
    return periods, steps, progress


def _due(divisions: dict[str, Division]) -> Shares:
    total: Shares = {}
    for division in divisions.values():
        for party, amount_fen in division.due().items():
            total[party] = total.get(party, 0) + amount_fen
    return total


def _collected(pools: Sequence[Division], terms: Terms) -> Shares | None:
    total = dict.fromkeys(terms.parties, 0)
    for pool in pools:
        collected = pool.collected()
        if collected is None:
            return None
        total = {party: total[party] + collected[party] for party in total}
    return total


def _rows(divisions: dict[str, Division]) -> dict[str, dict[str, Shares]]:
    """The worksheet's rows: what each step gave to date, each row rounded for itself (semantics 5.11)."""
    return {name: rows_by_step(division) for name, division in divisions.items()}


def _rows_less(
    after: dict[str, dict[str, Shares]], before: dict[str, dict[str, Shares]]
) -> dict[str, dict[str, Shares]]:
    return {pool: rows_less(rows, before.get(pool, {})) for pool, rows in after.items()}


def _line_faults(entries: Sequence[Entry], readings: Sequence[list[Reading]]) -> Iterator[Fault]:
    """Lines that lack what the terms need, or whose collector is no party."""
    for index, read in enumerate(readings):
        for reading in read:
            if reading.reason and not isinstance(reading.reason, Uncertified):
                yield Fault(LinePlace(entries[index].row), reading.reason)
