"""Withdrawing early, late, noon and weekend hours cancels what was booked in them, with everything a counter owes (R4.3)."""

from dataclasses import replace
from datetime import date, datetime, time

import pytest

from tests.factories import Hall, instant, make_hall, make_matter, request_for
from yueban.domain.booking import operations, queries
from yueban.domain.booking.models import Appointment
from yueban.domain.booking.rules import ChannelKind, Status
from yueban.domain.calendar import operations as calendar
from yueban.domain.calendar import queries as calendars
from yueban.domain.calendar.models import Session, Slot
from yueban.domain.calendar.rules import Kind, Proposal, Span
from yueban.domain.directory.models import Department
from yueban.domain.notices.models import Message
from yueban.domain.regulation.queries import explain
from yueban.domain.regulation.rules import Refused
from yueban.kernel.errors import InvalidInput

pytestmark = pytest.mark.django_db

FRIDAY, SATURDAY, MONDAY = date(2026, 11, 27), date(2026, 11, 28), date(2026, 11, 30)
NOW = instant("2026-11-25 10:00:00")
BY = "staff:manager"


@pytest.fixture
def hall() -> Hall:
    made = make_hall(days=(), high_frequency_personal=True)
    for start, end in ((time(8, 30), time(12)), (time(14, 30), time(17, 30))):
        Session.objects.create(
            centre=made.centre, valid_from="01-01", valid_to="12-31", weekdays=[1, 2, 3, 4, 5], start=start, end=end
        )
    return made


def opened(hall: Hall, kind: Kind, day: date, start: time, end: time, **fields: object) -> int:
    week, queues = frozenset(range(1, 8)), frozenset({hall.queue.pk})
    counters = frozenset(counter.pk for counter in hall.counters)
    wanted = replace(Proposal(kind, day, day, week, Span(start, end), queues, counters), **fields)  # type: ignore[arg-type]
    made = calendar.draft_opening(wanted, centre_id=hall.centre.pk, by=BY, now=NOW)
    calendar.publish_opening(made, by=BY, now=NOW)
    return made


def weekend(hall: Hall) -> int:
    return opened(hall, Kind.WEEKEND, SATURDAY, time(9), time(12))


def book(hall: Hall, opening: int, n: int, now: datetime = NOW, **fields: object) -> str:
    slot = Slot.objects.filter(opening=opening).order_by("starts_at")[0]
    return operations.book(request_for(hall, slot, n, **fields), by="applicant", now=now).code


def refused(hall: Hall, opening: int, now: datetime = NOW, **fields: object) -> list[str]:
    with pytest.raises(Refused) as why:
        book(hall, opening, 99, now, **fields)
    return [f"{each.code} {each.clause}" for each in why.value.reasons]


def test_r3_3_a_weekend_hour_is_booked_for_a_frequent_matter_and_refused_for_another(hall: Hall) -> None:
    opening = weekend(hall)
    book(hall, opening, 1)
    rare = make_matter(hall.matter.department, hall.queue)
    assert refused(hall, opening, matter=rare.code) == ["not_eligible R3.3"]
    shown = queries.availability(
        centre=hall.centre.code, matter=rare.code, channel=ChannelKind.ONLINE, start=SATURDAY, days=1, now=NOW
    )
    assert {slot["kind"] for slot in shown} == {"weekend"}
    assert {(each["code"], each["clause"]) for slot in shown for each in slot["refusals"]} == {("not_eligible", "R3.3")}


def test_r3_1_an_exempt_department_is_not_offered_early_and_the_others_are(hall: Hall) -> None:
    other = Department.objects.create(code="tax", name="样例税务", short_name="税务")
    hall.queue.departments.add(other)
    opening = opened(hall, Kind.EARLY, FRIDAY, time(7, 30), time(8, 30), exempt=frozenset({other.pk}), basis="样例文件")
    book(hall, opening, 1)
    exempt = make_matter(other, hall.queue)
    assert refused(hall, opening, matter=exempt.code) == ["not_eligible R3.1"]
    (slot,) = queries.availability(
        centre=hall.centre.code, matter=exempt.code, channel=ChannelKind.ONLINE, start=FRIDAY, days=1, now=NOW
    )[:1]
    assert [(each["code"], each["clause"]) for each in slot["refusals"]] == [("not_eligible", "R3.1")]
    assert slot["kind"] == "early"


def test_r3_2_any_matter_of_the_queue_is_booked_at_noon(hall: Hall) -> None:
    hall.queue.centre.counter_set.update(comprehensive=True)
    opening = opened(hall, Kind.NOON, FRIDAY, time(12), time(14, 30))
    book(hall, opening, 1, matter=make_matter(hall.matter.department, hall.queue).code)


@pytest.mark.parametrize(
    ("now", "reasons"),
    [("2026-11-27 16:29:59", []), ("2026-11-27 16:30:00", []), ("2026-11-27 16:30:01", ["too_late R4.0"])],
)
def test_r4_0_the_desk_books_a_saturday_until_friday_half_past_four(hall: Hall, now: str, reasons: list[str]) -> None:
    opening = weekend(hall)
    if reasons:
        assert refused(hall, opening, instant(now), channel_kind=ChannelKind.PHONE) == reasons
    else:
        book(hall, opening, 1, instant(now), channel_kind=ChannelKind.PHONE)


