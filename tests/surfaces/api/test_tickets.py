"""The hall through the API: walk-ins, and a clerk's program at a counter."""

from datetime import time

import pytest

from tests.factories import Hall, instant, make_counter, make_hall, make_queue
from tests.surfaces.api.conftest import Answer, Caller, asked, at, staff_token, token_of
from yueban.domain.people.rules import ChannelProgram, Role
from yueban.domain.queueing.models import CentreHall, QueueBand, Ticket

ACTIONS = ("recall", "missed", "park", "resume", "transfer", "finish")


@pytest.fixture(autouse=True)
def _monday() -> None:
    at(instant("2026-11-30 09:05:00"))


@pytest.fixture
def kiosk(hall: Hall) -> Caller:
    """A ticket machine of the hall."""
    return Caller(token_of("kiosk", ChannelProgram.KIOSK, hall.centre.pk))


@pytest.fixture
def outsider(hall: Hall) -> Caller:
    """A clerk of another hall."""
    return Caller(staff_token("outsider", Role.CLERK, make_hall(code="else").centre.pk))


def walk_in(caller: Caller, hall: Hall, **fields: object) -> Answer:
    return caller.post("/tickets", {"centre": hall.centre.code, "queue": hall.queue.code} | fields)


def call_next(caller: Caller, hall: Hall, counter: int = 0) -> Answer:
    return caller.post(f"/counters/{hall.counters[counter].pk}/call-next")


# ---- walk-ins -----------------------------------------------------------------------------------------------------


def test_a_walk_in_gets_the_next_number(kiosk: Caller, hall: Hall) -> None:
    first, second = walk_in(kiosk, hall), walk_in(kiosk, hall)
    assert [first.status, second.status] == [201, 201]
    assert [first.body["label"], second.body["label"]] == ["A001", "A002"]
    assert [first.body["ahead"], second.body["ahead"]] == [0, 1]
    assert second.body["estimate"] > 0
    assert first.body["issued_at"] == "2026-11-30T09:05:00+08:00"


def test_a_walk_in_may_name_the_matter(kiosk: Caller, hall: Hall) -> None:
    answer = kiosk.post("/tickets", {"centre": hall.centre.code, "matter": hall.matter.code})
    assert (answer.status, answer.body["queue"]) == (201, hall.queue.name)
    assert Ticket.objects.get().matter == hall.matter


def test_a_person_waits_once_in_a_queue(kiosk: Caller, hall: Hall) -> None:
    applicant = asked(hall)["applicant"]
    assert walk_in(kiosk, hall, applicant=applicant).status == 201
    again = walk_in(kiosk, hall, applicant=applicant)
    assert (again.status, again.body["refusals"][0]["code"]) == (409, "already_ticketed")


def test_a_wrong_applicant_is_said_by_field(kiosk: Caller, hall: Hall) -> None:
    applicant = asked(hall)["applicant"] | {"phone": "1"}
    answer = walk_in(kiosk, hall, applicant=applicant)
    assert answer.status == 422
    assert [each["field"] for each in answer.body["errors"]] == ["applicant.phone"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"queue": None}, 422),
        ({"matter": "x"}, 422),
        ({"queue": "nowhere"}, 404),
        ({"centre": "nowhere"}, 404),
        ({"centre": "x\x00"}, 422),
        ({"queue": 5}, 422),
    ],
    ids=str,
)
def test_odd_walk_ins_are_answered(owner: Caller, hall: Hall, body: dict[str, object], status: int) -> None:
    assert walk_in(owner, hall, **body).status == status


def test_who_may_give_a_walk_in_ticket(
    hall: Hall, owner: Caller, kiosk: Caller, clerk: Caller, outsider: Caller, upstream: Caller
) -> None:
    manager = Caller(staff_token("auditor", Role.AUDIT_ADMIN))
    callers = {owner: 201, kiosk: 201, clerk: 201, outsider: 403, upstream: 403, manager: 403}
    assert {caller: walk_in(caller, hall).status for caller in callers} == callers


def test_strangers_get_no_ticket(hall: Hall, stranger: Caller, nobody: Caller) -> None:
    assert [walk_in(stranger, hall).status, walk_in(nobody, hall).status] == [401, 401]


def test_a_kiosk_of_another_hall_gives_no_ticket_here(hall: Hall) -> None:
    other = Caller(token_of("other", ChannelProgram.KIOSK, make_hall(code="else").centre.pk))
    assert walk_in(other, hall).status == 403


# ---- one ticket ---------------------------------------------------------------------------------------------------


def test_a_ticket_tells_how_many_are_ahead_and_names_nobody(kiosk: Caller, hall: Hall, stranger: Caller) -> None:
    applicant = asked(hall)["applicant"]
    made = walk_in(kiosk, hall, applicant=applicant).body
    answer = kiosk.get(f"/tickets/{made['id']}")
    assert answer.body == made
    assert applicant["name"] not in answer.text
    assert stranger.get(f"/tickets/{made['id']}").status == 401


