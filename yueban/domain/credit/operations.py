"""Writing and waiving strikes, and suspending (R5.4), always under the person's row lock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from django.db import connection, transaction

from yueban.domain.audit import operations as audit
from yueban.domain.credit.models import Strike
from yueban.domain.credit.queries import UnknownStrike
from yueban.domain.credit.rules import (
    Cause,
    Standing,
    count_in_month,
    first_of_month,
    free_again_at,
    is_suspended,
    lenient,
    standing,
    suspended_until,
)
from yueban.domain.directory import queries as directory
from yueban.domain.notices import operations as notices
from yueban.domain.regulation import queries as regulation
from yueban.domain.regulation.rules import Clause
from yueban.kernel.wall import TZ

if TYPE_CHECKING:
    from datetime import date, datetime

    from yueban.domain.regulation.rules import Parameters


class AlreadyWaived(RuntimeError):
    """The strike was waived before."""


class StrikeFacts(TypedDict):
    """What a strike is about. `phone` is where the person is told; `regulation_id` the one of the appointment."""

    person_id: int
    appointment_id: int
    cause: str
    service_date: date
    phone: str
    regulation_id: int


@transaction.atomic
def record_strike(*, by: str, now: datetime, **facts: Unpack[StrikeFacts]) -> bool:
    """Write a strike in the caller's transaction and say whether it is a new one: one an appointment and cause.

    Takes the person's row lock, so that a booking beside it waits and then sees the suspension. The second of a
    month warns, the third suspends until the 1st (numbers are parameters; where the regulation changed since the
    booking, the more lenient holds); the messages are enqueued in the same transaction.
    """
    until = _lock(facts["person_id"])
    strike, new = Strike.objects.get_or_create(
        appointment_id=facts["appointment_id"],
        cause=Cause(facts["cause"]),
        defaults={"person_id": facts["person_id"], "service_date": facts["service_date"], "at": now},
    )
    if new:
        _follow(strike, until, facts, by=by, now=now)
    return new


def _follow(strike: Strike, until: datetime | None, facts: StrikeFacts, *, by: str, now: datetime) -> None:
    """Record the strike, and warn or suspend when it is the one that does."""
    governing = regulation.by_id(facts["regulation_id"]).parameters
    parameters = lenient(governing, regulation.in_force(now.astimezone(TZ).date()).parameters)
    count = count_in_month(_counting(strike.person_id), strike.service_date)
    _audit("credit.struck", strike, by=by, now=now, data=_facts(strike) | {"count": count})
    if standing(count, parameters) is Standing.SUSPENDED:
        _suspend(strike, until, facts["phone"], parameters, now=now)
    elif count == parameters.warn:
        _tell("strike_warning", strike, facts["phone"], now=now, count=count, limit=parameters.strikes)


def _suspend(strike: Strike, before: datetime | None, phone: str, parameters: Parameters, *, now: datetime) -> None:
    """Suspend until the 1st, and tell when that is news; a month that is over suspends nobody any more."""
    until = free_again_at(strike.service_date)
    if not is_suspended(until, now=now) or (before is not None and before >= until):
        return
    _set_suspension(strike.person_id, until)
    _audit("credit.suspended", strike, by="system:credit", now=now, data={"until": until.isoformat()})
    _tell("suspended", strike, phone, now=now, limit=parameters.strikes, until=until)


@transaction.atomic
def waive(strike_id: int, *, reason: str, by: str, now: datetime) -> datetime | None:
    """Take a strike back after an appeal, and return until when the person is still suspended (None: free).

    Raises `UnknownStrike` and `AlreadyWaived`.
    """
    person_id = Strike.objects.filter(pk=strike_id).values_list("person_id", flat=True).first()
    if person_id is None:
        raise UnknownStrike(strike_id)
    _lock(person_id)
    waived = {"waived_at": now, "waived_by": by, "waived_reason": reason}
    if not Strike.objects.filter(pk=strike_id, waived_at=None).update(**waived):
        raise AlreadyWaived(strike_id)
    strike = Strike.objects.get(pk=strike_id)
    _audit("credit.waived", strike, by=by, now=now, data=_facts(strike), reason=reason)
    return recalculate(person_id, by=by, now=now)


@transaction.atomic
def recalculate(person_id: int, *, by: str, now: datetime) -> datetime | None:
    """Lift a suspension that the strikes no longer carry, and return until when the person is suspended (None: free).

    It only ever lifts: whoever was spared by a more lenient regulation is not suspended by counting again.
    """
    before = _lock(person_id)
    today = now.astimezone(TZ).date()
    earned = suspended_until(_counting(person_id, first_of_month(today)), regulation.in_force(today).parameters)
    if before is None or (earned is not None and earned >= before):
        return before
    _set_suspension(person_id, earned)
    data = {"until": before.astimezone(TZ).isoformat()}
    audit.record(kind="credit.lifted", by=by, at=now, person_id=person_id, clause=Clause.R5_4, data=data)
    return earned


def _counting(person_id: int, since: date | None = None) -> list[date]:
    """Return the service dates of the strikes that count."""
    rows = Strike.objects.filter(person_id=person_id, waived_at=None)
    return list((rows.filter(service_date__gte=since) if since else rows).values_list("service_date", flat=True))


def _lock(person_id: int) -> datetime | None:
    """Take the person's row (first in the order of locks) and return until when it is suspended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT suspended_until FROM people_person WHERE id = %s FOR UPDATE", [person_id])
        row = cursor.fetchone()
    if row is None:
        raise LookupError(person_id)
    until: datetime | None = row[0]
    return until


def _set_suspension(person_id: int, until: datetime | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_person SET suspended_until = %s WHERE id = %s", [until, person_id])


def _tell(template: str, strike: Strike, phone: str, *, now: datetime, **fields: Any) -> None:
    notices.enqueue(
        event=f"{template}:{strike.pk}",
        template=template,
        phone=phone,
        appointment_id=strike.appointment_id,
        now=now,
        hotline=_hotline(),
        **fields,
    )


def _hotline() -> str:
    """Return the telephone where an applicant can object: the county's 总咨询台, or that of the first hall."""
    try:
        return directory.county_centre().phone
    except directory.UnknownCentre:
        return getattr(directory.centres().first(), "phone", "")


def _facts(strike: Strike) -> dict[str, str | int]:
    return {"strike": strike.pk, "cause": strike.cause, "service_date": strike.service_date.isoformat()}


def _audit(kind: str, strike: Strike, *, by: str, now: datetime, data: dict[str, str | int], reason: str = "") -> None:
    audit.record(
        kind=kind,
        by=by,
        at=now,
        person_id=strike.person_id,
        appointment_id=strike.appointment_id,
        clause=Clause.R5_4,
        reason=reason,
        data=data,
    )
