"""Who is bound to a department reaches its queues, and the counters that serve nobody else's."""

from __future__ import annotations

import pytest

from tests.factories import Hall, make_counter, make_hall, make_queue
from yueban.domain.directory.models import Department, Queue
from yueban.domain.people.rules import Permission, Role, Scope, StaffIdentity
from yueban.domain.queueing import queries
from yueban.surfaces.reach import calls_at, reached

pytestmark = pytest.mark.django_db


@pytest.fixture
def hall() -> Hall:
    return make_hall()


@pytest.fixture
def foreign(hall: Hall) -> Queue:
    """A queue of another department in the same hall."""
    other = Department.objects.create(code="other", name="另一样例部门", short_name="另一")
    return make_queue(hall.centre, "foreign", "B", other)


def clerk(hall: Hall, department: int | None = None) -> StaffIdentity:
    return StaffIdentity(1, "li", "李", Role.CLERK, Scope(hall.centre.pk, department))


def test_a_comprehensive_counter_is_for_staff_of_the_whole_centre(hall: Hall, foreign: Queue) -> None:
    own = hall.matter.department_id
    made = {
        "own": hall.counters[0],
        "both": make_counter(hall.centre, 8, hall.queue, foreign),
        "foreign": make_counter(hall.centre, 9, foreign),
        "none": make_counter(hall.centre, 10),
    }
    facts = {name: queries.counter(each.pk) for name, each in made.items()}
    bound = {name for name, each in facts.items() if each and calls_at(clerk(hall, own), each)}
    whole = {name for name, each in facts.items() if each and calls_at(clerk(hall), each)}
    stranger = clerk(make_hall(code="away"), own)
    away = {name for name, each in facts.items() if each and calls_at(stranger, each)}
    assert (bound, whole, away) == ({"own"}, set(made), set())


def test_a_queue_that_departments_share_is_reached_by_each(hall: Hall, foreign: Queue) -> None:
    shared = make_queue(hall.centre, "shared", "C", hall.matter.department)
    shared.departments.add(foreign.departments.get())
    ids = {"own": hall.queue.pk, "foreign": foreign.pk, "shared": shared.pk}

    def reaches(staff: StaffIdentity) -> set[str]:
        found = reached(staff, Permission.ISSUE_TICKETS, centre_id=hall.centre.pk, queues=ids.values())
        return {name for name, pk in ids.items() if pk in found}

    assert reaches(clerk(hall, hall.matter.department_id)) == {"own", "shared"}
    assert reaches(clerk(hall, foreign.departments.get().pk)) == {"foreign", "shared"}
    assert reaches(clerk(hall)) == {"own", "foreign", "shared"}
    assert reaches(clerk(make_hall(code="away"))) == set()
    auditor = StaffIdentity(1, "shen", "审", Role.AUDIT_ADMIN, Scope())
    assert reaches(auditor) == set()
