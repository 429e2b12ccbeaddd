"""`enclave agreement`: propose, sign, show."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import click

from api.cli.over_http import agreements as over_http
from api.cli.printing import print_json, print_lines, print_table
from api.cli.settings import Settings, agreement_number, json_option, pass_settings
from ledger.application import Ledger
from ledger.domain.agreeing.agreement import Agreement, Draft
from ledger.domain.calendar import day
from ledger.domain.terms import Document
from ledger.domain.terms.draft import read_terms
from ledger.files.documents import read_document
from ledger.projections.signatures import Signature, signatures
from ledger.projections.terms_difference import difference
from ledger.projections.terms_in_words import terms_in_words


@click.group()
def agreement() -> None:
    """协议：提出、签署、查看。Agreements: propose, sign, show."""


NUMBER = click.argument("number", callback=agreement_number)
FILE = click.argument("file", type=click.Path(path_type=Path))
BY = click.option("--party", required=True, help="由哪一方提出：代号、名称或区划代码。Which party puts it forward.")


@agreement.command()
@FILE
@click.option("--new", is_flag=True, help="账簿不存在时新建。Begin new books if there are none.")
@click.option("--title", default="账簿", help="新账簿的名称。Title of new books.")
@json_option
@pass_settings
def propose(settings: Settings, file: Path, new: bool, title: str, as_json: bool) -> None:
    """提出一份协议；各方签齐之前不生效。Put terms forward; nothing is in force before the last signature."""
    document = read_document(file)
    if new:
        read_terms(document)  # refused before new books begin
        settings.new_ledger(title)
    found = settings.told(
        lambda ledger: ledger.propose_agreement(document), lambda service: over_http.propose(service, document)
    )
    _show_one(found, as_json)


@agreement.command()
@NUMBER
@FILE
@BY
@json_option
@pass_settings
def counter(settings: Settings, number: str, file: Path, party: str, as_json: bool) -> None:
    """以另一稿取代待签的文本，签署重新开始。Put another text in the place of the draft; signatures begin again."""
    found = _put_forward(settings, "counter", Ledger.counter_agreement, number, party, file)
    _show_one(found, as_json)
    if not as_json and found.draft and found.countered:
        print_lines(difference(found.countered[-1].terms, found.draft.terms) or ["两稿的规则完全一样。"])


@agreement.command()
@NUMBER
@FILE
@BY
@json_option
@pass_settings
def amend(settings: Settings, number: str, file: Path, party: str, as_json: bool) -> None:
    """对已生效的协议提出修订（全文，写明 effective）；各方签齐才适用。Put a later version forward."""
    found = _put_forward(settings, "amend", Ledger.amend_agreement, number, party, file)
    _show_one(found, as_json)
    if not as_json and found.draft:
        print_lines(difference(found.versions[-1].terms, found.draft.terms))


@agreement.command()
@NUMBER
@FILE
@BY
@json_option
@pass_settings
def leave(settings: Settings, number: str, file: Path, party: str, as_json: bool) -> None:
    """退出：提出没有本方的全文（写明 effective），各方签齐才退出。Leave, by terms without your party."""
    _show_one(_put_forward(settings, "leave", Ledger.leave_agreement, number, party, file), as_json)


@agreement.command()
@NUMBER
@BY
@click.option("--last", required=True, metavar="DAY", help="止日（含），例如 2026-12-31。The last day.")
@json_option
@pass_settings
def end(settings: Settings, number: str, party: str, last: str, as_json: bool) -> None:
    """终止：条款不变，写定止日，各方签齐才算。End on a day, once every party signs."""
    until = day(last)
    found = settings.told(
        lambda ledger: ledger.end_agreement(number, party, until),
        lambda service: over_http.end(service, number, party, until.isoformat()),
    )
    _show_one(found, as_json)


@agreement.command()
@NUMBER
@json_option
@pass_settings
def diff(settings: Settings, number: str, as_json: bool) -> None:
    """待签文本与上一稿（或现行版本）逐句比较。What the draft changes, sentence by sentence."""
    found, _ = settings.told(
        lambda ledger: (ledger.books.agreement(number), ()), lambda service: over_http.find(service, number)
    )
    texts = [*(version.terms for version in found.versions), *(draft.terms for draft in found.countered)]
    texts += [found.draft.terms] if found.draft else []
    sentences = difference(texts[-2], texts[-1]) if len(texts) > 1 else []
    if as_json:
        print_json({"agreement": found.number, "difference": sentences})
    else:
        print_lines(sentences or ["没有可比的两稿，或两稿的规则完全一样。"])


@agreement.command()
@NUMBER
@click.option(
    "--party", "parties", multiple=True, required=True, help="签署方的代号、名称或区划代码，可重复。Who signs."
)
@click.option("--draft", type=int, help="签第几稿；不写则为现在待签的一稿。Which draft is signed.")
@json_option
@pass_settings
def sign(settings: Settings, number: str, parties: tuple[str, ...], draft: int | None, as_json: bool) -> None:
    """代表参与方签署；多方同签时要么都签上，要么都不签。Sign for one party or several, all or none."""
    found = settings.told(
        lambda ledger: ledger.sign_agreement(number, *parties, draft=draft),
        lambda service: over_http.sign(service, number, parties, draft),
    )
    _show_one(found, as_json)


@agreement.command()
@click.argument("number", callback=agreement_number, required=False)
@click.option("--draft", type=int, help="看第几稿的全文。Which signed version, or the draft, to read.")
@json_option
@pass_settings
def show(settings: Settings, number: str | None, draft: int | None, as_json: bool) -> None:
    """列出协议，或查看一份。List agreements, or show one."""
    if not number:
        _list(settings, as_json)
        return
    found, signed = settings.told(
        lambda ledger: (ledger.books.agreement(number), signatures(ledger, number)),
        lambda service: over_http.find(service, number),
    )
    if draft is None:
        _show_whole(found, signed, as_json)
        return
    text = found.text_of(draft)
    print_json({"draft": draft, "terms": text.document}) if as_json else print_lines(terms_in_words(text.terms))


@agreement.command("list")
@json_option
@pass_settings
def list_agreements(settings: Settings, as_json: bool) -> None:
    """列出协议。List agreements."""
    _list(settings, as_json)


def _put_forward(
    settings: Settings,
    act: str,
    here: Callable[[Ledger, str, str, Document], Agreement],
    number: str,
    party: str,
    file: Path,
) -> Agreement:
    """The agreement with the text of a file put forward by a party: to counter, to amend or to leave."""
    document = read_document(file)
    return settings.told(
        lambda ledger: here(ledger, number, party, document),
        lambda service: over_http.put(service, number, act, party, document),
    )


def _list(settings: Settings, as_json: bool) -> None:
    every = settings.told(lambda ledger: list(ledger.books.agreements.values()), over_http.every)
    if as_json:
        print_json({"agreements": [_document(each) for each in every]})
    else:
        rows = [(each.number, each.terms.title, _state(each)) for each in every]
        print_table("协议 Agreements", ("编号", "名称", "状态"), rows)


def _show_whole(found: Agreement, signed: list[Signature], as_json: bool) -> None:
    if as_json:
        print_json({**_document(found), "signatures": [asdict(each) for each in signed]})
        return
    _show_one(found, as_json)
    standing = {version.number for version in found.versions} | ({found.draft.number} if found.draft else set())
    for draft in dict.fromkeys(each.draft for each in signed):
        own = [each for each in signed if each.draft == draft]
        names = [f"{found.name_of(each.party)}（经办 {each.actor}，第 {each.position} 号事项）" for each in own]
        void = "" if draft in standing else "（已被对案取代，签署作废）"
        print_lines([f"第 {draft} 稿签署{void}：{'、'.join(names)}。"])
    for version in found.versions[1:]:
        print_lines(
            [
                f"第 {version.number} 稿是修订，自 {version.terms.effective} 起适用（第 {version.in_force_at} 号事项签齐）。"
            ]
        )
    print_lines(terms_in_words(found.terms))
    if found.draft and found.versions:
        print_lines(["待签的修订与现行版本相比："])
        print_lines(difference(found.terms, found.draft.terms))


def _show_one(agreement: Agreement, as_json: bool) -> None:
    if as_json:
        print_json(_document(agreement))
        return
    print_lines([f"协议 {agreement.number}《{agreement.terms.title}》：{_state(agreement)}。"])


def _state(agreement: Agreement) -> str:
    missing = "、".join(agreement.name_of(party) for party in agreement.missing())
    if agreement.in_force_at is None:
        return f"未生效，待 {missing} 签署"
    state = f"各方已签（第 {agreement.in_force_at} 号事项），自 {agreement.terms.first} 起生效"
    amended = f"，已修订 {len(agreement.versions) - 1} 次" if len(agreement.versions) > 1 else ""
    waiting = f"；第 {agreement.draft.number} 稿修订待 {missing} 签署" if agreement.draft else ""
    return state + amended + waiting


def _document(agreement: Agreement) -> dict[str, object]:
    return {
        "agreement": agreement.number,
        "title": agreement.terms.title,
        "signed": list(agreement.signed),
        "proposed_at": agreement.proposed_at,
        "in_force_at": agreement.in_force_at,
        "terms": agreement.document,
        "draft": _draft_document(agreement.draft) if agreement.draft else None,
        "missing": agreement.missing(),
        "versions": [
            {
                "draft": version.number,
                "effective": version.terms.effective.isoformat(),
                "in_force_at": version.in_force_at,
                "signed": list(version.signed),
            }
            for version in agreement.versions
        ],
    }


def _draft_document(draft: Draft) -> dict[str, object]:
    return {"number": draft.number, "signed": list(draft.signed), "terms": draft.document}
