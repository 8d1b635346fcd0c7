"""Coming in and going out: e-mail and password; other ways in join settings.AUTHENTICATION_BACKENDS and one block."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from edsh_portal.models import AccessLog

from ..forms import SignInForm
from ..models import User


def log_sign_in(request: HttpRequest, user: User | None, status: int) -> None:
    """Apart from the business trail; what was typed is not kept, so a failure names nobody."""
    route = "directory:sign_out" if status == 204 else "directory:sign_in"
    AccessLog.objects.create(
        user=user, method="POST", route=route, path=reverse(route), status=status, request_id=request.id
    )


def destination(request: HttpRequest) -> str:
    """Where the person was going, if it is here; else home."""
    wanted = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else resolve_url(settings.LOGIN_REDIRECT_URL)


def speak(response: HttpResponse, language: str) -> HttpResponse:
    """The person's own language from now on, in this browser."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        path="/",
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
    )
    return response


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        if request.user.is_authenticated:
            return redirect(destination(request))
        return render(request, "directory/sign_in.html", {"form": SignInForm()})
    form = SignInForm(request.POST)
    if form.is_valid():
        user = authenticate(request, **form.cleaned_data)
        log_sign_in(request, user, 302 if user else 429 if getattr(request, "axes_locked_out", False) else 401)
        if user is not None:
            login(request, user)
            return speak(redirect(destination(request)), user.language)
        form.add_error(None, _("Adresse électronique ou mot de passe inconnus. Vérifiez-les, puis recommencez."))
    return render(request, "directory/sign_in.html", {"form": form})


@login_not_required
@never_cache
@require_safe
def session(request: HttpRequest) -> HttpResponse:
    """Who is in, and the key of their forms: {person: int or null, key: str}. Asked by a page before a form leaves it."""
    return JsonResponse({"person": request.user.pk, "key": get_token(request)})


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        log_sign_in(request, request.user, 204)
    logout(request)
    answer = redirect(settings.LOGOUT_REDIRECT_URL)
    answer["Clear-Site-Data"] = '"storage"'  # texts that this browser was keeping until they were saved
    return answer


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: dict | None) -> HttpResponse:
    """Too many failures for this account from this address: says when to try again. Each new try starts the wait again."""
    wait = timedelta(hours=settings.AXES_COOLOFF_TIME)
    context = {"until": timezone.now() + wait, "minutes": int(wait.total_seconds() // 60)}
    answer = render(request, "directory/locked_out.html", context, status=429)
    answer["Retry-After"] = str(int(wait.total_seconds()))
    return answer
