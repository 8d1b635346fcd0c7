"""« Mon projet est-il éligible ? »: the rules of the deposit put to a few answers, for anyone; nothing is kept."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from calls.models import Call
from calls.panels import current_wave
from edsh_portal import clock

from .. import rules
from ..content import freeze
from ..forms.eligibility import EligibilityForm


@login_not_required
@require_safe
def eligibility(request: HttpRequest) -> HttpResponse:
    """The answers stand in the address, so that the page can be kept and shared; bounds are those of the wave under way."""
    call, now = Call.objects.exclude(state="draft").current(), clock.now()
    if call is None:
        raise Http404
    wave = current_wave(list(call.waves.select_related("settings").order_by("number")), now)
    form = EligibilityForm(request.GET if set(request.GET) & set(EligibilityForm.base_fields) else None)
    context = {"call": call, "wave": wave, "form": form, "now": now}
    if form.is_valid():
        verdicts = form.verdicts(freeze.bounds(wave.settings), now.astimezone(clock.PARIS).date())
        changes = sum(verdict.failed for verdict in verdicts)
        context |= {"told": rules.told(verdicts), "changes": changes, "waiting": form.waiting(), "may_edit": True}
    return render(request, "applications/eligibility.html", context, status=422 if form.errors else 200)
