"""Recognition (查重): which lines of a file are new, which are recorded already, which contradict the books.

The same natural key is the same money: it changes nothing if it says the same, and is refused
with both fingerprints if it does not.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from ledger.domain.errors import Conflict, Fault, LinePlace, LinesRefused
from ledger.domain.money import yuan
from ledger.domain.recording.entries import Entry, Key, differing
from ledger.domain.recording.linking import Reference


class VoucherAmountDiffers(Conflict):
    """A voucher came again with another amount."""

    zh = (
        "税票 {voucher} 已按 {recorded} 元入账（第 {position} 号事项第 {row} 行，指纹 {recorded_print}），"
        "这次是 {sent} 元（指纹 {sent_print}）。请核对；如需更正，请先冲销原税票。"
    )
    en = (
        "Voucher {voucher} is recorded with {recorded} yuan (event {position} row {row}, fingerprint {recorded_print}); "
        "this says {sent} yuan (fingerprint {sent_print}). To correct it, reverse the recorded one."
    )


class VoucherContentsDiffer(Conflict):
    """A voucher came again with the same amount and other contents."""

    zh = (
        "税票 {voucher} 已入账（第 {position} 号事项第 {row} 行，指纹 {recorded_print}），"
        "这次的“{columns}”不同（指纹 {sent_print}）。请核对；如需更正，请先冲销原税票。"
    )
    en = (
        "Voucher {voucher} is recorded (event {position} row {row}, fingerprint {recorded_print}) "
        "with another {columns} (fingerprint {sent_print}). To correct it, reverse the recorded one."
    )


class SameVoucherWithoutTreasury(Conflict):
    """A voucher that came with a treasury and again without, or the other way round."""

    zh = "税票 {voucher} 的同一行、同日、同额，一次写了收款国库“{treasury}”，一次没有写，会重复计算。请统一写法；确是两笔的，用行号区分。"
    en = "Voucher {voucher}, same line, day and amount, came once with treasury '{treasury}' and once without: counted twice."


class VoucherTaken(Conflict):
    """A voucher that is recorded as money of others; nothing more is said of it."""

    zh = "税票 {voucher} 账内已有，不是您的一方的款项，这一行没有办法记。请核对税票号码；确是本方的，请园区办办理。"
    en = "Voucher {voucher} is recorded, and not as money of your party's. Check its number, or ask the park office."


def unrecorded(
    entries: Sequence[Entry],
    references: Mapping[Key, Reference],
    recorded: Mapping[Key, Entry],
    file: str,
    hidden: Iterable[Entry] = (),
) -> list[Entry]:
    """The lines that are not recorded yet; raises LinesRefused with every line that contradicts a recorded one.

    Of what is recorded and `hidden` from whoever sent the file nothing is told, not even whether a line agrees with it.
    """
    taken = {known for each in hidden for known in (each.key, _but_for_treasury(each))}
    known = [_naming(entry, references, recorded[entry.key]) for entry in entries if entry.key in recorded]
    faults = [_conflict(entry, recorded[entry.key]) for entry in known if differing(entry, recorded[entry.key])]
    faults += _with_and_without_treasury(entries, recorded)
    faults += [
        Fault(LinePlace(entry.row, "税票号码"), VoucherTaken(voucher=entry.key))
        for entry in entries
        if taken & {entry.key, _but_for_treasury(entry)}
    ]
    if faults:
        raise LinesRefused(faults, file=file)
    return [entry for entry in entries if entry.key not in recorded]


def _with_and_without_treasury(entries: Sequence[Entry], recorded: Mapping[Key, Entry]) -> list[Fault]:
    """The same voucher, line, day and amount with a treasury and without one: the same money, exported twice."""
    seen: dict[tuple[object, ...], Entry] = {_but_for_treasury(entry): entry for entry in recorded.values()}
    faults = []
    for entry in entries:
        first = seen.setdefault(_but_for_treasury(entry), entry)
        if bool(first.key.treasury) != bool(entry.key.treasury) and entry.key not in recorded:
            rule = SameVoucherWithoutTreasury(
                voucher=entry.key.voucher, treasury=first.key.treasury or entry.key.treasury
            )
            faults.append(Fault(LinePlace(entry.row, "收款国库"), rule))
    return faults


def _but_for_treasury(entry: Entry) -> tuple[str, str, date, int]:
    return entry.key.voucher, entry.key.line, entry.booked_on, entry.amount_fen


def _naming(entry: Entry, references: Mapping[Key, Reference], recorded: Entry) -> Entry:
    """A line that is recorded already, with the original that the file names: the recorded one if it may be meant."""
    reference, original = references.get(entry.key), recorded.original
    if reference is None:
        return entry
    if original and original.voucher == reference.voucher and reference.line in ("", original.line):
        return replace(entry, original=original)
    return replace(entry, original=Key(reference.voucher, reference.line or "1"))


def _conflict(entry: Entry, recorded: Entry) -> Fault:
    facts = {
        "voucher": entry.key,
        "position": recorded.position,
        "row": recorded.row,
        "recorded_print": fingerprint(recorded),
        "sent_print": fingerprint(entry),
    }
    columns = "、".join(differing(entry, recorded))
    rule: Conflict
    if entry.amount_fen != recorded.amount_fen:
        rule = VoucherAmountDiffers(recorded=yuan(recorded.amount_fen), sent=yuan(entry.amount_fen), **facts)
    else:
        rule = VoucherContentsDiffer(columns=columns, **facts)
    return Fault(LinePlace(entry.row, "税票号码"), rule)


def fingerprint(entry: Entry) -> str:
    """Twelve hexadecimal digits of a line's contents, the same for the same contents."""
    contents = repr(replace(entry, position=0, row=0))
    return hashlib.sha256(contents.encode()).hexdigest()[:12]
