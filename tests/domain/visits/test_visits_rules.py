"""R3.4 as rules: who is visited, when a team can come, the order in which it drives."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import instant
from yueban.domain.booking.rules import ChannelKind, Window
from yueban.domain.calendar.rules import Kind as SessionKind
from yueban.domain.calendar.rules import MonthDay, Opening, Span, WorkingClock, WorkingDays
from yueban.domain.regulation.rules import Clause, RefusalCode
from yueban.domain.visits.rules import (
    HOME_GROUNDS,
    NEEDS_REASON,
    OUTCOME,
    RESULTS,
    Asked,
    Ground,
    Kind,
    MatterFacts,
    Origin,
    Result,
    TimeFacts,
    answer_until,
    busy,
    driven_twice,
    eligibility,
    free_times,
    is_answerable,
    legs,
    time_refusals,
)

CODE = RefusalCode
MONDAY = date(2026, 11, 30)
ASKED = Asked(
    kind=Kind.HOME,
    origin=Origin.APPLICANT,
    channel=ChannelKind.PHONE,
    ground=Ground.ELDERLY,
    evidence=True,
    organisation=False,
    matter=MatterFacts(offered=True, home_visit=True, inspection=False),
)
MORNING = (instant("2026-11-30 08:30"), instant("2026-11-30 12:00"))
AFTERNOON = (instant("2026-11-30 14:30"), instant("2026-11-30 17:30"))
TIME = TimeFacts(
    starts_at=instant("2026-11-30 09:30"),
    ends_at=instant("2026-11-30 10:30"),
    spans=(MORNING, AFTERNOON),
    bounds=Window(earliest_start=instant("2026-11-30 00:00"), last_date=date(2026, 12, 4)),
    serves=True,
    free=True,
)


def why(asked: Asked) -> list[tuple[str, str, str]]:
    return [(found.code, found.clause, found.details.get("why", "")) for found in eligibility(asked)]


def against(time: TimeFacts) -> list[tuple[str, str]]:
    return [(found.code, found.clause) for found in time_refusals(time)]


# --- who ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ground", [ground for ground in HOME_GROUNDS if ground is not Ground.BULK])
@pytest.mark.parametrize("channel", [ChannelKind.ONSITE, ChannelKind.PHONE])
def test_r3_4_each_person_of_the_clause_is_visited_when_asked_at_the_desk_or_by_phone(
    ground: Ground, channel: ChannelKind
) -> None:
    assert eligibility(replace(ASKED, ground=ground, channel=channel)) == []


def test_r3_4_a_unit_with_many_certificates_is_visited_and_a_person_is_no_unit() -> None:
    assert eligibility(replace(ASKED, ground=Ground.BULK, organisation=True)) == []
    assert why(replace(ASKED, ground=Ground.BULK)) == [("not_eligible", "R3.4", "organisation")]


def test_r3_4_everything_against_it_is_said_at_once() -> None:
    nothing = replace(
        ASKED,
        channel=ChannelKind.ONLINE,
        ground=None,
        evidence=False,
        matter=MatterFacts(offered=False, home_visit=False, inspection=True),
    )
    assert why(nothing) == [
        ("not_offered_here", "R3.6", ""),
        ("not_eligible", "R3.4", "matter"),
        ("channel_not_allowed", "R3.4", ""),
        ("not_eligible", "R3.4", "ground"),
        ("not_eligible", "R3.4", "evidence"),
    ]


def test_r3_4_the_ground_of_a_matter_is_no_ground_of_a_person() -> None:
    assert why(replace(ASKED, ground=Ground.INSPECTION)) == [("not_eligible", "R3.4", "ground")]


def test_r3_4_only_a_matter_that_is_inspected_on_site_is_inspected() -> None:
    inspected = MatterFacts(offered=True, home_visit=False, inspection=True)
    site = replace(ASKED, kind=Kind.INSPECTION, ground=Ground.INSPECTION, evidence=False)
    assert eligibility(replace(site, matter=inspected)) == []
    assert why(site) == [("not_eligible", "R3.4", "inspection")]


def test_r3_4_a_department_proposes_without_ground_or_channel() -> None:
    proposed = replace(
        ASKED,
        kind=Kind.INSPECTION,
        origin=Origin.DEPARTMENT,
        channel=ChannelKind.ONLINE,
        ground=None,
        evidence=False,
        matter=MatterFacts(offered=True, home_visit=False, inspection=True),
    )
    assert eligibility(proposed) == []


# --- when ---------------------------------------------------------------------------------------------------------------


def test_r1_1_a_visit_is_arranged_for_a_time_in_working_hours() -> None:
    assert time_refusals(TIME) == []


@pytest.mark.parametrize(
    ("starts", "ends", "fits"),
    [
        ("08:30:00", "12:00:00", True),
        ("08:29:59", "09:30:00", False),
        ("11:00:00", "12:00:01", False),
        ("11:30:00", "14:45:00", False),
        ("14:30:00", "17:30:00", True),
        ("17:30:00", "18:30:00", False),
    ],
)
def test_r1_2_a_visit_lies_in_one_session_to_the_second_or_needs_approval(
    *, starts: str, ends: str, fits: bool
) -> None:
    time = replace(TIME, starts_at=instant(f"2026-11-30 {starts}"), ends_at=instant(f"2026-11-30 {ends}"))
    assert against(time) == ([] if fits else [(CODE.NEEDS_APPROVAL, Clause.R1_2)])


def test_r4_0_a_visit_is_asked_for_before_the_desk_s_cut_off_and_within_the_horizon() -> None:
    late = replace(TIME, bounds=Window(instant("2026-12-01 00:00"), date(2026, 11, 29)))
    assert against(late) == [(CODE.TOO_LATE, Clause.R4_0), (CODE.BEYOND_HORIZON, Clause.R4_0)]


def test_r3_4_an_inspection_that_a_department_proposes_knows_no_cut_off() -> None:
    assert against(replace(TIME, bounds=None)) == []


def test_r3_4_a_team_of_others_and_a_team_that_is_away_are_refused() -> None:
    assert against(replace(TIME, serves=False, free=False)) == [
        (CODE.NOT_OFFERED_HERE, Clause.R3_4),
        (CODE.SLOT_FULL, Clause.R3_4),
    ]


def test_free_times_leave_room_for_the_way_there_and_back() -> None:
    taken = [busy(instant("2026-11-30 09:30"), instant("2026-11-30 10:00"), timedelta(minutes=30))]
    free = free_times(
        (MORNING,),
        taken,
        length=timedelta(minutes=30),
        travel=timedelta(minutes=30),
        not_before=instant("2026-11-30 08:00"),
    )
    assert [f"{start:%H:%M}" for start in free] == ["11:00", "11:30"]


def test_free_times_begin_no_earlier_than_now_allows() -> None:
    free = free_times(
        (AFTERNOON,),
        [],
        length=timedelta(hours=1),
        travel=timedelta(0),
        not_before=instant("2026-11-30 16:00:00"),
    )
    assert [f"{start:%H:%M}" for start in free] == ["16:00", "16:30"]


@given(st.integers(0, 200), st.integers(10, 180), st.integers(0, 120), st.integers(10, 180), st.integers(0, 120))
def test_no_time_that_is_called_free_meets_what_the_team_has(
    offset: int, length: int, travel: int, own: int, own_travel: int
) -> None:
    start = MORNING[0] + timedelta(minutes=offset)
    taken = busy(start, start + timedelta(minutes=own), timedelta(minutes=own_travel))
    lasting, way = timedelta(minutes=length), timedelta(minutes=travel)
    for free in free_times((MORNING, AFTERNOON), [taken], length=lasting, travel=way, not_before=MORNING[0]):
        goes, returns = busy(free, free + lasting, way)
        assert returns <= taken[0] or taken[1] <= goes


# --- a proposal waits ------------------------------------------------------------------------------------------------


def _clock() -> WorkingClock:
    days = WorkingDays.from_days({date(2026, 11, d): date(2026, 11, d).weekday() < 5 for d in range(1, 31)})
    year = MonthDay.parse("01-01"), MonthDay.parse("12-31")
    spans = (Span(MORNING[0].time(), MORNING[1].time()), Span(AFTERNOON[0].time(), AFTERNOON[1].time()))
    return WorkingClock(
        days, tuple(Opening(span, frozenset(range(1, 6)), *year, SessionKind.REGULAR) for span in spans)
    )


@pytest.mark.parametrize(
    ("proposed", "starts", "until"),
    [
        ("2026-11-23 09:00", "2026-11-30 09:30", "2026-11-25 09:00"),  # two working days
        ("2026-11-26 16:00", "2026-11-30 20:00", "2026-11-30 16:00"),  # over a weekend
        ("2026-11-23 09:00", "2026-11-24 15:00", "2026-11-24 12:00"),  # three hours before it begins
    ],
)
def test_r3_4_a_proposal_waits_two_working_days_at_most_until_three_hours_before(
    proposed: str, starts: str, until: str
) -> None:
    given_until = answer_until(_clock(), instant(starts), timedelta(hours=3), now=instant(proposed))
    assert given_until == instant(until)


@pytest.mark.parametrize(("now", "answerable"), [("11:59:59", True), ("12:00:00", True), ("12:00:01", False)])
def test_r3_4_a_proposal_is_answerable_until_its_deadline_to_the_second(*, now: str, answerable: bool) -> None:
    assert is_answerable(instant("2026-11-24 12:00"), now=instant(f"2026-11-24 {now}")) is answerable


# --- how it ends, and the way ----------------------------------------------------------------------------------------


def test_r4_2_every_result_but_nobody_at_the_door_is_one_of_the_four_outcomes() -> None:
    assert set(OUTCOME.values()) == {"completed", "received", "incomplete", "refused"}
    assert set(Result) - OUTCOME.keys() == {Result.ABSENT}
    assert {result for results in RESULTS.values() for result in results} == set(Result)
    assert {OUTCOME[result] for result in NEEDS_REASON} == {"incomplete", "refused"}


@dataclass(frozen=True)
class Stop:
    starts_at: datetime
    township: str


def test_a_route_follows_the_times_and_names_the_township_that_is_driven_twice() -> None:
    stops = [
        Stop(instant("2026-11-30 15:00"), "槐店"),
        Stop(instant("2026-11-30 09:00"), "槐店"),
        Stop(instant("2026-11-30 10:00"), "槐店"),
        Stop(instant("2026-11-30 11:00"), "白集"),
    ]
    route = legs(stops)
    assert [(leg.township, len(leg.stops)) for leg in route] == [("槐店", 2), ("白集", 1), ("槐店", 1)]
    assert driven_twice(route) == ["槐店"]
    assert driven_twice(route[:2]) == []
