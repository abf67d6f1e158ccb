"""Channels and staff for the command line: codes and names become what the domain takes, or a sentence why not."""

from enum import StrEnum
from typing import TypeVar

from django.db import IntegrityError

from yueban.config.terminal import Refusal
from yueban.domain.directory import queries as directory
from yueban.domain.people import operations as people
from yueban.domain.people.rules import LOGIN, ChannelProgram, Role
from yueban.kernel import clock

Choice = TypeVar("Choice", bound=StrEnum)

LONGEST_NAME = 50


def add_channel(name: str, kind: str, centre: str | None, *, by: str) -> str:
    """Add a channel and give its token; raises Refusal."""
    program = _one_of(ChannelProgram, kind, "kind")
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise Refusal(f"The name of a channel has 1 to {LONGEST_NAME} printable characters.")
    try:
        return people.add_channel(name=name, kind=program, centre_id=_centre(centre), by=by, now=clock.now())
    except IntegrityError as error:
        raise Refusal(f"There is a channel {name} already.") from error


def add_staff(login: str, role: str, centre: str | None, department: str | None, *, by: str) -> str:
    """Add an account and give its first password; raises Refusal."""
    if not LOGIN.fullmatch(login):
        raise Refusal("A login has letters, digits and . _ @ + - only.")
    new = people.NewStaff(
        login=login,
        role=_one_of(Role, role, "role"),
        centre_id=_centre(centre),
        department_id=_department(department),
    )
    if new.role is Role.DEPARTMENT_MANAGER and None in {new.centre_id, new.department_id}:
        raise Refusal("A department manager needs a centre and a department: without them the role would hold in all.")
    try:
        return people.add_staff(new, by=by, now=clock.now())
    except IntegrityError as error:
        raise Refusal(f"There is an account {login} already.") from error


def issue_staff_token(login: str, *, by: str) -> str:
    """Make an API token of an account; raises Refusal."""
    try:
        return people.issue_staff_token(login, by=by, now=clock.now())
    except people.UnknownStaff as error:
        raise Refusal(f"There is no account {login}.") from error


def _one_of(choices: type[Choice], text: str, what: str) -> Choice:
    try:
        return choices(text)
    except ValueError as error:
        raise Refusal(f"{text!r} is no {what}: {', '.join(choices)}.") from error


def _centre(code: str | None) -> int | None:
    if code is None:
        return None
    try:
        return directory.centre(code).pk
    except directory.UnknownCentre as error:
        raise Refusal(f"There is no centre {code!r}.") from error


def _department(code: str | None) -> int | None:
    if code is None:
        return None
    try:
        return directory.department(code).pk
    except directory.UnknownDepartment as error:
        raise Refusal(f"There is no department {code!r}.") from error
