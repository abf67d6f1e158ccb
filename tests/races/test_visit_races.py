"""Teams under a rush: nobody is in two places, and an answer is to the time that was shown (R3.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.crowd import rush
from tests.factories import instant
from tests.visiting import CLERK, NOW, Field, make_field
from yueban.domain.booking import queries as booking
from yueban.domain.booking.rules import Status
from yueban.domain.notices.models import Message
from yueban.domain.regulation.rules import Refused
from yueban.domain.visits import operations, queries
from yueban.domain.visits.models import Visit
from yueban.domain.visits.operations import NotOpen, Outdated

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def field() -> Iterator[Field]:
    yield make_field()
    assert queries.broken_invariants() + booking.broken_invariants() == []


def test_r3_4_of_many_clerks_who_send_one_team_at_overlapping_times_exactly_one_does(field: Field) -> None:
    def send(n: int) -> str:
        try:
            field.arrange(field.asked(n + 1, start=f"2026-11-30 09:{30 + 2 * n:02d}"))
        except Refused as refused:
            return ",".join(refused_by.code for refused_by in refused.reasons)
        return "sent"

    answers = rush(12, send)
    assert sorted(set(answers)) == ["sent", "slot_full"]
    assert answers.count("sent") == 1
    assert Visit.objects.count() == Message.objects.count() == 1


def test_r3_4_two_visits_that_are_moved_to_one_time_do_not_both_get_it(field: Field) -> None:
    codes = [field.arrange(field.asked(n, when=field.when(f"2026-12-0{n} 09:30"))).code for n in (1, 2, 3, 4)]

    def move(n: int) -> str:
        try:
            operations.move(codes[n], to=field.when("2026-11-30 09:30"), by=CLERK, now=NOW)
        except Refused:
            return "refused"
        return "moved"

    assert sorted(rush(4, move)) == ["moved", "refused", "refused", "refused"]


@pytest.mark.parametrize("again", range(4))
def test_r3_4_an_acceptance_while_staff_move_it_is_of_the_time_that_was_shown(field: Field, again: int) -> None:
    visit = field.arrange(field.proposed())

    def act(n: int) -> str:
        if n == 0:
            operations.move(visit.code, to=field.when("2026-12-01 09:30"), by=CLERK, now=NOW)
            return "moved"
        try:
            operations.accept(visit.code, seen=1, by="applicant", now=NOW)
        except Outdated:
            return "outdated"
        return "accepted"

    moved, answered = rush(2, act)
    after = queries.by_code(visit.code, now=NOW)
    assert (moved, after.starts_at) == ("moved", instant("2026-12-01 09:30"))
    # Accepted first: what held was moved and holds on. Moved first: the proposal of the new time waits for its answer.
    assert after.status is (Status.BOOKED if answered == "accepted" else Status.REQUESTED)
    assert after.answerable(now=NOW) is (answered == "outdated")


def test_r3_4_accepting_many_times_at_once_accepts_once_and_tells_once(field: Field) -> None:
    visit = field.arrange(field.proposed())
    rush(8, lambda _: operations.accept(visit.code, seen=1, by="applicant", now=NOW).code)
    assert queries.by_code(visit.code, now=NOW).status is Status.BOOKED
    assert sorted(Message.objects.values_list("template", flat=True)) == ["visit_booked", "visit_proposed"]


def test_r3_4_accepting_and_declining_at_once_is_one_of_them(field: Field) -> None:
    visit = field.arrange(field.proposed())

    def answer(n: int) -> str:
        try:
            if n % 2:
                operations.accept(visit.code, seen=1, by="applicant", now=NOW)
                return "yes"
            operations.decline(visit.code, seen=1, why="样例", by="applicant", now=NOW)
        except NotOpen:
            return "late"
        return "no"

    answers = set(rush(6, answer)) - {"late"}
    assert len(answers) == 1
    assert queries.by_code(visit.code, now=NOW).status is (Status.BOOKED if answers == {"yes"} else Status.REJECTED)


def test_a_day_is_reminded_of_once_by_however_many_workers(field: Field) -> None:
    field.arrange(field.asked())
    told = rush(6, lambda _: operations.remind(now=instant("2026-11-29 18:00")))
    assert sum(told) == 1
    assert Message.objects.filter(template="visit_reminder").count() == 1
