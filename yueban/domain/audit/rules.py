"""What a seal digests: every event in one fixed writing, each digest built on the one before."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from yueban.kernel.crypto import sm3

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FIRST_DIGEST = bytes(32)
"""What the first seal is chained to."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One event as it was recorded. `position` is its place in the feed, None until it was sequenced."""

    id: int
    position: int | None
    at: datetime
    kind: str
    by: str
    centre_id: int | None = None
    appointment_id: int | None = None
    ticket_id: int | None = None
    person_id: int | None = None
    clause: str = ""
    reason: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


def canonical(event: Recorded) -> bytes:
    """Write an event in the one form that is sealed: sorted JSON, the instant in UTC with microseconds."""
    fields = {name: getattr(event, name) for name in Recorded.__slots__}
    fields["at"] = event.at.astimezone(UTC).isoformat(timespec="microseconds")
    return json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def chain(previous: bytes, events: Iterable[Recorded]) -> bytes:
    """Give the digest over events in their order, chained to the digest before them."""
    digest = previous
    for event in events:
        digest = sm3(digest + canonical(event))
    return digest
