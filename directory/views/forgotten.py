"""A forgotten password: asking for the letter, answering it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from edsh_portal import throttle
from edsh_portal.forms import carried
from edsh_portal.workflow import Refused

from .. import actions, attempts
from ..forms import ForgottenForm, NewPassword
from . import letters
from .session import come_back

PAGE = "directory/forgotten_password.html"


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten_password(request: HttpRequest) -> HttpResponse:
    """The same answer, and the same work, whether an account bears the address or not."""
    form = ForgottenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        email = form.cleaned_data["email"]
        if wait := throttle.charge(attempts.of_letter(request, email)):
            return come_back(request, PAGE, form, wait, attempts.letter_sentence(wait))
        actions.forget_password(email)
        return redirect(f"{reverse('directory:forgotten_password')}?envoye=1")
    return render(request, PAGE, {"form": form, "sent": "envoye" in request.GET})


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def new_password(request: HttpRequest) -> HttpResponse:
    """The letter that was opened: a new password, then the sign-in page, where whoever proved who they are waits for nobody."""
    token = letters.opened(request)
    try:
        reset = actions.resettable(token)
    except Refused as refused:
        return letters.over(request, refused, again=reverse("directory:forgotten_password"))
    owner: Any = reset.user  # resettable() refuses the letter of nobody
    form = NewPassword(request.POST if request.method == "POST" else None)
    if carried(form, lambda data: actions.reset_password(token, password=data["password"])):
        throttle.forgive(attempts.of_sign_in(request, owner.email, ""))
        messages.success(request, _("Votre mot de passe est changé : connectez-vous."))
        return letters.closed(redirect("directory:sign_in"))
    return render(request, "directory/new_password.html", {"form": form, "owner": owner})
