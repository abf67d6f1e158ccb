"""The database has the last word: named constraints become domain errors, and races are retried."""

from __future__ import annotations

import functools
import random
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import psycopg

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

P = ParamSpec("P")
R = TypeVar("R")

_TRANSIENT = frozenset({"40P01", "40001"})  # deadlock_detected, serialization_failure
_FIRST_PAUSE = 0.005


def _database_error(error: BaseException | None) -> psycopg.Error | None:
    """Find psycopg's error behind Django's, which keeps it as its cause."""
    while error is not None and not isinstance(error, psycopg.Error):
        error = error.__cause__
    return error


def constraint_name(error: BaseException) -> str | None:
    """Give the name of the violated constraint, or None when the error is about none."""
    cause = _database_error(error)
    return cause.diag.constraint_name if cause is not None else None


def sqlstate(error: BaseException) -> str | None:
    """Give PostgreSQL's five-character code behind an error, or None."""
    cause = _database_error(error)
    return cause.sqlstate if cause is not None else None


@contextmanager
def translate(named: Mapping[str, Callable[[], Exception]]) -> Iterator[None]:
    """Turn the violation of a named constraint into the exception that its entry makes.

    A violation of any other constraint passes unchanged.
    """
    try:
        yield
    except Exception as error:
        make = named.get(constraint_name(error) or "")
        if make is None:
            raise
        raise make() from error


def transient(error: BaseException, constraints: frozenset[str] = frozenset()) -> bool:
    """Tell whether trying again may help: deadlock, serialisation, or one of the named constraints."""
    return sqlstate(error) in _TRANSIENT or (constraint_name(error) or "") in constraints


def retrying(
    *, attempts: int = 5, constraints: frozenset[str] = frozenset()
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorate a function that owns its transaction, so that it is tried again after a lost race.

    Never inside an open transaction: PostgreSQL refuses every further statement there.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def persistent(*args: P.args, **kwargs: P.kwargs) -> R:
            for attempt in range(1, attempts):
                try:
                    return function(*args, **kwargs)
                except Exception as error:
                    if not transient(error, constraints):
                        raise
                time.sleep(random.uniform(0.5, 1.5) * _FIRST_PAUSE * 2**attempt)  # noqa: S311 - jitter, no secret
            return function(*args, **kwargs)

        return persistent

    return decorate
