"""Teams are added, changed and retired; none is deleted, for its visits are history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from yueban.domain.audit import operations as audit
from yueban.domain.visits.models import Team
from yueban.kernel.constraints import translate
from yueban.kernel.errors import InvalidInput, gettext_noop

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from datetime import datetime

_NO_NAME = gettext_noop("请填写小组名称，1 至 20 个字。")
_TAKEN = gettext_noop("这个部门已经有同名的小组。")
_LONGEST_NAME = 20  # it stands in messages
_LONGEST_MEMBERS = 200


@dataclass(frozen=True, slots=True)
class TeamForm:
    """What is said of a team: its name, and its members in words."""

    name: str
    members: str
    active: bool = True


def add_team(form: TeamForm, *, centre_id: int, department_id: int, by: str, now: datetime) -> Team:
    """Add a team of a department at a centre. Raises `InvalidInput`."""
    with transaction.atomic(), _once():
        made = Team.objects.create(centre_id=centre_id, department_id=department_id, **_columns(form))
        _record(made, "added", by=by, now=now)
    return made


def change_team(team: Team, form: TeamForm, *, by: str, now: datetime) -> None:
    """Change what is said of a team, or retire it; visits that it has stay. Raises `InvalidInput`."""
    with transaction.atomic(), _once():
        Team.objects.filter(pk=team.pk).update(**_columns(form))
        _record(team, "changed", by=by, now=now)


def _once() -> AbstractContextManager[None]:
    return translate({"team_name_once": lambda: InvalidInput("name", "taken", _TAKEN)})


def _columns(form: TeamForm) -> dict[str, object]:
    name = " ".join(form.name.split())
    if not 1 <= len(name) <= _LONGEST_NAME:
        raise InvalidInput("name", "bad_name", _NO_NAME)
    return {"name": name, "members": form.members.strip()[:_LONGEST_MEMBERS], "active": form.active}


def _record(team: Team, what: str, *, by: str, now: datetime) -> None:
    audit.record(kind=f"team.{what}", by=by, at=now, centre_id=team.centre_id, clause="R3.4", data={"team": team.pk})
