"""Who booked at a desk or by telephone and comes today (R4.2, R4.3): arrived, accepted, or not come.

The calling console stays the place of work; accepting here calls the number to the counter at which this clerk sits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yueban.domain.booking import queries as booking
from yueban.domain.booking.rules import Status
from yueban.domain.people.rules import Permission
from yueban.domain.queueing import operations, queries
from yueban.domain.queueing.rules import AlreadyWaiting, CounterBusy, QueueingError, TicketState
from yueban.domain.regulation import queries as regulation
from yueban.domain.regulation.rules import Refused
from yueban.kernel import clock
from yueban.surfaces.desk.appointment import seen
from yueban.surfaces.desk.cards import Card, Waiting
from yueban.surfaces.templatetags.yueban import hour
from yueban.surfaces.words import CHANNELS, STATUSES
from yueban.surfaces.workplace import at_work, page

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from yueban.domain.booking.queries import AppointmentView
    from yueban.surfaces.workplace import Workplace

LINES = 5


def card(place: Workplace, now: datetime) -> Card | None:
    """What the desk's first page says of today's arrivals: who is expected, the earliest first."""
    expected = [each for each in _of_today(place, now) if each.status is Status.BOOKED]
    lines = [
        Waiting(
            href=reverse("desk:appointment", args=[each.code]),
            text=f"{hour(each.starts_at)} {each.name}",
            beside=each.matter_short_name,
        )
        for each in expected[:LINES]
    ]
    return Card(_("今天要来的现场、电话预约"), len(expected), reverse("desk:arrivals"), lines)


@require_GET
@at_work(Permission.BOOK_FOR_OTHERS)
def arrivals(request: HttpRequest, place: Workplace) -> HttpResponse:
    """Everybody of today: expected, in the hall, accepted, not come."""
    now = clock.now()
    counter = queries.counter_of_staff(place.staff.id)
    found = _of_today(place, now)
    labels = queries.labels_of([each.code for each in found if each.status is not Status.BOOKED])
    context: dict[str, Any] = {
        "rows": [_row(each, labels.get(each.code, ""), now) for each in found],
        "counter": counter if counter and counter.centre_id == place.centre.pk else None,
        "may_arrive": place.staff.may(Permission.ISSUE_TICKETS, centre_id=place.centre.pk),
        "may_accept": place.staff.may(Permission.CALL, centre_id=place.centre.pk),
    }
    return page(request, "desk/arrivals.html", place, **context)


def _of_today(place: Workplace, now: datetime) -> list[AppointmentView]:
    return booking.arrivals_on(place.centre.pk, now.date(), now=now, department_id=place.department_id)


def _row(each: AppointmentView, label: str, now: datetime) -> dict[str, Any]:
    status, look = STATUSES[each.status]
    return {
        "appointment": each,
        "channel": CHANNELS[each.channel_kind],
        "status": status,
        "look": look,
        "label": label,
        "expected": each.status is Status.BOOKED,
        "waits": each.status in {Status.ARRIVED, Status.TICKETED},
        "late": each.status is Status.BOOKED and now > each.ends_at,
    }


@require_POST
@at_work(Permission.ISSUE_TICKETS)
def arrive(request: HttpRequest, place: Workplace, code: str) -> HttpResponse:
    """到场登记: the booking gets its number and waits far ahead (R5.3)."""
    found, now = seen(place, code, clock.now()), clock.now()
    if not place.staff.may(Permission.ISSUE_TICKETS, centre_id=found.centre_id):
        raise PermissionDenied
    try:
        issued = operations.check_in(found.code, by=place.staff.by, now=now)
        messages.success(request, _("%(name)s 已到场，号 %(label)s。") % {"name": found.name, "label": issued.label})
    except Refused as refused:
        messages.error(request, regulation.explain(refused.reasons[0]))
    except AlreadyWaiting:
        messages.error(request, _("这位群众在这个队列已有号。"))
    return redirect("desk:arrivals")


@require_POST
@at_work(Permission.CALL)
def accept(request: HttpRequest, place: Workplace, code: str) -> HttpResponse:
    """受理 (R4.2): the person stands at this clerk's counter; arrival, call and acceptance in one press."""
    found, now = seen(place, code, clock.now()), clock.now()
    counter = queries.counter_of_staff(place.staff.id)
    if counter is None or counter.centre_id != found.centre_id:
        messages.error(request, _("请先在叫号台选择您的窗口。"))
        return redirect("desk:arrivals")
    try:
        _accept(found.code, counter.id, by=place.staff.by, now=now)
    except Refused as refused:
        messages.error(request, regulation.explain(refused.reasons[0]))
    except CounterBusy:
        messages.error(request, _("您的窗口正在办理，请先办完手上的号。"))
    except QueueingError:
        messages.error(request, _("这个预约刚才已经变动，请看最新情况。"))
    else:
        return redirect("counter:console", counter.id)
    return redirect("desk:arrivals")


def _accept(code: str, counter_id: int, *, by: str, now: datetime) -> None:
    ticket_id = operations.check_in(code, by=by, now=now).ticket_id
    ticket = queries.ticket(ticket_id)
    if ticket is not None and ticket.state == TicketState.WAITING:
        operations.call(ticket_id, counter_id=counter_id, by=by, now=now)
    operations.accept(ticket_id, by=by, now=now)
