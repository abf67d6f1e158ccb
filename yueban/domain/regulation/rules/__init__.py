"""The regulation's vocabulary: its parameters, its clauses, and reasons that cite them."""

from yueban.domain.regulation.rules.parameters import (
    GraceFrom,
    HeadStarts,
    InvalidParameters,
    ParameterError,
    ParameterProblem,
    Parameters,
    Remainder,
    clause_of,
    parameters_of,
)
from yueban.domain.regulation.rules.reasons import CLAUSE_OF, Clause, Reason, RefusalCode, Refused, reason

__all__ = [
    "CLAUSE_OF",
    "Clause",
    "GraceFrom",
    "HeadStarts",
    "InvalidParameters",
    "ParameterError",
    "ParameterProblem",
    "Parameters",
    "Reason",
    "RefusalCode",
    "Refused",
    "Remainder",
    "clause_of",
    "parameters_of",
    "reason",
]
