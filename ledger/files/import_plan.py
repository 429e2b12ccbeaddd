"""What an import would record of a file, decided behind a position of the log; and what it did."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ledger.domain.errors import Refusal
from ledger.domain.events import Fact, ReceiptsRecorded
from ledger.domain.recording.entries import Entry
from ledger.domain.recording.receipts import Receipts, Rows, slices
from ledger.files.lines_file import LinesFile
from ledger.files.notes import Note
from ledger.files.receipts_file import ReceiptsFile
from ledger.files.table import line_of

Shown = Callable[[Sequence[Entry]], Sequence[Entry]]
"""Those of some recorded lines of which whoever imports may know."""


@dataclass(frozen=True)
class Imported:
    """What an import did: lines recorded, lines that were there already, lines that repeat one of the same file.

    `skipped` lines are wrong and were left out.
    """

    file: str
    sha256: str
    recorded: int
    known: int
    repeated: int
    sum_fen: int
    position: int
    skipped: int = 0


@dataclass(frozen=True, kw_only=True)
class FilePlan(ABC):
    """What would be recorded of a file of any kind behind a position: the `rows` of the file that are new.

    Where it `needs_acceptance` nothing of it counts until others accept it; a `hindrance` says why nothing can be recorded.
    """

    file: LinesFile
    data: bytes
    sha256: str
    position: int
    rows: Rows
    skip_bad: bool = False
    needs_acceptance: bool = False
    hindrance: Refusal | None = None

    @property
    def known(self) -> int:
        """How many lines are recorded already."""
        return len(self.file) - len(self.rows)

    @cached_property
    def skipped(self) -> int:
        """How many lines are wrong and left out."""
        return len({line_of(fault) for fault in self.file.faults})

    @property
    @abstractmethod
    def days(self) -> Rows:
        """The day that each new line belongs to, as an ordinal."""

    @property
    def amounts_fen(self) -> Rows | None:
        """The amount of each new line in fen; None where lines are no money."""
        return None

    def revisions(self) -> Mapping[int, Note]:
        """What new lines take the place of, by their numbers in the file."""
        return {}

    def remarks(self) -> Mapping[int, Note]:
        """What else is to be said of lines, by their numbers in the file."""
        return {}

    @abstractmethod
    def facts(self) -> list[Fact]:
        """What recording it would write down."""


@dataclass(frozen=True, kw_only=True)
class ImportPlan(FilePlan):
    """The receipts of a file that are new, as they are recorded."""

    file: ReceiptsFile
    fresh: Receipts
    shown: Shown = list

    @property
    def days(self) -> Rows:
        """The day of booking of each new line, as an ordinal."""
        return self.fresh.booked_on

    @property
    def amounts_fen(self) -> Rows:
        """The amount of each new line in fen."""
        return self.fresh.amounts_fen

    def facts(self) -> list[Fact]:
        """What recording it would write down."""
        parts = slices(self.fresh)
        fields = {"file": self.file.name, "file_sha256": self.sha256, "slices": len(parts), "skipped": self.skipped}
        notes = [note.zh for note in self.file.source.notes]
        return [
            Fact(
                f"receipts/{self.sha256}/{self.position}/{number}",
                ReceiptsRecorded,
                {**fields, "slice": number, "receipts": receipts, "notes": notes},
            )
            for number, receipts in enumerate(parts, 1)
        ]

    def done(self, position: int) -> Imported:
        """What came of it."""
        return Imported(
            file=self.file.name,
            sha256=self.sha256,
            recorded=len(self.fresh),
            known=self.known,
            repeated=self.file.duplicates,
            sum_fen=sum(self.fresh.amounts_fen.tolist()),
            position=position,
            skipped=self.skipped,
        )
