"""Pre-review at the desk (R3.5): what waits, the form, the copies, and who may see them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests.factories import Hall, instant, make_hall, request_for
from tests.packages import book_package, make_package
from tests.papers import paper, photo
from yueban.domain.audit.models import Event
from yueban.domain.booking import operations as booking
from yueban.domain.booking import queries as appointments
from yueban.domain.booking.rules import ChannelKind
from yueban.domain.directory.models import Department
from yueban.domain.notices.models import Message
from yueban.domain.people.models import Staff
from yueban.domain.people.rules import Role
from yueban.domain.prereview import operations, queries
from yueban.domain.prereview.models import HandedIn
from yueban.domain.queueing import operations as queueing
from yueban.kernel import clock

pytestmark = pytest.mark.django_db

FRIDAY = instant("2026-11-27 10:00")
LATER = instant("2026-11-27 11:00")


@pytest.fixture(autouse=True)
def _friday() -> Iterator[None]:
    before = clock.simulate(clock.frozen(LATER))
    yield
    clock.simulate(before)


@pytest.fixture
def hall() -> Hall:
    return make_hall()


@pytest.fixture
def code(hall: Hall) -> str:
    return booking.book(request_for(hall, hall.slot(9)), by="applicant", now=FRIDAY).code


def staff(role: Role, hall: Hall | None, *, department: int | None = None, login: str = "clerk") -> Client:
    """A browser with a member of staff logged in."""
    centre = hall.centre if hall else None
    account = Staff.objects.create(username=login, role=role, name="样例职员", centre=centre, department_id=department)
    made = Client()
    made.force_login(account, backend="yueban.surfaces.access.StaffBackend")
    return made


@pytest.fixture
def clerk(hall: Hall) -> Client:
    return staff(Role.CLERK, hall, department=hall.matter.department_id)


def hand_in(code: str, content: bytes = b"", **more: Any) -> int:
    operations.hand_in(code, material=0, content=content or photo(), by="applicant", **({"now": FRIDAY} | more))
    return HandedIn.objects.latest("id").pk


def revision(code: str) -> int:
    return queries.checklist(appointments.by_code(code, now=FRIDAY).id).revision


def letters() -> int:
    return Message.objects.filter(template__startswith="prereview").count()


def test_r3_5_a_clerk_marks_what_was_handed_in_and_the_applicant_is_told(clerk: Client, code: str) -> None:
    hand_in(code)
    assert code[:4] in clerk.get("/desk/prereview/").content.decode()
    form = clerk.get(f"/desk/prereview/{code}/").content.decode()
    assert "居民身份证" in form
    assert "照片" in form
    answer = clerk.post(
        f"/desk/prereview/{code}/",
        {"revision": str(revision(code)), "state-0": "to_fix", "advice-0": "照片模糊或反光，请重拍清楚"},
        follow=True,
    )
    assert "短信已发出" in answer.content.decode()
    assert letters() == 1
    assert Event.objects.get(kind="prereview.reviewed").by == "staff:clerk"


def test_what_was_typed_is_not_lost_by_an_error(clerk: Client, code: str) -> None:
    answer = clerk.post(f"/desk/prereview/{code}/", {"revision": "0", "advice-0": "只写了意见"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "请选这一项的结果" in text
    assert "只写了意见" in text
    assert letters() == 0


def test_an_upload_beside_the_review_is_shown_and_nothing_typed_is_lost(clerk: Client, code: str) -> None:
    hand_in(code)
    answer = clerk.post(f"/desk/prereview/{code}/", {"revision": "0", "state-0": "to_fix", "advice-0": "请重拍"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "材料有了变动" in text
    assert "请重拍" in text
    assert f'name="revision" value="{revision(code)}"' in text
    assert letters() == 0


@pytest.mark.parametrize("seen", ["", "x", "9" * 40, "１"])
def test_odd_input_is_only_outdated(clerk: Client, code: str, seen: str) -> None:
    answer = clerk.post(f"/desk/prereview/{code}/", {"revision": seen, "state-0": "ok"})
    assert answer.status_code == 409


def test_a_state_that_is_none_is_none(clerk: Client, code: str) -> None:
    assert clerk.post(f"/desk/prereview/{code}/", {"revision": "0", "state-0": "fine"}).status_code == 422


def test_without_a_telephone_the_clerk_is_told_to_say_it(clerk: Client, hall: Hall) -> None:
    request = request_for(hall, hall.slot(9), phone="", channel_kind=ChannelKind.ONSITE)
    code = booking.book(request, by="staff:clerk", now=FRIDAY).code
    assert "请当面或电话告知" in clerk.get(f"/desk/prereview/{code}/").content.decode()
    answer = clerk.post(f"/desk/prereview/{code}/", {"revision": "0", "state-0": "ok"}, follow=True)
    assert "没有留手机号" in answer.content.decode()


def test_what_is_over_can_only_be_looked_at(clerk: Client, code: str) -> None:
    booking.cancel(code, by="applicant", now=FRIDAY)
    assert "只能查看" in clerk.get(f"/desk/prereview/{code}/").content.decode()
    answer = clerk.post(f"/desk/prereview/{code}/", {"revision": "0", "state-0": "ok"})
    assert answer.status_code == 422


@pytest.mark.parametrize(("content", "kind"), [(photo(), "image/jpeg"), (paper(), "application/pdf")])
def test_a_copy_is_opened_under_our_type_and_name_and_that_is_on_record(
    clerk: Client, code: str, content: bytes, kind: str
) -> None:
    copy = hand_in(code, content)
    shown = clerk.get(f"/desk/prereview/{code}/copies/{copy}/")
    assert shown["Content-Type"] == kind
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert shown["Content-Security-Policy"].startswith("default-src 'none'")
    assert "no-store" in shown["Cache-Control"]
    event = Event.objects.get(kind="prereview.copy_opened")
    assert (event.by, event.data) == ("staff:clerk", {"copy": copy})
    assert clerk.get(f"/desk/prereview/{code}/copies/{copy + 1}/").status_code == 404
    assert clerk.get("/desk/prereview/11111111/").status_code == 404


def test_a_colleague_of_another_department_and_a_stranger_see_no_copy(hall: Hall, code: str) -> None:
    copy = hand_in(code)
    other = Department.objects.create(code="other", name="样例他部门", short_name="他部门")
    there = make_hall(code="there")
    manager = staff(Role.DEPARTMENT_MANAGER, hall, department=hall.matter.department_id, login="manager")
    whole = staff(Role.CENTRE_MANAGER, hall, login="centre")
    colleague = staff(Role.CLERK, hall, department=other.pk, login="colleague")
    elsewhere = staff(Role.CLERK, there, login="elsewhere")
    guide, security = staff(Role.GUIDE, hall, login="guide"), staff(Role.SECURITY_ADMIN, None, login="security")
    visitor = Client()
    for client, expected in (
        (manager, 200), (whole, 200), (colleague, 403), (elsewhere, 403), (guide, 403), (security, 403), (visitor, 302)
    ):  # fmt: skip
        assert client.get(f"/desk/prereview/{code}/copies/{copy}/").status_code == expected
        assert client.get(f"/desk/prereview/{code}/").status_code == expected
    assert Event.objects.filter(kind="prereview.copy_opened").count() == 2
    assert code[:4] not in colleague.get("/desk/prereview/").content.decode()


def test_r5_2_a_department_with_a_part_of_the_package_looks_and_does_not_review(hall: Hall) -> None:
    code = book_package(hall, make_package(hall), now=FRIDAY)
    copy = hand_in(code)
    member = staff(Role.CLERK, hall, department=Department.objects.get(code="member-1").pk, login="member")
    assert f'href="/desk/prereview/{code}/"' in member.get("/desk/tasks/").content.decode()
    assert "预审由牵头部门做" in member.get(f"/desk/prereview/{code}/").content.decode()
    assert member.get(f"/desk/prereview/{code}/copies/{copy}/").status_code == 200
    answer = member.post(
        f"/desk/prereview/{code}/", {"revision": str(revision(code)), "state-0": "ok", "state-1": "ok"}
    )
    assert (answer.status_code, letters()) == (403, 0)
    booking.cancel(code, by="applicant", now=LATER)
    assert member.get(f"/desk/prereview/{code}/copies/{copy}/").status_code == 403


def test_the_page_of_the_appointment_and_the_first_page_lead_there(clerk: Client, code: str) -> None:
    hand_in(code)
    page = clerk.get(f"/desk/appointments/{code}/").content.decode()
    assert f'href="/desk/prereview/{code}/"' in page
    assert "有新文件" in page
    assert f'href="/desk/prereview/{code}/"' in clerk.get("/desk/").content.decode()


def test_r3_5_r5_2_what_was_found_is_on_the_console_when_the_ticket_is_called(hall: Hall, clerk: Client) -> None:
    code = book_package(hall, make_package(hall), now=FRIDAY)
    copy = hand_in(code)
    clerk.post(
        f"/desk/prereview/{code}/",
        {"revision": str(revision(code)), "state-0": "to_fix", "advice-0": "请重拍", "state-1": "ok"},
    )
    clock.simulate(clock.frozen(instant("2026-11-30 09:00")))
    console = f"/counter/{hall.counters[0].pk}/"
    clerk.post(f"{console}open")
    queueing.take_ticket(code, remote=False, by="kiosk", now=clock.now())
    queueing.call_next(hall.counters[0].pk, by="staff:clerk", now=clock.now())
    text = clerk.get(console).content.decode()
    for words in (
        "1 项要改要补",
        "请重拍",
        f"/desk/prereview/{code}/copies/{copy}/",
        "样例成员事项1",
        "样例部门2",
        "办理中",
    ):
        assert words in text
