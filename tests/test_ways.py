"""Refusals name things; how a thing is asked for is named by each front end, and is really there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from api.app import create_app
from api.cli.main import enclave
from api.ways import WAYS
from ledger.domain.errors import kind_of
from tests.test_style import MODULES, all_refusals, name_of

TYPED = re.compile(r"(?<![\w-])--[a-z-]+|enclave [a-z]+")
OF_CURL = {"--data-binary"}
BELOW = [file for file in MODULES if not name_of(file).startswith(("api.cli", "api.ways", "bench", "features"))]


def texts(file: Path) -> Iterator[str]:
    """Every text of a module except for its docstrings."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value


@pytest.mark.parametrize("file", BELOW, ids=name_of)
def test_nothing_below_the_command_line_says_what_is_typed_there(file: Path) -> None:
    assert [text for text in texts(file) if set(TYPED.findall(text)) - OF_CURL] == []


def commands(group: click.Group, path: tuple[str, ...] = ("enclave",)) -> Iterator[tuple[str, click.Command]]:
    """Every command by the words that call it."""
    for name in group.list_commands(click.Context(group)):
        found = group.get_command(click.Context(group), name)
        assert found is not None
        yield " ".join((*path, name)), found
        if isinstance(found, click.Group):
            yield from commands(found, (*path, name))


def test_every_way_belongs_to_a_refusal_and_leads_somewhere_on_each_front_end(tmp_path: Path) -> None:
    named = dict(commands(enclave))
    typed = set(named) | {option for each in (enclave, *named.values()) for own in each.params for option in own.opts}
    document = create_app(tmp_path).test_client().get("/api/v1/openapi.json").json
    assert document
    routes = {
        f"{method.upper()} {rule.removeprefix('/api/v1/{tenant}/')}": route
        for rule, path in document["paths"].items()
        for method, route in path.items()
        if method != "parameters"
    }
    asked = [own for route in routes.values() for own in route.get("parameters", []) if own.get("in") == "query"]
    sent = set(routes) | {f"?{own['name']}" for own in asked}
    sent |= {f'"{name}"' for each in document["components"]["schemas"].values() for name in each.get("properties", {})}

    assert set(WAYS) <= {kind_of(rule) for rule in all_refusals()}
    for kind, way in WAYS.items():
        for words in way.typed.split(", "):
            command, _, option = words.rpartition(" --")
            assert words in typed or (command in typed and f"--{option}" in typed), (kind, words)
        for words in filter(None, way.sent.split(", ")):
            assert words in sent, (kind, words)
