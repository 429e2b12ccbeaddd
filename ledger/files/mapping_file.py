"""A mapping of a user's own headers, written as YAML or JSON: `他们的表头: 本账的列名`, or `不用`."""

from typing import Any

from ledger.domain.errors import RuleBroken, nearest
from ledger.files.columns import RECEIPTS
from ledger.files.figures_file import FIGURES, INPUTS

NOT_USED = "不用"
COLUMNS = tuple(dict.fromkeys([*RECEIPTS.used, *FIGURES.used, *INPUTS.used]))
"""One mapping may serve receipts, figures and contributions alike."""


class MappingUnreadable(RuleBroken):
    """A document that is no list of headers."""

    zh = "表头对照应是若干行“他们的表头: 本账的列名”，两边都是文字。请核对“{found}”的写法。"
    en = "A mapping is a list of headers, each with the column that it means, both texts. Check '{found}'."


class MappingColumnUnknown(RuleBroken):
    """A column that there is not."""

    zh = "表头“{header}”对照的列“{column}”不认识{hint}。可写的列：{columns}；不用的列写“不用”。"
    en = "Header '{header}' is said to mean '{column}', which is no column{hint}. Columns are: {columns}."


def read_mapping(document: Any) -> dict[str, str]:
    """The headers of a mapping with our columns; raises MappingUnreadable, MappingColumnUnknown."""
    if not isinstance(document, dict):
        raise MappingUnreadable(found=str(document)[:40])
    columns: dict[str, str] = {}
    for header, column in document.items():
        if not isinstance(header, str) or not isinstance(column, str) or not header.strip():
            raise MappingUnreadable(found=f"{header}: {column}"[:40])
        if column not in COLUMNS and column != NOT_USED:
            like = nearest(column, COLUMNS)
            hint = f"（是否想写“{like}”）" if like else ""
            known = "、".join(COLUMNS)
            raise MappingColumnUnknown(header=header[:40], column=column[:40], hint=hint, columns=known)
        columns[header.strip()] = "" if column == NOT_USED else column
    return columns
