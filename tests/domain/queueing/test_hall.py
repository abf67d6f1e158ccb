"""A hall at work: tickets, calls and their endings, for those who booked and those who walked in."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.factories import Hall, instant, make_counter, make_hall, make_queue, request_for
from yueban.domain.audit import queries as audit
from yueban.domain.booking import operations as booking
from yueban.domain.booking import queries as appointments
from yueban.domain.booking.models import Appointment
from yueban.domain.booking.rules import ChannelKind
from yueban.domain.queueing import operations, queries
from yueban.domain.queueing.models import CounterState, Ticket
from yueban.domain.queueing.operations import Issued
from yueban.domain.queueing.rules import (
    AlreadyWaiting,
    CounterBusy,
    MoveRefused,
    Outcome,
    TooManyRecalls,
    UnknownCounter,
    UnknownQueue,
)
from yueban.domain.regulation.rules import Refused

pytestmark = pytest.mark.django_db

BEFORE = instant("2026-11-26 12:00")
CLERK = "staff:test"


def at(clock: str) -> datetime:
    return instant(f"2026-11-30 {clock}")


@pytest.fixture
def hall() -> Hall:
    return make_hall()


def walk_in(hall: Hall, clock: str) -> Issued:
    return operations.issue(hall.queue.pk, by="channel:kiosk", now=at(clock))


def book(hall: Hall, hour: int, n: int = 1, kind: ChannelKind = ChannelKind.ONLINE) -> str:
    made = booking.book(request_for(hall, hall.slot(hour), n, channel_kind=kind), by="test", now=BEFORE)
    return str(made.code)


def take(code: str, clock: str, *, remote: bool = False) -> Issued:
    return operations.take_ticket(code, remote=remote, by="channel:kiosk", now=at(clock))


def call_next(hall: Hall, clock: str, counter: int = 0) -> operations.Called | None:
    return operations.call_next(hall.counters[counter].pk, by=CLERK, now=at(clock))


def called(hall: Hall, clock: str, counter: int = 0) -> operations.Called:
    found = call_next(hall, clock, counter)
    assert found is not None
    return found


def finish(ticket_id: int, clock: str) -> None:
    operations.finish(ticket_id, outcome=Outcome.COMPLETED, by=CLERK, now=at(clock))


def status(code: str) -> str:
    return Appointment.objects.get(code=code).status


def kinds(ticket_id: int) -> list[str]:
    return [event.kind for event in audit.ticket_history(ticket_id)]


@pytest.fixture(autouse=True)
def _invariants_hold_after_every_story() -> object:
    yield
    assert queries.broken_invariants() == []
    assert appointments.broken_invariants() == []


def test_numbers_count_up_by_series_and_start_again_the_next_day(hall: Hall) -> None:
    code = book(hall, 9)
    assert [walk_in(hall, "08:30").label, walk_in(hall, "08:31").label, take(code, "08:40").label] == [
        "A001",
        "A002",
        "YA001",
    ]
    tomorrow = operations.issue(hall.queue.pk, by="channel:kiosk", now=at("09:00") + timedelta(days=1))
    assert tomorrow.label == "A001"


def test_an_unknown_queue_or_counter_is_said(hall: Hall) -> None:
    with pytest.raises(UnknownQueue):
        operations.issue(0, by="channel:kiosk", now=at("09:00"))
    with pytest.raises(UnknownCounter):
        operations.call_next(0, by=CLERK, now=at("09:00"))


def test_nobody_waiting_is_no_error(hall: Hall) -> None:
    assert call_next(hall, "09:00") is None


def test_r5_3_a_booking_of_the_hour_goes_before_a_walk_in_who_came_less_than_half_an_hour_before(hall: Hall) -> None:
    code = book(hall, 9)
    early, late = walk_in(hall, "08:15"), walk_in(hall, "08:45")
    booked = take(code, "08:55")
    order = []
    for minute in range(3):
        ticket = called(hall, f"09:{minute:02d}")
        order.append(ticket.label)
        finish(ticket.ticket_id, f"09:{minute:02d}")
    assert order == [early.label, booked.label, late.label]


def test_r5_3_an_arrived_phone_booking_goes_before_everybody(hall: Hall) -> None:
    code = book(hall, 9, kind=ChannelKind.PHONE)
    walk_in(hall, "08:00")
    arrived = take(code, "09:30")
    assert status(code) == "arrived"
    assert called(hall, "09:31").label == arrived.label


def test_r5_3_each_call_says_why_and_records_it(hall: Hall) -> None:
    code = book(hall, 10)
    take(code, "09:20")
    ticket = called(hall, "09:30")
    assert ticket.why == "预约 10:00，提前取号，按号序"
    event = audit.ticket_history(ticket.ticket_id)[-1]
    assert (event.kind, event.by, event.data["why"]) == ("ticket.called", CLERK, ticket.why)
    assert {"name", "phone", "certificate"}.isdisjoint(event.data)


def test_r5_3_the_words_for_a_walk_in_and_for_a_less_preferred_queue(hall: Hall) -> None:
    other = make_queue(hall.centre, "q2", "B", hall.queue.departments.get())
    counter = make_counter(hall.centre, 9, other, hall.queue)
    walk_in(hall, "09:12")
    found = operations.call_next(counter.pk, by=CLERK, now=at("09:13"))
    assert found is not None
    assert found.why == "现场取号 09:12，本窗口第 2 顺位队列，按号序"


def test_r5_3_a_less_preferred_queue_waits_a_step_longer(hall: Hall) -> None:
    other = make_queue(hall.centre, "q2", "B", hall.queue.departments.get())
    counter = make_counter(hall.centre, 9, other, hall.queue)
    walk_in(hall, "09:00")
    operations.issue(other.pk, by="channel:kiosk", now=at("09:04"))
    found = operations.call_next(counter.pk, by=CLERK, now=at("09:10"))
    assert found is not None
    assert found.label == "B001"


def test_r5_3_a_booking_counter_calls_booked_tickets_only(hall: Hall) -> None:
    only = make_counter(hall.centre, 9, hall.queue, booking_only=True)
    code = book(hall, 9)
    walk_in(hall, "08:00")
    assert operations.call_next(only.pk, by=CLERK, now=at("08:30")) is None
    take(code, "08:31")
    found = operations.call_next(only.pk, by=CLERK, now=at("08:32"))
    assert found is not None
    assert (found.label, found.why) == ("YA001", "预约 09:00，提前取号，预约专窗，按号序")


def test_r4_2_an_online_booking_is_accepted_by_being_called(hall: Hall) -> None:
    code = book(hall, 9)
    take(code, "08:55")
    assert status(code) == "ticketed"
    called(hall, "09:00")
    assert status(code) == "accepted"


def test_r4_2_a_desk_booking_is_accepted_by_the_clerk(hall: Hall) -> None:
    code = book(hall, 9, kind=ChannelKind.ONSITE)
    take(code, "08:55")
    ticket = called(hall, "09:00")
    assert status(code) == "arrived"
    operations.accept(ticket.ticket_id, by=CLERK, now=at("09:01"))
    assert status(code) == "accepted"


def test_r4_2_the_handling_ends_with_an_outcome_that_the_appointment_keeps(hall: Hall) -> None:
    code = book(hall, 9)
    take(code, "08:55")
    ticket = called(hall, "09:00")
    operations.accept(ticket.ticket_id, by=CLERK, now=at("09:01"))
    operations.finish(ticket.ticket_id, outcome=Outcome.INCOMPLETE, reason="缺户口簿", by=CLERK, now=at("09:10"))
    kept = Appointment.objects.get(code=code)
    assert (kept.status, kept.outcome, kept.outcome_reason) == ("served", "incomplete", "缺户口簿")
    assert kinds(ticket.ticket_id) == ["ticket.issued", "ticket.called", "ticket.accepted", "ticket.finished"]


def test_r4_2_called_and_absent_is_missed_and_may_come_back(hall: Hall) -> None:
    code = book(hall, 9)
    take(code, "08:55")
    ticket = called(hall, "09:00")
    operations.missed(ticket.ticket_id, by=CLERK, now=at("09:02"))
    assert status(code) == "missed"
    again = operations.call(ticket.ticket_id, counter_id=hall.counters[1].pk, by=CLERK, now=at("09:20"))
    assert again is not None
    assert (again.why, status(code)) == ("预约 09:00，按时取号，窗口指定", "accepted")


def test_r4_1_3_too_early_for_a_ticket_prints_nothing(hall: Hall) -> None:
    code = book(hall, 10)
    with pytest.raises(Refused, match="too_early_for_ticket"):
        take(code, "08:59:59")
    assert not Ticket.objects.exists()


def test_r4_1_3_a_second_ticket_of_an_appointment_is_refused_and_the_kiosk_prints_the_first_again(hall: Hall) -> None:
    code = book(hall, 10)
    first = take(code, "09:30")
    with pytest.raises(Refused, match="already_ticketed"):
        take(code, "09:31")
    assert operations.check_in(code, by="channel:kiosk", now=at("09:32")) == Issued(
        first.ticket_id, first.label, again=True
    )
    assert Ticket.objects.count() == 1


def test_r4_3_a_ticket_taken_on_a_phone_is_presence_only_once_it_is_shown_in_the_hall(hall: Hall) -> None:
    code = book(hall, 10)
    take(code, "09:30", remote=True)
    assert Appointment.objects.get(code=code).present_at is None
    operations.check_in(code, by="channel:kiosk", now=at("09:45"))
    assert Appointment.objects.get(code=code).present_at == at("09:45")


def test_one_person_has_one_open_ticket_of_a_queue(hall: Hall) -> None:
    first, second = book(hall, 9), book(hall, 10)
    take(first, "09:00")
    with pytest.raises(AlreadyWaiting):
        take(second, "09:05")
    assert status(second) == "booked"


def test_a_cancelled_appointment_is_never_called_its_ticket_is_void(hall: Hall) -> None:
    code = book(hall, 10)
    ticket = take(code, "09:30")
    walk_in(hall, "09:40")
    booking.cancel(code, by="applicant", now=at("09:45"))
    assert called(hall, "09:50").label == "A001"
    assert Ticket.objects.get(pk=ticket.ticket_id).state == "void"


def test_a_counter_never_holds_two(hall: Hall) -> None:
    walk_in(hall, "09:00")
    walk_in(hall, "09:01")
    called(hall, "09:02")
    with pytest.raises(CounterBusy):
        call_next(hall, "09:03")
    assert Ticket.objects.filter(state="waiting").count() == 1


def test_a_counter_with_a_person_in_hand_is_busy_even_when_nobody_waits(hall: Hall) -> None:
    walk_in(hall, "09:00")
    called(hall, "09:02")
    with pytest.raises(CounterBusy):
        call_next(hall, "09:03")


def test_a_ticket_is_recalled_five_times_at_most(hall: Hall) -> None:
    walk_in(hall, "09:00")
    ticket = called(hall, "09:01")
    for _ in range(5):
        operations.recall(ticket.ticket_id, by=CLERK, now=at("09:02"))
    with pytest.raises(TooManyRecalls):
        operations.recall(ticket.ticket_id, by=CLERK, now=at("09:03"))
    assert Ticket.objects.get(pk=ticket.ticket_id).recalls == 5


def test_a_finished_ticket_moves_no_more(hall: Hall) -> None:
    walk_in(hall, "09:00")
    ticket = called(hall, "09:01")
    finish(ticket.ticket_id, "09:02")
    with pytest.raises(MoveRefused):
        operations.missed(ticket.ticket_id, by=CLERK, now=at("09:03"))


def test_a_parked_person_leaves_the_counter_free_and_goes_on_later(hall: Hall) -> None:
    walk_in(hall, "09:00")
    walk_in(hall, "09:01")
    first = called(hall, "09:02")
    operations.park(first.ticket_id, by=CLERK, now=at("09:03"))
    second = called(hall, "09:04")
    counter = hall.counters[0].pk
    with pytest.raises(CounterBusy):
        operations.resume(first.ticket_id, counter_id=counter, by=CLERK, now=at("09:05"))
    finish(second.ticket_id, "09:06")
    operations.resume(first.ticket_id, counter_id=counter, by=CLERK, now=at("09:07"))
    assert Ticket.objects.get(pk=first.ticket_id).state == "serving"


def test_a_transfer_keeps_number_and_key(hall: Hall) -> None:
    other = make_queue(hall.centre, "q2", "B", hall.queue.departments.get())
    walk_in(hall, "09:00")
    ticket = called(hall, "09:01")
    before = Ticket.objects.get(pk=ticket.ticket_id)
    operations.transfer(ticket.ticket_id, queue_id=other.pk, by=CLERK, now=at("09:05"))
    after = Ticket.objects.get(pk=ticket.ticket_id)
    assert (after.label, after.due_at, after.state, after.queue_id) == ("A001", before.due_at, "waiting", other.pk)


def test_a_transferred_number_may_meet_its_own_twin(hall: Hall) -> None:
    other = make_queue(hall.centre, "q2", "B", hall.queue.departments.get())
    operations.issue(other.pk, by="channel:kiosk", now=at("09:00"))
    walk_in(hall, "09:00")
    operations.transfer(called(hall, "09:01").ticket_id, queue_id=other.pk, by=CLERK, now=at("09:05"))
    assert sorted(Ticket.objects.filter(queue=other).values_list("label", flat=True)) == ["A001", "B001"]


def test_a_transfer_into_another_centre_is_refused(hall: Hall) -> None:
    elsewhere = make_hall(code="elsewhere")
    walk_in(hall, "09:00")
    with pytest.raises(UnknownQueue):
        operations.transfer(called(hall, "09:01").ticket_id, queue_id=elsewhere.queue.pk, by=CLERK, now=at("09:05"))


def test_a_void_ticket_is_not_called(hall: Hall) -> None:
    operations.void(walk_in(hall, "09:00").ticket_id, by="channel:kiosk", now=at("09:01"), reason="printer")
    assert call_next(hall, "09:02") is None


def test_a_clerk_sits_at_one_counter(hall: Hall, django_user_model: type) -> None:
    clerk = django_user_model.objects.create(username="clerk", name="样例", role="clerk")  # type: ignore[attr-defined]
    first, second = (each.pk for each in hall.counters)
    operations.open_counter(first, staff_id=clerk.pk, by=CLERK, now=at("08:30"))
    operations.open_counter(second, staff_id=clerk.pk, by=CLERK, now=at("08:40"))
    assert dict(CounterState.objects.values_list("counter_id", "state")) == {first: "closed", second: "open"}
    operations.pause_counter(second, by=CLERK, now=at("10:00"))
    assert queries.counter(second).mode == "paused"  # type: ignore[union-attr]
    operations.close_counter(second, by=CLERK, now=at("12:00"))
    assert queries.counter(second).staff_id is None  # type: ignore[union-attr]


def test_nobody_is_left_standing_at_a_counter_that_closes(hall: Hall, django_user_model: type) -> None:
    clerk = django_user_model.objects.create(username="clerk", name="样例", role="clerk")  # type: ignore[attr-defined]
    first, second = (each.pk for each in hall.counters)
    operations.open_counter(first, staff_id=clerk.pk, by=CLERK, now=at("08:30"))
    walk_in(hall, "09:00")
    ticket = called(hall, "09:01").ticket_id
    with pytest.raises(CounterBusy):
        operations.close_counter(first, by=CLERK, now=at("09:02"))
    with pytest.raises(CounterBusy):
        operations.open_counter(second, staff_id=clerk.pk, by=CLERK, now=at("09:02"))
    assert queries.counter(first).mode == "open"  # type: ignore[union-attr]
    operations.park(ticket, by=CLERK, now=at("09:03"))
    operations.close_counter(first, by=CLERK, now=at("09:04"))


def test_who_was_set_aside_at_a_counter_that_has_closed_is_found_at_its_neighbours(hall: Hall) -> None:
    first, second = (each.pk for each in hall.counters)
    walk_in(hall, "09:00")
    walk_in(hall, "09:00")
    parked, missed = called(hall, "09:01").ticket_id, 0
    operations.park(parked, by=CLERK, now=at("09:02"))
    missed = called(hall, "09:03").ticket_id
    operations.missed(missed, by=CLERK, now=at("09:04"))

    def aside() -> list[list[int]]:
        view = queries.counter_view(second, now=at("09:10"))
        assert view is not None
        return [[each.id for each in lines] for lines in (view.parked, view.missed)]

    assert aside() == [[], []]
    operations.close_counter(first, by=CLERK, now=at("09:05"))
    assert aside() == [[parked], [missed]]
    operations.resume(parked, counter_id=second, by=CLERK, now=at("09:10"))
    assert Ticket.objects.get(pk=parked).counter_id == second


def test_the_day_ends_and_closes_what_is_open(hall: Hall) -> None:
    served, waiting = walk_in(hall, "09:00"), walk_in(hall, "09:01")
    finish(called(hall, "09:02").ticket_id, "09:05")
    assert operations.close_day(at("18:00").date(), by="system:close", now=at("18:30")) == 1
    assert queries.counter(hall.counters[0].pk).mode == "closed"  # type: ignore[union-attr]
    assert dict(Ticket.objects.values_list("id", "state")) == {served.ticket_id: "done", waiting.ticket_id: "closed"}


def test_closing_yesterday_leaves_today_as_it_is(hall: Hall) -> None:
    walk_in(hall, "09:00")
    called(hall, "09:01")
    operations.close_day(at("09:00").date() - timedelta(days=1), by="system:close", now=at("09:10"))
    assert Ticket.objects.get().state == "called"
    assert queries.counter(hall.counters[0].pk).mode == "open"  # type: ignore[union-attr]


def test_people_ahead_and_the_estimate_follow_the_order_of_calling(hall: Hall) -> None:
    code = book(hall, 9)
    last = walk_in(hall, "08:50")
    assert queries.people_ahead(last.ticket_id) == 0
    take(code, "08:55")
    walk_in(hall, "08:56")
    view = queries.ticket(last.ticket_id)
    assert view is not None
    assert (view.ahead, view.estimate, view.areas) == (1, 5, ("A区",)), "two counters will be there"


def test_the_board_shows_the_last_calls_and_who_is_next(hall: Hall) -> None:
    for minute in range(5):
        walk_in(hall, f"09:0{minute}")
    called(hall, "09:10")
    called(hall, "09:11", counter=1)
    board = queries.board(hall.centre.pk, now=at("09:12"))
    assert [(call.label, call.counter) for call in board.calls] == [("A002", 2), ("A001", 1)]
    assert [(queue.waiting, queue.next) for queue in board.queues] == [(3, ["A003", "A004", "A005"])]


def test_the_console_shows_the_person_in_hand_and_who_comes_next(hall: Hall) -> None:
    code = book(hall, 9)
    take(code, "08:55", remote=True)
    walk_in(hall, "08:56")
    called(hall, "09:00")
    view = queries.counter_view(hall.counters[0].pk, now=at("09:01"))
    assert view is not None
    assert view.hand is not None
    assert (view.hand.label, view.hand.person, view.hand.present) == ("YA001", "样例申请人", False)
    assert ([line.label for line in view.waiting], view.total) == (["A001"], 1)
