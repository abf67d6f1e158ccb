"""Urgent hours outside the timetable (R1.2): asked for with a reason, decided by somebody else, everyone told."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories import Hall, instant, make_hall, make_hours, phone, request_for, resident
from yueban.domain.audit import queries as audit
from yueban.domain.booking import queries
from yueban.domain.booking.operations import (
    AlreadyDecided,
    OutsideRequest,
    OwnRequest,
    UrgentRequest,
    approve_urgent,
    book,
    book_outside,
    cancel,
    cancel_for_counter,
    lapse_urgent,
    mark_ticketed,
    reject_urgent,
    request_urgent,
    reschedule,
)
from yueban.domain.booking.queries import UnknownAppointment
from yueban.domain.booking.rules import ChannelKind, Place, Status
from yueban.domain.notices.models import Message
from yueban.domain.regulation.queries import explain
from yueban.domain.regulation.rules import Refused
from yueban.kernel import crypto
from yueban.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db

NOW = instant("2026-11-27 16:50")
SECOND = timedelta(seconds=1)
WHY = "当晚的手术需要医保备案"


def opened() -> Hall:
    hall = make_hall()
    make_hours(hall.centre)
    return hall


def asked(hall: Hall, hours: tuple[str, str] = ("2026-11-27 19:00", "2026-11-27 19:30"), **fields: Any) -> str:
    values: dict[str, Any] = {
        "centre": hall.centre.code,
        "matter": hall.matter.code,
        "channel_kind": ChannelKind.PHONE,
        "name": "样例申请人",
        "certificate": resident(1),
        "phone": phone(1),
        "starts_at": instant(hours[0]),
        "ends_at": instant(hours[1]),
        "reason": WHY,
    }
    return request_urgent(UrgentRequest(**(values | fields)), by="staff:clerk", now=NOW).code


def reasons_of(call: Callable[[], object]) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refused:
        call()
    return [(str(why.code), str(why.clause)) for why in refused.value.reasons]


def sent() -> list[tuple[str, str]]:
    rows = Message.objects.order_by("id").values_list("template", "body_sealed")
    return [(template, crypto.unseal(body)) for template, body in rows]


def test_r1_2_a_request_waits_with_its_reason_and_the_applicant_is_told() -> None:
    hall = opened()
    code = asked(hall)
    found = queries.by_code(code, now=NOW)
    assert (found.status, found.place, found.slot_id) == (Status.REQUESTED, Place.URGENT, None)
    waiting = queries.urgent_requests(hall.centre.pk, now=NOW)
    assert [(each.appointment.code, each.reason, each.asked_by, each.asked_at) for each in waiting] == [
        (code, WHY, "staff:clerk", NOW)
    ]
    assert [(template, "已收到您11月27日周五19:00-19:30" in text) for template, text in sent()] == [
        ("urgent_requested", True)
    ]
    assert queries.broken_invariants() == []


def test_r1_2_approved_by_somebody_else_it_is_booked_told_and_can_be_ticketed() -> None:
    hall = opened()
    code = asked(hall)
    with pytest.raises(OwnRequest):
        approve_urgent(code, by="staff:clerk", now=NOW)
    assert approve_urgent(code, by="staff:manager", now=NOW).status is Status.BOOKED
    assert sent()[-1][0] == "urgent_approved"
    assert code in sent()[-1][1]
    assert queries.urgent_requests(hall.centre.pk, now=NOW) == []
    decided = queries.urgent_decided(hall.centre.pk, now=NOW)
    assert [(each.decided_by, each.decided_at, each.answer) for each in decided] == [("staff:manager", NOW, "")]
    assert mark_ticketed(code, remote=False, by="kiosk", now=instant("2026-11-27 18:45")).queue_id == hall.queue.pk
    history = audit.history(queries.by_code(code, now=NOW).id)
    assert [(event.kind, event.clause) for event in history[:2]] == [
        ("appointment.requested", "R1.2"),
        ("appointment.booked", "R1.2"),
    ]


def test_r1_2_rejected_with_a_reason_it_gives_the_time_back_and_says_why() -> None:
    hall = opened()
    code = asked(hall)
    with pytest.raises(InvalidInput):
        reject_urgent(code, reason=" ", by="staff:manager", now=NOW)
    with pytest.raises(OwnRequest):
        reject_urgent(code, reason="明早来得及", by="staff:clerk", now=NOW)
    assert reject_urgent(code, reason="明早来得及", by="staff:manager", now=NOW).status is Status.REJECTED
    assert "没有同意：明早来得及。" in sent()[-1][1]
    assert queries.urgent_decided(hall.centre.pk, now=NOW)[0].answer == "明早来得及"
    asked(hall)


def test_r1_2_what_was_decided_is_not_decided_again() -> None:
    hall = opened()
    code = asked(hall)
    approve_urgent(code, by="staff:manager", now=NOW)
    with pytest.raises(AlreadyDecided):
        approve_urgent(code, by="staff:other", now=NOW)
    with pytest.raises(AlreadyDecided):
        reject_urgent(code, reason="不急", by="staff:other", now=NOW)
    assert [template for template, _ in sent()] == ["urgent_requested", "urgent_approved"]


@pytest.mark.parametrize(
    ("hours", "answer"),
    [
        (("2026-11-27 17:30", "2026-11-27 18:00"), []),
        (("2026-11-27 17:29:59", "2026-11-27 18:00"), [("not_eligible", "R1.2")]),
        (("2026-11-30 07:30", "2026-11-30 08:30"), []),
        (("2026-11-30 07:30", "2026-11-30 08:30:01"), [("not_eligible", "R1.2")]),
        (("2026-11-30 12:00", "2026-11-30 14:30"), []),
        (("2026-11-28 10:00", "2026-11-28 11:00"), []),
        (("2026-12-08 19:00", "2026-12-08 20:00"), []),
        (("2026-12-09 19:00", "2026-12-09 20:00"), [("beyond_horizon", "R4.0")]),
        (("2026-11-27 16:49:59", "2026-11-27 20:00"), [("too_late", "R4.0")]),
    ],
)
def test_r1_2_an_urgent_hour_lies_outside_the_regular_hours_to_the_second(
    hours: tuple[str, str], answer: list[tuple[str, str]]
) -> None:
    hall = opened()
    if answer:
        assert reasons_of(lambda: asked(hall, hours)) == answer
    else:
        assert queries.by_code(asked(hall, hours), now=NOW).status is Status.REQUESTED


def test_r1_2_on_a_shifted_sunday_the_regular_hours_are_no_urgent_ones() -> None:
    hall = opened()
    with pytest.raises(Refused) as refused:
        request_urgent(
            UrgentRequest(
                centre=hall.centre.code,
                matter=hall.matter.code,
                channel_kind=ChannelKind.PHONE,
                name="样例申请人",
                certificate=resident(1),
                phone="",
                starts_at=instant("2026-09-20 10:00"),
                ends_at=instant("2026-09-20 11:00"),
                reason=WHY,
            ),
            by="staff:clerk",
            now=instant("2026-09-19 10:00"),
        )
    assert explain(refused.value.reasons[0]).startswith("紧急办理只约上班时间以外的时间")


def test_r1_2_nothing_out_of_hours_is_booked_without_approval() -> None:
    hall = opened()
    request = OutsideRequest(
        centre=hall.centre.code,
        matter=hall.matter.code,
        channel_kind=ChannelKind.ONLINE,
        name="样例申请人",
        certificate=resident(1),
        phone=phone(1),
        starts_at=instant("2026-11-27 19:00"),
        ends_at=instant("2026-11-27 20:00"),
        place=Place.URGENT,
        status=Status.BOOKED,
    )
    assert reasons_of(lambda: book_outside(request, by="channel:app", now=NOW)) == [("needs_approval", "R1.2")]


def test_r1_2_the_hour_of_an_approved_one_is_not_moved_by_the_applicant() -> None:
    hall = opened()
    code = asked(hall)
    approve_urgent(code, by="staff:manager", now=NOW)
    assert reasons_of(lambda: reschedule(code, slot_id=hall.slot(9).pk, by="applicant", now=NOW)) == [
        ("needs_approval", "R1.2")
    ]


def test_r1_2_a_request_without_an_answer_ends_with_its_hour_and_says_so() -> None:
    hall = opened()
    starts_at = instant("2026-11-27 19:00")
    code = asked(hall)
    assert lapse_urgent(now=starts_at) == 0
    assert (lapse_urgent(now=starts_at + SECOND), lapse_urgent(now=starts_at + SECOND)) == (1, 0)
    assert queries.by_code(code, now=NOW).status is Status.REJECTED
    assert "到时间仍未答复" in sent()[-1][1]
    with pytest.raises(AlreadyDecided):
        approve_urgent(code, by="staff:manager", now=starts_at)


def test_r1_2_an_approval_comes_before_the_hour_to_the_second() -> None:
    hall = opened()
    code = asked(hall)
    starts_at = instant("2026-11-27 19:00")
    assert reasons_of(lambda: approve_urgent(code, by="staff:manager", now=starts_at + SECOND)) == [
        ("too_late", "R4.0")
    ]
    assert approve_urgent(code, by="staff:manager", now=starts_at).status is Status.BOOKED


def test_r5_2_a_request_holds_the_applicants_time_until_it_is_withdrawn() -> None:
    hall = opened()
    code = asked(hall, ("2026-11-30 12:00", "2026-11-30 13:00"))
    assert reasons_of(lambda: asked(hall, ("2026-11-30 12:30", "2026-11-30 13:30"))) == [("overlapping", "R5.2")]
    assert cancel(code, by="applicant", now=NOW).status is Status.CANCELLED
    asked(hall, ("2026-11-30 12:30", "2026-11-30 13:30"))


def test_r4_3_a_counter_may_call_an_urgent_hour_off_and_owes_another() -> None:
    hall = opened()
    code = asked(hall)
    approve_urgent(code, by="staff:manager", now=NOW)
    done = cancel_for_counter(code, reason="设备故障", by="staff:manager", now=NOW, late_allowed=True)
    assert done.late is True
    assert queries.offered(queries.rebooking_token(code), now=NOW).is_open(now=NOW)


def test_an_urgent_decision_is_of_an_urgent_request_only() -> None:
    hall = opened()
    code = book(request_for(hall, hall.slot(9), channel_kind=ChannelKind.ONLINE), by="applicant", now=NOW).code
    with pytest.raises(UnknownAppointment):
        approve_urgent(code, by="staff:manager", now=NOW)


def test_r1_2_without_a_reason_nothing_is_asked() -> None:
    with pytest.raises(InvalidInput):
        asked(opened(), reason="  ")
