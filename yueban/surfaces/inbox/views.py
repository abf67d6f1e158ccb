"""What the file gateway "sent", newest first, so that a newcomer gets the SMS code."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from yueban.domain.notices.gateways import file
from yueban.domain.notices.rules import segments
from yueban.kernel import clock

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SHOWN = 50


@require_GET
@never_cache
def inbox(request: HttpRequest) -> HttpResponse:
    """Show the newest messages; `?phone=` narrows to one number."""
    if settings.PRODUCTION:
        raise Http404
    phone = request.GET.get("phone", "").strip()
    found = file.newest(Path(settings.SMS_FILE_FOLDER), limit=SHOWN * (20 if phone else 1))
    letters = [letter for letter in found if phone in {"", letter["phone"]}][:SHOWN]
    for letter in letters:
        letter["at"] = datetime.fromisoformat(letter["at"])
        letter["segments"] = segments(letter["text"])
    quiet = settings.SMS_QUIET_HOURS
    context = {
        "letters": letters,
        "phone": phone,
        "in_use": settings.SMS_GATEWAY == "file",
        "quiet_until": quiet.end_of(clock.now()) if quiet else None,
    }
    return render(request, "inbox/inbox.html", context)
