"""Tickets come into being: for those who walk in, and for those who booked (R4.1.3, R5.3)."""

from __future__ import annotations

from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import connection, transaction

from yueban.domain.booking import operations as booking
from yueban.domain.booking import queries as appointments
from yueban.domain.people import operations as people
from yueban.domain.queueing import queries
from yueban.domain.queueing.models import Ticket
from yueban.domain.queueing.operations import limits, moves, reserving
from yueban.domain.queueing.operations.reserving import Issued
from yueban.domain.queueing.rules import (
    BOOKED_SERIES,
    OPEN,
    WALK_IN_SERIES,
    AlreadyPressed,
    AlreadyWaiting,
    Move,
    Placing,
    TicketClass,
    TicketState,
    UnknownQueue,
    due_at,
    ground_of_age,
    leading,
    ticket_number,
)
from yueban.domain.regulation.rules import RefusalCode, Refused
from yueban.kernel import ids
from yueban.kernel.constraints import retrying, translate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from yueban.kernel.certificates import Certificate

HELD: Mapping[str, Callable[[], Exception]] = {
    "ticket_open_once_a_person_and_queue": AlreadyWaiting,
    "ticket_once_an_appointment": AlreadyWaiting,
    "ticket_once_a_press": AlreadyPressed,
}

# The row is locked until the ticket is committed, and a rollback takes the number back: that is why none is missing.
NEXT_NUMBER = """
INSERT INTO queueing_numbering (queue_id, series, date, last) VALUES (%s, %s, %s, 1)
ON CONFLICT (queue_id, series, date) DO UPDATE SET last = queueing_numbering.last + 1
RETURNING id, last
"""


@dataclass(frozen=True, slots=True)
class Holder:
    """For whom and for what a ticket is: all unknown for a walk-in who only presses a button.

    `ground` is a rules.Ground where the law puts this person first; `press` names the press of the button.
    """

    person_id: int | None = None
    appointment_id: int | None = None
    matter_id: int | None = None
    remote: bool = False
    ground: str = ""
    press: str | None = None


@retrying()
def issue(
    queue_id: int,
    *,
    by: str,
    now: datetime,
    holder: Holder = Holder(),
    statutory: bool = False,
    reserve: bool = False,
) -> Issued:
    """Give a walk-in the next number of a queue. Raises UnknownQueue, AlreadyWaiting, OutsideBands, QuotaUsed, AlreadyPressed.

    `reserve`: the number counts only after `confirm`, when somebody holds its slip.
    """
    rank_class = TicketClass.STATUTORY if statutory or holder.ground else TicketClass.WALK_IN
    with _one_open_ticket_a_person(), transaction.atomic():
        return _number(queue_id, holder, Placing(now, classes=frozenset({rank_class})), by, reserve=reserve)


def holder_of(certificate: Certificate, *, centre_id: int, now: datetime) -> Holder:
    """The person of a certificate, 老年人 from the centre's age on (R5.3)."""
    ground = ground_of_age(certificate.birth_date, now.date(), queries.hall_rules(centre_id))
    return Holder(people.know(certificate, now=now), ground=ground or "")


def issue_to(
    queue_id: int,
    certificate: Certificate,
    *,
    by: str,
    now: datetime,
    press: str | None = None,
    reserve: bool = False,
) -> Issued:
    """Give a walk-in who showed a certificate the next number, or print the open one of this queue again (补打).

    老年人 go first from the centre's age on (R5.3). Raises as `issue` does; AlreadyWaiting only where the first slip is
    still being printed.
    """
    queue = queries.queue(queue_id)
    if queue is None:
        raise UnknownQueue(queue_id)
    holder = replace(holder_of(certificate, centre_id=queue.centre_id, now=now), press=press)
    assert holder.person_id is not None  # noqa: S101 - it has a certificate
    with suppress(AlreadyWaiting):
        return issue(queue_id, by=by, now=now, holder=holder, reserve=reserve)
    held = queries.open_tickets(holder.person_id, centre_id=queue.centre_id, date=now.date())
    kept = next((each for each in held if each.queue_id == queue_id), None)
    if kept is None:
        raise AlreadyWaiting(queue.code)
    return Issued(kept.id, kept.label, again=True)


