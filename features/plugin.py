"""What pytest loads to run features: the steps, the clerk who carries them out, and the rule that no refusal goes by."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_bdd.parser import Scenario, Step

from features.clerk import Clerk

pytest_plugins = [
    "features.steps.agreements",
    "features.steps.bridges",
    "features.steps.certification",
    "features.steps.figures",
    "features.steps.files",
    "features.steps.inputs",
    "features.steps.receipts",
    "features.steps.statements",
    "features.steps.shares",
    "features.steps.levels",
    "features.steps.payments",
    "features.steps.registry",
    "features.steps.simulations",
    "features.steps.refusals",
]
ANSWERS = "features.steps.refusals"


class Unanswered(AssertionError):
    """A step was refused and the feature did not say that it should be."""

    def __init__(self, step: Step, clerk: Clerk) -> None:
        self.step = step
        super().__init__(
            f"第 {step.line_number} 行的步骤“{step.name}”被拒绝，而紧接着没有写“被拒绝…”。\n"
            f'{clerk.refusal}\n若本应被拒绝，请紧接着写：那么 被拒绝，原因是 "{clerk.reason}"'
        )


@pytest.fixture
def clerk(tmp_path: Path) -> Iterator[Clerk]:
    """A clerk with fresh books."""
    with Clerk(tmp_path) as found:
        yield found


@pytest.hookimpl
def pytest_bdd_before_step_call(
    request: pytest.FixtureRequest, scenario: Scenario, step: Step, step_func: Callable[..., object]
) -> None:
    """A refusal is answered by the very next step, and forgotten when something new is done."""
    clerk: Clerk = request.getfixturevalue("clerk")
    if step_func.__module__ == ANSWERS:
        clerk.unanswered = False
    _insist(clerk, scenario.steps[scenario.steps.index(step) - 1])
    if step.type != "then":
        clerk.forget_refusal()


@pytest.hookimpl(trylast=True)
def pytest_bdd_after_scenario(request: pytest.FixtureRequest, scenario: Scenario) -> None:
    """No scenario ends on a refusal that was not answered."""
    if scenario.steps:
        _insist(request.getfixturevalue("clerk"), scenario.steps[-1])


def _insist(clerk: Clerk, latest: Step) -> None:
    if clerk.unanswered:
        clerk.unanswered = False
        raise Unanswered(latest, clerk)
