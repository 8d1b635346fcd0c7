"""Echoes of the money: the beneficiary is told at once of a bank account, proposed or validated; the bank's file is examined."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.reactions import people_of
from edsh_portal import mail
from edsh_portal.events import Effect, on
from edsh_portal.intake import examination
from edsh_portal.models import Event

from . import actions
from .models import BankAccount, Claim, ClaimFile


@on("iban.proposed", "iban.validated", says=_("Prévenir le bénéficiaire du changement de compte bancaire"))
def tell_beneficiary(event: Event) -> Effect:
    """Its writers and who represents it, always and at once: whoever did not ask for it says so the same day."""
    account = BankAccount.objects.select_related("convention__share__establishment").get(pk=event.subject_id)
    context = {
        "name": account.convention.share.establishment,
        "last": account.iban[-4:],
        "validated": event.kind == "iban.validated",
        "link": reverse("funding:convention", args=[account.convention_id]),
    }

    def effect() -> None:
        for person in people_of([account.convention.share.establishment_id]):
            mail.post(event, template="emails/iban.txt", context=context, to=person)

    return effect


@on("iban.proposed", queue="intake", says=_("Examiner le relevé d’identité bancaire"))
def examine_rib(event: Event) -> Effect | None:
    held = BankAccount.objects.select_related("document__scan_result").get(pk=event.subject_id)
    found = examination.examine(held.document)
    return None if found is None else lambda: actions.note_rib_examined(held, found)


@on(
    "claim.certificate_asked",
    "claim.returned",
    "claim.accepted",
    says=_("Prévenir l’établissement de la suite d’un état des dépenses"),
)
def tell_claimants(event: Event) -> Effect:
    """The accountant who is asked; else those who write and sign for the establishment."""
    claim = Claim.objects.select_related("convention__share__establishment").get(pk=event.subject_id)
    place = claim.convention.share.establishment
    asked = event.data.get("accountant")
    context = {
        "name": place,
        "number": claim.number,
        "step": event.kind.partition(".")[2],
        "link": reverse("funding:claim", args=[claim.pk]),
    }

    def effect() -> None:
        for person in people_of([place.pk]):
            if asked in (None, person.pk):
                mail.post(event, template="emails/claim.txt", context=context, to=person)

    return effect


@on("claim.file_joined", queue="intake", says=_("Examiner une pièce d’un état des dépenses"))
def examine_claim_file(event: Event) -> Effect | None:
    held = ClaimFile.objects.select_related("document__scan_result", "claim__convention__share__grant").get(
        pk=event.subject_id
    )
    found = examination.examine(held.document)
    return None if found is None else lambda: actions.note_claim_file_examined(held, found)