@pytest.mark.parametrize("identity", ["0", "-1", "1", "abc", "9" * 18, "9" * 19, "9" * 400, "9" * 5000, "%00", "１"])
def test_unknown_tickets_and_counters_are_unknown(clerk: Caller, identity: str) -> None:
    answers = [
        clerk.get(f"/tickets/{identity}"),
        clerk.post(f"/tickets/{identity}/recall"),
        clerk.post(f"/counters/{identity}/call-next"),
    ]
    assert [(answer.status, answer.kind) for answer in answers] == [(404, "application/problem+json")] * 3


# ---- calling ------------------------------------------------------------------------------------------------------


def test_the_next_is_called_with_the_reason(kiosk: Caller, clerk: Caller, hall: Hall) -> None:
    made = walk_in(kiosk, hall).body
    called = call_next(clerk, hall)
    assert called.status == 200
    assert (called.body["id"], called.body["state"], called.body["counter"]) == (made["id"], "called", 1)
    assert "现场取号" in called.body["why"]


def test_nobody_waits_is_no_content(clerk: Caller, hall: Hall) -> None:
    answer = call_next(clerk, hall)
    assert (answer.status, answer.text) == (204, "")


def test_a_counter_ends_with_one_before_it_calls_the_next(kiosk: Caller, clerk: Caller, hall: Hall) -> None:
    walk_in(kiosk, hall)
    walk_in(kiosk, hall)
    call_next(clerk, hall)
    busy = call_next(clerk, hall)
    assert (busy.status, busy.kind, busy.body["code"]) == (409, "application/problem+json", "counter_busy")


def test_who_may_call(hall: Hall, kiosk: Caller, clerk: Caller, outsider: Caller, owner: Caller) -> None:
    walk_in(kiosk, hall)
    guide = Caller(staff_token("guide", Role.GUIDE, hall.centre.pk))
    statuses = [call_next(caller, hall).status for caller in (guide, outsider, owner, kiosk, Caller(None), clerk)]
    assert statuses == [403, 403, 403, 403, 401, 200]


def test_a_ticket_goes_its_whole_way(kiosk: Caller, clerk: Caller, hall: Hall) -> None:
    walk_in(kiosk, hall)
    ticket = call_next(clerk, hall).body["id"]
    way = [("recall", "called"), ("park", "parked"), ("resume", "serving"), ("finish", "done")]
    assert [clerk.post(f"/tickets/{ticket}/{action}").body["state"] for action, _ in way] == [state for _, state in way]
    over = clerk.post(f"/tickets/{ticket}/missed")
    assert (over.status, over.body["code"]) == (409, "move_refused")


def test_a_parked_person_may_go_on_elsewhere(kiosk: Caller, clerk: Caller, hall: Hall) -> None:
    walk_in(kiosk, hall)
    ticket = call_next(clerk, hall).body["id"]
    clerk.post(f"/tickets/{ticket}/park")
    answer = clerk.post(f"/tickets/{ticket}/resume", {"counter": hall.counters[1].pk})
    assert (answer.status, answer.body["counter"]) == (200, 2)


def test_a_counter_of_another_hall_does_not_go_on_with_it(kiosk: Caller, clerk: Caller, hall: Hall) -> None:
    other = make_hall(code="else")
    walk_in(kiosk, hall)
    ticket = call_next(clerk, hall).body["id"]
    clerk.post(f"/tickets/{ticket}/park")
    assert clerk.post(f"/tickets/{ticket}/resume", {"counter": other.counters[0].pk}).status == 404


def test_a_person_is_sent_to_another_queue(kiosk: Caller, clerk: Caller, hall: Hall) -> None:
    other = make_queue(hall.centre, "q2", "B", hall.matter.department)
    make_counter(hall.centre, 9, other)
    walk_in(kiosk, hall)
    ticket = call_next(clerk, hall).body["id"]
    answer = clerk.post(f"/tickets/{ticket}/transfer", {"queue": "q2"})
    assert (answer.status, answer.body["state"], answer.body["queue"]) == (200, "waiting", "B队列")
    assert clerk.post(f"/tickets/{ticket}/transfer", {"queue": "nowhere"}).status == 404


def test_r4_2_a_called_online_booking_is_accepted_and_ends_with_its_outcome(
    owner: Caller, clerk: Caller, hall: Hall
) -> None:
    at(instant("2026-11-27 10:00:00"))
    code = owner.post("/appointments", asked(hall)).body["code"]
    at(instant("2026-11-30 09:05:00"))
    owner.post(f"/appointments/{code}/ticket")
    ticket = call_next(clerk, hall).body
    assert (ticket["label"], ticket["appointment"]) == ("YA001", code)
    assert owner.get(f"/appointments/{code}").body["status"] == "accepted"
    answer = clerk.post(f"/tickets/{ticket['id']}/finish", {"outcome": "incomplete", "reason": "缺户口簿"})
    assert answer.body["state"] == "done"
    assert owner.get(f"/appointments/{code}").body["status"] == "served"


