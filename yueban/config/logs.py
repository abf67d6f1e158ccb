"""Structured logs without personal data: lines for a terminal, JSON for a machine (`YUEBAN_LOG=json`)."""

import logging.config
import os
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

MASK = "***"

# Names of fields whose value is about a person, whatever it looks like.
PERSONAL_FIELDS = frozenset({"name", "applicant", "certificate", "number", "phone", "recipient", "token", "password"})

_GAP = r"[ \-\u00a0\u3000]?"  # people write numbers in groups
PERSONAL_TEXT = re.compile(
    r"(?<![A-Za-z0-9_０-９])(?<!\d\.)(?:"
    rf"(?:\+?86{_GAP})?1[3-9]\d(?:{_GAP}\d){{8}}"  # mobile
    rf"|0\d{{2,3}}{_GAP}\d{{7,8}}"  # landline
    rf"|\d{{6}}{_GAP}(?:18|19|20)\d{{2}}{_GAP}\d{{4}}{_GAP}\d{{3}}[\dXxＸｘ]"  # resident card, residence permits
    r"|[A-Za-z]{1,3}\d{7,15}"  # passports, permits to and from Hong Kong, Macao and abroad
    r"|\d{8,17}[\dXxＸｘ]?"  # permits of Taiwan, old cards of 15 digits, and whatever else is that long
    r"|(?=[0-9A-Z]*\d)[0-9A-HJ-NP-RT-UW-Y]{18}"  # enterprises
    r")(?![A-Za-z0-9_０-９])"
)
# PostgreSQL repeats the failing row in a line of its own, with names that no pattern can know.
_DETAIL = re.compile(r"^(DETAIL|CONTEXT):.*$", re.MULTILINE)
# Whoever holds such an address may act: the links of messages, and where providers push receipts.
_KEYS_IN_ADDRESSES = re.compile(r"(/[pqrv]/|/api/receipts/[^/\s]{1,40}/)[\w-]{12,}")


def masked(text: str) -> str:
    """The text without what looks like the number of a certificate or a telephone, and without keys in addresses."""
    text = _KEYS_IN_ADDRESSES.sub(rf"\1{MASK}", text)
    return PERSONAL_TEXT.sub(MASK, _DETAIL.sub(rf"\1: {MASK}", text))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, Mapping):
        return {key: MASK if key in PERSONAL_FIELDS else _clean(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(inner) for inner in value]
    if isinstance(value, int | float | bool | None):
        return masked(str(value)) if len(str(value)) >= 8 and isinstance(value, int) else value  # noqa: PLR2004
    return masked(str(value))


def mask_personal_data(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The processor that every line passes; `timestamp` and `level` are ours and stay."""
    for key in event:
        if key in PERSONAL_FIELDS:
            event[key] = MASK
        elif key not in {"timestamp", "level", "_record", "_from_structlog"}:
            event[key] = _clean(event[key])
    return event


def add_process(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Which of our processes speaks."""
    event["process"] = os.environ.get("YUEBAN_PROCESS", "yueban")
    return event


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    add_process,
    structlog.processors.format_exc_info,
]


def kind_of(environment: Mapping[str, str]) -> str:
    """`YUEBAN_LOG`; by default JSON in production and lines elsewhere."""
    usual = "json" if environment.get("YUEBAN_ENV") == "production" else "console"
    return environment.get("YUEBAN_LOG", usual)


def renderer(kind: str) -> Any:
    """JSON for machines; else lines for people, coloured on a terminal."""
    if kind == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0)


def settings(kind: str, level: str = "INFO") -> dict[str, Any]:
    """Django's LOGGING: one handler to stderr, and every line through the mask as the last step but rendering."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    final = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, mask_personal_data, renderer(kind)]
    formatter = {"()": structlog.stdlib.ProcessorFormatter, "foreign_pre_chain": SHARED, "processors": final}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"one": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "one"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django's own handlers would speak twice, and mail nobody.
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            "procrastinate": {"level": "WARNING"},  # a line for each of some thousand ticks a day says nothing
            "httpx": {"level": "WARNING"},  # its lines carry whole addresses
            "_granian": {"level": "WARNING"},
        },
    }


def configure(kind: str, level: str = "INFO") -> None:
    """Set up logging in a process that runs without Django."""
    logging.config.dictConfig(settings(kind, level))
