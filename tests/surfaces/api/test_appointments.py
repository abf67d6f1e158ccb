"""Booking through the API: who may, what is answered, and what happens when it is said twice."""

import json
import threading
from typing import Any

import pytest
from django.db import connection

from tests.factories import Hall, instant, make_hall
from tests.surfaces.api.conftest import Answer, Caller, asked, at, token_of
from yueban.domain.booking.models import Appointment
from yueban.domain.booking.queries import broken_invariants
from yueban.domain.people.models import ChannelResponse
from yueban.domain.people.rules import ChannelProgram


def clauses(answer: Answer) -> list[tuple[str, str]]:
    assert answer.kind == "application/problem+json"
    assert answer.status == 409
    assert all(each["message"] for each in answer.body["refusals"])
    return [(each["code"], each["clause"]) for each in answer.body["refusals"]]


def wrong(answer: Answer) -> dict[str, str]:
    assert (answer.status, answer.kind) == (422, "application/problem+json")
    assert all(each["message"] for each in answer.body["errors"])
    return {each["field"]: each["code"] for each in answer.body["errors"]}


# ---- booking ------------------------------------------------------------------------------------------------------


def test_a_booking_is_answered_with_all_the_applicant_needs(owner: Caller, hall: Hall) -> None:
    answer = owner.post("/appointments", asked(hall))
    assert answer.status == 201
    assert answer.body["status"] == "booked"
    assert (answer.body["centre"], answer.body["matter"]) == (hall.centre.code, hall.matter.code)
    assert answer.body["starts_at"] == "2026-11-30T09:00:00+08:00"
    assert answer.body["free_until"] == "2026-11-30T06:00:00+08:00"
    assert answer.body["materials"][0]["name"] == "居民身份证"
    assert answer.body["qr"]
    assert broken_invariants() == []


def test_the_booking_is_found_by_its_own_channel_in_the_same_words(owner: Caller, hall: Hall) -> None:
    made = owner.post("/appointments", asked(hall))
    assert owner.get(f"/appointments/{made.body['code']}").body == made.body


def test_another_channel_and_a_stranger_do_not_see_it(
    code: str, colleague: Caller, stranger: Caller, nobody: Caller, upstream: Caller, clerk: Caller
) -> None:
    assert colleague.get(f"/appointments/{code}").status == 404
    assert stranger.get(f"/appointments/{code}").status == 401
    assert nobody.get(f"/appointments/{code}").status == 401
    assert upstream.get(f"/appointments/{code}").status == 403
    assert clerk.get(f"/appointments/{code}").status == 403


def test_the_code_never_shows_the_person(owner: Caller, hall: Hall) -> None:
    body = asked(hall)
    code = owner.post("/appointments", body).body["code"]
    shown = owner.get(f"/appointments/{code}").text
    person = body["applicant"]
    assert not any(secret in shown for secret in (person["name"], person["phone"], person["certificate"]["number"]))


@pytest.mark.parametrize("kind", [ChannelProgram.UPSTREAM])
def test_the_upper_platform_may_not_book(hall: Hall, kind: ChannelProgram) -> None:
    assert Caller(token_of("reader", kind)).post("/appointments", asked(hall)).status == 403


def test_staff_stranger_and_nobody_may_not_book(hall: Hall, clerk: Caller, stranger: Caller, nobody: Caller) -> None:
    statuses = [caller.post("/appointments", asked(hall)).status for caller in (clerk, stranger, nobody)]
    assert statuses == [403, 401, 401]
    assert not Appointment.objects.exists()


def test_a_bad_body_with_a_bad_token_is_a_bad_token(stranger: Caller) -> None:
    answer = stranger.post("/appointments", {"nonsense": True})
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="yueban"')


def test_a_channel_of_another_centre_may_not_book_here(hall: Hall) -> None:
    elsewhere = Caller(token_of("kiosk", ChannelProgram.KIOSK, make_hall(code="else").centre.pk))
    assert elsewhere.post("/appointments", asked(hall)).status == 403