@pytest.mark.parametrize("kind", ["booked", "walk-in"])
@pytest.mark.parametrize("first", ["finish", "missed"])
def test_what_has_ended_is_not_ended_again(
    owner: Caller, kiosk: Caller, clerk: Caller, hall: Hall, kind: str, first: str
) -> None:
    if kind == "booked":
        at(instant("2026-11-27 10:00:00"))
        code = owner.post("/appointments", asked(hall)).body["code"]
        at(instant("2026-11-30 09:05:00"))
        assert owner.post(f"/appointments/{code}/ticket").status == 201
    else:
        walk_in(kiosk, hall)
    ticket = call_next(clerk, hall).body["id"]
    assert clerk.post(f"/tickets/{ticket}/{first}").status == 200
    again = [clerk.post(f"/tickets/{ticket}/{action}") for action in ("finish", "missed", "recall", "park", "resume")]
    assert [(answer.status, answer.body["code"]) for answer in again] == [(409, "move_refused")] * 5


def test_r4_2_a_refusal_needs_its_reason(kiosk: Caller, clerk: Caller, hall: Hall) -> None:
    walk_in(kiosk, hall)
    path = f"/tickets/{call_next(clerk, hall).body['id']}/finish"
    refused = clerk.post(path, {"outcome": "refused", "reason": " "})
    assert (refused.status, refused.body["errors"][0]["field"]) == (422, "reason")
    assert clerk.post(path, {"outcome": "refused", "reason": "不属于本县"}).status == 200


def test_r4_2_called_and_absent_is_missed(owner: Caller, clerk: Caller, hall: Hall) -> None:
    at(instant("2026-11-27 10:00:00"))
    code = owner.post("/appointments", asked(hall)).body["code"]
    at(instant("2026-11-30 09:05:00"))
    owner.post(f"/appointments/{code}/ticket")
    ticket = call_next(clerk, hall).body["id"]
    assert clerk.post(f"/tickets/{ticket}/missed").body["state"] == "missed"
    assert owner.get(f"/appointments/{code}").body["status"] == "missed"


@pytest.mark.parametrize("action", ACTIONS)
def test_only_clerks_of_the_hall_handle_a_ticket(
    hall: Hall, clerk: Caller, outsider: Caller, owner: Caller, action: str
) -> None:
    walk_in(owner, hall)
    ticket = call_next(clerk, hall).body["id"]
    body = {"queue": hall.queue.code} if action == "transfer" else {}
    callers = {outsider: 403, owner: 403, Caller("ys_" + "x" * 32): 401, Caller(None): 401}
    assert {each: each.post(f"/tickets/{ticket}/{action}", body).status for each in callers} == callers
    assert Ticket.objects.get(pk=ticket).state == "called"


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("finish", {"outcome": "perfect"}),
        ("finish", {"outcome": None}),
        ("finish", {"reason": "x" * 201}),
        ("transfer", {}),
        ("transfer", {"queue": ""}),
        ("resume", {"counter": "1"}),
        ("recall", {"loud": True}),
        ("recall", []),
        ("recall", "now"),
    ],
    ids=str,
)
def test_odd_bodies_are_said(kiosk: Caller, clerk: Caller, hall: Hall, action: str, body: object) -> None:
    walk_in(kiosk, hall)
    ticket = call_next(clerk, hall).body["id"]
    answer = clerk.post(f"/tickets/{ticket}/{action}", body if not isinstance(body, str) else f'"{body}"')
    assert (answer.status, answer.kind) == (422, "application/problem+json")


def test_too_many_recalls_are_refused(kiosk: Caller, clerk: Caller, hall: Hall) -> None:
    walk_in(kiosk, hall)
    ticket = call_next(clerk, hall).body["id"]
    statuses = [clerk.post(f"/tickets/{ticket}/recall").status for _ in range(6)]
    assert statuses == [200] * 5 + [409]


def test_what_the_hall_does_not_allow_now_is_said_by_its_own_code(kiosk: Caller, clerk: Caller, hall: Hall) -> None:
    CentreHall.objects.create(centre=hall.centre, recall_pause=5, unused="never")
    first = walk_in(kiosk, hall).body["id"]
    for _ in range(2):
        walk_in(kiosk, hall)
    assert call_next(clerk, hall).body["id"] == first
    cooling = clerk.post(f"/tickets/{first}/recall")
    clerk.post(f"/tickets/{first}/park")
    second = call_next(clerk, hall).body["id"]
    parked = clerk.post(f"/tickets/{second}/park")
    QueueBand.objects.create(queue=hall.queue, starts=time(9), ends=time(12), quota=1)
    used = walk_in(kiosk, hall)
    QueueBand.objects.update(starts=time(16), ends=time(17))
    closed = walk_in(kiosk, hall)
    told = [(each.status, each.body["code"]) for each in (cooling, parked, used, closed)]
    assert told == [
        (409, "cooling_down"),
        (409, "already_parked"),
        (409, "quota_used"),
        (409, "queue_closed"),
    ]


def test_r5_3_an_old_applicant_who_walks_in_goes_first(kiosk: Caller, hall: Hall) -> None:
    CentreHall.objects.create(centre=hall.centre, statutory_age=70)
    walk_in(kiosk, hall, applicant=asked(hall)["applicant"])
    assert Ticket.objects.get().rank_class == "statutory"
