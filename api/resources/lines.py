"""Lines (明细) in JSON, for programs: what one line says, declared once, read at the pace of many."""

import json
from itertools import islice
from typing import Any

import msgspec
from flask_smorest import abort
from marshmallow import fields
from marshmallow.validate import Length

from api.http.hot import reader_of
from api.http.wire import CREDIT_CODE, DayField, MoneyField, TextField, Wire
from ledger.domain.errors import RuleBroken
from ledger.files.json_table import NAMES

LINES_MAX = 100_000
WRONG_MAX = 100
"""Of so many wrong lines the faults are named."""
TEXT_MAX = 200
RIGHT = '{{"lines": [{{"voucher": "V1", "booked_on": "2024-01-05", "amount": "300.00"}}]}}'
"""A right body, as it stands in a sentence whose blanks are filled in."""
OWN_NAMES = {header: name for name, header in NAMES.items()}


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


class LinesNotWrapped(RuleBroken):
    """A list, one object a line, or something else in the place of the one object."""

    zh = "正文应是一个对象，里面只有 lines；列表、一行一个对象的 JSON、别的项都不行。请写成 " + RIGHT + "。"
    en = "The body is one object that holds lines and nothing else, no list and no object a line. Write " + RIGHT + "."


class LinesInHeaders(RuleBroken):
    """Lines under the headers of files in the place of names."""

    zh = "第 {line} 行用了表格的列名，这里用英文名称：{named}。请写成 " + RIGHT + "，或把表格文件用 POST imports 上传。"
    en = (
        "Line {line} uses headers of tables; here they are called {named}. Write "
        + RIGHT
        + ", or send the table itself to POST imports."
    )


def refuse_lines_unfit(body: bytes) -> None:
    """Refuses a body that does not hold lines as they are declared.

    Raises LinesNotWrapped, LinesInHeaders; aborts with 422 and the faults of the first wrong lines, with 400 if it is no JSON.
    """
    try:
        reader_of(ReceiptsSchema)(body)
    except msgspec.ValidationError:
        abort(422, messages={"json": _faults(body)})
    except msgspec.DecodeError:
        if _is_object_a_line(body):
            raise LinesNotWrapped from None
        abort(400)


class _Lines(msgspec.Struct, forbid_unknown_fields=True):
    lines: list[msgspec.Raw]


def _faults(body: bytes) -> dict[str, Any]:
    """Every fault of the first wrong lines; raises LinesNotWrapped, LinesInHeaders."""
    try:
        lines = msgspec.json.decode(body, type=_Lines).lines
    except msgspec.ValidationError:
        raise LinesNotWrapped from None
    if not 0 < len(lines) <= LINES_MAX:
        return {"lines": [f"1–{LINES_MAX}"]}
    wrong = islice((number for number, line in enumerate(lines) if not _is_sound(line)), WRONG_MAX)
    found = {number: json.loads(bytes(lines[number])) for number in wrong}
    for number, line in found.items():
        _refuse_headers(number + 1, line)
    return {"lines": {number: ReceiptSchema().validate(line) for number, line in found.items()}}


def _refuse_headers(number: int, line: Any) -> None:
    headers = [header for header in line if header in OWN_NAMES] if isinstance(line, dict) else []
    if headers:
        raise LinesInHeaders(line=number, named=", ".join(f"{header} → {OWN_NAMES[header]}" for header in headers))


def _is_object_a_line(body: bytes) -> bool:
    try:
        msgspec.json.decode(body.lstrip().split(b"\n")[0], type=dict)
    except msgspec.DecodeError:
        return False
    return True


def _is_sound(line: msgspec.Raw) -> bool:
    try:
        reader_of(ReceiptSchema)(bytes(line))
    except msgspec.ValidationError:
        return False
    return True
