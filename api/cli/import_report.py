"""What an import does, or would do, in sentences and as data."""

from collections.abc import Iterator

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
    for each in report.changes:
        sign = "多得" if each.change_fen >= 0 else "少得"
        yield (
            f"{each.agreement} {each.pool} {each.name}：未列入结算单的应得由 {amount(each.before_fen)} 元变为 "
            f"{amount(each.after_fen)} 元，{sign} {amount(abs(each.change_fen))} 元。"
        )
    if not report.is_worked_out:
        yield "行数很多，没有逐方试算应得的变动；要看，用 enclave statement，或在导入前加 --dry-run。"
    if report.statements:
        numbers = "、".join(each.number for each in report.statements[:NAMES_SHOWN_MAX])
        more = "等" if len(report.statements) > NAMES_SHOWN_MAX else ""
        yield f"随之改变的未结账结算单（草稿）：{numbers}{more}。"
    if report.late:
        yield (
            f"其中 {report.late} 行（{amount(report.late_fen)} 元）属于已结账的月份：照记，已出的结算单不变，"
            f"差额列入 {report.next_period} 起的下一张结算单。"
        )
    yield from (f"请留意：{warning.say(language)}" for warning in report.warnings)


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
        "pool": change.pool,
        "party": change.party,
        "name": change.name,
        "before_fen": change.before_fen,
        "after_fen": change.after_fen,
        "change_fen": change.change_fen,
    }
