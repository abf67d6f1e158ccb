"""The one registration screen of counter and hotline (R4.1.1, R4.1.2): who, what, when, in the order of talking.

Everything is one form. 「查询」 reads it and shows the page again with what stands against it; 「登记」 books. With a script the
page asks by itself and only its parts are renewed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yueban.domain.booking import operations as booking
from yueban.domain.booking import queries
from yueban.domain.booking.operations import BookingRequest
from yueban.domain.booking.rules import CallTaken, ChannelKind
from yueban.domain.people import operations as people
from yueban.domain.people import queries as persons
from yueban.domain.people.rules import Permission, Role, TooManyRequests
from yueban.domain.regulation.rules import RefusalCode, Refused
from yueban.kernel import clock
from yueban.kernel.errors import FieldError, InvalidInput
from yueban.surfaces.desk import choices, person
from yueban.surfaces.desk.callbacks import call_in_hand, taken
from yueban.surfaces.desk.choices import Wanted
from yueban.surfaces.desk.typed import RELATIVE, Typed, applicant_of, beside, by_field, certificate_of, early_errors
from yueban.surfaces.words import KINDS
from yueban.surfaces.workplace import at_work, page

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from yueban.domain.booking.queries import CallView
    from yueban.domain.directory.models import Centre
    from yueban.domain.regulation.rules import Reason
    from yueban.surfaces.desk.choices import Choice, Target
    from yueban.surfaces.desk.typed import Applicant
    from yueban.surfaces.workplace import Workplace


@dataclass(frozen=True, slots=True)
class Asking:
    """One look at the form: what was typed, what it means so far, and the call that it answers."""

    place: Workplace
    typed: Typed
    now: datetime
    choice: Choice
    halls: Sequence[Centre]
    """Those that handle what was chosen; none where nothing was."""
    call: CallView | None

    @property
    def target(self) -> Target | None:
        """What it is about."""
        return self.choice.target

    @property
    def may_override(self) -> bool:
        """Whether this person may pass over the cut-off here (R4.0)."""
        return self.place.staff.may(Permission.OVERRIDE_CUTOFF, centre_id=self.hall.pk)

    @property
    def hall(self) -> Centre:
        """The chosen hall; this one where nothing was chosen, another where only others handle it (R3.6)."""
        known = {each.code: each for each in self.halls}
        own = known.get(self.place.centre.code) or next(iter(known.values()), self.place.centre)
        return known.get(self.typed.hall, own)

    @property
    def overridden(self) -> bool:
        """Whether the cut-off is passed over."""
        return bool(self.typed.override) and self.may_override

    def wanted(self, target: Target) -> Wanted:
        """For whom hours are looked for."""
        asked_at = self.call.asked_at if self.call else None
        return Wanted(self.typed, target, self.hall, certificate_of(self.typed), asked_at, self.overridden)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why nothing was registered: what is wrong with the fields, and what stands against the hour."""

    errors: dict[str, str] = field(default_factory=dict)
    reasons: Sequence[Reason] = ()


@require_http_methods(["GET", "POST"])
@at_work(Permission.BOOK_FOR_OTHERS)
def register(request: HttpRequest, place: Workplace) -> HttpResponse:
    """Show the form, look at it, or register what it says."""
    try:
        asking = _asking(request, place)
    except CallTaken:
        return taken(request)
    if request.method != "POST":
        return _page(request, asking, Trouble())
    if request.POST.get("do") == "book":
        return _book(request, asking)
    return _page(request, asking, Trouble(early_errors(asking.typed)))


def _asking(request: HttpRequest, place: Workplace) -> Asking:
    typed = Typed.of(request.POST if request.method == "POST" else request.GET)
    call = call_in_hand(place, typed.call_id) if typed.call_id else None
    if call is not None and call.code and request.POST.get("do") != "book":
        raise CallTaken
    if request.method != "POST":
        typed = _beginning(typed, place, call)
    choice = choices.choose(typed.q, typed.what, place)
    halls = choices.halls_of(choice.target) if choice.target else []
    return Asking(place, typed, clock.now(), choice, halls, call)


def _beginning(typed: Typed, place: Workplace, call: CallView | None) -> Typed:
    """What stands in an empty form: the channel of this desk, and what a caller said."""
    hotline = place.staff.role is Role.HOTLINE
    channel = typed.channel or (ChannelKind.PHONE if hotline else ChannelKind.ONSITE)
    if call is None:
        return Typed(channel=channel)
    return Typed(
        channel=ChannelKind.PHONE,
        name=call.name,
        phone=call.phone,
        what=f"m:{call.matter_code}",
        hall=call.centre_code,
        day=call.wanted_on.isoformat() if call.wanted_on else "",
        call=str(call.id),
    )


def _page(request: HttpRequest, asking: Asking, trouble: Trouble) -> HttpResponse:
    typed, now = asking.typed, asking.now
    certificate = certificate_of(typed)
    seen = person.seen(certificate, asking.place, now=now) if certificate else None
    if seen and not typed.name:
        typed = replace(typed, name=seen.name)
    refused = bool(trouble.reasons)
    context = {
        "typed": typed,
        "errors": beside(trouble.errors),
        "wrong": list(trouble.errors.values()),
        "reasons": trouble.reasons,
        "kinds": KINDS.items(),
        "person": seen,
        "call": asking.call,
        "found": asking.choice.listed,
        "target": asking.target,
        "may_override": asking.may_override,
        "overridden": asking.overridden,
        "today": now.date(),
    }
    status = 409 if refused else 422 if trouble.errors and request.POST.get("do") == "book" else 200
    return page(request, "desk/register.html", asking.place, status=status, **context, **_when(asking))


