"""Where a role holds: every role with its place, and the scope as a table over a small county."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yueban.domain.people.rules import (
    PERMISSIONS,
    REACH_NAMES,
    REACHES,
    Permission,
    Reach,
    Role,
    Scope,
    StaffIdentity,
    may,
    misplaced,
)

HERE, THERE, OURS, THEIRS = 1, 2, 5, 6
NOWHERE, HALL, DEPARTMENT, ALL_HALLS = Scope(), Scope(HERE), Scope(HERE, OURS), Scope(None, OURS)

GOOD = {
    Role.CLERK: [HALL, DEPARTMENT],
    Role.GUIDE: [HALL],
    Role.HOTLINE: [HALL],
    Role.DEPARTMENT_MANAGER: [DEPARTMENT],
    Role.CENTRE_MANAGER: [HALL],
    Role.SUPERVISOR: [HALL, NOWHERE],
    Role.SYSTEM_ADMIN: [NOWHERE],
    Role.SECURITY_ADMIN: [NOWHERE],
    Role.AUDIT_ADMIN: [NOWHERE],
}


def test_every_role_says_where_it_holds_in_words() -> None:
    assert set(REACHES) == set(Role)
    assert set(REACH_NAMES) == set(Reach)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("scope", [NOWHERE, HALL, DEPARTMENT, ALL_HALLS])
def test_a_role_has_its_place_and_no_other(role: Role, scope: Scope) -> None:
    wrong = misplaced(role, scope)
    assert (not wrong) == (scope in GOOD[role])
    assert all(error.field in {"centre", "department"} for error in wrong)


@pytest.mark.parametrize(
    ("scope", "inside"),
    [
        (NOWHERE, {(HERE, OURS), (HERE, THEIRS), (HERE, None), (THERE, OURS), (THERE, THEIRS), (THERE, None)}),
        (HALL, {(HERE, OURS), (HERE, THEIRS), (HERE, None)}),
        (DEPARTMENT, {(HERE, OURS), (HERE, None)}),
        (ALL_HALLS, {(HERE, OURS), (THERE, OURS), (HERE, None), (THERE, None)}),
    ],
)
def test_a_scope_covers_exactly_this(scope: Scope, inside: set[tuple[int, int | None]]) -> None:
    things = itertools.product((HERE, THERE), (OURS, THEIRS, None))
    assert {(c, d) for c, d in things if scope.covers(centre_id=c, department_id=d)} == inside


ids = st.integers(1, 4)
scopes = st.builds(Scope, st.none() | ids, st.none() | ids)


@given(scope=scopes, role=st.sampled_from(Role), permission=st.sampled_from(Permission), centre=ids, department=ids)
def test_one_may_somewhere_only_what_the_role_may_at_all(
    scope: Scope, role: Role, permission: Permission, centre: int, department: int
) -> None:
    who = StaffIdentity(1, "li", "李", role, scope)
    there = who.may(permission, centre_id=centre, department_id=department)
    assert there == (permission in PERMISSIONS[role] and scope.covers(centre_id=centre, department_id=department))
    assert not there or (who.may(permission, centre_id=centre) and who.may(permission) and may(role, permission))


@given(wide=scopes, centre=ids, department=ids)
def test_a_narrower_scope_never_covers_more(wide: Scope, centre: int, department: int) -> None:
    narrow = Scope(wide.centre_id or 1, wide.department_id or 1)
    if narrow.covers(centre_id=centre, department_id=department):
        assert wide.covers(centre_id=centre, department_id=department)
