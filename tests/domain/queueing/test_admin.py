"""The admin of a hall's devices: who sees it, what it refuses, what it shows."""

from __future__ import annotations

import pytest
from django.contrib.admin.sites import site
from django.template import engines
from django.test import Client
from django.urls import reverse

from tests.factories import Hall, instant, make_hall
from yueban.domain.queueing.models import Printer, Reader, Screen, Wording

pytestmark = pytest.mark.django_db
MODELS = [Wording, Screen, Printer, Reader]


@pytest.fixture(autouse=True)
def _as_unfold_expects(monkeypatch: pytest.MonkeyPatch) -> None:
    """It leaves variables open, and counts the errors of a form with one of them."""
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "")  # type: ignore[attr-defined]


@pytest.fixture
def hall() -> Hall:
    return make_hall()


@pytest.fixture
def devices(hall: Hall) -> None:
    Wording.objects.create(centre=hall.centre)
    Screen.objects.create(
        counter=hall.counters[0], address="10.0.0.1:5005", shown="您好", shown_at=instant("2026-11-30")
    )
    Printer.objects.create(centre=hall.centre, name="一号机", address="10.0.0.2:9100")
    Reader.objects.create(centre=hall.centre, url="ws://127.0.0.1:8899")


def url(model: type, view: str, *args: object) -> str:
    return reverse(f"admin:queueing_{model.__name__.lower()}_{view}", args=args)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_lists_and_forms_open_for_the_administrator(admin_client: Client, devices: None, model: type) -> None:
    row = model.objects.get()  # type: ignore[attr-defined]
    assert admin_client.get(url(model, "changelist")).status_code == 200
    assert admin_client.get(url(model, "change", row.pk)).status_code == 200


def test_a_stranger_is_sent_to_the_login(client: Client) -> None:
    assert {client.get(url(model, "changelist")).status_code for model in MODELS} == {302}


def test_all_devices_are_registered() -> None:
    assert all(site.is_registered(model) for model in MODELS)


def screen_form(hall: Hall, **fields: object) -> dict[str, object]:
    usual = {"counter": hall.counters[0].pk, "driver": "tcp-text", "encoding": "gb18030", "frame": "", "active": "on"}
    return usual | {"address": "10.0.0.1:5005"} | fields


@pytest.mark.parametrize("address", ["", "10.0.0.1", "10.0.0.1:99999", "http://10.0.0.1:80"])
def test_a_screen_says_where_it_is(admin_client: Client, hall: Hall, address: str) -> None:
    answer = admin_client.post(url(Screen, "add"), screen_form(hall, address=address))
    assert "请写成 主机:端口" in answer.content.decode()
    assert Screen.objects.count() == 0


def test_a_page_as_screen_needs_no_address(admin_client: Client, hall: Hall) -> None:
    assert admin_client.post(url(Screen, "add"), screen_form(hall, driver="web", address="")).status_code == 302
    assert Screen.objects.get().driver == "web"


def test_a_changed_screen_is_sent_its_text_again(admin_client: Client, hall: Hall, devices: None) -> None:
    row = Screen.objects.get()
    admin_client.post(url(Screen, "change", row.pk), screen_form(hall, encoding="utf-8"))
    changed = Screen.objects.get()
    assert (changed.encoding, changed.shown, changed.shown_at) == ("utf-8", "", None)


def test_what_a_screen_shows_can_be_sent_again(admin_client: Client, devices: None) -> None:
    row = Screen.objects.get()
    admin_client.post(url(Screen, "changelist"), {"action": "show_again", "_selected_action": [row.pk]})
    assert Screen.objects.get().shown == ""


def test_a_template_with_an_unknown_name_is_refused(admin_client: Client, hall: Hall) -> None:
    wrong = {"centre": hall.centre.pk, "called": "请{number}号", "idle": "", "paused": ""}
    assert "{number}" in admin_client.post(url(Wording, "add"), wrong).content.decode()
    right = wrong | {"called": "请{label}号到{area}{counter}号窗口"}
    assert admin_client.post(url(Wording, "add"), right).status_code == 302
    assert Wording.objects.get().called == right["called"]


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("ws://127.0.0.1:8899", True),
        ("http://localhost:8899/read?x=1", True),
        ("ws://127.0.0.1", True),
        ("ws://127.0.0.1.evil.example", False),
        ("ws://10.0.0.1:8899", False),
        ("http://127.0.0.1@evil.example", False),
        ("javascript:alert(1)", False),
    ],
)
def test_a_card_reader_is_a_service_of_the_terminal_itself(
    admin_client: Client, hall: Hall, address: str, *, allowed: bool
) -> None:
    form = {"centre": hall.centre.pk, "transport": "websocket", "url": address, "poll_ms": "800"}
    admin_client.post(url(Reader, "add"), form | {"trigger": "", "number_path": "", "name_path": ""})
    assert Reader.objects.exists() is allowed
