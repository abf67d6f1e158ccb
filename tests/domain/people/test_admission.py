"""Channels are let in by their token, and no faster than their bound."""

import multiprocessing
from collections.abc import Callable
from contextlib import closing
from datetime import datetime

import pytest
from django.db import IntegrityError, connection, connections, transaction
from pytest_django.fixtures import Settings

from yueban.domain.audit.models import Event
from yueban.domain.people import operations
from yueban.domain.people.models import Channel, Rate
from yueban.domain.people.rules import ChannelProgram, NotAuthorised, TooManyRequests
from yueban.kernel.clock import TZ

NOW = datetime(2026, 11, 27, 9, tzinfo=TZ)


def add(name: str = "豫事办", kind: ChannelProgram = ChannelProgram.APP) -> str:
    return operations.add_channel(name=name, kind=kind, by="system:test", now=NOW)


@pytest.mark.django_db
def test_a_channel_is_known_by_its_token() -> None:
    token = add()
    channel = operations.admit(token)
    assert (channel.name, channel.kind, channel.centre_id, channel.by) == ("豫事办", "app", None, "channel:豫事办")
    assert token.encode() not in bytes(Channel.objects.get().digest)
    assert Event.objects.get().data == {"name": "豫事办", "kind": "app"}


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "yb_wrong", "é", "\x00", "\ud800", "x" * 10_000])
def test_another_token_is_not_let_in(token: str) -> None:
    add()
    with pytest.raises(NotAuthorised):
        operations.admit(token)
    assert not Rate.objects.exists()


@pytest.mark.django_db
def test_a_revoked_channel_is_not_let_in() -> None:
    token = add()
    assert operations.revoke_channel(name="豫事办", by="system:test", now=NOW)
    assert not operations.revoke_channel(name="豫事办", by="system:test", now=NOW)
    with pytest.raises(NotAuthorised):
        operations.admit(token)


@pytest.mark.django_db
def test_a_name_belongs_to_one_channel() -> None:
    add()
    with pytest.raises(IntegrityError), transaction.atomic():
        add()


def within_one_window(requests: Callable[[], None], unit: str) -> None:
    """Run at the start of a window of real time, so that its end does not fall between."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_sleep(CASE WHEN left_over < 0.5 THEN left_over + 0.01 ELSE 0 END) FROM (SELECT extract(epoch FROM "
            "date_trunc(%s, clock_timestamp()) + ('1 ' || %s)::interval - clock_timestamp()) AS left_over) AS t",
            [unit, unit],
        )
    requests()


@pytest.mark.django_db(transaction=True)
def test_a_channel_asks_no_faster_than_its_bound(settings: Settings) -> None:
    settings.CHANNEL_RATE = 5
    token, other = add(), add("别的")

    def ask() -> None:
        for _ in range(5):
            operations.admit(token)
        with pytest.raises(TooManyRequests) as refused:
            operations.admit(token)
        assert refused.value.retry_after == 1
        operations.admit(other)

    within_one_window(ask, "second")


@pytest.mark.django_db(transaction=True)
def test_a_certificate_is_booked_no_faster_than_its_bound(settings: Settings) -> None:
    settings.CERTIFICATE_RATE = 3
    token = add()

    def book() -> None:
        for _ in range(3):
            operations.admit(token, certificate_index=b"\x01one")
        with pytest.raises(TooManyRequests) as refused:
            operations.admit(token, certificate_index=b"\x01one")
        assert 1 <= refused.value.retry_after <= 60
        operations.admit(token, certificate_index=b"\x01two")

    within_one_window(book, "minute")


@pytest.mark.django_db
def test_old_windows_are_forgotten_and_present_ones_kept() -> None:
    operations.admit(add())
    Rate.objects.create(key=b"old", window=1, at=datetime(2020, 1, 1, tzinfo=TZ))
    assert operations.forget_old_rates() == 1
    assert Rate.objects.count() == 1


@pytest.mark.django_db
def test_rates_are_kept_without_a_write_ahead_log() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'people_rate'")
        assert cursor.fetchone() == ("u",)


def hammer(token: str, tries: int) -> int:
    connections.close_all()
    admitted = 0
    with closing(connection):
        for _ in range(tries):
            try:
                operations.admit(token)
                admitted += 1
            except TooManyRequests:
                continue
    return admitted


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_processes_share_the_bound_and_lose_no_count(settings: Settings) -> None:
    settings.CHANNEL_RATE = 1_000_000
    token = add()
    connections.close_all()
    with multiprocessing.get_context("fork").Pool(4) as pool:
        assert sum(pool.starmap(hammer, [(token, 200)] * 4)) == 800
    assert sum(Rate.objects.values_list("hits", flat=True)) == 800
