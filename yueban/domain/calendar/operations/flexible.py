"""Opening a hall early, late, at noon or at a weekend (R3.1 to R3.3): draft, publish, withdraw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from yueban.domain.audit import operations as audit
from yueban.domain.calendar import queries
from yueban.domain.calendar.models import FlexibleOpening, OpeningCounter, OpeningQueue, Slot
from yueban.domain.calendar.operations.slots import lock, write_slots
from yueban.domain.calendar.rules import CLAUSES, EXEMPTIBLE, Kind, State
from yueban.domain.directory.queries import LARGEST_ID
from yueban.kernel.constraints import retrying, translate

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from yueban.domain.calendar.rules import Objection, Proposal
    from yueban.domain.directory.operations import Tally


class OpeningRefused(Exception):
    """It may not be published. `objections` holds every reason, never none."""

    def __init__(self, objections: Iterable[Objection]) -> None:
        """Keep the reasons; the text is for logs and tests."""
        self.objections = tuple(objections)
        super().__init__(", ".join(f"{each.problem} ({each.clause})" for each in self.objections))


class OpeningChanged(Exception):
    """Somebody else was faster: the opening is not in the state that this needs, or another took its hours."""


@transaction.atomic
def draft_opening(
    proposal: Proposal, *, centre_id: int, by: str, now: datetime, note: str = "", opening_id: int | None = None
) -> int:
    """Write a draft, or change one, and give its id. Nothing is opened by it, so nothing is refused but what is no draft.

    Queues, counters and departments that are not of the centre are left out. Raises `OpeningChanged` and `UnknownOpening`.
    """
    hall = queries.hall_hours(centre_id)
    row = FlexibleOpening(made_by=by, made_at=now) if opening_id is None else _held(opening_id, State.DRAFT)
    row.centre_id, row.note = centre_id, note
    row.kind, row.first, row.last = proposal.kind, proposal.first, proposal.last
    row.weekdays, row.start, row.end = sorted(proposal.weekdays), proposal.span.start, proposal.span.end
    row.basis = proposal.basis if proposal.kind in EXEMPTIBLE else ""
    row.save()
    row.queues.set(proposal.queues & hall.queues.keys())
    row.counters.set(proposal.counters & hall.counters.keys())
    row.exempt.set(proposal.exempt if proposal.kind in EXEMPTIBLE else ())
    _record(row, "drafted", by=by, now=now)
    return row.pk


@transaction.atomic
def discard_opening(opening_id: int, *, by: str, now: datetime) -> None:
    """Throw a draft away. Raises `OpeningChanged` when it is published by now, `UnknownOpening`."""
    row = _held(opening_id, State.DRAFT)
    _record(row, "discarded", by=by, now=now)
    row.delete()


@retrying()
@transaction.atomic
def publish_opening(opening_id: int, *, by: str, now: datetime) -> Tally:
    """Open it: its hours can be booked from the moment this returns, as far as the horizon reaches (R4.0).

    Raises `OpeningRefused` with every reason, `OpeningChanged`, `UnknownOpening`.
    """
    lock()
    row = _held(opening_id, State.DRAFT)
    view = queries.flexible_opening(opening_id, now=now)
    if against := queries.preview(view.proposal, centre_id=row.centre_id, now=now).objections:
        raise OpeningRefused(against)
    spans = queries.reserved(view.proposal, centre_id=row.centre_id)
    hours = Multirange([Range(start, end) for start, end in spans])
    with translate({"opening_queue_twice": OpeningChanged, "opening_counter_twice": OpeningChanged}):
        OpeningQueue.objects.filter(opening=row).update(hours=hours)
        OpeningCounter.objects.filter(opening=row).update(hours=hours)
    FlexibleOpening.objects.filter(pk=row.pk).update(state=State.PUBLISHED, published_by=by, published_at=now)
    _record(row, "published", by=by, now=now, days=len(spans))
    return write_slots(row.centre_id, queries.days_to_generate(now), now=now, by=by)


@retrying()
@transaction.atomic
def close_opening(opening_id: int, *, reason: str, by: str, now: datetime) -> int:
    """Withdraw a published opening: hours that have not begun sell nothing any more. Give how many were closed.

    Appointments stay where they are: `booking.operations.withdraw_opening` cancels them. Raises `OpeningChanged` when
    it is not published, `UnknownOpening`.
    """
    lock()
    row = _held(opening_id, State.PUBLISHED)
    OpeningQueue.objects.filter(opening=row).update(hours=None)
    OpeningCounter.objects.filter(opening=row).update(hours=None)
    FlexibleOpening.objects.filter(pk=row.pk).update(
        state=State.WITHDRAWN, withdrawn_by=by, withdrawn_at=now, withdrawn_reason=reason
    )
    coming = Slot.objects.filter(opening=row, starts_at__gt=now)
    closed = coming.update(planned=0, capacity=F("booked"), closed_reason=reason)
    _record(row, "withdrawn", by=by, now=now, reason=reason, hours=closed)
    return closed


def _held(opening_id: int, state: State) -> FlexibleOpening:
    """Take the row, which must be in this state."""
    known = 0 < opening_id <= LARGEST_ID
    row = FlexibleOpening.objects.select_for_update().filter(pk=opening_id).first() if known else None
    if row is None:
        raise queries.UnknownOpening(opening_id)
    if row.state != state:
        raise OpeningChanged(row.state)
    return row


def _record(row: FlexibleOpening, what: str, *, by: str, now: datetime, reason: str = "", **data: Any) -> None:
    said = {
        "opening": row.pk,
        "kind": str(row.kind),
        "first": row.first.isoformat(),
        "last": row.last.isoformat(),
        "start": f"{row.start:%H:%M}",
        "end": f"{row.end:%H:%M}",
    }
    audit.record(
        kind=f"opening.{what}",
        by=by,
        at=now,
        centre_id=row.centre_id,
        clause=CLAUSES[Kind(row.kind)],
        reason=reason,
        data=said | data,
    )
