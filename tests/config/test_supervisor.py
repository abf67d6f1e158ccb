"""The stack as an operator meets it: it starts, heals, and ends without leaving anything behind."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack import Stack, eventually, free_port
from yueban.config import database, guardian
from yueban.config.supervisor import Child, how_it_ended


@pytest.fixture(scope="module")
def own() -> Iterator[Stack]:
    """A stack that these tests may hurt; each leaves it ready."""
    running = Stack(clock="2026-11-27T09:00:00+08:00")
    try:
        yield running.start()
    finally:
        running.close()


def family(stack: Stack) -> dict[int, str]:
    """All processes of a stack: pid and name, found by its data folder in their environment or command."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            said = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
            name = (folder / "comm").read_text().strip()
        except OSError:
            continue
        if str(stack.data).encode() in said:
            found[int(folder.name)] = name
    return found


def children(pid: int | None, stack: Stack) -> dict[int, str]:
    """The processes that a process of the stack has started."""
    found = {}
    for each, name in family(stack).items():
        try:
            parent = int(Path(f"/proc/{each}/stat").read_text().rsplit(") ", 1)[1].split()[1])
        except OSError:
            continue
        if parent == pid:
            found[each] = name
    return found


def child(stack: Stack, name: str) -> int:
    """The child of the supervisor of this name."""
    assert stack.process is not None
    named = [pid for pid, said in children(stack.process.pid, stack).items() if said == f"yueban-{name}"]
    assert len(named) == 1, family(stack)
    return named[0]


def postmaster(stack: Stack) -> int | None:
    return guardian.Server(stack.data).running()


def test_readyz_says_what_is_ready_and_the_time_of_the_clock(own: Stack) -> None:
    status, answer = own.get("/readyz")
    assert status == 200
    assert answer["checks"] == dict.fromkeys(["database", "county", "slots", "events", "worker"], True)
    assert answer["now"].startswith("2026-11-27T09:0")
    assert answer["now"].endswith("+08:00")


def test_healthz_answers(own: Stack) -> None:
    assert own.get("/healthz")[1]["status"] == "ok"


def test_the_addresses_and_accounts_are_printed_when_it_is_ready(own: Stack) -> None:
    eventually(lambda: "is ready" in own.log)
    assert f"http://localhost:{own.port}/" in own.log
    for login, account in own.accounts.items():
        assert login in own.log
        assert account["password"] in own.log


@pytest.mark.parametrize("name", ["web", "events", "worker"])
def test_a_crashed_child_is_started_again_and_that_is_said(own: Stack, name: str) -> None:
    before = child(own, name)
    os.kill(before, signal.SIGKILL)
    eventually(lambda: f"{name} was ended by SIGKILL; starting it again in" in own.log)
    eventually(lambda: f"yueban-{name}" in children(own.process.pid if own.process else None, own).values())
    eventually(own.ready, 60, otherwise=lambda: own.log[-3000:])
    assert child(own, name) != before


def test_a_killed_worker_of_the_web_process_is_replaced_while_the_others_serve(own: Stack) -> None:
    main = child(own, "web")
    worker = next(iter(children(main, own)))
    os.kill(worker, signal.SIGKILL)
    answers = [own.get("/healthz")[0] for _ in range(200)]
    assert answers.count(200) >= 150, answers
    eventually(lambda: len(children(main, own)) == 3)
    time.sleep(1)
    assert len(children(main, own)) == 3
    assert child(own, "web") == main


def test_a_killed_database_is_started_again_and_the_stack_heals(own: Stack) -> None:
    server = postmaster(own)
    assert server is not None
    os.kill(server, signal.SIGKILL)
    eventually(lambda: "The embedded database ended; starting it again" in own.log)
    eventually(own.ready, 60, otherwise=lambda: own.log[-3000:])


def test_commands_work_beside_the_stack_and_a_secret_is_alone_on_the_last_line(own: Stack) -> None:
    done = own.command("channel", "add", "测试门户", "--kind", "web")
    assert len(done.stdout.splitlines()) == 1
    assert " " not in done.stdout.strip()
    assert "测试门户" in done.stderr
    token = own.secret_of("staff", "token", "clerk")
    assert len(token) >= 20


def test_check_is_clean_after_the_start(own: Stack) -> None:
    done = own.command("check")
    assert "✗" not in done.stderr


def test_a_second_run_says_that_the_port_is_in_use(own: Stack) -> None:
    done = own.command("run", check=False)
    assert done.returncode == 2
    assert f"Cannot listen on port {own.port} of 127.0.0.1: it is in use" in done.stderr
    assert own.ready()


def test_a_killed_supervisor_takes_everything_along_and_a_new_run_finds_its_data(own: Stack) -> None:
    accounts = own.accounts
    own.stop(signal.SIGKILL)
    eventually(lambda: not family(own), 30, otherwise=lambda: str(family(own)))
    own.start()
    assert own.accounts == accounts
    assert own.command("check").returncode == 0


def test_a_run_right_after_a_kill_needs_no_patience(own: Stack) -> None:
    own.stop(signal.SIGKILL)
    eventually(lambda: not listens(own.port) and not listens(own.events_port))
    own.start()
    assert len([1 for name in family(own).values() if name == "postgres"]) >= 1
    assert postmaster(own) is not None


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_everything_in_good_order(own: Stack, number: signal.Signals) -> None:
    before = time.monotonic()
    assert own.stop(number) == 0
    assert time.monotonic() - before < 15
    eventually(lambda: not family(own), 10, otherwise=lambda: str(family(own)))
    assert not database.guarded(own.data)
    assert "Traceback" not in own.log[own.log.rindex("Stopping") :]
    own.start()


