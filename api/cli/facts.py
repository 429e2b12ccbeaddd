"""`enclave fact`: facts are suggested from the books, put forward, confirmed by every party, superseded."""

from pathlib import Path

import click

from api.cli.over_http import facts as over_http
from api.cli.printing import print_json, print_lines, print_table
from api.cli.settings import Settings, agreement_number, json_option, pass_settings
from ledger.application import Ledger
from ledger.domain.agreeing.agreement import Agreement
from ledger.domain.agreeing.certification import Certification, missing
from ledger.domain.stating.books import Books
from ledger.domain.stating.proposals import proposals
from ledger.domain.terms import Document
from ledger.files.documents import listed_documents, read_document
from ledger.projections.facts_in_words import fact_in_words

NUMBER = click.argument("number", callback=agreement_number)
FACT = click.argument("fact", callback=agreement_number)


@click.group()
def fact() -> None:
    """认定事实：测算、提出、确认、查看。Certified facts: suggest, propose, confirm, list."""


@fact.command()
@NUMBER
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option(
    "--party", default="", help="由哪一方提出；提出即视为该方已确认。Who puts it forward, and so confirms it."
)
@click.option(
    "--supersedes", default="", callback=agreement_number, help="取代哪一条，例如 F1。Which fact it takes the place of."
)
@click.option("--suggested", is_flag=True, help="提出账簿测算的全部建议。Put forward what the books suggest.")
@json_option
@pass_settings
def propose(
    settings: Settings, number: str, file: Path | None, party: str, supersedes: str, suggested: bool, as_json: bool
) -> None:
    """就协议 NUMBER 提出 FILE 里的事实（YAML），或账簿测算的建议。Put facts forward for certification."""
    if bool(file) == suggested:
        raise click.UsageError("FILE 与 --suggested 写一个。Give FILE or --suggested.")
    if file and not party:
        raise click.UsageError("写明由哪一方提出：--party。Say which party puts it forward: --party.")
    documents = listed_documents(read_document(file), "facts") if file else None
    found, agreement = settings.told(
        lambda ledger: _proposed(ledger, number, documents, party, supersedes),
        lambda service: over_http.propose(
            service,
            number,
            over_http.suggested(service, number) if documents is None else documents,
            party,
            supersedes,
        ),
    )
    _print(found, agreement, as_json)


def _proposed(
    ledger: Ledger, number: str, documents: list[Document] | None, party: str, supersedes: str
) -> over_http.Found:
    if documents is None:
        documents = _suggested(ledger, number)
    found = ledger.propose_facts(number, documents, party, supersedes) if documents else []
    for unit in _unseen_units(ledger.books, found):
        click.echo(f"提示：账内还没有企业、项目或参与方叫“{unit}”，请核对。No such unit is known yet.", err=True)
    return found, ledger.books.agreement(number)


@fact.command()
@FACT
@click.option("--party", "parties", multiple=True, required=True, help="确认方，可重复。Who confirms.")
@json_option
@pass_settings
def confirm(settings: Settings, fact: str, parties: tuple[str, ...], as_json: bool) -> None:
    """代表参与方确认；各方都确认才算数。Confirm for one party or several; with the last one it is certified."""
    found, agreement = settings.told(
        lambda ledger: _confirmed(ledger, fact, parties), lambda service: over_http.confirm(service, fact, parties)
    )
    _print(found, agreement, as_json)


def _confirmed(ledger: Ledger, fact: str, parties: tuple[str, ...]) -> over_http.Found:
    found = ledger.confirm_fact(fact, *parties)
    return [found], ledger.books.agreement(found.agreement)


@fact.command("list")
@click.argument("number", callback=agreement_number, required=False)
@json_option
@pass_settings
def list_facts(settings: Settings, number: str | None, as_json: bool) -> None:
    """列出认定事实：内容、出处、谁已确认。List facts with their state."""
    listed = settings.told(
        lambda ledger: _listed(ledger.books, number),
        lambda service: [over_http.of_agreement(service, number)] if number else over_http.every(service),
    )
    found = [(each, agreement) for facts, agreement in listed for each in facts]
    found.sort(key=lambda each: each[0].proposed_at)
    if as_json:
        print_json({"facts": [document_of(each) for each, _ in found]})
        return
    later = {each.supersedes: each for each, _ in found if each.supersedes}
    rows = [
        (each.number, each.agreement, fact_in_words(each.document), _state(each, agreement, later.get(each.number)))
        for each, agreement in found
    ]
    print_table("认定事实 Facts", ("编号", "协议", "内容", "状态"), rows)


def _listed(books: Books, number: str | None) -> list[over_http.Found]:
    agreements = [books.agreement(number)] if number else list(books.agreements.values())
    facts = list(books.facts.values())
    return [([each for each in facts if each.agreement == own.number], own) for own in agreements]


@fact.command()
@NUMBER
@json_option
@pass_settings
def suggest(settings: Settings, number: str, as_json: bool) -> None:
    """账簿能测算的事实，供各方提出和确认；测算本身不算数。What the books suggest to certify; it counts for nothing."""
    documents = settings.told(
        lambda ledger: _suggested(ledger, number), lambda service: over_http.suggested(service, number)
    )
    if as_json:
        print_json({"facts": documents})
    else:
        print_lines([fact_in_words(each) for each in documents] or ["账簿没有可以建议的事实。"])


def _unseen_units(books: Books, found: list[Certification]) -> list[str]:
    """Units of facts that nothing recorded knows: most often a slip of the pen."""
    known = {*books.recorded.columns.names["enterprises"], *books.recorded.columns.names["projects"]}
    known |= {name for _, report in books.counted for name in (report.enterprise, report.project)}
    known |= {name for project in books.projects.values() for name in (project.enterprise, project.name)}
    known |= {party for agreement in books.agreements.values() for party in agreement.terms.parties}
    units = dict.fromkeys(each.fact.unit for each in found if each.fact and each.fact.unit)
    return [unit for unit in units if unit not in known]


def _suggested(ledger: Ledger, number: str) -> list[Document]:
    books = ledger.books
    return proposals(books, books.agreement(number), books.position)


def _print(found: list[Certification], agreement: Agreement, as_json: bool) -> None:
    if as_json:
        print_json({"facts": [document_of(each) for each in found]})
    else:
        print_lines(
            [f"{each.number}：{fact_in_words(each.document)}；{_state(each, agreement, None)}。" for each in found]
            or ["没有可提出的。"]
        )


def _state(found: Certification, agreement: Agreement, later: Certification | None) -> str:
    lacking = [agreement.name_of(party) for party in missing(agreement, found)]
    certified = found.certified_at is not None
    state = f"已认定（第 {found.certified_at} 号事项）" if certified else f"待 {'、'.join(lacking)} 确认"
    if later is None:
        return state
    if later.certified_at is not None:
        return f"{state}；重叠的日期以 {later.number} 为准" if certified else f"已被 {later.number} 取代"
    return f"{state}；{later.number} 提出取代它，尚未认定"


def document_of(found: Certification) -> dict[str, object]:
    """A fact as data."""
    return {
        "fact": found.number,
        "agreement": found.agreement,
        "document": found.document,
        "proposed_by": found.party,
        "proposed_at": found.proposed_at,
        "confirmed": list(found.confirmed),
        "certified_at": found.certified_at,
        "supersedes": found.supersedes,
    }
