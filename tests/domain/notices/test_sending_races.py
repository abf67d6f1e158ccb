"""Workers die while a provider has their messages: none is lost, and none that it took is sent again (R4.1)."""

import os
import signal
import time
from collections import Counter
from contextlib import closing
from datetime import datetime, timedelta
from multiprocessing.context import ForkProcess

import pytest
from django.db import connection, connections

from tests import providers
from tests.crowd import FORK, rush
from tests.factories import instant
from yueban.domain.notices import operations, queries
from yueban.domain.notices.gateways import Report
from yueban.domain.notices.gateways.mas import MasGateway
from yueban.domain.notices.models import Message
from yueban.kernel import crypto

NOW = instant("2026-11-27 09:00:00")
MESSAGES = 600


def phone(number: int) -> str:
    return f"138{number:08}"


def fill(count: int) -> None:
    Message.objects.bulk_create(
        Message(
            event=f"strike_warning:{number}",
            template="strike_warning",
            phone_index=crypto.blind_index("phone", phone(number)),
            phone_sealed=crypto.seal(phone(number)),
            body_sealed=crypto.seal(f"提醒{number:06}"),
            created_at=NOW,
            due_at=NOW,
        )
        for number in range(count)
    )


def gateway(provider: providers.Provider) -> MasGateway:
    return MasGateway(
        url=provider.url,
        body="",
        timeout=4,
        parallel=4,
        company=providers.COMPANY,
        account=providers.KEY_ID,
        password=providers.SECRET,
        sign=providers.MAS_SIGN,
        serial=providers.MAS_SERIAL,
    )


def work(provider: providers.Provider) -> None:
    """Drain like a worker, until killed or nothing is left to send."""
    with closing(connection):
        while queries.counts()["queued"] + queries.counts()["sending"]:
            if operations.drain(now=NOW, gateway=gateway(provider), limit=4, lease_seconds=0.1).taken == 0:
                time.sleep(0.05)


def start(provider: providers.Provider) -> ForkProcess:
    connections.close_all()  # a child must not inherit an open one
    process = FORK.Process(target=work, args=(provider,))
    process.start()
    return process


def report_everything(provider: providers.Provider, now: datetime) -> None:
    said = [Report(each.phone, delivered=True, code="DELIVRD", reference=each.number) for each in provider.taken]
    operations.receive("mas", said, now=now)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_r4_1_workers_killed_with_messages_in_a_providers_hands_lose_none_and_send_none_twice() -> None:
    fill(MESSAGES)
    with providers.speaking() as provider:
        killed, deadline = 0, time.monotonic() + 90
        while queries.counts()["queued"] + queries.counts()["sending"] and time.monotonic() < deadline:
            worker = start(provider)
            worker.join(0.4 if killed < 5 else 60)
            if worker.is_alive():
                os.kill(worker.pid or 0, signal.SIGKILL)
                worker.join()
                killed += 1
        assert killed >= 3
        report_everything(provider, NOW + timedelta(seconds=30))
        while operations.settle(now=NOW + timedelta(minutes=11), gateway=gateway(provider)):
            pass
        operations.drain_all(now=lambda: NOW + timedelta(minutes=12), gateway=gateway(provider))
        twice = {number: count for number, count in Counter(each.phone for each in provider.taken).items() if count > 1}
    assert twice == {}
    assert {each.phone for each in provider.taken} == {phone(number) for number in range(MESSAGES)}
    states = queries.counts()
    assert states["sent"] + states["delivered"] == MESSAGES


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_r4_1_four_workers_share_a_provider_and_send_each_message_once() -> None:
    fill(200)
    with providers.speaking() as provider:
        rush(4, lambda _n: operations.drain_all(now=lambda: NOW, gateway=gateway(provider)).sent)
        assert sorted(each.phone for each in provider.taken) == [phone(number) for number in range(200)]
    assert queries.counts()["sent"] == 200


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_r4_1_the_same_receipt_from_four_processes_is_one_and_crosses_the_note_of_sending_without_loss() -> None:
    fill(40)
    with providers.speaking() as provider:

        def act(n: int) -> int:
            if n == 0:
                return operations.drain_all(now=lambda: NOW, gateway=gateway(provider)).sent
            said = [
                Report(phone(number), delivered=True, code="DELIVRD", reference=f"n-{place}")
                for place in range(1, 41)
                for number in range(40)
            ]
            return operations.receive("mas", said[(n - 1) * 400 : n * 400 + 400], now=NOW)

        rush(4, act)
        operations.match_kept(since=NOW - timedelta(days=1))
    assert queries.counts()["delivered"] == 40


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_four_settlers_decide_on_each_uncertain_message_once() -> None:
    fill(40)
    Message.objects.update(state="unknown", unknowns=1, attempts=1, handed_at=NOW, gateway="mas")
    with providers.speaking() as provider:
        looked = rush(4, lambda _n: operations.settle(now=NOW + timedelta(minutes=10), gateway=gateway(provider)))
        assert sum(looked) == 40
    assert queries.counts()["queued"] == 40
