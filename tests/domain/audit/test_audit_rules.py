"""What a seal digests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from yueban.domain.audit.rules import FIRST_DIGEST, Recorded, canonical, chain

EVENT = Recorded(
    1, 1, datetime(2026, 11, 27, 8, 30, tzinfo=UTC), "appointment.booked", "applicant", data={"b": 1, "a": "约"}
)


def test_the_writing_of_an_event_does_not_depend_on_zone_or_order() -> None:
    same = replace(EVENT, at=EVENT.at.astimezone(timezone(timedelta(hours=8))), data={"a": "约", "b": 1})
    assert canonical(same) == canonical(EVENT)


@pytest.mark.parametrize(
    "change",
    [{"position": 2}, {"kind": "x"}, {"by": "x"}, {"clause": "R4.3"}, {"reason": "x"}, {"data": {}}, {"person_id": 1}],
)
def test_any_change_changes_the_digest(change: dict[str, Any]) -> None:
    assert chain(FIRST_DIGEST, [replace(EVENT, **change)]) != chain(FIRST_DIGEST, [EVENT])


def test_order_and_the_digest_before_matter() -> None:
    other = replace(EVENT, id=2, position=2)
    assert chain(FIRST_DIGEST, [EVENT, other]) != chain(FIRST_DIGEST, [other, EVENT])
    assert chain(b"x", [EVENT]) != chain(FIRST_DIGEST, [EVENT])
    assert chain(chain(FIRST_DIGEST, [EVENT]), [other]) == chain(FIRST_DIGEST, [EVENT, other])
