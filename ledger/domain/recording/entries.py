"""Entries (入账明细): amounts that came in, with everything a pool may select by.

A reversal (冲销) or a refund (退库) names its original; what it takes from it is said in
semantics 5.2.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from threading import Lock
from typing import NamedTuple

from ledger.domain.errors import RuleBroken
from ledger.domain.money import yuan
from ledger.domain.terms import Level

CHAIN_MAX = 10


class Key(NamedTuple):
    """The natural key of a receipt: the same key is the same money."""

    voucher: str
    line: str = "1"
    treasury: str = ""

    def __str__(self) -> str:
        line = "" if self.line in ("1", self.voucher) else self.line
        return "/".join(part for part in (self.voucher, line, self.treasury) if part)


@dataclass(frozen=True, slots=True)
class Entry:
    """One amount, as recorded.  Empty texts are what the source did not say."""

    key: Key
    booked_on: date
    amount_fen: int
    period_first: date | None = None
    period_last: date | None = None
    subject: str = ""
    enterprise: str = ""
    project: str = ""
    park: str = ""
    collector: str = ""
    original: Key | None = None
    is_reversal: bool = False
    levels_fen: Mapping[Level, int] | None = None
    percents: Mapping[Level, Fraction] | None = None
    position: int = 0
    row: int = 0


class OriginalUnknown(RuleBroken):
    """A reversal or refund whose original is not there."""

    zh = "原税票 {original} 不在账内，也不在本文件内，无法冲减。请先导入原税票，或核对原税票号码。"
    en = "Original {original} is neither in the books nor in this file. Import it first, or check the number."


class OriginalAmbiguous(RuleBroken):
    """A voucher of several lines, and no word which one is meant."""

    zh = "原税票 {original} 有 {count} 行，分不清冲减哪一行。请加“原行号”列，或让科目与企业对应唯一一行。"
    en = "Original {original} has {count} lines and it is not clear which is meant. Add the column 原行号."


class RefundSameSign(RuleBroken):
    """A refund that adds instead of taking back."""

    zh = "{voucher} 指明了原税票 {original}，金额却与原票同号。退库或冲销的符号须与原票相反。"
    en = "{voucher} names original {original} but has the same sign. A refund or reversal has the opposite sign."


class RefundExceedsOriginal(RuleBroken):
    """Refunds that together exceed their original (semantics 5.2)."""

    zh = "原税票 {original} 金额 {amount} 元，退库合计将达 {refunded} 元，超过原票。请核对 {voucher}。"
    en = "Original {original} is {amount} yuan; refunds would reach {refunded} yuan, more than it. Check {voucher}."


class ReversalNotWhole(RuleBroken):
    """A reversal of another amount than the original's."""

    zh = "冲销 {voucher} 的金额 {sent} 元不等于原税票 {original} 的全额 {amount} 元。冲销须为全额；部分退回请记为退库。"
    en = "Reversal {voucher} of {sent} yuan is not the whole of original {original}, {amount} yuan. Record a refund instead."


class SelfReference(RuleBroken):
    """An entry that names itself, or a circle of them."""

    zh = "{voucher} 的原税票指向自己（或互相指向）。请改正原税票号码。"
    en = "{voucher} names itself as its original, or a circle. Correct the number."


class ChainTooLong(RuleBroken):
    """Reversals of reversals of reversals."""

    zh = "{voucher} 上溯已有 {depth} 层冲销或退库，超过 {limit} 层。请直接冲销最初的税票，再记正确的一笔。"
    en = "{voucher} stands {depth} reversals or refunds deep, more than {limit}. Reverse the first voucher instead."


