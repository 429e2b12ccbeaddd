"""What the tests share: two counties' terms, receipts as bytes, fresh books, the command line."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from api.cli.main import main
from ledger.application import Ledger
from ledger.domain.terms import Document

ROOT = Path(__file__).parents[1]
HEADER = "税票号码,入库日期,实缴金额"
REFUNDS = f"{HEADER},税款属性,原税票号码"
CLI = (sys.executable, "-P", "-m", "api.cli.main")

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


def two_counties(**changes: Any) -> Document:
    """Plain terms: whatever comes in belongs to 甲县 and 乙县 as 1 : 2; 乙县 collects."""
    document: Document = {
        "title": "甲县—乙县共建园区分享协议",
        "edition": 2,
        "parties": {"jia": {"name": "甲县", "role": "origin"}, "yi": {"name": "乙县", "role": "host"}},
        "from": "2024-01-01",
        "to": "open",
        "rate_date": "entry_date",
        "refunds": "as_original",
        "negatives": "immediate",
        "rounding": {"level": "running"},
        "pools": {"tax": {"share": "receipts", "waterfall": [{"split": {"jia": 1, "yi": 2}}]}},
    }
    return document | changes


def csv_file(lines: Iterable[str], header: str = HEADER, encoding: str = "utf-8") -> bytes:
    """A file of receipts: a header and lines."""
    return "".join(f"{line}\n" for line in (header, *lines)).encode(encoding)


def agree(ledger: Ledger, document: Document) -> str:
    """Propose terms and sign them for everybody; the agreement's number."""
    number = ledger.propose_agreement(document).number
    for party in document["parties"]:
        ledger.sign_agreement(number, party)
    return number


@contextmanager
def fresh_books() -> Iterator[Ledger]:
    """New books in a folder that goes away, for a property that needs many."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger.begin(Path(folder) / "books.db", "经办", "测试账")
        yield ledger
        ledger.close_files()


@pytest.fixture
def books_file(tmp_path: Path) -> Path:
    """Where the books of a test are."""
    return tmp_path / "books.db"


@pytest.fixture
def ledger(books_file: Path) -> Iterator[Ledger]:
    """Fresh books."""
    ledger = Ledger.begin(books_file, "经办", "测试账")
    yield ledger
    ledger.close_files()


@dataclass(frozen=True)
class Answer:
    """What the command line said."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


Enclave = Callable[..., Answer]


@pytest.fixture
def enclave(books_file: Path, capsys: pytest.CaptureFixture[str]) -> Enclave:
    """The command line, in this process, on the books of the test."""

    def run(*arguments: object) -> Answer:
        capsys.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main(["--books", str(books_file), *map(str, arguments)])
        said = capsys.readouterr()
        return Answer(int(stopped.value.code or 0), said.out, said.err)

    return run


def start(*arguments: object, **environment: str) -> "subprocess.Popen[str]":
    """The command line in a process of its own."""
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **environment}
    return subprocess.Popen(
        [*CLI, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=surroundings,
    )


def finish(process: "subprocess.Popen[str]") -> Answer:
    """Wait for a process; what it said."""
    out, err = process.communicate(timeout=120)
    return Answer(process.returncode, out, err)
