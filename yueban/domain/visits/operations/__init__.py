"""The use cases of visits: each atomic with its appointment, its history and its message."""

from yueban.domain.visits.operations.answer import accept, call_off, choose, decline, wish
from yueban.domain.visits.operations.arrange import arrange, refusals
from yueban.domain.visits.operations.change import confirm, move, reject
from yueban.domain.visits.operations.outcome import arrive, record
from yueban.domain.visits.operations.rotation import rotate_keys
from yueban.domain.visits.operations.sheets import take_sheet
from yueban.domain.visits.operations.sweep import lapse, remind
from yueban.domain.visits.operations.teams import TeamForm, add_team, change_team
from yueban.domain.visits.operations.terms import Applicant, NotOpen, Outdated, Override, VisitRequest, When

__all__ = [
    "Applicant",
    "NotOpen",
    "Outdated",
    "Override",
    "TeamForm",
    "VisitRequest",
    "When",
    "accept",
    "add_team",
    "arrange",
    "arrive",
    "call_off",
    "change_team",
    "choose",
    "confirm",
    "decline",
    "lapse",
    "move",
    "record",
    "refusals",
    "reject",
    "remind",
    "rotate_keys",
    "take_sheet",
    "wish",
]
