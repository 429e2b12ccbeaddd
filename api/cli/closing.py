"""`enclave close|period`: a cut in the log, with the figures of every statement; the cuts so far."""

import click

from api.cli.over_http import periods as over_http
from api.cli.printing import print_json, print_lines, print_table
from api.cli.settings import Settings, json_option, pass_settings
from ledger.application import Ledger
from ledger.domain.calendar import Period, settlement_last
from ledger.domain.errors import Conflict, Language
from ledger.domain.events import PeriodClosed
from ledger.domain.stating.books import Books
from ledger.domain.terms import Document
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
    last = Period.parse(period)
    done = settings.told(
        lambda ledger: _closed(ledger, last, settings.language, up_to=up_to),
        lambda service: over_http.close(service, last, up_to=up_to),
    )
    if as_json:
        print_json(done)
    else:
        keep = f"链首 {done['head']}。请抄在结算单上另外留存，日后用 enclave verify --expect 核对。"
        print_lines([*map(_closed_in_words, done["closed"]), *done["remarks"], keep])


def _closed(ledger: Ledger, last: Period, language: Language, *, up_to: bool) -> Document:
    closed = _close_up_to(ledger, last) if up_to else [ledger.close_period(last)]
    remarks = [*(each.say(language) for each in unsigned(ledger.books, closed)), *incomplete(ledger.books, closed[-1])]
    head = ledger.log.head()
    kept = f"{head.position}:{head.hash.hex()}"
    return {"closed": [_closed_document(each) for each in closed], "remarks": remarks, "head": kept}


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


def _closed_document(closed: PeriodClosed) -> Document:
    return {"period": closed.period, "cut": closed.cut, "statements": [one.number for one in closed.statements]}


def _closed_in_words(closed: Document) -> str:
    numbers = "、".join(closed["statements"]) or "没有协议在本期结算"
    return f"{closed['period']} 已结账，事实截至第 {closed['cut']} 号事项；结算单：{numbers}。"


@click.group()
def period() -> None:
    """会计期：已结账的月份。Periods."""


@period.command("list")
@json_option
@pass_settings
def list_periods(settings: Settings, as_json: bool) -> None:
    """列出已结账的月份（最近的在前）和下一个要结的。The closed months, the last first, and what closes next."""
    said = settings.told(lambda ledger: _periods(ledger.books), over_http.periods)
    if as_json:
        print_json(said)
        return
    rows = [(each["period"], str(each["closed_at"]), "、".join(each["statements"])) for each in said["periods"]]
    print_table("已结账的月份 Periods", ("月份", "事项", "结算单"), rows, numbers=(1,))
    print_lines([f"下一个要结的：{said['next']}。" if said["next"] else "还没有可以结账的月份。"])


def _periods(books: Books) -> Document:
    closed = [_closed_document(each) | {"closed_at": position} for position, each in reversed(books.closings)]
    following = books.next_period()
    return {"periods": closed, "next": str(following) if following else None}
