"""The rows of a dossier (a project, a warehouse, a milestone): added by what names them, written together on their own page,
taken out once what goes with them was read."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from edsh_portal.forms import carried

from ..fields import PARTS, One, fields_of, keys
from ..forms import Form, Written
from ..models import Application
from .together import close, page_of, saved, together, typed

POSTED = ["GET", "HEAD", "POST"]


def form_page(
    request: HttpRequest,
    application: Application,
    form: Any,
    title: str,
    back: str = "",
    back_label: Any = "",
    **more: Any,
) -> HttpResponse:
    """`back`: the page of the list that leads here, by its name; the dossier itself when there is none."""
    context = {
        "application": application,
        "form": form,
        "title": title,
        "back": back and f"applications:{back}",
        "back_label": back_label,
        **more,
    }
    return render(request, "applications/form.html", context, status=422 if form.errors else 200)


def row_form(
    request: HttpRequest, application: Application, kind: Any, section: str, row: Any, page: str, /, **more: Any
) -> Any:
    """The form of one row: of all its fields, written together; while it is not there, of those alone that name it."""
    fields = fields_of(section)
    held = more.pop("held", {})  # what is not a column of the row
    initial = held | {
        name: getattr(row, f"{name}_id" if isinstance(field, One) else name)
        for name, field in fields.items()
        if row and name not in held
    }
    form = kind(typed(request), initial=initial, **more)
    if row is None:
        form.only_first()
        close(form, application, dict.fromkeys(form.first, PARTS.get(section, section)))
    else:
        together(form, application, request.user, keys(section, fields, row.pk), page)
    return form


def row_page(
    request: HttpRequest,
    application: Application,
    section: str,
    form: Written,
    row: Any,
    save: Callable[[dict[str, Any]], Any],
    *,
    title: str,
    back: str,
    back_label: str,
) -> HttpResponse:
    """The page of one row: once saved, on to the list; once added, on to its own page, where the rest is written."""
    made: list[Any] = []
    if request.method == "POST" and carried(form, lambda data: made.append(save(data))):
        if row is not None:
            return saved(request, application, form.keys, back)
        messages.success(request, _("Ajouté : complétez-le ci-dessous."))
        return redirect(page_of(application, f"{section}.{made[0].pk}.{form.first[0]}"))
    more = {} if row else {"adds": True, "action_label": _("Ajouter")}
    return form_page(request, application, form, title, back, back_label, **more)


def removal(
    request: HttpRequest,
    application: Application,
    thing: Any,
    remove: Callable[..., None],
    *,
    title: str,
    back: str,
    back_label: str,
    done: str,
    goes: Iterable[str] = (),
    undo: str = "",
) -> HttpResponse:
    """Asks before `thing` is taken out: what goes with it (`goes`, in words), and how one would come back."""
    form = Form(typed(request))
    if request.method == "POST" and carried(form, lambda data: remove(thing, by=request.user)):
        messages.success(request, done)
        return redirect(f"applications:{back}", application.reference)
    context = {
        "application": application,
        "form": form,
        "title": title,
        "goes": ", ".join(goes),
        "undo": undo or _("Il faudrait tout saisir de nouveau. Les versions déjà déposées ne changent pas."),
        "back": f"applications:{back}",
        "back_label": back_label,
    }
    return render(request, "applications/remove.html", context, status=422 if form.errors else 200)
