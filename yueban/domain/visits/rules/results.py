"""How a visit ended: words of the field, each with the outcome of R4.2 that it means."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from yueban.domain.visits.rules.eligibility import Kind


class Result(StrEnum):
    """What the team came back with."""

    COMPLETED = "completed"
    RECEIVED = "received"
    INCOMPLETE = "incomplete"
    REFUSED = "refused"
    PASSED = "passed"
    RECTIFY = "rectify"
    FAILED = "failed"
    ABSENT = "absent"


OUTCOME: Final[dict[Result, str]] = {
    Result.COMPLETED: "completed",
    Result.RECEIVED: "received",
    Result.INCOMPLETE: "incomplete",
    Result.REFUSED: "refused",
    Result.PASSED: "completed",
    Result.RECTIFY: "incomplete",
    Result.FAILED: "refused",
}
"""办结、收件受理、材料不齐、不予受理 (R4.2). Nobody at the door is no outcome and, for visits, no strike (R3.4)."""

RESULTS: Final[dict[Kind, tuple[Result, ...]]] = {
    Kind.HOME: (Result.COMPLETED, Result.RECEIVED, Result.INCOMPLETE, Result.REFUSED, Result.ABSENT),
    Kind.INSPECTION: (Result.PASSED, Result.RECTIFY, Result.FAILED, Result.RECEIVED, Result.ABSENT),
}

NEEDS_REASON: Final = frozenset({Result.INCOMPLETE, Result.REFUSED, Result.RECTIFY, Result.FAILED})
"""What the applicant must be told the reason of."""
