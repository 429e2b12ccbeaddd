"""Feeding (分级分配): what a party is due in one pool becomes entries of another, in whole fen.

Entry by entry at level `line`, settlement by settlement otherwise (semantics finding 24).  At
level `running` a settlement holds what is *dated* in it, so that an entry and its reversal
meet again whenever they are booked.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from ledger.domain.calendar import Every, settlement, settlement_first, settlement_last
from ledger.domain.dividing.division import Division
from ledger.domain.dividing.reading import Fate, Reading, fate_of
from ledger.domain.facts.certified import Certified
from ledger.domain.recording.entries import Entry, Key
from ledger.domain.terms import Feeding
from ledger.domain.terms.versions import Versions


@dataclass(frozen=True)
class _Fed:
    """What was fed under one name so far."""

    dated: date
    booked: date
    amount_fen: int


class Feed:
    """The entries that one pool gives another; only what changed is handed on."""

    def __init__(self, versions: Versions, certified: Certified, pool: str, feeding: Feeding) -> None:
        self.source = feeding.pool
        self._pool = pool
        self._feeding = feeding
        self._party = feeding.party
        self._versions = versions
        self._certified = certified
        self._readings: list[Reading] = []
        self._up_to: dict[date, Division] = {}
        self._fed: dict[str, _Fed] = {}
        self._day: date | None = None

    def add(self, reading: Reading) -> None:
        """An entry of the source."""
        if self._versions.first.rounding.level == "running":
            own = settlement_last(reading.rate_date, self._every)
            self._begin(own)
            for end, division in self._up_to.items():
                if own <= end:
                    division.add(reading)
        self._readings.append(reading)

    def move_day(self, day: date) -> None:
        """The day up to which the source's guarantees count."""
        self._day = day
        for end, division in self._up_to.items():
            division.move_day(min(day, end))

    def changes(self, source: Division) -> Iterator[Reading]:
        """What the party's due in the source moved since the last time, as entries of the fed pool."""
        source.due()
        for name, now in self._amounts(source):
            if not self._feeds_on(now.dated):
                continue
            before_fen = self._fed[name].amount_fen if name in self._fed else 0
            self._fed[name] = now
            if now.amount_fen != before_fen:
                yield self._reading(name, replace(now, amount_fen=now.amount_fen - before_fen))

    def _feeds_on(self, when: date) -> bool:
        """Whether the version in force on a day feeds the pool this way."""
        pool = self._versions.pool_on(self._pool, when)
        return pool is not None and pool.fed_by == self._feeding

    @property
    def _every(self) -> Every:
        return self._versions.first.every

    def _begin(self, end: date) -> None:
        """A division of everything dated up to a day."""
        if end in self._up_to:
            return
        division = Division(self._versions, self.source, self._certified)
        if self._day:
            division.move_day(min(self._day, end))
        for reading in self._readings:
            if reading.rate_date <= end:
                division.add(reading)
        self._up_to[end] = division

    def _amounts(self, source: Division) -> Iterator[tuple[str, _Fed]]:
        level = self._versions.first.rounding.level
        if level == "line":
            for reading in self._readings:
                key = "\t".join(reading.entry.key)
                yield (
                    str(reading.entry.key),
                    _Fed(reading.rate_date, reading.entry.booked_on, source.entitled_fen(self._party, key)),
                )
        elif level == "period":
            for first in sorted({settlement_first(each.entry.booked_on, self._every) for each in self._readings}):
                name = settlement(first, self._every)
                yield name, _Fed(self._dated(first), first, source.entitled_fen(self._party, name))
        else:
            yield from self._running(source)

    def _running(self, source: Division) -> Iterator[tuple[str, _Fed]]:
        for shortfall in source.shortfalls:
            self._begin(settlement_last(shortfall.last, self._every))
        before_fen = 0
        for end in sorted(self._up_to):
            up_to_fen = self._up_to[end].entitled_fen(self._party)
            first = settlement_first(end, self._every)
            yield settlement(end, self._every), _Fed(self._dated(first), first, up_to_fen - before_fen)
            before_fen = up_to_fen

    def _dated(self, first: date) -> date:
        """A settlement stands for its first day, or where the agreement says so for its last (semantics finding 21).

        One in which the agreement begins or ends stands for a day of the agreement's life.
        """
        start, end = self._versions.first.first, settlement_last(first, self._every)
        begins = max(first, start) if start <= end else first
        if self._versions.first.rate_date != "tax_period_end":
            return begins
        life_ends = self._versions.on(begins).last
        return end if life_ends is None or life_ends < begins else min(end, life_ends)

    def _reading(self, name: str, fed: _Fed) -> Reading:
        terms = self._versions.on(fed.dated)
        pool = terms.pool(self._pool)
        fate = fate_of(terms, pool, "", fed.dated, self._certified) if pool else Fate.UNDIVIDED
        entry = Entry(Key(f"{self.source}·{self._party}·{name}"), fed.booked, fed.amount_fen)
        return Reading(entry, self._pool, fate, fed.amount_fen, fed.dated, "", self._party)
