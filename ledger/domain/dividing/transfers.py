"""Transfers (定额转移): fixed amounts that one party gives another on agreed days.

A yearly base, a fixed return or a one-off sum is a dated transfer entry from one party to
another (semantics findings 19 and 27).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ledger.domain.calendar import day_of_year
from ledger.domain.dividing.reading import Fate, Reading, fate_of
from ledger.domain.errors import RuleBroken
from ledger.domain.facts.certified import Certified
from ledger.domain.facts.uncertified import TransferUncertified
from ledger.domain.recording.entries import Entry, Key
from ledger.domain.rounding import shares_of
from ledger.domain.terms import Pool, Transfer
from ledger.domain.terms.versions import Versions


@dataclass(frozen=True)
class Uncounted:
    """A transfer whose amount nobody certified."""

    pool: str
    when: date
    reason: TransferUncertified


def transfers(
    versions: Versions, pool: str, certified: Certified, after: date | None, until: date
) -> Iterator[Reading | Uncounted]:
    """Every transfer of a pool dated behind one day and up to another."""
    for when in sorted(_days(versions, pool, until)):
        in_force = versions.pool_on(pool, when)
        if after is not None and when <= after:
            continue
        if in_force is None or not versions.on(when).covers(when):
            continue
        for each in in_force.transfers:
            if _falls_on(each, when):
                yield from _on_day(versions, in_force, each, certified, when)


def _days(versions: Versions, pool: str, until: date) -> set[date]:
    """Days on which any version says that something is due."""
    days: set[date] = set()
    for terms in versions.signed:
        own = terms.pool(pool)
        for each in own.transfers if own else ():
            days |= set(each.on)
            if each.yearly:
                years = range(versions.first.first.year, until.year + 1)
                days |= {day_of_year(year, *each.yearly) for year in years}
    return {when for when in days if when <= until}


def _falls_on(transfer: Transfer, when: date) -> bool:
    return when in transfer.on or (transfer.yearly is not None and day_of_year(when.year, *transfer.yearly) == when)


def _on_day(
    versions: Versions, pool: Pool, transfer: Transfer, certified: Certified, when: date
) -> Iterator[Reading | Uncounted]:
    units = [""] if pool.per == "agreement" else certified.units_with_amount(str(transfer.amount), when)
    for unit in units:
        amount_fen = certified.amount_fen(transfer.amount, unit, when)
        if amount_fen is None and not unit:
            yield Uncounted(pool.name, when, TransferUncertified(pool=pool.name, when=when, name=str(transfer.amount)))
        elif amount_fen and amount_fen >= transfer.at_least_fen:
            for giver, own_fen in shares_of(amount_fen, transfer.givers).items():
                if own_fen:
                    yield _reading(versions, pool, transfer, certified, unit, when, giver, own_fen)


def _reading(
    versions: Versions,
    pool: Pool,
    transfer: Transfer,
    certified: Certified,
    unit: str,
    when: date,
    giver: str,
    amount_fen: int,
) -> Reading:
    nth = f"第{pool.transfers.index(transfer) + 1}笔" if len(pool.transfers) > 1 else ""
    by = versions.parties[giver].name if len(transfer.givers) > 1 else ""
    key = Key("·".join(part for part in (pool.name, nth, by, unit, when.isoformat()) if part))
    fate, reason = Fate.WAITING, None
    try:
        fate = fate_of(versions.on(when), pool, unit, when, certified)
    except RuleBroken as rule:
        reason = rule
    return Reading(Entry(key, when, amount_fen), pool.name, fate, amount_fen, when, unit, giver, reason)
