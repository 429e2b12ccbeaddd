"""The style is a test: imports flow one way, words are in the glossary, functions stay short, no float near a figure."""

import ast
import json
import re
import subprocess
from base64 import b64decode
from pathlib import Path
from uuid import UUID

import pytest
from eventsourcing.persistence import StoredEvent

from ledger.domain import errors
from ledger.domain.events import EVENTS
from ledger.store.mapper import StructMapper

ROOT = Path(__file__).parents[1]
ORDER = [
    "ledger.domain",
    "ledger.audit",
    "ledger.files",
    "ledger.store",
    "ledger.application",
    "ledger.projections",
    "api.access",
    "api.settings",
    "api.ways",
    "api.uploads",
    "api.changes",
    "api.http",
    "api.jobs",
    "api.resources",
    "api",
    "features",
    "bench",
    "api.cli",
]
CHAPTERS = ["terms", "facts", "recording", "events", "agreeing", "register", "dividing", "stating"]
MODULES = sorted(file for folder in ("ledger", "bench", "api", "features") for file in (ROOT / folder).rglob("*.py"))
LEDGER = [file for file in MODULES if file.is_relative_to(ROOT / "ledger")]
FUNCTION_LINES_MAX = 30
HISTORY = (Path(__file__).with_name("history.jsonl")).read_text(encoding="utf-8").splitlines()


def name_of(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def layer(name: str) -> int:
    """The layer that a module belongs to, or -1 for other people's; the command line is a layer above the service."""
    own = max((own for own in ORDER if f"{name}.".startswith(f"{own}.")), key=len, default="")
    return ORDER.index(own) if own else -1


def imports(file: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {
        f"{node.module}.{alias.name}" for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names
    }


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_a_module_imports_only_its_own_layer_and_lower_ones(file: Path) -> None:
    own = layer(name_of(file))

    assert {name for name in imports(file) if layer(name) > own} == set()


@pytest.mark.parametrize("file", [file for file in MODULES if "features" in file.parts], ids=name_of)
def test_features_know_values_of_the_ledger_and_reach_everything_else_over_http(file: Path) -> None:
    behind = ("application", "store", "audit", "domain.dividing", "domain.stating", "projections.statements")

    assert not [name for name in imports(file) if name.startswith(tuple(f"ledger.{each}" for each in behind))]


def chapter(name: str) -> int:
    """The chapter of the domain that a module belongs to; -1 for its ground and for everything else."""
    parts = name.split(".")
    inside = parts[:2] == ["ledger", "domain"] and len(parts) > 2 and parts[2] in CHAPTERS
    return CHAPTERS.index(parts[2]) if inside else -1


@pytest.mark.parametrize("file", [file for file in LEDGER if "domain" in file.parts], ids=name_of)
def test_a_chapter_of_the_domain_imports_only_chapters_before_it(file: Path) -> None:
    own = chapter(name_of(file))

    assert {name for name in imports(file) if chapter(name) > own} == set()


def test_only_the_store_imports_eventsourcing() -> None:
    importers = {name_of(file) for file in MODULES if any(name.startswith("eventsourcing") for name in imports(file))}

    assert importers and all(name.startswith("ledger.store.") for name in importers)


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_functions_stay_short_and_modules_say_what_they_are(file: Path) -> None:
    source = file.read_text(encoding="utf-8")
    tree = ast.parse(source)
    long = {
        node.name: code_lines(node, source)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and code_lines(node, source) > FUNCTION_LINES_MAX
    }

    assert long == {}
    assert not source or ast.get_docstring(tree)


def code_lines(function: ast.FunctionDef, source: str) -> int:
    """Lines of a function without its docstring, comments and blank lines."""
    lines = source.splitlines()[function.lineno - 1 : function.end_lineno]
    docstring = ast.get_docstring(function, clean=False)
    return sum(bool(line.strip()) and not line.strip().startswith("#") for line in lines) - (
        len(docstring.splitlines()) if docstring else 0
    )


@pytest.mark.parametrize("file", LEDGER, ids=name_of)
def test_no_float_comes_near_a_figure(file: Path) -> None:
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    literals = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, float)]
    names = {node.id for node in nodes if isinstance(node, ast.Name)}

    assert literals == []
    assert not names & {"float", "round", "Decimal"}


def test_every_domain_class_is_in_the_glossary() -> None:
    glossary = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    refusals = {each.__name__ for each in all_refusals()}
    classes = {
        node.name
        for file in (ROOT / "ledger/domain").rglob("*.py")
        if file.name != "errors.py"
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    }

    assert {name for name in classes - refusals if f"`{name}`" not in glossary} == set()


def all_refusals() -> list[type[errors.Refusal]]:
    found: list[type[errors.Refusal]] = [errors.Refusal]
    for each in found:
        found += each.__subclasses__()
    return found


def test_every_refusal_says_the_same_facts_in_both_languages() -> None:
    for refusal in all_refusals():
        if "zh" in vars(refusal):
            chinese, english = (set(re.findall(r"\{(\w+)", text)) for text in (refusal.zh, refusal.en))
            assert english <= chinese and re.search("[\u4e00-\u9fff]", refusal.zh), refusal.__name__
            assert not re.search("[\u4e00-\u9fff]", re.sub("原行号|原税票号码", "", refusal.en)), refusal.__name__


@pytest.mark.parametrize("line", HISTORY)
def test_every_event_ever_stored_can_still_be_read(line: str) -> None:
    topic, stored = json.loads(line)

    event = StructMapper().to_domain_event(StoredEvent(UUID(int=1), 1, topic, b64decode(stored)))

    assert topic.rpartition(".")[0] == event.TOPIC.rpartition(".")[0]  # an earlier form is read as the present one


def test_the_history_holds_every_kind_of_event() -> None:
    assert {json.loads(line)[0] for line in HISTORY} == {kind.TOPIC for kind in EVENTS}


def tracked() -> list[Path]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name.decode() for name in names.split(b"\0") if name]


def test_no_tracked_file_names_a_package_registry_or_a_path_of_a_machine() -> None:
    hosts = ["py" + "pi.org", "python" + "hosted.org", "npm" + "js.", "deb." + "debian"]
    homes = [rf"(?<![\w.])/{name}/" for name in ("work", "root", "home")]
    needles = [*map(re.escape, hosts), *homes]

    found = {
        (str(file.relative_to(ROOT)), needle)
        for file in tracked()
        if file.exists()
        for needle in needles
        if re.search(needle, file.read_text(encoding="utf-8", errors="ignore"))
    }

    assert found == set()


def test_nothing_else_stands_at_the_top() -> None:
    allowed = {
        "run.py", "ledger", "api", "features", "docker", "tests", "bench", "docs", "pyproject.toml",
        "requirements.lock", "README.md", "CHANGELOG.md", "LICENSE", ".ci",
    }  # fmt: skip

    assert {file.relative_to(ROOT).parts[0] for file in tracked()} <= allowed
