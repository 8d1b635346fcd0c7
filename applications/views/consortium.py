"""The consortium: inviting, answering, removing; associated partners."""

from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from directory.forms import PersonForm
from directory.models import Affiliation, Establishment
from edsh_portal.forms import Form, carried
from edsh_portal.templatetags.portal import de

from .. import actions, permissions
from ..forms.dossier import AssociatedForm, ReasonForm
from ..models import Application
from .found import the_dossier, the_member
from .rows import POSTED, form_page, removal

MOST_FOUND = 12


@require_safe
def consortium(request: HttpRequest, reference: str) -> HttpResponse:
    """Members, the search of an establishment to invite, associated partners."""
    application = the_dossier(request, reference, permissions.can_edit)
    typed = request.GET.get("q", "").strip()[:80]
    members = application.memberships.select_related("establishment").order_by("role", "pk")
    live = [member for member in members if member.state in ("invited", "accepted")]
    at_work = Affiliation.objects.reached().filter(establishment=OuterRef("pk"))
    found = (
        Establishment.objects.in_register()
        .matching(typed)
        .exclude(pk__in=[member.establishment_id for member in live])
        .annotate(peopled=Exists(at_work))[: MOST_FOUND + 1]
    )
    context = {
        "application": application,
        "members": members,
        "typed": typed,
        "found": list(found)[:MOST_FOUND],
        "more": len(found) > MOST_FOUND,
        "associated": application.associated.order_by("pk"),
        "room": application.wave.settings.max_members - len(live),
        "most": application.wave.settings.max_members,
        "hands_over": permissions.can_hand_over(request.user, application),
    }
    return render(request, "applications/consortium.html", context)


@require_http_methods(POSTED)
def invite_partner(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Asks an establishment. Where nobody has an account, it asks who to write to: an account is then asked for that person."""
    application = the_dossier(request, reference, permissions.can_edit)
    establishment = get_object_or_404(Establishment.objects.in_register(), pk=pk)
    peopled = Affiliation.objects.reached().filter(establishment=establishment).exists()
    form = (Form if peopled else PersonForm)(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried(
        form, lambda data: _invited(application, establishment, data, request.user)
    ):
        messages.success(request, _sentence(establishment, form.cleaned_data.get("email")))
        return redirect("applications:consortium", reference)
    context = {"application": application, "establishment": establishment, "peopled": peopled, "form": form}
    return render(request, "applications/invite_partner.html", context, status=422 if form.errors else 200)


def _invited(application: Application, establishment: Establishment, person: dict[str, Any], by: Any) -> None:
    actions.invite_partner(application, establishment, person=person or None, by=by)


def _sentence(establishment: Establishment, email: str | None) -> str:
    """Who was written to; never « the people of » an establishment that has none here."""
    if email is None:
        return _("Invitation envoyée aux personnes %(name)s.") % {"name": de(establishment.name)}
    return _(
        "Établissement invité : %(name)s. Un courrier part à %(email)s ; le compte s’ouvre quand la personne l’a confirmé et que le service chargé de l’appel l’a accepté."
    ) % {"name": establishment.name, "email": email}


@require_safe
def membership(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """What the invited establishment is asked; it sees no more of the dossier before it accepts."""
    member = the_member(request, reference, pk)
    context = {
        "membership": member,
        "application": member.application,
        "may": permissions.can_answer_membership(request.user, member),
    }
    return render(request, "applications/membership.html", context)


@require_POST
def accept_membership(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    member = the_member(request, reference, pk, permissions.can_answer_membership)
    actions.accept_membership(member, by=request.user)
    messages.success(request, _("Votre établissement fait partie du consortium : décrivez ses travaux et son budget."))
    return redirect("applications:dossier", reference)


@require_POST
def decline_membership(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    member = the_member(request, reference, pk, permissions.can_answer_membership)
    actions.decline_membership(member, by=request.user)
    messages.success(request, _("L’invitation est déclinée ; l’établissement coordinateur en est informé."))
    return redirect("dashboards:home")


@require_http_methods(POSTED)
def remove_member(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    member = the_member(request, reference, pk, permissions.can_remove_member)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried(form, lambda data: actions.remove_member(member, **data, by=request.user)):
        messages.success(
            request, _("%(name)s ne fait plus partie du consortium.") % {"name": member.establishment.name}
        )
        return redirect("applications:consortium", reference)
    context = {"membership": member, "application": member.application, "form": form}
    return render(request, "applications/remove_member.html", context, status=422 if form.errors else 200)


@require_http_methods(POSTED)
def add_associated(request: HttpRequest, reference: str) -> HttpResponse:
    application = the_dossier(request, reference, permissions.can_edit)
    form = AssociatedForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried(
        form, lambda data: actions.add_associated(application, **data, by=request.user)
    ):
        messages.success(request, _("Partenaire associé inscrit. Cochez-le dans les projets auxquels il participe."))
        return redirect("applications:consortium", reference)
    return form_page(request, application, form, _("Partenaire associé"), "consortium", _("Consortium"))


@require_http_methods(POSTED)
def remove_associated(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    application = the_dossier(request, reference, permissions.can_edit)
    row = get_object_or_404(application.associated, pk=pk)
    held = row.projects.count()
    told = ngettext("sa place dans %(n)s projet", "sa place dans %(n)s projets", held) % {"n": held}
    return removal(
        request,
        application,
        row,
        actions.remove_associated,
        title=_("Retirer le partenaire associé « %(name)s »") % {"name": row.name},
        goes=[told] if held else [],
        undo=_(
            "Vous pourrez l’inscrire de nouveau, et le cocher dans les projets. Les versions déjà déposées ne changent pas."
        ),
        back="consortium",
        back_label=_("Consortium"),
        done=_("Partenaire associé retiré."),
    )
