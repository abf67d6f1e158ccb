"""Where the database is: `DATABASE_URL`, or the embedded server's socket in the data folder."""

import hashlib
import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

LONGEST_SOCKET_PATH = 103  # bytes; 107 on Linux, 103 on macOS

# Without these two literals are inlined and prepared plans never match: twice the database's CPU (architecture).
OPTIONS: dict[str, Any] = {"server_side_binding": True, "prepare_threshold": 1}


def database_settings(data: Path) -> dict[str, Any]:
    """Django's settings of the one database. `DATABASE_URL` wins over the embedded server in `data`."""
    url = os.environ.get("DATABASE_URL")
    found = from_url(url) if url else embedded(data)
    return found | {
        "ENGINE": "yueban.config.postgresql",
        "OPTIONS": OPTIONS | found.get("OPTIONS", {}),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


def from_url(url: str) -> dict[str, Any]:
    """Split `postgresql://user:password@host:port/name?host=/socket&sslmode=…`; a query's `host` is a socket folder."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "NAME": unquote(parts.path.lstrip("/")) or "yueban",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", unquote(parts.hostname or "")),
        "PORT": str(parts.port or ""),
        "OPTIONS": query,
    }


def data_folder() -> Path:
    """`YUEBAN_DATA`; otherwise `.run` of the checkout, or of the current folder where Yueban is installed."""
    if named := os.environ.get("YUEBAN_DATA"):
        return Path(named).absolute()
    checkout = Path(__file__).resolve().parents[2]
    return (checkout if (checkout / "pyproject.toml").exists() else Path.cwd()) / ".run"


def socket_folder(data: Path) -> Path:
    """Where the embedded server listens: its own folder, or a short one when the path is too long for a socket."""
    folder = data / "postgres"
    if len(os.fsencode(folder / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH:
        return folder
    digest = hashlib.sha256(os.fsencode(data.absolute())).hexdigest()[:16]
    return Path("/tmp") / f"yueban-{os.geteuid()}-{digest}"  # noqa: S108  owner and mode are checked (guardian)


def embedded(data: Path) -> dict[str, Any]:
    """The server that the supervisor starts in `data`, reached by its unix socket."""
    return {"NAME": "yueban", "USER": "postgres", "HOST": str(socket_folder(data)), "PORT": ""}


def public_url(*, production: bool) -> str:
    """Where residents reach the pages, without a slash at the end: what links in SMS begin with.

    `YUEBAN_PUBLIC_URL`; otherwise in production the first of `YUEBAN_ORIGINS` or of `YUEBAN_HOSTS`, else this machine.
    """
    if named := os.environ.get("YUEBAN_PUBLIC_URL") or (production and os.environ.get("YUEBAN_ORIGINS", "")):
        return named.split(",")[0].rstrip("/")
    if production:
        scheme = "https" if os.environ.get("YUEBAN_HTTPS", "1") == "1" else "http"
        return f"{scheme}://{os.environ.get('YUEBAN_HOSTS', 'localhost').split(',')[0]}"
    return f"http://localhost:{os.environ.get('YUEBAN_PORT', '8000')}"
