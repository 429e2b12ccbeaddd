"""Uploads (待确认的文件): files that somebody sent and nobody has confirmed yet; each survives a restart."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from ledger.domain.errors import Conflict, NotFound
from ledger.store.evidence import write_durably

ID_BYTES = 8
Kind = Literal["receipts", "figures", "quotas", "inputs"]


class UploadUnknown(NotFound):
    """No upload of that id."""

    zh = "没有编号为 {upload} 的上传文件。请用 GET imports 查看有哪些。"
    en = "There is no upload {upload}. See GET imports."


class UploadDone(Conflict):
    """A second confirmation."""

    zh = "上传文件 {upload} 已经由 {by} 确认入账（第 {position} 号事项），不必再确认。"
    en = "Upload {upload} was confirmed by {by} already (event {position})."


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A file on its way into the books: who sent it, how it is to be read, and who confirmed it."""

    id: str
    name: str
    maker: str
    sent_at: datetime
    parties: tuple[str, ...] = ()
    """For whom it was sent; for the tenant itself if for nobody."""
    kind: Kind = "receipts"
    skip_bad: bool = False
    sheet: str = ""
    mapping: str = ""
    checker: str = ""
    position: int = 0


@dataclass(frozen=True)
class Uploads:
    """The uploads of one tenant, in a folder of their own."""

    folder: Path

    def add(
        self,
        data: bytes,
        name: str,
        maker: str,
        parties: tuple[str, ...],
        *,
        kind: Kind,
        skip_bad: bool,
        sheet: str,
        mapping: str,
    ) -> Upload:
        """Keep a file, sent for some parties or for the tenant itself, until somebody confirms it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        upload = Upload(
            id=secrets.token_hex(ID_BYTES),
            name=name,
            maker=maker,
            parties=parties,
            kind=kind,
            sent_at=datetime.now(UTC),
            skip_bad=skip_bad,
            sheet=sheet,
            mapping=mapping,
        )
        write_durably(self.folder / f"{upload.id}.data", data)
        self._keep(upload)
        return upload

    def find(self, name: str) -> Upload:
        """An upload by its id; raises UploadUnknown."""
        file = self.folder / f"{name}.json"
        if len(name) != 2 * ID_BYTES or not name.isalnum() or not file.is_file():
            raise UploadUnknown(upload=name[:20])
        return msgspec.json.decode(file.read_bytes(), type=Upload)

    def data(self, upload: Upload) -> bytes:
        """The file as it came."""
        return (self.folder / f"{upload.id}.data").read_bytes()

    def confirmed(self, upload: Upload, checker: str, position: int) -> Upload:
        """The upload, recorded."""
        done = msgspec.structs.replace(upload, checker=checker, position=position)
        self._keep(done)
        return done

    def all(self) -> Iterator[Upload]:
        """Every upload, the latest first."""
        found = [msgspec.json.decode(file.read_bytes(), type=Upload) for file in self.folder.glob("*.json")]
        return iter(sorted(found, key=lambda each: each.sent_at, reverse=True))

    def _keep(self, upload: Upload) -> None:
        write_durably(self.folder / f"{upload.id}.json", msgspec.json.encode(upload))
