"""What anyone may read without an account: the call, and the duties of a public site."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from applications.panels import blank_form
from calls.panels import call_page
from edsh_portal import clock
from funding.panels import public_envelope

from .. import figures
from ..contract.reading import reading


@login_not_required
@require_safe
def call(request: HttpRequest) -> HttpResponse:
    """The publication of the call; before it, a plain page that says so."""
    current = figures.current_call(request)
    if current is None or current.state == "draft":
        return render(request, "dashboards/no_call.html")
    context = call_page(current, clock.now()) | {"envelope": public_envelope(current)}
    context["form"] = blank_form(context["settings"])
    return render(request, "calls/call_page.html", context)


@login_not_required
@require_safe
def interface(request: HttpRequest) -> HttpResponse:
    """The documentation of the API, from the contract itself."""
    language = get_language()
    context = {"told": reading(language), "language": language, "base": settings.BASE_URL}
    return render(request, "dashboards/interface.html", context)


def _plain(template: str):
    @login_not_required
    @require_safe
    def page(request: HttpRequest) -> HttpResponse:
        return render(request, f"dashboards/{template}.html", {"current": figures.current_call(request)})

    page.__name__ = template
    return page


accessibility, legal, privacy, sitemap = map(_plain, ("accessibility", "legal", "privacy", "sitemap"))
