"""Everything under /api/."""

from typing import Any

from django.urls import URLPattern, path, re_path

from yueban.surfaces.api.app import api, enclosed, unknown_route
from yueban.surfaces.api.appointments import router as appointments
from yueban.surfaces.api.document import docs, openapi, query_names
from yueban.surfaces.api.feed import router as feed
from yueban.surfaces.api.receipts import receipts
from yueban.surfaces.api.reference import router as reference
from yueban.surfaces.api.tickets import router as tickets

for router in (reference, appointments, tickets, feed):
    api.add_router("", router)


def _routes() -> list[URLPattern]:
    """The API's own routes, each speaking problem+json whatever happens; ninja's own root page is none of them."""
    patterns: list[Any] = [pattern for pattern in api.urls[0] if getattr(pattern, "name", "") != "api-root"]
    for pattern in patterns:
        pattern.callback = enclosed(pattern.callback, query_names(str(pattern.pattern)))
    return patterns


urlpatterns = [
    path("docs", docs, name="api-docs"),
    path("v1/openapi.json", openapi, name="api-openapi"),
    path("v1/", (_routes(), None, None)),
    path("receipts/<slug:gateway>/<slug:secret>", receipts, name="receipts"),
    re_path(r"", unknown_route),
]
