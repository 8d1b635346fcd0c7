"""What surrounds every view: request id and log line, reads that cannot write, refusals, no-store, the read log."""

import time
import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import structlog
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db import DataError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from . import admission, errors, memory, origin, speaker
from .access import has_role
from .database import reading
from .models import AccessLog
from .passing import is_clock_behind
from .workflow import Refused

log = structlog.get_logger("portal.request")
GetResponse = Callable[[HttpRequest], HttpResponse]
READS = ("GET", "HEAD", "OPTIONS")
CLOCK_WAITS = (0.1, 0.3, 0.6)  # seconds


def _path(request: HttpRequest) -> str:
    """The path as it may be kept: a secret that travels in an address is in no log."""
    match = request.resolver_match
    token = match.kwargs.get("token") if match else None
    return request.path.replace(token, "…") if isinstance(token, str) else request.path


def request_log(get_response: GetResponse) -> GetResponse:
    def middleware(request: Any) -> HttpResponse:
        request.id = uuid.uuid4().hex[:12]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=request.id)
        began = time.perf_counter()
        with memory.opened():
            response = get_response(request)
        if not request.path.startswith(("/static/", "/healthz", "/readyz")):
            log.info(
                "request",
                method=request.method,
                path=_path(request),
                status=response.status_code,
                ms=round((time.perf_counter() - began) * 1000, 1),
            )
        return response

    return middleware


def legible(get_response: GetResponse) -> GetResponse:
    """A null byte, which PostgreSQL keeps in no text: a path that has one is refused before anything reads it. In a query it is
    for the form that reads it to say so; where none does, it is a request that is not understood, and no fault of ours."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path:
            raise BadRequest
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        null = "%00" in request.META.get("QUERY_STRING", "")
        return (
            errors.bad_request(request, exception) if null and isinstance(exception, ValueError | DataError) else None
        )

    vars(middleware)["process_exception"] = process_exception
    return middleware


def read_only(get_response: GetResponse) -> GetResponse:
    """Innermost: a GET or HEAD view runs in a READ ONLY transaction. Who asks is resolved before it opens."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method not in READS:
            return get_response(request)
        request.user.is_authenticated  # noqa: B018  (asked of the database here)
        with reading():
            return get_response(request)

    return middleware


def refusals(get_response: GetResponse) -> GetResponse:
    """Answers a Refused that no form could take: a page (or fragment) with the sentence, 409."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if speaker.is_not_proved(exception):
            log.warning("speaker.not_proved", said=str(exception)[:200])
            exception = Refused(_("Votre session vient de se terminer : connectez-vous, puis recommencez."), code="W03")
        return _refused(request, exception) if isinstance(exception, Refused) else None

    vars(middleware)["process_exception"] = process_exception
    return middleware


def _refused(request: HttpRequest, refused: Refused) -> HttpResponse:
    log.info("refused", code=refused.code)
    if request.path.startswith("/api/"):
        from .api import problem_of

        body = problem_of(409, refused.message, code=refused.code, **refused.facts)
        return JsonResponse(body, status=409, content_type="application/problem+json")
    if request.headers.get("HX-Request"):
        messages.error(request, refused.message)
        return render(request, "components/_refused.html", {"refused": refused}, status=409)
    return render(request, "errors/409.html", {"refused": refused}, status=409)


def clock_waited_for(get_response: GetResponse) -> GetResponse:
    """A step that met a database whose clock has stepped back (a fail-over) is taken again, whole, for a second: its transaction is
    over, it holds no row, and others use its place. Then it is told when to come back."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if request.method in READS or not is_clock_behind(exception):
            return None
        for seconds in CLOCK_WAITS:
            admission.door.step_out(seconds)
            try:
                return _again(request)
            except Refused as refused:
                return _refused(request, refused)
            except Exception as error:
                if not is_clock_behind(error):
                    raise
        log.error("clock.behind")
        return errors.clock_behind(request)

    vars(middleware)["process_exception"] = process_exception
    return middleware


def _again(request: HttpRequest) -> HttpResponse:
    """The view, once more, over what it has read already."""
    for _name, files in request.FILES.lists():
        for file in files:
            file.seek(0)
    match = request.resolver_match
    assert match is not None
    return match.func(request, *match.args, **match.kwargs)


def not_allowed(get_response: GetResponse) -> GetResponse:
    """A step's address that is opened as a page (a reload, an address kept) is refused with a page that leads back, not a blank one."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code == 405 and request.method == "GET" and not request.path.startswith("/api/"):
            response.content = errors.not_allowed(request)
        return response

    return middleware


def no_store(get_response: GetResponse) -> GetResponse:
    """What a signed-in person sees is kept by no cache; the refused address keeps no trace of who asked."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        private = request.user.is_authenticated or request.path.startswith("/api/")
        if private and "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response

    return middleware


REFUSED = (403, 404)


def access_log(get_response: GetResponse) -> GetResponse:
    """Writes, after the view, who read which confidential page, or was refused it; every read of who audits and of who judges.
    A page that has not changed since it was read (304) is not read again: its body stayed here."""

    def middleware(request: Any) -> HttpResponse:
        response = get_response(request)
        if response.status_code == HTTPStatus.NOT_MODIFIED:
            return response
        match = request.resolver_match
        read, refused = response.status_code < 400, response.status_code in REFUSED
        told = read and match is not None and bool(match.kwargs) and not getattr(match.func, "unlogged", False)
        named = refused or told
        if request.user.is_authenticated and match and (named or has_role(request.user, "auditor", "expert")):
            AccessLog.objects.create(
                user=request.user,
                address=origin.address(request),
                method=request.method,
                route=match.view_name[:120],
                path=_path(request)[:300],
                status=response.status_code,
                request_id=request.id,
            )
        return response

    return middleware


def attended(get_response: GetResponse) -> GetResponse:
    """Whoever does something stays in. What a page asks by itself says so (X-Portal-Alone), and keeps nobody in."""

    def middleware(request: HttpRequest) -> HttpResponse:
        alone = "X-Portal-Alone" in request.headers
        if not alone and request.session.session_key and request.user.is_authenticated:
            request.session.attend()  # type: ignore[attr-defined]  # of our own session
        return get_response(request)

    return middleware


def token_use(get_response: GetResponse) -> GetResponse:
    """Counts the use of an API token after the answer: a read leaves its trace outside its own transaction."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        token = getattr(request, "api_token", None)
        if token is not None:
            type(token).objects.filter(pk=token.pk).used()
        return response

    return middleware
