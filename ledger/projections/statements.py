"""Statements as people read them: closed ones from the log, open ones worked out now and marked as drafts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from ledger.domain.agreeing.agreement import Agreement
from ledger.domain.calendar import MONTHS, Every, Period, settlement_last
from ledger.domain.dividing.pools import PoolKey
from ledger.domain.events import PeriodClosed, StatedLine, StatedPool
from ledger.domain.stating.books import Books
from ledger.domain.terms import Party, Pool
from ledger.domain.terms.versions import Versions
from ledger.projections.nothing_stated import nothing_in_force
from ledger.projections.spans import Span, month_span, span_of


@dataclass(frozen=True)
class StatementLine:
    """What a statement says of one party, in fen."""

    party: str
    name: str
    entitled_fen: int
    collected_fen: int | None
    causes_fen: Mapping[str, int]

    @property
    def net_fen(self) -> int | None:
        """Entitled less collected: positive is to be received, negative to be paid; nets sum to zero."""
        return None if self.collected_fen is None else self.entitled_fen - self.collected_fen


@dataclass(frozen=True)
class Statement:
    """One statement: of one agreement and pool, for one settlement; `carried` is what a negative one does not list."""

    number: str
    agreement: str
    title: str
    pool: str
    settlement: str
    every: Every
    lines: tuple[StatementLine, ...]
    waiting_fen: int
    undivided_fen: int
    digest: str
    cut: int
    closed_at: int | None = None
    engine: str = ""
    edition: int = 0
    carried: tuple[StatementLine, ...] = ()
    measure: str = ""
    unit: str = ""
    step: str = ""
    basis: str = ""
    as_of: date | None = None
    is_of_dates: bool = False
    """Whether it states stock figures (时点数), each date of which stands alone."""
    open_before: int = 0
    """How many months before its settlement are not closed, so that a draft tells what moved in them too."""

    @property
    def last_day(self) -> date:
        """The last day of the settlement that it is of."""
        return span_of(self.settlement).last.last

    @property
    def is_money(self) -> bool:
        """Whether it states money that moves, and not figures, quotas or obligations."""
        return not self.basis

    @property
    def collected_total(self) -> int | None:
        """What was collected (or reported in place, or contributed) in all; None where it is not known of somebody."""
        found = [line.collected_fen for line in self.lines]
        return None if None in found else sum(each or 0 for each in found)

    @property
    def key(self) -> PoolKey:
        """The pool, and of figures the measure."""
        return PoolKey(self.pool, self.measure)

    @property
    def is_draft(self) -> bool:
        """Whether the period is still open."""
        return self.closed_at is None

    @property
    def total_fen(self) -> int:
        """What is divided by this statement."""
        return sum(line.entitled_fen for line in self.lines)


@dataclass(frozen=True)
class PartySum:
    """What several statements of an agreement's pool say of one party together, in fen."""

    agreement: str
    pool: str
    party: str
    name: str
    entitled_fen: int
    collected_fen: int | None

    @property
    def net_fen(self) -> int | None:
        """Entitled less collected."""
        return None if self.collected_fen is None else self.entitled_fen - self.collected_fen


# The statements


def statements(books: Books, period: Period, number: str | None = None) -> list[Statement]:
    """Every statement that ends with a month, or those of one agreement: as closed, and drafts where it is open.

    Raises AgreementUnknown, NoAgreements, NothingInForce.
    """
    return statements_within(books, month_span(period), number)


def statements_within(books: Books, span: Span, number: str | None = None) -> list[Statement]:
    """Every closed statement of a span, and of each agreement one draft of what is open.

    Raises AgreementUnknown, NoAgreements, NothingInForce.
    """
    agreements = [books.agreement(number)] if number else list(books.agreements.values())
    found = [statement for agreement in agreements for statement in _within(books, agreement, span)]
    if not found:
        raise nothing_in_force(books, agreements, span)
    return found


