"""What the link in a counter's message offers: the same matter at the same hall, at the nearest free hour (R4.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from yueban.domain.booking.models import Appointment, Rebooking
from yueban.domain.booking.queries import reference
from yueban.domain.booking.queries.appointments import AppointmentView, UnknownAppointment, by_code, by_id
from yueban.domain.booking.queries.availability import MOST_DAYS, UnknownPlace, availability
from yueban.domain.booking.rules import ChannelKind, Status, rebook_until
from yueban.domain.regulation.rules import RefusalCode, Refused
from yueban.kernel import crypto

if TYPE_CHECKING:
    from datetime import date, datetime

_PURPOSE: Final = "rebook"
_NOT_BINDING: Final = {RefusalCode.CHANNEL_NOT_ALLOWED}
"""What the desk booked may be booked anew by its applicant: it is the hall that owes the hour."""


@dataclass(frozen=True, slots=True)
class Offered:
    """The appointment that the hall took back, until when the link works, and the one that replaced it."""

    old: AppointmentView
    until: datetime
    new: AppointmentView | None

    @property
    def last_day(self) -> date:
        """The last day on which the link works."""
        return (self.until - timedelta(seconds=1)).date()

    def is_open(self, *, now: datetime) -> bool:
        """Say whether an hour can still be chosen."""
        return self.new is None and now < self.until


def rebooking_token(code: str) -> str:
    """Give the token of the link, 20 characters: the number, and what nobody guesses."""
    return crypto.link_token(_PURPOSE, code)


def offered(token: str, *, now: datetime) -> Offered:
    """Give what a link offers. One that is forged, or whose appointment stands, raises `UnknownAppointment`."""
    code = crypto.linked(_PURPOSE, token)
    if code is None:
        raise UnknownAppointment
    return offered_for(code, now=now)


def offered_for(code: str, *, now: datetime) -> Offered:
    """Give what the link of an appointment offers. Raises `UnknownAppointment` where no counter cancelled it."""
    old = by_code(code, now=now)
    ended_at = cancelled_at(old)
    if ended_at is None:
        raise UnknownAppointment
    known = reference.current()
    until = rebook_until(ended_at, known.days, known.in_force(ended_at.date()).parameters)
    new = Rebooking.objects.filter(old_id=old.id).values_list("new_id", flat=True).first()
    return Offered(old, until, None if new is None else by_id(new, now=now))


def cancelled_at(old: AppointmentView) -> datetime | None:
    """Give when a counter cancelled it; None where none did, or where nobody was to come to the hall (R3.4)."""
    if old.status is not Status.COUNTER_CANCELLED or not old.place.in_the_hall:
        return None
    return old.ended_at


def free_hours(old: AppointmentView, *, now: datetime) -> list[dict[str, Any]]:
    """Give the free hours of its matter and hall by the rules of the web (R4.0), earliest first; none where it is gone.

    An hour in which the counter cancelled this matter is not offered: whoever took it would be cancelled next.
    """
    try:
        rows = availability(
            centre=old.centre_code,
            matter=old.matter_code,
            channel=ChannelKind.ONLINE,
            start=now.date(),
            days=MOST_DAYS,
            now=now,
        )
    except (UnknownPlace, Refused):
        return []
    unkept = hours_not_kept(old, now=now)
    return [row for row in rows if row["left"] > 0 and row["id"] not in unkept and not _against(row)]


def hours_not_kept(old: AppointmentView, *, now: datetime) -> set[int]:
    """Give the coming slots in which the hall's counter cancelled appointments of the same matter."""
    cancelled = Appointment.objects.filter(centre_id=old.centre_id, service_date__gte=now.date(), slot__isnull=False)
    same = cancelled.filter(matter_id=old.matter_id, status=Status.COUNTER_CANCELLED)
    return set(same.values_list("slot_id", flat=True))


def nearest(hours: list[dict[str, Any]], old: AppointmentView, count: int) -> list[dict[str, Any]]:
    """Give the `count` hours that begin nearest to the one that was lost, in the order of time."""
    ranked = sorted(hours, key=lambda row: abs(row["starts_at"] - old.starts_at))
    return sorted(ranked[:count], key=lambda row: row["starts_at"])


def _against(row: dict[str, Any]) -> list[str]:
    return [why["code"] for why in row["refusals"] if why["code"] not in _NOT_BINDING]
