"""`enclave bridge`: from what is due at one moment to what is due at another, by cause."""

from datetime import date

import click

from api.cli.over_http import bridges as over_http
from api.cli.printing import print_json, print_lines, print_table
from api.cli.settings import Settings, agreement_number, json_option, pass_settings
from ledger.domain.stating.books import Books
from ledger.domain.stating.bridge import bridge
from ledger.domain.stating.working import Moment
from ledger.projections.bridges import PoolWay, Way, way_of
from ledger.projections.moments import moment_of
from ledger.projections.quantities import OF_DATES, Quantity
from ledger.projections.wording import called


@click.command("bridge")
@click.argument("agreement", callback=agreement_number)
@click.argument("start")
@click.argument("end")
@json_option
@pass_settings
def bridge_command(settings: Settings, agreement: str, start: str, end: str, as_json: bool) -> None:
    """从一个时点（或一张结算单）到另一个，应得为何变动，按原因列出。Why what is due moved between two moments, by cause."""
    way = settings.told(
        lambda ledger: _way(ledger.books, agreement, start, end),
        lambda service: over_http.way(service, agreement, start, end),
    )
    if as_json:
        pools = [_document(each) for each in way.pools]
        print_json({"start": _point(way.start), "end": _point(way.end), "pools": pools})
        return
    for each in way.pools:
        _print(way, each)


def _way(books: Books, number: str, start: str, end: str) -> Way:
    agreement = books.agreement(number)
    return way_of(agreement, bridge(books, agreement, moment_of(books, start), moment_of(books, end)))


def _point(moment: Moment) -> dict[str, object]:
    return {"position": moment.cut, "day": moment.day.isoformat()}


def _document(pool: PoolWay) -> dict[str, object]:
    quantity = pool.quantity
    return {
        "pool": pool.key.pool,
        "measure": pool.key.measure,
        "unit": quantity.unit,
        "step": str(quantity.step),
        "basis": quantity.basis,
        "mark": quantity.mark,
        "parties": called(pool.names),
        "due_start": pool.due_start,
        "causes": pool.causes,
        "due_end": pool.due_end,
    }


def _print(way: Way, pool: PoolWay) -> None:
    quantity = pool.quantity
    parties = list(pool.due_end or pool.due_start)
    names = [pool.names[party] for party in parties]
    rows = [_row(_said(way.start), pool.due_start, parties, quantity)]
    rows += [_row(quantity.cause(cause), shares, parties, quantity) for cause, shares in pool.causes.items()]
    rows.append(_row(_said(way.end), pool.due_end, parties, quantity))
    title = " ".join(part for part in ("应得变动", *pool.key, f"（{quantity.unit}）") if part)
    print_table(title, ("", *names), rows, numbers=range(1, len(names) + 1))
    print_lines([*([quantity.mark] if quantity.mark else []), *([OF_DATES] if pool.is_of_dates else []), ""])


def _row(name: str, shares: dict[str, int], parties: list[str], quantity: Quantity) -> tuple[str, ...]:
    return (name, *(quantity.text(shares.get(party, 0)) for party in parties))


def _said(moment: Moment) -> str:
    last = "" if moment.day == date.max else f"截至 {moment.day}"
    return f"{last}，所知到第 {moment.cut} 号"
