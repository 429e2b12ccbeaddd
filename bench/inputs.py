"""What the sides of a bench read: a workload's files, tables, journals and books, each made once, in one folder."""

import shutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from bench import journals, oracle, ours, tables
from bench.cells import digest
from bench.rounds import TOTALS, Side, python_side
from bench.workload import Document, Workload
from ledger.audit.chain import Algorithm


@dataclass(frozen=True)
class Inputs:
    """Everything made of one workload."""

    workload: Workload
    folder: Path

    @cached_property
    def receipts(self) -> list[Path]:
        """CSV files."""
        return self.workload.files(self.folder)

    @cached_property
    def tables(self) -> tuple[Path, Path]:
        """Segments and shares, for those who divide in SQL."""
        return tables.write(self.workload, self.folder)

    @cached_property
    def journal(self) -> Path:
        """A journal for hledger and ledger."""
        return journals.journal(self.workload, self.folder)

    @cached_property
    def beancount(self) -> Path:
        """The same for beancount."""
        return journals.beancount(self.workload, self.folder)

    @cached_property
    def agreements(self) -> tuple[Path, int]:
        """Books with agreements alone, and the position where they end."""
        return ours.set_up(self.folder, self.workload)

    @cached_property
    def books(self) -> Path:
        """Books with agreements and receipts."""
        return self.sealed("sha256")

    def sealed(self, algorithm: Algorithm) -> Path:
        """Books with agreements and receipts, sealed in some way."""
        empty, _ = self.agreements if algorithm == "sha256" else ours.set_up(self.folder, self.workload, algorithm)
        books = ours.copied(empty, self.folder / f"books-{self.workload.mix}-{self.workload.n}-{algorithm}.db")
        ours.imported(books, self.receipts)
        shutil.rmtree(self.folder / f"{books.name}.files", ignore_errors=True)
        return books

    @cached_property
    def oracle(self) -> dict[tuple[str, str], int]:
        """Every cell by plain fractions."""
        return self.oracle_of(self.workload.documents)

    def oracle_of(self, documents: Iterable[Sequence[Document]]) -> dict[tuple[str, str], int]:
        """Every cell of the same receipts by other agreements."""
        return oracle.cells(documents, oracle.lines_of(self.receipts))

    @property
    def oracle_digest(self) -> str:
        """The digest of every cell by plain fractions."""
        return digest(self.oracle)

    # Our sides

    def ours(self, name: str, action: str, books: Path, **more: Any) -> Side:
        """One of our own actions on some books."""
        arguments = {"books": str(books), **more.pop("arguments", {})}
        return python_side(name, Path(sys.executable), "bench.ours", action, arguments, **more)

    def store_totals(self) -> Side:
        """From the store to monthly totals."""
        position = self.agreements[1]
        return self.ours("飞地账", "store", self.books, arguments={"position": position}, alike=TOTALS)

    def csv_totals(self, name: str = "飞地账", alike: str = TOTALS) -> Side:
        """From CSV to monthly totals."""
        books, position = self.agreements
        arguments = {"position": position, "receipts": [str(path) for path in self.receipts]}
        return self.ours(name, "csv", books, arguments=arguments, alike=alike)
