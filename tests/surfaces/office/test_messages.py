"""The page of messages: a hall's for its manager, all for the county; texts only with a reason (R4.1)."""

from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from tests.factories import Hall, instant, make_hall, phone
from yueban.domain.audit.models import Event
from yueban.domain.notices import operations as notices
from yueban.domain.notices.models import Message
from yueban.domain.people import operations as people
from yueban.domain.people.models import Staff
from yueban.domain.people.operations import NewStaff
from yueban.domain.people.rules import Role
from yueban.kernel import clock

pytestmark = pytest.mark.django_db

NOW = instant("2026-11-27 09:00:00")
MAY = {Role.CENTRE_MANAGER, Role.SYSTEM_ADMIN}


@pytest.fixture(autouse=True)
def _friday() -> Iterator[None]:
    before = clock.simulate(clock.frozen(NOW))
    yield
    clock.simulate(before)


@pytest.fixture
def hall() -> Hall:
    return make_hall()


@pytest.fixture
def other() -> Hall:
    return make_hall(code="other")


def browser(role: Role, hall: Hall | None = None) -> Client:
    new = NewStaff(role.value, role, name="样例员工", centre_id=hall.centre.pk if hall else None)
    people.add_staff(new, by="test", now=NOW, password="right-right-right")
    made = Client()
    made.force_login(Staff.objects.get(username=role.value))
    return made


@pytest.fixture
def manager(hall: Hall) -> Client:
    return browser(Role.CENTRE_MANAGER, hall)


def write(hall: Hall, n: int = 1, state: str = "dead", error: str = "no_answer") -> Message:
    notices.enqueue(
        event=f"strike_warning:{n}",
        template="strike_warning",
        phone=phone(n),
        now=NOW,
        centre_id=hall.centre.pk,
        count=2,
        limit=3,
        hotline="0394-5100000",
    )
    Message.objects.filter(event=f"strike_warning:{n}").update(state=state, error=error, attempts=8)
    return Message.objects.get(event=f"strike_warning:{n}")


def test_r4_1_the_manager_sees_to_whom_what_kind_which_state_and_why_in_words(manager: Client, hall: Hall) -> None:
    write(hall, 12345678)
    page = manager.get("/office/messages/").content.decode()
    for words in ("138****5678", "爽约提醒", "发送失败", "短信平台没有答复，可能已经发出"):
        assert words in page
    assert "13812345678" not in page
    assert "您本月已爽约" not in page


def test_r4_1_only_the_own_halls_messages_are_seen_and_sent_again(manager: Client, hall: Hall, other: Hall) -> None:
    own, foreign = write(hall, 1), write(other, 2)
    page = manager.get("/office/messages/").content.decode()
    assert f"/office/messages/{own.pk}/" in page
    assert f"/office/messages/{foreign.pk}/" not in page
    assert manager.get(f"/office/messages/{foreign.pk}/").status_code == 404
    assert manager.post(f"/office/messages/{foreign.pk}/", {"reason": "核对内容"}).status_code == 404
    manager.post(f"/office/messages/{foreign.pk}/again")
    manager.post("/office/messages/again")
    assert dict(Message.objects.values_list("pk", "state")) == {own.pk: "queued", foreign.pk: "dead"}


def test_r4_1_the_system_administrator_sees_the_whole_county(hall: Hall, other: Hall) -> None:
    written = [write(hall, 1), write(other, 2)]
    page = browser(Role.SYSTEM_ADMIN).get("/office/messages/").content.decode()
    assert all(f"/office/messages/{each.pk}/" in page for each in written)


@pytest.mark.parametrize("role", Role)
def test_who_may_see_messages_is_the_table_of_roles(hall: Hall, role: Role) -> None:
    message = write(hall)
    client = browser(role, None if role is Role.SYSTEM_ADMIN else hall)
    wanted = 200 if role in MAY else 403
    assert client.get("/office/messages/").status_code == wanted
    assert client.get(f"/office/messages/{message.pk}/").status_code == wanted
    assert client.post(f"/office/messages/{message.pk}/again").status_code == (302 if role in MAY else 403)
    assert client.post("/office/messages/again").status_code == (302 if role in MAY else 403)


def test_a_stranger_is_led_to_the_login(hall: Hall) -> None:
    assert Client().get("/office/messages/")["Location"].startswith("/staff/login")


def test_r4_1_a_text_is_shown_only_with_a_reason_and_who_looked_is_recorded(manager: Client, hall: Hall) -> None:
    message = write(hall)
    address = f"/office/messages/{message.pk}/"
    assert "您本月已爽约" not in manager.get(address).content.decode()
    refused = manager.post(address, {"reason": " "})
    assert refused.status_code == 422
    assert "您本月已爽约" not in refused.content.decode()
    assert not Event.objects.filter(kind="message.revealed").exists()
    assert "您本月已爽约2次" in manager.post(address, {"reason": "群众来电核对"}).content.decode()
    event = Event.objects.get(kind="message.revealed")
    assert (event.by, event.reason, event.data, event.centre_id) == (
        "staff:centre_manager",
        "群众来电核对",
        {"message": message.pk},
        hall.centre.pk,
    )


