"""The directory (人员名录): people, their roles, tokens and sessions, in one file for the whole service.

Passwords are kept as argon2 hashes, tokens and sessions as SHA-256 of a random secret; nothing here can be read
back into a secret.  A role is never deleted: it ends.
"""

import hashlib
import hmac
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from api.access.people import OF_TENANT, ROLES, Caller, Membership, Person, Token
from api.access.storage import transaction
from ledger.domain.errors import Conflict, NotFound, RuleBroken

TRIES_MAX = 10
LOCKED_FOR = timedelta(minutes=15)
TOKEN_DAYS_MAX = 400
PASSWORD_MIN = 12
NEVER_RIGHT = "!"
"""What stands in the place of a hash where no password is right."""
NOBODYS = ("policy", "")
"""Policy staff may write terms for nobody in particular."""
TABLES = """
CREATE TABLE IF NOT EXISTS people (
    id INTEGER PRIMARY KEY, login TEXT NOT NULL UNIQUE, name TEXT NOT NULL, password TEXT NOT NULL,
    is_operator INTEGER NOT NULL, must_change INTEGER NOT NULL, failed INTEGER NOT NULL DEFAULT 0, locked_until TEXT);
CREATE TABLE IF NOT EXISTS memberships (
    person INTEGER NOT NULL REFERENCES people, tenant TEXT NOT NULL, role TEXT NOT NULL, party TEXT NOT NULL,
    granted_by TEXT NOT NULL, granted_at TEXT NOT NULL, ended_by TEXT, ended_at TEXT);
CREATE TABLE IF NOT EXISTS tokens (
    prefix TEXT PRIMARY KEY, person INTEGER NOT NULL REFERENCES people, hash BLOB NOT NULL, title TEXT NOT NULL,
    tenant TEXT NOT NULL, may_write INTEGER NOT NULL, created_at TEXT NOT NULL, expires_at TEXT NOT NULL, revoked_at TEXT);
"""


class PersonKnown(Conflict):
    """A second person of one login."""

    zh = "登录名“{login}”已经有人用。请换一个。"
    en = "Login '{login}' is taken. Choose another."


class PersonUnknown(NotFound):
    """Nobody of that login."""

    zh = "没有登录名为“{login}”的人员。请查看有哪些人员。"
    en = "There is nobody with login '{login}'. See who there is."


class RoleUnknown(RuleBroken):
    """A word that is no role."""

    zh = "没有角色“{role}”。可写：{roles}。"
    en = "There is no role '{role}'. Use one of: {roles}."


class RoleNotHeld(NotFound):
    """The end of a role that nobody gave."""

    zh = "{login} 在这个账套没有这个角色（{role} {party}），没有什么可收回。请核对角色和代表的一方。"
    en = "{login} does not hold this role in this tenant ({role}), so there is nothing to take back."


class RoleOfNobody(RuleBroken):
    """A role of a party without one, which would hold for all of them, or a role of the tenant for one party."""

    zh = "角色 {role} 的“代表哪一方”写得不对：园区办、审计、管理员不写，政策可以不写，其他角色必须写。请改正。"
    en = "Role {role}: park_office, auditor and administrator name no party, policy may, every other names its party. Correct it."


class PasswordTooShort(RuleBroken):
    """A password that can be guessed."""

    zh = "密码太短。请至少用 {least} 个字符。"
    en = "The password is too short. Use at least {least} characters."


class TokenUnknown(NotFound):
    """A token that is not there, or not the caller's."""

    zh = "没有前缀为“{prefix}”的令牌。请查看有哪些令牌。"
    en = "There is no token '{prefix}'. See which there are."


