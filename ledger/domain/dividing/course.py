"""The course (逐期): what an agreement gives each party, period of booking by period, over everything recorded.

The lines are read once, whatever the number of periods.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from ledger.domain.agreeing.agreement import Agreement
from ledger.domain.dividing.gathering import Gathering
from ledger.domain.dividing.known import Known
from ledger.domain.dividing.pools import Pools
from ledger.domain.dividing.worksheet import Shares, less


class Course:
    """An agreement divided as it was known at a position; `pools` stand where the course has come to."""

    def __init__(self, known: Known, agreement: Agreement, cut: int) -> None:
        self.pools = Pools(agreement.known_at(cut), known.certified(agreement, cut))
        self._recorded = known.recorded
        self._claims = known.claims(agreement, cut)
        self._gathering = Gathering(self._claims, self.pools, known.recorded)
        self._cut = cut

    def changes(self, lasts: Sequence[date]) -> Iterator[tuple[date, Shares]]:
        """What falls to each party, in fen, from each of several days to the next; `lasts` are last days of periods.

        What is booked behind the last of them is left out.
        """
        before, moves_by_day = self.pools.due_in_money(), self.pools.moves_by_day
        rows = self._recorded.rows(cut=self._cut, until=lasts[-1]) if lasts else self._recorded.rows(cut=0)
        read = self._gathering.by_period(self._claims.selectable(self._recorded, rows), lasts)
        for last, readings in zip(lasts, read, strict=True):
            if moves_by_day:
                self.pools.move_day(last)
            self.pools.add_all(readings)
            if not readings and not moves_by_day:
                yield last, dict.fromkeys(before, 0)
                continue
            after = self.pools.due_in_money()
            yield last, less(after, before)
            before = after
