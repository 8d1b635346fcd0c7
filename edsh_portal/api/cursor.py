"""Pages of a list: the rows after one row, or before it, in the order asked.

A cursor is the key of that row, so that rows that tie are each told once, forward and back, whatever is added or gone between two pages. It
is of its list: made under another order or other filters it would show rows of neither.
"""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import Q
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from ..lists import among

PAGE, MOST = 25, 200  # rows
NOT_FILTERS = ("cursor", "page_size")
Position = tuple[bool, list[Any]]  # whether the page is the one before; the key of the row it begins from


class Cursor(BasePagination):
    """By id, or by the order asked; ids part rows that tie."""

    before: bool  # whether a page comes before this one
    after: bool

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.request, self.order, size = request, self._order(view), view.asked.get("page_size", PAGE)
        self.mark = self._mark()
        back, key = self._position(view.asked.get("cursor"))
        order = [_other_way(name) for name in self.order] if back else self.order
        try:
            rows = queryset.filter(_beyond(order, key)) if key else queryset
            chosen = rows.order_by(*order)[: size + 1]
            found = list(rows.filter(among(chosen)).order_by(*order))
        except (ValueError, TypeError, ValidationError, DataError) as error:
            if not key:
                raise
            raise _of_no_list() from error  # what it says no row can hold
        more, self.page = len(found) > size, found[:size]
        if back:
            self.page.reverse()
        self.before, self.after = (more, True) if back else (bool(key), more)
        return self.page

    def get_paginated_response(self, data: Any) -> Response:
        ends = (self.page[-1], self.page[0]) if self.page else (None, None)
        links = [
            self._link(row, back) if there and row is not None else None
            for row, back, there in zip(ends, (False, True), (self.after, self.before), strict=True)
        ]
        return Response({"next": links[0], "previous": links[1], "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """How the contract tells a page."""
        link = {"type": "string", "format": "uri", "nullable": True}
        properties = {"next": link, "previous": dict(link), "results": schema}
        return {"type": "object", "required": ["next", "previous", "results"], "properties": properties}

    def _order(self, view: Any) -> list[str]:
        asked = view.asked.get("ordering", "id")
        name = asked.removeprefix("-")
        column = asked.removesuffix(name) + view.sorted_by.get(name, name)
        return [column] if name == "id" else [column, "id"]

    def _mark(self) -> str:
        """Which list is read: its address, its order, its filters."""
        asked = [pair for pair in self.request.query_params.lists() if pair[0] not in NOT_FILTERS]
        told = json.dumps([self.request.path.rstrip("/"), self.order, sorted(asked)])
        return hashlib.sha256(told.encode(errors="replace")).hexdigest()[:12]

    def _link(self, row: Any, back: bool) -> str:
        key = json.dumps([back, *(getattr(row, name.removeprefix("-")) for name in self.order)], default=str)
        held = urlsafe_b64encode(key.encode()).decode().rstrip("=")
        return replace_query_param(self.request.build_absolute_uri(), "cursor", f"{self.mark}.{held}")

    def _position(self, cursor: str | None) -> Position:
        if cursor is None:
            return False, []
        mark, _dot, held = cursor.partition(".")
        try:
            back, *key = json.loads(urlsafe_b64decode(held + "=" * (-len(held) % 4)))
        except (ValueError, TypeError, RecursionError) as error:
            raise _of_no_list() from error
        plain = all(type(part) in (str, int) for part in key)
        if mark != self.mark or not isinstance(back, bool) or len(key) != len(self.order) or not plain:
            raise _of_no_list()
        return back, key


def _other_way(name: str) -> str:
    return name.removeprefix("-") if name.startswith("-") else f"-{name}"


def _beyond(order: list[str], key: list[Any]) -> Q:
    """The rows that come after the one of this key."""
    found = Q()
    ties: dict[str, Any] = {}
    for name, value in zip(order, key, strict=True):
        column = name.removeprefix("-")
        found |= Q(**ties, **{f"{column}__{'lt' if name.startswith('-') else 'gt'}": value})
        ties[column] = value
    return found


def _of_no_list() -> exceptions.ValidationError:
    said = _("Ce curseur n’est pas de cette liste : reprenez-la depuis sa première page.")
    return exceptions.ValidationError({"cursor": [said]})
