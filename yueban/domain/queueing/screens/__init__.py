"""The window screens that a hall already has (N3.3, mode 2): how a text gets to each kind, and which text it is.

Nothing here knows the database: `queries.faces` says what each screen should show, `config.screens` sends it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yueban.domain.queueing.screens.base import LONGEST, Driver, Target, Unreachable
from yueban.domain.queueing.screens.mqtt import MqttDriver
from yueban.domain.queueing.screens.tcp_text import TcpTextDriver
from yueban.domain.queueing.screens.texts import (
    CALLED,
    ENCODINGS,
    IDLE,
    NAMES,
    PAUSED,
    REPEAT,
    Face,
    Sight,
    Texts,
    fill,
    is_repeat,
    payload,
    sight,
    text_of,
    unknown_names,
)
from yueban.domain.queueing.screens.udp_text import UdpTextDriver
from yueban.domain.queueing.screens.web import WebDriver

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "CALLED",
    "DRIVERS",
    "ENCODINGS",
    "FRAMES",
    "IDLE",
    "LONGEST",
    "NAMES",
    "PAUSED",
    "REPEAT",
    "Driver",
    "Face",
    "MqttDriver",
    "Sight",
    "Target",
    "TcpTextDriver",
    "Texts",
    "UdpTextDriver",
    "Unreachable",
    "WebDriver",
    "drivers",
    "fill",
    "is_repeat",
    "payload",
    "sight",
    "text_of",
    "unknown_names",
]

FRAMES: Final[Mapping[str, str]] = {
    WebDriver.name: "{text}",
    TcpTextDriver.name: r"{text}\r\n",
    UdpTextDriver.name: r"{text}",
    MqttDriver.name: "{text}",
}
"""How each driver wraps a text where a screen says nothing else."""

DRIVERS: Final = tuple(FRAMES)


def drivers(*, mqtt_user: str = "", mqtt_password: str = "") -> dict[str, Driver]:
    """One of each kind, by name; close them when done."""
    made: list[Driver] = [WebDriver(), TcpTextDriver(), UdpTextDriver(), MqttDriver(mqtt_user, mqtt_password)]
    return {each.name: each for each in made}
