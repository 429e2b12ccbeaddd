"""The real rules R01–R40 stand in the reference, and their terms divide as it says."""

import re
from pathlib import Path

import pytest

from ledger.domain.dividing.split import Split, split
from ledger.domain.facts.certified import Certified
from ledger.domain.facts.draft import read_facts
from ledger.domain.recording.figures import Report, decimal_text
from ledger.domain.recording.linking import link
from ledger.domain.terms import Terms
from ledger.domain.terms.draft import read_terms
from ledger.domain.terms.versions import Versions
from ledger.files.documents import read_document
from ledger.files.figures_file import read_figures, read_inputs
from ledger.files.receipts_file import read_receipts
from ledger.projections.terms_in_words import terms_in_words
from ledger.projections.wording import money

RULES = Path(__file__).parents[1] / "docs/rules"
REFERENCE = RULES.with_name("terms.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (R[0-9]{2}) [^|]+\|([^|]+)\|([^|]+)\|([^|]+)\|$", REFERENCE, re.M)
TABLE = {number: [cell.strip() for cell in cells] for number, *cells in ROWS}
DIVIDED = [number for number, cells in TABLE.items() if cells[1].startswith("[")]
MONEY = "款项"
Shown = dict[str, dict[str, str]]
"""What the table or the program says everyone gets: by group (money, or pool and measure), then by party."""


def test_every_rule_stands_in_the_table_once_with_its_terms_or_the_reason_why_it_divides_nothing() -> None:
    assert [number for number, *_ in ROWS] == [f"R{number:02}" for number in range(1, 41)]
    for number, (says, terms, worked) in TABLE.items():
        assert says
        if number in DIVIDED:
            assert terms == f"[{number}.yaml](rules/{number}.yaml)" and " → " in worked
        else:
            assert terms.startswith("不是分配规则：") and worked == "—"
    assert {file.stem for file in RULES.rglob("*.*") if file.is_file()} == set(DIVIDED)


@pytest.mark.parametrize("number", DIVIDED)
def test_a_rule_is_sound_reads_as_sentences_and_says_what_its_source_does_not(number: str) -> None:
    head = (RULES / f"{number}.yaml").read_text(encoding="utf-8").split("title:")[0]

    sentences = terms_in_words(_terms(number))

    assert head.startswith(f"# {number} ")
    assert "# 出处：" in head
    assert all(any(f"附注：{word}：" in each for each in sentences) for word in ("原文", "示例，不出自原文"))
    assert len(sentences) > 6 and all(sentence.endswith("。") for sentence in sentences)


@pytest.mark.parametrize("number", DIVIDED)
def test_a_worked_entry_divides_as_the_table_says(number: str) -> None:
    terms = _terms(number)
    result = _divided(number, terms)

    assert result.faults == [] and result.waiting_fen == 0
    assert not any(each.waiting for each in result.measured.values())
    assert _shown(terms, result) == _in_table(number)


def _terms(number: str) -> Terms:
    return read_terms(read_document(RULES / f"{number}.yaml"))


def _divided(number: str, terms: Terms) -> Split:
    facts, entries = RULES / f"facts/{number}.yaml", RULES / f"entries/{number}.csv"
    certified = read_facts(read_document(facts)) if facts.exists() else Certified()
    reports: list[Report] = []
    for reader, folder in ((read_figures, "figures"), (read_inputs, "inputs")):
        file = RULES / f"{folder}/{number}.csv"
        reports += reader(file.read_bytes(), file.name).reports if file.exists() else []
    if not entries.exists():
        return split(Versions([terms]), [], certified, reports=reports)
    read = read_receipts(entries.read_bytes(), entries.name)
    lines = link(read.entries, read.references, lambda vouchers: (), entries.name)
    return split(Versions([terms]), lines, certified, reports=reports)


def _shown(terms: Terms, result: Split) -> Shown:
    """What the program gives everyone, zeros left out, in the words of the table."""
    groups: Shown = {MONEY: {party: money(fen) for party, fen in result.totals.items() if fen}}
    for key, measured in result.measured.items():
        pool = terms.pool(key.pool)
        assert pool is not None and pool.reported is not None
        name = f"{key.pool}·{key.measure}" if key.measure not in ("", key.pool) else key.pool
        step = pool.reported.step
        places = len(str(step.denominator)) - 1
        values = {party: steps * step for party, steps in measured.totals.items() if steps}
        groups[name] = {
            party: money(int(value * 100)) if pool.share == "inputs" else _in_places(decimal_text(value), places)
            for party, value in values.items()
        }
    return {
        group: {terms.parties[party].name: value for party, value in each.items()}
        for group, each in groups.items()
        if each
    }


def _in_places(text: str, places: int) -> str:
    whole, _, rest = text.partition(".")
    return f"{whole}.{rest.ljust(places, '0')}"


def _in_table(number: str) -> Shown:
    _, _, shares = TABLE[number][2].rpartition(" → ")
    groups = dict(group.split("：", 1) for group in shares.split("；"))
    return {group: dict(each.rsplit(" ", 1) for each in said.split("、")) for group, said in groups.items()}
