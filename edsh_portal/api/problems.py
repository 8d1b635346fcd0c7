"""What the API answers when it does not answer: problem+json (RFC 9457), with the same codes as the pages."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from ..workflow import Refused

TITLES = {
    400: _("Requête invalide"),
    401: _("Identification requise"),
    403: _("Accès refusé"),
    404: _("Introuvable"),
    405: _("Méthode non admise"),
    406: _("Format non servi"),
    409: _("Refus"),
    413: _("Requête trop longue"),
    503: _("Portail momentanément occupé"),
}


def problem_of(status: int, detail: str, *, code: str = "", **more: Any) -> dict[str, Any]:
    """RFC 9457 body."""
    title = str(TITLES.get(status, _("Erreur")))
    return {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code, **more}


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: everything we answer is problem+json."""
    if isinstance(error, Refused):
        answer = Response(problem_of(409, error.message, code=error.code, field=error.field, **error.facts), status=409)
    else:
        if isinstance(error, Http404):
            error = exceptions.NotFound()
        elif isinstance(error, PermissionDenied):
            error = exceptions.PermissionDenied()
        standard = exception_handler(error, context)
        if standard is None:
            return None
        answer = standard
        answer.data = _problem(error, standard)
    answer.content_type = "application/problem+json"
    return answer


def _problem(error: Exception, standard: Response) -> dict[str, Any]:
    """A value to correct is named, and why; any other problem is one sentence."""
    code = getattr(error, "default_code", "")
    if not isinstance(error, exceptions.ValidationError):
        return problem_of(standard.status_code, str(getattr(error, "detail", "")), code=code)
    why = {name: [str(one) for one in said] for name, said in standard.data.items()}
    names = sorted(why)
    said = ngettext("Paramètre à corriger : %(names)s.", "Paramètres à corriger : %(names)s.", len(names))
    return problem_of(standard.status_code, said % {"names": ", ".join(names)}, code=code, errors=why)
