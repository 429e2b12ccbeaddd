"""The index of vouchers against the log: every line stands there once, and where the index says."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np

from ledger.domain.errors import RuleBroken
from ledger.domain.events import Event, ReceiptsRecorded
from ledger.domain.recording.entries import Key
from ledger.domain.recording.receipts import Receipts

NAMED_MAX = 5
"""So many vouchers are named as examples of a damaged index."""
TABLE_NAME = "voucher_runs"
Events = Callable[[], Iterable[tuple[int, Event]]]


class IndexDiffers(RuleBroken):
    """The index of vouchers and the log disagree."""

    zh = "税票索引与日志不一致，共 {count} 处，如 {vouchers}。日志不受影响，但可能造成重复入账：请先由日志重建索引，再核验，其间不要导入。"
    en = "The index of vouchers and the log disagree in {count} places, such as {vouchers}. The log is not concerned, but a voucher may be recorded twice: have the index written anew from the log, and verify again before you import."


class IndexUnusable(RuleBroken):
    """An index or an event that cannot be read at all."""

    zh = "税票索引或日志的内容读不出来（{problem}），文件被改动或损坏。请先由日志重建索引；仍读不出来的，从备份恢复。"
    en = "The index of vouchers or the log cannot be read ({problem}); the file was changed or damaged. Have the index written anew from the log; if that does not help, restore a backup."


class LogCut(RuleBroken):
    """The index of vouchers knows lines of events that the log does not have any more."""

    zh = "税票索引里有第 {last} 号事项之后记下的税票，而日志到第 {last} 号为止：日志可能被截短，后面的事项不见了。不要重建，也不要继续写入：请留存现在这一份，再从备份恢复。"
    en = "The index of vouchers knows vouchers recorded behind event {last}, where the log ends: it was cut, and events are gone. Rebuild nothing and write nothing: put these books aside and restore a backup."


class SnapshotDiffers(RuleBroken):
    """The snapshot of lines says otherwise than the log."""

    zh = "账簿旁的明细快照与日志不一致：按它打开的账簿，草稿和将要结账的数会跟着错。日志和已结账的不受影响：请先由日志重建快照，其间不要结账。"
    en = "The snapshot of lines beside the books says otherwise than the log: drafts and what would be closed by it are wrong. The log and what was closed are not concerned: have the snapshot written anew from the log, and close nothing before."


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
    examples: list[Key] = []
    last = 0
    wrong, strays = 0, len(vouchers.prints) + len(originals.prints)
    for position, event in events():
        last = position
        if isinstance(event, ReceiptsRecorded):
            receipts, said = event.receipts, (vouchers.at(position), originals.at(position))
            seen.append(receipts.prints())
            rows = _differing(receipts, *said)
            wrong, strays = wrong + len(rows), strays - sum(map(len, said))
            named = np.array([row - 1 for row in rows if row <= len(receipts)][: NAMED_MAX - len(examples)], np.int64)
            examples += [entry.key for entry in receipts.entries(position, named)]
    if int(vouchers.positions.max(initial=0)) > last:
        yield LogCut(last=last)
    elif wrong or strays:
        yield IndexDiffers(count=max(wrong, strays), vouchers=", ".join(map(str, examples)) or TABLE_NAME)
    yield from _recorded_twice(events, seen)


def _differing(receipts: Receipts, vouchers: dict[int, int], originals: dict[int, int]) -> list[int]:
    """The rows of an event of which the index says something else."""
    own = dict(enumerate(receipts.prints().tolist(), 1))
    above = dict(zip((receipts.original_rows + 1).tolist(), receipts.original_prints().tolist(), strict=True))
    wrong = {row for row in own.keys() | vouchers.keys() if own.get(row) != vouchers.get(row)}
    wrong |= {row for row in above.keys() | originals.keys() if above.get(row) != originals.get(row)}
    return sorted(wrong)


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
