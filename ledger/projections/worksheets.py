"""Worksheets (分成计算底稿): how one statement comes about, by step, by enterprise and tax, and line by line.

A row of enterprise, subject and tax period is what its lines are worth exactly in this statement, rounded for itself; what
remains between the rows and the statement is 舍入差 (semantics 5.11).  A row by step is the row to date less the row at
the last statement; to know that of an enterprise the whole history would have to be walked line by line.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from ledger.domain.dividing.division import Division
from ledger.domain.dividing.pools import PoolKey, Pools
from ledger.domain.dividing.reading import Reader, Reading
from ledger.domain.dividing.worksheet import Shares, less, row_in_fen, rows_by_step, rows_less
from ledger.domain.recording.entries import Entry
from ledger.domain.stating.books import Books
from ledger.domain.stating.working import Change, Moment, Working
from ledger.domain.terms import Level
from ledger.projections.spans import span_of
from ledger.projections.statements import Statement

Exact = dict[str, Fraction]
RowKey = tuple[str, str, str, str]
"""Enterprise, project, subject and tax period; or, of what is no line of the pool, only what it was."""


@dataclass
class Row:
    """What the lines of one enterprise, subject and tax period came to; `levels_fen` is None where a level is not known.

    `other` says what moved the pool without being a line of it.
    """

    enterprise: str = ""
    project: str = ""
    subject: str = ""
    tax_period: str = ""
    other: str = ""
    received_fen: int = 0
    counted_fen: int = 0
    levels_fen: dict[Level, int] | None = field(default_factory=dict)
    positions: dict[int, None] = field(default_factory=dict)
    exact: Exact = field(default_factory=dict)
    shares: Shares = field(default_factory=dict)

    def take(self, reading: Reading, levels_fen: Mapping[Level, int] | None) -> None:
        """Add one line."""
        self.received_fen += reading.entry.amount_fen
        self.counted_fen += reading.amount_fen
        self.positions[reading.entry.position] = None
        if levels_fen is None or self.levels_fen is None:
            self.levels_fen = None
        else:
            self.levels_fen = {level: self.levels_fen.get(level, 0) + fen for level, fen in levels_fen.items()}


@dataclass(frozen=True)
class Worksheet:
    """One statement with everything that it sums up; `names` are the parties', `carried` is what it lists of before."""

    statement: Statement
    names: Mapping[str, str]
    steps: Mapping[str, Shares]
    rows: list[Row]
    changes: list[Change]
    carried: Shares
    entitled: Shares

    def rounding(self, rows: Iterable[Shares]) -> Shares:
        """舍入差: what is stated less some rows, each rounded for itself, and less what was carried."""
        found = less(self.entitled, self.carried)
        for row in rows:
            found = less(found, row)
        return found


def worksheet(books: Books, found: Statement) -> Worksheet:
    """The worksheet of a statement, closed or draft, worked out again line by line."""
    agreement, period = books.agreement(found.agreement), span_of(found.settlement).last
    said = books.said(found.agreement, found.closed_at or books.position + 1)
    working = Working(books, agreement, Moment(said.cut, said.day))
    due_before = working.due.get(found.key, {})
    before = _by_step(working.pools, found.key)
    moment = Moment(found.cut, min(found.as_of or period.last, period.last))
    by_enterprise = _ByEnterprise(books, found, books.reader(agreement, found.cut))
    changes = list(by_enterprise.walked(working, working.walk(moment, period.settlement_first(found.every))))
    lines = found.lines or found.carried
    return Worksheet(
        statement=found,
        names={line.party: line.name for line in lines},
        steps=rows_less(_by_step(working.pools, found.key), before),
        rows=by_enterprise.in_fen(working.pools.divisions[found.key]),
        changes=changes,
        carried={
            line.party: due_before.get(line.party, 0) - said.entitled_fen.get((found.key, line.party), 0)
            for line in lines
        },
        entitled={line.party: line.entitled_fen for line in lines},
    )


def _by_step(pools: Pools, key: PoolKey) -> dict[str, Shares]:
    division = pools.divisions.get(key)
    return rows_by_step(division) if division else {}


class _ByEnterprise:
    """Sums up what changes are worth exactly, by enterprise, subject and tax period."""

    def __init__(self, books: Books, found: Statement, reader: Reader) -> None:
        self._books = books
        self._key = found.key
        self._reader = reader
        self._rows: dict[RowKey, Row] = {}

    def walked(self, working: Working, changes: Iterable[Change]) -> Iterator[Change]:
        """The changes that belong to the pool, each counted in its row."""
        before = exact_due(working.pools, self._key)
        for change in changes:
            after = exact_due(working.pools, self._key)
            if change.touches(self._key):
                row = self._row(change)
                for party in {**before, **after}:
                    worth = after.get(party, Fraction(0)) - before.get(party, Fraction(0))
                    row.exact[party] = row.exact.get(party, Fraction(0)) + worth
                yield change
            before = after

    def in_fen(self, division: Division) -> list[Row]:
        """The rows, each in whole fen, by enterprise; what is no line of the pool comes last."""
        for row in self._rows.values():
            row.shares = row_in_fen(division, row.exact)
        return sorted(
            self._rows.values(), key=lambda row: (row.other, row.enterprise, row.project, row.subject, row.tax_period)
        )

    def _row(self, change: Change) -> Row:
        what = change.what
        if not isinstance(what, Reading):
            return self._rows.setdefault((change.cause, "", "", ""), Row(other=change.cause))
        if PoolKey(what.pool, what.measure) != self._key:
            return self._rows.setdefault((what.pool, "", "", ""), Row(other=what.pool))
        source = [what.entry, *self._books.originals.above(what.entry)][-1]
        names = (source.enterprise, source.project, source.subject, _tax_period(what.entry, source))
        row = self._rows.setdefault(names, Row(*names))
        row.take(what, self._reader.by_level(what.entry))
        return row


def _tax_period(entry: Entry, source: Entry) -> str:
    """The days that the tax is for, as the line or the one it takes back says them."""
    said = entry if entry.period_first or entry.period_last else source
    return "—".join(str(day) for day in (said.period_first, said.period_last) if day)


def exact_due(pools: Pools, key: PoolKey) -> Exact:
    """What is due in a pool before rounding: what is due in fen, and what each account holds beyond its fen."""
    division = pools.divisions.get(key)
    if division is None:
        return {}
    exact = {party: Fraction(fen) for party, fen in division.due().items()}
    if division.versions.first.rounding.level != "line":  # there every line has an account of its own
        for account in division.accounts():
            for party, part in account.exact.items():
                exact[party] += part - account.fen.get(party, 0)
    return exact
