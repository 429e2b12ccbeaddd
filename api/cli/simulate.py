"""`enclave simulate`: other terms over recorded history; nothing is recorded."""

from pathlib import Path

import click

from api.cli.over_http import simulations as over_http
from api.cli.over_http.simulations import Course, Simulated
from api.cli.printing import amount, print_json, print_lines, print_table
from api.cli.settings import Settings, agreement_number, json_option, pass_settings
from ledger.domain.dividing.simulation import Outcome
from ledger.domain.facts.draft import read_facts
from ledger.domain.stating.books import Books
from ledger.domain.terms import Document
from ledger.domain.terms.draft import read_terms
from ledger.files.documents import read_document
from ledger.projections.simulations import left_out_of, names_of, simulate
from ledger.projections.wording import called

FILE = click.Path(path_type=Path)


@click.command("simulate")
@click.argument("terms_file", type=FILE)
@click.option(
    "--agreement",
    "number",
    callback=agreement_number,
    required=True,
    help="与哪份协议相比。Compared with which agreement.",
)
@click.option(
    "--facts", "facts_file", type=FILE, help="补充的认定事实，与账内已认定的一并用。Facts for the other terms."
)
@json_option
@pass_settings
def simulate_command(settings: Settings, terms_file: Path, number: str, facts_file: Path | None, as_json: bool) -> None:
    """用另一份条款重算账内全部历史：各方每年多得、少得多少；什么也不记。What other terms would have given."""
    document = read_document(terms_file)
    facts = read_document(facts_file) if facts_file else None
    found = settings.told(
        lambda ledger: _simulated(ledger.books, number, document, facts),
        lambda service: over_http.simulated(service, number, document, facts),
    )
    if as_json:
        print_json(_document(found))
        return
    _print(found, read_terms(document).title)
    if found.left_out:
        print_lines([f"测算只算款项；指标、额度、投入的池不在其内：{'、'.join(found.left_out)}。"])


def _simulated(books: Books, number: str, document: Document, facts: Document | None) -> Simulated:
    terms, agreement = read_terms(document), books.agreement(number)
    found = simulate(books, agreement, terms, read_facts(facts) if facts is not None else None)
    names, left_out = names_of(agreement.known_at(books.position), terms), left_out_of(agreement.terms, terms)
    return Simulated(found.gains(), _course(found.actual), _course(found.other), left_out, names)


def _course(course: Outcome) -> Course:
    return Course(course.years, course.waiting_fen, course.undivided_fen, [str(reason) for reason in course.reasons])


def _document(found: Simulated) -> dict[str, object]:
    return {
        "parties": called(found.names),
        "gains": {str(year): shares for year, shares in found.gains.items()},
        "actual": _course_document(found.actual),
        "other": _course_document(found.other),
        "left_out": found.left_out,
    }


def _course_document(course: Course) -> dict[str, object]:
    return {
        "years": {str(year): shares for year, shares in course.years.items()},
        "waiting_fen": course.waiting_fen,
        "undivided_fen": course.undivided_fen,
        "reasons": course.reasons,
    }


def _print(found: Simulated, title: str) -> None:
    gains, names = found.gains, found.names
    parties = list(dict.fromkeys(party for shares in gains.values() for party in shares))
    rows = [(str(year), *(amount(shares.get(party, 0)) for party in parties)) for year, shares in gains.items()]
    total = [sum(shares.get(party, 0) for shares in gains.values()) for party in parties]
    rows.append(("合计", *map(amount, total)))
    title = f"按《{title}》测算，各方比现行协议多得（+）或少得（−）"
    print_table(title, ("年度", *(names[party] for party in parties)), rows, numbers=range(1, len(parties) + 1))
    for name, course in (("现行协议", found.actual), ("另一份条款", found.other)):
        if course.waiting_fen:
            print_lines([f"上表不含{name}下等待认定的 {amount(course.waiting_fen)} 元：", *course.reasons])
    print_lines(["以上只是测算，账内没有记下任何内容。"])
