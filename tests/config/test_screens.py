"""The window screens follow the hall: real controllers on real sockets, real calls in the database."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

import pytest

from tests.devices import TcpScreen, UdpScreen, black_hole
from tests.factories import Hall, instant, make_hall
from tests.stack import eventually, free_port
from yueban.config.screens import Keeper
from yueban.domain.audit import operations as audit_operations
from yueban.domain.audit import queries as audit
from yueban.domain.audit.rules import Recorded
from yueban.domain.queueing import operations
from yueban.domain.queueing.models import Screen, Ticket, Wording
from yueban.domain.queueing.rules import Outcome
from yueban.domain.queueing.screens import drivers
from yueban.kernel import clock

pytestmark = pytest.mark.django_db(transaction=True)

CLERK = "staff:test"
NINE = instant("2026-11-30 09:00")


class Watch:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = NINE

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def keeper(watch: Watch) -> Iterator[Keeper]:
    made = Keeper(drivers(), now=watch)
    yield made
    made.stopping.set()
    made.run()


@pytest.fixture
def hall() -> Hall:
    return make_hall()


def screen_of(hall: Hall, address: str, number: int = 1, driver: str = "tcp-text") -> Screen:
    return Screen.objects.create(
        counter=hall.counters[number - 1], driver=driver, address=address, encoding="gb18030", frame="{text}"
    )


def settle(keeper: Keeper) -> None:
    """Rounds until nothing is on its way."""
    keeper.round()
    eventually(lambda: not keeper.busy or not keeper.round(), 5)
    keeper.round()


def shown(screen: TcpScreen | UdpScreen) -> list[str]:
    return [text.decode("gb18030") for text in screen.shown]


def call(hall: Hall, watch: Watch, number: int = 1) -> operations.Called:
    operations.issue(hall.queue.pk, by="channel:kiosk", now=watch())
    called = operations.call_next(hall.counters[number - 1].pk, by=CLERK, now=watch())
    assert called is not None
    return called


def test_n3_3_a_window_screen_follows_its_counter(hall: Hall, keeper: Keeper, watch: Watch) -> None:
    with TcpScreen() as machine:
        screen_of(hall, machine.address)
        settle(keeper)
        called = call(hall, watch)
        settle(keeper)
        operations.accept(called.ticket_id, by=CLERK, now=watch.wait(10))
        settle(keeper)
        operations.finish(called.ticket_id, outcome=Outcome.COMPLETED, by=CLERK, now=watch.wait(60))
        settle(keeper)
        operations.pause_counter(hall.counters[0].pk, by=CLERK, now=watch.wait(1))
        settle(keeper)
        eventually(lambda: len(machine.shown) == 4)
        assert shown(machine) == ["暂停服务", "请A001号到1号窗口办理", "热情为您服务", "暂停服务"]


def test_a_missed_or_transferred_number_leaves_the_screen(hall: Hall, keeper: Keeper, watch: Watch) -> None:
    with TcpScreen() as machine:
        screen_of(hall, machine.address)
        first = call(hall, watch)
        settle(keeper)
        operations.missed(first.ticket_id, by=CLERK, now=watch.wait(10))
        settle(keeper)
        eventually(lambda: shown(machine) == ["请A001号到1号窗口办理", "热情为您服务"])


def test_a_recall_shows_the_same_text_again_but_not_within_five_seconds(
    hall: Hall, keeper: Keeper, watch: Watch
) -> None:
    with TcpScreen() as machine:
        screen_of(hall, machine.address)
        called = call(hall, watch)
        settle(keeper)
        operations.recall(called.ticket_id, by=CLERK, now=watch.wait(4))
        settle(keeper)
        watch.wait(30)
        settle(keeper)
        assert len(machine.shown) == 1, "a repeat is dropped, not put off"
        operations.recall(called.ticket_id, by=CLERK, now=watch.wait(1))
        settle(keeper)
        eventually(lambda: shown(machine) == ["请A001号到1号窗口办理"] * 2)


def test_each_counter_has_its_own_text_and_may_have_several_screens(hall: Hall, keeper: Keeper, watch: Watch) -> None:
    second = UdpScreen()
    with TcpScreen() as first:
        screen_of(hall, first.address)
        screen_of(hall, second.address, driver="udp-text")
        other = UdpScreen()
        screen_of(hall, other.address, number=2, driver="udp-text")
        call(hall, watch)
        settle(keeper)
        eventually(lambda: shown(first) == shown(second) == ["请A001号到1号窗口办理"])
        assert shown(other) == ["暂停服务"]
        other.close()
    second.close()


def test_the_words_of_the_centre_are_shown_as_soon_as_they_change(hall: Hall, keeper: Keeper, watch: Watch) -> None:
    with TcpScreen() as machine:
        screen_of(hall, machine.address)
        call(hall, watch)
        settle(keeper)
        Wording.objects.create(centre=hall.centre, called="{label}号请到{area}{counter}号窗口")
        settle(keeper)
        eventually(lambda: shown(machine) == ["请A001号到1号窗口办理", "A001号请到A区1号窗口"])


def test_a_dead_screen_delays_neither_a_call_nor_another_screen(hall: Hall, keeper: Keeper, watch: Watch) -> None:
    with TcpScreen() as alive, black_hole() as nowhere:
        dead = screen_of(hall, f"127.0.0.1:{free_port()}")
        silent = screen_of(hall, nowhere)
        screen_of(hall, alive.address)
        begun = time.monotonic()
        call(hall, watch)
        keeper.round()
        assert time.monotonic() - begun < 1
        eventually(lambda: shown(alive) == ["请A001号到1号窗口办理"], 1)
        assert keeper.busy, "the silent one is still waited for"
        for each in (dead, silent):
            eventually(lambda each=each: bool(keeper.round()) and failed(each), 5)  # type: ignore[misc]
        assert "timed out" in Screen.objects.get(pk=silent.pk).error


def failed(screen: Screen) -> bool:
    return Screen.objects.get(pk=screen.pk).failed_at is not None


def test_a_screen_that_comes_back_shows_what_is_true_then(
    hall: Hall, keeper: Keeper, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yueban.config.screens.FIRST_PAUSE", 0.05)
    machine = TcpScreen()
    row = screen_of(hall, machine.address)
    call(hall, watch)
    settle(keeper)
    assert Screen.objects.get(pk=row.pk).failed_at == NINE
    with machine:
        eventually(lambda: bool(keeper.round()) and Screen.objects.get(pk=row.pk).error == "", 10)
        assert shown(machine) == ["请A001号到1号窗口办理"]
    kinds = [event.kind for event in events_of(hall) if event.kind.startswith("screen.")]
    assert kinds == ["screen.failed", "screen.back"], "said once each"


def events_of(hall: Hall) -> list[Recorded]:
    audit_operations.sequence()
    return audit.after(0, limit=1000, centre_id=hall.centre.pk)


def test_after_a_crash_another_worker_goes_on_where_this_one_stopped(hall: Hall, watch: Watch) -> None:
    with TcpScreen() as machine:
        screen_of(hall, machine.address)
        first = Keeper(drivers(), now=watch)
        call(hall, watch)
        settle(first)
        first.stopping.set()
        first.run()
        second = Keeper(drivers(), now=watch)
        watch.wait(60)
        settle(second)
        assert len(machine.shown) == 1, "what was shown is not shown again"
        operations.missed(in_hand(hall), by=CLERK, now=watch())
        settle(second)
        eventually(lambda: len(machine.shown) == 2)
        second.stopping.set()
        second.run()


def in_hand(hall: Hall) -> int:
    return Ticket.objects.get(counter=hall.counters[0], state="called").pk


def test_a_screen_that_is_switched_off_in_the_admin_is_left_alone(hall: Hall, keeper: Keeper, watch: Watch) -> None:
    with TcpScreen() as machine:
        row = screen_of(hall, machine.address)
        settle(keeper)
        Screen.objects.filter(pk=row.pk).update(active=False)
        call(hall, watch)
        assert keeper.round() == 0
        assert shown(machine) == ["暂停服务"]


# ---- as a thread, woken by the calls ---------------------------------------------------------------------------------


@contextmanager
def running() -> Iterator[Keeper]:
    keeper = Keeper(drivers(), now=clock.now)
    thread = threading.Thread(target=keeper.run, daemon=True)
    thread.start()
    try:
        yield keeper
    finally:
        keeper.stopping.set()
        thread.join(10)
        assert not thread.is_alive()


def test_a_call_is_on_the_screen_well_within_a_second(hall: Hall) -> None:
    with TcpScreen() as machine:
        screen_of(hall, machine.address)
        with running():
            eventually(lambda: shown(machine) == ["暂停服务"], 10)
            operations.issue(hall.queue.pk, by="channel:kiosk", now=clock.now())
            begun = time.monotonic()
            operations.call_next(hall.counters[0].pk, by=CLERK, now=clock.now())
            eventually(lambda: shown(machine)[-1] == "请A001号到1号窗口办理", 5)
            assert time.monotonic() - begun < 0.9


def test_of_two_workers_one_sends(hall: Hall) -> None:
    with TcpScreen() as machine:
        screen_of(hall, machine.address)
        with running(), running():
            eventually(lambda: bool(machine.shown), 10)
            operations.issue(hall.queue.pk, by="channel:kiosk", now=clock.now())
            operations.call_next(hall.counters[0].pk, by=CLERK, now=clock.now())
            eventually(lambda: len(machine.shown) == 2, 5)
            with suppress(AssertionError):
                eventually(lambda: len(machine.shown) > 2, 1.5)
            assert shown(machine) == ["暂停服务", "请A001号到1号窗口办理"]
