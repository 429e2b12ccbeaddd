"""`enclave figure`, `quota`, `input`: indicators are reported and accepted; quotas and contributions are recorded."""

from pathlib import Path

import click

from api.cli.printing import print_json, print_lines, print_table
from api.cli.settings import Settings, agreement_number, json_option, pass_settings
from ledger.application import Ledger
from ledger.domain.agreeing.acceptance import AcceptingLevel, Batch
from ledger.domain.recording.figures import decimal_text
from ledger.files.text import read_bytes
from ledger.projections.coverage import figure_coverage
from ledger.projections.wording import LEVEL_NAMES

FILE = click.argument("file", type=click.Path(path_type=Path))
SHEET = click.option("--sheet", default="", help="读哪一张工作表（几张都像时要写）。Which sheet.")
FIGURES_BYTES_MAX = 64_000_000


@click.group()
def figure() -> None:
    """统计指标：报送、审核、查看。Indicators: import, accept, list."""


@click.group()
def quota() -> None:
    """计划额度：下达登记。Quotas: import."""


@click.group("input")
def input_group() -> None:
    """建设投入：登记货币、土地、厂房、技术等投入。Contributions: import."""


@figure.command("import")
@FILE
@SHEET
@json_option
@pass_settings
def import_figures(settings: Settings, file: Path, sheet: str, as_json: bool) -> None:
    """导入指标（CSV、XLSX、DBF）；县级、市级审核以后才算数。Record indicators; they count once county and city accepted them."""
    ledger = settings.ledger()
    _print(ledger, ledger.import_figures(read_bytes(file, FIGURES_BYTES_MAX), file.name, sheet=sheet), as_json)


@quota.command("import")
@FILE
@SHEET
@json_option
@pass_settings
def import_quotas(settings: Settings, file: Path, sheet: str, as_json: bool) -> None:
    """导入下达的额度（CSV、XLSX、DBF）。Record quotas."""
    data = read_bytes(file, FIGURES_BYTES_MAX)
    ledger = settings.ledger()
    _print(ledger, ledger.import_figures(data, file.name, needs_acceptance=False, sheet=sheet), as_json)


@input_group.command("import")
@FILE
@SHEET
@json_option
@pass_settings
def import_inputs(settings: Settings, file: Path, sheet: str, as_json: bool) -> None:
    """导入投入（CSV、XLSX、DBF），每笔写明形式、日期、凭证。Record contributions with their evidence."""
    ledger = settings.ledger()
    _print(ledger, ledger.import_inputs(read_bytes(file, FIGURES_BYTES_MAX), file.name, sheet=sheet), as_json)


@figure.command()
@click.argument("batch", callback=agreement_number)
@click.option("--level", type=click.Choice(list(LEVEL_NAMES)), required=True, help="审核的级次。Who accepts.")
@json_option
@pass_settings
def accept(settings: Settings, batch: str, level: AcceptingLevel, as_json: bool) -> None:
    """审核一批指标：先县级，后市级。A level accepts a batch, the county before the city."""
    ledger = settings.ledger()
    _print(ledger, ledger.accept_figures(batch, level), as_json)


@figure.command("list")
@json_option
@pass_settings
def list_batches(settings: Settings, as_json: bool) -> None:
    """列出各批次和审核进度。List the batches."""
    batches = list(settings.ledger().books.batches.values())
    if as_json:
        print_json({"batches": [_document(each) for each in batches]})
    else:
        rows = [(each.number, each.file, str(len(each.reports)), _state(each)) for each in batches]
        print_table("批次 Batches", ("编号", "文件", "行数", "状态"), rows, numbers=(2,))


@input_group.command("list")
@json_option
@pass_settings
def list_inputs(settings: Settings, as_json: bool) -> None:
    """列出每笔投入：形式、日期、数额、投入方和依据。Every contribution with its evidence."""
    reports = [report for _, report in settings.ledger().books.counted if report.is_input]
    columns = ("编号", "形式", "日期", "数值", "单位", "投入方", "项目", "依据")
    rows = [
        (each.number, each.measure, str(each.first), decimal_text(each.value), each.unit, *whose)
        for each in reports
        for whose in [(each.reporter, each.project, each.evidence)]
    ]
    if as_json:
        print_json({"inputs": [dict(zip(columns, row, strict=True)) for row in rows]})
    else:
        print_table("投入 Contributions", columns, rows, numbers=(3,))


def _print(ledger: Ledger, batch: Batch, as_json: bool) -> None:
    covered = figure_coverage(ledger.books, batch)
    if as_json:
        waiting = [str(reason) for reason in covered.reasons]
        print_json(_document(batch) | {"unselected": list(covered.unselected), "waiting": waiting})
        return
    lines = [f"批次 {batch.number}（{batch.file}，{len(batch.reports)} 行）：{_state(batch)}。"]
    if covered.unselected:
        lines.append(f"没有任何已签协议选中：{'、'.join(covered.unselected)}。")
    print_lines([*lines, *(f"有行暂不计入：{reason}" for reason in covered.reasons)])


def _state(batch: Batch) -> str:
    if batch.counts_from is not None:
        return f"已计入（第 {batch.counts_from} 号事项）"
    return f"待{LEVEL_NAMES[batch.due or 'city']}审核，尚未计入"


def _document(batch: Batch) -> dict[str, object]:
    return {
        "batch": batch.number,
        "file": batch.file,
        "sha256": batch.file_sha256,
        "reports": len(batch.reports),
        "accepted": list(batch.accepted),
        "due": batch.due,
        "counts_from": batch.counts_from,
    }
