"""The event log, read only: for the audit administrator all of it, for supervisors who looked at whole numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from yueban.domain.audit import queries as audit
from yueban.domain.booking import queries as booking
from yueban.domain.directory import queries as directory
from yueban.domain.people import queries as people
from yueban.domain.people.rules import LONGEST_LOGIN, Permission
from yueban.kernel import clock, wall
from yueban.surfaces.access import requires, staff_of
from yueban.surfaces.history import EVENTS
from yueban.surfaces.workplace import county_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

    from yueban.domain.audit.queries import Search
    from yueban.domain.audit.rules import Recorded
    from yueban.domain.people.rules import StaffIdentity

PAGE = 100
FIRST_DAYS = 7
LONGEST_DAYS = 366
VERIFIED = 300
"""How many of the newest seals the button verifies: about a day; `yueban audit verify` takes them all."""

GROUPS = {
    "staff.": gettext_lazy("账号和登录"),
    "person.": gettext_lazy("查看完整号码"),
    "appointment.": gettext_lazy("预约"),
    "ticket.": gettext_lazy("取号和叫号"),
    "counter.": gettext_lazy("窗口"),
    "call.": gettext_lazy("总咨询台来电"),
    "visit.": gettext_lazy("上门和查验"),
    "prereview.": gettext_lazy("预审"),
    "task.": gettext_lazy("联办任务"),
    "opening.": gettext_lazy("弹性时段"),
    "credit.": gettext_lazy("信用"),
    "message.": gettext_lazy("短信"),
    "channel.": gettext_lazy("渠道"),
    "directory.": gettext_lazy("基础数据"),
    "calendar.": gettext_lazy("日历和时段"),
}
REVEALS = ("person.revealed", "person.reveals_exceeded", "message.revealed")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was typed into the search, as far as it makes sense."""

    who: str
    kind: str
    code: str
    first: date
    last: date
    before: int | None

    @property
    def search(self) -> Search:
        """The search without what it is about: days are whole days here."""
        since, until = wall.at(self.first, time()), wall.at(self.last + timedelta(days=1), time())
        by = f"staff:{self.who}" if self.who and ":" not in self.who else self.who
        kinds = (self.kind,) if self.kind else ()
        return audit.Search(since, until, by=by, kinds=kinds, before=self.before)

    def address(self, **more: object) -> str:
        """The search as the query of an address; it names staff and appointments, never a person."""
        known = {"who": self.who, "kind": self.kind, "code": self.code, "first": self.first, "last": self.last}
        return urlencode({name: value for name, value in (known | more).items() if value})


def _asked(request: HttpRequest) -> _Asked:
    text = {name: request.GET.get(name, "").replace("\0", "").strip() for name in ("who", "kind", "code", "before")}
    last = _day(request.GET.get("last", "")) or clock.today()
    first = _day(request.GET.get("first", "")) or last - timedelta(days=FIRST_DAYS - 1)
    first = min(max(first, last - timedelta(days=LONGEST_DAYS)), last)
    before = int(text["before"]) if text["before"].isdecimal() and len(text["before"]) < 19 else None  # noqa: PLR2004
    kind = text["kind"] if text["kind"] in GROUPS or text["kind"] in EVENTS else ""
    return _Asked(text["who"][: LONGEST_LOGIN + 20], kind, text["code"][:20], first, last, before)


def _day(text: str) -> date | None:
    try:
        found = parse_date(text)
    except ValueError:  # the 31st of June
        return None
    return found if found and date(2000, 1, 1) <= found <= date(2200, 1, 1) else None


@require_http_methods(["GET", "POST"])
@requires(Permission.READ_AUDIT)
def log(request: HttpRequest) -> HttpResponse:
    """Search the log by who, kind, day and appointment; POST verifies its newest seals."""
    staff, asked = _staff(request), _asked(request)
    wanted, unknown = asked.search, False
    if asked.code:
        identity = _appointment(asked.code)
        wanted, unknown = replace(wanted, appointment_id=identity), identity is None
    events = [] if unknown else audit.search(wanted, limit=PAGE + 1)
    checked = {"verified": VERIFIED, "problems": audit.verify_latest(VERIFIED)} if request.method == "POST" else {}
    context = {
        "groups": GROUPS.items(),
        "seals": audit.seal_state(),
        "verified": 0,
        "problems": [],
    }
    return county_page(request, "office/audit.html", staff, **context | checked | _listed(asked, events))


@require_GET
@requires(Permission.SUPERVISE)
def reveals(request: HttpRequest) -> HttpResponse:
    """Who looked at whole numbers, when and why, in the supervisor's own centre or the county (R5.1)."""
    staff, asked = _staff(request), _asked(request)
    wanted = replace(asked.search, kinds=REVEALS, centre_id=staff.scope.centre_id)
    return county_page(request, "office/reveals.html", staff, **_listed(asked, audit.search(wanted, limit=PAGE + 1)))


def _staff(request: HttpRequest) -> StaffIdentity:
    staff = staff_of(request)
    if staff is None:
        raise PermissionDenied
    return staff


def _appointment(code: str) -> int | None:
    try:
        return booking.by_code(code, now=clock.now()).id
    except booking.UnknownAppointment:
        return None


def _listed(asked: _Asked, events: list[Recorded]) -> dict[str, Any]:
    """Give the lines of a page, and the address of the next."""
    shown = events[:PAGE]
    older = asked.address(before=shown[-1].id) if len(events) > PAGE else ""
    return {"asked": asked, "lines": _lines(shown), "older": older}


@dataclass(frozen=True, slots=True)
class _Line:
    """One event in words."""

    at: datetime
    what: str
    kind: str
    by: str
    name: str
    centre: str
    code: str
    clause: str
    reason: str
    details: list[tuple[str, object]]


def _lines(events: list[Recorded]) -> list[_Line]:
    names = people.names_of(each.by.removeprefix("staff:") for each in events if each.by.startswith("staff:"))
    codes = booking.codes_of({each.appointment_id for each in events if each.appointment_id is not None})
    centres = {each.pk: each.short_name for each in directory.all_centres()}
    return [_line(each, names, codes, centres) for each in events]


def _line(event: Recorded, names: Mapping[str, str], codes: Mapping[int, str], centres: Mapping[int, str]) -> _Line:
    return _Line(
        at=event.at,
        what=str(EVENTS.get(event.kind, event.kind)),
        kind=event.kind,
        by=event.by,
        name=names.get(event.by.removeprefix("staff:"), ""),
        centre=centres.get(event.centre_id or 0, ""),
        code=codes.get(event.appointment_id or 0, ""),
        clause=event.clause,
        reason=event.reason,
        details=sorted(event.data.items()),
    )
