"""The simulator's people: numbers made into certificates, phones and names that nobody has.

Their certificates pass every check, but no division has the code 411699, so no real person holds one. Birthdays are
those of a real hall, since age matters there (R5.3).
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from yueban.kernel.certificates import Certificate, CertificateKind, citizen_check

if TYPE_CHECKING:
    from yueban.surfaces.crowd.rules.chances import Chance

_NO_DIVISION: Final = "411699"
_FIRST_BIRTH: Final = date(1951, 1, 1)
_BIRTHDAYS: Final = 20_441  # a prime: any step through them meets each once; the last is in 2006
_STEP: Final = 7_919
_A_DAY: Final = 5_000  # visitors of one day at most
_DAYS: Final = 4_000
_SURNAMES: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_NAME: Final = re.compile(rf"样例[{_SURNAMES}](\d{{1,8}})")


def visitor(day: date, ordinal: int) -> int:
    """Give the number of the `ordinal`-th visitor of a day; no other day of ten years has it."""
    return day.toordinal() % _DAYS * _A_DAY + ordinal


def offender(chance: Chance, pool: int) -> int:
    """Give the number of one of the few who miss most appointments (R5.4), whatever the day."""
    return _DAYS * _A_DAY + chance.randrange(max(pool, 1))


def certificate_of(number: int) -> Certificate:
    """Give the certificate of a person of the simulator."""
    born = _FIRST_BIRTH + timedelta(days=number * _STEP % _BIRTHDAYS)
    body = f"{_NO_DIVISION}{born:%Y%m%d}{number // _BIRTHDAYS + 1:03d}"
    return Certificate(CertificateKind.RESIDENT_ID, body + citizen_check(body))


def phone_of(number: int) -> str:
    """Give the phone of a person; after ten thousand they repeat."""
    return f"1990000{number % 10_000:04d}"


def name_of(number: int) -> str:
    """Give a name that says it is sample data: 样例王1234."""
    return f"样例{_SURNAMES[number % len(_SURNAMES)]}{number}"


def number_of(name: str) -> int | None:
    """Give the number behind such a name, None for anybody else's."""
    match = _NAME.fullmatch(name)
    return int(match[1]) if match else None
