"""Faults of the field that this ledger does not have (N1 and N3 are in test_rounding)."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.cli.split import split_document
from ledger.application import Ledger
from ledger.domain.dividing.split import Split, split
from ledger.domain.errors import LinesRefused
from ledger.domain.facts.certified import Certified
from ledger.domain.recording.entries import Entry, Key
from ledger.domain.terms.draft import read_terms
from ledger.domain.terms.versions import Versions
from tests.conftest import HEADER, ROOT, csv_file, two_counties

FEN_MAX = 10**15
WEIGHTS = st.lists(st.integers(0, 100), min_size=2, max_size=9).filter(any)
AMOUNTS = st.lists(st.integers(-FEN_MAX, FEN_MAX).filter(bool), min_size=1, max_size=8)


def parties_of(weights: Sequence[int]) -> list[str]:
    return [f"county{number}" for number in range(len(weights))]


def terms_of(weights: dict[str, int], listed: Sequence[str], **changes: Any) -> dict[str, Any]:
    """Terms that divide everything by these weights, with the parties in this order."""
    parties = {party: {"name": party, "role": "origin"} for party in listed}
    waterfall = [{"split": {party: weights[party] for party in listed}}]
    return two_counties(
        **{"parties": parties, "pools": {"tax": {"share": "receipts", "waterfall": waterfall}}} | changes
    )


def entries_of(amounts: Sequence[int]) -> list[Entry]:
    first = date(2024, 1, 1)
    return [Entry(Key(f"V{n}"), first + timedelta(40 * n), amount, row=n + 2) for n, amount in enumerate(amounts)]


def divided(document: dict[str, Any], amounts: Sequence[int]) -> Split:
    return split(Versions([read_terms(document)]), entries_of(amounts), Certified(), "month")


# N2, N4, N5, N7: whole fen, for everybody, at any time


@st.composite
def untied(draw: st.DrawFn) -> tuple[list[int], list[int], list[str]]:
    """Weights and amounts without a tie among the remainders of any prefix, and another listing order."""
    weights, amounts = draw(WEIGHTS), draw(AMOUNTS)
    parties = parties_of(weights)
    return weights, amounts, draw(st.permutations(parties))


def has_tie(weights: Sequence[int], total: int) -> bool:
    """Whether two parties have the same part lost in cutting, so that the listing order decides."""
    remainders = [abs(total) * weight % sum(weights) for weight in weights if weight]
    return len({*remainders}) < len(remainders)


@settings(max_examples=150)
@given(untied())
def test_permuting_the_parties_permutes_the_result_and_nothing_else(
    case: tuple[list[int], list[int], list[str]],
) -> None:
    """N2."""
    weights, amounts, listed = case
    parties = parties_of(weights)
    by_party = dict(zip(parties, weights, strict=True))

    one, other = (divided(terms_of(by_party, order), amounts) for order in (parties, listed))

    assert list(other.totals) == listed
    assert sum(one.totals.values()) == sum(other.totals.values())
    if not has_tie(weights, sum(amounts)):
        assert one.totals == other.totals
    elif one.totals != other.totals:
        assert max(abs(one.totals[party] - other.totals[party]) for party in parties) == 1


@settings(max_examples=150)
@given(WEIGHTS, AMOUNTS, st.sampled_from(["running", "period", "line"]))
def test_parts_sum_to_the_whole_per_entry_per_period_and_in_total(
    weights: list[int], amounts: list[int], level: str
) -> None:
    """N4, refunds included."""
    parties = parties_of(weights)
    document = terms_of(dict(zip(parties, weights, strict=True)), parties, rounding={"level": level})

    result = divided(document, amounts)

    assert [sum(shares.values()) for _, shares in result.entries] == amounts
    assert sum(sum(shares.values()) for shares in result.periods.values()) == sum(amounts)
    assert sum(result.totals.values()) == sum(amounts)
    for party in parties:
        assert sum(shares[party] for _, shares in result.entries) == result.totals[party]
        assert sum(shares[party] for shares in result.periods.values()) == result.totals[party]


@settings(max_examples=150)
@given(WEIGHTS, AMOUNTS)
def test_nobody_is_a_fen_off_after_any_entry(weights: list[int], amounts: list[int]) -> None:
    """N5: a party's sum so far and its exact part so far differ by less than a fen; nothing for a share of zero."""
    parties = parties_of(weights)

    result = divided(terms_of(dict(zip(parties, weights, strict=True)), parties), amounts)

    paid, whole = dict.fromkeys(parties, 0), 0
    for entry, shares in result.entries:
        whole += entry.amount_fen
        for party, weight in zip(parties, weights, strict=True):
            paid[party] += shares[party]
            assert abs(paid[party] - Fraction(whole * weight, sum(weights))) < 1
            assert weight or not paid[party]


