"""`enclave explain`: why a party is due what a statement says."""

import click

from api.cli.printing import print_json, print_lines
from api.cli.settings import Settings, agreement_number, as_known_option, as_of_option, json_option, pass_settings
from ledger.domain.calendar import day
from ledger.projections.explanation import as_document, explain
from ledger.projections.explanation_in_words import in_sentences
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
    books = settings.books_known_at(as_known)
    asked = books.agreement(agreement)
    month = settlement_asked(asked, span_of(period))
    if not as_of:
        refuse_unstated(books, asked, month)
    found = explain(books, agreement, month, party, day(as_of) if as_of else None)
    if as_json:
        print_json({"explanations": [as_document(each) for each in found]})
    else:
        for each in found:
            print_lines([*in_sentences(each, None if every_voucher else 20), ""])
