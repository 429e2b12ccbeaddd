"""Running a policy officer's own feature file against fresh books, without pytest's noise."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import pytest
from pytest_bdd.parser import Feature, Scenario, Step

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
    _failure: tuple[Step, Exception] | None = None

    @pytest.hookimpl
    def pytest_bdd_step_error(
        self,
        request: Any,
        feature: Feature,
        scenario: Scenario,
        step: Step,
        step_func: Any,
        step_func_args: dict[str, object],
        exception: Exception,
    ) -> None:
        """Keep the step that failed."""
        self._failure = (step, exception)

    @pytest.hookimpl
    def pytest_bdd_after_scenario(self, request: Any, feature: Feature, scenario: Scenario) -> None:
        """One scenario is over."""
        if self._failure is None:
            self.found.append(Outcome(scenario.name, True))
        else:
            step, problem = self._failure
            reason = str(problem).split("\nassert ")[0] or type(problem).__name__
            self.found.append(Outcome(scenario.name, False, step.name, step.line_number, reason))
        self._failure = None


def run(file: Path) -> list[Outcome]:
    """How each scenario of a sound feature file went."""
    outcomes = Outcomes()
    with _folder() as folder:
        test = folder / f"test_{uuid4().hex}.py"  # a name of its own: Python keeps modules by name
        test.write_text(TEST.format(file=str(file.resolve())), encoding="utf-8")
        options = ["--import-mode=importlib", "--rootdir", str(folder), "-c", str(folder / "pytest.ini")]
        options += ["-p", "no:terminal", "-p", "no:cacheprovider", "-p", "features.plugin"]
        (folder / "pytest.ini").write_text("[pytest]\naddopts =\n")
        pytest.main([*options, "--basetemp", str(folder / "books"), str(test)], plugins=[outcomes])
    return outcomes.found


@contextmanager
def _folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="enclave-feature-") as folder:
        yield Path(folder)
