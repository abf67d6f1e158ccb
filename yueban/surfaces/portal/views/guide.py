"""Finding what to do and what it takes: home, search, departments, matters, packages, and the regulation."""

from itertools import groupby

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from yueban.domain.calendar import queries as calendar
from yueban.domain.directory import queries as directory
from yueban.domain.regulation import queries as regulation
from yueban.kernel import clock
from yueban.surfaces.middleware import ELDER_COOKIE
from yueban.surfaces.portal import own

AUDIENCES = {"personal", "enterprise"}
A_YEAR = 365 * 24 * 3600


@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What do you want to get done? With the visitor's next appointment on top."""
    coming = own.coming(request, now=clock.now())
    context = {"section": "home", "wanted": directory.popular_matters(8), "appointment": coming[0] if coming else None}
    return render(request, "portal/home.html", context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Matters and packages by name or by pinyin initials."""
    q = request.GET.get("q", "").replace("\0", "").strip()[:50]
    matters = list(directory.search_matters(q)) if q else []
    packages = [each for each in directory.packages() if q and (q in each.name or q in each.lead.name)]
    context = {"section": "services", "q": q, "matters": matters, "packages": packages}
    return render(request, "portal/guide/search.html", context | {"found": len(matters) + len(packages)})


@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """政务服务: the ways to a matter (R4.1.3)."""
    return render(request, "portal/guide/services.html", {"section": "services"})


@require_safe
def departments(request: HttpRequest) -> HttpResponse:
    """部门服务."""
    context = {"section": "services", "departments": directory.departments()}
    return render(request, "portal/guide/departments.html", context)


@require_safe
def department(request: HttpRequest, code: str) -> HttpResponse:
    """The matters of one department."""
    try:
        found = directory.department(code)
    except directory.UnknownDepartment as error:
        raise Http404 from error
    context = {"section": "services", "department": found, "matters": directory.search_matters(department=found)}
    return render(request, "portal/guide/department.html", context)


@require_safe
def matters(request: HttpRequest) -> HttpResponse:
    """All matters of persons, or of organisations, by department."""
    asked = request.GET.get("for", "")
    audience = asked if asked in AUDIENCES else "personal"
    rows = directory.search_matters(audience=audience)
    groups = [{"department": each, "matters": list(its)} for each, its in groupby(rows, lambda row: row.department)]
    return render(request, "portal/guide/matters.html", {"section": "services", "audience": audience, "groups": groups})


@require_safe
def matter(request: HttpRequest, code: str) -> HttpResponse:
    """One matter with its whole guide (N2)."""
    try:
        found = directory.matter(code)
    except directory.UnknownMatter as error:
        raise Http404 from error
    halls = [offer.centre for offer in directory.offers(found)]
    return render(request, "portal/guide/matter.html", {"section": "services", "matter": found, "halls": halls})


@require_safe
def packages(request: HttpRequest) -> HttpResponse:
    """一件事."""
    return render(request, "portal/guide/packages.html", {"section": "services", "packages": directory.packages()})


@require_safe
def package(request: HttpRequest, code: str) -> HttpResponse:
    """One package: its matters and the merged materials (R5.2)."""
    try:
        found = directory.package(code)
    except directory.UnknownPackage as error:
        raise Http404 from error
    halls = [offer.centre for offer in directory.offers(found.lead)]
    members = [member.matter for member in found.packagemember_set.order_by("order")]
    context = {"section": "services", "package": found, "halls": halls, "members": members}
    return render(request, "portal/guide/package.html", context)


@require_safe
def centres(request: HttpRequest) -> HttpResponse:
    """Addresses and telephones of all halls, and what they open early, late, at noon and at weekends."""
    opened = calendar.announced(clock.today())
    halls = [(centre, opened.get(centre.pk, ())) for centre in directory.centres()]
    return render(request, "portal/centres.html", {"section": "", "halls": halls})


@require_safe
def how(request: HttpRequest) -> HttpResponse:
    """How to book, come and cancel, with the numbers of the regulation in force."""
    rules = regulation.in_force(clock.today()).parameters
    return render(request, "portal/help.html", {"section": "", "rules": rules})


@require_safe
def regulation_in_force(request: HttpRequest) -> HttpResponse:
    """The regulation clause by clause, with what the system does for each."""
    today = clock.today()
    context = {"section": "", "regulation": regulation.in_force(today), "clauses": regulation.clauses(today)}
    return render(request, "portal/regulation.html", context)


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep elder mode and language for this visitor, and go back to the page."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(wanted if safe and "\n" not in wanted else "/")
    keep_preferences(request, response)
    return response


def keep_preferences(request: HttpRequest, response: HttpResponse) -> bool:
    """Set the cookies a form asks for; say whether it asked for any."""
    elder, language = request.POST.get("elder", ""), request.POST.get("language", "")
    secure = settings.SESSION_COOKIE_SECURE
    if elder in {"0", "1"}:
        response.set_cookie(ELDER_COOKIE, elder, max_age=A_YEAR, samesite="Lax", secure=secure, httponly=True)
    if language in dict(settings.LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=A_YEAR, samesite="Lax", secure=secure)
    return bool(elder or language)
