"""Statements (结算单): what each party is due, closed or draft, who pays whom, why; the same as papers."""

from datetime import date
from functools import partial
from typing import Any, Literal, get_args

import msgspec
from flask import Response
from marshmallow import ValidationError, fields, validates_schema
from marshmallow.validate import OneOf, Range

from api.http.hot import printed
from api.http.kept import Written
from api.http.routes import Routes, download, page_of
from api.http.tenancy import kept, ledger, policy
from api.http.wire import MoneyField, PageQuery, PartyNameSchema, Wire
from ledger.domain.agreeing.agreement import Agreement
from ledger.domain.calendar import Period
from ledger.domain.stating.books import Books
from ledger.domain.terms import Document
from ledger.files.sheets import Encoding, Sheet, csv_bytes, xlsx_bytes
from ledger.projections.explanation import as_document, explain
from ledger.projections.explanation_in_words import VOUCHERS_MAX, in_sentences
from ledger.projections.nothing_stated import NoAgreements, NothingInForce, nothing_in_force, settlement_asked
from ledger.projections.papers import statements_table
from ledger.projections.payments import Settlement, paid_of, settlements
from ledger.projections.plain_text import Dialect, plain_text
from ledger.projections.quantities import Quantity, stated_quantity
from ledger.projections.spans import Span, month_span, span_of
from ledger.projections.statements import (
    Owed,
    PartySum,
    Statement,
    StatementLine,
    closed_statements,
    in_place_check,
    owed,
    refuse_unstated,
    statements_as_of,
    statements_within,
    sums_of,
)
from ledger.projections.wording import called
from ledger.projections.worksheet_papers import statement_papers

routes = Routes("statements", __name__, description="结算单 statements")
Form = Literal["xlsx", "csv"]
FORMS: tuple[str, ...] = (*get_args(Form), *get_args(Dialect))
POSITION_MAX = 2**62
AMOUNT = {
    "description": "钱写元两位小数，指标写其单位 yuan with two decimals, or the figure's own unit",
    "example": "865836.35",
}
ID = {"description": "条款里的代号 as the terms call the party", "example": "lingtai"}
SHARES = {"description": "按参与方代号 by party's id", "example": {"jia": "-100.00", "yi": "100.00"}}


class LineSchema(Wire):
    """What a statement says of one party."""

    id = fields.String(metadata=ID)
    party = fields.String(metadata={"example": "灵台县"})
    entitled = fields.String(metadata=AMOUNT)
    collected = fields.String(allow_none=True, metadata=AMOUNT)
    net = fields.String(allow_none=True, metadata=AMOUNT)
    causes = fields.Dict(keys=fields.String(), values=fields.String(), metadata={"example": {"own": "865836.35"}})


class OwedSchema(Wire):
    """Who pays whom."""

    payer = fields.String(metadata={"example": "崇信县"})
    payee = fields.String(metadata={"example": "灵台县"})
    payer_id = fields.String(metadata=ID)
    payee_id = fields.String(metadata=ID)
    amount = fields.String(metadata=AMOUNT)


class CarriedSchema(Wire):
    """What a statement with a negative sum does not list."""

    id = fields.String(metadata=ID)
    party = fields.String(metadata={"example": "灵台县"})
    amount = fields.String(metadata=AMOUNT)


class StatementSchema(Wire):
    """One statement of an agreement's pool for a settlement."""

    number = fields.String(metadata={"example": "A2-2025-Q3"})
    agreement = fields.String(metadata={"example": "A2"})
    title = fields.String(metadata={"example": "灵台县、崇信县共建园区"})
    pool = fields.String(metadata={"example": "税收"})
    measure = fields.String(metadata={"example": ""})
    settlement = fields.String(metadata={"example": "2025-Q3"})
    unit = fields.String(metadata={"example": "元"})
    step = fields.String(
        metadata={"description": "最小计数，如 1 分 the smallest step of its unit", "example": "1/100"}
    )
    basis = fields.String(
        metadata={"description": "分列、双算、在地、额度、投入；空为款项 empty for money", "example": ""}
    )
    is_of_dates = fields.Boolean(
        metadata={"description": "时点数，各日期各自取整 stock figures, each date by itself", "example": False}
    )
    edition = fields.Integer(metadata={"description": "条款写法的版次 of the terms' language", "example": 2})
    engine = fields.String(metadata={"description": "由哪一版引擎算出 the engine that worked it out", "example": "5"})
    columns = fields.List(
        fields.String(),
        metadata={
            "description": "entitled、collected、net 在这里叫什么 what they are called here",
            "example": ["应得", "已征收", "净额（应收+/应付−）"],
        },
    )
    mark = fields.String(
        metadata={"description": "必须注明的话，如仅用于考核 what must stand beside every figure", "example": ""}
    )
    in_place_check = fields.String(
        metadata={"description": "与在地数的核对 against the figure in place", "example": ""}
    )
    is_draft = fields.Boolean(metadata={"example": False})
    open_before = fields.Integer(
        metadata={
            "description": "草稿：此前还有几个月没有结账；它的变动含那些月份的 "
            "of a draft: so many months before it are not closed, and its changes include theirs",
            "example": 0,
        }
    )
    as_of = fields.Date(allow_none=True, metadata={"example": None})
    closed_at = fields.Integer(allow_none=True, metadata={"example": 42})
    cut = fields.Integer(metadata={"example": 41})
    digest = fields.String(metadata={"example": "3f" * 32})
    waiting = fields.String(metadata=AMOUNT)
    undivided = fields.String(metadata=AMOUNT)
    lines = fields.List(fields.Nested(LineSchema))
    carried = fields.List(fields.Nested(CarriedSchema))
    owed = fields.List(fields.Nested(OwedSchema))


