"""`enclave close|period`: a cut in the log, with the figures of every statement; the cuts so far."""

from collections.abc import Callable, Sequence
from functools import partial

import click

from api.cli.over_http import periods as over_http
from api.cli.printing import print_json, print_lines, print_table
from api.cli.settings import Settings, json_option, pass_settings
from api.client import ServiceRefused
from ledger.application import Ledger
from ledger.domain.calendar import Period
from ledger.domain.errors import Conflict, Language, Refusal
from ledger.domain.events import PeriodClosed
from ledger.domain.stating.books import Books
from ledger.domain.terms import Document
from ledger.projections.closing import BeyondLastBooking, remarks, settles_to

Close = Callable[[Period], Document]


class ClosedInPart(Conflict):
    """Several months at one stroke, of which one was refused after others were closed."""

    zh = "已经结了 {closed}，链首 {head}；结 {period} 时停下，以后的月份没有结：{why}"
    en = "Closed: {closed}, head {head}. Stopped at {period}, and nothing later was closed: {why}"


@click.command()
@click.argument("period")
@click.option("--up-to", is_flag=True, help="把此前未结的月份依次结到 PERIOD。Close every open month up to PERIOD.")
@json_option
@pass_settings
def close(settings: Settings, period: str, up_to: bool, as_json: bool) -> None:
    """结账：在日志上划一刀，记下每张结算单的数字。Close a period: a cut in the log."""
    last = Period.parse(period)

    def closed(periods: Callable[[], Document], close: Close) -> Document:
        return closed_in_turn(_months(last, periods()) if up_to else [last], close, settings.language)

    done = settings.told(
        lambda ledger: closed(partial(_periods, ledger.books), partial(_close_here, ledger, settings.language)),
        lambda service: closed(partial(over_http.periods, service), partial(over_http.close, service)),
    )
    if as_json:
        print_json(done)
    else:
        keep = f"链首 {done['head']}。请抄在结算单上另外留存，日后用 enclave verify --expect 核对。"
        print_lines([*map(_closed_in_words, done["closed"]), *done["remarks"], keep])


def _months(last: Period, periods: Document) -> list[Period]:
    """The open months up to one; raises BeyondLastBooking."""
    settles_to = periods["settles_to"]
    if settles_to and last > Period.parse(settles_to):
        raise BeyondLastBooking(last=settles_to, period=last)
    following = Period.parse(periods["next"]) if periods["next"] else None
    months = []
    while following and following <= last:
        months.append(following)
        following = following.next
    return months or [last]


def closed_in_turn(months: Sequence[Period], close: Close, language: Language) -> Document:
    """Months closed one after the other, each by itself; raises ClosedInPart where a later one is refused."""
    done: list[Document] = []
    for month in months:
        try:
            done.append(close(month))
        except (Refusal, ServiceRefused) as refused:
            if not done:
                raise
            closed = "、".join(each["period"] for each in done)
            why = refused.say(language) if isinstance(refused, Refusal) else refused.title
            raise ClosedInPart(closed=closed, head=done[-1]["head"], period=month, why=why) from None
    left_out = list(dict.fromkeys(remark for each in done for remark in each["remarks"]))
    months_closed = [{word: each[word] for word in ("period", "cut", "statements")} for each in done]
    return {"closed": months_closed, "remarks": left_out, "head": done[-1]["head"]}


def _close_here(ledger: Ledger, language: Language, month: Period) -> Document:
    closed = ledger.close_period(month)
    head = ledger.log.head()
    left_out = remarks(ledger.books, closed, language)
    return _closed_document(closed) | {"remarks": left_out, "head": f"{head.position}:{head.hash.hex()}"}


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
    following, last = books.next_period(), settles_to(books)
    said = {"next": str(following) if following else None, "settles_to": str(last) if last else None}
    return {"periods": closed} | said
