"""Book an hour: one read for the facts, the rules in Python, one guarded write; the database is the referee."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

from yueban.domain.booking.operations import statements
from yueban.domain.booking.operations.messages import confirmation
from yueban.domain.booking.operations.terms import Booking
from yueban.domain.booking.queries.facts import Asked, find
from yueban.domain.booking.rules import Status, refusals
from yueban.domain.people.queries import CURRENT_KEY
from yueban.domain.regulation.rules import RefusalCode, Refused, reason
from yueban.kernel import crypto, ids
from yueban.kernel.constraints import constraint_name, transient

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.booking.operations.terms import BookingRequest, Idempotency
    from yueban.domain.booking.queries.facts import Found
    from yueban.domain.regulation.rules import Reason

_ATTEMPTS = 8
_KEY_ROTATED = frozenset({CURRENT_KEY})  # the certificate was indexed just before: it is indexed anew

_OWED = frozenset({RefusalCode.SUSPENDED, RefusalCode.CHANNEL_NOT_ALLOWED})

# What the database refused, said as a reason should the facts, read again, not say it themselves.
LAST_WORD = {
    "slot_booked_within_capacity": RefusalCode.SLOT_FULL,
    "appointment_overlapping": RefusalCode.OVERLAPPING,
    "appointment_daily_limit": RefusalCode.DAILY_LIMIT,
    "appointment_ordinal_in_limit": RefusalCode.DAILY_LIMIT,
    "appointment_code_once": RefusalCode.SLOT_FULL,
}


def book(request: BookingRequest, *, by: str, now: datetime, idempotency: Idempotency | None = None) -> Booking:
    """Book, or raise `Refused` with every reason, or `UnknownPlace` for a code or slot that is not there.

    Message, history and the channel's stored answer are written by the same statement. A lost race is read again,
    so that the loser hears the reason and not a conflict. Raises `IntegrityError` of `response_once_a_key` when the
    same key is being answered at this moment.
    """
    violated: str | None = None
    for _ in range(_ATTEMPTS):
        found = find(_asked(request), now=now)
        if reasons := _reasons(request, found, now=now):
            raise Refused(reasons)
        booking = _confirmed(found)
        try:
            if _write(request, booking, idempotency, by=by, now=now):
                return booking
        except Exception as error:
            violated = constraint_name(error)
            if violated not in LAST_WORD and not transient(error, _KEY_ROTATED):
                raise
    raise Refused([reason(LAST_WORD.get(violated or "", RefusalCode.SUSPENDED))])


def _asked(request: BookingRequest) -> Asked:
    return Asked(
        centre=request.centre,
        matter=request.matter,
        package=request.package,
        slot_id=request.slot_id,
        channel=request.rules_of,
        person=crypto.blind_indexes("certificate", request.certificate.identity),
        asked_at=request.asked_at,
        overridden=bool(request.override),
    )


def _reasons(request: BookingRequest, found: Found, *, now: datetime) -> list[Reason]:
    """Give what stands against it. What a counter took back is owed: only time and place can be missing (R4.3)."""
    reasons = refusals(found.facts, now=now)
    return reasons if request.replaces is None else [why for why in reasons if why.code not in _OWED]


def _confirmed(found: Found) -> Booking:
    code = ids.new_code()
    return Booking(code, crypto.sign(code), Status.BOOKED, found.starts_at - found.facts.parameters.cancel_lead, found)


def _write(
    request: BookingRequest, booking: Booking, idempotency: Idempotency | None, *, by: str, now: datetime
) -> bool:
    """Run the guarded write; False when the person's row refused it (suspended at this very moment)."""
    statement = statements.BOOK if request.replaces is None else statements.BOOK_OWED
    values = statements.values(request, booking, by=by, now=now)
    if request.phone:
        statement += statements.TELL
        values |= confirmation(booking, now=now)
    if request.override:
        statement += statements.OVERRIDDEN
        values["override"] = request.override
    if request.replaces is not None:
        statement += statements.REPLACE
        values["replaces"] = request.replaces
    if booking.found.package_id is not None:
        statement += statements.PUSH_PACKAGE
    if idempotency is not None:
        statement += statements.KEEP_RESPONSE
        values |= _kept(idempotency, booking)
    with connection.cursor() as cursor:
        cursor.execute(statement + statements.CONFIRM, values)
        return cursor.fetchone() is not None


def _kept(idempotency: Idempotency, booking: Booking) -> dict[str, Any]:
    return {
        "idempotency_channel": idempotency.channel_id,
        "idempotency_key": idempotency.key,
        "idempotency_digest": idempotency.request_digest,
        "idempotency_body": idempotency.render(booking),
    }
