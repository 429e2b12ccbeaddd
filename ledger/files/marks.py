"""The user's own file, given back with what became of each line: 导入结果 and 原因."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ledger.domain.errors import Fault, Language, LinePlace, RuleBroken
from ledger.files.csv_marking import marked_csv, marked_records
from ledger.files.dbf_table import dbf_rows, is_dbf
from ledger.files.import_plan import FilePlan
from ledger.files.json_table import is_json, json_rows
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
    """A DBF or JSON file to be given back as one: it cannot take two more columns."""

    zh = (
        "DBF、JSON 文件（{file}）不能加列标注，只能退回一份 CSV；{out} 不是 .csv，什么也没有记下。"
        "请把退回的文件写成 .csv 结尾，或把原件另存为 XLSX、CSV 再导入。"
    )
    en = (
        "A DBF or JSON file such as {file} cannot take the two columns and is given back as CSV; {out} is no .csv, and "
        "nothing was recorded. Give it a name that ends with .csv, or save the original as XLSX or CSV."
    )


@dataclass(frozen=True)
class Marks:
    """What became of the lines of a file, by their numbers, and where they come from."""

    by_line: Mapping[int, tuple[str, str]]
    source: Source


def marks_of(plan: FilePlan, outcome: Outcome, language: Language) -> Marks:
    """What became, or would become, of every line of a plan's file."""
    file = plan.file
    found = dict.fromkeys(file.numbers.tolist(), ("此前已入账", ""))
    result, reason = SOUND[outcome]
    if plan.needs_acceptance and outcome == "recorded":
        reason = "县级、市级审核以后才计入"
    found |= dict.fromkeys(file.numbers[plan.rows].tolist(), (result, reason))
    for line, remark in plan.remarks().items():
        result, reason = found[line]
        found[line] = (result, "；".join(filter(None, (reason, remark.say(language)))))
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


def refuse_unmarkable(data: bytes, name: str, out: str) -> None:
    """Raises MarkingUnsupported for a DBF or JSON file that is to be given back as anything else than CSV."""
    if _records(data, name) is not None and not out.casefold().endswith(".csv"):
        raise MarkingUnsupported(file=name, out=out)


def marked(data: bytes, name: str, marks: Marks) -> bytes:
    """A file with the two columns added, everything else as it was; of a DBF or JSON file a CSV file."""
    if is_workbook(data):
        return marked_workbook(data, name, marks.by_line, marks.source)
    records = _records(data, name)
    if records is not None:
        return marked_records(records, marks.by_line, marks.source)
    return marked_csv(data, name, marks.by_line, marks.source)


def _records(data: bytes, name: str) -> Iterable[tuple[int, Sequence[str]]] | None:
    """The numbered records of a file that takes no more columns; None if it takes them."""
    if is_dbf(data):
        return dbf_rows(data, name)
    return json_rows(data, name) if is_json(data) else None