class PaymentSchema(Wire):
    """What every party receives (+) or pays (−), at once or on a day."""

    on = fields.Date(allow_none=True, metadata={"example": "2026-01-31"})
    shares = fields.Dict(keys=fields.String(), values=MoneyField(), metadata=SHARES)


class PaymentsSchema(Wire):
    """What a settlement's pools of money come to together, and what is paid of it."""

    agreement = fields.String(metadata={"example": "A2"})
    settlement = fields.String(metadata={"example": "2025-Q3"})
    parties = fields.List(fields.Nested(PartyNameSchema))
    nets = fields.Dict(keys=fields.String(), values=MoneyField(), metadata=SHARES)
    unpaid = MoneyField(metadata={"example": "0.00"})
    limits_missing = fields.List(
        fields.String(), metadata={"description": "尚未认定的付款上限 limits nobody certified", "example": []}
    )
    stays_a_claim = fields.Boolean(
        metadata={"description": "没有付的留作债权 what is not paid stays a claim", "example": False}
    )
    payments = fields.List(fields.Nested(PaymentSchema))


class SumSchema(Wire):
    """What the statements that were asked for say of one party together."""

    agreement = fields.String(metadata={"example": "A2"})
    pool = fields.String(metadata={"example": "税收"})
    id = fields.String(attribute="party", metadata=ID)
    party = fields.String(attribute="name", metadata={"example": "灵台县"})
    entitled = MoneyField(attribute="entitled_fen", metadata={"example": "865836.35"})
    collected = MoneyField(attribute="collected_fen", allow_none=True, metadata={"example": "0.00"})
    net = MoneyField(attribute="net_fen", allow_none=True, metadata={"example": "865836.35"})


class StatementsSchema(Wire):
    """The statements of a month, quarter or year, or as of a day; payments and sums are of all of them."""

    statements = fields.List(fields.Nested(StatementSchema))
    payments = fields.List(fields.Nested(PaymentsSchema))
    sums = fields.List(fields.Nested(SumSchema))


class ExplanationSchema(Wire):
    """Why a party is due what a statement says."""

    sentences = fields.List(fields.String(), metadata={"example": ["1. 灵台县本期应得 865,836.35 元。"]})
    tree = fields.Dict(
        metadata={"description": "同一内容的数据形式 the same as data, amounts in fen", "example": {"party": "灵台县"}}
    )


class ExplanationsSchema(Wire):
    """One explanation for each pool."""

    explanations = fields.List(fields.Nested(ExplanationSchema))


class KnownQuery(Wire):
    """As known at which position of the log."""

    as_known = fields.Integer(
        load_default=None,
        validate=Range(1, POSITION_MAX),
        metadata={"description": "只用日志到这一号为止的事项 what was known at a position", "example": 1},
    )


class SpanQuery(KnownQuery):
    """Which months."""

    period = fields.String(load_default="", metadata={"description": "2024-03、2024-Q1 或 2024", "example": "2025-Q3"})
    as_of = fields.Date(
        load_default=None,
        metadata={
            "description": "不写 period 时：截至这一天 as of a day, in the place of period",
            "example": "2025-09-30",
        },
    )
    agreement = fields.String(
        load_default="", metadata={"description": "只看一份协议 of one agreement", "example": "A2"}
    )

    @validates_schema
    def one_of_both(self, data: dict[str, Any], **kwargs: Any) -> None:
        """A period or a day."""
        if bool(data["period"]) == (data["as_of"] is not None):
            raise ValidationError("period 与 as_of 写一个。Give period or as_of.")


