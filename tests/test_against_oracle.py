"""The engine gives what an independent slow oracle gives, on random histories.

The oracle was written from semantics.md alone.  `ENCLAVE_HISTORIES=10000` is the long form.
"""

import os
from typing import Any

import pytest

from ledger.domain.calendar import Period
from ledger.domain.statement import Stated, statements
from tests import engine, oracle
from tests.histories import random_history

HISTORIES = int(os.environ.get("ENCLAVE_HISTORIES", "400"))
BLOCK = 50


@pytest.mark.parametrize("first", range(0, HISTORIES, BLOCK))
def test_due_waiting_undivided_and_accounts_are_the_oracles(first: int) -> None:
    for seed in range(first, min(first + BLOCK, HISTORIES)):
        document, entries = random_history(seed)
        expected = oracle.due(document, entries)

        found = engine.split_by_engine(document, entries)

        assert found.totals == expected.parties, seed
        assert found.waiting_fen == expected.waiting, seed
        assert found.undivided_fen == expected.undivided, seed
        assert found.unselected_fen == expected.unselected, seed
        assert exact_parts(document, entries) == nonzero(expected.exact), seed


@pytest.mark.parametrize("first", range(0, HISTORIES // 8, BLOCK))
def test_worths_are_the_oracles(first: int) -> None:
    for seed in range(first, min(first + BLOCK, HISTORIES // 8)):
        document, entries = random_history(seed)

        found = engine.split_by_engine(document, entries)

        assert [shares for _, shares in found.entries] == oracle.worths(document, entries), seed


@pytest.mark.parametrize("first", range(0, HISTORIES // 4, BLOCK))
def test_statements_are_the_oracles(first: int) -> None:
    for seed in range(first, min(first + BLOCK, HISTORIES // 4)):
        document, entries = random_history(seed)
        cuts = [
            (len(entries) // 3, Period(2024, 12)),
            (len(entries) // 2, Period(2025, 12)),
            (len(entries), Period(2027, 12)),
        ]
        expected = oracle.statements(document, entries, [(cut, period.last) for cut, period in cuts])

        assert stated(document, entries, cuts) == expected, seed


def exact_parts(document: dict[str, Any], entries: list[dict[str, Any]]) -> dict[str, Any]:
    total: dict[str, Any] = {}
    for division in engine.divisions(document, entries).values():
        for account in division.accounts():
            for party, part in account.exact.items():
                total[party] = total.get(party, 0) + part
    return nonzero(total)


def nonzero(parts: dict[str, Any]) -> dict[str, Any]:
    return {party: part for party, part in parts.items() if part}


def stated(
    document: dict[str, Any], plain: list[dict[str, Any]], cuts: list[tuple[int, Period]]
) -> list[dict[str, dict[str, int]]]:
    """What the engine states at each cut, by pool and party."""
    known, agreement = engine.known_of(document, plain)
    said, found = Stated(), []
    for cut, period in cuts:
        papers = statements(known, agreement, said, period, cut)
        said = said.after(cut, period.last, [paper.stated for paper in papers])
        nothing = {pool: dict.fromkeys(document["parties"], 0) for pool in document["pools"]}
        lines = {paper.stated.pool: {line.party: line.entitled_fen for line in paper.stated.lines} for paper in papers}
        found.append({pool: zeros | lines.get(pool, {}) for pool, zeros in nothing.items()})
    return found
