"""Strikes on record: warning at two, suspension at three, lifted at once (R5.4)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection, transaction

from tests.factories import instant, make_hall, phone, resident
from yueban.domain.audit.models import Event
from yueban.domain.credit import operations, queries
from yueban.domain.credit.models import Strike
from yueban.domain.credit.operations import AlreadyWaived
from yueban.domain.credit.queries import UnknownStrike
from yueban.domain.credit.rules import Standing
from yueban.domain.notices.models import Message
from yueban.domain.people.models import Person
from yueban.domain.regulation import queries as regulation
from yueban.domain.regulation.models import Regulation
from yueban.domain.regulation.rules import Parameters
from yueban.kernel import crypto

pytestmark = pytest.mark.django_db

NOVEMBER = instant("2026-11-30 18:00:00")
DECEMBER = instant("2026-12-01 00:00:00")


@pytest.fixture
def person() -> Person:
    make_hall()
    certificate = resident(1)
    return Person.objects.create(
        certificate_kind=certificate.kind,
        certificate_index=crypto.blind_index("certificate", certificate.number),
        certificate_sealed=crypto.seal(certificate.number),
        seen_at=NOVEMBER,
    )


def strike(person: Person, n: int, day: int = 30, *, now: datetime = NOVEMBER, **facts: Any) -> bool:
    values: dict[str, Any] = {
        "person_id": person.pk,
        "appointment_id": n,
        "cause": "no_show",
        "service_date": date(2026, 11, day),
        "phone": phone(1),
        "regulation_id": regulation.in_force(now.date()).id,
    }
    return operations.record_strike(by="system:no-shows", now=now, **(values | facts))


def until(person: Person) -> datetime | None:
    person.refresh_from_db()
    return person.suspended_until


def told() -> list[str]:
    return list(Message.objects.order_by("id").values_list("template", flat=True))


def test_r5_4_the_second_strike_warns_and_the_third_suspends_until_the_1st(person: Person) -> None:
    seen = [(strike(person, n, day), until(person), told()) for n, day in ((1, 3), (2, 17), (3, 30))]
    assert seen == [
        (True, None, []),
        (True, None, ["strike_warning"]),
        (True, DECEMBER, ["strike_warning", "suspended"]),
    ]
    kinds = list(Event.objects.filter(person_id=person.pk).order_by("id").values_list("kind", "clause"))
    assert kinds == [("credit.struck", "R5.4")] * 3 + [("credit.suspended", "R5.4")]


def test_r5_4_an_appointment_and_cause_strike_once(person: Person) -> None:
    assert [strike(person, 1), strike(person, 1), strike(person, 1)] == [True, False, False]
    assert queries.status(person.pk, now=NOVEMBER).count == 1


def test_r5_4_months_are_not_added_up(person: Person) -> None:
    for n, day in enumerate((date(2026, 10, 30), date(2026, 10, 31), date(2026, 11, 2), date(2026, 11, 3))):
        strike(person, n, service_date=day)
    assert until(person) is None
    assert queries.status(person.pk, now=NOVEMBER).count == 2


def test_r5_4_a_month_that_is_over_suspends_nobody(person: Person) -> None:
    for n in range(3):
        strike(person, n, now=DECEMBER)
    assert until(person) is None
    assert told() == ["strike_warning"]


def test_r5_4_a_fourth_strike_is_no_news(person: Person) -> None:
    for n in range(4):
        strike(person, n)
    assert until(person) == DECEMBER
    assert told() == ["strike_warning", "suspended"]


def test_r5_4_a_waiver_lifts_the_suspension_at_once(person: Person) -> None:
    for n in range(3):
        strike(person, n)
    first = Strike.objects.earliest("id")
    assert operations.waive(first.pk, reason="住院", by="staff:boss", now=NOVEMBER) is None
    assert until(person) is None
    event = Event.objects.get(kind="credit.waived")
    assert (event.by, event.reason, event.person_id) == ("staff:boss", "住院", person.pk)
    assert queries.status(person.pk, now=NOVEMBER).standing is Standing.WARNED


def test_r5_4_a_waiver_of_one_in_four_leaves_three(person: Person) -> None:
    for n in range(4):
        strike(person, n)
    assert operations.waive(Strike.objects.earliest("id").pk, reason="x", by="staff:boss", now=NOVEMBER) == DECEMBER


def test_a_strike_is_waived_once_and_must_exist(person: Person) -> None:
    strike(person, 1)
    one = Strike.objects.get()
    operations.waive(one.pk, reason="x", by="staff:boss", now=NOVEMBER)
    with pytest.raises(AlreadyWaived):
        operations.waive(one.pk, reason="x", by="staff:boss", now=NOVEMBER)
    with pytest.raises(UnknownStrike):
        operations.waive(one.pk + 1, reason="x", by="staff:boss", now=NOVEMBER)


def test_the_more_lenient_regulation_holds_for_an_appointment_made_under_it(person: Person) -> None:
    milder = Parameters().to_json() | {"strikes": 5}
    old = Regulation.objects.create(
        title="t", number="n", effective_from=date(2022, 1, 1), parameters=milder, clauses=[]
    )
    for n in range(3):
        strike(person, n, regulation_id=old.pk)
    assert until(person) is None
    strike(person, 3)
    assert until(person) == DECEMBER


def test_this_months_status_counts_what_was_not_waived(person: Person) -> None:
    for n, day in ((1, 3), (2, 17), (3, 30)):
        strike(person, n, day)
    found = queries.status(person.pk, now=NOVEMBER)
    assert (found.count, found.limit, found.standing) == (3, 3, Standing.SUSPENDED)
    assert (found.clears_at, found.suspended_until) == (DECEMBER, DECEMBER)
    assert [view.service_date.day for view in found.strikes] == [3, 17, 30]
    fresh = queries.status(person.pk, now=DECEMBER)
    assert (fresh.count, fresh.standing, fresh.suspended_until, fresh.strikes) == (0, Standing.CLEAR, None, ())


def test_somebody_unknown_has_a_clean_record(person: Person) -> None:
    found = queries.statuses([person.pk, person.pk + 1], now=NOVEMBER)
    assert {identity: view.standing for identity, view in found.items()} == {
        person.pk: Standing.CLEAR, person.pk + 1: Standing.CLEAR,
    }  # fmt: skip


def test_a_strike_that_is_rolled_back_tells_nobody(person: Person) -> None:
    with transaction.atomic():
        for n in range(3):
            strike(person, n)
        transaction.set_rollback(True)
    assert (until(person), told(), Strike.objects.count()) == (None, [], 0)


def test_a_suspension_without_strikes_is_a_broken_invariant(person: Person) -> None:
    assert queries.broken_invariants() == []
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_person SET suspended_until = %s WHERE id = %s", [DECEMBER, person.pk])
    assert queries.broken_invariants() == [f"person {person.pk} is suspended with 0 strikes"]


def test_suspended_persons_have_their_strikes(person: Person) -> None:
    for n in range(3):
        strike(person, n)
    assert queries.broken_invariants() == []
