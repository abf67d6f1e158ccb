"""A counter that cannot serve tells half a working day before, says why, and offers another hour (R4.3)."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories import (
    MONDAY,
    Hall,
    instant,
    make_hall,
    make_hours,
    make_matter,
    phone,
    request_for,
    resident,
)
from yueban.domain.audit import queries as audit
from yueban.domain.booking import queries
from yueban.domain.booking.models import Appointment, PackageTask, Rebooking
from yueban.domain.booking.operations import (
    AlreadyRebooked,
    LinkExpired,
    OutsideRequest,
    book,
    book_outside,
    cancel,
    cancel_for_counter,
    cancel_many_for_counter,
    mark_accepted,
    mark_ticketed,
    rebook,
)
from yueban.domain.booking.queries import UnknownAppointment, UnknownPlace, rebooking_token
from yueban.domain.booking.rules import LONGEST_REASON, MOST_AT_ONCE, ChannelKind, Place, Status
from yueban.domain.calendar.models import Slot
from yueban.domain.credit.models import Strike
from yueban.domain.directory.models import Package, PackageMember
from yueban.domain.notices.models import Message
from yueban.domain.people.models import Person
from yueban.domain.regulation.queries import explain
from yueban.domain.regulation.rules import Refused
from yueban.kernel import crypto
from yueban.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from yueban.domain.booking.operations import Cancelled

pytestmark = pytest.mark.django_db

NOW = instant("2026-11-27 09:00")
TUESDAY = date(2026, 12, 1)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
WHY = "窗口停电检修"


def hall_of(*days: date, hours: tuple[int, ...] = (9, 10, 11, 15, 16), **fields: Any) -> Hall:
    hall = make_hall(days=days or (MONDAY, TUESDAY), hours=hours, **fields)
    make_hours(hall.centre)
    return hall


def booked(hall: Hall, hour: int = 9, n: int = 1, day: date = MONDAY, now: datetime = NOW, **fields: Any) -> str:
    return book(request_for(hall, hall.slot(hour, day), n, **fields), by="applicant", now=now).code


def called_off(code: str, now: datetime = NOW, **fields: Any) -> Cancelled:
    values: dict[str, Any] = {"reason": WHY, "by": "staff:clerk", "now": now} | fields
    return cancel_for_counter(code, **values)


def reasons_of(call: Callable[[], object]) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refused:
        call()
    return [(str(why.code), str(why.clause)) for why in refused.value.reasons]


def sent(template: str) -> list[str]:
    rows = Message.objects.filter(template=template).order_by("id").values_list("body_sealed", flat=True)
    return [crypto.unseal(row).partition("\x1f")[0] for row in rows]


# --- cancelling ----------------------------------------------------------------------------------------


def test_r4_3_place_time_and_day_are_given_back_and_the_applicant_reads_why_and_where_to_rebook() -> None:
    hall = hall_of()
    code = booked(hall)
    done = called_off(code)
    assert (done.appointment.status, done.late, done.told) == (Status.COUNTER_CANCELLED, False, True)
    assert Slot.objects.get(pk=hall.slot(9).pk).booked == 0
    event = audit.history(done.appointment.id)[-1]
    assert (event.kind, event.by, event.clause, event.reason, event.data) == (
        "appointment.counter_cancelled",
        "staff:clerk",
        "R4.3",
        WHY,
        {"late": False},
    )
    text = sent("counter_cancelled")[0]
    assert text.startswith(f"抱歉，因{WHY}，您11月30日周一09:00-10:00到样例中心的预约已取消，不记爽约。点此改约：")
    assert text.endswith(f"/r/{rebooking_token(code)}")
    assert not Strike.objects.exists()
    assert queries.broken_invariants() == []


def test_r5_2_the_day_of_the_applicant_is_not_used_up() -> None:
    hall = hall_of()
    codes = [booked(hall, hour) for hour in (9, 10)]
    for code in codes:
        called_off(code)
    assert [booked(hall, hour) for hour in (9, 11)] != codes


def test_r4_3_who_has_no_telephone_is_not_told_and_the_answer_says_so() -> None:
    hall = hall_of()
    assert called_off(booked(hall, phone="", channel_kind=ChannelKind.ONSITE)).told is False
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("reason", "code"), [("", "missing"), (" \n", "missing"), ("停" * (LONGEST_REASON + 1), "too_long")]
)
def test_r4_3_a_reason_that_fits_the_message_is_required(reason: str, code: str) -> None:
    booking = booked(hall_of())
    with pytest.raises(InvalidInput) as wrong:
        called_off(booking, reason=reason)
    assert [(each.field, each.code) for each in wrong.value.errors] == [("reason", code)]
    assert queries.by_code(booking, now=NOW).status is Status.BOOKED


def test_r4_3_who_waits_in_the_hall_can_still_be_told_and_who_is_being_served_cannot() -> None:
    hall = hall_of()
    arrived, accepted = booked(hall, 9, 1), booked(hall, 9, 2)
    at_9 = instant("2026-11-30 09:00")
    mark_ticketed(arrived, remote=False, by="kiosk", now=at_9)
    mark_accepted(mark_ticketed(accepted, remote=False, by="kiosk", now=at_9).id, by="staff:clerk", now=at_9)
    assert called_off(arrived, at_9, late_allowed=True).late is True
    assert reasons_of(lambda: called_off(accepted, at_9, late_allowed=True)) == [("not_cancellable", "R4.3")]


def test_r4_3_what_was_cancelled_before_is_not_cancelled_again() -> None:
    code = booked(hall_of())
    cancel(code, by="applicant", now=NOW)
    assert reasons_of(lambda: called_off(code)) == [("not_cancellable", "R4.3")]
    assert sent("counter_cancelled") == []


def test_r3_4_a_visit_that_staff_call_off_is_told_without_a_link() -> None:
    hall = hall_of()
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
    code = book_outside(visit, by="staff:a", now=NOW).code
    assert called_off(code, reason="车辆故障").told is True
    text = sent("visit_counter_cancelled")[0]
    assert text.startswith("抱歉，因车辆故障，您11月30日周一15:00-16:00上门办理或现场查验")
    assert "/r/" not in text
    with pytest.raises(UnknownAppointment):
        queries.offered(rebooking_token(code), now=NOW)


# --- half a working day: sample winter hours 8:30–12:00, 14:30–17:30, so 3 h 15 min ----------------------

LIMITS = {
    "in the morning, from the afternoon before": ("2026-11-30 09:00", "2026-11-27 14:45"),
    "at the opening": ("2026-11-30 08:30", "2026-11-27 11:45"),
    "over lunch": ("2026-12-01 15:00", "2026-12-01 09:15"),
    "at the opening after lunch": ("2026-12-01 14:30", "2026-12-01 08:45"),
    "over an evening": ("2026-12-02 10:00", "2026-12-01 15:45"),
    "over a weekend": ("2026-11-30 10:00", "2026-11-27 15:45"),
    "on the Monday after a shifted Sunday": ("2026-09-21 09:00", "2026-09-20 14:45"),
    "after the holiday week": ("2026-10-08 09:00", "2026-09-30 14:45"),
    "on the first afternoon after the holiday week": ("2026-10-08 16:00", "2026-10-08 10:15"),
}


@pytest.mark.parametrize(("starts", "limit"), LIMITS.values(), ids=LIMITS)
def test_r4_3_half_a_working_day_before_is_in_time_to_the_second_and_the_minute_after_is_late(
    starts: str, limit: str
) -> None:
    starts_at, last = instant(starts), instant(limit)
    hall = hall_of(starts_at.date(), hours=(8, 9, 10, 11, 14, 15, 16))
    Slot.objects.filter(pk=hall.slot(starts_at.hour, starts_at.date()).pk).update(
        starts_at=starts_at, ends_at=starts_at + timedelta(hours=1)
    )
    now = starts_at - timedelta(days=9)
    codes = [booked(hall, starts_at.hour, n, starts_at.date(), now=now) for n in (1, 2, 3, 4)]
    found = queries.by_code(codes[0], now=now)
    assert (queries.limit_of(found), queries.limits_of([found])) == (last, {found.id: last})
    assert called_off(codes[0], last - MINUTE).late is False
    assert called_off(codes[1], last).late is False
    late = last + MINUTE
    assert reasons_of(lambda: called_off(codes[2], late)) == [("needs_approval", "R4.3")]
    assert called_off(codes[2], late, late_allowed=True).late is True
    assert called_off(codes[3], last + SECOND, late_allowed=True).late is True


def test_r4_3_the_refusal_of_a_late_one_says_until_when_and_who_can() -> None:
    code = booked(hall_of())
    with pytest.raises(Refused) as refused:
        called_off(code, instant("2026-11-27 14:46"))
    said = explain(refused.value.reasons[0])
    assert said.startswith("已不足半个工作日（应在 11月27日 周五 14:45 前告知），要由部门或中心负责人取消。")


def test_r4_3_a_hall_without_known_hours_is_late_rather_than_in_time() -> None:
    hall = make_hall()
    code = booked(hall)
    assert reasons_of(lambda: called_off(code)) == [("needs_approval", "R4.3")]


def test_r4_3_late_ones_are_reported_with_their_reason_and_nothing_of_the_person() -> None:
    hall = hall_of()
    early, late = booked(hall, 9, 1), booked(hall, 10, 2)
    called_off(early)
    called_off(late, instant("2026-11-30 08:00"), late_allowed=True, by="staff:manager", reason="系统故障")
    told = queries.cancelled_by_counter(hall.centre.pk, since=MONDAY)
    assert [(each.code, each.late, each.by, each.reason, each.rebooked) for each in told] == [
        (late, True, "staff:manager", "系统故障", False),
        (early, False, "staff:clerk", WHY, False),
    ]
    assert queries.cancelled_by_counter(hall.centre.pk, since=TUESDAY) == []
    assert queries.cancelled_by_counter(hall.centre.pk, since=MONDAY, department_id=0) == []


# --- many -----------------------------------------------------------------------------------------------


def test_r4_3_of_many_each_stands_alone_and_the_answer_says_which_failed_and_why() -> None:
    hall = hall_of()
    good, gone = booked(hall, 9, 1), booked(hall, 9, 2)
    cancel(gone, by="applicant", now=NOW)
    steps: list[tuple[int, int]] = []
    results = cancel_many_for_counter(
        [good, gone, "00000000"],
        reason=WHY,
        by="staff:clerk",
        now=NOW,
        progress=lambda done, of: steps.append((done, of)),
    )
    assert [(each.code, each.cancelled is not None, [why.code for why in each.reasons]) for each in results] == [
        (good, True, []),
        (gone, False, ["not_cancellable"]),
        ("00000000", False, []),
    ]
    assert steps == [(1, 3), (2, 3), (3, 3)]
    assert len(sent("counter_cancelled")) == 1
    assert queries.broken_invariants() == []


def test_r4_3_many_need_a_reason_before_any_is_touched_and_are_bounded() -> None:
    code = booked(hall_of())
    with pytest.raises(InvalidInput):
        cancel_many_for_counter([code], reason=" ", by="x", now=NOW)
    with pytest.raises(ValueError, match="too many"):
        cancel_many_for_counter([code] * (MOST_AT_ONCE + 1), reason=WHY, by="x", now=NOW)
    assert queries.by_code(code, now=NOW).status is Status.BOOKED


# --- the link -------------------------------------------------------------------------------------------


def link_of(code: str) -> str:
    token = rebooking_token(code)
    assert re.fullmatch(r"[A-Za-z0-9_-]{20}", token)
    return token


def test_r4_3_one_tap_books_the_same_person_matter_and_telephone() -> None:
    hall = hall_of()
    old = called_off(booked(hall, organisation="样例公司", uscc="91410000MA00000000")).appointment
    new = queries.by_code(rebook(link_of(old.code), slot_id=hall.slot(10).pk, now=NOW).code, now=NOW)
    for field in ("person_id", "matter_id", "name", "phone", "organisation", "uscc", "channel_kind", "channel_id"):
        assert getattr(new, field) == getattr(old, field)
    assert (new.status, new.starts_at) == (Status.BOOKED, hall.slot(10).starts_at)
    assert [event.kind for event in audit.history(old.id)][-1] == "appointment.rebooked"
    assert [event.by for event in audit.history(new.id)] == ["applicant"]
    assert list(Message.objects.filter(appointment_id=new.id).values_list("template", flat=True)) == ["booked"]
    assert queries.cancelled_by_counter(hall.centre.pk, since=MONDAY)[0].rebooked is True
    assert queries.broken_invariants() == []


def test_r4_3_the_link_works_once() -> None:
    hall = hall_of()
    code = booked(hall)
    called_off(code)
    new = rebook(link_of(code), slot_id=hall.slot(10).pk, now=NOW)
    for slot in (hall.slot(10), hall.slot(16)):
        with pytest.raises(AlreadyRebooked):
            rebook(link_of(code), slot_id=slot.pk, now=NOW)
    offer = queries.offered(link_of(code), now=NOW)
    assert offer.new is not None
    assert (offer.new.code, offer.is_open(now=NOW)) == (new.code, False)
    assert Rebooking.objects.count() == 1


def test_r4_3_the_link_cannot_be_guessed_and_offers_nothing_for_what_stands() -> None:
    hall = hall_of()
    standing, gone = booked(hall, 9, 1), booked(hall, 9, 2)
    cancel(gone, by="applicant", now=NOW)
    called = booked(hall, 9, 3)
    called_off(called)
    token = link_of(called)
    forged = token[:-1] + ("A" if token[-1] != "A" else "B")
    other = standing + token[8:]
    for wrong in (forged, other, link_of(standing), link_of(gone), "", "x" * 20, called):
        with pytest.raises(UnknownAppointment):
            rebook(wrong, slot_id=hall.slot(10).pk, now=NOW)


def test_r4_3_the_link_ends_with_the_horizon_of_the_day_it_was_sent() -> None:
    hall = hall_of(MONDAY, date(2026, 12, 9))
    code = booked(hall)
    called_off(code)
    until = instant("2026-12-09 00:00")  # seven working days after Friday 11-27: Tuesday 12-08 is the last
    assert queries.offered(link_of(code), now=NOW).until == until
    slot = hall.slot(9, date(2026, 12, 9))
    with pytest.raises(LinkExpired):
        rebook(link_of(code), slot_id=slot.pk, now=until)
    assert rebook(link_of(code), slot_id=slot.pk, now=until - SECOND).status is Status.BOOKED


def test_r4_0_an_hour_is_offered_by_the_rules_of_the_web_even_to_who_came_to_the_desk() -> None:
    hall = hall_of(online_bookable=False)
    code = booked(hall, 15, channel_kind=ChannelKind.ONSITE)
    called_off(code)
    at_7 = instant("2026-11-30 07:00")
    old = queries.by_code(code, now=at_7)
    free = [row["starts_at"] for row in queries.free_hours(old, now=at_7)]
    assert free[:2] == [instant("2026-11-30 10:00"), instant("2026-11-30 11:00")]
    assert reasons_of(lambda: rebook(link_of(code), slot_id=hall.slot(9).pk, now=at_7)) == [("too_late", "R4.0")]
    new = rebook(link_of(code), slot_id=hall.slot(10).pk, now=at_7)
    assert queries.by_code(new.code, now=at_7).channel_kind is ChannelKind.ONSITE


def test_r5_4_who_was_suspended_meanwhile_gets_the_hour_that_the_hall_owes_and_no_other() -> None:
    hall = hall_of()
    code = booked(hall)
    called_off(code)
    Person.objects.update(suspended_until=instant("2026-12-01 00:00"))
    assert reasons_of(lambda: booked(hall, 11)) == [("suspended", "R5.4")]
    assert rebook(link_of(code), slot_id=hall.slot(10).pk, now=NOW).status is Status.BOOKED


def test_r5_2_what_stands_against_the_person_is_said_and_the_link_still_works() -> None:
    hall = hall_of()
    code = booked(hall, 9)
    called_off(code)
    for hour in (10, 11):
        booked(hall, hour)
    assert reasons_of(lambda: rebook(link_of(code), slot_id=hall.slot(10).pk, now=NOW)) == [
        ("overlapping", "R5.2"),
        ("daily_limit", "R5.2"),
    ]
    assert rebook(link_of(code), slot_id=hall.slot(9, TUESDAY).pk, now=NOW).status is Status.BOOKED


def test_a_full_hour_is_refused_and_one_of_another_hall_is_unknown() -> None:
    hall, other = hall_of(capacity=1), hall_of(code="other")
    code = booked(hall, 9, 1)
    called_off(code)
    booked(hall, 10, 2)
    assert queries.free_hours(queries.by_code(code, now=NOW), now=NOW)[0]["id"] == hall.slot(11).pk
    assert reasons_of(lambda: rebook(link_of(code), slot_id=hall.slot(10).pk, now=NOW)) == [("slot_full", "R1.2")]
    with pytest.raises(UnknownPlace):
        rebook(link_of(code), slot_id=other.slot(10).pk, now=NOW)


def test_r4_3_an_hour_that_the_counter_does_not_keep_is_not_offered_again_for_that_matter() -> None:
    hall = hall_of()
    other = make_matter(hall.matter.department, hall.queue)
    codes = [booked(hall, hour, n) for n, hour in enumerate((9, 10), start=1)]
    foreign = booked(hall, 11, 3, matter=other.code)
    for code in (*codes, foreign):
        called_off(code)
    old = queries.by_code(codes[0], now=NOW)
    free = queries.free_hours(old, now=NOW)
    assert [row["id"] for row in free][:3] == [hall.slot(hour).pk for hour in (11, 15, 16)]
    near = [hall.slot(hour).pk for hour in (11, 15, 16)] + [hall.slot(9, TUESDAY).pk]
    assert [row["id"] for row in queries.nearest(free, old, 4)] == near
    assert reasons_of(lambda: rebook(link_of(codes[0]), slot_id=hall.slot(10).pk, now=NOW)) == [("slot_closed", "R1.2")]
    booked(hall, 10, 4)


def test_r4_3_the_hours_nearest_to_the_lost_one_are_offered_first() -> None:
    hall = hall_of()
    code = booked(hall, 16)
    called_off(code)
    old = queries.by_code(code, now=NOW)
    found = queries.nearest(queries.free_hours(old, now=NOW), old, 3)
    assert [row["id"] for row in found] == [hall.slot(hour).pk for hour in (10, 11, 15)]


def test_r4_3_a_counter_may_cancel_the_new_one_too_and_owes_again() -> None:
    hall = hall_of()
    code = booked(hall)
    for hour in (10, 11):
        called_off(code)
        code = rebook(link_of(code), slot_id=hall.slot(hour).pk, now=NOW).code
    assert Appointment.objects.filter(status="counter_cancelled").count() == 2
    assert queries.by_code(code, now=NOW).starts_at == hall.slot(11).starts_at


def test_the_check_finds_a_link_that_replaced_what_no_counter_cancelled() -> None:
    hall = hall_of()
    code = booked(hall)
    called_off(code)
    rebook(link_of(code), slot_id=hall.slot(10).pk, now=NOW)
    assert queries.broken_invariants() == []
    Appointment.objects.filter(code=code).update(status="cancelled")
    assert [line.partition(":")[0] for line in queries.broken_invariants()] == [
        "a link replaced what no counter cancelled, or booked for somebody else"
    ]


def test_r5_2_a_package_is_owed_as_a_package() -> None:
    hall = hall_of()
    member = make_matter(hall.matter.department, hall.queue)
    package = Package.objects.create(
        code="pkg", name="样例一件事", short_name="样例", audience="personal", lead=hall.matter, merged_materials={}
    )
    PackageMember.objects.create(package=package, matter=member, order=0)
    code = booked(hall, matter="", package="pkg")
    called_off(code)
    new = queries.by_code(rebook(link_of(code), slot_id=hall.slot(10).pk, now=NOW).code, now=NOW)
    assert new.package_code == "pkg"
    assert PackageTask.objects.filter(appointment_id=new.id, matter=member).count() == 1
