"""The use cases of pre-review: hand a copy in, take it back, look at it, say what was found, keep no longer than needed."""

from yueban.domain.prereview.operations.handing import carry_over, hand_in, take_back
from yueban.domain.prereview.operations.keeping import forget_old, rotate_keys
from yueban.domain.prereview.operations.opening import Opened, UnknownCopy, open_for_applicant, open_for_staff
from yueban.domain.prereview.operations.reviewing import LINK, link_of, review

__all__ = [
    "LINK",
    "Opened",
    "UnknownCopy",
    "carry_over",
    "forget_old",
    "hand_in",
    "link_of",
    "open_for_applicant",
    "open_for_staff",
    "review",
    "rotate_keys",
    "take_back",
]
