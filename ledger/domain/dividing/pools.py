"""The pools of an agreement, divided together: those that feed others come first.

What is due is a function of the entries added and the day; nothing depends on their order.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

import numpy as np

from ledger.domain.calendar import month_starts
from ledger.domain.dividing.division import Division
from ledger.domain.dividing.feeding import Feed
from ledger.domain.dividing.reading import Parted, Reading
from ledger.domain.dividing.transfers import Uncounted, transfers
from ledger.domain.dividing.worksheet import Shares
from ledger.domain.errors import RuleBroken
from ledger.domain.facts.certified import Certified
from ledger.domain.terms import Feeding
from ledger.domain.terms.versions import Versions


class PoolKey(NamedTuple):
    """A pool, and of one that divides figures or quotas the measure (指标): each is divided apart."""

    pool: str
    measure: str = ""


class Pools:
    """Every pool of an agreement, worked out together; grows entry by entry and day by day."""

    def __init__(self, versions: Versions, certified: Certified) -> None:
        self.versions = versions
        self._certified = certified
        self.divisions = {key: Division(versions, key.pool, certified, key.measure) for key in _keys(versions)}
        self._feeds = [
            Feed(versions, certified, name, feeding)
            for name in _feeding_first(versions)
            for feeding in _feedings(versions, name)
        ]
        self._money = [key for key in self.divisions if versions.pool(key.pool).is_money]
        self._transfers_up_to: date | None = None
        self._uncounted: list[Uncounted] = []

    @property
    def moves_by_day(self) -> bool:
        """Whether a later day alone may make something due: a guarantee, a transfer, a pool that feeds another."""
        own = (pool for terms in self.versions.signed for pool in terms.pools)
        return bool(self._feeds) or any(pool.transfers or pool.guarantee for pool in own)

    def add(self, reading: Reading) -> None:
        """Count one entry as a pool reads it."""
        self.divisions[PoolKey(reading.pool, reading.measure)].add(reading)
        for feed in self._feeds:
            if feed.source == reading.pool:
                feed.add(reading)

    def take_back(self, reading: Reading) -> None:
        """Count a figure no longer, because a revision took its place."""
        self.divisions[PoolKey(reading.pool, reading.measure)].take_back(reading)

    def add_all(self, readings: Iterable[Reading]) -> None:
        """Count several."""
        for reading in readings:
            self.add(reading)

    def move_day(self, day: date) -> None:
        """Let the day be later: guarantees of years that end and transfers that fall due by it count."""
        for division in self.divisions.values():
            division.move_day(day)
        for feed in self._feeds:
            feed.move_day(day)
        for name in self.versions.pools:
            for each in transfers(self.versions, name, self._certified, self._transfers_up_to, day):
                if isinstance(each, Uncounted):
                    self._uncounted.append(each)
                else:
                    self.add(each)
        self._transfers_up_to = day

    def due(self) -> dict[PoolKey, Shares]:
        """What is due to each party, pool by pool."""
        for feed in self._feeds:
            for change in list(feed.changes(self.divisions[PoolKey(feed.source)])):
                self.add(change)
        return {key: division.due() for key, division in self.divisions.items()}

    def due_in_money(self) -> Shares:
        """Fen due to each party, over all pools whose money moves."""
        total = dict.fromkeys(self.versions.parties, 0)
        due = self.due()
        for key in self._money:
            for party, amount_fen in due[key].items():
                total[party] += amount_fen
        return total

    def course(self, parted: Iterable[Parted], count: int) -> np.ndarray | None:
        """What falls to the parties, in listing order, in each of so many parts, in fen, over all pools whose money moves.

        None where only adding one part after the other tells it.  Nothing is added.
        """
        if self.moves_by_day:
            return None
        found = np.zeros((count, len(self.versions.parties)), np.int64)
        for key in self._money:
            own = [each for each in parted if (each.reading.pool, each.reading.measure) == key]
            course = self.divisions[key].course(own, count)
            if course is None:
                return None
            found += course
        return found

    def days_of_change(self, first: date, last: date) -> set[date]:
        """Rate dates from one day to another that part what the pools count: segments, and settlements where one feeds."""
        months = month_starts(first, last) if self._feeds else set()
        return months.union(*(division.days_of_change(first, last) for division in self.divisions.values()))

    def reasons(self, key: PoolKey) -> list[tuple[RuleBroken, int]]:
        """Why something of a pool waits, and how much."""
        found = self.divisions[key].reasons()
        return found + [(each.reason, 0) for each in self._uncounted if each.pool == key.pool]


def _keys(versions: Versions) -> Iterator[PoolKey]:
    for name in versions.pools:
        measures = dict.fromkeys(
            measure
            for terms in versions.signed
            for pool in terms.pools
            if pool.name == name
            for measure in pool.measures
        )
        yield from (PoolKey(name, measure) for measure in measures or ("",))


def _feedings(versions: Versions, name: str) -> list[Feeding]:
    """What feeds a pool, by any version."""
    pools = (terms.pool(name) for terms in versions.signed)
    return list(dict.fromkeys(pool.fed_by for pool in pools if pool and pool.fed_by))


def _feeding_first(versions: Versions) -> list[str]:
    """The names of the pools, each behind the one that feeds it."""
    order: list[str] = []

    def place(name: str) -> None:
        for feeding in _feedings(versions, name):
            if feeding.pool not in order:
                place(feeding.pool)
        if name not in order:
            order.append(name)

    for name in versions.pools:
        place(name)
    return order
