"""Who comes when: drawn from the demand file, the same for the same seed, and within what a hall can see."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cache
from statistics import mean, stdev

import pytest

from yueban.domain.calendar.rules import desk_cutoff
from yueban.domain.calendar.rules.working_days import WorkingDays
from yueban.domain.directory.county import SAMPLE, County, Demand, read
from yueban.kernel.certificates import parse_certificate, parse_name, parse_phone
from yueban.kernel.wall import TZ, at
from yueban.surfaces.crowd import rules
from yueban.surfaces.crowd.rules import DayFacts, Ending, Place, Plan, Visit, Want
from yueban.surfaces.crowd.rules.peaks import item_of

TUESDAY = date(2026, 10, 20)
"""An ordinary day: only 居民医保 has a peak."""
MONTH_END = date(2026, 11, 30)
WEDDING = date(2026, 5, 20)


@cache
def county() -> County:
    return read(SAMPLE)


def demand() -> Demand:
    found = county().demand
    assert found is not None
    return found


@cache
def made_of(seed: int = 1) -> Plan:
    wants: dict[str, list[Want]] = {}
    for item in county().items:
        wants.setdefault(item.queue, []).append(Want(item.id, item.popularity, item.online_bookable))
    return Plan(demand(), wants, seed)


def workdays(on: date) -> tuple[date, ...]:
    days = (on - timedelta(days=n) for n in range(15))
    return tuple(day for day in days if day.isoweekday() < 6)[:8]


def facts(on: date = TUESDAY, days_off: int = 0) -> DayFacts:
    spans = ((time(8, 30), time(12)), (time(14, 30), time(17, 30)))
    sessions = tuple((at(on, opens), at(on, closes)) for opens, closes in spans)
    return DayFacts(on, on.isoweekday(), sessions, workdays(on), days_off)


@cache
def planned(seed: int = 1, on: date = TUESDAY) -> list[Visit]:
    return rules.plan(made_of(seed), facts(on))


def test_the_same_seed_makes_the_same_day_and_another_seed_another() -> None:
    again = rules.plan(Plan(demand(), made_of().wants, 1), facts())
    assert again == planned()
    assert rules.plan(made_of(2), facts()) != planned()


def test_as_many_come_as_the_file_says() -> None:
    expected = {code: each.arrivals.per_day * rules.day_factor(demand(), code, each, facts()) for code, each in demand().county.queues.items()}  # fmt: skip
    days = [Counter(visit.queue for visit in planned(seed) if _comes(visit)) for seed in range(40)]
    for code, visits in expected.items():
        assert mean(day[code] for day in days) == pytest.approx(visits, abs=4 * (visits / 40) ** 0.5), code


def _comes(visit: Visit) -> bool:
    return visit.booked is None or visit.booked.ending is Ending.COMES


def test_bookings_end_as_often_each_way_as_the_file_says() -> None:
    endings = Counter(
        visit.booked.ending for seed in range(40) for visit in planned(seed) if visit.booked and visit.queue == "estate"
    )
    habit = demand().county.queues["estate"].booking
    whole = endings.total()
    assert endings[Ending.NO_SHOW] / whole == pytest.approx(habit.no_show_rate, abs=0.025)
    assert endings[Ending.CANCELS] / whole == pytest.approx(habit.cancel_rate, abs=0.025)
    assert endings[Ending.LATE_CANCELS] / whole == pytest.approx(habit.late_cancel_rate, abs=0.015)


def test_walk_ins_come_while_the_hall_is_open_or_shortly_before() -> None:
    for visit in planned():
        spans = facts().sessions
        assert any(opens - timedelta(minutes=25) <= visit.arrives <= closes for opens, closes in spans), visit


def test_r4_0_desk_and_phone_bookings_are_made_in_time_and_in_working_hours() -> None:
    days = WorkingDays(tuple(sorted(workdays(TUESDAY))), workdays(TUESDAY)[-1], TUESDAY)
    cutoff = desk_cutoff(days, TUESDAY)
    made = [visit.booked.made_at for visit in planned() if visit.booked and visit.booked.channel != "online"]
    assert made
    assert max(made) <= cutoff
    assert all(time(8, 30) <= each.time() <= time(16, 30) for each in made)


def test_r4_0_same_day_bookings_are_made_online_in_the_morning() -> None:
    same_day = [visit.booked for visit in planned() if visit.booked and visit.booked.made_at.date() == TUESDAY]
    assert same_day
    assert {each.channel for each in same_day} == {"online"}
    assert all(time(6) <= each.made_at.time() <= time(12, 30) for each in same_day)


def test_what_cannot_be_booked_online_is_not_asked_for_online() -> None:
    online = {want.code for wants in made_of().wants.values() for want in wants if want.online}
    asked = {v.matter for seed in range(5) for v in planned(seed) if v.booked and v.booked.channel == "online"}
    assert asked <= online


def test_each_visitor_of_ten_days_is_another_person_but_for_those_who_never_come() -> None:
    numbers = Counter(
        visit.number
        for n in range(14)
        for visit in planned(1, TUESDAY + timedelta(days=n))
        if visit.booked is None or visit.booked.ending is not Ending.NO_SHOW
    )
    assert max(numbers.values()) == 1


def test_r5_4_a_few_people_cause_most_no_shows() -> None:
    month = [visit for n in range(21) for visit in planned(n) if visit.booked and visit.booked.ending is Ending.NO_SHOW]
    times = Counter(visit.number for visit in month)
    assert 0.5 < sum(count for count in times.values() if count > 1) / len(month) < 0.9
    assert len(times) < len(month) / 1.5


# ---- peaks ----------------------------------------------------------------------------------------------------------


def names(queue: str, on: date, days_off: int = 0) -> list[str]:
    return [peak.id for peak in rules.peaks_of(demand(), queue, facts(on, days_off))]


@pytest.mark.parametrize(
    ("queue", "on", "expected"),
    [
        ("vehicle", date(2026, 11, 30), ["vehicle-month-end"]),
        ("vehicle", date(2026, 11, 26), ["vehicle-month-end"]),
        ("vehicle", date(2026, 11, 25), []),
        ("tax", date(2026, 11, 10), ["med-enrol", "tax-period"]),
        ("tax", date(2026, 3, 16), []),
        ("biz", date(2026, 6, 30), ["annual-report"]),
        ("marriage", date(2026, 8, 19), ["wedding-days"]),
        ("marriage", date(2027, 8, 19), []),
        ("social", date(2026, 9, 10), ["back-to-school", "veteran-return"]),
        ("social", date(2026, 9, 11), ["veteran-return"]),
    ],
)
def test_a_peak_is_on_in_its_time_and_queue(queue: str, on: date, expected: list[str]) -> None:
    assert names(queue, on) == expected


def test_after_a_long_holiday_all_queues_have_a_peak() -> None:
    assert "after-holiday" in names("fund", date(2026, 10, 8), days_off=7)
    assert names("fund", date(2026, 10, 12), days_off=2) == []


def test_peaks_of_one_day_multiply_up_to_two_and_a_half() -> None:
    tax = demand().county.queues["tax"]
    monday = tax.arrivals.weekday_factor[2]
    found = rules.day_factor(demand(), "tax", tax, facts(date(2026, 11, 10), days_off=7))
    assert found == pytest.approx(monday * 2.5)


def test_a_wedding_day_is_not_bounded() -> None:
    marriage = demand().county.queues["marriage"]
    found = rules.day_factor(demand(), "marriage", marriage, facts(WEDDING))
    assert found == pytest.approx(marriage.arrivals.weekday_factor[3] * 3.0)


def test_the_visits_that_a_peak_adds_are_for_its_items() -> None:
    wedding = rules.peaks_of(demand(), "marriage", facts(WEDDING))
    assert item_of(wedding, [0.66]) == ("minzheng-marriage",)
    assert item_of(wedding, [0.67]) == ()


def test_the_season_turns_with_the_file() -> None:
    assert [rules.season_of(demand(), date(2026, m, 1)) for m in (5, 6, 10)] == ["regular", "summer", "regular"]


# ---- hours and arrivals ---------------------------------------------------------------------------------------------


def test_the_hour_is_chosen_by_the_preferences_among_those_that_are_open() -> None:
    hours = [at(TUESDAY, time(h, 30)) for h in (8, 9, 10, 11, 14, 15, 16)]
    chosen = Counter(rules.choose_hour(demand(), hours, n / 1000) for n in range(1000))
    assert chosen[hours[1]] == pytest.approx(240, abs=2)
    assert chosen[hours[3]] == pytest.approx(50, abs=2)
    assert rules.choose_hour(demand(), hours[3:4], 0.99) == hours[3]
    assert rules.choose_hour(demand(), [], 0.5) is None


def test_an_arrival_is_counted_from_the_start_or_the_end_of_the_slot() -> None:
    booked = next(visit.booked for visit in planned() if visit.booked)
    starts, ends = at(TUESDAY, time(9, 30)), at(TUESDAY, time(10, 30))
    assert rules.arrival(replace(booked, from_end=False, minutes=-12.0), starts, ends) == at(TUESDAY, time(9, 18))
    assert rules.arrival(replace(booked, from_end=True, minutes=8.0), starts, ends) == at(TUESDAY, time(10, 38))


# ---- at the counter -------------------------------------------------------------------------------------------------


def test_service_takes_as_long_as_the_file_says_and_bookings_are_shorter() -> None:
    drawn = {
        booked: [
            rules.conduct(rules.seeded(n, booked), demand(), "estate", booked=booked).service.total_seconds() / 60
            for n in range(4000)
        ]
        for booked in (False, True)
    }
    assumed = demand().county.queues["estate"].service_time
    assert mean(drawn[False]) == pytest.approx(assumed.mean, rel=0.03)
    assert stdev(drawn[False]) == pytest.approx(assumed.sd, rel=0.1)
    assert mean(drawn[True]) == pytest.approx(assumed.mean * assumed.booked_factor, rel=0.03)


def test_who_booked_waits_without_end_and_is_never_sent_elsewhere() -> None:
    people = [rules.conduct(rules.seeded(n), demand(), "ss", booked=True) for n in range(200)]
    assert {each.patience for each in people} == {None}
    assert not any(each.transfer for each in people)


def test_more_than_half_press_a_face_and_most_of_them_the_best() -> None:
    levels = [rules.conduct(rules.seeded(n), demand(), "ss", booked=False).level for n in range(4000)]
    rated = [level for level in levels if level is not None]
    assert len(rated) / len(levels) == pytest.approx(demand().defaults.rating_rate, abs=0.03)
    assert rated.count(5) / len(rated) == pytest.approx(demand().defaults.rating_mix[5], abs=0.03)


def test_a_clerk_rests_four_hours_apart_for_six_minutes_on_average() -> None:
    chance = rules.seeded("breaks")
    assert mean(rules.minutes_until_break(chance, demand()) / timedelta(hours=1) for _ in range(4000)) == pytest.approx(4, rel=0.05)  # fmt: skip
    assert mean(rules.pause(chance, demand()) / timedelta(minutes=1) for _ in range(4000)) == pytest.approx(6, rel=0.05)


# ---- people ---------------------------------------------------------------------------------------------------------


def test_the_people_are_valid_marked_as_samples_and_nobody_real() -> None:
    for number in (0, 1, 12_345_678, 19_999_999, 20_000_500):
        certificate = rules.certificate_of(number)
        assert parse_certificate("resident_id", certificate.number) == certificate
        assert certificate.number.startswith("411699")  # no division of the state has this code
        assert parse_phone(rules.phone_of(number)).startswith("1990000")
        assert parse_name(rules.name_of(number)).startswith("样例")
        assert rules.number_of(rules.name_of(number)) == number


def test_nobody_elses_name_has_a_number_behind_it() -> None:
    assert [rules.number_of(name) for name in ("张三", "样例申请人", "样例王", "样例王1二", "")] == [None] * 5


def test_no_two_visitors_share_a_certificate() -> None:
    numbers = [rules.visitor(date(2026, 11, 30) + timedelta(days=d), n) for d in range(20) for n in range(1200)]
    assert len({rules.certificate_of(number).number for number in numbers}) == len(numbers)


def test_they_are_between_nineteen_and_seventy_six_years_old() -> None:
    births = [rules.certificate_of(n * 977).birth_date for n in range(2000)]
    years = [born.year for born in births if born]
    assert (min(years), max(years)) == (1951, 2006)
    assert len(years) == 2000


# ---- counters left to people ----------------------------------------------------------------------------------------


def places() -> list[Place]:
    return [Place(c.number, c.area, c.queues, c.booking_only) for c in county().centres[0].counters]


def test_some_counters_are_left_to_people_in_several_areas_and_every_queue_keeps_one() -> None:
    load = {code: each.arrivals.per_day * each.service_time.mean for code, each in demand().county.queues.items()}
    free = set(rules.left_to_people(places(), load))
    assert len(free) == 5
    assert len({place.area for place in places() if place.number in free}) >= 3
    staffed = [place for place in places() if place.number not in free]
    assert {queue for place in staffed if not place.booking_only for queue in place.queues} == set(load)
    assert not any(place.booking_only for place in places() if place.number in free)


def test_in_a_hall_where_every_counter_is_needed_none_is_left() -> None:
    assert rules.left_to_people([Place(1, "A", ("a",)), Place(2, "A", ("b",))], {"a": 1, "b": 1}) == []


def test_of_two_equal_counters_one_is_left() -> None:
    assert rules.left_to_people([Place(1, "A", ("a",)), Place(2, "A", ("a",))], {}) == [1]


def test_draws_of_a_poisson_count_have_its_mean() -> None:
    chance = rules.seeded("count")
    assert mean(rules.count(chance, 7.5) for _ in range(4000)) == pytest.approx(7.5, rel=0.03)


def test_a_closed_day_has_no_visitors() -> None:
    closed = DayFacts(TUESDAY, 2, (), workdays(TUESDAY))
    assert rules.plan(made_of(), closed) == []


def test_times_are_of_the_county() -> None:
    assert {visit.arrives.tzinfo for visit in planned()} == {TZ}
    assert isinstance(planned()[0].arrives, datetime)
