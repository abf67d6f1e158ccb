"""What an operator does with `yueban`: each command is a thin call into the domain.

A secret is alone on the last line of stdout; everything else goes to stderr. Exit status: 0 done, 1 something is
wrong with the data (`check`, `audit verify`), 2 the command could not be carried out.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import django
import typer
from django.conf import settings

from yueban.config import database
from yueban.config.environment import data_folder
from yueban.config.processes import why_not_listen
from yueban.config.terminal import Refusal, bar, console, fail
from yueban.kernel import clock, crypto

BY = "system:operator"

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they show the values of variables, and those may be about people
    help="约办 Yueban: booking and queueing for a county.",
)
channels = typer.Typer(no_args_is_help=True, help="Programs that book for applicants.")
staff = typer.Typer(no_args_is_help=True, help="Accounts of staff.")
audit_log = typer.Typer(no_args_is_help=True, help="The append-only log.")
keys = typer.Typer(no_args_is_help=True, help="The keys that seal personal data.")
app.add_typer(channels, name="channel")
app.add_typer(staff, name="staff")
app.add_typer(audit_log, name="audit")
app.add_typer(keys, name="keys")
voice = typer.Typer(no_args_is_help=True, help="The voice of the halls.")
app.add_typer(voice, name="voice")
sms = typer.Typer(no_args_is_help=True, help="Messages to applicants.")
app.add_typer(sms, name="sms")


@contextmanager
def opened(*, tables: bool = True) -> Iterator[None]:
    """Django with its database, for as long as the command runs; with `tables`, refused where there are none yet."""
    with database.database(settings.DATA):
        django.setup()
        from yueban.config import health

        if tables and not health.migrated():
            raise Refusal("The tables are not those of this version: `yueban run` or `yueban import` prepares them.")
        yield


def secret(text: str) -> None:
    """Write a secret alone on a line of stdout."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


# ---- the stack ------------------------------------------------------------------------------------------------------


@app.command()
def run() -> None:
    """Open: database, tables, county, hours; then web, events and worker until Ctrl-C."""
    refuse_early()
    with opened(tables=False):
        from yueban.config import opening

        opening.apart(opening.prepare, opening.open_halls)
        supervise()


@app.command()
def demo(
    rate: Annotated[
        float, typer.Option(min=0, max=120, envvar="YUEBAN_CLOCK_RATE", help="Seconds of its clock in a real second.")
    ] = 1,
    seed: Annotated[int, typer.Option(help="Another seed, another crowd.")] = 1,
) -> None:
    """A living hall on a simulated clock that starts at a working day's 08:55; with its own data folder."""
    if os.environ.get("YUEBAN_ENV") == "production":
        raise Refusal("The demonstration runs on a simulated clock and is refused in production.")
    os.environ.setdefault("YUEBAN_DATA", str(data_folder() / "demo"))
    refuse_early()
    with opened(tables=False):
        from yueban.config import crowd, opening

        opening.apart(opening.prepare)
        start = clock.now() if clock.simulated() else crowd.next_morning()
        clock.simulate(clock.frozen(start))  # the morning is prepared before the clock begins to tick
        opening.apart(opening.open_halls, opening.analyze, partial(crowd.fill, start, seed))
        simulate_from(start, rate)
        supervise(*crowd.told(rate, seed))


def simulate_from(start: datetime, rate: float) -> None:
    """Let this process and its children live from that instant on."""
    os.environ |= {"YUEBAN_CLOCK": start.isoformat(), "YUEBAN_CLOCK_RATE": repr(rate)}
    os.environ.pop("YUEBAN_CLOCK_ANCHOR", None)
    clock.simulate(clock.simulation_of(os.environ))


