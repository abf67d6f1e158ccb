"""How many appointments an hour holds (R1.2): exact parts, floored once."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yueban.domain.calendar.rules import (
    Service,
    Share,
    SharingCounter,
    capacity,
    day_capacities,
    exact_capacity,
    sellable,
    shared_minutes,
    shares,
)

ONE = Share(mixed=Fraction(1))
NAMES = st.sampled_from(["biz", "licence", "project", "tax", "med"])
WEIGHTS = st.fractions(0, 1000, max_denominator=1000)


@st.composite
def counters(draw: st.DrawFn) -> SharingCounter[str]:
    queues = draw(st.lists(NAMES, min_size=1, max_size=5, unique=True))
    services = tuple(Service(q, rank, draw(st.none() | WEIGHTS)) for rank, q in enumerate(queues))
    return SharingCounter(services, draw(st.booleans()))


DEMAND = st.dictionaries(NAMES, WEIGHTS)


def test_a_counters_hour_is_shared_by_demand_and_preference() -> None:
    services = [Service("biz", 0), Service("licence", 1), Service("project", 2)]
    demand = {"biz": Fraction(600), "licence": Fraction(600), "project": Fraction(900)}
    assert shared_minutes(services, Fraction(60), demand) == {"biz": 30, "licence": 15, "project": 15}


def test_a_weight_overrides_demand_and_preference() -> None:
    services = [Service("biz", 0, Fraction(1)), Service("licence", 1, Fraction(3))]
    assert shared_minutes(services, Fraction(60), {"biz": Fraction(999)}) == {"biz": 15, "licence": 45}


def test_unknown_demand_weighs_one() -> None:
    assert shared_minutes([Service("biz", 0), Service("tax", 1)], Fraction(60), {}) == {"biz": 40, "tax": 20}


def test_a_counter_whose_weights_are_all_nought_gives_nobody_anything() -> None:
    assert shared_minutes([Service("biz", 0, Fraction(0))], Fraction(60), {}) == {"biz": 0}


@given(counters(), st.fractions(0, 480, max_denominator=60), DEMAND)
def test_the_parts_of_a_counter_never_exceed_its_minutes(
    counter: SharingCounter[str], minutes: Fraction, demand: dict[str, Fraction]
) -> None:
    parts = shared_minutes(counter.services, minutes, demand)
    assert sum(parts.values()) in {minutes, 0}
    assert all(part >= 0 for part in parts.values())


@given(st.lists(counters(), max_size=12), DEMAND)
def test_the_shares_of_all_queues_never_exceed_the_counters(
    hall: list[SharingCounter[str]], demand: dict[str, Fraction]
) -> None:
    found = shares(hall, demand)
    assert sum(share.whole for share in found.values()) <= len(hall)
    assert sum(share.reserved for share in found.values()) <= sum(counter.booking_only for counter in hall)


@given(
    st.lists(counters(), min_size=1, max_size=8),
    DEMAND,
    st.lists(st.integers(1, 120), min_size=1, max_size=8),
    st.dictionaries(
        NAMES, st.tuples(st.fractions(1, 60, max_denominator=100), st.fractions(0, 1, max_denominator=100))
    ),
)
def test_in_no_slot_do_the_bookings_take_more_minutes_than_there_are(
    hall: list[SharingCounter[str]],
    demand: dict[str, Fraction],
    minutes: list[int],
    queues: dict[str, tuple[Fraction, Fraction]],
) -> None:
    found = shares(hall, demand)
    service = {queue: queues.get(queue, (Fraction(10), Fraction(1, 2))) for queue in found}
    places = {queue: day_capacities(share, minutes, *service[queue]) for queue, share in found.items()}
    for index, length in enumerate(minutes):
        taken = sum(places[queue][index] * service[queue][0] for queue in found)
        assert taken <= length * len(hall)


def test_a_short_slot_holds_its_part() -> None:
    ten, none = Fraction(10), Fraction(0)
    assert [capacity(ONE, minutes, ten, none) for minutes in (60, 30, 9)] == [6, 3, 0]


def test_walk_ins_keep_their_share_but_not_at_a_booking_counter() -> None:
    share = Share(mixed=Fraction(1), reserved=Fraction(1))
    assert exact_capacity(share, 60, Fraction(10), Fraction(6, 10)) == Fraction(60 * 4, 100) + 6
    assert capacity(share, 60, Fraction(10), Fraction(6, 10)) == 8


def test_places_are_counted_exactly_and_floored_once() -> None:
    # 0.1 + 0.2 of a counter is 0.3, not 0.30000000000000004: three tenths of an hour hold three of six minutes.
    share = Share(mixed=Fraction(1, 10) + Fraction(2, 10))
    assert capacity(share, 60, Fraction(6), Fraction(0)) == 3


def test_n2_a_small_queue_can_still_be_booked_some_hours_of_the_day() -> None:
    # 0.82 an hour: every hour floored alone would hold nobody, all day.
    share = Share(mixed=Fraction(82, 100) * 19 / 60)
    hours = [60, 60, 60, 60, 60, 60, 60]
    assert day_capacities(share, hours, Fraction(19), Fraction(0)) == [0] * 7  # its minutes hold no whole handling
    roomy = Share(mixed=Fraction(65, 100))
    assert day_capacities(roomy, hours, Fraction(19), Fraction(6, 10)) == [0, 1, 1, 1, 1, 0, 1]


@given(
    st.fractions(0, 3, max_denominator=50),
    st.lists(st.integers(1, 120), min_size=1, max_size=10),
    st.fractions(1, 60, max_denominator=10),
    st.fractions(0, 1, max_denominator=10),
)
def test_carrying_never_sells_more_in_a_day_than_the_day_holds(
    part: Fraction, minutes: list[int], service: Fraction, walk_in: Fraction
) -> None:
    share = Share(mixed=part)
    places = day_capacities(share, minutes, service, walk_in)
    assert sum(places) <= exact_capacity(share, sum(minutes), service, walk_in)
    assert all(have >= capacity(share, length, service, walk_in) for have, length in zip(places, minutes, strict=True))


@pytest.mark.parametrize(
    ("planned", "booked", "closed", "stored"), [(5, 3, False, 5), (2, 3, False, 3), (0, 3, False, 3), (5, 3, True, 3)]
)
def test_capacity_never_drops_below_what_is_booked(planned: int, booked: int, closed: bool, stored: int) -> None:  # noqa: FBT001
    assert sellable(planned, booked, closed=closed) == stored
