"""`enclave explain`: why a party is due what a statement says."""

import click

from api.cli.over_http import explanations as over_http
from api.cli.over_http.explanations import Asked
from api.cli.printing import print_json, print_lines
from api.cli.settings import Settings, agreement_number, as_known_option, as_of_option, json_option, pass_settings
from ledger.application import Ledger
from ledger.domain.calendar import day
from ledger.domain.terms import Document
from ledger.projections.explanation import as_document, explain
from ledger.projections.explanation_in_words import VOUCHERS_MAX, in_sentences
from ledger.projections.nothing_stated import settlement_asked
from ledger.projections.spans import span_of
from ledger.projections.statements import refuse_unstated


@click.command()
@click.argument("agreement", callback=agreement_number)
@click.argument("period")
@click.argument("party")
@as_of_option
@as_known_option
@click.option("--all", "every_voucher", is_flag=True, help="列出全部税票。List every voucher.")
@json_option
@pass_settings
def explain_command(
    settings: Settings,
    agreement: str,
    period: str,
    party: str,
    as_of: str | None,
    as_known: int | None,
    every_voucher: bool,
    as_json: bool,
) -> None:
    """解释一期的一个应得数：直到税票、条款和最后一分。Explain a figure down to vouchers, clause and last fen."""
    until = day(as_of) if as_of else None
    asked = Asked(agreement, period, party, until, as_known, every_voucher)
    found = settings.told(lambda ledger: _explained(ledger, asked), lambda service: over_http.explained(service, asked))
    if as_json:
        print_json({"explanations": [tree for tree, _ in found]})
        return
    for _, sentences in found:
        print_lines([*sentences, ""])
    if not every_voucher and any(len(tree["entries"]) > VOUCHERS_MAX for tree, _ in found):
        print_lines(["全部明细用 --all 列出，或用 --json。"])


def _explained(ledger: Ledger, asked: Asked) -> list[tuple[Document, list[str]]]:
    books = ledger.books_known_at(asked.as_known)
    agreement = books.agreement(asked.agreement)
    month = settlement_asked(agreement, span_of(asked.period))
    if not asked.as_of:
        refuse_unstated(books, agreement, month)
    most = None if asked.every_voucher else VOUCHERS_MAX
    found = explain(books, agreement.number, month, asked.party, asked.as_of)
    return [(as_document(each), in_sentences(each, most)) for each in found]
