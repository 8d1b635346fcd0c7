"""One's own tokens for programs."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from edsh_portal.access import fetch
from edsh_portal.forms import carried
from edsh_portal.lists import page_of

from .. import actions
from ..actions.start import digest
from ..forms import IssueTokenForm
from ..models import ApiToken
from ..permissions import can_revoke_token
from .signed import Signed


@require_safe
def tokens(request: Signed) -> HttpResponse:
    mine = ApiToken.objects.visible_to(request.user).order_by("-created_at", "-pk")
    return render(request, "directory/tokens.html", {"page": page_of(request, mine), "scopes": ApiToken.SCOPES})


@require_http_methods(["GET", "HEAD", "POST"])
def issue_token(request: Signed) -> HttpResponse:
    form = IssueTokenForm(request.POST if request.method == "POST" else None)
    made: list[tuple[ApiToken, str]] = []
    if carried(form, lambda data: made.append(actions.issue_token(request.user, **data, by=request.user))):
        (token, key), name = made[0], settings.TOKEN_COOKIE_NAME
        answer = redirect("directory:token", token.pk)
        answer.set_cookie(name, key, max_age=60, secure=settings.SECURE, httponly=True, samesite="Lax")
        return answer
    return render(request, "directory/issue_token.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def token(request: Signed, pk: int) -> HttpResponse:
    """What was just created. Its secret came in a cookie that no script reads and that goes with this page: reloaded, or asked
    by whoever sent the form again, it shows it no more."""
    made = fetch(ApiToken.objects, request.user, pk=pk)
    key = request.COOKIES.get(settings.TOKEN_COOKIE_NAME, "")
    told = constant_time_compare(digest(key), made.key_sha256)
    answer = render(request, "directory/token_issued.html", {"token": made, "key": key if told else ""})
    answer.delete_cookie(settings.TOKEN_COOKIE_NAME, samesite="Lax")
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def revoke_token(request: Signed, pk: int) -> HttpResponse:
    token = fetch(ApiToken.objects.select_related("user"), request.user, can_revoke_token, pk=pk)
    if request.method == "POST":
        actions.revoke_token(token, by=request.user)
        messages.success(request, _("Le jeton est révoqué : il n’ouvre plus rien."))
        return redirect("directory:tokens")
    return render(request, "directory/revoke_token.html", {"token": token})
