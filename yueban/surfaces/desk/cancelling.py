"""A counter that cannot keep its appointments: choose them, see which are late, say why, look at the SMS, cancel (R4.3).

Three pages of one address: the list, what is about to happen, and what happened. There is no undo, and the second says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.dateparse import parse_time
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from yueban.domain.booking import operations as booking
from yueban.domain.booking import queries
from yueban.domain.booking.rules import LONGEST_REASON, MOST_AT_ONCE, counter_refusals, is_late, told_reason
from yueban.domain.directory import queries as directory
from yueban.domain.people.rules import Permission
from yueban.kernel import clock
from yueban.kernel.errors import InvalidInput
from yueban.surfaces.desk import appointment
from yueban.surfaces.desk.typed import day_of
from yueban.surfaces.words import STATUSES
from yueban.surfaces.workplace import at_work, page

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django.http import HttpRequest, HttpResponse, QueryDict

    from yueban.domain.booking.operations import CounterResult
    from yueban.domain.booking.queries import AppointmentView
    from yueban.domain.regulation.rules import Reason
    from yueban.surfaces.workplace import Workplace

REPORTED = timedelta(days=30)
REASONS = [
    gettext_lazy("窗口设备故障"),
    gettext_lazy("停电、断网"),
    gettext_lazy("业务系统升级"),
    gettext_lazy("窗口人员临时外出"),
    gettext_lazy("恶劣天气"),
]
"""Said so often that they are offered; anything else can be typed."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the form says: which appointments are looked at, which are ticked, and why they are cancelled."""

    day: date | None = None
    queue: str = ""
    start: time | None = None
    end: time | None = None
    codes: tuple[str, ...] = ()
    reason: str = ""
    listed: bool = False

    @classmethod
    def of(cls, said: QueryDict) -> Chosen:
        """Read it; nonsense is as if it were not said."""
        return cls(
            day=day_of(said.get("day", "")),
            queue=said.get("queue", "")[:50].replace("\0", ""),
            start=_time_of(said.get("from", "")),
            end=_time_of(said.get("until", "")),
            codes=tuple(each for each in dict.fromkeys(said.getlist("code")) if each.isascii() and each.isdigit()),
            reason=said.get("reason", "")[:100].replace("\0", ""),
            listed="day" in said,
        )

    @property
    def hours(self) -> tuple[time, time] | None:
        """The wall times between which the hours begin, None for all of the day."""
        return (self.start or time.min, self.end or time.max) if self.start or self.end else None


@dataclass(frozen=True, slots=True)
class Row:
    """One appointment of the list: until when it can be told in time, whether that is over, what stands against it."""

    view: AppointmentView
    limit: datetime | None
    late: bool
    reasons: Sequence[Reason] = ()

    @property
    def status(self) -> Any:
        """What its state is called."""
        return STATUSES[self.view.status][0]


@require_http_methods(["GET", "POST"])
@at_work(Permission.CANCEL_FOR_COUNTER)
def cancelling(request: HttpRequest, place: Workplace) -> HttpResponse:
    """Show the list, what is about to happen, or what happened."""
    chosen = Chosen.of(request.POST if request.method == "POST" else request.GET)
    if request.method != "POST" or request.POST.get("do") == "back":
        return _list(request, place, chosen)
    if errors := _errors(chosen):
        return _list(request, place, chosen, errors)
    rows = _rows(place, queries.by_codes(chosen.codes, now=clock.now()))
    if request.POST.get("do") == "cancel":
        return _cancel(request, place, chosen, rows)
    return _confirm(request, place, chosen, rows)


def _errors(chosen: Chosen) -> dict[str, str]:
    errors = {}
    if not chosen.codes:
        errors["codes"] = _("请至少勾选一个预约。")
    if len(chosen.codes) > MOST_AT_ONCE:
        errors["codes"] = _("一次最多取消 %(n)s 个。") % {"n": MOST_AT_ONCE}
    try:
        told_reason(chosen.reason)
    except InvalidInput as wrong:
        errors["reason"] = wrong.errors[0].text(_)
    return errors


def _list(
    request: HttpRequest, place: Workplace, chosen: Chosen, errors: Mapping[str, str] | None = None
) -> HttpResponse:
    now = clock.now()
    rows = _rows(place, _found(place, chosen, now))
    ticked = set(chosen.codes) if chosen.codes or request.method == "POST" else {row.view.code for row in rows}
    report = _report(place, now)
    context: dict[str, Any] = {
        "chosen": chosen,
        "day": chosen.day or now.date(),
        "queues": directory.queues(place.centre),
        "rows": rows,
        "ticked": ticked if chosen.listed or chosen.codes else set(),
        "late": sum(row.late for row in rows),
        "errors": errors or {},
        "reasons": REASONS,
        "longest": LONGEST_REASON,
        "report": report,
        "reported_late": sum(each.late for each in report),
    }
    return page(request, "desk/cancelling.html", place, status=422 if errors else 200, **context)


