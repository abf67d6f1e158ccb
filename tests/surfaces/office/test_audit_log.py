"""The log is searched by who, kind, day and appointment, read only; supervisors see who looked at whole numbers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from tests.factories import Hall, instant, make_hall, request_for
from yueban.domain.audit import operations as audit
from yueban.domain.audit.models import Event
from yueban.domain.booking import operations as booking
from yueban.domain.people import operations as people
from yueban.domain.people.models import Staff
from yueban.domain.people.operations import NewStaff
from yueban.domain.people.rules import Permission, Role, may
from yueban.kernel import clock

pytestmark = pytest.mark.django_db

NOW = instant("2026-11-26 12:00")
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _thursday_noon() -> Iterator[None]:
    before = clock.simulate(clock.frozen(NOW))
    yield
    clock.simulate(before)


@pytest.fixture
def hall() -> Hall:
    return make_hall()


def browser(role: Role, hall: Hall | None = None, login: str = "") -> Client:
    login = login or role.value
    new = NewStaff(login, role, name=f"样例{login}", centre_id=hall.centre.pk if hall else None)
    people.add_staff(new, by="test", now=NOW - 100 * DAY, password="right-right-right")
    made = Client()
    made.force_login(Staff.objects.get(username=login))
    return made


@pytest.fixture
def auditor() -> Client:
    return browser(Role.AUDIT_ADMIN)


def record(kind: str, by: str = "staff:li", days_ago: int = 0, **more: object) -> int:
    return audit.record(kind=kind, by=by, at=NOW - days_ago * DAY, **more)  # type: ignore[arg-type]


def found(browser: Client, path: str = "/office/audit/", **asked: str) -> list[tuple[str, str]]:
    answer = browser.get(path, asked)
    assert answer.status_code == 200
    return [(line.kind, line.by) for line in answer.context["lines"]]


def test_the_last_week_is_shown_the_newest_first(auditor: Client) -> None:
    record("staff.locked", days_ago=7)
    record("staff.unlocked", "staff:anquan", days_ago=6)
    record("appointment.booked", "channel:app")
    assert found(auditor) == [("appointment.booked", "channel:app"), ("staff.unlocked", "staff:anquan")]


def test_the_log_is_searched_by_who_kind_and_day(auditor: Client) -> None:
    record("staff.locked", days_ago=3)
    record("staff.unlocked", "staff:anquan", days_ago=2)
    record("person.revealed", days_ago=1, reason="核对证件原件")
    record("appointment.booked", "channel:app")
    assert found(auditor, who="li") == [("person.revealed", "staff:li"), ("staff.locked", "staff:li")]
    assert found(auditor, who="channel:app") == [("appointment.booked", "channel:app")]
    assert found(auditor, kind="staff.") == [("staff.unlocked", "staff:anquan"), ("staff.locked", "staff:li")]
    assert found(auditor, first="2026-11-24", last="2026-11-24") == [("staff.unlocked", "staff:anquan")]
    assert found(auditor, who="nobody") == []


def test_an_appointments_whole_history_is_found_whenever_it_was(hall: Hall, auditor: Client) -> None:
    code = booking.book(request_for(hall, hall.slot(9)), by="test", now=NOW).code
    clock.simulate(clock.frozen(NOW + 60 * DAY))
    auditor.force_login(Staff.objects.get(username="audit_admin"))
    assert found(auditor, code=f"{code[:4]} {code[4:]}") == [("appointment.booked", "test")]
    assert found(auditor, code="00000000") == []


def test_more_than_a_page_is_paged_without_a_gap(auditor: Client) -> None:
    for n in range(230):
        record("staff.logged_in", f"staff:s{n}")
    seen, more = [], ""
    while True:
        answer = auditor.get(f"/office/audit/?{more}")
        seen += [line.by for line in answer.context["lines"]]
        more = answer.context["older"]
        if not more:
            break
    assert seen == [f"staff:s{n}" for n in reversed(range(230))]


@pytest.mark.parametrize(
    "asked",
    [
        {"first": "2026-02-31"},
        {"last": "nonsense"},
        {"first": "9999-12-31"},
        {"last": "0001-01-01"},
        {"before": "9" * 40},
        {"who": "\0"},
        {"code": "\0"},
        {"kind": "x' OR 1=1"},
        {"first": "2026-12-01", "last": "2026-11-01"},
    ],
)
def test_nonsense_in_the_search_finds_something_or_nothing_and_never_fails(
    auditor: Client, asked: dict[str, str]
) -> None:
    record("staff.locked")
    found(auditor, **asked)


def test_the_seals_are_shown_and_verified_and_a_change_is_found(auditor: Client) -> None:
    assert "还没有封存过" in auditor.get("/office/audit/").content.decode()
    for _ in range(3):
        record("staff.locked")
    audit.sequence()
    audit.seal(now=NOW)
    record("staff.unlocked")
    page = auditor.get("/office/audit/")
    assert (page.context["seals"].seals, page.context["seals"].waiting) == (1, 1)
    assert auditor.post("/office/audit/").context["problems"] == []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # past the trigger, as one with the disk could
        cursor.execute("UPDATE audit_event SET by = 'staff:wang' WHERE position = 1")
        cursor.execute("SET LOCAL session_replication_role = origin")
    broken = auditor.post("/office/audit/")
    assert len(broken.context["problems"]) == 1
    assert "封存对不上" in broken.content.decode()


def test_reading_changes_nothing(auditor: Client) -> None:
    record("staff.locked")
    before = list(Event.objects.values())
    auditor.get("/office/audit/")
    auditor.post("/office/audit/")
    assert list(Event.objects.values()) == before


def test_a_supervisor_sees_who_looked_at_numbers_in_the_own_centre(hall: Hall) -> None:
    elsewhere = make_hall(code="elsewhere")
    record("person.revealed", centre_id=hall.centre.pk, reason="核对证件原件")
    record("person.reveals_exceeded", "staff:wang", centre_id=elsewhere.centre.pk)
    record("staff.locked", centre_id=hall.centre.pk)
    county, own = browser(Role.SUPERVISOR, None, "county"), browser(Role.SUPERVISOR, hall, "own")
    assert found(county, "/office/reveals/") == [
        ("person.reveals_exceeded", "staff:wang"),
        ("person.revealed", "staff:li"),
    ]
    assert found(own, "/office/reveals/") == [("person.revealed", "staff:li")]
    assert found(own, "/office/reveals/", who="wang", kind="staff.") == []


def test_only_the_audit_administrator_reads_the_log(hall: Hall) -> None:
    for role in Role:
        other = browser(role)
        assert other.get("/office/audit/").status_code == (200 if may(role, Permission.READ_AUDIT) else 403), role
        assert other.post("/office/audit/").status_code == (200 if may(role, Permission.READ_AUDIT) else 403), role
        assert other.get("/office/reveals/").status_code == (200 if may(role, Permission.SUPERVISE) else 403), role
