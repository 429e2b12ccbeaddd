"""Whatever is sent, the service never fails and never answers otherwise than its document says.

`ENCLAVE_CALLS=4000` calls every operation so often; the suite is content with a few.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.routes import DECIDED
from tests.conftest import two_counties
from tests.test_service import Service

CALLS = int(os.environ.get("ENCLAVE_CALLS", "15"))
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
