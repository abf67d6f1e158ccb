"""Telling whether a request of the providers' SDKs, which all end in urllib3, ever left the house."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# A certificate is refused before anything is said; any other trouble of TLS may come after.
_NEVER_LEFT = frozenset(
    {
        "NewConnectionError",
        "NameResolutionError",
        "ConnectTimeoutError",
        "ConnectTimeout",
        "ProxyError",
        "SSLCertVerificationError",
    }
)


def never_left(error: BaseException) -> bool:
    """Whether no connection was made at all: then the provider certainly has no message."""
    return any(type(each).__name__ in _NEVER_LEFT for each in _causes(error, set()))


def _causes(error: object, seen: set[int]) -> Iterator[BaseException]:
    """Walk through whatever an exception says brought it about; the SDKs and urllib3 each hide it elsewhere."""
    if not isinstance(error, BaseException) or id(error) in seen:
        return
    seen.add(id(error))
    yield error
    inner = (getattr(error, name, None) for name in ("__cause__", "__context__", "reason", "inner_exception"))
    for cause in (*inner, *error.args):
        yield from _causes(cause, seen)
