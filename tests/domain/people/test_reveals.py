"""The whole number of a certificate: with a reason, recorded without the number, and so many a day (R5.1)."""

from datetime import timedelta

import pytest

from tests.crowd import rush
from tests.factories import instant, resident
from yueban.domain.audit.models import Event
from yueban.domain.people import operations, queries
from yueban.domain.people.models import Staff
from yueban.domain.people.operations import NewStaff, Revealing
from yueban.domain.people.rules import (
    REVEALS_A_DAY,
    NotAuthorised,
    Role,
    StaffIdentity,
    TooManyReveals,
    may_reveal_again,
    reveal_reason,
)
from yueban.kernel.errors import InvalidInput

NOW = instant("2026-11-27 23:59:59")


def clerk(login: str = "li") -> StaffIdentity:
    operations.add_staff(NewStaff(login, Role.CLERK), by="test", now=NOW, password="right-right-right")
    return queries.identity_of(Staff.objects.get(username=login))


def person(n: int = 1) -> int:
    return operations.know(resident(n), now=NOW)


def kinds() -> list[str]:
    return list(Event.objects.filter(kind__startswith="person.").order_by("id").values_list("kind", flat=True))


@pytest.mark.django_db
def test_r5_1_a_certificate_is_shown_in_clear_only_with_a_reason_and_that_is_recorded() -> None:
    who, whom = clerk(), person()
    with pytest.raises(InvalidInput, match="missing"):
        operations.reveal(Revealing(whom, "  "), by=who, now=NOW)
    assert kinds() == []
    asked = Revealing(whom, "核对证件原件", centre_id=7, appointment_id=8)
    assert operations.reveal(asked, by=who, now=NOW) == resident(1).number
    event = Event.objects.get(kind="person.revealed")
    assert (event.by, event.reason, event.person_id, event.centre_id, event.appointment_id, event.data) == (
        "staff:li",
        "核对证件原件",
        whom,
        7,
        8,
        {},
    )


@pytest.mark.django_db
def test_the_thirty_first_certificate_of_a_day_is_refused_and_noted_once() -> None:
    who, whom = clerk(), person()
    for _ in range(REVEALS_A_DAY):
        operations.reveal(Revealing(whom, "核对证件原件"), by=who, now=NOW)
    for _ in range(3):
        with pytest.raises(TooManyReveals):
            operations.reveal(Revealing(whom, "核对证件原件"), by=who, now=NOW)
    assert kinds() == ["person.revealed"] * REVEALS_A_DAY + ["person.reveals_exceeded"]
    assert operations.reveal(Revealing(whom, "核对证件原件"), by=clerk("wang"), now=NOW)
    assert operations.reveal(Revealing(whom, "核对证件原件"), by=who, now=NOW + timedelta(seconds=1)), "a new day"


@pytest.mark.django_db
def test_who_was_closed_meanwhile_and_an_unknown_person_are_refused() -> None:
    who, whom = clerk(), person()
    with pytest.raises(operations.UnknownPerson):
        operations.reveal(Revealing(0, "核对证件原件"), by=who, now=NOW)
    assert Staff.objects.get().reveals == 0, "nothing was counted"
    Staff.objects.update(is_active=False)
    with pytest.raises(NotAuthorised):
        operations.reveal(Revealing(whom, "核对证件原件"), by=who, now=NOW)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_forty_clicks_at_once_show_thirty_and_are_noted_once() -> None:
    who, whom = clerk(), person()

    def click(_n: int) -> int:
        shown = 0
        for _ in range(5):
            try:
                operations.reveal(Revealing(whom, "核对证件原件"), by=who, now=NOW)
                shown += 1
            except TooManyReveals:
                pass
        return shown

    assert sum(rush(8, click)) == REVEALS_A_DAY
    assert sorted(kinds()) == ["person.revealed"] * REVEALS_A_DAY + ["person.reveals_exceeded"]


@pytest.mark.parametrize(
    ("chosen", "typed", "recorded"),
    [
        ("original", "", "核对证件原件"),
        ("", "  家属  代问 ", "家属 代问"),
        ("call", "回访", "电话核实身份：回访"),
        ("nonsense", "", ""),
        ("", "\0", ""),
        ("", "查 11010519491231002X 的", "查 *** 的"),
        ("", "电话13800000001", "电话***"),
        ("", "2 月 12 日、123456", "2 月 12 日、123456"),
        ("", "字" * 500, "字" * 200),
    ],
)
def test_the_recorded_reason_never_holds_a_number(chosen: str, typed: str, recorded: str) -> None:
    assert reveal_reason(chosen, typed) == recorded


def test_thirty_a_day_are_enough() -> None:
    assert [may_reveal_again(n) for n in (1, 29, 30, 31)] == [True, True, True, False]
