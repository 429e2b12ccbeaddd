"""The policy (权限): who may do what, and who sees what.

One table of acts and one question for each kind of thing; every route, list, count, export and stream asks here.
What a caller may not see does not exist for them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from api.access.people import ROLES, ROLES_ZH, SEES_EVERYTHING, Membership, Role
from ledger.domain.agreeing.agreement import Agreement, AgreementUnknown
from ledger.domain.agreeing.certification import Certification, FactUnknown
from ledger.domain.errors import Refusal
from ledger.domain.recording.figures import Report
from ledger.domain.stating.books import Books

For = Literal["tenant", "party", "own"]
"""Whom an act is for: the whole tenant; any party to the thing; the very party that the caller names."""
EVERYBODY: frozenset[Role] = frozenset(ROLES)


class Forbidden(Refusal):
    """An act that none of the caller's roles allows."""

    zh = "您在这个账套的角色不能做这件事（{act}）；可以做的角色是：{roles}。请由有权的人办理，或请管理员授予角色。"
    en = "None of your roles in this tenant allows this ({act}); these do: {roles}. Ask somebody who holds one."


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
        _act("figure.read", EVERYBODY, "party", writes=False),
        _act("figure.accept", {"statistician"}, "tenant", four_eyes=True),
        _act("statement.read", EVERYBODY, "party", writes=False),
        _act("period.close", {"park_office"}, "tenant"),
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
        """Whether the caller's party is, or was, a party to the agreement."""
        if self.sees_everything:
            return True
        own = {each.party for each in self._memberships if each.party}
        return any(party.name in own for text in agreement.texts() for party in text.terms.parties.values())

    def sees_event(self, books: Books, agreement: str) -> bool:
        """Whether an event concerns the caller: everything for who reads all, else what is of a visible agreement."""
        found = books.agreements.get(agreement)
        return self.sees_everything or (found is not None and self.sees(found))

    def sees_report(self, books: Books, report: Report) -> bool:
        """Whether a figure was reported by the caller's party, or is divided by an agreement that it sees."""
        if self.sees_everything or self.speaks_for(report.reporter):
            return True
        pools = (pool for each in self.agreements(books) for pool in each.terms.pools)
        return any(report.measure in pool.measures or (report.is_input and pool.share == "inputs") for pool in pools)

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

    def fact(self, books: Books, number: str) -> Certification:
        """A fact of such an agreement; raises FactUnknown."""
        found = books.facts.get(number)
        if found is None or not self.sees(books.agreements[found.agreement]):
            raise FactUnknown(fact=number[:40])
        return found


def other_eyes(maker: str, checker: str) -> None:
    """Raises OwnWork if the checker is the maker."""
    if maker == checker:
        raise OwnWork()
