"""The people of the features: made once, lent to each scenario's own books, every one with a role of theirs.

The park office is two persons; each party has a clerk, a checker, a head and a statistician.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from api.access.directory import Directory
from api.access.people import ROLES_ZH, Role
from api.app import create_app
from api.client import Client
from api.http.tenancy import EXTENSION

OFFICE: Role = "park_office"
ROLES_BY_WORD: dict[str, Role] = {word: role for role, word in ROLES_ZH.items()}


@contextmanager
def service_here(folder: Path) -> Iterator[Client]:
    """A service in this process with nobody but its operator, who speaks."""
    app = create_app(folder)
    people = Directory(folder / "people.db")
    people.add("operator", "服务管理员", secrets.token_urlsafe(), is_operator=True, must_change=False)
    yield Client.of(app, people.issue("operator", "验收", may_write=True))
    app.extensions[EXTENSION][0].close()


class People:
    """Everybody who was made in this run, by the operator's hand."""

    def __init__(self, operator: Client) -> None:
        self._operator = operator
        self._run = f"f{secrets.token_hex(4)}"
        self._tenants = count(1)
        self._made: dict[str, Client] = {}

    def login(self, title: str) -> str:
        """What somebody is called here; a run's people are its own."""
        return f"{self._run}-{title}"

    def person(self, title: str) -> Client:
        """Somebody; made when first asked for."""
        if title not in self._made:
            made = self._operator.post("people", body={"login": self.login(title), "name": f"验收 {title}", "days": 1})
            self._made[title] = self._operator.speaking(made["token"])
        return self._made[title]

    def new_tenant(self, title: str) -> str:
        """Fresh books, whose roles `administrator` gives."""
        self.person("administrator")
        name = self.login(str(next(self._tenants)))
        wanted = {"tenant": name, "title": title, "administrator": self.login("administrator")}
        self._operator.post("tenants", body=wanted)
        return name


class Staff:
    """Those who work on one scenario's books; begun, and each given their role, when first asked for."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._roles: set[tuple[str, str, str, str]] = set()
        self._parties: list[str] = []
        self._acting: Client | None = None
        self.tenants: dict[str, str] = {}
        self.books = "验收账簿"

    @property
    def tenant(self) -> str:
        """The name of the books that are open now."""
        if self.books not in self.tenants:
            self.tenants[self.books] = self._people.new_tenant(self.books)
        return self.tenants[self.books]

    def let_act(self, who: str) -> None:
        """Have one person do everything from now on, whether it is their task or not; nobody in particular if empty."""
        self._acting = self.named(who) if who else None

    @property
    def office(self) -> Client:
        """The park office: sees everything, sends files."""
        return self._acting_or(f"{OFFICE}-1", OFFICE)

    @property
    def second(self) -> Client:
        """The other person of the park office, who confirms what the first one sent."""
        return self._acting_or(f"{OFFICE}-2", OFFICE)

    def of(self, party: str, role: Role, *, nth: int = 1, also: Role | None = None) -> Client:
        """The first (or the nth) who holds a role for a party, perhaps with one for the books as a whole."""
        title = self._title(role, party) + f"-{nth}" * (nth > 1)
        if also:
            self.who(title, also)
        return self._acting_or(title, role, party)

    def named(self, who: str) -> Client:
        """Somebody by party and role (or several roles of one person), as features write it: `甲县 经办、复核`."""
        party, _, words = who.rpartition(" ")
        roles = [ROLES_BY_WORD.get(word) for word in words.split("、")]
        assert all(roles), (
            f"“{who}”应写一方和角色，例如“甲县 经办”；园区办、审计、政策只写角色。角色：{'、'.join(ROLES_BY_WORD)}。"
        )
        title = self._title("-".join(filter(None, roles)), party) if party else f"{roles[0]}-1"
        return [self.who(title, role, party) for role in roles if role][-1]

    def _title(self, role: str, party: str) -> str:
        """What somebody of a party is called; the parties are counted as they come up."""
        if party not in self._parties:
            self._parties.append(party)
        return f"{role}-{self._parties.index(party) + 1}"

    def _acting_or(self, title: str, role: Role, party: str = "") -> Client:
        return self._acting.within(self.tenant) if self._acting else self.who(title, role, party)

    def who(self, title: str, role: Role, party: str = "") -> Client:
        """Somebody by title, in a role here, for a party or for the books as a whole."""
        person = self._people.person(title)
        if (self.tenant, title, role, party) not in self._roles:
            administrator = self._people.person("administrator").within(self.tenant)
            administrator.post("people", self._people.login(title), "roles", body={"role": role, "party": party})
            self._roles.add((self.tenant, title, role, party))
        return person.within(self.tenant)
