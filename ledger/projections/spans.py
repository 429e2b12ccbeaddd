"""The months that a person asks for: one month, a quarter or a year."""

import re
from dataclasses import dataclass

from ledger.domain.calendar import MONTHS, YEAR_MAX, YEAR_MIN, Every, Period, PeriodUnreadable

SETTLEMENT = re.compile(r"([0-9]{4})(?:-Q([1-4]))?")


@dataclass(frozen=True)
class Span:
    """The months that a person asks for: one month, a quarter or a year."""

    name: str
    first: Period
    last: Period

    def ends(self, every: Every) -> list[Period]:
        """The months of it with which a settlement ends."""
        months = (Period(self.last.year, month) for month in range(self.first.month, self.last.month + 1))
        return [month for month in months if month.ends(every)]


def span_of(text: str) -> Span:
    """The months that `2024-03`, `2024-Q1` or `2024` names; raises PeriodUnreadable."""
    found = SETTLEMENT.fullmatch(text)
    if re.match("[0-9]{4}", text) and not YEAR_MIN <= int(text[:4]) <= YEAR_MAX:
        raise PeriodUnreadable(period=text[:40])
    if not found or found[1] == "0000":
        return month_span(Period.parse(text))
    last = int(found[2]) * MONTHS["quarter"] if found[2] else MONTHS["year"]
    months = MONTHS["quarter" if found[2] else "year"]
    return Span(text, Period(int(found[1]), last - months + 1), Period(int(found[1]), last))


def month_span(month: Period) -> Span:
    """One month."""
    return Span(str(month), month, month)


def period_of(text: str) -> Period:
    """The month that a settlement ends with: `2024-03`, `2024-Q1` or `2024`; raises PeriodUnreadable."""
    return span_of(text).last