def _within(books: Books, agreement: Agreement, span: Span) -> list[Statement]:
    ends = span.ends(agreement.terms.every)
    closed = [statement for period in ends for statement in _closed(books, agreement, period)]
    still_open = [period for period in ends if not _is_past(books, period)]
    begun = [period for period in still_open if _has_begun(books, agreement, period)]
    return closed + _draft(books, agreement, begun if begun or closed else still_open[:1])


def _draft(books: Books, agreement: Agreement, still_open: Sequence[Period]) -> list[Statement]:
    """The last draft that says something: it covers everything since the last closing, so several would count twice."""
    drafts = (statements_of_agreement(books, agreement, period) for period in reversed(still_open))
    return next((draft for draft in drafts if draft), [])


def _has_begun(books: Books, agreement: Agreement, period: Period) -> bool:
    """Whether a settlement holds a booking, or a month that is the next to close, or any month before these."""
    known = [month for month in (books.next_period(), last_booked(books)) if month]
    return bool(known) and period.settlement_first(agreement.terms.every) <= max(known).last


def last_booked(books: Books) -> Period | None:
    """The month of the last booking, or of the last period that a figure is reported for."""
    booked = books.recorded.booked() + [report.last for _, report in books.counted]
    return Period.of(max(booked)) if booked else None


def sums_of(found: Iterable[Statement]) -> list[PartySum]:
    """What statements say together, by agreement, pool and party; collected is None where one does not know it."""
    lines: dict[tuple[str, str, str], list[StatementLine]] = {}
    for statement in found:
        for line in statement.lines:
            lines.setdefault((statement.agreement, statement.pool, line.party), []).append(line)
    return [
        PartySum(*key, own[0].name, sum(line.entitled_fen for line in own), _collected(own))
        for key, own in lines.items()
    ]


def _collected(lines: Iterable[StatementLine]) -> int | None:
    known = [line.collected_fen for line in lines]
    return None if None in known else sum(each or 0 for each in known)


def statements_of_agreement(books: Books, agreement: Agreement, period: Period) -> list[Statement]:
    """An agreement's statements for the settlement that a period ends; none if it ends none."""
    if not period.ends(agreement.terms.every):
        return []
    closed = list(_closed(books, agreement, period))
    if closed or _is_past(books, period):
        return closed
    worked = books.work(agreement, period, books.position)
    return [_draft_of(books, agreement, period, each.stated) for each in worked]


def _draft_of(books: Books, agreement: Agreement, period: Period, stated: StatedPool) -> Statement:
    """What was worked out for the settlement that a month ends, with the months before it that are open as well."""
    begins, following = period.settlement_first(agreement.terms.every), books.next_period()
    since = max(agreement.terms.first, following.first) if following else begins
    months = (begins.year - since.year) * MONTHS["year"] + begins.month - since.month
    return replace(_statement(agreement, stated, books.position), open_before=max(0, months))


def statements_as_of(books: Books, day: date, number: str | None = None) -> list[Statement]:
    """What each agreement's statement would say if nothing booked after a day were known, as drafts.

    Raises AgreementUnknown, NoAgreements, NothingInForce.
    """
    agreements = [books.agreement(number)] if number else list(books.agreements.values())
    found = [statement for agreement in agreements for statement in _as_of(books, agreement, day)]
    if not found:
        raise nothing_in_force(books, agreements, month_span(Period.of(day)))
    return found


def _as_of(books: Books, agreement: Agreement, day: date) -> Iterator[Statement]:
    period = Period.of(settlement_last(day, agreement.terms.every))
    before = closed_at(books, period)
    for worked in books.work(agreement, period, books.position, before, day):
        yield replace(_draft_of(books, agreement, period, worked.stated), as_of=day)


def closed_at(books: Books, period: Period) -> int | None:
    """The position of the first closing of a period, if it is closed."""
    return next((position for position, closing in books.closings if closing.period == str(period)), None)


def _is_past(books: Books, period: Period) -> bool:
    last = books.last_closed()
    return last is not None and period <= last


def _closed(books: Books, agreement: Agreement, period: Period) -> Iterator[Statement]:
    for position, closing in books.closings:
        if closing.period == str(period):
            for stated in closing.statements:
                if stated.agreement == agreement.number:
                    yield _statement(agreement, stated, closing.cut, position, closing)


