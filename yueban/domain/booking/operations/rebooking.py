"""One tap on the link of a counter's message books the next hour (R4.3): the same person, matter, hall and telephone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yueban.domain.booking.operations.book import book
from yueban.domain.booking.operations.terms import Booking, BookingRequest
from yueban.domain.booking.queries.rebooking import Offered, hours_not_kept, offered
from yueban.domain.regulation.rules import RefusalCode, Refused, reason
from yueban.kernel.constraints import translate

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.booking.queries import AppointmentView


class AlreadyRebooked(Exception):
    """The link was used; it works once."""


class LinkExpired(Exception):
    """The link was not used in time."""


def rebook(token: str, *, slot_id: int, now: datetime) -> Booking:
    """Book an hour in place of the one that the counter took back, by the rules of the web (R4.0).

    It stays a booking of its channel: what the desk booked is accepted at the desk. Neither a suspension nor the day's
    limit stands in the way of what stood before. Raises `Refused` with every reason, `AlreadyRebooked`, `LinkExpired`,
    `UnknownAppointment` for a forged link, `UnknownPlace`.
    """
    offer = offered(token, now=now)
    _refuse_used(offer, now=now)
    if slot_id in hours_not_kept(offer.old, now=now):
        raise Refused([reason(RefusalCode.SLOT_CLOSED)])
    try:
        with translate({"rebooked_once": AlreadyRebooked}):
            return book(_request(offer.old, slot_id), by="applicant", now=now)
    except Refused:
        _refuse_used(offered(token, now=now), now=now)  # a tap beside this one was faster
        raise


def _refuse_used(offer: Offered, *, now: datetime) -> None:
    if offer.new is not None:
        raise AlreadyRebooked
    if not offer.is_open(now=now):
        raise LinkExpired


def _request(old: AppointmentView, slot_id: int) -> BookingRequest:
    return BookingRequest(
        centre=old.centre_code,
        slot_id=slot_id,
        channel_kind=old.channel_kind,
        name=old.name,
        certificate=old.certificate,
        phone=old.phone,
        matter="" if old.package_code else old.matter_code,
        package=old.package_code or "",
        organisation=old.organisation,
        uscc=old.uscc,
        channel_id=old.channel_id,
        replaces=old.id,
    )
