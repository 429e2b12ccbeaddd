"""Figures (指标、额度、投入): what is reported for a period, in its own unit, and revised later.

The latest revision of each report holds.  Of cumulative reports the step from one to the next
counts, dated on its first day; a stock figure stands alone (semantics 5.2, finding 26).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import groupby

from ledger.domain.calendar import DAY
from ledger.domain.errors import RuleBroken
from ledger.domain.money import ENTRY_FEN_MAX
from ledger.domain.terms import Pool, Reported

MONEY_UNITS = {"元": 1, "万元": 10**4, "亿元": 10**8}


class UnitDiffers(RuleBroken):
    """A figure in another unit than the agreement declares."""

    zh = "{number}（{measure}）的单位是“{unit}”，协议约定“{expected}”，不作换算，暂不计入。请按约定单位重报。"
    en = "{number} ({measure}) is in '{unit}', the agreement says '{expected}'. It is not converted and waits; report it again."


class NotWholeSteps(RuleBroken):
    """A figure finer than the smallest step that the agreement declares."""

    zh = "{number}（{measure}）的数值 {value} 不是最小计数 {step} 的整数倍，暂不计入。请按约定的位数重报。"
    en = "{number} ({measure}) is {value}, no whole multiple of the step {step}, and waits. Report it again."


class ValueTooLarge(RuleBroken):
    """A figure above 10^15 smallest steps (semantics finding 33)."""

    zh = "{number}（{measure}）的数值 {value} 过大，超出 10^15 个最小计数，暂不计入。请核对单位。"
    en = "{number} ({measure}) is {value}, more than 10^15 smallest steps; it waits. Check its unit."


class CumulativeFalls(RuleBroken):
    """A cumulative figure below the one before it."""

    zh = "{number}（{measure}）到 {last} 的本年累计 {value} 小于此前的 {before}，这一段及以后暂不计入。请先修订前数或本数。"
    en = "{number} ({measure}): the total up to {last}, {value}, is below the one before, {before}; it and what follows waits. Revise one."


class NotFromNewYear(RuleBroken):
    """A cumulative figure that does not begin with the year."""

    zh = "{number}（{measure}）按本年累计报送，所属期应从当年 1 月 1 日起，现在从 {first} 起，暂不计入。请改正所属期。"
    en = "{number} ({measure}) is cumulative and must begin on 1 January, not {first}; it waits. Correct the period."


class PeriodsOverlap(RuleBroken):
    """Two reports of one figure for overlapping days."""

    zh = "{number}（{measure}）的所属期与 {other} 部分重叠，会重复计算，暂不计入。请改成相同或互不重叠的所属期。"
    en = "{number} ({measure}) overlaps {other} in part and would count twice; it waits. Make the periods equal or apart."


@dataclass(frozen=True, slots=True)
class Report:
    """One reported value: of an indicator or a quota (its name), or of a contribution (its form), for some days."""

    number: str
    measure: str
    first: date
    last: date
    value: Fraction
    unit: str
    reporter: str = ""
    project: str = ""
    enterprise: str = ""
    park: str = ""
    evidence: str = ""
    is_input: bool = False
    position: int = 0
    row: int = 0

    @property
    def of(self) -> tuple[str, str, str, str, str]:
        """What the figure describes."""
        return self.measure, self.reporter, self.project, self.enterprise, self.park

    @property
    def says(self) -> tuple[object, ...]:
        """Everything that a later report of the same may change, and what it describes."""
        return self.of, self.first, self.last, self.value, self.unit, self.evidence

    def identity(self, *, by_period: bool) -> str:
        """What a later report of the same revises: the figure and its days; of quotas and contributions also the number."""
        days = "" if self.is_input else f"{self.first}/{self.last}"
        number = "" if by_period else self.number
        return "·".join(part for part in (*self.of, days, number) if part)


@dataclass(frozen=True)
class Part:
    """What one report adds: a number of smallest steps for some days; or the rule that keeps it from counting."""

    report: Report
    first: date
    last: date
    steps: int = 0
    reason: RuleBroken | None = None


def parts(pool: Pool, reports: Sequence[Report]) -> list[Part]:
    """What the reports of a pool add, in the order recorded; the latest revision of each counts."""
    assert pool.reported is not None
    recorded = sorted(reports, key=lambda report: (report.position, report.row))
    latest = _latest(recorded, by_period=is_by_period(pool))
    whole = [_in_steps(pool.reported, report, is_money=pool.share == "inputs") for report in latest]
    if pool.reported.cumulative:
        whole = list(_stepwise(whole))
    elif pool.share == "indicator" and pool.reported.kind == "flow":
        whole = list(_apart(whole))
    return sorted(whole, key=lambda part: (part.report.position, part.report.row))


def is_by_period(pool: Pool) -> bool:
    """Whether a report is revised by one for the same days (indicators), and not by one of the same number."""
    return pool.share == "indicator"


def _latest(reports: Iterable[Report], *, by_period: bool) -> list[Report]:
    """The last recorded report of each identity."""
    found: dict[str, Report] = {}
    for report in reports:
        identity = report.identity(by_period=by_period)
        found.pop(identity, None)
        found[identity] = report
    return list(found.values())


def _in_steps(reported: Reported, report: Report, *, is_money: bool) -> Part:
    """A value as whole smallest steps of the agreed unit; contributions may be in any unit of money."""
    named = {"number": report.number, "measure": report.measure}
    value = report.value
    if is_money and report.unit in MONEY_UNITS:
        value *= MONEY_UNITS[report.unit]
    elif report.unit != reported.unit:
        rule = UnitDiffers(unit=report.unit, expected=reported.unit, **named)
        return Part(report, report.first, report.last, 0, rule)
    steps = value / reported.step
    if abs(steps) > ENTRY_FEN_MAX:
        return Part(report, report.first, report.last, 0, ValueTooLarge(value=decimal_text(report.value), **named))
    if steps.denominator != 1:
        finer = NotWholeSteps(value=decimal_text(report.value), step=decimal_text(reported.step), **named)
        return Part(report, report.first, report.last, 0, finer)
    return Part(report, report.first, report.last, int(steps))


def _stepwise(whole: Sequence[Part]) -> Iterator[Part]:
    """Cumulative totals of a year as the steps between them, each dated on the first day it adds."""
    ordered = sorted(whole, key=lambda part: (part.report.of, part.last.year, part.last))
    for _, each in groupby(ordered, key=lambda part: (part.report.of, part.last.year)):
        yield from _steps_of_year(each)


def _steps_of_year(totals: Iterable[Part]) -> Iterator[Part]:
    before = first = None
    broken: RuleBroken | None = None
    for total in totals:
        report = total.report
        new_year = date(total.last.year, 1, 1)
        if total.first != new_year and broken is None:
            broken = NotFromNewYear(number=report.number, measure=report.measure, first=total.first)
        if total.reason:
            broken = broken or total.reason
            yield Part(report, first or new_year, total.last, 0, total.reason)
            continue
        before_steps = before.steps if before else 0
        if broken is None and before and total.steps < before.steps:
            broken = CumulativeFalls(
                number=report.number,
                measure=report.measure,
                last=total.last,
                value=decimal_text(report.value),
                before=decimal_text(before.report.value),
            )
        yield Part(report, first or new_year, total.last, total.steps - before_steps, broken)
        before, first = total, total.last + DAY


def _apart(whole: Sequence[Part]) -> Iterator[Part]:
    """Reports of single periods; one that overlaps an earlier one in part waits."""
    seen: dict[tuple[str, ...], list[Part]] = {}
    for part in whole:
        others = seen.setdefault(part.report.of, [])
        meets = next((each for each in others if part.first <= each.last and each.first <= part.last), None)
        if meets and part.reason is None:
            report = part.report
            rule = PeriodsOverlap(number=report.number, measure=report.measure, other=meets.report.number)
            part = Part(report, part.first, part.last, part.steps, rule)
        others.append(part)
        yield part


def decimal_text(value: Fraction) -> str:
    """A value with a finite decimal form as people write it: `4123.7`."""
    places = 0
    while (value * 10**places).denominator != 1 and places < 18:
        places += 1
    whole = int(value * 10**places)
    digits = str(abs(whole)).rjust(places + 1, "0")
    sign = "-" if whole < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"
