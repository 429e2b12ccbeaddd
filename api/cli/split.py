"""`enclave split`: terms and a file in, shares out; no books."""

from pathlib import Path

import click

from api.cli.printing import amount, print_json, print_lines, print_table
from api.cli.settings import Settings, json_option, pass_settings
from ledger.domain.calendar import Every
from ledger.domain.certified import Certified
from ledger.domain.draft import read_terms
from ledger.domain.errors import Language, LinesRefused
from ledger.domain.fact_draft import read_facts
from ledger.domain.linking import link
from ledger.domain.split import Split, split
from ledger.domain.terms import Terms
from ledger.domain.versions import Versions
from ledger.domain.waterfall import Progress
from ledger.files.documents import read_document
from ledger.files.receipts_csv import RECEIPTS_BYTES_MAX, read_receipts
from ledger.files.text import read_bytes
from ledger.projections.wording import exact_fen

ENTRIES_SHOWN_MAX = 20
FILE = click.Path(path_type=Path)


@click.command("split")
@click.option("--terms", "terms_file", type=FILE, required=True, help="条款文件（YAML 或 JSON）。Terms.")
@click.option("--entries", "entries_file", type=FILE, required=True, help="入库明细 CSV。Entries.")
@click.option("--facts", "facts_file", type=FILE, help="认定事实文件。Certified facts.")
@click.option("--by", "every", type=click.Choice(["year", "quarter", "month"]), default="year", show_default=True)
@json_option
@pass_settings
def split_command(
    settings: Settings, terms_file: Path, entries_file: Path, facts_file: Path | None, every: Every, as_json: bool
) -> None:
    """按条款试算一份明细，不需要账簿。Divide a file by terms, without books."""
    terms = read_terms(read_document(terms_file))
    certified = read_facts(read_document(facts_file)) if facts_file else Certified()
    file = read_receipts(read_bytes(entries_file, RECEIPTS_BYTES_MAX), entries_file.name, check_codes=False)
    entries = link(file.entries, file.references, lambda vouchers: (), file.name)
    result = split(Versions([terms]), entries, certified, every)
    if result.faults:
        raise LinesRefused(result.faults, file=file.name)
    if file.duplicates:
        click.echo(f"提示：有 {file.duplicates} 行与前面的行相同，只算一次。Repeated lines count once.", err=True)
    for warning in file.warnings:
        click.echo(f"提示 warning: {warning.say(settings.language)}", err=True)
    print_json(split_document(result)) if as_json else _print(terms, result, settings.language)


def split_document(result: Split) -> dict[str, object]:
    """The result as data: every amount in fen."""
    return {
        "entries": [{"id": entry.key.voucher, "shares": shares} for entry, shares in result.entries],
        "periods": result.periods,
        "totals": result.totals,
        "waiting": result.waiting_fen,
        "faults": [],
        "undivided": result.undivided_fen,
        "unselected": result.unselected_fen,
        "collected": result.collected,
        "reasons": [str(reason) for reason, _ in result.reasons],
        "steps": result.steps,
        "limits": {period: [_limit(*each) for each in limits] for period, limits in result.progress.items()},
        "proposals": [
            {"eligible": each.pool, "unit": each.unit, "value": each.eligible, "total": each.total_fen}
            for each in result.proposals
        ],
    }


def _limit(pool: str, unit: str, progress: Progress) -> dict[str, object]:
    """How full a limit is: exact fen as text where they are not whole."""
    left = progress.limit_fen - progress.reached
    return {
        "pool": pool,
        "unit": unit,
        "step": progress.step,
        "year": progress.scope,
        "party": progress.party,
        "limit": progress.limit_fen,
        "reached": str(progress.reached),
        "left": str(left),
    }


def _print(terms: Terms, result: Split, language: Language) -> None:
    names = [party.name for party in terms.parties.values()]
    numbers = range(1, len(names) + 1)
    rows = [(str(entry.key), *map(amount, shares.values())) for entry, shares in result.entries[:ENTRIES_SHOWN_MAX]]
    print_table("逐笔 Entries", ("税票", *names), rows, numbers=numbers)
    if len(result.entries) > ENTRIES_SHOWN_MAX:
        print_lines([f"其余 {len(result.entries) - ENTRIES_SHOWN_MAX} 笔从略；用 --json 看全部。"])
    rows = [(period, *map(amount, shares.values())) for period, shares in sorted(result.periods.items())]
    rows.append(("合计", *map(amount, result.totals.values())))
    print_table("按期 Periods", ("期间", *names), rows, numbers=numbers)
    print_lines(_remarks(result, language))


def _remarks(result: Split, language: Language) -> list[str]:
    remarks = [
        f"暂不分配 {amount(result.waiting_fen)} 元（待认定）。" if result.waiting_fen else "",
        f"不分配、留在征收方 {amount(result.undivided_fen)} 元（协议期外或不符合条件）。"
        if result.undivided_fen
        else "",
        f"不在分享范围 {amount(result.unselected_fen)} 元。" if result.unselected_fen else "",
    ]
    remarks += [reason.say(language) for reason, _ in result.reasons]
    last = list(result.progress.values())[-1:]
    for pool, unit, progress in last[0] if last else []:
        who = " ".join(part for part in (pool, unit, f"步骤“{progress.step}”") if part)
        year = f"（{progress.scope} 年）" if progress.scope else ""
        remarks.append(f"{who}{year}：限额 {amount(progress.limit_fen)} 元，已达 {exact_fen(progress.reached)}。")
    return [remark for remark in remarks if remark]
