"""Claims: one entry, several agreements in force (semantics finding 25).

What is conserved is divided once.  An agreement whose life covers an entry comes before one
that would only send it elsewhere (`otherwise`); of two that would divide it the one first in
force keeps it, and in the later one it waits, with both named.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction

from msgspec.structs import replace

from ledger.domain.agreeing.agreement import Agreement, EntriesClaimedTwice
from ledger.domain.dividing.reading import ClaimedTwice, Fate, Reader, Reading
from ledger.domain.recording.entries import Entry
from ledger.domain.recording.receipts import Rows
from ledger.domain.recording.recorded import Recorded
from ledger.domain.terms import Level, Terms, levels_meet

ReaderAt = Callable[[Agreement], Reader]
"""How an agreement reads entries at the position that is asked about."""


class Claims:
    """One agreement's readings, beside those of others in force."""

    def __init__(self, agreement: Agreement, others: Iterable[Agreement], reader_at: ReaderAt) -> None:
        self._own = agreement
        self._reader = reader_at(agreement)
        self._others = [(each, reader_at(each)) for each in others if each.number != agreement.number]

    def read(self, entry: Entry) -> Iterator[Reading]:
        """The entry as the agreement may divide it."""
        for reading in self._reader.read(entry):
            settled = self._settled(reading)
            if settled:
                yield settled

    def percents(self, entry: Entry) -> Mapping[Level, Fraction] | None:
        """The shares between the levels by which the agreement divides an entry."""
        return self._reader.percents(entry)

    def selectable(self, recorded: Recorded, rows: Rows) -> Rows:
        """The lines that the agreement may select."""
        projects = self._own.projects
        return rows if projects is None else recorded.of_projects(projects, rows)

    @property
    def has_rivals(self) -> bool:
        """Whether another agreement may select the same lines."""
        return bool(self._others)

    # What can change from one day to the next

    @property
    def _readers(self) -> list[Reader]:
        return [self._reader, *(reader for _, reader in self._others)]

    def signed(self) -> Iterator[Terms]:
        """Every version that may have a say: the agreement's and its rivals'."""
        return (terms for reader in self._readers for terms in reader.signed)

    def days_of_change(self) -> set[date]:
        """Rate dates from which an entry may be read otherwise than the day before."""
        return {day for reader in self._readers for day in reader.days_of_change()}

    def booked_days_of_change(self) -> set[date]:
        """Days of booking from which an entry may be read otherwise than the day before."""
        return {day for reader in self._readers for day in reader.booked_days_of_change()}

    def _settled(self, reading: Reading) -> Reading | None:
        for other, claim in self._rivals(reading):
            if reading.fate is Fate.OTHERWISE and claim.fate is not Fate.OTHERWISE:
                return None
            if claim.fate is Fate.OTHERWISE and reading.fate is not Fate.OTHERWISE:
                continue
            if _before(other, self._own):
                rule = ClaimedTwice(voucher=reading.entry.key, one=other.number, other=self._own.number)
                return replace(reading, fate=Fate.WAITING, reason=rule)
        return reading

    def rival(self, entry: Entry) -> Agreement | None:
        """Another agreement that would divide the entry too, if there is one."""
        for reading in self._reader.read(entry):
            for other, claim in self._rivals(reading):
                if Fate.OTHERWISE not in (reading.fate, claim.fate) and reading.fate is not Fate.UNDIVIDED:
                    return other
        return None

    def _rivals(self, reading: Reading) -> Iterator[tuple[Agreement, Reading]]:
        """Others that select the entry at the same level and do something with it."""
        own = reading.level
        for other, reader in self._others:
            for claim in reader.read(reading.entry):
                level = claim.level
                if claim.fate is not Fate.UNDIVIDED and levels_meet(own, level):
                    yield other, claim


def _before(one: Agreement, other: Agreement) -> bool:
    """Whether one was in force first; one that is not in force yet comes last."""
    if one.in_force_at is None or other.in_force_at is None:
        return one.in_force_at is not None
    return one.in_force_at < other.in_force_at


def refuse_claimed_twice(
    agreement: Agreement, others: Iterable[Agreement], recorded: Recorded, reader_at: ReaderAt
) -> None:
    """Raises EntriesClaimedTwice if recorded entries would be divided by another agreement in force too."""
    claims = Claims(agreement, [other for other in others if other.in_force_at is not None], reader_at)
    if not claims.has_rivals:
        return
    for entry in recorded.entries(claims.selectable(recorded, recorded.rows())):
        rival = claims.rival(entry)
        if rival:
            raise EntriesClaimedTwice(agreement=agreement.number, other=rival.number, voucher=entry.key)
