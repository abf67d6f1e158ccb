"""One include per surface."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from yueban.config import health

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("admin/login/", RedirectView.as_view(pattern_name="staff:login", query_string=True)),  # one login, one lock
    path("admin/", admin.site.urls),
    path("api/", include("yueban.surfaces.api.urls")),
    path("kiosk/", include("yueban.surfaces.kiosk.urls")),
    path("counter/", include("yueban.surfaces.counter.urls")),
    path("display/", include("yueban.surfaces.display.urls")),
    path("desk/", include("yueban.surfaces.desk.urls")),
    path("office/", include("yueban.surfaces.office.urls")),
    path("staff/", include("yueban.surfaces.staff.urls")),
    path("", include("yueban.surfaces.portal.urls")),
]
if not settings.PRODUCTION:
    urlpatterns.insert(0, path("dev/inbox/", include("yueban.surfaces.inbox.urls")))

handler400 = "yueban.surfaces.portal.errors.bad_request"
handler403 = "yueban.surfaces.portal.errors.forbidden"
handler404 = "yueban.surfaces.portal.errors.not_found"
handler500 = "yueban.surfaces.portal.errors.server_error"
