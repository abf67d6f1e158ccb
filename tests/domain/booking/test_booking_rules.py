"""The booking clauses at their boundaries: one second before, on, and after. No database here."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.factories import instant
from yueban.domain.booking.rules import (
    HOLDS_DAY,
    HOLDS_PLACE,
    AppointmentFacts,
    ChannelKind,
    Facts,
    MatterFacts,
    PersonFacts,
    SlotFacts,
    Status,
    cancelled_as,
    free_until,
    is_no_show,
    lenient,
    refusals,
    reschedule_refusals,
    sources_of,
    ticket_refusals,
    window,
)
from yueban.domain.calendar.rules import WorkingDays
from yueban.domain.regulation.rules import Clause, GraceFrom, Parameters, Refused

HOLIDAYS = {date(2026, 10, day) for day in range(1, 8)} | {date(2026, 9, 25)}
MADE_UP = {date(2026, 9, 20), date(2026, 10, 10)}
YEAR = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
DAYS = WorkingDays.from_days({d: d in MADE_UP or (d.weekday() < 5 and d not in HOLIDAYS) for d in YEAR})
SECOND = timedelta(seconds=1)


def slot(starts: str = "2026-11-30 09:00", **fields: Any) -> SlotFacts:
    starts_at = instant(starts)
    values: dict[str, Any] = {
        "date": starts_at.date(),
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=1),
        "kind": "regular",
        "capacity": 10,
        "booked": 0,
        "closed_reason": "",
        "offered": True,
    }
    return SlotFacts(**(values | fields))


def facts(channel: ChannelKind = ChannelKind.ONLINE, **fields: Any) -> Facts:
    values: dict[str, Any] = {
        "slot": slot(),
        "matter": MatterFacts(online_bookable=True, high_frequency_personal=False),
        "person": PersonFacts(),
        "parameters": Parameters(),
        "days": DAYS,
    }
    return Facts(channel=channel, **(values | fields))


def codes(found: Facts, now: str | datetime) -> list[str]:
    at = instant(now) if isinstance(now, str) else now
    return [str(why.code) for why in refusals(found, now=at)]


DESK = [ChannelKind.ONSITE, ChannelKind.PHONE]


@pytest.mark.parametrize("channel", DESK)
@pytest.mark.parametrize(
    ("service", "cutoff"),
    [
        ("2026-11-30 09:00", "2026-11-27 16:30:00"),  # Monday: the Friday before
        ("2026-09-21 09:00", "2026-09-20 16:30:00"),  # Monday: the Sunday before works (调休)
        ("2026-10-08 09:00", "2026-09-30 16:30:00"),  # after the holiday: the last working day before it
    ],
)
def test_r4_0_desk_books_until_half_past_four_of_the_working_day_before(
    channel: ChannelKind, service: str, cutoff: str
) -> None:
    found, last = facts(channel, slot=slot(service)), instant(cutoff)
    assert codes(found, last - SECOND) == []
    assert codes(found, last) == []
    assert codes(found, last + SECOND) == ["too_late"]


def test_r4_0_online_books_a_nine_o_clock_slot_until_six_to_the_second() -> None:
    found = facts()
    assert codes(found, "2026-11-30 05:59:59") == []
    assert codes(found, "2026-11-30 06:00:00") == []
    assert codes(found, "2026-11-30 06:00:01") == ["too_late"]


def test_r4_0_the_deadline_s_own_second_is_on_time_to_its_end() -> None:
    assert codes(facts(), instant("2026-11-30 06:00:00").replace(microsecond=999_999)) == []


def test_r4_0_online_is_not_bound_to_the_day_before_and_the_desk_is() -> None:
    found = slot("2026-11-30 15:00")
    assert codes(facts(slot=found), "2026-11-30 09:00:00") == []
    assert codes(facts(ChannelKind.ONSITE, slot=found), "2026-11-30 09:00:00") == ["too_late"]


def test_r4_0_the_seventh_working_day_can_be_booked_and_the_eighth_not() -> None:
    monday = "2026-11-16 10:00:00"
    assert codes(facts(slot=slot("2026-11-25 09:00")), monday) == []
    assert codes(facts(slot=slot("2026-11-26 09:00")), monday) == ["beyond_horizon"]


def test_r4_0_the_horizon_moves_at_midnight() -> None:
    found = facts(slot=slot("2026-11-26 09:00"))
    assert codes(found, "2026-11-16 23:59:59") == ["beyond_horizon"]
    assert codes(found, "2026-11-17 00:00:00") == []


def test_r4_0_a_day_outside_the_known_calendar_is_refused_and_never_guessed() -> None:
    assert codes(facts(slot=slot("2027-01-04 09:00")), "2026-12-31 10:00:00") == ["beyond_horizon"]
    for channel in ChannelKind:
        assert codes(facts(channel, slot=slot("2030-01-07 09:00")), "2030-01-04 10:00:00") == ["beyond_horizon"]


def test_r4_0_the_reason_carries_the_instant_that_was_missed() -> None:
    (why,) = refusals(facts(ChannelKind.PHONE), now=instant("2026-11-27 16:30:01"))
    assert (why.clause, why.details["deadline"]) == (Clause.R4_0, "2026-11-27T16:30:00+08:00")


def test_r3_6_a_centre_that_has_not_opened_the_matter_refuses() -> None:
    assert codes(facts(slot=slot(offered=False)), "2026-11-27 09:00:00") == ["not_offered_here"]


def test_r2_3_a_matter_that_is_not_bookable_online_is_bookable_at_the_desk() -> None:
    matter = MatterFacts(online_bookable=False, high_frequency_personal=False)
    assert codes(facts(matter=matter), "2026-11-27 09:00:00") == ["channel_not_allowed"]
    assert codes(facts(ChannelKind.ONSITE, matter=matter), "2026-11-27 09:00:00") == []


def test_r3_3_weekend_hours_are_for_high_frequency_personal_matters() -> None:
    weekend = slot("2026-11-28 09:00", kind="weekend")
    assert codes(facts(slot=weekend), "2026-11-27 09:00:00") == ["not_eligible"]
    often = MatterFacts(online_bookable=True, high_frequency_personal=True)
    assert codes(facts(slot=weekend, matter=often), "2026-11-27 09:00:00") == []


def test_r1_2_the_last_place_is_sold_and_not_one_more() -> None:
    assert codes(facts(slot=slot(booked=9)), "2026-11-27 09:00:00") == []
    assert codes(facts(slot=slot(booked=10)), "2026-11-27 09:00:00") == ["slot_full"]


def test_r1_2_a_closed_slot_says_so_instead_of_full() -> None:
    closed = slot(capacity=3, booked=3, closed_reason="停电")
    (why,) = refusals(facts(slot=closed), now=instant("2026-11-27 09:00:00"))
    assert (str(why.code), why.details["why"]) == ("slot_closed", "停电")


def test_r5_2_twice_in_a_day_is_allowed_and_a_third_time_not() -> None:
    assert codes(facts(person=PersonFacts(day_used=1)), "2026-11-27 09:00:00") == []
    assert codes(facts(person=PersonFacts(day_used=2)), "2026-11-27 09:00:00") == ["daily_limit"]


def test_r5_2_nobody_is_at_two_counters_at_once() -> None:
    assert codes(facts(person=PersonFacts(overlapping=True)), "2026-11-27 09:00:00") == ["overlapping"]


def test_r5_4_a_suspension_ends_with_the_first_of_the_month_to_the_second() -> None:
    found = facts(slot=slot("2026-12-03 09:00"), person=PersonFacts(suspended_until=instant("2026-12-01 00:00:00")))
    assert codes(found, "2026-11-30 23:59:59") == ["suspended"]
    assert codes(found, "2026-12-01 00:00:00") == []


def test_all_reasons_are_given_at_once() -> None:
    person = PersonFacts(instant("2026-12-01 00:00:00"), overlapping=True, day_used=2)
    found = facts(slot=slot(booked=10, offered=False), person=person)
    assert codes(found, "2026-11-30 06:00:01") == [
        "not_offered_here",
        "slot_full",
        "too_late",
        "suspended",
        "overlapping",
        "daily_limit",
    ]


def test_the_window_for_many_slots_agrees_with_the_rule_for_one() -> None:
    now = instant("2026-11-27 16:30:01")
    for channel in ChannelKind:
        bounds = window(channel, now=now, days=DAYS, parameters=Parameters())
        for hour in range(24 * 14):
            found = slot((instant("2026-11-27 00:00") + timedelta(hours=hour)).isoformat(" ")[:16])
            open_by_window = bounds.earliest_start <= found.starts_at and found.date <= bounds.last_date
            assert open_by_window == (codes(facts(channel, slot=found), now) == [])


def appointment(status: Status = Status.BOOKED, **fields: Any) -> AppointmentFacts:
    values: dict[str, Any] = {
        "status": status,
        "channel": ChannelKind.ONLINE,
        "starts_at": instant("2026-11-30 09:00"),
        "ends_at": instant("2026-11-30 10:00"),
        "present": False,
        "remote_ticket": False,
        "parameters": Parameters(),
    }
    return AppointmentFacts(**(values | fields))


def test_r4_3_cancelling_is_free_until_three_hours_before_the_start() -> None:
    assert free_until(appointment()) == instant("2026-11-30 06:00:00")
    assert cancelled_as(appointment(), now=instant("2026-11-30 05:59:59")) is Status.CANCELLED
    assert cancelled_as(appointment(), now=instant("2026-11-30 06:00:00")) is Status.CANCELLED
    assert cancelled_as(appointment(), now=instant("2026-11-30 06:00:01")) is Status.LATE_CANCELLED


def test_r4_3_a_late_cancellation_is_possible_until_the_slot_starts() -> None:
    assert cancelled_as(appointment(), now=instant("2026-11-30 09:00:00")) is Status.LATE_CANCELLED
    with pytest.raises(Refused, match="too_late_to_cancel"):
        cancelled_as(appointment(), now=instant("2026-11-30 09:00:01"))


def test_r4_3_whoever_is_in_the_hall_gives_the_place_back_without_a_strike() -> None:
    here = appointment(Status.TICKETED, present=True)
    assert cancelled_as(here, now=instant("2026-11-30 08:59:00")) is Status.CANCELLED


def test_r4_3_a_ticket_on_a_phone_is_no_way_round_the_late_cancellation() -> None:
    away = appointment(Status.TICKETED, remote_ticket=True)
    assert cancelled_as(away, now=instant("2026-11-30 08:59:00")) is Status.LATE_CANCELLED


@pytest.mark.parametrize(
    "status", sorted(set(Status) - {Status.REQUESTED, Status.BOOKED, Status.ARRIVED, Status.TICKETED})
)
def test_r4_3_what_has_ended_cannot_be_cancelled(status: Status) -> None:
    with pytest.raises(Refused, match="not_cancellable"):
        cancelled_as(appointment(status), now=instant("2026-11-30 05:00:00"))


def test_r4_3_moving_is_possible_as_long_as_cancelling_is_free() -> None:
    assert reschedule_refusals(appointment(), now=instant("2026-11-30 06:00:00")) == []
    (why,) = reschedule_refusals(appointment(), now=instant("2026-11-30 06:00:01"))
    assert (str(why.code), why.clause) == ("too_late_to_cancel", Clause.R4_3)


def test_r4_3_a_no_show_is_one_second_past_half_an_hour_after_the_slot_s_end() -> None:
    assert not is_no_show(appointment(), now=instant("2026-11-30 10:29:59"))
    assert not is_no_show(appointment(), now=instant("2026-11-30 10:30:00"))
    assert is_no_show(appointment(), now=instant("2026-11-30 10:30:01"))


def test_r4_3_the_grace_may_be_counted_from_the_start_where_the_county_says_so() -> None:
    strict = appointment(parameters=Parameters(grace_from=GraceFrom.SLOT_START))
    assert not is_no_show(strict, now=instant("2026-11-30 09:30:00"))
    assert is_no_show(strict, now=instant("2026-11-30 09:30:01"))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (appointment(Status.MISSED, remote_ticket=True), True),
        (appointment(Status.MISSED, remote_ticket=True, present=True), False),
        (appointment(Status.MISSED), False),
        (appointment(Status.TICKETED, remote_ticket=True), False),
        (appointment(Status.BOOKED, present=True), False),
        (
            appointment(Status.MISSED, remote_ticket=True, parameters=Parameters(remote_absence_is_no_show=False)),
            False,
        ),
    ],
)
def test_r4_3_only_who_was_never_there_is_a_no_show(found: AppointmentFacts, *, expected: bool) -> None:
    assert is_no_show(found, now=instant("2026-11-30 18:00:00")) is expected


def test_r4_1_3_a_ticket_can_be_taken_from_an_hour_before_until_the_grace_ends() -> None:
    def at(now: str) -> list[str]:
        return [str(why.code) for why in ticket_refusals(appointment(), now=instant(now))]

    assert at("2026-11-30 07:59:59") == ["too_early_for_ticket"]
    assert at("2026-11-30 08:00:00") == []
    assert at("2026-11-30 10:30:00") == []
    assert at("2026-11-30 10:30:01") == ["too_late_for_ticket"]


@pytest.mark.parametrize("status", [Status.TICKETED, Status.ARRIVED, Status.ACCEPTED, Status.SERVED, Status.MISSED])
def test_r4_1_3_a_second_ticket_is_refused(status: Status) -> None:
    (why,) = ticket_refusals(appointment(status), now=instant("2026-11-30 08:30:00"))
    assert str(why.code) == "already_ticketed"


def test_an_amendment_never_makes_the_punishment_of_what_was_booked_before_harsher() -> None:
    old, hour = Parameters(), timedelta(hours=1)
    new = replace(old, cancel_lead=5 * hour, grace=0 * hour, grace_from=GraceFrom.SLOT_START)
    assert lenient(old, new) == old
    assert lenient(new, old).cancel_lead == 3 * hour
    assert lenient(new, old).grace == hour / 2


def test_what_each_status_holds_is_the_architecture_s_table() -> None:
    assert set(Status) - HOLDS_DAY == {Status.CANCELLED, Status.COUNTER_CANCELLED, Status.REJECTED}
    assert {Status.LATE_CANCELLED} == HOLDS_DAY - HOLDS_PLACE


def test_nothing_leads_out_of_an_end() -> None:
    ends = {
        Status.SERVED,
        Status.NO_SHOW,
        Status.LATE_CANCELLED,
        Status.CANCELLED,
        Status.COUNTER_CANCELLED,
        Status.REJECTED,
    }
    assert not any(end in sources_of(to) for end in map(str, ends) for to in Status)
