"""Pre-review (R3.5): the materials as they were told, what a clerk found of each, and when copies may still come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from yueban.domain.booking.rules import Status
from yueban.kernel.errors import FieldError, InvalidInput, gettext_noop

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

MOST_COPIES: Final = 24
"""Copies that one appointment may hold at a time."""
COPIES_A_MINUTE: Final = 12
"""Files that may be handed in for one appointment in a minute; good and bad ones count."""
LONGEST_ADVICE: Final = 200

LIVE: Final = frozenset(
    {Status.REQUESTED, Status.BOOKED, Status.ARRIVED, Status.TICKETED, Status.ACCEPTED, Status.MISSED}
)
"""The statuses in which materials still matter."""
WITHDRAWN: Final = frozenset({Status.CANCELLED, Status.LATE_CANCELLED, Status.REJECTED})
"""Nobody will come: the copies are deleted without waiting. What a counter cancelled may be booked anew, copies and all."""

TOO_FAST: Final = gettext_noop("上传太频繁，请 %(seconds)s 秒后再试。")
CLOSED: Final = gettext_noop("这个预约已经办完或取消，不能再传材料。")
FULL: Final = gettext_noop("一个预约最多放 %(most)s 个文件。请先删掉不要的。")
ALREADY: Final = gettext_noop("这个文件已经传过了，不用再传。")
GONE: Final = gettext_noop("要换的文件刚才已经删掉了，请看最新的清单。")
UNMARKED: Final = gettext_noop("请选这一项的结果。")
UNKNOWN: Final = gettext_noop("清单里没有这一项。")
NO_ADVICE: Final = gettext_noop("请写明要怎么改。")
LONG_ADVICE: Final = gettext_noop("意见最多 200 个字。")


class State(StrEnum):
    """What a clerk found of one material."""

    OK = "ok"
    TO_FIX = "to_fix"
    MISSING = "missing"


class Outcome(StrEnum):
    """What the review came to as a whole."""

    PASSED = "passed"
    TO_FIX = "to_fix"


class Closed(InvalidInput):
    """The appointment is over: nothing can be handed in or reviewed."""

    def __init__(self) -> None:
        """Say it beside the file."""
        super().__init__("file", "closed", CLOSED)


class Outdated(Exception):
    """The materials changed since the reviewer's page was made; nothing was written."""


@dataclass(frozen=True, slots=True)
class Material:
    """One material of the checklist, as the applicant was told it; `form` is empty in a package's merged list."""

    name: str
    form: str = ""
    copies: int = 1
    required: bool = True
    standard: str = ""
    note: str = ""

    @classmethod
    def told(cls, entry: str | Mapping[str, Any]) -> Material:
        """Read an entry of a guide, or a line of a package's merged list."""
        if isinstance(entry, str):
            return cls(entry)
        values = {name: entry.get(name) for name in cls.__dataclass_fields__}
        return cls(**{name: value for name, value in values.items() if value is not None})


@dataclass(frozen=True, slots=True)
class Mark:
    """What was found of one material, and the advice that goes with it."""

    state: State
    advice: str = ""


def is_open(status: Status, service_date: date, *, today: date) -> bool:
    """Tell whether materials of an appointment may still be handed in and reviewed."""
    return status in LIVE and service_date >= today


def review_errors(materials: Sequence[Material], marks: Mapping[int, Mark]) -> list[FieldError]:
    """Give everything that is wrong with a review: `state-<n>` and `advice-<n>` by the place of the material.

    A required material needs a mark; "to fix" needs advice that says how.
    """
    errors = [
        FieldError(f"state-{place}", "unmarked", UNMARKED)
        for place, material in enumerate(materials)
        if material.required and place not in marks
    ]
    for place, mark in sorted(marks.items()):
        if not 0 <= place < len(materials):
            errors.append(FieldError(f"state-{place}", "unknown", UNKNOWN))
        if mark.state is State.TO_FIX and not mark.advice:
            errors.append(FieldError(f"advice-{place}", "no_advice", NO_ADVICE))
        if len(mark.advice) > LONGEST_ADVICE:
            errors.append(FieldError(f"advice-{place}", "long_advice", LONG_ADVICE))
    return errors


def outcome_of(marks: Mapping[int, Mark]) -> Outcome:
    """Give what complete marks come to: passed when nothing is to be mended or brought."""
    return Outcome.PASSED if all(mark.state is State.OK for mark in marks.values()) else Outcome.TO_FIX


def open_points(marks: Mapping[int, Mark]) -> int:
    """Count the materials that are to be mended or brought."""
    return sum(mark.state is not State.OK for mark in marks.values())


def kept_until(service_date: date, *, days: int) -> date:
    """Give the last day on which copies are kept; they are deleted on the next."""
    return service_date + timedelta(days=days)
