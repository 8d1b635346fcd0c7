"""Echoes of who signs: the mails of the signature, of the mandates and of the delegations; the scan of an act."""

from collections.abc import Iterable

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from directory.models import Affiliation, User
from edsh_portal.events import Effect, on
from edsh_portal.intake import examination
from edsh_portal.models import Event

from .. import actions, rules
from ..content import freeze
from ..models import Application, Delegation, Membership
from .letters import home, letters, people_of


def signers_of(establishments: Iterable[int]) -> list[User]:
    """Who signs for these establishments today, by law or by delegation, each once."""
    bodies = list(establishments)
    here = Affiliation.objects.filter(establishment__in=bodies, ended_at=None)
    by_law = here.filter(kind=Affiliation.Kind.SIGNATORY).values("user")
    delegated = Delegation.objects.running().filter(establishment__in=bodies).values("delegate")
    return list(User.objects.filter(Q(pk__in=by_law) | Q(pk__in=delegated), is_active=True).order_by("pk"))


@on("signature.asked", says=_("Prévenir les signataires du dépôt demandé"))
def tell_signature_asked(event: Event) -> Effect:
    application = Application.objects.get(pk=event.data["application"])
    link = reverse("applications:submit", args=[application.reference])
    people = signers_of([application.coordinator_id])
    return letters(
        event, "emails/signature_asked.txt", people, link, family="signature", reference=application.reference
    )


@on("signature.asked", says=_("Prévenir les partenaires du mandat à donner"))
def tell_mandates_due(event: Event) -> Effect:
    """Who signs for the partners whose mandate is missing, or no longer covers their budget."""
    application = Application.objects.select_related("wave__settings", "wave__call").get(pk=event.data["application"])
    facts = rules.read(freeze.content(application))
    due = [member for member in facts.members if member.mandate_asked and not rules.mandated(facts, member)]
    bodies = dict(application.memberships.values_list("pk", "establishment"))

    def effect() -> None:
        for member in due:
            link = reverse("applications:mandate", args=[application.reference, member.membership])
            people = signers_of([bodies[member.membership]])
            letters(
                event, "emails/mandate_due.txt", people, link, family="signature", reference=application.reference
            )()

    return effect


@on("signature.returned", says=_("Prévenir les rédacteurs du renvoi du dossier"))
def tell_returned(event: Event) -> Effect:
    application = Application.objects.get(pk=event.data["application"])
    people = people_of([application.coordinator_id])
    return letters(
        event,
        "emails/signature_returned.txt",
        people,
        home(application),
        family="signature",
        reference=application.reference,
    )


@on("mandate.given", "mandate.withdrawn", says=_("Prévenir le coordinateur du mandat"))
def tell_mandate(event: Event) -> Effect | None:
    """The coordinator's people; not of the mandate that a coordinator leaves by handing over."""
    given = Membership.objects.select_related("application").get(pk=event.data["membership"])
    if given.role == Membership.Role.COORDINATOR:
        return None
    people = people_of([given.application.coordinator_id])
    link = reverse("applications:mandate", args=[given.application.reference, given.pk])
    letter = f"emails/{event.kind.replace('.', '_')}.txt"
    return letters(event, letter, people, link, family="signature", reference=given.application.reference)


@on("delegation.given", "delegation.revoked", says=_("Prévenir le délégataire de signature"))
def tell_delegation(event: Event) -> Effect:
    """The delegate, always: it changes what they may do."""
    held = Delegation.objects.select_related("delegate").get(pk=event.subject_id)
    link = reverse("applications:delegations", args=[held.establishment_id])
    return letters(event, "emails/delegation.txt", [held.delegate], link)


@on("delegation.given", queue="intake", says=_("Examiner l’acte de délégation"))
def examine_act(event: Event) -> Effect | None:
    held = Delegation.objects.select_related("document__scan_result").get(pk=event.subject_id)
    found = examination.examine(held.document)
    return (lambda: actions.note_act_examined(held, found)) if found else None
