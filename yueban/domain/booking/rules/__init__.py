"""The regulation's booking clauses as functions from facts to reasons: R1–R3.6, R4.0, R4.3, R5.2."""

from yueban.domain.booking.rules.facts import (
    AppointmentFacts,
    ChannelKind,
    Facts,
    MatterFacts,
    OutsideFacts,
    PersonFacts,
    Place,
    SlotFacts,
)
from yueban.domain.booking.rules.hotline import (
    AttemptResult,
    CallState,
    CallTaken,
    ClosedReason,
    DayPart,
    UnknownCall,
    Urgency,
)
from yueban.domain.booking.rules.refusals import outside_refusals, refusals
from yueban.domain.booking.rules.status import (
    HOLDS_DAY,
    HOLDS_PLACE,
    IllegalTransition,
    Status,
    sources_of,
)
from yueban.domain.booking.rules.windows import Window, deadline, whole_second, window
from yueban.domain.booking.rules.withdrawal import (
    cancelled_as,
    free_until,
    is_no_show,
    lenient,
    no_show_after,
    reschedule_refusals,
    ticket_refusals,
)

__all__ = [
    "HOLDS_DAY",
    "HOLDS_PLACE",
    "AppointmentFacts",
    "AttemptResult",
    "CallState",
    "CallTaken",
    "ChannelKind",
    "ClosedReason",
    "DayPart",
    "Facts",
    "IllegalTransition",
    "MatterFacts",
    "OutsideFacts",
    "PersonFacts",
    "Place",
    "SlotFacts",
    "Status",
    "UnknownCall",
    "Urgency",
    "Window",
    "cancelled_as",
    "deadline",
    "free_until",
    "is_no_show",
    "lenient",
    "no_show_after",
    "outside_refusals",
    "refusals",
    "reschedule_refusals",
    "sources_of",
    "ticket_refusals",
    "whole_second",
    "window",
]
