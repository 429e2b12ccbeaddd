"""The peers: what people would use instead, each from its own input to monthly totals or to durable rows.

Python packages live in `.venv/bench`, built on first use from the bench's own hashed lock; programs are Debian's.
What is not there is named, with the line that installs it, and not measured.
"""

import csv
import hashlib
import json
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bench.cells import digest, fen_of, summed
from bench.rounds import ROOT, TOTALS, Side, environment, program_side, python_side

LOCK = Path(__file__).with_name("requirements.txt")
ENV = ROOT / ".venv" / "bench"
PYTHON = ENV / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
STAMP = ENV / "ready"
TREASURY = "treasury"
SERVER_SECONDS = 20


@dataclass(frozen=True)
class Peer:
    """A program of Debian's that reads a journal, and how it is asked for monthly totals."""

    name: str
    arguments: tuple[str, ...]


HLEDGER = Peer("hledger", ("bal", "-M", "-O", "csv", "--flat", "-N", f"not:{TREASURY}"))
LEDGER = Peer(
    "ledger",
    ("reg", "-M", "--format", '%(account)\t%(format_date(date, "%Y-%m"))\t%(quantity(amount))\n', "not", TREASURY),
)


# Programs


def program(peer: Peer, journal: Path) -> Side:
    """A program over a journal of split postings."""
    if not shutil.which(peer.name):
        return Side(peer.name, missing=f"apt-get install {peer.name}")
    read = {"hledger": read_hledger, "ledger": read_ledger}[peer.name]
    output = journal.with_suffix(f".{peer.name}")
    return program_side(peer.name, [peer.name, "-f", str(journal), *peer.arguments], output, read)


def read_hledger(output: str) -> str:
    """The digest of hledger's table: an account a row, a month a column."""
    header, *rows = list(csv.reader(output.splitlines()))
    return digest(
        {(row[0], month): fen_of(cell) for row in rows for month, cell in zip(header[1:], row[1:], strict=True)}
    )


def read_ledger(output: str) -> str:
    """The digest of ledger's list: account, month and amount a line."""
    rows = (line.split("\t") for line in output.splitlines())
    return digest(summed((party, month, fen_of(cell)) for party, month, cell in rows))


# Packages


@cache
def lacking() -> str:
    """What keeps the packages from being used; empty if they are there, or could be installed."""
    wanted = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()
    if STAMP.is_file() and STAMP.read_text() == wanted:
        return ""
    print("首次运行：正在安装对照程序 … Installing the peers …", file=sys.stderr, flush=True)
    try:
        venv.EnvBuilder(with_pip=True, clear=True).create(ENV)
        subprocess.run([str(PYTHON), "-m", "pip", *install()], check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as problem:
        said = str(problem.stderr or problem.stdout or problem).strip().splitlines()
        return f"pip install --require-hashes -r bench/requirements.txt: {said[-1] if said else problem}"
    STAMP.write_text(wanted)
    return ""


def install() -> list[str]:
    """How pip installs the lock: hashed, wheels only."""
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--only-binary", ":all:", "--require-hashes"]
    return ["install", *options, "--requirement", str(LOCK)]


def package(name: str, action: str, arguments: dict[str, Any], *, alike: str = TOTALS, own_cpu: bool = True) -> Side:
    """An action in the peers' own Python."""
    missing = lacking()
    if missing:
        return Side(name, missing=missing)
    return python_side(name, PYTHON, "bench.inside", action, arguments, alike=alike, own_cpu=own_cpu, is_peer=True)


def duckdb(receipts: Sequence[Path], tables: tuple[Path, Path]) -> Side:
    """DuckDB, from CSV to monthly totals."""
    return package("DuckDB", "duckdb", divided(receipts, tables))


def polars(receipts: Sequence[Path], tables: tuple[Path, Path]) -> Side:
    """polars, from CSV to monthly totals; plain shares only."""
    return package("polars", "polars", divided(receipts, tables))


def beancount(journal: Path) -> Side:
    """beancount, over a file of split postings."""
    return package("beancount", "beancount", {"journal": str(journal)})


def openpyxl(workbook: Path) -> Side:
    """openpyxl, read only."""
    return package("openpyxl", "openpyxl", {"path": str(workbook)}, alike="cells")


def postgres(uri: str, receipts: Sequence[Path], tables: tuple[Path, Path]) -> Side:
    """PostgreSQL: COPY into a table keyed by voucher, then the same SQL as DuckDB."""
    return _at(uri, "PostgreSQL", "postgres", divided(receipts, tables))


def postgres_copy(uri: str, receipts: Sequence[Path]) -> Side:
    """PostgreSQL: COPY into a table keyed by voucher."""
    return _at(uri, "PostgreSQL COPY", "copy", {"receipts": [str(path) for path in receipts]}, alike="lines")


def _at(uri: str, name: str, action: str, arguments: dict[str, Any], alike: str = TOTALS) -> Side:
    if not uri:
        return Side(name, missing=lacking() or "PostgreSQL did not start")
    return package(name, action, arguments | {"uri": uri}, alike=alike, own_cpu=False)


def divided(receipts: Sequence[Path], tables: tuple[Path, Path]) -> dict[str, Any]:
    """What a peer needs that divides for itself."""
    segments, shares = map(str, tables)
    return {"receipts": [str(path) for path in receipts], "segments": segments, "shares": shares}


@contextmanager
def postgres_server(folder: Path) -> Iterator[str]:
    """A server of the bench's own, on a socket in a folder; where it is, or nothing if it cannot be had."""
    if lacking():
        yield ""
        return
    asked = json.dumps({"folder": str(folder / "postgres")})
    command = [str(PYTHON), "-P", "-W", "ignore", "-m", "bench.inside", "serve", asked]
    pipe = subprocess.PIPE
    server = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment())
    assert server.stdin and server.stdout
    try:
        yield server.stdout.readline().strip()
    finally:
        server.communicate(timeout=SERVER_SECONDS)
