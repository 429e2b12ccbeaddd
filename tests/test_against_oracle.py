"""The engine gives what an independent slow oracle gives, on random histories.

The oracle was written from semantics.md alone.  `ENCLAVE_HISTORIES=10000` is the long form.
"""

import os
from datetime import date
from typing import Any

import pytest

from ledger.domain.calendar import Period
from ledger.domain.pools import Pools
from ledger.domain.statement import Stated, statements
from ledger.domain.working import Moment, Working
from tests import engine, oracle
from tests.histories import random_history, random_log

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


@pytest.mark.parametrize("first", range(0, HISTORIES, BLOCK))
def test_due_under_amendments_facts_and_feeding_is_the_oracles(first: int) -> None:
    for seed in range(first, min(first + BLOCK, HISTORIES)):
        history, cuts = random_log(seed)
        for cut, day in cuts:
            expected = oracle.due_as_known(history, cut, day)

            pools = worked_out(history, cut, day)

            assert pools.due_in_money() == expected.parties, (seed, cut)
            assert {key.pool: due for key, due in pools.due().items()} == expected.pools, (seed, cut)
            divisions = pools.divisions.values()
            assert sum(division.waiting_fen() for division in divisions) == expected.waiting, (seed, cut)
            assert sum(division.undivided_fen() for division in divisions) == expected.undivided, (seed, cut)


@pytest.mark.parametrize("first", range(0, HISTORIES // 4, BLOCK))
def test_statements_under_amendments_and_facts_are_the_oracles(first: int) -> None:
    for seed in range(first, min(first + BLOCK, HISTORIES // 4)):
        history, cuts = random_log(seed)
        expected = oracle.statements(history, cuts)

        found = stated_by_log(history, [(cut, Period.of(day)) for cut, day in cuts])

        assert found == expected, seed


def worked_out(history: list[dict[str, Any]], cut: int, day: date) -> Pools:
    known, agreement = engine.known_of(history)
    return Working(known, agreement, Moment(cut, day), cut).pools


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
    return stated_by_log(engine.log_of(document, plain), [(cut + 1, period) for cut, period in cuts])


def stated_by_log(history: list[dict[str, Any]], cuts: list[tuple[int, Period]]) -> list[dict[str, dict[str, int]]]:
    known, agreement = engine.known_of(history)
    said, found = Stated(), []
    for cut, period in cuts:
        papers = statements(known, agreement, said, period, cut)
        said = said.after(cut, period.last, [paper.stated for paper in papers])
        versions = agreement.known_at(cut)
        nothing = {pool: dict.fromkeys(versions.parties, 0) for pool in versions.pools}
        lines = {paper.stated.pool: {line.party: line.entitled_fen for line in paper.stated.lines} for paper in papers}
        found.append({pool: zeros | lines.get(pool, {}) for pool, zeros in nothing.items()})
    return found
