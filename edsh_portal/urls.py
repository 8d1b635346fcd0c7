"""The table of contents: each room's pages under its own name, each room's API under /api/v1/."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from . import health
from .once import repeatable

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", include("dashboards.urls")),
    path("", include("directory.urls")),
    path("", include("calls.urls")),
    path("", include("applications.urls")),
    path("", include("casework.urls")),
    path("", include("reviews.urls")),
    path("", include("funding.urls")),
    path("", include("decisions.urls")),
    path("langue/", repeatable(login_not_required(require_POST(set_language))), name="set_language"),
    path("registres/", admin.site.urls),
    path("", include("edsh_portal.moved")),
    path("", include("edsh_portal.api.doors")),
    path("api/v1/", include("calls.api")),
    path("api/v1/", include("reviews.api")),
    path("api/v1/", include("funding.api")),
    path("api/v1/", include("decisions.api")),
    path("api/v1/", include("dashboards.api")),
]
if settings.DEMO:
    urlpatterns.append(path("demo/", include("demo.urls")))

handler400 = "edsh_portal.errors.bad_request"
handler403 = "edsh_portal.errors.denied"
handler404 = "edsh_portal.errors.not_found"
handler500 = "edsh_portal.errors.failure"
