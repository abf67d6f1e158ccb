"""Answers that are given again to the same request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yueban.domain.people import queries
from yueban.domain.people.models import ChannelResponse

if TYPE_CHECKING:
    from datetime import datetime

    from yueban.domain.people.queries import KeptResponse


def keep_response(
    channel_id: int, key: str, *, request_digest: bytes, status: int, body: str, now: datetime
) -> KeptResponse | None:
    """Keep what a channel was answered under a key, and give what is kept: of two at once, the first.

    A booking keeps its own answer in its own statement; this is for refusals.
    """
    row = ChannelResponse(
        channel_id=channel_id, key=key, request_digest=request_digest, status=status, body=body, at=now
    )
    ChannelResponse.objects.bulk_create([row], ignore_conflicts=True)
    return queries.kept_response(channel_id, key)
