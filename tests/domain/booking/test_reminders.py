"""The reminder the evening before: once for an appointment and its time, with a link that cancels (R4.1, R4.3)."""

import pytest

from tests.crowd import rush
from tests.factories import MONDAY, Hall, instant, make_hall, phone, request_for
from yueban.domain.booking import operations as booking
from yueban.domain.booking.queries import by_cancel_token, cancel_token
from yueban.domain.booking.queries.appointments import UnknownAppointment
from yueban.domain.notices import operations as notices
from yueban.domain.notices.models import Message
from yueban.domain.notices.rules import read
from yueban.kernel import crypto

TUESDAY = MONDAY.replace(month=12, day=1)
EVENING = instant("2026-11-29 18:00:00")


@pytest.fixture
def hall(db: None) -> Hall:
    return make_hall(days=(MONDAY, TUESDAY))


def book(hall: Hall, n: int = 1, hour: int = 9, at: str = "2026-11-27 09:00:00", **fields: object) -> str:
    slot = hall.slot(hour)
    return booking.book(request_for(hall, slot, n, **fields), by="applicant", now=instant(at)).code


def reminders() -> list[Message]:
    return list(Message.objects.filter(template="reminder").order_by("id"))


def text(message: Message) -> str:
    return read(crypto.unseal(message.body_sealed))[0]


def test_r4_1_the_reminder_says_when_where_what_and_how_to_cancel(hall: Hall) -> None:
    code = book(hall)
    assert booking.remind(now=EVENING) == 1
    (told,) = reminders()
    assert text(told) == (
        f"提醒：11月30日周一09:00-10:00到样例中心办理“样例事项”，预约号{code}。不能来请取消："
        f"{notices.link('/q/' + cancel_token(code))}"
    )
    assert (told.centre_id, told.due_at, told.expires_at) == (hall.centre.pk, EVENING, instant("2026-11-30 06:00:00"))
    assert len(cancel_token(code)) == 20
    assert phone(1) not in text(told)


@pytest.mark.parametrize(
    ("now", "reminded"),
    [
        ("2026-11-28 18:00:00", 0),
        ("2026-11-29 17:59:59", 0),
        ("2026-11-29 18:00:00", 1),
        ("2026-11-29 20:59:59", 1),
        ("2026-11-29 21:00:00", 0),
        ("2026-11-30 08:00:00", 0),
    ],
)
def test_r4_1_reminded_in_the_evening_before_and_never_late(hall: Hall, now: str, reminded: int) -> None:
    book(hall)
    assert booking.remind(now=instant(now)) == reminded


def test_r4_1_reminded_once_however_often_the_job_runs(hall: Hall) -> None:
    book(hall)
    assert [booking.remind(now=instant(f"2026-11-29 {hour}:00:00")) for hour in (18, 19, 20)] == [1, 0, 0]
    assert len(reminders()) == 1


def test_r4_1_who_books_that_evening_is_not_reminded_but_who_booked_before_is(hall: Hall) -> None:
    book(hall, 1, at="2026-11-29 17:59:59")
    book(hall, 2, at="2026-11-29 18:00:00")
    book(hall, 3, at="2026-11-29 19:00:00")
    assert booking.remind(now=instant("2026-11-29 20:00:00")) == 1


def test_r4_1_who_moves_to_another_day_is_reminded_anew(hall: Hall) -> None:
    code = book(hall)
    booking.remind(now=EVENING)
    moved_at = instant("2026-11-29 19:00:00")
    booking.reschedule(code, slot_id=hall.slot(10, TUESDAY).pk, by="applicant", now=moved_at)
    assert booking.remind(now=instant("2026-11-29 20:00:00")) == 0
    assert booking.remind(now=instant("2026-11-30 18:00:00")) == 1
    assert ["11月30日" in text(each) for each in reminders()] == [True, False]


def test_r4_1_who_moved_to_tomorrow_this_evening_was_told_just_now(hall: Hall) -> None:
    slot = hall.slot(10, TUESDAY)
    code = booking.book(request_for(hall, slot), by="applicant", now=instant("2026-11-27 09:00:00")).code
    booking.reschedule(code, slot_id=hall.slot(9).pk, by="applicant", now=instant("2026-11-29 18:30:00"))
    assert booking.remind(now=instant("2026-11-29 19:00:00")) == 0


def test_who_cancelled_or_has_no_phone_is_not_reminded(hall: Hall) -> None:
    booking.cancel(book(hall), by="applicant", now=instant("2026-11-28 09:00:00"))
    book(hall, 2, phone="")
    assert booking.remind(now=EVENING) == 0


def test_the_rest_of_an_evening_is_caught_up_and_a_reminder_that_would_come_too_late_expires(hall: Hall) -> None:
    book(hall)
    assert booking.remind(now=instant("2026-11-29 20:58:00")) == 1
    (told,) = reminders()
    assert told.expires_at is not None
    assert told.expires_at < instant("2026-11-30 08:00:00")  # it cannot be sent at night, and not in the morning


def test_r4_3_the_link_is_for_one_appointment_and_cannot_be_made_up(hall: Hall) -> None:
    code = book(hall)
    token = cancel_token(code)
    assert by_cancel_token(token, now=EVENING).code == code
    forged = [token[:-1] + ("A" if token[-1] != "A" else "B"), code, "", "x" * 20, "82641907" + token[8:]]
    for each in forged:
        with pytest.raises(UnknownAppointment):
            by_cancel_token(each, now=EVENING)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_r4_1_four_jobs_at_once_remind_each_applicant_once() -> None:
    hall = make_hall(capacity=40)
    for n in range(20):
        booking.book(request_for(hall, hall.slot(9), n), by="applicant", now=instant("2026-11-27 09:00:00"))
    told = rush(4, lambda _n: booking.remind(now=EVENING))
    assert sum(told) == 20
    assert Message.objects.filter(template="reminder").count() == 20
