"""The hall guide's page on a phone: who needs help, how long people wait, and a number or booking in front of one."""

from __future__ import annotations

from datetime import date as day_type
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yueban.domain.booking import queries as booking
from yueban.domain.booking.rules import Status
from yueban.domain.people import queries as people
from yueban.domain.people.rules import Permission
from yueban.domain.queueing import operations, queries, readers
from yueban.domain.queueing.rules import AlreadyWaiting, Ground, MoveRefused, QueueingError
from yueban.domain.regulation import queries as regulation
from yueban.domain.regulation.rules import Refused
from yueban.kernel import clock, crypto, ids
from yueban.surfaces.access import polled, requires
from yueban.surfaces.counter.access import clerk, in_hall
from yueban.surfaces.counter.words import GROUNDS, STATES
from yueban.surfaces.reach import reached, reaches_queue

if TYPE_CHECKING:
    from yueban.domain.people.rules import StaffIdentity
    from yueban.domain.queueing.queries import HallView
    from yueban.kernel.certificates import Certificate

CODE_LENGTH = 8


@require_GET
@requires(Permission.ISSUE_TICKETS)
def choose(request: HttpRequest) -> HttpResponse:
    """Which hall; at once where there is one."""
    staff = clerk(request)
    halls = [each for each in queries.halls() if staff.scope.covers(centre_id=each.id)]
    if len(halls) == 1:
        return redirect("counter:guide", halls[0].code)
    return render(request, "counter/guide_halls.html", {"halls": halls})


@require_GET
@in_hall
def home(request: HttpRequest, hall: HallView, staff: StaffIdentity) -> HttpResponse:
    """What needs me, a field to find a number, and the queues."""
    return render(request, "counter/guide.html", _hall(hall, staff))


@require_GET
@in_hall
@polled
def state(request: HttpRequest, hall: HallView, staff: StaffIdentity) -> HttpResponse:
    """Only what changes by itself."""
    return render(request, "counter/guide_state.html", _hall(hall, staff))


@require_http_methods(["GET", "POST"])
@in_hall
def find(request: HttpRequest, hall: HallView, staff: StaffIdentity) -> HttpResponse:
    """A number (`A012`), an appointment number or its QR code, or an identity card, as typed or scanned.

    The page asks by POST, because a certificate may stand in no address.
    """
    text = (request.POST.get("q") or request.GET.get("q", ""))[:200].replace("\0", "").strip()
    if request.method == "POST" and (shown := readers.understand(text).certificate) is not None:
        return _person(request, hall, staff, shown)
    code = crypto.verify(text) or ids.ungrouped(text)
    if len(code) == CODE_LENGTH and code.isdigit():
        return _appointment(request, hall, staff, code)
    found = queries.ticket_labelled(hall.id, text, date=clock.today())
    if found is None or not _reaches(staff, hall, found.queue_id):
        return _home(request, hall, staff, _("今天没有这个号，也没有这个预约。"), q=text)
    return redirect("counter:guide_ticket", hall.code, found.id)


@require_http_methods(["GET", "POST"])
@in_hall
def ticket(request: HttpRequest, hall: HallView, staff: StaffIdentity, *, ticket_id: int) -> HttpResponse:
    """One number: where it stands; POST gives it priority with its ground (军人、老年、孕、残)."""
    found = queries.ticket(ticket_id, now=clock.now())
    if found is None or found.centre_id != hall.id:
        raise Http404
    if not _reaches(staff, hall, found.queue_id):
        raise PermissionDenied
    message = ""
    if request.method == "POST":
        chosen = request.POST.get("ground", "")
        if chosen not in set(Ground):
            raise Http404
        try:
            operations.give_priority(ticket_id, ground=Ground(chosen), by=staff.by, now=clock.now())
        except MoveRefused:
            message = _("这个号已不在等候，不能再优先。")
        else:
            return redirect("counter:guide_ticket", hall.code, ticket_id)
    context = {"hall": hall, "ticket": found, "grounds": GROUNDS.items(), "states": STATES.items(), "message": message}
    return render(request, "counter/guide_ticket.html", context, status=409 if message else 200)


@require_POST
@in_hall
def arrive(request: HttpRequest, hall: HallView, staff: StaffIdentity) -> HttpResponse:
    """到场登记 at the guide desk: the booking gets its number, and a desk or phone booking waits far ahead (R5.3)."""
    code = ids.ungrouped(request.POST.get("code", "")[:20])
    try:
        found = booking.by_code(code if code.isdigit() else "", now=clock.now())
        if found.centre_id != hall.id:
            raise Http404
        if not _reaches(staff, hall, found.queue_id):
            raise PermissionDenied
        issued = operations.check_in(code, by=staff.by, now=clock.now())
    except booking.UnknownAppointment as error:
        raise Http404 from error
    except Refused as refused:
        return _home(request, hall, staff, regulation.explain(refused.reasons[0]))
    except AlreadyWaiting:
        return _home(request, hall, staff, _("这位群众在这个队列已有号。"))
    return redirect("counter:guide_ticket", hall.code, issued.ticket_id)


