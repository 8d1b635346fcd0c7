"""The rows of a dossier (a project, a warehouse, a milestone): added by what names them, written together on their own page,
taken out once what goes with them was read."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from ..fields import SECTIONS, keys
from ..forms import Form, Written, carried, form_of
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


def row_form(request: HttpRequest, application: Application, name: str, row: Any, **held: Any) -> Any:
    """The form of one row: of all its fields, written together; while it is not there, of those alone that name it. `held` is
    what is not a column of the row."""
    section = SECTIONS[name]
    initial = section.held(row) | held if row else {}
    form = form_of(section)(typed(request), initial=initial, application=application)
    if row is None:
        form.only_first()
        close(form, application, dict.fromkeys(section.first, section.part))
    else:
        together(form, application, request.user, keys(name, section.fields, row.pk), section.part)
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