def _when(asking: Asking) -> dict[str, Any]:
    """The hours of what was chosen, the first that can be registered being chosen already."""
    if asking.target is None:
        return {"hours": [], "halls": [], "hall": asking.hall, "chosen": 0}
    start = max(asking.typed.from_day or asking.now.date(), asking.now.date())
    rows = choices.hours(asking.wanted(asking.target), start=start, now=asking.now)
    free = [each.id for each in rows if not each.reasons]
    chosen = asking.typed.slot_id if asking.typed.slot_id in free else next(iter(free), 0)
    return {"hours": rows, "halls": asking.halls, "hall": asking.hall, "chosen": chosen}


def _book(request: HttpRequest, asking: Asking) -> HttpResponse:
    if asking.typed.override and not asking.may_override:
        raise PermissionDenied
    try:
        code = _registered(asking, _complete(asking))
    except InvalidInput as wrong:
        return _page(request, asking, Trouble(by_field(wrong.errors)))
    except TooManyRequests as bound:
        return _page(request, asking, Trouble({"number": _(bound.message) % bound.details}))
    except Refused as refused:
        return _page(request, asking, Trouble(reasons=refused.reasons))
    except CallTaken:
        return taken(request)
    return redirect("desk:notice", code)


def _complete(asking: Asking) -> Applicant:
    """Read who comes, and see that there is something to do and an hour. Raises `InvalidInput` with every error."""
    missing = {
        "q": _("请选择事项。") if asking.target is None else "",
        "slot": _("请选择时间。") if asking.target and not asking.typed.slot_id else "",
        "why": _("请说明突破截止时间的理由。") if asking.overridden and not asking.typed.why else "",
    }
    errors = [FieldError(name, "missing", text) for name, text in missing.items() if text]
    try:
        applicant = applicant_of(asking.typed, asking.target.audience if asking.target else "personal")
    except InvalidInput as wrong:
        raise InvalidInput.of([*wrong.errors, *errors]) from wrong
    if errors:
        raise InvalidInput.of(errors)
    return applicant


def _registered(asking: Asking, applicant: Applicant) -> str:
    """Book, or find what the same press booked a moment ago; then end the call that it answers."""
    by, now, call = asking.place.staff.by, asking.now, asking.call
    if call is not None and not _still_waits(call, by=by, now=now):
        return _answered(asking, applicant, call.id)
    people.admit_certificate(persons.certificate_index(applicant.certificate))
    try:
        code = booking.book(_request(asking, applicant), by=by, now=now).code
    except queries.UnknownPlace as error:
        raise InvalidInput("slot", "unknown", _("请选择时间。")) from error
    except Refused as refused:
        code = _already(refused, asking, applicant)
        if not code:
            raise
    if call is not None:
        booking.finish_call(call.id, code, by=by, now=now)
    if asking.typed.owner == RELATIVE:
        booking.note_relatives_phone(code, by=by, now=now)
    return code


def _request(asking: Asking, applicant: Applicant) -> BookingRequest:
    target = asking.target
    package = target.package if target else None
    return BookingRequest(
        centre=asking.hall.code,
        slot_id=asking.typed.slot_id,
        channel_kind=asking.typed.channel_kind,
        name=applicant.name,
        certificate=applicant.certificate,
        phone=applicant.phone,
        matter=target.matter.code if target and not package else "",
        package=package.code if package else "",
        organisation=applicant.organisation,
        uscc=applicant.uscc,
        asked_at=asking.call.asked_at if asking.call else None,
        override=asking.typed.why if asking.overridden else "",
    )


def _already(refused: Refused, asking: Asking, applicant: Applicant) -> str:
    """The code of this very registration when it was made a moment ago: pressed twice, or an answer that was lost."""
    if all(reason.code is not RefusalCode.OVERLAPPING for reason in refused.reasons):
        return ""
    return next(iter(_same(asking, applicant)), "")


def _still_waits(call: CallView, *, by: str, now: datetime) -> bool:
    """Keep the call in hand for this registration; False when it ended, a moment ago or long since."""
    try:
        booking.claim_call(call.id, by=by, now=now)
    except CallTaken:
        return False
    return True


def _answered(asking: Asking, applicant: Applicant, call_id: int) -> str:
    """The registration that ended this call, when it is pressed again; `CallTaken` for any other.

    Its moment passes over the cut-off (R4.0): it serves once, or whoever has its number would need no override.
    """
    code = queries.call(call_id).code
    if code not in _same(asking, applicant):
        raise CallTaken
    return code


def _same(asking: Asking, applicant: Applicant) -> list[str]:
    """The codes of what stands of this very registration."""
    target, found = asking.target, []
    for each in queries.of_person(applicant.certificate, now=asking.now):
        what = f"p:{each.package_code}" if each.package_code else f"m:{each.matter_code}"
        same = each.slot_id == asking.typed.slot_id and target is not None and what == target.value
        if same and each.status == "booked" and each.phone == applicant.phone and each.name == applicant.name:
            found.append(each.code)
    return found
