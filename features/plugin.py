"""What pytest loads to run features: the steps, the clerk who carries them out, and the rule that no refusal goes by."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from pytest_bdd.parser import Scenario, Step

from api.client import Client
from features.clerk import Clerk
from features.people import People, service_here

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
    "features.steps.people",
    "features.steps.registry",
    "features.steps.simulations",
    "features.steps.refusals",
]
ANSWERS = "features.steps.refusals"
VARIABLE = "ENCLAVE_TOKEN"


class Unanswered(AssertionError):
    """A step was refused and the feature did not say that it should be."""

    def __init__(self, step: Step, clerk: Clerk) -> None:
        self.step = step
        super().__init__(
            f"第 {step.line_number} 行的步骤“{step.name}”被拒绝，而紧接着没有写“被拒绝…”。\n"
            f'{clerk.refusal}\n若本应被拒绝，请紧接着写：那么 被拒绝，原因是 "{clerk.reason}"'
        )


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where the features are carried out: in this process, unless a server is named."""
    group = parser.getgroup("features", "中文场景 features in Chinese")
    group.addoption("--server", default="", help="在运行中的服务上跑场景，写它的网址。The URL of a running service.")
    group.addoption("--token", default="", help=f"服务管理员的令牌（或 {VARIABLE}）。The operator's token.")


@pytest.fixture(scope="session")
def people(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    """Everybody whom scenarios need, made once for all of them."""
    server, token = (str(pytestconfig.getoption(name)) for name in ("--server", "--token"))
    if server:
        with closing(Client.at(server, token or os.environ.get(VARIABLE, ""))) as operator:
            yield People(operator)
        return
    with service_here(tmp_path_factory.mktemp("service")) as operator:
        yield People(operator)


@pytest.fixture
def clerk(people: People) -> Clerk:
    """A clerk with fresh books."""
    return Clerk(people)


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