@retrying()
def take_ticket(code: str, *, remote: bool, by: str, now: datetime, reserve: bool = False) -> Issued:
    """Take the ticket of an appointment, in the hall or (`remote`) on a phone.

    It makes a desk or phone booking `arrived`, far ahead of others (R5.3); with `reserve` only when it is confirmed.
    Raises Refused with every reason, UnknownAppointment, AlreadyWaiting.
    """
    with _one_open_ticket_a_person(), transaction.atomic():
        if reserve:
            checked = booking.may_be_ticketed(code, remote=remote, now=now)
        else:
            checked = booking.mark_ticketed(code, remote=remote, by=by, now=now)
        rank_class = TicketClass.ARRIVED_BOOKING if checked.at_desk else TicketClass.BOOKED_ONLINE
        ground = _ground(checked, now)
        holder = Holder(checked.person_id, checked.id, checked.matter_id, remote, ground)
        classes = {rank_class, TicketClass.STATUTORY} if ground else {rank_class}
        placing = Placing(now, checked.starts_at, frozenset(classes))
        return _number(checked.queue_id, holder, placing, by, reserve=reserve)


def _ground(checked: booking.Ticketed, now: datetime) -> str:
    """老年人 by the certificate's birth date, where the centre has an age for it (R5.3)."""
    rules = queries.hall_rules(checked.centre_id)
    if rules.statutory_age is None:
        return ""
    born = appointments.by_id(checked.id, now=now).certificate.birth_date
    return ground_of_age(born, now.date(), rules) or ""


def check_in(code: str, *, by: str, now: datetime, reserve: bool = False) -> Issued:
    """What the kiosk does with an appointment: print its ticket, again if it has one.

    A ticket taken on a phone becomes presence by it (R4.3). Raises as `take_ticket` does.
    """
    try:
        return take_ticket(code, remote=False, by=by, now=now, reserve=reserve)
    except Refused as refused:
        kept = queries.ticket_of(ids.ungrouped(code))
        if (
            kept is None
            or kept.state not in OPEN
            or RefusalCode.ALREADY_TICKETED not in {r.code for r in refused.reasons}
        ):
            raise
    mark_present(kept.id, by=by, now=now)
    return Issued(kept.id, kept.label, again=True)


def mark_present(ticket_id: int, *, by: str, now: datetime) -> None:
    """The holder of a ticket taken on a phone is in the hall: being called and absent is no no-show any more (R4.3)."""
    with transaction.atomic():
        ticket = moves.read(ticket_id)
        if ticket.appointment_id is not None:
            booking.mark_present(ticket.appointment_id, by=by, now=now)
            moves.tell(ticket, "ticket.present", by=by, at=now)


def void(ticket_id: int, *, by: str, now: datetime, reason: str) -> None:
    """Take back a ticket that nobody holds. Raises UnknownTicket, MoveRefused."""
    with transaction.atomic():
        ticket = moves.move(ticket_id, Move.VOID, ended_at=now)
        moves.tell(ticket, "ticket.voided", by=by, at=now, reason=reason)


def _one_open_ticket_a_person() -> AbstractContextManager[None]:
    return translate(HELD)


def _number(queue_id: int, holder: Holder, placing: Placing, by: str, *, reserve: bool) -> Issued:
    queue, day = queries.queue(queue_id), placing.issued_at.date()
    if queue is None:
        raise UnknownQueue(queue_id)
    reserving.drop_earlier(queue_id, holder.person_id, holder.appointment_id, by=by, now=placing.issued_at)
    booked = holder.appointment_id is not None
    order = queries.calling_order(queue.centre_id, day)
    numbering_id, number = _next_number(queue_id, BOOKED_SERIES if booked else WALK_IN_SERIES, placing.issued_at)
    key = due_at(placing, order)
    if not booked:
        limits.check(queue, now=placing.issued_at)
    ticket = Ticket.objects.create(
        centre_id=queue.centre_id,
        queue_id=queue_id,
        date=day,
        series=BOOKED_SERIES if booked else WALK_IN_SERIES,
        numbering_id=numbering_id,
        number=number,
        label=ticket_number(queue.prefix, number, booked=booked),
        person_id=holder.person_id,
        appointment_id=holder.appointment_id,
        matter_id=holder.matter_id,
        remote=holder.remote,
        rank_class=leading(placing.classes, order),
        ground=holder.ground,
        press=holder.press,
        foretold=queries.estimate_at(queue_id, due_at=key, number=number, now=placing.issued_at).minutes,
        issued_at=placing.issued_at,
        due_at=key,
        state=TicketState.RESERVED if reserve else TicketState.WAITING,
    )
    kind = "ticket.reserved" if reserve else "ticket.issued"
    moves.tell(ticket, kind, by=by, at=placing.issued_at, remote=holder.remote)
    return Issued(ticket.pk, ticket.label)


def _next_number(queue_id: int, series: str, at: datetime) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(NEXT_NUMBER, [queue_id, series, at.date()])
        numbering_id, number = cursor.fetchone()
    return numbering_id, number
