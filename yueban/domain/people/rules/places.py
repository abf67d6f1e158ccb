"""Where a role holds, in words: at a counter's centre, in a department, in a whole centre, or in the county."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from yueban.domain.people.rules.roles import Role, Scope
from yueban.kernel.errors import FieldError, gettext_noop


class Reach(StrEnum):
    """How far a role reaches, by what its account must name."""

    DEPARTMENT = "department"
    COUNTER = "counter"
    CENTRE = "centre"
    LEVEL = "level"
    COUNTY = "county"


REACH_NAMES: Final[dict[Reach, str]] = {
    Reach.DEPARTMENT: gettext_noop("一个中心里的一个部门"),
    Reach.COUNTER: gettext_noop("一个中心；写明部门的，只在这个部门"),
    Reach.CENTRE: gettext_noop("一个中心，各部门"),
    Reach.LEVEL: gettext_noop("一个中心，或全县"),
    Reach.COUNTY: gettext_noop("全县"),
}

REACHES: Final[dict[Role, Reach]] = {
    Role.CLERK: Reach.COUNTER,
    Role.GUIDE: Reach.CENTRE,
    Role.HOTLINE: Reach.CENTRE,
    Role.DEPARTMENT_MANAGER: Reach.DEPARTMENT,
    Role.CENTRE_MANAGER: Reach.CENTRE,
    Role.SUPERVISOR: Reach.LEVEL,
    Role.SYSTEM_ADMIN: Reach.COUNTY,
    Role.SECURITY_ADMIN: Reach.COUNTY,
    Role.AUDIT_ADMIN: Reach.COUNTY,
}

NEEDS_CENTRE: Final = gettext_noop("这个角色要选一个中心。")
NO_CENTRE: Final = gettext_noop("这个角色面向全县，不选中心。")
NEEDS_DEPARTMENT: Final = gettext_noop("部门负责人要选一个部门。")
NO_DEPARTMENT: Final = gettext_noop("这个角色面向整个中心，不选部门。")

_NAMES_CENTRE: Final = {Reach.DEPARTMENT: True, Reach.COUNTER: True, Reach.CENTRE: True, Reach.COUNTY: False}
_NAMES_DEPARTMENT: Final = {Reach.DEPARTMENT: True, Reach.CENTRE: False, Reach.LEVEL: False, Reach.COUNTY: False}


def misplaced(role: Role, scope: Scope) -> list[FieldError]:
    """Give what is wrong with the place of an account: a role without its place would hold wider than the table says."""
    reach, found = REACHES[role], []
    centre, department = scope.centre_id is not None, scope.department_id is not None
    if _NAMES_CENTRE.get(reach, centre) != centre:
        found.append(FieldError("centre", "place", NO_CENTRE if centre else NEEDS_CENTRE))
    if _NAMES_DEPARTMENT.get(reach, department) != department:
        found.append(FieldError("department", "place", NO_DEPARTMENT if department else NEEDS_DEPARTMENT))
    return found
