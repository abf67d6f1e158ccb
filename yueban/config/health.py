"""Probes: `healthz` says that this process answers, `readyz` that the whole stack serves."""

from collections.abc import Callable

import structlog
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from yueban.config import heartbeat
from yueban.domain.calendar import queries as calendar
from yueban.domain.calendar.rules import UnknownDay
from yueban.domain.directory import queries as directory
from yueban.kernel import clock

_log = structlog.get_logger(__name__)
_migrated = False  # remembered once true: tables do not go back under a running process


def healthz(_request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers at all."""
    return JsonResponse({"status": "ok", "now": clock.now().isoformat()})


def readyz(_request: HttpRequest) -> HttpResponse:
    """200 when citizens can book: each part with its answer, and `now` of the clock; otherwise 503."""
    parts = checked()
    ready = all(parts.values())
    answer = {"status": "ready" if ready else "not ready", "now": clock.now().isoformat(), "checks": parts}
    response = JsonResponse(answer, status=200 if ready else 503)
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001  "not yet" is an answer, no error
    return response


def checked() -> dict[str, bool]:
    """Each check in its order; without the tables none of the others can hold."""
    parts: dict[str, bool] = {}
    for name, check in CHECKS.items():
        parts[name] = parts.get("database", True) and _holds(check)
    return parts


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except DatabaseError as error:
        _log.warning("A check of readyz failed", error=str(error))
        return False


def migrated() -> bool:
    """Whether the tables are those of this version."""
    global _migrated  # noqa: PLW0603  one flag of the process
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def slots_generated() -> bool:
    """Whether there are slots from the clock's today to the horizon."""
    try:
        return calendar.slots_ready(now=clock.now())
    except UnknownDay:
        return False


CHECKS: dict[str, Callable[[], bool]] = {
    "database": migrated,
    "county": directory.loaded,
    "slots": slots_generated,
    "events": lambda: "events" in heartbeat.heard(),
    "worker": lambda: "worker" in heartbeat.heard(),
}