def refuse_early() -> None:
    """Say before anything is started what would only show afterwards: settings, keys, gateway, numbers, ports."""
    from yueban.domain.notices import gateways

    settings.PRODUCTION  # noqa: B018  reads the settings
    crypto.require_keys()
    for name in ("YUEBAN_WEB_WORKERS", "YUEBAN_WEB_THREADS"):
        number_of(name, os.environ.get(name, "1"), at_most=64)
    gateways.ready()
    host = os.environ.get("YUEBAN_HOST", "127.0.0.1")
    for name, usual in (("YUEBAN_PORT", "8000"), ("YUEBAN_EVENTS_PORT", "8001")):
        port = number_of(name, os.environ.get(name, usual), at_most=2**16 - 1)
        if why := why_not_listen(host, port):
            raise Refusal(f"Cannot listen on port {port} of {host}: {why}. Does Yueban run already? Or set {name}.")


def number_of(name: str, text: str, *, at_most: int) -> int:
    """The number that a variable holds; raises Refusal."""
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= at_most:
        raise Refusal(f"{name} is no number from 1 to {at_most}: {text!r}")
    return int(text)


def supervise(more: str = "", *others: str) -> None:
    """Start web, events and worker, and what else is named, and keep them until a signal; `more` is said when ready."""
    from yueban.config import opening, supervisor

    os.environ.update(clock.anchor_environment())
    accounts = opening.sample_accounts()
    opening.analyze()
    console.print(f"Starting {', '.join((*supervisor.PROCESSES, *others))} …")
    os.environ["YUEBAN_PROCESS"] = "supervisor"
    children = [supervisor.Child(name) for name in (*supervisor.PROCESSES, *others)]
    supervisor.Supervisor(settings.DATA, opening.welcome(accounts, more), children).run()


# ---- the county -----------------------------------------------------------------------------------------------------


@app.command(name="import")
def import_county(
    folder: Annotated[Path, typer.Argument(help="A folder with regions.yaml, departments.yaml, …")],
) -> None:
    """Load or update the county from a folder; all errors at once, and nothing is written when there is one."""
    with opened(tables=False):
        from yueban.config import opening
        from yueban.domain.calendar import operations
        from yueban.domain.directory.county import CountyInvalid

        opening.prepare_tables()
        try:
            with bar(f"Importing {folder}") as progress:
                summary = operations.load_county(folder, by=BY, now=clock.now(), progress=progress)
        except CountyInvalid as invalid:
            console.print(str(invalid), markup=False, soft_wrap=True)
            fail(f"{len(invalid.problems)} problems in {folder}; nothing was written.")
        for kind, tally in summary.kinds.items():
            console.print(f"  {kind:<12} {tally.added} added, {tally.changed} changed, {tally.retired} retired")
        opening.generate_slots()


@app.command(name="export")
def export_county(folder: Annotated[Path, typer.Argument(help="Where the YAML files are written.")]) -> None:
    """Write the county in use as the folder that `import` reads."""
    with opened():
        from yueban.domain.calendar import operations

        for path in operations.export_county(folder):
            console.print(str(path), markup=False)


@app.command()
def slots() -> None:
    """Generate the slots of the horizon now, as the nightly job does."""
    with opened():
        from yueban.config import opening

        opening.generate_slots()


@app.command()
def year(notice: Annotated[Path, typer.Argument(help="A CSV file: date, working, name; see docs/running.md.")]) -> None:
    """Make the working days of a year official, from the notice of the State Council."""
    with opened():
        from yueban.config import opening
        from yueban.domain.calendar import operations
        from yueban.domain.calendar.rules import InvalidNotice

        try:
            told = operations.import_notice(notice, by=BY, now=clock.now())
        except InvalidNotice as invalid:
            console.print(str(invalid), markup=False, soft_wrap=True)
            fail(f"{notice} is no notice of a year; nothing was written.")
        console.print(f"{told.year} is official now; {len(told.changed)} days changed, {told.booked} bookings on them.")
        opening.generate_slots()


@app.command(name="no-shows")
def no_shows() -> None:
    """Run the sweep for no-shows now, as the worker does each minute."""
    with opened():
        from yueban.domain.booking import operations

        with bar("Sweeping") as progress:
            swept = operations.sweep_no_shows(now=clock.now(), progress=progress)
        console.print(f"{swept} {'appointment' if swept == 1 else 'appointments'} marked as no-show.")


