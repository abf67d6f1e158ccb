"""Visits as use cases: appointment, team, history and message together (R3.4, R1.1, R5.2)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories import instant, request_for, resident
from tests.visiting import CLERK, NOW, Field, another_matter
from yueban.domain.audit.models import Event
from yueban.domain.booking import operations as booking
from yueban.domain.booking.models import Appointment
from yueban.domain.booking.rules import ChannelKind, Status
from yueban.domain.credit.models import Strike
from yueban.domain.directory.models import Department
from yueban.domain.notices import queries as notices
from yueban.domain.people.models import Person
from yueban.domain.regulation.rules import RefusalCode, Refused
from yueban.domain.visits import operations, queries
from yueban.domain.visits.models import Team, Visit
from yueban.domain.visits.operations import Applicant, NotOpen, Outdated, Override, TeamForm
from yueban.domain.visits.queries import VisitView
from yueban.domain.visits.rules import Kind, Origin, Result
from yueban.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator

APPLICANT = "applicant"


@pytest.fixture(autouse=True)
def _sound(field: Field) -> Iterator[None]:
    yield
    assert queries.broken_invariants() == []


def letters(visit: VisitView) -> list[str]:
    return [letter.template for letter in notices.of_appointment(visit.appointment.id)]


def history(visit: VisitView) -> list[str]:
    rows = Event.objects.filter(appointment_id=visit.appointment.id).order_by("id")
    return [f"{row.kind} {row.by} {row.clause}" for row in rows]


def refused(call: Any) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as caught:
        call()
    return [(str(why.code), str(why.clause)) for why in caught.value.reasons]


# --- arranging --------------------------------------------------------------------------------------------------------


def test_r1_1_a_home_visit_is_an_appointment_with_place_time_team_and_address(field: Field) -> None:
    visit = field.arrange(field.asked())
    assert (visit.kind, visit.status, visit.team, visit.township) == (Kind.HOME, Status.BOOKED, "一组", "样例镇")
    assert (visit.starts_at, visit.ends_at) == (instant("2026-11-30 09:30"), instant("2026-11-30 10:30"))
    assert (visit.address, visit.evidence) == ("样例村 8 号", "样例：老年人优待证")
    assert visit.appointment.slot_id is None
    assert visit.appointment.ordinal == 1
    assert letters(visit) == ["visit_booked"]
    assert history(visit) == [f"appointment.booked {CLERK} R3.4", f"visit.arranged {CLERK} R3.4"]


def test_address_evidence_and_wish_are_sealed_and_in_no_message_or_event(field: Field) -> None:
    visit = field.arrange(field.asked(address="样例村甲一号", evidence="样例残疾证明"))
    visit = operations.wish(visit.code, seen=1, words="样例下午", by=APPLICANT, now=NOW)
    row = Visit.objects.get(pk=visit.id)
    sealed = [bytes(row.address_sealed), bytes(row.evidence_sealed), bytes(row.wish_sealed or b"")]
    for words, blob in zip(["样例村甲一号", "样例残疾证明", "样例下午"], sealed, strict=True):
        assert words.encode() not in blob
    told = "".join(letter.text for letter in notices.of_appointment(visit.appointment.id))
    events = "".join(f"{row.reason}{row.data}" for row in Event.objects.all())
    for words in ("样例村甲一号", "样例残疾证明", "样例下午", "elderly"):
        assert words not in told + events


def test_r3_4_an_online_request_without_a_ground_is_refused_with_every_reason(field: Field) -> None:
    asked = field.asked(channel_kind=ChannelKind.ONLINE, ground=None, start="2026-11-30 12:30")
    assert refused(lambda: field.arrange(asked)) == [
        ("channel_not_allowed", "R3.4"),
        ("not_eligible", "R3.4"),
        ("needs_approval", "R1.2"),
    ]
    assert not Appointment.objects.exists()


def test_r3_4_a_matter_without_home_visit_is_refused_and_another_department_s_team_too(field: Field) -> None:
    other = Department.objects.create(code="other", name="样例他部门", short_name="他部门")
    stranger = Team.objects.create(centre=field.hall.centre, department=other, name="他组")
    plain = another_matter(field, home_visit=False)
    asked = field.asked(matter=plain.code, when=field.when(team=stranger))
    assert refused(lambda: field.arrange(asked)) == [("not_eligible", "R3.4"), ("not_offered_here", "R3.4")]


@pytest.mark.parametrize(
    ("now", "late"),
    [("2026-11-27 16:29:59", False), ("2026-11-27 16:30:00", False), ("2026-11-27 16:30:01", True)],
)
def test_r4_0_a_home_visit_is_asked_for_until_1630_of_the_working_day_before(
    field: Field, *, now: str, late: bool
) -> None:
    if late:
        assert refused(lambda: field.arrange(field.asked(), now=instant(now))) == [("too_late", "R4.0")]
    else:
        assert field.arrange(field.asked(), now=instant(now)).status is Status.BOOKED


def test_r4_0_the_cut_off_is_passed_over_with_a_reason_by_who_may_and_the_reason_is_kept(field: Field) -> None:
    late = instant("2026-11-30 08:00")
    may = Override("样例：今天出院", frozenset({RefusalCode.TOO_LATE}))
    assert refused(lambda: operations.arrange(field.asked(), by=CLERK, now=late, override=Override("样例"))) == [
        ("too_late", "R4.0")
    ]
    silent = Override(" ", frozenset({RefusalCode.TOO_LATE}))
    assert refused(lambda: operations.arrange(field.asked(), by=CLERK, now=late, override=silent)) == [
        ("too_late", "R4.0")
    ]
    visit = operations.arrange(field.asked(), by=CLERK, now=late, override=may)
    reasons = Event.objects.filter(appointment_id=visit.appointment.id).values_list("kind", "reason")
    assert set(reasons) == {("appointment.booked", "样例：今天出院"), ("visit.arranged", "样例：今天出院")}


def test_r1_2_out_of_hours_needs_an_override_that_never_lifts_who_is_visited(field: Field) -> None:
    everything = Override("样例", frozenset(RefusalCode))
    asked = field.asked(start="2026-11-30 19:00", ground=None)
    assert refused(lambda: operations.arrange(asked, by=CLERK, now=NOW, override=everything)) == [
        ("not_eligible", "R3.4")
    ]
    evening = field.asked(start="2026-11-30 19:00")
    assert operations.arrange(evening, by=CLERK, now=NOW, override=everything).status is Status.BOOKED


def test_a_time_that_has_begun_is_never_given_whatever_the_reason(field: Field) -> None:
    everything = Override("样例", frozenset(RefusalCode))
    at = instant("2026-11-30 09:30:01")
    assert ("too_late", "R4.0") in refused(
        lambda: operations.arrange(field.asked(), by=CLERK, now=at, override=everything)
    )


@pytest.mark.parametrize(
    ("start", "meets"),
    [
        ("2026-11-30 11:29", True),  # 10:30 + 30 minutes back, 30 minutes there: free from 11:30 on
        ("2026-11-30 11:30", False),
        ("2026-11-30 11:31", False),
    ],
)
def test_r3_4_a_team_is_nowhere_else_between_leaving_and_coming_back(field: Field, *, start: str, meets: bool) -> None:
    field.arrange(field.asked())
    second = field.asked(2, when=field.when(start, minutes=20))
    if meets:
        assert refused(lambda: field.arrange(second)) == [("slot_full", "R3.4")]
    else:
        assert field.arrange(second).status is Status.BOOKED


def test_another_team_of_the_department_goes_out_at_the_same_time(field: Field) -> None:
    field.arrange(field.asked())
    second = Team.objects.create(centre=field.hall.centre, department=field.team.department, name="二组")
    assert field.arrange(field.asked(2, when=field.when(team=second))).team == "二组"


def test_a_retired_team_goes_nowhere(field: Field) -> None:
    operations.change_team(field.team, TeamForm("一组", "", active=False), by=CLERK, now=NOW)
    assert refused(lambda: field.arrange(field.asked())) == [("not_offered_here", "R3.4")]


def test_r4_1_1_somebody_without_a_telephone_is_visited_and_nobody_is_told(field: Field) -> None:
    visit = field.arrange(field.asked(applicant=Applicant("样例申请人", resident(1))))
    assert letters(visit) == []
    assert operations.remind(now=instant("2026-11-29 18:00")) == 0


def test_r5_2_home_visits_count_among_the_two_of_the_day(field: Field) -> None:
    field.arrange(field.asked(start="2026-11-30 09:00", when=field.when("2026-11-30 09:00", minutes=20)))
    booking.book(request_for(field.hall, field.hall.slot(11), channel_kind=ChannelKind.ONLINE), by="test", now=NOW)
    third = field.asked(when=field.when("2026-11-30 15:00"))
    assert refused(lambda: field.arrange(third)) == [("daily_limit", "R5.2")]


def test_r5_2_an_inspection_that_the_department_starts_counts_nothing_and_the_applicant_s_own_does(
    field: Field,
) -> None:
    for hour in (9, 11):
        booking.book(request_for(field.hall, field.hall.slot(hour)), by="test", now=NOW)
    asked = field.proposed(when=field.when("2026-11-30 15:00"), origin=Origin.APPLICANT, settled=True)
    assert refused(lambda: field.arrange(asked)) == [("daily_limit", "R5.2")]
    proposed = field.arrange(field.proposed(when=field.when("2026-11-30 15:00")))
    assert (proposed.status, proposed.appointment.ordinal) == (Status.REQUESTED, None)


def test_r3_4_a_suspended_applicant_is_still_inspected_and_not_visited(field: Field) -> None:
    known = field.arrange(field.asked(start="2026-12-01 09:30"))
    Person.objects.filter(pk=known.appointment.person_id).update(suspended_until=instant("2026-12-31 00:00"))
    assert refused(lambda: field.arrange(field.asked())) == [("suspended", "R5.4")]
    visit = field.arrange(field.proposed())
    assert operations.accept(visit.code, seen=1, by=APPLICANT, now=NOW).status is Status.BOOKED


# --- the department and the applicant agree --------------------------------------------------------------------------


def test_r3_4_a_request_taken_by_others_waits_for_the_department(field: Field) -> None:
    visit = field.arrange(field.asked(settled=False))
    assert (visit.status, letters(visit)) == (Status.REQUESTED, ["visit_requested"])
    assert [each.code for each in queries.waiting(field.hall.centre.pk, None, now=NOW)] == [visit.code]
    confirmed = operations.confirm(visit.code, by=CLERK, now=NOW)
    assert (confirmed.status, letters(visit)) == (Status.BOOKED, ["visit_requested", "visit_booked"])
    with pytest.raises(NotOpen):
        operations.confirm(visit.code, by=CLERK, now=NOW)


def test_a_request_that_is_refused_says_why_and_gives_the_team_back(field: Field) -> None:
    visit = field.arrange(field.asked(settled=False))
    rejected = operations.reject(visit.code, reason="样例原因", by=CLERK, now=NOW)
    assert rejected.status is Status.REJECTED
    assert "样例原因" in notices.of_appointment(visit.appointment.id)[-1].text
    assert field.arrange(field.asked(2)).status is Status.BOOKED


def test_r3_4_a_proposal_that_the_department_gives_up_is_no_refused_application(field: Field) -> None:
    visit = field.arrange(field.proposed())
    assert operations.reject(visit.code, reason="样例原因", by=CLERK, now=NOW).status is Status.REJECTED
    assert letters(visit) == ["visit_proposed", "visit_cancelled"]


def test_r3_4_a_proposal_is_accepted_once_however_often_it_is_pressed(field: Field) -> None:
    visit = field.arrange(field.proposed())
    assert (visit.proposed, letters(visit)) == (True, ["visit_proposed"])
    assert visit.expires_at == instant("2026-11-30 06:30")  # three hours before: earlier than two working days
    for _ in range(2):
        accepted = operations.accept(visit.code, seen=1, by=APPLICANT, now=NOW)
        assert (accepted.status, accepted.expires_at) == (Status.BOOKED, None)
    assert letters(visit) == ["visit_proposed", "visit_booked"]
    assert history(visit).count(f"visit.accepted {APPLICANT} R3.4") == 1


def test_r3_4_a_proposal_that_was_agreed_on_the_telephone_holds_at_once(field: Field) -> None:
    visit = field.arrange(field.proposed(settled=True))
    assert (visit.status, visit.appointment.ordinal, letters(visit)) == (Status.BOOKED, None, ["visit_booked"])


@pytest.mark.parametrize(("now", "open_"), [("06:29:59", True), ("06:30:00", True), ("06:30:01", False)])
def test_r3_4_a_proposal_can_be_answered_until_its_deadline(field: Field, *, now: str, open_: bool) -> None:
    visit = field.arrange(field.proposed())
    at = instant(f"2026-11-30 {now}")
    if open_:
        assert operations.accept(visit.code, seen=1, by=APPLICANT, now=at).status is Status.BOOKED
        return
    with pytest.raises(NotOpen):
        operations.accept(visit.code, seen=1, by=APPLICANT, now=at)
    with pytest.raises(NotOpen):
        operations.decline(visit.code, seen=1, why="", by=APPLICANT, now=at)


def test_r3_4_a_proposal_that_nobody_could_answer_in_time_is_not_made(field: Field) -> None:
    soon = field.proposed(start="2026-11-26 10:30")
    assert refused(lambda: field.arrange(soon)) == [("too_late", "R3.4")]


def test_r3_4_a_proposal_is_declined_with_a_reason(field: Field) -> None:
    visit = field.arrange(field.proposed())
    declined = operations.decline(visit.code, seen=1, why="样例：还没装修好", by=APPLICANT, now=NOW)
    assert declined.status is Status.REJECTED
    assert history(visit)[-2:] == [f"visit.declined {APPLICANT} R3.4", f"appointment.rejected {APPLICANT} R3.4"]


def test_r3_4_another_time_that_is_offered_is_taken_and_accepts_the_proposal(field: Field) -> None:
    visit = field.arrange(field.proposed())
    chosen = operations.choose(visit.code, seen=1, starts_at=instant("2026-12-01 15:00"), by=APPLICANT, now=NOW)
    assert (chosen.status, chosen.starts_at, chosen.round) == (Status.BOOKED, instant("2026-12-01 15:00"), 2)
    assert letters(visit) == ["visit_proposed", "visit_moved"]
    with pytest.raises(Outdated):
        operations.accept(visit.code, seen=1, by=APPLICANT, now=NOW)


def test_a_request_that_waits_for_the_department_is_moved_by_the_applicant_and_still_waits(field: Field) -> None:
    visit = field.arrange(field.asked(settled=False))
    moved = operations.choose(visit.code, seen=1, starts_at=instant("2026-12-01 15:00"), by=APPLICANT, now=NOW)
    assert (moved.status, letters(visit)) == (Status.REQUESTED, ["visit_requested", "visit_requested"])


def test_a_time_at_which_the_team_is_away_or_the_hall_is_shut_is_not_taken(field: Field) -> None:
    field.arrange(field.asked(2, start="2026-12-01 15:00"))
    visit = field.arrange(field.proposed())
    for start, why in [("2026-12-01 15:30", ("slot_full", "R3.4")), ("2026-12-01 12:30", ("needs_approval", "R1.2"))]:
        assert why in refused(
            lambda start=start: operations.choose(visit.code, seen=1, starts_at=instant(start), by=APPLICANT, now=NOW)
        )


def test_r3_4_a_wish_for_another_time_waits_for_the_department_and_does_not_lapse(field: Field) -> None:
    visit = field.arrange(field.proposed())
    wished = operations.wish(visit.code, seen=1, words="样例：下周都行", by=APPLICANT, now=NOW)
    assert (wished.status, wished.wish) == (Status.REQUESTED, "样例：下周都行")
    assert operations.lapse(now=instant("2026-11-30 07:00")) == 0
    moved = operations.move(visit.code, to=field.when("2026-12-02 09:00"), by=CLERK, now=NOW)
    assert (moved.status, moved.wish, moved.round) == (Status.REQUESTED, "", 2)
    assert letters(visit) == ["visit_proposed", "visit_proposed"]
    with pytest.raises(Outdated):
        operations.accept(visit.code, seen=1, by=APPLICANT, now=NOW)
    assert operations.accept(visit.code, seen=2, by=APPLICANT, now=NOW).status is Status.BOOKED


# --- moving and calling off ------------------------------------------------------------------------------------------


def test_staff_move_a_visit_to_another_team_and_time_in_one_step(field: Field) -> None:
    visit = field.arrange(field.asked())
    second = Team.objects.create(centre=field.hall.centre, department=field.team.department, name="二组")
    field.arrange(field.asked(2, when=field.when("2026-11-30 15:00")))
    moved = operations.move(visit.code, to=field.when("2026-11-30 15:00", team=second), by=CLERK, now=NOW)
    assert (moved.team, moved.starts_at, moved.status) == ("二组", instant("2026-11-30 15:00"), Status.BOOKED)
    assert letters(visit) == ["visit_booked", "visit_moved"]
    assert field.arrange(field.asked(3)).team == "一组"  # its old time is free again


def test_a_visit_moved_by_minutes_does_not_meet_itself(field: Field) -> None:
    visit = field.arrange(field.asked())
    assert operations.move(visit.code, to=field.when("2026-11-30 09:45"), by=CLERK, now=NOW).round == 2


def test_a_move_that_is_refused_leaves_everything_as_it_was(field: Field) -> None:
    visit = field.arrange(field.asked())
    field.arrange(field.asked(2, when=field.when("2026-11-30 15:00")))
    assert refused(lambda: operations.move(visit.code, to=field.when("2026-11-30 15:30"), by=CLERK, now=NOW)) == [
        ("slot_full", "R3.4")
    ]
    same = queries.by_code(visit.code, now=NOW)
    assert (same.round, same.starts_at) == (1, visit.starts_at)


@pytest.mark.parametrize(("now", "open_"), [("06:29:59", True), ("06:30:00", True), ("06:30:01", False)])
def test_r4_3_the_applicant_moves_a_visit_until_three_hours_before(field: Field, *, now: str, open_: bool) -> None:
    visit, at = field.arrange(field.asked()), instant(f"2026-11-30 {now}")
    later = instant("2026-12-01 15:00")
    if open_:
        assert operations.choose(visit.code, seen=1, starts_at=later, by=APPLICANT, now=at).starts_at == later
        return
    with pytest.raises(NotOpen):
        operations.choose(visit.code, seen=1, starts_at=later, by=APPLICANT, now=at)
    with pytest.raises(NotOpen):
        operations.wish(visit.code, seen=1, words="样例", by=APPLICANT, now=at)


def test_r3_4_calling_a_visit_off_at_the_last_minute_is_no_strike_and_frees_team_and_day(field: Field) -> None:
    visit = field.arrange(field.asked())
    off = operations.call_off(visit.code, by=APPLICANT, now=instant("2026-11-30 09:29"))
    assert off.status is Status.CANCELLED
    assert not Strike.objects.exists()
    assert not Visit.objects.get(pk=visit.id).live
    assert letters(visit) == ["visit_booked", "visit_cancelled"]


def test_the_team_is_free_again_whoever_cancels(field: Field) -> None:
    visit = field.arrange(field.asked())
    booking.cancel_for_counter(visit.code, reason="样例原因", by=CLERK, now=NOW)
    assert not Visit.objects.get(pk=visit.id).live
    assert field.arrange(field.asked(2)).status is Status.BOOKED


# --- what happens by itself ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("now", "lapsed"), [("06:29:59", 0), ("06:30:00", 0), ("06:30:01", 1)])
def test_r3_4_a_proposal_without_an_answer_lapses_after_its_deadline_once(
    field: Field, *, now: str, lapsed: int
) -> None:
    visit = field.arrange(field.proposed())
    at = instant(f"2026-11-30 {now}")
    assert operations.lapse(now=at) == lapsed
    assert operations.lapse(now=at) == 0
    assert letters(visit) == ["visit_proposed", "visit_lapsed"][: 1 + lapsed]


def test_a_request_that_nobody_confirmed_ends_when_its_time_begins(field: Field) -> None:
    visit = field.arrange(field.asked(settled=False))
    assert operations.lapse(now=instant("2026-11-30 09:29:59")) == 0
    assert operations.lapse(now=instant("2026-11-30 09:30:00")) == 1
    assert letters(visit) == ["visit_requested", "visit_rejected"]


def test_who_is_visited_tomorrow_is_reminded_once(field: Field) -> None:
    visit = field.arrange(field.asked())
    field.arrange(field.proposed(2, start="2026-11-30 15:00"))  # not agreed yet: nothing to remind of
    assert operations.remind(now=instant("2026-11-28 18:00")) == 0
    assert [operations.remind(now=instant(f"2026-11-29 18:{minute}")) for minute in ("00", "05")] == [1, 0]
    assert letters(visit) == ["visit_booked", "visit_reminder"]


def test_who_was_moved_to_another_day_is_reminded_of_that_day(field: Field) -> None:
    visit = field.arrange(field.asked())
    operations.remind(now=instant("2026-11-29 18:00"))
    operations.move(visit.code, to=field.when("2026-12-01 09:30"), by=CLERK, now=instant("2026-11-29 18:30"))
    assert operations.remind(now=instant("2026-11-30 18:00")) == 1


def test_r3_4_a_visit_is_never_a_no_show(field: Field) -> None:
    visit = field.arrange(field.asked())
    assert booking.sweep_no_shows(now=instant("2026-12-15 12:00")) == 0
    assert queries.by_code(visit.code, now=NOW).status is Status.BOOKED


# --- how it ends -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("result", "reason", "outcome"),
    [
        (Result.COMPLETED, "", "completed"),
        (Result.RECEIVED, "", "received"),
        (Result.INCOMPLETE, "样例缺件", "incomplete"),
        (Result.REFUSED, "样例不符", "refused"),
    ],
)
def test_r4_2_a_home_visit_ends_with_an_outcome(field: Field, *, result: Result, reason: str, outcome: str) -> None:
    visit, at = field.arrange(field.asked()), instant("2026-11-30 10:10")
    assert operations.arrive(visit.code, by=CLERK, now=instant("2026-11-30 09:31")).status is Status.ACCEPTED
    done = operations.record(visit.code, result=result, reason=reason, by=CLERK, now=at)
    assert (done.status, done.result) == (Status.SERVED, result)
    assert (done.appointment.outcome, done.appointment.outcome_reason) == (outcome, reason)
    with pytest.raises(NotOpen):
        operations.record(visit.code, result=result, reason=reason, by=CLERK, now=at)


def test_r4_2_an_inspection_to_be_repeated_says_what_to_mend(field: Field) -> None:
    visit, at = field.arrange(field.proposed(settled=True)), instant("2026-11-30 10:10")
    for result, reason in [(Result.RECTIFY, " "), (Result.COMPLETED, "")]:
        with pytest.raises(InvalidInput):
            operations.record(visit.code, result=result, reason=reason, by=CLERK, now=at)
    done = operations.record(visit.code, result=Result.RECTIFY, reason="样例整改", by=CLERK, now=at)
    assert (done.appointment.outcome, done.appointment.outcome_reason) == ("incomplete", "样例整改")


def test_r3_4_nobody_at_the_door_ends_the_day_without_a_strike(field: Field) -> None:
    visit = field.arrange(field.asked())
    done = operations.record(visit.code, result=Result.ABSENT, by=CLERK, now=instant("2026-11-30 09:40"))
    assert (done.status, done.result) == (Status.MISSED, Result.ABSENT)
    assert booking.sweep_no_shows(now=instant("2026-12-01 12:00")) == 0
    assert not Strike.objects.exists()


# --- reading ---------------------------------------------------------------------------------------------------------


def test_the_link_of_a_visit_is_short_signed_and_its_own(field: Field) -> None:
    visit = field.arrange(field.asked())
    assert len(visit.token) == 20
    assert queries.by_token(visit.token, now=NOW).code == visit.code
    other = field.arrange(field.asked(2, when=field.when("2026-11-30 15:00")))
    for forged in (visit.token[:-1] + "A" * (visit.token[-1] != "A") + "B", other.code + visit.token[8:], "", "中文"):
        with pytest.raises(queries.UnknownVisit):
            queries.by_token(forged, now=NOW)


def test_a_team_s_free_times_know_its_visits_and_the_way(field: Field) -> None:
    field.arrange(field.asked())
    free = queries.free_starts(
        field.team,
        instant("2026-11-28 00:00").date(),
        length=timedelta(hours=1),
        travel=timedelta(minutes=30),
        not_before=NOW,
    )
    monday = [f"{start:%H:%M}" for start in free if start.day == 30]
    assert monday == ["14:30", "15:00", "15:30", "16:00", "16:30"]
    assert {start.date().day for start in free} == {30, 1, 2}


def test_a_day_of_a_team_is_read_in_three_statements_however_long(field: Field, django_assert_num_queries: Any) -> None:
    day = instant("2026-11-30 00:00").date()
    field.arrange(field.asked(when=field.when("2026-11-30 08:30", minutes=10)))
    queries.of_team(field.team.pk, day, day, now=NOW)  # the regulation is read once
    for expected in (1, 3):
        with django_assert_num_queries(2):
            assert len(queries.of_team(field.team.pk, day, day, now=NOW)) == expected
        if expected == 1:
            field.arrange(field.asked(2, when=field.when("2026-11-30 10:00", minutes=10)))
            field.arrange(field.asked(3, when=field.when("2026-11-30 15:00", minutes=10)))


def test_who_took_a_route_sheet_is_recorded_without_a_person(field: Field) -> None:
    field.arrange(field.asked())
    day = instant("2026-11-30 00:00").date()
    assert [visit.address for visit in operations.take_sheet(field.team, day, by=CLERK, now=NOW)] == ["样例村 8 号"]
    event = Event.objects.get(kind="visit.sheet_taken")
    assert (event.by, event.data) == (CLERK, {"team": field.team.pk, "day": "2026-11-30", "visits": 1})


def test_a_team_has_a_name_of_its_own_in_its_department(field: Field) -> None:
    ids = {"centre_id": field.hall.centre.pk, "department_id": field.team.department_id}
    with pytest.raises(InvalidInput):
        operations.add_team(TeamForm("一组", ""), **ids, by=CLERK, now=NOW)
    with pytest.raises(InvalidInput):
        operations.add_team(TeamForm("  ", ""), **ids, by=CLERK, now=NOW)


def test_keys_are_rotated_over_what_visits_seal(field: Field) -> None:
    visit = field.arrange(field.asked())
    before = bytes(Visit.objects.get(pk=visit.id).address_sealed)
    assert operations.rotate_keys() == 1
    assert bytes(Visit.objects.get(pk=visit.id).address_sealed) != before
    assert queries.by_code(visit.code, now=NOW).address == "样例村 8 号"


def test_the_check_names_a_visit_that_left_its_appointment(field: Field) -> None:
    visit = field.arrange(field.asked())
    Visit.objects.filter(pk=visit.id).update(travel_minutes=31)
    assert queries.broken_invariants() == [
        f"a visit takes other hours of its team than its appointment's with the way there and back: visit {visit.id}"
    ]
    Visit.objects.filter(pk=visit.id).update(travel_minutes=30)
