"""No line of a log tells who somebody is."""

import json
import logging
import subprocess
import sys

import pytest
import structlog

from yueban.config import logs

PERSONAL = [
    "411624197803124517",
    "41162419780312451X",
    "411624 19780312 451x",
    "830000199001010013",
    "13800138000",
    "138 0013 8000",
    "138-0013-8000",
    "+86 13800138000",
    "8613800138000",
    "0394-5101234",
    "E12345678",
    "EA1234567",
    "H1234567890",
    "12345678",
    "91411624MA40ABCD1X",
    "411624780312451",
]


@pytest.mark.parametrize("number", PERSONAL)
@pytest.mark.parametrize("frame", ["{}", "certificate {} refused", "号码{}无效", "['{}']", "phone={}&x=1", "/a/{}/b"])
def test_a_number_of_a_certificate_or_telephone_is_masked_wherever_it_stands(frame: str, number: str) -> None:
    assert logs.masked(frame.format(number)) == frame.format(logs.MASK)


@pytest.mark.parametrize(
    "text",
    [
        "web ended by itself with status 1; starting it again in 0.5 s",
        "2026-11-27T16:29:30.123456+08:00",
        "Port 8000 of 127.0.0.1 is in use",
        "slot 1234567 of t-police, 10 of 12",
        "appointment 8264 1907",
        "took 0.123456789 s",
    ],
)
def test_what_an_operator_needs_stays(text: str) -> None:
    assert logs.masked(text) == text


@pytest.mark.parametrize("way", ["/p/", "/q/", "/r/", "/v/", "/api/receipts/aliyun/"])
def test_an_address_that_is_a_key_is_in_no_log(way: str) -> None:
    assert logs.masked(f"Conflict: {way}82641907AQx-_1234abc/no") == f"Conflict: {way}{logs.MASK}/no"


def test_the_failing_row_that_postgresql_repeats_is_masked() -> None:
    said = 'violates check "x"\nDETAIL:  Failing row contains (1, 样例甲, 北京路).\n'
    assert "样例甲" not in logs.masked(said)


def test_fields_about_a_person_are_masked_by_their_name_at_any_depth() -> None:
    event = {"event": "booked", "name": "样例甲", "facts": {"phone": "x", "list": [{"certificate": "y"}, 13800138000]}}
    masked = logs.mask_personal_data(None, "info", event)
    assert masked["name"] == logs.MASK
    assert masked["facts"] == {"phone": logs.MASK, "list": [{"certificate": logs.MASK}, logs.MASK]}


SPEAK = """
import logging, structlog
from yueban.config import logs
logs.configure("{kind}")
structlog.get_logger("yueban.test").info("refused", applicant="样例甲", said="call 13800138000")
logging.getLogger("elsewhere").warning("GET /x?phone=%s", "13800138000")
try:
    raise ValueError("bad certificate 411624197803124517")
except ValueError:
    logging.getLogger("django.request").exception("failed")
"""


@pytest.mark.parametrize("kind", ["json", "console"])
def test_every_logger_of_a_process_passes_the_mask(kind: str) -> None:
    program = [sys.executable, "-c", SPEAK.format(kind=kind)]
    said = subprocess.run(program, check=True, capture_output=True, text=True).stderr
    assert "refused" in said
    assert "failed" in said
    for secret in ("13800138000", "411624197803124517", "样例甲"):
        assert secret not in said
    if kind == "json":
        assert [json.loads(line)["event"] for line in said.splitlines()] == ["refused", "GET /x?phone=***", "failed"]


def test_structlog_is_configured_by_the_settings() -> None:
    assert structlog.is_configured()
    assert isinstance(logging.getLogger().handlers, list)
