"""The index of vouchers against the log: every line stands there once, and where the index says."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np

from ledger.domain.errors import RuleBroken
from ledger.domain.events import Event, ReceiptsRecorded
from ledger.domain.recording.entries import Key
from ledger.domain.recording.receipts import Receipts

Events = Callable[[], Iterable[tuple[int, Event]]]


class IndexDiffers(RuleBroken):
    """The index of vouchers and the log disagree."""

    zh = "税票索引与日志不一致：{voucher}。可能造成重复入账；请从备份恢复。"
    en = "The index of vouchers and the log disagree: {voucher}. Restore a backup."


class IndexUnusable(RuleBroken):
    """An index or an event that cannot be read at all."""

    zh = "税票索引或日志的内容读不出来（{problem}）。文件被改动或损坏；请从备份恢复。"
    en = "The index of vouchers or the log cannot be read ({problem}). The file was changed or damaged; restore a backup."


class VoucherRecordedTwice(RuleBroken):
    """One voucher, twice in the log."""

    zh = "税票 {voucher} 在第 {one} 号和第 {other} 号事项各记了一次，同一笔钱计了两遍。请从备份恢复，或冲销其一。"
    en = "Voucher {voucher} is recorded in events {one} and {other}: the same money twice. Restore a backup, or reverse one."


class Indexed(NamedTuple):
    """What an index says, line by line in the order of the log: print of a voucher number, event, row from 1."""

    prints: np.ndarray
    positions: np.ndarray
    rows: np.ndarray

    def at(self, position: int) -> dict[int, int]:
        """Prints by row, of one event; the same row twice is no index."""
        first, last = np.searchsorted(self.positions, [position, position + 1])
        return dict(zip(self.rows[first:last].tolist(), self.prints[first:last].tolist(), strict=True))


def check_index(events: Events, vouchers: Indexed, originals: Indexed) -> Iterator[RuleBroken]:
    """The index of vouchers against the lines in the log, each of which stands there once."""
    seen: list[np.ndarray] = []
    lines, named = 0, 0
    for position, event in events():
        if isinstance(event, ReceiptsRecorded):
            receipts = event.receipts
            seen.append(receipts.prints())
            lines, named = lines + len(receipts), named + len(receipts.originals)
            yield from _differing(receipts, position, vouchers.at(position), originals.at(position))
    if len(vouchers.prints) != lines or len(originals.prints) != named:
        yield IndexDiffers(voucher=f"{len(vouchers.prints)} + {len(originals.prints)} ≠ {lines} + {named}")
    yield from _recorded_twice(events, seen)


def _differing(
    receipts: Receipts, position: int, vouchers: dict[int, int], originals: dict[int, int]
) -> Iterator[RuleBroken]:
    """The lines of an event of which the index says something else."""
    own = dict(enumerate(receipts.prints().tolist(), 1))
    above = dict(zip((receipts.original_rows + 1).tolist(), receipts.original_prints().tolist(), strict=True))
    wrong = {row for row in own.keys() | vouchers.keys() if own.get(row) != vouchers.get(row)}
    wrong |= {row for row in above.keys() | originals.keys() if above.get(row) != originals.get(row)}
    rows = np.array(sorted(row - 1 for row in wrong if row in own), np.int64)
    for entry in receipts.entries(position, rows):
        yield IndexDiffers(voucher=entry.key)


def _recorded_twice(events: Events, seen: list[np.ndarray]) -> Iterator[RuleBroken]:
    prints, counts = np.unique(np.concatenate([np.empty(0, np.int64), *seen]), return_counts=True)
    repeated = prints[counts > 1]
    if not len(repeated):
        return
    first: dict[Key, int] = {}
    for position, event in events():
        if isinstance(event, ReceiptsRecorded):
            rows = np.flatnonzero(np.isin(event.receipts.prints(), repeated))
            for entry in event.receipts.entries(position, rows):
                if entry.key in first:
                    yield VoucherRecordedTwice(voucher=entry.key, one=first[entry.key], other=position)
                first.setdefault(entry.key, position)
