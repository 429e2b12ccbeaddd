"""Whatever is sent, the service never fails, and never answers late or otherwise than its document says.

The suite is content with a few calls.  The long form makes more than 200,000, by resource if `-k` names one, and prints
how each operation answered:

    ENCLAVE_CALLS=2500 python3 run.py test tests/test_service_fuzz.py -n 0 -s
"""

import os
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.generation import GenerationMode

from api.app import RESOURCES
from tests.fuzzed import Fuzzed, Operation, Tally

CALLS = int(os.environ.get("ENCLAVE_CALLS", "12"))
CALLS_IN_SEQUENCES = 8 * CALLS
STEPS = 20
AT_ONCE, CASES = 6, 300
"""Calls of one thing that was drawn; things that hypothesis draws before it begins anew."""
OUTSIDER = "bing-head"
SETTINGS = settings(
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,),  # the books move on, so nothing found could be made smaller
    deadline=None,
    database=None,
)
VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=9), st.just([]), st.just({}))
NUMBERS = st.one_of(st.just(""), st.integers(0, 9_999).map(str))
PLACES = st.one_of(st.just([]), st.lists(st.integers(0, 9), max_size=5))


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzzed]:
    found = Fuzzed(tmp_path_factory.mktemp("fuzzed"))
    yield found
    found.shelf.close()


@pytest.fixture(scope="module")
def document(service: Fuzzed) -> Any:
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", service.app)


@pytest.fixture
def tally() -> Iterator[Tally]:
    found = Tally()
    yield found
    print(found.spread())


@pytest.mark.parametrize("resource", [each.name for each in RESOURCES])
def test_no_call_makes_it_fail_or_answer_what_is_not_documented(
    resource: str, service: Fuzzed, document: Any, tally: Tally, subtests: pytest.Subtests
) -> None:
    operations = [each.ok() for each in document.get_all_operations() if each.ok().tags == [resource]]
    assert operations
    for operation in operations:
        if not operation.path.endswith("/stream"):  # it answers for 25 seconds
            with subtests.test(operation.label):
                call(operation, Operation(service, operation), tally)
            print(tally.spread(operation.label), flush=True)


def call(operation: Any, asked: Operation, tally: Tally) -> None:
    """What the document allows and what it does not, by who may and who may not, of what is there and what is not."""
    cases = st.one_of(*map(operation.as_strategy, (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)))
    person, left = st.sampled_from([*asked.able, OUTSIDER]), st.sets(st.sampled_from(asked.words), max_size=2)
    several = st.lists(st.tuples(person, left, NUMBERS, PLACES, VALUES), min_size=AT_ONCE, max_size=2 * AT_ONCE)

    @settings(SETTINGS, max_examples=min(CALLS // AT_ONCE, CASES))
    @given(case=cases, several=several)
    def called(case: schemathesis.Case, several: list[tuple[str, set[str], str, list[int], Any]]) -> None:
        drawn = {place: getattr(case, place) for place in asked.known}
        for login, left, number, places, value in several:
            for place, sent in drawn.items():
                setattr(case, place, dict(sent) if isinstance(sent, dict) else sent)
            asked.fit(case, login, set(asked.words) - left, number)
            case.body = spoilt(case.body, places, value) if places and isinstance(case.body, dict) else case.body
            answer = case.call(**asked.asked_by(login))
            tally.check(case, answer)
            if answer.status_code in (201, 202) and asked.label.endswith(("/imports", "/imports/lines")):
                asked.service.post(login, f"park/imports/{answer.json()['id']}/cancel")  # or no more could be sent

    tally.until(CALLS, called, asked.label)


def spoilt(document: Any, places: list[int], value: Any) -> Any:
    """A document in which something else stands somewhere."""
    if not places or not isinstance(document, dict | list) or not document:
        return value
    at, *further = places
    keys = list(document) if isinstance(document, dict) else range(len(document))
    key = keys[at % len(keys)]
    inner = spoilt(document[key], further, value)
    return document | {key: inner} if isinstance(document, dict) else [*document[:key], inner, *document[key + 1 :]]


def test_no_sequence_of_calls_makes_it_fail_or_answer_what_is_not_documented(
    service: Fuzzed, document: Any, tally: Tally
) -> None:
    """One after the other, each on what the calls before it made, as the document links them; by those who may."""

    class Sequences(document.as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            service.begin_again()
            self.steps = 0

        def step(self, taken: Any) -> Any:
            self.asked = Operation(service, taken.case.operation)
            self.login = self.asked.able[self.steps % len(self.asked.able)]
            self.steps += 1
            linked = {word for _, word in taken.applied_parameters}
            if self.steps % 5:
                self.asked.fit(taken.case, self.login, {"tenant", *self.asked.words} - (linked - {"tenant"}))
            return super().step(taken)

        def get_call_kwargs(self, case: schemathesis.Case) -> dict[str, Any]:
            return self.asked.asked_by(self.login)

        def validate_response(self, response: schemathesis.Response, case: schemathesis.Case, **more: Any) -> None:
            tally.check(case, response)

    at_once = settings(SETTINGS, max_examples=min(CALLS // 3, CASES), stateful_step_count=STEPS)
    tally.until(CALLS_IN_SEQUENCES, partial(run_state_machine_as_test, Sequences, settings=at_once))

    for label in sorted({label for label, _ in tally.answers}):
        print(tally.spread(label))
    assert {201, 409} <= {status for _, status in tally.answers}
