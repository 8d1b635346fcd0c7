"""Echoes of the money: the beneficiary is told at once of a bank account, proposed or validated; the bank's file is examined."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.reactions import people_of
from edsh_portal import mail
from edsh_portal.events import Effect, on
from edsh_portal.intake import examination
from edsh_portal.models import Event

from . import actions
from .models import BankAccount


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
