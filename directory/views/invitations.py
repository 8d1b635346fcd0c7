"""Inviting, and answering an invitation."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from edsh_portal.access import ROLES, fetch, role_required
from edsh_portal.forms import Form, carried
from edsh_portal.workflow import Refused

from .. import actions
from ..forms import InviteColleagueForm, InviteForm, NewPassword
from ..models import Establishment, Invitation, User
from ..permissions import can_invite_colleague, can_renew
from . import letters
from .session import at_home, log_sign_in
from .signed import Signed

SENT = _("L’invitation part par courrier électronique ; elle est valable sept jours.")


@role_required("administrator")
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: Signed) -> HttpResponse:
    form = InviteForm(request.POST if request.method == "POST" else None)
    if carried(form, lambda data: actions.invite(**data, by=request.user)):
        messages.success(request, SENT)
        return redirect("directory:people")
    return render(request, "directory/invite.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def invite_colleague(request: Signed, pk: int) -> HttpResponse:
    establishment = fetch(Establishment.objects, request.user, can_invite_colleague, pk=pk)
    form = InviteColleagueForm(
        request.POST if request.method == "POST" else None, establishment=establishment, by=request.user
    )
    if carried(form, lambda data: actions.invite(**data, establishment=establishment, by=request.user)):
        messages.success(request, SENT)
        return redirect("directory:establishment", pk)
    return render(request, "directory/invite.html", {"form": form, "establishment": establishment})


@require_POST
def renew_invitation(request: Signed, pk: int) -> HttpResponse:
    invitation = fetch(Invitation.objects, request.user, can_renew, pk=pk)
    actions.renew_invitation(invitation, by=request.user)
    messages.success(request, SENT)
    return redirect("directory:people")


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def accept_invitation(request: Signed) -> HttpResponse:
    """The letter that was opened: a first password, or one click for who already has an account and is signed in."""
    token = letters.opened(request)
    me = request.user if request.user.is_authenticated else None
    try:
        invitation = actions.openable(token)
    except Refused as refused:
        return letters.over(request, refused, again="")
    owner = User.objects.filter(email=invitation.email).first()
    blocked = bool(owner or me) and (me is None or me != owner)
    form = (Form if owner else NewPassword)(request.POST if request.method == "POST" else None)
    made: list[User] = []

    def accept(data: dict[str, Any]) -> None:
        made.append(actions.accept_invitation(token, password=data.get("password", ""), by=me))

    if not blocked and carried(form, accept):
        return _welcome(request, made[0], me)
    context = {"form": form, "invitation": invitation, "role": ROLES.get(invitation.role, ""), "blocked": blocked}
    return render(request, "directory/accept_invitation.html", context)


def _welcome(request: Signed, user: User, me: User | None) -> HttpResponse:
    if me is None:
        login(request, user, backend="directory.backends.EmailBackend")
        log_sign_in(request, user, 302)
    messages.success(request, _("Bienvenue. Votre accès est ouvert."))
    return letters.closed(at_home(request, redirect("dashboards:home"), user))