class Originals:
    """Every entry by its key, for those that name one; `pending` are made only once somebody asks."""

    def __init__(self, entries: Iterable[Entry] = (), pending: Callable[[], Iterable[Entry]] | None = None) -> None:
        self._known: dict[Key, Entry] = {}
        self._pending = pending
        self._making = Lock()
        self._taken_back: dict[Key, tuple[Key, ...]] = {}
        self._nets_fen: dict[Key, int] = {}
        for entry in entries:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        """Remember an entry."""
        self._known[entry.key] = entry
        self._nets_fen.clear()
        if entry.original is not None:
            self._taken_back[entry.original] = (*self._taken_back.get(entry.original, ()), entry.key)

    def with_more(self, entries: Iterable[Entry]) -> "Originals":
        """These and others that are not among them yet; nobody who reads these sees them change."""
        found = Originals()
        found._known, found._taken_back = self._entries.copy(), self._taken_back.copy()
        for entry in entries:
            if entry.key not in found._known:
                found.add(entry)
        return found

    @property
    def _entries(self) -> dict[Key, Entry]:
        if self._pending is not None:
            with self._making:
                self._make_pending()
        return self._known

    def _make_pending(self) -> None:
        if self._pending is not None:
            for entry in self._pending():
                self.add(entry)
            self._pending = None

    def __getitem__(self, key: Key) -> Entry:
        return self._entries[key]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def get(self, key: Key) -> Entry | None:
        """The entry of a key, if there is one."""
        return self._entries.get(key)

    def net_fen(self, key: Key) -> int:
        """What is left of an entry after its reversal and refunds; a reversed refund gives its room back."""
        if key not in self._nets_fen:
            amount_fen = self._entries[key].amount_fen
            below_fen = sum(self.net_fen(below) for below in self._taken_back.get(key, ()))
            self._nets_fen[key] = amount_fen + below_fen
        return self._nets_fen[key]

    def above(self, entry: Entry) -> list[Entry]:
        """The original of an entry, that one's original, and so on up to the first; stops at a circle."""
        found: list[Entry] = []
        seen = {entry.key}
        while entry.original is not None and entry.original in self._entries and entry.original not in seen:
            entry = self._entries[entry.original]
            seen.add(entry.key)
            found.append(entry)
        return found


def check_reference(entry: Entry, originals: Originals) -> RuleBroken | None:
    """The rule that an entry with an original breaks, if any; the entry itself is among the originals."""
    assert entry.original is not None
    original = originals.get(entry.original)
    voucher, name = str(entry.key), str(entry.original)
    if original is None:
        return OriginalUnknown(original=name)
    above = originals.above(entry)
    if above[-1].original is not None:
        return SelfReference(voucher=voucher)
    if len(above) > CHAIN_MAX:
        return ChainTooLong(voucher=voucher, depth=len(above), limit=CHAIN_MAX)
    amount = yuan(original.amount_fen)
    if entry.amount_fen * original.amount_fen > 0:
        return RefundSameSign(voucher=voucher, original=name)
    if entry.is_reversal and entry.amount_fen != -original.amount_fen:
        return ReversalNotWhole(voucher=voucher, original=name, sent=yuan(entry.amount_fen), amount=amount)
    return next((rule for each in above if (rule := _exceeded(entry, each, originals))), None)


def _exceeded(entry: Entry, above: Entry, originals: Originals) -> RuleBroken | None:
    """The rule that is broken if more than the whole of an original is taken back, directly or through others."""
    net_fen = originals.net_fen(above.key)
    if net_fen * above.amount_fen >= 0:
        return None
    amount, refunded = yuan(above.amount_fen), yuan(abs(net_fen - above.amount_fen))
    return RefundExceedsOriginal(voucher=entry.key, original=above.key, amount=amount, refunded=refunded)


CONTENTS = {
    "实缴金额": "amount_fen",
    "入库日期": "booked_on",
    "税款所属期起": "period_first",
    "税款所属期止": "period_last",
    "预算科目": "subject",
    "社会信用代码": "enterprise",
    "项目": "project",
    "街道乡镇": "park",
    "征收方": "collector",
    "税款属性": "is_reversal",
    "各级金额": "levels_fen",
    "预算分配比例": "percents",
    "原税票号码": "original",
}


def differing(one: Entry, other: Entry) -> list[str]:
    """The columns in which two entries of one key differ."""
    return [column for column, name in CONTENTS.items() if getattr(one, name) != getattr(other, name)]
