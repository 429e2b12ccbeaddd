"""Running a policy officer's own feature file against fresh books, without pytest's noise."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast
from uuid import uuid4

import pytest
from pytest_bdd.parser import Step
from pytest_bdd.scenario import scenario_wrapper_template_registry

from api.client import ServiceRefused, ServiceUnreachable
from features.plugin import Unanswered
from ledger.domain.errors import Refusal

TEST = "from pytest_bdd import scenarios\n\nscenarios({file!r})\n"


@dataclass
class Outcome:
    """How one scenario (or one example of an outline) went; `step` and `reason` say where it failed and why."""

    scenario: str
    passed: bool
    step: str = ""
    line: int = 0
    reason: str = ""


@dataclass
class Outcomes:
    """A pytest plugin that gathers how scenarios went."""

    found: list[Outcome] = field(default_factory=list)
    _step: Step | None = None

    @pytest.hookimpl
    def pytest_bdd_before_step(self, step: Step) -> None:
        """Keep the step, should it fail."""
        self._step = step

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Function, call: pytest.CallInfo[None]) -> None:
        """A scenario is over, or could not begin, or could not be cleared away."""
        if call.when == "call" or call.excinfo:
            self.found.append(self._outcome(item, call.excinfo.value if call.excinfo else None))
            self._step = None

    def _outcome(self, item: pytest.Function, problem: BaseException | None) -> Outcome:
        template = scenario_wrapper_template_registry[item.function]
        example = _example(item)
        row = "、".join(f"{name} {value}" for name, value in example.items())
        name = template.render(example).name + (f"（{row}）" if row else "")
        if problem is None:
            return Outcome(name, True)
        step = problem.step if isinstance(problem, Unanswered) else self._step
        where = (step.name, step.line_number) if step else (template.name, template.line_number)
        return Outcome(name, False, *where, reason_of(problem))


def _example(item: pytest.Function) -> dict[str, str]:
    """The row of an outline's examples; nothing for a plain scenario."""
    example = item.callspec.params["_pytest_bdd_example"] if hasattr(item, "callspec") else {}
    return cast(dict[str, str], example)


def reason_of(problem: BaseException) -> str:
    """Why a scenario failed, as an officer can read it."""
    said = str(problem).split("\nassert ")[0]
    if isinstance(problem, pytest.skip.Exception):
        return "没有执行：场景的标签使它跳过。请去掉标签。"
    if said and isinstance(problem, AssertionError | Refusal | ServiceRefused | ServiceUnreachable):
        return said
    return f"这一步做不下去（{type(problem).__name__}：{said}）。请核对它的写法，以及前面是否缺了步骤。"


def run(file: Path, server: str = "", token: str = "") -> list[Outcome]:
    """How each scenario of a sound feature file went; on a running service if one is named."""
    outcomes = Outcomes()
    with _folder() as folder:
        copy = folder / "own.feature"  # without the mark that some editors put before the first line
        copy.write_text(file.read_text(encoding="utf-8-sig"), encoding="utf-8")
        test = folder / f"test_{uuid4().hex}.py"  # a name of its own: Python keeps modules by name
        test.write_text(TEST.format(file=str(copy.resolve())), encoding="utf-8")
        options = ["--import-mode=importlib", "--rootdir", str(folder), "-c", str(folder / "pytest.ini")]
        options += ["-p", "no:terminal", "-p", "no:cacheprovider", "-p", "features.plugin"]
        options += ["--server", server, "--token", token] if server else []
        (folder / "pytest.ini").write_text("[pytest]\naddopts =\n")
        pytest.main([*options, "--basetemp", str(folder / "books"), str(test)], plugins=[outcomes])
    return outcomes.found


@contextmanager
def _folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="enclave-feature-") as folder:
        yield Path(folder)
