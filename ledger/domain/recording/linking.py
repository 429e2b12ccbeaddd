"""Linking (勾稽): each reversal and refund to the one line that it names."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from ledger.domain.errors import Fault, LinePlace, LinesRefused, RuleBroken
from ledger.domain.recording.entries import (
    CHAIN_MAX,
    Entry,
    Key,
    OriginalAmbiguous,
    Originals,
    OriginalUnknown,
    SelfReference,
    check_reference,
)


class Reference(NamedTuple):
    """The voucher, and if said the line, that an entry takes back."""

    voucher: str
    line: str = ""


def link(
    entries: Sequence[Entry],
    references: Mapping[Key, Reference],
    recorded: Callable[[Collection[str]], Iterable[Entry]],
    file: str,
) -> list[Entry]:
    """The entries with their originals, from the same file or from what `recorded` says of a voucher.

    `recorded` returns every recorded line of some vouchers, what they take back, and what takes that back.
    Raises LinesRefused with every reference that cannot stand (semantics 5.2).
    """
    vouchers = {references[entry.key].voucher for entry in entries if entry.key in references}
    known = {entry.key: entry for entry in recorded(vouchers)}
    known |= {entry.key: entry for entry in entries}
    by_voucher: dict[str, list[Entry]] = {}
    for entry in known.values():
        by_voucher.setdefault(entry.key.voucher, []).append(entry)
    faults: list[Fault] = []
    linked = [_linked(entry, references.get(entry.key), by_voucher, faults) for entry in entries]
    originals = Originals((known | {entry.key: entry for entry in linked}).values())
    too_deep = [entry for entry in linked if len(originals.above(entry)) > CHAIN_MAX]
    for entry in too_deep or linked:
        rule = check_reference(entry, originals) if entry.original else None
        if rule:
            faults.append(_fault(entry, rule))
    if faults:
        raise LinesRefused(faults, file=file)
    return linked


def _linked(
    entry: Entry, reference: Reference | None, by_voucher: Mapping[str, Sequence[Entry]], faults: list[Fault]
) -> Entry:
    if reference is None:
        return entry
    lines = [line for line in by_voucher.get(reference.voucher, ()) if line.key != entry.key]
    fitting = _fitting(entry, reference, lines)
    if len(fitting) == 1:
        return replace(entry, original=fitting[0].key)
    if reference.voucher == entry.key.voucher and not lines:
        faults.append(_fault(entry, SelfReference(voucher=entry.key)))
    elif lines:
        faults.append(_fault(entry, OriginalAmbiguous(original=reference.voucher, count=len(lines))))
    else:
        faults.append(_fault(entry, OriginalUnknown(original=reference.voucher)))
    return entry


def _fitting(entry: Entry, reference: Reference, lines: Sequence[Entry]) -> Sequence[Entry]:
    """The lines of a voucher that may be meant: by line number, or the only one alike."""
    if reference.line:
        return [line for line in lines if line.key.line == reference.line]
    if len(lines) == 1:
        return lines
    return [line for line in lines if line.amount_fen * entry.amount_fen < 0 and _alike(line, entry)]


def _alike(line: Entry, entry: Entry) -> bool:
    pairs = (
        (line.subject, entry.subject),
        (line.enterprise, entry.enterprise),
        (line.key.treasury, entry.key.treasury),
    )
    return all(one == other or not other for one, other in pairs)


def _fault(entry: Entry, rule: RuleBroken) -> Fault:
    return Fault(LinePlace(entry.row, "原税票号码"), rule)
