"""Pages for what went wrong: each says it plainly and leads on."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

UNATTENDED: Final = {"/kiosk/": "; url=/kiosk/?idle", "/display/": ""}
RETRY_SECONDS: Final = 15
STAFF: Final = ("/desk/", "/office/", "/counter/", "/staff/")
"""Where staff work: the applicants' ways on would be dead ends for them."""


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django's signature
    """404: a mistyped address, or something that is not the visitor's own."""
    words = _("网址可能写错了，或者这一页已经不在了。")
    if _is_for_staff(request):
        words = _("网址或号码可能写错了，或者不属于您的大厅、部门。")
    return _page(request, 404, _("没有找到这一页"), words)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django's signature
    """400: something no page of ours sends."""
    return _page(request, 400, _("这一步没有看懂"), _("请回首页重新来一次。"))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django's signature
    """403: not for this visitor."""
    words = _("要看自己的预约，请用预约时的手机号登录。")
    if _is_for_staff(request):
        words = _("您的角色没有这一页的权限。工作需要的话，请找安全管理员调整角色。")
    return _page(request, 403, _("这一页您不能看"), words)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  Django's signature
    """403 by the CSRF check: mostly a page left open too long, or cookies turned off. Nothing was done."""
    words = _("这一页打开太久了，或者浏览器关了 Cookie。刚才那一步没有做，请回到那一页再点一次。")
    return _page(request, 403, _("请再点一次"), words, again=_back(request))


def gone(request: HttpRequest) -> HttpResponse:
    """404 for a draft that is forgotten after half an hour, booked in another browser, or somebody else's."""
    words = _("填了一半的预约，半小时不动就会清掉，免得别人看到您的信息。请重新选时间；已经约好的，在「我的预约」里。")
    return _page(request, 404, _("这一步已经过期了"), words)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault. Nothing but a static page, because whatever broke may be broken here too."""
    return _back_by_itself(request, HttpResponse(render_to_string("portal/broken.html"), status=500))


def _page(request: HttpRequest, status: int, title: str, words: str, again: str = "") -> HttpResponse:
    context = {"title": title, "words": words, "again": again}
    template = "staff/error.html" if _is_for_staff(request) else "portal/error.html"
    return _back_by_itself(request, render(request, template, context, status=status))


def _is_for_staff(request: HttpRequest) -> bool:
    return request.path.startswith(STAFF)


def _back_by_itself(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Nobody stands at a terminal or a board to press anything: they try again."""
    again = next((home for start, home in UNATTENDED.items() if request.path.startswith(start)), None)
    if again is not None:
        answer["Refresh"] = f"{RETRY_SECONDS}{again}"
    return answer


def _back(request: HttpRequest) -> str:
    came_from = request.headers.get("Referer", "")
    safe = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure())
    return came_from if safe else request.path
