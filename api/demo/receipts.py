"""Receipts of the demonstration: two years of tax of forty invented enterprises, as a treasury file.

The same seed gives the same file to the byte.  No company, ticket or code is real.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count
from random import Random

from ledger.domain.money import yuan

COLUMNS = (
    "税票号码,行号,收款国库,入库日期,税款所属期起,税款所属期止,预算科目,社会信用代码,企业名称,项目,街道乡镇,"
    "征收方,税款属性,原税票号码,实缴金额"
)
VALUE_ADDED, INCOME, CITY = "10101|增值税", "10104|企业所得税", "10109|城市维护建设税"
HOUSE, LAND = "10110|房产税", "10112|城镇土地使用税"  # these two share a ticket
TRADES = ("建材", "食品", "装备", "药材", "包装", "物流", "纺织", "饲料")
SEASON_PERCENT = (105, 70, 85, 95, 100, 110, 100, 95, 105, 110, 115, 125)  # January to December
FIRST_YEAR, LAST_DAY = 2024, date(2025, 12, 31)
LAST_ORIGINAL = date(2025, 10, 31)  # what is refunded, reversed or late was booked by then
REFUNDED, REFUNDED_TWICE, REVERSED, LATE = 42, 8, 6, 74
Tax = tuple[str, tuple[date, date], int]  # subject, first and last day of the period, fen


@dataclass(frozen=True)
class Site:
    """A place with enterprises.  Park, project or list decide which agreement selects them."""

    enterprises: int
    collector: str
    region: str
    township: str
    projects: tuple[str, ...] = ("",)
    months: range = range(24)


SITES = (
    Site(10, "崆峒区", "620802", "平凉工业园区"),
    Site(9, "崇信县", "620823", "城关镇", ("演示冷链项目", "演示装备项目", "演示饲料项目")),
    Site(7, "华亭市", "620881", "华亭工业园区"),
    Site(4, "崇信县", "620823", "华亭工业园区"),
    Site(8, "静宁县", "620826", "城关镇"),  # the confirmed list of the fourth agreement
    Site(2, "灵台县", "620822", "城关镇", months=range(3, 24, 6)),  # no agreement selects these
)


@dataclass(frozen=True)
class Enterprise:
    """An invented enterprise and what it pays a month."""

    code: str
    name: str
    project: str
    site: Site
    months: range
    monthly_fen: int


@dataclass(frozen=True)
class Line:
    """One line of the file."""

    voucher: str
    number: int
    enterprise: Enterprise
    booked: date
    subject: str
    period: tuple[date, date]
    fen: int
    kind: str = "正常申报"
    original: str = ""

    def text(self) -> str:
        """The line as it stands in the file."""
        enterprise, site = self.enterprise, self.enterprise.site
        ticket = [self.voucher, str(self.number), f"国家金库{site.collector}支库", str(self.booked)]
        payer = [enterprise.code, enterprise.name, enterprise.project, site.township, site.collector]
        ending = [self.kind, self.original, yuan(self.fen)]
        return ",".join([*ticket, *map(str, self.period), self.subject, *payer, *ending])


def credit_code(region: str, number: int) -> str:
    """A unified social credit code (GB 32100); real organisation codes never begin with DEM."""
    body = f"DEM{number:05}"
    weighted = sum(int(sign, 36) * weight for sign, weight in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    first = f"91{region}{body}{'0123456789X0'[11 - weighted % 11]}"  # GB 11714 checks the organisation code
    signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(signs.index(sign) * pow(3, place, 31) for place, sign in enumerate(first))
    return first + signs[-total % 31]


def month_start(month: int) -> date:
    """Months are counted from January of the first year; those before are negative."""
    year, index = divmod(month, 12)
    return date(FIRST_YEAR + year, index + 1, 1)


def span(first: int, months: int) -> tuple[date, date]:
    """The first and last day of some months."""
    return month_start(first), month_start(first + months) - timedelta(1)


def workday(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(7 - day.weekday() if day.weekday() > 4 else 0)


def enterprises(dice: Random) -> Iterator[Enterprise]:
    """All enterprises; every fifth starts half a year late."""
    sites = [(site, place) for site in SITES for place in range(site.enterprises)]
    for number, (site, place) in enumerate(sites, 1):
        name = f"演示{TRADES[number % len(TRADES)]}{number:02}号有限公司"
        project = site.projects[place % len(site.projects)]
        months = site.months[6:] if number % 5 == 0 else site.months
        code = credit_code(site.region, number)
        yield Enterprise(code, name, project, site, months, dice.randint(20_000_00, 160_000_00))


def tickets(enterprise: Enterprise, month: int, dice: Random) -> Iterator[list[Tax]]:
    """What one enterprise pays in one month, ticket by ticket."""
    usual = enterprise.monthly_fen
    fen = usual * SEASON_PERCENT[month % 12] * dice.randint(80, 120) // 10_000 + dice.randint(0, 99)
    yield [(VALUE_ADDED, span(month - 1, 1), fen)]
    yield [(CITY, span(month - 1, 1), fen * 5 // 100)]
    if month % 3 == 0:
        yield [(INCOME, span(month - 3, 3), fen * dice.randint(60, 140) // 100)]
    if month % 6 == 5:
        yield [(HOUSE, span(month - 5, 6), usual // 3), (LAND, span(month - 5, 6), usual // 7)]


def paid(dice: Random) -> Iterator[Line]:
    """What the enterprises declared and paid, month by month."""
    payers, serial = list(enterprises(dice)), count(1)
    for month, payer in ((month, payer) for month in range(24) for payer in payers if month in payer.months):
        for ticket in tickets(payer, month, dice):
            booked = workday(month_start(month) + timedelta(dice.randint(6, 17)))
            voucher = f"DEMO{booked:%Y%m}{next(serial):05}"
            yield from (Line(voucher, number, payer, booked, *tax) for number, tax in enumerate(ticket, 1))


def taken_back(original: Line, serial: int, dice: Random) -> Line:
    """A partial refund that names its original; two of them never exceed it."""
    booked = workday(original.booked + timedelta(dice.randint(20, (LAST_DAY - original.booked).days)))
    fen = -(original.fen * dice.randint(5, 45) // 100)
    refund = replace(original, voucher=f"DEMOT{serial:05}", booked=booked, fen=fen)
    return replace(refund, kind="退库", original=original.voucher)


def put_right(original: Line, serial: int, dice: Random) -> tuple[Line, Line]:
    """The reversal of the whole line, then the line as it should have been."""
    booked = workday(original.booked + timedelta(dice.randint(5, 45)))
    away = replace(original, voucher=f"DEMOC{serial:05}", booked=booked, fen=-original.fen)
    right = replace(original, voucher=f"DEMOG{serial:05}", booked=booked, fen=original.fen * 9 // 10 + 1)
    return replace(away, kind="冲销", original=original.voucher), right


def lines(seed: int) -> tuple[list[Line], list[Line]]:
    """The lines that came in time, by booking date, and those that came late.

    Only lines alone on their ticket are refunded or reversed, so a ticket number names its original.
    """
    dice = Random(seed)
    normal = list(paid(dice))
    early = [line for line in normal if line.booked <= LAST_ORIGINAL and line.subject not in (HOUSE, LAND)]
    chosen = dice.sample(early, REFUNDED + REVERSED + LATE)
    late, wrong, refunded = chosen[:LATE], chosen[LATE:-REFUNDED], chosen[-REFUNDED:]
    refunds = [taken_back(line, serial, dice) for serial, line in enumerate(refunded + refunded[:REFUNDED_TWICE], 1)]
    corrections = [right for serial, line in enumerate(wrong, 1) for right in put_right(line, serial, dice)]
    timely = [line for line in normal if line not in late] + refunds + corrections
    return sorted(timely, key=lambda line: (line.booked, line.voucher)), late


def as_csv(chosen: Iterable[Line]) -> str:
    """Lines below their header."""
    return "\n".join([COLUMNS, *(line.text() for line in chosen)]) + "\n"


def receipts_file(seed: int = 2024) -> str:
    """The whole file.  Late lines stand at its end, with a 入库日期 earlier than the lines above them."""
    timely, late = lines(seed)
    return as_csv(timely + late)


def parts(seed: int = 2024) -> tuple[str, str]:
    """The same lines as two files: 2024 as it was known when closed, then 2025 with everything late."""
    timely, late = lines(seed)
    first = [line for line in timely if line.booked.year == FIRST_YEAR]
    return as_csv(first), as_csv(timely[len(first) :] + late)
