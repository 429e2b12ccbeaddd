"""The bridge (桥): from what is due at one moment to what is due at another, by cause, adding up exactly.

First the day moves, then the log is walked (semantics finding 29); backwards, every worth has the other sign.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from ledger.domain.agreeing.agreement import Agreement
from ledger.domain.calendar import DAY
from ledger.domain.dividing.known import Known
from ledger.domain.dividing.pools import PoolKey
from ledger.domain.dividing.worksheet import Shares
from ledger.domain.errors import Conflict
from ledger.domain.stating.working import Change, Moment, Working, Worths, sums


@dataclass(frozen=True)
class Bridge:
    """What was due, what is due, and every change between, of one agreement."""

    start: Moment
    end: Moment
    due_start: Worths
    due_end: Worths
    changes: tuple[Change, ...]

    def by_cause(self, key: PoolKey) -> dict[str, Shares]:
        """What each cause moved in a pool; the causes sum to the difference of the two ends."""
        return sums(self.changes, key, self.due_end.get(key, self.due_start.get(key, {})))


class NotInForceThen(Conflict):
    """A moment at which nothing was due, because not every party had signed."""

    zh = "协议 {agreement} 在第 {position} 号事项时尚未生效，那时没有应得。{when}请另选时点。"
    en = "Agreement {agreement} was not in force at event {position}, so nothing was due. Choose another moment."


def bridge(known: Known, agreement: Agreement, start: Moment, end: Moment) -> Bridge:
    """The way from one moment to another, in any direction; raises NotInForceThen."""
    for moment in (start, end):
        if not agreement.is_in_force(moment.cut):
            signed = agreement.in_force_at
            when = f"各方在第 {signed} 号事项签齐，" if signed else ""
            raise NotInForceThen(agreement=agreement.number, position=moment.cut, when=when)
    between = Moment(start.cut, end.day)
    after = min(start.day, end.day) + DAY  # what was booked before that is late: it was not known at the earlier day
    changes = [*_way(known, agreement, start, between, after), *_way(known, agreement, between, end, after)]
    return Bridge(start, end, _due(known, agreement, start), _due(known, agreement, end), tuple(changes))


def _due(known: Known, agreement: Agreement, moment: Moment) -> Worths:
    return Working(known, agreement, moment).due


def _way(known: Known, agreement: Agreement, start: Moment, end: Moment, begins: date) -> Iterator[Change]:
    """The changes between two moments that differ in their position or in their day."""
    first, last = min(start, end), max(start, end)
    working = Working(known, agreement, first)
    for change in working.walk(last, begins, line_by_line=False):
        yield change if first == start else _undone(change)


def _undone(change: Change) -> Change:
    worths = {key: {party: -amount for party, amount in shares.items()} for key, shares in change.worths.items()}
    return replace(change, worths=worths)
