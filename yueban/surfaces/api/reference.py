"""The county as channels show it: centres, departments, matters with their guides, packages, free hours."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import StringConstraints, WithJsonSchema

from yueban.domain.booking import queries as booking
from yueban.domain.booking.rules import ChannelKind
from yueban.domain.calendar import queries as calendar
from yueban.domain.directory import queries as directory
from yueban.domain.people.rules import StaffIdentity
from yueban.kernel import clock
from yueban.kernel.errors import InvalidInput, gettext_noop
from yueban.surfaces.api import callers, schemas
from yueban.surfaces.api.answers import answered, errors
from yueban.surfaces.api.app import Bearer

if TYPE_CHECKING:
    from collections.abc import Iterable

router = Router(auth=Bearer(callers.anyone), tags=["reference"])

Day = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    WithJsonSchema({"type": "string", "format": "date"}),
]
_BAD_DAY = gettext_noop("没有这一天。")


@router.get("/centres", response={200: schemas.Centres, **errors(401, 429)}, summary="中心 All halls")
def centres(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  ninja calls it so
    """All centres in the county's order."""
    return answered({"centres": [_brief(row) for row in directory.centres()]})


@router.get("/centres/{code}", response={200: schemas.Centre, **errors(401, 404, 429)}, summary="一个中心 One hall")
def centre(request: HttpRequest, code: str) -> HttpResponse:  # noqa: ARG001  ninja calls it so
    """A centre with its sessions, queues and counters (with the ids that `call-next` takes)."""
    row = directory.centre(code)
    return answered(
        _brief(row)
        | {
            "supervisor": row.supervisor,
            "sessions": [_session(opening) for opening in calendar.openings(row.pk)],
            "queues": [_queue(queue) for queue in directory.queues(row)],
            "counters": [_counter(counter) for counter in directory.counters(row)],
        }
    )


@router.get(
    "/departments", response={200: schemas.Departments, **errors(401, 404, 422, 429)}, summary="部门 Departments"
)
def departments(request: HttpRequest, centre: schemas.Code | None = None) -> HttpResponse:  # noqa: ARG001  ninja calls it so
    """The departments, or those with a matter offered at one centre."""
    rows = directory.departments(directory.centre(centre) if centre else None)
    return answered({"departments": [_department(row) for row in rows]})


@router.get("/matters", response={200: schemas.Matters, **errors(401, 404, 422, 429)}, summary="查事项 Search matters")
def matters(
    request: HttpRequest,  # noqa: ARG001  ninja calls it so
    centre: schemas.Code | None = None,
    department: schemas.Code | None = None,
    q: Annotated[str, StringConstraints(max_length=100)] = "",
) -> HttpResponse:
    """Matters by name or pinyin initials (`q`), centre and department; the best fit first."""
    rows = directory.search_matters(
        q,
        centre=directory.centre(centre) if centre else None,
        department=directory.department(department) if department else None,
    )
    return answered({"matters": [_matter_brief(row) for row in rows]})


