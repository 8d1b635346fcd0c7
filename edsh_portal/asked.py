"""What an address asks of a page, read as it is written. What is no choice of the page is told on it, and never shown as chosen;
a file, which could not tell it, is not sent."""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import BadRequest
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils.translation import gettext as _

LONGEST = 9  # digits: what a whole column holds
SHOWN = 40  # characters of what was not understood


def number(text: str) -> int | None:
    """A whole number; None for anything else. « ² » and « ٣ » are digits to Python, and no number of ours."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST else None


def choice(request: HttpRequest, name: str, among: Collection[str], default: str = "") -> str:
    """What is asked under this name, one of these words; nothing asked, or nothing of this page: the default."""
    return _choose(request, request.GET.get(name, ""), {word: word for word in among}, default)


def numbered(request: HttpRequest, name: str, among: Collection[int]) -> int | None:
    """The same of numbers."""
    return _choose(request, request.GET.get(name, ""), {str(one): one for one in among}, None)


def _choose(request: HttpRequest, said: str, among: dict[str, Any], default: Any) -> Any:
    if said and said not in among:
        request.misread = [*misread(request), said.replace("\0", "")[:SHOWN]]  # type: ignore[attr-defined]  # read by misread()
    return among.get(said, default) if said else default


def misread(request: HttpRequest) -> list[str]:
    """What the address asked that is no choice of the page."""
    return getattr(request, "misread", [])


class Misread(BadRequest):
    """A file is asked for by a choice that does not exist: it would hold everything, and could not say so."""


def must_be_read(request: HttpRequest, form: BaseForm | None = None) -> None:
    wrong = misread(request) or (form and [str(form[name].value()) for name in form.errors])
    if wrong:
        told = ", ".join(_("« %(said)s »") % {"said": one[:SHOWN]} for one in wrong)
        raise Misread(_("Rien n’a été préparé : %(told)s n’est pas un choix de cette liste.") % {"told": told})
