"""Taking up in the next wave a dossier that did not succeed in its own."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from calls.models import Wave
from edsh_portal.forms import carried

from .. import actions, permissions
from ..forms.dossier import Form
from ..models import Application
from .found import the_dossier


@require_http_methods(["GET", "HEAD", "POST"])
def carry_over(request: HttpRequest, reference: str) -> HttpResponse:
    """Says what is copied and who is asked again; without an open wave, says so."""
    application = the_dossier(request, reference, permissions.can_carry)
    wave, form = _next_wave(application), Form(request.POST if request.method == "POST" else None)
    made: list[Application] = []
    if request.method == "POST" and carried(
        form, lambda data: made.append(actions.carry_over(application, wave, by=request.user))
    ):
        messages.success(request, _("Le dossier %(reference)s est créé.") % {"reference": made[0].reference})
        return redirect("applications:dossier", made[0].reference)
    live = application.memberships.live().filter(role="partner").select_related("establishment").order_by("pk")
    partners = ", ".join(member.establishment.name for member in live)
    context = {"application": application, "wave": wave, "form": form, "partners": partners}
    return render(request, "applications/carry_over.html", context, status=422 if form.errors else 200)


def _next_wave(application: Application) -> Wave | None:
    """The later wave of the same call that takes deposits now."""
    at, before = application.now, application.wave
    return before.call.waves.filter(opens_at__gte=before.closes_at, opens_at__lte=at, closes_at__gt=at).first()
