"""Each way to a window screen, against a real socket or a real broker."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from tests.devices import Mosquitto, TcpScreen, UdpScreen, mosquitto
from tests.stack import eventually, free_port
from yueban.domain.queueing.screens import DRIVERS, Driver, Target, Unreachable, drivers
from yueban.kernel.addresses import address_of

TEXT = "请A012号到3号窗口办理".encode("gb18030")


def target(address: str, counter: int = 3, centre: str = "county") -> Target:
    return Target(address_of(address), centre, counter)


@pytest.fixture
def ways() -> Iterator[dict[str, Driver]]:
    made = drivers()
    yield made
    for way in made.values():
        way.close()


def test_every_driver_that_can_be_chosen_exists(ways: dict[str, Driver]) -> None:
    assert tuple(ways) == DRIVERS


def test_a_page_needs_nothing(ways: dict[str, Driver]) -> None:
    ways["web"].send(target("127.0.0.1:1"), TEXT, timeout=0.1)


def test_a_tcp_controller_gets_the_text_and_its_end(ways: dict[str, Driver]) -> None:
    with TcpScreen() as screen:
        for _ in range(3):
            ways["tcp-text"].send(target(screen.address), TEXT, timeout=1)
        eventually(lambda: screen.shown == [TEXT] * 3)


def test_a_tcp_controller_that_is_off_is_unreachable_at_once(ways: dict[str, Driver]) -> None:
    with pytest.raises(Unreachable):
        ways["tcp-text"].send(target(f"127.0.0.1:{free_port()}"), TEXT, timeout=1)


def test_a_controller_that_takes_the_text_and_says_nothing_costs_a_fifth_of_a_second(ways: dict[str, Driver]) -> None:
    with TcpScreen(stuck=True) as screen:
        begun = time.monotonic()
        ways["tcp-text"].send(target(screen.address), TEXT, timeout=2)
        assert time.monotonic() - begun < 1


def test_a_udp_controller_gets_one_datagram_a_text(ways: dict[str, Driver]) -> None:
    screen = UdpScreen()
    ways["udp-text"].send(target(screen.address), TEXT, timeout=1)
    eventually(lambda: screen.shown == [TEXT])
    screen.close()


def test_a_name_that_nobody_knows_is_unreachable(ways: dict[str, Driver]) -> None:
    for driver in ("tcp-text", "udp-text"):
        with pytest.raises(Unreachable):
            ways[driver].send(target("no-such-screen.invalid:5005"), TEXT, timeout=1)


# ---- a real Mosquitto ------------------------------------------------------------------------------------------------


class Subscriber:
    """A display that hangs at the broker."""

    def __init__(self, broker: Mosquitto, topic: str) -> None:
        self.seen: list[tuple[str, bytes, bool]] = []
        self._ready = threading.Event()
        self.client = Client(CallbackAPIVersion.VERSION2)
        if broker.user:
            self.client.username_pw_set(broker.user, broker.password)
        self.client.on_message = self._on_message
        self.client.on_subscribe = lambda *_: self._ready.set()
        self.client.connect("127.0.0.1", broker.port)
        self.client.subscribe(topic, qos=1)
        self.client.loop_start()
        assert self._ready.wait(5)

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self.seen.append((message.topic, bytes(message.payload), message.retain))

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


def test_a_broker_hands_the_text_to_the_display_of_the_counter(ways: dict[str, Driver], tmp_path: Path) -> None:
    with mosquitto(tmp_path) as broker:
        display = Subscriber(broker, "yueban/county/counter/+/display")
        for counter in (3, 12):
            ways["mqtt"].send(target(broker.address, counter), TEXT, timeout=2)
        eventually(lambda: len(display.seen) == 2)
        assert {topic for topic, _, _ in display.seen} == {
            "yueban/county/counter/3/display",
            "yueban/county/counter/12/display",
        }
        assert {payload for _, payload, _ in display.seen} == {TEXT}
        display.close()


def test_a_display_that_was_off_shows_the_last_text_when_it_comes_back(ways: dict[str, Driver], tmp_path: Path) -> None:
    with mosquitto(tmp_path) as broker:
        ways["mqtt"].send(target(broker.address), b"old", timeout=2)
        ways["mqtt"].send(target(broker.address), TEXT, timeout=2)
        display = Subscriber(broker, "yueban/county/counter/3/display")
        eventually(lambda: display.seen == [("yueban/county/counter/3/display", TEXT, True)])
        display.close()


def test_a_broker_that_comes_back_is_found_again(ways: dict[str, Driver], tmp_path: Path) -> None:
    with mosquitto(tmp_path) as broker:
        ways["mqtt"].send(target(broker.address), TEXT, timeout=2)
        broker.stop()
        with pytest.raises(Unreachable):
            ways["mqtt"].send(target(broker.address), TEXT, timeout=0.3)
        broker.start()
        ways["mqtt"].send(target(broker.address), TEXT, timeout=10)


def test_a_broker_that_is_not_there_is_unreachable_in_time(ways: dict[str, Driver]) -> None:
    begun = time.monotonic()
    with pytest.raises(Unreachable):
        ways["mqtt"].send(target(f"127.0.0.1:{free_port()}"), TEXT, timeout=0.5)
    assert time.monotonic() - begun < 2


def test_a_broker_with_a_password_lets_in_who_knows_it(tmp_path: Path) -> None:
    with mosquitto(tmp_path, user="hall", password="open sesame") as broker:
        known, unknown = drivers(mqtt_user="hall", mqtt_password="open sesame"), drivers(mqtt_user="hall")
        known["mqtt"].send(target(broker.address), TEXT, timeout=2)
        with pytest.raises(Unreachable):
            unknown["mqtt"].send(target(broker.address), TEXT, timeout=0.5)
        for way in (known["mqtt"], unknown["mqtt"]):
            way.close()


def test_a_centre_code_cannot_widen_its_topic(ways: dict[str, Driver], tmp_path: Path) -> None:
    with mosquitto(tmp_path) as broker:
        display = Subscriber(broker, "yueban/#")
        ways["mqtt"].send(target(broker.address, centre="a/b+#"), TEXT, timeout=2)
        eventually(lambda: [topic for topic, _, _ in display.seen] == ["yueban/a-b--/counter/3/display"])
        display.close()
