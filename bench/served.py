"""The service under load: every route of the product, and beside them the same without a store, and hardly anything.

`python -m bench.served FOLDER` becomes its server, on a port that standard output says.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from flask import Flask, Response

from api.access.directory import Directory
from api.access.people import Membership
from api.app import create_app
from api.http.routes import Routes
from api.http.tenancy import Shelf, ledger, policy
from api.resources.projects import ProjectSchema, RegistrationSchema
from api.resources.projects import document_of as project_document
from api.settings import ServiceSettings
from bench.rounds import ROOT, environment
from ledger.application import Ledger
from ledger.domain.calendar import Period
from ledger.domain.register import projects
from ledger.domain.register.projects import Project
from ledger.store.tenants import Tenants

TENANT, LOGIN = "bench", "office"
PARTIES = 50
LINES = 1_000
THREADS = 32
START_SECONDS = 20
FOLDER = "ENCLAVE_BENCH_SERVICE"
HURRIED = ServiceSettings(calls_per_minute=10_000_000)


def hello() -> Response:
    """What is left of a request when the answer is nothing."""
    return Response(b"hello")


def unstored(sent: dict[str, Any]) -> Any:
    """A project registered as the product does it, up to the event; nothing is recorded."""
    policy().require_among("project.register", [sent["introducer"], sent["receiver"]])
    entered = replace(Project("", **sent), number="P0")
    ledger().supposed(projects.register(ledger().books.projects, entered, None))
    return project_document(entered), 201, {"Location": entered.number}


def served(folder: Path) -> Flask:
    """The service of a folder with the routes of the bench."""
    app, routes = create_app(folder, HURRIED), Routes("bench", __name__, description="测速 bench")
    routes.on_get("/hello", act="statement.read")(hello)
    answering = routes.arguments(RegistrationSchema)(routes.response(201, ProjectSchema)(unstored))
    routes.on_post("/projects/unstored", act="project.register")(answering)
    app.register_blueprint(routes)
    return app


# Set up; nobody measures this


@dataclass(frozen=True)
class Server:
    """A server that runs: where, as which process, and the token that it takes."""

    url: str
    pid: int
    token: str


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """A service of one tenant with a closed statement of fifty parties, until it is let go."""
    token, port = set_up(folder), _free_port()
    command = [sys.executable, "-P", "-m", "gunicorn", "--worker-class", "gthread", "--threads", str(THREADS)]
    command += ["--bind", f"127.0.0.1:{port}", "--log-level", "error", "bench.served:app()"]
    own = {**environment(), FOLDER: str(folder)}
    server = subprocess.Popen(command, cwd=ROOT, env=own, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield Server(f"http://127.0.0.1:{port}", server.pid, token)
    finally:
        server.terminate()
        server.wait()


def app() -> Flask:
    """What the server runs."""
    return served(Path(os.environ[FOLDER]))


def set_up(folder: Path) -> str:
    """A folder with the tenant, its books and one person; the person's token."""
    shutil.rmtree(folder, ignore_errors=True)
    people, tenants = Directory(folder / "people.db"), Tenants(folder / "tenants")
    Shelf(tenants).begin(TENANT, "测速", LOGIN)
    people.add_program(LOGIN, "测速")
    people.grant(LOGIN, Membership(TENANT, "park_office"), LOGIN)
    books = Ledger.open(tenants.books(TENANT), LOGIN)
    parties = {f"p{number}": {"name": f"县{number:02}"} for number in range(PARTIES)}
    number = books.propose_agreement(_terms(parties)).number
    books.sign_agreement(number, *parties)
    lines = (f"V{line},2024-01-{line % 28 + 1:02},{line * 1_000}.37,县{line % PARTIES:02}" for line in range(1, LINES))
    books.import_receipts("\n".join(["税票号码,入库日期,实缴金额,征收方", *lines]).encode(), "一月.csv")
    books.close_period(Period(2024, 1))
    books.close_files()
    return people.issue(LOGIN, "测速", may_write=True)


def _terms(parties: dict[str, dict[str, str]]) -> dict[str, Any]:
    split = {party: weight for weight, party in enumerate(parties, 1)}
    return {
        "title": "五十方",
        "edition": 2,
        "parties": parties,
        "from": "2024-01-01",
        "to": "open",
        "rate_date": "entry_date",
        "refunds": "as_original",
        "negatives": "immediate",
        "rounding": {"level": "running"},
        "settle": {"every": "month", "through": "horizontal_transfer"},
        "pools": {"税收": {"share": "receipts", "waterfall": [{"split": split}]}},
    }


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        asking = HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
        try:
            asking.request("GET", "/healthz")
            asking.getresponse().read()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        finally:
            asking.close()
