"""Reading figures under terms: which pool takes a report, dated when, for whom, how much.

A function of the whole set of reports, because a revision changes what the next one adds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from ledger.domain.dividing.reading import (
    CollectorUnknown,
    EntryIncomplete,
    Fate,
    Reader,
    Reading,
    ReporterUnknown,
    fate_of,
    unit_of,
)
from ledger.domain.errors import RuleBroken
from ledger.domain.recording.entries import Entry, Key
from ledger.domain.recording.figures import Part, Report, is_by_period, parts
from ledger.domain.terms import Pool, Terms
from ledger.domain.terms.versions import Versions


class FigureReader:
    """Reads reports under the versions of one agreement."""

    def __init__(self, versions: Versions, reader: Reader) -> None:
        self._versions = versions
        self._reader = reader

    def read(self, reports: Sequence[Report]) -> list[Reading]:
        """Every report in every pool that takes it."""
        return [reading for name in self._versions.pools for reading in self._in_pool(name, reports)]

    def _in_pool(self, name: str, reports: Sequence[Report]) -> Iterator[Reading]:
        pool = self._versions.pool(name)
        if pool.reported is None:
            return
        own = [self._by_party(report) for report in reports if self._may_take(pool, report)]
        for part in parts(pool, own):
            reading = self._reading(name, part)
            if reading:
                yield reading

    def _may_take(self, pool: Pool, report: Report) -> bool:
        """Whether any version's pool names the measure."""
        if pool.share == "inputs" or report.is_input:
            return report.is_input and pool.share == "inputs"
        pools = (terms.pool(pool.name) for terms in self._versions.signed)
        return any(each and report.measure in each.measures for each in pools)

    def _by_party(self, report: Report) -> Report:
        """The report under the name of the party that sent it, however that one was written: one party, one series."""
        when = report.last if self._versions.first.rate_date == "tax_period_end" else report.first
        part = Part(report, report.first, report.last)
        try:
            party = self._reader.collector_of(self._versions.on(when), entry_of(part, by_period=True))
        except RuleBroken:
            return report
        return replace(report, reporter=self._versions.parties[party].name) if party else report

    def _reading(self, name: str, part: Part) -> Reading | None:
        """A part as the version in force on its rate date reads it."""
        by_end = self._versions.first.rate_date == "tax_period_end"
        when = part.last if by_end else part.first
        terms = self._versions.on(when)
        pool = terms.pool(name)
        entry = entry_of(part, by_period=is_by_period(pool or self._versions.pool(name)))
        if pool is None or (pool.measures and entry.subject not in pool.measures):
            return None
        selected = self._reader.in_selection(terms, pool, entry, when)
        if selected is False:
            return None
        measure = entry.subject if pool.measures else ""
        try:
            for rule in (part.reason, selected):
                if isinstance(rule, RuleBroken):
                    raise rule
            collector, unit, fate = self._placed(terms, pool, entry, when)
        except RuleBroken as rule:
            return Reading(entry, name, Fate.WAITING, part.steps, when, reason=rule, measure=measure)
        return Reading(entry, name, fate, part.steps, when, unit, collector, measure=measure)

    def _placed(self, terms: Terms, pool: Pool, entry: Entry, when: date) -> tuple[str | None, str, Fate]:
        try:
            collector = self._reader.collector_of(terms, entry)
        except CollectorUnknown as rule:
            raise ReporterUnknown(**rule.facts | {"voucher": entry.key.voucher}) from None
        if collector is None and pool.basis == "in_place":
            raise EntryIncomplete(voucher=entry.key.voucher, column="报送方", purpose="确定在地数计在谁名下")
        unit = unit_of(pool, entry, collector)
        if pool.basis == "in_place":
            return collector, unit, Fate.DIVIDED
        return collector, unit, fate_of(terms, pool, unit, when, self._reader.certified)


def entry_of(part: Part, *, by_period: bool) -> Entry:
    """A part as an entry that counts smallest steps instead of fen; it belongs to the period it ends.

    The line of its key is what the report is known by, whatever number each file gives it.
    """
    report = part.report
    return Entry(
        key=Key(report.number, report.identity(by_period=by_period)),
        booked_on=report.last,
        amount_fen=part.steps,
        period_first=part.first,
        period_last=part.last,
        subject=report.measure,
        enterprise=report.enterprise,
        project=report.project,
        park=report.park,
        collector=report.reporter,
        position=report.position,
        row=report.row,
    )
