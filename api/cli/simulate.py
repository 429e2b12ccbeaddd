"""`enclave simulate`: other terms over recorded history; nothing is recorded."""

from pathlib import Path

import click

from api.cli.printing import amount, print_json, print_lines, print_table
from api.cli.settings import Settings, agreement_number, json_option, pass_settings
from ledger.domain.dividing.simulation import Outcome, Simulation
from ledger.domain.facts.draft import read_facts
from ledger.domain.terms import Terms
from ledger.domain.terms.draft import read_terms
from ledger.files.documents import read_document
from ledger.projections.simulations import left_out_of, simulate

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
    terms = read_terms(read_document(terms_file))
    facts = read_facts(read_document(facts_file)) if facts_file else None
    books = settings.ledger().books
    found = simulate(books, books.agreement(number), terms, facts)
    names = {
        party: said.name
        for parties in (books.agreement(number).known_at(books.position).parties, terms.parties)
        for party, said in parties.items()
    }
    left_out = left_out_of(books.agreement(number).terms, terms)
    if as_json:
        print_json(_document(found) | {"left_out": left_out})
        return
    _print(found, terms, names)
    if left_out:
        print_lines([f"测算只算款项；指标、额度、投入的池不在其内：{'、'.join(left_out)}。"])


def _document(found: Simulation) -> dict[str, object]:
    return {
        "gains": {str(year): shares for year, shares in found.gains().items()},
        "actual": _course(found.actual),
        "other": _course(found.other),
    }


def _course(course: Outcome) -> dict[str, object]:
    return {
        "years": {str(year): shares for year, shares in course.years.items()},
        "waiting_fen": course.waiting_fen,
        "undivided_fen": course.undivided_fen,
        "reasons": [str(reason) for reason in course.reasons],
    }


def _print(found: Simulation, terms: Terms, names: dict[str, str]) -> None:
    gains = found.gains()
    parties = list(dict.fromkeys(party for shares in gains.values() for party in shares))
    rows = [(str(year), *(amount(shares.get(party, 0)) for party in parties)) for year, shares in gains.items()]
    total = [sum(shares.get(party, 0) for shares in gains.values()) for party in parties]
    rows.append(("合计", *map(amount, total)))
    title = f"按《{terms.title}》测算，各方比现行协议多得（+）或少得（−）"
    print_table(title, ("年度", *(names[party] for party in parties)), rows, numbers=range(1, len(parties) + 1))
    for name, course in (("现行协议", found.actual), ("另一份条款", found.other)):
        if course.waiting_fen:
            print_lines([f"上表不含{name}下等待认定的 {amount(course.waiting_fen)} 元：", *map(str, course.reasons)])
    print_lines(["以上只是测算，账内没有记下任何内容。"])
