"""Screens behind an MQTT broker: the text of a counter is a retained message, so a screen that comes back shows it."""

from __future__ import annotations

import secrets
import threading
from typing import TYPE_CHECKING, Any, ClassVar, Final

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from yueban.domain.queueing.screens.base import Unreachable

if TYPE_CHECKING:
    from paho.mqtt.reasoncodes import ReasonCode

    from yueban.domain.queueing.screens.base import Target
    from yueban.kernel.addresses import Address

KEEP_ALIVE: Final = 15
AT_LEAST_ONCE: Final = 1
LONGEST_PAUSE: Final = 30


def topic_of(centre: str, counter: int) -> str:
    """`yueban/{centre}/counter/{n}/display`; what has a meaning in a topic is taken out of the centre's code."""
    plain = "".join("-" if each in "+#/\0" else each for each in centre)
    return f"yueban/{plain}/counter/{counter}/display"


class Broker:
    """One lasting connection to a broker; it comes back by itself."""

    def __init__(self, address: Address, user: str, password: str) -> None:
        """Begin to connect."""
        self.up = threading.Event()
        self.refused = ""
        self.client = Client(CallbackAPIVersion.VERSION2, client_id=f"yueban-{secrets.token_hex(6)}")
        if user:
            self.client.username_pw_set(user, password)
        self.client.on_connect = self._on_connect
        self.client.on_disconnect = self._on_disconnect
        self.client.reconnect_delay_set(1, LONGEST_PAUSE)
        self.client.connect_async(address.host, address.port, keepalive=KEEP_ALIVE)
        self.client.loop_start()

    def _on_connect(self, _client: Client, _data: Any, _flags: Any, reason: ReasonCode, _more: Any) -> None:
        self.refused = str(reason) if reason.is_failure else ""
        if not reason.is_failure:
            self.up.set()

    def _on_disconnect(self, _client: Client, _data: Any, _flags: Any, _reason: ReasonCode, _more: Any) -> None:
        self.up.clear()

    def publish(self, topic: str, message: bytes, timeout: float) -> None:
        """Publish it retained and wait until the broker has it. Raises Unreachable."""
        if not self.up.wait(timeout):
            raise Unreachable(self.refused or "the broker does not answer")
        told = self.client.publish(topic, message, qos=AT_LEAST_ONCE, retain=True)
        try:
            told.wait_for_publish(timeout)
        except (ValueError, RuntimeError) as error:
            raise Unreachable(str(error)) from error
        if not told.is_published():
            raise Unreachable("the broker does not confirm")

    def close(self) -> None:
        """Say goodbye."""
        self.client.disconnect()
        self.client.loop_stop()


class MqttDriver:
    """One connection a broker, however many screens it serves."""

    name: ClassVar[str] = "mqtt"

    def __init__(self, user: str = "", password: str = "") -> None:
        """Nothing is connected before the first text."""
        self._user, self._password = user, password
        self._brokers: dict[Address, Broker] = {}
        self._lock = threading.Lock()

    def send(self, target: Target, message: bytes, *, timeout: float) -> None:
        """Publish under the topic of the counter; raise Unreachable unless the broker confirms."""
        with self._lock:
            broker = self._brokers.get(target.address)
            if broker is None:
                broker = self._brokers[target.address] = Broker(target.address, self._user, self._password)
        broker.publish(topic_of(target.centre, target.counter), message, timeout)

    def close(self) -> None:
        """Leave every broker."""
        with self._lock:
            for broker in self._brokers.values():
                broker.close()
            self._brokers.clear()
