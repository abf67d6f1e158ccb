"""Walk-in tickets, the way of a ticket, and what a clerk's program does at a counter."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Router

from yueban.domain.booking import queries as booking
from yueban.domain.directory import queries as directory
from yueban.domain.people.rules import Permission, StaffIdentity
from yueban.domain.queueing import operations, queries
from yueban.domain.queueing.rules import Outcome, UnknownCounter, UnknownTicket
from yueban.domain.regulation.rules import RefusalCode, Refused, reason
from yueban.kernel import clock
from yueban.kernel.errors import InvalidInput, gettext_noop
from yueban.surfaces.api import callers, schemas
from yueban.surfaces.api.answers import WRITING, answered, errors
from yueban.surfaces.api.app import Bearer
from yueban.surfaces.api.applicants import parse_applicant

if TYPE_CHECKING:
    from yueban.domain.directory.models import Centre
    from yueban.domain.queueing.queries import CounterFacts, TicketView

LARGEST_ID: Final = 2**63 - 1
_LONGEST_ID: Final = 19
_ONE_OF_TWO: Final = gettext_noop("queue 和 matter 填一项，也只能填一项。")
_WHY_REFUSED: Final = gettext_noop("不予受理要写明理由。")
ACTION: Final = {200: schemas.Ticket, **errors(*WRITING, 404, 409)}

CLERK: Final = Bearer(callers.staff_who(Permission.CALL))

router = Router(tags=["hall"])


@router.post(
    "/tickets",
    auth=Bearer(callers.anyone),
    response={201: schemas.Ticket, **errors(*WRITING, 404, 409)},
    summary="现场取号 Walk-in ticket",
)
def issue(request: HttpRequest, asked: schemas.TicketAsked) -> HttpResponse:
    """Give a walk-in the next number of a queue, or of the queue of a matter."""
    caller: callers.Caller = request.auth  # type: ignore[attr-defined]  # set by ninja
    centre = directory.centre(asked.centre)
    _may_issue(caller, centre.pk)
    queue_id, matter_id = _queue(asked, centre)
    if isinstance(caller, StaffIdentity):
        callers.must_reach(caller, Permission.ISSUE_TICKETS, centre_id=centre.pk, queue_id=queue_id)
    holder = replace(_holder(asked.applicant, centre), matter_id=matter_id)
    issued = operations.issue(queue_id, by=caller.by, now=clock.now(), holder=holder)
    return answered(ticket_plain(queries.ticket(issued.ticket_id, now=clock.now())), status=HTTPStatus.CREATED)


def _may_issue(caller: callers.Caller, centre_id: int) -> None:
    if isinstance(caller, StaffIdentity):
        callers.must(caller, Permission.ISSUE_TICKETS, centre_id=centre_id)
    else:
        callers.at(callers.serving(caller), centre_id)


def _queue(asked: schemas.TicketAsked, centre: Centre) -> tuple[int, int | None]:
    """Give the queue that was asked for, and the matter where that was named instead."""
    if bool(asked.queue) == bool(asked.matter):
        raise InvalidInput("queue", "one_of_two", _ONE_OF_TWO)
    if asked.queue:
        return directory.queue(centre, asked.queue).pk, None
    matter = directory.matter(asked.matter or "")
    offer = directory.offer(matter, centre)
    if offer is None:
        raise Refused([reason(RefusalCode.NOT_OFFERED_HERE)])
    return offer.queue_id, matter.pk


def _holder(given: schemas.Applicant | None, centre: Centre) -> operations.Holder:
    """Give the person who takes the ticket, so that nobody waits twice in a queue; all fields are checked."""
    if given is None:
        return operations.Holder()
    return operations.holder_of(parse_applicant(given).certificate, centre_id=centre.pk, now=clock.now())


@router.get(
    "/tickets/{id}",
    auth=Bearer(callers.anyone),
    response={200: schemas.Ticket, **errors(401, 404, 429)},
    summary="查号票 One ticket",
)
def ticket(request: HttpRequest, id: schemas.PathId) -> HttpResponse:  # noqa: A002  the contract's name
    """A ticket with the people ahead and a rough estimate; it names nobody."""
    caller: callers.Caller = request.auth  # type: ignore[attr-defined]  # set by ninja
    held = _ticket(id)
    return answered(ticket_plain(held) | ({} if _sees_appointment(caller, held) else {"appointment": None}))


def _sees_appointment(caller: callers.Caller, held: TicketView) -> bool:
    """Ids of tickets can be counted up: the appointment's number is for who booked it, and for the hall's own."""
    if isinstance(caller, StaffIdentity) or not held.appointment_code:
        return True
    return caller.centre_id == held.centre_id or booking.channel_of(held.appointment_code) == caller.id


@router.post(
    "/counters/{id}/call-next",
    auth=CLERK,
    response={200: schemas.Called, 204: None, **errors(*WRITING, 404, 409)},
    summary="叫下一个号 Next, please",
)
def call_next(
    request: HttpRequest,
    id: schemas.PathId,  # noqa: A002  the contract's name
    asked: schemas.Nothing = schemas.NOTHING,
) -> HttpResponse:
    """Call the next ticket to a counter (R5.3); 204 when nobody waits. An online booking is accepted by it (R4.2)."""
    del asked
    clerk = _staff(request)
    counter = _counter(id)
    callers.must_call_at(clerk, counter)
    called = operations.call_next(counter.id, by=clerk.by, now=clock.now())
    if called is None:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return answered(ticket_plain(queries.ticket(called.ticket_id)) | {"why": called.why})


@router.post("/tickets/{id}/recall", auth=CLERK, response=ACTION, summary="重呼 Call again")
def recall(request: HttpRequest, id: schemas.PathId, asked: schemas.Nothing = schemas.NOTHING) -> HttpResponse:  # noqa: A002
    """Call the same ticket again."""
    del asked
    held, by = _in_hand(request, id)
    operations.recall(held.id, by=by, now=clock.now())
    return _after(held)


@router.post("/tickets/{id}/missed", auth=CLERK, response=ACTION, summary="过号 Not there")
def missed(request: HttpRequest, id: schemas.PathId, asked: schemas.Nothing = schemas.NOTHING) -> HttpResponse:  # noqa: A002
    """The called person is not there."""
    del asked
    held, by = _in_hand(request, id)
    operations.missed(held.id, by=by, now=clock.now())
    return _after(held)


@router.post("/tickets/{id}/park", auth=CLERK, response=ACTION, summary="挂起 Set aside")
def park(request: HttpRequest, id: schemas.PathId, asked: schemas.Nothing = schemas.NOTHING) -> HttpResponse:  # noqa: A002
    """Set the person aside; the counter is free for the next."""
    del asked
    held, by = _in_hand(request, id)
    operations.park(held.id, by=by, now=clock.now())
    return _after(held)


@router.post("/tickets/{id}/resume", auth=CLERK, response=ACTION, summary="恢复办理 Go on")
def resume(
    request: HttpRequest,
    id: schemas.PathId,  # noqa: A002  the contract's name
    asked: schemas.ResumeAsked = schemas.RESUME,
) -> HttpResponse:
    """Go on with a parked person, at `counter` or where it was set aside."""
    held, by = _in_hand(request, id)
    counter = _counter_of(held) if asked.counter is None else _counter(str(asked.counter))
    if held.centre_id != counter.centre_id:
        raise UnknownCounter(counter.id)
    callers.must_call_at(_staff(request), counter)
    operations.resume(held.id, counter_id=counter.id, by=by, now=clock.now())
    return _after(held)


@router.post("/tickets/{id}/transfer", auth=CLERK, response=ACTION, summary="转移 To another queue")
def transfer(request: HttpRequest, id: schemas.PathId, asked: schemas.TransferAsked) -> HttpResponse:  # noqa: A002
    """Send the person to another queue of the centre; number and place in the order stay."""
    held, by = _in_hand(request, id)
    queue = directory.queue(directory.centre(held.centre_code), asked.queue)
    operations.transfer(held.id, queue_id=queue.pk, by=by, now=clock.now())
    return _after(held)


@router.post("/tickets/{id}/finish", auth=CLERK, response=ACTION, summary="办结 Finish")
def finish(
    request: HttpRequest,
    id: schemas.PathId,  # noqa: A002  the contract's name
    asked: schemas.FinishAsked = schemas.FINISH,
) -> HttpResponse:
    """End the handling with its outcome (R4.2): 办结, 收件受理, 材料不齐, 不予受理."""
    held, by = _in_hand(request, id)
    outcome, reason = Outcome(asked.outcome), asked.reason.strip()
    if outcome is Outcome.REFUSED and not reason:
        raise InvalidInput("reason", "missing", _WHY_REFUSED)
    operations.finish(held.id, outcome=outcome, reason=reason, by=by, now=clock.now())
    return _after(held)


def _staff(request: HttpRequest) -> StaffIdentity:
    caller: StaffIdentity = request.auth  # type: ignore[attr-defined]  # set by ninja
    return caller


def _id(text: str) -> int:
    """Give an id of a path, 0 for what can be none."""
    known = text.isascii() and text.isdecimal() and len(text) <= _LONGEST_ID and int(text) <= LARGEST_ID
    return int(text) if known else 0


def _ticket(text: str) -> TicketView:
    found = queries.ticket(_id(text), now=clock.now())
    if found is None:
        raise UnknownTicket(text[:_LONGEST_ID])
    return found


def _counter(text: str) -> CounterFacts:
    found = queries.counter(_id(text))
    if found is None:
        raise UnknownCounter(text[:_LONGEST_ID])
    return found


def _counter_of(held: TicketView) -> CounterFacts:
    counters = queries.counters(held.centre_id)
    found = next((counter for counter in counters if counter.number == held.counter), None)
    if found is None:
        raise UnknownCounter(held.id)
    return found


def _in_hand(request: HttpRequest, text: str) -> tuple[TicketView, str]:
    """Give the ticket and who acts; refuses a clerk of another centre or department."""
    clerk, held = _staff(request), _ticket(text)
    callers.must_reach(clerk, Permission.CALL, centre_id=held.centre_id, queue_id=held.queue_id)
    return held, clerk.by


def _after(held: TicketView) -> HttpResponse:
    return answered(ticket_plain(queries.ticket(held.id)))


def ticket_plain(view: TicketView | None) -> dict[str, Any]:
    """Answer a ticket as its holder may see it."""
    if view is None:
        raise UnknownTicket
    now = clock.now()
    return {
        "id": view.id,
        "label": view.label,
        "state": view.state,
        "centre": view.centre_code,
        "queue": view.queue_name,
        "booked": view.booked,
        "appointment": view.appointment_code or None,
        "issued_at": view.issued_at.astimezone(now.tzinfo),
        "called_at": view.called_at.astimezone(now.tzinfo) if view.called_at else None,
        "counter": view.counter,
        "areas": list(view.areas),
        "ahead": view.ahead,
        "estimate": view.estimate,
    }
