"""When messages may go out: quiet hours, urgency, age, the evening of reminding."""

from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import instant
from yueban.domain.notices.rules import (
    KIND_NAMES,
    Evening,
    Night,
    QuietHours,
    Template,
    due,
    evening,
    expires,
    handling,
    quiet_hours,
)
from yueban.kernel.clock import TZ

QUIET = QuietHours(time(21), time(8))
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda naive: naive.replace(tzinfo=TZ))  # noqa: DTZ001
WALLS = st.times()


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-11-27 20:59:59", None),
        ("2026-11-27 21:00:00", "2026-11-28 08:00:00"),
        ("2026-11-27 23:59:59", "2026-11-28 08:00:00"),
        ("2026-11-28 00:00:00", "2026-11-28 08:00:00"),
        ("2026-11-28 07:59:59", "2026-11-28 08:00:00"),
        ("2026-11-28 08:00:00", None),
    ],
)
def test_r4_1_nobody_is_disturbed_from_the_first_quiet_second_until_before_the_end(now: str, end: str | None) -> None:
    assert QUIET.end_of(instant(now)) == (instant(end) if end else None)


@pytest.mark.parametrize(
    ("template", "about", "waits"),
    [
        (Template.LOGIN_CODE, None, False),
        (Template.TICKET_CALLED, None, False),
        (Template.COUNTER_CANCELLED, "2026-11-27 23:30:00", False),
        (Template.COUNTER_CANCELLED, "2026-11-28 09:00:00", False),
        (Template.COUNTER_CANCELLED, "2026-11-28 23:59:00", False),
        (Template.COUNTER_CANCELLED, "2026-11-29 00:00:00", True),
        (Template.COUNTER_CANCELLED, "2026-11-26 09:00:00", True),
        (Template.CANCELLED, "2026-11-28 09:00:00", False),
        (Template.BOOKED, "2026-11-28 09:00:00", False),
        (Template.BOOKED, "2026-11-30 09:00:00", True),
        (Template.STRIKE_WARNING, None, True),
        (Template.REMINDER, "2026-11-28 09:00:00", True),
    ],
)
def test_r4_1_at_night_only_what_is_waited_for_or_near_goes_out(
    template: Template, about: str | None, *, waits: bool
) -> None:
    night, morning = instant("2026-11-27 22:00:00"), instant("2026-11-28 08:00:00")
    told = due(template, about=instant(about) if about else None, quiet=QUIET, now=night)
    assert told == (morning if waits else night)


@given(st.sampled_from(Template), INSTANTS, INSTANTS, WALLS, WALLS)
def test_a_message_is_never_early_never_in_the_quiet_hours_and_waits_less_than_a_day(
    template: Template, now: datetime, about: datetime, starts: time, ends: time
) -> None:
    quiet = QuietHours(starts, ends)
    told = due(template, about=about, quiet=quiet, now=now)
    assert now <= told <= now + timedelta(days=1)
    if handling(template).night is Night.WAITS and starts != ends:
        assert quiet.end_of(told) is None
    assert due(template, about=about, quiet=quiet, now=told) == told or starts == ends
    assert due(template, about=about, quiet=None, now=now) == now


@given(st.sampled_from(Template), INSTANTS)
def test_nobody_who_waits_for_a_code_or_a_call_is_kept_waiting(template: Template, now: datetime) -> None:
    if handling(template).night is Night.PASSES:
        assert due(template, about=None, quiet=QUIET, now=now) == now


def test_what_is_urgent_grows_old_first() -> None:
    now, start = instant("2026-11-27 09:00:00"), instant("2026-11-30 09:00:00")
    lives = {kind: expires(kind, about=start, written_at=now) for kind in Template}
    assert lives[Template.LOGIN_CODE] == now + timedelta(minutes=5)
    assert lives[Template.TICKET_CALLED] == now + timedelta(minutes=3)
    assert lives[Template.BOOKED] == start
    assert lives[Template.SUSPENDED] is None
    assert handling(Template.LOGIN_CODE).priority < handling(Template.BOOKED).priority < handling("reminder").priority


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", None),
        (" ", None),
        ("21:00-08:00", QUIET),
        ("21:00–08:00", QUIET),
        ("12:30 - 14:00", QuietHours(time(12, 30), time(14))),
    ],
)
def test_the_setting_is_read(text: str, read: QuietHours | None) -> None:
    assert quiet_hours(text) == read


@pytest.mark.parametrize("text", ["21", "21:00", "nine-eight", "25:00-08:00"])
def test_a_setting_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"Invalid|hour"):
        quiet_hours(text)


def test_quiet_hours_within_a_day_end_on_that_day() -> None:
    noon = QuietHours(time(12, 30), time(14))
    assert noon.end_of(instant("2026-11-27 13:00:00")) == instant("2026-11-27 14:00:00")
    assert noon.end_of(instant("2026-11-27 23:00:00")) is None


@pytest.mark.parametrize(
    ("now", "on"),
    [
        ("2026-11-27 17:59:59", False),
        ("2026-11-27 18:00:00", True),
        ("2026-11-27 20:59:59", True),
        ("2026-11-27 21:00:00", False),
        ("2026-11-28 00:00:00", False),
        ("2026-11-28 08:00:00", False),
    ],
)
def test_r4_1_reminding_is_for_the_evening_and_no_late_nonsense(now: str, *, on: bool) -> None:
    found = evening(begins=time(18), quiet=QUIET, now=instant(now))
    assert found == (Evening(instant("2026-11-27 18:00:00"), instant("2026-11-28 00:00:00").date()) if on else None)


def test_without_quiet_hours_the_evening_ends_at_midnight() -> None:
    assert evening(begins=time(18), quiet=None, now=instant("2026-11-27 23:59:59")) is not None
    assert evening(begins=time(18), quiet=None, now=instant("2026-11-28 00:00:00")) is None


def test_every_kind_has_a_name_for_staff() -> None:
    assert set(KIND_NAMES) == set(Template)
