"""Coming in and going out: e-mail and password; other ways in join settings.AUTHENTICATION_BACKENDS and one block."""

from math import ceil

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from edsh_portal import origin, throttle
from edsh_portal.forms import Form
from edsh_portal.models import AccessLog
from edsh_portal.once import repeatable

from .. import actions, attempts, devices
from ..forms import SignInForm
from ..models import User


def log_sign_in(request: HttpRequest, user: User | None, status: int) -> None:
    """Apart from the business trail; what was typed is not kept, so a failure names nobody."""
    route = "directory:sign_out" if status == 204 else "directory:sign_in"
    AccessLog.objects.create(
        user=user,
        address=origin.address(request),
        method="POST",
        route=route,
        path=reverse(route),
        status=status,
        request_id=request.id,  # type: ignore[attr-defined]  # put there by the first middleware
    )


def destination(request: HttpRequest) -> str:
    """Where the person was going, if it is here; else home."""
    wanted = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, None) and wanted.startswith("/")
    return wanted if safe else resolve_url(settings.LOGIN_REDIRECT_URL)


def speak(response: HttpResponse, language: str) -> HttpResponse:
    """The person's own language from now on, in this browser."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        path="/",
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,  # type: ignore[arg-type]  # one of the words that it takes
    )
    return response


@repeatable
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
    return _try(request, form) if form.is_valid() else render(request, "directory/sign_in.html", {"form": form})


def _try(request: HttpRequest, form: SignInForm) -> HttpResponse:
    """An attempt is counted, then judged."""
    email = form.cleaned_data["email"]
    device = devices.known(request, User.objects.filter(email=email).first())
    counted = attempts.of_sign_in(request, email, device)
    if wait := throttle.charge(counted):
        return come_back(request, "directory/sign_in.html", form, wait, attempts.sentence(wait))
    user = authenticate(request, **form.cleaned_data)
    log_sign_in(request, user, 302 if user else 401)
    if user is None:
        form.add_error(None, _("Adresse électronique ou mot de passe inconnus. Vérifiez-les, puis recommencez."))
        return render(request, "directory/sign_in.html", {"form": form})
    throttle.forgive(counted)
    login(request, user)
    if not device:
        actions.know_device(user, by=user)
    return at_home(request, redirect(destination(request)), user)


def come_back(request: HttpRequest, template: str, form: Form, wait: float, sentence: str) -> HttpResponse:
    """The form again, which says when: what it asks was not looked at."""
    form.add_error(None, sentence)
    answer = render(request, template, {"form": form}, status=429)
    answer["Retry-After"] = str(ceil(wait))
    return answer


def at_home(request: HttpRequest, response: HttpResponse, user: User) -> HttpResponse:
    """Whoever has just come in: their language, and a browser that is known as theirs from now on."""
    devices.remember(request, response, user)
    return speak(response, user.language)


@login_not_required
@never_cache
@require_safe
def session(request: HttpRequest) -> HttpResponse:
    """Who is in, and the key of their forms: {person: int or null, key: str}. Asked by a page before a form leaves it."""
    return JsonResponse({"person": request.user.pk, "key": get_token(request)})


@repeatable
@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        log_sign_in(request, request.user, 204)
    logout(request)
    answer = redirect(settings.LOGOUT_REDIRECT_URL)
    answer["Clear-Site-Data"] = '"storage"'  # texts that this browser was keeping until they were saved
    return answer
