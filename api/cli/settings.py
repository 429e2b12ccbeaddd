"""What every command needs: which books, here or behind a service, who acts, which language."""

import getpass
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import click

from api.cli.server import BegunByOperator, OnlyHere, Server
from api.client import Client
from ledger.application import Ledger
from ledger.audit.chain import Algorithm
from ledger.domain.errors import Language
from ledger.store.log import BooksBusy

BOOKS = Path(".books") / "books.db"
Told = TypeVar("Told")


@dataclass(frozen=True)
class Settings:
    """The options that stand before a command."""

    books: Path
    actor: str
    language: Language
    algorithm: Algorithm = "sha256"
    server: Server | None = None

    def told(self, here: Callable[[Ledger], Told], there: Callable[[Client], Told]) -> Told:
        """What the books say: those on this machine, or, where a server is named, those behind it."""
        return self.computed(lambda: here(self.ledger()), there)

    def computed(self, here: Callable[[], Told], there: Callable[[Client], Told]) -> Told:
        """What takes no books to say, here or, where a server is named, as that says it."""
        if self.server is None:
            return here()
        with self.server.reached(self.language) as service:
            return there(service)

    def ledger(self) -> Ledger:
        """The books on this machine, opened; raises BooksMissing, OnlyHere."""
        self.refuse_server()
        return Ledger.open(self.books, self.actor)

    def refuse_server(self) -> None:
        """Raises OnlyHere where a server is named and the command can only work on this machine."""
        if self.server is not None:
            raise OnlyHere(command=click.get_current_context().command_path)

    def refuse_new_books_there(self) -> None:
        """Raises BegunByOperator where a server is named."""
        if self.server is not None:
            raise BegunByOperator()

    def new_ledger(self, title: str) -> Ledger:
        """The books, begun if they are not there; raises BegunByOperator."""
        self.refuse_new_books_there()
        keep_out_of_version_control(self.books)
        return Ledger.begin(self.books, self.actor, title, self.algorithm)


def default_actor() -> str:
    """The name in ENCLAVE_ACTOR, else the account's."""
    return os.environ.get("ENCLAVE_ACTOR") or getpass.getuser()


def keep_out_of_version_control(books: Path) -> None:
    """A folder of books made by the program ignores itself."""
    own = next((folder for folder in books.parents if folder.name == BOOKS.parent.name), None)
    if own is None:
        return
    ignored = own / ".gitignore"
    try:
        own.mkdir(parents=True, exist_ok=True)
        if not ignored.exists():
            ignored.write_text("*\n")
    except OSError as problem:
        raise BooksBusy(problem=problem) from None


def agreement_number(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """An agreement's number as the books write it, however it was typed: `a1` is A1."""
    return value.strip().upper() if value else value


pass_settings = click.make_pass_decorator(Settings)
as_of_option = click.option("--as-of", metavar="DAY", help="只计到这一天，例如 2024-02-15。What was true on a day.")
as_known_option = click.option(
    "--as-known", type=int, metavar="POSITION", help="只用日志到这一号为止的事项。What was known at a position."
)
json_option = click.option("--json", "as_json", is_flag=True, help="输出 JSON，供程序读取。JSON for programs.")
