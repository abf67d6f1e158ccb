"""Hall boards: the page, and its state for a screen that was away."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_GET

from yueban.domain.queueing import queries, voice
from yueban.domain.queueing.screens import Texts
from yueban.kernel import clock

if TYPE_CHECKING:
    from yueban.domain.queueing.queries import HallView


@require_GET
def centres(request: HttpRequest) -> HttpResponse:
    """Which board a screen shows; whoever sets it up opens one and leaves it."""
    return render(request, "display/centres.html", {"halls": queries.halls()})


@require_GET
@never_cache
def board(request: HttpRequest, code: str) -> HttpResponse:
    """The hall board with its state; the event stream takes over from the state's position.

    `?area=` shows and speaks the calls to one part of the hall: its loudspeaker. `?silent` never speaks.
    """
    hall = _hall(code)
    context = {
        "hall": hall,
        "state": _state(hall),
        "events": events_address(request),
        "words": _words(hall) | {"clips": _clips()},
        "area": request.GET.get("area", "")[:50],
        "silent": "silent" in request.GET,
    }
    return render(request, "display/board.html", context)


@require_GET
@never_cache
def state(_request: HttpRequest, code: str) -> JsonResponse:
    """What the board shows now, as data."""
    return JsonResponse(_state(_hall(code)))


@require_GET
@cache_control(max_age=3600)
def clip(_request: HttpRequest, name: str) -> FileResponse:
    """One clip of the hall's voice, as `yueban voice build` made it or somebody recorded it."""
    path = voice.clip_path(Path(settings.VOICE_FOLDER), name)
    if path is None:
        raise Http404
    return FileResponse(path.open("rb"))


def events_address(request: HttpRequest) -> str:
    """Where this browser finds the event stream: the setting, or this host at the port of the events process."""
    if settings.EVENTS_URL:
        return str(settings.EVENTS_URL)
    host = urlsplit(f"//{request.get_host()}").hostname or ""
    host = f"[{host}]" if ":" in host else host
    return f"{request.scheme}://{host}:{settings.EVENTS_PORT}/events"


def _hall(code: str) -> HallView:
    hall = queries.hall(code)
    if hall is None:
        raise Http404
    return hall


def _state(hall: HallView) -> dict[str, Any]:
    return asdict(queries.board(hall.id, now=clock.now()))


def _words(hall: HallView) -> dict[str, str]:
    """The sentences that the page's script fills in; {label} and {counter} are spoken digit by digit.

    What a centre wrote stands in every language: those who listen are the same.
    """
    own, usual = queries.texts(hall.id), Texts()
    return {
        "announcement": own.called if own.called != usual.called else _("请{label}号到{counter}号窗口办理"),
        "stale": _("数据已中断 {seconds} 秒"),
        "idle": own.idle if own.idle != usual.idle else _("热情为您服务"),
        "counter": _("{counter} 号窗口"),
        "none": _("暂无等候"),
        "waiting": _("等候 {count} 人"),
        "page": _("{page}/{pages}"),
        "digits": _("零一二三四五六七八九"),
        "language": _("zh-CN"),
    }


def _clips() -> dict[str, str]:
    """Where the page finds the clip of each word; none where no voice was built."""
    found = voice.built(Path(settings.VOICE_FOLDER))
    return {word: reverse("display:clip", args=[name]) for word, name in found.items()}
