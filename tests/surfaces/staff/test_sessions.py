"""A session lasts thirty minutes after the last thing somebody did; what a page does by itself is nobody (等保 2.0)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.contrib.admin.sites import site
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from tests.factories import Hall, make_hall
from yueban.domain.people.models import Staff
from yueban.domain.people.rules import IDLE_MINUTES, Permission, Role, may

pytestmark = pytest.mark.django_db

SOON = timedelta(minutes=2)


@pytest.fixture
def hall() -> Hall:
    return make_hall()


def browser(role: Role, hall: Hall | None = None) -> Client:
    account = Staff.objects.create(
        username=role, role=role, centre=hall.centre if hall else None, is_staff=may(role, Permission.EDIT_REFERENCE)
    )
    made = Client()
    made.force_login(account, backend="yueban.surfaces.access.StaffBackend")
    return made


def now() -> datetime:
    return timezone.now()  # noqa: TID251 - sessions run on real time


def left(client: Client, path: str, *, htmx: bool = False) -> timedelta:
    """Ask for a page two minutes before the session's end, and give how long it lasts then."""
    session = client.session
    session["staff_seen"] = 0
    session.save()
    Session.objects.update(expire_date=now() + SOON)
    client.get(path, headers={"HX-Request": "true"} if htmx else {})
    return Session.objects.get().expire_date - now()


def test_what_a_clerk_does_prolongs_the_session_and_what_the_console_asks_by_itself_does_not(hall: Hall) -> None:
    clerk, at = browser(Role.CLERK, hall), f"/counter/{hall.counters[0].pk}/"
    assert left(clerk, at) > timedelta(minutes=29)
    assert left(clerk, f"{at}lists", htmx=True) <= SOON
    assert left(clerk, "/counter/guide/hall/") > timedelta(minutes=29)
    assert left(clerk, "/counter/guide/hall/state", htmx=True) <= SOON


@pytest.mark.parametrize(
    "path",
    ["/", "/display/board/hall/", "/display/board/hall/state", "/kiosk/", "/healthz", "/nothing-there", "/api/docs"],
)
def test_a_public_screen_in_the_same_browser_does_not_prolong_the_session(hall: Hall, path: str) -> None:
    assert left(browser(Role.CLERK, hall), path) <= SOON


def test_a_refused_page_does_not_prolong_the_session(hall: Hall) -> None:
    assert left(browser(Role.CLERK, hall), "/office/staff/") <= SOON


@pytest.mark.ignore_template_errors
def test_work_in_the_admin_prolongs_the_session(hall: Hall) -> None:
    assert left(browser(Role.SYSTEM_ADMIN), "/admin/directory/centre/") > timedelta(minutes=29)


def test_a_console_whose_session_ended_leads_the_whole_page_to_the_login(hall: Hall) -> None:
    clerk, at = browser(Role.CLERK, hall), f"/counter/{hall.counters[0].pk}/"
    Session.objects.all().delete()
    page = f"http://testserver{at}"
    answer = clerk.get(f"{at}lists", headers={"HX-Request": "true", "HX-Current-URL": page})
    assert (answer.status_code, answer.content) == (401, b"")
    assert answer.headers["HX-Redirect"] == f"/staff/login?next={at}"
    elsewhere = clerk.get(f"{at}lists", headers={"HX-Request": "true", "HX-Current-URL": "https://evil.example/x"})
    assert elsewhere.headers["HX-Redirect"] == "/staff/login?next=/x"


def test_the_session_cookie_is_not_for_scripts_nor_other_sites(hall: Hall) -> None:
    clerk = browser(Role.CLERK, hall)
    left(clerk, "/counter/")
    cookie = clerk.cookies[settings.SESSION_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert settings.SESSION_COOKIE_AGE == IDLE_MINUTES * 60


@pytest.mark.parametrize("role", Role)
def test_the_admin_follows_the_table_of_permissions(role: Role) -> None:
    account = Staff(username=role, role=role, is_active=True)
    reference, system = may(role, Permission.EDIT_REFERENCE), may(role, Permission.RUN_SYSTEM)
    assert account.has_perm("directory.change_matter") is reference
    assert account.has_perm("queueing.add_screen") is reference
    assert account.has_perm("procrastinate.view_procrastinatejob") is system
    assert not account.has_perm("procrastinate.change_procrastinatejob")
    for forbidden in ("people.change_staff", "people.view_person", "auth.add_group", "booking.change_appointment"):
        assert not account.has_perm(forbidden)
    account.is_active = False
    assert not account.has_perm("directory.change_matter")


def test_nothing_of_accounts_or_appointments_is_registered_in_the_admin() -> None:
    registered = {model._meta.app_label for model in site._registry}
    assert registered <= {"directory", "queueing", "procrastinate", "calendar", "regulation"}
    assert {"people", "auth", "booking", "audit", "credit"} & registered == set()


@pytest.mark.ignore_template_errors
def test_the_system_administrator_mends_reference_data_without_being_a_superuser(hall: Hall) -> None:
    admin = browser(Role.SYSTEM_ADMIN)
    assert not Staff.objects.get().is_superuser
    assert admin.get("/admin/").status_code == 200
    assert admin.get(f"/admin/directory/centre/{hall.centre.pk}/change/").status_code == 200
    assert admin.get("/admin/auth/group/").status_code == 404
