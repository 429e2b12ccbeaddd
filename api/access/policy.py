"""The policy (权限): who may do what, and who sees what.

One table of acts and one question for each kind of thing; every route, list, count, export and stream asks here.
What a caller may not see does not exist for them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from api.access.people import ROLES, ROLES_ZH, SEES_EVERYTHING, Membership, Role
from ledger.domain.agreeing.agreement import Agreement, AgreementUnknown, Draft, Version
from ledger.domain.agreeing.certification import Certification, FactUnknown
from ledger.domain.errors import Refusal
from ledger.domain.events import (
    AgreementCountered,
    AgreementProposed,
    AgreementSigned,
    AmendmentProposed,
    EnterpriseRelocated,
    Event,
    ParkDated,
    ParkMoved,
    ParkRegistered,
    PeriodClosed,
    ProjectRegistered,
    ProjectStageReached,
    ProjectTransferred,
    RegionSucceeded,
    RegionSuccessionWithdrawn,
)
from ledger.domain.recording.entries import Entry
from ledger.domain.recording.figures import Report
from ledger.domain.recording.receipts import Rows
from ledger.domain.recording.recorded import Recorded
from ledger.domain.register.projects import Project, find
from ledger.domain.stating.books import Books
from ledger.domain.terms import Terms
from ledger.projections.coverage import collected_by, selected_by

For = Literal["tenant", "party", "own"]
"""Whom an act is for: the whole tenant; any party to the thing; the very party that the caller names."""
EVERYBODY: frozenset[Role] = frozenset(ROLES)
OF_EVERYBODY = (ParkRegistered, ParkMoved, ParkDated, RegionSucceeded, RegionSuccessionWithdrawn, PeriodClosed)
"""Events that concern everybody in a tenant: the map on which all money is read, and which months are closed."""
OF_PROJECTS = (ProjectRegistered, ProjectStageReached, ProjectTransferred, EnterpriseRelocated)
OF_TEXTS = (AgreementProposed, AgreementCountered, AmendmentProposed, AgreementSigned)


class Forbidden(Refusal):
    """An act that none of the caller's roles allows."""

    zh = "您在这个账套的角色不能做这件事（{act}）；可以做的角色是：{roles}（各方的角色只为自己一方办）。请由有权的人办理，或请管理员授予角色。"
    en = "None of your roles in this tenant allows this ({act}); these do, held for the party that it is about: {roles}. Ask somebody who holds one."


class ReadOnlyToken(Refusal):
    """An act by a token that only reads."""

    zh = "这个令牌只能读，不能办理（{act}）。请用可以办理的令牌，或登录办理。"
    en = "This token only reads, so it cannot do this ({act}). Use one that may act."


class OwnWork(Refusal):
    """Four eyes: a checker who is the maker."""

    zh = "这一件由您自己经办，须由另一人复核。请换一人办理。"
    en = "You made this yourself; somebody else has to check it."


@dataclass(frozen=True)
class Act:
    """Something a caller may do: by which roles, for whom, and whether the maker may not be the checker."""

    name: str
    roles: frozenset[Role]
    concerns: For
    four_eyes: bool = False
    writes: bool = False


def _act(name: str, roles: Iterable[Role], concerns: For, *, four_eyes: bool = False, writes: bool = True) -> Act:
    return Act(name, frozenset(roles), concerns, four_eyes, writes)


