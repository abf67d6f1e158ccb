"""The hall guide's phone: help, paper, a number in front of one, and statutory priority."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client

from tests.factories import Hall, instant, make_hall, request_for, resident
from yueban.domain.booking import operations as booking
from yueban.domain.booking.rules import ChannelKind
from yueban.domain.people import operations as people
from yueban.domain.people.rules import Role
from yueban.domain.queueing import operations
from yueban.domain.queueing.models import HelpCall, Printer, Screen, Ticket
from yueban.kernel import clock

pytestmark = pytest.mark.django_db

BEFORE = instant("2026-11-26 12:00")
GUIDE = "/counter/guide/hall/"


@pytest.fixture(autouse=True)
def _half_past_nine() -> Iterator[None]:
    before = clock.simulate(clock.frozen(instant("2026-11-30 09:30")))
    yield
    clock.simulate(before)


@pytest.fixture
def hall() -> Hall:
    return make_hall()


def staff(role: Role, hall: Hall, login: str = "guide") -> Client:
    new = people.NewStaff(login, role, name="样例导办", centre_id=hall.centre.pk)
    people.add_staff(new, by="test", now=BEFORE, password="right-right-right")
    made = Client()
    made.post("/staff/login", {"username": login, "password": "right-right-right"})
    return made


@pytest.fixture
def guide(hall: Hall) -> Client:
    return staff(Role.GUIDE, hall)


def words(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined, no-any-return]


def test_the_guide_of_one_hall_lands_in_it_and_no_stranger_does(hall: Hall, guide: Client) -> None:
    elsewhere = make_hall(code="elsewhere")
    assert guide.get("/counter/guide/")["Location"] == GUIDE
    stranger = staff(Role.GUIDE, elsewhere, "stranger")
    auditor = staff(Role.AUDIT_ADMIN, hall, "auditor")
    told = [each.get(GUIDE).status_code for each in (guide, stranger, auditor, Client())]
    assert told == [200, 403, 403, 302]
    assert guide.get("/counter/guide/nowhere/").status_code == 404


def test_who_needs_help_and_paper_is_on_top(hall: Hall, guide: Client) -> None:
    counter = hall.counters[1]
    operations.call_for_help(counter.pk, by="staff:clerk", now=clock.now())
    Printer.objects.create(centre=hall.centre, name="东门终端", driver="browser", left=12, low=40)
    page = words(guide.get(GUIDE + "state"))
    assert ("号窗口要支援" in page, "东门终端" in page, "还能打 12 张" in page) == (True, True, True)
    assert guide.post(f"{GUIDE}help/{counter.pk}")["Location"] == GUIDE
    assert HelpCall.objects.get().answered_by == "staff:guide"


def test_a_window_screen_that_is_dead_is_told_until_it_is_back(hall: Hall, guide: Client) -> None:
    screen = Screen.objects.create(counter=hall.counters[1], driver="tcp-text", address="127.0.0.1:9")
    assert "没有反应" not in words(guide.get(GUIDE + "state"))
    Screen.objects.update(failed_at=clock.now())
    assert "2 号窗口的窗口屏从 09:30 起没有反应" in words(guide.get(GUIDE + "state"))
    Screen.objects.filter(pk=screen.pk).update(active=False)
    assert "没有反应" not in words(guide.get(GUIDE + "state"))


def test_r5_3_a_number_is_found_as_it_is_read_and_given_priority(hall: Hall, guide: Client) -> None:
    for _ in range(2):
        operations.issue(hall.queue.pk, by="kiosk", now=clock.now())
    ticket = Ticket.objects.get(label="A002")
    place = guide.get(GUIDE + "find", {"q": "a 002"})["Location"]
    assert "前面" in words(guide.get(place))
    assert guide.post(place, {"ground": "disabled"})["Location"] == place
    ticket.refresh_from_db()
    assert (ticket.ground, ticket.rank_class) == ("disabled", "statutory")
    assert "残疾人" in words(guide.get(place))
    assert guide.post(place, {"ground": "rich"}).status_code == 404
    operations.call_next(hall.counters[0].pk, by="staff:clerk", now=clock.now())
    assert guide.post(place, {"ground": "elderly"}).status_code == 409


def test_r4_2_a_phone_booking_is_registered_at_the_guide_desk(hall: Hall, guide: Client) -> None:
    code = booking.book(request_for(hall, hall.slot(10), channel_kind=ChannelKind.PHONE), by="t", now=BEFORE).code
    assert "到场登记" in words(guide.get(GUIDE + "find", {"q": f"{code[:4]} {code[4:]}"}))
    place = guide.post(GUIDE + "arrive", {"code": code})["Location"]
    assert ("YA 001" in words(guide.get(place)), Ticket.objects.get().rank_class) == (True, "arrived_booking")
    assert guide.get(GUIDE + "find", {"q": code})["Location"] == place


def test_what_is_not_there_is_said(hall: Hall, guide: Client) -> None:
    elsewhere = make_hall(code="elsewhere")
    away = booking.book(request_for(elsewhere, elsewhere.slot(10)), by="t", now=BEFORE).code
    ticket = operations.issue(elsewhere.queue.pk, by="kiosk", now=clock.now())
    assert "没有这个号" in words(guide.get(GUIDE + "find", {"q": "Z999"}))
    assert "没有这个号" in words(guide.get(GUIDE + "find", {"q": "12345678"}))
    assert "样例政务服务中心办理" in words(guide.get(GUIDE + "find", {"q": away}))
    assert guide.get(f"{GUIDE}tickets/{ticket.ticket_id}/").status_code == 404
    assert guide.post(GUIDE + "arrive", {"code": "12345678"}).status_code == 404
    assert guide.post(f"{GUIDE}help/{elsewhere.counters[0].pk}").status_code == 404
    assert guide.post(GUIDE + "issue", {"queue": elsewhere.queue.pk}).status_code == 404


def test_a_number_for_somebody_who_walked_in(hall: Hall, guide: Client) -> None:
    place = guide.post(GUIDE + "issue", {"queue": hall.queue.pk})["Location"]
    assert "A 001" in words(guide.get(place))


def test_the_day_is_reported_and_only_the_manager_keeps_the_queue(hall: Hall, guide: Client) -> None:
    operations.issue(hall.queue.pk, by="kiosk", now=clock.now())
    assert "A队列" in words(guide.get(GUIDE + "day/"))
    assert [guide.get(GUIDE + "day/", {"date": each}).status_code for each in ("2026-11-29", "2026-06-31", "x")] == [
        200,
        200,
        200,
    ]
    assert guide.post(GUIDE + "overnight", {"keep": "yes"}).status_code == 403
    manager = staff(Role.CENTRE_MANAGER, hall, "manager")
    assert manager.post(GUIDE + "overnight", {"keep": "yes"}).status_code == 302
    assert "照常清零" in words(manager.get(GUIDE + "day/"))
    manager.post(GUIDE + "overnight", {"keep": "no"})
    assert "应急" in words(manager.get(GUIDE + "day/"))


def test_r4_2_who_knows_no_number_is_found_by_the_card_and_the_card_is_in_no_address(hall: Hall, guide: Client) -> None:
    find, card = GUIDE + "find", resident(1)
    booking.book(request_for(hall, hall.slot(10), channel_kind=ChannelKind.PHONE), by="test", now=BEFORE)
    assert 'method="post"' in words(guide.get(GUIDE))
    assert "没有这个号" in words(guide.get(find, {"q": card.number}))
    page = words(guide.post(find, {"q": f"张三|{card.number}"}))
    assert (card.masked in page, card.number in page, "到场登记" in page) == (True, False, True)
    (code,) = re.findall(r'name="code" value="([0-9]+)"', page)
    guide.post(GUIDE + "arrive", {"code": code})
    again = words(guide.post(find, {"q": card.number}))
    assert ("YA 001" in again, "到场登记" in again) == (True, False)
    stranger = guide.post(find, {"q": resident(2).number})
    assert (stranger.status_code, "没有预约，也没有号" in words(stranger)) == (409, True)
    assert resident(2).number not in words(stranger)
