"""Entries (入库明细): the receipts that concern the caller, line by line, in the order of the log."""

from collections.abc import Iterator
from typing import Any, get_args

import numpy as np
from flask import Response
from marshmallow import fields
from marshmallow.validate import OneOf, Regexp

from api.http.routes import Routes, following
from api.http.tenancy import ledger, policy
from api.http.wire import CREDIT_CODE, MoneyField, PageQuery, Wire
from api.resources.statements import Form, sheets_sent
from ledger.domain.recording.entries import Entry
from ledger.domain.recording.receipts import Rows
from ledger.domain.stating.books import Books
from ledger.domain.terms import Document
from ledger.files.sheets import Encoding
from ledger.projections.coverage import booked, selected_by
from ledger.projections.papers import entries_sheet
from ledger.projections.spans import span_of

routes = Routes("entries", __name__, description="入库明细 entries")
LOOKED_AT_FIRST = 4_096
CURSOR = "[1-9][0-9]{0,17}-[1-9][0-9]{0,8}"


class EntrySchema(Wire):
    """One line, as recorded; empty texts are what the file did not say."""

    id = fields.String(metadata={"description": "事项号-行号 event and line", "example": "5-1"})
    voucher = fields.String(metadata={"example": "V1"})
    line = fields.String(metadata={"example": "1"})
    treasury = fields.String(metadata={"example": "甲县支库"})
    booked_on = fields.Date(metadata={"example": "2024-01-05"})
    amount = MoneyField(attribute="amount_fen", metadata={"example": "300.00"})
    period_first = fields.Date(allow_none=True, metadata={"example": "2023-12-01"})
    period_last = fields.Date(allow_none=True, metadata={"example": "2023-12-31"})
    subject = fields.String(metadata={"example": "10101"})
    enterprise = fields.String(metadata={"example": CREDIT_CODE})
    project = fields.String(metadata={"example": "项目甲"})
    park = fields.String(metadata={"example": "经开区"})
    collector = fields.String(metadata={"example": "甲县"})
    original = fields.String(metadata={"description": "冲减的原税票 what it takes back", "example": ""})
    is_reversal = fields.Boolean(metadata={"example": False})
    levels = fields.Dict(
        attribute="levels_fen",
        keys=fields.String(),
        values=MoneyField(),
        allow_none=True,
        metadata={"description": "国库所列各级金额 by level of government", "example": {"county": "300.00"}},
    )


class EntriesSchema(Wire):
    """Some lines."""

    entries = fields.List(fields.Nested(EntrySchema))


class ThoseQuery(Wire):
    """Which lines."""

    period = fields.String(load_default="", metadata={"description": "何时入库 booked when", "example": "2024-Q1"})
    agreement = fields.String(load_default="", metadata={"description": "哪份协议选中的 selected by", "example": "A1"})


class EntriesQuery(ThoseQuery, PageQuery):
    """Which lines, and behind which."""

    after = fields.String(
        load_default="",
        validate=Regexp(f"^({CURSOR})?$"),
        metadata={"description": "从哪一条之后起 behind which", "example": "5-1"},
    )


class EntriesExportQuery(ThoseQuery):
    """As what."""

    form = fields.String(load_default="csv", data_key="as", validate=OneOf(get_args(Form)), metadata={"example": "csv"})
    encoding = fields.String(load_default="utf-8", validate=OneOf(get_args(Encoding)), metadata={"example": "gb18030"})


@routes.on_get("/entries", act="entry.read")
@routes.arguments(EntriesQuery, location="query")
@routes.response(200, EntriesSchema)
def list_entries(asked: dict[str, Any]) -> Any:
    """入库明细：您的协议选中的，或您一方征收的。The receipts that your agreements select or your party collected."""
    books, limit = ledger().books, asked["limit"]
    found: list[Entry] = []
    for entry in _entries(books, asked, _behind(books, asked["after"])):
        if len(found) == limit:
            return {"entries": [_document(each) for each in found]}, 200, following(_id(found[-1]))
        found.append(entry)
    return {"entries": [_document(each) for each in found]}


@routes.on_get("/entries/export", act="entry.read")
@routes.arguments(EntriesExportQuery, location="query")
@routes.response(200, description="CSV 或 XLSX，列名与导入相同 under the names by which files are read")
def export_entries(asked: dict[str, Any]) -> Response:
    """同样的明细写成文件，可以再导入。The same lines as a file that can be imported again."""
    found = _entries(ledger().books, asked, 0)
    return sheets_sent([entries_sheet(found)], "入库明细", asked["form"], asked["encoding"])


def _entries(books: Books, asked: dict[str, Any], first: int) -> Iterator[Entry]:
    """The lines that concern the caller from a row on; a part at a time, so that the first are there soon."""
    span = span_of(asked["period"]) if asked["period"] else None
    rows = booked(books, span.first.first, span.last.last) if span else books.recorded.rows()
    own = [policy().own_agreement(books, asked["agreement"])] if asked["agreement"] else []
    rows, size = rows[np.searchsorted(rows, first) :], LOOKED_AT_FIRST
    while len(rows):
        part, rows, size = rows[:size], rows[size:], 2 * size
        seen = policy().sees_lines(books, part)
        if own:
            seen &= selected_by(books, [each for each in own if each.in_force_at is not None], part)
        yield from books.recorded.entries(part[seen])


def _behind(books: Books, cursor: str) -> int:
    """The row behind the one that a cursor names."""
    position, _, row = cursor.partition("-")
    before: Rows = books.recorded.rows(cut=int(position) - 1) if cursor else np.zeros(0, np.int64)
    return len(before) + int(row or 0)


def _id(entry: Entry) -> str:
    return f"{entry.position}-{entry.row}"


def _document(entry: Entry) -> Document:
    said = (
        *("booked_on", "amount_fen", "period_first", "period_last", "subject", "enterprise", "project", "park"),
        *("collector", "is_reversal", "levels_fen"),
    )
    return {name: getattr(entry, name) for name in said} | {
        "id": _id(entry),
        "voucher": entry.key.voucher,
        "line": entry.key.line,
        "treasury": entry.key.treasury,
        "original": str(entry.original or ""),
    }