def test_r4_0_a_phone_channel_books_by_the_desks_rules(hall: Hall) -> None:
    desk, app = Caller(token_of("phone", ChannelProgram.PHONE)), Caller(token_of("app"))
    at(instant("2026-11-27 16:30:01"))
    late = desk.post("/appointments", asked(hall))
    assert clauses(late) == [("too_late", "R4.0")]
    assert app.post("/appointments", asked(hall)).status == 201


def test_all_refusals_come_at_once(owner: Caller, hall: Hall) -> None:
    owner.post("/appointments", asked(hall, hour=9))
    at(instant("2026-11-30 06:00:01"))
    again = owner.post("/appointments", asked(hall, hour=9))
    assert set(clauses(again)) == {("too_late", "R4.0"), ("overlapping", "R5.2")}


def test_english_callers_get_english_sentences(owner: Caller, hall: Hall) -> None:
    at(instant("2026-11-30 08:00:00"))
    chinese = owner.post("/appointments", asked(hall))
    english = owner.post("/appointments", asked(hall), accept_language="en-GB,en;q=0.9")
    assert chinese.body["title"] == "按预约制度不能办理"
    assert clauses(english) == clauses(chinese)
    assert owner.post("/appointments", asked(hall)).body["title"] == "按预约制度不能办理"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"centre": None}, {"centre": "wrong_type"}),
        ({"centre": "No Such"}, {"centre": "bad_form"}),
        ({"slot": "1"}, {"slot": "wrong_type"}),
        ({"slot": 1.5}, {"slot": "wrong_type"}),
        ({"slot": True}, {"slot": "wrong_type"}),
        ({"slot": 0}, {"slot": "too_small"}),
        ({"matter": None}, {"matter": "one_of_two"}),
        ({"package": "pkg"}, {"matter": "one_of_two"}),
        ({"colour": "blue"}, {"colour": "unknown_field"}),
        ({"applicant": {}}, dict.fromkeys(("applicant.name", "applicant.certificate", "applicant.phone"), "missing")),
        ({"applicant": None}, {"applicant": "wrong_type"}),
        ({"organisation": {"name": "公司", "uscc": "123"}}, {"organisation.uscc": "bad_uscc"}),
    ],
    ids=str,
)
def test_input_that_is_wrong_is_said_by_field(
    owner: Caller, hall: Hall, change: dict[str, Any], expected: dict[str, str]
) -> None:
    assert wrong(owner.post("/appointments", asked(hall) | change)) == expected


def test_all_wrong_fields_are_said_at_once(owner: Caller, hall: Hall) -> None:
    certificate = {"kind": "resident_id", "number": "411624199003074517"}
    body = asked(hall, applicant={"name": "1", "certificate": certificate, "phone": "123"})
    assert wrong(owner.post("/appointments", body)) == {
        "applicant.name": "bad_name",
        "applicant.certificate": "bad_certificate",
        "applicant.phone": "bad_phone",
    }


@pytest.mark.parametrize(
    ("change", "field"),
    [({"centre": "nowhere"}, "centre"), ({"matter": "nothing"}, "matter"), ({"slot": 10**18}, "slot")],
)
def test_what_does_not_exist_is_unknown(owner: Caller, hall: Hall, change: dict[str, Any], field: str) -> None:
    answer = owner.post("/appointments", asked(hall) | change)
    assert (answer.status, answer.kind) == (404, "application/problem+json")
    assert [each["field"] for each in answer.body["errors"]] == [field]


def test_a_slot_of_400_digits_is_unknown(owner: Caller, hall: Hall) -> None:
    assert owner.post("/appointments", asked(hall, slot=int("9" * 400))).status in {404, 422}


