"""What an import would record of a file, decided behind a position of the log; and what it did."""

from dataclasses import dataclass
from functools import cached_property

from ledger.domain.events import Fact, ReceiptsRecorded
from ledger.domain.recording.receipts import Receipts, Rows, slices
from ledger.files.receipts_file import ReceiptsFile
from ledger.files.table import line_of


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


@dataclass(frozen=True)
class ImportPlan:
    """The lines of a file that are new behind a position: `rows` of the file, and these as they are recorded."""

    file: ReceiptsFile
    data: bytes
    sha256: str
    position: int
    rows: Rows
    fresh: Receipts
    skip_bad: bool = False

    @property
    def known(self) -> int:
        """How many lines are recorded already."""
        return len(self.file) - len(self.fresh)

    @cached_property
    def skipped(self) -> int:
        """How many lines are wrong and left out."""
        return len({line_of(fault) for fault in self.file.faults})

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
