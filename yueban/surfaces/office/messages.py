"""What was sent to applicants, what became of it, and sending again (R4.1): a hall's for its manager, all for the county.

Texts are personal: they are not listed, and one is shown only to who says why, which is recorded.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib import messages as flash
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from yueban.domain.booking import queries as booking
from yueban.domain.directory import queries as directory
from yueban.domain.notices import gateways, operations, queries
from yueban.domain.notices.queries import Wanted
from yueban.domain.notices.rules import KIND_NAMES, STATE_NAMES, State, Template, in_words, kind_name
from yueban.domain.people.rules import Permission
from yueban.kernel import certificates, clock
from yueban.kernel.errors import InvalidInput
from yueban.kernel.wall import in_our_years
from yueban.surfaces.access import requires, staff_of
from yueban.surfaces.workplace import Workplace, county_page, page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from yueban.domain.notices.queries import Row
    from yueban.domain.people.rules import StaffIdentity

SHOWN = 50
LONGEST_ID = 18
LOOKS = {
    State.DELIVERED: "tag--done",
    State.FAILED: "tag--lost",
    State.DEAD: "tag--lost",
    State.UNKNOWN: "tag--action",
    State.SENDING: "tag--action",
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SEE_MESSAGES)
def overview(request: HttpRequest) -> HttpResponse:
    """List messages, newest first; a phone to look for comes by POST, so that no address carries it."""
    staff = _staff(request)
    asked = request.POST if request.method == "POST" else request.GET
    centre_id = staff.scope.centre_id
    wanted, typed, wrong = _wanted(asked, centre_id)
    found = [] if wrong else queries.listed(wanted, limit=SHOWN + 1)
    context = {
        "rows": _shown(found[:SHOWN], staff),
        "older": found[SHOWN - 1].id if len(found) > SHOWN else 0,
        "typed": typed,
        "wrong": wrong,
        "narrowed": any(typed.values()),
        "kinds": [(kind.value, _(name)) for kind, name in KIND_NAMES.items()],
        "states": [(state.value, _(name)) for state, name in STATE_NAMES.items()],
        "figures": _figures(centre_id),
        "dead": queries.dead_count(centre_id=centre_id),
        "leaves": gateways.in_use(),
    }
    return _page(request, "office/messages.html", staff, **context)


def _wanted(asked: Any, centre_id: int | None) -> tuple[Wanted, dict[str, str], str]:
    """Read what is asked for: the filter, what was typed as it was, and what is wrong with it."""
    typed = {name: str(asked.get(name, "")).strip()[:30] for name in ("state", "kind", "day", "phone")}
    before = str(asked.get("before", ""))
    try:
        wanted = Wanted(
            centre_id=centre_id,
            state=typed["state"] if typed["state"] in STATE_NAMES else "",
            template=typed["kind"] if typed["kind"] in set(Template) else "",
            day=_day(typed["day"]),
            phone=certificates.parse_phone(typed["phone"]) if typed["phone"] else "",
            before=int(before) if before.isascii() and before.isdecimal() and len(before) <= LONGEST_ID else 0,
        )
    except InvalidInput as wrong:
        return Wanted(centre_id=centre_id), typed, wrong.errors[0].text(_)
    except ValueError:
        return Wanted(centre_id=centre_id), typed, _("日期写成 2026-11-30 这样。")
    return wanted, typed, ""


def _day(text: str) -> date | None:
    """Read a day; ValueError for none, and for one of another age."""
    found = date.fromisoformat(text) if text else None
    if found and not in_our_years(found):
        raise ValueError(text)
    return found


def _figures(centre_id: int | None) -> list[tuple[Any, int, str]]:
    """Give today's figures: what each is called, how many, and the state to look at."""
    today = queries.figures(clock.now().date(), centre_id=centre_id)
    states = [(_(name), today.states.get(state, 0), state.value) for state, name in STATE_NAMES.items()]
    return [
        (_("今天写好"), today.written, ""),
        *[each for each in states if each[1] or each[2] in {State.DELIVERED, State.DEAD}],
        (_("计费条数"), today.segments, ""),
    ]


def _shown(rows: list[Row], staff: StaffIdentity) -> list[dict[str, Any]]:
    codes = booking.codes_of(row.appointment_id for row in rows if row.appointment_id)
    desk = staff.may(Permission.BOOK_FOR_OTHERS)
    return [_words(row) | {"code": codes.get(row.appointment_id or 0, ""), "desk": desk} for row in rows]


def _words(row: Row) -> dict[str, Any]:
    state = State(row.state)
    return {
        "row": row,
        "kind": _(kind_name(row.template)),
        "state": _(STATE_NAMES[state]),
        "look": LOOKS.get(state, ""),
        "why": _(in_words(row.error)) if row.error else "",
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SEE_MESSAGES)
def message(request: HttpRequest, message_id: int) -> HttpResponse:
    """One message; POST with a reason shows its text, and that is recorded."""
    staff = _staff(request)
    row = queries.one(message_id, centre_id=staff.scope.centre_id)
    if row is None:
        raise Http404
    reason = request.POST.get("reason", "").replace("\0", "").strip()[:200]
    context = _shown([row], staff)[0] | {"text": "", "reason": reason, "wrong": ""}
    context["secret"] = row.template == Template.LOGIN_CODE
    if request.method == "POST":
        context |= _revealed(row, reason, staff)
    return _page(request, "office/message.html", staff, **context, status=422 if context["wrong"] else 200)


def _revealed(row: Row, reason: str, staff: StaffIdentity) -> dict[str, str]:
    try:
        text = operations.reveal(row.id, reason=reason, by=staff.by, now=clock.now(), centre_id=staff.scope.centre_id)
    except ValueError:
        return {"wrong": _("请写明为什么要看，至少两个字。")}
    except operations.UnknownMessage as error:
        raise Http404 from error
    return {"text": text}


@require_POST
@requires(Permission.SEE_MESSAGES)
def again(request: HttpRequest, message_id: int | None = None) -> HttpResponse:
    """Send one message once more, or without a number all that were given up."""
    staff = _staff(request)
    ids = None if message_id is None else [message_id]
    count = operations.requeue(ids, by=staff.by, now=clock.now(), centre_id=staff.scope.centre_id)
    said = ngettext("%(count)s 条短信将重新发送。", "%(count)s 条短信将重新发送。", count) % {"count": count}
    flash.success(request, said if count else _("没有可以重新发送的短信。"))
    return redirect("office:messages")


def _staff(request: HttpRequest) -> StaffIdentity:
    staff = staff_of(request)
    if staff is None:
        raise PermissionDenied
    return staff


def _page(request: HttpRequest, template: str, staff: StaffIdentity, **context: Any) -> HttpResponse:
    """Under the hall's name for its manager, under the county's for who looks after all."""
    centre_id = staff.scope.centre_id
    if centre_id is None:
        return county_page(request, template, staff, **context)
    status = context.pop("status", 200)
    return page(request, template, Workplace(staff, directory.centres().get(pk=centre_id)), status=status, **context)
