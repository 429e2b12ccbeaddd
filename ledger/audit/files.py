"""The files that were recorded against their SHA-256: the evidence that lies beside the books."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from ledger.domain.errors import RuleBroken


class FileMissing(RuleBroken):
    """A recorded file that is not kept any more."""

    zh = "第 {position} 号事项所记的文件“{file}”的原件不在了（SHA-256 {sha256}）。账上的数不受影响，但少了凭据：请从备份的账簿 .files 文件夹里恢复，或找来原文件以此 SHA-256 为名放回。"
    en = "The original of '{file}', recorded at event {position}, is gone (SHA-256 {sha256}). The figures stand, their evidence is lost: restore it from a backup of the .files folder beside the books, or put the original back there under its SHA-256."


class FileChanged(RuleBroken):
    """A kept file that is no longer what came."""

    zh = "第 {position} 号事项所记的文件“{file}”的原件与其 SHA-256（{sha256}）不符，被改动过、已损坏或读不出来。账上的数不受影响：请留存现在这一份，再从备份的账簿 .files 文件夹里恢复原件。"
    en = "The original of '{file}', recorded at event {position}, does not have its SHA-256 ({sha256}): changed, damaged or unreadable. The figures stand: put it aside, and restore the original from a backup of the .files folder beside the books."


class KeptFile(NamedTuple):
    """A file that should be kept: the first event that records it, its name, its SHA-256."""

    position: int
    file: str
    sha256: str


def check_files(files: Iterable[KeptFile], sha256_now: Callable[[str], str | None]) -> Iterator[RuleBroken]:
    """Every file that should be kept against what is: `sha256_now` is None where nothing is."""
    for each in files:
        now = sha256_now(each.sha256)
        if now is None:
            yield FileMissing(**each._asdict())
        elif now != each.sha256:
            yield FileChanged(**each._asdict())
