"""What `yueban run` does before it opens: tables, county, hours, sample accounts. Each step is skipped when done."""

import json
import multiprocessing
import os
import secrets
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from yueban.config.processes import die_with_parent
from yueban.config.terminal import Refusal, bar, console
from yueban.domain.calendar import operations as calendar
from yueban.domain.calendar.rules import UnknownDay
from yueban.domain.directory import queries as directory
from yueban.domain.directory.county import CountyInvalid
from yueban.domain.people import operations as people
from yueban.domain.people import queries as people_queries
from yueban.domain.people import rules as people_rules
from yueban.domain.queueing import operations as queueing
from yueban.domain.visits import operations as visits
from yueban.domain.visits import queries as visit_queries
from yueban.domain.visits.operations import TeamForm
from yueban.kernel import clock, crypto

SAMPLE = Path(__file__).resolve().parents[1] / "sample" / "shenqiu"
ACCOUNTS = "sample-accounts.json"
SAMPLE_ROLES = {
    "clerk": people_rules.Role.CLERK,
    "clerk2": people_rules.Role.CLERK,
    "guide": people_rules.Role.GUIDE,
    "hotline": people_rules.Role.HOTLINE,
    "department": people_rules.Role.DEPARTMENT_MANAGER,
    "manager": people_rules.Role.CENTRE_MANAGER,
    "supervisor": people_rules.Role.SUPERVISOR,
    "admin": people_rules.Role.SYSTEM_ADMIN,
    "security": people_rules.Role.SECURITY_ADMIN,
    "audit": people_rules.Role.AUDIT_ADMIN,
}
IN_DEPARTMENT = frozenset({"clerk2", "department"})
SAMPLE_DEPARTMENT = "renshe"
"""Which department those two are of; in a county without it, the first one that serves at its centre."""

SAMPLE_TEAMS = {"gongan-huzheng": "样例户籍上门组", "renshe": "样例社保上门组", "shijian": "样例食品查验组"}
"""Teams that go out in the sample county, by department, so that a visit can be arranged at once (R3.4)."""


def apart(*steps: Callable[[], None]) -> None:
    """Run steps in a child, so that what they load is not kept by the processes that serve; exceptions are raised here."""
    connections.close_all()  # a session must not be shared
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(1, mp_context=fork, initializer=die_with_parent) as pool:
        for step in steps:
            pool.submit(step).result()


def prepare() -> None:
    """Tables and county."""
    prepare_tables()
    load_county()


def open_halls() -> None:
    """Hours to come; and the end of days that nobody closed."""
    generate_slots()
    close_past_days()
    sample_teams()


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
    if settings.PRODUCTION and folder == SAMPLE:
        console.print(
            "[bold yellow]![/] This is the sample county: its guides are not official and not for the public."
        )
    try:
        with bar(f"Loading the county of {folder}") as progress:
            calendar.load_county(folder, by="system:open", now=clock.now(), progress=progress)
    except CountyInvalid as invalid:
        raise Refusal(f"{invalid}\nThe county of {folder} (YUEBAN_COUNTY) cannot be loaded.") from invalid


def generate_slots() -> None:
    """Have the hours of the horizon that can be booked; on a day of an unknown year there are none, and it is said."""
    try:
        with bar("Generating slots") as progress:
            calendar.generate_slots(now=clock.now(), progress=progress)
    except UnknownDay as unknown:
        console.print(f"No slots were generated: {unknown}. Import the year's notice with `yueban year FILE`.")


def close_past_days() -> None:
    """End what a hall left open when the machine was switched off: yesterday's ticket in hand would block a counter."""
    now = clock.now()
    queueing.close_day(now.date() - timedelta(days=1), by="system:open", now=now)


