"""A number leaves the counter before its end: missed by the centre's rule, parked, transferred, and taken back."""

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
from yueban.domain.queueing.models import CentreHall, Handling, HelpCall, Ticket
from yueban.domain.queueing.rules import (
    AlreadyParked,
    AlreadyPostponed,
    CoolingDown,
    CounterBusy,
    Ground,
    MissedForGood,
    MissedRule,
    MoveRefused,
    Outcome,
    TooLateToUndo,
    UnknownCounter,
)

pytestmark = pytest.mark.django_db

BEFORE = instant("2026-11-26 12:00")
CLERK = "staff:test"
OTHER = "staff:other"


def at(clock: str) -> datetime:
    return instant(f"2026-11-30 {clock}")


@pytest.fixture
def hall() -> Hall:
    return make_hall()


@pytest.fixture(autouse=True)
def _invariants_hold_after_every_story() -> object:
    yield
    assert queries.broken_invariants() == []
    assert appointments.broken_invariants() == []


def walk_ins(hall: Hall, count: int) -> list[int]:
    return [operations.issue(hall.queue.pk, by="kiosk", now=at(f"09:{n:02d}")).ticket_id for n in range(count)]


def called(hall: Hall, clock: str, counter: int = 0) -> int:
    found = operations.call_next(hall.counters[counter].pk, by=CLERK, now=at(clock))
    assert found is not None
    return found.ticket_id


def miss(ticket_id: int, clock: str) -> None:
    operations.missed(ticket_id, by=CLERK, now=at(clock))


def order_from(hall: Hall, clock: str) -> list[str]:
    """The numbers in the order in which they would be called."""
    view = queries.counter_view(hall.counters[0].pk, now=at(clock))
    assert view is not None
    return [each.label for each in view.waiting]


def decide(hall: Hall, **rules: object) -> None:
    CentreHall.objects.create(centre=hall.centre, **rules)


def test_a_missed_number_stays_aside_and_can_be_called_again_where_the_centre_decided_nothing(hall: Hall) -> None:
    first, *_ = walk_ins(hall, 2)
    assert called(hall, "09:30") == first
    miss(first, "09:31")
    assert Ticket.objects.get(pk=first).state == "missed"
    operations.call(first, counter_id=hall.counters[0].pk, by=CLERK, now=at("09:32"))
    assert Ticket.objects.get(pk=first).state == "called"


def test_a_missed_number_is_void_by_the_rule(hall: Hall) -> None:
    decide(hall, missed=MissedRule.VOID)
    (first,) = walk_ins(hall, 1)
    called(hall, "09:30")
    miss(first, "09:31")
    with pytest.raises(MissedForGood):
        operations.call(first, counter_id=hall.counters[0].pk, by=CLERK, now=at("09:32"))


def test_a_missed_number_waits_behind_the_next_two_by_the_rule(hall: Hall) -> None:
    decide(hall, missed=MissedRule.AFTER, missed_after=2)
    first, *_ = walk_ins(hall, 5)
    called(hall, "09:30")
    miss(first, "09:31")
    assert order_from(hall, "09:31") == ["A002", "A003", "A001", "A004", "A005"]


def test_a_missed_number_goes_to_the_end_by_the_rule_and_after_its_limit_aside(hall: Hall) -> None:
    decide(hall, missed=MissedRule.END, missed_limit=1)
    first, *_ = walk_ins(hall, 2)
    called(hall, "09:30")
    miss(first, "09:31")
    assert order_from(hall, "09:31") == ["A002", "A001"]
    operations.call(first, counter_id=hall.counters[0].pk, by=CLERK, now=at("09:32"))
    miss(first, "09:33")
    assert Ticket.objects.get(pk=first).state == "missed"


def test_a_missed_call_is_taken_back_within_the_seconds_shown_and_not_later(hall: Hall) -> None:
    first, second = walk_ins(hall, 2)
    called(hall, "09:30")
    miss(first, "09:31:00")
    operations.undo(first, by=CLERK, now=at("09:31:06"))
    kept = Ticket.objects.get(pk=first)
    assert (kept.state, kept.counter_id, kept.called_at, kept.misses) == ("called", hall.counters[0].pk, at("09:30"), 0)
    miss(first, "09:32:00")
    with pytest.raises(TooLateToUndo):
        operations.undo(first, by=CLERK, now=at("09:32:06") + timedelta(microseconds=1))
    with pytest.raises(TooLateToUndo):
        operations.undo(second, by=CLERK, now=at("09:32:01"))


