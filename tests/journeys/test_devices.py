"""A hall with all its machines: a card reader, a window screen, a broker's display, a board that speaks from clips."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from playwright.sync_api import expect

from tests.devices import CardService, TcpScreen, mosquitto
from tests.journeys import citizen as steps
from tests.journeys import hall
from tests.journeys.browsing import BOARD, Visitor
from tests.journeys.channel import App
from tests.stack import Stack, eventually
from yueban.config.environment import database_settings

WEDNESDAY = "2026-12-09"
MORNING = "2026-12-08T15:00:00+08:00"
"""The afternoon before, when it is booked."""

SCREEN = """
INSERT INTO queueing_screen (counter_id, driver, address, encoding, frame, active, position, shown, error)
SELECT c.id, %s, %s, %s, '{text}', true, 0, '', '' FROM directory_counter c JOIN directory_centre h ON h.id = c.centre_id
WHERE h.code = %s AND c.number = %s
"""
READER = """
INSERT INTO queueing_reader (centre_id, transport, url, trigger, number_path, name_path, poll_ms)
SELECT id, 'websocket', %s, '', '', '', 800 FROM directory_centre WHERE code = %s
"""


@contextmanager
def tables(stack: Stack) -> Iterator[psycopg.Connection]:
    """The stack's database, as the admin's forms would write it."""
    at = database_settings(stack.data)
    with psycopg.connect(host=at["HOST"], user=at["USER"], dbname=at["NAME"], autocommit=True) as connection:
        yield connection


def expect_clips(board: Visitor, times: int) -> None:
    board.page.wait_for_function("(n) => Number(document.body.dataset.times) >= n", arg=times, timeout=40_000)
    assert board.page.evaluate("() => document.body.dataset.how") == "clips"


def test_n3_3_a_card_takes_the_ticket_and_its_call_is_on_every_screen_and_spoken_from_clips(
    arrive: Callable[..., Visitor], county: Stack, app: App, tmp_path: Path
) -> None:
    county.command("voice", "build")
    who = steps.citizen(71)
    app.book(who, WEDNESDAY, "10:30")
    county.move_to(f"{WEDNESDAY}T09:40:00+08:00")
    with TcpScreen() as led, CardService("websocket") as reader, mosquitto(tmp_path) as broker, tables(county) as rows:
        rows.execute(SCREEN, ["tcp-text", led.address, "gb18030", steps.COUNTY_HALL, hall.COUNTER])
        rows.execute(SCREEN, ["mqtt", broker.address, "utf-8", steps.COUNTY_HALL, hall.COUNTER])
        rows.execute(READER, [reader.url, steps.COUNTY_HALL])
        kiosk = hall.terminal(arrive)
        eventually(lambda: reader.watched)
        with kiosk.going():
            reader.lay({"name": who.name, "idNum": who.number})
        label = hall.printed(kiosk)

        board = arrive(BOARD)
        board.open(f"/display/board/{steps.COUNTY_HALL}/")
        board.button("开启语音播报").click()
        clerk = hall.at_counter(arrive)
        eventually(lambda: "热情为您服务".encode("gb18030") in led.shown)
        assert hall.call_next(clerk) == label
        text = f"请{label}号到{hall.COUNTER}号窗口办理"
        eventually(lambda: led.shown[-1] == text.encode("gb18030"), 5)
        eventually(lambda: shown_by(rows, "mqtt") == text, 5)
        expect_clips(board, 2)
        expect(board.page.locator("[data-label]")).to_have_text(hall.spaced(label))


def shown_by(rows: psycopg.Connection, driver: str) -> str:
    found = rows.execute("SELECT shown FROM queueing_screen WHERE driver = %s", [driver]).fetchone()
    return str(found[0]) if found else ""
