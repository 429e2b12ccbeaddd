"""`enclave terms`: check and explain a text before anyone signs it."""

from pathlib import Path

import click

from api.cli.over_http import terms as over_http
from api.cli.printing import print_json, print_lines
from api.cli.settings import Settings, json_option, pass_settings
from ledger.domain.agreeing.agreement import needs_certified
from ledger.domain.errors import Language
from ledger.domain.terms import CLOCKS_ZH, Document
from ledger.domain.terms.draft import read_terms
from ledger.files.documents import read_document
from ledger.projections.terms_in_words import terms_in_words

TERMS_FILE = click.argument("file", type=click.Path(path_type=Path))


@click.group()
def terms() -> None:
    """条款：检查、解释。Terms: check and explain a text before signing."""


@terms.command()
@TERMS_FILE
@json_option
@pass_settings
def check(settings: Settings, file: Path, as_json: bool) -> None:
    """列出条款的全部问题。List every fault of a text at once."""
    document = read_document(file)
    title, missing = settings.computed(lambda: _checked(document), lambda service: over_http.checked(service, document))
    if as_json:
        print_json({"title": title, "valid": True, "faults": [], "needs_certified": missing})
    else:
        print_lines([_sound(title, missing, settings.language)])


def _checked(document: Document) -> tuple[str, list[str]]:
    read = read_terms(document)
    return read.title, needs_certified(read)


def _in_chinese(name: str) -> str:
    """A fact's name as people say it."""
    pool, dot, eligible = name.rpartition(".")
    return f"“{pool}”的资格" if dot and eligible == "eligible" else CLOCKS_ZH.get(name, f"“{name}”")


def _sound(title: str, missing: list[str], language: Language) -> str:
    names = "、".join(_in_chinese(name) if language == "zh" else name for name in missing)
    if language == "en":
        then = f"the parties then certify {names}, and money that needs them waits until they do" if missing else ""
        return f"The terms '{title}' have no fault and can be proposed{'; ' if then else ''}{then}."
    then = f"签署以后须由各方认定：{names}；认定以前，到达有关步骤的款项等待" if missing else "不需要另行认定"
    return f"条款《{title}》没有发现问题，可以提出签署；{then}。"


@terms.command()
@TERMS_FILE
@json_option
@pass_settings
def explain(settings: Settings, file: Path, as_json: bool) -> None:
    """把条款写成逐条编号的中文。Print the terms as numbered Chinese sentences."""
    document = read_document(file)
    sentences = settings.computed(
        lambda: terms_in_words(read_terms(document)), lambda service: over_http.explained(service, document)
    )
    print_json({"sentences": sentences}) if as_json else print_lines(sentences)
