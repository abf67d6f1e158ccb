"""Scripts of pages alone in a real browser: their files as they are, and nothing of Django."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from typing_extensions import override

SURFACES = Path(__file__).resolve().parents[1] / "yueban" / "surfaces"
FLAGS = ["--autoplay-policy=no-user-gesture-required"]


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files without a word."""

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The files of a folder at an address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@contextmanager
def scripted_page(folder: Path) -> Iterator[Page]:
    """An empty page at the address of a folder, in Chromium with sound."""
    (folder / "empty.html").write_text("<!doctype html><title>empty</title><body>", encoding="utf-8")
    with serving(folder) as address, sync_playwright() as playwright:
        flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        page = browser.new_context().new_page()
        page.goto(f"{address}/empty.html")
        yield page
        browser.close()
