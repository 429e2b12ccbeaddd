"""Bridges (应得变动) as people and programs read them: pool by pool, what was due, what each cause moved, what is due."""

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.domain.agreeing.agreement import Agreement
from ledger.domain.dividing.pools import PoolKey
from ledger.domain.dividing.worksheet import Shares
from ledger.domain.stating.bridge import Bridge
from ledger.domain.stating.working import Moment
from ledger.projections.quantities import Quantity, quantity_of


@dataclass(frozen=True)
class PoolWay:
    """The way of one pool; `names` are the parties', shares are by their ids, causes without effect are left out."""

    key: PoolKey
    quantity: Quantity
    is_of_dates: bool
    names: Mapping[str, str]
    due_start: Shares
    causes: Mapping[str, Shares]
    due_end: Shares


@dataclass(frozen=True)
class Way:
    """The way from one moment to another."""

    start: Moment
    end: Moment
    pools: list[PoolWay]


def way_of(agreement: Agreement, bridge: Bridge) -> Way:
    """A bridge of an agreement, pool by pool."""
    keys = dict.fromkeys([*bridge.due_start, *bridge.due_end])
    return Way(bridge.start, bridge.end, [_pool(agreement, bridge, key) for key in keys])


def _pool(agreement: Agreement, bridge: Bridge, key: PoolKey) -> PoolWay:
    pool = agreement.known_at(max(bridge.start.cut, bridge.end.cut)).pool(key.pool)
    causes = {cause: shares for cause, shares in bridge.by_cause(key).items() if any(shares.values())}
    start, end = bridge.due_start.get(key, {}), bridge.due_end.get(key, {})
    names = {party: agreement.name_of(party) for shares in (end, start, *causes.values()) for party in shares}
    is_of_dates = pool.reported is not None and pool.reported.kind == "stock"
    return PoolWay(key, quantity_of(pool), is_of_dates, names, start, causes, end)
