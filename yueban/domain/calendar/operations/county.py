"""Loading a whole county: directory, working days, timetables, slots; and writing it out again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.db import connection, transaction

from yueban.domain.calendar import queries
from yueban.domain.calendar.models import Session
from yueban.domain.calendar.operations.slots import generate_slots
from yueban.domain.calendar.operations.years import seed_years
from yueban.domain.calendar.rules import Kind
from yueban.domain.directory import county as files
from yueban.domain.directory import operations as directory
from yueban.domain.directory import queries as places
from yueban.domain.directory.operations import Progress, Summary, Tally
from yueban.domain.regulation import operations as regulation
from yueban.kernel.wall import TZ

if TYPE_CHECKING:
    from datetime import datetime


def load_county(folder: Path | str, *, by: str, now: datetime, progress: Progress | None = None) -> Summary:
    """Bring the database to what a county folder says, generate its slots, and return what changed, kind by kind.

    Idempotent. On a day outside the known years no slots are generated. Raises `directory.county.CountyInvalid` with every problem at once, and writes nothing then.
    """
    county = files.read(folder)
    with transaction.atomic():
        regulation.seed()
        seed_years(now=now)
        loaded = directory.load(county, by=by, now=now, progress=progress)
        sessions = load_sessions(county)
    known = queries.working_days().knows(now.astimezone(TZ).date())
    slots = generate_slots(now=now, by=by, progress=progress) if known else Tally()
    _analyze()
    return Summary({**loaded.kinds, "sessions": sessions, "slots": slots})


def export_county(folder: Path | str) -> list[Path]:
    """Write the county in use as the files that `load_county` reads back to the same, and return the files."""
    sessions = {centre.code: _sessions_of(centre.pk) for centre in places.centres()}
    return directory.export(folder, sessions=sessions)


@transaction.atomic
def load_sessions(county: files.County) -> Tally:
    """Bring the regular timetable of each centre to what the county says; other kinds of sessions are left alone."""
    wanted = {centre.code: centre.sessions for centre in county.centres}
    tally = Tally()
    for centre in places.centres():
        tally += _bring(centre.pk, wanted.get(centre.code, ()))
    return tally


def _bring(centre_id: int, wanted: tuple[files.Session, ...]) -> Tally:
    found = _sessions_of(centre_id)
    if found == wanted:
        return Tally(unchanged=len(wanted))
    Session.objects.filter(centre_id=centre_id, kind=Kind.REGULAR).delete()
    Session.objects.bulk_create(_row(centre_id, order, session) for order, session in enumerate(wanted))
    kept = len(set(found) & set(wanted))
    return Tally(added=len(wanted) - kept, unchanged=kept, retired=len(found) - kept)


def _row(centre_id: int, order: int, session: files.Session) -> Session:
    return Session(
        centre_id=centre_id,
        kind=Kind.REGULAR,
        valid_from=str(session.valid_from),
        valid_to=str(session.valid_to),
        weekdays=list(session.weekdays),
        start=session.start,
        end=session.end,
        order=order,
    )


def _sessions_of(centre_id: int) -> tuple[files.Session, ...]:
    """Return a centre's regular timetable as the files say it."""
    return tuple(
        files.Session(
            files.MonthDay(opening.valid_from.month, opening.valid_from.day),
            files.MonthDay(opening.valid_to.month, opening.valid_to.day),
            tuple(sorted(opening.weekdays)),
            opening.span.start,
            opening.span.end,
        )
        for opening in queries.openings(centre_id)
        if opening.kind is Kind.REGULAR
    )


def _analyze() -> None:
    """Let the planner know the new rows, or long-lived connections keep plans made for empty tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE directory_centre, directory_queue, directory_matter, directory_offer, directory_department,"
            " directory_counter, directory_counterqueue, calendar_day, calendar_session"
        )
