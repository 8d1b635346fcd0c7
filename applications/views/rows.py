"""The rows of a dossier (a project, a warehouse, a milestone): added by what names them, written together on their own page,
taken out once what goes with them was read."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from edsh_portal.forms import carried

from .. import actions, permissions
from ..content.fields import SECTIONS, keys
from ..forms.dossier import Form, form_of
from ..models import Application
from .found import the_dossier
from .together import close, page_of, saved, together, typed

POSTED = ["GET", "HEAD", "POST"]


class Sheet(NamedTuple):
    """How the pages of a row are called, and which list leads to them; `goes` says what leaves the dossier with it."""

    back: str
    back_label: Any
    title: Callable[[Any], str]  # of the row, None while it is added
    removal: Callable[[Any], str]
    done: Any
    goes: Callable[[Any], list[str]] = lambda row: []


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


# ── one row ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@require_http_methods(POSTED)
def row(request: HttpRequest, reference: str, section: str, pk: int | None = None) -> HttpResponse:
    application = the_dossier(request, reference, permissions.in_section(SECTIONS[section].part))
    held = get_object_or_404(SECTIONS[section].shown(application), pk=pk) if pk else None
    return _row_page(request, application, section, held, SHEETS[section].title(held))


@require_http_methods(POSTED)
def indicator(request: HttpRequest, reference: str, pk: int, indicator: int | None = None) -> HttpResponse:
    """The row of a row: its address names both."""
    application = the_dossier(request, reference, permissions.in_section("projects"))
    project = get_object_or_404(application.projects, pk=pk)
    held = get_object_or_404(project.indicators, pk=indicator) if indicator else None
    title = _("Indicateur : %(project)s") % {"project": project.title}
    return _row_page(request, application, "indicators", held, title, project)


def _row_page(
    request: HttpRequest, application: Application, section: str, row: Any, title: str, within: Any = None
) -> HttpResponse:
    """Of all its fields, written together; once saved, on to the list. While it is not there, of those alone that name it; once
    added, on to its own page, where the rest is written."""
    form, made = _row_form(request, application, section, row), []

    def save(data: dict[str, Any]) -> None:
        about = {"row": row, "within": within, "read": form.read, "by": request.user}
        made.append(actions.save_row(application, section, **about, **data))

    if request.method == "POST" and carried(form, save):
        if row is not None:
            return saved(request, application, form.keys, SHEETS[section].back)
        messages.success(request, _("Ajouté : complétez-le ci-dessous."))
        return redirect(page_of(application, f"{section}.{made[0].pk}.{form.first[0]}"))
    more = {} if row else {"adds": True, "action_label": _("Ajouter")}
    return form_page(request, application, form, title, SHEETS[section].back, SHEETS[section].back_label, **more)


def _row_form(request: HttpRequest, application: Application, name: str, row: Any) -> Any:
    section = SECTIONS[name]
    initial = section.held(row) if row else {}
    form = form_of(section)(typed(request), initial=initial, application=application)
    if row is None:
        form.only_first()
        close(form, application, dict.fromkeys(section.first, section.part))
    else:
        together(form, application, request.user, keys(name, section.fields, row.pk), section.part)
    return form


# ── taken out ────────────────────────────────────────────────────────────────────────────────────────────────────────
@require_http_methods(POSTED)
def remove_row(request: HttpRequest, reference: str, section: str, pk: int) -> HttpResponse:
    application = the_dossier(request, reference, permissions.in_section(SECTIONS[section].part))
    return _removal(request, application, section, get_object_or_404(SECTIONS[section].rows(application), pk=pk))


@require_http_methods(POSTED)
def remove_indicator(request: HttpRequest, reference: str, pk: int, indicator: int) -> HttpResponse:
    application = the_dossier(request, reference, permissions.in_section("projects"))
    held = get_object_or_404(SECTIONS["indicators"].rows(application), pk=indicator, project=pk)
    return _removal(request, application, "indicators", held)


def _removal(request: HttpRequest, application: Application, section: str, row: Any) -> HttpResponse:
    sheet = SHEETS[section]
    return removal(
        request,
        application,
        row,
        partial(actions.remove_row, application, section),
        title=sheet.removal(row),
        goes=sheet.goes(row),
        back=sheet.back,
        back_label=sheet.back_label,
        done=sheet.done,
    )


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


# ── how each is called, and what goes with it ────────────────────────────────────────────────────────────────────────
def _with_project(row: Any) -> list[str]:
    held = row.indicators.count()
    return [ngettext("%(n)s indicateur", "%(n)s indicateurs", held) % {"n": held}] if held else []


def _with_package(row: Any) -> list[str]:
    stones, things = row.milestones.count(), row.deliverables.count()
    told = [
        (stones, ngettext("%(n)s jalon", "%(n)s jalons", stones)),
        (things, ngettext("%(n)s livrable", "%(n)s livrables", things)),
    ]
    return [words % {"n": count} for count, words in told if count]


def _with_warehouse(row: Any) -> list[str]:
    core, links, places = row.states.count(), row.matchings.count(), row.functions.count()
    told = [
        (core, ngettext("%(n)s élément du socle commun", "%(n)s éléments du socle commun", core)),
        (links, ngettext("%(n)s appariement prévu", "%(n)s appariements prévus", links)),
        (places, ngettext("sa place dans %(n)s fonction", "sa place dans %(n)s fonctions", places)),
    ]
    return [words % {"n": count} for count, words in told if count]


def _package_title(row: Any) -> str:
    if row is None:
        return _("Nouveau lot de travail")
    return _("Lot %(n)s. %(title)s") % {"n": row.number, "title": row.title}


PROJECTS = ("projects", gettext_lazy("Projets de recherche"))
PERIMETERS = ("perimeters", gettext_lazy("Périmètres de données"))
SCHEDULE = ("schedule", gettext_lazy("Lots, jalons et livrables"))
MESH = ("warehouses", gettext_lazy("Entrepôts et maillage"))
SHEETS: dict[str, Sheet] = {
    "projects": Sheet(
        *PROJECTS,
        lambda row: _("Projet de recherche ou d’innovation"),
        lambda row: _("Retirer le projet « %(name)s »") % {"name": row.title},
        gettext_lazy("Projet retiré."),
        _with_project,
    ),
    "indicators": Sheet(
        *PROJECTS,
        lambda row: _("Indicateur"),
        lambda row: _("Retirer l’indicateur « %(name)s »") % {"name": row.label},
        gettext_lazy("Indicateur retiré."),
    ),
    "perimeters": Sheet(
        *PERIMETERS,
        lambda row: _("Périmètre de données"),
        lambda row: _("Retirer le périmètre « %(name)s »") % {"name": Truncator(row.scope).chars(60)},
        gettext_lazy("Périmètre retiré."),
    ),
    "packages": Sheet(
        *SCHEDULE,
        _package_title,
        lambda row: _("Retirer le lot %(n)s. %(title)s") % {"n": row.number, "title": row.title},
        gettext_lazy("Lot retiré."),
        _with_package,
    ),
    "milestones": Sheet(
        *SCHEDULE,
        lambda row: _("Jalon"),
        lambda row: _("Retirer le jalon « %(name)s »") % {"name": row.title},
        gettext_lazy("Jalon retiré."),
    ),
    "deliverables": Sheet(
        *SCHEDULE,
        lambda row: _("Livrable"),
        lambda row: _("Retirer le livrable « %(name)s »") % {"name": row.title},
        gettext_lazy("Livrable retiré."),
    ),
    "warehouses": Sheet(
        *MESH,
        lambda row: _("Entrepôt"),
        lambda row: _("Retirer l’entrepôt « %(name)s »") % {"name": row.name},
        gettext_lazy("Entrepôt retiré."),
        _with_warehouse,
    ),
    "matchings": Sheet(
        *MESH,
        lambda row: _("Appariement prévu"),
        lambda row: _("Retirer l’appariement « %(name)s »") % {"name": row.name},
        gettext_lazy("Appariement retiré."),
    ),
}
