"""Booking: hall, hour, who, confirmation, success; and every way of doing it wrong or twice."""

from typing import Any

import pytest

from tests.factories import MONDAY, Hall, make_hall, phone, resident
from tests.surfaces.portal.conftest import (
    FRIDAY,
    Visitor,
    clauses_on,
    code_on,
    hours_of,
    last_code,
    set_clock,
)
from tests.surfaces.portal.test_guide import make_package
from yueban.domain.booking.models import Appointment, PackageTask
from yueban.domain.calendar.models import Slot
from yueban.domain.directory.models import Offer
from yueban.domain.people.models import LoginCode, Person

pytestmark = pytest.mark.django_db


def text_of(visitor: Visitor, path: str) -> str:
    return visitor.client.get(path, follow=True).content.decode()


def test_one_hall_is_chosen_by_itself_and_several_are_asked(visitor: Visitor, hall: Hall) -> None:
    address = f"/book/matter/{hall.matter.code}/"
    assert visitor.client.get(address)["Location"] == hours_of(hall)
    other = make_hall(code="other", days=())
    Offer.objects.create(matter=hall.matter, queue=other.queue, centre=other.centre)
    page = text_of(visitor, address)
    assert hours_of(hall) in page
    assert "11月27日 周五 14:00" in page  # 08:40 + 3 h: the first free hour
    assert "近期约满" in page


def test_days_stand_across_with_places_left_or_why_there_are_none(visitor: Visitor, hall: Hall) -> None:
    Slot.objects.filter(date=MONDAY).update(capacity=0)
    page = text_of(visitor, hours_of(hall))
    assert "可约 30" in page  # Friday: 14, 15 and 16 o'clock with 10 places each
    assert "不上班" in page  # the weekend between
    assert "约满" in page


def test_r4_0_each_closed_hour_says_why_with_its_clause(visitor: Visitor, hall: Hall) -> None:
    Slot.objects.filter(pk=hall.slot(15, FRIDAY).pk).update(capacity=0)
    Slot.objects.filter(pk=hall.slot(16, FRIDAY).pk).update(closed_reason="停电", capacity=0)
    page = visitor.client.get(hours_of(hall))
    assert clauses_on(page) == ["R4.0", "R4.0", "R4.0", "R1.2", "R1.2"]
    assert "停止预约" in page.content.decode()


def test_a_day_without_places_offers_the_nearest_ones_the_telephone_and_walking_in(
    visitor: Visitor, hall: Hall
) -> None:
    Slot.objects.filter(date=FRIDAY).update(capacity=0)
    page = text_of(visitor, f"{hours_of(hall)}?day={FRIDAY}")
    assert "11月30日 周一 09:00" in page
    assert "tel:0394-5100000" in page
    assert "直接到大厅取号" in page


@pytest.mark.parametrize("day", ["2026-11-29", "2027-01-01", "nonsense", "", "2026-13-45", "\0"])
def test_any_day_in_the_address_shows_a_page(visitor: Visitor, hall: Hall, day: str) -> None:
    assert visitor.client.get(hours_of(hall), {"day": day}).status_code == 200


def test_a_hall_without_any_hours_is_no_dead_end(visitor: Visitor, hall: Hall) -> None:
    Slot.objects.all().delete()
    page = text_of(visitor, hours_of(hall))
    assert "直接到大厅取号" in page


def test_the_whole_way_books_and_shows_number_qr_place_and_notice(visitor: Visitor, hall: Hall) -> None:
    draft = visitor.choose(hall, 9)
    assert "谁来办？" in text_of(visitor, f"{draft}who/")
    assert visitor.fill(draft)["Location"] == f"{draft}confirm/"
    letter = text_of(visitor, f"{draft}confirm/")
    for part in ("样例甲，您好", "11月30日 周一 09:00", "样例条件", "居民身份证", resident(1).masked, "138****0001"):
        assert part in letter
    assert resident(1).number not in letter
    done = visitor.client.post(f"{draft}confirm/", follow=True)
    appointment = Appointment.objects.get()
    assert code_on(done) == appointment.code
    assert appointment.status == "booked"
    assert appointment.channel_kind == "online"
    page = done.content.decode()
    assert "<svg" in page
    assert hall.centre.address in page
    assert "11月30日 周一 06:00" in page  # until when cancelling is free


