"""Windows for programs: who may, then what the address asks and nothing else, then a page of rows."""

import hashlib
import json
from collections.abc import Mapping
from difflib import get_close_matches
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import ValidationError
from django.db import DataError
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from rest_framework import exceptions, serializers
from rest_framework.pagination import CursorPagination
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from .. import asked as read

PAGE, MOST = 25, 200  # rows


class Asked(serializers.Serializer):
    """What an address may ask, named one by one: anything else is refused by its name, so that a misspelt filter never
    shows everything. Without a field, nothing may be asked."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        wrong = {name: [why] for name, values in data.lists() if (why := self._why(name, values))}
        try:
            held = super().to_internal_value(data)
        except exceptions.ValidationError as error:
            raise exceptions.ValidationError({**error.detail, **wrong}) from None  # type: ignore[dict-item]
        if wrong:
            raise exceptions.ValidationError(wrong)
        return held

    def _why(self, name: str, values: list[str]) -> str:
        if name not in self.fields:
            near = get_close_matches(name, self.fields, 1)
            if near:
                return _("Ce paramètre n’existe pas ici. Est-ce « %(near)s » ?") % {"near": near[0]}
            known = ", ".join(sorted(self.fields)) or pgettext("parameter", "aucun")
            return _("Ce paramètre n’existe pas ici. Paramètres admis : %(known)s.") % {"known": known}
        if len(values) > 1:
            return _("Ce paramètre est donné plusieurs fois : n’en gardez qu’un.")
        return "" if values[0] else _("Ce paramètre est vide : donnez-lui une valeur, ou retirez-le.")


class Listed(Asked):
    """What any list may be asked."""

    cursor = serializers.CharField(required=False, trim_whitespace=False)
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=MOST)


class Whole(serializers.IntegerField):
    """Read as everywhere in the portal (edsh_portal/asked.py): « ٣ », « 1_000 » and « 2.0 » are no whole numbers."""

    def to_internal_value(self, data: Any) -> int:
        number = read.number(str(data))
        if number is None:
            self.fail("invalid")
        return number


def whole(least: int, most: int) -> serializers.Field:
    return Whole(required=False, min_value=least, max_value=most)


def choice(among: Any) -> serializers.Field:
    return serializers.ChoiceField(choices=among, required=False)


def word(most: int, pattern: str = r"\S") -> serializers.Field:
    """A text compared whole; something is written in it."""
    return serializers.RegexField(pattern, required=False, max_length=most, trim_whitespace=False)


def search(most: int = 80) -> serializers.Field:
    return word(most)


def ordering(*names: str) -> serializers.Field:
    """One of the orders of a list, « - » before its name for the other way."""
    return choice([f"{sign}{name}" for name in names for sign in ("", "-")])


class Reads(APIView):
    """A window for programs: who may, first; then what is asked."""

    asks: type[Asked] = Asked
    asked: dict[str, Any]  # only what was asked
    sorted_by: Mapping[str, str] = {}  # the column of an order that is not named as what it sorts

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        held = self.asking()(data=request.query_params)
        held.is_valid(raise_exception=True)
        self.asked = dict(held.validated_data)

    def handle_exception(self, exc: Exception) -> Response:
        """A problem is told in JSON, whatever was asked for."""
        answer = super().handle_exception(exc)
        self.request.accepted_renderer, self.request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
        return answer

    def asking(self) -> type[Asked]:
        """A list is asked what it says; one object is its address, and nothing more."""
        return self.asks if getattr(self, "action", "list") == "list" else Asked


class Router(SimpleRouter):
    """An address is told without a final slash, and read with one as well."""

    def __init__(self) -> None:
        super().__init__()
        self.trailing_slash = "/?"


class Cursor(CursorPagination):
    """By id, or by the order asked. A cursor is of its list: its address, its order, its filters."""

    page_size = PAGE
    request: Request
    asked: dict[str, Any]
    NOT_FILTERS = ("cursor", "page_size")

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> Any:
        self.asked = view.asked
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValueError, TypeError, ValidationError, DataError) as error:
            if getattr(self, "cursor", None) is None:
                raise
            raise self._of_no_list() from error  # what it says no row can hold

    def get_page_size(self, request: Any) -> int:
        return self.asked.get("page_size", self.page_size)

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> tuple[str, ...]:
        """Rows that tie keep one order from page to page: none is told twice, none is missed."""
        asked = self.asked.get("ordering", "id")
        name = asked.removeprefix("-")
        column = asked.removesuffix(name) + view.sorted_by.get(name, name)
        return (column,) if name == "id" else (column, "id")

    def encode_cursor(self, cursor: Any) -> str:
        url = super().encode_cursor(cursor)
        held = parse_qs(urlsplit(url).query)[self.cursor_query_param][0]
        return replace_query_param(self.base_url or "", self.cursor_query_param, f"{self._list()}.{held}")

    def decode_cursor(self, request: Any) -> Any:
        """Under another order or other filters it would show rows of neither."""
        held = self.asked.get("cursor")
        if held is None:
            return None
        mark, _dot, encoded = held.partition(".")
        if mark != self._list():
            raise self._of_no_list()
        try:
            return super().decode_cursor(
                cast(Request, SimpleNamespace(query_params={self.cursor_query_param: encoded}))
            )
        except exceptions.NotFound as error:
            raise self._of_no_list() from error

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """How the contract tells a page."""
        link = {"type": "string", "format": "uri", "nullable": True}
        properties = {"next": link, "previous": dict(link), "results": schema}
        return {"type": "object", "required": ["next", "previous", "results"], "properties": properties}

    def _list(self) -> str:
        """Which list is read: its address, its ordering, its filters."""
        asked = [pair for pair in self.request.query_params.lists() if pair[0] not in self.NOT_FILTERS]
        told = json.dumps([self.request.path.rstrip("/"), self.ordering, sorted(asked)])
        return hashlib.sha256(told.encode(errors="replace")).hexdigest()[:12]

    @staticmethod
    def _of_no_list() -> exceptions.ValidationError:
        said = _("Ce curseur n’est pas de cette liste : reprenez-la depuis sa première page.")
        return exceptions.ValidationError({"cursor": [said]})
