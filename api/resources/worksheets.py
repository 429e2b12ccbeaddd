"""Worksheets (底稿): from what came in to what each party is due, by step, by enterprise and tax, line by line."""

from typing import Any, get_args

from flask import Response
from marshmallow import fields
from marshmallow.validate import OneOf

from api.http.routes import Routes
from api.http.tenancy import ledger
from api.http.wire import Wire
from api.resources.statements import Form, KnownQuery, sheets_sent, stated
from ledger.domain.terms import Document
from ledger.files.sheets import Encoding, Sheet, cell_text
from ledger.projections.worksheet_papers import worksheet_sheets, worksheets_table

routes = Routes("worksheets", __name__, description="底稿 worksheets")


class SheetSchema(Wire):
    """One sheet, every cell as text."""

    name = fields.String(metadata={"example": "底稿 A2-2025-Q3"})
    title = fields.String(metadata={"example": "分成计算底稿（按步骤）"})
    above = fields.List(fields.String(), metadata={"example": ["结算单 A2-2025-Q3：…"]})
    columns = fields.List(fields.String(), metadata={"example": ["步骤", "灵台县", "崇信县"]})
    rows = fields.List(fields.List(fields.String()), metadata={"example": [["投入回收", "0.00", "0.00"]]})


class WorksheetSchema(Wire):
    """The worksheet of one statement."""

    statement = fields.String(metadata={"example": "A2-2025-Q3"})
    sheets = fields.List(fields.Nested(SheetSchema))


class WorksheetsSchema(Wire):
    """Some worksheets."""

    worksheets = fields.List(fields.Nested(WorksheetSchema))


class WorksheetsQuery(KnownQuery):
    """Of which statements."""

    period = fields.String(required=True, metadata={"description": "2024-03、2024-Q1 或 2024", "example": "2025-Q3"})
    agreement = fields.String(load_default="", metadata={"example": "A2"})


class WorksheetsExportQuery(WorksheetsQuery):
    """As what."""

    form = fields.String(
        load_default="xlsx", data_key="as", validate=OneOf(get_args(Form)), metadata={"example": "xlsx"}
    )
    encoding = fields.String(load_default="utf-8", validate=OneOf(get_args(Encoding)), metadata={"example": "gb18030"})


@routes.on_get("/worksheets", act="statement.read")
@routes.arguments(WorksheetsQuery, location="query")
@routes.response(200, WorksheetsSchema)
def list_worksheets(asked: dict[str, Any]) -> Document:
    """分成计算底稿；每张的合计就是结算单的应得。Worksheets; each foots to its statement."""
    books = ledger().books_known_at(asked["as_known"])
    found = stated(books, asked["period"], asked["agreement"])
    made = [(each.number, list(map(_sheet, worksheet_sheets(books, each)))) for each in found]
    return {"worksheets": [{"statement": number, "sheets": sheets} for number, sheets in made]}


@routes.on_get("/worksheets/export", act="statement.read")
@routes.arguments(WorksheetsExportQuery, location="query")
@routes.response(200, description="XLSX，或 CSV 一行一个数 a workbook, or CSV with an amount a line")
def export_worksheets(asked: dict[str, Any]) -> Response:
    """底稿写成 Excel 或 CSV。The same as a file."""
    books = ledger().books_known_at(asked["as_known"])
    found = stated(books, asked["period"], asked["agreement"])
    if asked["form"] == "csv":
        sheets = [worksheets_table(books, found)]
    else:
        sheets = [sheet for each in found for sheet in worksheet_sheets(books, each)]
    return sheets_sent(sheets, f"底稿{asked['period']}", asked["form"], asked["encoding"])


def _sheet(sheet: Sheet) -> Document:
    return {
        "name": sheet.name,
        "title": sheet.title,
        "above": list(sheet.above),
        "columns": [column.heading for column in sheet.columns],
        "rows": [[cell_text(cell) for cell in row] for row in sheet.rows],
    }
