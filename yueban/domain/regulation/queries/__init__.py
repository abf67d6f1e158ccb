"""What the regulation says: the edition in force, its clauses, and its reasons in words."""

from yueban.domain.regulation.queries.editions import (
    ClauseView,
    Kept,
    ParameterView,
    RegulationView,
    UnknownRegulation,
    by_id,
    clauses,
    history,
    in_force,
    revision,
)
from yueban.domain.regulation.queries.sentences import citation, explain

__all__ = [
    "ClauseView",
    "Kept",
    "ParameterView",
    "RegulationView",
    "UnknownRegulation",
    "by_id",
    "citation",
    "clauses",
    "explain",
    "history",
    "in_force",
    "revision",
]
