"""How results reach people and programs: tables, lines, JSON."""

from collections.abc import Iterable, Sequence

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from api import ways
from api.client import ServiceRefused
from ledger.domain.errors import Fault, Faults, Language, Refusal, some_of_each
from ledger.domain.terms import Document
from ledger.projections.wording import money

FAULTS_SHOWN_MAX = 200


def console(*, stderr: bool = False) -> Console:
    """A console as wide as the terminal, and at least as wide as a statement."""
    found = Console(stderr=stderr, highlight=False, soft_wrap=False)
    if not found.is_terminal or found.width < 100:
        found.width = max(found.width, 120)
    return found


def print_json(document: object) -> None:
    """One JSON document on standard output."""
    click.echo(msgspec.json.format(msgspec.json.encode(document), indent=2).decode())


def print_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Sequence[int] = ()
) -> None:
    """A table for people; `numbers` are the columns set to the right."""
    table = Table(title=Text(title), title_justify="left", title_style="bold", show_edge=False, pad_edge=False)
    for index, column in enumerate(columns):
        right = index in numbers
        table.add_column(Text(column), justify="right" if right else "left", no_wrap=right, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console().print(table)


def print_lines(lines: Iterable[str]) -> None:
    """Sentences, one below the other, wrapped by the terminal."""
    for line in lines:
        click.echo(line)


def amount(amount_fen: int | None) -> str:
    """Yuan with thousands commas; a dash where it is not known."""
    return "—" if amount_fen is None else money(amount_fen)


def print_refusal(said: Document, language: Language, *, as_json: bool) -> None:
    """What was refused, where, and what to do; every fault of a list."""
    if as_json:
        print_json(said)
        return
    click.echo(said["message"], err=True)
    faults = said["faults"]
    if len(faults) > 1 or faults[0]["message"] not in said["message"]:
        _print_faults(faults, language)
    if said["how"]:
        click.echo(f"→ {said['how']}", err=True)


def _print_faults(faults: Sequence[Document], language: Language) -> None:
    for fault in some_of_each(faults, lambda fault: str(fault.get("kind", "")), FAULTS_SHOWN_MAX):
        click.echo(f"  - {_fault_in_words(fault, language)}", err=True)
    if len(faults) > FAULTS_SHOWN_MAX:
        more = len(faults) - FAULTS_SHOWN_MAX
        click.echo(f"  … {more} more: --json" if language == "en" else f"  … 其余 {more} 处用 --json 查看。", err=True)


def _fault_in_words(fault: Document, language: Language) -> str:
    """Place, clause and rule in one sentence, as `Fault.say`."""
    before, after, stop = (" (", ")", ": ") if language == "en" else ("（", "）", "：")
    clause = f"{before}{fault['clause']}{after}" if fault["clause"] else ""
    place = f"{fault['where']}{clause}"
    return f"{place}{stop}{fault['message']}" if place else str(fault["message"])


def refusal_document(refusal: Refusal, language: Language) -> Document:
    """A refusal as data: its stable kind, its sentence, what to type, its facts and faults."""
    faults = refusal.faults if isinstance(refusal, Faults) else (Fault("", refusal),)
    return {
        "refused": refusal.kind,
        "message": refusal.say(language),
        "how": ways.typed([refusal.kind, *(fault.rule.kind for fault in faults)]),
        "facts": {name: str(value) for name, value in refusal.facts.items()},
        "faults": [fault.as_document(language) for fault in faults],
    }


def problem_document(refused: ServiceRefused) -> Document:
    """The same of what a service refused."""
    blank = {"where": "", "clause": "", "kind": refused.kind, "facts": {}, "message": refused.title}
    faults = [blank | error for error in refused.errors]
    how = ways.typed([refused.kind, *(str(fault["kind"]) for fault in faults)])
    return {"refused": refused.kind, "message": refused.title, "how": how, "facts": {}, "faults": faults or [blank]}
