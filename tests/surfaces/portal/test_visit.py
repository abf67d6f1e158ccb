"""The link of a message about a visit: no login, nothing personal, and reading changes nothing (R3.4)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from tests.factories import instant, phone, resident
from tests.visiting import CLERK, Field, make_field
from yueban.domain.audit.models import Event
from yueban.domain.booking.models import Appointment
from yueban.domain.booking.rules import Status
from yueban.domain.visits import operations, queries
from yueban.domain.visits.queries import VisitView
from yueban.domain.visits.rules import Result
from yueban.kernel import clock
from yueban.surfaces.portal import visitor

pytestmark = pytest.mark.django_db
NOW = instant("2026-11-26 10:00")


@pytest.fixture(autouse=True)
def _thursday() -> Iterator[None]:
    before = clock.simulate(clock.frozen(NOW))
    yield
    clock.simulate(before)


@pytest.fixture
def field() -> Field:
    return make_field()


@pytest.fixture
def proposal(field: Field) -> VisitView:
    return field.arrange(field.proposed(), now=NOW)


def words(answer: object) -> str:
    return " ".join(answer.content.decode().split())  # type: ignore[attr-defined]


def status_of(visit: VisitView) -> Status:
    return queries.by_code(visit.code, now=clock.now()).status


def test_r3_4_the_page_says_who_comes_when_and_for_what_and_nothing_of_the_person(proposal: VisitView) -> None:
    page = words(Client().get(proposal.path))
    for known in ("09:30–10:30", "样例政务服务中心", "一组", "样例镇", proposal.appointment.matter_name):
        assert known in page
    for hidden in ("样例申请人", "样例村", phone(1), resident(1).number):
        assert hidden not in page


def test_r3_4_reading_any_page_of_the_link_changes_nothing(proposal: VisitView) -> None:
    before = Event.objects.count(), Appointment.objects.values_list("status", "during").get()
    for page in ("", "/time", "/no"):
        assert Client().get(proposal.path + page).status_code == 200
        assert Client().head(proposal.path + page).status_code == 200
    assert (Event.objects.count(), Appointment.objects.values_list("status", "during").get()) == before


def test_a_forged_link_is_no_page(proposal: VisitView) -> None:
    for token in (proposal.token[:-1] + ("B" if proposal.token[-1] != "B" else "C"), "x", proposal.code):
        for page in ("", "/time", "/no"):
            assert Client().get(f"/v/{token}{page}").status_code == 404
            assert Client().post(f"/v/{token}{page}").status_code == 404


def test_r3_4_a_proposal_is_accepted_without_a_login_and_twice_is_once(proposal: VisitView) -> None:
    for _ in range(2):
        answer = Client().post(proposal.path, {"seen": "1"})
        assert (answer.status_code, answer["Location"]) == (302, proposal.path)
    assert status_of(proposal) is Status.BOOKED
    assert "已约好现场查验" in words(Client().get(proposal.path))


def test_r3_4_an_answer_to_an_earlier_time_shows_the_new_one_and_does_nothing(
    field: Field, proposal: VisitView
) -> None:
    operations.move(proposal.code, to=field.when("2026-12-01 14:30"), by=CLERK, now=NOW)
    for page, form in (("", {}), ("/no", {"why": "样例"}), ("/time", {"wish": "样例"})):
        answer = Client().post(proposal.path + page, {"seen": "1", **form})
        assert answer.status_code == 409
        assert "时间刚刚变了" in words(answer)
        assert "14:30–15:30" in words(answer)
    assert status_of(proposal) is Status.REQUESTED


def test_r3_4_another_time_is_one_touch(proposal: VisitView) -> None:
    page = words(Client().get(f"{proposal.path}/time"))
    assert 'value="2026-11-30T15:00:00+08:00"' in page
    answer = Client().post(f"{proposal.path}/time", {"seen": "1", "start": "2026-11-30T15:00:00+08:00"})
    assert answer.status_code == 302
    moved = queries.by_code(proposal.code, now=NOW)
    assert (moved.status, moved.starts_at) == (Status.BOOKED, instant("2026-11-30 15:00"))


def test_a_time_that_was_taken_meanwhile_is_explained(field: Field, proposal: VisitView) -> None:
    field.arrange(field.asked(2, start="2026-11-30 15:00"), now=NOW)
    answer = Client().post(f"{proposal.path}/time", {"seen": "1", "start": "2026-11-30T15:00:00+08:00"})
    assert answer.status_code == 409
    assert "已有安排" in words(answer)


@pytest.mark.parametrize("start", ["", "tomorrow", "2026-11-30T15:00:00", "9" * 300])
def test_neither_time_nor_wish_is_asked_for_again(proposal: VisitView, start: str) -> None:
    answer = Client().post(f"{proposal.path}/time", {"seen": "1", "start": start, "wish": " "})
    assert answer.status_code == 422
    assert "请选一个时间" in words(answer)


def test_r3_4_a_wish_in_words_is_kept_and_said(proposal: VisitView) -> None:
    Client().post(f"{proposal.path}/time", {"seen": "1", "wish": "样例：周末"})
    page = words(Client().get(proposal.path))
    assert "已转告您想换时间" in page
    assert "样例：周末" in page
    assert "同意这个时间" not in page


def test_r3_4_saying_no_needs_a_word_and_ends_it(proposal: VisitView) -> None:
    assert Client().post(f"{proposal.path}/no", {"seen": "1", "why": " "}).status_code == 422
    assert Client().post(f"{proposal.path}/no", {"seen": "1", "why": "样例原因"}).status_code == 302
    assert status_of(proposal) is Status.REJECTED
    assert Client().post(proposal.path, {"seen": "1"}).status_code == 409


def test_r3_4_a_home_visit_is_called_off_by_the_link_without_a_strike(field: Field) -> None:
    visit = field.arrange(field.asked(), now=NOW)
    assert "已约好上门办理" in words(Client().get(visit.path))
    assert "不算爽约" in words(Client().get(f"{visit.path}/no"))
    assert Client().post(f"{visit.path}/no", {"seen": "1"}).status_code == 302
    assert status_of(visit) is Status.CANCELLED
    assert "已取消" in words(Client().get(visit.path))


@pytest.mark.parametrize("n", ["", "一", "²", "9" * 30])
def test_an_odd_round_is_an_outdated_one(proposal: VisitView, n: str) -> None:
    assert Client().post(proposal.path, {"seen": n}).status_code == 409


def test_every_state_has_its_page(field: Field) -> None:
    visit = field.arrange(field.asked(settled=False), now=NOW)
    assert "等待确认" in words(Client().get(visit.path))
    operations.confirm(visit.code, by=CLERK, now=NOW)
    clock.simulate(clock.frozen(instant("2026-11-30 09:35")))
    assert "之后请打电话" not in words(Client().get(visit.path))
    assert "现在不能取消了" in words(Client().get(f"{visit.path}/no"))
    assert "现在不能自己改时间了" in words(Client().get(f"{visit.path}/time"))
    operations.arrive(visit.code, by=CLERK, now=clock.now())
    assert "工作人员已经到了" in words(Client().get(visit.path))
    operations.record(visit.code, result=Result.ABSENT, by=CLERK, now=clock.now())
    assert "来过，没有见到您" in words(Client().get(visit.path))
    operations.record(visit.code, result=Result.COMPLETED, by=CLERK, now=clock.now())
    assert "已经办过了" in words(Client().get(visit.path))


def test_a_lapsed_proposal_says_so(proposal: VisitView) -> None:
    operations.lapse(now=instant("2026-11-30 06:31"))
    assert "已经失效" in words(Client().get(proposal.path))


def test_my_appointments_lead_to_the_page_of_the_visit(field: Field) -> None:
    visit, client = field.arrange(field.asked(), now=NOW), Client()
    session = client.session
    request = type("R", (), {"session": session})()
    visitor.remember_phone(request, phone(1))
    session.save()
    client.cookies["sessionid"] = session.session_key or ""
    assert client.get(f"/me/{visit.code}/")["Location"] == visit.path


@pytest.mark.parametrize(
    "odd", ["a\0b", "9" * 5000, "0001-01-01T00:00+08:00", "9999-12-31T23:59+08:00", "9999-12-31T23:59:59-23:59"]
)
def test_what_was_never_offered_is_answered_in_words(proposal: VisitView, odd: str) -> None:
    for page in ("", "/time", "/no"):
        for seen in (odd, "0"):
            answer = Client().post(proposal.path + page, {"seen": seen, "start": odd, "wish": odd, "why": odd})
            assert answer.status_code < 500
