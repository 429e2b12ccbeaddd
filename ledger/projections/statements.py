"""Statements as people read them: closed ones from the log, open ones worked out now and marked as drafts."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ledger.domain.agreement import Agreement
from ledger.domain.books import Books
from ledger.domain.calendar import MONTHS, Every, Period
from ledger.domain.errors import NotFound
from ledger.domain.events import PeriodClosed, StatedLine, StatedPool

SETTLEMENT = re.compile(r"([0-9]{4})(?:-Q([1-4]))?")


class NothingInForce(NotFound):
    """A period in which no agreement settles."""

    zh = "{period} 没有需要结算的协议：没有各方都已签署且在这个月结算的协议。请用 enclave agreement show 查看。"
    en = "No agreement settles in {period}: none is signed by every party and due. See enclave agreement show."


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
    """One statement: of one agreement and pool, for one settlement."""

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

    @property
    def is_draft(self) -> bool:
        """Whether the period is still open."""
        return self.closed_at is None

    @property
    def total_fen(self) -> int:
        """What is divided by this statement."""
        return sum(line.entitled_fen for line in self.lines)


def period_of(text: str) -> Period:
    """The month that a settlement ends with: `2024-03`, `2024-Q1` or `2024`; raises PeriodUnreadable."""
    found = SETTLEMENT.fullmatch(text)
    if not found or found[1] == "0000":
        return Period.parse(text)
    return Period(int(found[1]), int(found[2]) * MONTHS["quarter"] if found[2] else 12)


def statements(books: Books, period: Period, number: str | None = None) -> list[Statement]:
    """Every statement of a period, or of one agreement: as closed, and drafts where it is open.

    Raises AgreementUnknown, NothingInForce.
    """
    agreements = [books.agreement(number)] if number else list(books.agreements.values())
    found = [statement for agreement in agreements for statement in statements_of_agreement(books, agreement, period)]
    if not found:
        raise NothingInForce(period=period)
    return found


def statements_of_agreement(books: Books, agreement: Agreement, period: Period) -> list[Statement]:
    """An agreement's statements for the settlement that a period ends; none if it ends none."""
    if not period.ends(agreement.terms.every):
        return []
    closed = list(_closed(books, agreement, period))
    if closed or _is_past(books, period):
        return closed
    worked = books.work(agreement, period, books.position)
    return [_statement(agreement, each.stated, books.position) for each in worked]


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
    return Statement(
        number=stated.number,
        agreement=agreement.number,
        title=agreement.terms.title,
        pool=stated.pool,
        settlement=stated.settlement,
        every=agreement.terms.every,
        lines=tuple(_line(agreement, line) for line in stated.lines),
        waiting_fen=stated.waiting_fen,
        undivided_fen=stated.undivided_fen,
        digest=stated.digest,
        cut=cut,
        closed_at=closed_at,
        engine=closing.engine if closing else "",
        edition=closing.edition if closing else 0,
    )


def _line(agreement: Agreement, line: StatedLine) -> StatementLine:
    name = agreement.terms.parties[line.party].name
    return StatementLine(line.party, name, line.entitled_fen, line.collected_fen, line.causes_fen)
