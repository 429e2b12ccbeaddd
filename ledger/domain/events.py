"""Everything that can happen, in the order of a life.

Add a class or a field with a default; never edit or remove one.  A stored topic is a name of
ours, never an import path, so files may move.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

import msgspec

from ledger.domain.recording.figure_lines import FigureLines
from ledger.domain.recording.listed_receipts import ListedReceipts
from ledger.domain.recording.receipts import Receipts


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened: in which stream, when, by whom."""

    TOPIC: ClassVar[str]
    originator_id: UUID
    originator_version: int
    recorded_at: datetime
    actor: str


class BooksOpened(Event, frozen=True, kw_only=True):
    """A set of books (账套) began."""

    TOPIC: ClassVar[str] = "books.opened.v1"
    title: str


class AgreementProposed(Event, frozen=True, kw_only=True):
    """Terms were put forward; nobody is bound yet."""

    TOPIC: ClassVar[str] = "agreement.proposed.v1"
    agreement: str
    terms: dict[str, Any]


class AgreementSigned(Event, frozen=True, kw_only=True):
    """One party agreed to a draft; with the last signature it is in force."""

    TOPIC: ClassVar[str] = "agreement.signed.v1"
    agreement: str
    party: str
    draft: int = 0


class AgreementCountered(Event, frozen=True, kw_only=True):
    """A party put another text in the place of the draft; signatures begin again."""

    TOPIC: ClassVar[str] = "agreement.countered.v1"
    agreement: str
    party: str
    terms: dict[str, Any]


class AmendmentProposed(Event, frozen=True, kw_only=True):
    """A party put a later version of an agreement in force forward; nobody is bound by it yet."""

    TOPIC: ClassVar[str] = "agreement.amendment.proposed.v1"
    agreement: str
    party: str
    terms: dict[str, Any]


class FactProposed(Event, frozen=True, kw_only=True):
    """A fact was put forward for certification: by a party, or by the engine from the books."""

    TOPIC: ClassVar[str] = "fact.proposed.v1"
    agreement: str
    fact: str
    party: str
    document: dict[str, Any]
    supersedes: str = ""


class FactConfirmed(Event, frozen=True, kw_only=True):
    """A party confirmed a fact; with the last confirmation it is certified."""

    TOPIC: ClassVar[str] = "fact.confirmed.v1"
    agreement: str
    fact: str
    party: str


class ReceiptsRecorded(Event, frozen=True, kw_only=True):
    """Lines of a treasury file (or one receipt) were recorded; the file itself is kept under its SHA-256.

    `notes` say how the file was read, such as an amount in 万元; `skipped` how many of its lines were wrong and left out.
    """

    TOPIC: ClassVar[str] = "tax.receipts.recorded.v2"
    file: str
    file_sha256: str
    slice: int
    slices: int
    receipts: Receipts
    notes: list[str] = []
    skipped: int = 0


class ReceiptsListed(Event, frozen=True, kw_only=True):
    """Lines of a treasury file, in the form in which they were first written down."""

    TOPIC: ClassVar[str] = "tax.receipts.recorded.v1"
    file: str
    file_sha256: str
    slice: int
    slices: int
    receipts: ListedReceipts

    def upcast(self) -> ReceiptsRecorded:
        """The same lines as they are written now."""
        fields = {name: getattr(self, name) for name in self.__struct_fields__}
        return ReceiptsRecorded(**fields | {"receipts": self.receipts.in_columns()})


class FiguresRecorded(Event, frozen=True, kw_only=True):
    """What a file of figures, quotas or contributions says was recorded; an indicator counts once every level accepted it.

    `notes` say how the file was read; `skipped` how many of its lines were wrong and left out.
    """

    TOPIC: ClassVar[str] = "figures.recorded.v1"
    batch: str
    file: str
    file_sha256: str
    needs_acceptance: bool
    lines: FigureLines
    notes: list[str] = []
    skipped: int = 0


class FiguresAccepted(Event, frozen=True, kw_only=True):
    """A level of government accepted a batch of figures; with the last level's word they count."""

    TOPIC: ClassVar[str] = "figures.accepted.v1"
    batch: str
    level: str
    counts: bool


class StatedLine(msgspec.Struct, frozen=True):
    """What a statement says of one party, in fen; collected is None where some collector is not known."""

    party: str
    entitled_fen: int
    collected_fen: int | None
    causes_fen: dict[str, int]


