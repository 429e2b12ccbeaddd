"""Whatever is sent, the service never fails and never answers otherwise than its document says.

`ENCLAVE_CALLS=4000` calls every operation so often; the suite is content with a few.
"""

import os
from collections.abc import Iterator
from itertools import cycle
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.routes import DECIDED
from tests.conftest import two_counties
from tests.test_service import Service

CALLS = int(os.environ.get("ENCLAVE_CALLS", "15"))
STEPS = 10
THERE = {"tenant": "park", "agreement": "A1"}
"""What stands in the service that is called."""
CHECKS = (
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    found = Service(tmp_path_factory.mktemp("fuzzed"))
    assert found.post("jia-clerk", "park/agreements", {"terms": two_counties()}).status_code == 201
    yield found
    found.app.extensions["enclave"][0].close()


def test_no_call_makes_it_fail_or_answer_what_is_not_documented(service: Service) -> None:
    document = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", service.app)
    called = 0
    for operation in (each.ok() for each in document.get_all_operations()):
        if not operation.path.endswith("/stream"):  # it answers for 25 seconds
            call(operation, service)
            called += 1
    assert called >= len({rule for _, rule in DECIDED}) - 1


def call(operation: Any, service: Service) -> None:
    """Whatever the document allows, and what it does not, by two people and to two tenants."""

    @settings(max_examples=CALLS, suppress_health_check=list(HealthCheck), deadline=None, database=None)
    @given(case=operation.as_strategy(), login=st.sampled_from(["office", "jia-head"]), there=st.booleans())
    def called(case: schemathesis.Case, login: str, there: bool) -> None:
        if there and "tenant" in (case.path_parameters or {}):
            case.path_parameters["tenant"] = "park"
        headers = {"Authorization": f"Bearer {service.tokens[login]}", "Accept-Encoding": "identity"}
        case.call_and_validate(headers=headers, checks=CHECKS)

    called()


def test_no_sequence_of_calls_makes_it_fail_or_answer_what_is_not_documented(service: Service) -> None:
    """One after the other by several people to the same things, in the order that the document suggests."""
    document = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", service.app)
    answered: list[int] = []
    who = cycle(("office", "jia-head", "jia-clerk"))

    class Sequences(document.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: schemathesis.Case) -> dict[str, Any]:
            case.path_parameters |= {name: THERE[name] for name in case.path_parameters if name in THERE}
            return {"headers": {"Authorization": f"Bearer {service.tokens[next(who)]}", "Accept-Encoding": "identity"}}

        def validate_response(self, response: Any, case: schemathesis.Case, **more: Any) -> None:
            answered.append(response.status_code)
            case.validate_response(response, checks=CHECKS)

    run_state_machine_as_test(
        Sequences,
        settings=settings(
            max_examples=CALLS,
            stateful_step_count=STEPS,
            suppress_health_check=list(HealthCheck),
            deadline=None,
            database=None,
        ),
    )

    assert len(answered) >= CALLS and set(answered) > {422}
