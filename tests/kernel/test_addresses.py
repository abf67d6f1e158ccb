"""Addresses of devices, as an administrator types them."""

import pytest

from yueban.kernel.addresses import Address, address_of, is_address


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.168.1.50:5005", ("192.168.1.50", 5005)),
        (" led-3.hall:1 ", ("led-3.hall", 1)),
        ("[fe80::1]:9100", ("fe80::1", 9100)),
    ],
)
def test_a_host_and_a_port_are_an_address(text: str, expected: tuple[str, int]) -> None:
    assert address_of(text) == Address(*expected)


@pytest.mark.parametrize(
    "text", ["", "192.168.1.50", ":9100", "a:0", "a:65536", "a:９", "http://a:80", "a b:80", "a:80/x", "-a:80"]
)
def test_anything_else_is_not(text: str) -> None:
    assert not is_address(text)
    with pytest.raises(ValueError):  # noqa: PT011  the text itself is the message
        address_of(text)
