"""Booking, one thing a page: which hall, which hour, who comes, is it right, done (R4.1.3)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from yueban.domain.booking import operations as booking
from yueban.domain.booking import queries as bookings
from yueban.domain.booking.operations import BookingRequest
from yueban.domain.booking.rules import ChannelKind
from yueban.domain.directory import queries as directory
from yueban.domain.people import operations as people
from yueban.domain.people.rules import TooManyRequests
from yueban.domain.regulation import queries as regulation
from yueban.domain.regulation.rules import RefusalCode, Refused
from yueban.kernel import clock, crypto
from yueban.kernel.errors import InvalidInput
from yueban.surfaces.portal import codes, errors, forms, own, picker, visitor
from yueban.surfaces.portal.forms import Applicant
from yueban.surfaces.portal.target import Target, target_of
from yueban.surfaces.portal.views.guide import keep_preferences
from yueban.surfaces.portal.visitor import Draft, Typed

BY = "applicant"


@require_safe
def halls(request: HttpRequest, code: str, *, package: bool) -> HttpResponse:
    """Which hall? Where only one offers it, there is nothing to ask."""
    target, now = target_of(code, package=package), clock.now()
    centres = [offer.centre for offer in directory.offers(target.matter)]
    if len(centres) == 1:
        return redirect(target.hours_url(centres[0].code))
    first = bookings.first_open(matter=target.matter.code, channel=ChannelKind.ONLINE, now=now)
    rows = [{"centre": each, "url": target.hours_url(each.code), "earliest": first.get(each.code)} for each in centres]
    return render(request, "portal/book/halls.html", {"section": "services", "target": target, "halls": rows})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def hours(request: HttpRequest, code: str, centre: str, *, package: bool) -> HttpResponse:
    """Which hour? Touching one begins a draft; an hour that was taken meanwhile says so beside the others."""
    target, now = target_of(code, package=package), clock.now()
    rows = picker.slots(centre, target.matter.code, now=now)
    if request.method != "POST":
        return _hours_page(request, target, centre, rows)
    slot = picker.find(rows, request.POST.get("slot", ""))
    if slot is None or not slot["open"]:
        return _hours_page(request, target, centre, rows, slot)
    draft = Draft("", package, code, centre, slot["id"], slot["starts_at"].isoformat(), slot["ends_at"].isoformat())
    return redirect("portal:who", visitor.new_draft(request, draft).nonce)


def _hours_page(
    request: HttpRequest,
    target: Target,
    centre: str,
    rows: list[dict[str, Any]],
    refused: dict[str, Any] | None = None,
) -> HttpResponse:
    wanted = refused["starts_at"].date().isoformat() if refused else request.GET.get("day", "")
    context = {
        "section": "services",
        "target": target,
        "centre": directory.centre(centre),
        "other_halls": directory.offers(target.matter).count() > 1,
        "picker": picker.picker(rows, target.hours_url(centre), wanted=wanted, now=clock.now()),
        "refused": refused["refusals"] if refused else [],
    }
    status = 409 if request.method == "POST" else 200
    return render(request, "portal/book/hours.html", context, status=status)


def _with_draft(view: Callable[[HttpRequest, Draft], HttpResponse]) -> Callable[[HttpRequest, str], HttpResponse]:
    """Give a view the visitor's own draft. A foreign or forgotten one is gone; a booked one only shows its success."""

    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    def guarded(request: HttpRequest, nonce: str) -> HttpResponse:
        draft = visitor.draft_of(request, nonce)
        if draft is None:
            return errors.gone(request)
        return redirect("portal:done", nonce) if draft.code else view(request, draft)

    return guarded


