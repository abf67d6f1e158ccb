"""Early, late, noon and weekend hours as applicants meet them: in the strip of days, with a word, with a reason (R3.1–R3.3)."""

from __future__ import annotations

import re
from datetime import date, time

import pytest

from tests.factories import Hall, make_hall
from tests.surfaces.portal.conftest import FRIDAY, Visitor, clauses_on, hours_of
from yueban.domain.calendar import operations as calendar
from yueban.domain.calendar.models import Session
from yueban.domain.calendar.rules import Kind, Proposal, Span
from yueban.kernel import clock

pytestmark = pytest.mark.django_db

SATURDAY = date(2026, 11, 28)


@pytest.fixture
def hall() -> Hall:
    made = make_hall(days=(), high_frequency_personal=True)
    Session.objects.create(
        centre=made.centre, valid_from="01-01", valid_to="12-31", weekdays=[1, 2, 3, 4, 5], start=time(9), end=time(17)
    )
    calendar.generate_slots(now=clock.now())
    return made


def open_hours(hall: Hall, kind: Kind, day: date, start: int, end: int) -> None:
    counters = frozenset(counter.pk for counter in hall.counters)
    span, week = Span(time(start), time(end)), frozenset(range(1, 8))
    wanted = Proposal(kind, day, day, week, span, frozenset({hall.queue.pk}), counters)
    draft = calendar.draft_opening(wanted, centre_id=hall.centre.pk, by="staff:test", now=clock.now())
    calendar.publish_opening(draft, by="staff:test", now=clock.now())


def text(visitor: Visitor, day: date, hall: Hall) -> str:
    page = visitor.client.get(hours_of(hall), {"day": day.isoformat()}).content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def test_r3_3_a_weekend_day_stands_in_the_strip_with_its_places(visitor: Visitor, hall: Hall) -> None:
    assert "周六 · 明天 11月28日 不上班" in text(visitor, SATURDAY, hall)
    open_hours(hall, Kind.WEEKEND, SATURDAY, 9, 11)
    page = text(visitor, SATURDAY, hall)
    assert "周六 · 明天 11月28日 可约 24" in page
    assert "09:00–10:00 周末 还有 12 个" in page


def test_r3_1_a_late_hour_carries_its_word_and_a_regular_one_none(visitor: Visitor, hall: Hall) -> None:
    open_hours(hall, Kind.LATE, FRIDAY, 17, 18)
    page = text(visitor, FRIDAY, hall)
    assert "17:00–18:00 晚间 还有 12 个" in page
    assert "16:00–17:00 还有 6 个" in page


def test_r3_3_a_matter_that_is_not_frequent_hears_why_and_what_is_free(visitor: Visitor, hall: Hall) -> None:
    open_hours(hall, Kind.WEEKEND, SATURDAY, 9, 11)
    hall.matter.high_frequency_personal = False
    hall.matter.save()
    page = text(visitor, SATURDAY, hall)
    assert "周六 · 明天 11月28日 不办" in page
    assert "这天不办这个事项 周末只办理个人高频事项，请选工作日。（制度三（三）） 最近能约的：" in page
    answer = visitor.client.get(hours_of(hall), {"day": SATURDAY.isoformat()})
    assert set(clauses_on(answer)) == {"R3.3"}