class StatedPool(msgspec.Struct, frozen=True):
    """A statement (结算单): one agreement, one pool, one settlement.

    Without lines its total was below zero and is carried: `carried_fen` says what it would have said.
    """

    agreement: str
    pool: str
    number: str
    settlement: str
    lines: list[StatedLine]
    waiting_fen: int
    undivided_fen: int
    digest: str
    carried_fen: dict[str, int] = {}
    measure: str = ""
    unit: str = ""
    step: str = ""
    basis: str = ""


class PeriodClosed(Event, frozen=True, kw_only=True):
    """A period was closed: a cut in the log, with every statement's figures."""

    TOPIC: ClassVar[str] = "period.closed.v1"
    period: str
    cut: int
    edition: int
    engine: str
    statements: list[StatedPool]


class ProjectRegistered(Event, frozen=True, kw_only=True):
    """A project was entered in the register; introducer and receiver are names as people write them."""

    TOPIC: ClassVar[str] = "project.registered.v1"
    project: str
    name: str
    enterprise: str = ""
    park: str = ""
    introducer: str = ""
    receiver: str = ""
    agreement: str = ""


class ProjectStageReached(Event, frozen=True, kw_only=True):
    """A project reached a stage on a day, by a document; it may take the place of an earlier record that it names."""

    TOPIC: ClassVar[str] = "project.stage.reached.v1"
    project: str
    record: str
    stage: str
    on: date
    source: str
    supersedes: str = ""


class ProjectTransferred(Event, frozen=True, kw_only=True):
    """A project went from introducer to receiver; both are bound by an agreement in force."""

    TOPIC: ClassVar[str] = "project.transferred.v1"
    project: str
    introducer: str
    receiver: str
    on: date
    agreement: str
    source: str = ""


class EnterpriseRelocated(Event, frozen=True, kw_only=True):
    """An enterprise moved from one park or region to another."""

    TOPIC: ClassVar[str] = "enterprise.relocated.v1"
    enterprise: str
    old_park: str
    old_region: str
    new_park: str
    new_region: str
    on: date
    source: str


class ParkRegistered(Event, frozen=True, kw_only=True):
    """A park stands from one day to another (or open), alone or below a parent."""

    TOPIC: ClassVar[str] = "park.registered.v1"
    park: str
    parent: str
    first: date
    last: date | None = None


class ParkMoved(Event, frozen=True, kw_only=True):
    """A park stands below another parent, or alone, from a day on."""

    TOPIC: ClassVar[str] = "park.moved.v1"
    park: str
    parent: str
    on: date


class ParkDated(Event, frozen=True, kw_only=True):
    """A park's first and last day were said anew: it ended, goes on, or began on another day."""

    TOPIC: ClassVar[str] = "park.dated.v1"
    park: str
    first: date
    last: date | None = None


class RegionSucceeded(Event, frozen=True, kw_only=True):
    """From a day on a place goes under another code: renumbered, or merged into another place."""

    TOPIC: ClassVar[str] = "region.succeeded.v1"
    old: str
    new: str
    on: date
    source: str


class RegionSuccessionWithdrawn(Event, frozen=True, kw_only=True):
    """A succession recorded in error, named by its old code and day, counts no more."""

    TOPIC: ClassVar[str] = "region.succession.withdrawn.v1"
    old: str
    on: date
    source: str


class MappingSaved(Event, frozen=True, kw_only=True):
    """The headers of a user's own layout were saved with the columns that they mean, empty for those not used."""

    TOPIC: ClassVar[str] = "files.mapping.saved.v1"
    name: str
    columns: dict[str, str]


EVENTS: tuple[type[Event], ...] = (
    BooksOpened,
    AgreementProposed,
    AgreementSigned,
    AgreementCountered,
    AmendmentProposed,
    FactProposed,
    FactConfirmed,
    ReceiptsRecorded,
    ReceiptsListed,
    FiguresRecorded,
    FiguresAccepted,
    PeriodClosed,
    ProjectRegistered,
    ProjectStageReached,
    ProjectTransferred,
    EnterpriseRelocated,
    ParkRegistered,
    ParkMoved,
    ParkDated,
    RegionSucceeded,
    RegionSuccessionWithdrawn,
    MappingSaved,
)


@dataclass(frozen=True)
class Fact:
    """What a decider decided: an event class with its fields; the log adds stream, version, time and actor."""

    stream: str
    kind: type[Event]
    fields: Mapping[str, Any]
