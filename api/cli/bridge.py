"""`enclave bridge`: from what is due at one moment to what is due at another, by cause."""

from datetime import date

import click

from api.cli.printing import print_json, print_lines, print_table
from api.cli.settings import Settings, agreement_number, json_option, pass_settings
from ledger.domain.agreeing.agreement import Agreement
from ledger.domain.dividing.pools import PoolKey
from ledger.domain.stating.bridge import Bridge, bridge
from ledger.domain.stating.working import Moment
from ledger.projections.moments import moment_of
from ledger.projections.quantities import OF_DATES, Quantity, quantity_of


@click.command("bridge")
@click.argument("agreement", callback=agreement_number)
@click.argument("start")
@click.argument("end")
@json_option
@pass_settings
def bridge_command(settings: Settings, agreement: str, start: str, end: str, as_json: bool) -> None:
    """从一个时点（或一张结算单）到另一个，应得为何变动，按原因列出。Why what is due moved between two moments, by cause."""
    books = settings.ledger().books
    found = books.agreement(agreement)
    way = bridge(books, found, moment_of(books, start), moment_of(books, end))
    keys = list(dict.fromkeys([*way.due_start, *way.due_end]))
    if as_json:
        print_json(
            {"start": _point(way.start), "end": _point(way.end), "pools": [_document(found, way, key) for key in keys]}
        )
        return
    for key in keys:
        _print(found, way, key)


def _point(moment: Moment) -> dict[str, object]:
    return {"position": moment.cut, "day": moment.day.isoformat()}


def _quantity(agreement: Agreement, way: Bridge, key: PoolKey) -> Quantity:
    return quantity_of(agreement.known_at(max(way.start.cut, way.end.cut)).pool(key.pool))


def _document(agreement: Agreement, way: Bridge, key: PoolKey) -> dict[str, object]:
    quantity = _quantity(agreement, way, key)
    return {
        "pool": key.pool,
        "measure": key.measure,
        "unit": quantity.unit,
        "step": str(quantity.step),
        "basis": quantity.basis,
        "mark": quantity.mark,
        "due_start": way.due_start.get(key, {}),
        "causes": way.by_cause(key),
        "due_end": way.due_end.get(key, {}),
    }


def _print(agreement: Agreement, way: Bridge, key: PoolKey) -> None:
    quantity = _quantity(agreement, way, key)
    parties = list(way.due_end.get(key, way.due_start.get(key, {})))
    names = [agreement.name_of(party) for party in parties]
    rows = [_row(_said(way.start), way.due_start.get(key, {}), parties, quantity)]
    for cause, shares in way.by_cause(key).items():
        if any(shares.values()):
            rows.append(_row(quantity.cause(cause), shares, parties, quantity))
    rows.append(_row(_said(way.end), way.due_end.get(key, {}), parties, quantity))
    title = " ".join(part for part in ("应得变动", key.pool, key.measure, f"（{quantity.unit}）") if part)
    print_table(title, ("", *names), rows, numbers=range(1, len(names) + 1))
    pool = agreement.known_at(max(way.start.cut, way.end.cut)).pool(key.pool)
    is_of_dates = pool.reported is not None and pool.reported.kind == "stock"
    print_lines([*([quantity.mark] if quantity.mark else []), *([OF_DATES] if is_of_dates else []), ""])


def _row(name: str, shares: dict[str, int], parties: list[str], quantity: Quantity) -> tuple[str, ...]:
    return (name, *(quantity.text(shares.get(party, 0)) for party in parties))


def _said(moment: Moment) -> str:
    last = "" if moment.day == date.max else f"截至 {moment.day}"
    return f"{last}，所知到第 {moment.cut} 号"