class StatementsQuery(SpanQuery, PageQuery):
    """Which months, and which part of the list."""


class ExportQuery(KnownQuery):
    """Which statements, as what."""

    period = fields.String(load_default="", metadata={"description": "2024-03、2024-Q1 或 2024", "example": "2025-Q3"})
    agreement = fields.String(load_default="", metadata={"example": "A2"})
    form = fields.String(
        load_default="xlsx",
        data_key="as",
        validate=OneOf(FORMS),
        metadata={
            "description": "Excel、CSV，或已结账的复式记账文本（不写 period 则是全部）closed ones as plain-text accounting",
            "example": "xlsx",
        },
    )
    encoding = fields.String(load_default="utf-8", validate=OneOf(get_args(Encoding)), metadata={"example": "gb18030"})

    @validates_schema
    def of_a_period(self, data: dict[str, Any], **kwargs: Any) -> None:
        """Papers are of a period."""
        if not data["period"] and data["form"] in get_args(Form):
            raise ValidationError("请写 period。Give period.", "period")


class WhyQuery(KnownQuery):
    """Of which months and party."""

    period = fields.String(required=True, metadata={"description": "2024-03、2024-Q1 或 2024", "example": "2025-Q3"})
    party = fields.String(required=True, metadata={"example": "灵台县"})
    as_of = fields.Date(
        load_default=None, metadata={"description": "只计到这一天 what was true on a day", "example": "2025-09-30"}
    )
    every_voucher = fields.Boolean(
        load_default=False, data_key="all", metadata={"description": "列出全部税票 every voucher", "example": False}
    )


@routes.on_get("/statements", act="statement.read", kept=True)
@routes.arguments(StatementsQuery, location="query")
@routes.response(200, StatementsSchema)
def list_statements(asked: dict[str, Any]) -> Any:
    """一期或截至一天的结算单：只有您是参与方的协议。The statements of agreements to which you are a party."""
    books = ledger().books_known_at(asked["as_known"])
    found = stated(books, asked["period"], asked["agreement"], asked["as_of"])
    page, headers = page_of(found, lambda each: each.number, asked)
    said = {"payments": [_payments(books, each) for each in settlements(found)], "sums": _sums(found)}
    more = StatementsSchema(exclude=["statements"]).dump(said)
    body = msgspec.json.encode({"statements": [_printed(each) for each in page]} | more)
    return Response(body, mimetype="application/json", headers=headers)


def _printed(found: Statement) -> msgspec.Raw:
    """A statement in JSON; a closed one is written once, whatever is recorded behind it."""
    key = ("statement", found.number, found.pool, found.measure, found.digest)
    write = partial(_print, found)
    return msgspec.Raw((write() if found.is_draft else kept().once(key, write)).body)


def _print(found: Statement) -> Written:
    return Written(printed(StatementSchema, document_of(found)))


def stated(books: Books, period: str, agreement: str = "", as_of: date | None = None) -> list[Statement]:
    """The statements that exist for the caller; raises AgreementUnknown, NoAgreements, NothingInForce."""
    span = month_span(Period.of(as_of)) if as_of else span_of(period)
    numbers = [each.number for each in _own(agreement) if each.number in books.agreements]
    if not numbers:
        raise NoAgreements()
    found = [each for number in numbers for each in _of(books, number, span, as_of)]
    if not found:
        raise nothing_in_force(books, [books.agreements[number] for number in numbers], span)
    return found


def _own(agreement: str) -> list[Agreement]:
    """The agreements of the caller's, or one of them; raises AgreementUnknown."""
    now = ledger().books
    return [policy().own_agreement(now, agreement)] if agreement else policy().own_agreements(now)


def _closed(agreement: str, books: Books) -> list[Statement]:
    """Every closed statement that exists for the caller, or those of one agreement; raises AgreementUnknown."""
    own = {each.number for each in _own(agreement)}
    return [each for each in closed_statements(books) if each.agreement in own]


def _of(books: Books, number: str, span: Span, as_of: date | None) -> list[Statement]:
    """The statements of one agreement; none where there is nothing to state."""
    if books.agreements[number].in_force_at is None:
        return []
    try:
        return statements_as_of(books, as_of, number) if as_of else statements_within(books, span, number)
    except NothingInForce:
        return []


