"""The Health Data Hub: data perimeters of each dossier, and its opinion on criterion 12; nothing of the scores."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from applications.models import Application
from edsh_portal import asked
from edsh_portal.access import fetch, role_required
from edsh_portal.forms import carried
from edsh_portal.lists import page_of

from .. import actions, panels, permissions
from ..forms.opinion import OpinionForm
from ..models import SEES_OPINIONS, Opinion

EXAMINED = ("admissible", "closed")


@require_safe
@role_required(*SEES_OPINIONS)
def opinions(request: HttpRequest) -> HttpResponse:
    waiting = asked.choice(request, "pile", ("a-rendre",)) == "a-rendre"
    seen = Application.objects.visible_to(request.user).filter(state__in=EXAMINED)
    rows = (panels.without_opinion(request.user) if waiting else seen).select_related("coordinator", "wave")
    rows = rows.annotate(advised_at=Max("opinions__at")).order_by("-wave__number", "reference")
    page = page_of(request, rows)
    tabs = [
        {"label": _("Tous"), "url": "?", "current": not waiting},
        {"label": _("À rendre"), "url": "?pile=a-rendre", "current": waiting},
    ]
    return render(request, "reviews/opinions.html", {"page": page, "tabs": tabs, "waiting": waiting})


@require_http_methods(["GET", "HEAD", "POST"])
def opinion(request: HttpRequest, reference: str) -> HttpResponse:
    rows = Application.objects.filter(state__in=EXAMINED).select_related("wave__settings", "version", "coordinator")
    application = fetch(rows, request.user, permissions.can_see_opinions, reference=reference)
    scale_max = application.wave.settings.scale_max
    form = (
        OpinionForm(request.POST or None, scale_max=scale_max) if permissions.can_give_opinion(request.user) else None
    )
    if request.method == "POST" and form is None:
        raise PermissionDenied
    if form is not None and carried(
        form, lambda data: actions.give_opinion(application, data["value"], data["text"], by=request.user)
    ):
        messages.success(request, _("Avis enregistré : la présidence du jury et les services instructeurs le voient."))
        return redirect("reviews:opinion", reference=reference)
    return render(
        request, "reviews/opinion.html", _context(application, form), status=422 if form and form.errors else 200
    )


def _context(application: Application, form: OpinionForm | None) -> dict:
    given = Opinion.objects.filter(application=application).select_related("by").order_by("-version")
    criterion = application.wave.settings.criteria.filter(number=12).first()
    perimeters = application.deposited.content["perimeters"]
    return {
        "application": application,
        "form": form,
        "given": given,
        "perimeters": perimeters,
        "criterion": criterion,
        "scale_max": application.wave.settings.scale_max,
    }
