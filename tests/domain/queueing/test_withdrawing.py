"""A desk booking that is cancelled takes its number along, wherever the number is: no counter is stuck with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from tests.factories import Hall, instant, make_hall, request_for
from yueban.domain.audit import queries as audit
from yueban.domain.booking import operations as booking
from yueban.domain.booking import queries as appointments
from yueban.domain.booking.rules import ChannelKind, IllegalTransition
from yueban.domain.queueing import operations, queries
from yueban.domain.queueing.models import Ticket
from yueban.domain.queueing.rules import AppointmentWithdrawn, Outcome

pytestmark = pytest.mark.django_db

BEFORE = instant("2026-11-26 12:00")
NOW = instant("2026-11-30 08:50")
CLERK = "staff:test"


@pytest.fixture
def hall() -> Hall:
    return make_hall()


@pytest.fixture(autouse=True)
def _invariants_hold_after_every_story() -> object:
    yield
    assert queries.broken_invariants() == []
    assert appointments.broken_invariants() == []


def arrived(hall: Hall, n: int = 1) -> tuple[str, int]:
    """A phone booking of 09:00 whose holder took the number at the kiosk: its code and the ticket."""
    request = request_for(hall, hall.slot(9), n, channel_kind=ChannelKind.PHONE)
    code = booking.book(request, by="test", now=BEFORE).code
    return code, operations.check_in(code, by="kiosk", now=NOW).ticket_id


def state(ticket_id: int) -> str:
    return Ticket.objects.get(pk=ticket_id).state


def call(hall: Hall) -> int | None:
    found = operations.call_next(hall.counters[0].pk, by=CLERK, now=NOW)
    return found.ticket_id if found else None


def test_r4_3_a_number_whose_desk_booking_was_cancelled_is_not_called(hall: Hall) -> None:
    code, cancelled = arrived(hall)
    _, next_one = arrived(hall, 2)
    booking.cancel(code, by="applicant", now=NOW)
    assert call(hall) == next_one
    assert state(cancelled) == "void"
    assert audit.ticket_history(cancelled)[-1].reason == "appointment withdrawn"


ACTS: list[Callable[[int], None]] = [
    partial(operations.accept, by=CLERK, now=NOW),
    partial(operations.missed, by=CLERK, now=NOW),
    partial(operations.finish, outcome=Outcome.COMPLETED, by=CLERK, now=NOW),
]


@pytest.mark.parametrize("act", ACTS, ids=["accept", "missed", "finish"])
def test_r4_3_cancelled_after_the_call_the_number_is_void_and_the_counter_free(
    hall: Hall, act: Callable[[int], None]
) -> None:
    code, in_hand = arrived(hall)
    _, next_one = arrived(hall, 2)
    assert call(hall) == in_hand
    booking.cancel(code, by="applicant", now=NOW)
    with pytest.raises(AppointmentWithdrawn):
        act(in_hand)
    assert state(in_hand) == "void"
    assert call(hall) == next_one


def test_a_parked_number_whose_booking_was_cancelled_before_it_was_accepted_ends(hall: Hall) -> None:
    code, in_hand = arrived(hall)
    assert call(hall) == in_hand
    operations.park(in_hand, by=CLERK, now=NOW)
    booking.cancel(code, by="applicant", now=NOW)
    operations.resume(in_hand, counter_id=hall.counters[0].pk, by=CLERK, now=NOW)
    with pytest.raises(AppointmentWithdrawn):
        operations.finish(in_hand, outcome=Outcome.COMPLETED, by=CLERK, now=NOW)
    assert state(in_hand) == "void"


def test_what_was_handled_already_is_not_voided_by_a_second_press(hall: Hall) -> None:
    _, in_hand = arrived(hall)
    assert call(hall) == in_hand
    operations.finish(in_hand, outcome=Outcome.COMPLETED, by=CLERK, now=NOW)
    with pytest.raises(IllegalTransition):
        operations.finish(in_hand, outcome=Outcome.COMPLETED, by=CLERK, now=NOW)
    assert state(in_hand) == "done"
