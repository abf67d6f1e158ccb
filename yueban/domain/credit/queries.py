"""Who has how many strikes this month, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import connection

from yueban.domain.credit.models import Strike
from yueban.domain.credit.rules import Cause, Standing, first_of_month, free_again_at, is_suspended, standing
from yueban.domain.regulation import queries as regulation
from yueban.kernel.wall import TZ

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yueban.domain.regulation.rules import Parameters


class UnknownStrike(LookupError):
    """No strike has this id."""


@dataclass(frozen=True, slots=True)
class StrikeView:
    """One strike as its person may see it."""

    id: int
    appointment_id: int
    cause: Cause
    service_date: date
    at: datetime
    waived_at: datetime | None


@dataclass(frozen=True, slots=True)
class CreditStatus:
    """Where a person stands this month: `count` strikes that count of `limit`; `clears_at` is when they are cleared.

    `suspended_until` is given only while it lasts. `strikes` are all of this month, waived ones too.
    """

    person_id: int
    count: int
    limit: int
    standing: Standing
    clears_at: datetime
    suspended_until: datetime | None
    strikes: tuple[StrikeView, ...]


def status(person_id: int, *, now: datetime) -> CreditStatus:
    """Return where a person stands in the month of `now`; somebody unknown has a clean record."""
    return statuses([person_id], now=now)[person_id]


def statuses(person_ids: Iterable[int], *, now: datetime) -> dict[int, CreditStatus]:
    """Return where each person stands in the month of `now`, in the same few reads however many they are."""
    identities = list(dict.fromkeys(person_ids))
    today = now.astimezone(TZ).date()
    parameters = regulation.in_force(today).parameters
    clears_at = free_again_at(today)
    rows = Strike.objects.filter(
        person_id__in=identities, service_date__gte=first_of_month(today), service_date__lt=clears_at.date()
    ).order_by("service_date", "id")
    strikes: dict[int, list[StrikeView]] = {identity: [] for identity in identities}
    for row in rows:
        strikes[row.person_id].append(_view(row))
    until = _suspensions(identities)
    return {each: _status(each, strikes[each], until.get(each), parameters, now) for each in identities}


def _status(
    person_id: int, strikes: list[StrikeView], until: datetime | None, parameters: Parameters, now: datetime
) -> CreditStatus:
    count = sum(strike.waived_at is None for strike in strikes)
    suspended = is_suspended(until, now=now)
    return CreditStatus(
        person_id=person_id,
        count=count,
        limit=parameters.strikes,
        standing=Standing.SUSPENDED if suspended else min(standing(count, parameters), Standing.WARNED, key=_severity),
        clears_at=free_again_at(now.astimezone(TZ).date()),
        suspended_until=until.astimezone(TZ) if until and suspended else None,
        strikes=tuple(strikes),
    )


def _severity(found: Standing) -> int:
    return list(Standing).index(found)


def _view(row: Strike) -> StrikeView:
    return StrikeView(row.pk, row.appointment_id, Cause(row.cause), row.service_date, row.at, row.waived_at)


def _suspensions(person_ids: list[int]) -> dict[int, datetime]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, suspended_until FROM people_person WHERE id = ANY(%s) AND suspended_until IS NOT NULL",
            [person_ids],
        )
        return dict(cursor.fetchall())


_SUSPENDED_WITHOUT_STRIKES = """
SELECT p.id, count(s.id) FROM people_person p LEFT JOIN credit_strike s ON s.person_id = p.id AND s.waived_at IS NULL
    AND s.service_date < (p.suspended_until AT TIME ZONE 'Asia/Shanghai')::date
    AND s.service_date >= ((p.suspended_until AT TIME ZONE 'Asia/Shanghai') - interval '1 month')::date
WHERE p.suspended_until IS NOT NULL GROUP BY p.id HAVING count(s.id) < %s ORDER BY p.id LIMIT 20
"""


def broken_invariants() -> list[str]:
    """Return a line for each person who is suspended with fewer strikes than any edition of the regulation asks for."""
    least = min(edition.parameters.strikes for edition in regulation.history())
    with connection.cursor() as cursor:
        cursor.execute(_SUSPENDED_WITHOUT_STRIKES, [least])
        return [f"person {person} is suspended with {count} strikes" for person, count in cursor.fetchall()]
