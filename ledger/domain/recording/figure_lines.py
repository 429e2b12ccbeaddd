"""Reports in columns: the lines of a file of figures or contributions as one value, so that a file is one event.

Values are exact fractions as text; days are proleptic Gregorian ordinals.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction

import msgspec

from ledger.domain.recording.figures import Report
from ledger.domain.recording.listed_texts import ListedTexts


class FigureLines(msgspec.Struct, frozen=True):
    """Lines of reports, column by column."""

    numbers: list[str]
    measures: ListedTexts
    firsts: list[int]
    lasts: list[int]
    values: list[str]
    units: ListedTexts
    reporters: ListedTexts
    projects: ListedTexts
    enterprises: ListedTexts
    parks: ListedTexts
    evidence: ListedTexts
    are_inputs: bool = False

    @classmethod
    def of(cls, reports: Sequence[Report]) -> "FigureLines":
        """The columns of some reports of one kind, in their order."""
        return cls(
            numbers=[report.number for report in reports],
            measures=ListedTexts.of(report.measure for report in reports),
            firsts=[report.first.toordinal() for report in reports],
            lasts=[report.last.toordinal() for report in reports],
            values=[str(report.value) for report in reports],
            units=ListedTexts.of(report.unit for report in reports),
            reporters=ListedTexts.of(report.reporter for report in reports),
            projects=ListedTexts.of(report.project for report in reports),
            enterprises=ListedTexts.of(report.enterprise for report in reports),
            parks=ListedTexts.of(report.park for report in reports),
            evidence=ListedTexts.of(report.evidence for report in reports),
            are_inputs=any(report.is_input for report in reports),
        )

    def reports(self, position: int) -> Iterator[Report]:
        """The lines as reports, each with the event's position and its row from 1."""
        texts = zip(
            self.measures, self.units, self.reporters, self.projects, self.enterprises, self.parks, self.evidence,
            strict=True,
        )  # fmt: skip
        figures = zip(self.numbers, self.firsts, self.lasts, self.values, texts, strict=True)
        for row, (number, first, last, value, text) in enumerate(figures, 1):
            measure, unit, reporter, project, enterprise, park, evidence = text
            yield Report(
                number, measure, date.fromordinal(first), date.fromordinal(last), Fraction(value), unit,
                reporter, project, enterprise, park, evidence, self.are_inputs, position, row,
            )  # fmt: skip
