"""People (人员): who signs in, and which roles they hold in which tenant and for which party (design § 2)."""

from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal["clerk", "checker", "head", "statistician", "park_office", "auditor", "policy", "administrator"]
ROLES: tuple[Role, ...] = get_args(Role)
ROLES_ZH: dict[Role, str] = {
    "clerk": "经办",
    "checker": "复核",
    "head": "负责人",
    "statistician": "统计",
    "park_office": "园区办",
    "auditor": "审计",
    "policy": "政策",
    "administrator": "管理员",
}
SEES_EVERYTHING: frozenset[Role] = frozenset({"park_office", "auditor"})
"""Roles of the tenant itself rather than of one party: they read all of it."""

OF_TENANT: frozenset[Role] = frozenset({"park_office", "auditor", "administrator"})
"""Roles that are held for the tenant itself; the policy staff's may be, every other is held for a party."""


@dataclass(frozen=True)
class Token:
    """What is known of a token: all but the secret."""

    prefix: str
    title: str
    tenant: str
    may_write: bool
    created_at: str
    expires_at: str
    revoked_at: str | None


@dataclass(frozen=True)
class Person:
    """Somebody who signs in, once for every tenant; `is_operator` runs the service and sees no books by that."""

    id: int
    login: str
    name: str
    is_operator: bool = False
    must_change_password: bool = False


@dataclass(frozen=True)
class Membership:
    """A role of a person in a tenant; for one party, by its name in the agreements, or for the tenant itself."""

    tenant: str
    role: Role
    party: str = ""


@dataclass(frozen=True)
class Caller:
    """Who asks, and with which memberships: all of the person's, or those a token is limited to."""

    person: Person
    memberships: tuple[Membership, ...]
    may_write: bool = True

    def within(self, tenant: str) -> tuple[Membership, ...]:
        """The memberships in one tenant."""
        return tuple(each for each in self.memberships if each.tenant == tenant)
