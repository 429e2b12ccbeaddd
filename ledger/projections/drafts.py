"""Drafts of what is open, before and after lines come in: what each party gets by them, and which statements change.

A draft covers everything since the last closing, so the last one shows what is due in all, and each less the one before
it what its own settlement adds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ledger.domain.agreeing.agreement import Agreement
from ledger.domain.calendar import Period, settlement_last
from ledger.domain.dividing.pools import PoolKey
from ledger.domain.stating.books import Books
from ledger.projections.quantities import Quantity, stated_quantity
from ledger.projections.statements import Statement, last_booked, statements_of_agreement

SETTLEMENTS_MAX = 36
LINES_WALKED_MAX = 20_000
"""Above so many lines in the books a dry run works out only the last draft, which shows what is due in all."""
Shares = Mapping[str, int]


@dataclass(frozen=True)
class PartyChange:
    """What a party is due of a pool (and measure) before and after, of what is not stated yet.

    Of figures it is counted in smallest steps, as the quantity says.
    """

    agreement: str
    key: PoolKey
    party: str
    name: str
    before_fen: int
    after_fen: int
    quantity: Quantity

    @property
    def change_fen(self) -> int:
        """What it gets by it."""
        return self.after_fen - self.before_fen


@dataclass(frozen=True)
class Drafts:
    """The open drafts of every agreement, pool by pool, in the order of their settlements."""

    by_pool: Mapping[tuple[str, PoolKey], list[Statement]] = field(default_factory=dict)

    @classmethod
    def of(cls, books: Books, last: Period | None, *, of_money: bool = True) -> "Drafts":
        """Every draft from the next period to close up to the settlement that a month lies in: of money, or of figures."""
        first = books.next_period()
        found: dict[tuple[str, PoolKey], list[Statement]] = {}
        if first is None or last is None:
            return cls()
        most = SETTLEMENTS_MAX if len(books.recorded) <= LINES_WALKED_MAX else 1
        for agreement in books.in_force(books.position):
            for period in _settlements(agreement, first, last, most):
                for each in statements_of_agreement(books, agreement, period):
                    if each.is_draft and each.is_money == of_money:
                        found.setdefault((each.agreement, each.key), []).append(each)
        return cls(found)


def _settlements(agreement: Agreement, first: Period, last: Period, most: int) -> list[Period]:
    every = agreement.terms.every
    end = Period.of(settlement_last(last.last, every))
    ends = [period for period in _months(first, end) if period.ends(every)]
    return ends if len(ends) <= most else [*ends[: most - 1], ends[-1]]


def _months(first: Period, last: Period) -> Iterator[Period]:
    period: Period | None = first
    while period and period <= last:
        yield period
        period = period.next


def covers_more(found: Statement) -> list[str]:
    """That a draft tells of months before its own too, where these are not closed; what they brought looks late in it."""
    if not found.open_before:
        return []
    return [
        f"此前还有 {found.open_before} 个月没有结账：本草稿的变动含它们的，它们的款项也列作“以前期间”，不是补记。"
        f"{found.open_before} month(s) before it are not closed: what moved in them is in this draft, as if it were late."
    ]


def last_open(books: Books, lines_last: Period | None) -> Period | None:
    """The last month that a draft is needed for: of the last booking, or of the lines that come in."""
    known = [period for period in (last_booked(books), lines_last, books.next_period()) if period]
    return max(known, default=None)


def changes(before: Drafts, after: Drafts) -> list[PartyChange]:
    """What each party is due of every pool after, beside what it was due before; only what changed."""
    found = []
    for key, drafts in after.by_pool.items():
        was, now = _says(before.by_pool.get(key, [])[-1:]), _says(drafts[-1:])
        names = {line.party: line.name for line in (*drafts[-1].lines, *drafts[-1].carried)}
        quantity = stated_quantity(drafts[-1].unit, drafts[-1].step, drafts[-1].basis)
        for party, name in names.items():
            change = PartyChange(*key, party, name, was.get(party, 0), now.get(party, 0), quantity)
            found += [change] if change.change_fen else []
    return found


def changed(before: Drafts, after: Drafts) -> list[Statement]:
    """The open statements whose own settlement is moved."""
    found = []
    for key, drafts in after.by_pool.items():
        old = {each.settlement: each for each in before.by_pool.get(key, [])}
        moved_before: Shares = {}
        for draft in drafts:
            was = _says([old[draft.settlement]] if draft.settlement in old else [])
            now = _says([draft])
            moved = {party: now.get(party, 0) - was.get(party, 0) for party in {*now, *was}}
            moved = {party: fen for party, fen in moved.items() if fen}
            if moved != moved_before:
                found.append(draft)
            moved_before = moved
    return found


def _says(drafts: list[Statement]) -> dict[str, int]:
    return {line.party: line.entitled_fen for each in drafts for line in (*each.lines, *each.carried)}
