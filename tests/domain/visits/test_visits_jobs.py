"""What the worker does for visits, by the clock it reads."""

from collections.abc import Iterator

import pytest

from tests.factories import instant
from tests.visiting import Field
from yueban.domain.booking.rules import Status
from yueban.domain.visits import jobs, queries
from yueban.kernel import clock


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    before = clock.simulate(clock.frozen(instant("2026-11-29 17:55")))
    yield
    clock.simulate(before)


def test_the_worker_reminds_in_the_evening_only(field: Field) -> None:
    field.arrange(field.asked())
    assert jobs.remind(0) == 0
    clock.simulate(clock.frozen(instant("2026-11-29 18:00")))
    assert (jobs.remind(0), jobs.remind(0)) == (1, 0)


def test_r3_4_the_worker_ends_a_proposal_that_nobody_answered(field: Field) -> None:
    visit = field.arrange(field.proposed())
    assert jobs.lapse(0) == 0
    clock.simulate(clock.frozen(instant("2026-11-30 06:31")))
    assert jobs.lapse(0) == 1
    assert queries.by_code(visit.code, now=clock.now()).status is Status.REJECTED
