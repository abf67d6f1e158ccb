"""The page's adapter of card readers, in Chromium: a wedge that types, and services on real sockets."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.devices import CardService
from tests.factories import resident
from tests.scripts import SURFACES, scripted_page
from tests.stack import eventually
from yueban.domain.queueing.readers import Meaning, understand

ID = resident(1).number
CARDS: list[dict[str, Any]] = [
    {"code": 0, "data": {"name": "张三", "idNum": ID}},
    {"ret": 0, "Name": "张三", "CardNo": ID, "photo": "9" * 4000},
    {"body": [{"xm": "张三", "公民身份号码": ID}]},
]


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("reader")
    shutil.copy(SURFACES / "static" / "yueban" / "reader.js", folder)
    with scripted_page(folder) as page:
        yield page


@pytest.fixture
def page(chromium: Page) -> Page:
    chromium.reload()
    chromium.evaluate("async () => { window.reader = await import('/reader.js'); window.read = []; }")
    return chromium


def read(page: Page) -> list[str]:
    found: list[str] = page.evaluate("window.read")
    return found


def watch(page: Page, service: CardService, **config: Any) -> None:
    usual = {"transport": service.transport, "url": service.url, "trigger": "", "number_path": "", "name_path": ""}
    page.evaluate(
        "(config) => { window.stop = reader.service(config, (text) => window.read.push(text)); }",
        usual | {"poll_ms": 50} | config,
    )


def wait_for(page: Page, count: int) -> list[str]:
    page.wait_for_function("(count) => window.read.length >= count", arg=count, timeout=10_000)
    return read(page)


# ---- a wedge ---------------------------------------------------------------------------------------------------------


def type_keys(page: Page, keys: str, *, gap: int = 5, end: str = "Enter") -> None:
    page.evaluate(
        """async ([keys, gap, end]) => {
          for (const key of [...keys, ...(end ? [end] : [])]) {
            document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
            await new Promise((done) => setTimeout(done, gap));
          }
        }""",
        [keys, gap, end],
    )


@pytest.fixture
def wedge(page: Page) -> Page:
    page.evaluate("() => { reader.wedge(document, (text) => window.read.push(text)); }")
    return page


@pytest.mark.parametrize("end", ["Enter", "Tab"])
def test_a_reader_that_types_is_heard(wedge: Page, end: str) -> None:
    type_keys(wedge, f"张三|{ID}", end=end)
    assert read(wedge) == [f"张三|{ID}"]


def test_a_reader_that_ends_with_nothing_is_heard_after_a_moment(wedge: Page) -> None:
    type_keys(wedge, ID, end="")
    assert wait_for(wedge, 1) == [ID]


def test_a_person_who_types_is_no_reader(wedge: Page) -> None:
    type_keys(wedge, "82641907", gap=150)
    assert read(wedge) == []


def test_a_short_burst_is_no_reading(wedge: Page) -> None:
    type_keys(wedge, "1234567")
    assert read(wedge) == []


# ---- services of the terminal ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("transport", ["websocket", "http"])
@pytest.mark.parametrize("card", CARDS, ids=["nested", "flat with photo", "in a list"])
def test_r5_1_a_card_on_the_reader_reaches_the_server_as_name_and_number(
    page: Page, transport: str, card: dict[str, Any]
) -> None:
    with CardService(transport) as service:
        watch(page, service)
        if transport == "websocket":
            eventually(lambda: service.watched)
        service.lay(card)
        (text,) = wait_for(page, 1)
        page.evaluate("window.stop()")
    reading = understand(text)
    assert (reading.meaning, reading.name) == (Meaning.CERTIFICATE, "张三")
    assert reading.certificate == resident(1)


@pytest.mark.parametrize("transport", ["websocket", "http"])
def test_a_card_that_lies_on_the_reader_is_read_once_and_the_next_card_at_once(page: Page, transport: str) -> None:
    with CardService(transport) as service:
        watch(page, service)
        if transport == "websocket":
            eventually(lambda: service.watched)
        for _ in range(3):
            service.lay(CARDS[0])
            page.wait_for_timeout(150)
        service.lay({"data": {"name": "李四", "idNum": resident(2).number}})
        assert wait_for(page, 2) == [f"张三|{ID}", f"李四|{resident(2).number}"]
        page.evaluate("window.stop()")


def test_a_service_that_wants_to_be_asked_is_asked(page: Page) -> None:
    with CardService("websocket") as service:
        watch(page, service, trigger='{"cmd":"read"}')
        eventually(lambda: service.told == ['{"cmd":"read"}'])
        page.evaluate("window.stop()")


def test_a_vendor_who_names_things_otherwise_is_told_where_they_are(page: Page) -> None:
    with CardService("http") as service:
        service.lay({"r": {"a": ["x", {"no": "H12345678"}], "who": "张三"}})
        watch(page, service, number_path="r.a.1.no", name_path="r.who")
        assert wait_for(page, 1) == ["张三|H12345678"]
        page.evaluate("window.stop()")


@pytest.mark.parametrize("transport", ["websocket", "http"])
def test_a_service_that_comes_back_is_found_again(page: Page, transport: str) -> None:
    service = CardService(transport)
    watch(page, service)
    page.wait_for_timeout(300)
    with service:
        if transport == "websocket":
            eventually(lambda: service.watched, 10)
        service.lay(CARDS[0])
        assert wait_for(page, 1) == [f"张三|{ID}"]
        page.evaluate("window.stop()")


def test_what_is_no_card_is_passed_over(page: Page) -> None:
    messages = ["", "null", "hello", '{"code": 1}', '{"data": null}', "[]", '{"n": 12}', f'{{"deep": "{"9" * 60}"}}']
    found = page.evaluate("(messages) => messages.map((each) => reader.cardIn(each, {}))", messages)
    assert found == [""] * len(messages)
    assert page.evaluate("(text) => reader.cardIn(text, {})", f"<id>{ID}</id>") == f"|{ID}"
