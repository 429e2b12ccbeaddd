"""The ledger: one method for each act an officer performs.

Every act looks at the books, decides, and records behind the position it looked at; if
somebody was faster it decides again.  Many may act on the same books at once (`ledger/store/kept_books.py`).
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from ledger.audit.chain import Algorithm
from ledger.audit.files import check_files
from ledger.audit.index import IndexUnusable, LogCut, SnapshotDiffers, check_index
from ledger.audit.verification import PointNotOnChain, Report, check_chain, check_statements
from ledger.domain.agreeing import acceptance, agreement, certification
from ledger.domain.agreeing.acceptance import AcceptingLevel, Batch
from ledger.domain.agreeing.agreement import Agreement
from ledger.domain.agreeing.certification import Certification
from ledger.domain.calendar import Period
from ledger.domain.dividing.claims import refuse_claimed_twice
from ledger.domain.errors import Fault, NotFound, RuleBroken
from ledger.domain.events import BooksOpened, EnterpriseRelocated, Event, Fact, FactProposed, PeriodClosed
from ledger.domain.recording.linking import link
from ledger.domain.recording.receipts import Receipts, Rows
from ledger.domain.recording.recognition import unrecorded
from ledger.domain.register import mappings, parks, projects, regions, relocations
from ledger.domain.register.mappings import ColumnMapping
from ledger.domain.register.parks import Park
from ledger.domain.register.places import Places
from ledger.domain.register.projects import Project, Stage
from ledger.domain.register.regions import Regions
from ledger.domain.register.relocations import NOT_KNOWN, Location, Relocation, relocation_of
from ledger.domain.stating import closing
from ledger.domain.stating.books import Books
from ledger.domain.terms import Document
from ledger.files.figures_file import read_figures, read_inputs
from ledger.files.figures_plan import FiguresPlan, Sees, everything, figures_plan
from ledger.files.import_plan import FilePlan, Imported, ImportPlan, Shown
from ledger.files.lines_file import LinesFile, sound_lines
from ledger.files.notes import mapped
from ledger.files.receipts_file import ReceiptsFile, read_credit_code, read_receipts
from ledger.files.text import writable
from ledger.store.kept_books import Act, KeptBooks
from ledger.store.log import BooksDamaged, Log
from ledger.store.requests import Request

Read = TypeVar("Read", bound=LinesFile)


def unheard(lines: int) -> None:
    """For whoever does not want to know how many lines were read."""


class PositionUnknown(NotFound):
    """A position that the log does not have."""

    zh = "日志没有第 {position} 号事项，现在到第 {head} 号。请查看事项日志。"
    en = "The log has no event {position}; it goes up to {head}. Read the events."


class Ledger:
    """One set of books, and who acts."""

    def __init__(self, kept: KeptBooks, actor: str, request: Request | None = None) -> None:
        self._kept = kept
        self._log = kept.log
        self._actor = writable(actor)
        self._request = request
        self._check: Callable[[], None] | None = None

    @classmethod
    def open(cls, path: Path, actor: str) -> "Ledger":
        """The books at a path; raises BooksMissing."""
        return cls(KeptBooks(Log(path)), actor)

    @classmethod
    def begin(cls, path: Path, actor: str, title: str, algorithm: Algorithm = "sha256") -> "Ledger":
        """New books at a path, or those that are there."""
        ledger = cls(KeptBooks(Log(path, algorithm, create=True)), actor)
        if not ledger._log.head().position:
            ledger._act(
                lambda books: [] if books.position else [Fact("books", BooksOpened, {"title": writable(title)})]
            )
        return ledger

    def acting_as(self, actor: str, request: Request | None = None) -> "Ledger":
        """The same books, as far as they are known here, acted on by somebody else, for a request of theirs."""
        return Ledger(self._kept, actor, request)

    def provided(self, check: Callable[[], None]) -> "Ledger":
        """The same, acting only while a check of what the log holds does not refuse; nothing comes between the two."""
        other = Ledger(self._kept, self._actor, self._request)
        other._check = check
        return other

    def close_files(self) -> None:
        """Let go of the file."""
        self._log.close()

    @property
    def books(self) -> Books:
        """Everything known now; what is recorded later does not show in it."""
        return self._kept.books

    def books_at(self, position: int) -> Books:
        """Everything that was known at a position of the log; raises PositionUnknown."""
        head = self._log.head().position
        if not 0 < position <= head:
            raise PositionUnknown(position=position, head=head)
        return self._kept.at(position)

    def books_known_at(self, position: int | None) -> Books:
        """Everything known now, or at a position if one is named; raises PositionUnknown."""
        return self.books if position is None else self.books_at(position)

    @property
    def log(self) -> Log:
        """The events themselves."""
        return self._log

    def actor_at(self, position: int) -> str:
        """Who recorded the event at a position; nobody where there is none."""
        return next((event.actor for _, event in self._log.history(position - 1, position)), "")

    # Agreements

    def propose_agreement(self, document: Document) -> Agreement:
        """Put terms forward; raises TermsRefused, AlreadyProposed."""

        def decide(books: Books) -> list[Fact]:
            number = f"A{len(books.agreements) + 1}"
            return [agreement.propose(document, books.agreements.values(), number)]

        self._act(decide)
        return next(each for each in reversed(self.books.agreements.values()) if each.document == document)

    def counter_agreement(self, number: str, party: str, document: Document) -> Agreement:
        """Put another text in the place of the draft; raises NothingToSign, NotAParty, TermsRefused."""
        self._act(lambda books: [agreement.counter(books.agreement(number), party, document)])
        return self.books.agreement(number)

    def amend_agreement(self, number: str, party: str, document: Document) -> Agreement:
        """Put a later version forward; raises NotInForceYet, DraftPending, NotAParty, TermsRefused."""
        self._act(lambda books: [agreement.amend(books.agreement(number), party, document)])
        return self.books.agreement(number)

    def leave_agreement(self, number: str, party: str, document: Document) -> Agreement:
        """Put terms forward by which a party leaves; raises LeaverStays, and as `amend_agreement`."""
        self._act(lambda books: [agreement.leave(books.agreement(number), party, document)])
        return self.books.agreement(number)

    def end_agreement(self, number: str, party: str, last: date) -> Agreement:
        """Put the same terms forward with another last day; raises as `amend_agreement`."""
        self._act(lambda books: [agreement.end(books.agreement(number), party, last)])
        return self.books.agreement(number)

    def sign_agreement(self, number: str, *parties: str, draft: int | None = None) -> Agreement:
        """One party or several agree to the draft that waits, together or not at all.

        Raises AgreementUnknown, NothingToSign, DraftReplaced, NotAParty, AlreadySigned; with the last signature
        AgreementsOverlap or EntriesClaimedTwice.
        """
        waiting = self.books.agreement(number).draft
        text = draft if draft is not None else waiting.number if waiting else 0

        def decide(books: Books) -> list[Fact]:
            signed, others = books.agreement(number), list(books.agreements.values())
            facts = agreement.sign(signed, text, parties, others)
            if signed.is_completed_by(signed.party(party) for party in parties):
                refuse_claimed_twice(signed, others, books.recorded, lambda each: books.reader(each, books.position))
            return facts

        self._act(decide)
        return self.books.agreement(number)

    # Certified facts

    def propose_facts(
        self, number: str, documents: Sequence[Document], party: str = "", supersedes: str = ""
    ) -> list[Certification]:
        """Put facts forward, all or none; raises TermsRefused, FactUnknown, FactKnown, FactContradicts."""
        recorded = self._act(
            lambda books: certification.propose(books.agreement(number), documents, books.facts, party, supersedes)
        )
        facts = self.books.facts
        return [facts[event.fact] for event in recorded if isinstance(event, FactProposed)]

    def confirm_fact(self, fact: str, *parties: str) -> Certification:
        """One party or several confirm a fact; raises FactUnknown, FactSuperseded, AlreadyConfirmed, NotAParty."""

        def decide(books: Books) -> list[Fact]:
            named = certification.find(books.facts, fact)
            return certification.confirm(books.agreement(named.agreement), books.facts, fact, parties)

        self._act(decide)
        return self.books.facts[fact]

    # Projects and enterprises

    def register_project(self, entered: Project) -> Project:
        """Enter a project (its number is given here), bound to the agreement it names, if any.

        Raises NameUnusable, CreditCodeWrong, ProjectKnown, AgreementUnknown, AgreementNotInForce, NotAParty.
        """
        entered = replace(entered, enterprise=read_credit_code(entered.enterprise))

        def decide(books: Books) -> list[Fact]:
            bound = books.agreement(entered.agreement) if entered.agreement else None
            return [projects.register(books.projects, replace(entered, number=f"P{len(books.projects) + 1}"), bound)]

        self._act(decide)
        return projects.find(self.books.projects, entered.name)

    def reach_stage(self, project: str, stage: Stage, on: date, source: str, supersedes: str = "") -> Project:
        """Record a stage, or correct a record by naming it.

        Raises ProjectUnknown, NameUnusable, StageRecordUnknown, StageRecordReplaced, StageKnown, StageTooEarly,
        StageDaysContradict.
        """
        self._act(lambda books: [projects.reach(projects.find(books.projects, project), stage, on, source, supersedes)])
        return projects.find(self.books.projects, project)

    def transfer_project(
        self, project: str, number: str, receiver: str, on: date, source: str = "", introducer: str = ""
    ) -> Project:
        """Hand a project on to a receiver, both sides bound by an agreement in force.

        Raises ProjectUnknown, AgreementUnknown, AgreementNotInForce, NotAParty, TransferToItself and the like.
        """

        def decide(books: Books) -> list[Fact]:
            found, bound = projects.find(books.projects, project), books.agreement(number)
            return [projects.transfer(found, bound, receiver, on, source, introducer)]

        self._act(decide)
        return projects.find(self.books.projects, project)

    def relocate_enterprise(
        self, project: str, new: Location, on: date, source: str, old: Location = NOT_KNOWN
    ) -> Relocation:
        """Record that a project's enterprise moved.

        Raises ProjectUnknown, EnterpriseMissing, RelocatedFromElsewhere, RelocatedToItself, RelocationNotLater.
        """

        def decide(books: Books) -> list[Fact]:
            found = projects.find(books.projects, project)
            return [relocations.relocate(found, books.relocations, new, on, source, old)]

        (moved,) = self._act(decide)
        assert isinstance(moved, EnterpriseRelocated)
        return relocation_of(moved)

    # Parks and regions

    def change_places(self, decide: Callable[[Places], Fact]) -> Places:
        """Change the register of parks and region codes; raises as the decider does."""
        self._act(lambda books: [decide(books.places())])
        return self.books.places()

    def register_park(self, park: str, parent: str, first: date, last: date | None = None) -> Park:
        """Enter a park; raises NameUnusable, ParkKnown, ParkUnknown, ParkDaysBackwards, ParentNotThere."""
        places = self.change_places(lambda places: parks.register(places.parks, park, parent, first, last))
        return places.parks.park(park.strip())

    def move_park(self, park: str, parent: str, on: date) -> Park:
        """Put a park below another from a day on; raises ParkUnknown, ParkNotThere, ParkCircular and the like."""
        places = self.change_places(lambda places: parks.move(places.parks, park, parent, on))
        return places.parks.park(park.strip())

    def date_park(self, park: str, first: date | None, last: date | None) -> Park:
        """Say a park's days anew; raises ParkUnknown, ParkDaysBackwards, ParentNotThere, ParkCircular."""
        places = self.change_places(lambda places: parks.set_days(places.parks, park, first, last))
        return places.parks.park(park.strip())

    def succeed_region(self, old: str, new: str, on: date, source: str) -> Regions:
        """Record that a region code took another's place; raises SuccessionKnown, SuccessionCircular and the like."""
        return self.change_places(lambda places: regions.succeed(places.regions, old, new, on, source)).regions

    def withdraw_succession(self, old: str, on: date, source: str) -> Regions:
        """Take back a succession recorded in error; raises SuccessionUnknown."""
        return self.change_places(lambda places: regions.withdraw(places.regions, old, on, source)).regions

    # Receipts

    def import_receipts(
        self, data: bytes, name: str, *, skip_bad: bool = False, sheet: str = "", mapping: str = ""
    ) -> Imported:
        """Record the lines of a file, all or nothing; lines already there change nothing.  The file is kept.

        With `skip_bad` the sound lines are recorded and the others left out.  Raises as `plan_import`.
        """
        return self.record_import(self.plan_import(data, name, skip_bad=skip_bad, sheet=sheet, mapping=mapping))

    def plan_import(
        self,
        data: bytes,
        name: str,
        *,
        skip_bad: bool = False,
        sheet: str = "",
        mapping: str = "",
        shown: Shown = list,
        on_read: Callable[[int], object] = unheard,
    ) -> ImportPlan:
        """What an import would record, and nothing is; of recorded lines that are not `shown` nothing is told.

        `on_read` hears how many lines the file has.

        Raises LinesRefused with every wrong line (not with `skip_bad`), MappingUnknown, or the rule that the file breaks.
        """
        file = self._read(partial(read_receipts, data, writable(name), skip_bad=True, sheet=sheet), mapping)
        on_read(len(file))
        return self._planned(file, data, skip_bad=skip_bad, shown=shown)

    def plan_without(self, plan: ImportPlan, faults: Sequence[Fault]) -> ImportPlan:
        """A plan without the lines of some more faults, and without what takes these lines back."""
        file = plan.file.without_faulty(faults)
        return self._planned(file, plan.data, skip_bad=True, shown=plan.shown)

    def _read(self, read: Callable[..., Read], mapping: str) -> Read:
        """A file as it is read with a saved mapping, if one is named; raises MappingUnknown, and as reading does."""
        if not mapping:
            return read()
        own = mappings.find(self.books.mappings, mapping)
        file = read(own=own.columns)
        return replace(file, source=replace(file.source, notes=(*file.source.notes, mapped(own.name))))

    def record_import(self, plan: ImportPlan) -> Imported:
        """Record what was planned; again from what is there now if somebody was faster.  Raises LinesRefused."""

        def decide(position: int) -> list[Fact]:
            nonlocal plan
            if self._log.has_receipts(plan.position):
                plan = self._planned(plan.file, plan.data, skip_bad=plan.skip_bad, shown=plan.shown)
            plan = replace(plan, position=position)
            if not len(plan.fresh):
                return []
            self._log.keep_file(plan.sha256, plan.data)
            return plan.facts()

        recorded = self._kept.record_by_log(decide, self._actor, self._request)
        self._kept.keep_snapshot()
        return plan.done(plan.position + len(recorded))

    def books_if(self, plan: FilePlan) -> Books:
        """The books as they would be if a plan were recorded now."""
        books = self.books_at(plan.position)
        facts = dict(enumerate(plan.facts(), plan.position + 1))
        fresh = {position: fact.fields["receipts"] for position, fact in facts.items() if "receipts" in fact.fields}
        books.recorded.load_from(lambda position: fresh.get(position) or self._log.receipts_at(position))
        for position, fact in facts.items():
            books.apply(position, self.supposed(fact))
        return books

    def supposed(self, fact: Fact) -> Event:
        """A fact as the event that it would be if it were recorded now."""
        return self._log.drafted([fact], self._actor, {})[0]

    def books_once_accepted(self, plan: FiguresPlan) -> Books:
        """The books as they would be if a plan were recorded now and every level accepted its figures."""
        books = self.books_if(plan)
        while plan.batch and (level := books.batches[plan.batch].due):
            fact = acceptance.accept(books.batches, plan.batch, level)
            books.apply(books.position + 1, self.supposed(fact))
        return books

    def _planned(self, file: ReceiptsFile, data: bytes, *, skip_bad: bool, shown: Shown) -> ImportPlan:
        """What of a file's lines is new behind the log's position; wrong lines are left out with `skip_bad`."""
        sha256 = hashlib.sha256(data).hexdigest()
        file, found = sound_lines(
            file, lambda file: (self._log.head().position, *self._fresh(file, shown)), skip_bad=skip_bad
        )
        position, rows, fresh = found
        own: dict[str, Any] = {"file": file, "data": data, "skip_bad": skip_bad, "shown": shown}
        return ImportPlan(sha256=sha256, position=position, rows=rows, fresh=fresh, **own)

    def _fresh(self, file: ReceiptsFile, shown: Shown) -> tuple[Rows, Receipts]:
        """The lines that are not recorded yet, linked to their originals; raises LinesRefused.

        Only lines that the books or the file may hold twice, or that take another back, are looked at one by one.
        """
        prints = file.receipts.prints()
        looked_at = self._log.recorded(prints) | file.receipts.repeated() | file.related()
        rows = np.flatnonzero(looked_at)
        entries = list(file.lines(rows))
        references = file.named(rows)
        found = self._log.lines({entry.key.voucher for entry in entries})
        recorded = {entry.key: entry for entry in shown(found)}
        hidden = [entry for entry in found if entry.key not in recorded]
        fresh = unrecorded(entries, references, recorded, file.name, hidden)
        linked = link(fresh, references, lambda vouchers: shown(self._log.related_lines(vouchers)), file.name)
        return file.recordable(looked_at, linked)

    def save_mapping(self, name: str, columns: Mapping[str, str]) -> ColumnMapping:
        """Keep the headers of a layout of the user's own; raises NameUnusable, MappingEmpty."""
        self._act(lambda books: [mappings.save(writable(name), columns)])
        return mappings.find(self.books.mappings, writable(name))

    # Figures, quotas, contributions

    def import_figures(
        self,
        data: bytes,
        name: str,
        *,
        needs_acceptance: bool = True,
        skip_bad: bool = False,
        sheet: str = "",
        mapping: str = "",
    ) -> Batch:
        """Record the indicators (or quotas) of a file, all or nothing; lines already there change nothing.

        With `skip_bad` the sound lines are recorded and the others left out.  Raises as `plan_figures` and `record_figures`.
        """
        plan = self.plan_figures(
            data, name, needs_acceptance=needs_acceptance, skip_bad=skip_bad, sheet=sheet, mapping=mapping
        )
        return self.record_figures(plan)

    def import_inputs(
        self, data: bytes, name: str, *, skip_bad: bool = False, sheet: str = "", mapping: str = ""
    ) -> Batch:
        """Record the contributions of a file, as `import_figures`."""
        return self.record_figures(self.plan_inputs(data, name, skip_bad=skip_bad, sheet=sheet, mapping=mapping))

    def plan_figures(
        self,
        data: bytes,
        name: str,
        *,
        needs_acceptance: bool = True,
        skip_bad: bool = False,
        sheet: str = "",
        mapping: str = "",
        sees: Sees = everything,
        on_read: Callable[[int], object] = unheard,
    ) -> FiguresPlan:
        """What an import of indicators (or quotas) would record, and nothing is; raises as `plan_import`."""
        file = self._read(partial(read_figures, data, writable(name), skip_bad=True, sheet=sheet), mapping)
        on_read(len(file))
        asked = {"needs_acceptance": needs_acceptance, "skip_bad": skip_bad}
        return figures_plan(self.books, file, data, **asked, sees=sees)

    def plan_inputs(
        self,
        data: bytes,
        name: str,
        *,
        skip_bad: bool = False,
        sheet: str = "",
        mapping: str = "",
        sees: Sees = everything,
        on_read: Callable[[int], object] = unheard,
    ) -> FiguresPlan:
        """What an import of contributions would record, and nothing is; raises as `plan_import`."""
        file = self._read(partial(read_inputs, data, writable(name), skip_bad=True, sheet=sheet), mapping)
        on_read(len(file))
        return figures_plan(self.books, file, data, needs_acceptance=False, skip_bad=skip_bad, sees=sees)

    def record_figures(self, plan: FiguresPlan) -> Batch:
        """Record what was planned, decided again from what is there now; raises LinesRefused, BatchKnown, NothingNew."""

        def decide(books: Books) -> list[Fact]:
            asked = {"needs_acceptance": plan.needs_acceptance, "skip_bad": plan.skip_bad}
            now = figures_plan(books, plan.file, plan.data, **asked, sees=plan.sees)
            if now.hindrance:
                raise now.hindrance
            self._log.keep_file(plan.sha256, plan.data)
            return now.facts()

        self._act(decide)
        return next(each for each in reversed(self.books.batches.values()) if each.file_sha256 == plan.sha256)

    def accept_figures(self, batch: str, level: AcceptingLevel) -> Batch:
        """A level accepts a batch; raises BatchUnknown, AcceptanceOutOfOrder."""
        self._act(lambda books: [acceptance.accept(books.batches, batch, level)])
        return self.books.batches[batch]

    # Periods

    def close_period(self, period: Period) -> PeriodClosed:
        """Close a period; raises NothingToClose, PeriodsCloseInOrder, PeriodAlreadyClosed.

        What is closed never changes, so the snapshot is held against the log before: raises SnapshotDiffers.
        """
        if not self._log.snapshot_holds(once=True):
            raise SnapshotDiffers()
        (closed,) = self._act(lambda books: [closing.close(books, period)])
        assert isinstance(closed, PeriodClosed)
        return closed

    # Proof

    def verify(self, point: tuple[int, str] | None = None) -> Report:
        """Check chain, kept files, index, snapshot and every closed statement.

        `point` is a position and hash kept outside the books: the chain must still pass it.
        """
        head = self._log.head()
        broken = self._broken_seals()
        broken += self._point_findings(point) if point else []
        found: list[RuleBroken | int] = [*broken] or [*self._contents()]
        statements = sum(each for each in found if isinstance(each, int))
        findings = [each for each in found if not isinstance(each, int)]
        return Report(head.position, statements, head.hash.hex(), findings)

    def rebuild(self) -> dict[str, bool]:
        """Write every read model anew from the log; whether each was as it should be.

        Nothing is written over by a log that does not hold: raises what verification finds of its seals, and LogCut.
        """
        for finding in self._broken_seals():
            raise finding
        with suppress(BooksDamaged):  # an index that cannot be read is written anew
            last = self._log.head().position
            if self._log.last_indexed() > last:
                raise LogCut(last=last)
        return {"vouchers": self._log.index_anew(), "snapshot": self._log.recorded_anew()}

    def _broken_seals(self) -> list[RuleBroken]:
        head = self._log.head()
        everything = self._log.sealed(-(2**63))
        return list(check_chain(everything, head.books, head.algorithm, (head.position, head.hash)))

    def _contents(self) -> Iterator[RuleBroken | int]:
        """What is wrong behind a chain that holds; a number counts statements that were checked."""
        try:
            yield from check_files(self._log.files(), self._log.kept_sha256)
            yield from check_index(self._log.history, self._log.indexed("voucher"), self._log.indexed("original"))
        except (RuleBroken, TypeError, ValueError) as problem:
            yield IndexUnusable(problem=problem.facts["problem"] if isinstance(problem, BooksDamaged) else problem)
        else:
            yield from () if self._log.snapshot_holds() else (SnapshotDiffers(),)
            yield from check_statements(self._log.history())

    def _point_findings(self, point: tuple[int, str]) -> list[RuleBroken]:
        position, expected = point
        found = [each.hash.hex() for each in self._log.sealed(position - 1, position)]
        return [] if found == [expected.lower()] else [PointNotOnChain(position=position, expected=expected)]

    def _act(self, decide: Callable[[Books], list[Fact]]) -> list[Event]:
        """Look, decide, record; what was recorded.  An act with a check of what the log holds is decided alone."""
        check = self._check

        def decided(books: Books) -> list[Fact]:
            if check:
                check()
            return decide(books)

        act = Act(decided, self._actor, self._request, alone=check is not None)
        return [event for _, event in self._kept.record(act)]
