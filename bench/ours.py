"""Our own side of every bench: it calls the product as it is, and nothing else in `bench/` does.

Each function is one thing that is measured, small enough to be replaced by a faster way.
"""

import hashlib
import shutil
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from python_calamine import CalamineWorkbook

from bench import limit
from bench.cells import cell_text, digest
from bench.child import Action, Work, run
from bench.workload import Document, Workload, policy
from ledger.application import Ledger
from ledger.audit.chain import Algorithm
from ledger.audit.verification import check_chain
from ledger.domain.agreeing.agreement import stream
from ledger.domain.calendar import DAY, Period, month_starts
from ledger.domain.dividing.course import Course
from ledger.domain.dividing.kinds import told_apart
from ledger.domain.dividing.simulation import Simulation, simulate
from ledger.domain.events import AgreementProposed, AgreementSigned, AmendmentProposed, Fact, ReceiptsRecorded
from ledger.domain.recording.receipts import slices
from ledger.domain.recording.recorded import Recorded
from ledger.domain.stating.books import Books
from ledger.domain.terms.draft import read_terms
from ledger.files.receipts_file import read_receipts

ACTOR = "基准"
FACTS_PER_APPEND = 2_000
Cells = dict[tuple[str, str], int]


# Books are set up; nobody measures this


def found(path: Path, documents: Iterable[Sequence[Document]], algorithm: Algorithm = "sha256") -> int:
    """New books at a path with agreements that everybody signed; the position of the last signature.

    The signatures are written as facts: the act of signing looks for overlaps with every other agreement.
    """
    ledger = Ledger.begin(path, ACTOR, "基准账", algorithm)
    facts = [fact for index, texts in enumerate(documents, 1) for fact in _signed(f"A{index}", texts)]
    position = ledger.log.head().position
    for first in range(0, len(facts), FACTS_PER_APPEND):
        position = ledger.log.append(facts[first : first + FACTS_PER_APPEND], expected=position, actor=ACTOR)
    ledger.close_files()
    return position


def _signed(number: str, texts: Sequence[Document]) -> Iterable[Fact]:
    for draft, text in enumerate(texts, 1):
        terms = read_terms(text)
        fields = {"agreement": number, "terms": text}
        if draft == 1:
            yield Fact(stream(number), AgreementProposed, fields)
        else:
            yield Fact(stream(number), AmendmentProposed, fields | {"party": next(iter(terms.parties))})
        for party in terms.parties:
            yield Fact(stream(number), AgreementSigned, {"agreement": number, "party": party, "draft": draft})


def set_up(folder: Path, workload: Workload, algorithm: Algorithm = "sha256") -> tuple[Path, int]:
    """Books with a workload's agreements and no receipts; the position where they end."""
    books = folder / f"agreements-{workload.mix}-{workload.n}-{algorithm}.db"
    return books, found(books, workload.documents, algorithm)


def copied(books: Path, to: Path) -> Path:
    """Closed books under another path."""
    shutil.copy(books, to)
    return to


# Import


def imported(books: Path, files: Iterable[Path]) -> int:
    """Read, check, seal and keep files of receipts; how many lines are recorded."""
    ledger = Ledger.open(books, ACTOR)
    recorded = sum(ledger.import_receipts(file.read_bytes(), file.name).recorded for file in files)
    ledger.close_files()
    return recorded


def one_more(ledger: Ledger, file: bytes, number: int) -> Books:
    """One receipt more, durable, and the books that know it."""
    ledger.import_receipts(file, f"{number}.csv")
    return ledger.books


# Monthly totals


def rules_loaded(books: Path, position: int) -> tuple[Ledger, Books]:
    """Books opened up to a position: the agreements, before any receipt."""
    ledger = Ledger.open(books, ACTOR)
    return ledger, ledger.books_at(position)


def totals_of_store(ledger: Ledger, books: Books) -> Cells:
    """From the store to monthly totals: what is recorded behind the position of the books, and what it comes to."""
    for position, event in ledger.log.history(books.position):
        books.apply(position, event)
    return totals(books)


def totals_of_files(books: Books, files: Iterable[Path]) -> Cells:
    """From CSV to monthly totals, without a store between."""
    for file in files:
        receipts = read_receipts(file.read_bytes(), file.name).receipts
        for part in slices(receipts):
            books.position += 1
            books.recorded.add(books.position, part)
    return totals(books)


def totals(books: Books) -> Cells:
    """What each party gets in each month of booking, over all agreements in force."""
    booked = books.recorded.columns.booked_on
    first, last = (date.fromordinal(int(pick())) for pick in (booked.min, booked.max))
    lasts = [start - DAY for start in sorted(month_starts(first, last)) if start > first]
    found: dict[str, np.ndarray] = {}
    for agreement in books.in_force(books.position):
        course = Course(books, agreement, books.position)
        for party, column in zip(course.pools.versions.parties, course.shares_fen(lasts).T, strict=True):
            found[party] = found[party] + column if party in found else column
    names = [f"{Period.of(last)}" for last in lasts]
    return {(party, name): fen for party, own in found.items() for name, fen in zip(names, own.tolist(), strict=True)}


def summed_by_segment(units: np.ndarray, segments: np.ndarray, amounts_fen: np.ndarray) -> np.ndarray:
    """The summing kernel: for each unit and segment, in their order, the sum of the amounts."""
    return told_apart([units, segments]).sums_by_code(amounts_fen)


