"""`enclave export`: statements, receipts and events as files of other programs."""

from pathlib import Path
from typing import Any

import click

from api.cli.over_http import log as log_over_http
from api.cli.over_http.asking import only_said
from api.cli.printing import print_lines
from api.cli.settings import Settings, agreement_number, pass_settings
from api.client import Client
from ledger.application import Ledger
from ledger.files.sheets import Encoding, Sheet, SheetUnwritable, csv_bytes, xlsx_bytes
from ledger.files.text import write_bytes
from ledger.projections.events_in_words import told
from ledger.projections.papers import entries_sheet, events_sheet, statements_table
from ledger.projections.plain_text import Dialect, plain_text
from ledger.projections.spans import span_of
from ledger.projections.statements import closed_statements, statements_within
from ledger.projections.worksheet_papers import statement_papers, worksheet_sheets, worksheets_table

to_option = click.option("--to", type=click.Path(path_type=Path), required=True, help="写到这个文件（.xlsx 或 .csv）。")
encoding_option = click.option(
    "--encoding",
    type=click.Choice(["utf-8", "gb18030"]),
    default="utf-8",
    show_default=True,
    help="CSV 的编码；utf-8 带 BOM，Excel 和 WPS 直接打开不乱码。Encoding of CSV.",
)


dialect_option = click.option(
    "--as",
    "dialect",
    type=click.Choice(["hledger", "beancount"]),
    help="已结账的结算单写成复式记账文本。Closed statements as plain-text accounting.",
)


@click.group(invoke_without_command=True)
@dialect_option
@click.option("--to", type=click.Path(path_type=Path), help="写到这个文件；不写则打印。")
@click.pass_context
def export(context: click.Context, dialect: Dialect | None, to: Path | None) -> None:
    """把结算单、入库明细、事项写成 Excel、CSV 或记账文本。Files for other programs."""
    if context.invoked_subcommand:
        if dialect or to:
            raise click.UsageError(
                "--as、--to 请写在要导出的东西之后，例如 export statement 2024-03 --as hledger --to …"
            )
        return
    if dialect is None:
        raise click.UsageError(
            "写明要导出什么（statement、worksheet、entries、events），或 --as hledger|beancount。Say what."
        )
    settings = context.find_object(Settings)
    assert settings is not None
    text = settings.told(
        lambda ledger: plain_text(closed_statements(ledger.books), dialect).encode(),
        lambda service: service.file("statements", "export", **{"as": dialect}),
    )
    if to is None:
        click.echo(text.decode(), nl=False)
    else:
        _written(to, text)


@export.command("statement")
@click.argument("period")
@click.option("--agreement", callback=agreement_number, help="只要一份协议的，例如 A1。One agreement.")
@dialect_option
@to_option
@encoding_option
@pass_settings
def export_statement(
    settings: Settings, period: str, agreement: str | None, dialect: Dialect | None, to: Path, encoding: Encoding
) -> None:
    """结算单（XLSX 每张一页并附底稿；CSV 一行一方；--as 写成记账文本）。Statements and their worksheets."""

    def here(ledger: Ledger) -> bytes:
        found = statements_within(ledger.books, span_of(period), agreement)
        if dialect:
            return plain_text(found, dialect).encode()
        sheets = [statements_table(found)] if _is_csv(to) else list(statement_papers(ledger.books, found))
        return _file(to, sheets, encoding)

    def there(service: Client) -> bytes:
        asked = only_said(period=period, agreement=agreement)
        if dialect:
            return service.file("statements", "export", **asked, **{"as": dialect})
        return _fetched(service, "statements", to, encoding, asked)

    _written(to, settings.told(here, there))


@export.command("worksheet")
@click.argument("period")
@click.option("--agreement", callback=agreement_number, help="只要一份协议的，例如 A1。One agreement.")
@to_option
@encoding_option
@pass_settings
def export_worksheet(settings: Settings, period: str, agreement: str | None, to: Path, encoding: Encoding) -> None:
    """分成计算底稿（按步骤、按企业科目所属期、逐笔；CSV 一行一个数）。Worksheets alone."""

    def here(ledger: Ledger) -> bytes:
        books, found = ledger.books, statements_within(ledger.books, span_of(period), agreement)
        if _is_csv(to):
            return _file(to, [worksheets_table(books, found)], encoding)
        return _file(to, [sheet for each in found for sheet in worksheet_sheets(books, each)], encoding)

    asked = only_said(period=period, agreement=agreement)
    _written(to, settings.told(here, lambda service: _fetched(service, "worksheets", to, encoding, asked)))


@export.command("entries")
@to_option
@encoding_option
@pass_settings
def export_entries(settings: Settings, to: Path, encoding: Encoding) -> None:
    """全部入库明细，列名与导入相同。Every receipt, to be imported again if need be."""
    _written(
        to,
        settings.told(
            lambda ledger: _file(to, [entries_sheet(ledger.books.recorded)], encoding),
            lambda service: _fetched(service, "entries", to, encoding, {}),
        ),
    )


@export.command("events")
@to_option
@encoding_option
@pass_settings
def export_events(settings: Settings, to: Path, encoding: Encoding) -> None:
    """事项日志，一行一号；经由服务的是与您有关的。Every event on a line; over a server those that concern you."""
    _written(
        to,
        settings.told(
            lambda ledger: _file(to, [events_sheet(told(ledger.log.history()))], encoding),
            lambda service: _file(to, [events_sheet(log_over_http.told(service))], encoding),
        ),
    )


def _is_csv(to: Path) -> bool:
    """Whether a file is to be CSV or a workbook; raises SheetUnwritable."""
    if to.suffix.lower() not in (".csv", ".xlsx"):
        raise SheetUnwritable(file=to.name)
    return to.suffix.lower() == ".csv"


def _file(to: Path, sheets: list[Sheet], encoding: Encoding) -> bytes:
    return csv_bytes(sheets[0], encoding) if _is_csv(to) else xlsx_bytes(sheets)


def _fetched(service: Client, what: str, to: Path, encoding: Encoding, asked: dict[str, Any]) -> bytes:
    """The same file from a service."""
    form = "csv" if _is_csv(to) else "xlsx"
    return service.file(what, "export", **asked, **{"as": form, "encoding": encoding})


def _written(to: Path, data: bytes) -> None:
    write_bytes(to, data)
    print_lines([f"已写入 {to.name}（{len(data):,} 字节）。"])
