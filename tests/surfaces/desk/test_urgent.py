"""Urgent hours at the desk: the form, who decides, what everybody hears (R1.2)."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests.factories import Hall, instant, make_hall, make_hours, phone, resident
from yueban.domain.booking.models import Appointment
from yueban.domain.directory.models import Department
from yueban.domain.notices.models import Message
from yueban.domain.people.models import Staff
from yueban.domain.people.rules import Permission, Role, may
from yueban.kernel import clock

pytestmark = pytest.mark.django_db

LIST, ASK = "/desk/urgent/", "/desk/urgent/new/"
FRIDAY = instant("2026-11-27 16:50")
WHY = "当晚手术需要医保备案"


@pytest.fixture(autouse=True)
def _friday() -> Iterator[None]:
    before = clock.simulate(clock.frozen(FRIDAY))
    yield
    clock.simulate(before)


@pytest.fixture
def hall() -> Hall:
    made = make_hall()
    make_hours(made.centre)
    return made


def staff(hall: Hall, role: Role = Role.CLERK, **where: Any) -> Client:
    """Somebody who works in the hall, logged in."""
    values = {"centre": hall.centre} | where
    account = Staff.objects.create(username=f"{role}-{Staff.objects.count()}", role=role, **values)
    client = Client()
    client.force_login(account, backend="yueban.surfaces.access.StaffBackend")
    return client


def form(hall: Hall, **typed: str) -> dict[str, str]:
    return {
        "do": "book",
        "channel": "phone",
        "kind": "resident_id",
        "number": resident(1).number,
        "name": "样例申请人",
        "phone": phone(1),
        "owner": "own",
        "what": f"m:{hall.matter.code}",
        "day": "2026-11-27",
        "start": "19:00",
        "end": "19:30",
        "reason": WHY,
    } | typed


def asked(hall: Hall, client: Client | None = None) -> str:
    answer = (client or staff(hall)).post(ASK, form(hall))
    assert answer.status_code == 302, answer.content.decode()
    return Appointment.objects.latest("id").code


@pytest.mark.parametrize("role", list(Role))
def test_the_pages_open_to_who_may_ask_and_the_decision_to_who_may_decide(hall: Hall, role: Role) -> None:
    code = asked(hall)
    client = staff(hall, role)
    asks = 200 if may(role, Permission.BOOK_FOR_OTHERS) else 403
    assert (client.get(LIST).status_code, client.get(ASK).status_code) == (asks, asks)
    decides = 302 if may(role, Permission.APPROVE_URGENT) else 403
    assert client.post(f"{LIST}{code}/approve").status_code == decides
    assert Client().get(LIST).status_code == 302


def test_r1_2_asked_by_a_clerk_it_waits_for_a_manager_who_approves(hall: Hall) -> None:
    clerk, manager = staff(hall), staff(hall, Role.DEPARTMENT_MANAGER)
    code = asked(hall, clerk)
    page = clerk.get(LIST).content.decode()
    assert WHY in page
    assert phone(1) not in page
    assert resident(1).number not in page
    assert f"{code}/approve" not in page
    assert "紧急申请待审批" in manager.get("/desk/").content.decode()
    assert f"{code}/approve" in manager.get(LIST).content.decode()
    assert manager.post(f"{LIST}{code}/approve", follow=True).status_code == 200
    assert Appointment.objects.get(code=code).status == "booked"
    assert "已预约" in clerk.get(LIST).content.decode()
    assert list(Message.objects.order_by("id").values_list("template", flat=True)) == [
        "urgent_requested",
        "urgent_approved",
    ]
    answer = manager.post(f"{LIST}{code}/approve")
    assert (answer.status_code, "这个申请已经处理过了" in answer.content.decode()) == (409, True)


def test_r1_2_who_asked_does_not_decide(hall: Hall) -> None:
    manager = staff(hall, Role.CENTRE_MANAGER)
    code = asked(hall, manager)
    assert f"{code}/approve" not in manager.get(LIST).content.decode()
    for do in ("approve", "reject"):
        answer = manager.post(f"{LIST}{code}/{do}", {"reason": "不急"})
        assert answer.status_code == 403
        assert "自己提出的申请要由别人审批" in answer.content.decode()
    assert Appointment.objects.get(code=code).status == "requested"


def test_r1_2_a_rejection_needs_its_reason(hall: Hall) -> None:
    code, manager = asked(hall), staff(hall, Role.DEPARTMENT_MANAGER)
    answer = manager.post(f"{LIST}{code}/reject", {"reason": " "})
    assert (answer.status_code, "请写明原因" in answer.content.decode()) == (422, True)
    assert manager.post(f"{LIST}{code}/reject", {"reason": "明早来得及"}).status_code == 302
    assert Appointment.objects.get(code=code).status == "rejected"


def test_a_manager_of_another_hall_or_department_decides_nothing(hall: Hall) -> None:
    code = asked(hall)
    other = make_hall(code="other")
    foreign = Department.objects.create(code="foreign", name="别的部门", short_name="别的")
    strangers = {staff(other, Role.CENTRE_MANAGER): 404, staff(hall, Role.DEPARTMENT_MANAGER, department=foreign): 403}
    for client, status in strangers.items():
        assert WHY not in client.get(LIST).content.decode()
        assert client.post(f"{LIST}{code}/approve").status_code == status
        assert client.post(f"{LIST}{code}/reject", {"reason": "不急"}).status_code == status
    assert staff(hall, Role.CENTRE_MANAGER).post(f"{LIST}00000000/approve").status_code == 404


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        ({"start": "10:00", "end": "11:00", "day": "2026-11-30"}, 409, "紧急办理只约上班时间以外的时间"),
        ({"start": "16:00", "end": "16:49"}, 409, "已经截止"),
        ({"start": "19:00", "end": "18:00"}, 422, "结束时间要晚于开始时间"),
        ({"start": "18:00", "end": "22:01"}, 422, "最长 4 小时"),
        ({"day": ""}, 422, "请填写日期"),
        ({"reason": ""}, 422, "请写明为什么急"),
        ({"what": ""}, 422, "请选择事项"),
        ({"number": "1"}, 422, "证件"),
    ],
)
def test_r1_2_what_cannot_be_asked_says_why_and_keeps_what_was_typed(
    hall: Hall, typed: dict[str, str], status: int, said: str
) -> None:
    answer = staff(hall).post(ASK, form(hall, **typed))
    page = answer.content.decode()
    assert answer.status_code == status
    assert said in page
    assert "样例申请人" in page
    assert (WHY in page) is ("reason" not in typed)
    assert not Appointment.objects.exists()


def test_looking_asks_for_nothing(hall: Hall) -> None:
    assert staff(hall).post(ASK, form(hall, do="look")).status_code == 200
    assert not Appointment.objects.exists()
