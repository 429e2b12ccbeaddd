"""Bridges over HTTP."""

from collections.abc import Mapping
from datetime import date

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
    return Way(_moment(said["start"]), _moment(said["end"]), list(map(_pool, said["pools"])))


def _moment(said: Document) -> Moment:
    return Moment(said["position"], date.fromisoformat(said["day"]))


def _pool(said: Document) -> PoolWay:
    quantity = stated_quantity(said["unit"], said["step"], said["basis"])
    return PoolWay(
        key=PoolKey(said["pool"], said["measure"]),
        quantity=quantity,
        is_of_dates=said["is_of_dates"],
        names={party["id"]: party["name"] for party in said["parties"]},
        due_start=_shares(said["due_start"], quantity),
        causes={each["cause"]: _shares(each["shares"], quantity) for each in said["causes"]},
        due_end=_shares(said["due_end"], quantity),
    )


def _shares(said: Mapping[str, str], quantity: Quantity) -> Shares:
    return {party: quantity.read(amount) for party, amount in said.items()}
