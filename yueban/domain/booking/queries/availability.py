"""The hours of a matter at a centre, as JSON that PostgreSQL writes.

The rules give the few instants that decide; the statement gets them as parameters, so no rule is written twice.
"""

from __future__ import annotations

import functools
import json
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import get_language

from yueban.domain.booking.queries import reference
from yueban.domain.booking.rules import ChannelKind, deadline, window
from yueban.domain.calendar.rules import UnknownDay
from yueban.domain.regulation.queries import explain
from yueban.domain.regulation.rules import Clause, RefusalCode, Refused, reason

if TYPE_CHECKING:
    from yueban.domain.booking.queries.reference import Reference
    from yueban.domain.regulation.rules import Reason

MOST_DAYS = 31

_WHY_NOT = """LATERAL (SELECT concat_ws(',',
        CASE WHEN %(online)s::bool AND NOT m.online_bookable THEN %(channel)s::text END,
        CASE WHEN s.kind = 'weekend' AND NOT m.high_frequency_personal THEN %(weekend)s::text END,
        CASE WHEN s.opening_id IS NOT NULL AND EXISTS (SELECT FROM calendar_flexibleopening_exempt x
            WHERE x.flexibleopening_id = s.opening_id AND x.department_id = m.department_id) THEN %(exempt)s::text END,
        CASE WHEN s.closed_reason <> '' THEN %(closed)s::text WHEN s.booked >= s.capacity THEN %(full)s::text END,
        CASE WHEN s.starts_at < %(earliest)s::timestamptz THEN %(late)s::text END,
        CASE WHEN s.date > %(last)s::date THEN %(beyond)s::text END) AS refusals) w"""

_SLOTS = """
SELECT r.number, c.id, m.id, o.id, coalesce((
    SELECT '[' || string_agg(
        '{"id":' || s.id
        || ',"starts_at":"' || to_char(s.starts_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS"+08:00"')
        || '","ends_at":"' || to_char(s.ends_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS"+08:00"')
        || '","kind":"' || s.kind
        || '","left":' || CASE WHEN s.closed_reason = '' THEN s.capacity - s.booked ELSE 0 END
        || ',"open":' || CASE WHEN w.refusals = '' THEN 'true' ELSE 'false' END
        || ',"refusals":[' || w.refusals || ']}', ',' ORDER BY s.starts_at) || ']'
    FROM calendar_slot s, {why_not}
    WHERE s.queue_id = o.queue_id AND s.date BETWEEN %(from)s::date AND %(to)s::date), '[]')
FROM regulation_revision r
LEFT JOIN directory_centre c ON c.code = %(centre)s::text AND c.active
LEFT JOIN directory_matter m ON m.code = %(matter)s::text AND m.active
LEFT JOIN directory_offer o ON o.matter_id = m.id AND o.centre_id = c.id
""".replace("{why_not}", _WHY_NOT)

_FIRST = """
SELECT r.number, coalesce((
    SELECT json_object_agg(c.code, (SELECT to_char(min(s.starts_at) AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS"+08:00"')
        FROM calendar_slot s, {why_not}
        WHERE s.queue_id = o.queue_id AND s.date BETWEEN %(from)s::date AND %(to)s::date AND w.refusals = ''))
    FROM directory_matter m
    JOIN directory_offer o ON o.matter_id = m.id
    JOIN directory_centre c ON c.id = o.centre_id AND c.active
    WHERE m.code = %(matter)s::text AND m.active)::text, '{}')
FROM regulation_revision r
""".replace("{why_not}", _WHY_NOT)


class UnknownPlace(LookupError):
    """No such centre or matter. `field` says which."""

    def __init__(self, field: str) -> None:
        """Name what is unknown."""
        self.field = field
        super().__init__(field)


