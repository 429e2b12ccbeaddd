"""`enclave import`: a treasury file into the books."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from api.cli.printing import amount, console, print_json, print_lines
from api.cli.settings import Settings, json_option, pass_settings
from ledger.application import Imported, Ledger
from ledger.domain.errors import Language
from ledger.files.receipts_file import RECEIPTS_BYTES_MAX, read_receipts
from ledger.files.text import read_bytes
from ledger.projections.coverage import Coverage, coverage, recorded_last


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--new", is_flag=True, help="账簿不存在时新建。Begin new books if there are none.")
@click.option("--title", default="账簿", help="新账簿的名称。Title of new books.")
@json_option
@pass_settings
def import_receipts(settings: Settings, file: Path, new: bool, title: str, as_json: bool) -> None:
    """导入税收入库明细（CSV）；有一行不对就一行也不记。Record a CSV of receipts, all or nothing."""
    data = read_bytes(file, RECEIPTS_BYTES_MAX)
    if new:
        read_receipts(data, file.name)  # refused before new books begin
    ledger = settings.new_ledger(title) if new else settings.ledger()
    with console(stderr=True).status(f"正在导入 {file.name} …"):
        imported = ledger.import_receipts(data, file.name)
        covered = _coverage(ledger, imported)
    if as_json:
        print_json({**asdict(imported), **_coverage_document(covered, settings.language)})
    else:
        print_lines([imported_in_words(imported), *_coverage_in_words(covered, settings.language)])


def imported_in_words(imported: Imported) -> str:
    """What an import did, in one sentence."""
    repeated = f"；文件内有 {imported.repeated} 行与前面的行相同，只算一次" if imported.repeated else ""
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
