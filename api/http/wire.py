"""Domain values on the wire: in JSON bodies and in addresses.  Money is yuan as text, days are ISO dates."""

from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields
from werkzeug.routing import BaseConverter
from werkzeug.routing import ValidationError as RoutingError

from ledger.domain.calendar import Period, day
from ledger.domain.errors import Refusal
from ledger.domain.money import fen, yuan
from ledger.files.documents import parse_yaml

CREDIT_CODE = "91350100M000100Y43"
"""A code whose check digit fits, for examples that can be sent as they are."""
PAGE = 50
PAGE_MAX = 200


class Wire(Schema):
    """A body of ours: unknown words are refused, words stand in the order of the class."""


class PartyNameSchema(Wire):
    """What a party's id stands for, beside shares that are by id."""

    id = fields.String(metadata={"description": "条款里的代号 as the terms call the party", "example": "jia"})
    name = fields.String(metadata={"example": "甲县"})


class MoneyField(fields.Field[int]):
    """Fen inside, yuan with two decimals outside, such as `"1234.56"`; a JSON number is refused."""

    def _serialize(self, value: int | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else yuan(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not isinstance(value, str):
            raise ValidationError('金额写成带引号的元，例如 "1234.56"。Send yuan as text, such as "1234.56".')
        try:
            return fen(value)
        except Refusal as rule:
            raise ValidationError(rule.say("zh")) from None


class TextField(fields.String):
    """A text of whole characters."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text.encode("utf-8", "replace") != text.encode("utf-8", "surrogatepass"):
            raise ValidationError("有不成字的半个字符。Half a character stands in it.")
        return text


class DayField(fields.Date):
    """A day, such as `"2024-01-05"`, and in no other form."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        try:
            return day(value if isinstance(value, str) else "")
        except Refusal as rule:
            raise ValidationError(rule.say("zh")) from None


class DocumentField(fields.Field[Any]):
    """Terms or facts: as data, or as the YAML text that people write."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return parse_yaml(value, attr or "") if isinstance(value, str) else value


class PeriodInUrl(BaseConverter):
    """`<period:period>` in a route, such as `2026-03`.  Anything else is 404."""

    regex = r"\d{4}-(?:0[1-9]|1[0-2])"

    def to_python(self, value: str) -> Period:
        """A month; one that no calendar of ours has is no address."""
        try:
            return Period.parse(value)
        except Refusal:
            raise RoutingError from None

    def to_url(self, value: Period) -> str:
        """A month as text."""
        return str(value)


class PageQuery(Wire):
    """Which part of a list: behind what, and how many."""

    after = fields.String(load_default="", metadata={"description": "从哪一条之后起 behind which", "example": "A3"})
    limit = fields.Integer(
        load_default=PAGE,
        validate=lambda limit: _within(limit),
        metadata={"description": "最多几条 at most how many", "minimum": 1, "maximum": PAGE_MAX, "example": PAGE},
    )


def _within(limit: int) -> None:
    if not 1 <= limit <= PAGE_MAX:
        raise ValidationError(f"1–{PAGE_MAX}")
