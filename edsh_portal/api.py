"""The API's common manners: cursor pages, problem+json answers with the same codes as the pages."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response
from rest_framework.views import exception_handler

from .workflow import Refused


class Cursor(CursorPagination):
    """25 a page, by id; a view may set `ordering` or accept OrderingFilter."""

    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = "id"

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> tuple[str, ...]:
        """Rows that tie keep one order from page to page: none is told twice, none is missed."""
        asked = tuple(super().get_ordering(request, queryset, view))
        return asked if {"id", "-id"} & set(asked) else (*asked, "id")


def problem_of(status: int, detail: str, *, code: str = "", **more: Any) -> dict[str, Any]:
    """RFC 9457 body."""
    title = {
        400: "Requête invalide",
        401: "Identification requise",
        403: "Accès refusé",
        404: "Introuvable",
        413: "Requête trop longue",
    }.get(status, "Refus" if status == 409 else "Erreur")
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
        fields = {"errors": standard.data} if isinstance(error, exceptions.ValidationError) else {}
        detail = str(getattr(error, "detail", "")) if not fields else "Certaines valeurs sont à corriger."
        answer = standard
        answer.data = problem_of(standard.status_code, detail, code=getattr(error, "default_code", ""), **fields)
    answer.content_type = "application/problem+json"
    return answer
