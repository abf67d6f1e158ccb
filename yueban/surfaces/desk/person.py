"""Who stands at the desk, as far as a clerk may see before registering: what is booked, what was, and the strikes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from yueban.domain.booking import queries as booking
from yueban.domain.credit import queries as credit
from yueban.surfaces.words import STATUSES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from yueban.domain.booking.queries import AppointmentView
    from yueban.domain.credit.queries import CreditStatus
    from yueban.kernel.certificates import Certificate
    from yueban.surfaces.workplace import Workplace

PAST = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One appointment of the person; of another department's it is only said that there is one, and when."""

    code: str
    starts_at: datetime
    ends_at: datetime
    matter: str
    centre: str
    status: str
    look: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a person: the certificate masked, the last name, appointments to come and the last few."""

    masked: str
    name: str
    coming: Sequence[Row]
    past: Sequence[Row]
    credit: CreditStatus | None

    @property
    def known(self) -> bool:
        """Was here before."""
        return bool(self.coming or self.past)


def seen(certificate: Certificate, place: Workplace, *, now: datetime) -> Seen:
    """Give what is known of a certificate; nothing is written."""
    found = booking.of_person(certificate, now=now)
    coming = [each for each in reversed(found) if each.ends_at > now]
    past = [each for each in found if each.ends_at <= now][:PAST]
    return Seen(
        masked=certificate.masked,
        name=found[0].name if found else "",
        coming=[_row(each, place) for each in coming],
        past=[_row(each, place) for each in past],
        credit=credit.status(found[0].person_id, now=now) if found else None,
    )


def _row(each: AppointmentView, place: Workplace) -> Row:
    own = place.department_id in {None, each.department_id}
    matter = each.matter_short_name if own else _("其他部门事项")
    status, look = STATUSES[each.status]
    return Row(
        each.code if own else "", each.starts_at, each.ends_at, matter, each.centre_short_name, str(status), look
    )
