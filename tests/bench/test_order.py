"""The comparison of docs/calling-order.md: fair between the orders, and true in what it says of them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import pytest

from bench.order.__main__ import Result, compare, table
from bench.order.day import Day, Hall
from bench.order.hall import Call, longest_overtaking
from bench.order.hall import Hall as Working
from bench.order.orders import AN_HOUR, ORDERS, RULES, Order, Ours, Strict
from yueban.domain.directory.county import SAMPLE, read

PEAK = date(2026, 11, 30)


@cache
def files() -> Hall:
    county = read(SAMPLE)
    assert county.demand is not None
    return Hall(county, county.demand)


@cache
def peak(seed: int = 1) -> Day:
    return files().day(PEAK, seed)


def calls(kind: type[Order], seed: int = 1) -> list[Call]:
    return Working(peak(seed), kind(peak(seed))).run()


@pytest.mark.parametrize("kind", ORDERS)
def test_every_order_calls_everybody_once(kind: type[Order]) -> None:
    called = [call.ticket.number for call in calls(kind)]
    assert sorted(called) == [ticket.number for ticket in peak().tickets]
    assert len(called) > 1000


@pytest.mark.parametrize("kind", ORDERS)
def test_no_counter_serves_two_at_once_and_booking_counters_only_bookings(kind: type[Order]) -> None:
    for call in calls(kind):
        assert call.at >= call.ticket.issued_at
    served = sum((call.ticket.conduct.service for call in calls(kind)), timedelta())
    assert served < len(peak().places) * timedelta(hours=10)


def test_the_same_seed_draws_the_same_day() -> None:
    assert files().day(PEAK, 1).tickets == peak().tickets
    assert peak(2).tickets != peak().tickets


def test_bookings_never_exceed_the_places_of_their_hour() -> None:
    hours = files().hours(files().facts(PEAK))
    held = {(queue, at): places for queue, spans in hours.items() for at, _, places in spans}
    for (queue, at), places in held.items():
        taken = sum(each.queue == queue and each.slot_start == at for each in peak().tickets)
        assert taken <= places, (queue, at)


def test_r5_3_ours_stays_below_its_bound_where_strict_priority_does_not() -> None:
    step = 3 * RULES.step  # a counter has four queues at most
    bound = RULES.largest_head_start + step
    assert max(longest_overtaking(calls(Ours, seed)) for seed in (1, 2, 3)) <= bound
    assert max(longest_overtaking(calls(Strict, seed)) for seed in (1, 2, 3)) > bound


def test_what_the_page_says_of_a_full_day_is_so() -> None:
    found = compare([peak(seed) for seed in (1, 2, 3)])
    ours, strict, number = (found[name] for name in ("**ours**", "strict priority", "by number alone"))
    assert mean(ours.booked.minutes) < mean(number.booked.minutes) / 2
    assert max(ours.walk_in.minutes) < max(strict.walk_in.minutes)
    assert mean(found["ours, online bookings 60 min ahead"].booked.minutes) < mean(ours.booked.minutes)
    assert AN_HOUR.largest_head_start == RULES.largest_head_start


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def test_a_table_has_a_line_for_each_order() -> None:
    result = Result()
    result.booked.minutes, result.walk_in.minutes = [1.0, 2.0, 9.0], [5.0]
    assert table({"ours": result}).splitlines()[-1] == "| ours | 4.0 | 2 | 9 | 5.0 | 5 | 5 | 0 |"
