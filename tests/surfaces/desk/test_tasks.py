"""一件事 at the desk (R5.2): each department its own member matters; 通办 (R3.6): seen by who is responsible."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from tests.factories import Hall, instant, make_hall, request_for
from tests.packages import book_package, make_package
from tests.surfaces.desk.test_prereview import staff
from yueban.domain.booking import operations as booking
from yueban.domain.booking import queries as appointments
from yueban.domain.booking.queries.tasks import tasks_of
from yueban.domain.directory.models import Centre, Department, Offer
from yueban.domain.people.rules import Role
from yueban.kernel import clock

pytestmark = pytest.mark.django_db

FRIDAY, MONDAY = instant("2026-11-27 10:00"), instant("2026-11-30 09:05")


@pytest.fixture(autouse=True)
def _monday() -> Iterator[None]:
    before = clock.simulate(clock.frozen(MONDAY))
    yield
    clock.simulate(before)


@pytest.fixture
def hall() -> Hall:
    return make_hall()


@pytest.fixture
def code(hall: Hall) -> str:
    made = book_package(hall, make_package(hall, members=3), now=FRIDAY)
    booking.mark_accepted(appointments.by_code(made, now=FRIDAY).id, by="staff:lead", now=MONDAY)
    return made


def of(order: int) -> int:
    return Department.objects.get(code=f"member-{order}").pk


def task(code: str, order: int) -> int:
    return tasks_of(appointments.by_code(code, now=FRIDAY).id)[order - 1].id


def states(code: str) -> list[str]:
    return [str(each.state) for each in tasks_of(appointments.by_code(code, now=FRIDAY).id)]


def test_r5_2_each_department_sees_and_does_its_own(hall: Hall, code: str) -> None:
    first, second = (staff(Role.CLERK, hall, department=of(n), login=f"d{n}") for n in (1, 2))
    text = first.get("/desk/tasks/").content.decode()
    assert "样例成员事项1" in text
    assert "样例成员事项2" not in text
    assert first.post(f"/desk/tasks/{task(code, 1)}/", {"to": "done", "seen": "in_progress"}).status_code == 302
    assert first.post(f"/desk/tasks/{task(code, 2)}/", {"to": "done", "seen": "in_progress"}).status_code == 404
    answer = second.post(
        f"/desk/tasks/{task(code, 2)}/", {"to": "returned", "seen": "in_progress", "reason": "缺证明"}, follow=True
    )
    assert "缺证明" in answer.content.decode()
    assert states(code) == ["done", "returned", "in_progress"]


def test_a_return_without_its_reason_is_asked_for_it(hall: Hall, code: str) -> None:
    clerk = staff(Role.CLERK, hall, department=of(1))
    answer = clerk.post(f"/desk/tasks/{task(code, 1)}/", {"to": "returned", "seen": "in_progress", "reason": " "})
    assert answer.status_code == 422
    assert "请写明为什么退回" in answer.content.decode()


def test_a_task_that_a_colleague_just_moved_is_shown_as_it_is_now(hall: Hall, code: str) -> None:
    clerk = staff(Role.CLERK, hall, department=of(1))
    clerk.post(f"/desk/tasks/{task(code, 1)}/", {"to": "returned", "seen": "in_progress", "reason": "缺页"})
    answer = clerk.post(f"/desk/tasks/{task(code, 1)}/", {"to": "done", "seen": "in_progress"})
    assert answer.status_code == 409
    assert "刚才已经变动" in answer.content.decode()
    assert clerk.post(f"/desk/tasks/{task(code, 1)}/", {"to": "lost", "seen": "returned"}).status_code == 404
    assert clerk.post("/desk/tasks/999999/", {"to": "done", "seen": "returned"}).status_code == 404


def test_r5_2_owner_colleague_and_stranger(hall: Hall, code: str) -> None:
    manager = staff(Role.CENTRE_MANAGER, hall, login="centre")
    township = make_hall(code="town")
    Centre.objects.filter(pk=township.centre.pk).update(level="township")
    far = staff(Role.CLERK, township, department=of(1), login="far")
    guide = staff(Role.GUIDE, hall, login="guide")
    assert "样例成员事项3" in manager.get("/desk/tasks/").content.decode()
    assert "样例成员事项1" not in far.get("/desk/tasks/").content.decode()
    assert far.post(f"/desk/tasks/{task(code, 1)}/", {"to": "done", "seen": "in_progress"}).status_code == 404
    for path in ("/desk/tasks/", "/desk/elsewhere/"):
        assert guide.get(path).status_code == 403
        assert Client().get(path).status_code == 302
    assert guide.post(f"/desk/tasks/{task(code, 1)}/", {"to": "done", "seen": "in_progress"}).status_code == 403
    assert states(code) == ["in_progress"] * 3


def test_r5_2_the_lead_sees_where_every_member_stands(hall: Hall, code: str) -> None:
    lead = staff(Role.CLERK, hall, department=hall.matter.department_id, login="lead")
    member = staff(Role.CLERK, hall, department=of(2), login="member")
    member.post(f"/desk/tasks/{task(code, 2)}/", {"to": "returned", "seen": "in_progress", "reason": "照片不合格"})
    text = lead.get(f"/desk/appointments/{code}/").content.decode()
    for words in ("样例成员事项1", "样例部门3", "照片不合格", "已退回", "办理中"):
        assert words in text


def test_r3_6_the_department_sees_what_other_halls_handle_of_its_matters_and_changes_nothing(hall: Hall) -> None:
    township = make_hall(code="town")
    Offer.objects.create(matter=hall.matter, centre=township.centre, queue=township.queue)
    request = request_for(township, township.slot(10), 2, matter=hall.matter.code)
    there = booking.book(request, by="applicant", now=FRIDAY).code
    department = hall.matter.department_id
    clerk = staff(Role.CLERK, hall, department=department)
    handling = staff(Role.CLERK, township, department=department, login="handling")
    other = Department.objects.create(code="other", name="样例他部门", short_name="他部门")
    stranger = staff(Role.CLERK, hall, department=other.pk, login="stranger")
    whole = staff(Role.CENTRE_MANAGER, hall, login="whole")
    seen = clerk.get("/desk/elsewhere/?day=2026-11-30").content.decode()
    assert there[:4] in seen
    assert f"/desk/appointments/{there}/" not in seen
    assert clerk.get(f"/desk/appointments/{there}/").status_code == 404
    assert clerk.get(f"/desk/prereview/{there}/").status_code == 403
    assert handling.get(f"/desk/appointments/{there}/").status_code == 200
    assert there[:4] not in handling.get("/desk/elsewhere/?day=2026-11-30").content.decode()
    assert there[:4] not in stranger.get("/desk/elsewhere/?day=2026-11-30").content.decode()
    assert "不属于某个部门" in whole.get("/desk/elsewhere/").content.decode()


@pytest.mark.parametrize("day", ["", "x", "2026-02-30", "9999-99-99"])
def test_an_odd_day_is_today(hall: Hall, day: str) -> None:
    clerk = staff(Role.CLERK, hall, department=hall.matter.department_id)
    assert 'value="2026-11-30"' in clerk.get("/desk/elsewhere/", {"day": day}).content.decode()
