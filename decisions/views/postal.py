"""The registered letter of a decision, or of a contradictory procedure: when it was posted, then when it was received."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from edsh_portal.forms import Form, carried

from .. import actions, permissions
from ..actions.postal import Posted
from ..forms.fields import typed
from ..forms.release import PostForm, ReceivedForm
from ..models import Decision
from .decision import the_decision
from .procedure import the_procedure


@require_http_methods(["GET", "HEAD", "POST"])
def registered_letter(request: HttpRequest, number: str) -> HttpResponse:
    held = the_decision(request, number, permissions.can_post)
    said = _("La réception est enregistrée : la décision est notifiée.")
    back = reverse("decisions:decision", args=[held.number])
    return _letter(request, held, back, said, whom=held.application.coordinator)


@require_http_methods(["GET", "HEAD", "POST"])
def post_notice(request: HttpRequest, pk: int) -> HttpResponse:
    held = the_procedure(request, pk, permissions.can_post)
    said = _("La réception est enregistrée : le délai pour répondre court de ce jour.")
    return _letter(request, held, reverse("decisions:procedure", args=[pk]), said, whom=held.establishment)


def _letter(request: HttpRequest, held: Posted, back: str, received: str, *, whom: Any) -> HttpResponse:
    letter = getattr(held, "registered_letter", None)
    form: Form = PostForm(typed(request)) if letter is None else ReceivedForm(typed(request))
    if request.method == "POST" and carried(
        form,
        lambda data: (
            actions.post_letter(held, data["number"], data["posted_on"], by=request.user)
            if letter is None
            else actions.receive_letter(held, data["received_on"], by=request.user)
        ),
    ):
        messages.success(request, _("L’envoi est enregistré.") if letter is None else received)
        return redirect(back)
    context = {"held": held, "of_decision": isinstance(held, Decision), "letter": letter, "form": form}
    context |= {"back": back, "whom": whom}
    return render(request, "decisions/registered_letter.html", context, status=422 if form.errors else 200)
