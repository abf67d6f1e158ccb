"""R3.4 as functions from facts to reasons: who is visited, when a team can come, how a visit ends."""

from yueban.domain.visits.rules.eligibility import (
    HOME_GROUNDS,
    Asked,
    Ground,
    Kind,
    MatterFacts,
    Origin,
    eligibility,
)
from yueban.domain.visits.rules.results import NEEDS_REASON, OUTCOME, RESULTS, Result
from yueban.domain.visits.rules.route import Leg, driven_twice, legs
from yueban.domain.visits.rules.times import (
    LIFTABLE,
    LONGEST,
    MOST_TRAVEL,
    SHORTEST,
    TimeFacts,
    answer_until,
    busy,
    changeable_until,
    free_times,
    is_answerable,
    time_refusals,
)

__all__ = [
    "HOME_GROUNDS",
    "LIFTABLE",
    "LONGEST",
    "MOST_TRAVEL",
    "NEEDS_REASON",
    "OUTCOME",
    "RESULTS",
    "SHORTEST",
    "Asked",
    "Ground",
    "Kind",
    "Leg",
    "MatterFacts",
    "Origin",
    "Result",
    "TimeFacts",
    "answer_until",
    "busy",
    "changeable_until",
    "driven_twice",
    "eligibility",
    "free_times",
    "is_answerable",
    "legs",
    "time_refusals",
]
