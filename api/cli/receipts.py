"""`enclave import`: a treasury file into the books; `enclave mapping`: headers of a user's own layout."""

from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path

import click

from api.cli.import_report import report_document, report_in_words
from api.cli.printing import amount, console, print_json, print_lines, print_table
from api.cli.settings import Settings, json_option, pass_settings
from ledger.application import Ledger
from ledger.domain.errors import Language, LinesRefused
from ledger.files.documents import read_document
from ledger.files.import_plan import Imported, ImportPlan
from ledger.files.mapping_file import NOT_USED, read_mapping
from ledger.files.marks import Outcome, marked, marks_of, refuse_unmarkable
from ledger.files.receipts_file import RECEIPTS_BYTES_MAX, read_receipts
from ledger.files.text import read_bytes, write_bytes
from ledger.projections.coverage import Coverage, coverage, recorded_last
from ledger.projections.import_report import Before, ImportReport, import_report

sheet_option = click.option("--sheet", default="", help="读哪一张工作表（几张都像明细时要写）。Which sheet.")


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--new", is_flag=True, help="账簿不存在时新建。Begin new books if there are none.")
@click.option("--title", default="账簿", help="新账簿的名称。Title of new books.")
@click.option("--dry-run", is_flag=True, help="试导入：只说会怎样，什么也不记。Say what would happen, record nothing.")
@click.option(
    "--skip-bad", is_flag=True, help="跳过有误的行，只记无误的。Record the sound lines, leave out the others."
)
@click.option(
    "--marked", "out", type=click.Path(path_type=Path), help="另存一份，每行注明结果和原因。The file, marked."
)
@sheet_option
@click.option("--mapping", default="", help="按存下的表头对照认列。Read the header by a saved mapping.")
@json_option
@pass_settings
def import_receipts(
    settings: Settings,
    file: Path,
    new: bool,
    title: str,
    dry_run: bool,
    skip_bad: bool,
    out: Path | None,
    sheet: str,
    mapping: str,
    as_json: bool,
) -> None:
    """导入税收入库明细（CSV、XLSX、DBF）；有一行不对就一行也不记。Record a file of receipts, all or nothing."""
    data, language = _read(file, out), settings.language
    if new and not mapping:
        read_receipts(data, file.name, skip_bad=skip_bad, sheet=sheet)  # refused before new books begin
    ledger = settings.new_ledger(title) if new and not dry_run else settings.ledger()
    with console(stderr=True).status(f"正在导入 {file.name} …"):
        plan_with = partial(ledger.plan_import, data, file.name, sheet=sheet, mapping=mapping)
        try:
            plan = plan_with(skip_bad=skip_bad or dry_run)
        except LinesRefused:  # what is refused is given back marked all the same
            _write_marked(out, plan_with(skip_bad=True), "refused", language)
            raise
        done = _tried(ledger, plan) if dry_run else _recorded(ledger, plan)
    _write_marked(out, plan, "planned" if dry_run else "recorded", language)
    said = (*done, language)
    print_json(_document(*said, dry_run=dry_run)) if as_json else print_lines(_in_words(*said, dry_run=dry_run))


def _read(file: Path, out: Path | None) -> bytes:
    if out and out.resolve() == file.resolve():
        raise click.UsageError("--marked 请写另一个文件名，原件不改。Name another file; the original stays.")
    data = read_bytes(file, RECEIPTS_BYTES_MAX)
    if out:
        refuse_unmarkable(data, file.name, out.name)
    return data


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


def _write_marked(out: Path | None, plan: ImportPlan, outcome: Outcome, language: Language) -> None:
    if out:
        write_bytes(out, marked(plan.data, plan.file.name, marks_of(plan, outcome, language)))


def _in_words(
    imported: Imported, covered: Coverage, report: ImportReport, language: Language, *, dry_run: bool
) -> Iterator[str]:
    if dry_run:
        yield f"试导入 {imported.file}：什么也没有记下。"
        yield tried_in_words(imported)
        if imported.skipped:
            yield "有误的行不改正，整份不能导入；要先记无误的行，加 --skip-bad。"
    else:
        yield imported_in_words(imported)
        yield from _coverage_in_words(covered, language)
    if dry_run or imported.recorded or imported.skipped:
        yield from report_in_words(report, language)


def tried_in_words(imported: Imported) -> str:
    """What an import would do, in one sentence."""
    return (
        f"可以记入 {imported.recorded} 行，合计 {amount(imported.sum_fen)} 元；此前已入账 {imported.known} 行；"
        f"文件内重复 {imported.repeated} 行；有误 {imported.skipped} 行。"
    )


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