@_with_draft
def who(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Who comes? Every way out of this page keeps what was typed."""
    if request.method != "POST":
        return _who_page(request, draft)
    draft = replace(draft, typed=Typed.of(request.POST))
    visitor.keep(request, draft)
    again = redirect("portal:who", draft.nonce)
    if keep_preferences(request, again):
        return again
    return _send(request, draft) if request.POST.get("do") == "send" else _go_on(request, draft)


def _send(request: HttpRequest, draft: Draft) -> HttpResponse:
    try:
        codes.send(request, draft.typed.phone, now=clock.now())
    except InvalidInput as wrong:
        return _who_page(request, draft, wrong)
    return HttpResponseRedirect(f"{request.path}#sms")


def _go_on(request: HttpRequest, draft: Draft) -> HttpResponse:
    target = target_of(draft.target, package=draft.package)
    try:
        applicant = forms.read_applicant(draft.typed, target.audience)
        codes.prove(request, applicant.phone, request.POST.get("code", ""), now=clock.now())
    except InvalidInput as wrong:
        return _who_page(request, draft, wrong)
    return redirect("portal:confirm", draft.nonce)


def _who_page(request: HttpRequest, draft: Draft, wrong: InvalidInput | None = None) -> HttpResponse:
    target = target_of(draft.target, package=draft.package)
    found = wrong.errors if wrong else []
    context = {
        "section": "services",
        "draft": draft,
        "target": target,
        "hours_url": target.hours_url(draft.centre),
        "kinds": forms.KINDS.items(),
        "organisation": {"enterprise": "required", "both": "optional"}.get(target.audience, ""),
        "form": forms.shown(visitor.values(request, draft), found, hinted=("phone", "uscc")),
        "errors": forms.summary(found),
    }
    status = 422 if wrong else 200
    return render(request, "portal/book/who.html", context | codes.state(request), status=status)


@_with_draft
def confirm(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Is it right? The page reads like a letter, with the one-time notice (R3.5); its button books."""
    target = target_of(draft.target, package=draft.package)
    try:
        applicant = forms.read_applicant(draft.typed, target.audience)
    except InvalidInput:
        return redirect("portal:who", draft.nonce)
    if visitor.verified_phone(request) != applicant.phone:
        return redirect("portal:who", draft.nonce)
    if request.method == "POST":
        return _book(request, draft, target, applicant)
    return _confirm_page(request, draft, target, applicant)


def _book(request: HttpRequest, draft: Draft, target: Target, applicant: Applicant) -> HttpResponse:
    try:
        people.admit_certificate(crypto.blind_index("certificate", applicant.certificate.identity))
        code = booking.book(_request(draft, target, applicant), by=BY, now=clock.now()).code
    except bookings.UnknownPlace:
        return errors.gone(request)
    except TooManyRequests as bound:
        return _who_page(request, draft, codes.too_many("number", bound))
    except Refused as refused:
        code = _already(refused, draft, applicant)
        if not code:
            return _confirm_page(request, draft, target, applicant, refused)
    visitor.keep(request, replace(draft, code=code))
    return redirect("portal:done", draft.nonce)


def _request(draft: Draft, target: Target, applicant: Applicant) -> BookingRequest:
    return BookingRequest(
        centre=draft.centre,
        slot_id=draft.slot,
        channel_kind=ChannelKind.ONLINE,
        name=applicant.name,
        certificate=applicant.certificate,
        phone=applicant.phone,
        matter="" if draft.package else target.matter.code,
        package=target.code if draft.package else "",
        organisation=applicant.organisation,
        uscc=applicant.uscc,
    )


def _already(refused: Refused, draft: Draft, applicant: Applicant) -> str:
    """The code of this very booking when it was made a moment ago: a double tap, a second tab, a lost answer."""
    if all(reason.code is not RefusalCode.OVERLAPPING for reason in refused.reasons):
        return ""
    for each in bookings.of_phone(applicant.phone, now=clock.now()):
        target = each.package_code if draft.package else each.matter_code
        person = each.certificate_kind, each.certificate_number
        same = person == (applicant.certificate.kind, applicant.certificate.number)
        if same and each.slot_id == draft.slot and target == draft.target and own.is_coming(each, clock.now()):
            return each.code
    return ""


def _confirm_page(
    request: HttpRequest, draft: Draft, target: Target, applicant: Applicant, refused: Refused | None = None
) -> HttpResponse:
    now = clock.now()
    rules, hours_url = regulation.in_force(now.date()).parameters, target.hours_url(draft.centre)
    context = {
        "section": "services",
        "draft": draft,
        "target": target,
        "matter": target.matter,
        "package": target.package,
        "centre": directory.centre(draft.centre),
        "person": applicant,
        "kind": forms.KINDS[applicant.certificate.kind],
        "rules": rules,
        "free_until": draft.starts_at - rules.cancel_lead,
        "hours_url": hours_url,
        "refused": refused.reasons if refused else (),
        "nearest": _nearest(draft, target, hours_url) if refused else (),
    }
    return render(request, "portal/book/confirm.html", context, status=409 if refused else 200)


def _nearest(draft: Draft, target: Target, hours_url: str) -> tuple[picker.Hour, ...]:
    now = clock.now()
    rows = picker.slots(draft.centre, target.matter.code, now=now)
    return picker.picker(rows, hours_url, wanted="", now=now).nearest


@never_cache
@require_safe
def done(request: HttpRequest, nonce: str) -> HttpResponse:
    """It is booked: number, QR, where, what to bring. Coming back to it shows the same."""
    draft = visitor.draft_of(request, nonce)
    if draft is None:
        return errors.gone(request)
    if not draft.code:
        return redirect("portal:who", nonce)
    target = target_of(draft.target, package=draft.package)
    context = {
        "section": "mine",
        "appointment": bookings.by_code(draft.code, now=clock.now()),
        "guide": target.matter.guide,
        "package": target.package,
    }
    return render(request, "portal/book/done.html", context)