@app.command()
def check() -> None:
    """Prove the invariants; status 1 and the rows where one is broken."""
    with opened():
        from yueban.config.invariants import CONTEXTS

        broken = 0
        for name, query in CONTEXTS.items():
            found = query()
            broken += len(found)
            console.print(f"[{'red' if found else 'green'}]{'✗' if found else '✓'}[/] {name}")
            for row in found:
                console.print(f"    {row}", markup=False, soft_wrap=True)
    if broken:
        raise typer.Exit(1)


# ---- accounts -------------------------------------------------------------------------------------------------------


@channels.command("add")
def channel_add(
    name: str,
    kind: Annotated[str, typer.Option(help="web, app, miniprogram, kiosk, phone, onsite or upstream")],
    centre: Annotated[str | None, typer.Option(help="Code of the only centre it may book at.")] = None,
) -> None:
    """Let a program in; prints its token, which is shown this once."""
    with opened():
        from yueban.config import accounts

        token = accounts.add_channel(name, kind, centre, by=BY)
    console.print(f"Channel {name} added. Its token is shown only now:", markup=False)
    secret(token)


@staff.command("add")
def staff_add(
    login: str,
    role: Annotated[str, typer.Option(help="One of the roles of docs/running.md.")],
    centre: Annotated[str | None, typer.Option(help="Code of the centre; none: the whole county.")] = None,
    department: Annotated[str | None, typer.Option(help="Code of the department.")] = None,
) -> None:
    """Add an account; prints its first password, to be changed at the first login."""
    with opened():
        from yueban.config import accounts

        password = accounts.add_staff(login, role, centre, department, by=BY)
    console.print(f"Account {login} added. Its first password:", markup=False)
    secret(password)


@staff.command("token")
def staff_token(login: str) -> None:
    """Make an API token of an account (calling tickets through the API)."""
    with opened():
        from yueban.config import accounts

        token = accounts.issue_staff_token(login, by=BY)
    console.print(f"A token of {login}, shown only now:", markup=False)
    secret(token)


# ---- log and keys ---------------------------------------------------------------------------------------------------


@audit_log.command("verify")
def audit_verify() -> None:
    """Recompute the chain of seals; status 1 where one does not hold."""
    with opened():
        from yueban.domain.audit import queries

        with bar("Verifying the seals") as progress:
            problems = queries.verify(progress=progress)
    for problem in problems:
        console.print(problem, markup=False, soft_wrap=True)
    if problems:
        raise typer.Exit(1)
    console.print("[green]✓[/] every seal holds")


@keys.command("rotate")
def keys_rotate() -> None:
    """Write with a new key from now on, seal all personal data anew under it, and retire the old ones."""
    with opened():
        from yueban.config import rotation

        new = rotation.rotate()
    console.print(f"Key {new} seals everything now. Back up the key file: without it nothing can be read.")


# ---- devices --------------------------------------------------------------------------------------------------------


@voice.command("build")
def voice_build() -> None:
    """Make the clips of which boards put their calls together: what nobody recorded is spoken by espeak-ng."""
    with opened():
        from yueban.config import voice as clips

        with bar("Speaking") as progress:
            made = clips.build(progress)
    console.print(
        f"{len(made.clips)} clips in {settings.VOICE_FOLDER}, {made.recorded} of them recorded.", soft_wrap=True
    )


@sms.command("texts")
def sms_texts(
    provider: Annotated[str, typer.Option("--for", help="aliyun (${name}) or tencent ({1})")] = "aliyun",
) -> None:
    """Write the texts to hand in for approval, one a line: the kind, a tab, the text with the provider's placeholders."""
    from yueban.domain.notices.rules import Template, provider_text

    placeholders = {"aliyun": "${{{name}}}", "tencent": "{{{n}}}"}
    if provider not in placeholders:
        raise Refusal(f"--for is {' or '.join(placeholders)}, not {provider!r}")
    mark = placeholders[provider]
    for kind in Template:
        sys.stdout.write(f"{kind}\t{provider_text(kind, mark, address=settings.PUBLIC_URL)}\n")
