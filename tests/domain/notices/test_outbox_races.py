"""Workers die and come together; every message is delivered, none is lost."""

import json
import multiprocessing
import os
import signal
import time
from contextlib import closing
from datetime import datetime
from multiprocessing.context import ForkProcess
from pathlib import Path

import pytest
from django.db import connection, connections

from yueban.domain.notices import operations, queries
from yueban.domain.notices.gateways.file import FileGateway
from yueban.domain.notices.models import Message
from yueban.kernel import crypto
from yueban.kernel.clock import TZ

NOW = datetime(2026, 11, 27, 9, tzinfo=TZ)
MESSAGES = 2_000
FORK = multiprocessing.get_context("fork")


def fill(count: int) -> None:
    Message.objects.bulk_create(
        Message(
            event=f"login_code:{number}",
            template="login_code",
            phone_index=crypto.blind_index("phone", f"138{number:08}"),
            phone_sealed=crypto.seal(f"138{number:08}"),
            body_sealed=crypto.seal(f"验证码{number:06}"),
            created_at=NOW,
            due_at=NOW,
        )
        for number in range(count)
    )


def work(folder: Path) -> None:
    """Drain like a worker, until killed or nothing is left."""
    with closing(connection):
        while queries.counts()["sent"] < MESSAGES:
            if operations.drain(now=NOW, gateway=FileGateway(folder), limit=50, lease_seconds=0.2).taken == 0:
                time.sleep(0.05)


def start(folder: Path) -> ForkProcess:
    connections.close_all()  # a child must not inherit an open one
    process = FORK.Process(target=work, args=(folder,))
    process.start()
    return process


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_sending_loses_none_of_2000_messages(tmp_path: Path) -> None:
    fill(MESSAGES)
    killed_while_busy = 0
    deadline = time.monotonic() + 60
    while queries.counts()["sent"] < MESSAGES and time.monotonic() < deadline:
        worker = start(tmp_path)
        worker.join(0.3 if killed_while_busy < 5 else 30)
        if worker.is_alive():
            os.kill(worker.pid or 0, signal.SIGKILL)
            worker.join()
            killed_while_busy += 1
    assert killed_while_busy >= 3
    assert queries.counts() == {"queued": 0, "sending": 0, "sent": MESSAGES, "dead": 0}
    letters = [json.loads(path.read_text()) for path in tmp_path.glob("*.json")]
    assert sorted(letter["phone"] for letter in letters) == [f"138{number:08}" for number in range(MESSAGES)]
    assert {letter["text"] for letter in letters} == {f"【沈丘政务】验证码{number:06}" for number in range(MESSAGES)}


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_several_workers_share_the_outbox_and_send_each_message_once(tmp_path: Path) -> None:
    fill(MESSAGES)
    workers = [start(tmp_path) for _ in range(4)]
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0] * 4
    assert set(Message.objects.values_list("state", "attempts")) == {("sent", 1)}
