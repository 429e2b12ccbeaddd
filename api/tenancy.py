"""Which tenant a request speaks for, and who speaks.

The only place of `api/` that knows there are several.  Below it, a ledger is a ledger.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import RLock
from typing import Any
from uuid import uuid4

from flask import Flask, abort, current_app, g, request

from api import callers, limits
from api.access.directory import Directory
from api.access.people import Caller
from api.access.policy import Policy
from api.uploads import Uploads
from ledger.application import Ledger
from ledger.store.requests import Request
from ledger.store.tenants import Tenants, TenantUnknown

EXTENSION = "enclave"
OPENAPI = "/api/v1/openapi.json"
"""The one address of the API that everybody may read."""


class Shelf:
    """The books of every tenant, each opened once and used by one request at a time."""

    def __init__(self, tenants: Tenants) -> None:
        self.tenants = tenants
        self._opened: dict[str, tuple[Ledger, RLock]] = {}
        self._lock = RLock()

    def begin(self, name: str, title: str, actor: str) -> None:
        """New books for a tenant; raises TenantNameUnusable, TenantKnown."""
        with self._lock:
            Ledger.begin(self.tenants.new_books(name), actor, title).close_files()

    @contextmanager
    def ledger(self, name: str, actor: str, request: Request | None = None) -> Iterator[Ledger]:
        """A tenant's books, for one caller at a time, and for a request of theirs; raises TenantUnknown."""
        with self._lock:
            if name not in self._opened:
                self._opened[name] = Ledger.open(self.tenants.books(name), ""), RLock()
            shared, lock = self._opened[name]
        with lock:
            yield shared.acting_as(actor, request)

    def close(self) -> None:
        """Let go of every file."""
        with self._lock:
            for shared, _ in self._opened.values():
                shared.close_files()
            self._opened.clear()


def register(app: Flask, shelf: Shelf, directory: Directory) -> None:
    """Find caller and tenant before every request of the API, let go of the books after it."""
    app.extensions[EXTENSION] = shelf, directory

    @app.url_value_preprocessor
    def find_tenant(endpoint: str | None, values: dict[str, Any] | None) -> None:
        g.tenant = (values or {}).pop("tenant", None)

    @app.before_request
    def find_caller() -> None:
        g.books_held = ExitStack()
        g.request_id = uuid4().hex
        if not request.path.startswith("/api/v1/"):
            return
        is_open = request.path == OPENAPI or (request.method, request.path) == ("POST", callers.SESSION)
        g.caller = None if is_open else callers.found(directory)
        limits.admit_caller(g.caller.person.login if g.caller else None)
        if g.caller is None and not is_open:
            abort(401)
        if g.caller is not None and g.tenant is not None:
            g.policy = _policy(g.caller, g.tenant)

    @app.teardown_request
    def let_go(error: BaseException | None) -> None:
        held = g.pop("books_held", None)
        if held:
            held.close()


def _policy(who: Caller, tenant: str) -> Policy:
    """What a caller may do in a tenant; one in which they hold no role does not exist for them."""
    memberships = who.within(tenant)
    if not memberships:
        raise TenantUnknown(tenant=tenant[:40])
    return Policy(memberships, may_write=who.may_write)


def shelf() -> Shelf:
    """The books of this service."""
    found: Shelf = current_app.extensions[EXTENSION][0]
    return found


def directory() -> Directory:
    """The people of this service."""
    found: Directory = current_app.extensions[EXTENSION][1]
    return found


def caller() -> Caller:
    """Who asks."""
    found: Caller = g.caller
    return found


def policy() -> Policy:
    """What they may do and see in the tenant they ask about."""
    found: Policy = g.policy
    return found


def tenant() -> str:
    """The name of the tenant that the request asks about."""
    found: str = g.tenant
    return found


def still_allowed() -> Policy | None:
    """What the caller of an answer that takes long may do now; nothing once token, session or role has ended."""
    who = callers.found(directory())
    return Policy(who.within(g.tenant), may_write=who.may_write) if who and who.within(g.tenant) else None


def uploads() -> Uploads:
    """The tenant's files that wait for confirmation."""
    return Uploads(shelf().tenants.books(g.tenant).with_name("uploads"))


def ledger() -> Ledger:
    """The tenant's books, held until the request ends."""
    if "ledger" not in g:
        g.ledger = g.books_held.enter_context(shelf().ledger(g.tenant, caller().person.login, g.get("request_key")))
    found: Ledger = g.ledger
    return found
