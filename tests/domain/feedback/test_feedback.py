"""R5.5.3: one rating for each handling, bound to it, asked for a short while."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.factories import Hall, instant, make_hall
from yueban.domain.audit import queries as audit
from yueban.domain.feedback import operations, queries
from yueban.domain.feedback.models import Rating
from yueban.domain.feedback.rules import AlreadyRated, Level, TooLateToRate, UnknownHandling, is_bad, reasons_of
from yueban.domain.queueing import operations as hall_work
from yueban.domain.queueing.models import Handling
from yueban.domain.queueing.rules import Outcome

pytestmark = pytest.mark.django_db

CLERK = "staff:test"
DEVICE = "channel:rating 1"


def at(clock: str) -> datetime:
    return instant(f"2026-11-30 {clock}")


@pytest.fixture
def hall() -> Hall:
    return make_hall()


def handled(hall: Hall, clock: str) -> Handling:
    hall_work.issue(hall.queue.pk, by="kiosk", now=at("09:00"), holder=hall_work.Holder(matter_id=hall.matter.pk))
    called = hall_work.call_next(hall.counters[0].pk, by=CLERK, now=at("09:01"))
    assert called is not None
    hall_work.finish(called.ticket_id, outcome=Outcome.COMPLETED, by=CLERK, now=at(clock))
    return Handling.objects.latest("id")


def test_r5_5_3_a_rating_is_bound_to_its_handling_and_the_log_does_not_tell_it(hall: Hall) -> None:
    done = handled(hall, "09:10:00")
    operations.rate(done.pk, level=Level.BAD, reasons=["slow", "kind", "nonsense"], by=DEVICE, now=at("09:10:10"))
    kept = Rating.objects.get()
    assert (kept.level, kept.reasons, kept.counter_id, kept.matter_id) == (2, ["slow"], done.counter_id, hall.matter.pk)
    event = audit.ticket_history(done.ticket_id)[-1]
    assert (event.kind, event.data) == ("handling.rated", {})
    assert queries.broken_invariants() == []


def test_r5_5_3_a_handling_is_rated_once(hall: Hall) -> None:
    done = handled(hall, "09:10:00")
    operations.rate(done.pk, level=Level.GOOD, by=DEVICE, now=at("09:10:10"))
    with pytest.raises(AlreadyRated):
        operations.rate(done.pk, level=Level.VERY_BAD, by=DEVICE, now=at("09:10:11"))
    assert Rating.objects.get().level == 4


def test_r5_5_3_the_device_asks_for_twenty_seconds_and_takes_an_answer_for_a_minute(hall: Hall) -> None:
    done, counter = handled(hall, "09:10:00"), hall.counters[0].pk
    asked = queries.to_rate(counter, now=at("09:10:20"))
    assert asked is not None
    assert asked.id == done.pk
    assert queries.to_rate(counter, now=at("09:10:20") + timedelta(microseconds=1)) is None
    with pytest.raises(TooLateToRate):
        operations.rate(done.pk, level=Level.GOOD, by=DEVICE, now=at("09:11:00") + timedelta(microseconds=1))
    operations.rate(done.pk, level=Level.GOOD, by=DEVICE, now=at("09:11:00"))


def test_r5_5_3_the_device_rests_once_it_was_answered_and_at_another_counter(hall: Hall) -> None:
    done = handled(hall, "09:10:00")
    assert queries.to_rate(hall.counters[1].pk, now=at("09:10:01")) is None
    operations.rate(done.pk, level=Level.FAIR, by=DEVICE, now=at("09:10:01"))
    assert queries.to_rate(hall.counters[0].pk, now=at("09:10:02")) is None


def test_an_unknown_handling_is_said() -> None:
    with pytest.raises(UnknownHandling):
        operations.rate(0, level=Level.GOOD, by=DEVICE, now=at("09:00"))


def test_r5_5_3_bad_is_one_and_two_and_its_reasons_are_others() -> None:
    assert [is_bad(each) for each in Level] == [False, False, False, True, True]
    assert set(reasons_of(Level.GOOD)).isdisjoint(reasons_of(Level.VERY_BAD))
