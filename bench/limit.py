"""The limit: a loop in C, on one thread, that adds amounts by unit and segment; compiled when it is measured.

Nothing that sums can be faster than reading the amounts once.
"""

import ctypes
import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from bench.child import Action, Work, run
from bench.tables import segments
from bench.workload import Workload

SOURCE = """
#include <stdint.h>
void add(const int32_t *units, const int32_t *segments, const int64_t *amounts, int64_t count, int64_t width,
         int64_t *totals) {
    for (int64_t i = 0; i < count; i++) totals[units[i] * width + segments[i]] += amounts[i];
}
"""
MISSING = "apt-get install gcc"
REPEATS = 20
Kernel = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
"""From units, segments and amounts to the sums of all cells, in the order of units and segments."""


def compiler() -> str | None:
    """The C compiler of this machine, if there is one."""
    return shutil.which("cc")


def columns(workload: Workload) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unit, segment and amount of every receipt."""
    own = [list(segments(rule)) for rule in workload.rules]
    begins = np.cumsum([0, *(len(each) for each in own)])
    keys = np.array([_key(unit, each.first.toordinal()) for unit, found in enumerate(own) for each in found])
    units, places, amounts = [], [], []
    for lines in workload.blocks():
        cells = np.searchsorted(keys, _key(lines.projects, lines.period_first), side="right") - 1
        units.append(lines.projects.astype(np.int32))
        places.append((cells - begins[lines.projects]).astype(np.int32))
        amounts.append(lines.amounts_fen)
    return np.concatenate(units), np.concatenate(places), np.concatenate(amounts)


def _key(unit: Any, day: Any) -> Any:
    return unit * 2**22 + day


def repeated(summed: Kernel, workload: Workload) -> Work:
    """A kernel over a workload, often enough to be timed; the digest of its sums."""
    given = columns(workload)

    def work() -> str:
        for _ in range(REPEATS - 1):
            summed(*given)
        return digest_of(summed(*given))

    return work


def digest_of(sums: np.ndarray) -> str:
    """One SHA-256 over sums in order."""
    return hashlib.sha256(np.ascontiguousarray(sums, np.int64).tobytes()).hexdigest()


def plain_sums(units: np.ndarray, places: np.ndarray, amounts_fen: np.ndarray) -> np.ndarray:
    """The same by plain integers, one after the other."""
    found = [[0] * (max(places.tolist()) + 1) for _ in range(max(units.tolist()) + 1)]
    for unit, place, fen in zip(units.tolist(), places.tolist(), amounts_fen.tolist(), strict=True):
        found[unit][place] += fen
    return np.array(found, np.int64)


@cache
def _library() -> ctypes.CDLL:
    folder = Path(tempfile.mkdtemp(prefix="enclave-bench-"))
    source, library = folder / "add.c", folder / "add.so"
    source.write_text(SOURCE)
    subprocess.run([str(compiler()), "-O3", "-shared", "-fPIC", "-o", library, source], check=True)
    loaded = ctypes.CDLL(str(library))
    shutil.rmtree(folder)
    return loaded


def c_sums(units: np.ndarray, places: np.ndarray, amounts_fen: np.ndarray) -> np.ndarray:
    """The loop over units, segments and amounts: one row of sums a unit."""
    width = int(places.max()) + 1
    totals = np.zeros((int(units.max()) + 1, width), np.int64)
    count, wide = ctypes.c_int64(len(units)), ctypes.c_int64(width)
    pointers = [ctypes.c_void_p(each.ctypes.data) for each in (units, places, amounts_fen)]
    _library().add(*pointers, count, wide, ctypes.c_void_p(totals.ctypes.data))
    return totals


def c_kernel(**asked: Any) -> Work:
    """The C loop over the workload's receipts."""
    _library()
    return repeated(c_sums, Workload(**asked))


ACTIONS: dict[str, Action] = {"c": c_kernel}

if __name__ == "__main__":
    run(ACTIONS)
