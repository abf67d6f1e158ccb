"""Copies, reviews and package tasks under many hands at once: bounded, told once, moved once."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from tests.crowd import rush
from tests.factories import Hall, instant, make_hall, request_for
from tests.packages import book_package, make_package
from tests.papers import photo
from yueban.domain.audit.models import Event
from yueban.domain.booking import operations as booking
from yueban.domain.booking import queries as appointments
from yueban.domain.booking.queries import tasks
from yueban.domain.booking.rules import IllegalTransition, Status
from yueban.domain.booking.rules.tasks import TaskChanged, TaskState
from yueban.domain.notices.models import Message
from yueban.domain.prereview import operations, queries
from yueban.domain.prereview.models import HandedIn, Review
from yueban.domain.prereview.rules import MOST_COPIES, Mark, Outdated, State
from yueban.domain.regulation.rules import Refused
from yueban.kernel.errors import InvalidInput

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

FRIDAY, COMES = instant("2026-11-27 10:00"), instant("2026-11-30 09:05")


@pytest.fixture
def hall() -> Hall:
    return make_hall()


@pytest.fixture
def code(hall: Hall) -> str:
    return booking.book(request_for(hall, hall.slot(9)), by="applicant", now=FRIDAY).code


def clean() -> bool:
    return [*queries.broken_invariants(), *appointments.broken_invariants()] == []


def hand_in(code: str, content: bytes, **more: Any) -> str:
    try:
        operations.hand_in(code, material=0, content=content, by="applicant", now=FRIDAY, **more)
    except InvalidInput as refused:
        return refused.errors[0].code
    return "stored"


def test_the_same_file_pressed_8_times_is_stored_once(code: str) -> None:
    content = photo()
    answers = rush(8, lambda _n: hand_in(code, content))
    assert sorted(answers) == ["already"] * 7 + ["stored"]
    assert (HandedIn.objects.count(), Review.objects.get().revision) == (1, 1)
    assert clean()


def test_the_last_places_go_to_as_many_uploads_as_there_are(code: str) -> None:
    hand_in(code, photo())
    review = Review.objects.get()
    HandedIn.objects.bulk_create(
        HandedIn(
            review=review, material=0, place=place, kind="paper", size=1,
            content_sealed=b"x", fingerprint=b"%d" % place, at=FRIDAY,
        )
        for place in range(2, MOST_COPIES - 1)
    )  # fmt: skip
    answers = rush(8, lambda n: hand_in(code, photo(100 + n, 100)))
    assert sorted(answers) == ["stored"] * 2 + ["too_many"] * 6
    assert HandedIn.objects.count() == MOST_COPIES
    assert clean()


def test_of_6_replacements_of_one_copy_one_takes_its_place(code: str) -> None:
    hand_in(code, photo())
    old = HandedIn.objects.get().pk
    answers = rush(6, lambda n: hand_in(code, photo(100 + n, 100), replacing=old))
    assert sorted(answers) == ["gone"] * 5 + ["stored"]
    assert HandedIn.objects.count() == 1
    assert clean()


def test_of_two_reviews_of_the_same_page_one_is_written_and_told(code: str) -> None:
    seen = queries.checklist(appointments.by_code(code, now=FRIDAY).id).revision

    def review(n: int) -> str:
        mark = Mark(State.TO_FIX, f"意见{n}")
        try:
            operations.review(code, marks={0: mark}, seen=seen, by=f"staff:{n}", now=FRIDAY)
        except Outdated:
            return "outdated"
        return "told"

    assert sorted(rush(6, review)) == ["outdated"] * 5 + ["told"]
    assert Message.objects.filter(template__startswith="prereview").count() == 1
    assert clean()


def test_a_review_beside_uploads_is_of_what_was_seen_or_refused(code: str) -> None:
    seen = queries.checklist(appointments.by_code(code, now=FRIDAY).id).revision

    def act(n: int) -> str:
        if n % 2:
            return hand_in(code, photo(100 + n, 100))
        try:
            operations.review(code, marks={0: Mark(State.OK)}, seen=seen, by=f"staff:{n}", now=FRIDAY)
        except Outdated:
            return "outdated"
        return "told"

    answers = rush(8, act)
    assert answers.count("stored") == 4
    told = answers.count("told")
    assert told in {0, 1}
    if told:  # then it came before every copy
        kinds = Event.objects.filter(kind__startswith="prereview.").order_by("id").values_list("kind", flat=True)
        assert kinds[0] == "prereview.reviewed"
    assert clean()


def test_of_two_clerks_who_end_one_task_differently_one_is_right(hall: Hall) -> None:
    code = book_package(hall, make_package(hall), now=FRIDAY)
    booking.mark_accepted(appointments.by_code(code, now=FRIDAY).id, by="staff:lead", now=COMES)
    task = tasks.tasks_of(appointments.by_code(code, now=FRIDAY).id)[0]

    def end(n: int) -> str:
        to = TaskState.DONE if n % 2 else TaskState.RETURNED
        try:
            booking.move_task(task.id, to, seen="in_progress", reason="缺页", by=f"staff:{n}", now=COMES)
        except TaskChanged:
            return "late"
        return str(to)

    answers = rush(6, end)
    assert answers.count("late") == 5
    (won,) = set(answers) - {"late"}
    assert tasks.task(task.id).state == won
    assert Event.objects.filter(kind=f"task.{won}").count() == 1
    assert clean()


@pytest.mark.parametrize("attempt", range(3))
def test_a_cancellation_beside_the_acceptance_leaves_booking_and_tasks_agreed(hall: Hall, attempt: int) -> None:
    code = book_package(hall, make_package(hall, members=3, code=f"p{attempt}"), now=FRIDAY)
    appointment = appointments.by_code(code, now=FRIDAY).id
    before = instant("2026-11-30 08:59")

    def act(n: int) -> str:
        try:
            if n % 2:
                booking.cancel(code, by="applicant", now=before)
            else:
                booking.mark_accepted(appointment, by="staff:lead", now=before)
        except (Refused, IllegalTransition):
            return "refused"
        return "done"

    rush(4, act)
    status = appointments.by_code(code, now=COMES).status
    expected = {Status.ACCEPTED: "in_progress", Status.LATE_CANCELLED: "withdrawn"}[status]
    assert {str(each.state) for each in tasks.tasks_of(appointment)} == {expected}
    assert clean()


def test_tasks_ended_beside_a_cancellation_by_the_counter_are_withdrawn_or_were_returned_first(hall: Hall) -> None:
    code = book_package(hall, make_package(hall, members=4), now=FRIDAY)
    ids = [each.id for each in tasks.tasks_of(appointments.by_code(code, now=FRIDAY).id)]

    def act(n: int) -> None:
        if n == 0:
            booking.cancel_for_counter(code, reason="停电", by="staff:manager", now=FRIDAY, late_allowed=True)
            return
        with suppress(TaskChanged):
            booking.move_task(ids[n - 1], TaskState.RETURNED, seen="pushed", reason="缺页", by="staff:x", now=FRIDAY)

    rush(5, act)
    states = {str(each.state) for each in tasks.tasks_of(appointments.by_code(code, now=FRIDAY).id)}
    assert states == {"withdrawn"}
    assert clean()
