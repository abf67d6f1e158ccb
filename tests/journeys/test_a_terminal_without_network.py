"""The cable between a terminal and the hall is pulled: the terminal says what to do, and no number is lost or doubled."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

from playwright.sync_api import Page, expect
from typing_extensions import override

from tests.devices import Machine
from tests.journeys import hall
from tests.journeys.browsing import Visitor
from tests.stack import Stack

MORNING = "2026-12-03T09:10:00+08:00"
QUEUE = "户籍与身份证"


class Cable(Machine):
    """Carries bytes to the stack and back; `deaf`: what is asked arrives, what is answered does not."""

    def __init__(self, to: int) -> None:
        super().__init__()
        self.to, self.deaf = to, False
        self.open: list[socket.socket] = []

    def pull(self) -> None:
        """Nothing goes through any more, neither now nor later."""
        self.switch_off()
        self.cut()

    def cut(self) -> None:
        """End what goes on now."""
        for each in self.open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self.open.clear()

    def plug(self) -> None:
        """As before."""
        self.deaf = False
        self.switch_on()

    @override
    def serve(self, connection: socket.socket) -> None:
        """One connection of the browser."""
        with socket.create_connection(("127.0.0.1", self.to)) as beyond:
            self.open += [connection, beyond]
            threading.Thread(target=self._carry, args=[beyond, connection, True], daemon=True).start()
            self._carry(connection, beyond, answers=False)

    def _carry(self, source: socket.socket, target: socket.socket, answers: bool) -> None:  # noqa: FBT001
        with suppress(OSError):
            while data := source.recv(65536):
                if answers and self.deaf:
                    self.pull()
                    return
                target.sendall(data)


def at_the_queues(arrive: Callable[..., Visitor], cable: Cable) -> Page:
    """A terminal at the far end of the cable, with its service worker at work, asked for a queue."""
    kiosk = hall.terminal(arrive)
    page = kiosk.page
    page.goto(f"http://127.0.0.1:{cable.port}/kiosk/")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    page.get_by_role("link", name="现场取号").click()
    page.get_by_role("link", name="公安户政").click()
    return page


def pressed(page: Page) -> None:
    """Press the queue, and see what a person sees without network."""
    page.get_by_role("button", name=QUEUE).click()
    expect(page.locator("h1")).to_have_text("网络断了，正在重连")


def printed(page: Page) -> str:
    """The number that comes when the network is back."""
    label = page.locator(".ticket__label")
    expect(label).to_be_visible()
    return "".join(label.inner_text().split())


def test_a_press_without_network_gets_its_number_when_the_network_is_back(
    county: Stack, arrive: Callable[..., Visitor]
) -> None:
    with Cable(county.port) as cable:
        page = at_the_queues(arrive, cable)
        cable.pull()
        pressed(page)
        cable.plug()
        first = printed(page)
    assert first == "P001"


def test_a_press_whose_answer_was_lost_gets_the_same_number_and_no_second_one(
    county: Stack, arrive: Callable[..., Visitor]
) -> None:
    with Cable(county.port) as cable:
        page = at_the_queues(arrive, cable)
        cable.deaf = True
        pressed(page)
        cable.plug()
        lost = printed(page)
        page.goto(f"http://127.0.0.1:{cable.port}/kiosk/")
        page.get_by_role("link", name="现场取号").click()
        page.get_by_role("link", name="公安户政").click()
        page.get_by_role("button", name=QUEUE).click()
        following = printed(page)
    assert int(following[1:]) == int(lost[1:]) + 1
    assert county.command("check").returncode == 0


def test_whoever_left_while_the_network_was_away_takes_no_number(county: Stack, arrive: Callable[..., Visitor]) -> None:
    with Cable(county.port) as cable:
        page = at_the_queues(arrive, cable)
        cable.pull()
        pressed(page)
        page.evaluate("""async () => {
          const kept = await caches.open("kiosk-pending"), asked = await (await kept.match("/kiosk/pending")).json();
          await kept.put("/kiosk/pending", new Response(JSON.stringify({ ...asked, at: asked.at - 61000 })));
        }""")
        cable.plug()
        expect(page.locator("h1")).to_have_text("请选择")
