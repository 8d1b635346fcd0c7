"""Who writes what: every section of a dossier, how far it is, and whom it was handed to."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from calls.questions import BY_SLUG
from directory.models import User
from edsh_portal.forms import carried
from edsh_portal.once import repeatable

from .. import actions, permissions
from ..actions.sections import SECTIONS
from ..content import freeze
from ..forms.dossier import Form, HandForm, ProgressForm
from ..models import Application, SectionOwner
from . import tasks
from .found import the_dossier
from .together import page_of


@require_safe
def sections(request: HttpRequest, reference: str) -> HttpResponse:
    """Who writes what: every section, how far it is, who it was handed to."""
    application = the_dossier(request, reference, permissions.can_edit, "handed")
    owners = {owner.section: owner for owner in application.section_owners.all()}
    reading = freeze.read(application, application.now)
    listed = tasks.sections(application, reading, request.user, None)
    every = [task for part in listed for task in part["tasks"]]
    far = tasks.progress(application, every, tasks.answers(reading))
    rows = [
        {
            "section": section,
            "label": section_label(section),
            "page": _section_page(application, section),
            "progress": far.get(section, "todo"),
            "held_by": _owner_of(owners.get(section)),
        }
        for section in SECTIONS
    ]
    context = {"application": application, "rows": rows, "to": hands_to(application)}
    return render(request, "applications/sections.html", context)


def _owner_of(owner: SectionOwner | None) -> str:
    """The value of HandForm.to that says who holds it now."""
    if owner is None or (owner.person_id is None and owner.membership_id is None):
        return ""
    return f"p{owner.person_id}" if owner.person_id else f"m{owner.membership_id}"


def hands_to(application: Application) -> list[tuple[str, str]]:
    """Those a section may be handed to: the coordinator's people, then the partners that accepted."""
    people = User.objects.filter(
        affiliations__establishment=application.coordinator_id,
        affiliations__ended_at__isnull=True,
        affiliations__kind__in=permissions.WRITES,
    )
    partners = application.memberships.filter(role="partner", state="accepted").select_related("establishment")
    return [
        ("", _("Pas encore confiée")),
        *((f"p{person.pk}", person.full_name) for person in people.distinct().order_by("full_name")),
        *((f"m{member.pk}", member.establishment.name) for member in partners.order_by("pk")),
    ]


def section_label(section: str) -> str:
    """What a section is called, wherever it is named."""
    if section.startswith("answers."):
        return BY_SLUG[section.removeprefix("answers.")].title
    return {
        "identity": _("Identité du projet"),
        "projects": _("Projets de recherche et d’innovation"),
        "perimeters": _("Périmètres pour le Health Data Hub"),
        "packages": _("Lots, jalons et livrables"),
        "mesh": _("Entrepôts, maillage et socle commun"),
        "governance": _("Gouvernance"),
    }[section]


@repeatable
@require_POST
def mark_section(request: HttpRequest, reference: str, section: str) -> HttpResponse:
    application = the_dossier(request, reference, permissions.in_section(section))
    form = ProgressForm(request.POST)
    if carried(form, lambda data: actions.mark_section(application, section, data["progress"], by=request.user)):
        messages.success(request, _("État de la rubrique enregistré."))
    return _back_to(request, form, _section_page(application, section))


@repeatable
@require_POST
def hand_section(request: HttpRequest, reference: str, section: str) -> HttpResponse:
    """To a colleague (`p` and their number), a partner (`m` and its number), or to nobody in particular."""
    application = the_dossier(request, reference, permissions.can_edit)
    form = HandForm(request.POST, choices=hands_to(application))
    if carried(form, lambda data: _handed(application, section, data["to"], request.user)):
        messages.success(request, _("La rubrique est confiée."))
    return _back_to(request, form, reverse("applications:sections", args=[reference]))


def _handed(application: Application, section: str, to: str, by: Any) -> None:
    person = User.objects.get(pk=int(to[1:])) if to.startswith("p") else None
    membership = application.memberships.get(pk=int(to[1:])) if to.startswith("m") else None
    actions.hand_section(application, section, person=person, membership=membership, by=by)


def _back_to(request: HttpRequest, form: Form, page: str) -> HttpResponse:
    """Back to the page of the section, with what was refused said above it."""
    for errors in form.errors.values():
        for error in errors:
            messages.error(request, str(error))
    return redirect(page)


def _section_page(application: Application, section: str) -> str:
    listed = {"projects": "projects", "perimeters": "perimeters", "packages": "schedule", "mesh": "warehouses"}
    if section in listed:
        return reverse(f"applications:{listed[section]}", args=[application.reference])
    if section == "governance":
        return reverse("applications:governance", args=[application.reference])
    return page_of(application, section if section.startswith("answers.") else "identity.title")
