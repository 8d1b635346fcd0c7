"""The registered letter of a decision: when it was posted, then when it was received."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from edsh_portal.forms import Form, carried

from .. import actions, permissions
from ..forms import PostForm, ReceivedForm, typed
from .decision import the_decision


@require_http_methods(["GET", "HEAD", "POST"])
def registered_letter(request: HttpRequest, number: str) -> HttpResponse:
    held = the_decision(request, number, permissions.can_post)
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
        said = (
            _("L’envoi est enregistré.")
            if letter is None
            else _("La réception est enregistrée : la décision est notifiée.")
        )
        messages.success(request, said)
        return redirect("decisions:decision", held.number)
    context = {"decision": held, "letter": letter, "form": form}
    return render(request, "decisions/registered_letter.html", context, status=422 if form.errors else 200)
