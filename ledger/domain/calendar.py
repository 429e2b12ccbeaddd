"""Days, periods and agreement years.

A period (期间) is a month of the books; agreements settle months, quarters or years of them.
"""

import re
from calendar import isleap
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from ledger.domain.errors import RuleBroken

Every = Literal["month", "quarter", "year"]
MONTHS: dict[Every, int] = {"month": 1, "quarter": 3, "year": 12}
DAY = timedelta(days=1)
YEAR_MIN, YEAR_MAX = 1950, 2199
"""The years in which anything that people write down can lie."""
DAY_TEXT = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
PERIOD_TEXT = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


class DayUnreadable(RuleBroken):
    """A date that is none."""

    zh = "日期“{day}”读不懂。请写成 2024-03-31 的样子。"
    en = "Date '{day}' cannot be read. Write it like 2024-03-31."


class PeriodUnreadable(RuleBroken):
    """A period that is none."""

    zh = "期间“{period}”读不懂。请写成 2024-03 的样子。"
    en = "Period '{period}' cannot be read. Write it like 2024-03."


def day(text: str) -> date:
    """Read an ISO date; raises DayUnreadable."""
    try:
        if not DAY_TEXT.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise DayUnreadable(day=text[:40]) from None


@dataclass(frozen=True, order=True)
class Period:
    """A calendar month."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Read `"2024-03"`; raises PeriodUnreadable."""
        found = PERIOD_TEXT.fullmatch(text)
        if not found or found[1] == "0000":
            raise PeriodUnreadable(period=text[:40])
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, when: date) -> "Period":
        """The month that a day lies in."""
        return cls(when.year, when.month)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return date.max if self.next is None else self.next.first - DAY

    @property
    def next(self) -> "Period | None":
        """The month after, or None at the end of the calendar."""
        year, month = divmod(self.year * 12 + self.month, 12)
        return None if year > date.max.year else Period(year, month + 1)

    def ends(self, every: Every) -> bool:
        """Whether a settlement of this rhythm ends with this month."""
        return self.month % MONTHS[every] == 0

    def settlement_first(self, every: Every) -> date:
        """The first day of the settlement that this month lies in."""
        return date(self.year, self.month - (self.month - 1) % MONTHS[every], 1)


def settlement(when: date, every: Every) -> str:
    """The name of the settlement a day lies in: `2024-03`, `2024-Q1` or `2024`."""
    if every == "year":
        return f"{when.year:04}"
    if every == "quarter":
        return f"{when.year:04}-Q{(when.month + 2) // 3}"
    return f"{when.year:04}-{when.month:02}"


def settlement_first(when: date, every: Every) -> date:
    """The first day of the settlement that a day lies in."""
    return Period.of(when).settlement_first(every)


def settlement_last(when: date, every: Every) -> date:
    """The last day of the settlement that a day lies in."""
    month = when.month - (when.month - 1) % MONTHS[every] + MONTHS[every] - 1
    return Period(when.year, month).last


def anniversary(start: date, years: int) -> date:
    """The day `years` after `start`; 1 March where 29 February is missing (semantics finding 22)."""
    if start.year + years > date.max.year:
        return date.max
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return date(start.year + years, 3, 1)


def day_of_year(year: int, month: int, day_of_month: int) -> date:
    """A month and day of a year; 1 March where 29 February is missing."""
    missing = (month, day_of_month) == (2, 29) and not isleap(year)
    return date(year, 3, 1) if missing else date(year, month, day_of_month)


def agreement_years(start: date, first_year: int, last_year: int) -> tuple[date, date]:
    """First and last day of years a to b; the first day counts, year n ends the day before its anniversary."""
    end = anniversary(start, last_year)
    return anniversary(start, first_year - 1), end if end == date.max else end - DAY


def agreement_year(start: date, when: date) -> int:
    """Which year of the agreement a day lies in: 1 for the first, 0 and below before it."""
    year = when.year - start.year
    return year + 1 if anniversary(start, year) <= when else year


def month_starts(first: date, last: date) -> set[date]:
    """The first days of the months from one day to another, and of the month after."""
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month + 1)
    return {date(month // 12, month % 12 + 1, 1) for month in months if month // 12 <= date.max.year}
