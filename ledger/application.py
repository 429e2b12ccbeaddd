"""The ledger: one method for each act an officer performs.

Every act looks at the books, decides, and records behind the position it looked at; if
somebody was faster it decides again.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from ledger.audit.chain import Algorithm
from ledger.audit.verification import (
    IndexUnusable,
    PointNotOnChain,
    Report,
    check_chain,
    check_index,
    check_statements,
)
from ledger.domain import agreement, closing
from ledger.domain.agreement import Agreement
from ledger.domain.books import Books
from ledger.domain.calendar import Period
from ledger.domain.claims import refuse_claimed_twice
from ledger.domain.entries import Entry, Key, differing
from ledger.domain.errors import Conflict, Fault, LinePlace, LinesRefused, Refusal, RuleBroken
from ledger.domain.events import BooksOpened, Fact, PeriodClosed, ReceiptsRecorded
from ledger.domain.linking import Reference, link
from ledger.domain.money import yuan
from ledger.domain.receipts import slices
from ledger.domain.terms import Document
from ledger.files.receipts_csv import ReceiptsFile, read_receipts
from ledger.files.text import writable
from ledger.store.log import Log, MovedOn

TRIES_MAX = 50


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


class BooksKeepChanging(Conflict):
    """Others recorded so fast that an act never found the books still."""

    zh = "别人正在连续入账，这一步试了 {tries} 次都没轮到，没有记下任何内容。请稍后重试。"
    en = "Others keep recording; this act lost {tries} times and recorded nothing. Try again later."


@dataclass(frozen=True)
class Imported:
    """What an import did: lines recorded, lines that were there already, lines that repeat one of the same file."""

    file: str
    sha256: str
    recorded: int
    known: int
    repeated: int
    sum_fen: int
    position: int


class Ledger:
    """One set of books, and who acts."""

    def __init__(self, log: Log, actor: str) -> None:
        self._log = log
        self._actor = writable(actor)
        self._books = Books()

    @classmethod
    def open(cls, path: Path, actor: str) -> "Ledger":
        """The books at a path; raises BooksMissing."""
        return cls(Log(path), actor)

    @classmethod
    def begin(cls, path: Path, actor: str, title: str, algorithm: Algorithm = "sha256") -> "Ledger":
        """New books at a path, or those that are there."""
        ledger = cls(Log(path, algorithm, create=True), actor)
        if not ledger._log.head().position:
            ledger._act(
                lambda books: [] if books.position else [Fact("books", BooksOpened, {"title": writable(title)})]
            )
        return ledger

    def acting_as(self, actor: str) -> "Ledger":
        """The same books, acted on by somebody else."""
        return Ledger(self._log, actor)

    def close_files(self) -> None:
        """Let go of the file."""
        self._log.close()

    @property
    def books(self) -> Books:
        """Everything known now."""
        for position, event in self._log.history(self._books.position):
            self._books.apply(position, event)
        return self._books

    @property
    def log(self) -> Log:
        """The events themselves."""
        return self._log

    # Agreements

    def propose_agreement(self, document: Document) -> Agreement:
        """Put terms forward; raises TermsRefused, AlreadyProposed."""

        def decide(books: Books) -> list[Fact]:
            number = f"A{len(books.agreements) + 1}"
            return [agreement.propose(document, books.agreements.values(), number)]

        self._act(decide)
        return next(each for each in reversed(self.books.agreements.values()) if each.document == document)

    def sign_agreement(self, number: str, *parties: str) -> Agreement:
        """One party or several agree, together or not at all.

        Raises AgreementUnknown, NotAParty, AlreadySigned; with the last signature AgreementsOverlap
        or EntriesClaimedTwice.
        """

        def decide(books: Books) -> list[Fact]:
            signed, others = books.agreement(number), list(books.agreements.values())
            facts = agreement.sign(signed, parties, others)
            if signed.is_completed_by(signed.party(party) for party in parties):
                refuse_claimed_twice(signed, others, books.entries, books.originals)
            return facts

        self._act(decide)
        return self.books.agreement(number)

    # Receipts

    def import_receipts(self, data: bytes, name: str) -> Imported:
        """Record the lines of a CSV file, all or nothing; lines already there change nothing.

        Raises LinesRefused with every wrong line.
        """
        name = writable(name)
        file = read_receipts(data, name)
        sha256 = hashlib.sha256(data).hexdigest()
        for _ in range(TRIES_MAX):
            position = self._log.head().position
            fresh = self._fresh(file)
            if not fresh:
                return Imported(name, sha256, 0, len(file.entries), file.duplicates, 0, position)
            try:
                position = self._record(fresh, name, sha256, position)
            except MovedOn:
                continue
            known, sum_fen = len(file.entries) - len(fresh), sum(entry.amount_fen for entry in fresh)
            return Imported(name, sha256, len(fresh), known, file.duplicates, sum_fen, position)
        raise BooksKeepChanging(tries=TRIES_MAX)

    def _record(self, fresh: Sequence[Entry], name: str, sha256: str, expected: int) -> int:
        parts = slices(fresh)
        facts = []
        lines = []
        for number, receipts in enumerate(parts, 1):
            fields = {"file": name, "file_sha256": sha256, "slice": number, "slices": len(parts), "receipts": receipts}
            facts.append(Fact(f"receipts/{sha256}/{expected}/{number}", ReceiptsRecorded, fields))
            lines += [(number, entry) for entry in receipts.entries(0)]
        return self._log.append(facts, expected=expected, actor=self._actor, receipts=lines)

    def _fresh(self, file: ReceiptsFile) -> list[Entry]:
        """The lines that are not recorded yet, linked to their originals; raises LinesRefused."""
        recorded = {entry.key: entry for entry in self._log.lines({entry.key.voucher for entry in file.entries})}
        known = [
            _naming(entry, file.references, recorded[entry.key]) for entry in file.entries if entry.key in recorded
        ]
        faults = [_conflict(entry, recorded[entry.key]) for entry in known if differing(entry, recorded[entry.key])]
        faults += _with_and_without_treasury(file.entries, recorded)
        if faults:
            raise LinesRefused(faults, file=file.name)
        fresh = [entry for entry in file.entries if entry.key not in recorded]
        return link(fresh, file.references, self._log.related_lines, file.name)

    # Periods

    def close_period(self, period: Period) -> PeriodClosed:
        """Close a period; raises NothingToClose, PeriodsCloseInOrder, PeriodAlreadyClosed."""
        self._act(lambda books: [closing.close(books, period)])
        return self.books.closings[-1][1]

    # Proof

    def verify(self, point: tuple[int, str] | None = None) -> Report:
        """Check chain, index and every closed statement.

        `point` is a position and hash kept outside the books: the chain must still pass it.
        """
        head = self._log.head()
        end = (head.position, head.hash)
        everything = self._log.sealed(-(2**63))
        findings: list[RuleBroken] = list(check_chain(everything, head.books, head.algorithm, end))
        findings += self._point_findings(point) if point else []
        statements = 0
        if not findings:
            try:
                findings += check_index(self._log.history(), self._log.places())
            except (Refusal, TypeError, ValueError) as problem:
                findings.append(IndexUnusable(problem=problem))
        if not findings:
            for finding in check_statements(self._log.history()):
                if isinstance(finding, int):
                    statements += finding
                else:
                    findings.append(finding)
        return Report(head.position, statements, head.hash.hex(), findings)

    def _point_findings(self, point: tuple[int, str]) -> list[RuleBroken]:
        position, expected = point
        found = [each.hash.hex() for each in self._log.sealed(position - 1, position)]
        return [] if found == [expected.lower()] else [PointNotOnChain(position=position, expected=expected)]

    def _act(self, decide: Callable[[Books], list[Fact]]) -> None:
        """Look, decide, record; again if somebody was faster."""
        for _ in range(TRIES_MAX):
            books = self.books
            facts = decide(books)
            if not facts:
                return
            try:
                self._log.append(facts, expected=books.position, actor=self._actor)
            except MovedOn:
                continue
            return
        raise BooksKeepChanging(tries=TRIES_MAX)


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
