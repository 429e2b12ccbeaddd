"""Acceptance (审核、验收): figures count only once each level has accepted them, the county before the city.

Source: design § 7 (approve → accept per level).  Quotas and contributions count when recorded.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from ledger.domain.agreeing.agreement import Agreement
from ledger.domain.errors import Conflict, Fault, LinePlace, LinesRefused, NotFound, RuleBroken
from ledger.domain.events import Event, Fact, FiguresAccepted, FiguresRecorded
from ledger.domain.recording.figure_lines import FigureLines
from ledger.domain.recording.figures import Report

AcceptingLevel = Literal["county", "city"]
OTHER_KINDS = {"indicator": "统计指标（须经审核）", "quota": "计划额度"}
LEVELS_SAID = {"county": "县级 county", "city": "市级 city"}
LEVELS_IN_ORDER: tuple[AcceptingLevel, ...] = get_args(AcceptingLevel)


class BatchUnknown(NotFound):
    """No batch of that number."""

    zh = "没有编号为 {batch} 的报送批次。请查看有哪些批次。"
    en = "There is no batch {batch}. See which there are."


class BatchKnown(Conflict):
    """The same file, sent twice."""

    zh = "这份文件已作为批次 {batch} 报送，内容相同，没有再记。"
    en = "This file was recorded as batch {batch} with the same contents; nothing more was recorded."


class NothingNew(Conflict):
    """A file of figures in which nothing is said that is not recorded already."""

    zh = "文件 {file} 里没有新的数：无误的行此前都已记入，内容相同。什么也没有记下。审核到哪一步，请看各批次；要改数，请改好再报。"
    en = (
        "{file} says nothing new: its sound lines are recorded already, with the same contents. Nothing was recorded. "
        "The batches say what waits for acceptance; to revise a figure, change it and send it again."
    )


class BatchCounts(Conflict):
    """A batch that counts already."""

    zh = "批次 {batch} 自第 {position} 号事项起已经计入，不必再审核。"
    en = "Batch {batch} has counted since event {position}; nobody has to accept it any more."


class MeasureOfOtherKind(RuleBroken):
    """An indicator sent as a quota, which nobody would accept, or the other way round."""

    zh = "“{measure}”在协议 {agreement} 里是{kind}，不能这样报送。请按{kind}报送。"
    en = "'{measure}' is another kind of figure in agreement {agreement}. Send it as that kind."


class AcceptanceOutOfOrder(Conflict):
    """A level that accepts what another has to accept first, or what needs nobody's acceptance any more."""

    zh = "批次 {batch} 现在应由“{due}”审核，不是“{level}”。请按县级、市级的次序。"
    en = "Batch {batch} is due for acceptance by '{due}', not '{level}'. The county comes before the city."


@dataclass(frozen=True)
class Batch:
    """The figures of one file, and which levels have accepted them."""

    number: str
    file: str
    file_sha256: str
    needs_acceptance: bool
    reports: tuple[Report, ...]
    accepted: tuple[str, ...] = ()
    counts_from: int | None = None

    @property
    def due(self) -> AcceptingLevel | None:
        """The level that has to accept next; None once the figures count."""
        if not self.needs_acceptance:
            return None
        return next((level for level in LEVELS_IN_ORDER if level not in self.accepted), None)


Batches = Mapping[str, Batch]


@dataclass(frozen=True)
class Earlier:
    """The last report of the same before another, and its batch; no batch where it stands further up in the same file."""

    batch: str
    report: Report


def earlier_ones(batches: Batches, reports: Sequence[Report], *, needs_acceptance: bool) -> list[Earlier | None]:
    """What each of some reports would take the place of; None for one of which nothing was said yet.

    Indicators (those that need acceptance) are known by their days, quotas and contributions by their numbers.
    """
    latest: dict[tuple[bool, str], Earlier] = {}
    for batch in batches.values():
        if batch.needs_acceptance == needs_acceptance:
            latest |= {_known_by(report, needs_acceptance): Earlier(batch.number, report) for report in batch.reports}
    found = []
    for report in reports:
        earlier = latest.get(_known_by(report, needs_acceptance))
        found.append(earlier)
        if earlier is None or earlier.report.says != report.says:
            latest[_known_by(report, needs_acceptance)] = Earlier("", report)
    return found


