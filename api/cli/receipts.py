"""`enclave import`: a treasury file into the books; `enclave mapping`: headers of a user's own layout."""

from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path

import click

from api.cli.import_report import report_document, report_in_words, tried_in_words
from api.cli.importing import Importing, import_options
from api.cli.over_http import mappings as over_http
from api.cli.printing import amount, print_json, print_lines, print_table
from api.cli.sending import FILE, importing_group, send
from api.cli.settings import Settings, json_option, pass_settings
from ledger.application import Ledger
from ledger.domain.errors import Language
from ledger.domain.register.mappings import ColumnMapping
from ledger.domain.terms import Document
from ledger.files.documents import read_document
from ledger.files.import_plan import Imported, ImportPlan
from ledger.files.lines_file import sound_lines
from ledger.files.mapping_file import NOT_USED, read_mapping
from ledger.files.receipts_file import RECEIPTS_BYTES_MAX, ReceiptsFile, read_receipts
from ledger.projections.coverage import Coverage, coverage, recorded_last
from ledger.projections.import_report import Before, ImportReport, import_report


@importing_group("import")
def import_group() -> None:
    """导入税收入库明细，或其下的事：经由服务上传的文件要另一人确认。Import receipts."""


@import_group.command(FILE)
@click.option("--new", is_flag=True, help="账簿不存在时新建。Begin new books if there are none.")
@click.option("--title", default="账簿", help="新账簿的名称。Title of new books.")
@import_options
@json_option
@pass_settings
def import_receipts(settings: Settings, asked: Importing, new: bool, title: str) -> None:
    """导入税收入库明细（CSV、XLSX、DBF）；有一行不对就一行也不记。Record a file of receipts, all or nothing.

    经由服务（--server）时先上传，另一人确认才入账：import list、show、confirm、withdraw。
    """
    if settings.server is not None:
        if new:
            settings.refuse_new_books_there()
        send(settings, asked, "receipts")
        return
    data = asked.read(RECEIPTS_BYTES_MAX)
    if new and not asked.mapping:
        _refuse_before_books_begin(asked, data)
    ledger = settings.new_ledger(title) if new and not asked.dry_run else settings.ledger()
    act = partial(_tried if asked.dry_run else _recorded, ledger)
    done = asked.carry_out(ledger.plan_import, data, act, settings.language)
    said = _document(*done, settings.language, dry_run=asked.dry_run)
    print_json(said) if asked.as_json else print_lines(_in_words(said, done[1], settings.language))


def _refuse_before_books_begin(asked: Importing, data: bytes) -> None:
    """Raises LinesRefused with everything that is wrong in a file that cannot be read without faults."""
    file = read_receipts(data, asked.file.name, skip_bad=True, sheet=asked.sheet)
    if file.faults:
        sound_lines(file, ReceiptsFile.linked, skip_bad=asked.skip_bad)


def _document(
    imported: Imported, covered: Coverage, report: ImportReport, language: Language, *, dry_run: bool
) -> Document:
    document = {**asdict(imported), **_coverage_document(covered, language), "dry_run": dry_run}
    return {**document, **report_document(report, language)}


def _tried(ledger: Ledger, plan: ImportPlan) -> tuple[Imported, Coverage, ImportReport]:
    before = Before.of(ledger.books, plan, patient=True)
    return plan.done(plan.position), Coverage(), import_report(plan, before, ledger.books_if(plan))


def _recorded(ledger: Ledger, plan: ImportPlan) -> tuple[Imported, Coverage, ImportReport]:
    before = Before.of(ledger.books, plan)
    imported = ledger.record_import(plan)
    return imported, _coverage(ledger, imported), import_report(plan, before, ledger.books)


def _in_words(said: Document, covered: Coverage, language: Language) -> Iterator[str]:
    if said["dry_run"]:
        yield f"试导入 {said['file']}：什么也没有记下。"
        yield from tried_in_words(said, f"合计 {amount(said['sum_fen'])} 元")
    else:
        yield _imported_in_words(said)
        yield from _coverage_in_words(covered, language)
    if said["dry_run"] or said["recorded"] or said["skipped"]:
        yield from report_in_words(said)


def _imported_in_words(said: Document) -> str:
    """What an import did, in one sentence."""
    repeated = f"；文件内有 {said['repeated']} 行与前面的行相同，只算一次" if said["repeated"] else ""
    repeated += f"；有误的 {said['skipped']} 行没有记" if said["skipped"] else ""
    if not said["recorded"]:
        return f"{said['file']}：{said['known']} 行均已入账，没有改变任何内容{repeated}。"
    known = f"；另有 {said['known']} 行此前已入账，未重复记" if said["known"] else ""
    return (
        f"{said['file']}：记入 {said['recorded']} 行，合计 {amount(said['sum_fen'])} 元"
        f"（至第 {said['position']} 号事项）{known}{repeated}。"
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
    columns = read_mapping(read_document(file))
    saved = settings.told(
        lambda ledger: ledger.save_mapping(name, columns), lambda service: over_http.save(service, name, columns)
    )
    if as_json:
        print_json(asdict(saved))
    else:
        print_lines([f"已存下表头对照“{saved.name}”，{len(saved.columns)} 个表头；导入时写 --mapping {saved.name}。"])


@mapping.command("list")
@json_option
@pass_settings
def list_mappings(settings: Settings, as_json: bool) -> None:
    """列出存下的对照。List the mappings."""
    found: list[ColumnMapping] = settings.told(lambda ledger: list(ledger.books.mappings.values()), over_http.every)
    if as_json:
        print_json({"mappings": [asdict(each) for each in found]})
    else:
        rows = [(each.name, header, column or NOT_USED) for each in found for header, column in each.columns.items()]
        print_table("表头对照 Mappings", ("名称", "他们的表头", "本账的列"), rows)