# ---- what is refused before anything starts -------------------------------------------------------------------------


@pytest.fixture
def refused(tmp_path: Path) -> Stack:
    """A stack that is not to start; its folder stays empty."""
    return Stack(data=tmp_path, port=free_port(), events_port=free_port())


def run_refused(stack: Stack, command: str = "run") -> str:
    done = stack.command(command, check=False)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert not (stack.data / "postgres").exists()
    return " ".join(done.stderr.split())


def test_an_environment_that_is_none_is_refused(refused: Stack) -> None:
    refused.settings = {"YUEBAN_ENV": "prod"}
    assert "YUEBAN_ENV is development, test or production, not 'prod'" in run_refused(refused)


def test_the_default_secret_is_refused_in_production(refused: Stack) -> None:
    refused.settings = {"YUEBAN_ENV": "production"}
    refused.clock = ""
    assert "YUEBAN_SECRET_KEY must be set" in run_refused(refused)


def test_a_short_secret_is_refused_in_production(refused: Stack) -> None:
    refused.settings = {"YUEBAN_ENV": "production", "YUEBAN_SECRET_KEY": "short"}
    refused.clock = ""
    assert "at least 32 characters" in run_refused(refused)


@pytest.mark.parametrize("command", ["run", "demo"])
def test_a_simulated_clock_is_refused_in_production(refused: Stack, command: str) -> None:
    refused.settings = {"YUEBAN_ENV": "production", "YUEBAN_SECRET_KEY": "x" * 40}
    assert "refused in production" in run_refused(refused, command)


def test_the_demonstration_is_refused_in_production(refused: Stack) -> None:
    refused.settings = {"YUEBAN_ENV": "production", "YUEBAN_SECRET_KEY": "x" * 40}
    refused.clock = ""
    assert "simulated clock and is refused in production" in run_refused(refused, "demo")


def test_production_without_a_key_file_is_refused(refused: Stack) -> None:
    refused.settings = {"YUEBAN_ENV": "production", "YUEBAN_SECRET_KEY": "x" * 40}
    refused.clock = ""
    assert "YUEBAN_KEYS" in run_refused(refused)


def test_printing_messages_is_refused_in_production(refused: Stack) -> None:
    refused.settings = {"YUEBAN_ENV": "production", "YUEBAN_SECRET_KEY": "x" * 40, "YUEBAN_SMS_GATEWAY": "console"}
    refused.clock = ""
    assert "it is refused in production" in run_refused(refused)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"YUEBAN_SMS_GATEWAY": "pigeon"}, "none of console, file, http"),
        ({"YUEBAN_SMS_GATEWAY": "aliyun"}, "needs YUEBAN_SMS_KEY_ID, YUEBAN_SMS_KEY_SECRET"),
        ({"YUEBAN_SMS_GATEWAY": "http"}, "YUEBAN_SMS_URL must be set"),
    ],
)
def test_a_gateway_that_could_send_nothing_is_refused(refused: Stack, settings: dict[str, str], said: str) -> None:
    refused.settings = settings
    assert said in run_refused(refused)


@pytest.mark.parametrize("wrong", [{"YUEBAN_QUIET_HOURS": "at night"}, {"YUEBAN_REMIND_AT": "6 pm"}])
def test_hours_that_cannot_be_read_are_refused(refused: Stack, wrong: dict[str, str]) -> None:
    refused.settings = wrong
    assert "YUEBAN_QUIET_HOURS is written 21:00-07:30" in run_refused(refused)


def test_a_clock_that_is_no_instant_is_refused(refused: Stack) -> None:
    refused.clock = "tomorrow"
    assert "YUEBAN_CLOCK is no ISO 8601 instant" in run_refused(refused)


@pytest.mark.parametrize("port", ["0", "65536", "http", "８０００", ""])
def test_a_port_that_is_none_is_refused(refused: Stack, port: str) -> None:
    refused.settings = {"YUEBAN_PORT": port}
    assert "YUEBAN_PORT is no number from 1 to 65535" in run_refused(refused)


def test_an_events_port_in_use_is_refused(refused: Stack) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", refused.events_port))
        taken.listen()
        assert f"Cannot listen on port {refused.events_port} of 127.0.0.1: it is in use" in run_refused(refused)


def test_an_address_that_is_not_ours_is_refused(refused: Stack) -> None:
    refused.settings = {"YUEBAN_HOST": "203.0.113.7"}
    assert f"Cannot listen on port {refused.port} of 203.0.113.7: " in run_refused(refused)


@pytest.mark.parametrize("workers", ["0", "many", "65", "-1"])
def test_a_number_of_workers_that_is_none_is_refused(refused: Stack, workers: str) -> None:
    refused.settings = {"YUEBAN_WEB_WORKERS": workers}
    assert "YUEBAN_WEB_WORKERS is no number from 1 to 64" in run_refused(refused)


# ---- the parts ------------------------------------------------------------------------------------------------------


def test_the_pause_before_a_restart_doubles_up_to_half_a_minute() -> None:
    failing = Child("web")
    pauses = []
    for _ in range(9):
        failing.started = time.monotonic()
        failing.crashed()
        pauses.append(round(failing.due - time.monotonic(), 1))
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]


def test_an_exit_is_told_in_words() -> None:
    assert how_it_ended(-9) == "was ended by SIGKILL"
    assert how_it_ended(3) == "ended by itself with status 3"