def _known_by(report: Report, by_period: bool) -> tuple[bool, str]:
    return report.is_input, report.identity(by_period=by_period)


def record(
    batches: Batches,
    reports: Sequence[Report],
    file: str,
    file_sha256: str,
    *,
    needs_acceptance: bool,
    notes: Sequence[str] = (),
    skipped: int = 0,
) -> Fact:
    """Take in what is new of a file of figures; raises BatchKnown, NothingNew.

    A file that was recorded before may still say something new: by another of its sheets, or by lines then left out.
    """
    known = next((each for each in batches.values() if each.file_sha256 == file_sha256), None)
    if known and all(earlier_ones(batches, reports, needs_acceptance=needs_acceptance)):
        raise BatchKnown(batch=known.number)
    if not reports:
        raise NothingNew(file=file)
    number = f"B{len(batches) + 1}"
    fields = {"batch": number, "file": file, "file_sha256": file_sha256, "needs_acceptance": needs_acceptance}
    said = {"lines": FigureLines.of(reports), "notes": list(notes), "skipped": skipped}
    return Fact(f"figures/{number}", FiguresRecorded, fields | said)


def refuse_other_kinds(
    reports: Sequence[Report], agreements: Iterable[Agreement], file: str, *, needs_acceptance: bool
) -> None:
    """Raises LinesRefused for what an agreement knows as a quota and not as an indicator, or the other way round.

    A contribution is known by its form, which may be called like a quota.
    """
    own, other = ("indicator", "quota") if needs_acceptance else ("quota", "indicator")
    faults = []
    for report in reports:
        if report.is_input:
            continue
        shares = {
            pool.share: each.number
            for each in agreements
            for pool in each.terms.pools
            if report.measure in pool.measures
        }
        if other in shares and own not in shares:
            rule = MeasureOfOtherKind(measure=report.measure, agreement=shares[other], kind=OTHER_KINDS[other])
            faults.append(Fault(LinePlace(report.row, "指标"), rule))
    if faults:
        raise LinesRefused(faults, file=file)


def accept(batches: Batches, number: str, level: AcceptingLevel) -> Fact:
    """A level accepts a batch; raises BatchUnknown, AcceptanceOutOfOrder."""
    if number not in batches:
        raise BatchUnknown(batch=number[:40])
    due = batches[number].due
    if due is None:
        raise BatchCounts(batch=number, position=batches[number].counts_from)
    if due != level:
        raise AcceptanceOutOfOrder(batch=number, due=LEVELS_SAID[due], level=LEVELS_SAID[level])
    counts = level == LEVELS_IN_ORDER[-1]
    return Fact(f"figures/{number}", FiguresAccepted, {"batch": number, "level": level, "counts": counts})


def evolve(batches: Batches, event: Event, position: int) -> dict[str, Batch]:
    """Apply what happened."""
    match event:
        case FiguresRecorded(batch=number, file=file, file_sha256=sha256, needs_acceptance=needs, lines=lines):
            reports = tuple(lines.reports(position))
            counts_from = None if needs else position
            return {**batches, number: Batch(number, file, sha256, needs, reports, (), counts_from)}
        case FiguresAccepted(batch=number, level=level, counts=counts):
            batch = replace(batches[number], accepted=(*batches[number].accepted, level))
            return {**batches, number: replace(batch, counts_from=position) if counts else batch}
    raise TypeError(f"{type(event).__name__} is no event of figures")


def counting_from(batches: Batches, event: Event, position: int) -> Iterable[tuple[int, Report]]:
    """The reports that begin to count with an event, each with the position from which it does."""
    assert isinstance(event, FiguresRecorded | FiguresAccepted)
    batch = batches[event.batch]
    return [(position, report) for report in batch.reports] if batch.counts_from == position else []
