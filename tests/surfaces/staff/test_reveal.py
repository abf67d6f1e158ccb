"""The whole certificate number and telephone: a recorded click, with htmx or without; nothing of it is kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from tests.factories import Hall, instant, make_hall, phone, request_for, resident
from yueban.domain.audit.models import Event
from yueban.domain.booking import operations as booking
from yueban.domain.directory.models import Department
from yueban.domain.people import operations as people
from yueban.domain.people.models import Staff
from yueban.domain.people.rules import REVEALS_A_DAY, Role
from yueban.kernel import clock

pytestmark = pytest.mark.django_db

NOW = instant("2026-11-26 12:00")
HTMX = {"HX-Request": "true"}
NUMBER = resident(1).number
WHY = {"reason": "original"}


@pytest.fixture(autouse=True)
def _thursday_noon() -> Iterator[None]:
    before = clock.simulate(clock.frozen(NOW))
    yield
    clock.simulate(before)


@pytest.fixture
def hall() -> Hall:
    return make_hall()


@pytest.fixture
def code(hall: Hall) -> str:
    return booking.book(request_for(hall, hall.slot(9)), by="test", now=NOW).code


def staff(role: Role, hall: Hall | None, department: int | None = None, login: str = "clerk") -> Client:
    centre = hall.centre.pk if hall else None
    new = people.NewStaff(login, role, name="样例职员", centre_id=centre, department_id=department)
    people.add_staff(new, by="test", now=NOW, password="right-right-right")
    made = Client()
    made.force_login(Staff.objects.get(username=login))
    return made


def words(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined, no-any-return]


def test_r5_1_the_click_shows_both_numbers_whole_and_is_recorded(hall: Hall, code: str) -> None:
    browser = staff(Role.CLERK, hall)
    masked = browser.get(f"/staff/reveal/{code}")
    assert NUMBER not in words(masked)
    assert resident(1).masked in words(masked)
    shown = browser.post(f"/staff/reveal/{code}", WHY | {"back": f"/desk/appointments/{code}/"})
    assert NUMBER in words(shown)
    assert "138 0000 0001" in words(shown)
    assert f'href="/desk/appointments/{code}/"' in words(shown)
    event = Event.objects.get(kind="person.revealed")
    assert (event.by, event.reason, event.centre_id) == ("staff:clerk", "核对证件原件", hall.centre.pk)
    for answer in (masked, shown):
        assert "no-store" in answer.headers["Cache-Control"]


def test_with_htmx_only_the_fragment_comes_and_it_hides_itself(hall: Hall, code: str) -> None:
    browser = staff(Role.CLERK, hall)
    shown = words(browser.post(f"/staff/reveal/{code}", WHY, headers=HTMX))
    assert "<html" not in shown
    assert NUMBER in shown
    assert 'hx-trigger="load delay:60s"' in shown
    hidden = words(browser.get(f"/staff/reveal/{code}", headers=HTMX))
    assert "<html" not in hidden
    assert NUMBER not in hidden
    assert phone(1) not in hidden


def test_without_a_reason_nothing_is_shown_and_what_was_typed_stays(hall: Hall, code: str) -> None:
    browser = staff(Role.CLERK, hall)
    answer = browser.post(f"/staff/reveal/{code}", {"words": "  "})
    assert answer.status_code == 409
    assert "请选择或写明查看完整号码的理由。" in words(answer)
    assert NUMBER not in words(answer)
    assert not Event.objects.filter(kind="person.revealed").exists()


def test_past_the_days_bound_the_reason_stays_and_the_way_out_is_said(hall: Hall, code: str) -> None:
    browser = staff(Role.CLERK, hall)
    Staff.objects.update(reveals=REVEALS_A_DAY, reveals_on=NOW.date())
    answer = words(browser.post(f"/staff/reveal/{code}", {"words": "家属代问"}, headers=HTMX))
    assert "不能再看" in answer
    assert 'value="家属代问"' in answer
    assert NUMBER not in answer


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_the_way_back_is_ours(hall: Hall, code: str, back: str) -> None:
    shown = words(staff(Role.CLERK, hall).post(f"/staff/reveal/{code}", WHY | {"back": back}))
    assert "evil" not in shown
    assert "javascript" not in shown


def test_owner_yes_colleague_and_stranger_no(hall: Hall, code: str) -> None:
    own = hall.matter.department_id
    other = Department.objects.create(code="other", name="另一样例部门", short_name="另一").pk
    elsewhere = make_hall(code="elsewhere")
    asked = {
        "owner": staff(Role.CLERK, hall, own, "owner"),
        "hall's own": staff(Role.CLERK, hall, None, "whole"),
        "manager": staff(Role.CENTRE_MANAGER, hall, None, "manager"),
        "other department": staff(Role.CLERK, hall, other, "colleague"),
        "other centre": staff(Role.CLERK, elsewhere, own, "away"),
        "guide": staff(Role.GUIDE, hall, None, "guide"),
        "hotline": staff(Role.HOTLINE, hall, None, "hotline"),
        "supervisor": staff(Role.SUPERVISOR, None, None, "supervisor"),
        "auditor": staff(Role.AUDIT_ADMIN, None, None, "auditor"),
        "nobody": Client(),
    }
    told = {who: browser.post(f"/staff/reveal/{code}", WHY).status_code for who, browser in asked.items()}
    assert told == {
        "owner": 200,
        "hall's own": 200,
        "manager": 200,
        "other department": 403,
        "other centre": 403,
        "guide": 403,
        "hotline": 403,
        "supervisor": 403,
        "auditor": 403,
        "nobody": 302,
    }
    assert Event.objects.filter(kind="person.revealed").count() == 3


@pytest.mark.parametrize("code", ["00000000", "nonsense", "１２３４５６７８"])
def test_an_appointment_that_is_none_is_not_found(hall: Hall, code: str) -> None:
    assert staff(Role.CLERK, hall).post(f"/staff/reveal/{code}", WHY).status_code == 404
