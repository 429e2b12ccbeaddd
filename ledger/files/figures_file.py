"""Figures and contributions (指标、额度、投入) from a file: what is reported for a period, with its unit.

Every wrong line is named; nothing is guessed.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Self

import numpy as np

from ledger.domain.calendar import Period
from ledger.domain.errors import Fault, LinePlace, LinesRefused, RuleBroken
from ledger.domain.recording.figures import MONEY_UNITS, Report
from ledger.domain.recording.receipts import Rows
from ledger.files.amounts import plain_number
from ledger.files.cells import Cells, cells_of, day_in_cell
from ledger.files.columns import Layout, plain
from ledger.files.file_table import table_of_file
from ledger.files.line_faults import FileEmpty, PeriodBackwards
from ledger.files.lines_file import LinesFile
from ledger.files.notes import counts_in_yuan
from ledger.files.table import Table, line_of

IDENTIFIERS = ("编号", "社会信用代码")
COMMON = {
    "编号": ("凭证号", "文号"),
    "数值": ("指标值", "本期数", "本年累计", "数量", "额度", "金额"),
    "单位": ("计量单位",),
    "报送方": ("报送单位", "投入方", "县区", "地区"),
    "项目": ("项目名称",),
    "社会信用代码": ("统一社会信用代码", "纳税人识别号"),
    "园区": ("街道乡镇",),
    "依据": ("凭证", "来源", "佐证材料", "评估报告"),
}
FIGURES = Layout(
    {"指标": ("指标名称", "额度种类"), "所属期起": ("报告期起",), "所属期止": ("报告期止", "报告期"), **COMMON},
    ("序号", "备注", "企业名称", "单位名称", "填报人", "审核人", "导入结果", "原因"),
    ("指标", "所属期止", "数值", "单位"),
    amounts=frozenset({"数值"}),
    in_money=False,
)
INPUTS = Layout(
    {"投入形式": ("形式", "投入类别"), "投入日期": ("日期",), **COMMON},
    ("序号", "备注", "企业名称", "单位名称", "填报人", "审核人", "导入结果", "原因"),
    ("编号", "投入形式", "投入日期", "数值", "单位", "报送方", "依据"),
    amounts=frozenset({"数值"}),
    in_money=False,
)
FORMS = {
    "货币": "money", "资金": "money", "土地": "land", "厂房": "buildings", "建筑物": "buildings",
    "技术": "know_how", "品牌": "know_how", "管理": "know_how",
}  # fmt: skip
MONTH = re.compile(r"([0-9]{4})(?:-|年|/)?([0-9]{1,2})月?")


class ValueUnreadable(RuleBroken):
    """A value that is no plain decimal number."""

    zh = "数值“{value}”读不懂。请写成普通数字，例如 4123.7；不用百分号或科学计数法。"
    en = "The value '{value}' cannot be read. Write a plain number such as 4123.7."


class UnitContradicts(RuleBroken):
    """A value whose unit the file says twice, differently."""

    zh = "这一行的单位是“{unit}”，表头或表角写的是“{other}”，不知以哪个为准。请只留一个。"
    en = "The unit of this line is '{unit}', that of the whole file '{other}'. Keep one."


class FormUnknown(RuleBroken):
    """A contribution of no known form."""

    zh = "投入形式“{form}”不认识。可写：{forms}。"
    en = "The form of contribution '{form}' is unknown. Write one of: {forms}."


class ReportTwice(RuleBroken):
    """One report, twice in a file with different contents."""

    zh = "编号 {number} 与第 {other} 行相同而内容不同。同一编号请只留一行。"
    en = "Number {number} is also on line {other} with other contents. Keep one line for each number."


@dataclass(frozen=True, kw_only=True)
class FiguresFile(LinesFile):
    """The reports of a file, in file order, and how it was read."""

    reports: list[Report]

    def without_faulty(self, faults: Sequence[Fault]) -> Self:
        """The file without the lines that some faults stand on."""
        wrong = {line_of(fault) for fault in faults}
        kept = [report for report in self.reports if report.row not in wrong]
        return replace(self, reports=kept, numbers=_numbers(kept), faults=[*self.faults, *faults])


def read_figures(
    data: bytes, name: str, *, skip_bad: bool = False, sheet: str = "", own: Mapping[str, str] | None = None
) -> FiguresFile:
    """Indicators and quotas of a file; a line said twice with the same contents counts once.

    `own` are headers of a layout of the user's own.  Raises LinesRefused with every wrong line (with `skip_bad` they are left
    out, and stand in the file's `faults`), or the rule that the file breaks.
    """
    table = table_of_file(data, name, FIGURES.with_own(own or {}), sheet)
    return _checked(_lines(table, is_input=False), table, skip_bad=skip_bad)


def read_inputs(
    data: bytes, name: str, *, skip_bad: bool = False, sheet: str = "", own: Mapping[str, str] | None = None
) -> FiguresFile:
    """Contributions of a file, each with its form, day and evidence; as `read_figures`."""
    table = table_of_file(data, name, INPUTS.with_own(own or {}), sheet)
    return _with_units_noted(_checked(_lines(table, is_input=True), table, skip_bad=skip_bad))


def _checked(file: FiguresFile, table: Table, *, skip_bad: bool) -> FiguresFile:
    """The lines of a file without the wrong ones, if these are skipped; raises FileEmpty, LinesRefused."""
    faults = table.source.seen(table.faults)
    if not len(file) and not faults:
        raise FileEmpty(file=file.name)
    if faults and not skip_bad:
        raise LinesRefused(faults, file=file.name)
    return file.without_faulty(faults)


def _with_units_noted(file: FiguresFile) -> FiguresFile:
    """Contributions may come in any unit of money, and count in yuan."""
    units = Counter(report.unit for report in file.reports if MONEY_UNITS.get(report.unit, 1) > 1)
    notes = [counts_in_yuan(unit, MONEY_UNITS[unit], lines) for unit, lines in units.items()]
    return replace(file, source=replace(file.source, notes=(*file.source.notes, *notes)))


def _numbers(reports: Sequence[Report]) -> Rows:
    return np.array([report.row for report in reports], np.int64)


def _lines(table: Table, *, is_input: bool) -> FiguresFile:
    """The sound lines of a table, each once; what is wrong is noted there."""
    seen: dict[tuple[str, str], Report] = {}
    values: list[Fraction] = []
    again: dict[int, int] = {}
    for cell in cells_of(table):
        before = len(table.faults)
        cell.read_identifiers(IDENTIFIERS)
        report = _input(cell) if is_input else _figure(cell)
        _check_unit(cell, table.source.units.get("数值", ""))
        values.append(report.value)
        if len(table.faults) > before:
            continue
        first = seen.setdefault((report.number, report.identity(by_period=False)), report)
        if first is not report and first.says == report.says:
            again[report.row] = first.row
        elif first is not report:
            for one, other in ((report, first), (first, report)):
                rule = ReportTwice(number=report.number, other=other.row)
                table.faults.append(Fault(LinePlace(one.row, "编号"), rule))
    if len(values) == len(table) and not table.faults:
        table.check_sums("数值", values, _value, str)
    reports = list(seen.values())
    return FiguresFile(name=table.name, numbers=_numbers(reports), source=table.source, again=again, reports=reports)


def _check_unit(cell: Cells, unit: str) -> None:
    """A unit behind the header or in a corner, and another on the line, contradict each other."""
    if unit and cell["单位"] and plain(cell["单位"]) != unit:
        cell.fault("单位", UnitContradicts(unit=cell["单位"][:20], other=unit))


def _figure(cell: Cells) -> Report:
    last = cell.read("所属期止", _period_last, required=True) or date.min
    first = cell.read("所属期起", _period_first) or date(last.year, last.month, 1)
    if last < first:
        cell.fault("所属期止", PeriodBackwards(first=first, last=last))
    measure = cell.required("指标")
    parts = (measure, cell["报送方"], cell["项目"], cell["社会信用代码"], cell["园区"], f"{first}/{last}")
    number = cell["编号"] or "·".join(part for part in parts if part)
    return _report(cell, number, measure, first, last, is_input=False)


def _input(cell: Cells) -> Report:
    form = cell.required("投入形式")
    if form and form not in FORMS:
        cell.fault("投入形式", FormUnknown(form=form[:20], forms="、".join(FORMS)))
    day = cell.read("投入日期", day_in_cell, required=True) or date.min
    cell.required("依据")
    cell.required("报送方")
    return _report(cell, cell.required("编号"), form, day, day, is_input=True)


def _report(cell: Cells, number: str, measure: str, first: date, last: date, *, is_input: bool) -> Report:
    return Report(
        number=number,
        measure=measure,
        first=first,
        last=last,
        value=cell.read("数值", _value, required=True) or Fraction(0),
        unit=cell.required("单位"),
        reporter=cell["报送方"],
        project=cell["项目"],
        enterprise=cell["社会信用代码"],
        park=cell["园区"],
        evidence=cell["依据"],
        is_input=is_input,
        row=cell.number,
    )


def _value(text: str) -> Fraction:
    found = plain_number(text)
    if found is None:
        raise ValueUnreadable(value=text[:40])
    whole, places = found
    return Fraction(whole, 10**places)


def _period_first(text: str) -> date:
    found = MONTH.fullmatch(text)
    return day_in_cell(f"{found[1]}-{found[2]}-1" if found else text)


def _period_last(text: str) -> date:
    """The last day of a period: a day as written, or the last of a month."""
    found = MONTH.fullmatch(text)
    if not found:
        return day_in_cell(text)
    return Period.of(day_in_cell(f"{found[1]}-{found[2]}-1")).last