def test_a_login_code_is_shown_to_nobody(hall: Hall) -> None:
    notices.enqueue(event="login_code:1", template="login_code", phone=phone(1), now=NOW, code="654321", minutes=5)
    message = Message.objects.get()
    answer = browser(Role.SYSTEM_ADMIN).post(f"/office/messages/{message.pk}/", {"reason": "想看一看"})
    assert answer.status_code == 404
    assert b"654321" not in answer.content


def test_one_dead_message_is_sent_again_and_that_is_recorded(manager: Client, hall: Hall) -> None:
    message, kept = write(hall, 1), write(hall, 2)
    page = manager.post(f"/office/messages/{message.pk}/again", follow=True).content.decode()
    assert "1 条短信将重新发送" in page
    assert dict(Message.objects.values_list("pk", "state")) == {message.pk: "queued", kept.pk: "dead"}
    assert Event.objects.get(kind="message.requeued").data == {"count": 1}


@pytest.mark.parametrize("state", ["queued", "sending", "unknown", "sent", "delivered", "expired"])
def test_what_is_not_lost_is_not_sent_again(manager: Client, hall: Hall, state: str) -> None:
    message = write(hall, state=state)
    assert f"/office/messages/{message.pk}/again" not in manager.get("/office/messages/").content.decode()
    page = manager.post(f"/office/messages/{message.pk}/again", follow=True).content.decode()
    assert "没有可以重新发送的短信" in page
    assert Message.objects.get().state == state


def rows(client: Client, method: str = "get", **asked: str) -> list[str]:
    answer = getattr(client, method)("/office/messages/", asked)
    assert answer.status_code == 200
    return [each["row"].phone for each in answer.context["rows"]]


def test_messages_are_found_by_state_kind_day_and_by_phone_without_an_address_that_carries_it(
    manager: Client, hall: Hall
) -> None:
    write(hall, 1)
    write(hall, 2, state="delivered", error="")
    assert rows(manager, state="dead") == [phone(1)]
    assert rows(manager, kind="strike_warning") == [phone(2), phone(1)]
    assert rows(manager, kind="booked") == []
    assert rows(manager, day="2026-11-27") == [phone(2), phone(1)]
    assert rows(manager, day="2026-11-26") == []
    assert rows(manager, "post", phone=phone(2)) == [phone(2)]


@pytest.mark.parametrize("typed", [{"phone": "12"}, {"day": "gestern"}])
def test_what_cannot_be_looked_for_is_said_and_kept(manager: Client, hall: Hall, typed: dict[str, str]) -> None:
    write(hall)
    answer = manager.post("/office/messages/", typed)
    assert answer.context["wrong"]
    assert next(iter(typed.values())) in answer.content.decode()


@pytest.mark.parametrize("nonsense", [{"state": "x"}, {"kind": "x"}, {"before": "x"}, {"before": "9" * 40}])
def test_nonsense_narrows_nothing(manager: Client, hall: Hall, nonsense: dict[str, str]) -> None:
    write(hall)
    assert rows(manager, **nonsense) == [phone(1)]


def test_older_messages_are_a_press_away(manager: Client, hall: Hall) -> None:
    for n in range(120):
        write(hall, n)
    first = manager.get("/office/messages/")
    assert len(first.context["rows"]) == 50
    second = manager.post("/office/messages/", {"before": first.context["older"]})
    third = manager.post("/office/messages/", {"before": second.context["older"]})
    seen = [each["row"].phone for page in (first, second, third) for each in page.context["rows"]]
    assert seen == [phone(n) for n in reversed(range(120))]
    assert third.context["older"] == 0


def test_an_empty_page_says_so(manager: Client) -> None:
    assert "还没有发过短信" in manager.get("/office/messages/").content.decode()
    assert "没有符合条件的短信" in manager.get("/office/messages/?state=dead").content.decode()


def test_a_house_without_a_gateway_says_so(manager: Client, settings: Settings) -> None:
    assert "还没有接通短信平台" not in manager.get("/office/messages/").content.decode()
    settings.SMS_GATEWAY = "none"
    assert "还没有接通短信平台" in manager.get("/office/messages/").content.decode()


def test_number_nought_is_no_message_and_sends_nothing_again(manager: Client, hall: Hall) -> None:
    message = write(hall)
    manager.post("/office/messages/0/again")
    message.refresh_from_db()
    assert message.state == "dead"
