"""Where the database is: `DATABASE_URL`, or the embedded server's socket in the data folder."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

# Without these two literals are inlined and prepared plans never match: twice the database's CPU (architecture).
OPTIONS: dict[str, Any] = {"server_side_binding": True, "prepare_threshold": 1}


def database_settings(data: Path) -> dict[str, Any]:
    """Django's settings of the one database. `DATABASE_URL` wins over the embedded server in `data`."""
    url = os.environ.get("DATABASE_URL")
    found = from_url(url) if url else embedded(data)
    return found | {
        "ENGINE": "django.db.backends.postgresql",
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


def embedded(data: Path) -> dict[str, Any]:
    """The server that the supervisor starts in `data`, reached by its unix socket."""
    return {"NAME": "yueban", "USER": "postgres", "HOST": str(data / "postgres"), "PORT": ""}
