"""总咨询台 takes a call (R2.2, R4.1.2): who, what, when wanted, a number to call back; the counters do the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yueban.domain.booking import operations, queries
from yueban.domain.booking.operations import Intake
from yueban.domain.booking.rules import ChannelKind, DayPart
from yueban.domain.people.rules import Permission
from yueban.domain.regulation import queries as regulation
from yueban.domain.regulation.rules import Refused
from yueban.kernel import clock, ids
from yueban.kernel.certificates import parse_name, parse_phone
from yueban.kernel.errors import FieldError, InvalidInput
from yueban.surfaces.desk import choices
from yueban.surfaces.desk.callbacks import PARTS
from yueban.surfaces.desk.typed import LONGEST, beside, by_field, day_of
from yueban.surfaces.templatetags.yueban import moment_plain
from yueban.surfaces.workplace import at_work, page

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from yueban.surfaces.desk.choices import Choice, Target
    from yueban.surfaces.workplace import Workplace

INPUTS = ("phone", "name", "q", "hall", "wanted_on")
PRESS = re.compile(r"[A-Za-z0-9_-]{8,32}")


@dataclass(frozen=True, slots=True)
class Said:
    """What stands in the form."""

    phone: str = ""
    name: str = ""
    q: str = ""
    what: str = ""
    hall: str = ""
    wanted_on: str = ""
    wanted_part: str = ""
    note: str = ""
    press: str = ""

    @classmethod
    def of(cls, post: Mapping[str, str]) -> Said:
        """Read the form."""
        return cls(**{each.name: post.get(each.name, "")[:LONGEST].replace("\0", "").strip() for each in fields(cls)})


@require_http_methods(["GET", "POST"])
@at_work(Permission.TAKE_CALLS)
def take(request: HttpRequest, place: Workplace) -> HttpResponse:
    """Write a call down; it is on the counters' list with its due time at once."""
    said = Said.of(request.POST) if request.method == "POST" else Said(press=ids.new_press())
    choice = choices.choose(said.q, said.what, place)
    if request.POST.get("do") != "take":
        return _page(request, place, said, choice, {})
    try:
        call_id = operations.take_call(_read(said, choice.target, place), by=place.staff.by, now=clock.now())
    except InvalidInput as wrong:
        return _page(request, place, said, choice, by_field(wrong.errors))
    except Refused as refused:
        return _page(request, place, said, choice, {"hall": regulation.explain(refused.reasons[0])})
    due = moment_plain(queries.call(call_id).due_at)
    messages.success(request, _("已转给窗口，请告诉来电人：%(due)s 前回电。") % {"due": due})
    return redirect("desk:take_call")


def _page(request: HttpRequest, place: Workplace, said: Said, choice: Choice, errors: dict[str, str]) -> HttpResponse:
    target = choice.target
    hall = _hall(said, target, place)
    context = {
        "said": said,
        "errors": beside(errors, INPUTS),
        "wrong": list(errors.values()),
        "found": choice.found,
        "target": target,
        "halls": choices.halls_of(target) if target else [],
        "hall": hall,
        "parts": [(part, text if part else _("都可以")) for part, text in PARTS.items()],
        "today": clock.today(),
        "callback_due": regulation.in_force(clock.today()).parameters.callback_due.normalize(),
        "earliest": _earliest(target, hall),
    }
    return page(request, "desk/take_call.html", place, status=422 if errors else 200, **context)


def _earliest(target: Target | None, hall: str) -> datetime | None:
    """The first hour that a call at this moment can still get, to be said to the caller at once (R4.0)."""
    if target is None:
        return None
    found = queries.first_open(matter=target.matter.code, channel=ChannelKind.PHONE, now=clock.now())
    return found.get(hall)


def _hall(said: Said, target: Target | None, place: Workplace) -> str:
    """The hall that was chosen, this one otherwise, another where only others handle it (R3.6)."""
    codes = [each.code for each in choices.halls_of(target)] if target else []
    return next((code for code in (said.hall, place.centre.code, *codes) if code in codes), place.centre.code)


def _read(said: Said, target: Target | None, place: Workplace) -> Intake:
    """Read what was said. Raises `InvalidInput` with every error."""
    errors: list[FieldError] = []
    for parse, text in ((parse_phone, said.phone), (parse_name, said.name)):
        try:
            parse(text)
        except InvalidInput as error:
            errors.extend(error.errors)
    wanted_on = day_of(said.wanted_on)
    if target is None:
        errors.append(FieldError("q", "missing", _("请选择事项。")))
    if said.wanted_on and (wanted_on is None or wanted_on < clock.today()):
        errors.append(FieldError("wanted_on", "past", _("请填写今天以后的日期。")))
    if errors or target is None:
        raise InvalidInput.of(errors)
    return Intake(
        centre=_hall(said, target, place),
        matter=target.matter.code,
        name=parse_name(said.name),
        phone=parse_phone(said.phone),
        press=said.press if PRESS.fullmatch(said.press) else ids.new_press(),
        note=said.note,
        wanted_on=wanted_on,
        wanted_part=DayPart(said.wanted_part) if said.wanted_part in set(DayPart) else DayPart.ANY,
    )
