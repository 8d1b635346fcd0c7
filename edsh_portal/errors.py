"""Error pages: hidden and absent are the same bytes, so 403 and 404 come from context-free templates.

Each is said as it is asked: a page, problem+json to the API, a bare sentence to a page that sends a text or a part of a file.
"""

import sys

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from .api import problem_of
from .asked import Misread
from .numbers import file_size
from .passing import is_clock_behind, is_full


def not_allowed(request: HttpRequest) -> str:
    """The page of an address where a step is taken, when it is opened alone: it leads to the page that the step belongs to,
    without naming it, so that hidden and absent stay the same bytes."""
    above, back = request.path.rstrip("/"), "./"
    while above:
        above, back = above[: above.rindex("/")], f"../{back}"
        try:
            resolve(f"{above}/")
        except Resolver404:
            continue
        break
    return render_to_string("errors/405.html", {"back": back})


def _page(request: HttpRequest, template: str, status: int, detail: str, **context: object) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse(problem_of(status, detail), status=status, content_type="application/problem+json")
    return HttpResponse(render_to_string(template, context), status=status)


def _said(request: HttpRequest, template: str, status: int, sentence: str, *, again: int | None = None) -> HttpResponse:
    """What is nobody's mistake and tells nothing of what exists; `again`: seconds after which it may be asked again."""
    if "Tus-Resumable" in request.headers:
        answer = HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")
    elif request.content_type == "application/json" and not request.path.startswith("/api/"):
        answer = JsonResponse({"sentence": sentence}, status=status)
    else:
        answer = _page(request, template, status, sentence, said=sentence)
    answer["Cache-Control"] = "no-store"
    if again is not None:
        answer["Retry-After"] = str(again)
    return answer


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400; 413 for a body that is larger than what is read (settings.DATA_UPLOAD_MAX_MEMORY_SIZE)."""
    if isinstance(exception, RequestDataTooBig):
        return _too_long(request, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    if isinstance(exception, Misread):
        return _page(request, "errors/400.html", 400, str(exception), said=str(exception))
    return _page(request, "errors/400.html", 400, _("La requête n’a pas été comprise."))


def unread(request: HttpRequest, status: int, most: int) -> HttpResponse:
    """What the porch has not taken in: longer than `most` bytes, or no room to lay it down."""
    return _too_long(request, most) if status == 413 else _full(request)


def _too_long(request: HttpRequest, most: int) -> HttpResponse:
    said = _("Votre envoi dépasse la taille maximale (%(most)s). Rien n’a été changé.")
    return _said(request, "errors/413.html", 413, said % {"most": file_size(most)})


def _full(request: HttpRequest) -> HttpResponse:
    said = _("Le portail n’a plus de place pour enregistrer votre envoi. Rien n’a été changé.")
    return _said(request, "errors/507.html", 507, said, again=60)


def crowded(request: HttpRequest) -> HttpResponse:
    """The line at the door is too long: come back."""
    said = _("Votre demande n’a pas été traitée et rien n’a été changé. Recommencez dans quelques secondes.")
    return _said(request, "errors/503.html", 503, said, again=3)


def clock_behind(request: HttpRequest) -> HttpResponse:
    said = _("L’horloge du portail est en cours de réglage : rien n’a été changé. Recommencez dans quelques secondes.")
    return _said(request, "errors/clock.html", 503, said, again=5)


def denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, "errors/403.html", 403, "Cette action n’est pas ouverte à votre rôle.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, "errors/404.html", 404, "Aucun objet visible à cette adresse.")


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, "errors/csrf.html", 403, "Le formulaire a expiré : rechargez la page et recommencez.")


def failure(request: HttpRequest) -> HttpResponse:
    """500: what happened is logged under the request id shown; nothing was half-written. What will pass by itself is told so."""
    error = sys.exception()
    if error is not None and is_full(error):
        return _full(request)
    if error is not None and is_clock_behind(error):
        return clock_behind(request)
    key = getattr(request, "id", "")
    if request.path.startswith("/api/"):
        said = problem_of(500, "Une erreur est survenue ; rien n’a été modifié à moitié.", request=key)
        return JsonResponse(said, status=500, content_type="application/problem+json")
    return HttpResponse(render_to_string("errors/500.html", {"request_id": key}), status=500)
