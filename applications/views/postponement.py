"""Putting a wave off: the page says to whom before it is done."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from calls import actions as calls
from calls.forms import DelayForm, PostponeForm
from calls.models import Wave
from calls.views.call import _call, manages
from edsh_portal import clock
from edsh_portal.forms import carried

from .. import permissions


@manages
@require_http_methods(["GET", "HEAD", "POST"])
def postpone_wave(request: HttpRequest, number: int) -> HttpResponse:
    wave = get_object_or_404(Wave.objects.select_related("call"), call=_call(), number=number)
    count = wave.applications.filter(state__in=permissions.OPEN_STATES).count()
    words = {
        "title": _("Reporter la clôture de la %(wave)s") % {"wave": wave.label},
        "action": _("Reporter la clôture"),
        "happens": _(
            "La clôture du %(cutoff)s passe, pour tous, à l’instant que vous fixez. La page de l’appel montre la date de cette décision, les deux clôtures et le motif. Les délais légaux de la relève suivent la nouvelle clôture."
        )
        % {"cutoff": clock.paris(wave.closes_at)},
        "whom": ngettext(
            "Tout le monde ; les personnes de %(count)s dossier ouvert de la relève sont prévenues par courriel.",
            "Tout le monde ; les personnes des %(count)s dossiers ouverts de la relève sont prévenues par courriel.",
            count,
        )
        % {"count": count},
    }
    return _put_off(request, wave, PostponeForm, calls.postpone_wave, words, _("La clôture est reportée pour tous."))


@manages
@require_http_methods(["GET", "HEAD", "POST"])
def delay_wave(request: HttpRequest, number: int) -> HttpResponse:
    wave = get_object_or_404(Wave.objects.select_related("call"), call=_call(), number=number)
    words = {
        "title": _("Retarder l’ouverture de la %(wave)s") % {"wave": wave.label},
        "action": _("Retarder l’ouverture"),
        "happens": _(
            "L’ouverture du %(opening)s passe, pour tous, à l’instant que vous fixez. La page de l’appel montre la date de cette décision, les deux ouvertures et le motif."
        )
        % {"opening": clock.paris(wave.opens_at)},
        "whom": _("Tout le monde."),
    }
    return _put_off(request, wave, DelayForm, calls.delay_wave, words, _("L’ouverture est retardée pour tous."))


def _put_off(request: HttpRequest, wave: Wave, kind: type, verb: Any, words: dict[str, str], done: str) -> HttpResponse:
    form = kind(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried(form, lambda data: verb(wave, **data, by=request.user)):
        messages.success(request, done)
        return redirect("calls:call_settings")
    context = words | {"form": form, "call": wave.call, "cancel": reverse("calls:call_settings")}
    return render(request, "calls/confirm_call.html", context, status=422 if form.errors else 200)