@require_POST
@in_hall
def issue(request: HttpRequest, hall: HallView, staff: StaffIdentity) -> HttpResponse:
    """A number for somebody who walked in, called out to them or written down."""
    known = {str(each.id): each.id for each in queries.queues(hall.id, date=clock.today())}
    if (wanted := request.POST.get("queue", "")) not in known:
        raise Http404
    if not _reaches(staff, hall, known[wanted]):
        raise PermissionDenied
    try:
        issued = operations.issue(known[wanted], by=staff.by, now=clock.now())
    except QueueingError:
        return _home(request, hall, staff, _("这个队列现在不能取号。"))
    return redirect("counter:guide_ticket", hall.code, issued.ticket_id)


@require_POST
@in_hall
def answer(_request: HttpRequest, hall: HallView, staff: StaffIdentity, *, counter_id: int) -> HttpResponse:
    """I go there."""
    counter = queries.counter(counter_id)
    if counter is None or counter.centre_id != hall.id:
        raise Http404
    operations.answer_help(counter_id, by=staff.by, now=clock.now())
    return redirect("counter:guide", hall.code)


@require_GET
@in_hall
def day(request: HttpRequest, hall: HallView, staff: StaffIdentity) -> HttpResponse:
    """The day's report: it is the same while the day goes on and after its end."""
    date = _date(request.GET.get("date", "")) or clock.today()
    context = {
        "hall": hall,
        "report": queries.day_report(hall.id, date=date),
        "yesterday": date - timedelta(days=1),
        "today": date == clock.today(),
        "kept": queries.hall_rules(hall.id).overnight == clock.today(),
        "manager": staff.may(Permission.RUN_CONTINGENCY, centre_id=hall.id),
    }
    return render(request, "counter/guide_day.html", context)


@require_POST
@in_hall
def overnight(request: HttpRequest, hall: HallView, staff: StaffIdentity) -> HttpResponse:
    """In an emergency the manager keeps the queue for tomorrow, or takes that back."""
    if not staff.may(Permission.RUN_CONTINGENCY, centre_id=hall.id):
        raise PermissionDenied
    operations.keep_overnight(hall.id, on=request.POST.get("keep") == "yes", by=staff.by, now=clock.now())
    return redirect("counter:guide_day", hall.code)


def _reaches(staff: StaffIdentity, hall: HallView, queue_id: int) -> bool:
    return reaches_queue(staff, Permission.ISSUE_TICKETS, centre_id=hall.id, queue_id=queue_id)


def _date(text: str) -> day_type | None:
    try:
        return parse_date(text)
    except ValueError:  # the 31st of June
        return None


def _appointment(request: HttpRequest, hall: HallView, staff: StaffIdentity, code: str) -> HttpResponse:
    kept = queries.ticket_of(code)
    if kept is not None and kept.centre_id == hall.id:
        return redirect("counter:guide_ticket", hall.code, kept.id)
    try:
        found = booking.by_code(code, now=clock.now())
    except booking.UnknownAppointment:
        return _home(request, hall, staff, _("今天没有这个号，也没有这个预约。"), q=code)
    if not _reaches(staff, hall, found.queue_id):
        return _home(request, hall, staff, _("今天没有这个号，也没有这个预约。"), q=code)
    if found.centre_id != hall.id:
        return _home(request, hall, staff, _("这个预约在%(centre)s办理。") % {"centre": found.centre_name}, q=code)
    return render(request, "counter/guide_appointment.html", {"hall": hall, "appointment": found})


def _person(request: HttpRequest, hall: HallView, staff: StaffIdentity, shown: Certificate) -> HttpResponse:
    """Today's bookings and open numbers of somebody who knows no number."""
    today, person = clock.today(), people.person_of(shown)
    held = queries.open_tickets(person, centre_id=hall.id, date=today) if person else []
    known = booking.of_person(shown, now=clock.now(), on=today)
    booked = [each for each in reversed(known) if each.centre_id == hall.id and each.status == Status.BOOKED]
    if not held and not booked:
        return _home(request, hall, staff, _("这个证件今天在这里没有预约，也没有号。"))
    context = {"hall": hall, "held": held, "booked": booked, "masked": shown.masked}
    return render(request, "counter/guide_person.html", context)


def _hall(hall: HallView, staff: StaffIdentity) -> dict[str, Any]:
    queues = sorted(queries.queues(hall.id, date=clock.today(), now=clock.now()), key=lambda each: -each.waiting)
    ours = reached(staff, Permission.ISSUE_TICKETS, centre_id=hall.id, queues=[each.id for each in queues])
    return {
        "hall": hall,
        "staff": staff,
        "issuing": [each for each in queues if each.id in ours],
        "calls": queries.help_calls(hall.id),
        "paper": [each for each in queries.printers(hall.id) if each.error or each.needs_paper],
        "screens": queries.dead_screens(hall.id),
        "queues": queues,
        "message": "",
        "q": "",
    }


def _home(request: HttpRequest, hall: HallView, staff: StaffIdentity, message: str, *, q: str = "") -> HttpResponse:
    return render(request, "counter/guide.html", _hall(hall, staff) | {"message": message, "q": q}, status=409)
