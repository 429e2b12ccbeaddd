"""The engine gives what an independent slow oracle gives, on random histories.

The oracle was written from semantics.md alone.  `ENCLAVE_HISTORIES=10000` is the long form.
"""

import os
from datetime import date
from typing import Any

import pytest

from ledger.domain.calendar import Period
from ledger.domain.dividing import gathering
from ledger.domain.stating.statement import Stated, statements
from tests import engine, oracle
from tests.figure_histories import random_figures
from tests.histories import random_history, random_log

BOTH_SHAPES = pytest.mark.usefixtures("shape")
HISTORIES = int(os.environ.get("ENCLAVE_HISTORIES", "400"))
BLOCK = 50


@pytest.fixture(params=["one by one", "together"])
def shape(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """How recorded lines are read: each by itself, or those that are alike as one."""
    monkeypatch.setattr(gathering, "FEW", 0 if request.param == "together" else 10**9)


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


@pytest.mark.parametrize("first", range(0, HISTORIES // 40, 5))
def test_worths_under_amendments_and_facts_are_the_oracles(first: int) -> None:
    """Each entry is worth due after it less due before it, by everything else that is known."""
    for seed in range(first, min(first + 5, HISTORIES // 40)):
        history, _ = random_log(seed)
        versions, facts, entries = (
            [thing[kind] for thing in history if kind in thing] for kind in ("version", "fact", "entry")
        )
        last = max(engine.day(entry["booked"]) for entry in entries)

        found = engine.split_by_engine(versions, entries, facts, as_of=last)

        assert [shares for _, shares in found.entries] == oracle.worths(versions, entries, facts), seed


@pytest.mark.parametrize("first", range(0, HISTORIES // 4, BLOCK))
def test_figures_are_the_oracles(first: int) -> None:
    """Indicators in every basis, quotas and contributions; each date of a stock figure by itself."""
    for seed in range(first, min(first + BLOCK, HISTORIES // 4)):
        versions, reports, facts = random_figures(seed)
        days = sorted(engine.day(report["reported"]) for report in reports)
        for day in {days[len(days) // 2], days[-1]}:
            expected = oracle.figures_due(versions, reports, facts, day)

            found = engine.split_by_engine(versions, [], facts, as_of=day, reports=reports)

            totals = {(key.pool, key.measure or "inputs"): each.totals for key, each in found.measured.items()}
            assert those_with_something(totals) == those_with_something(summed(expected)), (seed, day)
            assert stocks(versions, reports, facts, day) == expected_stocks(expected), (seed, day)


@BOTH_SHAPES
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


@BOTH_SHAPES
@pytest.mark.parametrize("first", range(0, HISTORIES, BLOCK))
def test_due_under_amendments_facts_and_feeding_is_the_oracles(first: int) -> None:
    for seed in range(first, min(first + BLOCK, HISTORIES)):
        history, cuts = random_log(seed)
        for cut, day in cuts:
            expected = oracle.due_as_known(history, cut, day)

            pools = engine.worked_out(history, cut, day)

            assert pools.due_in_money() == expected.parties, (seed, cut)
            assert {key.pool: due for key, due in pools.due().items()} == expected.pools, (seed, cut)
            divisions = pools.divisions.values()
            assert sum(division.waiting_fen() for division in divisions) == expected.waiting, (seed, cut)
            assert sum(division.undivided_fen() for division in divisions) == expected.undivided, (seed, cut)


@BOTH_SHAPES
@pytest.mark.parametrize("first", range(0, HISTORIES // 4, BLOCK))
def test_statements_under_amendments_and_facts_are_the_oracles(first: int) -> None:
    for seed in range(first, min(first + BLOCK, HISTORIES // 4)):
        history, cuts = random_log(seed)
        expected = oracle.statements(history, cuts)

        found = stated_by_log(history, [(cut, Period.of(day)) for cut, day in cuts])

        assert found == expected, seed


def summed(figures: oracle.Figures) -> dict[tuple[str, str], dict[str, int]]:
    """By pool and indicator, all dates of a stock figure together."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for pool, indicators in figures.items():
        declared = {key.split(" ")[0] for key in indicators}
        for indicator in declared:
            rows = [shares for key, shares in indicators.items() if key.split(" ")[0] == indicator]
            found[pool, indicator] = {party: sum(row[party] for row in rows) for party in rows[0]}
    return found


def expected_stocks(figures: oracle.Figures) -> dict[str, dict[str, int]]:
    """What is not nothing, by pool, indicator and date."""
    dated = {f"{pool} {key}": shares for pool, each in figures.items() for key, shares in each.items() if " " in key}
    return those_with_something(dated)


def those_with_something(found: dict[Any, dict[str, int]]) -> dict[Any, dict[str, int]]:
    return {key: nonzero(shares) for key, shares in found.items() if any(shares.values())}


def stocks(versions: list[Any], reports: list[Any], facts: list[Any], day: date) -> dict[str, dict[str, int]]:
    """What the engine gives on each date of a stock figure, by reports of that date alone."""
    found: dict[str, dict[str, int]] = {}
    ends = versions[0]["rate_date"] == "tax_period_end"
    dates = {report["period_to" if ends else "period_from"] for report in reports}
    for when in sorted(dates) if is_of_stocks(versions[0]) else ():
        own = [report for report in reports if report["period_to" if ends else "period_from"] == when]
        split = engine.split_by_engine(versions, [], facts, as_of=day, reports=own)
        for key, each in split.measured.items():
            if any(each.totals.values()) and (each.pool.reported and each.pool.reported.kind == "stock"):
                found[f"{key.pool} {key.measure} {when}"] = nonzero(each.totals)
    return found


def is_of_stocks(document: dict[str, Any]) -> bool:
    return any(pool.get("reported", {}).get("kind") == "stock" for pool in document["pools"].values())


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
