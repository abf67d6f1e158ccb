"""Calls through 总咨询台 (R4.1.2): taken, claimed by one clerk, called back, and ended with an appointment or a reason.

Every step is one conditional update that counts its rows, so that two clerks never call the same person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from yueban.domain.audit import operations as audit
from yueban.domain.booking import queries
from yueban.domain.booking.models import CallAttempt, CallRequest
from yueban.domain.booking.rules.hotline import (
    HELD_FOR,
    AttemptResult,
    CallState,
    CallTaken,
    ClosedReason,
    DayPart,
    UnknownCall,
    due,
)
from yueban.domain.calendar import queries as calendar
from yueban.domain.directory import queries as directory
from yueban.domain.regulation import queries as regulation
from yueban.domain.regulation.rules import RefusalCode, Refused, reason
from yueban.kernel import crypto
from yueban.kernel.constraints import constraint_name

if TYPE_CHECKING:
    from datetime import date, datetime

    from yueban.domain.directory.models import Matter

CLAUSE = "R4.1.2"


@dataclass(frozen=True, slots=True)
class Intake:
    """What a caller said, parsed already. `press` names the press of the button, so that a second one adds no call."""

    centre: str
    matter: str
    name: str
    phone: str
    press: str
    note: str = ""
    wanted_on: date | None = None
    wanted_part: DayPart = DayPart.ANY


def take_call(intake: Intake, *, by: str, now: datetime) -> int:
    """Write a call down for the counters of the matter's department, with its due time, and give its id.

    Raises `UnknownCentre`, `UnknownMatter`, and `Refused` (R3.6) where the centre does not handle the matter.
    """
    centre, matter = directory.centre(intake.centre), directory.matter(intake.matter)
    if directory.offer(matter, centre) is None:
        raise Refused([reason(RefusalCode.NOT_OFFERED_HERE)])
    try:
        with transaction.atomic():
            call = _written(intake, centre.pk, matter, by=by, now=now)
            data = {"matter": matter.code, "due_at": call.due_at.isoformat()}
            _record(call.pk, call.centre_id, "taken", by=by, now=now, data=data)
            return call.pk
    except IntegrityError as error:
        if constraint_name(error) != "call_pressed_once":
            raise
        return CallRequest.objects.values_list("pk", flat=True).get(press=intake.press)


def _written(intake: Intake, centre_id: int, matter: Matter, *, by: str, now: datetime) -> CallRequest:
    days = regulation.in_force(now.date()).parameters.callback_due
    times = due(calendar.working_clock(centre_id), now, days, wanted=intake.wanted_on)
    return CallRequest.objects.create(
        centre_id=centre_id,
        department_id=matter.department_id,
        matter=matter,
        name_sealed=crypto.seal(intake.name),
        phone_index=crypto.blind_index("phone", intake.phone),
        phone_sealed=crypto.seal(intake.phone),
        note_sealed=crypto.seal(intake.note),
        wanted_on=intake.wanted_on,
        wanted_part=intake.wanted_part,
        asked_at=now,
        taken_by=by,
        due_at=times.due_at,
        warn_at=times.warn_at,
        press=intake.press,
    )


@transaction.atomic
def claim_call(call_id: int, *, by: str, now: datetime) -> None:
    """Take a call to call back now; it is kept from others for a quarter of an hour. Raises `CallTaken`."""
    free = Q(claimed_by="") | Q(claimed_by=by) | Q(claimed_at__lte=now - HELD_FOR)
    before = CallRequest.objects.filter(free, pk=call_id, state=CallState.WAITING)
    if not before.update(claimed_by=by, claimed_at=now):
        raise CallTaken
    _record(call_id, _centre_of(call_id), "claimed", by=by, now=now)


@transaction.atomic
def note_attempt(
    call_id: int, result: AttemptResult, *, by: str, now: datetime, again_at: datetime | None = None
) -> None:
    """Note that calling back led to nothing yet, and give the call free again. Raises `CallTaken`."""
    _change(call_id, by=by, claimed_by="", claimed_at=None, again_at=again_at)
    CallAttempt.objects.create(call_id=call_id, at=now, by=by, result=result, again_at=again_at)
    _record(call_id, _centre_of(call_id), "attempted", by=by, now=now, data={"result": result})


@transaction.atomic
def close_call(call_id: int, why: ClosedReason, *, by: str, now: datetime, note: str = "") -> None:
    """End a call without an appointment, with the reason. Raises `CallTaken`."""
    _change(call_id, by=by, state=CallState.CLOSED, closed_reason=why, closed_at=now)
    _record(call_id, _centre_of(call_id), "closed", by=by, now=now, reason=note, data={"why": why})


@transaction.atomic
def hand_on_call(call_id: int, matter: str, *, by: str, now: datetime) -> None:
    """Hand a call on to the counters of another matter; its due time stands. Raises `CallTaken`, `UnknownMatter`.

    Where this hall does not handle the matter, the call goes to the first that does (R3.6); `Refused` where none does.
    """
    found, here = directory.matter(matter), _centre_of(call_id)
    halls = [each.centre_id for each in directory.offers(found)]
    if not halls:
        raise Refused([reason(RefusalCode.NOT_OFFERED_HERE)])
    there = here if here in halls else halls[0]
    columns = {"matter": found, "department_id": found.department_id, "centre_id": there}
    _change(call_id, by=by, claimed_by="", claimed_at=None, **columns)
    _record(call_id, there, "handed_on", by=by, now=now, data={"matter": found.code})


@transaction.atomic
def finish_call(call_id: int, code: str, *, by: str, now: datetime) -> None:
    """End a call with the appointment that came of it (R4.1.2); twice is once. Raises `CallTaken`, `UnknownAppointment`."""
    found = queries.by_code(code, now=now)
    try:
        _change(call_id, by=by, state=CallState.REGISTERED, appointment_id=found.id, closed_at=now)
    except CallTaken:
        if CallRequest.objects.filter(pk=call_id, state=CallState.REGISTERED, appointment=found.id).exists():
            return
        raise
    _record(call_id, found.centre_id, "registered", by=by, now=now, appointment_id=found.id)


def escalate_calls(*, now: datetime, by: str = "system:calls") -> int:
    """Tell managers of calls that are due soon and of those that are late, once each; give how many were told of.

    The mark and its event are one transaction, so running twice at once tells once.
    """
    waiting = CallRequest.objects.filter(state=CallState.WAITING)
    told = 0
    late = waiting.filter(overdue_at=None, due_at__lt=now.replace(microsecond=0))
    for call_id in late.order_by("due_at").values_list("pk", flat=True):
        told += _escalate(call_id, "overdue", {"overdue_at": None}, {"overdue_at": now}, by=by, now=now)
    soon = waiting.filter(warned_at=None, overdue_at=None, warn_at__lte=now)
    for call_id in soon.order_by("due_at").values_list("pk", flat=True):
        told += _escalate(call_id, "due_soon", {"warned_at": None}, {"warned_at": now}, by=by, now=now)
    return told


@transaction.atomic
def _escalate(call_id: int, what: str, where: dict[str, Any], marks: dict[str, Any], *, by: str, now: datetime) -> bool:
    if not CallRequest.objects.filter(pk=call_id, state=CallState.WAITING, **where).update(**marks):
        return False
    _record(call_id, _centre_of(call_id), what, by=by, now=now)
    return True


def _change(call_id: int, *, by: str, **columns: Any) -> None:
    """Change a call that this clerk has in hand; raises `CallTaken` for every other."""
    if not CallRequest.objects.filter(pk=call_id, state=CallState.WAITING, claimed_by=by).update(**columns):
        raise CallTaken


def _centre_of(call_id: int) -> int:
    found = CallRequest.objects.values_list("centre_id", flat=True).filter(pk=call_id).first()
    if found is None:
        raise UnknownCall(call_id)
    return found


def _record(call_id: int, centre_id: int, what: str, *, by: str, now: datetime, **details: Any) -> None:
    details["data"] = {"call": call_id} | details.get("data", {})
    audit.record(kind=f"call.{what}", by=by, at=now, centre_id=centre_id, clause=CLAUSE, **details)
