"""The user's own file, given back with what became of each line: 导入结果 and 原因."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ledger.domain.errors import Fault, Language, LinePlace, RuleBroken
from ledger.files.csv_marking import marked_csv
from ledger.files.dbf_table import is_dbf
from ledger.files.import_plan import ImportPlan
from ledger.files.table import Source, line_of
from ledger.files.workbook import is_workbook
from ledger.files.workbook_marking import marked_workbook

Outcome = Literal["recorded", "planned", "refused"]
SOUND: Mapping[Outcome, tuple[str, str]] = {
    "recorded": ("已记入", ""),
    "planned": ("可以记入", "试导入，没有记下"),
    "refused": ("未记入", "本行无误；因其他行有误，整份未记"),
}


class MarkingUnsupported(RuleBroken):
    """A kind of file that cannot take two more columns."""

    zh = "DBF 文件 {file} 不能加列标注。请另存为 XLSX 或 CSV 再导入，或看屏幕上列出的问题。"
    en = "A DBF file such as {file} cannot take the two columns. Save it as XLSX or CSV, or read the problems listed."


@dataclass(frozen=True)
class Marks:
    """What became of the lines of a file, by their numbers, and where they come from."""

    by_line: Mapping[int, tuple[str, str]]
    source: Source


def marks_of(plan: ImportPlan, outcome: Outcome, language: Language) -> Marks:
    """What became, or would become, of every line of a plan's file."""
    file = plan.file
    found = dict.fromkeys(file.numbers.tolist(), ("此前已入账", ""))
    found |= dict.fromkeys(file.numbers[plan.rows].tolist(), SOUND[outcome])
    found |= {line: (f"与第 {first} 行相同", "只记一次") for line, first in file.again.items()}
    found |= {each.number: ("合计行，不记", "") for each in file.source.sums}
    reasons: dict[int, list[str]] = {}
    for fault in file.faults:
        reasons.setdefault(line_of(fault), []).append(_reason(fault, language))
    found |= {line: ("有误，未记", " ".join(own)) for line, own in reasons.items()}
    return Marks(found, file.source)


def _reason(fault: Fault, language: Language) -> str:
    where = fault.where
    column = (where.header or where.column) if isinstance(where, LinePlace) else ""
    return f"{column}：{fault.rule.say(language)}" if column else fault.rule.say(language)


def marked(data: bytes, name: str, marks: Marks) -> bytes:
    """A file with the two columns added, everything else as it was; raises MarkingUnsupported."""
    if is_workbook(data):
        return marked_workbook(data, name, marks.by_line, marks.source)
    if is_dbf(data):
        raise MarkingUnsupported(file=name)
    return marked_csv(data, name, marks.by_line, marks.source)
