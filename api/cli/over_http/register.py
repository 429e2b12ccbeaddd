"""The register over HTTP: projects are recorded at once; parks and region codes are changed by two people."""

from datetime import date
from typing import Any

from api.client import Client
from ledger.domain.terms import Document

Project = tuple[Document, list[str]]
"""A project as data, and as sentences."""


def project(service: Client, who: str) -> Project:
    """One project, by its number or name."""
    return _project(service.get("projects", who))


def projects(service: Client) -> list[Document]:
    """The projects that concern the caller."""
    return [_project(each)[0] for each in service.listed("projects", of="projects")]


def keep(service: Client, *path: str, body: Document) -> Project:
    """Register a project, or record what became of it."""
    return _project(service.post("projects", *path, body=body))


def relocate(service: Client, who: str, body: Document) -> Document:
    """Record that a project's enterprise moved."""
    return service.post("projects", who, "relocate", body=body)


def _project(said: Document) -> Project:
    sentences: list[str] = said["sentences"]
    return {word: value for word, value in said.items() if word != "sentences"}, sentences


def parks(service: Client, when: date) -> tuple[Document, list[str]]:
    """The parks of a day, as data and drawn."""
    said = service.whole("parks", of="parks", on=when.isoformat())
    return {word: said[word] for word in ("on", "tree", "parks")}, said["drawn"]


def successions(service: Client) -> list[Any]:
    """The successions of region codes on record."""
    return list(service.listed("regions", of="successions"))


def changes(service: Client) -> list[Document]:
    """Changes of parks and region codes, the latest first."""
    return list(service.listed("changes", of="changes"))


def confirm(service: Client, change: str) -> Document:
    """Confirm a change that somebody else asked for."""
    return service.post("changes", change, "confirm")