def _statement(
    agreement: Agreement,
    stated: StatedPool,
    cut: int,
    closed_at: int | None = None,
    closing: PeriodClosed | None = None,
) -> Statement:
    known = agreement.known_at(cut)  # as everything was called then
    return Statement(
        number=stated.number,
        agreement=agreement.number,
        title=known.latest.title,
        pool=stated.pool,
        settlement=stated.settlement,
        every=known.first.every,
        lines=tuple(_line(known.parties, line) for line in stated.lines),
        waiting_fen=stated.waiting_fen,
        undivided_fen=stated.undivided_fen,
        digest=stated.digest,
        cut=cut,
        closed_at=closed_at,
        engine=closing.engine if closing else "",
        edition=closing.edition if closing else 0,
        carried=_carried(known, stated),
        measure=stated.measure,
        unit=stated.unit,
        step=stated.step,
        basis=stated.basis,
        is_of_dates=any(pool.reported.kind == "stock" for pool in _texts_of(known, stated.pool) if pool.reported),
    )


def _carried(known: Versions, stated: StatedPool) -> tuple[StatementLine, ...]:
    carried = (StatedLine(party, fen, None, {}) for party, fen in stated.carried_fen.items())
    return tuple(_line(known.parties, line) for line in carried)


def _texts_of(known: Versions, name: str) -> list[Pool]:
    """A pool as each version has it."""
    return [pool for terms in known.signed if (pool := terms.pool(name))]


def _line(parties: Mapping[str, Party], line: StatedLine) -> StatementLine:
    name = parties[line.party].name
    return StatementLine(line.party, name, line.entitled_fen, line.collected_fen, line.causes_fen)


def closed_statements(books: Books) -> Iterator[Statement]:
    """Every closed statement, in the order of closing."""
    for position, closing in books.closings:
        for stated in closing.statements:
            yield _statement(books.agreement(stated.agreement), stated, closing.cut, position, closing)


class Owed(NamedTuple):
    """Who owes whom how much, in fen or smallest steps."""

    payer: StatementLine
    payee: StatementLine
    amount: int


def owed(found: Statement) -> list[Owed]:
    """Who owes whom how much: those who pay and those who receive matched in listing order, each in full.

    Of money who collected more than it is entitled to pays; of contributions who put in less than its part.
    Nothing is said of figures, nor where a net is not known or nets do not sum to zero.
    """
    lines = {line.party: line for line in found.lines}
    known = {party: line.net_fen for party, line in lines.items() if line.net_fen is not None}
    if found.basis not in ("", "inputs") or len(known) < len(lines):
        return []
    pairs = matched({party: -net if found.basis == "inputs" else net for party, net in known.items()})
    return [Owed(lines[payer], lines[payee], amount) for payer, payee, amount in pairs]


def matched(nets: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """Who pays whom how much, so that every net is settled: payers and payees in listing order, each in full."""
    if sum(nets.values()) != 0:
        return []
    owing = {name: -net for name, net in nets.items() if net < 0}
    pairs = []
    for payee, left in ((name, net) for name, net in nets.items() if net > 0):
        for payer, own in owing.items():
            amount = min(left, own)
            left -= amount
            owing[payer] = own - amount
            pairs += [(payer, payee, amount)] if amount else []
    return pairs


def in_place_check(found: Statement) -> str:
    """How the sum of split or double figures stands to the figure in place; empty where there is nothing to check."""
    in_place = found.collected_total
    if found.basis not in ("split", "double") or in_place is None:
        return ""
    return "相符" if found.total_fen == in_place else "不等，为双算" if found.basis == "double" else "不符，请核对"


def refuse_unstated(books: Books, agreement: Agreement, period: Period) -> None:
    """Raises NothingInForce where a look at the log is enough to see that there is no statement."""
    never = agreement.in_force_at is None
    if never or (_is_past(books, period) and not list(_closed(books, agreement, period))):
        raise nothing_in_force(books, [agreement], month_span(period))
