"""The reminder the evening before, with a link that cancels (R4.1, R4.3): once for an appointment and its time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from yueban.domain.booking import queries
from yueban.domain.booking.models import Appointment
from yueban.domain.booking.operations.messages import write_to
from yueban.domain.booking.rules import Status
from yueban.domain.notices import operations as notices
from yueban.domain.notices import queries as outbox

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.booking.queries import AppointmentView

_TOLD_BY: Final = ("reminder", "booked", "rescheduled")
"""Who got one of these this evening knows."""


def remind(*, now: datetime) -> int:
    """Remind everybody who is expected tomorrow and was not told this evening; give how many.

    Outside the evening (`YUEBAN_REMIND_AT` until the quiet hours) nobody is: after a downtime the rest of the evening is
    caught up, and what it did not reach is left. Running twice at once reminds each once.
    """
    evening = notices.evening(now=now)
    if evening is None:
        return 0
    told = outbox.told_since(evening.since, _TOLD_BY)
    expected = queries.to_remind(evening.service_date, booked_before=evening.since, now=now)
    return sum(_remind(seen, now) for seen in expected if seen.id not in told)


@transaction.atomic
def _remind(seen: AppointmentView, now: datetime) -> bool:
    still = Appointment.objects.select_for_update().filter(pk=seen.id, status=Status.BOOKED)
    if not still.filter(during__startswith=seen.starts_at).exists():
        return False
    return write_to(
        seen,
        event=f"reminder:{seen.id}:{int(seen.starts_at.timestamp())}",
        template="reminder",
        now=now,
        expires_at=seen.free_until,
        link=notices.link(f"/q/{queries.cancel_token(seen.code)}"),
    )
