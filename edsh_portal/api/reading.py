"""Windows for programs: who may, then what the address asks and nothing else."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from rest_framework import exceptions, serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from .. import asked as read
from .cursor import MOST


class Asked(serializers.Serializer):
    """What an address may ask, named one by one: anything else is refused by its name, so that a misspelt filter never
    shows everything. Without a field, nothing may be asked."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        wrong = {name: [why] for name, values in data.lists() if (why := self._why(name, values))}
        try:
            held = super().to_internal_value(data)
        except exceptions.ValidationError as error:
            raise exceptions.ValidationError({**error.detail, **wrong}) from None  # type: ignore[dict-item]  # a dict by fields, as ours always is
        if wrong:
            raise exceptions.ValidationError(wrong)
        return held

    def _why(self, name: str, values: list[str]) -> str:
        if name not in self.fields:
            near = get_close_matches(name, self.fields, 1, cutoff=0.75)
            if near:
                return _("Ce paramètre n’existe pas ici. Est-ce « %(near)s » ?") % {"near": near[0]}
            known = ", ".join(sorted(self.fields)) or pgettext("parameter", "aucun")
            return _("Ce paramètre n’existe pas ici. Paramètres admis : %(known)s.") % {"known": known}
        if len(values) > 1:
            return _("Ce paramètre est donné plusieurs fois : n’en gardez qu’un.")
        return "" if values[0] else _("Ce paramètre est vide : donnez-lui une valeur, ou retirez-le.")


class Whole(serializers.IntegerField):
    """Read as everywhere in the portal (edsh_portal/asked.py): « ٣ », « 1_000 » and « 2.0 » are no whole numbers."""

    def to_internal_value(self, data: Any) -> int:
        number = read.number(str(data))
        if number is None:
            self.fail("invalid")
        return number


def whole(least: int, most: int) -> serializers.Field:
    return Whole(required=False, min_value=least, max_value=most)


class Listed(Asked):
    """What any list may be asked."""

    cursor = serializers.CharField(required=False, trim_whitespace=False)
    page_size = whole(1, MOST)


class Instant(serializers.DateTimeField):
    """An instant of which the time zone is written: « 2023-12-31T23:59:59Z »."""

    def enforce_timezone(self, value: Any) -> Any:
        if value.tzinfo is None:
            raise exceptions.ValidationError(_("Écrivez un instant avec son fuseau, par exemple 2023-12-31T23:59:59Z."))
        return super().enforce_timezone(value)


def instant() -> serializers.Field:
    return Instant(required=False)


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
        if request.method not in ("GET", "HEAD"):
            return  # nothing else is served: that is what is told of it
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
