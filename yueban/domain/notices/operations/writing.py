"""Writing messages into the outbox, in the transaction of what they tell of (R4.1)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from yueban.domain.notices import rules
from yueban.domain.notices.rules import Evening, Template
from yueban.domain.people import operations as people
from yueban.domain.people.rules import CODE_MINUTES
from yueban.kernel import crypto


def compose(template: str, **fields: str | int | datetime) -> str:
    """Write the letter that goes into `body_sealed`: text and variables. Raises KeyError.

    The signature is added when it is sent.
    """
    kind = Template(template)
    return rules.written(rules.render(kind, **fields), rules.variables(kind, **fields))


def link(path: str) -> str:
    """Give the absolute address of a page of ours (`/r/abc`) for a message, from `YUEBAN_PUBLIC_URL`."""
    return f"{settings.PUBLIC_URL}/{path.lstrip('/')}"


def timing(template: str, *, about: datetime | None, now: datetime) -> dict[str, Any]:
    """Give the columns that say when a message written `now` goes out: priority, due_at, about_at, expires_at.

    The quiet hours of `YUEBAN_QUIET_HOURS` are kept; `about` is the instant that it tells of.
    """
    return {
        "priority": rules.handling(template).priority,
        "due_at": rules.due(template, about=about, quiet=settings.SMS_QUIET_HOURS, now=now),
        "about_at": about,
        "expires_at": rules.expires(template, about=about, written_at=now),
    }


def evening(*, now: datetime) -> Evening | None:
    """Give the evening of reminding that is on, from `YUEBAN_REMIND_AT` until the quiet hours; None outside it."""
    return rules.evening(begins=settings.SMS_REMIND_AT, quiet=settings.SMS_QUIET_HOURS, now=now)


_ENQUEUE = """
INSERT INTO notices_message (event, template, appointment_id, centre_id, phone_index, phone_sealed, body_sealed,
    created_at, priority, due_at, about_at, expires_at)
VALUES (%(event)s, %(template)s, %(appointment_id)s, %(centre_id)s, %(phone_index)s, %(phone_sealed)s, %(body_sealed)s,
    %(now)s, %(priority)s, %(due_at)s, %(about_at)s, %(expires_at)s)
ON CONFLICT ON CONSTRAINT message_once_an_event_and_recipient DO NOTHING
"""


def enqueue(  # noqa: PLR0913  one row, by its columns
    *,
    event: str,
    template: str,
    phone: str,
    now: datetime,
    appointment_id: int | None = None,
    centre_id: int | None = None,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    **fields: str | int | datetime,
) -> bool:
    """Write a message in the caller's transaction; False when this recipient was told of this event before.

    Without a phone there is nobody to tell: nothing is written, and the answer is False.

    `fields` are those of the template (`rules.fields_of`); raises KeyError when one is missing. `due_at` is the earliest
    instant, `expires_at` the last one instead of the template's own; `starts_at`, where it is a field, is what it tells of.
    """
    if not phone:
        return False
    starts_at = fields.get("starts_at")
    about = starts_at if isinstance(starts_at, datetime) else None
    values = timing(template, about=about, now=max(now, due_at or now)) | {
        "event": event,
        "template": template,
        "appointment_id": appointment_id,
        "centre_id": centre_id,
        "phone_index": crypto.blind_index("phone", phone),
        "phone_sealed": crypto.seal(phone),
        "body_sealed": crypto.seal(compose(template, **fields)),
        "now": now,
    }
    if expires_at is not None:
        values["expires_at"] = expires_at
    with connection.cursor() as cursor:
        cursor.execute(_ENQUEUE, values)
        return bool(cursor.rowcount == 1)


@transaction.atomic
def send_login_code(phone: str, *, now: datetime, ip: str = "") -> None:
    """Make an SMS code for a phone and put it into the outbox; raises people.rules.TooManyRequests."""
    made = people.new_login_code(phone, ip=ip)
    enqueue(
        event=f"login_code:{made.id}",
        template=Template.LOGIN_CODE,
        phone=phone,
        now=now,
        code=made.code,
        minutes=CODE_MINUTES,
    )
