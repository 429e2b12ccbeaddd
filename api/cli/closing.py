"""`enclave close`: a cut in the log, with the figures of every statement."""

import click

from api.cli.printing import print_json, print_lines
from api.cli.settings import Settings, json_option, pass_settings
from ledger.application import Ledger
from ledger.domain.calendar import Period, settlement_last
from ledger.domain.errors import Conflict
from ledger.domain.events import PeriodClosed
from ledger.domain.stating.books import Books
from ledger.projections.closing import incomplete, unsigned
from ledger.projections.statements import last_booked


class BeyondLastBooking(Conflict):
    """Months without a booking, to be closed at one stroke."""

    zh = "账内最后一笔入库在 {last}，不能一次结到 {period}，没有结账。请核对期间；确要结空月请逐月 close。"
    en = "The last receipt was booked in {last}; closing up to {period} was refused. To close empty months, close each."


@click.command()
@click.argument("period")
@click.option("--up-to", is_flag=True, help="把此前未结的月份依次结到 PERIOD。Close every open month up to PERIOD.")
@json_option
@pass_settings
def close(settings: Settings, period: str, up_to: bool, as_json: bool) -> None:
    """结账：在日志上划一刀，记下每张结算单的数字。Close a period: a cut in the log."""
    ledger = settings.ledger()
    last = Period.parse(period)
    closed = _close_up_to(ledger, last) if up_to else [ledger.close_period(last)]
    remarks = [
        *(each.say(settings.language) for each in unsigned(ledger.books, closed)),
        *incomplete(ledger.books, closed[-1]),
    ]
    head = ledger.log.head()
    kept = f"{head.position}:{head.hash.hex()}"
    if as_json:
        print_json({"closed": [_closed_document(each) for each in closed], "remarks": remarks, "head": kept})
    else:
        keep = f"链首 {kept}。请抄在结算单上另外留存，日后用 enclave verify --expect 核对。"
        print_lines([*map(_closed_in_words, closed), *remarks, keep])


def _close_up_to(ledger: Ledger, last: Period) -> list[PeriodClosed]:
    booked = last_booked(ledger.books)
    if booked and last > _last_settlement(ledger.books, booked):
        raise BeyondLastBooking(last=booked, period=last)
    closed = []
    following = ledger.books.next_period()
    while following and following <= last:
        closed.append(ledger.close_period(following))
        following = following.next
    return closed or [ledger.close_period(last)]


def _last_settlement(books: Books, booked: Period) -> Period:
    """The last month of the settlement in which the last booking lies, for the agreement that settles most rarely."""
    rhythms = [agreement.terms.every for agreement in books.in_force(books.position)]
    return max([booked, *(Period.of(settlement_last(booked.last, every)) for every in rhythms)])


def _closed_document(closed: PeriodClosed) -> dict[str, object]:
    return {"period": closed.period, "cut": closed.cut, "statements": [one.number for one in closed.statements]}


def _closed_in_words(closed: PeriodClosed) -> str:
    numbers = "、".join(each.number for each in closed.statements) or "没有协议在本期结算"
    return f"{closed.period} 已结账，事实截至第 {closed.cut} 号事项；结算单：{numbers}。"
