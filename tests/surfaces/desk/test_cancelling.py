"""The counter's cancellation at the desk: who may, what the pages say beforehand, and what they say after (R4.3)."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import MONDAY, Hall, instant, make_hall, make_hours, phone, request_for, resident
from yueban.domain.audit.models import Event
from yueban.domain.booking import operations as booking
from yueban.domain.booking import queries
from yueban.domain.booking.models import Appointment
from yueban.domain.booking.operations import OutsideRequest
from yueban.domain.booking.queries import rebooking_token
from yueban.domain.booking.rules import ChannelKind, Place, Status
from yueban.domain.directory.models import Department
from yueban.domain.people.models import Staff
from yueban.domain.people.rules import Permission, Role, may
from yueban.kernel import clock

pytestmark = pytest.mark.django_db

PAGE = "/desk/cancelling/"
FRIDAY = instant("2026-11-27 09:00")
LATE = instant("2026-11-30 08:45")
WHY = "业务系统升级"


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
    account = Staff.objects.create(username=f"{role}-{Staff.objects.count()}", role=role, centre=hall.centre)
    for name, value in where.items():
        setattr(account, name, value)
    account.save()
    client = Client()
    client.force_login(account, backend="yueban.surfaces.access.StaffBackend")
    return client


def booked(hall: Hall, hour: int = 9, n: int = 1, **fields: Any) -> str:
    return booking.book(request_for(hall, hall.slot(hour), n, **fields), by="applicant", now=FRIDAY).code


def listed(page: str) -> list[str]:
    return re.findall(r'type="checkbox"\s+name="code"\s+value="(\d+)"', page)


def ticked(page: str) -> int:
    return len(re.findall(r'name="code"\s+value="\d+"\s+checked', page))


def post(client: Client, codes: list[str], do: str, **fields: str) -> Any:
    return client.post(PAGE, {"code": codes, "do": do, "reason": WHY} | fields)


@pytest.mark.parametrize("role", list(Role))
def test_only_who_may_cancel_for_a_counter_opens_the_page(hall: Hall, role: Role) -> None:
    expected = 200 if may(role, Permission.CANCEL_FOR_COUNTER) else 403
    assert staff(hall, role).get(PAGE).status_code == expected
    assert Client().get(PAGE).status_code == 302


def test_the_list_is_narrowed_by_date_queue_and_hours_and_says_which_are_late(hall: Hall) -> None:
    nine, ten, three = (booked(hall, hour, n) for n, hour in enumerate((9, 10, 15), start=1))
    client = staff(hall)
    everything = client.get(f"{PAGE}?day={MONDAY}&queue=&from=&until=").content.decode()
    assert listed(everything) == [nine, ten, three]
    assert ticked(everything) == 3
    narrowed = client.get(f"{PAGE}?day={MONDAY}&queue=q&from=10:00&until=15:00").content.decode()
    assert listed(narrowed) == [ten]
    assert listed(client.get(f"{PAGE}?day={MONDAY}&queue=other&from=&until=").content.decode()) == []
    assert listed(client.get(f"{PAGE}?day=2026-12-01&queue=&from=&until=").content.decode()) == []
    assert listed(client.get(f"{PAGE}?day=x&queue=%00&from=99:99&until=y").content.decode()) == []
    clock.simulate(clock.frozen(LATE))
    page = client.get(PAGE).content.decode()
    assert (listed(page), ticked(page)) == ([nine, ten, three], 0)
    assert "其中 2 个已不足半个工作日" in page


def test_nothing_of_a_person_but_the_name_and_a_masked_number_is_on_the_pages(hall: Hall) -> None:
    code = booked(hall)
    client = staff(hall)
    pages = [client.get(f"{PAGE}?day={MONDAY}&queue=&from=&until=").content.decode()]
    pages += [post(client, [code], do).content.decode() for do in ("preview", "cancel")]
    for page in pages:
        assert phone(1) not in page
        assert resident(1).number not in page
        assert rebooking_token(code) not in page
    assert "138****0001" in pages[0]


def test_r4_3_it_is_said_beforehand_that_there_is_no_way_back_and_what_will_be_read(hall: Hall) -> None:
    codes = [booked(hall, 9, 1), booked(hall, 9, 2, phone="", channel_kind=ChannelKind.ONSITE)]
    page = post(staff(hall), codes, "preview").content.decode()
    assert "取消后不能恢复，没有撤销" in page
    assert f"抱歉，因{WHY}，您11月30日周一09:00-10:00到样例中心的预约已取消" in page
    assert "其中 1 个没有电话" in page
    assert Appointment.objects.filter(status="booked").count() == 2


def test_r4_3_confirmed_each_is_cancelled_and_the_answer_says_what_became_of_it(hall: Hall) -> None:
    codes = [booked(hall, 9, 1), booked(hall, 10, 2), booked(hall, 9, 3, phone="", channel_kind=ChannelKind.ONSITE)]
    client = staff(hall)
    booking.cancel(codes[1], by="applicant", now=FRIDAY)
    page = post(client, codes, "cancel").content.decode()
    assert "取消了 2 个，1 个没有取消" in page
    assert "这个预约已经取消过了" in page
    assert "1 个没有电话" in page
    assert Appointment.objects.filter(status="counter_cancelled").count() == 2
    assert set(Event.objects.filter(kind="appointment.counter_cancelled").values_list("by", "reason")) == {
        ("staff:clerk-0", WHY)
    }
    assert "取消了 0 个，3 个没有取消" in post(client, codes, "cancel").content.decode()


@pytest.mark.parametrize(("fields", "said"), [({"reason": " "}, "请写明原因"), ({"reason": "长" * 21}, "最多 20 个字")])
def test_what_was_ticked_and_typed_is_kept_by_an_error(hall: Hall, fields: dict[str, str], said: str) -> None:
    codes = [booked(hall, 9, 1), booked(hall, 10, 2)]
    filters = {"day": MONDAY.isoformat(), "queue": "", "from": "", "until": ""}
    answer = staff(hall).post(PAGE, {"code": codes[:1], "do": "preview"} | filters | fields)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert (listed(page), ticked(page)) == (codes, 1)
    assert fields["reason"].strip() in page


def test_nothing_ticked_is_said_and_the_reason_kept(hall: Hall) -> None:
    booked(hall)
    filters = {"day": MONDAY.isoformat(), "queue": "", "from": "", "until": ""}
    page = staff(hall).post(PAGE, {"do": "preview", "reason": WHY} | filters).content.decode()
    assert "请至少勾选一个预约" in page
    assert (ticked(page), f'value="{WHY}"' in page) == (0, True)


def test_one_goes_back_from_the_confirmation_with_everything_in_its_place(hall: Hall) -> None:
    codes = [booked(hall, 9, 1), booked(hall, 10, 2)]
    filters = {"day": MONDAY.isoformat(), "queue": "", "from": "", "until": ""}
    page = post(staff(hall), codes[1:], "back", **filters).content.decode()
    assert (listed(page), ticked(page), f'value="{WHY}"' in page) == (codes, 1, True)


def test_r4_3_a_late_one_needs_a_manager_and_the_others_go_on(hall: Hall) -> None:
    late, early = booked(hall, 9, 1), booked(hall, 15, 2)
    clock.simulate(clock.frozen(LATE))
    page = post(staff(hall), [late, early], "preview").content.decode()
    assert "这 1 个不会取消" in page
    assert "要由部门或中心负责人取消" in page
    assert re.findall(r'type="hidden" name="code" value="(\d+)"', page) == [early]
    answer = post(staff(hall), [late, early], "cancel").content.decode()  # it may have become late on the way
    assert "取消了 1 个，1 个没有取消" in answer
    assert queries.by_code(late, now=LATE).status == "booked"


@pytest.mark.parametrize("role", [Role.DEPARTMENT_MANAGER, Role.CENTRE_MANAGER])
def test_r4_3_a_manager_cancels_late_and_it_is_marked_and_reported(hall: Hall, role: Role) -> None:
    code = booked(hall)
    clock.simulate(clock.frozen(LATE))
    client = staff(hall, role)
    assert "会标为“临近取消”并列入报告" in post(client, [code], "preview").content.decode()
    assert "1 个不足半个工作日，已列入报告" in post(client, [code], "cancel").content.decode()
    assert "近 30 天窗口取消的" in client.get(PAGE).content.decode()
    assert Event.objects.get(kind="appointment.counter_cancelled").data == {"late": True}


def test_a_stranger_to_hall_or_department_sees_and_cancels_nothing(hall: Hall) -> None:
    code = booked(hall)
    other = make_hall(code="other")
    foreign = Department.objects.create(code="foreign", name="别的部门", short_name="别的")
    for client in (staff(other, Role.CENTRE_MANAGER), staff(hall, Role.CLERK, department=foreign)):
        assert listed(client.get(f"{PAGE}?day={MONDAY}&queue=&from=&until=").content.decode()) == []
        for do in ("preview", "cancel"):
            assert code not in re.sub(r"\s", "", post(client, [code], do).content.decode())
    assert queries.by_code(code, now=FRIDAY).status == "booked"


def test_the_page_of_an_appointment_offers_its_cancelling_to_who_may(hall: Hall) -> None:
    code = booked(hall)
    page = staff(hall).get(f"/desk/appointments/{code}/").content.decode()
    assert "看短信，再确认取消" in page
    guide = staff(hall, Role.GUIDE).get(f"/desk/appointments/{code}/").content.decode()
    assert "看短信，再确认取消" not in guide
    clock.simulate(clock.frozen(LATE))
    assert "要由部门或中心负责人取消" in staff(hall).get(f"/desk/appointments/{code}/").content.decode()


def test_numbers_that_are_none_and_too_many_of_them_are_answered(hall: Hall) -> None:
    client = staff(hall)
    for codes in (["x"], ["1" * 400], ["\0"], ["００"]):
        assert post(client, codes, "cancel").status_code in {200, 422}
    assert "一次最多取消 500 个" in post(client, [str(n) for n in range(501)], "preview").content.decode()


def test_the_list_costs_the_same_number_of_queries_with_one_and_with_three(hall: Hall) -> None:
    client, counts = staff(hall), []
    for n in (1, 2, 3):
        booked(hall, 9, n)
        with CaptureQueriesContext(connection) as asked:
            client.get(f"{PAGE}?day={MONDAY}&queue=&from=&until=")
        counts.append(len(asked))
    assert counts[1] == counts[2]


def test_r4_3_five_hundred_are_cancelled_at_once_and_each_is_answered_for() -> None:
    hall = make_hall(capacity=500, hours=(9,))
    make_hours(hall.centre)
    codes = [booked(hall, 9, n) for n in range(500)]
    page = post(staff(hall), codes, "cancel").content.decode()
    assert "取消了 500 个" in page
    assert page.count("已取消，短信发送中") == 500
    assert queries.broken_invariants() == []


def test_r3_4_a_visit_is_not_cancelled_here_but_with_its_team(hall: Hall) -> None:
    visit = OutsideRequest(
        centre=hall.centre.code,
        matter=hall.matter.code,
        channel_kind=ChannelKind.PHONE,
        name="样例申请人",
        certificate=resident(1),
        phone=phone(1),
        starts_at=instant("2026-11-30 15:00"),
        ends_at=instant("2026-11-30 16:00"),
        place=Place.HOME_VISIT,
        status=Status.BOOKED,
    )
    code = booking.book_outside(visit, by="staff:a", now=FRIDAY).code
    client = staff(hall)
    assert listed(client.get(f"{PAGE}?day={MONDAY}&queue=&from=&until=").content.decode()) == []
    post(client, [code], "cancel")
    assert queries.by_code(code, now=FRIDAY).status == "booked"
