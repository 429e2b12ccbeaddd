"""Statements as people read them: closed ones from the log, open ones worked out now and marked as drafts."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ledger.domain.agreement import Agreement
from ledger.domain.books import Books
from ledger.domain.calendar import MONTHS, Every, Period, settlement, settlement_last
from ledger.domain.errors import Language, NotFound, Refusal
from ledger.domain.events import PeriodClosed, StatedLine, StatedPool
from ledger.projections.terms_in_words import EVERY

SETTLEMENT = re.compile(r"([0-9]{4})(?:-Q([1-4]))?")


class NothingInForce(NotFound):
    """A period in which no agreement has a statement, and why each has none."""

    zh = "{period} 没有结算单；各协议的签署、期限和结算周期见 enclave agreement show。"
    en = "There is no statement for {period}; see enclave agreement show for signatures, life and rhythm."

    def __init__(self, reasons: Iterable[Refusal] = (), **facts: object) -> None:
        self.reasons = tuple(reasons)
        super().__init__(**facts)

    def say(self, language: Language) -> str:
        """The sentence, and the reason of each agreement behind it."""
        return " ".join([super().say(language), *(reason.say(language) for reason in self.reasons)])


class NoAgreements(NotFound):
    """Books without an agreement."""

    zh = "账内还没有协议，所以没有结算单。请先用 enclave agreement propose 提出，各方签齐即生效。"
    en = "There is no agreement in the books, so there is no statement. Put one forward with enclave agreement propose."


class StillUnsigned(NotFound):
    """An agreement that some party has yet to sign."""

    zh = "{agreement} 尚待 {parties} 签署，{when}没有它的结算单。"
    en = "Agreement {agreement} is not signed by {parties} yet, so it has no statement."


class SettlesOtherwise(NotFound):
    """A period that is only a part of the agreement's settlement."""

    zh = "{agreement} {rhythm}，请看 {settlement}。"
    en = "Agreement {agreement} settles longer periods; see {settlement}."


class SeveralSettlements(NotFound):
    """A period of several settlements, where one is wanted."""

    zh = "{agreement} {rhythm}，请写 {example} 这样的一期；{asked} 有 {count} 期，一次只能解释一期。"
    en = "Agreement {agreement} has {count} settlements in {asked}; name one of them, such as {example}."


class OutsideLife(NotFound):
    """A period outside the agreement's life."""

    zh = "{agreement} 的期限自 {first} {last}，不含 {period}。请看期限以内的结算期。"
    en = "The life of agreement {agreement}, from {first}, does not cover {period}. See a period within its life."


class BeforeFirstClosing(NotFound):
    """A period before the books began to close."""

    zh = "账内从 {first} 开始结账，{agreement} 在此前没有结算单。请看 {first} 及以后。"
    en = (
        "The books began to close with {first}; agreement {agreement} has no statement before it. See {first} or later."
    )


class ClosedBeforeSigned(NotFound):
    """A period that was closed before the agreement's last signature."""

    zh = "{agreement} 在 {period} 结账之后才签齐，这部分款项列入它的下一张结算单，请看 {following}。"
    en = "Agreement {agreement} was signed after {period} was closed; that money is in its next statement: {following}."


@dataclass(frozen=True)
class Span:
    """The months that a person asks for: one month, a quarter or a year."""

    name: str
    first: Period
    last: Period

    def ends(self, every: Every) -> list[Period]:
        """The months of it with which a settlement ends."""
        months = (Period(self.last.year, month) for month in range(self.first.month, self.last.month + 1))
        return [month for month in months if month.ends(every)]


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


# Which period


def span_of(text: str) -> Span:
    """The months that `2024-03`, `2024-Q1` or `2024` names; raises PeriodUnreadable."""
    found = SETTLEMENT.fullmatch(text)
    if not found or found[1] == "0000":
        return month_span(Period.parse(text))
    last = int(found[2]) * MONTHS["quarter"] if found[2] else MONTHS["year"]
    months = MONTHS["quarter" if found[2] else "year"]
    return Span(text, Period(int(found[1]), last - months + 1), Period(int(found[1]), last))


