"""Writing messages into the outbox, emptying it, and taking what providers report."""

from yueban.domain.notices.operations.receiving import match_kept, push, receive
from yueban.domain.notices.operations.sending import Drained, drain, drain_all
from yueban.domain.notices.operations.settling import settle
from yueban.domain.notices.operations.upkeep import UnknownMessage, forget_old, requeue, reveal, rotate_keys
from yueban.domain.notices.operations.writing import compose, enqueue, evening, link, send_login_code, timing

__all__ = [
    "Drained",
    "UnknownMessage",
    "compose",
    "drain",
    "drain_all",
    "enqueue",
    "evening",
    "forget_old",
    "link",
    "match_kept",
    "push",
    "receive",
    "requeue",
    "reveal",
    "rotate_keys",
    "send_login_code",
    "settle",
    "timing",
]
