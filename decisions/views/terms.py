"""The terms that the letters of the call bear: proposed here, approved by the direction."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from calls import actions as calls
from calls.models import Call
from calls.models.letters import terms_of
from edsh_portal import clock
from edsh_portal.access import role_required
from edsh_portal.forms import carried
from funding.models import Line

from ..forms.fields import typed
from ..forms.signature import LetterTermsForm


@role_required("instructor", "administrator")
@require_http_methods(["GET", "HEAD", "POST"])
def letter_terms(request: HttpRequest) -> HttpResponse:
    """What stands, to be corrected: the letters bear it once the direction has approved."""
    call = Call.objects.current()
    if call is None:
        return redirect("calls:call_settings")
    sources = list(Line.objects.filter(call=call).order_by("pk").values_list("code", flat=True))
    form = LetterTermsForm(typed(request), initial=terms_of(call, clock.now()), sources=sources)
    if request.method == "POST" and carried(
        form,
        lambda data: calls.propose_letter_terms(call, form.typed(), sources=sources, read=form.read(), by=request.user),
    ):
        messages.success(request, _("Les mentions sont proposées : la direction doit les approuver."))
        return redirect("calls:call_settings")
    context = {
        "form": form,
        "title": _("Mentions des lettres"),
        "action": _("Proposer ces mentions"),
        "cancel": reverse("calls:call_settings"),
    }
    return render(request, "calls/call_form.html", context, status=422 if form.errors else 200)
