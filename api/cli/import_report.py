"""What an import does, or would do, in sentences and as data."""

from collections.abc import Iterator

from api.cli.printing import amount
from ledger.domain.errors import Language
from ledger.domain.terms import Document
from ledger.projections.drafts import PartyChange
from ledger.projections.import_report import ImportReport, Problem
from ledger.projections.quantities import stated_quantity

NAMES_SHOWN_MAX = 20


def report_in_words(said: Document) -> Iterator[str]:
    """What people read of a report's document, the columns first, what to look at twice last."""
    yield _columns_in_words(said)
    yield from (f"说明：{note}" for note in said["notes"])
    yield from (f"有误：{problem['message']}" for problem in said["problems"])
    yield from _revisions_in_words(said["revised"])
    if said["awaits_acceptance"] and said["recorded"]:
        yield "指标要县级、市级依次审核（enclave figure accept）以后才计入；审核以前什么也不计入，结算单不变。"
    yield from map(_change_in_words, said["changes"])
    if not said["changes_worked_out"]:
        yield "行数很多，没有逐方试算应得的变动；要看，用 enclave statement，或在导入前加 --dry-run。"
    if said["statements"]:
        more = "等" if len(said["statements"]) > NAMES_SHOWN_MAX else ""
        when = "审核以后改变" if said["awaits_acceptance"] else "随之改变"
        yield f"{when}的未结账结算单（草稿）：{'、'.join(said['statements'][:NAMES_SHOWN_MAX])}{more}。"
    late = said["late"]
    if late["lines"]:
        sum_of = "" if late["fen"] is None else f"（{amount(late['fen'])} 元）"
        yield (
            f"其中 {late['lines']} 行{sum_of}属于已结账的月份：照记，已出的结算单不变，"
            f"差额列入 {said['next_period']} 起的下一张结算单。"
        )
    yield from (f"请留意：{warning['message']}" for warning in said["warnings"])


def tried_in_words(said: Document, told: str) -> Iterator[str]:
    """What an import would do, with what is told of the lines that it would record."""
    yield (
        f"可以记入 {said['recorded']} 行，{told}；此前已入账 {said['known']} 行；"
        f"文件内重复 {said['repeated']} 行；有误 {said['skipped']} 行。"
    )
    if said["skipped"]:
        yield "有误的行不改正，整份不能导入；要先记无误的行，加 --skip-bad。"


def _revisions_in_words(revised: list[Document]) -> Iterator[str]:
    for each in revised[:NAMES_SHOWN_MAX]:
        yield f"第 {each['line']} 行 {each['message']}。"
    if len(revised) > NAMES_SHOWN_MAX:
        yield f"修订的共 {len(revised)} 行，其余用 --json 查看。"


def _change_in_words(change: Document) -> str:
    quantity = stated_quantity(change["unit"], change["step"], change["basis"])
    key = (change["pool"], change["measure"])
    pool = " ".join(part for part in (change["agreement"], *key, change["name"]) if part)
    more, less = ("增加", "减少") if quantity.basis else ("多得", "少得")  # who owes a contribution gets nothing
    sign = more if change["change_fen"] >= 0 else less
    return (
        f"{pool}：未列入结算单的{quantity.columns[0]}由 {quantity.said(change['before_fen'])}变为 "
        f"{quantity.said(change['after_fen'])}，{sign} {quantity.said(abs(change['change_fen']))}。{quantity.mark}"
    )


def _columns_in_words(said: Document) -> str:
    renamed = [theirs if theirs == ours else f"{theirs}→{ours}" for theirs, ours in said["columns"].items()]
    unused = f"；不用的列：{'、'.join(said['unused_columns'])}" if said["unused_columns"] else ""
    return f"认出的列：{'、'.join(renamed)}{unused}。"


def report_document(report: ImportReport, language: Language) -> Document:
    """What programs get."""
    return {
        "columns": {theirs: ours for ours, theirs in report.source.headers.items()},
        "unused_columns": list(report.source.unused),
        "sheet": report.source.sheet,
        "notes": [note.say(language) for note in report.notes],
        "problems": [_problem(each, language) for each in report.problems],
        "revised": [{"line": line, "message": note.say(language)} for line, note in report.revised.items()],
        "awaits_acceptance": report.awaits_acceptance,
        "changes": [_change(each) for each in report.changes],
        "changes_worked_out": report.is_worked_out,
        "statements": [each.number for each in report.statements],
        "late": {"lines": report.late, "fen": report.late_fen},
        "next_period": str(report.next_period) if report.next_period else None,
        "warnings": [{"kind": each.kind, "message": each.say(language)} for each in report.warnings],
    }


def _problem(problem: Problem, language: Language) -> Document:
    first = [fault.as_document(language) for fault in problem.first]
    return {"kind": problem.kind, "count": problem.count, "message": problem.say(language), "first": first}


def _change(change: PartyChange) -> Document:
    return {
        "agreement": change.agreement,
        "pool": change.key.pool,
        "measure": change.key.measure,
        "unit": change.quantity.unit,
        "step": str(change.quantity.step),
        "basis": change.quantity.basis,
        "mark": change.quantity.mark,
        "party": change.party,
        "name": change.name,
        "before_fen": change.before_fen,
        "after_fen": change.after_fen,
        "change_fen": change.change_fen,
    }
