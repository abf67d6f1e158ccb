"""The inbox of development."""

from datetime import datetime
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from yueban.domain.notices.gateways import Outgoing
from yueban.domain.notices.gateways.file import FileGateway
from yueban.kernel import clock
from yueban.kernel.clock import TZ

NOW = datetime(2026, 11, 27, 9, tzinfo=TZ)


@pytest.fixture
def gateway(tmp_path: Path, settings: Settings) -> FileGateway:
    settings.SMS_FILE_FOLDER = tmp_path / "outbox"
    return FileGateway(settings.SMS_FILE_FOLDER)


def test_the_newest_message_stands_first(client: Client, gateway: FileGateway) -> None:
    for number in (9, 10, 100):
        gateway.send(Outgoing(number, "login_code", f"1381234{number:04}", f"验证码{number}", NOW))
    page = client.get("/dev/inbox/").content.decode()
    assert (
        page.index("验证码100")
        < page.index("验证码10，" if "验证码10，" in page else "验证码10<")
        < page.index("验证码9")
    )
    one = client.get("/dev/inbox/?phone=13812340009").content.decode()
    assert "验证码9" in one
    assert "验证码100" not in one


@pytest.mark.usefixtures("gateway")
def test_an_empty_inbox_says_so(client: Client) -> None:
    assert "还没有短信。" in client.get("/dev/inbox/").content.decode()


@pytest.mark.parametrize(("now", "said"), [("20:59:59", False), ("21:00:00", True), ("07:30:00", False)])
@pytest.mark.usefixtures("gateway")
def test_r4_1_in_the_quiet_hours_a_newcomer_reads_why_a_message_waits(client: Client, now: str, *, said: bool) -> None:
    before = clock.simulate(clock.frozen(datetime.fromisoformat(f"2026-11-27T{now}+08:00")))
    try:
        assert ("免打扰时段" in client.get("/dev/inbox/").content.decode()) is said
    finally:
        clock.simulate(before)


@pytest.mark.django_db
def test_in_production_there_is_no_inbox(client: Client, settings: Settings) -> None:
    assert client.get("/healthz").status_code == 200  # the addresses are read before, as those of development
    settings.PRODUCTION = True
    assert client.get("/dev/inbox/").status_code == 404
