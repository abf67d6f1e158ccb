"""SMS codes: sent to a phone, asked back once, remembered for the session."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest

from yueban.domain.notices import operations as notices
from yueban.domain.people import operations as people
from yueban.domain.people.rules import TooManyRequests, asking_address
from yueban.kernel import certificates
from yueban.kernel.errors import InvalidInput, gettext_noop
from yueban.surfaces.portal import visitor

SENT = "code_sent"
FRESH = "code_fresh"
WAIT_SECONDS = 60  # what the page counts down; the bound itself is people.rules
MISSING = gettext_noop("请填写短信里的验证码。")


def send(request: HttpRequest, phone: str, *, now: datetime) -> None:
    """Send a code. Raises `InvalidInput` for a phone that is none, or one that was sent too many."""
    number = certificates.parse_phone(phone)
    try:
        notices.send_login_code(number, now=now, ip=_address(request))
    except TooManyRequests as bound:
        if bound.retry_after <= WAIT_SECONDS:  # the one sent just now is still good: let it be typed
            request.session[SENT] = certificates.mask_phone(number)
        raise too_many("phone", bound) from bound
    request.session[SENT] = certificates.mask_phone(number)
    request.session[FRESH] = True


def _address(request: HttpRequest) -> str:
    return asking_address(request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", ""))


def prove(request: HttpRequest, phone: str, code: str, *, now: datetime) -> None:
    """Remember a phone whose code is right; nothing is asked of one proved in this session. Raises `InvalidInput`."""
    if visitor.verified_phone(request) == phone:
        return
    if not code.strip():
        raise InvalidInput("code", "bad_code", MISSING)
    people.check_code(phone, code, now=now)
    request.session.pop(SENT, None)
    visitor.remember_phone(request, phone)


def too_many(field: str, bound: TooManyRequests) -> InvalidInput:
    """The bound as an error beside a field."""
    return InvalidInput(field, "too_many", bound.message, **bound.details)


def state(request: HttpRequest) -> dict[str, Any]:
    """What the form says about codes: whom one was sent to, how long to wait for the next, which phone is proved."""
    proved = visitor.verified_phone(request)
    return {
        "sent": request.session.get(SENT, ""),
        "wait_seconds": WAIT_SECONDS if request.session.pop(FRESH, False) else 0,
        "verified": certificates.mask_phone(proved) if proved else "",
    }
