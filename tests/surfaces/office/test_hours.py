"""The manager's page of early, late, noon and weekend hours: by forms alone, in one's own hall only (R3.1 to R3.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, time
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.factories import Hall, instant, make_hall, request_for
from yueban.domain.booking import operations as booking
from yueban.domain.booking.models import Appointment
from yueban.domain.calendar import operations as calendar
from yueban.domain.calendar.models import Day, FlexibleOpening, Session, Slot
from yueban.domain.people import operations as people
from yueban.domain.people.models import Staff
from yueban.domain.people.rules import Permission, Role, may
from yueban.kernel import clock

pytestmark = pytest.mark.django_db

NOW = instant("2026-11-25 10:00")
SATURDAY = date(2026, 11, 28)
LIST = "/office/hours/"


@pytest.fixture(autouse=True)
def _wednesday() -> Iterator[None]:
    before = clock.simulate(clock.frozen(NOW))
    yield
    clock.simulate(before)


@pytest.fixture
def hall() -> Hall:
    return open_hall("hall")


def open_hall(code: str) -> Hall:
    made = make_hall(code=code, days=(), high_frequency_personal=True)
    for start, end in ((time(8, 30), time(12)), (time(14, 30), time(17, 30))):
        Session.objects.create(
            centre=made.centre, valid_from="01-01", valid_to="12-31", weekdays=[1, 2, 3, 4, 5], start=start, end=end
        )
    return made


def staff(hall: Hall, role: Role = Role.CENTRE_MANAGER, login: str = "manager") -> Client:
    department = hall.matter.department_id if role in {Role.CLERK, Role.DEPARTMENT_MANAGER} else None
    new = people.NewStaff(login, role, name="样例负责人", centre_id=hall.centre.pk, department_id=department)
    people.add_staff(new, by="test", now=NOW, password="right-right-right")
    client = Client()
    client.force_login(Staff.objects.get(username=login))
    return client


@pytest.fixture
def manager(hall: Hall) -> Client:
    return staff(hall)


def typed(hall: Hall, **fields: Any) -> dict[str, Any]:
    values = {
        "first": "2026-11-28",
        "last": "2026-11-29",
        "weekdays": ["6", "7"],
        "start": "09:00",
        "end": "11:00",
        "queues": [str(hall.queue.pk)],
        "counters": [str(counter.pk) for counter in hall.counters],
    }
    return values | fields


def text(answer: HttpResponse | Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))


def drafted(manager: Client, hall: Hall, **fields: Any) -> int:
    answer = manager.post(f"{LIST}new/weekend/", typed(hall, **fields))
    assert answer.status_code == 302, text(answer)
    return FlexibleOpening.objects.latest("pk").pk


def published(manager: Client, hall: Hall) -> int:
    opening = drafted(manager, hall)
    manager.post(f"{LIST}{opening}/publish/")
    return opening


def book(hall: Hall, opening: int, n: int, **fields: Any) -> str:
    slot = Slot.objects.filter(opening=opening).order_by("starts_at")[0]
    return booking.book(request_for(hall, slot, n, **fields), by="applicant", now=NOW).code


def test_the_list_says_what_can_be_opened_when_there_is_nothing(manager: Client) -> None:
    page = text(manager.get(LIST))
    assert "现在没有发布的弹性时段" in page
    for name in ("早间延时办", "晚间延时办", "午间不间断办", "周末办"):
        assert name in page


@pytest.mark.parametrize(
    ("kind", "first", "start", "end"),
    [
        ("early", "2026-11-26", "07:30", "08:30"),
        ("late", "2026-11-26", "17:30", "18:30"),
        ("noon", "2026-11-26", "12:00", "14:30"),
        ("weekend", "2026-11-28", "08:30", "12:00"),
    ],
)
def test_r3_1_to_r3_3_a_form_begins_with_what_the_timetable_allows(
    manager: Client, kind: str, first: str, start: str, end: str
) -> None:
    page = manager.get(f"{LIST}new/{kind}/").content.decode()
    values = dict(re.findall(r'name="(first|start|end)"\s+value="([^"]+)"', page))
    assert values == {"first": first, "start": start, "end": end}


def test_a_draft_is_previewed_published_and_listed(manager: Client, hall: Hall) -> None:
    opening = drafted(manager, hall)
    page = text(manager.get(f"{LIST}{opening}/"))
    assert "2 天，共 48 个名额" in page
    assert not Slot.objects.filter(opening=opening).exists()
    answer = manager.post(f"{LIST}{opening}/publish/", follow=True)
    assert "已发布，现在起可以预约。" in text(answer)
    assert Slot.objects.filter(opening=opening).count() == 4
    book(hall, opening, 1)
    assert "1／48" in text(manager.get(LIST))


def test_what_was_typed_is_kept_with_every_error(manager: Client, hall: Hall) -> None:
    wrong = typed(hall, first="", start="25:00", end="11:00", queues=[], note="样例原因")
    answer = manager.post(f"{LIST}new/weekend/", wrong)
    assert answer.status_code == 422
    page = text(answer)
    for words in ("请选日期。", "请写几点几分", "请至少选一个队列。"):
        assert words in page
    assert 'value="样例原因"' in answer.content.decode()
    assert not FlexibleOpening.objects.exists()


@pytest.mark.parametrize(
    "odd",
    [
        {"first": "2026-02-30"},
        {"first": "9999-12-31", "last": "9999-12-31"},
        {"last": "2026-11-27"},
        {"end": "08:00"},
        {"start": "09:00:30"},
        {"counters": ["x", "²"]},
        {"weekdays": []},
        {"first": "\0"},
    ],
)
def test_odd_input_is_said_and_never_breaks(manager: Client, hall: Hall, odd: dict[str, Any]) -> None:
    assert manager.post(f"{LIST}new/weekend/", typed(hall, **odd)).status_code == 422
    assert manager.post(f"{LIST}preview/weekend/", typed(hall, **odd)).status_code == 200


def test_a_preview_says_every_objection_with_its_clause_and_saves_nothing(manager: Client, hall: Hall) -> None:
    wrong = typed(hall, first="2026-11-27", last="2026-11-27", weekdays=["5"], start="07:00", end="08:31")
    for answer in (
        manager.post(f"{LIST}preview/early/", wrong),
        manager.post(f"{LIST}new/early/", wrong | {"do": "preview"}),
    ):
        page = text(answer)
        assert "与正常上班时间 08:30–12:00 重叠：11月27日 周五。（制度三（一））" in page
        assert "早间只能在上午上班前 60 分钟以内，也就是 07:30–08:30：11月27日 周五 不符合。（制度三（一））" in page
    assert not FlexibleOpening.objects.exists()


def test_r3_2_noon_offers_comprehensive_counters_only(manager: Client, hall: Hall) -> None:
    assert "这个大厅没有综合窗口" in text(manager.get(f"{LIST}new/noon/"))
    hall.counters[0].comprehensive = True
    hall.counters[0].save()
    page = text(manager.get(f"{LIST}new/noon/"))
    assert "1 1号窗口" in page
    assert "2 2号窗口" not in page


def test_r3_3_weekends_offer_queues_with_frequent_matters_only(manager: Client, hall: Hall) -> None:
    hall.matter.high_frequency_personal = False
    hall.matter.save()
    assert "没有可以开放的队列" in text(manager.get(f"{LIST}new/weekend/"))


def test_a_draft_with_objections_cannot_be_published(manager: Client, hall: Hall) -> None:
    opening = drafted(manager, hall, first="2026-11-27", last="2026-11-27")
    page = manager.get(f"{LIST}{opening}/").content.decode()
    assert re.search(r"<button class=\"button\" disabled>\s*发布", page)
    assert "现在还不能发布" in text(manager.post(f"{LIST}{opening}/publish/", follow=True))
    assert FlexibleOpening.objects.get().state == "draft"


def test_a_draft_is_changed_and_thrown_away(manager: Client, hall: Hall) -> None:
    opening = drafted(manager, hall)
    assert 'value="2026-11-29"' in manager.get(f"{LIST}{opening}/edit/").content.decode()
    manager.post(f"{LIST}{opening}/edit/", typed(hall, last="2026-11-28", weekdays=["6"]))
    assert FlexibleOpening.objects.get().last == SATURDAY
    assert "草稿已删除" in text(manager.post(f"{LIST}{opening}/discard/", follow=True))
    assert not FlexibleOpening.objects.exists()
    assert manager.get(f"{LIST}{opening}/").status_code == 404


def test_r4_3_withdrawing_shows_whom_it_reaches_and_what_they_read_first(manager: Client, hall: Hall) -> None:
    opening = published(manager, hall)
    codes = [book(hall, opening, n) for n in (1, 2)]
    page = text(manager.get(f"{LIST}{opening}/withdraw/"))
    assert "有 2 个预约会取消" in page
    assert "样例申请人 138****0001" in page
    assert "不足半个工作日" not in page
    answer = manager.post(f"{LIST}{opening}/withdraw/", {"reason": ""})
    assert answer.status_code == 422
    assert "请写明原因" in text(answer)
    done = text(manager.post(f"{LIST}{opening}/withdraw/", {"reason": "窗口检修"}, follow=True))
    assert "已撤回，取消了 2 个预约。" in done
    assert "已撤回：窗口检修" in done
    assert done.count("已取消，短信已发") == 2
    assert all(f"{code[:4]} {code[4:]}" in done for code in codes)
    assert set(Appointment.objects.values_list("status", flat=True)) == {"counter_cancelled"}


def test_r4_3_late_ones_are_confirmed_first(manager: Client, hall: Hall) -> None:
    opening = published(manager, hall)
    book(hall, opening, 1)
    clock.simulate(clock.frozen(instant("2026-11-27 17:00")))
    assert "其中 1 个已不足半个工作日" in text(manager.get(f"{LIST}{opening}/withdraw/"))
    answer = manager.post(f"{LIST}{opening}/withdraw/", {"reason": "停电"})
    assert answer.status_code == 422
    assert Appointment.objects.get().status == "booked"
    manager.post(f"{LIST}{opening}/withdraw/", {"reason": "停电", "late": "yes"})
    assert Appointment.objects.get().status == "counter_cancelled"
    assert "不足半个工作日" in text(manager.get(f"{LIST}{opening}/"))


def test_what_was_left_after_an_interruption_is_taken_up(manager: Client, hall: Hall) -> None:
    opening = published(manager, hall)
    book(hall, opening, 1)
    calendar.close_opening(opening, reason="停电", by="staff:manager", now=NOW)
    assert "还有 1 个预约没有取消" in text(manager.get(f"{LIST}{opening}/"))
    done = text(manager.post(f"{LIST}{opening}/withdraw/", {}, follow=True))
    assert "取消了 1 个预约" in done


def test_two_managers_who_act_at_once_hear_of_each_other(manager: Client, hall: Hall) -> None:
    opening = published(manager, hall)
    for action in ("publish", "discard"):
        assert "别人刚刚改动了" in text(manager.post(f"{LIST}{opening}/{action}/", follow=True))
    assert manager.get(f"{LIST}{opening}/edit/").status_code == 302
    page = text(manager.post(f"{LIST}{opening}/edit/", typed(hall), follow=True))
    assert "各时段" in page


def test_r3_3_a_weekend_that_becomes_a_working_day_asks_for_its_withdrawal(manager: Client, hall: Hall) -> None:
    opening = published(manager, hall)
    book(hall, opening, 1)
    Day.objects.filter(date=SATURDAY).update(override=True)
    calendar.generate_slots(now=NOW)
    assert "有 1 个已约的人，时段因上班时间有变动已关闭" in text(manager.get(f"{LIST}{opening}/"))
    assert "有 1 个预约会取消" in text(manager.get(f"{LIST}{opening}/withdraw/"))


def test_residents_are_told_what_a_hall_opens(manager: Client, hall: Hall) -> None:
    draft = drafted(manager, hall)
    assert "09:00–11:00" not in text(Client().get("/centres/"))
    manager.post(f"{LIST}{draft}/publish/")
    page = text(Client().get("/centres/"))
    assert "周末 11月28日–11月29日 周六、周日 09:00–11:00 A队列 要预约" in page
    clock.simulate(clock.frozen(instant("2026-11-30 09:00")))
    assert "09:00–11:00" not in text(Client().get("/centres/"))


PAGES = ("", "new/weekend/", "{id}/", "{id}/edit/", "{id}/withdraw/")
ACTS = ("preview/weekend/", "{id}/publish/", "{id}/discard/", "{id}/withdraw/", "{id}/edit/", "new/weekend/")


@pytest.mark.parametrize("role", [role for role in Role if not may(role, Permission.MANAGE_HOURS)])
def test_who_does_not_manage_hours_stays_outside(hall: Hall, role: Role, manager: Client) -> None:
    opening = drafted(manager, hall)
    other = staff(hall, role, "other")
    for path in PAGES:
        assert other.get(LIST + path.format(id=opening)).status_code == 403, path
    for path in ACTS:
        assert other.post(LIST + path.format(id=opening), typed(hall)).status_code == 403, path
    assert FlexibleOpening.objects.get().state == "draft"


def test_a_stranger_is_sent_to_the_login(hall: Hall) -> None:
    assert Client().get(LIST).status_code == 302


def test_a_manager_of_another_hall_finds_nothing(hall: Hall, manager: Client) -> None:
    opening = drafted(manager, hall)
    other = staff(open_hall("other"), login="neighbour")
    for path in PAGES[2:]:
        assert other.get(LIST + path.format(id=opening)).status_code == 404, path
    for path in ACTS[1:5]:
        assert other.post(LIST + path.format(id=opening), typed(hall)).status_code == 404, path
    assert "周末办" in text(other.get(LIST))
    assert "草稿" not in text(other.get(LIST)).replace("存草稿", "")


@pytest.mark.parametrize("path", ["new/regular/", "new/nonsense/", "preview/regular/"])
def test_an_unknown_kind_is_not_found(manager: Client, path: str) -> None:
    assert manager.post(LIST + path).status_code == 404
