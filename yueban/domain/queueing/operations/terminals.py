"""Terminals are registered by a code that they show and an administrator confirms, and retired from afar."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction

from yueban.domain.audit import operations as audit
from yueban.domain.queueing import queries
from yueban.domain.queueing.models import Terminal
from yueban.domain.queueing.rules import UnknownTerminal
from yueban.kernel import ids
from yueban.kernel.constraints import retrying

if TYPE_CHECKING:
    from datetime import datetime

ASKING: Final = timedelta(minutes=30)
"""How long a code can be confirmed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the terminal shows, and what it keeps to be known again."""

    code: str
    token: str


@retrying(constraints=frozenset({"terminal_code_once"}))
def ask_to_be_terminal(*, now: datetime) -> Asked:
    """A browser wants to be a terminal: six digits to show. Codes that nobody confirmed in time are forgotten."""
    with transaction.atomic():
        Terminal.objects.filter(confirmed_at=None, asked_at__lt=now - ASKING).delete()
        asked = Asked(str(100_000 + secrets.randbelow(900_000)), ids.new_token("kt"))
        Terminal.objects.create(code=asked.code, token_digest=ids.token_digest(asked.token), asked_at=now)
        return asked


def confirm_terminal(code: str, *, centre_id: int, printer_id: int | None, name: str, by: str, now: datetime) -> int:
    """An administrator stands before it and says where it is. Raises UnknownTerminal (also when the code is too old)."""
    with transaction.atomic():
        asking = Terminal.objects.select_for_update().filter(confirmed_at=None, asked_at__gte=now - ASKING)
        found = asking.filter(code=code).first()
        if found is None:
            raise UnknownTerminal(code)
        printers = {each.id for each in queries.printers(centre_id)}
        Terminal.objects.filter(pk=found.pk).update(
            centre_id=centre_id,
            printer_id=printer_id if printer_id in printers else None,
            name=name,
            confirmed_at=now,
            confirmed_by=by,
        )
        audit.record(
            kind="terminal.confirmed", by=by, at=now, centre_id=centre_id, data={"terminal": found.pk, "device": name}
        )
        return found.pk


def retire_terminal(terminal_id: int, *, by: str, now: datetime) -> None:
    """It is no terminal any more from its next page on. Raises UnknownTerminal."""
    with transaction.atomic():
        live = Terminal.objects.filter(pk=terminal_id, retired_at=None).exclude(confirmed_at=None)
        found = live.select_for_update().first()
        if found is None:
            raise UnknownTerminal(terminal_id)
        Terminal.objects.filter(pk=terminal_id).update(retired_at=now)
        data = {"terminal": found.pk, "device": found.name}
        audit.record(kind="terminal.retired", by=by, at=now, centre_id=found.centre_id, data=data)
