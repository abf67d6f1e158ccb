"""Bands and quotas, waiting told beforehand, messages to phones, and how a day ends."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from tests.factories import Hall, instant, make_hall, request_for, resident
from yueban.domain.audit.models import Event
from yueban.domain.booking import operations as booking
from yueban.domain.booking.rules import ChannelKind
from yueban.domain.calendar.models import Session
from yueban.domain.notices.models import Message
from yueban.domain.notices.rules import read
from yueban.domain.queueing import operations, queries
from yueban.domain.queueing.models import CentreHall, QueueBand, Ticket
from yueban.domain.queueing.rules import (
    AlreadyPostponed,
    Ground,
    HallRules,
    Outcome,
    OutsideBands,
    QuotaUsed,
    UnusedPlaces,
    ground_of_age,
)
from yueban.kernel import crypto

pytestmark = pytest.mark.django_db

BEFORE = instant("2026-11-26 12:00")
CLERK = "staff:test"


def at(clock: str) -> datetime:
    return instant(f"2026-11-30 {clock}")


@pytest.fixture
def hall() -> Hall:
    return make_hall()


def issue(hall: Hall, clock: str) -> Ticket:
    return Ticket.objects.get(pk=operations.issue(hall.queue.pk, by="kiosk", now=at(clock)).ticket_id)


def by_phone(hall: Hall, hour: int, n: int, clock: str) -> int:
    """A number taken on a phone for an online booking."""
    code = booking.book(request_for(hall, hall.slot(hour), n), by="t", now=BEFORE).code
    return operations.take_ticket(code, remote=True, by="applicant", now=at(clock)).ticket_id


def serve(hall: Hall, called: str, ended: str) -> None:
    found = operations.call_next(hall.counters[0].pk, by=CLERK, now=at(called))
    assert found is not None
    operations.finish(found.ticket_id, outcome=Outcome.COMPLETED, by=CLERK, now=at(ended))


def messages(template: str) -> list[str]:
    return [
        read(crypto.unseal(each.body_sealed))[0] for each in Message.objects.filter(template=template).order_by("id")
    ]


def test_a_band_gives_numbers_from_its_start_until_before_its_end(hall: Hall) -> None:
    QueueBand.objects.create(queue=hall.queue, starts=time(9), ends=time(11))
    for outside in ("08:59:59", "11:00:00"):
        with pytest.raises(OutsideBands):
            issue(hall, outside)
    assert [issue(hall, "09:00:00").label, issue(hall, "10:59:59").label] == ["A001", "A002"]


def test_a_quota_ends_the_walk_ins_of_its_band_and_leaves_no_gap(hall: Hall) -> None:
    QueueBand.objects.create(queue=hall.queue, starts=time(8), ends=time(12), quota=2)
    QueueBand.objects.create(queue=hall.queue, starts=time(14), ends=time(18), quota=1)
    CentreHall.objects.create(centre=hall.centre, unused=UnusedPlaces.NEVER)
    issue(hall, "08:30")
    issue(hall, "08:31")
    with pytest.raises(QuotaUsed):
        issue(hall, "08:32")
    assert issue(hall, "14:00").label == "A003"
    assert queries.broken_invariants() == []


@pytest.mark.parametrize(
    ("rule", "clock", "given"),
    [
        (UnusedPlaces.NEVER, "10:31:00", False),
        (UnusedPlaces.SLOT_START, "08:59:59", False),
        (UnusedPlaces.SLOT_START, "09:00:00", True),
        (UnusedPlaces.GRACE, "10:30:00", False),
        (UnusedPlaces.GRACE, "10:30:01", True),
    ],
)
def test_booked_places_that_nobody_used_open_to_walk_ins_by_the_centres_rule(
    hall: Hall, rule: UnusedPlaces, clock: str, *, given: bool
) -> None:
    CentreHall.objects.create(centre=hall.centre, unused=rule)
    QueueBand.objects.create(queue=hall.queue, starts=time(8), ends=time(12), quota=1)
    issue(hall, "08:30")
    if given:
        assert issue(hall, clock).label == "A002"
    else:
        with pytest.raises(QuotaUsed):
            issue(hall, clock)


def test_the_estimate_follows_what_the_day_measures(hall: Hall) -> None:
    for _ in range(4):
        issue(hall, "09:00")
    operations.open_counter(hall.counters[0].pk, staff_id=_clerk(hall), by=CLERK, now=at("09:00"))
    before = queries.queues(hall.centre.pk, date=at("09:00").date())[0]
    assert (before.estimate, before.estimate_low, before.estimate_high) == (40, 24, 56)
    serve(hall, "09:00", "09:04")
    after = queries.queues(hall.centre.pk, date=at("09:00").date())[0]
    assert after.estimate == 27  # three at (5 × 10 + 4) / 6


@pytest.mark.usefixtures("open_from_half_past_eight")
def test_before_the_doors_open_the_estimate_counts_the_time_and_the_counters_that_will_be_there(hall: Hall) -> None:
    for _ in range(4):
        issue(hall, "08:00")

    def told(clock: str, *, known: bool = True) -> int:
        now = at(clock)
        return queries.queues(hall.centre.pk, date=now.date(), now=now if known else None)[0].estimate

    assert [told("08:00"), told("08:20:01"), told("08:30"), told("08:00", known=False)] == [50, 30, 20, 20]
    assert [told("12:30"), told("18:00")] == [140, 20]  # the noon break; nothing opens after the last session
    assert Ticket.objects.order_by("number").values_list("foretold", flat=True)[3] == 30 + 15
    operations.open_counter(hall.counters[0].pk, staff_id=_clerk(hall), by=CLERK, now=at("08:10"))
    assert told("08:20") == 40, "one counter is at work already"


@pytest.fixture
def open_from_half_past_eight(hall: Hall) -> None:
    """The hours of the county."""
    for order, (start, end) in enumerate([(time(8, 30), time(12)), (time(14, 30), time(18))]):
        Session.objects.create(
            centre=hall.centre,
            order=order,
            start=start,
            end=end,
            weekdays=[1, 2, 3, 4, 5],
            valid_from="01-01",
            valid_to="12-31",
            kind="regular",
        )


def test_what_is_foretold_counts_who_will_really_be_called_before(hall: Hall) -> None:
    for _ in range(4):
        issue(hall, "09:00")
    code = booking.book(request_for(hall, hall.slot(9)), by="t", now=BEFORE).code
    mine = operations.take_ticket(code, remote=False, by="kiosk", now=at("09:01")).ticket_id
    assert Ticket.objects.get(pk=mine).foretold == 0, "half an hour ahead of the walk-ins"


def _clerk(hall: Hall) -> int:
    from yueban.domain.people import operations as people  # noqa: PLC0415 - one test needs it
    from yueban.domain.people.models import Staff  # noqa: PLC0415
    from yueban.domain.people.rules import Role  # noqa: PLC0415

    new = people.NewStaff("clerk", Role.CLERK, name="样例", centre_id=hall.centre.pk)
    people.add_staff(new, by="test", now=BEFORE, password="right-right-right")
    return Staff.objects.get().pk


def test_a_phone_is_told_once_that_three_are_ahead_and_when_it_is_called(hall: Hall) -> None:
    for n in range(4):
        issue(hall, f"08:0{n}")
    mine = by_phone(hall, 9, 1, "08:50")
    Ticket.objects.filter(pk=mine).update(due_at=at("09:00"))
    for n in range(4):
        serve(hall, f"09:0{n}:00", f"09:0{n}:30")
    operations.call_next(hall.counters[0].pk, by=CLERK, now=at("09:05"))
    assert messages("ticket_near") == [
        "YA001号前面还有3人，请到样例政务服务中心等候叫号。来不及可在“我的预约”里点“我还要一会儿”。"
    ]
    assert messages("ticket_called") == ["请YA001号到1号窗口办理（样例政务服务中心）。过号请向窗口说明。"]


def test_a_number_printed_in_the_hall_gets_no_message(hall: Hall) -> None:
    code = booking.book(request_for(hall, hall.slot(9)), by="t", now=BEFORE).code
    operations.take_ticket(code, remote=False, by="kiosk", now=at("08:50"))
    issue(hall, "08:00")
    serve(hall, "09:00:00", "09:01:00")
    serve(hall, "09:02:00", "09:03:00")
    assert messages("ticket_near") + messages("ticket_called") == []


def test_more_time_on_the_phone_is_given_once(hall: Hall) -> None:
    mine = by_phone(hall, 9, 1, "08:50")
    operations.more_time(mine, by="applicant", now=at("09:00"))
    with pytest.raises(AlreadyPostponed):
        operations.more_time(mine, by="applicant", now=at("09:01"))


def test_r5_3_an_old_certificate_gives_priority_from_the_birthday_of_the_centres_age(hall: Hall) -> None:
    rules = HallRules(statutory_age=70)
    born = resident(1).birth_date
    assert born is not None
    assert [ground_of_age(born, born.replace(year=born.year + 70) + timedelta(days=n), rules) for n in (-1, 0)] == [
        None,
        Ground.ELDERLY,
    ]
    CentreHall.objects.create(centre=hall.centre, statutory_age=70)
    code = booking.book(request_for(hall, hall.slot(9)), by="t", now=BEFORE).code
    ticket = Ticket.objects.get(pk=operations.take_ticket(code, remote=False, by="kiosk", now=at("08:50")).ticket_id)
    assert (ticket.ground, ticket.rank_class) == ("elderly", "statutory")


def test_the_report_tells_the_day_and_how_wrong_the_estimates_were(hall: Hall) -> None:
    for n in range(3):
        issue(hall, f"09:0{n}")
    serve(hall, "09:10", "09:15")
    serve(hall, "09:31", "09:35")
    code = booking.book(request_for(hall, hall.slot(10), channel_kind=ChannelKind.PHONE), by="t", now=BEFORE).code
    operations.take_ticket(code, remote=False, by="kiosk", now=at("09:40"))
    serve(hall, "10:05", "10:10")
    operations.close_day(at("18:00").date(), by="system:close_days", now=at("00:10") + timedelta(days=1))
    report = queries.day_report(hall.centre.pk, date=at("09:00").date())
    assert (report.issued, report.served, report.left) == (4, 3, 1)
    assert (report.walk_in.count, report.walk_in.mean, report.walk_in.worst) == (2, 20, 30)
    assert (report.booked.count, report.booked.mean) == (1, 5)
    assert report.errors.count == 3
    told = Event.objects.get(kind="day.closed")
    assert told.data == {"date": "2026-11-30", "issued": 4, "served": 3, "left": 1}


def test_in_an_emergency_the_queue_is_kept_overnight_and_numbers_begin_at_001_again(hall: Hall) -> None:
    kept = issue(hall, "16:50")
    operations.keep_overnight(hall.centre.pk, on=True, by="staff:manager", now=at("17:00"))
    morning = at("08:30") + timedelta(days=1)
    operations.close_day(at("17:00").date(), by="system:close_days", now=morning)
    kept.refresh_from_db()
    assert (kept.label, kept.state, kept.date) == ("昨A001", "waiting", morning.date())
    fresh = operations.issue(hall.queue.pk, by="kiosk", now=morning)
    assert fresh.label == "A001"
    found = operations.call_next(hall.counters[0].pk, by=CLERK, now=morning)
    assert found is not None
    assert found.label == "昨A001"
    operations.close_day(morning.date(), by="system:close_days", now=morning + timedelta(days=1))
    assert queries.broken_invariants() == []
    assert Ticket.objects.filter(state="closed").count() == 2
