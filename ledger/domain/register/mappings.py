"""Saved mappings (表头对照): which of our columns the headers of a user's own layout mean.

Saved once under a name and used for every file of that layout; saving it again takes the earlier one's place.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.domain.errors import NotFound, RuleBroken
from ledger.domain.events import Fact, MappingSaved
from ledger.domain.names import name


class MappingUnknown(NotFound):
    """No mapping of that name."""

    zh = "没有名为“{mapping}”的表头对照。现有：{known}。请存一份，或核对名称。"
    en = "There is no mapping '{mapping}'. Saved are: {known}. Save one, or check the name."


class MappingEmpty(RuleBroken):
    """A mapping that says nothing."""

    zh = "表头对照“{mapping}”是空的。请至少写一行“他们的表头: 本账的列名”。"
    en = "Mapping '{mapping}' is empty. Write at least one header with the column that it means."


@dataclass(frozen=True)
class ColumnMapping:
    """A layout of a user's own: each header with the column that it means, empty for one that is not used."""

    name: str
    columns: Mapping[str, str]


def save(given: str, columns: Mapping[str, str]) -> Fact:
    """Keep a mapping under a name; raises NameUnusable, MappingEmpty."""
    known_as = name(given, "对照名称")
    if not columns:
        raise MappingEmpty(mapping=known_as)
    return Fact(f"mapping/{known_as}", MappingSaved, {"name": known_as, "columns": dict(columns)})


def find(mappings: Mapping[str, ColumnMapping], given: str) -> ColumnMapping:
    """The mapping of a name; raises MappingUnknown."""
    found = mappings.get(given.strip())
    if found is None:
        raise MappingUnknown(mapping=given[:40], known="、".join(mappings) or "无")
    return found
