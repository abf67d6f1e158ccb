"""SMS codes: sent to a phone, asked back once, remembered for the session."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_noop

from yueban.domain.people import operations as people
from yueban.kernel import certificates, clock
from yueban.kernel.errors import InvalidInput
from yueban.surfaces.portal import visitor

SENT = "code_sent"
WAIT = timedelta(seconds=60)
MISSING = gettext_noop("请填写短信里的验证码。")


def send(request: HttpRequest, phone: str, *, now: datetime) -> None:
    """Send a code. Raises `InvalidInput` for a phone that is none, or one that was sent too many."""
    number = certificates.parse_phone(phone)
    people.send_code(number, now=now)
    request.session[SENT] = [certificates.mask_phone(number), now.isoformat()]


def prove(request: HttpRequest, phone: str, code: str, *, now: datetime) -> None:
    """Remember a phone whose code is right; nothing is asked of one proved in this session. Raises `InvalidInput`."""
    if visitor.verified_phone(request) == phone:
        return
    if not code.strip():
        raise InvalidInput("code", "bad_code", MISSING)
    people.check_code(phone, code, now=now)
    request.session.pop(SENT, None)
    visitor.remember_phone(request, phone)


def state(request: HttpRequest) -> dict[str, Any]:
    """What the form says about codes: whom one was sent to, how long to wait for the next, which phone is proved."""
    sent, at = request.session.get(SENT, ["", ""])
    wait = datetime.fromisoformat(at) + WAIT - clock.now() if at else timedelta(0)
    proved = visitor.verified_phone(request)
    return {
        "sent": sent,
        "wait_seconds": max(0, int(wait.total_seconds())),
        "verified": certificates.mask_phone(proved) if proved else "",
    }
