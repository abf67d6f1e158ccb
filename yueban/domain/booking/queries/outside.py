"""The read before an appointment outside the slots: is the matter handled here, and what stands against the person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q

from yueban.domain.booking.models import HOLDS_NO_DAY, HOLDS_NO_PLACE, Appointment
from yueban.domain.booking.queries.availability import UnknownPlace
from yueban.domain.booking.rules import PersonFacts
from yueban.domain.directory import queries as directory
from yueban.kernel.wall import TZ

if TYPE_CHECKING:
    from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Responsible:
    """Who is responsible for a matter at a centre; `queue_id` is None where the centre has not opened it (R3.6)."""

    centre_id: int
    matter_id: int
    guide_version: int
    queue_id: int | None


def responsible(centre: str, matter: str) -> Responsible:
    """Give it by codes. Raises `UnknownPlace` naming the code that is not there."""
    try:
        hall = directory.centre(centre)
        wanted = directory.matter(matter)
    except directory.UnknownCentre as error:
        raise UnknownPlace("centre") from error
    except directory.UnknownMatter as error:
        raise UnknownPlace("matter") from error
    offer = directory.offer(wanted, hall)
    return Responsible(hall.pk, wanted.pk, wanted.guide_version, offer.queue_id if offer else None)


def against(person_id: int, starts_at: datetime, ends_at: datetime, *, besides: int = 0) -> PersonFacts:
    """Give what stands against a person at a time; `besides` is the appointment that moves and does not count."""
    others = Appointment.objects.filter(person_id=person_id).exclude(pk=besides)
    overlapping = others.filter(during__overlap=(starts_at, ends_at)).exclude(status__in=HOLDS_NO_PLACE)
    counting = Q(service_date=starts_at.astimezone(TZ).date(), ordinal__isnull=False) & ~Q(status__in=HOLDS_NO_DAY)
    return PersonFacts(_suspended_until(person_id), overlapping.exists(), others.filter(counting).count())


def _suspended_until(person_id: int) -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT suspended_until FROM people_person WHERE id = %s", [person_id])
        row = cursor.fetchone()
    return row[0] if row else None


def free_ordinal(person_id: int, day: date, *, besides: int = 0) -> int:
    """Give the lowest ordinal of the day that no other booking of the person holds (R5.2)."""
    others = Appointment.objects.filter(person_id=person_id, service_date=day)
    others = others.exclude(pk=besides).exclude(status__in=HOLDS_NO_DAY)
    taken = set(others.values_list("ordinal", flat=True))
    return next(n for n in range(1, len(taken) + 2) if n not in taken)
