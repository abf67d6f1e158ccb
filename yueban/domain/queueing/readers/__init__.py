"""Card readers and scanners: what arrives from them, and what it means.

Most are keyboard wedges: they type. Others are reached by a service on the terminal, which the page's own adapter
(`yueban/reader.js`) asks; what it gets is sent as if it had been typed, so that one rule understands both.
"""

from typing import Final

from yueban.domain.queueing.readers.wedge import LONGEST, Meaning, Reading, understand

__all__ = ["LONGEST", "TRANSPORTS", "Meaning", "Reading", "understand"]

TRANSPORTS: Final = ("websocket", "http")
