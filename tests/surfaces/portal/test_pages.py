"""What every page keeps: preferences, errors that lead on, security headers, and two languages."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import path

from tests.factories import Hall
from tests.surfaces.portal.conftest import Visitor, hours_of
from yueban.config import urls

pytestmark = pytest.mark.django_db

SURFACES = Path(__file__).resolve().parents[3] / "yueban" / "surfaces"


def test_elder_mode_is_kept_for_the_visitor_and_can_be_left(client: Client, hall: Hall) -> None:
    answer = client.post("/preferences/", {"elder": "1", "next": "/help/"})
    assert answer["Location"] == "/help/"
    assert "data-elder" in client.get("/").content.decode()
    client.post("/preferences/", {"elder": "0", "next": "/"})
    assert "data-elder" not in client.get("/").content.decode()


def test_english_is_kept_for_the_visitor_and_guides_stay_chinese(client: Client, hall: Hall) -> None:
    client.post("/preferences/", {"language": "en", "next": "/"})
    page = client.get(f"/matters/{hall.matter.code}/").content.decode()
    assert "<html\n" in page or "<html " in page
    assert 'lang="en"' in page
    assert "What to bring" in page
    assert "The guides are in Chinese only." in page
    assert f'<h1 lang="zh-Hans">{hall.matter.name}</h1>' in page


def test_english_refuses_in_english(client: Client, hall: Hall) -> None:
    client.cookies["django_language"] = "en"
    assert "This hour could be booked online until" in client.get(hours_of(hall)).content.decode()


def test_the_browsers_language_does_not_decide(client: Client, hall: Hall) -> None:
    page = client.get("/", headers={"accept-language": "en-US,en"}).content.decode()
    assert "您要办什么事？" in page


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "", "/a\nb"])
def test_preferences_lead_nowhere_else(client: Client, target: str) -> None:
    assert client.post("/preferences/", {"elder": "1", "next": target})["Location"] == "/"


@pytest.mark.parametrize("value", ["", "2", "xx", "zh-tw", "\0"])
def test_odd_preferences_are_not_kept(client: Client, value: str) -> None:
    answer = client.post("/preferences/", {"elder": value, "language": value, "next": "/"})
    assert "elder" not in answer.cookies
    assert "django_language" not in answer.cookies


def test_a_page_that_was_open_too_long_asks_to_press_again(hall: Hall) -> None:
    client = Client(enforce_csrf_checks=True)
    back = f"http://testserver{hours_of(hall)}"
    answer = client.post(hours_of(hall), {"slot": hall.slot(9).pk}, headers={"referer": back})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "请再点一次" in page
    assert f'href="{back}"' in page


def test_a_foreign_referer_is_not_led_back_to(hall: Hall) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post(hours_of(hall), {}, headers={"referer": "https://evil.example/"})
    assert "evil.example" not in answer.content.decode()


def broken(_request: Any) -> Any:
    raise RuntimeError("broken on purpose")


class Broken:
    """The portal's addresses, and one that breaks."""

    urlpatterns = [path("broken/", broken), *urls.urlpatterns]
    handler404, handler500 = urls.handler404, urls.handler500


@override_settings(ROOT_URLCONF=Broken)
def test_a_fault_of_ours_is_said_as_ours(hall: Hall) -> None:
    client = Client(raise_request_exception=False)
    answer = client.get("/broken/")
    assert answer.status_code == 500
    assert "是我们的问题" in answer.content.decode()
    client.cookies["django_language"] = "en"
    assert "It is our fault" in client.get("/broken/").content.decode()


def test_an_unknown_address_leads_on(client: Client, hall: Hall) -> None:
    answer = client.get("/there/is/no/such/page")
    assert answer.status_code == 404
    assert "回首页" in answer.content.decode()


def test_a_security_policy_forbids_foreign_and_inline_scripts(client: Client, hall: Hall) -> None:
    policy = client.get("/")["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_templates_bring_no_inline_script_or_style_and_nothing_foreign() -> None:
    for file in (SURFACES / "portal").rglob("*.html"):
        text = file.read_text()
        for forbidden in ("<style", ' style="', "onclick", "http://", "https://", "<script>"):
            assert forbidden not in text, file


def test_oversized_forms_are_refused_without_a_fault(hall: Hall) -> None:
    visitor = Visitor()
    draft = visitor.choose(hall, 9)
    client = visitor.client
    client.raise_request_exception = False
    answer = client.post(f"{draft}who/", {"name": "x" * 400_000})
    assert answer.status_code == 400
    assert "没有看懂" in answer.content.decode()


@pytest.mark.parametrize(
    "path", ["/matters/%00/", "/search/?q=%00", "/search/?q=%FF%FE", "/me/%E9/", "/?q=" + "x" * 5000]
)
def test_odd_addresses_are_no_fault(client: Client, hall: Hall, path: str) -> None:
    assert client.get(path).status_code in {200, 302, 404}


@pytest.mark.parametrize("cookie", ['"\\000aaaaaaaaaaaaaaa"', "x" * 5000, "../../etc", "\xff" * 32, ""])
@pytest.mark.parametrize("page", ["/", "/me/", "/counter/"])
def test_a_session_cookie_that_is_none_of_ours_is_no_session(
    client: Client, hall: Hall, page: str, cookie: str
) -> None:
    answer = client.get(page, headers={"cookie": f"sessionid={cookie}"})
    assert answer.status_code == (200 if page == "/" else 302)