ACTS = {
    each.name: each
    for each in (
        _act("agreement.read", EVERYBODY, "party", writes=False),
        _act("agreement.propose", {"clerk", "head", "park_office"}, "party"),
        _act("agreement.counter", {"clerk", "head"}, "own"),
        _act("agreement.amend", {"clerk", "head"}, "own"),
        _act("agreement.sign", {"head"}, "own", four_eyes=True),
        _act("terms.try", EVERYBODY, "tenant", writes=False),
        _act("fact.read", EVERYBODY, "party", writes=False),
        _act("fact.propose", {"clerk", "park_office"}, "party"),
        _act("fact.confirm", {"checker", "head"}, "own", four_eyes=True),
        _act("import.upload", {"clerk", "statistician", "park_office"}, "tenant"),
        _act(
            "import.preview",
            {"clerk", "checker", "head", "statistician", "park_office", "auditor"},
            "tenant",
            writes=False,
        ),
        _act("import.withdraw", {"clerk", "checker", "head", "statistician", "park_office"}, "tenant"),
        _act("import.confirm", {"checker", "head", "park_office"}, "tenant", four_eyes=True),
        _act("mapping.read", EVERYBODY, "tenant", writes=False),
        _act("mapping.save", {"clerk", "statistician", "park_office"}, "tenant"),
        _act("figure.read", EVERYBODY, "party", writes=False),
        _act("figure.accept", {"statistician"}, "tenant", four_eyes=True),
        _act("statement.read", EVERYBODY, "party", writes=False),
        _act("entry.read", EVERYBODY, "party", writes=False),
        _act("project.read", EVERYBODY, "party", writes=False),
        _act("project.register", {"clerk", "park_office"}, "party"),
        _act("project.keep", {"clerk", "park_office"}, "party"),
        _act("register.read", EVERYBODY, "tenant", writes=False),
        _act("register.change", {"clerk", "park_office"}, "tenant"),
        _act("register.confirm", {"park_office"}, "tenant", four_eyes=True),
        _act("simulation.try", EVERYBODY, "party", writes=False),
        _act("coverage.read", SEES_EVERYTHING, "tenant", writes=False),
        _act("proof.read", SEES_EVERYTHING, "tenant", writes=False),
        _act("period.read", EVERYBODY, "tenant", writes=False),
        _act("period.close", {"park_office"}, "tenant"),
        _act("person.read", {"administrator", "auditor"}, "tenant", writes=False),
        _act("role.give", {"administrator"}, "tenant", four_eyes=True),
        _act("token.read", EVERYBODY, "tenant", writes=False),
        _act("token.issue", EVERYBODY, "tenant"),
        _act("event.read", EVERYBODY, "party", writes=False),
    )
}


