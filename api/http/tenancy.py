"""Which tenant a request speaks for, and who speaks.

The only place of `api/` that knows there are several.  Below it, a ledger is a ledger.
"""

from contextlib import ExitStack
from threading import Lock
from typing import Any
from uuid import uuid4

from flask import Flask, abort, current_app, g, request

from api.access.directory import Directory
from api.access.people import Caller, Membership
from api.access.policy import Policy
from api.http import callers, limits
from api.http.kept import Kept
from api.uploads import Received, Uploads, receive
from ledger.application import Ledger
from ledger.store.requests import Request
from ledger.store.tenants import Tenants, TenantUnknown

EXTENSION = "enclave"
OPENAPI = "/api/v1/openapi.json"
"""The one address of the API that everybody may read."""


class Shelf:
    """The books of every tenant, each opened once and used by every request at the same time."""

    def __init__(self, tenants: Tenants) -> None:
        self.tenants = tenants
        self._opened: dict[str, Ledger] = {}
        self._kept: dict[str, Kept] = {}
        self._opening = Lock()
        self.closing = ExitStack()

    def begin(self, name: str, title: str, actor: str) -> None:
        """New books for a tenant; raises TenantNameUnusable, TenantKnown."""
        with self._opening:
            Ledger.begin(self.tenants.new_books(name), actor, title).close_files()

    def ledger(self, name: str, actor: str, request: Request | None = None) -> Ledger:
        """A tenant's books for one caller, and for a request of theirs; raises TenantUnknown."""
        with self._opening:
            if name not in self._opened:
                self._opened[name] = Ledger.open(self.tenants.books(name), "")
            return self._opened[name].acting_as(actor, request)

    def kept(self, name: str) -> Kept:
        """The answers that a tenant keeps."""
        with self._opening:
            return self._kept.setdefault(name, Kept())

    def close(self) -> None:
        """Let go of every file, and of what was to end with it."""
        self.closing.close()
        with self._opening:
            for shared in self._opened.values():
                shared.close_files()
            self._opened.clear()


def register(app: Flask, shelf: Shelf, directory: Directory) -> None:
    """Find caller and tenant before every request of the API, let go of what it held after it."""
    app.extensions[EXTENSION] = shelf, directory

    @app.url_value_preprocessor
    def find_tenant(endpoint: str | None, values: dict[str, Any] | None) -> None:
        g.tenant = (values or {}).pop("tenant", None)

    @app.before_request
    def find_caller() -> None:
        g.held = ExitStack()
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
        held = g.pop("held", None)
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


def kept() -> Kept:
    """The answers that the tenant keeps."""
    return shelf().kept(g.tenant)


def roles() -> frozenset[Membership]:
    """What the caller's sight in the tenant follows from."""
    return frozenset(caller().within(g.tenant))


def uploads() -> Uploads:
    """The tenant's files that were sent."""
    return uploads_of(shelf(), g.tenant)


def uploads_of(books: Shelf, tenant: str) -> Uploads:
    """A tenant's files that were sent; raises TenantUnknown."""
    return Uploads(books.tenants.uploads(tenant))


def file_sent() -> Received:
    """The body of this request, on the disk; gone with the request unless somebody keeps it."""
    if "file_sent" not in g:
        g.file_sent = receive(request.stream, uploads().folder)
        g.held.callback(g.file_sent.path.unlink, missing_ok=True)
        if request.content_length not in (None, g.file_sent.size):  # broken off: what came is not what was sent
            abort(400)
    found: Received = g.file_sent
    return found


def ledger() -> Ledger:
    """The tenant's books, for the caller and this request."""
    if "ledger" not in g:
        g.ledger = shelf().ledger(g.tenant, caller().person.login, g.get("request_key"))
    found: Ledger = g.ledger
    return found
