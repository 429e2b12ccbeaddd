"""Lines (明细) in JSON, for programs: what one line says, declared once, read at the pace of many."""

import json
from itertools import islice
from typing import Any

import msgspec
from flask_smorest import abort
from marshmallow import fields
from marshmallow.validate import Length

from api.hot import reader_of
from api.wire import CREDIT_CODE, DayField, MoneyField, TextField, Wire

LINES_MAX = 100_000
WRONG_MAX = 100
"""Of so many wrong lines the faults are named."""
TEXT_MAX = 200


def _text(example: str, description: str = "", **more: Any) -> TextField:
    said = {"example": example} | ({"description": description} if description else {})
    return TextField(validate=Length(max=TEXT_MAX), metadata=said, **more)


class ReceiptSchema(Wire):
    """One receipt, as the treasury lists it; what is left out is not said."""

    voucher = _text("V1", required=True)
    line = _text("1")
    treasury = _text("甲县支库")
    booked_on = DayField(required=True, metadata={"example": "2024-01-05"})
    amount = MoneyField(required=True, metadata={"description": "元，带引号 yuan as text", "example": "300.00"})
    period_first = DayField(metadata={"example": "2023-12-01"})
    period_last = DayField(metadata={"example": "2023-12-31"})
    subject = _text("10101")
    enterprise = _text(CREDIT_CODE)
    project = _text("项目甲")
    park = _text("经开区")
    collector = _text("甲县")
    kind = _text("退库", "税款属性 what kind of receipt")
    original = _text("V0", "冲减的原税票 the voucher that it takes back")
    original_line = _text("1")
    percents = _text("中央50%|省20%|县30%", "预算分配比例 shares of the levels of government")
    central = MoneyField(metadata={"example": "150.00"})
    province = MoneyField(metadata={"example": "60.00"})
    city = MoneyField(metadata={"example": "0.00"})
    county = MoneyField(metadata={"example": "90.00"})


class ReceiptsSchema(Wire):
    """Some lines; recorded as one file."""

    lines = fields.List(fields.Nested(ReceiptSchema), required=True, validate=Length(1, LINES_MAX))


def refuse_lines_unfit(body: bytes) -> None:
    """Aborts with 422 and the faults of the first wrong lines of a body that does not hold lines as they are declared, with 400 if it is no JSON."""
    try:
        reader_of(ReceiptsSchema)(body)
    except msgspec.ValidationError as first:
        abort(422, messages={"json": _faults(body) or [str(first)]})
    except msgspec.DecodeError:
        abort(400)


class _Lines(msgspec.Struct, forbid_unknown_fields=True):
    lines: list[msgspec.Raw]


def _faults(body: bytes) -> dict[str, Any]:
    """Every fault of the first wrong lines; none if the body does not even hold lines."""
    try:
        lines = msgspec.json.decode(body, type=_Lines).lines
    except msgspec.ValidationError:
        return {}
    if not 0 < len(lines) <= LINES_MAX:
        return {"lines": [f"1–{LINES_MAX}"]}
    wrong = islice((number for number, line in enumerate(lines) if not _is_sound(line)), WRONG_MAX)
    return {"lines": {number: ReceiptSchema().validate(json.loads(bytes(lines[number]))) for number in wrong}}


def _is_sound(line: msgspec.Raw) -> bool:
    try:
        reader_of(ReceiptSchema)(bytes(line))
    except msgspec.ValidationError:
        return False
    return True
