"""Hot rows (快路): what a schema declares, read and written by msgspec where marshmallow would take most of the time.

The schema stays the only declaration: the msgspec class is made from it, and a test shows that both accept, refuse and
print alike.  Who is refused hears it from marshmallow, which names every fault at once.
"""

import datetime
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any, cast

import msgspec
from marshmallow import Schema, fields, missing
from marshmallow.validate import Length, OneOf, Regexp

from api.http.wire import MoneyField
from ledger.domain.money import ENTRY_FEN_MAX

YUAN_MAX = ENTRY_FEN_MAX // 100
_LARGEST = str(YUAN_MAX)
_BELOW = f"[0-9]{{1,{len(_LARGEST) - 1}}}"
MONEY = rf"^-?(?=[0-9]{{1,18}}(?:\.|$))0*(?:{_BELOW}(?:\.[0-9]{{1,2}})?|{_LARGEST}(?:\.0{{1,2}})?)$(?!\n)"
"""Yuan as `money.fen` reads them: two decimals at most, up to the largest entry."""


@cache
def struct_of(schema: type[Schema]) -> type[msgspec.Struct]:
    """The msgspec class of a schema; unknown names are refused, as marshmallow refuses them."""
    declared = cast(Mapping[str, fields.Field[Any]], schema._declared_fields)
    words = [_word(name, field) for name, field in declared.items()]
    return msgspec.defstruct(f"Hot{schema.__name__}", words, kw_only=True, forbid_unknown_fields=True)


@cache
def reader_of(schema: type[Schema]) -> Callable[[bytes], msgspec.Struct]:
    """Reads a JSON body as a schema declares it; raises msgspec.ValidationError, msgspec.DecodeError, RecursionError."""
    return msgspec.json.Decoder(struct_of(schema)).decode


def printed(schema: type[Schema], document: Mapping[str, Any]) -> bytes:
    """A document of the words and values that a schema declares, in JSON; raises msgspec.ValidationError for another."""
    return msgspec.json.encode(msgspec.convert(document, struct_of(schema)))


def _word(name: str, field: fields.Field[Any]) -> tuple[str, Any] | tuple[str, Any, Any]:
    kind = _kind(field)
    if field.required:
        return name, kind
    if field.load_default is missing:
        return name, kind | msgspec.UnsetType, msgspec.UNSET
    return name, kind, field.load_default


def _kind(field: fields.Field[Any]) -> Any:
    """The type of what may stand in a field."""
    kind = next((make(field) for of, make in KINDS.items() if isinstance(field, of)), None)
    if kind is None:
        raise TypeError(f"no hot form of {type(field).__name__}")
    return kind | None if field.allow_none else kind


def _text(field: fields.Field[Any]) -> Any:
    kind: Any = str
    for validator in field.validators:
        match validator:
            case Length(min=least, max=most):
                kind = Annotated[kind, msgspec.Meta(min_length=least, max_length=most)]
            case Regexp(regex=pattern):
                kind = Annotated[kind, msgspec.Meta(pattern=f"^(?:{cast(str, pattern.pattern)})")]
            case OneOf(choices=choices):
                kind = Annotated[kind, msgspec.Meta(pattern=f"^(?:{'|'.join(map(re.escape, choices))})$(?!\\n)")]
            case _:
                raise TypeError(f"no hot form of {type(validator).__name__}")
    return kind


def _nested(field: fields.Field[Any]) -> Any:
    return struct_of(type(cast(fields.Nested, field).schema))


def _list(field: fields.Field[Any]) -> Any:
    own = cast("fields.List[Any]", field)
    kind: Any = list[_kind(own.inner)]  # type: ignore[misc]
    for validator in own.validators:
        if not isinstance(validator, Length):
            raise TypeError(f"no hot form of {type(validator).__name__}")
        kind = Annotated[kind, msgspec.Meta(min_length=validator.min, max_length=validator.max)]
    return kind


def _dict(field: fields.Field[Any]) -> Any:
    own = cast(fields.Dict, field)
    return dict[_kind(own.key_field), _kind(own.value_field)] if own.key_field and own.value_field else dict  # type: ignore[misc]


KINDS: dict[type[fields.Field[Any]], Callable[[fields.Field[Any]], Any]] = {
    MoneyField: lambda field: Annotated[str, msgspec.Meta(pattern=MONEY)],
    fields.Date: lambda field: datetime.date,
    fields.Boolean: lambda field: bool,
    fields.Integer: lambda field: int,
    fields.Nested: _nested,
    fields.List: _list,
    fields.Dict: _dict,
    fields.String: _text,
}
