"""The screen above a counter, and the rating device on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests.factories import Hall, instant, make_hall
from yueban.domain.feedback.models import Rating
from yueban.domain.people import operations as people
from yueban.domain.people.rules import Role
from yueban.domain.queueing import operations
from yueban.domain.queueing.rules import Outcome
from yueban.kernel import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _half_past_nine() -> Iterator[None]:
    before = clock.simulate(clock.frozen(instant("2026-11-30 09:30")))
    yield
    clock.simulate(before)


@pytest.fixture
def hall() -> Hall:
    return make_hall()


def face(number: int = 1) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Client().get(f"/display/counter/hall/{number}/state").content)
    return found


def serve(hall: Hall) -> int:
    operations.issue(hall.queue.pk, by="kiosk", now=clock.now())
    called = operations.call_next(hall.counters[0].pk, by="staff:t", now=clock.now())
    assert called is not None
    return called.ticket_id


@pytest.fixture
def device(hall: Hall) -> Client:
    new = people.NewStaff("clerk", Role.CLERK, name="样例", centre_id=hall.centre.pk)
    people.add_staff(new, by="test", now=clock.now(), password="right-right-right")
    made = Client()
    assert made.get("/display/rating/")["Location"] == "/display/rating/setup"
    made.post("/staff/login", {"username": "clerk", "password": "right-right-right"})
    assert made.post("/display/rating/setup", {"counter": hall.counters[0].pk})["Location"] == "/display/rating/"
    return made


def test_the_screen_shows_words_until_a_number_is_called_and_who_is_next(hall: Hall) -> None:
    assert (face()["sight"], face()["text"]) == ("paused", "暂停服务")
    ticket = serve(hall)
    operations.issue(hall.queue.pk, by="kiosk", now=clock.now())
    seen = face()
    assert (seen["label"], seen["text"], seen["next"]) == ("A001", "请A001号到1号窗口办理", ["A002"])
    operations.finish(ticket, outcome=Outcome.COMPLETED, by="staff:t", now=clock.now())
    assert (face()["sight"], face()["text"], face()["label"]) == ("idle", "热情为您服务", "")
    assert Client().get("/display/counter/hall/1/").status_code == 200


def test_an_unknown_screen_is_404(hall: Hall) -> None:
    for path in ("/display/counter/hall/99/", "/display/counter/nowhere/1/", "/display/counter/hall/99/state"):
        assert Client().get(path).status_code == 404


def test_r5_5_3_the_device_is_asked_when_a_handling_ends_and_answers_once(hall: Hall, device: Client) -> None:
    assert json.loads(device.get("/display/rating/state").content) == {"handling": ""}
    operations.finish(serve(hall), outcome=Outcome.COMPLETED, by="staff:t", now=clock.now())
    asked = json.loads(device.get("/display/rating/state").content)
    assert (asked["label"], asked["seconds"]) == ("A001", 20)
    answer = {"handling": asked["handling"], "level": "5", "reason": ["kind"]}
    assert json.loads(device.post("/display/rating/answer", answer).content) == {"kept": True}
    assert json.loads(device.post("/display/rating/answer", answer).content) == {"kept": False}
    assert json.loads(device.get("/display/rating/state").content) == {"handling": ""}
    assert Rating.objects.get().reasons == ["kind"]


def test_r5_5_3_a_forged_or_odd_answer_is_refused(hall: Hall, device: Client) -> None:
    operations.finish(serve(hall), outcome=Outcome.COMPLETED, by="staff:t", now=clock.now())
    asked = json.loads(device.get("/display/rating/state").content)
    odd = [{"handling": "1", "level": "5"}, {"handling": asked["handling"], "level": "6"}, {}]
    assert [device.post("/display/rating/answer", each).status_code for each in odd] == [404, 404, 404]
    stranger = Client().post("/display/rating/answer", {"handling": asked["handling"], "level": "5"})
    assert (stranger.status_code, Rating.objects.count()) == (302, 0)


def test_only_staff_of_the_hall_set_a_device_up(hall: Hall) -> None:
    assert Client().get("/display/rating/setup")["Location"].startswith("/staff/login")
