"""Figures and contributions over HTTP, read as the batches and reports that commands print."""

from datetime import date
from fractions import Fraction

from api.client import Client
from ledger.domain.agreeing.acceptance import AcceptingLevel, Batch
from ledger.domain.recording.figures import Report
from ledger.domain.terms import Document


def every(service: Client) -> list[Batch]:
    """The batches, with the figures that concern the caller."""
    return [_batch(each) for each in service.listed("figures", of="batches")]


def accept(service: Client, batch: str, level: AcceptingLevel) -> Batch:
    """Accept a batch for a level."""
    return _batch(service.post("figures", batch, "accept", body={"level": level}))


def inputs(service: Client) -> list[Report]:
    """The contributions that concern the caller."""
    return [_report(each) for each in service.listed("inputs", of="reports")]


def _batch(said: Document) -> Batch:
    return Batch(
        number=said["number"],
        file=said["file"],
        file_sha256=said["sha256"],
        needs_acceptance=bool(said["due"] or said["accepted"]),
        reports=tuple(map(_report, said["reports"])),
        accepted=tuple(said["accepted"]),
        counts_from=said["counts_from"],
    )


def _report(said: Document) -> Report:
    as_written = ("number", "measure", "unit", "reporter", "project", "enterprise", "park", "evidence")
    first, last = (date.fromisoformat(said[word]) for word in ("first", "last"))
    return Report(**{word: said[word] for word in as_written}, first=first, last=last, value=Fraction(said["value"]))