# Rebuild and proof


def rebuilt(books: Path) -> Books:
    """Everything known, from the log alone."""
    ledger = Ledger.open(books, ACTOR)
    known = Books(Recorded(ledger.log.receipts_at))
    for position, event in ledger.log.history():
        known.apply(position, event)
    return known


def written_anew(books: Path) -> bool:
    """Every read model from the log, beside the one that is there and then in its place; whether both were alike."""
    ledger = Ledger.open(books, ACTOR)
    same = ledger.rebuild()
    ledger.close_files()
    return all(same.values())


def chain_holds(books: Path) -> bool:
    """Whether every seal of the log fits."""
    ledger = Ledger.open(books, ACTOR)
    head = ledger.log.head()
    end = (head.position, head.hash)
    broken = list(check_chain(ledger.log.sealed(), head.books, head.algorithm, end))
    ledger.close_files()
    return not broken


def bytes_stored(books: Path) -> tuple[int, int]:
    """What the events of receipts hold in the log, and what one JSON event a receipt would."""
    ledger = Ledger.open(books, ACTOR)
    columnar = sum(len(each.state) for each in ledger.log.sealed() if each.topic == ReceiptsRecorded.TOPIC)
    lines, size, known = 0, 0, 0
    for position, event in ledger.log.history():
        if isinstance(event, ReceiptsRecorded):
            known += len(event.receipts)
            for entry in event.receipts.entries(position) if lines < 10_000 else ():
                said = {name: value for name, value in msgspec.to_builtins(entry).items() if value}
                body = {"id": event.originator_id, "at": event.recorded_at, "actor": event.actor, "entry": said}
                lines, size = lines + 1, size + len(msgspec.json.encode(body))
    ledger.close_files()
    return columnar, size * known // max(lines, 1)


# Other things that are measured


def simulated(books: Books) -> Simulation:
    """A policy over everything recorded: other shares in the place of the one agreement."""
    (agreement,) = books.agreements.values()
    return simulate(books, agreement, read_terms(policy(6, 4)), None, books.position)


def cells_of_workbook(path: Path) -> str:
    """Every cell of a workbook's first sheet as text, as one digest."""
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    read = hashlib.sha256()
    for row in rows:
        read.update("\t".join(map(cell_text, row)).encode())
    return read.hexdigest()


# What runs in a process of its own


def _files(paths: Sequence[str]) -> list[Path]:
    return [Path(path) for path in paths]


def store_totals(books: str, position: int) -> Work:
    """From the store to monthly totals; the rules are loaded before."""
    ledger, known = rules_loaded(Path(books), position)
    return lambda: digest(totals_of_store(ledger, known))


def csv_totals(books: str, position: int, receipts: list[str]) -> Work:
    """From CSV to monthly totals; the rules are loaded before."""
    _, known = rules_loaded(Path(books), position)
    return lambda: digest(totals_of_files(known, _files(receipts)))


def import_lines(books: str, receipts: list[str]) -> Work:
    """From CSV to durable events."""
    return lambda: f"{imported(Path(books), _files(receipts))}"


def import_and_state(books: str, position: int, receipts: list[str]) -> Work:
    """From CSV to durable events and to what every party gets in every month."""
    ledger, known = rules_loaded(Path(books), position)

    def work() -> str:
        recorded = imported(Path(books), _files(receipts))
        totals_of_store(ledger, known)
        return f"{recorded}"

    return work


def rebuild(books: str) -> Work:
    """From the log to everything known."""
    return lambda: f"{len(rebuilt(Path(books)).recorded)}"


def write_anew(books: str) -> Work:
    """Every read model from the log."""
    return lambda: f"{written_anew(Path(books))}"


def verify_chain(books: str) -> Work:
    """Every seal of the log."""
    return lambda: f"{chain_holds(Path(books))}"


def post(books: str, files: list[str]) -> Work:
    """Some receipts, each recorded alone, on books that are open."""
    ledger = Ledger.open(Path(books), ACTOR)
    before = len(ledger.books.recorded)
    prepared = [Path(file).read_bytes() for file in files]

    def work() -> str:
        for number, data in enumerate(prepared):
            one_more(ledger, data, number)
        return f"{len(ledger.books.recorded) - before}"

    return work


def simulate_policy(books: str) -> Work:
    """Another policy over everything recorded."""
    known = rebuilt(Path(books))

    def work() -> str:
        found = simulated(known)
        return f"{sorted(found.actual.years.items())} {sorted(found.other.years.items())}"

    return work


def parse_workbook(path: str) -> Work:
    """Every cell of a workbook."""
    return lambda: cells_of_workbook(Path(path))


def kernel(**asked: Any) -> Work:
    """The summing kernel over the workload's receipts."""
    return limit.repeated(summed_by_segment, Workload(**asked))


ACTIONS: dict[str, Action] = {
    "store": store_totals,
    "csv": csv_totals,
    "import": import_lines,
    "readable": import_and_state,
    "rebuild": rebuild,
    "anew": write_anew,
    "chain": verify_chain,
    "post": post,
    "simulate": simulate_policy,
    "parse": parse_workbook,
    "kernel": kernel,
}

if __name__ == "__main__":
    run(ACTIONS)