def test_only_who_did_it_takes_it_back_and_only_while_nobody_went_on(hall: Hall) -> None:
    decide(hall, missed=MissedRule.END)
    (first,) = walk_ins(hall, 1)
    called(hall, "09:30")
    miss(first, "09:31:00")
    with pytest.raises(TooLateToUndo):
        operations.undo(first, by=OTHER, now=at("09:31:01"))
    assert called(hall, "09:31:02", counter=1) == first
    with pytest.raises(MoveRefused):
        operations.undo(first, by=CLERK, now=at("09:31:03"))


def test_a_counter_that_has_the_next_one_in_hand_cannot_take_back(hall: Hall) -> None:
    first, _second = walk_ins(hall, 2)
    called(hall, "09:30")
    miss(first, "09:31:00")
    called(hall, "09:31:02")
    with pytest.raises(CounterBusy):
        operations.undo(first, by=CLERK, now=at("09:31:03"))


@pytest.mark.parametrize(("kind", "before"), [(ChannelKind.ONLINE, "accepted"), (ChannelKind.PHONE, "arrived")])
def test_r4_2_taking_a_missed_call_back_puts_the_appointment_where_it_was(
    hall: Hall, kind: ChannelKind, before: str
) -> None:
    code = booking.book(request_for(hall, hall.slot(9), channel_kind=kind), by="test", now=BEFORE).code
    operations.take_ticket(code, remote=False, by="kiosk", now=at("08:55"))
    ticket_id = called(hall, "09:00")
    miss(ticket_id, "09:01:00")
    assert Appointment.objects.get(code=code).status == "missed"
    operations.undo(ticket_id, by=CLERK, now=at("09:01:03"))
    assert Appointment.objects.get(code=code).status == before


@pytest.mark.parametrize("kind", [ChannelKind.ONLINE, ChannelKind.PHONE])
def test_r4_2_a_missed_call_whose_booking_another_counter_served_is_not_taken_back(
    hall: Hall, kind: ChannelKind
) -> None:
    decide(hall, missed=MissedRule.END)
    code = booking.book(request_for(hall, hall.slot(9), channel_kind=kind), by="test", now=BEFORE).code
    operations.take_ticket(code, remote=False, by="kiosk", now=at("08:55"))
    ticket_id = called(hall, "09:00")
    miss(ticket_id, "09:01:00")
    assert called(hall, "09:01:01", counter=1) == ticket_id
    operations.finish(ticket_id, outcome=Outcome.COMPLETED, by=OTHER, now=at("09:01:02"))
    with pytest.raises(TooLateToUndo):
        operations.undo(ticket_id, by=CLERK, now=at("09:01:03"))
    assert Appointment.objects.get(code=code).status == "served"


def test_a_transfer_to_a_queue_is_taken_back_with_the_person_in_hand(hall: Hall) -> None:
    other = make_queue(hall.centre, "q2", "B", hall.queue.departments.get())
    (first,) = walk_ins(hall, 1)
    called(hall, "09:30")
    operations.accept(first, by=CLERK, now=at("09:31"))
    operations.transfer(first, queue_id=other.pk, by=CLERK, now=at("09:32:00"))
    assert Ticket.objects.get(pk=first).queue_id == other.pk
    operations.undo(first, by=CLERK, now=at("09:32:05"))
    kept = Ticket.objects.get(pk=first)
    assert (kept.state, kept.queue_id, kept.served_at) == ("serving", hall.queue.pk, at("09:31"))
    assert [each.kind for each in audit.ticket_history(first)][-2:] == ["ticket.transferred", "ticket.restored"]


def test_a_number_sent_to_a_counter_is_called_there_and_nowhere_else(hall: Hall) -> None:
    other = make_queue(hall.centre, "q2", "B", hall.queue.departments.get())
    far = make_counter(hall.centre, 9, other)
    (first,) = walk_ins(hall, 1)
    called(hall, "09:30")
    operations.transfer_to_counter(first, counter_id=far.pk, by=CLERK, now=at("09:32"))
    assert operations.call_next(hall.counters[1].pk, by=CLERK, now=at("09:33")) is None
    found = operations.call_next(far.pk, by=OTHER, now=at("09:34"))
    assert found is not None
    assert found.ticket_id == first


def test_a_number_is_not_sent_to_its_own_counter_nor_into_another_hall(hall: Hall) -> None:
    elsewhere = make_hall(code="elsewhere")
    (first,) = walk_ins(hall, 1)
    called(hall, "09:30")
    for counter in (hall.counters[0], elsewhere.counters[0]):
        with pytest.raises(UnknownCounter):
            operations.transfer_to_counter(first, counter_id=counter.pk, by=CLERK, now=at("09:31"))