def _found(place: Workplace, chosen: Chosen, now: datetime) -> list[AppointmentView]:
    if chosen.codes and not chosen.listed:  # sent here from the page of one appointment
        return queries.by_codes(chosen.codes, now=now)
    queues = [each.pk for each in directory.queues(place.centre) if each.code == chosen.queue]
    if chosen.queue and not queues:
        return []
    return queries.upcoming(
        place.centre.pk,
        now=now,
        day=chosen.day or now.date(),
        queues=queues,
        department_id=place.department_id,
        hours=chosen.hours,
    )


def _rows(place: Workplace, views: Iterable[AppointmentView]) -> list[Row]:
    """Give what is this person's to cancel; everything else, a visit too, is as if it were not there."""
    now, own = clock.now(), [each for each in views if _ours(place, each)]
    limits = queries.limits_of(own)
    return [_row(place, each, limits[each.id], now) for each in own]


def _ours(place: Workplace, view: AppointmentView) -> bool:
    """Whether it waits at a counter of this person; visits are called off on their own page, with their team."""
    return view.place.in_the_hall and _may(place, Permission.CANCEL_FOR_COUNTER, view)


def _row(place: Workplace, view: AppointmentView, limit: datetime | None, now: datetime) -> Row:
    allowed = _may(place, Permission.CANCEL_LATE_FOR_COUNTER, view)
    reasons = counter_refusals(view.facts, limit, late_allowed=allowed, now=now)
    return Row(view, limit, is_late(limit, now=now), reasons)


def _may(place: Workplace, permission: Permission, view: AppointmentView) -> bool:
    return place.staff.may(permission, centre_id=view.centre_id, department_id=view.department_id)


def _report(place: Workplace, now: datetime) -> list[queries.CancelledByCounter]:
    """What was cancelled of late, what was told too late first."""
    since = now.date() - REPORTED
    found = queries.cancelled_by_counter(place.centre.pk, since=since, department_id=place.department_id)
    return sorted(found, key=lambda each: not each.late)


def _confirm(request: HttpRequest, place: Workplace, chosen: Chosen, rows: list[Row]) -> HttpResponse:
    going = [row for row in rows if not row.reasons]
    if not going and not rows:
        return _list(request, place, chosen, {"codes": _("请至少勾选一个预约。")})
    told = next((row.view for row in going if row.view.has_phone), None)
    context: dict[str, Any] = {
        "chosen": chosen,
        "going": going,
        "staying": [row for row in rows if row.reasons],
        "late": [row for row in going if row.late],
        "silent": [row for row in going if not row.view.has_phone],
        "reason": told_reason(chosen.reason),
        "message": booking.counter_message(told, told_reason(chosen.reason)) if told else "",
        "told": sum(row.view.has_phone for row in going),
    }
    return page(request, "desk/cancelling_confirm.html", place, **context)


def _cancel(request: HttpRequest, place: Workplace, chosen: Chosen, rows: list[Row]) -> HttpResponse:
    """Cancel what is this person's; one that needs a manager is answered as such, and nothing else is touched."""
    now, views = clock.now(), {row.view.code: row.view for row in rows}
    manager = [code for code, view in views.items() if _may(place, Permission.CANCEL_LATE_FOR_COUNTER, view)]
    clerk = [code for code in views if code not in set(manager)]
    results: list[CounterResult] = []
    for codes, late_allowed in ((manager, True), (clerk, False)):
        results += booking.cancel_many_for_counter(
            codes, reason=chosen.reason, by=place.staff.by, now=now, late_allowed=late_allowed
        )
    results.sort(key=lambda each: (each.cancelled is not None, views[each.code].starts_at, each.code))
    shown = [(each, views[each.code]) for each in results]
    done = [each.cancelled for each in results if each.cancelled]
    context: dict[str, Any] = {
        "chosen": chosen,
        "results": shown,
        "done": len(done),
        "failed": len(results) - len(done),
        "silent": sum(not each.told for each in done),
        "late": sum(each.late for each in done),
        "at": now,
    }
    return page(request, "desk/cancelling_done.html", place, **context)


def _time_of(text: str) -> time | None:
    try:
        return parse_time(text)
    except ValueError:
        return None


def part(found: AppointmentView, place: Workplace, now: datetime) -> dict[str, Any]:
    """What the page of one appointment needs to offer its cancelling."""
    if not _ours(place, found):
        return {"cancelling": None}
    limit = queries.limit_of(found)
    live = not counter_refusals(found.facts, limit, late_allowed=True, now=now)
    return {"cancelling": _row(place, found, limit, now) if live else None, "longest": LONGEST_REASON}


appointment.PARTS.append(part)
