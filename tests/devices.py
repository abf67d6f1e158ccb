"""The machines of a hall, simulated on real sockets: window screens, a broker, a printer, a card reader's service."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from typing_extensions import override

from tests.stack import eventually, free_port


class Machine:
    """A server on a port of its own; each connection is served in a thread."""

    def __init__(self) -> None:
        self.port = free_port()
        self._listening: socket.socket | None = None
        self.connections = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self.switch_on()
        return self

    def __exit__(self, *_error: object) -> None:
        self.switch_off()

    def switch_on(self) -> None:
        listening = socket.create_server(("127.0.0.1", self.port))
        self._listening = listening
        threading.Thread(target=self._accept, args=[listening], daemon=True).start()

    def switch_off(self) -> None:
        """Nobody answers any more."""
        if self._listening is not None:
            with suppress(OSError):
                self._listening.shutdown(socket.SHUT_RDWR)
            self._listening.close()
            self._listening = None

    def _accept(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                self.connections += 1
                threading.Thread(target=self._served, args=[connection], daemon=True).start()

    def _served(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            self.serve(connection)

    def serve(self, connection: socket.socket) -> None:
        raise NotImplementedError


class TcpScreen(Machine):
    """A controller that shows what it is sent. `stuck`: it takes a connection and then nothing happens."""

    def __init__(self, *, stuck: bool = False) -> None:
        super().__init__()
        self.shown: list[bytes] = []
        self._stuck = threading.Event()
        if not stuck:
            self._stuck.set()

    @override
    def serve(self, connection: socket.socket) -> None:
        self._stuck.wait(30)
        received = b""
        while data := connection.recv(1024):
            received += data
        self.shown.append(received)


@contextmanager
def black_hole() -> Iterator[str]:
    """An address where connections neither succeed nor fail: as a screen whose cable was pulled."""
    with ExitStack() as held:
        listening = held.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        address = listening.getsockname()
        for _ in range(3):  # its queue is full from now on
            waiting = held.enter_context(socket.socket())
            waiting.setblocking(False)  # noqa: FBT003
            waiting.connect_ex(address)
        yield f"{address[0]}:{address[1]}"


class UdpScreen:
    """A controller that shows datagrams."""

    def __init__(self) -> None:
        self.shown: list[bytes] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                self.shown.append(self._socket.recv(1024))

    def close(self) -> None:
        self._socket.close()


@dataclass
class Mosquitto:
    """The real broker, on a port of its own."""

    folder: Path
    port: int = field(default_factory=free_port)
    user: str = ""
    password: str = ""
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> Self:
        program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
        assert program, "run `make packages`: the tests need mosquitto"
        lines = [f"listener {self.port} 127.0.0.1", "user root", "persistence false", self._access()]
        (self.folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")
        command = [program, "-c", str(self.folder / "mosquitto.conf")]
        with (self.folder / "mosquitto.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        eventually(self._answers, 10, otherwise=(self.folder / "mosquitto.log").read_text)
        return self

    def _access(self) -> str:
        if not self.user:
            return "allow_anonymous true"
        digest, salt = hashlib.pbkdf2_hmac("sha512", self.password.encode(), b"salt" * 3, 101), b"salt" * 3
        words = [base64.b64encode(each).decode() for each in (salt, digest)]
        (self.folder / "passwords").write_text(f"{self.user}:$7$101${words[0]}${words[1]}\n")
        return f"allow_anonymous false\npassword_file {self.folder / 'passwords'}"

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
            self.process = None


class Printer(Machine):
    """An ESC/POS printer: collects slips, answers DLE EOT and GS r as its state is, jams when it has no paper.

    `sheets`: so many slips come out, then it stands still in the middle of one. `mute`: one of those that never answer.
    `runs_out`: the end of the paper passes while it prints, and it says so after the slip.
    """

    def __init__(self, *, sheets: int = 1000, **state: bool) -> None:
        super().__init__()
        self.sheets = sheets
        self.mute, self.cover = state.pop("mute", False), state.pop("cover", False)
        self.low, self.runs_out = state.pop("low", False), state.pop("runs_out", False)
        assert not state
        self.slips: list[bytes] = []

    @property
    def texts(self) -> list[str]:
        """What a person reads on each slip."""
        return [readable(slip) for slip in self.slips]

    @override
    def serve(self, connection: socket.socket) -> None:
        buffer = b""
        while data := connection.recv(4096):
            buffer = self._take(connection, buffer + data)

    def _take(self, connection: socket.socket, buffer: bytes) -> bytes:
        for question in (b"\x10\x04\x02", b"\x10\x04\x04"):  # answered at once, whatever is in the buffer
            while question in buffer:
                buffer = buffer.replace(question, b"", 1)
                self._say(connection, self._offline() if question[-1] == 2 else self._paper())
        while (cut := buffer.find(b"\x1dV")) >= 0 and self.sheets:
            self.slips.append(buffer[: cut + 3])
            buffer = buffer[cut + 3 :]
            self.sheets -= 1
        if buffer.startswith(b"\x1dr\x01"):
            buffer = buffer[3:]
            self._say(connection, 0x0F if self.runs_out else 0x03 if self.low else 0x00)
        return buffer

    def _say(self, connection: socket.socket, byte: int) -> None:
        if not self.mute:
            connection.sendall(bytes([byte]))

    def _offline(self) -> int:
        return 0x12 | (0x04 if self.cover else 0) | (0 if self.sheets else 0x20)

    def _paper(self) -> int:
        return 0x12 | (0x0C if self.low else 0) | (0 if self.sheets else 0x60)


def readable(slip: bytes) -> str:
    """The lines of a slip without its commands; the content of a QR code in angle brackets."""
    out, at = b"", 0
    lengths = {b"\x1b@": 2, b"\x1c&": 2, b"\x1b": 3, b"\x1dV": 3, b"\x1d!": 3}
    while at < len(slip):
        if slip.startswith(b"\x1d(k", at):
            size = int.from_bytes(slip[at + 3 : at + 5], "little")
            if slip[at + 6] == 80:
                out += b"<" + slip[at + 8 : at + 5 + size] + b">"
            at += 5 + size
            continue
        step = next((size for mark, size in lengths.items() if slip.startswith(mark, at)), 0)
        if not step:
            out += slip[at : at + 1]
        at += step or 1
    return out.decode("gb18030")


class CardService(Machine):
    """A reader's service on the terminal: `transport` websocket pushes what `lay` puts down, http is asked for it."""

    def __init__(self, transport: str) -> None:
        super().__init__()
        self.transport = transport
        self.told: list[str] = []
        self._open: list[socket.socket] = []
        self._card: dict[str, Any] = {}

    @property
    def url(self) -> str:
        return f"{'ws' if self.transport == 'websocket' else 'http'}://{self.address}/read"

    def lay(self, card: dict[str, Any]) -> None:
        """Put a card on the reader."""
        self._card = card
        for connection in self._open:
            with suppress(OSError):
                connection.sendall(_frame(json.dumps(card, ensure_ascii=False).encode()))

    def lift(self) -> None:
        """Take the card away."""
        self._card = {}

    def hang_up(self) -> None:
        """Break every connection."""
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    @property
    def watched(self) -> bool:
        return bool(self._open)

    @override
    def serve(self, connection: socket.socket) -> None:
        request = b""
        while b"\r\n\r\n" not in request:
            request += connection.recv(4096)
        if self.transport == "http":
            body = json.dumps(self._card or {"code": 1}, ensure_ascii=False).encode()
            head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nAccess-Control-Allow-Origin: *\r\n"
            connection.sendall(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
            return
        connection.sendall(_accepted(request))
        self._open.append(connection)
        while data := connection.recv(4096):
            self.told.append(_unmasked(data))


def _accepted(request: bytes) -> bytes:
    key = next(line.split(b": ")[1] for line in request.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key"))
    accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())  # noqa: S324  RFC 6455
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )


def _frame(text: bytes) -> bytes:
    size = bytes([len(text)]) if len(text) < 126 else b"\x7e" + len(text).to_bytes(2, "big")
    return b"\x81" + size + text


def _unmasked(frame: bytes) -> str:
    size = frame[1] & 0x7F
    mask, body = frame[2:6], frame[6 : 6 + size]
    return bytes(byte ^ mask[index % 4] for index, byte in enumerate(body)).decode(errors="replace")


@contextmanager
def mosquitto(folder: Path, **options: Any) -> Iterator[Mosquitto]:
    """A broker while the block runs."""
    broker = Mosquitto(folder, **options)
    try:
        yield broker.start()
    finally:
        broker.stop()
