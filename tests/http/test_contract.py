"""The running server held to its own OpenAPI document by generated requests."""

import asyncio
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.http.outside import Api

pytestmark = pytest.mark.anyio

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
FEW = settings(
    max_examples=4,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)


def hold(operation: Any, url: str, key: str) -> None:
    """Send a few generated requests and hold each answer to the document."""

    @FEW
    @given(case=operation.as_strategy())
    def check(case: Any) -> None:
        answer = case.call(base_url=url, headers={"Authorization": f"Bearer {key}", "Prefer": "wait=0"})
        case.validate_response(answer, checks=CHECKS)

    check()


# The server runs in this process, too, and PgQueuer draws its jitter while Hypothesis draws a request.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")
async def test_generated_requests_are_answered_as_documented(shop: Api) -> None:
    document = (await shop.get("/openapi.json")).body
    schema = schemathesis.openapi.from_dict(document)

    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        await asyncio.to_thread(hold, found.ok(), shop.url, shop.key)
