"""One's own account."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from edsh_portal import mail, throttle
from edsh_portal.forms import carried
from edsh_portal.once import repeatable

from .. import actions, attempts
from ..forms import ChangeLanguageForm, ChangePasswordForm, MailsForm
from ..models import User
from .session import at_home, speak
from .signed import Signed


def _page(request: Signed, form: ChangeLanguageForm) -> HttpResponse:
    me = User.objects.for_list().get(pk=request.user.pk)
    return render(request, "directory/account.html", {"form": form, "me": me})


@require_safe
def account(request: Signed) -> HttpResponse:
    return _page(request, ChangeLanguageForm(initial={"language": request.user.language}))


@repeatable
@require_POST
def change_language(request: Signed) -> HttpResponse:
    form = ChangeLanguageForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    actions.change_language(request.user, form.cleaned_data["language"], by=request.user)
    messages.success(request, _("La langue est enregistrée."))
    return speak(redirect("directory:account"), form.cleaned_data["language"])


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: Signed) -> HttpResponse:
    form = ChangePasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and not _waits(form, request.user) and carried(form, lambda data: _changed(request.user, data)):
        throttle.forgive(attempts.of_own_password(request.user))
        update_session_auth_hash(request, request.user)
        messages.success(request, _("Le mot de passe est changé. Vos autres sessions sont fermées."))
        return at_home(request, redirect("directory:account"), request.user)
    return render(request, "directory/change_password.html", {"form": form})


def _changed(me: User, data: dict[str, Any]) -> None:
    actions.change_password(me, current=data["current"], password=data["password"], by=me)


def _waits(form: ChangePasswordForm, user: User) -> bool:
    """Whoever found a session open does not find out its password by trying."""
    wait = throttle.charge(attempts.of_own_password(user))
    if wait:
        form.add_error("current", attempts.sentence(wait))
    return bool(wait)


@repeatable
@require_http_methods(["GET", "HEAD", "POST"])
def choose_mails(request: Signed) -> HttpResponse:
    """How each family of mails is taken: at once, once a day, never."""
    initial = actions.taken(request.user)
    form = MailsForm(request.POST if request.method == "POST" else None, initial=initial)
    if carried(form, lambda _data: actions.choose_mails(request.user, form.typed(), read=form.read(), by=request.user)):
        messages.success(request, _("Vos choix sont enregistrés."))
        return redirect("directory:account")
    context = {"form": form, "hour": mail.DIGEST_AT.hour}
    return render(request, "directory/choose_mails.html", context, status=422 if form.errors else 200)