def test_a_booking_for_an_enterprise_keeps_its_name(owner: Caller, hall: Hall) -> None:
    organisation = {"name": "沈丘县样例商贸有限公司", "uscc": "91411624MA4000000J"}
    answer = owner.post("/appointments", asked(hall, organisation=organisation))
    assert answer.status == 201
    assert Appointment.objects.get().organisation == organisation["name"]


# ---- Idempotency-Key ----------------------------------------------------------------------------------------------


def test_a_key_again_gives_the_same_status_and_body_and_books_once(owner: Caller, hall: Hall) -> None:
    first = owner.post("/appointments", asked(hall), idempotency_key="k1")
    again = owner.post("/appointments", asked(hall), idempotency_key="k1")
    assert (first.status, again.status) == (201, 201)
    assert (first.text, first.kind) == (again.text, again.kind)
    assert Appointment.objects.count() == 1


def test_a_key_survives_that_the_hour_has_passed(owner: Caller, hall: Hall) -> None:
    first = owner.post("/appointments", asked(hall), idempotency_key="k1")
    at(instant("2026-12-01 09:00:00"))
    assert owner.post("/appointments", asked(hall), idempotency_key="k1").text == first.text


@pytest.mark.django_db(transaction=True)
def test_a_key_with_another_body_is_refused(owner: Caller, hall: Hall) -> None:
    owner.post("/appointments", asked(hall), idempotency_key="k1")
    for other in (asked(hall, n=2), asked(hall, hour=14)):
        assert wrong(owner.post("/appointments", other, idempotency_key="k1")) == {"Idempotency-Key": "key_reused"}
    assert Appointment.objects.count() == 1


def test_the_order_of_the_members_makes_no_other_body(owner: Caller, hall: Hall) -> None:
    body = asked(hall)
    first = owner.post("/appointments", body, idempotency_key="k1")
    turned = dict(reversed(list(body.items())))
    assert owner.post("/appointments", json.dumps(turned, indent=2), idempotency_key="k1").text == first.text


@pytest.mark.django_db(transaction=True)
def test_a_refusal_is_kept_too(owner: Caller, hall: Hall) -> None:
    at(instant("2026-11-30 08:00:00"))
    first = owner.post("/appointments", asked(hall), idempotency_key="k1")
    at(instant("2026-11-27 10:00:00"))
    again = owner.post("/appointments", asked(hall), idempotency_key="k1")
    assert (again.status, again.text, again.kind) == (409, first.text, "application/problem+json")
    assert owner.post("/appointments", asked(hall), idempotency_key="k2").status == 201


def test_keys_of_two_channels_have_nothing_to_do_with_each_other(owner: Caller, colleague: Caller, hall: Hall) -> None:
    assert owner.post("/appointments", asked(hall), idempotency_key="k1").status == 201
    assert colleague.post("/appointments", asked(hall, n=2), idempotency_key="k1").status == 201


def test_what_is_kept_tells_nobody_who_it_was(owner: Caller, hall: Hall) -> None:
    body = asked(hall)
    owner.post("/appointments", body, idempotency_key="k1")
    kept = ChannelResponse.objects.get()
    assert body["applicant"]["phone"] not in kept.body
    assert body["applicant"]["certificate"]["number"] not in kept.body
    assert bytes(kept.request_digest)[:1] != b""


