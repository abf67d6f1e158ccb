"""A browser of the system against the running stack. The stories of a file share a stack, and its one direction of time."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.journeys.browsing import PHONE, Visitor, visitor_in
from tests.journeys.channel import App
from tests.stack import Stack

expect.set_options(timeout=15_000)  # a machine of two busy cores is slow, not wrong


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Select them with `-m journey`."""
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="module")
def county(request: pytest.FixtureRequest) -> Iterator[Stack]:
    """The whole product, running, from the file's `MORNING` on. `move_to` goes on at a later instant."""
    running = Stack(clock=request.module.MORNING)
    try:
        yield running.start()
    finally:
        running.close()


@pytest.fixture(scope="module")
def app(county: Stack) -> App:
    """A channel that books through the API."""
    return App(county, county.secret_of("channel", "add", "journeys", "--kind", "app"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium. It ends with the module: Playwright's event loop would keep other tests from Django's database."""
    with sync_playwright() as playwright:
        flags = ["--no-sandbox"] if os.geteuid() == 0 else []
        running = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        yield running
        running.close()


@pytest.fixture
def arrive(browser: Browser, county: Stack) -> Iterator[Callable[..., Visitor]]:
    """Let a visitor in, with a browser of their own: `arrive(size=PHONE, script=True, language=CHINESE)`."""
    contexts = []

    def new(
        size: tuple[int, int] = PHONE, *, script: bool = True, language: str = "zh-hans", **options: Any
    ) -> Visitor:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            has_touch=size == PHONE,
            java_script_enabled=script,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            **options,
        )
        contexts.append(context)
        return visitor_in(context, county, language=language, scripted=script)

    yield new
    for context in contexts:
        context.close()
