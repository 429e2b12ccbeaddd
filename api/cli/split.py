"""`enclave split`: terms and a file in, shares out; no books."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from api.cli.printing import amount, print_json, print_lines, print_table
from api.cli.settings import Settings, as_of_option, json_option, pass_settings
from ledger.domain.calendar import Every, day
from ledger.domain.dividing.pools import PoolKey
from ledger.domain.dividing.reading import Reading
from ledger.domain.dividing.split import Measured, Split, split
from ledger.domain.dividing.waterfall import Progress
from ledger.domain.dividing.worksheet import Shares
from ledger.domain.errors import Language, LinesRefused
from ledger.domain.facts.certified import Certified
from ledger.domain.facts.draft import read_facts, refuse_strangers
from ledger.domain.recording.figures import Report
from ledger.domain.terms.amendment import read_versions
from ledger.domain.terms.versions import Versions
from ledger.files.documents import read_document
from ledger.files.figures_file import read_figures, read_inputs
from ledger.files.receipts_file import RECEIPTS_BYTES_MAX, ReceiptsFile, read_receipts
from ledger.files.text import read_bytes
from ledger.projections.quantities import OF_DATES, Quantity, quantity_of
from ledger.projections.wording import called, exact_fen

ENTRIES_SHOWN_MAX = 20
WARNINGS_SHOWN_MAX = 5
FILE = click.Path(path_type=Path)


@click.command("split")
@click.option("--terms", "terms_file", type=FILE, required=True, help="条款文件（YAML 或 JSON）。Terms.")
@click.option(
    "--amendment",
    "amendments",
    type=FILE,
    multiple=True,
    help="修订，按签署次序，可重复。Amendments in order of signing.",
)
@click.option("--entries", "entries_file", type=FILE, help="入库明细 CSV。Entries.")
@click.option("--figures", "figures_file", type=FILE, help="指标、额度 CSV。Indicators and quotas.")
@click.option("--inputs", "inputs_file", type=FILE, help="投入 CSV。Contributions.")
@click.option("--facts", "facts_file", type=FILE, help="认定事实文件。Certified facts.")
@click.option("--by", "every", type=click.Choice(["year", "quarter", "month"]), default="year", show_default=True)
@as_of_option
@click.option(
    "--as-known",
    type=click.IntRange(min=0),
    metavar="LINES",
    help="只用明细的前若干行。What the first lines of the entries say.",
)
@json_option
@pass_settings
def split_command(settings: Settings, /, every: Every, as_json: bool, **given: Any) -> None:
    """按条款试算一份明细，不需要账簿。Divide files by terms, without books."""
    asked = Asked(**given)
    if asked.as_known is not None and (asked.figures_file or asked.inputs_file):
        raise click.UsageError("--as-known 只用于 --entries。--as-known goes with --entries only.")
    if not (asked.entries_file or asked.figures_file or asked.inputs_file or asked.as_of):
        raise click.UsageError("--entries、--figures、--inputs 或 --as-of 至少写一个。Give at least one of them.")
    versions = asked.versions()
    certified = read_facts(read_document(asked.facts_file)) if asked.facts_file else Certified()
    refuse_strangers(certified, versions.parties)
    file = asked.receipts()
    entries = file.linked()[: asked.as_known] if file else []
    as_of = day(asked.as_of) if asked.as_of else None
    result = split(versions, entries, certified, every, as_of, asked.reports())
    if result.faults:
        raise LinesRefused(result.faults, file=file.name if file else "")
    if file:
        _warn(file, settings.language)
    print_json(split_document(versions, result)) if as_json else _print(versions, result, settings.language)


@dataclass(frozen=True)
class Asked:
    """The files and moments that the command line names."""

    terms_file: Path
    amendments: tuple[Path, ...]
    entries_file: Path | None
    figures_file: Path | None
    inputs_file: Path | None
    facts_file: Path | None
    as_of: str | None
    as_known: int | None

    def versions(self) -> Versions:
        """The terms and their amendments; raises TermsRefused."""
        return read_versions(map(read_document, (self.terms_file, *self.amendments)))

    def receipts(self) -> ReceiptsFile | None:
        """The lines of the entries' file, if there is one."""
        if self.entries_file is None:
            return None
        return read_receipts(
            read_bytes(self.entries_file, RECEIPTS_BYTES_MAX), self.entries_file.name, check_codes=False
        )

    def reports(self) -> list[Report]:
        """The figures, quotas and contributions of the files."""
        found: list[Report] = []
        for file, read in ((self.figures_file, read_figures), (self.inputs_file, read_inputs)):
            if file:
                found += read(read_bytes(file, RECEIPTS_BYTES_MAX), file.name).reports
        return found


def _warn(file: ReceiptsFile, language: Language) -> None:
    """What is strange in a file and still counts."""
    if file.duplicates:
        click.echo(f"提示：有 {file.duplicates} 行与前面的行相同，只算一次。Repeated lines count once.", err=True)
    for note in file.source.notes:
        click.echo(f"提示：{note.say(language)}", err=True)
    for warning in file.warnings[:WARNINGS_SHOWN_MAX]:
        click.echo(f"提示 warning: {warning.say(language)}", err=True)
    if len(file.warnings) > WARNINGS_SHOWN_MAX:
        click.echo(f"提示：同类问题还有 {len(file.warnings) - WARNINGS_SHOWN_MAX} 处。And as many more.", err=True)