@pytest.mark.parametrize("key", ["", " ", "k" * 201, "键", "a b"])
def test_a_key_that_is_none_is_said(owner: Caller, hall: Hall, key: str) -> None:
    assert wrong(owner.post("/appointments", asked(hall), idempotency_key=key)) == {"Idempotency-Key": "bad_key"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("key", ["same", None])
def test_a_double_tap_books_once(owner: Caller, hall: Hall, key: str | None) -> None:
    barrier, answers = threading.Barrier(2), []
    token = owner.headers["authorization"].split()[1]

    def tap() -> None:
        caller = Caller(token)
        barrier.wait()
        answers.append(caller.post("/appointments", asked(hall), **({"idempotency_key": key} if key else {})))
        connection.close()

    threads = [threading.Thread(target=tap) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status for answer in answers) == ([201, 201] if key else [201, 409])
    assert len({answer.text for answer in answers}) == (1 if key else 2)
    assert Appointment.objects.count() == 1
    assert broken_invariants() == []


# ---- search, cancel, reschedule, ticket ---------------------------------------------------------------------------


def test_a_search_finds_what_the_channel_booked_for_the_certificate(
    code: str, owner: Caller, colleague: Caller, hall: Hall
) -> None:
    body = {"certificate": asked(hall)["applicant"]["certificate"]}
    assert [each["code"] for each in owner.post("/appointments/search", body).body["appointments"]] == [code]
    assert colleague.post("/appointments/search", body).body == {"appointments": []}
    other = {"certificate": asked(hall, n=2)["applicant"]["certificate"]}
    assert owner.post("/appointments/search", other).body == {"appointments": []}


def test_a_search_needs_a_good_certificate_and_a_token(owner: Caller, stranger: Caller, clerk: Caller) -> None:
    bad = {"certificate": {"kind": "resident_id", "number": "1"}}
    assert wrong(owner.post("/appointments/search", bad)) == {"certificate": "bad_certificate"}
    assert wrong(owner.post("/appointments/search", {"certificate": {"kind": "card", "number": "1"}})) == {
        "certificate.kind": "bad_choice"
    }
    assert stranger.post("/appointments/search", bad).status == 401
    assert clerk.post("/appointments/search", bad).status == 403


def test_r4_3_a_cancellation_in_time_frees_the_day(owner: Caller, code: str, hall: Hall) -> None:
    answer = owner.post(f"/appointments/{code}/cancel", {"reason": "有事"})
    assert (answer.status, answer.body["status"]) == (200, "cancelled")
    assert owner.post("/appointments", asked(hall)).status == 201


def test_r4_3_a_late_cancellation_needs_no_flag(owner: Caller, code: str) -> None:
    at(instant("2026-11-30 08:59:59"))
    answer = owner.post(f"/appointments/{code}/cancel")
    assert (answer.status, answer.body["status"]) == (200, "late_cancelled")


def test_r4_3_after_the_slot_began_nothing_is_cancelled(owner: Caller, code: str) -> None:
    at(instant("2026-11-30 09:00:01"))
    assert clauses(owner.post(f"/appointments/{code}/cancel")) == [("too_late_to_cancel", "R4.3")]


def test_what_was_cancelled_is_not_cancelled_again(owner: Caller, code: str) -> None:
    owner.post(f"/appointments/{code}/cancel")
    assert clauses(owner.post(f"/appointments/{code}/cancel")) == [("not_cancellable", "R4.3")]


def test_an_appointment_moves_to_another_hour(owner: Caller, code: str, hall: Hall) -> None:
    answer = owner.post(f"/appointments/{code}/reschedule", {"slot": hall.slot(14).pk})
    assert (answer.status, answer.body["code"]) == (200, code)
    assert answer.body["starts_at"] == "2026-11-30T14:00:00+08:00"
    assert broken_invariants() == []


def test_a_move_to_nowhere_is_unknown_and_leaves_all_as_it_was(owner: Caller, code: str) -> None:
    before = owner.get(f"/appointments/{code}").body
    assert owner.post(f"/appointments/{code}/reschedule", {"slot": 10**12}).status == 404
    assert wrong(owner.post(f"/appointments/{code}/reschedule", {})) == {"slot": "missing"}
    assert owner.get(f"/appointments/{code}").body == before


def test_r4_1_3_a_ticket_is_taken_from_an_hour_before(owner: Caller, code: str) -> None:
    at(instant("2026-11-30 07:59:59"))
    assert clauses(owner.post(f"/appointments/{code}/ticket")) == [("too_early_for_ticket", "R4.1.3")]
    at(instant("2026-11-30 08:00:00"))
    answer = owner.post(f"/appointments/{code}/ticket")
    assert (answer.status, answer.body["label"], answer.body["state"]) == (201, "YA001", "waiting")
    assert (answer.body["ahead"], answer.body["appointment"]) == (0, code)
    assert clauses(owner.post(f"/appointments/{code}/ticket")) == [("already_ticketed", "R4.1.3")]


@pytest.mark.parametrize(
    ("kind", "remote"),
    [
        (ChannelProgram.APP, True),
        (ChannelProgram.WEB, True),
        (ChannelProgram.KIOSK, False),
        (ChannelProgram.ONSITE, False),
        (ChannelProgram.PHONE, False),
    ],
)
def test_r4_3_only_a_ticket_taken_in_the_hall_is_presence(hall: Hall, kind: ChannelProgram, remote: bool) -> None:  # noqa: FBT001
    caller = Caller(token_of("c", kind))
    code = caller.post("/appointments", asked(hall)).body["code"]
    at(instant("2026-11-30 08:30:00"))
    assert caller.post(f"/appointments/{code}/ticket").status == 201
    assert (Appointment.objects.get().present_at is None) is remote


@pytest.mark.parametrize("kind", [ChannelProgram.PHONE, ChannelProgram.ONSITE])
def test_r4_2_the_arrival_of_a_desk_booking_is_registered_by_its_ticket(hall: Hall, kind: ChannelProgram) -> None:
    caller = Caller(token_of("c", kind))
    code = caller.post("/appointments", asked(hall)).body["code"]
    at(instant("2026-11-30 08:30:00"))
    assert caller.post(f"/appointments/{code}/ticket").status == 201
    assert caller.get(f"/appointments/{code}").body["status"] == "arrived"


def test_a_ticket_tells_its_appointment_to_who_booked_it_and_to_the_hall(
    owner: Caller, colleague: Caller, clerk: Caller, upstream: Caller, code: str, hall: Hall
) -> None:
    at(instant("2026-11-30 08:30:00"))
    path = f"/tickets/{owner.post(f'/appointments/{code}/ticket').body['id']}"
    kiosk = Caller(token_of("kiosk", ChannelProgram.KIOSK, hall.centre.pk))
    assert [who.get(path).body["appointment"] for who in (owner, clerk, kiosk)] == [code] * 3
    assert [who.get(path).body["appointment"] for who in (colleague, upstream)] == [None] * 2


def test_a_kiosk_of_the_hall_prints_what_others_booked_there(code: str, hall: Hall) -> None:
    at(instant("2026-11-30 08:30:00"))
    kiosk = Caller(token_of("kiosk", ChannelProgram.KIOSK, hall.centre.pk))
    assert kiosk.get(f"/appointments/{code}").status == 404
    assert kiosk.post(f"/appointments/{code}/ticket").status == 201


def test_nobody_but_the_channel_itself_changes_an_appointment(
    code: str, colleague: Caller, stranger: Caller, upstream: Caller, clerk: Caller, hall: Hall
) -> None:
    bodies = {"cancel": {}, "ticket": {}, "reschedule": {"slot": hall.slot(14).pk}}
    for caller, status in ((colleague, 404), (stranger, 401), (upstream, 403), (clerk, 403)):
        found = {a: caller.post(f"/appointments/{code}/{a}", body).status for a, body in bodies.items()}
        assert found == dict.fromkeys(bodies, status)
    assert Appointment.objects.get().status == "booked"


@pytest.mark.parametrize(
    "code", ["00000000", "12345678", "1", "abc", "9" * 400, "%00", "１２３４５６７８", "..", "a" * 5000]
)
def test_codes_of_nothing_are_unknown(owner: Caller, code: str) -> None:
    for answer in (owner.get(f"/appointments/{code}"), owner.post(f"/appointments/{code}/cancel")):
        assert (answer.status, answer.kind) == (404, "application/problem+json")