class Policy:
    """What one caller may do and see in one tenant."""

    def __init__(self, memberships: Iterable[Membership], *, may_write: bool = True) -> None:
        self._memberships = tuple(memberships)
        self._may_write = may_write

    def require(self, name: str, party: str | None = None) -> None:
        """Raises Forbidden unless a role allows the act, and holds for the party that is named."""
        act = ACTS[name]
        allowed = [each for each in self._memberships if each.role in act.roles]
        if act.concerns == "own" and party is not None:
            allowed = [each for each in allowed if each.party == party]
        if not allowed:
            raise Forbidden(act=name, roles="、".join(ROLES_ZH[role] for role in ROLES if role in act.roles))
        if act.writes and not self._may_write:
            raise ReadOnlyToken(act=name)

    def require_among(self, name: str, parties: Iterable[str]) -> None:
        """Raises Forbidden unless a role that allows the act holds for one of some parties, or for the tenant itself."""
        own = {each.party for each in self._memberships if each.role in ACTS[name].roles}
        if "" not in own and not own & set(parties):
            raise Forbidden(act=name, roles="、".join(ROLES_ZH[role] for role in ROLES if role in ACTS[name].roles))

    def speaks_for(self, party: str) -> bool:
        """Whether the caller holds a role for a party."""
        return any(each.party == party for each in self._memberships)

    @property
    def sees_everything(self) -> bool:
        """Whether a role of the tenant itself reads all of it."""
        return any(each.role in SEES_EVERYTHING and not each.party for each in self._memberships)

    def sees(self, agreement: Agreement) -> bool:
        """Whether the caller's party is a party to the agreement, or asked to become one by the draft that waits."""
        return self.is_party_to(agreement) or self._is_named(agreement.texts())

    def is_party_to(self, agreement: Agreement) -> bool:
        """Whether the caller's party is, or was, a party to what was signed; before the first signing, to the draft.

        A draft alone opens nothing of what happened under an agreement before it.
        """
        return self.sees_everything or self._is_named(agreement.versions or agreement.texts())

    def reads_text(self, agreement: Agreement, text: Draft | Version) -> bool:
        """Whether a text of a visible agreement may be read: all of them by its parties, its own by who is named."""
        return self.sees_everything or self._is_named(agreement.versions) or self._is_named([text])

    def _is_named(self, texts: Iterable[Draft | Version]) -> bool:
        own = {each.party for each in self._memberships if each.party}
        return any(party.name in own for text in texts for party in text.terms.parties.values())

    def sees_event(self, books: Books, position: int, event: Event) -> bool:
        """Whether an event concerns the caller: everything for who reads all, else what is of visible things."""
        if self.sees_everything or isinstance(event, OF_EVERYBODY):
            return True
        agreement = books.agreements.get(str(getattr(event, "agreement", "")))
        if isinstance(event, OF_PROJECTS):
            return any(self.sees_project(books, each) for each in _projects_of(books, event))
        return agreement is not None and self._sees_event_of(agreement, position, event)

    def _sees_event_of(self, agreement: Agreement, position: int, event: Event) -> bool:
        """A party to what was signed sees all of it; who is only named in drafts, what came with the first of these."""
        if self._is_named(agreement.versions) or not self.sees(agreement):
            return self._is_named(agreement.versions)
        if agreement.versions and not isinstance(event, OF_TEXTS):
            return False
        drafts = [*agreement.countered, *([agreement.draft] if agreement.draft else [])]
        return position >= min(each.proposed_at for each in drafts if self._is_named([each]))

    def sees_project(self, books: Books, project: Project) -> bool:
        """Whether the caller's party gave or got a project, or is a party to the agreement that binds it."""
        sides = {project.introducer, project.receiver}
        sides |= {side for each in project.handovers for side in (each.introducer, each.receiver)}
        if self.sees_everything or any(self.speaks_for(side) for side in sides if side):
            return True
        bound = books.agreements.get(project.agreement)
        return bound is not None and self.is_party_to(bound)

    def projects(self, books: Books) -> list[Project]:
        """The projects that exist for the caller."""
        return [each for each in books.projects.values() if self.sees_project(books, each)]

    def project(self, books: Books, text: str) -> Project:
        """One of them, by number or name; raises ProjectUnknown."""
        return find({each.number: each for each in self.projects(books)}, text)

    def sees_lines(self, books: Books, rows: Rows) -> np.ndarray:
        """Which receipts concern the caller, as a mask: those that an agreement of theirs selects, or that they collected."""
        if self.sees_everything:
            return np.ones(len(rows), bool)
        own = [each for each in books.in_force(books.position) if self.is_party_to(each)]
        names = {each.party for each in self._memberships if each.party}
        concerned: np.ndarray = selected_by(books, own, rows) | collected_by(books, names, rows)
        return concerned

    def of_others(self, books: Books, rows: Rows) -> np.ndarray:
        """Which receipts concern other parties and not the caller's, as a mask; what concerns nobody yet is nobody's."""
        if self.sees_everything:
            return np.zeros(len(rows), bool)
        others = [each for each in books.in_force(books.position) if not self.is_party_to(each)]
        texts = (text for each in books.agreements.values() for text in each.texts())
        names = {
            party.name for text in texts for party in text.terms.parties.values() if not self.speaks_for(party.name)
        }
        theirs = selected_by(books, others, rows) | collected_by(books, names, rows)
        return np.asarray(theirs & ~self.sees_lines(books, rows))

    def own_books(self, books: Books) -> Books:
        """The books with those receipts alone that concern the caller; with each line those that it takes back."""
        if self.sees_everything:
            return books
        rows = books.recorded.rows()
        seen = books.recorded.entries(rows[self.sees_lines(books, rows)])
        entries = {each.key: each for entry in seen for each in (entry, *books.originals.above(entry))}
        in_order = sorted(entries.values(), key=lambda each: (each.position, each.row))
        found = books.still()
        found.recorded = Recorded.of(in_order)
        return found

    def sees_report(self, books: Books, report: Report) -> bool:
        """Whether a figure was reported by the caller's party, or is divided by an agreement of theirs."""
        return bool(self.reports(books, [report]))

    def reports(self, books: Books, reports: Iterable[Report]) -> list[Report]:
        """Those of some figures that concern the caller."""
        own = [each.terms for each in self.own_agreements(books)]
        return [
            each
            for each in reports
            if self.sees_everything or self.speaks_for(each.reporter) or any(_divides(terms, each) for terms in own)
        ]

    def shown_lines(self, books: Books, entries: Sequence[Entry]) -> list[Entry]:
        """Those of some recorded lines that concern the caller."""
        if self.sees_everything:
            return list(entries)
        lines = sorted(entries, key=lambda each: (each.position, each.row))
        firsts = np.searchsorted(books.recorded.columns.positions, [each.position for each in lines])
        seen = self.sees_lines(books, firsts + np.array([each.row - 1 for each in lines], np.int64))
        return [each for each, concerns in zip(lines, seen.tolist(), strict=True) if concerns]

    def parties_for(self, name: str) -> tuple[str, ...]:
        """The parties for whom a role allows an act; none where it is allowed for the tenant itself."""
        allowed = [each.party for each in self._memberships if each.role in ACTS[name].roles]
        return () if "" in allowed else tuple(dict.fromkeys(allowed))

    def sees_what_was_sent(self, parties: Iterable[str]) -> bool:
        """Whether a file that was sent for some parties, or for the tenant itself, concerns the caller."""
        return self.sees_everything or any(self.speaks_for(party) for party in parties)

    def agreements(self, books: Books) -> list[Agreement]:
        """The agreements that exist for the caller."""
        return [each for each in books.agreements.values() if self.sees(each)]

    def agreement(self, books: Books, number: str) -> Agreement:
        """One of them; raises AgreementUnknown, also for one that is there but not theirs."""
        found = books.agreements.get(number)
        if found is None or not self.sees(found):
            raise AgreementUnknown(agreement=number[:40])
        return found

    def own_agreement(self, books: Books, number: str) -> Agreement:
        """One of those to which the caller is a party, not only asked to become one; raises AgreementUnknown."""
        found = self.agreement(books, number)
        if not self.is_party_to(found):
            raise AgreementUnknown(agreement=number[:40])
        return found

    def own_agreements(self, books: Books) -> list[Agreement]:
        """The agreements to which the caller is a party."""
        return [each for each in books.agreements.values() if self.is_party_to(each)]

    def fact(self, books: Books, number: str) -> Certification:
        """A fact of such an agreement; raises FactUnknown."""
        found = books.facts.get(number)
        if found is None or not self.is_party_to(books.agreements[found.agreement]):
            raise FactUnknown(fact=number[:40])
        return found


def _divides(terms: Terms, report: Report) -> bool:
    """Whether terms divide a figure: of their measures, reported by one of their parties or by nobody in particular."""
    named = not report.reporter or terms.party_named(report.reporter) is not None
    is_input = report.is_input and any(pool.share == "inputs" for pool in terms.pools)
    return named and (is_input or any(report.measure in pool.measures for pool in terms.pools))


def _projects_of(books: Books, event: Event) -> list[Project]:
    """The projects that an event of the register is about."""
    if isinstance(event, EnterpriseRelocated):
        return [each for each in books.projects.values() if each.enterprise == event.enterprise]
    return [books.projects[str(getattr(event, "project", ""))]]


def other_eyes(maker: str, checker: str) -> None:
    """Raises OwnWork if the checker is the maker."""
    if maker == checker:
        raise OwnWork()
