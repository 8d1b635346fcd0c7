"""Echoes of the acts of two: whoever may approve is told that one waits, its proposer what became of it. Of the verification: what differs,
and a night without it. The auditor's box is
made here, a dossier at a time."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from calls.models import Call
from directory.models import User
from edsh_portal import acts, mail, tasks
from edsh_portal.events import Effect, on
from edsh_portal.models import Act, Event

from . import actions, permissions
from .box import packing

mail.FAMILIES["acts"] = (
    _("Actes à deux"),
    _("Un acte est à approuver, ou l’acte que vous avez proposé est approuvé, renvoyé ou caduc."),
)


def _context(act: Act) -> dict[str, Any]:
    return {
        "kind": acts.KINDS[act.kind].label,
        "link": reverse("dashboards:act", args=[act.pk]),
        "who": act.proposed_by,
    }


@on("act.proposed", says=_("Prévenir les personnes qui peuvent approuver l’acte"))
def tell_approvers(event: Event) -> Effect | None:
    act = Act.objects.select_related("proposed_by").get(pk=event.subject_id)
    if act.state != Act.State.PROPOSED:
        return None
    people = User.objects.filter(groups__name__in=acts.KINDS[act.kind].approvers, is_active=True)
    told = list(people.exclude(pk__in=[pk for pk in acts.apart(act) if pk]).distinct().order_by("pk"))

    def effect() -> None:
        for person in told:
            mail.post(event, template="emails/act_proposed.txt", context=_context(act), to=person, family="acts")

    return effect


@on("act.approved", "act.returned", "act.lapsed", says=_("Prévenir l’auteur de l’acte de la réponse"))
def tell_proposer(event: Event) -> Effect:
    act = Act.objects.select_related("proposed_by").get(pk=event.subject_id)
    context = _context(act) | {"state": event.data["state"]}

    def effect() -> None:
        mail.post(event, template="emails/act_decided.txt", context=context, to=act.proposed_by, family="acts")

    return effect


@on(
    "verification.differed",
    "verification.missed",
    says=_("Prévenir de la vérification du portail les personnes qui la suivent"),
)
def tell_of_verification(event: Event) -> Effect:
    """At once and whatever they chose: what protects the money has no family."""
    people = User.objects.filter(groups__name__in=permissions.SEES_VERIFICATION, is_active=True)
    told = list(people.distinct().order_by("pk"))
    context = {
        "missed": event.kind == "verification.missed",
        "n": event.data["differences"],
        "link": reverse("dashboards:verification"),
    }

    def effect() -> None:
        for person in told:
            mail.post(event, template="emails/verification.txt", context=context, to=person)

    return effect


# ── the auditor's box ────────────────────────────────────────────────────────────────────────────────────────────────
@on(queue="pdf", says=_("Mettre un dossier dans la boîte de l’auditeur"))
def pack_dossier(event: Event, key: str) -> Effect:
    application = Application.objects.select_related("wave__call", "coordinator").get(pk=key)
    packing.pack(event, application)
    return lambda: actions.packed(event, application)


@on(queue="pdf", says=_("Fermer la boîte de l’auditeur"))
def close_box(event: Event) -> Effect:
    call = Call.objects.filter(pk=event.subject_id).first() if event.subject_type == Call._meta.label_lower else None
    keys = event.deliveries.exclude(key="").values_list("key", flat=True)
    dossiers = (
        Application.objects.filter(pk__in=[int(key) for key in keys])
        .select_related("coordinator")
        .order_by("reference")
    )
    closed = packing.close(event, dossiers.iterator(), call)
    return lambda: actions.made(event, **closed) and None


tasks.clock(actions.sweep)
