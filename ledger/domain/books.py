"""The books (账簿): everything known at a position of the log.

A mutable fold: `apply` takes what happened and never refuses.  Queries are answered as of
a position, so what was known then can be asked later.
"""

from ledger.domain.agreement import Agreement, AgreementUnknown, evolve
from ledger.domain.calendar import Period
from ledger.domain.entries import Entry, Originals
from ledger.domain.events import (
    AgreementProposed,
    AgreementSigned,
    BooksOpened,
    Event,
    PeriodClosed,
    ReceiptsRecorded,
)
from ledger.domain.statement import Stated, Worked, Working


class Books:
    """The set of facts known so far."""

    def __init__(self) -> None:
        self.position = 0
        self.title = ""
        self.agreements: dict[str, Agreement] = {}
        self.entries: list[Entry] = []
        self.originals = Originals()
        self.closings: list[tuple[int, PeriodClosed]] = []

    def apply(self, position: int, event: Event) -> None:
        """Take in what happened at a position."""
        match event:
            case BooksOpened(title=title):
                self.title = title
            case AgreementProposed(agreement=number) | AgreementSigned(agreement=number):
                self.agreements[number] = evolve(self.agreements.get(number), event, position)
            case ReceiptsRecorded(receipts=receipts):
                for entry in receipts.entries(position):
                    self.entries.append(entry)
                    self.originals.add(entry)
            case PeriodClosed():
                self.closings.append((position, event))
        self.position = position

    def agreement(self, number: str) -> Agreement:
        """The agreement of a number; raises AgreementUnknown."""
        if number not in self.agreements:
            raise AgreementUnknown(agreement=number[:40])
        return self.agreements[number]

    def in_force(self, cut: int) -> list[Agreement]:
        """The agreements that every party had signed by a position."""
        return [each for each in self.agreements.values() if each.is_in_force(cut)]

    def said(self, number: str, before: int) -> Stated:
        """What closings below a position stated of an agreement."""
        stated = Stated()
        every = self.agreements[number].terms.every
        for position, closing in self.closings:
            period = Period.parse(closing.period)
            if position < before and period.ends(every) and self.agreements[number].is_in_force(closing.cut):
                own = [each for each in closing.statements if each.agreement == number]
                stated = stated.after(closing.cut, period.last, own)
        return stated

    def work(self, agreement: Agreement, period: Period, cut: int, before: int | None = None) -> list[Worked]:
        """The statements of an agreement for the settlement a period ends, worked out at a cut.

        `before` leaves out closings from a position on, so that a closing can be worked out again.
        """
        said = self.said(agreement.number, self.position + 1 if before is None else before)
        others = list(self.agreements.values())
        return Working(agreement, others, said).statements(self.entries, self.originals, period, cut)

    def last_closed(self) -> Period | None:
        """The last period that was closed."""
        return Period.parse(self.closings[-1][1].period) if self.closings else None

    def next_period(self) -> Period | None:
        """The period that closes next: the month after the last closed, or that of the first booking."""
        last = self.last_closed()
        return last.next if last else self.first_period()

    def first_period(self) -> Period | None:
        """The month of the first booking."""
        return Period.of(min(entry.booked_on for entry in self.entries)) if self.entries else None
