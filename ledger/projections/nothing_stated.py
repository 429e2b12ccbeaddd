"""Why there is no statement: the true reason, agreement by agreement."""

from collections.abc import Iterable, Sequence

from ledger.domain.agreeing.agreement import Agreement
from ledger.domain.calendar import Period, settlement, settlement_last
from ledger.domain.errors import Language, NotFound, Refusal
from ledger.domain.stating.books import Books
from ledger.projections.spans import Span
from ledger.projections.terms_in_words import EVERY


class NothingInForce(NotFound):
    """A period in which no agreement has a statement, and why each has none."""

    zh = "{period} 没有结算单；请看各协议的签署、期限和结算周期。"
    en = "There is no statement for {period}; the agreements say who signed, for how long, and how often they settle."

    def __init__(self, reasons: Iterable[Refusal] = (), **facts: object) -> None:
        self.reasons = tuple(reasons)
        super().__init__(**facts)

    def say(self, language: Language) -> str:
        """The sentence, and the reason of each agreement behind it."""
        return " ".join([super().say(language), *(reason.say(language) for reason in self.reasons)])


class NoAgreements(NotFound):
    """Books without an agreement."""

    zh = "账内还没有协议，所以没有结算单。请先提出，各方签齐即生效。"
    en = "There is no agreement in the books, so there is no statement. Put one forward; it is in force once every party signs."


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


def nothing_in_force(books: Books, agreements: Sequence[Agreement], span: Span) -> Refusal:
    """The refusal of a span in which none of these agreements has a statement, with the true reasons."""
    if not agreements:
        return NoAgreements()
    return NothingInForce([_why_none(books, each, span) for each in agreements], period=span.name)


def still_unsigned(agreement: Agreement, when: str) -> StillUnsigned:
    """The sentence about an agreement that lacks signatures."""
    missing = [agreement.name_of(party) for party in agreement.missing()]
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
