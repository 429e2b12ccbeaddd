"""Evidence (原始文件): every file that was recorded, as it came, beside the books under its SHA-256."""

import hashlib
import os
from pathlib import Path

from ledger.domain.errors import NotFound, RuleBroken


class EvidenceMissing(NotFound):
    """A file that is not kept."""

    zh = "账簿旁没有保存 SHA-256 为 {sha256} 的原始文件。请核对，或从备份恢复文件夹 {folder}。"
    en = "No file with SHA-256 {sha256} is kept beside the books. Check it, or restore the folder {folder}."


class EvidenceChanged(RuleBroken):
    """A kept file that is no longer what came."""

    zh = "保存的原始文件 {sha256} 与其 SHA-256 不符，被改动过或已损坏。请从备份恢复。"
    en = "The kept file {sha256} does not have its SHA-256: changed or damaged. Restore a backup."


def folder_of(books: Path) -> Path:
    """Where the files of some books are kept."""
    return books.with_name(f"{books.name}.files")


def keep(books: Path, sha256: str, data: bytes) -> None:
    """Write a file down and wait for the disk; one that is kept already stays."""
    folder = folder_of(books)
    file = folder / sha256
    if file.is_file() and file.stat().st_size == len(data):
        return
    folder.mkdir(exist_ok=True)
    write_durably(file, data)


def write_durably(file: Path, data: bytes) -> None:
    """Write a file whole or not at all, and wait for the disk."""
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    with draft.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)


def kept(books: Path, sha256: str) -> bytes:
    """A file as it came; raises EvidenceMissing, EvidenceChanged."""
    file = folder_of(books) / sha256
    if not file.is_file():
        raise EvidenceMissing(sha256=sha256, folder=folder_of(books).name)
    data = file.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise EvidenceChanged(sha256=sha256)
    return data
