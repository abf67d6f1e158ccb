"""Clause ids, refusal codes and the reasons that carry both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Clause(StrEnum):
    """Our ids of the clauses of the regulation: N is the covering notice, R the regulation."""

    N1 = "N1"
    N2 = "N2"
    N3_1 = "N3.1"
    N3_2 = "N3.2"
    N3_3 = "N3.3"
    N4 = "N4"
    R1_1 = "R1.1"
    R1_2 = "R1.2"
    R2_1 = "R2.1"
    R2_2 = "R2.2"
    R2_3 = "R2.3"
    R3_1 = "R3.1"
    R3_2 = "R3.2"
    R3_3 = "R3.3"
    R3_4 = "R3.4"
    R3_5 = "R3.5"
    R3_6 = "R3.6"
    R4_0 = "R4.0"
    R4_1 = "R4.1"
    R4_1_1 = "R4.1.1"
    R4_1_2 = "R4.1.2"
    R4_1_3 = "R4.1.3"
    R4_2 = "R4.2"
    R4_3 = "R4.3"
    R5_1 = "R5.1"
    R5_2 = "R5.2"
    R5_3 = "R5.3"
    R5_4 = "R5.4"
    R5_5_1 = "R5.5.1"
    R5_5_2 = "R5.5.2"
    R5_5_3 = "R5.5.3"
    R6 = "R6"


class RefusalCode(StrEnum):
    """Why something was refused: the codes of the public contract, and no others."""

    TOO_LATE = "too_late"
    BEYOND_HORIZON = "beyond_horizon"
    SLOT_FULL = "slot_full"
    SLOT_CLOSED = "slot_closed"
    NOT_OFFERED_HERE = "not_offered_here"
    CHANNEL_NOT_ALLOWED = "channel_not_allowed"
    OVERLAPPING = "overlapping"
    DAILY_LIMIT = "daily_limit"
    SUSPENDED = "suspended"
    TOO_LATE_TO_CANCEL = "too_late_to_cancel"
    NOT_CANCELLABLE = "not_cancellable"
    TOO_EARLY_FOR_TICKET = "too_early_for_ticket"
    TOO_LATE_FOR_TICKET = "too_late_for_ticket"
    ALREADY_TICKETED = "already_ticketed"
    NEEDS_APPROVAL = "needs_approval"
    NOT_ELIGIBLE = "not_eligible"


CLAUSE_OF: Mapping[RefusalCode, Clause] = {
    RefusalCode.TOO_LATE: Clause.R4_0,
    RefusalCode.BEYOND_HORIZON: Clause.R4_0,
    RefusalCode.SLOT_FULL: Clause.R1_2,
    RefusalCode.SLOT_CLOSED: Clause.R1_2,
    RefusalCode.NOT_OFFERED_HERE: Clause.R3_6,
    RefusalCode.CHANNEL_NOT_ALLOWED: Clause.R2_3,
    RefusalCode.OVERLAPPING: Clause.R5_2,
    RefusalCode.DAILY_LIMIT: Clause.R5_2,
    RefusalCode.SUSPENDED: Clause.R5_4,
    RefusalCode.TOO_LATE_TO_CANCEL: Clause.R4_3,
    RefusalCode.NOT_CANCELLABLE: Clause.R4_3,
    RefusalCode.TOO_EARLY_FOR_TICKET: Clause.R4_1_3,
    RefusalCode.TOO_LATE_FOR_TICKET: Clause.R4_3,
    RefusalCode.ALREADY_TICKETED: Clause.R4_1_3,
    RefusalCode.NEEDS_APPROVAL: Clause.R1_2,
    RefusalCode.NOT_ELIGIBLE: Clause.R3_4,
}
"""The clause that a refusal cites unless the rule knows a closer one."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason against something: its code, its clause, and the values its sentence needs.

    `details` holds strings only. Instants are ISO 8601 with offset, dates `YYYY-MM-DD`, counts digits;
    `queries.explain` lists the keys that each code understands. A missing key makes the sentence
    shorter and never fails.
    """

    code: RefusalCode
    clause: Clause
    details: Mapping[str, str] = field(default_factory=dict)


def reason(code: RefusalCode, clause: Clause | None = None, /, **details: object) -> Reason:
    """Build a reason; without a clause it cites the one of `CLAUSE_OF`. Details become strings."""
    return Reason(code, clause or CLAUSE_OF[code], {key: _text(value) for key, value in details.items()})


def _text(value: object) -> str:
    isoformat = getattr(value, "isoformat", None)
    return str(isoformat() if callable(isoformat) else value)


class Refused(Exception):
    """The regulation forbids it. `reasons` holds all of them, the most basic first, never none."""

    def __init__(self, reasons: Iterable[Reason]) -> None:
        """Keep the reasons; the text is for logs and tests (codes and clauses, no personal data)."""
        self.reasons: tuple[Reason, ...] = tuple(reasons)
        super().__init__(", ".join(f"{r.code} ({r.clause})" for r in self.reasons))