def sample_teams() -> None:
    """Teams of the sample county, made once; none in production and none in a county of somebody's own."""
    if settings.PRODUCTION or os.environ.get("YUEBAN_COUNTY"):
        return
    centre = directory.county_centre()
    if visit_queries.teams(centre.pk).exists():
        return
    for department in directory.departments(centre):
        if name := SAMPLE_TEAMS.get(department.code):
            form = TeamForm(name, "样例甲、样例乙")
            ids = {"centre_id": centre.pk, "department_id": department.pk}
            visits.add_team(form, **ids, by="system:open", now=clock.now())


def analyze() -> None:
    """Let the planner know the first rows: long-lived sessions would keep a plan made for empty tables."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def sample_accounts() -> list[dict[str, str]]:
    """Accounts to try everything with, made once; none in production. Kept in the data folder for the next start."""
    if settings.PRODUCTION:
        return []
    path = settings.DATA / ACCOUNTS
    known: dict[str, dict[str, str]] = {a["login"]: a for a in _read(path)}
    there = set(people_queries.staff().values_list("username", flat=True))
    for login, role in SAMPLE_ROLES.items():
        if login not in there:
            known[login] = _add(login, role)
    accounts = [known[login] for login in SAMPLE_ROLES if login in known]
    _keep(path, accounts)
    return accounts


def _read(path: Path) -> list[dict[str, str]]:
    known: list[dict[str, str]] = json.loads(path.read_text()) if path.exists() else []
    return known


def _add(login: str, role: people_rules.Role) -> dict[str, str]:
    """Add a sample account at the county's centre; its password is given, so it need not be changed first."""
    centre = directory.county_centre()
    password = "-".join(secrets.token_hex(2) for _ in range(3))
    county = people_rules.REACHES[role] in {people_rules.Reach.LEVEL, people_rules.Reach.COUNTY}
    departments = list(directory.departments(centre)) if login in IN_DEPARTMENT else []
    own = next((each for each in departments if each.code == SAMPLE_DEPARTMENT), next(iter(departments), None))
    new = people.NewStaff(login, role, centre_id=None if county else centre.pk, department_id=own.pk if own else None)
    people.add_staff(new, password=password, by="system:open", now=clock.now())
    where = {"centre": centre.code, "department": own.code if own else ""}
    return {"login": login, "password": password, "role": role.value} | where


def _keep(path: Path, accounts: list[dict[str, str]]) -> None:
    partial = path.with_suffix(f".{secrets.token_hex(4)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(accounts, file, ensure_ascii=False, indent=1)
    partial.replace(path)


def _account_line(account: dict[str, str]) -> str:
    known = f"    {account['login']:<10} {account['password']:<20} {account['role']:<20}"
    return f"{known} {account.get('department', '')}".rstrip()


def welcome(accounts: list[dict[str, str]], more: str = "") -> str:
    """Where everything is, said when the stack is ready, and what else there is to say."""
    host, port = os.environ.get("YUEBAN_HOST", "127.0.0.1"), os.environ.get("YUEBAN_PORT", "8000")
    web = f"http://{'localhost' if host in {'127.0.0.1', '0.0.0.0', '::', '::1'} else host}:{port}"  # noqa: S104
    centre = directory.county_centre().code if directory.loaded() else ""
    lines = [
        "",
        f"  约办 Yueban is ready, its clock says {clock.now():%Y-%m-%d %H:%M}.",
        "",
        f"  门户 portal    {web}/",
        f"  取号机 kiosk   {web}/kiosk/",
        f"  叫号 counter   {web}/counter/",
        f"  登记 desk      {web}/desk/",
        f"  大屏 board     {web}/display/board/{centre}/",
        f"  后台 admin     {web}/admin/",
        f"  接口 API       {web}/api/docs",
    ]
    if not settings.PRODUCTION:
        lines += [f"  短信 messages  {web}/dev/inbox/", "", "  Sample accounts (not in production):"]
        lines += [_account_line(account) for account in accounts]
    return "\n".join([*lines, *(["", more] if more else []), "", "  Stop with Ctrl-C.", ""])