def month_span(month: Period) -> Span:
    """One month."""
    return Span(str(month), month, month)


def period_of(text: str) -> Period:
    """The month that a settlement ends with: `2024-03`, `2024-Q1` or `2024`; raises PeriodUnreadable."""
    return span_of(text).last


def settlement_asked(agreement: Agreement, span: Span) -> Period:
    """The month that ends the one settlement of a span; raises SettlesOtherwise, SeveralSettlements."""
    ends = span.ends(agreement.terms.every)
    if not ends:
        raise _settles_otherwise(agreement, span)
    if len(ends) > 1:
        raise SeveralSettlements(
            agreement=agreement.number,
            rhythm=EVERY[agreement.terms.every],
            example=settlement(ends[0].last, agreement.terms.every),
            asked=span.name,
            count=len(ends),
        )
    return ends[0]


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
    """The month of the last booking."""
    return Period.of(max(entry.booked_on for entry in books.entries)) if books.entries else None


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
        carried=tuple(_line(agreement, StatedLine(party, fen, None, {})) for party, fen in stated.carried_fen.items()),
    )


def _line(agreement: Agreement, line: StatedLine) -> StatementLine:
    name = agreement.terms.parties[line.party].name
    return StatementLine(line.party, name, line.entitled_fen, line.collected_fen, line.causes_fen)


# Why there is none


def nothing_in_force(books: Books, agreements: Sequence[Agreement], span: Span) -> Refusal:
    """The refusal of a span in which none of these agreements has a statement, with the true reasons."""
    if not agreements:
        return NoAgreements()
    return NothingInForce([_why_none(books, each, span) for each in agreements], period=span.name)


def refuse_unstated(books: Books, agreement: Agreement, period: Period) -> None:
    """Raises NothingInForce where a look at the log is enough to see that there is no statement."""
    never = agreement.in_force_at is None
    if never or (_is_past(books, period) and not list(_closed(books, agreement, period))):
        raise nothing_in_force(books, [agreement], month_span(period))


def still_unsigned(agreement: Agreement, when: str) -> StillUnsigned:
    """The sentence about an agreement that lacks signatures."""
    missing = [party.name for party in agreement.terms.parties.values() if party.id not in agreement.signed]
    return StillUnsigned(agreement=agreement.number, parties="、".join(missing), when=when)


def _why_none(books: Books, agreement: Agreement, span: Span) -> Refusal:
    terms, number = agreement.terms, agreement.number
    if agreement.in_force_at is None:
        return still_unsigned(agreement, "本期")
    begins, ends = span.first.settlement_first(terms.every), settlement_last(span.last.last, terms.every)
    if ends < terms.first or (terms.last and terms.last < begins):
        last = f"至 {terms.last}" if terms.last else "起长期有效"
        return OutsideLife(agreement=number, period=span.name, first=terms.first, last=last)
    if books.closings and ends < Period.parse(books.closings[0][1].period).first:
        return BeforeFirstClosing(agreement=number, first=books.closings[0][1].period)
    if not span.ends(terms.every):
        return _settles_otherwise(agreement, span)
    return ClosedBeforeSigned(agreement=number, period=span.name, following=_first_stated(books, agreement))


def _settles_otherwise(agreement: Agreement, span: Span) -> SettlesOtherwise:
    every = agreement.terms.every
    right = settlement(span.last.last, every)
    return SettlesOtherwise(agreement=agreement.number, rhythm=EVERY[every], settlement=right)


def _first_stated(books: Books, agreement: Agreement) -> str:
    """The name of the first settlement that the agreement states, or will."""
    every = agreement.terms.every
    for _, closing in books.closings:
        period = Period.parse(closing.period)
        if agreement.is_in_force(closing.cut) and period.ends(every):
            return settlement(period.last, every)
    following = books.next_period() or Period.of(agreement.terms.first)
    return settlement(following.last, every)
