"""Packages (R5.2): one booking at the lead, member tasks that follow it, and county-wide matters (R3.6)."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction

from tests.factories import MONDAY, Hall, instant, make_hall, make_queue, request_for
from tests.packages import book_package, make_package
from yueban.domain.audit.models import Event
from yueban.domain.booking import operations as booking
from yueban.domain.booking import queries as appointments
from yueban.domain.booking.models import Appointment, PackageTask
from yueban.domain.booking.operations import move_task
from yueban.domain.booking.queries import tasks as queries
from yueban.domain.booking.rules import ChannelKind, Status
from yueban.domain.booking.rules.tasks import (
    BY_HAND,
    LONGEST_REASON,
    NEXT_TASK,
    TaskChanged,
    TaskScope,
    TaskState,
    UnknownTask,
    follows,
    moves_by_hand,
    task_scope,
    task_sources,
)
from yueban.domain.directory.models import Department, Offer
from yueban.domain.regulation.rules import RefusalCode, Refused
from yueban.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from yueban.domain.booking.queries.tasks import TaskView

pytestmark = pytest.mark.django_db

FRIDAY = instant("2026-11-27 10:00")
COMES = instant("2026-11-30 09:05")
CLERK = "staff:clerk"
EVERYTHING = TaskScope(None, None)


@pytest.fixture
def hall() -> Hall:
    return make_hall()


@pytest.fixture
def code(hall: Hall) -> str:
    return book_package(hall, make_package(hall, members=3), now=FRIDAY)


def tasks(code: str) -> list[TaskView]:
    return queries.tasks_of(appointments.by_code(code, now=FRIDAY).id)


def states(code: str) -> list[str]:
    return [str(each.state) for each in tasks(code)]


def accept(code: str) -> None:
    booking.mark_accepted(appointments.by_code(code, now=FRIDAY).id, by=CLERK, now=COMES)


def history(code: str) -> list[tuple[str, str]]:
    rows = Event.objects.filter(appointment_id=appointments.by_code(code, now=FRIDAY).id, kind__startswith="task.")
    return [(row.kind, row.reason) for row in rows.order_by("id")]


# --- the life of a task ------------------------------------------------------------------------------


def test_r5_2_a_package_is_one_booking_and_its_members_are_pushed_in_parallel(code: str) -> None:
    assert Appointment.objects.get().ordinal == 1
    assert states(code) == ["pushed"] * 3
    assert [each.department for each in tasks(code)] == ["样例部门1", "样例部门2", "样例部门3"]


def test_r5_2_a_package_counts_once_and_a_second_booking_of_the_day_is_still_possible(hall: Hall, code: str) -> None:
    booking.book(request_for(hall, hall.slot(10)), by="applicant", now=FRIDAY)
    with pytest.raises(Refused) as refused:
        booking.book(request_for(hall, hall.slot(14)), by="applicant", now=FRIDAY)
    assert [why.code for why in refused.value.reasons] == [RefusalCode.DAILY_LIMIT]
    assert states(code) == ["pushed"] * 3


def test_r5_2_acceptance_begins_every_task_but_one_that_was_returned(code: str) -> None:
    first = tasks(code)[0]
    move_task(first.id, TaskState.RETURNED, seen="pushed", reason="缺证明", by=CLERK, now=FRIDAY)
    accept(code)
    assert states(code) == ["returned", "in_progress", "in_progress"]
    accept(code)
    assert history(code) == [("task.returned", "缺证明"), ("task.in_progress", ""), ("task.in_progress", "")]


def test_each_department_does_its_own(code: str) -> None:
    accept(code)
    one, two, _three = tasks(code)
    done = move_task(one.id, TaskState.DONE, seen="in_progress", by=CLERK, now=COMES)
    assert (done.state, done.changed_at, done.moves) == (TaskState.DONE, COMES, [])
    back = move_task(two.id, TaskState.RETURNED, seen="in_progress", reason="照片不合格", by=CLERK, now=COMES)
    assert (back.reason, back.moves) == ("照片不合格", [TaskState.IN_PROGRESS])
    again = move_task(two.id, TaskState.IN_PROGRESS, seen="returned", by=CLERK, now=COMES)
    assert again.reason == ""
    assert states(code) == ["done", "in_progress", "in_progress"]


@pytest.mark.parametrize("reason", ["", "长" * (LONGEST_REASON + 1)])
def test_a_return_wants_a_reason_of_reasonable_length(code: str, reason: str) -> None:
    with pytest.raises(InvalidInput):
        move_task(tasks(code)[0].id, TaskState.RETURNED, seen="pushed", reason=reason, by=CLERK, now=FRIDAY)
    assert states(code) == ["pushed"] * 3


def test_nothing_is_done_before_the_lead_has_accepted(code: str) -> None:
    for to in (TaskState.IN_PROGRESS, TaskState.DONE):
        with pytest.raises(TaskChanged):
            move_task(tasks(code)[0].id, to, seen="pushed", by=CLERK, now=FRIDAY)


def test_a_state_that_is_no_longer_what_was_seen_is_refused(code: str) -> None:
    accept(code)
    task = tasks(code)[0]
    move_task(task.id, TaskState.DONE, seen="in_progress", by=CLERK, now=COMES)
    with pytest.raises(TaskChanged):
        move_task(task.id, TaskState.RETURNED, seen="in_progress", reason="迟了", by=CLERK, now=COMES)
    assert states(code)[0] == "done"


def test_a_department_withdraws_nothing_itself(code: str) -> None:
    with pytest.raises(TaskChanged):
        move_task(tasks(code)[0].id, TaskState.WITHDRAWN, seen="pushed", by=CLERK, now=FRIDAY)


def test_an_unknown_task_is_unknown() -> None:
    with pytest.raises(UnknownTask):
        move_task(1, TaskState.DONE, seen="in_progress", by=CLERK, now=FRIDAY)


def test_r5_2_tasks_are_withdrawn_with_the_booking(code: str) -> None:
    booking.cancel(code, by="applicant", now=FRIDAY)
    assert states(code) == ["withdrawn"] * 3
    assert history(code) == [("task.withdrawn", "")] * 3


def test_r4_3_a_late_cancellation_and_a_no_show_withdraw_too(hall: Hall) -> None:
    package = make_package(hall)
    late = book_package(hall, package, 1, now=FRIDAY)
    missing = book_package(hall, package, 2, now=FRIDAY)
    booking.cancel(late, by="applicant", now=instant("2026-11-30 08:00"))
    assert states(late) == ["withdrawn"] * 2
    booking.sweep_no_shows(now=instant("2026-11-30 10:30:00"))
    assert states(missing) == ["pushed"] * 2
    booking.sweep_no_shows(now=instant("2026-11-30 10:30:01"))
    assert states(missing) == ["withdrawn"] * 2


def test_a_counter_that_cancels_withdraws_them_as_well(code: str) -> None:
    booking.cancel_for_counter(code, reason="系统故障", by=CLERK, now=FRIDAY, late_allowed=True)
    assert states(code) == ["withdrawn"] * 3


def test_moving_the_hour_leaves_them_as_they_are(hall: Hall, code: str) -> None:
    booking.reschedule(code, slot_id=hall.slot(14).pk, by="applicant", now=FRIDAY)
    assert states(code) == ["pushed"] * 3
    assert {each.starts_at.hour for each in tasks(code)} == {6}


def test_the_database_knows_the_states_and_wants_the_reason(code: str) -> None:
    for change in ({"state": "lost"}, {"state": "returned"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PackageTask.objects.filter(pk=tasks(code)[0].id).update(**change)


# --- the table ---------------------------------------------------------------------------------------


def test_every_state_is_reached_and_ends_somewhere() -> None:
    assert set(NEXT_TASK) == set(TaskState)
    assert {to for targets in NEXT_TASK.values() for to in targets} == set(TaskState) - {TaskState.PUSHED}
    assert task_sources(TaskState.WITHDRAWN) == ["in_progress", "pushed", "returned"]
    for state, accepted in itertools.product(TaskState, (True, False)):
        assert set(moves_by_hand(state, accepted=accepted)) <= NEXT_TASK[state] & set(BY_HAND)


def test_what_a_booking_does_to_its_tasks() -> None:
    assert {status for status in Status if follows(status) is TaskState.WITHDRAWN} == {
        Status.CANCELLED, Status.LATE_CANCELLED, Status.COUNTER_CANCELLED, Status.REJECTED, Status.NO_SHOW
    }  # fmt: skip
    assert {status for status in Status if follows(status) is TaskState.IN_PROGRESS} == {Status.ACCEPTED}


# --- who sees what -----------------------------------------------------------------------------------


def test_a_departments_desk_at_the_county_sees_all_of_its_own_and_others_their_hall() -> None:
    assert task_scope(department_id=7, centre_id=1, county=True) == TaskScope(7, None)
    assert task_scope(department_id=7, centre_id=2, county=False) == TaskScope(7, 2)
    assert task_scope(department_id=None, centre_id=1, county=True) == TaskScope(None, 1)
    assert TaskScope(7, None).covers(department_id=7, centre_id=99)
    assert not TaskScope(7, None).covers(department_id=8, centre_id=1)
    assert not TaskScope(None, 1).covers(department_id=7, centre_id=2)


def test_the_lists_hold_to_their_scope_and_say_what_has_ended(hall: Hall, code: str) -> None:
    accept(code)
    one, two, three = tasks(code)
    move_task(one.id, TaskState.DONE, seen="in_progress", by=CLERK, now=COMES)
    move_task(three.id, TaskState.RETURNED, seen="in_progress", reason="缺页", by=CLERK, now=COMES)
    second = Department.objects.get(code="member-2").pk
    assert [each.id for each in queries.open_tasks(EVERYTHING)] == [two.id, three.id]
    assert [each.id for each in queries.open_tasks(TaskScope(second, None))] == [two.id]
    assert queries.open_tasks(TaskScope(None, hall.centre.pk + 1)) == []
    assert [each.id for each in queries.ended_tasks(EVERYTHING, since=MONDAY)] == [one.id]
    assert queries.ended_tasks(EVERYTHING, since=instant("2026-12-01 00:00").date()) == []


# --- county-wide (通办) ------------------------------------------------------------------------------


@pytest.fixture
def township(hall: Hall) -> Hall:
    other = make_hall(code="township")
    queue = make_queue(other.centre, "t", "T", hall.queue.departments.get())
    assert queue.centre == other.centre
    Offer.objects.create(matter=hall.matter, centre=other.centre, queue=other.queue)
    return other


@pytest.mark.parametrize("channel", [ChannelKind.ONSITE, ChannelKind.PHONE, ChannelKind.ONLINE])
def test_r3_6_every_channel_books_at_any_centre_that_opened_the_matter(
    hall: Hall, township: Hall, channel: ChannelKind
) -> None:
    request = request_for(township, township.slot(9), matter=hall.matter.code, channel_kind=channel, centre="township")
    code = booking.book(request, by=CLERK, now=FRIDAY).code
    assert appointments.by_code(code, now=FRIDAY).centre_code == "township"


@pytest.mark.parametrize("channel", [ChannelKind.ONSITE, ChannelKind.PHONE])
def test_r3_6_where_a_centre_has_not_opened_it_the_reason_is_said(hall: Hall, channel: ChannelKind) -> None:
    other = make_hall(code="closed")
    request = request_for(other, other.slot(9), matter=hall.matter.code, channel_kind=channel)
    with pytest.raises(Refused) as refused:
        booking.book(request, by=CLERK, now=FRIDAY)
    assert RefusalCode.NOT_OFFERED_HERE in [why.code for why in refused.value.reasons]


def test_r3_6_a_package_is_booked_at_any_centre_that_opened_its_lead(hall: Hall, township: Hall) -> None:
    package = make_package(hall)
    request = request_for(township, township.slot(9), matter="", package=package.code)
    code = booking.book(request, by="applicant", now=FRIDAY).code
    assert states(code) == ["pushed"] * 2
    department = Department.objects.get(code="member-1").pk
    at_county = task_scope(department_id=department, centre_id=hall.centre.pk, county=True)
    assert [each.centre_id for each in queries.open_tasks(at_county)] == [township.centre.pk]


def test_r3_6_the_responsible_department_sees_what_is_handled_elsewhere(hall: Hall, township: Hall) -> None:
    here = booking.book(request_for(hall, hall.slot(9)), by="applicant", now=FRIDAY).code
    request = request_for(township, township.slot(10), 2, matter=hall.matter.code)
    there = booking.book(request, by="applicant", now=FRIDAY).code
    gone = booking.book(request_for(township, township.slot(11), 3, matter=hall.matter.code), by="a", now=FRIDAY).code
    booking.cancel(gone, by="applicant", now=FRIDAY)
    department = hall.matter.department_id
    found = queries.elsewhere(department, MONDAY, centre_id=hall.centre.pk)
    assert [each.code for each in appointments.by_ids(found, now=FRIDAY)] == [there]
    found = queries.elsewhere(department, MONDAY, centre_id=township.centre.pk)
    assert [each.code for each in appointments.by_ids(found, now=FRIDAY)] == [here]
    assert queries.elsewhere(department + 100, MONDAY, centre_id=hall.centre.pk) == []
