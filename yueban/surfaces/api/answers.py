"""How an endpoint answers, and what its errors are in the OpenAPI document."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final

from django.http import HttpResponse

from yueban.surfaces.api import schemas

_SCHEMAS: Final[dict[int, type[schemas.Problem]]] = {
    404: schemas.InvalidProblem,
    409: schemas.RefusedProblem,
    422: schemas.InvalidProblem,
}


def errors(*statuses: int) -> dict[int, type[schemas.Problem]]:
    """Give the problems an endpoint may answer with."""
    return {status: _SCHEMAS.get(status, schemas.Problem) for status in statuses}


WRITING: Final = (400, 401, 403, 413, 415, 422, 429)
"""What every endpoint with a body may answer."""


def answered(value: Any, *, status: int = 200) -> HttpResponse:
    """Answer plain values; instants become ISO 8601 with their offset."""
    return HttpResponse(
        json.dumps(value, ensure_ascii=False, default=_text), status=status, content_type="application/json"
    )


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
