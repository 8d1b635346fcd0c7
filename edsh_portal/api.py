"""The API's common manners: cursor pages, problem+json answers with the same codes as the pages."""

import hashlib
import json
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DataError
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import exception_handler

from .workflow import Refused


class Cursor(CursorPagination):
    """25 a page, by id; a view may set `ordering` or accept OrderingFilter."""

    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = "id"
    invalid_cursor_message = _("Ce curseur n’est pas de cette liste : reprenez-la depuis sa première page.")
    NOT_FILTERS = ("cursor", "page_size", "format")

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> tuple[str, ...]:
        """Rows that tie keep one order from page to page: none is told twice, none is missed."""
        asked = tuple(super().get_ordering(request, queryset, view))
        return asked if {"id", "-id"} & set(asked) else (*asked, "id")

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> Any:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValueError, TypeError, ValidationError, DataError) as error:
            if getattr(self, "cursor", None) is None:
                raise
            raise exceptions.NotFound(self.invalid_cursor_message) from error  # what it says no row can hold

    def encode_cursor(self, cursor: Any) -> str:
        url = super().encode_cursor(cursor)
        held = parse_qs(urlsplit(url).query)[self.cursor_query_param][0]
        return replace_query_param(self.base_url, self.cursor_query_param, f"{self._list()}.{held}")

    def decode_cursor(self, request: Any) -> Any:
        """Of the list that it was made in: under another ordering or other filters it would show rows of neither."""
        held = request.query_params.get(self.cursor_query_param)
        if held is None:
            return None
        mark, _dot, encoded = held.partition(".")
        if mark != self._list():
            raise exceptions.NotFound(self.invalid_cursor_message)
        return super().decode_cursor(SimpleNamespace(query_params={self.cursor_query_param: encoded}))

    def _list(self) -> str:
        """Which list is read: its address, its ordering, its filters."""
        asked = [pair for pair in self.request.query_params.lists() if pair[0] not in self.NOT_FILTERS]
        told = json.dumps([self.request.path, self.ordering, sorted(asked)])
        return hashlib.sha256(told.encode(errors="replace")).hexdigest()[:12]


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
