"""Claims: one entry, several agreements in force (semantics finding 25).

What is conserved is divided once.  An agreement whose life covers an entry comes before one
that would only send it elsewhere (`otherwise`); of two that would divide it the one first in
force keeps it, and in the later one it waits, with both named.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from ledger.domain.agreeing.agreement import Agreement, EntriesClaimedTwice
from ledger.domain.dividing.reading import ClaimedTwice, Fate, Reader, Reading
from ledger.domain.recording.entries import Entry
from ledger.domain.terms import levels_meet

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
    agreement: Agreement, others: Iterable[Agreement], entries: Iterable[Entry], reader_at: ReaderAt
) -> None:
    """Raises EntriesClaimedTwice if recorded entries would be divided by another agreement in force too."""
    claims = Claims(agreement, [other for other in others if other.in_force_at is not None], reader_at)
    for entry in entries:
        rival = claims.rival(entry)
        if rival:
            raise EntriesClaimedTwice(agreement=agreement.number, other=rival.number, voucher=entry.key)
