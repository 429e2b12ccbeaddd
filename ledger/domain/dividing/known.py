"""What is known (已知事实): agreements, certified facts, entries, projects and places, as of any position of the log.

What is due is a function of what is known and of a day (semantics 5.1, 5.9).
"""

from bisect import bisect_right
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cached_property

from ledger.domain.agreeing.agreement import Agreement
from ledger.domain.agreeing.certification import Certification, certified_at
from ledger.domain.dividing.claims import Claims
from ledger.domain.dividing.figure_reading import FigureReader
from ledger.domain.dividing.reading import Reader, Reading
from ledger.domain.events import Event
from ledger.domain.facts.certified import Certified
from ledger.domain.recording.entries import Entry, Originals
from ledger.domain.recording.figures import Report
from ledger.domain.recording.recorded import Recorded
from ledger.domain.register.places import NOWHERE, Places, evolve
from ledger.domain.register.projects import Project
from ledger.domain.register.relocations import Relocation


@dataclass
class Known:
    """The set of facts so far; every question names the position up to which they count.

    `counted` are the reported figures, each with the position from which it counts.
    """

    agreements: dict[str, Agreement] = field(default_factory=dict)
    facts: dict[str, Certification] = field(default_factory=dict)
    recorded: Recorded = field(default_factory=Recorded)
    counted: list[tuple[int, Report]] = field(default_factory=list)
    projects: dict[str, Project] = field(default_factory=dict)
    relocations: list[Relocation] = field(default_factory=list)
    known_places: list[tuple[int, Places]] = field(default_factory=list)

    def alone(self) -> "Known":
        """What is known, without what a fold of the log adds to it."""
        return Known(**{each.name: getattr(self, each.name) for each in fields(Known)})

    @property
    def entries(self) -> list[Entry]:
        """Every line of receipts as an entry; of many lines, ask `recorded` for those that matter."""
        return list(self.recorded)

    @property
    def originals(self) -> Originals:
        """The lines that take others back, and those that are taken back."""
        return self.recorded.originals

    def in_force(self, cut: int) -> list[Agreement]:
        """The agreements that every party had signed by a position."""
        return [each for each in self.agreements.values() if each.is_in_force(cut)]

    def rivals(self, agreement: Agreement) -> list[Agreement]:
        """Other agreements, in force or not, that may select the same entries, by the projects they name."""
        anywhere, by_project = self._naming
        if agreement.projects is None:
            found = set(self.agreements)
        else:
            found = anywhere.union(*(by_project.get(name, ()) for name in agreement.projects))
        return [self.agreements[number] for number in self._in_order(found - {agreement.number})]

    def _in_order(self, numbers: set[str]) -> list[str]:
        return [each for each in self.agreements if each in numbers] if len(numbers) > 1 else list(numbers)

    @cached_property
    def _naming(self) -> tuple[set[str], dict[str, set[str]]]:
        """The agreements that may select entries of any project, and those that name each project."""
        anywhere: set[str] = set()
        by_project: dict[str, set[str]] = {}
        for number, agreement in self.agreements.items():
            if agreement.projects is None:
                anywhere.add(number)
            for name in agreement.projects or ():
                by_project.setdefault(name, set()).add(number)
        return anywhere, by_project

    def certified(self, agreement: Agreement, cut: int) -> Certified:
        """What was certified for an agreement by a position."""
        return certified_at(self.facts.values(), agreement.number, cut)

    def reader(self, agreement: Agreement, cut: int) -> Reader:
        """How an agreement reads entries, by the versions, facts and places known at a position."""
        return Reader(agreement.known_at(cut), self.certified(agreement, cut), self.originals, self.places(cut))

    def places(self, cut: int = 2**63) -> Places:
        """The parks and regions recorded by a position."""
        count = bisect_right(self.known_places, cut, key=lambda each: each[0])
        return self.known_places[count - 1][1] if count else NOWHERE

    def learn_place(self, position: int, event: Event) -> None:
        """Take in what was recorded of a park or a region."""
        self.known_places.append((position, evolve(self.places(), event)))

    def figures(self, agreement: Agreement, cut: int, day: date) -> list[Reading]:
        """What an agreement makes of the figures that count at a position, of periods that have ended by a day."""
        reports = [report for position, report in self.counted if position <= cut and report.last <= day]
        return FigureReader(agreement.known_at(cut), self.reader(agreement, cut)).read(reports)

    def claims(self, agreement: Agreement, cut: int, others_cut: int | None = None) -> Claims:
        """An agreement's readings beside those of others in force."""
        at = cut if others_cut is None else others_cut
        return Claims(
            agreement,
            [each for each in self.rivals(agreement) if each.is_in_force(at)],
            lambda each: self.reader(each, cut if each.number == agreement.number else at),
        )
