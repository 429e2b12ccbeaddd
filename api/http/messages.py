"""What the schema library says of a field, in Chinese too: one table for every schema."""

import re

from ledger.domain.errors import Language

CHINESE = {
    "Missing data for required field.": "必须填写。",
    "Field may not be null.": "不能是 null。",
    "Unknown field.": "没有这一项，请核对名称。",
    "Invalid value.": "内容不合要求。",
    "Invalid input.": "内容不合要求。",
    "Invalid type.": "类型不对，应为对象。",
    "Invalid input type.": "类型不对，应为对象。",
    "Invalid JSON body.": "正文不是 JSON。",
    "Not a valid string.": "应为文字。",
    "Not a valid utf-8 string.": "不是 UTF-8 文字。",
    "Not a valid integer.": "应为整数。",
    "Not a valid number.": "应为数字。",
    "Number too large.": "数字太大。",
    "Not a valid boolean.": "应为 true 或 false。",
    "Not a valid date.": "应为日期，例如 2024-03-31。",
    "Not a valid list.": "应为列表。",
    "Not a valid mapping type.": "应为对象。",
    "Not a valid UUID.": "应为 UUID。",
    "Not a valid URL.": "应为网址。",
    "Not a valid {obj_type}.": "应为 {obj_type}。",
    "Not a valid {awareness} {obj_type}.": "应为 {awareness} {obj_type}。",
    '"{input}" cannot be formatted as a date.': "“{input}”不是日期。",
    '"{input}" cannot be formatted as a {obj_type}.': "“{input}”不是 {obj_type}。",
    "Must be one of: {choices}.": "只能是：{choices}。",
    "Must be equal to {other}.": "应为 {other}。",
    "Must be greater than or equal to {min}.": "不能小于 {min}。",
    "Must be greater than {min}.": "须大于 {min}。",
    "Must be less than or equal to {max}.": "不能大于 {max}。",
    "Must be less than {max}.": "须小于 {max}。",
    "Must be greater than or equal to {min} and less than or equal to {max}.": "须在 {min} 到 {max} 之间。",
    "Shorter than minimum length {min}.": "太短，至少 {min}。",
    "Longer than maximum length {max}.": "太长，至多 {max}。",
    "Length must be between {min} and {max}.": "长度须在 {min} 到 {max} 之间。",
    "Length must be {equal}.": "长度须为 {equal}。",
    "String does not match expected pattern.": "写法不对，请按接口文档改正。",
}


def _pattern(english: str) -> re.Pattern[str]:
    """A sentence of the library as it looks with its blanks filled in."""
    parts = re.split(r"\{(\w+)\}", english)
    return re.compile("".join(f"(?P<{part}>.*)" if at % 2 else re.escape(part) for at, part in enumerate(parts)), re.S)


PATTERNS = [(_pattern(english), chinese) for english, chinese in CHINESE.items()]


def field_message(message: str, language: Language) -> str:
    """A message of the library in the caller's language; as it is where it is one of ours."""
    if language == "en":
        return message
    found = ((pattern.fullmatch(message), chinese) for pattern, chinese in PATTERNS)
    return next((chinese.format(**match.groupdict()) for match, chinese in found if match), message)
