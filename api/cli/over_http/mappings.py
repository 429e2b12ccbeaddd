"""Mappings over HTTP."""

from collections.abc import Mapping

from api.client import Client
from ledger.domain.register.mappings import ColumnMapping


def save(service: Client, name: str, columns: Mapping[str, str]) -> ColumnMapping:
    """Save a mapping under a name."""
    return ColumnMapping(**service.post("mappings", body={"name": name, "columns": dict(columns)}))


def every(service: Client) -> list[ColumnMapping]:
    """The mappings of the tenant."""
    return [ColumnMapping(**each) for each in service.listed("mappings", of="mappings")]
