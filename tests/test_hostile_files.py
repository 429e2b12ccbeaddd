"""Files made to harm (T27): refused within two seconds and 256 MB, with a sentence, never a traceback or an abort."""

import io
import os
import random
import re
import struct
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ledger.domain.errors import LinesRefused, Refusal
from ledger.files.archive import MarkupDeclares, WorkbookDamaged, WorkbookTooLarge
from ledger.files.headers import ColumnsTooMany
from ledger.files.receipts_file import read_receipts
from ledger.files.sheet_extent import SheetTooWide
from ledger.files.text import IsWorkbook
from tests.conftest import HEADER, ROOT, csv_file
from tests.workbooks import SHEET, SPACE, cell, dbf_file, with_part, with_sheet, workbook

SECONDS_MAX = 2
MEMORY_BYTES_MAX = 256_000_000
MUTATIONS = int(os.environ.get("ENCLAVE_MUTATIONS", "300"))
COLUMNS = HEADER.split(",")
GOOD = workbook([["明细"], COLUMNS, *([f"V{n}", "2024-01-05", n + 0.5] for n in range(20)), ["合计", "", 200]])
HEAD = "".join(cell(f"{letter}1", text) for letter, text in zip("ABC", COLUMNS, strict=True))


def row(number: int, cells: str) -> str:
    return f'<row r="{number}">{HEAD}</row><row r="{number + 1}">{cells}</row>'


