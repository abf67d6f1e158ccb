"""How far somebody of the staff reaches in a hall: to the counters and queues of the own department.

Who is bound to no department reaches the whole hall. A queue is a department's when that department serves there; a
counter when all of its queues are, because who sits at it calls from each of them. So a comprehensive counter, which
serves many departments, is for staff of the whole centre.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yueban.domain.directory import queries as directory
from yueban.domain.people.rules import Permission

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yueban.domain.people.rules import StaffIdentity
    from yueban.domain.queueing.queries import CounterFacts


def calls_at(staff: StaffIdentity, counter: CounterFacts) -> bool:
    """Tell whether they may call at a counter."""
    own = staff.scope.department_id
    here = staff.may(Permission.CALL, centre_id=counter.centre_id)
    return here and (own is None or counter.id in directory.counters_of(own))


def reaches_queue(staff: StaffIdentity, permission: Permission, *, centre_id: int, queue_id: int) -> bool:
    """Tell whether they have a permission at a queue of a centre."""
    return bool(reached(staff, permission, centre_id=centre_id, queues=[queue_id]))


def reached(staff: StaffIdentity, permission: Permission, *, centre_id: int, queues: Iterable[int]) -> set[int]:
    """Give those of a centre's queues at which they have a permission."""
    if not staff.may(permission, centre_id=centre_id):
        return set()
    own = staff.scope.department_id
    return set(queues) if own is None else set(queues) & directory.queues_of(own)
