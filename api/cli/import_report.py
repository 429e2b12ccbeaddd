"""What an import does, or would do, in sentences and as data."""

from collections.abc import Iterator
from itertools import islice

from api.cli.printing import amount
from ledger.domain.errors import Language
from ledger.projections.drafts import PartyChange
from ledger.projections.import_report import ImportReport, Problem

NAMES_SHOWN_MAX = 20


def report_in_words(report: ImportReport, language: Language) -> Iterator[str]:
    """What people read of it, the columns first, what to look at twice last."""
    yield _columns_in_words(report)
    yield from (f"说明：{note.say(language)}" for note in report.notes)
    yield from (f"有误：{problem.say(language)}" for problem in report.problems)
    yield from _revisions_in_words(report, language)
    if report.awaits_acceptance and report.recorded:
        yield "指标要县级、市级依次审核（enclave figure accept）以后才计入；审核以前什么也不计入，结算单不变。"
    yield from (_change_in_words(each) for each in report.changes)
    if not report.is_worked_out:
        yield "行数很多，没有逐方试算应得的变动；要看，用 enclave statement，或在导入前加 --dry-run。"
    if report.statements:
        numbers = "、".join(each.number for each in report.statements[:NAMES_SHOWN_MAX])
        more = "等" if len(report.statements) > NAMES_SHOWN_MAX else ""
        when = "审核以后改变" if report.awaits_acceptance else "随之改变"
        yield f"{when}的未结账结算单（草稿）：{numbers}{more}。"
    if report.late:
        sum_of = "" if report.late_fen is None else f"（{amount(report.late_fen)} 元）"
        yield (
            f"其中 {report.late} 行{sum_of}属于已结账的月份：照记，已出的结算单不变，"
            f"差额列入 {report.next_period} 起的下一张结算单。"
        )
    yield from (f"请留意：{warning.say(language)}" for warning in report.warnings)


def tried_in_words(report: ImportReport, told: str) -> Iterator[str]:
    """What an import would do, with what is told of the lines that it would record."""
    yield (
        f"可以记入 {report.recorded} 行，{told}；此前已入账 {report.known} 行；"
        f"文件内重复 {report.repeated} 行；有误 {report.skipped} 行。"
    )
    if report.skipped:
        yield "有误的行不改正，整份不能导入；要先记无误的行，加 --skip-bad。"


def _revisions_in_words(report: ImportReport, language: Language) -> Iterator[str]:
    for line, note in islice(report.revised.items(), NAMES_SHOWN_MAX):
        yield f"第 {line} 行 {note.say(language)}。"
    if len(report.revised) > NAMES_SHOWN_MAX:
        yield f"修订的共 {len(report.revised)} 行，其余用 --json 查看。"


def _change_in_words(change: PartyChange) -> str:
    said = change.quantity.said
    pool = " ".join(part for part in (change.agreement, *change.key, change.name) if part)
    more, less = ("增加", "减少") if change.quantity.basis else ("多得", "少得")  # who owes a contribution gets nothing
    sign = more if change.change_fen >= 0 else less
    return (
        f"{pool}：未列入结算单的{change.quantity.columns[0]}由 {said(change.before_fen)}变为 "
        f"{said(change.after_fen)}，{sign} {said(abs(change.change_fen))}。{change.quantity.mark}"
    )


def _columns_in_words(report: ImportReport) -> str:
    source = report.source
    renamed = [theirs if theirs == ours else f"{theirs}→{ours}" for ours, theirs in source.headers.items()]
    unused = f"；不用的列：{'、'.join(source.unused)}" if source.unused else ""
    return f"认出的列：{'、'.join(renamed)}{unused}。"


def report_document(report: ImportReport, language: Language) -> dict[str, object]:
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


def _problem(problem: Problem, language: Language) -> dict[str, object]:
    first = [fault.as_document(language) for fault in problem.first]
    return {"kind": problem.kind, "count": problem.count, "first": first}


def _change(change: PartyChange) -> dict[str, object]:
    return {
        "agreement": change.agreement,
        "pool": change.key.pool,
        "measure": change.key.measure,
        "unit": change.quantity.unit,
        "step": str(change.quantity.step),
        "mark": change.quantity.mark,
        "party": change.party,
        "name": change.name,
        "before_fen": change.before_fen,
        "after_fen": change.after_fen,
        "change_fen": change.change_fen,
    }
