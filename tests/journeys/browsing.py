"""A visitor with a browser: goes from page to page, and looks at each as strict fresh eyes would."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils import translation
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, Response

from tests.stack import Stack, eventually

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"

PHONE = (390, 844)
DESKTOP = (1280, 800)
CONSOLE = (1366, 768)
KIOSK = (1080, 1920)
BOARD = (1920, 1080)

CHINESE = "zh-hans"
ENGLISH = "en"

# Visible Chinese outside an element that says it is Chinese (an example inside an English sentence may be).
UNMARKED = """() => {
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim(), parent = walker.currentNode.parentElement;
    const han = (text.match(/[\\u4e00-\\u9fff]/g) || []).length, latin = (text.match(/[A-Za-z]/g) || []).length;
    if (han <= latin / 4 || !parent.offsetParent || parent.closest("script, style, [lang^=zh]:not(html)")) continue;
    found.push(text.slice(0, 40));
  }
  return found;
}"""
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
VIOLATIONS = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
  .map((each) => `${each.id}: ${each.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`)"""


@dataclass
class Visitor:
    """Somebody at a page. `say` gives the words of the page in the visitor's language."""

    stack: Stack
    page: Page
    language: str = CHINESE
    scripted: bool = True
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Note what a visitor never sees: script errors, refused resources, answers of 500."""
        self.page.on("pageerror", lambda error: self.troubles.append(f"{self.page.url} threw {error}"))
        self.page.on("console", self._on_console)
        self.page.on("response", self._on_response)
        self.page.on("requestfailed", self._on_failed)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            self.troubles.append(f"{self.page.url} logged {message.text}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 500:
            self.troubles.append(f"{response.url} answered {response.status}")

    def _on_failed(self, request: Request) -> None:
        if request.resource_type in {"stylesheet", "script", "image", "font"} and request.failure != "net::ERR_ABORTED":
            self.troubles.append(f"{request.url} failed: {request.failure}")

    def say(self, text: str) -> str:
        """Give the page's words for a Chinese source string."""
        with translation.override(self.language):
            return translation.gettext(text)

    # ---- moving ---------------------------------------------------------------------------------------------------

    def open(self, path: str) -> None:
        """Type an address."""
        self.page.goto(self.stack.web + path)
        self.look()

    def button(self, text: str) -> Locator:
        """Find a button by its words."""
        return self.page.get_by_role("button", name=self.say(text), exact=True).last

    def link(self, text: str) -> Locator:
        """Find a link by its words."""
        return self.page.get_by_role("link", name=self.say(text)).first

    def go(self, target: Locator) -> None:
        """Press something that leads to another page, and look at that."""
        with self.going():
            target.click()

    @contextmanager
    def going(self) -> Iterator[None]:
        """Expect that what is done inside leads to another page, and look at that."""
        with self.page.expect_navigation(wait_until="load"):
            yield
        self.look()

    # ---- looking --------------------------------------------------------------------------------------------------

    def look(self) -> None:
        """No violation of accessibility, nothing wider than the screen, no word in the wrong language."""
        where = f"{self.page.url} ({self.page.title()})"
        wider = self.page.evaluate(WIDER)
        assert wider <= 0, f"{where} scrolls sideways by {wider} at {self.page.viewport_size}"
        if self.scripted:
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
            violations = self.page.evaluate(VIOLATIONS)
            assert not violations, f"{where}: {violations}"
        if self.language == ENGLISH:
            chinese = self.page.evaluate(UNMARKED)
            assert not chinese, f"{where} is not in English: {chinese}"
        assert not self.troubles, f"{self.troubles}\n{self.stack.log[-5000:]}"

    def reads(self, text: str) -> bool:
        """Whether the page shows the source string in the visitor's language."""
        return self.say(text) in self.page.locator("body").inner_text()

    # ---- the phone in the other hand ------------------------------------------------------------------------------

    def message(self, phone: str, pattern: str) -> re.Match[str]:
        """Wait for an SMS that matches, in the inbox that a newcomer has."""
        inbox = visitor_in(self.page.context, self.stack, language=self.language, scripted=self.scripted)
        inbox.open(f"/dev/inbox/?phone={phone}")
        found: list[re.Match[str]] = []

        def arrived() -> bool:
            inbox.page.reload()
            texts = inbox.page.locator(".inbox__text").all_inner_texts()
            found[:] = [match for text in texts if (match := re.search(pattern, text))]
            return bool(found)

        eventually(arrived, 40, otherwise=lambda: f"no SMS like {pattern}")
        inbox.look()
        inbox.page.close()
        return found[0]


def visitor_in(context: BrowserContext, stack: Stack, **options: Any) -> Visitor:
    """Open a page of a browser for a visitor."""
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.set_default_navigation_timeout(20_000)
    return Visitor(stack, page, **options)
