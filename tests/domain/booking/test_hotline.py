"""Calls through 总咨询台 (R4.1.2): taken, claimed, tried, handed on, ended, and told to the manager once each."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from tests.factories import MONDAY, Hall, instant, make_hall, make_matter, phone, request_for
from yueban.domain.audit.models import Event
from yueban.domain.booking import queries
from yueban.domain.booking.models import CallRequest
from yueban.domain.booking.operations import (
    Intake,
    book,
    claim_call,
    close_call,
    escalate_calls,
    finish_call,
    hand_on_call,
    note_attempt,
    rotate_keys,
    take_call,
)
from yueban.domain.booking.rules import AttemptResult, CallState, CallTaken, ChannelKind, ClosedReason, DayPart
from yueban.domain.calendar.models import Session
from yueban.domain.directory.models import Department, Offer
from yueban.domain.notices.models import Message
from yueban.domain.regulation.rules import RefusalCode, Refused

pytestmark = pytest.mark.django_db

FRIDAY = instant("2026-11-27 16:20")
TUESDAY = date(2026, 12, 1)
CLERK, OTHER, HOTLINE = "staff:clerk", "staff:other", "staff:hotline"


def winter_hours(hall: Hall) -> None:
    for order, (start, end) in enumerate([(time(8, 30), time(12, 0)), (time(14, 30), time(17, 30))]):
        Session.objects.create(
            centre=hall.centre,
            valid_from="01-01",
            valid_to="12-31",
            weekdays=[1, 2, 3, 4, 5],
            start=start,
            end=end,
            order=order,
        )


@pytest.fixture
def hall() -> Hall:
    made = make_hall(days=(MONDAY, TUESDAY))
    winter_hours(made)
    return made


def said(hall: Hall, press: str = "one", **fields: object) -> Intake:
    values = {
        "centre": "hall",
        "matter": hall.matter.code,
        "name": "样例来电人",
        "phone": phone(1),
        "press": press,
        "note": "上午方便",
    }
    return Intake(**(values | fields))  # type: ignore[arg-type]


def kinds() -> list[str]:
    found = Event.objects.filter(kind__startswith="call.").order_by("id")
    return [each.removeprefix("call.") for each in found.values_list("kind", flat=True)]


def test_r4_1_2_a_call_on_friday_1620_is_due_monday_1035_and_routed_by_its_matter(hall: Hall) -> None:
    call_id = take_call(said(hall, wanted_on=TUESDAY, wanted_part=DayPart.MORNING), by=HOTLINE, now=FRIDAY)
    found = queries.call(call_id)
    assert (found.due_at, found.department_id, found.state) == (
        instant("2026-11-30 10:35"),
        hall.matter.department_id,
        CallState.WAITING,
    )
    assert (found.name, found.phone, found.note, found.wanted_on) == ("样例来电人", phone(1), "上午方便", TUESDAY)


def test_r4_1_2_for_a_slot_on_the_next_working_day_it_is_due_at_close_of_business(hall: Hall) -> None:
    call_id = take_call(said(hall, wanted_on=MONDAY), by=HOTLINE, now=FRIDAY)
    assert queries.call(call_id).due_at == instant("2026-11-27 17:30")


def test_what_a_caller_said_is_sealed_and_in_no_event(hall: Hall) -> None:
    take_call(said(hall), by=HOTLINE, now=FRIDAY)
    row = CallRequest.objects.get()
    kept = b"".join(bytes(each) for each in (row.name_sealed, row.phone_sealed, row.note_sealed, row.phone_index))
    assert "样例".encode() not in kept
    assert phone(1).encode() not in kept
    told = str(list(Event.objects.values("reason", "data")))
    assert "样例" not in told
    assert phone(1) not in told


def test_one_press_is_one_call(hall: Hall) -> None:
    first = take_call(said(hall), by=HOTLINE, now=FRIDAY)
    assert take_call(said(hall), by=HOTLINE, now=FRIDAY) == first
    assert CallRequest.objects.count() == 1
    assert take_call(said(hall, press="two"), by=HOTLINE, now=FRIDAY) != first


def test_r3_6_a_matter_that_the_hall_does_not_handle_is_refused(hall: Hall) -> None:
    elsewhere = make_hall(code="elsewhere")
    with pytest.raises(Refused) as refused:
        take_call(said(hall, matter=elsewhere.matter.code), by=HOTLINE, now=FRIDAY)
    assert [each.code for each in refused.value.reasons] == [RefusalCode.NOT_OFFERED_HERE]


def test_r4_1_2_who_claimed_a_call_keeps_it_for_a_quarter_of_an_hour(hall: Hall) -> None:
    call_id = take_call(said(hall), by=HOTLINE, now=FRIDAY)
    claim_call(call_id, by=CLERK, now=FRIDAY)
    claim_call(call_id, by=CLERK, now=FRIDAY + timedelta(minutes=1))
    claimed = FRIDAY + timedelta(minutes=1)
    with pytest.raises(CallTaken):
        claim_call(call_id, by=OTHER, now=claimed + timedelta(minutes=14, seconds=59))
    assert queries.call(call_id).held_by(now=claimed + timedelta(minutes=14, seconds=59)) == CLERK
    claim_call(call_id, by=OTHER, now=claimed + timedelta(minutes=15))
    with pytest.raises(CallTaken):
        close_call(call_id, ClosedReason.NOT_WANTED, by=CLERK, now=claimed + timedelta(minutes=16))


def test_r4_1_2_attempts_are_kept_and_give_the_call_free(hall: Hall) -> None:
    call_id = take_call(said(hall), by=HOTLINE, now=FRIDAY)
    again = instant("2026-11-30 09:00")
    for result, at in ((AttemptResult.NOBODY, None), (AttemptResult.AGAIN_LATER, again)):
        claim_call(call_id, by=CLERK, now=FRIDAY)
        note_attempt(call_id, result, again_at=at, by=CLERK, now=FRIDAY)
    found = queries.call(call_id)
    assert [(each.result, each.again_at) for each in found.attempts] == [("nobody", None), ("again_later", again)]
    assert (found.again_at, found.held_by(now=FRIDAY), found.state) == (again, "", CallState.WAITING)
    with pytest.raises(CallTaken):
        note_attempt(call_id, AttemptResult.NOBODY, by=CLERK, now=FRIDAY)


def test_a_call_is_handed_on_to_another_department_and_keeps_its_due_time(hall: Hall) -> None:
    other = Department.objects.create(code="other", name="另一部门", short_name="另一")
    matter = make_matter(other, hall.queue)
    call_id = take_call(said(hall), by=HOTLINE, now=FRIDAY)
    before = queries.call(call_id).due_at
    claim_call(call_id, by=CLERK, now=FRIDAY)
    hand_on_call(call_id, matter.code, by=CLERK, now=FRIDAY)
    found = queries.call(call_id)
    assert (found.department_id, found.matter_code, found.due_at, found.claimed_by) == (
        other.pk,
        matter.code,
        before,
        "",
    )
    mine = queries.waiting_calls(hall.centre.pk, department_id=hall.matter.department_id)
    assert mine == []
    assert [each.id for each in queries.waiting_calls(hall.centre.pk, department_id=other.pk)] == [call_id]


def test_r3_6_a_call_about_what_this_hall_does_not_handle_is_handed_on_to_the_hall_that_does(hall: Hall) -> None:
    elsewhere = make_hall(code="elsewhere")
    nowhere = make_matter(hall.matter.department, hall.queue)
    Offer.objects.filter(matter=nowhere).delete()
    call_id = take_call(said(hall), by=HOTLINE, now=FRIDAY)
    claim_call(call_id, by=CLERK, now=FRIDAY)
    with pytest.raises(Refused):
        hand_on_call(call_id, nowhere.code, by=CLERK, now=FRIDAY)
    hand_on_call(call_id, elsewhere.matter.code, by=CLERK, now=FRIDAY)
    assert queries.waiting_calls(hall.centre.pk) == []
    assert [each.id for each in queries.waiting_calls(elsewhere.centre.pk)] == [call_id]


def test_r4_1_2_a_closed_call_says_why_and_waits_no_more(hall: Hall) -> None:
    call_id = take_call(said(hall), by=HOTLINE, now=FRIDAY)
    claim_call(call_id, by=CLERK, now=FRIDAY)
    close_call(call_id, ClosedReason.NOT_WANTED, note="改日再来", by=CLERK, now=FRIDAY)
    assert queries.call(call_id).closed_reason is ClosedReason.NOT_WANTED
    assert queries.waiting_calls(hall.centre.pk) == []
    assert [each.id for each in queries.ended_calls(hall.centre.pk, since=FRIDAY)] == [call_id]
    assert kinds() == ["taken", "claimed", "closed"]


def test_r4_0_the_moment_of_the_call_counts_for_the_cut_off(hall: Hall) -> None:
    """Called at 16:20 for Monday, called back at 17:10: after 16:30 the desk could not, the call could."""
    call_id = take_call(said(hall, wanted_on=MONDAY), by=HOTLINE, now=FRIDAY)
    back = instant("2026-11-27 17:10")
    claim_call(call_id, by=CLERK, now=back)
    direct = request_for(hall, hall.slot(9), channel_kind=ChannelKind.PHONE)
    with pytest.raises(Refused) as refused:
        book(direct, by=CLERK, now=back)
    assert [each.code for each in refused.value.reasons] == [RefusalCode.TOO_LATE]
    asked = queries.call(call_id).asked_at
    booked = book(request_for(hall, hall.slot(9), channel_kind=ChannelKind.PHONE, asked_at=asked), by=CLERK, now=back)
    finish_call(call_id, booked.code, by=CLERK, now=back)
    finish_call(call_id, booked.code, by=CLERK, now=back)  # the other of two presses at once
    assert kinds() == ["taken", "claimed", "registered"]
    assert (queries.call(call_id).state, queries.call(call_id).code) == (CallState.REGISTERED, booked.code)
    assert [each.template for each in Message.objects.all()] == ["booked"]


@pytest.mark.parametrize(
    ("called", "possible"),
    [("2026-11-27 16:30:00", True), ("2026-11-27 16:30:01", False)],
)
def test_r4_0_a_call_after_1630_is_too_late_for_the_next_working_day(
    hall: Hall, called: str, *, possible: bool
) -> None:
    asked = instant(called)
    request = request_for(hall, hall.slot(9), channel_kind=ChannelKind.PHONE, asked_at=asked)
    if possible:
        assert book(request, by=CLERK, now=instant("2026-11-27 17:00")).code
    else:
        with pytest.raises(Refused):
            book(request, by=CLERK, now=instant("2026-11-27 17:00"))


def test_r4_1_2_a_manager_is_told_once_before_and_once_after_a_call_is_due(hall: Hall) -> None:
    call_id = take_call(said(hall, wanted_on=TUESDAY), by=HOTLINE, now=FRIDAY)
    told = [
        escalate_calls(now=instant(at))
        for at in (
            "2026-11-30 10:02:29",
            "2026-11-30 10:02:30",
            "2026-11-30 10:34:00",
            "2026-11-30 10:35:00",
            "2026-11-30 10:35:01",
            "2026-11-30 12:00:00",
        )
    ]
    assert told == [0, 1, 0, 0, 1, 0]
    assert kinds() == ["taken", "due_soon", "overdue"]
    assert [each.id for each in queries.escalated_calls(hall.centre.pk)] == [call_id]


def test_a_call_that_has_ended_escalates_no_more(hall: Hall) -> None:
    call_id = take_call(said(hall), by=HOTLINE, now=FRIDAY)
    claim_call(call_id, by=CLERK, now=FRIDAY)
    close_call(call_id, ClosedReason.NOT_WANTED, by=CLERK, now=FRIDAY)
    assert escalate_calls(now=instant("2026-12-01 10:00")) == 0


def test_a_rotation_of_the_keys_seals_calls_anew(hall: Hall) -> None:
    call_id = take_call(said(hall), by=HOTLINE, now=FRIDAY)
    before = bytes(CallRequest.objects.get().phone_sealed)
    assert rotate_keys() == 1
    assert bytes(CallRequest.objects.get().phone_sealed) != before
    assert queries.call(call_id).phone == phone(1)
