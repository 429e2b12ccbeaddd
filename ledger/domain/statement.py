"""A statement (结算单): what is due at its cut and the last day of its period, less what earlier
statements of the agreement and pool said (semantics 6.1).

The difference is shown by cause: the bridge first moves the day, then walks the log
(semantics finding 29).
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import msgspec

from ledger.domain.agreement import Agreement
from ledger.domain.calendar import Period, settlement
from ledger.domain.certified import Certified
from ledger.domain.claims import Claims
from ledger.domain.division import Division, divide
from ledger.domain.entries import Entry, Originals
from ledger.domain.events import StatedLine, StatedPool
from ledger.domain.money import check_sums
from ledger.domain.reading import Reading
from ledger.domain.worksheet import Shares, less, rows_by_step, rows_less

CAUSES = ("own", "late", "refund", "corrected", "carried")


@dataclass(frozen=True)
class Stated:
    """What was said before: the last cut and day, and the sums so far by pool and party."""

    cut: int = 0
    day: date = date.min
    numbers: tuple[str, ...] = ()
    entitled_fen: dict[tuple[str, str], int] = field(default_factory=dict)
    collected_fen: dict[tuple[str, str], int] = field(default_factory=dict)

    def after(self, cut: int, day: date, statements: Iterable[StatedPool]) -> "Stated":
        """What has been said once these statements are."""
        entitled, collected, numbers = dict(self.entitled_fen), dict(self.collected_fen), list(self.numbers)
        for statement in statements:
            numbers.append(statement.number)
            for line in statement.lines:
                key = (statement.pool, line.party)
                entitled[key] = entitled.get(key, 0) + line.entitled_fen
                collected[key] = collected.get(key, 0) + (line.collected_fen or 0)
        return Stated(cut, day, tuple(numbers), entitled, collected)


@dataclass
class Worked:
    """One pool worked out to a cut and a day, with everything that explains it."""

    division: Division
    stated: StatedPool
    causes: dict[str, Shares]
    worths: list[tuple[Reading, str, Shares]]
    rows: dict[str, Shares]
    due: Shares


class Working:
    """The working paper (底稿) of one agreement at a cut: divides, and compares with what was said."""

    def __init__(self, agreement: Agreement, others: Sequence[Agreement], said: Stated) -> None:
        self._agreement = agreement
        self._terms = agreement.terms
        self._others = others
        self._said = said

    def statements(self, entries: Sequence[Entry], originals: Originals, period: Period, cut: int) -> list[Worked]:
        """One statement for each pool; nothing if the agreement was not in force at the cut."""
        if not self._agreement.is_in_force(cut):
            return []
        known = [entry for entry in entries if entry.position <= cut and entry.booked_on <= period.last]
        claims = Claims(self._agreement, [other for other in self._others if other.is_in_force(cut)], originals)
        readings = [reading for entry in known for reading in claims.read(entry)]
        stated_before = [each for each in readings if self._was_stated(each.entry)]
        moves = [each for each in readings if not self._was_stated(each.entry)]
        moves.sort(key=lambda each: each.entry.position > self._said.cut)
        divisions = divide(self._terms, stated_before, Certified())
        worked = [self._work(division, moves, period) for division in divisions.values()]
        return [
            each for each in worked if each.worths or any(each.causes["carried"].values()) or self._lives_in(period)
        ]

    def _lives_in(self, period: Period) -> bool:
        """Whether the agreement's life meets the settlement; outside it a statement of nothing is not written."""
        first = period.settlement_first(self._terms.every)
        return self._terms.first <= period.last and (self._terms.last is None or first <= self._terms.last)

    def _was_stated(self, entry: Entry) -> bool:
        return entry.position <= self._said.cut and entry.booked_on <= self._said.day

    def _work(self, division: Division, moves: Sequence[Reading], period: Period) -> Worked:
        pool = division.pool.name
        before, rows_before = division.due(), rows_by_step(division)
        said = {party: self._said.entitled_fen.get((pool, party), 0) for party in before}
        causes = {cause: dict.fromkeys(before, 0) for cause in CAUSES}
        causes["carried"] = less(before, said)
        worths = list(_walk(division, [move for move in moves if move.pool == pool], causes, self._first_day(period)))
        due = division.due()
        check_sums(
            [*due.values(), *(division.collected() or {}).values(), division.waiting_fen(), division.undivided_fen()]
        )
        says = less(due, said)
        stated = self._stated(division, says, causes, period)
        rows = rows_less(rows_by_step(division), rows_before)
        return Worked(division, stated, causes, worths, rows, due)

    def _first_day(self, period: Period) -> date:
        return period.settlement_first(self._terms.every)

    def _stated(self, division: Division, says: Shares, causes: dict[str, Shares], period: Period) -> StatedPool:
        carried = self._terms.negatives == "carry" and sum(says.values()) < 0
        lines = [] if carried else list(self._lines(division, says, causes))
        name = settlement(period.last, self._terms.every)
        statement = StatedPool(
            agreement=self._agreement.number,
            pool=division.pool.name,
            number=self._number(division.pool.name, name),
            settlement=name,
            lines=lines,
            waiting_fen=division.waiting_fen(),
            undivided_fen=division.undivided_fen(),
            digest="",
            carried_fen=says if carried else {},
        )
        return msgspec.structs.replace(statement, digest=digest(statement))

    def _lines(self, division: Division, says: Shares, causes: dict[str, Shares]) -> Iterator[StatedLine]:
        collected = division.collected()
        for party, entitled_fen in says.items():
            before = self._said.collected_fen.get((division.pool.name, party), 0)
            yield StatedLine(
                party,
                entitled_fen,
                None if collected is None else collected[party] - before,
                {cause: causes[cause][party] for cause in CAUSES if causes[cause][party]},
            )

    def _number(self, pool: str, name: str) -> str:
        """The statement's own number; a second cut for the same settlement is supplementary (补)."""
        number = f"{self._agreement.number}-{pool}-{name}"
        again = sum(said == number or said.startswith(f"{number}-补") for said in self._said.numbers)
        return f"{number}-补{again}" if again else number


def _walk(
    division: Division, moves: Iterable[Reading], causes: dict[str, Shares], first: date
) -> Iterator[tuple[Reading, str, Shares]]:
    """Add what came since the last statement, one by one: due after it less due before it, by cause."""
    before = division.due()
    for reading in moves:
        division.add(reading)
        after = division.due()
        worth = less(after, before)
        cause = cause_of(reading.entry, first)
        for party, amount_fen in worth.items():
            causes[cause][party] += amount_fen
        yield reading, cause, worth
        before = after


def cause_of(entry: Entry, first: date) -> str:
    """Why an entry moves a statement whose settlement begins on `first`."""
    if entry.is_reversal:
        return "corrected"
    if entry.original is not None or entry.amount_fen < 0:
        return "refund"
    return "late" if entry.booked_on < first else "own"


def digest(statement: StatedPool) -> str:
    """SHA-256 of a statement's figures, as canonical JSON without the digest itself."""
    figures = msgspec.to_builtins(statement)
    del figures["digest"]
    return hashlib.sha256(msgspec.json.encode(figures, order="deterministic")).hexdigest()