def split_document(versions: Versions, result: Split) -> dict[str, object]:
    """The result as data: every amount in fen, by the parties' ids."""
    return {
        "parties": called({party.id: party.name for party in versions.parties.values()}),
        "entries": [{"id": entry.key.voucher, "shares": shares} for entry, shares in result.entries],
        "periods": result.periods,
        "totals": result.totals,
        "waiting": result.waiting_fen,
        "faults": [],
        "undivided": result.undivided_fen,
        "unselected": result.unselected_fen,
        "collected": result.collected,
        "reasons": [str(each.reason) for each in result.reasons],
        "steps": result.steps,
        "waiting_reasons": [
            {"pool": each.pool.pool, "measure": each.pool.measure, "reason": str(each.reason), "amount": each.amount}
            for each in result.reasons
        ],
        "as_of": result.as_of.isoformat(),
        "figures": [_figure_document(*each) for each in result.figures],
        "measures": [_measured_document(key, measured) for key, measured in result.measured.items()],
        "limits": {period: [_limit(*each) for each in limits] for period, limits in result.progress.items()},
        "proposals": [
            {"eligible": each.pool, "unit": each.unit, "value": each.eligible, "total": each.total_fen}
            for each in result.proposals
        ],
    }


def _figure_document(reading: Reading, shares: Shares) -> dict[str, object]:
    """What one report adds, in smallest steps of its unit."""
    return {
        "id": reading.entry.key.voucher,
        "pool": reading.pool,
        "measure": reading.measure,
        "steps": reading.amount_fen,
        "rate_date": reading.rate_date.isoformat(),
        "shares": shares,
        "reason": str(reading.reason) if reading.reason else None,
    }


def _measured_document(key: PoolKey, measured: Measured) -> dict[str, object]:
    """What a pool of figures, quotas or contributions gives, in smallest steps of its unit."""
    quantity = quantity_of(measured.pool)
    return {
        "pool": key.pool,
        "measure": key.measure,
        "unit": quantity.unit,
        "step": str(quantity.step),
        "basis": quantity.basis,
        "mark": quantity.mark,
        "totals": measured.totals,
        "collected": measured.collected,
        "in_place": measured.in_place,
        "waiting": measured.waiting,
        "undivided": measured.undivided,
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


def _print(versions: Versions, result: Split, language: Language) -> None:
    names = [party.name for party in versions.parties.values()]
    numbers = range(1, len(names) + 1)
    if result.entries or any(result.totals.values()):
        rows = [(str(entry.key), *map(amount, each.values())) for entry, each in result.entries[:ENTRIES_SHOWN_MAX]]
        print_table("逐笔 Entries", ("税票", *names), rows, numbers=numbers)
        if len(result.entries) > ENTRIES_SHOWN_MAX:
            print_lines([f"其余 {len(result.entries) - ENTRIES_SHOWN_MAX} 笔从略；用 --json 看全部。"])
        rows = [(period, *map(amount, shares.values())) for period, shares in sorted(result.periods.items())]
        rows.append(("合计", *map(amount, result.totals.values())))
        print_table("按期 Periods", ("期间", *names), rows, numbers=numbers)
    for key, measured in result.measured.items():
        _print_measured(names, key, measured)
    print_lines(_remarks(result, language))


def _print_measured(names: list[str], key: PoolKey, measured: Measured) -> None:
    """One indicator, quota or pool of contributions, with what must stand beside it."""
    quantity = quantity_of(measured.pool)
    stated, compared, _ = quantity.columns
    collected = measured.collected or dict.fromkeys(measured.totals)
    rows = [
        (stated, *map(quantity.text, measured.totals.values())),
        (compared, *map(quantity.text, (collected[party] for party in measured.totals))),
    ]
    title = " ".join(part for part in (key.pool, key.measure, f"（{quantity.unit}）") if part)
    print_table(title, ("", *names), rows, numbers=range(1, len(names) + 1))
    whole = (
        f"{compared}合计 {quantity.text(measured.in_place)}，各方合计 {quantity.text(sum(measured.totals.values()))}。"
    )
    waiting = f"暂不计入 {quantity.text(measured.waiting)}。" if measured.waiting else ""
    of_dates = OF_DATES if measured.pool.reported and measured.pool.reported.kind == "stock" else ""
    print_lines([f"{quantity.mark}{whole}{waiting}", *([of_dates] if of_dates else [])])


def _remarks(result: Split, language: Language) -> list[str]:
    remarks = [
        f"暂不分配 {amount(result.waiting_fen)} 元（待认定）。" if result.waiting_fen else "",
        f"不分配、留在征收方 {amount(result.undivided_fen)} 元（协议期外或不符合条件）。"
        if result.undivided_fen
        else "",
        f"不在分享范围 {amount(result.unselected_fen)} 元。" if result.unselected_fen else "",
    ]
    for each in result.reasons:
        measured = result.measured.get(each.pool)
        quantity = quantity_of(measured.pool) if measured else Quantity()
        remarks.append(f"{each.reason.say(language)}（{quantity.said(each.amount)}）")
    last = list(result.progress.values())[-1:]
    for pool, unit, progress in last[0] if last else []:
        who = " ".join(part for part in (pool, unit, f"步骤“{progress.step}”") if part)
        year = f"（{progress.scope} 年）" if progress.scope else ""
        remarks.append(f"{who}{year}：限额 {amount(progress.limit_fen)} 元，已达 {exact_fen(progress.reached)}。")
    return [remark for remark in remarks if remark]
