"""`enclave figure`, `quota`, `input`: indicators are reported and accepted; quotas and contributions are recorded."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import click

from api.cli.import_report import report_document, report_in_words, tried_in_words
from api.cli.importing import Importing, import_options
from api.cli.over_http import figures as over_http
from api.cli.printing import print_json, print_lines, print_table
from api.cli.sending import send
from api.cli.settings import Settings, agreement_number, json_option, pass_settings
from ledger.application import Ledger
from ledger.domain.agreeing.acceptance import AcceptingLevel, Batch
from ledger.domain.errors import Language
from ledger.domain.recording.figures import decimal_text
from ledger.domain.terms import Document
from ledger.files.figures_plan import FiguresPlan
from ledger.projections.coverage import FigureCoverage, figure_coverage
from ledger.projections.import_report import Before, ImportReport, import_report
from ledger.projections.wording import LEVEL_NAMES

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
@import_options
@json_option
@pass_settings
def import_figures(settings: Settings, asked: Importing) -> None:
    """导入指标（CSV、XLSX、DBF）；县级、市级审核以后才算数。Record indicators; they count once county and city accepted them."""
    if settings.server is not None:
        send(settings, asked, "figures")
        return
    ledger = settings.ledger()
    _import(ledger, ledger.plan_figures, asked, settings.language)


@quota.command("import")
@import_options
@json_option
@pass_settings
def import_quotas(settings: Settings, asked: Importing) -> None:
    """导入下达的额度（CSV、XLSX、DBF）。Record quotas."""
    if settings.server is not None:
        send(settings, asked, "quotas")
        return
    ledger = settings.ledger()
    _import(ledger, partial(ledger.plan_figures, needs_acceptance=False), asked, settings.language)


@input_group.command("import")
@import_options
@json_option
@pass_settings
def import_inputs(settings: Settings, asked: Importing) -> None:
    """导入投入（CSV、XLSX、DBF），每笔写明形式、日期、凭证。Record contributions with their evidence."""
    if settings.server is not None:
        send(settings, asked, "inputs")
        return
    ledger = settings.ledger()
    _import(ledger, ledger.plan_inputs, asked, settings.language)


@dataclass(frozen=True)
class _Taken:
    """What an import of figures did, or would do: `batch` is None where nothing can be recorded."""

    plan: FiguresPlan
    batch: Batch | None
    covered: FigureCoverage
    report: ImportReport


def _import(ledger: Ledger, plan_with: Callable[..., FiguresPlan], asked: Importing, language: Language) -> None:
    act = partial(_taken, ledger, dry_run=asked.dry_run)
    taken = asked.carry_out(plan_with, asked.read(FIGURES_BYTES_MAX), act, language)
    said = _taken_document(taken, language, dry_run=asked.dry_run)
    print_json(said) if asked.as_json else print_lines(_taken_in_words(said, taken, language))


def _taken(ledger: Ledger, plan: FiguresPlan, *, dry_run: bool) -> _Taken:
    before = Before.of(ledger.books, plan, patient=dry_run)
    once_accepted = ledger.books_once_accepted(plan) if before.works_out else ledger.books
    report = import_report(plan, before, once_accepted)
    if dry_run:
        batch, books = once_accepted.batches.get(plan.batch), once_accepted
    else:
        batch, books = ledger.record_figures(plan), ledger.books
    return _Taken(plan, batch, figure_coverage(books, batch) if batch else FigureCoverage(), report)


def _taken_document(taken: _Taken, language: Language, *, dry_run: bool) -> Document:
    """What programs get; the batch of a dry run has no number yet."""
    plan, batch, report = taken.plan, taken.batch, taken.report
    counts = {
        "recorded": report.recorded, "known": report.known, "repeated": report.repeated, "skipped": report.skipped,
    }  # fmt: skip
    own = {"file": plan.file.name, "sha256": plan.sha256} if dry_run or batch is None else _document(batch)
    covered = _coverage_document(taken.covered, language)
    return {**own, **counts, **covered, "dry_run": dry_run, **report_document(report, language)}


def _taken_in_words(said: Document, taken: _Taken, language: Language) -> Iterator[str]:
    report, batch = taken.report, taken.batch
    if said["dry_run"] or batch is None:
        yield f"试导入 {taken.plan.file.name}：什么也没有记下。"
        yield from tried_in_words(said, f"其中修订 {len(report.revised)} 行")
    else:
        yield f"{_batch_in_words(batch)}{_beside_in_words(report)}。"
    yield from _coverage_in_words(taken.covered, language)
    yield from report_in_words(said)


def _beside_in_words(report: ImportReport) -> str:
    """What became of lines that are not in a batch."""
    told = f"；其中修订 {len(report.revised)} 行" if report.revised else ""
    told += f"；另有 {report.known} 行此前已入账，未重复记" if report.known else ""
    told += f"；文件内有 {report.repeated} 行与前面的行相同，只算一次" if report.repeated else ""
    return told + (f"；有误的 {report.skipped} 行没有记" if report.skipped else "")


@figure.command()
@click.argument("batch", callback=agreement_number)
@click.option("--level", type=click.Choice(list(LEVEL_NAMES)), required=True, help="审核的级次。Who accepts.")
@json_option
@pass_settings
def accept(settings: Settings, batch: str, level: AcceptingLevel, as_json: bool) -> None:
    """审核一批指标：先县级，后市级。A level accepts a batch, the county before the city."""
    accepted, covered = settings.told(
        lambda ledger: _accepted(ledger, batch, level),
        lambda service: (over_http.accept(service, batch, level), None),
    )
    if as_json:
        print_json(_document(accepted) | (_coverage_document(covered, settings.language) if covered else {}))
    else:
        words = _coverage_in_words(covered, settings.language) if covered else ()
        print_lines([f"{_batch_in_words(accepted)}。", *words])


def _accepted(ledger: Ledger, batch: str, level: AcceptingLevel) -> tuple[Batch, FigureCoverage | None]:
    accepted = ledger.accept_figures(batch, level)
    return accepted, figure_coverage(ledger.books, accepted)


@figure.command("list")
@json_option
@pass_settings
def list_batches(settings: Settings, as_json: bool) -> None:
    """列出各批次和审核进度。List the batches."""
    batches = settings.told(lambda ledger: list(ledger.books.batches.values()), over_http.every)
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
    reports = settings.told(
        lambda ledger: [report for _, report in ledger.books.counted if report.is_input], over_http.inputs
    )
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


def _batch_in_words(batch: Batch) -> str:
    return f"批次 {batch.number}（{batch.file}，{len(batch.reports)} 行）：{_state(batch)}"


def _coverage_document(covered: FigureCoverage, language: Language) -> dict[str, object]:
    return {"unselected": list(covered.unselected), "waiting": [reason.say(language) for reason in covered.reasons]}


def _coverage_in_words(covered: FigureCoverage, language: Language) -> Iterator[str]:
    if covered.unselected:
        yield f"没有任何已签协议选中：{'、'.join(covered.unselected)}。"
    yield from (f"有行暂不计入：{reason.say(language)}" for reason in covered.reasons)


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
