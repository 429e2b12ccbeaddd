"""`enclave import`: a treasury file into the books; `enclave mapping`: headers of a user's own layout."""

from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path

import click

from api.cli.import_report import report_document, report_in_words, tried_in_words
from api.cli.importing import Importing, import_options
from api.cli.printing import amount, print_json, print_lines, print_table
from api.cli.settings import Settings, json_option, pass_settings
from ledger.application import Ledger
from ledger.domain.errors import Language
from ledger.files.documents import read_document
from ledger.files.import_plan import Imported, ImportPlan
from ledger.files.mapping_file import NOT_USED, read_mapping
from ledger.files.receipts_file import RECEIPTS_BYTES_MAX, read_receipts
from ledger.projections.coverage import Coverage, coverage, recorded_last
from ledger.projections.import_report import Before, ImportReport, import_report


@click.command("import")
@click.option("--new", is_flag=True, help="账簿不存在时新建。Begin new books if there are none.")
@click.option("--title", default="账簿", help="新账簿的名称。Title of new books.")
@import_options
@json_option
@pass_settings
def import_receipts(settings: Settings, asked: Importing, new: bool, title: str) -> None:
    """导入税收入库明细（CSV、XLSX、DBF）；有一行不对就一行也不记。Record a file of receipts, all or nothing."""
    data = asked.read(RECEIPTS_BYTES_MAX)
    if new and not asked.mapping:
        read_receipts(data, asked.file.name, skip_bad=asked.skip_bad, sheet=asked.sheet)  # refused before books begin
    ledger = settings.new_ledger(title) if new and not asked.dry_run else settings.ledger()
    act = partial(_tried if asked.dry_run else _recorded, ledger)
    said = (*asked.carry_out(ledger.plan_import, data, act, settings.language), settings.language)
    if asked.as_json:
        print_json(_document(*said, dry_run=asked.dry_run))
    else:
        print_lines(_in_words(*said, dry_run=asked.dry_run))


def _document(
    imported: Imported, covered: Coverage, report: ImportReport, language: Language, *, dry_run: bool
) -> dict[str, object]:
    document = {**asdict(imported), **_coverage_document(covered, language), "dry_run": dry_run}
    return {**document, **report_document(report, language)}


def _tried(ledger: Ledger, plan: ImportPlan) -> tuple[Imported, Coverage, ImportReport]:
    before = Before.of(ledger.books, plan, patient=True)
    return plan.done(plan.position), Coverage(), import_report(plan, before, ledger.books_if(plan))


def _recorded(ledger: Ledger, plan: ImportPlan) -> tuple[Imported, Coverage, ImportReport]:
    before = Before.of(ledger.books, plan)
    imported = ledger.record_import(plan)
    return imported, _coverage(ledger, imported), import_report(plan, before, ledger.books)


def _in_words(
    imported: Imported, covered: Coverage, report: ImportReport, language: Language, *, dry_run: bool
) -> Iterator[str]:
    if dry_run:
        yield f"试导入 {imported.file}：什么也没有记下。"
        yield from tried_in_words(report, f"合计 {amount(imported.sum_fen)} 元")
    else:
        yield imported_in_words(imported)
        yield from _coverage_in_words(covered, language)
    if dry_run or imported.recorded or imported.skipped:
        yield from report_in_words(report, language)


def imported_in_words(imported: Imported) -> str:
    """What an import did, in one sentence."""
    repeated = f"；文件内有 {imported.repeated} 行与前面的行相同，只算一次" if imported.repeated else ""
    repeated += f"；有误的 {imported.skipped} 行没有记" if imported.skipped else ""
    if not imported.recorded:
        return f"{imported.file}：{imported.known} 行均已入账，没有改变任何内容{repeated}。"
    known = f"；另有 {imported.known} 行此前已入账，未重复记" if imported.known else ""
    return (
        f"{imported.file}：记入 {imported.recorded} 行，合计 {amount(imported.sum_fen)} 元"
        f"（至第 {imported.position} 号事项）{known}{repeated}。"
    )


def _coverage(ledger: Ledger, imported: Imported) -> Coverage:
    """What agreements make of the lines that an import recorded; nothing new is said of lines that were there."""
    if not imported.recorded:
        return Coverage()
    books = ledger.books
    return coverage(books, recorded_last(books, imported.recorded, imported.position))


def _coverage_document(covered: Coverage, language: Language) -> dict[str, object]:
    return {
        "unselected": {"lines": covered.unselected_lines, "fen": covered.unselected_fen},
        "waiting": [reason.say(language) for reason in covered.reasons],
    }


def _coverage_in_words(covered: Coverage, language: Language) -> Iterator[str]:
    if covered.unselected_lines:
        yield f"其中 {covered.unselected_lines} 行（{amount(covered.unselected_fen)} 元）没有任何已签协议选中。"
    if covered.waiting_lines:
        reasons = "".join(reason.say(language) for reason in covered.reasons)
        example = "，例如" if covered.waiting_lines > len(covered.reasons) else ""
        yield f"其中 {covered.waiting_lines} 行暂不分配{example}：{reasons}"


@click.group()
def mapping() -> None:
    """表头对照：自定表头的文件怎样认列。Headers of a user's own layout."""


@mapping.command()
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@pass_settings
def save(settings: Settings, name: str, file: Path, as_json: bool) -> None:
    """存一份对照：YAML 里每行写“他们的表头: 本账的列名”，不用的写“不用”。Save a mapping under a name."""
    saved = settings.ledger().save_mapping(name, read_mapping(read_document(file)))
    if as_json:
        print_json(asdict(saved))
    else:
        print_lines([f"已存下表头对照“{saved.name}”，{len(saved.columns)} 个表头；导入时写 --mapping {saved.name}。"])


@mapping.command("list")
@json_option
@pass_settings
def list_mappings(settings: Settings, as_json: bool) -> None:
    """列出存下的对照。List the mappings."""
    found = list(settings.ledger().books.mappings.values())
    if as_json:
        print_json({"mappings": [asdict(each) for each in found]})
    else:
        rows = [(each.name, header, column or NOT_USED) for each in found for header, column in each.columns.items()]
        print_table("表头对照 Mappings", ("名称", "他们的表头", "本账的列"), rows)
