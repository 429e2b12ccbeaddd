"""The documents say what the program does."""

import re
from pathlib import Path

import pytest

from api.cli.main import COMMANDS
from ledger.domain.facts.draft import read_facts
from ledger.domain.terms.draft import read_terms
from ledger.files.columns import RECEIPTS
from ledger.files.documents import parse_json, parse_yaml, read_document, write_json, write_yaml
from ledger.projections.terms_in_words import terms_in_words

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted([*(ROOT / "docs/examples").glob("*.yaml"), *(ROOT / "api/demo/agreements").glob("*.yaml")])
REFERENCE = (ROOT / "docs/terms.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", REFERENCE, re.S)


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_an_example_can_be_signed_and_reads_as_sentences(file: Path) -> None:
    document = read_document(file)

    sentences = terms_in_words(read_terms(document))

    assert sentences[0].startswith("1. 本协议名为")
    assert all(sentence.endswith("。") for sentence in sentences)


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_a_document_survives_yaml_and_json_without_loss(file: Path) -> None:
    document = read_document(file)

    assert parse_yaml(write_yaml(document), "y") == document
    assert parse_json(write_json(document), "j") == document


def test_complete_blocks_of_the_reference_are_sound() -> None:
    complete = [parse_yaml(block, "block") for block in BLOCKS if block.startswith("title:")]
    facts = [parse_yaml(block, "block") for block in BLOCKS if block.startswith("facts:")]

    assert complete and facts
    for document in complete:
        read_terms(document)
    for document in facts:
        read_facts(document)


def test_the_reference_names_every_column_and_the_readme_only_commands_that_are_there() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"python3 run\.py (?:--books \S+ )?([a-z]+)", readme)) - {"test"}

    assert {name for name in RECEIPTS.used if name not in REFERENCE} == set()
    assert named <= set(COMMANDS)
