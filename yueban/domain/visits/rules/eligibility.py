"""Who is visited, and for what (R3.4): 老、病、残、孕、军烈属, units with many certificates, matters inspected on site."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from yueban.domain.regulation.rules import Clause, Reason, RefusalCode, reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yueban.domain.booking.rules import ChannelKind


class Kind(StrEnum):
    """What a visit is; the same words as an appointment's `place` (R1.1)."""

    HOME = "home_visit"
    INSPECTION = "inspection"


class Origin(StrEnum):
    """Who began it: the applicant, onsite or by phone, or the department that must inspect (R3.4)."""

    APPLICANT = "applicant"
    DEPARTMENT = "department"


class Ground(StrEnum):
    """Why somebody is visited. The clause's list; the last one is of the matter, not of the person."""

    ELDERLY = "elderly"
    SICK = "sick"
    DISABLED = "disabled"
    PREGNANT = "pregnant"
    MILITARY_FAMILY = "military_family"
    BULK = "bulk"
    INSPECTION = "inspection"


HOME_GROUNDS: Final = tuple(ground for ground in Ground if ground is not Ground.INSPECTION)
"""What can be said for a home visit, in the clause's order."""


@dataclass(frozen=True, slots=True)
class MatterFacts:
    """What the rules need of the matter. `offered`: this centre handles it."""

    offered: bool
    home_visit: bool
    inspection: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for what. `evidence`: a note of what was shown; `organisation`: asked for by a unit."""

    kind: Kind
    origin: Origin
    channel: ChannelKind
    ground: Ground | None
    evidence: bool
    organisation: bool
    matter: MatterFacts


def eligibility(asked: Asked) -> list[Reason]:
    """Give every reason why this is no case for a visit (R3.4), each with a `why` that its sentence explains."""
    return [*_matter(asked), *(_way(asked) if asked.origin is Origin.APPLICANT else ())]


def _matter(asked: Asked) -> Iterator[Reason]:
    if not asked.matter.offered:
        yield reason(RefusalCode.NOT_OFFERED_HERE)
    if asked.kind is Kind.HOME and not asked.matter.home_visit:
        yield _not_eligible("matter")
    if asked.kind is Kind.INSPECTION and not asked.matter.inspection:
        yield _not_eligible("inspection")


def _way(asked: Asked) -> Iterator[Reason]:
    """申请人可主动通过现场或电话预约: never online; and somebody wrote down what the ground rests on."""
    if not asked.channel.at_desk:
        yield reason(RefusalCode.CHANNEL_NOT_ALLOWED, Clause.R3_4, to="ask")
    if asked.kind is Kind.HOME:
        yield from _ground(asked)


def _ground(asked: Asked) -> Iterator[Reason]:
    if asked.ground not in HOME_GROUNDS:
        yield _not_eligible("ground")
    if asked.ground is Ground.BULK and not asked.organisation:
        yield _not_eligible("organisation")
    if not asked.evidence:
        yield _not_eligible("evidence")


def _not_eligible(why: str) -> Reason:
    return reason(RefusalCode.NOT_ELIGIBLE, Clause.R3_4, why=why)
