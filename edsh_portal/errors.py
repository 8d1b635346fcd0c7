"""Error pages: hidden and absent are the same bytes, so 403 and 404 come from context-free templates."""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve

from .api import problem_of


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


def _page(request: HttpRequest, template: str, status: int, detail: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse(problem_of(status, detail), status=status, content_type="application/problem+json")
    return HttpResponse(render_to_string(template), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400; 413 for a body that is larger than what is read (settings.DATA_UPLOAD_MAX_MEMORY_SIZE)."""
    if isinstance(exception, RequestDataTooBig):
        return _page(request, "errors/413.html", 413, "Le corps de la requête dépasse 2,5 Mo.")
    return _page(request, "errors/400.html", 400, "La requête n’a pas été comprise.")


def denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, "errors/403.html", 403, "Cette action n’est pas ouverte à votre rôle.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, "errors/404.html", 404, "Aucun objet visible à cette adresse.")


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, "errors/csrf.html", 403, "Le formulaire a expiré : rechargez la page et recommencez.")


def failure(request: HttpRequest) -> HttpResponse:
    """500: what happened is logged under the request id shown; nothing was half-written."""
    if request.path.startswith("/api/"):
        said = problem_of(
            500, "Une erreur est survenue ; rien n’a été modifié à moitié.", request=getattr(request, "id", "")
        )
        return JsonResponse(said, status=500, content_type="application/problem+json")
    return HttpResponse(render_to_string("errors/500.html", {"request_id": getattr(request, "id", "")}), status=500)
