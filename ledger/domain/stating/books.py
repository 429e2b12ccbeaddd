"""The books (账簿): everything known at a position of the log.

A mutable fold: `apply` takes what happened and never refuses.  Queries are answered as of
a position, so what was known then can be asked later.  `still` gives many readers at once what
the fold holds now.
"""

from copy import copy
from datetime import date

from ledger.domain.agreeing import acceptance, certification
from ledger.domain.agreeing.acceptance import Batch
from ledger.domain.agreeing.agreement import Agreement, AgreementUnknown, evolve
from ledger.domain.calendar import Period
from ledger.domain.dividing.known import Known
from ledger.domain.events import (
    AgreementCountered,
    AgreementProposed,
    AgreementSigned,
    AmendmentProposed,
    BooksOpened,
    EnterpriseRelocated,
    Event,
    FactConfirmed,
    FactProposed,
    FiguresAccepted,
    FiguresRecorded,
    MappingSaved,
    ParkDated,
    ParkMoved,
    ParkRegistered,
    PeriodClosed,
    ProjectRegistered,
    ProjectStageReached,
    ProjectTransferred,
    ReceiptsRecorded,
    RegionSucceeded,
    RegionSuccessionWithdrawn,
)
from ledger.domain.recording.recorded import Recorded
from ledger.domain.register import projects
from ledger.domain.register.mappings import ColumnMapping
from ledger.domain.register.relocations import relocation_of
from ledger.domain.stating.statement import Stated, Worked, statements
from ledger.domain.terms import Terms


class Books(Known):
    """The set of facts known so far, and what was stated of them."""

    def __init__(self, recorded: Recorded | None = None) -> None:
        super().__init__()
        self.recorded = Recorded() if recorded is None else recorded
        self.position = 0
        self.title = ""
        self.batches: dict[str, Batch] = {}
        self.closings: list[tuple[int, PeriodClosed]] = []
        self.mappings: dict[str, ColumnMapping] = {}

    def still(self) -> "Books":
        """The books as they stand: what these take in later does not show in those."""
        found = Books(self.recorded.still())
        of_its_own = {"recorded", "_naming"}
        found.__dict__ |= {name: copy(value) for name, value in vars(self).items() if name not in of_its_own}
        return found

    def apply(self, position: int, event: Event) -> None:
        """Take in what happened at a position."""
        match event:
            case BooksOpened(title=title):
                self.title = title
            case (
                AgreementProposed(agreement=number)
                | AgreementSigned(agreement=number)
                | AgreementCountered(agreement=number)
                | AmendmentProposed(agreement=number)
            ):
                self._agreed(number, event, position)
            case FactProposed(agreement=number) | FactConfirmed(agreement=number):
                self.facts = certification.evolve(self.facts, event, position, self.agreements[number])
            case ReceiptsRecorded(receipts=receipts):
                self.recorded.add(position, receipts)
            case FiguresRecorded() | FiguresAccepted():
                self.batches = acceptance.evolve(self.batches, event, position)
                self.counted += acceptance.counting_from(self.batches, event, position)
            case PeriodClosed():
                self.closings.append((position, event))
            case MappingSaved(name=name, columns=columns):
                self.mappings[name] = ColumnMapping(name, columns)
            case ParkRegistered() | ParkMoved() | ParkDated() | RegionSucceeded() | RegionSuccessionWithdrawn():
                self.learn_place(position, event)
            case ProjectRegistered() | ProjectStageReached() | ProjectTransferred() | EnterpriseRelocated():
                self._registered(event)
        self.position = position

    def _registered(self, event: Event) -> None:
        self.projects = projects.evolve(self.projects, event)
        if isinstance(event, EnterpriseRelocated):
            self.relocations.append(relocation_of(event))

    def _agreed(self, number: str, event: Event, position: int) -> None:
        """An agreement moved on; with a party that leaves, facts that lacked only its word are certified."""
        self.agreements[number] = evolve(self.agreements.get(number), event, position)
        self.__dict__.pop("_naming", None)
        self.facts = certification.completed(self.facts, self.agreements[number], position)

    def agreement(self, number: str) -> Agreement:
        """The agreement of a number; raises AgreementUnknown."""
        if number not in self.agreements:
            raise AgreementUnknown(agreement=number[:40])
        return self.agreements[number]

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

    def work(
        self,
        agreement: Agreement,
        period: Period,
        cut: int,
        before: int | None = None,
        as_of: date | None = None,
        *,
        line_by_line: bool = False,
    ) -> list[Worked]:
        """The statements of an agreement for the settlement a period ends, worked out at a cut.

        The changes are there line by line if they are asked for.  `before` leaves out closings from a position on, so that a closing can be worked out again; `as_of` leaves
        out what is booked later than a day.
        """
        said = self.said(agreement.number, self.position + 1 if before is None else before)
        return statements(self, agreement, said, period, cut, as_of, line_by_line=line_by_line)

    def last_closed(self) -> Period | None:
        """The last period that was closed."""
        return Period.parse(self.closings[-1][1].period) if self.closings else None

    def next_period(self) -> Period | None:
        """The period that closes next: the month after the last closed, or that of the first booking."""
        last = self.last_closed()
        return last.next if last else self.first_period()

    def first_period(self) -> Period | None:
        """The month of the first booking, or in which an agreement begins that moves money by itself."""
        booked = self.recorded.booked() + [report.last for _, report in self.counted]
        booked += [each.terms.first for each in self.in_force(self.position) if _moves_by_itself(each.terms)]
        return Period.of(min(booked)) if booked else None


def _moves_by_itself(terms: Terms) -> bool:
    """Whether something falls due without anything being recorded."""
    return any(pool.transfers or pool.guarantee for pool in terms.pools)