def test_a_counter_parks_one(hall: Hall) -> None:
    first, second = walk_ins(hall, 2)
    called(hall, "09:30")
    operations.park(first, by=CLERK, now=at("09:31"))
    called(hall, "09:32")
    with pytest.raises(AlreadyParked):
        operations.park(second, by=CLERK, now=at("09:33"))
    assert Ticket.objects.get(pk=second).state == "called"


def test_a_recall_waits_for_the_pause_of_the_centre(hall: Hall) -> None:
    decide(hall, recall_pause=10)
    (first,) = walk_ins(hall, 1)
    called(hall, "09:30:00")
    with pytest.raises(CoolingDown):
        operations.recall(first, by=CLERK, now=at("09:30:09"))
    operations.recall(first, by=CLERK, now=at("09:30:10"))
    with pytest.raises(CoolingDown):
        operations.recall(first, by=CLERK, now=at("09:30:19"))
    assert Ticket.objects.get(pk=first).recalls == 1


def test_several_matters_of_one_visit_are_handled_one_after_the_other(hall: Hall) -> None:
    (first,) = walk_ins(hall, 1)
    called(hall, "09:30")
    operations.accept(first, by=CLERK, now=at("09:31"))
    ending = operations.Ending(Outcome.RECEIVED)
    operations.continue_with(first, matter_id=hall.matter.pk, ending=ending, by=CLERK, now=at("09:40"))
    assert Ticket.objects.get(pk=first).state == "serving"
    operations.finish(first, outcome=Outcome.COMPLETED, by=CLERK, now=at("09:45"))
    rows = Handling.objects.order_by("id").values_list("matter_id", "started_at", "ended_at", "outcome")
    assert list(rows) == [
        (None, at("09:31"), at("09:40"), "received"),
        (hall.matter.pk, at("09:40"), at("09:45"), "completed"),
    ]


def test_r5_3_the_guide_gives_statutory_priority_with_its_ground(hall: Hall) -> None:
    *_, last = walk_ins(hall, 3)
    operations.give_priority(last, ground=Ground.PREGNANT, by="staff:guide", now=at("09:10"))
    assert order_from(hall, "09:11") == ["A003", "A001", "A002"]
    kept = Ticket.objects.get(pk=last)
    assert (kept.ground, kept.rank_class) == ("pregnant", "statutory")
    assert audit.ticket_history(last)[-1].data["ground"] == "pregnant"


def test_r5_3_priority_never_worsens_a_place(hall: Hall) -> None:
    code = booking.book(request_for(hall, hall.slot(9), channel_kind=ChannelKind.PHONE), by="t", now=BEFORE).code
    issued = operations.take_ticket(code, remote=False, by="kiosk", now=at("08:55"))
    before = Ticket.objects.get(pk=issued.ticket_id)
    operations.give_priority(issued.ticket_id, ground=Ground.DISABLED, by="staff:guide", now=at("09:00"))
    after = Ticket.objects.get(pk=issued.ticket_id)
    assert (after.due_at, after.rank_class) == (before.due_at, "arrived_booking")


def test_more_time_is_three_places_back_and_only_once(hall: Hall) -> None:
    first, *_ = walk_ins(hall, 5)
    operations.more_time(first, by="applicant", now=at("09:10"))
    assert order_from(hall, "09:11") == ["A002", "A003", "A004", "A001", "A005"]
    with pytest.raises(AlreadyPostponed):
        operations.more_time(first, by="applicant", now=at("09:12"))


def test_a_centres_own_head_start_and_step_count(hall: Hall) -> None:
    decide(hall, booked_online=0, step=1)
    code = booking.book(request_for(hall, hall.slot(9)), by="test", now=BEFORE).code
    walk_ins(hall, 1)
    operations.take_ticket(code, remote=False, by="kiosk", now=at("09:01"))
    assert order_from(hall, "09:02") == ["A001", "YA001"]
    assert queries.calling_order(hall.centre.pk, at("09:00").date()).step == timedelta(minutes=1)


def test_help_is_asked_for_once_and_answered(hall: Hall) -> None:
    counter = hall.counters[0].pk
    operations.call_for_help(counter, by=CLERK, now=at("09:00"))
    operations.call_for_help(counter, by=CLERK, now=at("09:01"))
    assert HelpCall.objects.count() == 1
    assert operations.answer_help(counter, by="staff:manager", now=at("09:02"))
    assert not operations.answer_help(counter, by="staff:manager", now=at("09:03"))
    operations.call_for_help(counter, by=CLERK, now=at("09:04"))
    assert HelpCall.objects.filter(answered_at=None).count() == 1
