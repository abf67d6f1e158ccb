"""A clerk's program reaches what its clerk does: owner, the whole centre's, another department, another centre, no role."""

from __future__ import annotations

import pytest

from tests.factories import Hall, instant, make_counter, make_hall, make_queue
from tests.surfaces.api.conftest import FRIDAY, Caller, at
from yueban.domain.directory.models import Department
from yueban.domain.people import operations as people
from yueban.domain.people.operations import NewStaff
from yueban.domain.people.rules import Role
from yueban.domain.queueing import operations as queueing

ACTIONS = ("recall", "missed", "park", "resume", "transfer", "finish")


@pytest.fixture(autouse=True)
def _monday() -> None:
    at(instant("2026-11-30 09:05:00"))


@pytest.fixture
def callers(hall: Hall) -> dict[str, Caller]:
    own = hall.matter.department_id
    other = Department.objects.create(code="other", name="另一样例部门", short_name="另一").pk
    away = make_hall(code="away").centre.pk
    who = {
        "owner": (Role.CLERK, hall.centre.pk, own),
        "whole": (Role.CLERK, hall.centre.pk, None),
        "colleague": (Role.CLERK, hall.centre.pk, other),
        "away": (Role.CLERK, away, own),
        "hotline": (Role.HOTLINE, hall.centre.pk, None),
        "auditor": (Role.AUDIT_ADMIN, None, None),
    }
    return {name: Caller(_token(name, *each)) for name, each in who.items()}


def _token(login: str, role: Role, centre: int | None, department: int | None) -> str:
    people.add_staff(NewStaff(login, role, "样例", centre, department), by="test", now=FRIDAY)
    return people.issue_staff_token(login, by="test", now=FRIDAY)


def test_a_number_is_called_by_the_owner_and_the_whole_centre_only(hall: Hall, callers: dict[str, Caller]) -> None:
    path = f"/counters/{hall.counters[0].pk}/call-next"
    told = {name: caller.post(path).status for name, caller in callers.items()}
    assert told == {"owner": 204, "whole": 204, "colleague": 403, "away": 403, "hotline": 403, "auditor": 403}


@pytest.mark.parametrize("action", ACTIONS)
def test_a_ticket_is_handled_by_the_owner_and_the_whole_centre_only(
    hall: Hall, callers: dict[str, Caller], action: str
) -> None:
    issued = queueing.issue(hall.queue.pk, by="test", now=instant("2026-11-30 09:00"))
    queueing.call_next(hall.counters[0].pk, by="test", now=instant("2026-11-30 09:05"))
    body = {"queue": hall.queue.code} if action == "transfer" else None
    told = {name: caller.post(f"/tickets/{issued.ticket_id}/{action}", body).status for name, caller in callers.items()}
    assert {name for name, status in told.items() if status == 403} == {"colleague", "away", "hotline", "auditor"}


def test_a_walk_in_is_given_a_number_where_the_role_holds(hall: Hall, callers: dict[str, Caller]) -> None:
    foreign = make_queue(hall.centre, "foreign", "B", Department.objects.get(code="other"))
    told = {
        name: [caller.post("/tickets", {"centre": "hall", "queue": q}).status for q in (hall.queue.code, foreign.code)]
        for name, caller in callers.items()
    }
    assert told == {
        "owner": [201, 403],
        "whole": [201, 201],
        "colleague": [403, 201],
        "away": [403, 403],
        "hotline": [403, 403],
        "auditor": [403, 403],
    }


def test_a_parked_person_is_not_taken_to_another_departments_counter(hall: Hall, callers: dict[str, Caller]) -> None:
    foreign = make_counter(
        hall.centre, 9, make_queue(hall.centre, "foreign", "B", Department.objects.get(code="other"))
    )
    issued = queueing.issue(hall.queue.pk, by="test", now=instant("2026-11-30 09:00"))
    queueing.call_next(hall.counters[0].pk, by="test", now=instant("2026-11-30 09:05"))
    at_ticket = f"/tickets/{issued.ticket_id}"
    assert callers["owner"].post(f"{at_ticket}/park").status == 200
    assert callers["owner"].post(f"{at_ticket}/resume", {"counter": foreign.pk}).status == 403
    assert callers["owner"].post(f"{at_ticket}/resume").status == 200