@router.get("/matters/{id}", response={200: schemas.Matter, **errors(401, 404, 429)}, summary="办事指南 One matter")
def matter(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002, ARG001  the contract's name
    """A matter with its whole guide (办事指南), and where it is handled."""
    row = directory.matter(id)
    return answered(
        _matter_brief(row)
        | {
            "handling": row.handling,
            "promise_days": row.promise_days,
            "legal_days": row.legal_days,
            "home_visit": row.home_visit,
            "inspection": row.inspection,
            "special_procedure": row.special_procedure or None,
            "high_frequency_personal": row.high_frequency_personal,
            "service_minutes": row.service_minutes,
            "fee": row.fee,
            "guide_version": row.guide_version,
            **row.guide,
            "places": [_place(offer) for offer in directory.offers(row)],
            "packages": [package.code for package in directory.packages_of(row)],
        }
    )


@router.get("/packages", response={200: schemas.Packages, **errors(401, 429)}, summary="一件事 Packages")
def packages(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  ninja calls it so
    """All packages with lead, members and merged materials (R5.2)."""
    return answered({"packages": [_package(row) for row in directory.packages()]})


@router.get(
    "/availability",
    response={200: schemas.Availability, **errors(401, 404, 409, 422, 429)},
    summary="可约时段 Free hours",
)
def availability(
    request: HttpRequest,
    centre: schemas.Code,
    matter: schemas.Code,
    from_: Annotated[Day | None, Query(alias="from")] = None,
    days: Annotated[int, Query(ge=1, le=booking.MOST_DAYS)] = 7,
) -> HttpResponse:
    """The hours of `days` days from `from` (today), closed ones too, each with its refusals for this channel."""
    now = clock.now()
    start = _day(from_) if from_ else now.date()
    kind = _books_as(request.auth)  # type: ignore[attr-defined]  # set by ninja
    slots = booking.availability_json(centre=centre, matter=matter, channel=kind, start=start, days=days, now=now)
    return HttpResponse(f'{{"slots":{slots}}}', content_type="application/json")


def _books_as(caller: callers.Caller) -> ChannelKind:
    return ChannelKind.ONSITE if isinstance(caller, StaffIdentity) else ChannelKind(caller.books_as)


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("from", "bad_date", _BAD_DAY) from None
    if not _FIRST <= day <= _LAST:
        raise InvalidInput("from", "bad_date", _BAD_DAY)
    return day


_FIRST, _LAST = date(2000, 1, 1), date(2999, 12, 31)


def _brief(row: Any) -> dict[str, Any]:
    names = ("code", "name", "short_name", "level", "address", "phone")
    return {name: getattr(row, name) for name in names} | {"region": row.region.code}


def _session(opening: Any) -> dict[str, Any]:
    return {
        "valid_from": f"{opening.valid_from.month:02d}-{opening.valid_from.day:02d}",
        "valid_to": f"{opening.valid_to.month:02d}-{opening.valid_to.day:02d}",
        "weekdays": sorted(opening.weekdays),
        "start": f"{opening.span.start:%H:%M}",
        "end": f"{opening.span.end:%H:%M}",
        "kind": str(opening.kind),
    }


def _queue(row: Any) -> dict[str, Any]:
    names = ("code", "name", "prefix", "bookable")
    return {name: getattr(row, name) for name in names} | {"departments": _codes(row.departments.all())}


def _codes(rows: Iterable[Any]) -> list[str]:
    return [row.code for row in rows]


def _counter(row: Any) -> dict[str, Any]:
    names = ("id", "number", "name", "area", "comprehensive", "booking_only")
    served = [link.queue for link in row.counterqueue_set.all()]
    return {name: getattr(row, name) for name in names} | {"queues": _codes(served)}


def _department(row: Any) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "short_name": row.short_name,
        "supervised_by": row.supervised_by or None,
        "matters": row.matter_count,
    }


def _matter_brief(row: Any) -> dict[str, Any]:
    names = ("name", "short_name", "audience", "scope", "online_bookable")
    return {name: getattr(row, name) for name in names} | {
        "id": row.code,
        "department": row.department.code,
        "department_name": row.department.name,
    }


def _place(offer: Any) -> dict[str, Any]:
    return {
        "centre": offer.centre.code,
        "name": offer.centre.name,
        "queue": offer.queue.code,
        "bookable": offer.queue.bookable,
    }


def _member(row: Any) -> dict[str, Any]:
    return {"id": row.code, "name": row.name, "department": row.department.code}


def _package(row: Any) -> dict[str, Any]:
    members = sorted(row.packagemember_set.all(), key=lambda member: member.order)
    return {
        "id": row.code,
        "name": row.name,
        "short_name": row.short_name,
        "audience": row.audience,
        "lead": _member(row.lead),
        "members": [_member(member.matter) for member in members],
        "materials": row.merged_materials["list"],
        "note": row.merged_materials["note"],
    }