def lying(data: bytes) -> bytes:
    """A workbook whose directory says of its sheet that it unpacks to a tenth of what it does."""
    markup = f"<worksheet {SPACE}><sheetData><row r='1'>{'<c><v>1</v></c>' * 200_000}</row></sheetData></worksheet>"
    whole = with_part(data, SHEET, markup.encode())
    with zipfile.ZipFile(io.BytesIO(whole)) as opened:
        size = opened.getinfo(SHEET).file_size
    return whole.replace(struct.pack("<L", size), struct.pack("<L", size // 10))


def many_parts() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as made:
        for number in range(5_000):
            made.writestr(f"xl/{number}.xml", "")
    return written.getvalue()


MERGED = (
    f"<worksheet {SPACE}><sheetData>{row(1, cell('A2', 'V1'))}</sheetData><mergeCells>"
    + '<mergeCell ref="A2:C1000000"/>' * 1_000
    + "</mergeCells></worksheet>"
)
ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
HOSTILE: dict[str, tuple[Callable[[], bytes], type[Refusal]]] = {
    "a bomb": (lambda: with_part(GOOD, SHEET, b"<worksheet>" + b" " * 250_000_000), WorkbookTooLarge),
    "a bomb of texts": (lambda: with_part(GOOD, "xl/sharedStrings.xml", b"<t>" + b"A" * 250_000_000), WorkbookTooLarge),
    "a directory that lies": (lambda: lying(GOOD), WorkbookTooLarge),
    "5,000 parts": (many_parts, WorkbookTooLarge),
    "entities": (lambda: with_sheet(row(1, cell("A2", "&b;")), ENTITIES), MarkupDeclares),
    "entities among texts": (
        lambda: with_part(GOOD, "xl/sharedStrings.xml", f"{ENTITIES}<sst/>".encode()),
        MarkupDeclares,
    ),
    "another encoding": (lambda: with_part(GOOD, SHEET, f"<worksheet {SPACE}/>".encode("utf-16")), MarkupDeclares),
    "more texts than bytes": (
        lambda: with_part(GOOD, "xl/sharedStrings.xml", f'<sst {SPACE} uniqueCount="99999999999"/>'.encode()),
        WorkbookDamaged,
    ),
    "merged cells upon each other": (
        lambda: with_part(GOOD, SHEET, MERGED.encode()),
        WorkbookDamaged,
    ),
    "10^6 columns": (lambda: with_sheet(f'<row r="1">{"<c><v>1</v></c>" * 10**6}</row>'), WorkbookTooLarge),
    "10^6 columns of different texts": (
        lambda: with_sheet(f'<row r="1">{"".join(f"<c><v>{n * 7919}</v></c>" for n in range(10**6))}</row>'),
        SheetTooWide,
    ),
    "10,000 columns": (
        lambda: with_sheet(f'<row r="1">{"".join(f"<c><v>{n * 7919}</v></c>" for n in range(10**4))}</row>'),
        ColumnsTooMany,
    ),
    "10^6 columns of CSV": (lambda: b"a," * 10**6 + b"\n1", ColumnsTooMany),
    "a far cell": (lambda: with_sheet(row(1, cell("XFD1048576", 1))), SheetTooWide),
    "a row that there is not": (lambda: with_sheet(row(1, cell("A4294967295", 1))), SheetTooWide),
    "a far cell in quotes of the other kind": (
        lambda: with_sheet(row(1, "<c  t='n' r = 'XFD1048576'><v>1</v></c>")),
        SheetTooWide,
    ),
    "a far cell, spelled": (lambda: with_sheet(row(1, '<c r="&#88;FD1048576"><v>1</v></c>')), SheetTooWide),
    "a far cell under a prefix": (
        lambda: with_sheet(row(1, f'<x:c xmlns:{SPACE.replace("xmlns", "x")} r="XFD1048576"><x:v>1</x:v></x:c>')),
        SheetTooWide,
    ),
    "far rows without places": (
        lambda: with_sheet(f'<row r="1">{"<c><v>1</v></c>" * 9_000}</row><row r="1000000"><c><v>1</v></c></row>'),
        SheetTooWide,
    ),
    "a workbook cut in half": (lambda: GOOD[: len(GOOD) // 2], WorkbookDamaged),
    "a package that is no workbook": (lambda: b"PK\x05\x06" + bytes(18), WorkbookDamaged),
    "an encrypted or old workbook": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), IsWorkbook),
}


@pytest.mark.parametrize("harm", HOSTILE)
def test_a_file_made_to_harm_is_refused_at_once(harm: str) -> None:
    make, rule = HOSTILE[harm]
    data = make()
    begun = time.process_time()

    with pytest.raises(rule) as refused:
        read_receipts(data, "明细.xlsx")

    assert time.process_time() - begun < SECONDS_MAX
    assert len(refused.value.say("zh")) < 500 and refused.value.say("en")


MEASURED = """
import resource, sys
from ledger.files.receipts_file import read_receipts
from ledger.domain.errors import Refusal
data = sys.stdin.buffer.read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_receipts(data, "明细.xlsx")
except Refusal as refused:
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)
"""


@pytest.mark.parametrize(
    "harm", ["a bomb", "a bomb of texts", "10^6 columns of different texts", "a far cell", "far rows without places"]
)
def test_a_bomb_takes_little_memory(harm: str) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", MEASURED], input=HOSTILE[harm][0](), capture_output=True, cwd=ROOT, check=True
    )

    assert int(answer.stdout) < MEMORY_BYTES_MAX


# Anything at all


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Bytes changed, cut out, doubled, or the end cut off."""
    made = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(made))
        length = chance.choice([1, 2, 4, 40])
        match chance.randrange(5):
            case 0:
                made[at : at + length] = chance.randbytes(length)
            case 1:
                del made[at : at + length]
            case 2:
                made[at:at] = made[at : at + length]
            case 3:
                made[at] ^= 1 << chance.randrange(8)
            case _:
                del made[-chance.randint(1, max(1, len(made) // 8)) :]
        made = made or bytearray(b"\0")
    return bytes(made)


def mutated_inside(data: bytes, chance: random.Random) -> bytes:
    """A whole package with a part that is changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        part = chance.choice([SHEET, SHEET, *opened.namelist()])
        return with_part(data, part, mutated(opened.read(part), chance))


def sources() -> list[tuple[bytes, Callable[[bytes, random.Random], bytes]]]:
    listed = dbf_file(
        "税票号码 C(20); 入库日期 D; 实缴金额 N(18,2)", [("V1", date(2024, 1, 5), 1.5), ("V2", date(2024, 1, 6), 2)]
    )
    return [(GOOD, mutated_inside), (GOOD, mutated), (listed, mutated), (csv_file(["V1,2024-01-05,1.00"] * 3), mutated)]


def outcome(data: bytes) -> Any:
    try:
        return read_receipts(data, "明细.xlsx")
    except Refusal as refused:
        assert re.search("[\u4e00-\u9fff]", refused.say("zh")) and refused.say("en")
        faults = refused.faults if isinstance(refused, LinesRefused) else ()
        assert all(fault.say("zh") and fault.say("en") for fault in faults)
        return None


def test_a_file_changed_anywhere_is_refused_or_read(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """ENCLAVE_MUTATIONS=10000 is the long form; the seed of a failure is the number of the mutation."""
    made = sources()
    for number in range(MUTATIONS):
        data, change = made[number % len(made)]
        harmed = change(data, random.Random(number))
        (tmp_path / "last").write_bytes(harmed)
        begun = time.process_time()

        outcome(harmed)

        assert time.process_time() - begun < SECONDS_MAX, number
    assert "panicked" not in capfd.readouterr().err
