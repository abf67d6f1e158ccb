"""The ordered feed of everything that happened (N3.1 归集), for the upper platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from yueban.domain.audit import operations as audit
from yueban.domain.audit import queries as recorded
from yueban.domain.booking import queries as booking
from yueban.domain.directory import queries as directory
from yueban.kernel import wall
from yueban.surfaces.api import callers, schemas
from yueban.surfaces.api.answers import answered, errors
from yueban.surfaces.api.app import Bearer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yueban.domain.audit.rules import Recorded

MOST = 1_000
LARGEST = 2**63 - 1

router = Router(auth=Bearer(callers.upstream), tags=["feed"])


@router.get("/events", response={200: schemas.Events, **errors(401, 403, 422, 429)}, summary="数据归集 The feed")
def events(
    request: HttpRequest,  # noqa: ARG001  ninja calls it so
    after: Annotated[int, Query(ge=0, le=LARGEST)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
) -> HttpResponse:
    """Events after a cursor, in an order that never changes and never gets an earlier one late; resume with `cursor`."""
    audit.sequence()
    found = recorded.after(after, limit=limit)
    codes = booking.codes_of({event.appointment_id for event in found if event.appointment_id is not None})
    centres = {centre.pk: centre.code for centre in directory.all_centres()}
    return answered(
        {
            "events": [_plain(event, centres, codes) for event in found],
            "cursor": str(found[-1].position if found else after),
            "more": len(found) == limit,
        }
    )


def _plain(event: Recorded, centres: Mapping[int, str], codes: Mapping[int, str]) -> dict[str, Any]:
    return {
        "position": event.position,
        "at": event.at.astimezone(wall.TZ),
        "kind": event.kind,
        "by": event.by,
        "centre": centres.get(event.centre_id or 0),
        "appointment": codes.get(event.appointment_id or 0),
        "ticket": event.ticket_id,
        "clause": event.clause,
        "reason": event.reason,
        "data": dict(event.data),
    }
