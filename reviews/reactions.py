"""Echoes of the evaluation: a link that appears suspends, and the people concerned are told by courtesy mails."""

from django.utils.translation import gettext_lazy as _

from edsh_portal import mail
from edsh_portal.events import Effect, on
from edsh_portal.models import Event

from . import actions
from .models import Assignment

mail.FAMILIES["evaluation"] = (
    _("Évaluation"),
    _("Un dossier vous est confié, une expertise est suspendue ou à remplacer."),
)


@on(
    "affiliation.changed",
    "establishment.joined_gcs",
    "membership.invited",
    "membership.accepted",
    "associated.added",
    "application.submitted",
    "role.revoked",
    says=_("Suspendre les experts désormais liés au dossier"),
)
def suspend_linked(event: Event) -> Effect | None:
    """Whatever may tie an expert to a dossier, or take the role away: every live assignment is looked at again."""
    if not (Assignment.objects.linked().exists() or Assignment.objects.without_role().exists()):
        return None

    def effect() -> None:
        actions.suspend_linked()

    return effect


def _assignment(event: Event) -> Assignment:
    return Assignment.objects.select_related("expert", "assigned_by").get(pk=event.subject_id)


@on("assignment.created", says=_("Prévenir l’expert qu’un dossier lui est confié"))
def tell_expert(event: Event) -> Effect:
    assignment = _assignment(event)
    return lambda: _post(event, assignment.expert, "emails/review_asked.txt", assignment)


@on("assignment.recused", says=_("Prévenir l’instruction du déport d’un expert"))
def tell_officer(event: Event) -> Effect:
    """A replacement is to be found."""
    assignment = _assignment(event)
    return lambda: _post(event, assignment.assigned_by, "emails/review_recused.txt", assignment)


@on("assignment.suspended", says=_("Prévenir de la suspension d’un expert"))
def tell_both(event: Event) -> Effect:
    assignment = _assignment(event)

    def effect() -> None:
        _post(event, assignment.expert, "emails/review_suspended.txt", assignment)
        _post(event, assignment.assigned_by, "emails/review_recused.txt", assignment)

    return effect


def _post(event: Event, to: object, template: str, assignment: Assignment) -> None:
    """Nothing of the dossier but, for officers, its reference: the mail only says where to look."""
    reference = assignment.application.reference
    context = {"due_at": assignment.due_at, "reference": reference, "no_role": assignment.fact.startswith("role|")}
    mail.post(event, to=to, template=template, context=context, family="evaluation")
