"""The people of the features: made once, lent to each scenario's own books, every one with a role of theirs.

The park office is two persons; each party has a clerk, a checker, a head and a statistician.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from api.access.directory import Directory
from api.access.people import Role
from api.app import create_app
from api.client import Client
from api.tenancy import EXTENSION

OFFICE: Role = "park_office"


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

    def __init__(self, people: People, title: str = "验收账簿") -> None:
        self._people = people
        self._title = title
        self._tenant = ""
        self._roles: set[tuple[str, str, str]] = set()
        self._parties: list[str] = []

    @property
    def tenant(self) -> str:
        """The name of the books."""
        self._tenant = self._tenant or self._people.new_tenant(self._title)
        return self._tenant

    @property
    def office(self) -> Client:
        """The park office: sees everything, sends files."""
        return self.who("office-1", OFFICE)

    @property
    def second(self) -> Client:
        """The other person of the park office, who confirms what the first one sent."""
        return self.who("office-2", OFFICE)

    def of(self, party: str, role: Role, *, nth: int = 1, also: Role | None = None) -> Client:
        """The first (or the nth) who holds a role for a party, perhaps with one for the books as a whole."""
        if party not in self._parties:
            self._parties.append(party)
        title = f"{role}-{self._parties.index(party) + 1}" + f"-{nth}" * (nth > 1)
        if also:
            self.who(title, also)
        return self.who(title, role, party)

    def who(self, title: str, role: Role, party: str = "") -> Client:
        """Somebody by title, in a role here, for a party or for the books as a whole."""
        person = self._people.person(title)
        if (title, role, party) not in self._roles:
            administrator = self._people.person("administrator").within(self.tenant)
            administrator.post("people", self._people.login(title), "roles", body={"role": role, "party": party})
            self._roles.add((title, role, party))
        return person.within(self.tenant)
