"""Bridges over HTTP."""

from collections.abc import Mapping
from datetime import date

from api.cli.over_http import agreements
from api.client import Client
from ledger.domain.dividing.pools import PoolKey
from ledger.domain.dividing.worksheet import Shares
from ledger.domain.stating.working import Moment
from ledger.domain.terms import Document
from ledger.projections.bridges import PoolWay, Way
from ledger.projections.quantities import Quantity, stated_quantity


def way(service: Client, number: str, start: str, end: str) -> Way:
    """The way from one moment to another."""
    said = service.get("agreements", number, "bridge", start=start, end=end)
    ids = agreements.ids_of(agreements.find(service, number)[0])
    return Way(_moment(said["start"]), _moment(said["end"]), [_pool(each, ids) for each in said["pools"]])


def _moment(said: Document) -> Moment:
    return Moment(said["position"], date.fromisoformat(said["day"]))


def _pool(said: Document, ids: Mapping[str, str]) -> PoolWay:
    quantity = stated_quantity(said["unit"], said["step"], said["basis"])
    return PoolWay(
        key=PoolKey(said["pool"], said["measure"]),
        quantity=quantity,
        is_of_dates=said["is_of_dates"],
        names={party: name for name, party in ids.items()},
        due_start=_shares(said["due_start"], ids, quantity),
        causes={each["cause"]: _shares(each["shares"], ids, quantity) for each in said["causes"]},
        due_end=_shares(said["due_end"], ids, quantity),
    )


def _shares(said: Mapping[str, str], ids: Mapping[str, str], quantity: Quantity) -> Shares:
    return {ids[name]: quantity.read(amount) for name, amount in said.items()}
