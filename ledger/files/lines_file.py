"""What every file of lines has in common once it is read, of receipts as of figures."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Self, TypeVar

from ledger.domain.errors import Fault, LinesRefused
from ledger.domain.recording.receipts import Rows
from ledger.files.table import Source


@dataclass(frozen=True, kw_only=True)
class LinesFile(ABC):
    """The lines of a file, and what of it was said twice.

    `numbers` are the lines' numbers in the file; `again` the first line of each that was said again; `faults` are those of
    lines left out.
    """

    name: str
    numbers: Rows
    source: Source = field(default_factory=lambda: Source({}))
    again: dict[int, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def duplicates(self) -> int:
        """How many lines say again what another line says."""
        return len(self.again)

    @abstractmethod
    def without_faulty(self, faults: Sequence[Fault]) -> Self:
        """The file without the lines that some faults stand on, and without what cannot stand without these lines."""


File = TypeVar("File", bound=LinesFile)
Found = TypeVar("Found")


def sound_lines(file: File, look: Callable[[File], Found], *, skip_bad: bool) -> tuple[File, Found]:
    """The sound lines of a file and what a look at them beside the books finds; lines that the books contradict are left out.

    Without `skip_bad` raises LinesRefused if there are others, with everything that is wrong, whatever finds it.
    """
    while True:
        try:
            found = look(file)
        except LinesRefused as refused:
            faults = file.source.seen(refused.faults)
            sound = file.without_faulty(faults)
            if len(sound) == len(file):
                raise LinesRefused(faults, file=file.name) from None
            file = sound
        else:
            refuse_faulty(file, skip_bad=skip_bad)
            return file, found


def refuse_faulty(file: LinesFile, *, skip_bad: bool) -> None:
    """Raises LinesRefused for a file with wrong lines, unless these are skipped."""
    if file.faults and not skip_bad:
        raise LinesRefused(file.faults, file=file.name)
