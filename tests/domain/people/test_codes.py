"""SMS codes: short-lived, few attempts, good once."""

import multiprocessing
from contextlib import closing
from datetime import datetime

import pytest
from django.db import connection, connections

from yueban.domain.people import operations, rules
from yueban.domain.people.models import LoginCode
from yueban.kernel.clock import TZ
from yueban.kernel.errors import InvalidInput

NOW = datetime(2026, 11, 27, 9, tzinfo=TZ)
PHONE, OTHER = "13812345678", "13912345678"


def age(seconds: int) -> None:
    """Let real time pass for all codes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE people_logincode SET sent_at = sent_at - make_interval(secs => %(s)s::int),"
            " expires_at = expires_at - make_interval(secs => %(s)s::int)",
            {"s": seconds},
        )


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def refused(phone: str, code: str) -> bool:
    try:
        operations.check_code(phone, code, now=NOW)
    except InvalidInput as error:
        return [(e.field, e.code) for e in error.errors] == [("code", "bad_code")]
    return False


@pytest.mark.django_db
def test_the_right_code_is_good_once() -> None:
    code = operations.new_login_code(PHONE).code
    assert len(code) == 6
    assert code.isdecimal()
    assert not refused(PHONE, code)
    assert refused(PHONE, code)


@pytest.mark.django_db
def test_a_code_is_stored_by_its_digest_only() -> None:
    made = operations.new_login_code(PHONE)
    row = LoginCode.objects.get()
    assert made.code.encode() not in bytes(row.digest)
    assert PHONE.encode() not in bytes(row.phone_index)


@pytest.mark.django_db
def test_a_code_is_read_as_people_type_it() -> None:
    code = operations.new_login_code(PHONE).code
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    assert not refused(PHONE, f" {wide[:3]} {wide[3:]} ")


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["", "x", "12345", "\x00", "\ud800", "1" * 100_000, "１２"])
def test_another_text_is_refused(code: str) -> None:
    operations.new_login_code(PHONE)
    assert refused(PHONE, code)


@pytest.mark.django_db
def test_a_code_is_good_for_its_phone_only() -> None:
    code = operations.new_login_code(PHONE).code
    operations.new_login_code(OTHER)
    assert refused(OTHER, code) or code == "000000"


@pytest.mark.django_db
def test_a_code_ends_after_five_minutes() -> None:
    code = operations.new_login_code(PHONE).code
    age(299)
    LoginCode.objects.update(attempts=0)
    age(2)
    assert refused(PHONE, code)


@pytest.mark.django_db
def test_a_code_ends_after_five_wrong_attempts() -> None:
    code = operations.new_login_code(PHONE).code
    assert [refused(PHONE, wrong(code)) for _ in range(5)] == [True] * 5
    assert refused(PHONE, code)


@pytest.mark.django_db
def test_a_new_code_ends_the_one_before() -> None:
    first = operations.new_login_code(PHONE).code
    age(60)
    second = operations.new_login_code(PHONE).code
    assert first == second or refused(PHONE, first)
    assert not refused(PHONE, second)


@pytest.mark.django_db
def test_a_second_code_waits_a_minute_and_the_eleventh_a_day() -> None:
    operations.new_login_code(PHONE)
    with pytest.raises(rules.TooManyRequests) as refusal:
        operations.new_login_code(PHONE)
    assert refusal.value.message == rules.JUST_SENT
    operations.new_login_code(OTHER)
    for _ in range(9):
        age(60)
        operations.new_login_code(PHONE)
    age(60)
    with pytest.raises(rules.TooManyRequests) as refusal:
        operations.new_login_code(PHONE)
    assert refusal.value.message == rules.ENOUGH_TODAY
    age(24 * 3600)
    operations.new_login_code(PHONE)
    assert operations.forget_old_codes() == 0
    age(24 * 3600 + 1)
    assert operations.forget_old_codes() == 11


@pytest.mark.django_db
def test_one_address_cannot_send_to_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules.codes, "CODES_A_DAY_FROM_ONE_ADDRESS", 3)
    for number in range(3):
        operations.new_login_code(f"1381234567{number}", ip="223.5.5.5")
    with pytest.raises(rules.TooManyRequests) as refusal:
        operations.new_login_code(PHONE, ip="223.5.5.5")
    assert refusal.value.message == rules.ENOUGH_FROM_HERE
    operations.new_login_code(PHONE, ip="223.5.5.6")


def try_code(code: str) -> bool:
    connections.close_all()
    with closing(connection):
        return not refused(PHONE, code)


def try_send(_number: int) -> bool:
    connections.close_all()
    with closing(connection):
        try:
            operations.new_login_code(PHONE)
        except rules.TooManyRequests:
            return False
        return True


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_many_logins_with_one_code_one_succeeds() -> None:
    code = operations.new_login_code(PHONE).code
    connections.close_all()
    with multiprocessing.get_context("fork").Pool(8) as pool:
        assert sorted(pool.map(try_code, [code] * 16, chunksize=1))[-2:] == [False, True]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_many_requests_for_a_code_one_is_sent() -> None:
    connections.close_all()
    with multiprocessing.get_context("fork").Pool(8) as pool:
        assert sum(pool.map(try_send, range(16), chunksize=1)) == 1
    assert LoginCode.objects.count() == 1