@routes.on_get("/statements/export", act="statement.read")
@routes.arguments(ExportQuery, location="query")
@routes.response(200, description="XLSX（附底稿）、CSV 或文本 a workbook with worksheets, CSV or text")
def export_statements(asked: dict[str, Any]) -> Response:
    """同样的结算单，写成 Excel、CSV 或复式记账文本。The same statements as papers."""
    books = ledger().books_known_at(asked["as_known"])
    if asked["form"] in get_args(Dialect):
        found = (
            stated(books, asked["period"], asked["agreement"])
            if asked["period"]
            else _closed(asked["agreement"], books)
        )
        return download(plain_text(found, asked["form"]).encode(), f"结算单{asked['period']}.{asked['form']}")
    found = stated(books, asked["period"], asked["agreement"])
    sheets = [statements_table(found)] if asked["form"] == "csv" else list(statement_papers(books, found))
    return sheets_sent(sheets, f"结算单{asked['period']}", asked["form"], asked["encoding"])


def sheets_sent(sheets: list[Sheet], name: str, form: Form, encoding: Encoding) -> Response:
    """Sheets as a file to keep: a workbook, or the first as CSV."""
    data = csv_bytes(sheets[0], encoding) if form == "csv" else xlsx_bytes(sheets)
    return download(data, f"{name}.{form}")


@routes.on_get("/agreements/<agreement>/explanation", act="statement.read")
@routes.arguments(WhyQuery, location="query")
@routes.response(200, ExplanationsSchema)
def explain_due(asked: dict[str, Any], agreement: str) -> Document:
    """应得为何是这个数：直到税票、条款和最后一分。Why a figure is what it is, down to voucher and last fen."""
    books = ledger().books_known_at(asked["as_known"])
    policy().own_agreement(ledger().books, agreement)
    found = books.agreement(agreement)
    month = settlement_asked(found, span_of(asked["period"]))
    if not asked["as_of"]:
        refuse_unstated(books, found, month)
    why = explain(books, found.number, month, asked["party"], asked["as_of"])
    most = None if asked["every_voucher"] else VOUCHERS_MAX
    return {"explanations": [{"sentences": in_sentences(each, most), "tree": as_document(each)} for each in why]}


def document_of(found: Statement) -> Document:
    """A statement as programs read it."""
    quantity = stated_quantity(found.unit, found.step, found.basis)
    said = (
        *("number", "agreement", "title", "pool", "measure", "settlement"),
        *(
            "is_draft",
            "open_before",
            "as_of",
            "closed_at",
            "cut",
            "digest",
            "basis",
            "is_of_dates",
            "edition",
            "engine",
        ),
    )
    return {name: getattr(found, name) for name in said} | {
        "unit": quantity.unit,
        "step": found.step or "1/100",
        "columns": quantity.columns,
        "mark": quantity.mark,
        "in_place_check": in_place_check(found),
        "waiting": quantity.written(found.waiting_fen),
        "undivided": quantity.written(found.undivided_fen),
        "lines": [_line(line, quantity) for line in found.lines],
        "carried": [_carried(each, quantity) for each in found.carried],
        "owed": [_owed(each, quantity) for each in owed(found)],
    }


def _owed(found: Owed, quantity: Quantity) -> Document:
    ids = {"payer_id": found.payer.party, "payee_id": found.payee.party}
    return {"payer": found.payer.name, "payee": found.payee.name, "amount": quantity.written(found.amount)} | ids


def _carried(line: StatementLine, quantity: Quantity) -> Document:
    return {"id": line.party, "party": line.name, "amount": quantity.written(line.entitled_fen)}


def _line(line: StatementLine, quantity: Quantity) -> Document:
    known = line.collected_fen is not None and line.net_fen is not None
    return {
        "id": line.party,
        "party": line.name,
        "entitled": quantity.written(line.entitled_fen),
        "collected": quantity.written(line.collected_fen or 0) if known else None,
        "net": quantity.written(line.net_fen or 0) if known else None,
        "causes": {cause: quantity.written(whole) for cause, whole in line.causes_fen.items()},
    }


def _sums(found: list[Statement]) -> list[PartySum]:
    return sums_of(each for each in found if each.is_money)


def _payments(books: Books, settlement: Settlement) -> Document:
    paid = paid_of(books, settlement)
    said = ("agreement", "settlement", "limits_missing", "stays_a_claim", "payments")
    return {name: getattr(paid, name) for name in said} | {
        "parties": called(paid.names),
        "nets": paid.nets_fen,
        "unpaid": paid.unpaid_fen,
    }
