"""Who may do what, and the bounds on codes and logins."""

from datetime import datetime, timedelta

import pytest

from yueban.domain.people.rules import (
    PERMISSION_NAMES,
    PERMISSIONS,
    ROLE_NAMES,
    AdmittedChannel,
    ChannelProgram,
    CodeHistory,
    Permission,
    Role,
    Scope,
    StaffIdentity,
    TooManyRequests,
    asking_address,
    code_refusal,
    counted_address,
    lock_after,
    may,
)
from yueban.kernel.clock import TZ

NOW = datetime(2026, 11, 27, 9, tzinfo=TZ)


def test_every_role_and_permission_is_said_in_words() -> None:
    assert set(ROLE_NAMES) == set(PERMISSIONS) == set(Role)
    assert set(PERMISSION_NAMES) == set(Permission)
    assert set().union(*PERMISSIONS.values()) == set(Permission)


def test_the_three_administrators_share_no_power() -> None:
    admins = [PERMISSIONS[role] for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)]
    assert len(set().union(*admins)) == sum(map(len, admins))


@pytest.mark.parametrize(
    ("role", "permission", "allowed"),
    [
        ("clerk", Permission.CALL, True),
        ("guide", Permission.CALL, False),
        ("guide", Permission.ISSUE_TICKETS, True),
        ("clerk", Permission.OVERRIDE_CUTOFF, False),
        ("centre_manager", Permission.OVERRIDE_CUTOFF, True),
        ("security_admin", Permission.READ_AUDIT, False),
        ("audit_admin", Permission.MANAGE_STAFF, False),
        ("nobody", Permission.CALL, False),
        ("", Permission.CALL, False),
    ],
)
def test_a_role_may_what_the_table_says(role: str, permission: Permission, allowed: bool) -> None:  # noqa: FBT001
    assert may(role, permission) is allowed


def test_a_permission_holds_only_where_the_role_does() -> None:
    clerk = StaffIdentity(1, "li", "李", Role.CLERK, Scope(centre_id=1, department_id=5))
    assert clerk.may(Permission.CALL)
    assert clerk.may(Permission.CALL, centre_id=1)
    assert clerk.may(Permission.CALL, centre_id=1, department_id=5)
    assert not clerk.may(Permission.CALL, centre_id=2)
    assert not clerk.may(Permission.CALL, centre_id=1, department_id=6)
    county = StaffIdentity(2, "wang", "王", Role.SUPERVISOR, Scope())
    assert county.may(Permission.SUPERVISE, centre_id=9, department_id=9)
    assert not county.may(Permission.CALL, centre_id=9)


@pytest.mark.parametrize(
    ("kind", "books_as"),
    [("web", "online"), ("kiosk", "online"), ("upstream", "online"), ("phone", "phone"), ("onsite", "onsite")],
)
def test_r2_a_channel_books_by_the_rules_of_its_kind(kind: str, books_as: str) -> None:
    assert AdmittedChannel(1, "x", ChannelProgram(kind), None).books_as == books_as


@pytest.mark.parametrize(
    ("history", "wait"),
    [
        (CodeHistory(0, 0, None), None),
        (CodeHistory(1, 0, 60.0), None),
        (CodeHistory(1, 0, 59.5), 1),
        (CodeHistory(1, 0, 0.0), 61),
        (CodeHistory(9, 99, 61.0), None),
        (CodeHistory(10, 0, 3_600.0), 86_400),
        (CodeHistory(0, 100, None), 3_600),
    ],
)
def test_codes_are_bounded_by_phone_and_address(history: CodeHistory, wait: int | None) -> None:
    refusal = code_refusal(history)
    assert (refusal.retry_after if refusal else None) == wait


@pytest.mark.parametrize(
    ("ip", "counted"),
    [
        ("223.5.5.5", "223.5.5.5"),
        ("2400:3200::1", "2400:3200::1"),
        ("127.0.0.1", ""),
        ("192.168.1.9", ""),
        ("", ""),
        ("x", ""),
    ],
)
def test_an_address_that_many_share_is_not_counted(ip: str, counted: str) -> None:
    assert counted_address(ip) == counted


@pytest.mark.parametrize(
    ("peer", "forwarded", "asking"),
    [
        ("223.5.5.5", "", "223.5.5.5"),
        ("223.5.5.5", "8.8.8.8", "223.5.5.5"),
        ("127.0.0.1", "8.8.8.8, 223.5.5.5", "223.5.5.5"),
        ("10.0.0.2", "223.5.5.5", "223.5.5.5"),
        ("127.0.0.1", "223.5.5.5, 192.168.1.9", "192.168.1.9"),
        ("127.0.0.1", "", ""),
    ],
)
def test_behind_a_proxy_the_address_counts_that_the_proxy_noted(peer: str, forwarded: str, asking: str) -> None:
    assert asking_address(peer, forwarded) == asking


def test_a_bound_says_when_to_come_back() -> None:
    refusal = TooManyRequests(61, "%(seconds)s %(minutes)s")
    assert refusal.message % refusal.details == "61 2"


def test_five_failures_lock() -> None:
    assert lock_after(4, now=NOW, length=timedelta(minutes=15)) is None
    assert lock_after(5, now=NOW, length=timedelta(minutes=15)) == NOW + timedelta(minutes=15)
