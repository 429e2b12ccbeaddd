"""The course (逐期): what an agreement gives each party, period of booking by period, over everything recorded.

The lines are read once, whatever the number of periods; where one fen always comes to the same, all periods are worked
out at once.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import numpy as np
from msgspec.structs import replace

from ledger.domain.agreeing.agreement import Agreement
from ledger.domain.dividing.gathering import Gathering
from ledger.domain.dividing.known import Known
from ledger.domain.dividing.pools import Pools
from ledger.domain.dividing.reading import Parted, by_part
from ledger.domain.dividing.worksheet import less


class Course:
    """An agreement divided as it was known at a position; `pools` stand where the course has come to."""

    def __init__(self, known: Known, agreement: Agreement, cut: int) -> None:
        self.pools = Pools(agreement.known_at(cut), known.certified(agreement, cut))
        self._recorded = known.recorded
        self._claims = known.claims(agreement, cut)
        self._gathering = Gathering(self._claims, self.pools, known.recorded)
        self._cut = cut

    def shares_fen(self, lasts: Sequence[date]) -> np.ndarray:
        """What falls to each party, in listing order, from each of several days to the next: one row for each of these.

        `lasts` are last days of periods; what is booked behind the last of them is left out.
        """
        parted = list(self._parted(lasts))
        shares_fen = self.pools.course(parted, len(lasts))
        if shares_fen is None:
            return self._period_by_period(lasts, parted)
        self.pools.add_all(replace(each.reading, amount_fen=int(each.amounts_fen.sum())) for each in parted)
        return shares_fen

    def _parted(self, lasts: Sequence[date]) -> Iterator[Parted]:
        """What the lines come to, period by period."""
        if not lasts:
            return
        rows = self._claims.selectable(self._recorded, self._recorded.rows(cut=self._cut, until=lasts[-1]))
        ends = np.array([last.toordinal() for last in lasts])
        yield from self._gathering.parted(rows, np.searchsorted(ends, self._recorded.columns.booked_on[rows]))

    def _period_by_period(self, lasts: Sequence[date], parted: Iterable[Parted]) -> np.ndarray:
        before, moves_by_day = self.pools.due_in_money(), self.pools.moves_by_day
        found = np.zeros((len(lasts), len(before)), np.int64)
        for row, readings in enumerate(by_part(parted, len(lasts))):
            if moves_by_day:
                self.pools.move_day(lasts[row])
            self.pools.add_all(readings)
            if readings or moves_by_day:
                after = self.pools.due_in_money()
                found[row] = list(less(after, before).values())
                before = after
        return found