class Directory:
    """The people of a service; each call is one transaction, so that any number of threads and processes may ask."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._hasher = PasswordHasher()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._connected() as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.executescript(TABLES)
        path.chmod(0o600)

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        with transaction(self._path) as connection:
            yield connection

    # People

    def is_empty(self) -> bool:
        """Whether nobody is there yet."""
        with self._connected() as connection:
            return connection.execute("SELECT 1 FROM people").fetchone() is None

    def add(
        self, login: str, name: str, password: str, *, is_operator: bool = False, must_change: bool = True
    ) -> Person:
        """A new person; raises PersonKnown, PasswordTooShort."""
        self._refuse_short(password)
        return self._enter((login, name, self._hasher.hash(password), is_operator, must_change))

    def add_program(self, login: str, name: str) -> Person:
        """A new person who is a program: it speaks by tokens, no password is right; raises PersonKnown."""
        return self._enter((login, name, NEVER_RIGHT, False, False))

    def _enter(self, values: tuple[str, str, str, bool, bool]) -> Person:
        try:
            with self._connected() as connection:
                connection.execute(
                    "INSERT INTO people (login, name, password, is_operator, must_change) VALUES (?, ?, ?, ?, ?)",
                    values,
                )
        except sqlite3.IntegrityError:
            raise PersonKnown(login=values[0][:40]) from None
        return self.person(values[0])

    def person(self, login: str) -> Person:
        """Somebody by login; raises PersonUnknown."""
        return _person(self._row(login))

    def _row(self, login: str) -> sqlite3.Row:
        with self._connected() as connection:
            row: sqlite3.Row | None = connection.execute("SELECT * FROM people WHERE login = ?", (login,)).fetchone()
        if row is None:
            raise PersonUnknown(login=login[:40])
        return row

    def people(self) -> list[Person]:
        """Everybody, by login."""
        with self._connected() as connection:
            return [_person(row) for row in connection.execute("SELECT * FROM people ORDER BY login")]

    def set_password(self, login: str, password: str, *, must_change: bool = False) -> None:
        """A password that the person chose, or a one-time password; raises PersonUnknown, PasswordTooShort."""
        self._refuse_short(password)
        own = self._row(login)["id"]
        with self._connected() as connection:
            connection.execute(
                "UPDATE people SET password = ?, must_change = ?, failed = 0, locked_until = NULL WHERE id = ?",
                (self._hasher.hash(password), must_change, own),
            )

    def checked(self, login: str, password: str) -> Person | None:
        """The person whose password this is; ten wrong ones lock the login for a quarter of an hour.

        Wrong, locked and unknown take the same time.
        """
        known = self._tried(login)
        right = self._is_right(known, password)
        if not right or known is None or known["locked"]:
            return None
        with self._connected() as connection:
            connection.execute("UPDATE people SET failed = 0, locked_until = NULL WHERE id = ?", (known["id"],))
        return _person(known)

    def _tried(self, login: str) -> sqlite3.Row | None:
        """Somebody by login; the try counts before it is known to be wrong, so that many at once are no more tries."""
        now = _now()
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            row: sqlite3.Row | None = connection.execute(
                "SELECT *, coalesce(locked_until, '') > ? AS locked FROM people WHERE login = ?",
                (now.isoformat(), login),
            ).fetchone()
            if row and not row["locked"]:
                last = row["failed"] + 1 >= TRIES_MAX
                connection.execute(
                    "UPDATE people SET failed = ?, locked_until = ? WHERE id = ?",
                    (0 if last else row["failed"] + 1, (now + LOCKED_FOR).isoformat() if last else None, row["id"]),
                )
        return row

    def _is_right(self, known: sqlite3.Row | None, password: str) -> bool:
        if known is None:
            self._hasher.hash(password)
            return False
        try:
            return self._hasher.verify(known["password"], password)
        except (VerificationError, InvalidHashError):
            return False

    @staticmethod
    def _refuse_short(password: str) -> None:
        if len(password) < PASSWORD_MIN:
            raise PasswordTooShort(least=PASSWORD_MIN)

    # Roles

    def grant(self, login: str, membership: Membership, by: str) -> None:
        """Give a role; one that is held already stays as it is.  Raises PersonUnknown, RoleUnknown, RoleOfNobody."""
        if membership.role not in ROLES:
            raise RoleUnknown(role=str(membership.role)[:40], roles="、".join(ROLES))
        if bool(membership.party) == (membership.role in OF_TENANT) and (membership.role, membership.party) != NOBODYS:
            raise RoleOfNobody(role=membership.role)
        person = self.person(login)
        if membership in self.memberships(person):
            return
        values = (person.id, membership.tenant, membership.role, membership.party, by, _now().isoformat())
        with self._connected() as connection:
            connection.execute(
                "INSERT INTO memberships (person, tenant, role, party, granted_by, granted_at) VALUES (?, ?, ?, ?, ?, ?)",
                values,
            )

    def end(self, login: str, membership: Membership, by: str) -> None:
        """Take a role back from now on; raises PersonUnknown, RoleNotHeld."""
        values = (by, _now().isoformat(), self.person(login).id, membership.tenant, membership.role, membership.party)
        with self._connected() as connection:
            done = connection.execute(
                "UPDATE memberships SET ended_by = ?, ended_at = ? "
                "WHERE person = ? AND tenant = ? AND role = ? AND party = ? AND ended_at IS NULL",
                values,
            )
        if not done.rowcount:
            raise RoleNotHeld(login=login[:40], role=membership.role, party=membership.party)

    def memberships(self, person: Person) -> tuple[Membership, ...]:
        """The roles that somebody holds now."""
        with self._connected() as connection:
            return _memberships(connection, person.id)

    def people_of(self, tenant: str) -> list[Person]:
        """Everybody who holds a role in a tenant now, by login."""
        with self._connected() as connection:
            rows = connection.execute(
                "SELECT * FROM people WHERE id IN "
                "(SELECT person FROM memberships WHERE tenant = ? AND ended_at IS NULL) ORDER BY login",
                (tenant,),
            )
            return [_person(row) for row in rows]

    # Tokens

    def tokens(self, person: Person, tenant: str | None = None) -> list[Token]:
        """Somebody's tokens, or those that reach a tenant, in the order of issue; never what they prove."""
        with self._connected() as connection:
            rows = connection.execute(
                "SELECT prefix, title, tenant, may_write, created_at, expires_at, revoked_at FROM tokens "
                "WHERE person = ? ORDER BY created_at, prefix",
                (person.id,),
            )
            found = [Token(**dict(row) | {"may_write": bool(row["may_write"])}) for row in rows]
        return [each for each in found if tenant is None or each.tenant in ("", tenant)]

    def issue(self, login: str, title: str, *, tenant: str = "", may_write: bool = False, days: int = 90) -> str:
        """A token for programs, said once and kept only as a hash; of every tenant, or of one."""
        person, prefix, secret = self.person(login), secrets.token_hex(4), secrets.token_urlsafe(32)
        expires = _now() + timedelta(days=min(days, TOKEN_DAYS_MAX))
        values = (prefix, person.id, _hash(secret), title, tenant, may_write, _now().isoformat(), expires.isoformat())
        with self._connected() as connection:
            connection.execute("INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)", values)
        return f"enc_{prefix}_{secret}"

    def revoke(self, login: str, prefix: str) -> None:
        """End a token of somebody's at once; raises TokenUnknown."""
        with self._connected() as connection:
            done = connection.execute(
                "UPDATE tokens SET revoked_at = ? WHERE prefix = ? AND revoked_at IS NULL "
                "AND person = (SELECT id FROM people WHERE login = ?)",
                (_now().isoformat(), prefix, login),
            )
        if not done.rowcount:
            raise TokenUnknown(prefix=prefix[:20])

    def caller(self, token: str) -> Caller | None:
        """Who speaks with a token, and with which roles; nobody if it is unknown, over or revoked."""
        kind, _, rest = token.partition("_")
        prefix, _, secret = rest.partition("_")
        with self._connected() as connection:
            row = connection.execute(
                "SELECT tokens.*, people.id AS own, login, name, is_operator, must_change FROM tokens "
                "JOIN people ON people.id = tokens.person WHERE prefix = ?",
                (prefix,),
            ).fetchone()
            held = _memberships(connection, row["own"] if row else 0)
        known = row["hash"] if row else bytes(32)
        if not hmac.compare_digest(known, _hash(secret)) or row is None or kind != "enc":
            return None
        if row["revoked_at"] or datetime.fromisoformat(row["expires_at"]) <= _now():
            return None
        person = Person(row["own"], row["login"], row["name"], bool(row["is_operator"]), bool(row["must_change"]))
        own = (each for each in held if row["tenant"] in ("", each.tenant))
        return Caller(person, tuple(own), bool(row["may_write"]))


def _person(row: sqlite3.Row) -> Person:
    return Person(row["id"], row["login"], row["name"], bool(row["is_operator"]), bool(row["must_change"]))


def _memberships(connection: sqlite3.Connection, person: int) -> tuple[Membership, ...]:
    rows = connection.execute(
        "SELECT tenant, role, party FROM memberships WHERE person = ? AND ended_at IS NULL ORDER BY rowid", (person,)
    )
    return tuple(Membership(*row) for row in rows)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _now() -> datetime:
    return datetime.now(UTC)
