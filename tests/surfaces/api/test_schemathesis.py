"""The running API against its own document: whatever is sent, the answer is documented and no 5xx.

Real PostgreSQL, the slim WSGI application itself. Half of the generated codes and ids are replaced by real ones, so that
requests get past the first look-up.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.factories import Hall, instant, make_hall, phone, resident
from tests.surfaces.api.conftest import Caller, at, staff_token, token_of
from yueban.config.wsgi import application
from yueban.domain.booking.queries import broken_invariants
from yueban.domain.people.rules import ChannelProgram, Role

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    ignored_auth,
    unsupported_method,
]
EXAMPLES = 25


@dataclass(frozen=True)
class World:
    """What exists: real values by the names under which the API asks for them, and a token for each tag."""

    values: dict[str, Any]
    tokens: dict[str, str]


@pytest.fixture
def world(transactional_db: None) -> World:
    """A hall on a Monday morning with a booking, a waiting ticket and tokens of all kinds."""
    hall = make_hall()
    tokens = {
        "app": token_of("app"),
        "upstream": token_of("upper", ChannelProgram.UPSTREAM),
        "staff": staff_token("clerk", Role.CLERK, hall.centre.pk),
    }
    return World(_values(hall, Caller(tokens["app"])), tokens)


def _values(hall: Hall, app: Caller) -> dict[str, Any]:
    certificate = {"kind": "resident_id", "number": resident(1).number}
    applicant = {"name": "样例申请人", "certificate": certificate, "phone": phone(1)}
    body = {"centre": hall.centre.code, "matter": hall.matter.code, "slot": hall.slot(11).pk, "applicant": applicant}
    code = app.post("/appointments", body).body["code"]
    at(instant("2026-11-30 10:30:00"))
    ticket = app.post("/tickets", {"centre": hall.centre.code, "queue": hall.queue.code}).body["id"]
    return body | {
        "code": code,
        "id": ticket,
        "queue": hall.queue.code,
        "counter": hall.counters[0].pk,
        "slot": hall.slot(15).pk,
        "certificate": certificate,
    }


def mix(case: Any, world: World) -> None:
    """Put real values where the generated ones have an odd length, in a case that means to be right."""
    for part in (case.path_parameters, case.query, case.body):
        if isinstance(part, dict):
            real = {name for name, value in part.items() if name in world.values and len(str(value)) % 2 == 1}
            part.update({name: world.values[name] for name in real})


def token_for(path: str, world: World) -> str:
    """Give the token of whoever the endpoint is for."""
    if path.endswith("/events"):
        return world.tokens["upstream"]
    clerks = ("/call-next", "/recall", "/missed", "/park", "/resume", "/transfer", "/finish")
    return world.tokens["staff" if path.endswith(clerks) else "app"]


def operations() -> Iterator[Any]:
    """Give each operation of the document, as schemathesis reads it from the application."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    results: Iterator[Any] = schema.get_all_operations()
    for result in results:
        operation = result.ok()
        yield pytest.param(operation, id=f"{operation.method.upper()} {operation.path}")


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("operation", list(operations()))
def test_every_answer_is_documented_and_never_a_5xx(operation: Any, mode: GenerationMode, world: World) -> None:
    @given(case=operation.as_strategy(mode))
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def run(case: Any) -> None:
        if mode is GenerationMode.POSITIVE:
            mix(case, world)
        authorization = {"Authorization": f"Bearer {token_for(operation.path, world)}"}
        case.call_and_validate(headers=authorization, checks=CHECKS)

    run()
    assert broken_invariants() == []
