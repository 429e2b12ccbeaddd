"""Versions (版本): what an agreement said first and every amendment since, in the order of signing.

In force on a day is the last signed version that is effective by then (semantics 5.1);
before all of them the first one judges.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date

from ledger.domain.terms import Party, Pool, Terms


class Versions:
    """The signed versions of one agreement."""

    def __init__(self, signed: Sequence[Terms]) -> None:
        self.signed = tuple(signed)
        self.dates = sorted({terms.effective for terms in signed})
        self._in_force = [self._last_effective(when) for when in self.dates]
        self.parties = _in_listing_order(self.signed)

    @property
    def first(self) -> Terms:
        """What was signed first; what no amendment may change is read from it."""
        return self.signed[0]

    @property
    def latest(self) -> Terms:
        """What was signed last."""
        return self.signed[-1]

    @property
    def pools(self) -> tuple[str, ...]:
        """The names of every pool that any version has, in the order in which they came."""
        return tuple(dict.fromkeys(pool.name for terms in self.signed for pool in terms.pools))

    def on(self, when: date) -> Terms:
        """The version in force on a day."""
        index = bisect_right(self.dates, when)
        return self._in_force[index - 1] if index else self.first

    def pool_on(self, name: str, when: date) -> Pool | None:
        """A pool as the version in force on a day has it."""
        return self.on(when).pool(name)

    def pool(self, name: str) -> Pool:
        """A pool as the last signed version that has it describes it."""
        return next(pool for terms in reversed(self.signed) for pool in terms.pools if pool.name == name)

    def _last_effective(self, when: date) -> Terms:
        return next(terms for terms in reversed(self.signed) if terms.effective <= when)


def _in_listing_order(signed: Sequence[Terms]) -> dict[str, Party]:
    """Every party that ever shared: a newcomer stands behind the party it follows in its own version."""
    order = list(signed[0].parties)
    for terms in signed[1:]:
        place = 0
        for party in terms.parties:
            if party not in order:
                order.insert(place, party)
            place = order.index(party) + 1
    described = {party: said for terms in signed for party, said in terms.parties.items()}
    return {party: described[party] for party in order}
