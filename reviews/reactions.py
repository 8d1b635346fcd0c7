"""Echoes of the evaluation: a link that appears suspends, and the people concerned are told by courtesy mails."""

from collections.abc import Callable

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from edsh_portal import mail
from edsh_portal.events import Effect, on
from edsh_portal.models import Event

from . import actions
from .models import Assignment, Session, of_people_around

mail.FAMILIES["evaluation"] = (
    _("Évaluation"),
    _("Un dossier vous est confié, une expertise est suspendue ou à remplacer."),
)


NUMBERS = {"siret", "ght_code"}  # of an establishment, by which two are tied


def _around(event: Event) -> Q:
    return of_people_around(event.subject_id) if NUMBERS.intersection(event.data["fields"]) else Q(pk__in=[])


# What may tie an expert to a dossier, or take the role away, and which live assignments it may touch: those of the dossier, of the
# person, or of the people of an establishment and of its neighbours.
TIES: dict[str, Callable[[Event], Q]] = {
    "affiliation.changed": lambda event: Q(expert__affiliations=event.subject_id),
    "role.revoked": lambda event: Q(expert=event.subject_id),
    "membership.invited": lambda event: Q(application__memberships=event.subject_id),
    "membership.accepted": lambda event: Q(application__memberships=event.subject_id),
    "associated.added": lambda event: Q(application=event.subject_id),
    "application.submitted": lambda event: Q(application=event.subject_id),
    "establishment.joined_gcs": lambda event: of_people_around(event.data["establishment"]),
    "establishment.corrected": _around,
    "establishment.updated": _around,
}


@on(*TIES, says=_("Suspendre les experts désormais liés au dossier"))
def suspend_linked(event: Event) -> Effect | None:
    """The live assignments that this event may touch are looked at again."""
    touched = TIES[event.kind](event)
    live = Assignment.objects.filter(touched)
    if not (live.linked().exists() or live.without_role().exists()):
        return None

    def effect() -> None:
        actions.suspend_linked(touched)

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


@on("session.closed", says=_("Effacer les notes privées des experts, sauf si l’appel les conserve"))
def purge_private_notes(event: Event) -> Effect:
    session = Session.objects.select_related("wave__settings").get(pk=event.subject_id)

    def effect() -> None:
        actions.purge_private_notes(session)

    return effect


def _post(event: Event, to: object, template: str, assignment: Assignment) -> None:
    """Nothing of the dossier but, for officers, its reference: the mail only says where to look."""
    reference = assignment.application.reference
    context = {"due_at": assignment.due_at, "reference": reference, "no_role": assignment.fact.startswith("role|")}
    mail.post(event, to=to, template=template, context=context, family="evaluation")