@pytest.mark.parametrize(("now", "reasons"), [("2026-11-28 06:00:00", []), ("2026-11-28 06:00:01", ["too_late R4.0"])])
def test_r4_0_a_saturday_is_booked_online_until_three_hours_before(hall: Hall, now: str, reasons: list[str]) -> None:
    opening = weekend(hall)
    if reasons:
        assert refused(hall, opening, instant(now)) == reasons
    else:
        book(hall, opening, 1, instant(now))


def test_r5_2_a_weekend_day_counts_its_two_bookings(hall: Hall) -> None:
    opening = weekend(hall)
    first, second, third = Slot.objects.filter(opening=opening).order_by("starts_at")
    for slot in (first, second):
        operations.book(request_for(hall, slot, 1), by="applicant", now=NOW)
    with pytest.raises(Refused) as why:
        operations.book(request_for(hall, third, 1), by="applicant", now=NOW)
    assert [each.code for each in why.value.reasons] == ["daily_limit"]


def test_r4_3_withdrawing_cancels_each_appointment_and_tells_why(hall: Hall) -> None:
    opening = weekend(hall)
    codes = [book(hall, opening, n) for n in (1, 2, 3)]
    assert calendars.flexible_opening(opening, now=NOW).ahead == 3
    results = operations.withdraw_opening(opening, reason="窗口检修", by=BY, now=NOW)
    assert sorted(result.code for result in results) == sorted(codes)
    assert all(result.cancelled and result.cancelled.told and not result.cancelled.late for result in results)
    assert {each.status for each in Appointment.objects.all()} == {"counter_cancelled"}
    assert Message.objects.filter(template="counter_cancelled").count() == 3
    assert {(slot.planned, slot.capacity, slot.booked) for slot in Slot.objects.filter(opening=opening)} == {(0, 0, 0)}
    assert queries.broken_invariants() == []
    assert calendars.broken_invariants() == []
    # R5.2: the applicant's day is not used up, and nothing more is sold.
    assert refused(hall, opening) == ["slot_closed R1.2"]


@pytest.mark.parametrize(
    ("now", "late"),
    [
        pytest.param("2026-11-26 23:00:00", [False], id="the evening before"),
        pytest.param("2026-11-27 11:45:00", [False], id="half of Friday's six and a half hours is left"),
        pytest.param("2026-11-27 11:45:01", [True], id="a second later"),
        pytest.param("2026-11-27 13:00:00", [True], id="over lunch"),
        pytest.param("2026-11-28 08:59:59", [True], id="Saturday morning"),
    ],
)
def test_r4_3_half_a_working_day_before_a_saturday_is_counted_on_friday(hall: Hall, now: str, late: list[bool]) -> None:
    opening = weekend(hall)
    book(hall, opening, 1)
    assert [each.late for each in queries.affected_by_opening(opening, now=instant(now))] == late


def test_r4_3_late_ones_stay_until_somebody_may_be_late_and_are_marked(hall: Hall) -> None:
    opening = weekend(hall)
    code, now = book(hall, opening, 1), instant("2026-11-27 17:00:00")
    (left,) = operations.withdraw_opening(opening, reason="停电", by=BY, now=now)
    assert [explain(each)[:4] for each in left.reasons] != []
    assert queries.by_code(code, now=now).status is Status.BOOKED
    (gone,) = operations.withdraw_opening(opening, reason="", by=BY, now=now, late_allowed=True)
    assert gone.cancelled
    assert gone.cancelled.late
    assert queries.by_code(code, now=now).status is Status.COUNTER_CANCELLED
    assert operations.withdraw_opening(opening, reason="", by=BY, now=now) == []


def test_r4_3_hours_that_have_begun_are_served(hall: Hall) -> None:
    opening = weekend(hall)
    code, now = book(hall, opening, 1), instant("2026-11-28 09:00:00")
    assert operations.withdraw_opening(opening, reason="停电", by=BY, now=now, late_allowed=True) == []
    assert queries.by_code(code, now=now).status is Status.BOOKED


def test_a_reason_is_asked_for_before_anything_closes(hall: Hall) -> None:
    opening = weekend(hall)
    with pytest.raises(InvalidInput):
        operations.withdraw_opening(opening, reason=" ", by=BY, now=NOW)
    assert not Slot.objects.filter(opening=opening).exclude(closed_reason="").exists()


def test_a_draft_cannot_be_withdrawn(hall: Hall) -> None:
    opening = weekend(hall)
    view = calendars.flexible_opening(opening, now=NOW)
    later = replace(view.proposal, first=date(2026, 12, 5), last=date(2026, 12, 5))
    draft = calendar.draft_opening(later, centre_id=hall.centre.pk, by=BY, now=NOW)
    with pytest.raises(calendar.OpeningChanged):
        operations.withdraw_opening(draft, reason="停电", by=BY, now=NOW)


def test_a_place_given_back_in_a_closed_hour_is_not_sold_again(hall: Hall) -> None:
    opening = weekend(hall)
    codes = [book(hall, opening, n) for n in (1, 2)]
    calendar.close_opening(opening, reason="停电", by=BY, now=NOW)
    operations.cancel(codes[0], by="applicant", now=NOW)
    slot = Slot.objects.filter(opening=opening).order_by("starts_at")[0]
    assert (slot.capacity, slot.booked) == (1, 1)
