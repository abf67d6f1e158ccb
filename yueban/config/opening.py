"""What `yueban run` does before it opens: tables, county, hours, sample accounts. Each step is skipped when done."""

import json
import os
import secrets
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from yueban.config.terminal import bar, console
from yueban.domain.calendar import operations as calendar
from yueban.domain.directory import queries as directory
from yueban.domain.people import operations as people
from yueban.domain.people import queries as people_queries
from yueban.domain.people.rules import Role
from yueban.kernel import clock, crypto

SAMPLE = Path(__file__).resolve().parents[1] / "sample" / "shenqiu"
ACCOUNTS = "sample-accounts.json"


def prepare_tables() -> None:
    """Bring the tables to this version."""
    with console.status("Preparing the tables"):
        call_command("migrate", interactive=False, verbosity=0)
    crypto.require_keys()
    calendar.seed_years(now=clock.now())


def load_county() -> None:
    """Load `YUEBAN_COUNTY` (default: the sample) into an empty database, and never into another."""
    if directory.loaded():
        return
    folder = Path(os.environ.get("YUEBAN_COUNTY") or SAMPLE)
    with bar(f"Loading the county of {folder}") as progress:
        calendar.load_county(folder, by="system:open", now=clock.now(), progress=progress)


def generate_slots() -> None:
    """Have the hours of the horizon that can be booked."""
    with bar("Generating slots") as progress:
        calendar.generate_slots(now=clock.now(), progress=progress)


def analyze() -> None:
    """Let the planner know the first rows: long-lived sessions would keep a plan made for empty tables."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def sample_accounts() -> list[dict[str, str]]:
    """Accounts to try everything with, made once; none in production. Kept in the data folder for the next start."""
    if settings.PRODUCTION:
        return []
    path = settings.DATA / ACCOUNTS
    known: list[dict[str, str]] = json.loads(path.read_text()) if path.exists() else []
    missing = [wanted for wanted in _wanted() if not _still_there(wanted["login"], known)]
    if missing:
        made = [account | {"password": _make(account)} for account in missing]
        names = {account["login"] for account in made}
        known = [account for account in known if account["login"] not in names] + made
        _keep(path, known)
    return known


def _wanted() -> list[dict[str, str]]:
    centre = directory.county_centre().code
    roles = {"clerk": Role.CLERK, "manager": Role.MANAGER, "admin": Role.ADMIN}
    return [{"login": login, "role": role.value, "centre": centre} for login, role in roles.items()]


def _still_there(login: str, known: list[dict[str, str]]) -> bool:
    return any(account["login"] == login for account in known) and people_queries.staff_exists(login)


def _make(account: dict[str, str]) -> str:
    return people.add_staff(**account, by="system:open", now=clock.now())


def _keep(path: Path, accounts: list[dict[str, str]]) -> None:
    partial = path.with_suffix(f".{secrets.token_hex(4)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(accounts, file, ensure_ascii=False, indent=1)
    partial.replace(path)


def welcome(accounts: list[dict[str, str]]) -> str:
    """Where everything is, said when the stack is ready."""
    host, port = os.environ.get("YUEBAN_HOST", "127.0.0.1"), os.environ.get("YUEBAN_PORT", "8000")
    web = f"http://{'localhost' if host in {'127.0.0.1', '0.0.0.0', '::', '::1'} else host}:{port}"  # noqa: S104
    centre = directory.county_centre().code if directory.loaded() else ""
    lines = [
        "",
        f"  约办 Yueban is ready, its clock says {clock.now():%Y-%m-%d %H:%M}.",
        "",
        f"  门户 portal    {web}/",
        f"  取号机 kiosk   {web}/kiosk/{centre}/",
        f"  叫号 counter   {web}/counter/",
        f"  大屏 board     {web}/display/{centre}/",
        f"  后台 admin     {web}/admin/",
        f"  接口 API       {web}/api/docs",
    ]
    if not settings.PRODUCTION:
        lines += [f"  短信 messages  {web}/dev/inbox/", "", "  Sample accounts (not in production):"]
        lines += [f"    {a['login']:<10} {a['password']:<20} {a['role']} of {a['centre']}" for a in accounts]
    return "\n".join([*lines, "", "  Stop with Ctrl-C.", ""])