def availability_json(*, centre: str, matter: str, channel: ChannelKind, start: date, days: int, now: datetime) -> str:
    """Give the list of slots of `days` dates from `start` as JSON text (see the public contract), closed ones too.

    Raises `UnknownPlace` for an unknown centre or matter and `Refused` (R3.6) where the centre has not opened it.
    """
    span: dict[str, Any] = {"from": start, "to": start + timedelta(days=days - 1), "centre": centre, "matter": matter}

    def read(known: Reference) -> tuple[int, tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(_SLOTS, span | _bounds(known, channel, now))
            row = cursor.fetchone()
        return row[0], row[1:]

    _, (centre_id, matter_id, offer_id, slots) = reference.fresh(read)
    if centre_id is None or matter_id is None:
        raise UnknownPlace("centre" if centre_id is None else "matter")
    if offer_id is None:
        raise Refused([reason(RefusalCode.NOT_OFFERED_HERE)])
    return str(slots)


def availability(
    *, centre: str, matter: str, channel: ChannelKind, start: date, days: int, now: datetime
) -> list[dict[str, Any]]:
    """Give the same as data, for pages: times are datetimes in the zone of `now`, and what is too late says since when."""
    text = availability_json(centre=centre, matter=matter, channel=channel, start=start, days=days, now=now)
    return [_shown(slot, channel, now) for slot in json.loads(text)]


def _shown(slot: dict[str, Any], channel: ChannelKind, now: datetime) -> dict[str, Any]:
    starts_at, ends_at = (datetime.fromisoformat(slot[key]).astimezone(now.tzinfo) for key in ("starts_at", "ends_at"))
    for refusal in slot["refusals"]:
        if refusal["code"] == RefusalCode.TOO_LATE:
            refusal["message"] = explain(_too_late(channel, starts_at, now))
    return slot | {"starts_at": starts_at, "ends_at": ends_at}


def _too_late(channel: ChannelKind, starts_at: datetime, now: datetime) -> Reason:
    known = reference.current()
    instant: dict[str, datetime] = {}
    with suppress(UnknownDay):  # the sentence is shorter without the instant
        instant["deadline"] = deadline(channel, starts_at, known.days, known.in_force(now.date()).parameters)
    return reason(RefusalCode.TOO_LATE, channel=channel, starts_at=starts_at, now=now, **instant)


def first_open(*, matter: str, channel: ChannelKind, now: datetime) -> dict[str, datetime | None]:
    """Give the first hour that can be booked at each centre (by code) that offers a matter; None where there is none."""
    span: dict[str, Any] = {"from": now.date(), "to": now.date() + timedelta(days=MOST_DAYS - 1), "matter": matter}

    def read(known: Reference) -> tuple[int, str]:
        with connection.cursor() as cursor:
            cursor.execute(_FIRST, span | _bounds(known, channel, now))
            revision, found = cursor.fetchone()
        return revision, found

    _, text = reference.fresh(read)
    return {
        code: datetime.fromisoformat(at).astimezone(now.tzinfo) if at else None for code, at in json.loads(text).items()
    }


def _bounds(known: Reference, channel: ChannelKind, now: datetime) -> dict[str, Any]:
    parameters = known.in_force(now.date()).parameters
    bounds = window(channel, now=now, days=known.days, parameters=parameters)
    return {
        "online": channel is ChannelKind.ONLINE,
        "earliest": bounds.earliest_start,
        "last": bounds.last_date,
        **_refusals(channel, parameters.horizon, get_language() or ""),
    }


@functools.lru_cache(maxsize=64)
def _refusals(channel: ChannelKind, horizon: int, language: str) -> dict[str, str]:
    """Give what can be said against a slot; composing the same six sentences for each request costs 0.1 ms."""
    del language  # part of the key: `explain` speaks the active one
    return {
        "channel": _json(reason(RefusalCode.CHANNEL_NOT_ALLOWED)),
        "weekend": _json(reason(RefusalCode.NOT_ELIGIBLE, Clause.R3_3)),
        "exempt": _json(reason(RefusalCode.NOT_ELIGIBLE, Clause.R3_1)),
        "closed": _json(reason(RefusalCode.SLOT_CLOSED)),
        "full": _json(reason(RefusalCode.SLOT_FULL)),
        "late": _json(reason(RefusalCode.TOO_LATE, channel=channel)),
        "beyond": _json(reason(RefusalCode.BEYOND_HORIZON, horizon=horizon)),
    }


def _json(why: Reason) -> str:
    return json.dumps({"code": why.code, "clause": why.clause, "message": explain(why)}, ensure_ascii=False)
