"""The hall board: public, without names, resumable from the position of its state."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from tests.factories import Hall, instant, make_hall, make_queue, phone, request_for, resident
from yueban.domain.audit import operations as audit
from yueban.domain.audit import queries as feed
from yueban.domain.booking import operations as booking
from yueban.domain.directory.models import Queue
from yueban.domain.queueing import operations
from yueban.domain.queueing.models import Wording
from yueban.kernel import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _half_past_nine() -> Iterator[None]:
    before = clock.simulate(clock.frozen(instant("2026-11-30 09:30")))
    yield
    clock.simulate(before)


@pytest.fixture
def hall() -> Hall:
    made = make_hall()
    code = booking.book(request_for(made, made.slot(10)), by="test", now=instant("2026-11-26 12:00")).code
    operations.take_ticket(code, remote=False, by="test", now=clock.now())
    operations.call_next(made.counters[1].pk, by="test", now=clock.now())
    operations.issue(made.queue.pk, by="test", now=clock.now())
    return made


def test_the_state_has_calls_queues_and_the_position_to_resume_from(hall: Hall) -> None:
    audit.sequence()
    state = Client().get(f"/display/board/{hall.centre.code}/state").json()
    (call,) = state["calls"]
    assert (call["label"], call["counter"], call["area"], call["booked"]) == ("YA001", 2, "A区", True)
    assert state["queues"] == [{"code": "q", "name": "A队列", "waiting": 1, "next": ["A001"]}]
    assert state["position"] == feed.last_position()


def test_queues_in_which_somebody_waits_come_first(hall: Hall) -> None:
    department = hall.queue.departments.get()
    idle = make_queue(hall.centre, "a", "B", department)
    busy = make_queue(hall.centre, "b", "C", department)
    Queue.objects.exclude(pk=idle.pk).update(order=1)
    operations.issue(busy.pk, by="test", now=clock.now())
    state = Client().get(f"/display/board/{hall.centre.code}/state").json()
    assert [(each["code"], each["waiting"]) for each in state["queues"]] == [("q", 1), ("b", 1), ("a", 0)]


def test_the_centre_s_own_notices_are_told_line_by_line(hall: Hall) -> None:
    address = f"/display/board/{hall.centre.code}/state"
    assert Client().get(address).json()["notices"] == []
    Wording.objects.create(centre=hall.centre, notices="今天 16:30 起盘点\n\n  二楼在装修 ")
    assert Client().get(address).json()["notices"] == ["今天 16:30 起盘点", "二楼在装修"]


def test_nothing_of_a_person_is_on_the_board(hall: Hall) -> None:
    page = Client().get(f"/display/board/{hall.centre.code}/").content.decode()
    assert [secret in page for secret in ("样例申请人", phone(1), resident(1).number)] == [False, False, False]


def test_the_board_may_connect_to_the_event_stream_and_has_no_inline_script(hall: Hall) -> None:
    answer = Client().get(f"/display/board/{hall.centre.code}/")
    page = answer.content.decode()
    assert 'data-events="http://testserver:8001/events?centre=hall"' in page
    assert "<script>" not in page
    assert "onclick" not in page


@pytest.mark.parametrize("code", ["nowhere", "%00", "x" * 300])
def test_an_unknown_hall_is_404(hall: Hall, code: str) -> None:
    assert Client().get(f"/display/board/{code}/").status_code == 404
    assert Client().get(f"/display/board/{code}/state").status_code == 404


def test_every_hall_can_be_chosen(hall: Hall) -> None:
    assert f"/display/board/{hall.centre.code}/" in Client().get("/display/").content.decode()
