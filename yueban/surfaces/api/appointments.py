"""Book, look up, search, cancel, move, and take the ticket of an appointment."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from ninja import Router

from yueban.domain.booking import operations as booking
from yueban.domain.booking import queries as booked
from yueban.domain.booking.rules import ChannelKind
from yueban.domain.directory import queries as directory
from yueban.domain.people import operations as people
from yueban.domain.people import queries as persons
from yueban.domain.people.rules import ChannelProgram
from yueban.domain.queueing import operations as queueing
from yueban.domain.queueing import queries as hall
from yueban.kernel import clock
from yueban.kernel.certificates import Certificate, parse_certificate
from yueban.kernel.errors import FieldError, InvalidInput, gettext_noop
from yueban.surfaces.api import callers, problems, replay, schemas
from yueban.surfaces.api.answers import WRITING, answered, errors
from yueban.surfaces.api.app import Bearer, api
from yueban.surfaces.api.applicants import Collected, parse_applicant, parse_organisation
from yueban.surfaces.api.tickets import ticket_plain

if TYPE_CHECKING:
    from yueban.domain.booking.operations import Booking
    from yueban.domain.booking.queries import AppointmentView
    from yueban.domain.people.rules import AdmittedChannel

CODE: Final = re.compile(r"[1-9][0-9]{7}")
_ONE_OF_TWO: Final = gettext_noop("matter 和 package 填一项，也只能填一项。")

router = Router(tags=["appointments"])


def _booking_caller(request: HttpRequest) -> AdmittedChannel:
    """Let a channel in and count the booking on its certificate as well, with one statement where the body is sound."""
    token = callers.bearer(request)
    if token.startswith("ys_"):
        return callers.channel(request)
    return callers.serving(people.admit(token, certificate_index=_certificate_index(request)))


def _certificate_index(request: HttpRequest) -> bytes | None:
    try:
        given = api.parser.parse_body(request)["applicant"]["certificate"]
        return persons.certificate_index(parse_certificate(given["kind"], given["number"]))
    except (InvalidInput, problems.Problem, SuspiciousOperation, OSError, LookupError, TypeError, AttributeError):
        return None  # what is wrong with the body is said after the token was found good


@router.post(
    "/appointments",
    auth=Bearer(_booking_caller),
    response={201: schemas.Appointment, **errors(*WRITING, 404, 409)},
    summary="预约 Book",
    openapi_extra=replay.DOCUMENTED,
)
def book(request: HttpRequest, asked: schemas.BookingAsked) -> HttpResponse:
    """Book an hour (R1.1): confirmed when this answers 201. Send an `Idempotency-Key`, and repeat safely."""
    channel: AdmittedChannel = request.auth  # type: ignore[attr-defined]  # set by ninja
    if channel.centre_id is not None:
        callers.at(channel, directory.centre(asked.centre).pk)
    key = replay.key_of(request)
    wanted = _wanted(asked, channel)

    def write(idempotency: booking.Idempotency | None = None) -> Booking:
        return booking.book(wanted, by=channel.by, now=clock.now(), idempotency=idempotency)

    if key is None:
        return HttpResponse(_confirmation(write()), status=HTTPStatus.CREATED, content_type="application/json")
    return replay.once(channel, key, asked.model_dump_json(), _confirmation, write)


def _wanted(asked: schemas.BookingAsked, channel: AdmittedChannel) -> booking.BookingRequest:
    """Parse everything and raise `InvalidInput` with all errors, each under its field."""
    collect = Collected()
    if bool(asked.matter) == bool(asked.package):
        collect.errors.append(FieldError("matter", "one_of_two", _ONE_OF_TWO))
    applicant = collect(parse_applicant, asked.applicant)
    organisation = collect(parse_organisation, asked.organisation)
    collect.check()
    return booking.BookingRequest(
        centre=asked.centre,
        slot_id=asked.slot,
        channel_kind=ChannelKind(channel.books_as),
        name=applicant.name,
        certificate=applicant.certificate,
        phone=applicant.phone,
        matter=asked.matter or "",
        package=asked.package or "",
        organisation=organisation.name,
        uscc=organisation.uscc,
        channel_id=channel.id,
    )


def _confirmation(made: Booking) -> str:
    """The answer to a booking, which is also what an Idempotency-Key keeps: nothing personal is in it."""
    found = made.found
    head = {
        "code": made.code,
        "status": made.status,
        "qr": made.qr,
        "centre": found.centre_code,
        "centre_name": found.centre_name,
        "address": found.centre_address,
        "phone": found.centre_phone,
        "matter": found.matter_code,
        "matter_name": found.matter_name,
        "package": found.package_code or None,
        "starts_at": found.starts_at.isoformat(),
        "ends_at": found.ends_at.isoformat(),
        "free_until": made.free_until.isoformat(),
    }
    return f'{json.dumps(head, ensure_ascii=False)[:-1]}, "materials": {found.materials}}}'


@router.post(
    "/appointments/search",
    auth=Bearer(callers.channel),
    response={200: schemas.Appointments, **errors(*WRITING)},
    summary="按证件查 By certificate",
)
def search(request: HttpRequest, asked: schemas.SearchAsked) -> HttpResponse:
    """What this channel booked for a certificate, latest first."""
    channel: AdmittedChannel = request.auth  # type: ignore[attr-defined]  # set by ninja
    found = booked.of_person(_certificate(asked.certificate), now=clock.now())
    own = [appointment_plain(view) for view in found if view.channel_id == channel.id]
    return answered({"appointments": own})


@router.get(
    "/appointments/{code}",
    auth=Bearer(callers.channel),
    response={200: schemas.Appointment, **errors(401, 403, 404, 429)},
    summary="查预约 One appointment",
)
def appointment(request: HttpRequest, code: schemas.AppointmentCode) -> HttpResponse:
    """An appointment that this channel booked."""
    return answered(appointment_plain(_own(request, code)))


@router.post(
    "/appointments/{code}/cancel",
    auth=Bearer(callers.channel),
    response={200: schemas.Appointment, **errors(*WRITING, 404, 409)},
    summary="取消 Cancel",
)
def cancel(
    request: HttpRequest, code: schemas.AppointmentCode, asked: schemas.CancelAsked = schemas.CANCEL
) -> HttpResponse:
    """Cancel (R4.3): free until `free_until`; later, until the slot starts, it counts as a strike."""
    held = _own(request, code)
    after = booking.cancel(held.code, by=_channel(request).by, now=clock.now(), reason=asked.reason.strip())
    return answered(appointment_plain(after))


@router.post(
    "/appointments/{code}/reschedule",
    auth=Bearer(callers.channel),
    response={200: schemas.Appointment, **errors(*WRITING, 404, 409)},
    summary="改约 Reschedule",
)
def reschedule(request: HttpRequest, code: schemas.AppointmentCode, asked: schemas.RescheduleAsked) -> HttpResponse:
    """Move to another slot of the same matter and centre, in one step: never none, never two."""
    held = _own(request, code)
    after = booking.reschedule(held.code, slot_id=asked.slot, by=_channel(request).by, now=clock.now())
    return answered(appointment_plain(after))


@router.post(
    "/appointments/{code}/ticket",
    auth=Bearer(callers.channel),
    response={201: schemas.Ticket, **errors(*WRITING, 404, 409)},
    summary="取号 Take the ticket",
)
def take_ticket(
    request: HttpRequest, code: schemas.AppointmentCode, asked: schemas.Nothing = schemas.NOTHING
) -> HttpResponse:
    """Take the ticket of an appointment (R4.1.3). From a kiosk or a desk it is presence, from elsewhere it is not (R4.3)."""
    del asked
    channel = _channel(request)
    held = _of_this_hall(code, channel) if channel.kind is ChannelProgram.KIOSK else _own(request, code)
    remote = channel.kind not in callers.IN_THE_HALL
    issued = queueing.take_ticket(held.code, remote=remote, by=channel.by, now=clock.now())
    return answered(ticket_plain(hall.ticket(issued.ticket_id)), status=HTTPStatus.CREATED)


def _channel(request: HttpRequest) -> AdmittedChannel:
    caller: AdmittedChannel = request.auth  # type: ignore[attr-defined]  # set by ninja
    return caller


def _own(request: HttpRequest, code: str) -> AppointmentView:
    """Give an appointment of this channel; another's is as unknown as none."""
    held = _by_code(code)
    if held.channel_id != _channel(request).id:
        raise booked.UnknownAppointment
    return held


def _of_this_hall(code: str, channel: AdmittedChannel) -> AppointmentView:
    """Give an appointment that a kiosk may print: its own, or any of the hall where it stands."""
    held = _by_code(code)
    if held.channel_id != channel.id and held.centre_id != channel.centre_id:
        raise booked.UnknownAppointment
    return held


def _by_code(code: str) -> AppointmentView:
    if not CODE.fullmatch(code):
        raise booked.UnknownAppointment
    return booked.by_code(code, now=clock.now())


def _certificate(given: schemas.Certificate) -> Certificate:
    return parse_certificate(given.kind, given.number)


def appointment_plain(view: AppointmentView) -> dict[str, Any]:
    """Answer an appointment without the person: the code alone never shows who it is."""
    return {
        "code": view.code,
        "status": view.status,
        "qr": view.qr,
        "centre": view.centre_code,
        "centre_name": view.centre_name,
        "address": view.centre_address,
        "phone": view.centre_phone,
        "matter": view.matter_code,
        "matter_name": view.matter_name,
        "package": view.package_code,
        "starts_at": view.starts_at,
        "ends_at": view.ends_at,
        "free_until": view.free_until,
        "materials": view.materials,
    }
