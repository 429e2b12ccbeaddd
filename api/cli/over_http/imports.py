"""Imports over HTTP: a file is sent and shown, and somebody else confirms it."""

import time
from collections.abc import Callable, Iterator

from api.cli.over_http.asking import only_said
from api.client import Client, ServiceRefused
from api.uploads import WAITING, WORKED_ON, Kind
from ledger.domain.money import fen
from ledger.domain.terms import Document
from ledger.projections.quantities import stated_quantity

POLL_SECONDS = 1
Heard = Callable[[Document], object]


def send(service: Client, data: bytes, name: str, kind: Kind, *, skip_bad: bool, sheet: str, mapping: str) -> str:
    """Send a file; the id under which it waits."""
    words = only_said(sheet=sheet, mapping=mapping)
    return str(service.send("imports", data=data, name=name, kind=kind, skip_bad=skip_bad, **words)["id"])


def settled(service: Client, upload: str, heard: Heard) -> Document:
    """An upload as `waited` for; raises ServiceRefused with the reason if nothing came of it."""
    said = waited(service, upload, heard)
    problem = said["problem"]
    if problem:
        raise ServiceRefused(problem["status"], problem["type"], problem["title"], problem.get("errors", []))
    return said


def waited(service: Client, upload: str, heard: Heard) -> Document:
    """An upload once the service has done what it can do alone; `heard` is told how far it is meanwhile."""
    said = service.get("imports", upload)
    while said["state"] in WORKED_ON:
        heard(said)
        time.sleep(POLL_SECONDS)
        said = service.get("imports", upload)
    return said


def confirm(service: Client, upload: str, heard: Heard) -> Document:
    """Have a file recorded that somebody else sent."""
    service.post("imports", upload, "confirm")
    return settled(service, upload, heard)


def withdraw(service: Client, upload: str) -> Document:
    """Take a file back."""
    return service.post("imports", upload, "cancel")


def marked(service: Client, upload: str) -> bytes:
    """The file, marked line by line."""
    return service.file("imports", upload, "marked")


def every(service: Client) -> list[Document]:
    """The files that were sent, the latest first."""
    return list(service.listed("imports", of="imports"))


def report_read(said: Document) -> Document:
    """What recording a checked file would do, in the words of a report's document."""
    return {
        "file": said["name"],
        "recorded": said["recorded"],
        "known": said["known"],
        "repeated": said["repeated"],
        "sum_fen": None if said["sum"] is None else fen(said["sum"]),
        "position": said["previewed_at"],
        "skipped": said["skipped"],
        "columns": said["columns"],
        "unused_columns": said["unused_columns"],
        "sheet": said["sheet_read"],
        "notes": said["notes"],
        "problems": said["problems"],
        "revised": [],
        "awaits_acceptance": said["awaits_acceptance"],
        "changes": list(map(_change, said["changes"])),
        "changes_worked_out": True,
        "statements": said["statements"],
        "late": {"lines": said["late"], "fen": None if said["late_sum"] is None else fen(said["late_sum"])},
        "next_period": said["next_period"],
        "warnings": list(_warnings(said)),
    }


def _warnings(said: Document) -> Iterator[Document]:
    """For what a confirmation would be refused, beside the wrong lines that are listed anyway, or might be."""
    hindrance = said["hindrance"]
    if hindrance and not said["problems"]:
        yield {"kind": hindrance["type"], "message": hindrance["title"]}
    for each in said["overlaps"]:
        message = f"有 {each['lines']} 行的税票号码也在待入账的文件“{each['name']}”（{each['id']}）里：相同的只记一次，不同的，后确认的一份会被拒绝。"
        yield {"kind": "overlaps", "message": message}
    if said["state"] in WAITING and said["events_since"]:
        message = f"检查以后账上又记了 {said['events_since']} 号事项，上面说的可能已经变了；要照现在的账簿再看，请撤回后重新上传。"
        yield {"kind": "recorded-since", "message": message}


def _change(said: Document) -> Document:
    quantity = stated_quantity(said["unit"], said["step"], said["basis"])
    as_written = {word: said[word] for word in ("agreement", "pool", "measure", "unit", "step", "basis")}
    figures = {f"{word}_fen": quantity.read(said[word]) for word in ("before", "after", "change")}
    return as_written | {"mark": quantity.mark, "party": said["id"], "name": said["party"]} | figures