@pytest.mark.parametrize("fen", [1, -1])
@pytest.mark.parametrize("rule", ["largest_remainder", "last_takes_rest"])
@given(WEIGHTS)
def test_one_fen_can_be_divided_and_goes_to_one_party_whole(rule: str, fen: int, weights: list[int]) -> None:
    """N7."""
    parties = parties_of(weights)
    document = terms_of(dict(zip(parties, weights, strict=True)), parties, rounding={"level": "running", "rule": rule})

    totals = divided(document, [fen]).totals

    assert sorted(map(abs, totals.values())) == [*[0] * (len(parties) - 1), 1]
    assert sum(totals.values()) == fen


# N6: one answer

SPLIT = """
import sys
from pathlib import Path
from api.cli.settings import Settings
from api.cli.split import split_command

split_command(sys.argv[1:], obj=Settings(Path("none"), "经办", "zh"))
"""


def test_twenty_processes_give_one_answer_byte_for_byte(tmp_path: Path) -> None:
    """N6: with counts per enterprise, so that there is an order to get wrong."""
    steps = [{"name": "先还", "until": "100.00", "split": {"jia": 1}}, {"split": {"jia": 1, "yi": 2}}]
    document = two_counties(pools={"tax": {"share": "receipts", "per": "enterprise", "waterfall": steps}})
    lines = [f"V{n},2024-{n % 12 + 1:02}-05,{n + 1}.01,企业{n % 7}" for n in range(40)]
    (tmp_path / "t.json").write_text(json.dumps(document), encoding="utf-8")
    (tmp_path / "e.csv").write_bytes(csv_file(lines, f"{HEADER},社会信用代码"))

    def answer(seed: int) -> bytes:
        arguments = ("--terms", "t.json", "--entries", "e.csv", "--json")
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": str(seed)}
        command = [sys.executable, "-P", "-c", SPLIT, *arguments]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=True).stdout

    with ThreadPoolExecutor(2) as pairs:
        answers = set(pairs.map(answer, range(20)))

    assert len(answers) == 1
    assert len(json.loads(answers.pop())["entries"]) == 40


# N8: no float anywhere on a money path

SOURCES = sorted(ROOT.glob("ledger/**/*.py"))
MATH = {"floor", "ceil", "trunc", "lcm", "gcd", "comb", "isqrt"}


def floats(tree: ast.AST) -> Iterator[str]:
    """Where a module could make a float: literals, the names `float` and `round`, inexact functions of `math`."""
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        match node:
            case ast.Constant(value=float() | complex()):
                yield f"{line}: literal"
            case ast.Name(id="float" | "complex" | "round" as name):
                yield f"{line}: {name}"
            case ast.Attribute(value=ast.Name(id="math"), attr=attr) if attr not in MATH:
                yield f"{line}: math.{attr}"
            case ast.ImportFrom(module="math", names=names):
                yield from (f"{line}: math.{alias.name}" for alias in names if alias.name not in MATH)
            case (
                ast.ImportFrom(module="decimal" | "statistics" | "random")
                | ast.Import(names=[ast.alias(name="decimal" | "statistics" | "random")])
            ):
                yield f"{line}: import"
            case ast.BinOp(op=ast.Div(), left=ast.Constant() | ast.Call(func=ast.Name(id="int" | "len" | "sum"))):
                yield f"{line}: true division of whole numbers"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_module_of_the_ledger_can_make_a_float(path: Path) -> None:
    """N8."""
    assert list(floats(ast.parse(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    "source",
    ["x = 0.1", "float(y)", "round(y)", "math.sqrt(2)", "from math import sqrt", "len(x) / 2", "import decimal"],
)
def test_the_search_for_floats_finds_them(source: str) -> None:
    assert list(floats(ast.parse(source)))


def numbers(value: object) -> Iterator[object]:
    """Every number in a document, however deep."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for each in value:
            yield from numbers(each)
    elif not isinstance(value, str | bool | None):
        yield value


@settings(max_examples=50)
@given(WEIGHTS, AMOUNTS)
def test_every_number_of_a_result_is_a_whole_number(weights: list[int], amounts: list[int]) -> None:
    """N8, at run time."""
    parties = parties_of(weights)
    waterfall = [
        {"name": "先还", "until": "1.00", "take": "1/3", "split": {parties[0]: "2/3", parties[-1]: "0.1"}},
        {"split": dict(zip(parties, weights, strict=True))},
    ]
    document = terms_of(dict.fromkeys(parties, 1), parties)
    document["pools"]["tax"]["waterfall"] = waterfall

    result = divided(document, amounts)

    assert {type(number) for number in numbers(split_document(Versions([read_terms(document)]), result))} == {int}


# N11: same key, other payload


def test_the_same_voucher_with_another_payload_names_both_fingerprints(ledger: Ledger) -> None:
    """N11; in full in test_import."""
    ledger.import_receipts(csv_file(["V1,2024-01-05,100.00"]), "一.csv")

    with pytest.raises(LinesRefused) as refused:
        ledger.import_receipts(csv_file(["V1,2024-01-05,1.00"]), "二.csv")

    facts = refused.value.faults[0].rule.facts
    assert facts["recorded_print"] != facts["sent_print"]
    assert f"（第 2 号事项第 1 行，指纹 {facts['recorded_print']}）" in refused.value.say("zh")
    assert f"（指纹 {facts['sent_print']}）" in refused.value.say("zh")
