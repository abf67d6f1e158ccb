"""The clerk's console: one operation a button, a sentence for each refusal, and only one's own hall."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client

from tests.factories import Hall, instant, make_hall, make_queue, request_for
from yueban.domain.booking import operations as booking
from yueban.domain.booking.rules import ChannelKind
from yueban.domain.people import operations as people
from yueban.domain.people.rules import Role
from yueban.domain.queueing import operations, queries
from yueban.domain.queueing.models import CentreHall, Ticket
from yueban.domain.queueing.rules import Outcome
from yueban.kernel import clock

pytestmark = pytest.mark.django_db

BEFORE = instant("2026-11-26 12:00")
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _half_past_nine() -> Iterator[None]:
    before = clock.simulate(clock.frozen(instant("2026-11-30 09:30")))
    yield
    clock.simulate(before)


@pytest.fixture
def hall() -> Hall:
    return make_hall()


def staff(role: Role, hall: Hall | None, login: str = "clerk") -> Client:
    """A browser with a member of staff logged in."""
    new = people.NewStaff(login, role, name="样例职员", centre_id=hall.centre.pk if hall else None)
    people.add_staff(new, by="test", now=BEFORE, password="right-right-right")
    made = Client()
    made.post("/staff/login", {"username": login, "password": "right-right-right"})
    return made


@pytest.fixture
def clerk(hall: Hall) -> Client:
    return staff(Role.CLERK, hall)


def console(hall: Hall, path: str = "", counter: int = 0) -> str:
    return f"/counter/{hall.counters[counter].pk}/{path}"


def act(hall: Hall, ticket: Ticket, action: str) -> str:
    return console(hall, f"tickets/{ticket.pk}/{action}")


def walk_in(hall: Hall) -> Ticket:
    return Ticket.objects.get(pk=operations.issue(hall.queue.pk, by="test", now=clock.now()).ticket_id)


def words(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined, no-any-return]


def test_a_visitor_is_asked_to_log_in(hall: Hall) -> None:
    assert Client().get(console(hall))["Location"].startswith("/staff/login")


def test_colleague_yes_stranger_no(hall: Hall) -> None:
    elsewhere = make_hall(code="elsewhere")
    walk_in(hall)
    asked = {
        "owner": staff(Role.CLERK, hall, "owner"),
        "colleague": staff(Role.CENTRE_MANAGER, hall, "colleague"),
        "stranger": staff(Role.CLERK, elsewhere, "stranger"),
        "guide": staff(Role.GUIDE, hall, "guide"),
        "auditor": staff(Role.AUDIT_ADMIN, None, "auditor"),
    }
    told = {
        who: (browser.get(console(hall)).status_code, browser.get("/counter/").status_code)
        for who, browser in asked.items()
    }
    assert told == {
        "owner": (200, 200),
        "colleague": (200, 200),
        "stranger": (403, 200),
        "guide": (403, 403),
        "auditor": (403, 403),
    }
    assert asked["stranger"].post(console(hall, "call-next")).status_code == 403
    assert Ticket.objects.get().state == "waiting"


def test_a_ticket_of_another_hall_is_not_mine_to_move(hall: Hall, clerk: Client) -> None:
    elsewhere = make_hall(code="elsewhere")
    ticket = walk_in(elsewhere)
    assert clerk.post(act(hall, ticket, "call")).status_code == 404
    assert Ticket.objects.get().state == "waiting"


def test_an_unknown_counter_ticket_or_action_is_404(hall: Hall, clerk: Client) -> None:
    ticket = walk_in(hall)
    addresses = (
        "/counter/999999999999999999999/",
        console(hall, "tickets/999999999999999999999/missed"),
        act(hall, ticket, "explode"),
        act(hall, ticket, "finish"),
        act(hall, ticket, "transfer"),
    )
    assert {address: clerk.post(address).status_code for address in addresses[1:]} == dict.fromkeys(addresses[1:], 404)
    assert clerk.get(addresses[0]).status_code == 404


def test_sit_down_call_accept_finish(hall: Hall, clerk: Client) -> None:
    ticket = walk_in(hall)
    assert clerk.post(console(hall, "sit"))["Location"] == console(hall)
    assert queries.counter(hall.counters[0].pk).staff_name == "样例职员"  # type: ignore[union-attr]
    assert "A 001" in words(clerk.post(console(hall, "call-next"), headers=HTMX))
    assert "办结" in words(clerk.post(act(hall, ticket, "accept"), headers=HTMX))
    answer = clerk.post(act(hall, ticket, "finish"), {"outcome": "completed"}, headers=HTMX)
    assert "叫下一个" in words(answer)
    assert Ticket.objects.get().outcome == "completed"


def test_without_its_script_the_page_works_by_forms(hall: Hall, clerk: Client) -> None:
    walk_in(hall)
    assert clerk.post(console(hall, "call-next"))["Location"] == console(hall)
    refused = clerk.post(console(hall, "call-next"))
    assert (refused.status_code, "手上还有一个号" in words(refused)) == (409, True)


def test_the_person_in_hand_with_the_reason_for_the_call(hall: Hall, clerk: Client) -> None:
    code = booking.book(request_for(hall, hall.slot(10)), by="test", now=BEFORE).code
    operations.take_ticket(code, remote=True, by="applicant", now=clock.now())
    page = words(clerk.post(console(hall, "call-next"), headers=HTMX))
    for said in ("YA 001", "预约 10:00，手机取号，按号序", "样例申请人", "手机取号，未见到场"):
        assert said in page


def test_nobody_waits_is_said(hall: Hall, clerk: Client) -> None:
    assert "现在没有人等候。" in words(clerk.post(console(hall, "call-next"), headers=HTMX))


def test_r4_2_refusing_needs_a_reason(hall: Hall, clerk: Client) -> None:
    ticket = walk_in(hall)
    clerk.post(console(hall, "call-next"))
    answer = clerk.post(act(hall, ticket, "finish"), {"outcome": "refused"}, headers=HTMX)
    assert "要写明理由" in words(answer)
    assert Ticket.objects.get().state == "called"


def test_a_ticket_that_moved_meanwhile_is_said(hall: Hall, clerk: Client) -> None:
    ticket = walk_in(hall)
    assert "这个号刚才已经变动" in words(clerk.post(act(hall, ticket, "missed"), headers=HTMX))


def test_missed_parked_and_transferred_are_found_again(hall: Hall, clerk: Client) -> None:
    make_queue(hall.centre, "q2", "B", hall.queue.departments.get())
    tickets = [walk_in(hall) for _ in range(3)]
    for ticket, action in zip(tickets, ("missed", "park", "transfer"), strict=True):
        clerk.post(console(hall, "call-next"))
        target = next(each.id for each in queries.queues(hall.centre.pk, date=clock.today()) if each.code == "q2")
        clerk.post(act(hall, ticket, action), {"to": f"q{target}"})
    assert [Ticket.objects.get(pk=each.pk).state for each in tickets] == ["missed", "parked", "waiting"]
    assert "再叫" in words(clerk.get(console(hall)))
    assert "A 001" in words(clerk.post(act(hall, tickets[0], "call"), headers=HTMX))


def test_the_lists_are_renewed_without_the_middle(hall: Hall, clerk: Client) -> None:
    walk_in(hall)
    page = words(clerk.get(console(hall, "lists")))
    assert ("A 001" in page, 'id="console"' in page, "hx-swap-oob" in page) == (True, False, True)


def test_a_paused_counter_says_so_and_opens_again(hall: Hall, clerk: Client) -> None:
    clerk.post(console(hall, "sit"))
    assert "暂停服务" in words(clerk.post(console(hall, "pause"), headers=HTMX))
    assert "服务中" in words(clerk.post(console(hall, "sit"), headers=HTMX))
    assert clerk.post(console(hall, "leave"))["Location"] == "/counter/"
    assert queries.counter(hall.counters[0].pk).mode == "closed"  # type: ignore[union-attr]


def test_a_missed_call_is_offered_to_be_taken_back_and_is(hall: Hall, clerk: Client) -> None:
    ticket = walk_in(hall)
    clerk.post(console(hall, "call-next"))
    page = words(clerk.post(act(hall, ticket, "missed"), headers=HTMX))
    assert ("已过号" in page, 'data-undo="5"' in page) == (True, True)
    assert "A 001" in words(clerk.post(act(hall, ticket, "undo"), headers=HTMX))
    assert Ticket.objects.get().state == "called"
    assert "来不及撤销了" in words(clerk.post(act(hall, ticket, "undo"), headers=HTMX))


def test_a_number_is_sent_to_another_counter(hall: Hall, clerk: Client) -> None:
    ticket = walk_in(hall)
    clerk.post(console(hall, "call-next"))
    page = words(clerk.post(act(hall, ticket, "transfer"), {"to": f"c{hall.counters[1].pk}"}, headers=HTMX))
    assert "已转走" in page
    assert Ticket.objects.get().for_counter_id == hall.counters[1].pk


def test_a_second_parked_number_is_refused_in_words(hall: Hall, clerk: Client) -> None:
    tickets = [walk_in(hall), walk_in(hall)]
    answers = []
    for ticket in tickets:
        clerk.post(console(hall, "call-next"))
        answers.append("已挂起一个号" in words(clerk.post(act(hall, ticket, "park"), headers=HTMX)))
    assert answers == [False, True]


def test_several_matters_note_and_what_was_done_today(hall: Hall, clerk: Client) -> None:
    ticket = walk_in(hall)
    clerk.post(console(hall, "call-next"))
    clerk.post(act(hall, ticket, "accept"))
    asked = {"outcome": "received", "next": hall.matter.pk}
    page = words(clerk.post(act(hall, ticket, "finish"), asked, headers=HTMX))
    assert ("样例事项" in page, "收件受理 · 1 号窗口" in " ".join(page.split())) == (True, True)
    page = words(clerk.post(act(hall, ticket, "note"), {"text": "缺照片"}, headers=HTMX))
    assert 'value="缺照片"' in page
    assert clerk.post(act(hall, ticket, "finish"), {"outcome": "received", "next": "0"}).status_code == 404
    assert clerk.post(act(hall, ticket, "note"), {"text": "长" * 301}).status_code == 404


def test_r5_3_bookings_first_calls_the_arrived_one_and_ends_with_the_last(hall: Hall, clerk: Client) -> None:
    for n, clock_time in ((1, "08:50"), (2, "08:51")):
        operations.issue(hall.queue.pk, by="t", now=instant(f"2026-11-30 {clock_time}"), statutory=n == 1)
    code = booking.book(request_for(hall, hall.slot(10), channel_kind=ChannelKind.PHONE), by="t", now=BEFORE).code
    clerk.post(console(hall, "sit"))
    assert "预约办理" in words(clerk.post(console(hall, "bookings-first"), headers=HTMX))
    assert "样例申请人" in words(clerk.get(console(hall)))
    assert "YA 001" in words(clerk.post(console(hall, "arrive"), {"code": code}, headers=HTMX))
    order = []
    for _ in range(2):
        clerk.post(console(hall, "call-next"))
        ticket = Ticket.objects.get(state="called")
        order.append(ticket.label)
        operations.finish(ticket.pk, outcome=Outcome.COMPLETED, by="staff:clerk", now=clock.now())
    assert order == ["YA001", "A001"]
    assert queries.counter(hall.counters[0].pk).bookings_first is False  # type: ignore[union-attr]


def test_help_is_asked_for_and_taken_back(hall: Hall, clerk: Client) -> None:
    assert "已呼叫支援" in words(clerk.post(console(hall, "help"), headers=HTMX))
    assert "已呼叫支援" not in words(clerk.post(console(hall, "help"), {"needed": "no"}, headers=HTMX))


@pytest.mark.parametrize(("decided", "rests"), [(None, 5), (0, 5), (20, 20)])
def test_the_key_of_a_recall_rests_after_a_call(hall: Hall, clerk: Client, decided: int | None, rests: int) -> None:
    if decided is not None:
        CentreHall.objects.create(centre=hall.centre, recall_pause=decided)
    walk_in(hall)
    page = words(clerk.post(console(hall, "call-next"), headers=HTMX))
    assert (f'data-rests="{rests}"' in page, 'data-last="2026-11-30T' in page) == (True, True)


def test_a_clerk_with_somebody_in_hand_is_kept_at_the_counter(hall: Hall, clerk: Client) -> None:
    walk_in(hall)
    clerk.post(console(hall, "sit"))
    clerk.post(console(hall, "call-next"))
    answer = clerk.post(console(hall, "leave"))
    assert (answer.status_code, "手上还有一个号" in words(answer)) == (409, True)
    clerk.post(act(hall, Ticket.objects.get(), "park"))
    assert clerk.post(console(hall, "leave"))["Location"] == "/counter/"


def test_who_was_set_aside_at_a_closed_counter_is_resumed_at_another(hall: Hall, clerk: Client) -> None:
    ticket = walk_in(hall)
    for path in ("sit", "call-next", f"tickets/{ticket.pk}/park", "leave"):
        clerk.post(console(hall, path))
    beside = words(clerk.post(console(hall, "sit", 1), headers=HTMX))
    assert re.search(r"A 001</b>\s*<span class=\"tag\">1 号窗口</span>", beside)
    assert "办结" in words(clerk.post(console(hall, f"tickets/{ticket.pk}/resume", 1), headers=HTMX))


def test_a_clerk_whose_browser_died_finds_the_number_again(hall: Hall, clerk: Client) -> None:
    walk_in(hall)
    clerk.post(console(hall, "sit"))
    clerk.post(console(hall, "call-next"))
    again = Client()
    again.post("/staff/login", {"username": "clerk", "password": "right-right-right"})
    page = words(again.get("/counter/"))
    assert ("手上的号还在" in page, console(hall) in page) == (True, True)
    assert "A 001" in words(again.get(console(hall)))
