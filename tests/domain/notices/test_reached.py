"""Whether a request left the house decides whether it may be sent again at once."""

import ssl

import pytest
import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError, ReadTimeoutError
from urllib3.exceptions import SSLError as TlsTrouble

from yueban.domain.notices.gateways.reached import never_left


def wrapped(reason: Exception) -> requests.exceptions.ConnectionError:
    """As requests gives what urllib3 met."""
    return requests.exceptions.ConnectionError(MaxRetryError(None, "/", reason))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "certain"),
    [
        (wrapped(NewConnectionError(None, "refused")), True),  # type: ignore[arg-type]
        (requests.exceptions.ConnectTimeout(), True),
        (wrapped(TlsTrouble(ssl.SSLCertVerificationError("wrong host"))), True),
        (wrapped(TlsTrouble(ssl.SSLEOFError("closed"))), False),
        (requests.exceptions.ReadTimeout(ReadTimeoutError(None, "/", "slow")), False),  # type: ignore[arg-type]
        (ConnectionResetError(), False),
        (ValueError("garbage"), False),
    ],
)
def test_only_what_never_connected_is_certain(error: Exception, *, certain: bool) -> None:
    assert never_left(error) == certain
    outer = RuntimeError("the SDK's own")
    outer.__context__ = error
    assert never_left(outer) == certain


def test_errors_that_name_each_other_end() -> None:
    one, two = RuntimeError(), RuntimeError()
    one.__context__, two.__context__ = two, one
    assert not never_left(one)