def test_the_success_page_tells_no_certificate_and_no_phone(visitor: Visitor, hall: Hall) -> None:
    visitor.book(hall, 9)
    page = text_of(visitor, "/me/")
    assert resident(1).number not in page
    assert phone(1) not in page


def test_a_package_books_its_lead_matter_and_pushes_the_members(visitor: Visitor, hall: Hall) -> None:
    make_package(hall)
    slot = hall.slot(9)
    answer = visitor.client.post(f"/book/package/pkg-birth/{hall.centre.code}/", {"slot": slot.pk})
    draft = answer["Location"].removesuffix("who/")
    visitor.fill(draft)
    visitor.client.post(f"{draft}confirm/")
    appointment = Appointment.objects.get()
    assert appointment.package is not None
    assert appointment.matter_id == hall.matter.pk
    assert PackageTask.objects.count() == 0  # this package has no members


WRONG = {
    "name": ["", "   ", "12345", "x" * 51, "王\0建"],
    "number": ["", "411624195001010018", "41162419501301001X", "x" * 5000, "\0"],
    "phone": ["", "123", "2" * 11, "0394-5101000", "\0"],
    "kind": ["", "driving_licence"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_r5_1_wrong_input_is_said_beside_its_field_and_on_top(
    visitor: Visitor, hall: Hall, name: str, value: str
) -> None:
    draft = visitor.choose(hall, 9)
    answer = visitor.client.post(f"{draft}who/", visitor.person | {name: value, "do": "next"})
    page = answer.content.decode()
    shown = "number" if name == "kind" else name
    assert answer.status_code == 422
    assert 'id="errors"' in page
    assert f'href="#{shown}"' in page
    assert f'id="{shown}-error"' in page


def test_all_errors_are_said_at_once_and_nothing_typed_is_lost(visitor: Visitor, hall: Hall) -> None:
    draft = visitor.choose(hall, 9)
    typed = {"name": "样例乙", "number": "123", "phone": "456", "kind": "passport", "do": "next"}
    answer = visitor.client.post(f"{draft}who/", typed)
    page = answer.content.decode()
    assert "有 2 处要改" in page
    for again in (page, text_of(visitor, f"{draft}who/")):
        assert 'value="样例乙"' in again
        assert 'value="123"' in again
        assert 'value="456"' in again


def test_changing_the_hour_keeps_who_comes(visitor: Visitor, hall: Hall) -> None:
    draft = visitor.choose(hall, 9)
    visitor.client.post(f"{draft}who/", visitor.person | {"do": "next"})
    other = visitor.choose(hall, 10)
    assert other != draft
    assert 'value="样例甲"' in text_of(visitor, f"{other}who/")


def test_elder_mode_and_english_in_the_middle_of_the_form_keep_what_was_typed(visitor: Visitor, hall: Hall) -> None:
    draft = visitor.choose(hall, 9)
    answer = visitor.client.post(f"{draft}who/", visitor.person | {"elder": "1"})
    assert answer["Location"] == f"{draft}who/"
    page = text_of(visitor, f"{draft}who/")
    assert "data-elder" in page
    assert 'value="样例甲"' in page


def test_the_certificate_is_stored_nowhere_in_clear(visitor: Visitor, hall: Hall) -> None:
    visitor.book(hall, 9)
    session = str(dict(visitor.client.session))
    stored = str(list(Person.objects.values())) + str(list(Appointment.objects.values())) + session
    assert resident(1).number not in stored
    assert phone(1) not in stored


@pytest.mark.parametrize("code", ["", "000000", "１２３４５６", "x" * 300, "12345\0"])
def test_a_wrong_sms_code_does_not_let_in(visitor: Visitor, hall: Hall, code: str) -> None:
    draft = visitor.choose(hall, 9)
    visitor.send_code(draft)
    if code == last_code():
        code = "999999"
    answer = visitor.client.post(f"{draft}who/", visitor.person | {"code": code, "do": "next"})
    assert answer.status_code == 422
    assert 'id="code-error"' in answer.content.decode()
    assert visitor.client.get(f"{draft}confirm/")["Location"] == f"{draft}who/"


def test_a_full_width_sms_code_lets_in(visitor: Visitor, hall: Hall) -> None:
    draft = visitor.choose(hall, 9)
    visitor.send_code(draft)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in last_code())
    assert visitor.client.post(f"{draft}who/", visitor.person | {"code": wide, "do": "next"}).status_code == 302


def test_the_code_of_one_phone_does_not_prove_another(visitor: Visitor, hall: Hall) -> None:
    draft = visitor.choose(hall, 9)
    visitor.send_code(draft)
    answer = visitor.client.post(
        f"{draft}who/", visitor.person | {"phone": phone(2), "code": last_code(), "do": "next"}
    )
    assert answer.status_code == 422


def test_two_codes_within_a_minute_are_refused_beside_the_phone(visitor: Visitor, hall: Hall) -> None:
    draft = visitor.choose(hall, 9)
    visitor.send_code(draft)
    answer = visitor.client.post(f"{draft}who/", visitor.person | {"do": "send"})
    assert answer.status_code == 422
    assert 'id="phone-error"' in answer.content.decode()
    assert LoginCode.objects.count() == 1


def test_a_proved_phone_is_not_asked_again(visitor: Visitor, hall: Hall) -> None:
    visitor.book(hall, 9)
    draft = visitor.choose(hall, 14)
    assert "已经验证过" in text_of(visitor, f"{draft}who/")
    answer = visitor.client.post(f"{draft}who/", visitor.person | {"do": "next"})
    assert answer["Location"] == f"{draft}confirm/"


def test_confirmation_without_who_leads_back_to_who(visitor: Visitor, hall: Hall) -> None:
    draft = visitor.choose(hall, 9)
    assert visitor.client.get(f"{draft}confirm/")["Location"] == f"{draft}who/"
    assert visitor.client.post(f"{draft}confirm/")["Location"] == f"{draft}who/"
    assert visitor.client.get(f"{draft}done/")["Location"] == f"{draft}who/"


def test_confirming_twice_books_once_and_shows_the_same_success(visitor: Visitor, hall: Hall) -> None:
    draft = visitor.choose(hall, 9)
    visitor.fill(draft)
    first = visitor.client.post(f"{draft}confirm/", follow=True)
    again = visitor.client.post(f"{draft}confirm/", follow=True)
    assert code_on(first) == code_on(again)
    assert Appointment.objects.count() == 1


def test_the_back_button_after_success_leads_to_the_success(visitor: Visitor, hall: Hall) -> None:
    draft = visitor.choose(hall, 9)
    visitor.fill(draft)
    visitor.client.post(f"{draft}confirm/")
    for page in ("who/", "confirm/"):
        assert visitor.client.get(f"{draft}{page}")["Location"] == f"{draft}done/"


def test_a_second_tab_with_the_same_hour_ends_at_the_same_appointment(visitor: Visitor, hall: Hall) -> None:
    one, two = visitor.choose(hall, 9), visitor.choose(hall, 9)
    visitor.fill(one)
    visitor.fill(two)
    first = visitor.client.post(f"{one}confirm/", follow=True)
    second = visitor.client.post(f"{two}confirm/", follow=True)
    assert code_on(first) == code_on(second)
    assert Appointment.objects.count() == 1


def test_r5_2_another_matter_at_the_same_hour_is_refused_with_its_clause(visitor: Visitor, hall: Hall) -> None:
    visitor.book(hall, 9)
    other = make_hall(code="other")
    draft = visitor.choose(other, 9)
    visitor.fill(draft)
    answer = visitor.client.post(f"{draft}confirm/")
    assert answer.status_code == 409
    assert clauses_on(answer) == ["R5.2"]
    assert "最近能约的" in answer.content.decode()
    assert Appointment.objects.count() == 1


def test_an_hour_taken_meanwhile_says_so_and_offers_others(visitor: Visitor, hall: Hall) -> None:
    draft = visitor.choose(hall, 9)
    visitor.fill(draft)
    Slot.objects.filter(pk=hall.slot(9).pk).update(capacity=0)
    answer = visitor.client.post(f"{draft}confirm/")
    assert answer.status_code == 409
    assert clauses_on(answer) == ["R1.2"]
    assert "11月27日 周五 14:00" in answer.content.decode()


def test_r4_0_a_stale_page_cannot_book_an_hour_that_is_too_near(visitor: Visitor, hall: Hall) -> None:
    draft = visitor.choose(hall, 9)
    visitor.fill(draft)
    set_clock("2026-11-30 06:00:01")
    answer = visitor.client.post(f"{draft}confirm/")
    assert answer.status_code == 409
    assert clauses_on(answer) == ["R4.0"]


def test_r4_0_online_booking_is_on_time_until_three_hours_before_to_the_second(visitor: Visitor, hall: Hall) -> None:
    draft = visitor.choose(hall, 9)
    visitor.fill(draft)
    set_clock("2026-11-30 06:00:00")
    assert visitor.client.post(f"{draft}confirm/").status_code == 302


@pytest.mark.parametrize("slot", ["", "0", "-1", "999999999999999999999", "abc", "\0", "1 OR 1=1"])
def test_a_slot_that_is_not_there_books_nothing(visitor: Visitor, hall: Hall, slot: str) -> None:
    answer = visitor.client.post(hours_of(hall), {"slot": slot})
    assert answer.status_code == 409
    assert "drafts" not in visitor.client.session


def test_a_slot_of_another_hall_is_not_taken(visitor: Visitor, hall: Hall) -> None:
    other = make_hall(code="other")
    assert visitor.client.post(hours_of(hall), {"slot": other.slot(9).pk}).status_code == 409


def test_a_foreign_draft_is_gone_for_everybody_else(visitor: Visitor, hall: Hall) -> None:
    draft = visitor.choose(hall, 9)
    stranger = Visitor(2)
    for page in ("who/", "confirm/", "done/"):
        assert stranger.client.get(f"{draft}{page}").status_code == 404
    assert stranger.client.post(f"{draft}confirm/").status_code == 404
    assert stranger.client.get("/booking/d_nonsense/who/").status_code == 404


def test_only_a_few_drafts_are_kept(visitor: Visitor, hall: Hall) -> None:
    first = visitor.choose(hall, 9)
    for _ in range(5):
        visitor.choose(hall, 10)
    assert len(visitor.client.session["drafts"]) == 5
    assert visitor.client.get(f"{first}who/").status_code == 404


ENTERPRISE: list[tuple[dict[str, str], int]] = [
    ({"organisation": "", "uscc": ""}, 422),
    ({"organisation": "沈丘县样例公司", "uscc": "91411624MA0000000X"}, 422),
    ({"organisation": "沈丘县样例公司", "uscc": ""}, 302),
]


@pytest.mark.parametrize(("typed", "status"), ENTERPRISE)
def test_an_enterprise_matter_wants_the_organisation(hall: Hall, typed: dict[str, str], status: int) -> None:
    hall.matter.audience = "enterprise"
    hall.matter.save()
    visitor = Visitor()
    draft = visitor.choose(hall, 9)
    visitor.send_code(draft)
    answer = visitor.client.post(f"{draft}who/", visitor.person | typed | {"code": last_code(), "do": "next"})
    assert answer.status_code == status


def test_the_organisation_stands_in_the_letter_and_in_the_appointment(visitor: Visitor, hall: Hall) -> None:
    hall.matter.audience = "both"
    hall.matter.save()
    draft = visitor.choose(hall, 9)
    visitor.fill(draft, organisation="沈丘县样例公司")
    assert "沈丘县样例公司" in text_of(visitor, f"{draft}confirm/")
    visitor.client.post(f"{draft}confirm/")
    assert Appointment.objects.get().organisation == "沈丘县样例公司"


def test_the_form_of_a_personal_matter_has_no_organisation(visitor: Visitor, hall: Hall) -> None:
    draft = visitor.choose(hall, 9)
    assert 'id="organisation"' not in text_of(visitor, f"{draft}who/")


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_not_allowed(visitor: Visitor, hall: Hall, method: str) -> None:
    call: Any = getattr(visitor.client, method)
    assert call(hours_of(hall)).status_code == 405


def test_pages_with_a_person_are_never_cached(visitor: Visitor, hall: Hall) -> None:
    draft = visitor.choose(hall, 9)
    visitor.fill(draft)
    for page in ("who/", "confirm/"):
        assert "no-store" in visitor.client.get(f"{draft}{page}")["Cache-Control"]
