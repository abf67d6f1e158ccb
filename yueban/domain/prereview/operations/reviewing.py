"""What a clerk found, said once for all materials and told to the applicant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from yueban.domain.booking import operations as booking
from yueban.domain.notices import operations as notices
from yueban.domain.prereview.models import MaterialMark
from yueban.domain.prereview.operations.holding import held, open_appointment, write_history
from yueban.domain.prereview.rules import (
    Mark,
    Material,
    Outcome,
    Outdated,
    State,
    open_points,
    outcome_of,
    review_errors,
)
from yueban.kernel import crypto
from yueban.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from yueban.domain.booking.queries import AppointmentView
    from yueban.domain.prereview.models import Review

LINK: Final = "materials"
"""What the tokens of our links are made for."""
_TEMPLATES: Final = {Outcome.PASSED: "prereview_passed", Outcome.TO_FIX: "prereview_to_fix"}


def link_of(code: str) -> str:
    """Give the path of the applicant's page of materials, for who holds the telephone (no login)."""
    return f"/p/{crypto.link_token(LINK, code)}"


@transaction.atomic
def review(code: str, *, marks: Mapping[int, Mark], seen: int, by: str, now: datetime) -> Outcome:
    """Write what was found of the materials and tell the applicant; `seen` is the revision of the page it was written on.

    The same outcome over the same copies is told once, a changed one anew. Raises `InvalidInput` with every error by
    field, `Outdated` when copies or marks changed meanwhile, `Closed`, `UnknownAppointment`.
    """
    appointment = open_appointment(code, now=now)
    row = held(appointment)
    if row.revision != seen:
        raise Outdated
    materials = [Material.told(entry) for entry in row.materials]
    if errors := review_errors(materials, marks):
        raise InvalidInput.of(errors)
    if _is_news(row, marks):
        _write(row, marks, by, now)
        _tell(appointment, row, marks, now)
        found = {str(state): sum(mark.state is state for mark in marks.values()) for state in State}
        write_history(appointment, "reviewed", by=by, at=now, outcome=row.outcome, **found)
    return Outcome(row.outcome)


def _is_news(row: Review, marks: Mapping[int, Mark]) -> bool:
    """Tell whether anything changed since the applicant was last told: a mark, or a copy that was looked at now."""
    before = {each.material: Mark(State(each.state), each.advice) for each in MaterialMark.objects.filter(review=row)}
    fresh = row.reviewed_at is None or (row.handed_in_at is not None and row.handed_in_at > row.reviewed_at)
    return fresh or before != dict(marks)


def _write(row: Review, marks: Mapping[int, Mark], by: str, now: datetime) -> None:
    MaterialMark.objects.filter(review=row).delete()
    MaterialMark.objects.bulk_create(
        MaterialMark(review=row, material=place, state=mark.state, advice=mark.advice) for place, mark in marks.items()
    )
    row.outcome, row.reviewed_at, row.reviewed_by, row.told_at = outcome_of(marks), now, by, now
    row.revision += 1
    row.save()


def _tell(appointment: AppointmentView, row: Review, marks: Mapping[int, Mark], now: datetime) -> None:
    """Put the outcome into the outbox; who has no telephone is told by the clerk."""
    booking.write_to(
        appointment,
        event=f"prereview:{appointment.id}:{row.revision}",
        template=_TEMPLATES[Outcome(row.outcome)],
        now=now,
        count=open_points(marks),
        link=notices.link(link_of(appointment.code)),
    )
