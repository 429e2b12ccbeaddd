"""A statement (结算单): what is due at its cut and the last day of its period, less what earlier
statements of the agreement and pool said (semantics 6.1).

The difference is shown by cause: the bridge first moves the day, then walks the log
(semantics finding 29).
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

import msgspec

from ledger.domain.agreeing.agreement import Agreement
from ledger.domain.calendar import Period, settlement
from ledger.domain.dividing.division import Division
from ledger.domain.dividing.known import Known
from ledger.domain.dividing.pools import PoolKey
from ledger.domain.dividing.worksheet import Shares, less, rows_by_step, rows_less
from ledger.domain.errors import RuleBroken
from ledger.domain.events import StatedLine, StatedPool
from ledger.domain.money import check_sums
from ledger.domain.stating.causes import CAUSES
from ledger.domain.stating.working import Change, Moment, Working, sums
from ledger.domain.terms import Pool, Terms


@dataclass(frozen=True)
class Stated:
    """What was said before: the last cut and day, and the sums so far by pool and party."""

    cut: int = 0
    day: date = date.min
    numbers: tuple[str, ...] = ()
    entitled_fen: dict[tuple[PoolKey, str], int] = field(default_factory=dict)
    collected_fen: dict[tuple[PoolKey, str], int] = field(default_factory=dict)

    def after(self, cut: int, day: date, statements: Iterable[StatedPool]) -> "Stated":
        """What has been said once these statements are."""
        entitled, collected, numbers = dict(self.entitled_fen), dict(self.collected_fen), list(self.numbers)
        for statement in statements:
            numbers.append(statement.number)
            for line in statement.lines:
                key = (PoolKey(statement.pool, statement.measure), line.party)
                entitled[key] = entitled.get(key, 0) + line.entitled_fen
                collected[key] = collected.get(key, 0) + (line.collected_fen or 0)
        return Stated(cut, day, tuple(numbers), entitled, collected)


@dataclass
class Worked:
    """One pool worked out to a cut and a day, with everything that explains it."""

    division: Division
    stated: StatedPool
    causes: dict[str, Shares]
    changes: list[Change]
    rows: dict[str, Shares]
    due: Shares
    reasons: list[tuple[RuleBroken, int]]

    @property
    def key(self) -> PoolKey:
        """The pool, and of figures the measure."""
        return PoolKey(self.stated.pool, self.stated.measure)


def statements(
    known: Known,
    agreement: Agreement,
    said: Stated,
    period: Period,
    cut: int,
    as_of: date | None = None,
    *,
    line_by_line: bool = False,
) -> list[Worked]:
    """One statement for each pool; nothing if the agreement was not in force at the cut.

    The changes are there line by line if they are asked for.  With `as_of` only what is booked up to that day counts, which may lie before the period's last.
    """
    if not agreement.is_in_force(cut):
        return []
    day = min(as_of or period.last, period.last)
    working = Working(known, agreement, Moment(said.cut, said.day))
    due_before = working.due
    rows_before = {key: rows_by_step(division) for key, division in working.pools.divisions.items()}
    terms = agreement.known_at(cut).on(period.last)
    first = period.settlement_first(terms.every)
    changes = list(working.walk(Moment(cut, day), first, line_by_line=line_by_line))
    paper = _Paper(agreement, terms, said, period)
    worked = []
    for key, division in working.pools.divisions.items():
        own = [change for change in changes if change.touches(key)]
        found = paper.worked(key, division, due_before.get(key, {}), own)
        found.rows = rows_less(rows_by_step(division), rows_before.get(key, {}))
        found.reasons = working.pools.reasons(key)
        worked.append(found)
    return [each for each in worked if each.changes or any(each.causes["carried"].values()) or paper.is_alive(each.key)]


@dataclass(frozen=True)
class _Paper:
    """How one settlement of an agreement is written."""

    agreement: Agreement
    terms: Terms
    said: Stated
    period: Period

    def is_alive(self, key: PoolKey) -> bool:
        """Whether the settlement lies in the life of the agreement, and the version then in force has the pool.

        Otherwise a statement of nothing is not written.
        """
        pool = self.terms.pool(key.pool)
        if pool is None or (key.measure and key.measure not in pool.measures):
            return False
        first = self.period.settlement_first(self.terms.every)
        return self.terms.first <= self.period.last and (self.terms.last is None or first <= self.terms.last)

    def worked(self, key: PoolKey, division: Division, due_before: Shares, changes: list[Change]) -> Worked:
        due = division.due()
        said = {party: self.said.entitled_fen.get((key, party), 0) for party in due}
        causes = {cause: dict.fromkeys(due, 0) for cause in CAUSES} | sums(changes, key, due)
        causes["carried"] = less(due_before or dict.fromkeys(due, 0), said)
        check_sums(
            [*due.values(), *(division.collected() or {}).values(), division.waiting_fen(), division.undivided_fen()]
        )
        stated = self._stated(key, division, less(due, said), causes)
        return Worked(division, stated, causes, changes, {}, due, [])

    def _stated(self, key: PoolKey, division: Division, says: Shares, causes: dict[str, Shares]) -> StatedPool:
        carried = self.terms.negatives == "carry" and sum(says.values()) < 0
        lines = [] if carried else list(self._lines(key, division, says, causes))
        name = settlement(self.period.last, self.terms.every)
        pool = division.pool
        statement = StatedPool(
            agreement=self.agreement.number,
            pool=key.pool,
            number=self._number(key, name),
            settlement=name,
            lines=lines,
            waiting_fen=division.waiting_fen(),
            undivided_fen=division.undivided_fen(),
            digest="",
            carried_fen=says if carried else {},
            measure=key.measure,
            unit=pool.reported.unit if pool.reported else "",
            step=str(pool.reported.step) if pool.reported else "",
            basis=basis_of(pool),
        )
        return msgspec.structs.replace(statement, digest=digest(statement))

    def _lines(self, key: PoolKey, division: Division, says: Shares, causes: dict[str, Shares]) -> Iterator[StatedLine]:
        collected = division.collected()
        for party, entitled_fen in says.items():
            before = self.said.collected_fen.get((key, party), 0)
            moved = {cause: causes[cause][party] for cause in CAUSES if causes[cause][party]}
            collected_fen = None if collected is None else collected[party] - before
            if party in self.terms.parties or entitled_fen or collected_fen or moved:  # nothing is said of who has left
                yield StatedLine(party, entitled_fen, collected_fen, moved)

    def _number(self, key: PoolKey, name: str) -> str:
        """The statement's own number; a second cut for the same settlement is supplementary (补)."""
        number = "-".join(part for part in (self.agreement.number, *key, name) if part)
        again = sum(said == number or said.startswith(f"{number}-补") for said in self.said.numbers)
        return f"{number}-补{again}" if again else number


def digest(statement: StatedPool) -> str:
    """SHA-256 of a statement's figures, as canonical JSON without the digest itself."""
    figures = msgspec.to_builtins(statement)
    del figures["digest"]
    for later in ("measure", "unit", "step", "basis"):
        if not figures[later]:  # a word that came later changes no digest of what was stated without it
            del figures[later]
    return hashlib.sha256(msgspec.json.encode(figures, order="deterministic")).hexdigest()


def basis_of(pool: Pool) -> str:
    """How a statement's figures are meant: a basis of indicators, quotas, inputs; empty for money that moves."""
    return pool.basis if pool.share == "indicator" else "" if pool.is_money else pool.share
