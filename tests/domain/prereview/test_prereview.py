"""Pre-review (R3.5): a checklist as it was told, marks and copies over it, told once for each outcome, kept not too long."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.factories import MONDAY, Hall, instant, make_hall, phone, request_for
from tests.packages import book_package, make_package
from tests.papers import archive, paper, photo
from yueban.domain.audit.models import Event
from yueban.domain.booking import operations as booking
from yueban.domain.booking import queries as appointments
from yueban.domain.booking.models import Appointment
from yueban.domain.booking.rules import ChannelKind, Status
from yueban.domain.directory.models import GuideVersion, Matter
from yueban.domain.notices.models import Message
from yueban.domain.people.rules import TooManyRequests
from yueban.domain.prereview import operations, queries
from yueban.domain.prereview.models import HandedIn, MaterialMark, Review
from yueban.domain.prereview.rules import (
    COPIES_A_MINUTE,
    LONGEST_ADVICE,
    MOST_COPIES,
    Closed,
    Mark,
    Material,
    Outcome,
    Outdated,
    State,
    is_open,
    kept_until,
    review_errors,
)
from yueban.kernel import crypto
from yueban.kernel.errors import InvalidInput

pytestmark = pytest.mark.django_db

FRIDAY = instant("2026-11-27 10:00")
LATER = FRIDAY + timedelta(hours=1)
CLERK = "staff:clerk"
OK, BAD, NONE = Mark(State.OK), Mark(State.TO_FIX, "照片反光，请重拍"), Mark(State.MISSING)
ID_CARD = {"name": "居民身份证", "form": "original", "copies": 1, "required": True, "standard": "有效", "note": None}
BOOKLET = {"name": "户口簿", "form": "copy", "copies": 2, "required": True, "standard": "", "note": None}
PROXY = {"name": "委托书", "form": "original", "copies": 1, "required": False, "standard": "", "note": "代办时带"}


@pytest.fixture
def hall() -> Hall:
    guide = {"conditions": [], "review_standards": [], "materials": [ID_CARD, BOOKLET, PROXY], "faqs": []}
    return make_hall(guide=guide)


@pytest.fixture
def code(hall: Hall) -> str:
    return booking.book(request_for(hall, hall.slot(9)), by="applicant", now=FRIDAY).code


def appointment_id(code: str) -> int:
    return appointments.by_code(code, now=FRIDAY).id


def checklist(code: str) -> queries.Checklist:
    return queries.checklist(appointment_id(code))


def hand_in(code: str, material: int = 0, content: bytes = b"", **more: Any) -> None:
    more = {"now": FRIDAY} | more
    operations.hand_in(code, material=material, content=content or photo(), by="applicant", **more)


def review(code: str, marks: dict[int, Mark], **more: Any) -> Outcome:
    values: dict[str, Any] = {"seen": checklist(code).revision, "by": CLERK, "now": LATER} | more
    return operations.review(code, marks=marks, **values)


def kinds(code: str) -> list[str]:
    rows = Event.objects.filter(appointment_id=appointment_id(code), kind__startswith="prereview.").order_by("id")
    return [kind.removeprefix("prereview.") for kind in rows.values_list("kind", flat=True)]


def letters(code: str) -> list[str]:
    rows = Message.objects.filter(appointment_id=appointment_id(code), template__startswith="prereview").order_by("id")
    return [crypto.unseal(each.body_sealed).partition("\x1f")[0] for each in rows]


# --- the checklist -----------------------------------------------------------------------------------


def test_r3_5_the_checklist_is_the_guide_as_it_was_told_and_not_as_it_is_today(hall: Hall, code: str) -> None:
    guide = dict(hall.matter.guide)
    GuideVersion.objects.create(matter=hall.matter, version=1, since=FRIDAY, guide=guide)
    changed = guide | {"materials": [ID_CARD]}
    Matter.objects.filter(pk=hall.matter.pk).update(guide=changed, guide_version=2)
    told = [item.material.name for item in checklist(code).items]
    assert told == ["居民身份证", "户口簿", "委托书"]


def test_a_package_is_reviewed_by_its_merged_list(hall: Hall) -> None:
    code = book_package(hall, make_package(hall), now=FRIDAY)
    assert [item.material for item in checklist(code).items] == [Material("居民身份证"), Material("户口簿")]


def test_the_checklist_stays_as_it_was_when_the_first_mark_was_made(hall: Hall) -> None:
    package = make_package(hall)
    code = book_package(hall, package, now=FRIDAY)
    review(code, {0: OK, 1: OK})
    package.merged_materials = {"list": ["别的"]}
    package.save()
    assert [item.material.name for item in checklist(code).items] == ["居民身份证", "户口簿"]


def test_nothing_is_written_by_looking(code: str) -> None:
    found = checklist(code)
    assert (found.revision, found.outcome, found.touched, found.waits, found.copies) == (0, None, False, False, 0)
    assert not Review.objects.exists()


def test_an_unknown_appointment_has_no_checklist() -> None:
    with pytest.raises(LookupError):
        queries.checklist(1)


# --- copies ------------------------------------------------------------------------------------------


def test_r3_5_a_copy_is_stored_sealed_and_opened_again(code: str) -> None:
    hand_in(code, 1, paper())
    stored = HandedIn.objects.get()
    assert b"%PDF" not in bytes(stored.content_sealed)
    opened = operations.open_for_applicant(code, stored.pk, now=FRIDAY)
    assert (opened.content, opened.content_type) == (paper(), "application/pdf")
    assert opened.name == f"{code}-2-{stored.pk}.pdf"
    assert [len(item.copies) for item in checklist(code).items] == [0, 1, 0]
    assert kinds(code) == ["handed_in"]


def test_a_refused_file_leaves_nothing_behind(code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        hand_in(code, 0, photo() + archive())
    assert refused.value.errors[0].code == "mixed"
    assert not HandedIn.objects.exists()
    assert not Review.objects.exists()
    assert kinds(code) == []


def test_a_refused_replacement_keeps_the_old_copy(code: str) -> None:
    hand_in(code)
    kept = HandedIn.objects.get().pk
    with pytest.raises(InvalidInput):
        hand_in(code, 0, b"nothing", replacing=kept)
    assert HandedIn.objects.get().pk == kept


def test_a_copy_is_replaced_in_one_step(code: str) -> None:
    hand_in(code)
    old = HandedIn.objects.get().pk
    hand_in(code, 0, photo(colour="red"), replacing=old, now=LATER)
    assert HandedIn.objects.get().pk != old
    assert kinds(code) == ["handed_in", "replaced"]
    with pytest.raises(InvalidInput) as refused:
        hand_in(code, 0, photo(colour="blue"), replacing=old)
    assert refused.value.errors[0].code == "gone"


def test_a_copy_of_another_appointment_is_neither_replaced_nor_opened_nor_deleted(hall: Hall, code: str) -> None:
    other = booking.book(request_for(hall, hall.slot(10), 2), by="applicant", now=FRIDAY).code
    hand_in(other)
    foreign = HandedIn.objects.get().pk
    with pytest.raises(InvalidInput):
        hand_in(code, replacing=foreign)
    with pytest.raises(operations.UnknownCopy):
        operations.open_for_applicant(code, foreign, now=FRIDAY)
    assert not operations.take_back(code, foreign, by="applicant", now=FRIDAY)
    assert HandedIn.objects.get().pk == foreign


def test_the_same_file_is_taken_once_for_a_material_and_again_for_another(code: str) -> None:
    hand_in(code, 0)
    with pytest.raises(InvalidInput) as refused:
        hand_in(code, 0)
    assert refused.value.errors[0].code == "already"
    hand_in(code, 1)
    assert HandedIn.objects.count() == 2


@pytest.mark.parametrize("material", [-1, 3, 99])
def test_a_material_that_was_never_asked_for_is_refused(code: str, material: int) -> None:
    with pytest.raises(InvalidInput):
        hand_in(code, material)
    assert not HandedIn.objects.exists()


def test_a_copy_is_taken_back_for_good(code: str) -> None:
    hand_in(code)
    copy = HandedIn.objects.get().pk
    assert operations.take_back(code, copy, by="applicant", now=LATER)
    assert not operations.take_back(code, copy, by="applicant", now=LATER)
    assert not HandedIn.objects.exists()
    assert kinds(code) == ["handed_in", "taken_back"]


def test_an_appointment_holds_so_many_copies_and_no_more(code: str) -> None:
    review_row = Review.objects.create(appointment_id=appointment_id(code), materials=[ID_CARD])
    HandedIn.objects.bulk_create(
        HandedIn(
            review=review_row, material=0, place=place, kind="paper", size=1,
            content_sealed=b"x", fingerprint=b"%d" % place, at=FRIDAY,
        )
        for place in range(1, MOST_COPIES)
    )  # fmt: skip
    hand_in(code)
    with pytest.raises(InvalidInput) as refused:
        hand_in(code, 0, photo(colour="red"))
    assert refused.value.errors[0].code == "too_many"
    assert str(MOST_COPIES) in refused.value.errors[0].text()
    assert HandedIn.objects.count() == MOST_COPIES


def test_files_for_one_appointment_come_so_fast_and_no_faster(code: str) -> None:
    for _ in range(COPIES_A_MINUTE):
        with pytest.raises(InvalidInput):
            hand_in(code, 0, b"no picture")
    with pytest.raises(TooManyRequests):
        hand_in(code)
    assert not HandedIn.objects.exists()


def test_nothing_is_handed_in_for_what_is_over(code: str) -> None:
    booking.cancel(code, by="applicant", now=FRIDAY)
    with pytest.raises(Closed):
        hand_in(code)
    with pytest.raises(Closed):
        review(code, {0: OK, 1: OK})


def test_materials_matter_until_the_end_of_the_service_date() -> None:
    still = {status for status in Status if is_open(status, MONDAY, today=MONDAY)}
    assert still == {Status(name) for name in ("requested", "booked", "arrived", "ticketed", "accepted", "missed")}
    assert not is_open(Status.BOOKED, MONDAY, today=MONDAY + timedelta(days=1))


# --- the review --------------------------------------------------------------------------------------


def test_r3_5_the_outcome_is_told_with_a_link_and_stands_in_the_history(code: str) -> None:
    assert review(code, {0: OK, 1: BAD, 2: NONE}) is Outcome.TO_FIX
    (letter,) = letters(code)
    assert "有2项要改或要补" in letter
    link = f"/p/{crypto.link_token('materials', code)}"
    assert letter.endswith(link)
    assert crypto.linked("materials", link.rpartition("/")[2]) == code
    event = Event.objects.get(kind="prereview.reviewed")
    assert (event.by, event.clause) == (CLERK, "R3.5")
    assert event.data == {"outcome": "to_fix", "ok": 1, "to_fix": 1, "missing": 1}
    found = checklist(code)
    assert [item.mark for item in found.items] == [OK, BAD, NONE]
    assert (found.outcome, found.open_points) == (Outcome.TO_FIX, 2)


def test_the_same_outcome_is_told_once_and_a_changed_one_anew(code: str) -> None:
    review(code, {0: OK, 1: BAD})
    review(code, {0: OK, 1: BAD}, now=LATER + timedelta(minutes=1))
    assert len(letters(code)) == 1
    review(code, {0: OK, 1: Mark(State.TO_FIX, "还缺一页")}, now=LATER + timedelta(minutes=2))
    assert review(code, {0: OK, 1: OK}, now=LATER + timedelta(minutes=3)) is Outcome.PASSED
    assert [("预审合格" in letter) for letter in letters(code)] == [False, False, True]


def test_the_same_marks_over_a_new_copy_are_told_again(code: str) -> None:
    review(code, {0: OK, 1: BAD})
    hand_in(code, 1, now=LATER + timedelta(minutes=1))
    assert checklist(code).waits
    review(code, {0: OK, 1: BAD}, now=LATER + timedelta(minutes=2))
    assert not checklist(code).waits
    assert len(letters(code)) == 2


def test_without_a_telephone_nothing_is_sent_and_the_review_stands(hall: Hall) -> None:
    request = request_for(hall, hall.slot(9), phone="", channel_kind=ChannelKind.ONSITE)
    code = booking.book(request, by=CLERK, now=FRIDAY).code
    assert review(code, {0: OK, 1: OK}) is Outcome.PASSED
    assert letters(code) == []


def test_every_required_material_wants_a_mark_and_to_fix_wants_words(code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        review(code, {0: Mark(State.TO_FIX), 2: Mark(State.OK, "好" * (LONGEST_ADVICE + 1))})
    assert [error.field for error in refused.value.errors] == ["state-1", "advice-0", "advice-2"]
    assert not MaterialMark.objects.exists()
    assert letters(code) == []


def test_a_review_written_beside_an_upload_is_noticed(code: str) -> None:
    seen = checklist(code).revision
    hand_in(code)
    with pytest.raises(Outdated):
        review(code, {0: OK, 1: OK}, seen=seen)
    assert letters(code) == []
    assert checklist(code).outcome is None


def test_a_mark_of_a_material_that_was_never_asked_for_is_refused(code: str) -> None:
    with pytest.raises(InvalidInput):
        review(code, {0: OK, 1: OK, 7: OK})


def test_who_of_the_staff_opened_which_copy_is_in_the_history(code: str) -> None:
    hand_in(code)
    copy = HandedIn.objects.get().pk
    operations.open_for_staff(code, copy, by=CLERK, now=LATER)
    event = Event.objects.get(kind="prereview.copy_opened")
    assert (event.by, event.data) == (CLERK, {"copy": copy})


def test_what_waits_comes_first_and_only_for_its_hall_and_department(hall: Hall, code: str) -> None:
    other = booking.book(request_for(hall, hall.slot(14), 2), by="applicant", now=FRIDAY).code
    review(code, {0: OK, 1: BAD})
    hand_in(other)
    today, department = FRIDAY.date(), hall.matter.department_id
    rows = queries.waiting(hall.centre.pk, department_id=department, today=today)
    assert [(row.code, row.waits, row.copies, row.open_points) for row in rows] == [
        (other, True, 1, 0),
        (code, False, 0, 1),
    ]
    assert queries.waiting(hall.centre.pk, department_id=department + 1, today=today) == []
    assert queries.waiting(hall.centre.pk + 1, department_id=None, today=today) == []
    assert queries.waiting(hall.centre.pk, department_id=None, today=MONDAY + timedelta(days=1)) == []


# --- keeping -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "kept"), [(0, 1), (29, 1), (30, 1), (31, 0)])
def test_copies_are_kept_thirty_days_after_the_visit_and_deleted_on_the_next(code: str, days: int, kept: int) -> None:
    hand_in(code)
    Appointment.objects.update(status="served")
    operations.forget_old(now=instant("2026-11-30 08:00") + timedelta(days=days))
    assert HandedIn.objects.count() == kept
    assert (kept_until(MONDAY, days=30) >= MONDAY + timedelta(days=days)) is bool(kept)


def test_how_long_is_a_setting(code: str, settings: Any) -> None:
    settings.COPY_DAYS = 0
    hand_in(code)
    assert operations.forget_old(now=instant("2026-11-30 23:59:59")) == 0
    assert operations.forget_old(now=instant("2026-12-01 00:00")) == 1
    assert Event.objects.get(kind="prereview.forgotten").data == {"copies": 1}


def test_copies_of_a_cancelled_appointment_do_not_wait_and_what_was_found_stays(code: str) -> None:
    hand_in(code)
    review(code, {0: OK, 1: OK})
    booking.cancel(code, by="applicant", now=LATER)
    assert operations.forget_old(now=LATER) == 1
    assert MaterialMark.objects.count() == 2


def test_r4_3_what_a_counter_cancelled_keeps_its_copies_and_the_new_booking_gets_them(hall: Hall, code: str) -> None:
    hand_in(code)
    review(code, {0: OK, 1: BAD})
    booking.cancel_for_counter(code, reason="停电", by=CLERK, now=LATER, late_allowed=True)
    assert operations.forget_old(now=LATER) == 0
    new = booking.book(request_for(hall, hall.slot(14)), by="applicant", now=LATER).code
    assert operations.carry_over(code, new, by="applicant", now=LATER)
    assert not operations.carry_over(code, new, by="applicant", now=LATER)
    found = checklist(new)
    assert (found.copies, found.open_points, [item.mark for item in found.items]) == (1, 1, [OK, BAD, None])
    assert not checklist(code).touched
    assert kinds(new) == ["carried_over"]


def test_copies_are_readable_after_the_keys_are_rotated(code: str, tmp_path: Any) -> None:
    path = tmp_path / "keys.json"
    crypto.create_keys(path)
    crypto.use_keys(path)
    try:
        hand_in(code, 0, paper())
        crypto.make_current(crypto.add_key())
        seen: list[tuple[int, int]] = []
        assert operations.rotate_keys(progress=lambda done, total: seen.append((done, total))) == 1
        crypto.retire_others()
        stored = HandedIn.objects.get()
        assert stored.content_sealed[0] == 2
        assert crypto.unseal_bytes(stored.content_sealed) == paper()
        assert seen == [(1, 1)]
    finally:
        crypto.use_keys(None)


def test_the_invariants_hold_and_say_what_is_broken(code: str) -> None:
    hand_in(code)
    review(code, {0: OK, 1: BAD})
    assert queries.broken_invariants() == []
    Review.objects.update(outcome="passed", materials=[])
    assert [line.partition(":")[0] for line in queries.broken_invariants()] == [
        "a review tells an outcome that its marks do not give",
        "a copy or mark is of a material that the checklist does not have",
    ]


def test_the_rules_say_everything_at_once() -> None:
    materials = [Material.told(ID_CARD), Material.told(PROXY), Material.told("一行字")]
    assert materials[1].required is False
    assert [error.code for error in review_errors(materials, {})] == ["unmarked", "unmarked"]


def test_letters_go_to_the_phone_of_the_booking(code: str) -> None:
    review(code, {0: OK, 1: OK})
    assert crypto.unseal(Message.objects.get(template="prereview_passed").phone_sealed) == phone(1)
