"""The one registration screen: a look at everything before, live refusals, one booking a press, and who may what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.factories import MONDAY, Hall, instant, make_hall, make_matter, phone, request_for, resident
from tests.packages import make_package
from yueban.domain.audit.models import Event
from yueban.domain.booking import operations as booking
from yueban.domain.booking.models import Appointment
from yueban.domain.booking.rules import ChannelKind
from yueban.domain.credit.models import Strike
from yueban.domain.directory.models import Department, Package
from yueban.domain.notices.models import Message
from yueban.domain.people import operations as people
from yueban.domain.people.rules import Role
from yueban.kernel import clock

pytestmark = pytest.mark.django_db

NOW = instant("2026-11-27 10:00")
TUESDAY = date(2026, 12, 1)
REGISTER = "/desk/register/"


@pytest.fixture(autouse=True)
def _friday_at_ten() -> Iterator[None]:
    before = clock.simulate(clock.frozen(NOW))
    yield
    clock.simulate(before)


@pytest.fixture
def hall() -> Hall:
    return make_hall(days=(MONDAY, TUESDAY))


def at(when: str) -> None:
    clock.simulate(clock.frozen(instant(when)))


def staff(role: Role, hall: Hall, login: str = "", department: Department | None = None) -> Client:
    login = login or role.value
    new = people.NewStaff(
        login,
        role,
        name="样例人员",
        centre_id=hall.centre.pk,
        department_id=department.pk if department else None,
    )
    people.add_staff(new, by="test", now=NOW, password="right-right-right")
    made = Client()
    made.post("/staff/login", {"username": login, "password": "right-right-right"})
    return made


@pytest.fixture
def clerk(hall: Hall) -> Client:
    return staff(Role.CLERK, hall)


def filled(of: Hall, n: int = 1, **fields: Any) -> dict[str, Any]:
    values = {
        "do": "book",
        "channel": "onsite",
        "kind": "resident_id",
        "number": resident(n).number,
        "name": "样例群众",
        "phone": phone(n),
        "owner": "own",
        "what": f"m:{of.matter.code}",
        "slot": of.slot(9).pk,
    }
    return values | fields


def words(answer: Any) -> str:
    return str(answer.content.decode())


def test_r4_1_1_a_clerk_registers_onsite_with_the_message_in_the_same_transaction(hall: Hall, clerk: Client) -> None:
    answer = clerk.post(REGISTER, filled(hall))
    made = Appointment.objects.get()
    assert answer["Location"] == f"/desk/appointments/{made.code}/notice/"
    assert (made.channel_kind, made.status, made.slot_id) == ("onsite", "booked", hall.slot(9).pk)
    assert [each.template for each in Message.objects.all()] == ["booked"]
    assert Event.objects.get(kind="appointment.booked").by == "staff:clerk"


def test_r4_1_2_who_calls_a_counter_is_registered_at_once_by_telephone(hall: Hall, clerk: Client) -> None:
    clerk.post(REGISTER, filled(hall, channel="phone"))
    assert Appointment.objects.get().channel_kind == "phone"


def test_the_hotline_begins_with_the_telephone_and_a_counter_with_onsite(hall: Hall, clerk: Client) -> None:
    hotline = staff(Role.HOTLINE, hall)
    assert [each.get(REGISTER).context["typed"].channel for each in (clerk, hotline)] == ["onsite", "phone"]


def test_a_registration_sent_twice_is_one_appointment_and_leads_to_it(hall: Hall, clerk: Client) -> None:
    first, second = (clerk.post(REGISTER, filled(hall)) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Appointment.objects.count() == 1


def test_r5_2_another_booking_at_the_same_time_is_refused_with_its_clause_and_keeps_what_was_typed(
    hall: Hall, clerk: Client
) -> None:
    clerk.post(REGISTER, filled(hall))
    other = make_matter(hall.matter.department, hall.queue)
    answer = clerk.post(REGISTER, filled(hall, what=f"m:{other.code}"))
    assert answer.status_code == 409
    assert 'data-clause="R5.2"' in words(answer)
    assert 'value="样例群众"' in words(answer)
    assert Appointment.objects.count() == 1


def test_live_refusals_stand_beside_each_hour_before_anything_is_sent(hall: Hall, clerk: Client) -> None:
    booking.book(request_for(hall, hall.slot(9)), by="test", now=NOW)
    answer = clerk.post(REGISTER, filled(hall, do="look", slot=""))
    told = [[why.code for why in each.reasons] for each in answer.context["hours"]]
    assert told[:2] == [["overlapping"], []]
    assert answer.context["chosen"] == hall.slot(10).pk
    assert Appointment.objects.count() == 1


def test_r4_0_after_1630_the_next_working_day_is_not_offered_at_the_desk(hall: Hall, clerk: Client) -> None:
    at("2026-11-27 16:30:00")
    on_time = clerk.post(REGISTER, filled(hall, do="look")).context["hours"][0].starts_at.date()
    at("2026-11-27 16:30:01")
    late = clerk.post(REGISTER, filled(hall, do="look")).context["hours"][0].starts_at.date()
    assert (on_time, late) == (MONDAY, TUESDAY)


def test_r4_0_a_manager_overrides_the_cut_off_with_a_reason_that_stays_in_the_history(hall: Hall) -> None:
    at("2026-11-27 17:00")
    manager = staff(Role.CENTRE_MANAGER, hall)
    silent = manager.post(REGISTER, filled(hall, override="1"))
    assert (silent.status_code, Appointment.objects.count()) == (422, 0)
    assert manager.post(REGISTER, filled(hall, override="1", why="老人远道而来")).status_code == 302
    event = Event.objects.get(kind="appointment.overridden")
    assert (event.reason, event.clause, event.by) == ("老人远道而来", "R4.0", "staff:centre_manager")


def test_r4_0_a_clerk_may_not_override(hall: Hall, clerk: Client) -> None:
    at("2026-11-27 17:00")
    assert clerk.post(REGISTER, filled(hall, override="1", why="求情")).status_code == 403
    assert "override" not in words(clerk.post(REGISTER, filled(hall, do="look")))
    assert Appointment.objects.count() == 0


def test_r4_1_1_somebody_without_a_telephone_is_registered_and_gets_paper(hall: Hall, clerk: Client) -> None:
    answer = clerk.post(REGISTER, filled(hall, phone="", owner="none"), follow=True)
    assert Message.objects.count() == 0
    assert "没有手机，请打印凭条交给群众" in words(answer)


def test_r4_1_1_a_relatives_number_is_told_and_noted_once(hall: Hall, clerk: Client) -> None:
    for _ in range(2):
        clerk.post(REGISTER, filled(hall, owner="relative"))
    assert Message.objects.count() == 1
    assert Event.objects.filter(kind="appointment.relatives_phone").count() == 1


def test_a_missing_telephone_is_asked_for_and_nothing_typed_is_lost(hall: Hall, clerk: Client) -> None:
    answer = clerk.post(REGISTER, filled(hall, phone="", number="41162419"))
    assert (answer.status_code, {name for name, text in answer.context["errors"].items() if text}) == (
        422,
        {"number", "phone"},
    )
    assert 'value="41162419"' in words(answer)


def test_r5_1_a_card_that_the_reader_types_becomes_number_and_name(hall: Hall, clerk: Client) -> None:
    card = f"样例读卡|男|汉|19500101|{resident(1).number}|样例地址"
    answer = clerk.post(REGISTER, filled(hall, do="look", number=card, name=""))
    typed = answer.context["typed"]
    assert (typed.number, typed.kind, typed.name) == (resident(1).number, "resident_id", "样例读卡")


def test_what_a_person_booked_and_the_strikes_are_told_masked(hall: Hall, clerk: Client) -> None:
    made = booking.book(request_for(hall, hall.slot(9)), by="test", now=NOW)
    person = Appointment.objects.get(code=made.code).person
    for n in (1, 2):
        other = booking.book(request_for(hall, hall.slot(9 + n, TUESDAY), n), by="test", now=NOW)
        appointment = Appointment.objects.get(code=other.code)
        Strike.objects.create(
            person=person,
            appointment_id=appointment.pk,
            cause="no_show",
            service_date=date(2026, 11, 20),
            at=NOW,
        )
    page = words(clerk.post(REGISTER, filled(hall, do="look", name="")))
    assert "已经约了" in page
    assert "本月爽约 2 次" in page
    assert 'value="样例申请人"' in page  # the name that was given last
    assert phone(1) not in page.replace(f'value="{phone(1)}"', "")


def test_r5_4_a_suspended_person_is_warned_of_and_every_hour_says_so(hall: Hall, clerk: Client) -> None:
    made = booking.book(request_for(hall, hall.slot(9)), by="test", now=NOW)
    person = Appointment.objects.get(code=made.code).person
    person.suspended_until = instant("2026-12-01 00:00")
    person.save()
    answer = clerk.post(REGISTER, filled(hall, do="look"))
    told = [{why.code for why in each.reasons} for each in answer.context["hours"]]
    assert all("suspended" in each for each in told)
    assert answer.context["chosen"] == 0
    assert "本月爽约已满" in words(answer)
    refused = clerk.post(REGISTER, filled(hall, slot=hall.slot(10).pk))
    assert refused.status_code == 409
    assert 'data-clause="R5.4"' in words(refused)


def test_matters_are_found_by_name_and_by_pinyin_initials_and_the_best_is_chosen(hall: Hall, clerk: Client) -> None:
    make_matter(hall.matter.department, hall.queue, name="样例护照办理", initials="ylhzbl", code="passport")
    by_initials = clerk.post(REGISTER, filled(hall, do="look", what="", q="hzbl"))
    by_name = clerk.post(REGISTER, filled(hall, do="look", what="", q="护照"))
    assert [each.context["target"].matter.code for each in (by_initials, by_name)] == ["passport", "passport"]


def test_r5_2_a_package_is_found_by_pinyin_initials_and_among_many_matters(hall: Hall, clerk: Client) -> None:
    package = make_package(hall)
    Package.objects.filter(pk=package.pk).update(name="样例开店一件事", initials="ylkdyjs ylkd")
    for n in range(9):
        make_matter(hall.matter.department, hall.queue, name=f"样例开店登记{n}", initials=f"ylkddj{n}")
    for text in ("kdyjs", "YLKD", "样例开店"):
        found = clerk.post(REGISTER, filled(hall, do="look", what="", q=text)).context["found"]
        assert f"p:{package.code}" in [each.value for each in found]
        assert len(found) <= 8


def test_a_clerk_of_a_department_registers_only_what_it_decides(hall: Hall) -> None:
    other = Department.objects.create(code="other", name="另一部门", short_name="另一")
    theirs = make_matter(other, hall.queue, code="theirs")
    clerk = staff(Role.CLERK, hall, "bound", department=hall.matter.department)
    found = clerk.post(REGISTER, filled(hall, do="look", what="", q="样例事项")).context["found"]
    assert theirs.code not in {each.matter.code for each in found}
    assert clerk.post(REGISTER, filled(hall, what="m:theirs")).status_code == 422
    assert Appointment.objects.count() == 0


def test_r3_6_a_matter_is_registered_at_any_hall_of_the_county_that_opened_it(hall: Hall, clerk: Client) -> None:
    elsewhere = make_hall(code="elsewhere")
    answer = clerk.post(
        REGISTER, filled(hall, what=f"m:{elsewhere.matter.code}", hall="elsewhere", slot=elsewhere.slot(9).pk)
    )
    made = Appointment.objects.get()
    assert (made.centre_id, answer.status_code) == (elsewhere.centre.pk, 302)
    assert clerk.get(answer["Location"]).status_code == 200  # who registered it may read the notice aloud
    assert clerk.get(f"/desk/appointments/{made.code}/").status_code == 200
    colleague = staff(Role.CLERK, hall, "colleague")
    assert colleague.get(f"/desk/appointments/{made.code}/").status_code == 404


def test_an_hour_that_is_not_there_and_a_matter_that_is_unknown_are_asked_again(hall: Hall, clerk: Client) -> None:
    wrong: list[dict[str, Any]] = [
        {"slot": "999999"},
        {"slot": "x"},
        {"what": "m:nothing"},
        {"what": "p:nothing"},
        {"what": ""},
    ]
    told = [clerk.post(REGISTER, filled(hall, **each)).status_code for each in wrong]
    assert told == [422] * 5


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.CLERK, 200),
        (Role.GUIDE, 200),
        (Role.HOTLINE, 200),
        (Role.CENTRE_MANAGER, 200),
        (Role.SUPERVISOR, 403),
        (Role.SECURITY_ADMIN, 403),
        (Role.AUDIT_ADMIN, 403),
    ],
)
def test_only_who_books_for_others_sees_the_registration(hall: Hall, role: Role, status: int) -> None:
    assert staff(role, hall, "somebody").get(REGISTER).status_code == status


def test_a_visitor_is_asked_to_log_in(hall: Hall) -> None:
    assert Client().get(REGISTER)["Location"].startswith("/staff/login")


def test_an_online_booking_of_the_person_is_shown_too(hall: Hall, clerk: Client) -> None:
    booking.book(request_for(hall, hall.slot(9), channel_kind=ChannelKind.ONLINE), by="test", now=NOW)
    seen = clerk.post(REGISTER, filled(hall, do="look")).context["person"]
    assert [each.starts_at for each in seen.coming] == [instant("2026-11-30 09:00")]
