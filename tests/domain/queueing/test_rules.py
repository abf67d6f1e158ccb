"""The order of calling, its bound, the check-in window and the transition table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from yueban.domain.queueing import rules
from yueban.domain.queueing.rules import CallingOrder, Move, Placing, TicketClass, TicketState
from yueban.domain.regulation.rules import Parameters

DAY = datetime(2026, 11, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
ORDER = CallingOrder.of(Parameters())


def at(clock: str) -> datetime:
    """An instant of the test day, `HH:MM` or `HH:MM:SS`."""
    hours, minutes, *seconds = map(int, clock.split(":"))
    return DAY.replace(hour=hours, minute=minutes, second=seconds[0] if seconds else 0)


def booked(issued: str, slot: str, *classes: TicketClass) -> Placing:
    """A booked ticket; online when nothing else is said."""
    return Placing(at(issued), at(slot), frozenset(classes or {TicketClass.BOOKED_ONLINE}))


def test_r5_3_a_walk_in_is_due_when_it_was_issued() -> None:
    assert rules.due_at(Placing(at("09:12")), ORDER) == at("09:12")


def test_r5_3_an_online_booking_counts_from_ten_minutes_before_its_slot_less_thirty() -> None:
    assert rules.due_at(booked("09:20", "10:00"), ORDER) == at("09:20")
    assert rules.due_at(booked("09:50", "10:00"), ORDER) == at("09:20")


def test_r5_3_a_late_online_booking_counts_from_its_issue() -> None:
    assert rules.due_at(booked("10:25", "10:00"), ORDER) == at("09:55")


def test_r5_3_an_arrived_desk_booking_is_two_hours_ahead() -> None:
    assert rules.due_at(booked("10:00", "10:00", TicketClass.ARRIVED_BOOKING), ORDER) == at("08:00")


def test_r5_3_head_starts_are_not_added_up_the_largest_counts() -> None:
    both = booked("10:00", "10:00", TicketClass.BOOKED_ONLINE, TicketClass.STATUTORY)
    assert rules.due_at(both, ORDER) == at("09:00")


def test_r5_3_each_less_preferred_queue_of_a_counter_costs_a_step() -> None:
    assert rules.due_at_counter(at("09:00"), 2, ORDER) == at("09:10")


def test_numbers_are_three_digits_and_grow_past_999() -> None:
    assert rules.ticket_number("A", 12, booked=False) == "A012"
    assert rules.ticket_number("A", 1, booked=True) == "YA001"
    assert rules.ticket_number("A", 1000, booked=False) == "A1000"


def test_a_done_void_or_closed_ticket_never_moves_again() -> None:
    final = (TicketState.DONE, TicketState.VOID, TicketState.CLOSED)
    assert [(m, s) for m in Move for s in final if rules.may(m, s)] == []


def test_every_open_state_can_close_at_the_end_of_the_day() -> None:
    assert [s for s in rules.OPEN if not rules.may(Move.CLOSE, s)] == []


def test_the_estimate_is_the_people_ahead_over_the_counters_with_four_waits_in_five_inside_its_spread() -> None:
    times = rules.service_times(10, 0, 0, 0)
    assert (times.mean, times.deviation) == (10, 6)
    assert [rules.estimate(ahead, times, counters).minutes for ahead, counters in ((6, 2), (6, 0), (0, 3))] == [
        30,
        60,
        0,
    ]
    assert (rules.estimate(4, times, 1).low, rules.estimate(4, times, 1).high) == (24, 56)


def test_what_the_day_measured_outweighs_what_is_configured() -> None:
    times = rules.service_times(10, 15, 6, 2)
    assert (times.mean, times.deviation) == (7, 3)


def test_the_figures_of_waits() -> None:
    assert rules.waits([]) == rules.Waits()
    assert rules.waits([float(n) for n in range(10, 0, -1)]) == rules.Waits(10, 5.5, 9, 10)


minutes = st.integers(0, 600).map(lambda m: timedelta(minutes=m))
classes = st.frozensets(st.sampled_from(TicketClass), min_size=1)
placings = st.builds(
    lambda issued, slot, kinds: Placing(DAY + issued, None if slot is None else DAY + slot, kinds),
    minutes,
    st.none() | minutes,
    classes,
)


@dataclass(frozen=True)
class Waiting:
    """A ticket of a simulated hall."""

    ordinal: int
    placing: Placing
    queue: int


@given(
    hall=st.lists(st.tuples(placings, st.integers(0, 2)), max_size=25),
    calls=st.lists(st.tuples(minutes, st.permutations([0, 1, 2])), max_size=30),
)
def test_r5_3_a_ticket_is_overtaken_only_by_tickets_issued_before_its_bound(
    hall: list[tuple[Placing, int]], calls: list[tuple[timedelta, list[int]]]
) -> None:
    """Random tickets, random counters that call at random times; nobody is passed by one issued past the bound."""
    waiting = [Waiting(i, placing, queue) for i, (placing, queue) in enumerate(hall)]
    for moment, preference in sorted(calls, key=lambda call: call[0]):
        present = [t for t in waiting if t.placing.issued_at <= DAY + moment]
        if not present:
            continue
        called = min(present, key=lambda t: (_key(t, preference), t.ordinal))
        waiting.remove(called)
        for passed in present:
            rank = preference.index(passed.queue)
            assert passed is called or called.placing.issued_at <= rules.overtaken_until(passed.placing, rank, ORDER)


def _key(ticket: Waiting, preference: list[int]) -> datetime:
    return rules.due_at_counter(rules.due_at(ticket.placing, ORDER), preference.index(ticket.queue), ORDER)


@given(placing=placings, others=st.lists(placings, max_size=10), later=minutes)
def test_r5_3_time_alone_never_reorders_a_hall(placing: Placing, others: list[Placing], later: timedelta) -> None:
    """The key depends on the ticket only: shifting every instant shifts every key and keeps the order."""
    shifted = [_shift(each, later) for each in [placing, *others]]
    before = [rules.due_at(each, ORDER) + later for each in [placing, *others]]
    assert [rules.due_at(each, ORDER) for each in shifted] == before


def _shift(placing: Placing, by: timedelta) -> Placing:
    slot = None if placing.slot_start is None else placing.slot_start + by
    return replace(placing, issued_at=placing.issued_at + by, slot_start=slot)
