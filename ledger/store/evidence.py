"""Evidence (原始文件): every file that was recorded, as it came, beside the books under its SHA-256."""

import hashlib
import os
from pathlib import Path


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


def kept_sha256(books: Path, sha256: str) -> str | None:
    """What the file that is kept under a SHA-256 has for one now: None without a file, empty if it cannot be read."""
    try:
        with (folder_of(books) / sha256).open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        return None
    except OSError:
        return ""
